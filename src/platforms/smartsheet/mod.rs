//! Smartsheet: the tables, and a connector that reads and writes over the REST API 2.0. Facts and decisions:
//! `README.md`.

use url::Url;

use super::platform::{CredentialField, OAuth, Pace, Platform, Proof};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::transport::Network;

mod api;
mod connector;
mod details;
mod dialect;
mod discover;
mod effort;
mod fetch;
mod formats;
mod grants;
mod inventory;
mod json;
mod pages;
mod predecessors;
mod preflight;
mod read;
pub mod sim;
mod spec;
#[cfg(test)]
mod testing;
mod words;
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
    oauth: Some(&OAUTH),
    dialect: &dialect::SmartsheetDialect,
    pace: Pace { requests: api::CALLS, per: api::WINDOW },
    connect: |settings| Ok(Box::new(Smartsheet::new(api::client(&settings, Network::new()?)?))),
    sandbox: sim::sandbox,
};

/// How an app is lent access: for seven days, and each renewal gives a new pair of tokens.
static OAUTH: OAuth = OAuth {
    authorize,
    token: |api| below(api, "token"),
    scopes: &[
        "READ_USERS",
        "READ_CONTACTS",
        "READ_SHEETS",
        "WRITE_SHEETS",
        "ADMIN_SHEETS",
        "CREATE_SHEETS",
        "DELETE_SHEETS",
        "SHARE_SHEETS",
        "READ_SIGHTS",
        "ADMIN_USERS",
        "ADMIN_WORKSPACES",
    ],
    pkce: false,
    proof: Proof::Sha256,
    help: "In Smartsheet, open Developer Tools (a free developer account shows them under the account's menu), create \
        an app with the redirect URL that is shown here, and copy its client id and its secret.",
};

/// The page on which a person allows the access: it lies on the application's own host, `app.smartsheet.eu` for the API
/// at `api.smartsheet.eu`.
fn authorize(api: &Url) -> Url {
    let mut page = api.clone();
    let host = api.host_str().and_then(|host| host.strip_prefix("api.")).map(|host| format!("app.{host}"));
    if let Some(host) = host {
        // A host that the API's address had is one that an address may have.
        page.set_host(Some(&host)).unwrap_or_default();
    }
    page.set_path("/b/authorize");
    page
}

fn below(api: &Url, path: &str) -> Url {
    let mut url = api.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(path);
    }
    url
}

/// The id of the pseudo workspace that stands for the account's Sheets folder.
const HOME: &str = "home";

/// A fault that no server had a part in.
fn local(call: &str, message: &str) -> ApiFault {
    ApiFault::new(FaultClass::Local, call, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_each_region_are_found_from_its_api() {
        for (api, page, token) in [
            ("https://api.smartsheet.com/2.0", "https://app.smartsheet.com/b/authorize", "https://api.smartsheet.com/2.0/token"),
            ("https://api.smartsheet.eu/2.0/", "https://app.smartsheet.eu/b/authorize", "https://api.smartsheet.eu/2.0/token"),
            ("http://127.0.0.1:4001/2.0", "http://127.0.0.1:4001/b/authorize", "http://127.0.0.1:4001/2.0/token"),
        ] {
            let api = Url::parse(api).unwrap();
            assert_eq!(authorize(&api).as_str(), page);
            assert_eq!((OAUTH.token)(&api).as_str(), token);
        }
    }
}
