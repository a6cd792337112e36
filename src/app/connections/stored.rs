//! Connections in the vault's sealed log, and nowhere else: their credentials are stored with them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Connection;
use crate::app::context::{App, entry};
use crate::app::error::Error;
use crate::base::secret::Secret;
use crate::platforms::connector::Identity;

/// The stored form. Only ever inside a sealed log entry.
#[derive(Serialize, Deserialize)]
pub(super) enum Stored {
    /// A new connection, or another one in the place of that of the same name.
    Added {
        name: String,
        platform: String,
        base_url: String,
        identity: Identity,
        credentials: BTreeMap<String, String>,
    },
    /// The connection is gone.
    Removed { name: String },
    /// Parts of its credential were replaced by the platform.
    Rotated {
        name: String,
        /// Number of the entry with which the connection was added: what is renewed late must not end up in a
        /// connection that has taken its place.
        of: u64,
        credentials: BTreeMap<String, String>,
    },
}

/// A connection with all that is known.
pub(super) struct Known {
    pub(super) shown: Connection,
    pub(super) credentials: BTreeMap<String, Secret>,
    /// Number of the log entry with which it was added.
    pub(super) number: u64,
}

/// A credential as it is stored.
pub(super) fn exposed(credentials: &BTreeMap<String, Secret>) -> BTreeMap<String, String> {
    credentials.iter().map(|(name, secret)| (name.clone(), secret.expose().to_owned())).collect()
}

fn hidden(credentials: BTreeMap<String, String>) -> impl Iterator<Item = (String, Secret)> {
    credentials.into_iter().map(|(name, text)| (name, Secret::new(text)))
}

/// All connections of the vault by name.
pub(super) fn all(app: &App) -> Result<BTreeMap<String, Known>, Error> {
    let mut found = BTreeMap::new();
    for (entry, stored) in app.entries_json::<Stored>(entry::CONNECTION)? {
        match stored {
            Stored::Added { name, platform, base_url, identity, credentials } => {
                let before = found.remove(&name).map(|before: Known| before.shown.identity);
                let formerly = before.filter(|before| before.id != identity.id);
                let added_at = entry.at.to_string();
                let shown =
                    Connection { name: name.clone(), platform, base_url, identity, added_at, formerly };
                let credentials = hidden(credentials).collect();
                found.insert(name, Known { shown, credentials, number: entry.seq });
            }
            Stored::Removed { name } => {
                found.remove(&name);
            }
            Stored::Rotated { name, of, credentials } => {
                if let Some(known) = found.get_mut(&name).filter(|known| known.number == of) {
                    known.credentials.extend(hidden(credentials));
                }
            }
        }
    }
    Ok(found)
}

/// The connection of this name, or an error that names those that there are.
pub(super) fn one(app: &App, name: &str) -> Result<Known, Error> {
    let mut all = all(app)?;
    all.remove(name).ok_or_else(|| {
        let names: Vec<String> = all.into_keys().collect();
        let error = Error::failed(format!("there is no connection `{name}`"));
        if names.is_empty() {
            error.hint("Add one: `boardvault connection add NAME --platform PLATFORM`.")
        } else {
            error.hint(format!("Connections in this vault: {}.", names.join(", ")))
        }
    })
}
