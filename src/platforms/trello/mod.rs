//! Trello.

use std::time::Duration;

use super::platform::{CredentialField, Pace, Platform};
use crate::http::fault::{ApiFault, FaultClass};

mod dialect;
pub mod sim;
mod spec;

/// Trello's descriptor.
pub static PLATFORM: Platform = Platform {
    id: "trello",
    name: "Trello",
    base_url: "https://api.trello.com/1",
    credentials: &[
        CredentialField { name: "key", env: "BOARDVAULT_TRELLO_KEY", prompt: "API key" },
        CredentialField { name: "token", env: "BOARDVAULT_TRELLO_TOKEN", prompt: "Token" },
    ],
    credentials_help: "",
    dialect: &dialect::Trello,
    pace: Pace { requests: 100, per: Duration::from_secs(10) },
    connect: |_| Err(ApiFault::new(FaultClass::Local, "connect", "not there yet")),
    sandbox: |_| Err("not there yet".to_owned()),
};
