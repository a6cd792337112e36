//! The keys that open the vault.

use std::path::Path;

use serde::Serialize;

use super::context::{App, Unlock};
use super::error::Error;
use crate::base::clock::Timestamp;
use crate::base::secret::Secret;
use crate::store::key_slots::{KeySlot, SlotKind};

/// One of the keys that open the vault, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Key {
    /// Its number.
    pub number: u16,
    /// Which secret it takes: `passphrase`, `key file`, `recovery key`, or `unknown`.
    pub kind: &'static str,
    /// What its owner calls it; may be empty.
    pub label: String,
    /// When its secret was set.
    pub made_at: Timestamp,
    /// Whether the vault was opened with it this time.
    pub in_use: bool,
}

impl From<KeySlot> for Key {
    fn from(slot: KeySlot) -> Self {
        let KeySlot { number, kind, label, made_at, in_use } = slot;
        Self { number, kind: kind.map_or("unknown", SlotKind::name), label, made_at, in_use }
    }
}

/// What a rotation has done.
#[derive(Debug)]
pub struct Rotated {
    /// The number of the new root key: 2 after the first rotation.
    pub epoch: u32,
    /// The key that still opens the vault.
    pub kept: Key,
    /// The keys that no longer do.
    pub removed: Vec<Key>,
    /// The new recovery key, shown once.
    pub recovery: Secret,
    /// Why the log does not use the new root key yet, where that is so; the next write sees to it.
    pub pending: Option<String>,
}

/// What a changed vault file may leave open when the change failed.
const UNSURE: &str = "`boardvault key list` shows which keys the vault has now.";

/// The keys of the vault, by number.
pub fn list(app: &App) -> Vec<Key> {
    app.vault.key_slots().into_iter().map(Key::from).collect()
}

/// Lets another passphrase or key file open the vault too; a key file is made where it is absent.
pub fn add(app: &App, unlock: &Unlock, label: &str) -> Result<Key, Error> {
    check_label(app, label)?;
    app.vault.add_key(unlock, label).map(Key::from).map_err(changing)
}

/// Lets a new recovery key open the vault too. It is shown once.
pub fn add_recovery(app: &App, label: &str) -> Result<(Key, Secret), Error> {
    check_label(app, label)?;
    let (slot, secret) = app.vault.add_recovery_key(label).map_err(changing)?;
    Ok((slot.into(), secret))
}

/// Takes away the key with this number or label.
pub fn remove(app: &App, named: &str) -> Result<Key, Error> {
    let key = find(app, named)?;
    app.vault.remove_key(key.number).map(Key::from).map_err(changing)
}

/// The key whose passphrase `change_passphrase` would change: the one that `named` says, else the one in use, else
/// the only one there is.
pub fn passphrase_to_change(app: &App, named: Option<&str>) -> Result<Key, Error> {
    let takes_passphrase = |key: &Key| key.kind == SlotKind::Passphrase.name();
    if let Some(named) = named {
        let key = find(app, named)?;
        return if takes_passphrase(&key) {
            Ok(key)
        } else {
            Err(Error::usage(format!("key {} is a {}, not a passphrase", key.number, key.kind)))
        };
    }
    let all: Vec<Key> = list(app).into_iter().filter(takes_passphrase).collect();
    match (all.iter().find(|key| key.in_use), all.as_slice()) {
        (Some(key), _) | (None, [key]) => Ok(key.clone()),
        (None, []) => Err(Error::usage("no key of this vault is a passphrase")
            .hint("Add one: boardvault key add passphrase")),
        (None, _) => Err(Error::usage("the vault has several passphrases")
            .hint("Say which: `--key NUMBER`; `boardvault key list` shows them.")),
    }
}

/// Puts a new passphrase in the place of a key.
pub fn change_passphrase(app: &App, key: &Key, passphrase: &Unlock) -> Result<Key, Error> {
    app.vault.replace_key(key.number, passphrase).map(Key::from).map_err(changing)
}

/// The keys that a rotation would remove.
pub fn lost_by_rotation(app: &App) -> Vec<Key> {
    list(app).into_iter().filter(|key| !key.in_use).collect()
}

/// Gives the vault a new root key, for all that is stored from now on. `unlock` still opens it; other keys do not.
pub fn rotate(app: &App, unlock: &Unlock) -> Result<Rotated, Error> {
    let rotated = app.vault.rotate_root(unlock).map_err(changing)?;
    Ok(Rotated {
        epoch: rotated.epoch,
        kept: rotated.kept.into(),
        removed: rotated.removed.into_iter().map(Key::from).collect(),
        recovery: rotated.recovery,
        pending: rotated.pending.map(|error| error.to_string()),
    })
}

/// Writes a sheet with a recovery key to a new file that only its owner may read. Where that fails, `key` is taken
/// away again: nobody would know its secret.
pub fn file_sheet(app: &App, key: &Key, file: &Path, text: &str) -> Result<(), Error> {
    write_private(file, text).map_err(|error| {
        let failed = Error::failed(format!("cannot write the recovery sheet to {}: {error}", file.display()));
        match app.vault.remove_key(key.number) {
            Ok(_) => failed.hint("No recovery key was added. Choose another file and try again."),
            Err(error) => failed
                .detail(format!("key {} is on no sheet and could not be removed: {error}", key.number))
                .hint(format!("Remove it: boardvault key remove {}", key.number)),
        }
    })
}

fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.write(true).create_new(true).open(file)?;
    opened.write_all(text.as_bytes()).and_then(|()| opened.sync_all()).inspect_err(|_| {
        // Half a sheet is worse than none; where it cannot be removed, the error names it all the same.
        let _ = std::fs::remove_file(file);
    })
}

fn find(app: &App, named: &str) -> Result<Key, Error> {
    let all = list(app);
    let by_number = named.parse().ok().and_then(|number: u16| all.iter().find(|key| key.number == number));
    let found = by_number.or_else(|| all.iter().find(|key| key.label == named && !named.is_empty()));
    found.cloned().ok_or_else(|| {
        Error::usage(format!("the vault has no key `{named}`"))
            .hint("`boardvault key list` shows numbers and labels.")
    })
}

/// A label names one key, and cannot be taken for a number or rewrite the screen.
fn check_label(app: &App, label: &str) -> Result<(), Error> {
    let unfit = |why: &str| Err(Error::usage(format!("`{label}` cannot be a key's label: {why}")));
    if label.parse::<u64>().is_ok() {
        return unfit("it looks like a number");
    }
    if label.chars().any(char::is_control) {
        return unfit("it holds a control character");
    }
    if !label.is_empty() && list(app).iter().any(|key| key.label == label) {
        return unfit("another key has it");
    }
    Ok(())
}

fn changing(error: crate::store::error::VaultError) -> Error {
    use crate::store::error::VaultError as V;
    let is_unsure = matches!(error, V::Io { .. } | V::DiskFull { .. } | V::Poisoned(_));
    let error = Error::from(error);
    if is_unsure { error.hint(UNSURE) } else { error }
}
