//! A hold on a vault, with what renews it and the file system that asks it.

use std::path::Path;
use std::sync::Arc;

use super::error::VaultError;
use super::fenced_fs::FencedFs;
use super::lease::{Lease, RENEW};
use super::vault::Env;
use crate::base::ticks::Ticks;

/// Renews until it is dropped. It stops with the process: one that does not run does not renew.
pub(super) struct Hold {
    pub(super) lease: Arc<Lease>,
    _renewal: Ticks,
}

impl Hold {
    /// Takes hold of the vault in `dir`. What is returned besides changes files only for as long as the hold lasts.
    pub(super) fn take(env: Env, dir: &Path) -> Result<(Self, Env), VaultError> {
        let lease = Arc::new(Lease::take(&env, dir)?);
        let fs = Arc::new(FencedFs::new(Arc::clone(&env.fs), Arc::clone(&lease)));
        let renewed = Arc::clone(&lease);
        let renewal = env.clock.every(RENEW, Box::new(move || renewed.renew()));
        Ok((Self { lease, _renewal: renewal }, Env { fs, ..env }))
    }
}
