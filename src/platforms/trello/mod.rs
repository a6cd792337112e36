//! Trello: the tables, and a connector that reads and writes over the REST API. Facts and decisions: `README.md`.

use std::time::Duration;

use super::platform::{CredentialField, Pace, Platform};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::transport::Network;
use crate::model::coverage::Missing;
use crate::model::{NativeId, Record};

mod api;
mod connector;
mod dialect;
mod discover;
mod fetch;
mod grants;
mod json;
mod preflight;
mod read;
pub mod sim;
mod spec;
#[cfg(test)]
mod testing;
mod write;

use connector::Trello;

/// Trello's descriptor.
pub static PLATFORM: Platform = Platform {
    id: "trello",
    name: "Trello",
    base_url: "https://api.trello.com/1",
    credentials: &[
        CredentialField { name: "key", env: "BOARDVAULT_TRELLO_KEY", prompt: "API key" },
        CredentialField { name: "token", env: "BOARDVAULT_TRELLO_TOKEN", prompt: "Token" },
    ],
    credentials_help: "The API key: open https://trello.com/power-ups/admin, choose a Power-Up (or make an empty \
        one) and copy its key under \"API key\". The token: open \
        https://trello.com/1/authorize?response_type=token&name=boardvault&expiration=never&scope=read,write&key=KEY \
        with your key in place of KEY, as the account that is to be backed up, and allow the access. \
        For backups alone, scope=read is enough. Either can be revoked under the account's settings in Trello.",
    oauth: None,
    dialect: &dialect::TrelloDialect,
    pace: Pace { requests: 100, per: Duration::from_secs(10) },
    connect: |settings| {
        let client = api::client(&settings, Network::new()?)?;
        Ok(Box::new(Trello::new(client, settings.part("token")?.clone())))
    },
    sandbox: sim::sandbox,
};

/// The records of a board's answer that holds all of the board, and what could not be made one. Any JSON gives one or
/// the other and no panic, which only a caller from outside can put to the test.
#[doc(hidden)]
pub fn split_board(board: NativeId, answer: serde_json::Value) -> (Vec<Record>, Vec<Missing>) {
    read::split(board, answer)
}

/// A fault that no server had a part in.
fn local(call: &str, message: &str) -> ApiFault {
    ApiFault::new(FaultClass::Local, call, message)
}
