//! The grants in use: one per connection, whoever uses it, and every renewal in the vault before it is used.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use url::Url;

use super::stored::{Known, Stored, exposed};
use crate::app::context::{App, entry};
use crate::app::error::Error;
use crate::base::secret::Secret;
use crate::http::oauth::{Registration, TokenEndpoint};
use crate::http::renewable::{CredentialKeeper, Lent, Renewable};
use crate::http::transport::Network;
use crate::platforms::platform::Platform;
use crate::store::vault::Vault;

/// The grants in use, by connection, with the number of the log entry that each comes from.
#[derive(Default)]
pub struct Grants(Mutex<BTreeMap<String, (u64, Arc<Renewable>)>>);

impl Grants {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, (u64, Arc<Renewable>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when no renewal is under way. To be awaited before the process ends: a platform may have replaced a
    /// refresh token already that is not stored yet.
    pub async fn settled(&self) {
        let used: Vec<Arc<Renewable>> = self.lock().values().map(|(_, grant)| Arc::clone(grant)).collect();
        for grant in used {
            grant.settled().await;
        }
    }
}

/// The grant of a connection, if its access is lent for a while: the same one for everybody in this process.
pub(super) fn shared(
    app: &App,
    platform: &Platform,
    base_url: &Url,
    known: &Known,
) -> Result<Option<Arc<Renewable>>, Error> {
    let name = &known.shown.name;
    let mut used = app.grants.lock();
    if let Some((number, grant)) = used.get(name)
        && *number == known.number
    {
        return Ok(Some(Arc::clone(grant)));
    }
    let keeper = InVault { vault: Arc::clone(&app.vault), name: name.clone(), of: known.number };
    let grant = new(app, platform, base_url, &known.credentials, Arc::new(keeper))?;
    Ok(grant.inspect(|grant| {
        used.insert(name.clone(), (known.number, Arc::clone(grant)));
    }))
}

/// A grant made of a credential's parts, if they hold one.
pub(super) fn new(
    app: &App,
    platform: &Platform,
    base_url: &Url,
    credentials: &BTreeMap<String, Secret>,
    keeper: Arc<dyn CredentialKeeper>,
) -> Result<Option<Arc<Renewable>>, Error> {
    let parts = (platform.oauth, Lent::from_parts(credentials), Registration::from_parts(credentials));
    let (Some(oauth), Some(lent), Some(registration)) = parts else { return Ok(None) };
    let endpoint = TokenEndpoint::new(oauth, base_url, registration, Arc::new(Network::new()?));
    Ok(Some(Arc::new(Renewable::new(lent, endpoint, app.clock.clone(), keeper))))
}

/// Stores what is renewed in the vault's sealed log.
struct InVault {
    vault: Arc<Vault>,
    name: String,
    of: u64,
}

impl CredentialKeeper for InVault {
    fn keep(&self, changed: &BTreeMap<String, Secret>) -> Result<(), String> {
        let stored = Stored::Rotated { name: self.name.clone(), of: self.of, credentials: exposed(changed) };
        let bytes = serde_json::to_vec(&stored).map_err(|error| error.to_string())?;
        // The tokens exist nowhere else: also on a full disk room is made for them.
        self.vault.append_if_full(entry::CONNECTION, &bytes).map_err(|error| error.to_string())?;
        Ok(())
    }
}

/// Holds what is renewed while a credential is tried that is not stored yet.
#[derive(Default)]
pub(super) struct InMemory(Mutex<BTreeMap<String, Secret>>);

impl InMemory {
    /// `credentials` with what was renewed meanwhile.
    pub(super) fn over(&self, credentials: BTreeMap<String, Secret>) -> BTreeMap<String, Secret> {
        let renewed = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        credentials.into_iter().chain(renewed).collect()
    }
}

impl CredentialKeeper for InMemory {
    fn keep(&self, changed: &BTreeMap<String, Secret>) -> Result<(), String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(changed.clone());
        Ok(())
    }
}

#[cfg(test)]
#[path = "grants_tests.rs"]
mod tests;
