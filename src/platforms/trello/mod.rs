//! Trello.

use std::time::Duration;

use super::platform::{CredentialField, Pace, Platform};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::dialect::{Dialect, TextLink};
use crate::model::spec::KindSpec;
use crate::model::Record;

pub mod sim;

struct Trello;

impl Dialect for Trello {
    fn kinds(&self) -> &'static [KindSpec] {
        &[]
    }
    fn link_token(&self, _record: &Record) -> Option<String> {
        None
    }
    fn text_links(&self, _text: &str) -> Vec<TextLink> {
        Vec::new()
    }
    fn attribution(&self, _comment: &Record) -> Option<String> {
        None
    }
}

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
    dialect: &Trello,
    pace: Pace { requests: 100, per: Duration::from_secs(10) },
    connect: |_| Err(ApiFault::new(FaultClass::Local, "connect", "not there yet")),
    sandbox: sim::sandbox,
};
