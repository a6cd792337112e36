//! The descriptor of a platform: all that the rest of the program knows about it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::connector::Connector;
use crate::base::clock::Clock;
use crate::base::ids::Random;
use crate::base::secret::Secret;
use crate::http::auth::Credential;
use crate::http::fault::{ApiFault, FaultClass};
pub use crate::http::oauth::{OAuth, Proof};
use crate::http::renewable::Renewable;
use crate::model::dialect::Dialect;

/// One platform.
pub struct Platform {
    /// Its id on the command line and in stored documents: `trello`.
    pub id: &'static str,
    /// Its name for people: `Trello`.
    pub name: &'static str,
    /// The address of its API.
    pub base_url: &'static str,
    /// What a connection needs to know, in the order in which it is asked for.
    pub credentials: &'static [CredentialField],
    /// Where and how to get these, in a few sentences.
    pub credentials_help: &'static str,
    /// How access is lent for a while, where the platform does that; a second way besides `credentials`.
    pub oauth: Option<&'static OAuth>,
    /// The tables.
    pub dialect: &'static dyn Dialect,
    /// How many requests are allowed in how long; for the time that a plan will take at least.
    pub pace: Pace,
    /// Connects to an account. Makes no call.
    pub connect: fn(Settings) -> Result<Box<dyn Connector>, ApiFault>,
    /// Builds a sandbox that behaves as the platform does.
    pub sandbox: fn(SandboxSettings) -> Result<Sandbox, String>,
}

/// One part of a credential.
#[derive(Debug)]
pub struct CredentialField {
    /// Its name in stored documents: `token`.
    pub name: &'static str,
    /// The environment variable that may hold it.
    pub env: &'static str,
    /// The question when it is asked for at a prompt.
    pub prompt: &'static str,
}

/// A budget of requests.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// This many requests ...
    pub requests: u32,
    /// ... in this much time.
    pub per: Duration,
}

/// What a connector is made from.
#[derive(Clone)]
pub struct Settings {
    /// Address of the API.
    pub base_url: Url,
    /// The credential's parts by name.
    pub credentials: BTreeMap<String, Secret>,
    /// The grant, where the access is lent for a while; everything that uses this connection shares it.
    pub grant: Option<Arc<Renewable>>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for jitter.
    pub random: Arc<dyn Random>,
    /// Set to true when the program is asked to stop.
    pub stop: tokio::sync::watch::Receiver<bool>,
    /// Refuse every write, whatever is asked: for commands that only look.
    pub read_only: bool,
}

impl Settings {
    /// One part of the credential. It goes into a header, perhaps between quotation marks, so it may hold nothing that
    /// ends it.
    pub fn part(&self, name: &str) -> Result<&Secret, ApiFault> {
        let refuse = |message: &str| ApiFault::new(FaultClass::Unauthorised, "credential", message);
        let secret = self
            .credentials
            .get(name)
            .ok_or_else(|| refuse(&format!("the connection has no {name}; add it again")))?;
        let text = secret.expose();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"') {
            return Err(refuse(&format!("the {name} is empty or holds characters that no {name} has")));
        }
        Ok(secret)
    }

    /// A bearer credential: the grant where there is one, else the personal token in the part `name`.
    pub fn bearer(&self, name: &str) -> Result<Credential, ApiFault> {
        match &self.grant {
            Some(grant) => Ok(Credential::Renewable(Arc::clone(grant))),
            None => Ok(Credential::bearer(self.part(name)?)),
        }
    }
}

/// What a sandbox is made from.
#[derive(Clone)]
pub struct SandboxSettings {
    /// The address under which it will be reachable, without a trailing slash: `http://127.0.0.1:4001`.
    pub origin: String,
    /// A second address of the same service under another host name, for storage redirects.
    pub storage_origin: String,
    /// Which world: `tiny`, `typical`, `nasty` or `large:N`.
    pub world: String,
    /// Everything in it follows from this number.
    pub seed: u64,
    /// Time inside the sandbox.
    pub clock: Arc<dyn Clock>,
}

/// A running imitation of a platform, ready to be served.
pub struct Sandbox {
    /// The service; both origins lead to it.
    pub router: axum::Router,
    /// The base URL for `connection add`.
    pub base_url: String,
    /// The people who can log in.
    pub accounts: Vec<SandboxAccount>,
}

/// A person in a sandbox.
#[derive(Debug, Clone, serde::Serialize)]
pub struct SandboxAccount {
    /// User name.
    pub username: String,
    /// Role, in words: `workspace admin`.
    pub role: String,
    /// The credential's parts by name. They are worth nothing outside the sandbox.
    pub credentials: BTreeMap<String, String>,
}
