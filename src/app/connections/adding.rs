//! New connections, and new credentials for those that there are: stored once they have proved themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::grants::InMemory;
use super::stored::{self, Stored, exposed};
use super::{Connection, grants, platform, safe_address, settings};
use crate::app::context::{App, entry};
use crate::app::error::Error;
use crate::base::secret::Secret;
use crate::http::fault::{ApiFault, FaultClass};
use crate::platforms::connector::Identity;
use crate::platforms::platform::Platform;

/// The way out where a credential does not prove itself.
const UNPROVEN: &str = "It is wrong, expired or revoked, or was not given whole. Make a new token or grant, and run the \
                        command again.";

/// What a new connection is made from.
#[derive(Debug)]
pub struct NewConnection {
    /// Its name.
    pub name: String,
    /// Platform id.
    pub platform: String,
    /// Address of the API; the platform's own where absent.
    pub base_url: Option<String>,
    /// The credential's parts by name.
    pub credentials: BTreeMap<String, Secret>,
    /// Take the place of a connection of the same name.
    pub replace: bool,
}

/// Refuses a name that cannot be given to a new connection.
pub fn check_name(app: &App, name: &str, replace: bool) -> Result<(), Error> {
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c)) {
        return Err(Error::usage(format!("`{name}` cannot be a connection's name"))
            .hint("Use letters, digits, `-`, `_` and `.`; the name is part of `NAME@latest`."));
    }
    if !replace && stored::all(app)?.contains_key(name) {
        return Err(Error::failed(format!("there already is a connection `{name}`"))
            .hint("Choose another name, or replace it with `--replace`; its snapshots stay.")
            .hint(format!(
                "For a new credential of the same account: `boardvault connection reconnect {name}`."
            )));
    }
    Ok(())
}

/// Adds a connection after asking the platform whose credential it is.
pub async fn add(app: &App, new: NewConnection) -> Result<Connection, Error> {
    check_name(app, &new.name, new.replace)?;
    let platform = platform(&new.platform)?;
    let base_url = new.base_url.unwrap_or_else(|| platform.base_url.to_owned());
    let (identity, credentials) = prove(app, platform, &base_url, new.credentials).await?;
    store(app, &new.name, platform, base_url, identity, &credentials)
}

/// Gives a connection a new credential of the same account. Until it has proved itself, the old one stays in force.
pub async fn reconnect(
    app: &App,
    name: &str,
    credentials: BTreeMap<String, Secret>,
) -> Result<Connection, Error> {
    let Connection { platform: id, base_url, identity: before, .. } = stored::one(app, name)?.shown;
    let platform = platform(&id)?;
    let (identity, credentials) = prove(app, platform, &base_url, credentials).await?;
    if identity.id != before.id {
        let person = |who: &Identity| format!("{} (@{})", who.name, who.username);
        return Err(Error::failed(format!(
            "`{name}` is the account of {}, and the new credential is that of {}",
            person(&before),
            person(&identity)
        ))
        .hint("Nothing was changed. Get the credential while logged in as the person whose account it is.")
        .hint(format!(
            "To back up another account from now on: `boardvault connection add {name} --replace`."
        )));
    }
    store(app, name, platform, base_url, identity, &credentials)
}

/// Whose credential it is. The second value is the credential, which may have been renewed on the way.
async fn prove(
    app: &App,
    platform: &'static Platform,
    base_url: &str,
    credentials: BTreeMap<String, Secret>,
) -> Result<(Identity, BTreeMap<String, Secret>), Error> {
    let keeper = Arc::<InMemory>::default();
    let grant = grants::new(app, platform, &safe_address(base_url)?, &credentials, keeper.clone())?;
    let settings = settings(app, base_url, credentials.clone(), grant, true)?;
    let unproven = |fault: ApiFault| match fault.class {
        FaultClass::Unauthorised => Error::failed(fault.to_string()).hint(UNPROVEN),
        _ => fault.into(),
    };
    let connector = (platform.connect)(settings).map_err(unproven)?;
    let identity = connector.identify().await.map_err(unproven)?;
    Ok((identity, keeper.over(credentials)))
}

fn store(
    app: &App,
    name: &str,
    platform: &Platform,
    base_url: String,
    identity: Identity,
    credentials: &BTreeMap<String, Secret>,
) -> Result<Connection, Error> {
    let stored = Stored::Added {
        name: name.to_owned(),
        platform: platform.id.to_owned(),
        base_url,
        identity,
        credentials: exposed(credentials),
    };
    app.append_json(entry::CONNECTION, &stored)?;
    super::get(app, name)
}
