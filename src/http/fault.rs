//! What can go wrong with a call, classified once, at the lowest layer.

use std::fmt;
use std::time::Duration;

/// What a failed call means for the caller. Upper layers only ever ask for this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultClass {
    /// The credential is wrong, expired or revoked: nothing else will work either.
    Unauthorised,
    /// The account may not do this; other calls may work.
    Forbidden,
    /// The thing is not there, or hidden from the account.
    NotFound,
    /// The request is wrong in itself.
    Invalid,
    /// The answer would be too large; a smaller question may work.
    TooLarge,
    /// Put off: the platform says that it has done nothing and wants to be asked again later.
    Postponed,
    /// Refused for the number of calls, after all waiting was used up.
    RateLimited,
    /// The server failed, after all retries.
    Server,
    /// No answer, or a broken one, after all retries.
    Network,
    /// An answer that is not what the API promises: not JSON, a web page, a wrong type.
    Protocol,
    /// We were asked to stop.
    Stopped,
    /// Our own side failed while handling the answer (the disk is full): not the platform's fault.
    Local,
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ApiFault {
    /// What it means.
    pub class: FaultClass,
    /// The call, with secrets removed: `GET /1/boards/5f..`.
    pub call: String,
    /// What the platform said, shortened, or what we found wrong.
    pub message: String,
    /// HTTP status, where there was one.
    pub status: Option<u16>,
    /// For a write: the server may have carried it out although no good answer came.
    pub outcome_unknown: bool,
    /// How long the server asked to wait.
    pub retry_after: Option<Duration>,
    /// The next step, where somebody on the way up knows one: a sentence.
    pub advice: Option<String>,
}

impl ApiFault {
    /// A fault without a server's answer.
    pub fn new(class: FaultClass, call: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            class,
            call: call.into(),
            message: message.into(),
            status: None,
            outcome_unknown: false,
            retry_after: None,
            advice: None,
        }
    }
}

impl fmt::Display for ApiFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.call)?;
        if let Some(status) = self.status {
            write!(f, "{status} ")?;
        }
        f.write_str(&self.message)?;
        self.advice.iter().try_for_each(|advice| write!(f, ". {advice}"))
    }
}
