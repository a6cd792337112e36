//! Smartsheet: the tables, and a connector that reads and writes over the REST API 2.0. Facts and decisions:
//! `README.md`.

use super::platform::{CredentialField, Pace, Platform, Sandbox, SandboxSettings};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::transport::Network;

mod api;
mod connector;
mod dialect;
mod discover;
mod fetch;
mod grants;
mod inventory;
mod json;
mod pages;
mod predecessors;
mod preflight;
mod read;
mod spec;
#[cfg(test)]
mod testing;
mod write;

use connector::Smartsheet;

/// Smartsheet's descriptor.
pub static PLATFORM: Platform = Platform {
    id: "smartsheet",
    name: "Smartsheet",
    base_url: "https://api.smartsheet.com/2.0",
    credentials: &[CredentialField { name: "token", env: "BOARDVAULT_SMARTSHEET_TOKEN", prompt: "Token" }],
    credentials_help: "Sign in to Smartsheet as the account that is to be backed up, open Personal Settings, then \
        \"API Access\", and generate a new access token. It acts with all rights of its account and can be revoked in \
        the same place. Plans kept outside the United States have another address of the API, to be given as the base \
        URL: https://api.smartsheet.eu/2.0, https://api.smartsheet.au/2.0 or https://api.smartsheetgov.com/2.0.",
    dialect: &dialect::SmartsheetDialect,
    pace: Pace { requests: api::CALLS, per: api::WINDOW },
    connect: |settings| Ok(Box::new(Smartsheet::new(api::client(&settings, Network::new()?)?))),
    sandbox,
};

fn sandbox(_: SandboxSettings) -> Result<Sandbox, String> {
    Err("there is no sandbox of Smartsheet in this build".to_owned())
}

/// The id of the pseudo workspace that stands for the account's Sheets folder.
const HOME: &str = "home";

/// A fault that no server had a part in.
fn local(call: &str, message: &str) -> ApiFault {
    ApiFault::new(FaultClass::Local, call, message)
}
