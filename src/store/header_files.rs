//! The two copies of the vault file: without either nothing opens, so one is whole at any moment.

use std::path::Path;

use super::error::VaultError;
use super::fs::{self, Fs};
use super::header::{FORMAT, Header, MAX_LEN, Unreadable};
use crate::base::defect::{Defect, planted};

/// The names of the two copies.
pub(super) const COPIES: [&str; 2] = ["vault.a", "vault.b"];

/// Whether the folder holds any copy, readable or not.
pub(super) fn is_there(fs: &dyn Fs, dir: &Path) -> bool {
    COPIES.iter().any(|name| fs.len(&dir.join(name)).is_ok())
}

/// Writes both copies, one after the other, so that one is whole at any moment.
pub(super) fn write(fs: &dyn Fs, dir: &Path, header: &Header) -> Result<(), VaultError> {
    let bytes = header.encode()?;
    let copies = if planted(Defect::OneHeaderCopy) { 1 } else { COPIES.len() };
    COPIES.iter().take(copies).try_for_each(|name| write_copy(fs, dir, name, &bytes))
}

fn write_copy(fs: &dyn Fs, dir: &Path, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
    let path = dir.join(name);
    fs::replace(fs, &path, bytes).map_err(|error| VaultError::io("write", &path, error))
}

/// What the two copies say.
pub(super) struct Found {
    /// The newest readable copy.
    pub(super) header: Header,
    /// A note for each copy that was not usable.
    pub(super) notes: Vec<String>,
    /// Whether both copies are now the same. They are not where the disk is too full to mend one: such a vault can
    /// be read, and must not be written to before.
    pub(super) both: bool,
}

/// Reads both copies and mends one from the other.
pub(super) fn read(fs: &dyn Fs, dir: &Path) -> Result<Found, VaultError> {
    if !is_there(fs, dir) {
        return Err(VaultError::NotAVault(dir.to_owned()));
    }
    let bytes = COPIES.iter().map(|name| read_bytes(fs, dir, name)).collect::<Result<Vec<_>, _>>()?;
    let copies: Vec<_> = bytes.iter().map(|bytes| decode(bytes.as_deref())).collect();
    let whole =
        copies.iter().zip(&bytes).filter_map(|(copy, bytes)| Some((copy.as_ref().ok()?, bytes.as_ref()?)));
    let Some((newest, bytes)) = whole.max_by_key(|(header, _)| header.generation) else {
        let newer = copies.iter().find_map(|copy| match copy {
            Err(Unreadable::Newer(format)) => Some(*format),
            _ => None,
        });
        let [path, _] = COPIES.map(|name| dir.join(name));
        return Err(match newer {
            Some(found) => VaultError::NewerFormat { path, found, known: FORMAT },
            None => VaultError::damaged(&path, 0, "neither this file nor its copy vault.b is whole"),
        });
    };
    // A copy that a newer program has written is not this program's to repair.
    if let Some((format, name)) = copies.iter().zip(COPIES).find_map(|(copy, name)| match copy {
        Err(Unreadable::Newer(format)) => Some((*format, name)),
        _ => None,
    }) {
        return Err(VaultError::NewerFormat { path: dir.join(name), found: format, known: FORMAT });
    }
    let agree = copies.iter().flatten().all(|copy| copy.vault == newest.vault);
    if !agree && !planted(Defect::HeaderRepairedBlindly) {
        // Which of them belongs here nobody can tell, and to repair the wrong one would lose the keys.
        let [a, b] = COPIES.map(|name| dir.join(name));
        let what = format!("it and {} are of two different vaults", b.display());
        return Err(VaultError::damaged(&a, 0, what));
    }
    let stale = copies.iter().zip(COPIES).filter(|(copy, _)| copy.as_ref() != Ok(newest));
    let (mut notes, mut both) = (Vec::new(), true);
    for (copy, name) in stale {
        let was = match copy {
            Ok(_) => "out of date",
            Err(Unreadable::Absent) => "missing",
            Err(_) => "not usable",
        };
        notes.push(match write_copy(fs, dir, name, bytes) {
            Ok(()) => format!("{name} was {was} and has been written again from its copy"),
            Err(VaultError::DiskFull { .. }) => {
                both = false;
                format!("{name} is {was}; the disk is too full to write it again, which the next write to the vault will try first")
            }
            Err(other) => return Err(other),
        });
    }
    Ok(Found { header: newest.clone(), notes, both })
}

/// Reads one copy; only a disk that fails is an error of the outer kind.
pub(super) fn read_copy(
    fs: &dyn Fs,
    dir: &Path,
    name: &str,
) -> Result<Result<Header, Unreadable>, VaultError> {
    Ok(decode(read_bytes(fs, dir, name)?.as_deref()))
}

fn decode(bytes: Option<&[u8]>) -> Result<Header, Unreadable> {
    bytes.map_or(Err(Unreadable::Absent), Header::decode)
}

fn read_bytes(fs: &dyn Fs, dir: &Path, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
    match fs.read_at(&dir.join(name), 0, MAX_LEN) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(VaultError::io("read", &dir.join(name), error)),
    }
}
