//! Connections: which account, where, and with what credential. They live in the vault's sealed log.

mod adding;
mod advised;
pub mod authorisation;
mod grants;
mod loopback;
mod stored;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use url::Url;

use super::context::{App, entry};
use super::error::Error;
use crate::base::secret::Secret;
use crate::http::oauth::{Registration, part};
use crate::http::renewable::Renewable;
use crate::http::secure;
use crate::platforms;
use crate::platforms::connector::{Connector, Identity, Purpose, Requirement};
use crate::platforms::platform::{Platform, Settings};

pub use adding::{NewConnection, add, check_name, reconnect};
use advised::Advised;
pub use grants::Grants;
use stored::Stored;

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

/// The error for a platform that does not exist.
pub fn unknown_platform(id: &str) -> Error {
    Error::usage(format!("there is no platform `{id}`")).hint(format!("Known platforms: {}.", platform_ids()))
}

/// The platform of a connection that is to be added: the one that is given, or that of the connection whose place it
/// takes.
pub fn platform_for(app: &App, name: &str, given: Option<&str>) -> Result<&'static Platform, Error> {
    match (given, stored::all(app)?.remove(name)) {
        (Some(id), _) => platform(id),
        (None, Some(replaced)) => platform(&replaced.shown.platform),
        (None, None) => Err(Error::usage(format!("which platform is `{name}` on?"))
            .hint(format!("Say it with `--platform`, as one of: {}.", platform_ids()))),
    }
}

fn platform_ids() -> String {
    platforms::PLATFORMS.iter().map(|platform| platform.id).collect::<Vec<_>>().join(", ")
}

fn platform(id: &str) -> Result<&'static Platform, Error> {
    platforms::find(id).ok_or_else(|| unknown_platform(id))
}

/// All connections, by name.
pub fn list(app: &App) -> Result<Vec<Connection>, Error> {
    Ok(stored::all(app)?.into_values().map(|known| known.shown).collect())
}

/// One connection.
pub fn get(app: &App, name: &str) -> Result<Connection, Error> {
    stored::one(app, name).map(|known| known.shown)
}

/// What is known about a connection that is to get a new credential.
pub struct Renewed {
    /// Its platform.
    pub platform: &'static Platform,
    /// Address of the API.
    pub base_url: String,
    /// The app by which its access is lent, and where the browser is sent back to; nothing where it has a token.
    pub lent: Option<(Registration, String)>,
}

/// What a new credential for a connection must fit.
pub fn to_renew(app: &App, name: &str) -> Result<Renewed, Error> {
    let known = stored::one(app, name)?;
    let redirect = known.credentials.get(part::REDIRECT_URI).map(|text| text.expose().to_owned());
    let lent = Registration::from_parts(&known.credentials).zip(redirect);
    Ok(Renewed { platform: platform(&known.shown.platform)?, base_url: known.shown.base_url, lent })
}

/// Removes a connection; its snapshots stay.
pub fn remove(app: &App, name: &str) -> Result<(), Error> {
    stored::one(app, name)?;
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
    let known = stored::one(app, name)?;
    let platform = platform(&known.shown.platform)?;
    let base_url = &known.shown.base_url;
    let grant = grants::shared(app, platform, &safe_address(base_url)?, &known)?;
    let connector = open(app, platform, base_url, known.credentials, grant, read_only)?;
    Ok((platform, Box::new(Advised::new(connector, name))))
}

fn open(
    app: &App,
    platform: &'static Platform,
    base_url: &str,
    credentials: BTreeMap<String, Secret>,
    grant: Option<Arc<Renewable>>,
    read_only: bool,
) -> Result<Box<dyn Connector>, Error> {
    Ok((platform.connect)(settings(app, base_url, credentials, grant, read_only)?)?)
}

fn settings(
    app: &App,
    base_url: &str,
    credentials: BTreeMap<String, Secret>,
    grant: Option<Arc<Renewable>>,
    read_only: bool,
) -> Result<Settings, Error> {
    Ok(Settings {
        base_url: safe_address(base_url)?,
        credentials,
        grant,
        clock: app.clock.clone(),
        random: app.random.clone(),
        stop: app.stop.clone(),
        read_only,
    })
}

/// The address of an API, if a credential may go there.
fn safe_address(base_url: &str) -> Result<Url, Error> {
    let address = Url::parse(base_url).map_err(|error| {
        Error::usage(format!("`{base_url}` is not an address: {error}"))
            .hint("It looks like `https://api.example.com/1`.")
    })?;
    if !secure::hides_what_is_sent(&address) {
        return Err(Error::usage(format!(
            "{address} is not https, and the credential would travel readable"
        ))
        .hint("Only a sandbox on this machine may be reached over http."));
    }
    Ok(address)
}
