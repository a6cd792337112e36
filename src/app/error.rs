//! The one error type of the use cases: what it means for the caller, a sentence, and the next step.

use std::fmt;

use crate::http::fault::{ApiFault, FaultClass};
use crate::snapshot::SnapshotError;
use crate::store::chunks::ChunkError;
use crate::store::error::VaultError;

/// What a failure means for whoever called; the edges map it to an exit code or an HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// It did not work.
    Failed,
    /// What was asked for makes no sense as it stands.
    Usage,
    /// The live account has changed since the plan was made.
    Stale,
    /// Stored data is damaged.
    Damage,
}

/// A failure that is shown to a person.
#[derive(Debug)]
pub struct Error {
    /// What it means.
    pub kind: ErrorKind,
    /// What happened, naming the thing.
    pub message: String,
    /// Particulars, a sentence each.
    pub details: Vec<String>,
    /// What to do next.
    pub hints: Vec<String>,
}

impl Error {
    /// A failure with no particular meaning.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Failed, message: message.into(), details: Vec::new(), hints: Vec::new() }
    }

    /// A request that makes no sense as it stands.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Usage, ..Self::failed(message) }
    }

    /// Adds a particular.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// Adds a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Says in front what was being done.
    #[must_use]
    pub fn while_doing(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<ApiFault> for Error {
    fn from(fault: ApiFault) -> Self {
        let ApiFault { advice, class, .. } = fault.clone();
        let error = Self::failed(ApiFault { advice: None, ..fault }.to_string());
        match class {
            FaultClass::Unauthorised => {
                let advice = advice.unwrap_or_else(|| "For a new credential: `boardvault connection reconnect NAME`.".to_owned());
                error.hint(format!("The credential is wrong, expired or revoked. {advice}"))
            }
            FaultClass::Forbidden => error.hint("`boardvault connection check NAME --for restore` shows what this account may do."),
            FaultClass::Network => error.hint("Check the network and the connection's base URL (`boardvault connection list`), then try again."),
            FaultClass::RateLimited | FaultClass::Postponed => error.hint("The platform limits the number of calls; wait a few minutes and try again. Nothing that was stored is lost."),
            FaultClass::Stopped => Self::failed("stopped"),
            _ => error,
        }
    }
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        let kind =
            if matches!(error, VaultError::Damaged { .. }) { ErrorKind::Damage } else { ErrorKind::Failed };
        Self { kind, ..Self::failed(error.to_string()) }
    }
}

impl From<ChunkError> for Error {
    fn from(error: ChunkError) -> Self {
        let kind = match error {
            ChunkError::Absent(_) | ChunkError::Damaged { .. } => ErrorKind::Damage,
            ChunkError::Io { .. } | ChunkError::Poisoned(_) => ErrorKind::Failed,
        };
        Self { kind, ..Self::failed(error.to_string()) }
    }
}

impl From<SnapshotError> for Error {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Chunk(chunk) => chunk.into(),
            other => Self { kind: ErrorKind::Damage, ..Self::failed(other.to_string()) },
        }
    }
}
