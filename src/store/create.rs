//! Making a vault.

use std::path::Path;

use zeroize::Zeroizing;

use super::error::VaultError;
use super::fs::{self, Fs};
use super::header::{self, Header};
use super::keys::{self, Key, Slot, SlotKind};
use super::log;
use super::recovery;
use super::unlock::{self, Unlock};
use super::vault::{Env, LOCK, PACKS, Vault, take_lock};
use crate::base::secret::Secret;

impl Vault {
    /// Makes a vault in a new or empty folder and opens it. With [`Unlock::KeyFile`] the key file is made
    /// where it is absent. The recovery key that is returned exists nowhere else: show it once.
    pub fn create(dir: &Path, env: Env, unlock: &Unlock) -> Result<(Self, Secret), VaultError> {
        let fs = env.fs.as_ref();
        let failed = |error| VaultError::io("create", dir, error);
        fs.create_dir(dir).map_err(failed)?;
        refuse_if_occupied(fs, dir)?;
        let lock = take_lock(fs, dir)?;
        if let Unlock::KeyFile(path) = unlock {
            unlock::ensure_key_file(fs, path, env.random.as_ref())?;
        }
        let root = keys::random_key(env.random.as_ref())?;
        let (header, recovery_key) = new_header(&env, &root, unlock)?;
        fs.create_dir(&dir.join(PACKS)).map_err(failed)?;
        log::create(&env.fs, dir, header.vault)?;
        // The vault file goes last: where it is, everything is.
        header::write(fs, dir, &header)?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs.sync_dir(parent).map_err(failed)?;
        }
        let vault = Self::assemble(dir, env, &header, &root, lock, &mut Vec::new())?;
        Ok((vault, recovery_key))
    }
}

fn refuse_if_occupied(fs: &dyn Fs, dir: &Path) -> Result<(), VaultError> {
    if header::is_there(fs, dir) {
        return Err(VaultError::AlreadyAVault(dir.to_owned()));
    }
    let names = fs.list(dir).map_err(|error| VaultError::io("list", dir, error))?;
    // What a creation that was interrupted leaves: a log without records, and no pack.
    let leftover = |name: &String| match name.as_str() {
        LOCK => true,
        draft if draft.ends_with(fs::DRAFT) => draft.starts_with("vault."),
        PACKS => fs.list(&dir.join(PACKS)).is_ok_and(|packs| packs.is_empty()),
        log::NAME => log::is_unused(fs, dir),
        _ => false,
    };
    if names.iter().all(leftover) { Ok(()) } else { Err(VaultError::NotEmpty(dir.to_owned())) }
}

fn new_header(env: &Env, root: &Key, unlock: &Unlock) -> Result<(Header, Secret), VaultError> {
    let random = env.random.as_ref();
    let mut vault = [0; 8];
    random.fill(&mut vault)?;
    let mut recovery_key = Zeroizing::new([0; recovery::BYTES]);
    random.fill(recovery_key.as_mut())?;
    let secret = unlock.secret(env.fs.as_ref())?;
    let slots = vec![
        Slot::wrap(unlock.kind(), vault, root, &secret, random)?,
        Slot::wrap(SlotKind::Recovery, vault, root, recovery_key.as_ref(), random)?,
    ];
    let created = env.clock.now().as_microsecond();
    Ok((Header { vault, generation: 1, created, slots }, recovery::print(&recovery_key)))
}
