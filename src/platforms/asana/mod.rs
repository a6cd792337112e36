//! Asana: the tables, and a connector that reads and writes over the REST API. Facts and decisions: `README.md`.

use std::time::Duration;

use url::Url;

use super::platform::{CredentialField, OAuth, Pace, Platform, Proof};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::transport::Network;

mod api;
mod asking;
mod changes;
mod connector;
mod dialect;
mod discover;
mod effort;
mod fetch;
mod grants;
mod json;
mod mark;
mod own_tasks;
mod preflight;
mod preflight_restore;
mod read;
mod rich_text;
pub mod sim;
mod spec;
#[cfg(test)]
mod testing;
mod words;
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
    oauth: Some(&OAUTH),
    dialect: &dialect::AsanaDialect,
    pace: Pace { requests: 1500, per: Duration::from_mins(1) },
    connect: |settings| {
        let client = api::client(&settings, Network::new()?)?;
        Ok(Box::new(Asana::new(client, settings.clock, settings.grant.is_some())))
    },
    sandbox: sim::sandbox,
};

/// How Asana lends access. A refreshed grant keeps its refresh token.
static OAUTH: OAuth = OAuth {
    authorize: |base| beside(base, "/-/oauth_authorize"),
    token: |base| beside(base, "/-/oauth_token"),
    // Sections, memberships, status updates, briefs, events, batches and teams have no narrower scope.
    scopes: &["default"],
    pkce: true,
    proof: Proof::Secret,
    help: "Register an app at https://app.asana.com/0/my-apps (\"Create new app\"). Under \"OAuth\" add the redirect \
        address that boardvault shows, and under \"Permission scopes\" choose full permissions. Copy the client id and \
        the client secret.",
};

/// An address on the API's own host.
fn beside(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url
}

/// A fault that no server had a part in.
fn local(call: &str, message: &str) -> ApiFault {
    ApiFault::new(FaultClass::Local, call, message)
}
