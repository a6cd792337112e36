//! The vault file: format, identity and key slots, kept in two copies because without it nothing opens.

use std::path::Path;

use super::error::VaultError;
use super::fs::{self, Fs};
use super::keys::Slot;
use super::wire::{self, Fields};
use crate::base::defect::{Defect, planted};

/// The format that this program writes, and the newest that it reads.
pub(super) const FORMAT: u16 = 1;

const MAGIC: [u8; 6] = *b"BVAULT";
/// The names of the two copies.
pub(super) const COPIES: [&str; 2] = ["vault.a", "vault.b"];
const HASH: usize = 32;
const MAX_LEN: usize = 64 << 10;

/// What a vault file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) vault: [u8; 8],
    /// Grows with every change, so that of two valid copies the newer is known.
    pub(super) generation: u32,
    /// Microseconds since 1970, UTC.
    pub(super) created: i64,
    pub(super) slots: Vec<Slot>,
}

/// Why a copy cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Absent,
    Damaged,
    Newer(u16),
}

impl Header {
    pub(super) fn encode(&self) -> Result<Vec<u8>, VaultError> {
        let slots = u8::try_from(self.slots.len()).map_err(|_| VaultError::TooLarge {
            what: "a list of key slots",
            bytes: self.slots.len() * Slot::LEN,
            limit: 255 * Slot::LEN,
        })?;
        let mut body = self.vault.to_vec();
        body.extend(self.generation.to_le_bytes());
        body.extend(self.created.to_le_bytes());
        body.push(slots);
        self.slots.iter().for_each(|slot| body.extend(slot.encode()));
        let mut bytes = MAGIC.to_vec();
        bytes.extend(FORMAT.to_le_bytes());
        let total = bytes.len() + 4 + body.len() + HASH;
        bytes.extend(u32::try_from(total).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(body);
        let hash = blake3::hash(&bytes);
        bytes.extend(hash.as_bytes());
        Ok(bytes)
    }

    /// Reads a copy. Magic, format, length and closing hash lie at the same places in every future format,
    /// so that "newer" is only said of a file that is whole.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        let (body, hash) = bytes.split_last_chunk::<HASH>().ok_or(Unreadable::Damaged)?;
        let mut fields = Fields(body);
        let frame = (fields.array() == Some(MAGIC)).then(|| Some((fields.u16()?, fields.u32()?))).flatten();
        let Some((format, total)) = frame else { return Err(Unreadable::Damaged) };
        if wire::index(total.into()) != bytes.len() || blake3::hash(body) != *hash {
            return Err(Unreadable::Damaged);
        }
        if format != FORMAT {
            return Err(Unreadable::Newer(format));
        }
        Self::fields(fields).ok_or(Unreadable::Damaged)
    }

    fn fields(mut fields: Fields<'_>) -> Option<Self> {
        let (vault, generation, created) = (fields.array()?, fields.u32()?, fields.i64()?);
        let count = fields.u8()?;
        let slots = (0..count).map(|_| Slot::decode(&mut fields)).collect::<Option<_>>()?;
        fields.is_empty().then_some(Self { vault, generation, created, slots })
    }
}

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

/// The newest readable copy, and a note for each copy that was not usable and has been written again.
pub(super) fn read(fs: &dyn Fs, dir: &Path) -> Result<(Header, Vec<String>), VaultError> {
    if !is_there(fs, dir) {
        return Err(VaultError::NotAVault(dir.to_owned()));
    }
    let copies = COPIES.iter().map(|name| read_copy(fs, dir, name)).collect::<Result<Vec<_>, _>>()?;
    let Some(newest) = copies.iter().flatten().max_by_key(|header| header.generation).cloned() else {
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
    let stale = copies.iter().zip(COPIES).filter(|(copy, _)| copy.as_ref() != Ok(&newest));
    let bytes = newest.encode()?;
    let mut notes = Vec::new();
    for (copy, name) in stale {
        write_copy(fs, dir, name, &bytes)?;
        let was = if *copy == Err(Unreadable::Absent) { "missing" } else { "not usable" };
        notes.push(format!("{name} was {was} and has been written again from its copy"));
    }
    Ok((newest, notes))
}

/// Reads one copy; only a disk that fails is an error of the outer kind.
pub(super) fn read_copy(
    fs: &dyn Fs,
    dir: &Path,
    name: &str,
) -> Result<Result<Header, Unreadable>, VaultError> {
    match fs.read_at(&dir.join(name), 0, MAX_LEN) {
        Ok(bytes) => Ok(Header::decode(&bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Err(Unreadable::Absent)),
        Err(error) => Err(VaultError::io("read", &dir.join(name), error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn closed(mut bytes: Vec<u8>) -> Vec<u8> {
        let total = u32::try_from(bytes.len() + HASH).unwrap();
        bytes[8..12].copy_from_slice(&total.to_le_bytes());
        let hash = blake3::hash(&bytes);
        bytes.extend(hash.as_bytes());
        bytes
    }

    #[test]
    fn newer_is_said_of_a_whole_file_only() {
        let newer = closed(b"BVAULT\x09\x00....and things of which nothing is known yet".to_vec());
        assert_eq!(Header::decode(&newer), Err(Unreadable::Newer(9)));
        for len in 0..newer.len() {
            assert_eq!(Header::decode(&newer[..len]), Err(Unreadable::Damaged));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn any_bytes_decode_without_panic_and_only_to_what_encodes_to_them(
            body in prop::collection::vec(any::<u8>(), 0..400),
            slots in 0_u8..4,
        ) {
            let mut bytes = b"BVAULT\x01\x00....".to_vec();
            bytes.extend(body);
            if let Some(count) = bytes.get_mut(32) {
                *count = slots;
                bytes.resize(33 + usize::from(slots) * Slot::LEN, 7);
            }
            let bytes = closed(bytes);
            if let Ok(header) = Header::decode(&bytes) {
                prop_assert_eq!(header.encode().unwrap(), bytes);
            }
        }
    }
}
