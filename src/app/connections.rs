//! Connections: which account, where, and with what credential. They live in the vault's sealed log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use super::context::{App, entry};
use super::error::Error;
use crate::base::secret::Secret;
use crate::platforms;
use crate::platforms::connector::{Connector, Identity, Purpose, Requirement};
use crate::platforms::platform::{Platform, Settings};

/// A connection as people see it: without its credential.
#[derive(Debug, Clone, Serialize)]
pub struct Connection {
    /// The name it was given.
    pub name: String,
    /// Platform id.
    pub platform: String,
    /// Address of the API.
    pub base_url: String,
    /// Whose account it is.
    pub identity: Identity,
    /// When it was added or replaced (RFC 3339, UTC).
    pub added_at: String,
    /// Whose account it was before it was last replaced, if that was somebody else's.
    pub formerly: Option<Identity>,
}

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

/// The stored form. Only ever inside a sealed log entry.
#[derive(Serialize, Deserialize)]
enum Stored {
    Added {
        name: String,
        platform: String,
        base_url: String,
        identity: Identity,
        credentials: BTreeMap<String, String>,
    },
    Removed {
        name: String,
    },
}

struct Known {
    shown: Connection,
    credentials: BTreeMap<String, Secret>,
}

/// The error for a platform that does not exist.
pub fn unknown_platform(id: &str) -> Error {
    let names: Vec<&str> = platforms::PLATFORMS.iter().map(|platform| platform.id).collect();
    Error::usage(format!("there is no platform `{id}`"))
        .hint(format!("Known platforms: {}.", names.join(", ")))
}

/// Adds a connection after asking the platform whose credential it is.
pub async fn add(app: &App, new: NewConnection) -> Result<Connection, Error> {
    let name_ok = !new.name.is_empty() && new.name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    if !name_ok {
        return Err(Error::usage(format!("`{}` cannot be a connection's name", new.name))
            .hint("Use letters, digits, `-`, `_` and `.`; the name is part of `NAME@latest`."));
    }
    if !new.replace && known(app)?.contains_key(&new.name) {
        return Err(Error::failed(format!("there already is a connection `{}`", new.name))
            .hint("Choose another name, or replace it with `--replace`; its snapshots stay."));
    }
    let platform = platforms::find(&new.platform).ok_or_else(|| unknown_platform(&new.platform))?;
    let base_url = new.base_url.unwrap_or_else(|| platform.base_url.to_owned());
    let connector = open(app, platform, &base_url, new.credentials.clone(), true)?;
    let identity = connector.identify().await?;
    let credentials =
        new.credentials.iter().map(|(name, secret)| (name.clone(), secret.expose().to_owned())).collect();
    let stored =
        Stored::Added { name: new.name.clone(), platform: new.platform, base_url, identity, credentials };
    app.append_json(entry::CONNECTION, &stored)?;
    get(app, &new.name)
}

/// All connections, by name.
pub fn list(app: &App) -> Result<Vec<Connection>, Error> {
    Ok(known(app)?.into_values().map(|known| known.shown).collect())
}

/// One connection.
pub fn get(app: &App, name: &str) -> Result<Connection, Error> {
    take(app, name).map(|known| known.shown)
}

/// Removes a connection; its snapshots stay.
pub fn remove(app: &App, name: &str) -> Result<(), Error> {
    take(app, name)?;
    app.append_json(entry::CONNECTION, &Stored::Removed { name: name.to_owned() })?;
    Ok(())
}

/// Checks the platform's requirements one by one.
pub async fn check(app: &App, name: &str, purpose: Purpose) -> Result<Vec<Requirement>, Error> {
    let (_, connector) = connect(app, name, true)?;
    Ok(connector.preflight(purpose).await?)
}

/// Connects to the account behind a connection. Makes no call. With `read_only` every write is refused
/// below the connector, so that a command that only looks cannot write by mistake.
pub fn connect(
    app: &App,
    name: &str,
    read_only: bool,
) -> Result<(&'static Platform, Box<dyn Connector>), Error> {
    let known = take(app, name)?;
    let platform =
        platforms::find(&known.shown.platform).ok_or_else(|| unknown_platform(&known.shown.platform))?;
    let connector = open(app, platform, &known.shown.base_url, known.credentials, read_only)?;
    Ok((platform, connector))
}

fn open(
    app: &App,
    platform: &'static Platform,
    base_url: &str,
    credentials: BTreeMap<String, Secret>,
    read_only: bool,
) -> Result<Box<dyn Connector>, Error> {
    let base_url = Url::parse(base_url).map_err(|error| {
        Error::usage(format!("`{base_url}` is not an address: {error}"))
            .hint("It looks like `https://api.trello.com/1`.")
    })?;
    if base_url.scheme() != "https" && !base_url.host_str().is_some_and(is_loopback) {
        return Err(Error::usage(format!(
            "{base_url} is not https, and the credential would travel readable"
        ))
        .hint("Only a sandbox on this machine may be reached over http."));
    }
    let settings = Settings {
        base_url,
        credentials,
        grant: None,
        clock: app.clock.clone(),
        random: app.random.clone(),
        stop: app.stop.clone(),
        read_only,
    };
    Ok((platform.connect)(settings)?)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn take(app: &App, name: &str) -> Result<Known, Error> {
    let mut all = known(app)?;
    all.remove(name).ok_or_else(|| {
        let names: Vec<String> = all.into_keys().collect();
        let error = Error::failed(format!("there is no connection `{name}`"));
        if names.is_empty() {
            error.hint("Add one: `boardvault connection add NAME --platform trello`.")
        } else {
            error.hint(format!("Connections in this vault: {}.", names.join(", ")))
        }
    })
}

fn known(app: &App) -> Result<BTreeMap<String, Known>, Error> {
    let mut found = BTreeMap::new();
    for (at, stored) in app.entries_json::<Stored>(entry::CONNECTION)? {
        match stored {
            Stored::Added { name, platform, base_url, identity, credentials } => {
                let before = found.remove(&name).map(|before: Known| before.shown.identity);
                let formerly = before.filter(|before| before.id != identity.id);
                let added_at = at.to_string();
                let shown =
                    Connection { name: name.clone(), platform, base_url, identity, added_at, formerly };
                let credentials =
                    credentials.into_iter().map(|(name, text)| (name, Secret::new(text))).collect();
                found.insert(name, Known { shown, credentials });
            }
            Stored::Removed { name } => {
                found.remove(&name);
            }
        }
    }
    Ok(found)
}
