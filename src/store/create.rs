//! Making a vault.

use std::path::Path;

use super::error::VaultError;
use super::fs::{self, Fs};
use super::header::Header;
use super::header_files;
use super::hold::Hold;
use super::keys::{self, Key, Keys};
use super::lease;
use super::log;
use super::recovery;
use super::slot::{Entry, Slot, SlotKind};
use super::unlock::{self, Unlock};
use super::vault::{Env, PACKS, Vault};
use crate::base::secret::Secret;

impl Vault {
    /// Makes a vault in a new or empty folder and opens it. With [`Unlock::KeyFile`] the key file is made
    /// where it is absent. The recovery key that is returned exists nowhere else: show it once.
    pub fn create(dir: &Path, env: Env, unlock: &Unlock) -> Result<(Self, Secret), VaultError> {
        let failed = |error| VaultError::io("create", dir, error);
        env.fs.create_dir(dir).map_err(failed)?;
        refuse_if_occupied(env.fs.as_ref(), dir)?;
        let (hold, env) = Hold::take(env, dir)?;
        let fs = env.fs.as_ref();
        if let Unlock::KeyFile(path) = unlock {
            unlock::ensure_key_file(fs, path, env.random.as_ref())?;
        }
        let root = keys::random_key(env.random.as_ref())?;
        let (header, recovery_key) = new_header(&env, &root, unlock)?;
        fs.create_dir(&dir.join(PACKS)).map_err(failed)?;
        log::create(&env.fs, dir, header.vault)?;
        // The vault file goes last: where it is, everything is.
        header_files::write(fs, dir, &header)?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs.sync_dir(parent).map_err(failed)?;
        }
        let keys = Keys::derive(&root, Vec::new());
        let vault = Self::assemble(dir, env, header, (1, keys), hold, &mut Vec::new())?;
        Ok((vault, recovery_key))
    }
}

fn refuse_if_occupied(fs: &dyn Fs, dir: &Path) -> Result<(), VaultError> {
    if header_files::is_there(fs, dir) {
        return Err(VaultError::AlreadyAVault(dir.to_owned()));
    }
    let names = fs.list(dir).map_err(|error| VaultError::io("list", dir, error))?;
    // What a creation that was interrupted leaves: a log without records, and no pack.
    let leftover = |name: &String| match name.as_str() {
        lease::NAME => true,
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
    let (recovery_key, printed) = recovery::fresh(random)?;
    let secret = unlock.secret(env.fs.as_ref())?;
    let created = env.clock.now().as_microsecond();
    let entry = |number, kind, secret: &[u8]| {
        let slot = Slot::wrap(kind, vault, root, secret, random)?;
        Ok::<_, VaultError>(Entry { number, created, label: String::new(), slot })
    };
    let mut header = Header::new(vault, created);
    header.slots.push(entry(1, unlock.kind(), &secret)?);
    header.slots.push(entry(2, SlotKind::Recovery, recovery_key.as_ref())?);
    header.sign(root)?;
    Ok((header, printed))
}
