//! Asana: the tables, and a connector that reads and writes over the REST API. Facts and decisions: `README.md`.

use std::time::Duration;

use super::platform::{CredentialField, Pace, Platform};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::transport::Network;

mod api;
mod asking;
mod changes;
mod connector;
mod dialect;
mod discover;
mod fetch;
mod grants;
mod json;
mod preflight;
mod read;
mod spec;
#[cfg(test)]
mod testing;
mod write;

use connector::Asana;

/// Asana's descriptor.
pub static PLATFORM: Platform = Platform {
    id: "asana",
    name: "Asana",
    base_url: "https://app.asana.com/api/1.0",
    credentials: &[CredentialField {
        name: "token",
        env: "BOARDVAULT_ASANA_TOKEN",
        prompt: "Personal access token",
    }],
    credentials_help: "A personal access token: open https://app.asana.com/0/my-apps as the account that is to be \
        backed up, choose \"Create new token\", and copy it. It has all rights of the account and no date of expiry; \
        it is revoked on the same page.",
    dialect: &dialect::AsanaDialect,
    pace: Pace { requests: 1500, per: Duration::from_mins(1) },
    connect: |settings| {
        let client = api::client(&settings, Network::new()?)?;
        Ok(Box::new(Asana::new(client)))
    },
    sandbox: |_| Err("the sandbox is not built in".to_owned()),
};

/// A fault that no server had a part in.
fn local(call: &str, message: &str) -> ApiFault {
    ApiFault::new(FaultClass::Local, call, message)
}
