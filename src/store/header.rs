//! What the vault file says: format, identity, the older root keys and the key slots.

use super::error::VaultError;
use super::keys::{self, Key, SealedRoot};
use super::slot::{Entry, Slot};
use super::wire::{self, Fields};

/// The format that this program writes, and the newest that it reads.
pub(super) const FORMAT: u16 = 2;
/// The first format: one root key, slots without labels, no signature.
pub(super) const FORMAT_1: u16 = 1;

const MAGIC: [u8; 6] = *b"BVAULT";
const HASH: usize = 32;
/// No vault file is longer.
pub(super) const MAX_LEN: usize = 64 << 10;

/// What a vault file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// As it was read. What is written has [`FORMAT`].
    pub(super) format: u16,
    pub(super) vault: [u8; 8],
    /// Grows with every change, so that of two valid copies the newer is known.
    pub(super) generation: u32,
    /// Microseconds since 1970, UTC.
    pub(super) created: i64,
    /// The roots of all epochs but the newest, the first one first.
    pub(super) older: Vec<SealedRoot>,
    pub(super) slots: Vec<Entry>,
    signature: [u8; 32],
}

/// Why a copy cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Absent,
    Damaged,
    Newer(u16),
}

impl Header {
    /// The description of a new vault, without slots.
    pub(super) fn new(vault: [u8; 8], created: i64) -> Self {
        let (older, slots) = (Vec::new(), Vec::new());
        Self { format: FORMAT, vault, generation: 1, created, older, slots, signature: [0; 32] }
    }

    /// Signs what is to be written with the newest root.
    pub(super) fn sign(&mut self, newest: &Key) -> Result<(), VaultError> {
        self.signature = keys::signature(newest, &self.signed()?);
        Ok(())
    }

    /// Whether somebody who had the newest root has written it. Format 1 has no signature to check.
    pub(super) fn is_signed_by(&self, newest: &Key) -> bool {
        self.format == FORMAT_1
            || self.signed().is_ok_and(|bytes| keys::signature(newest, &bytes) == self.signature)
    }

    /// The bytes of the file in [`FORMAT`].
    pub(super) fn encode(&self) -> Result<Vec<u8>, VaultError> {
        let mut bytes = self.signed()?;
        bytes.extend(self.signature);
        let hash = blake3::hash(&bytes);
        bytes.extend(hash.as_bytes());
        Ok(bytes)
    }

    /// Everything before the signature.
    fn signed(&self) -> Result<Vec<u8>, VaultError> {
        let mut body = self.vault.to_vec();
        body.extend(self.generation.to_le_bytes());
        body.extend(self.created.to_le_bytes());
        body.push(count("a list of older keys", self.older.len())?);
        body.extend(self.older.concat());
        body.push(count("a list of key slots", self.slots.len())?);
        for slot in &self.slots {
            body.extend(slot.encode()?);
        }
        let mut bytes = MAGIC.to_vec();
        bytes.extend(FORMAT.to_le_bytes());
        let total = bytes.len() + 4 + body.len() + 32 + HASH;
        let length = u32::try_from(total).ok().filter(|_| total <= MAX_LEN).ok_or(VaultError::TooLarge {
            what: "a vault file",
            bytes: total,
            limit: MAX_LEN,
        })?;
        bytes.extend(length.to_le_bytes());
        bytes.extend(body);
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
        let decoded = match format {
            FORMAT => Self::fields(fields),
            FORMAT_1 => Self::fields_1(fields),
            newer if newer > FORMAT => return Err(Unreadable::Newer(newer)),
            _ => None,
        };
        decoded.ok_or(Unreadable::Damaged)
    }

    fn fields(mut fields: Fields<'_>) -> Option<Self> {
        let (vault, generation, created) = (fields.array()?, fields.u32()?, fields.i64()?);
        let older = (0..fields.u8()?).map(|_| fields.array()).collect::<Option<_>>()?;
        let slots = (0..fields.u8()?).map(|_| Entry::decode(&mut fields)).collect::<Option<_>>()?;
        let signature = fields.array()?;
        let header = Self { format: FORMAT, vault, generation, created, older, slots, signature };
        fields.is_empty().then_some(header)
    }

    /// The slots of format 1 were all made with the vault.
    fn fields_1(mut fields: Fields<'_>) -> Option<Self> {
        let (vault, generation, created) = (fields.array()?, fields.u32()?, fields.i64()?);
        let slots = (1..=u16::from(fields.u8()?))
            .map(|number| {
                let slot = Slot::decode(&mut fields)?;
                Some(Entry { number, created, label: String::new(), slot })
            })
            .collect::<Option<_>>()?;
        let header = Self { format: FORMAT_1, generation, slots, ..Self::new(vault, created) };
        fields.is_empty().then_some(header)
    }
}

fn count(what: &'static str, count: usize) -> Result<u8, VaultError> {
    u8::try_from(count).map_err(|_| VaultError::TooLarge { what, bytes: count, limit: 255 })
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

    #[test]
    fn a_change_that_nobody_signed_is_noticed() {
        let root = Key::new([4; 32]);
        let mut header = Header::new(*b"vault id", 5);
        header.older.push([1; 72]);
        header.sign(&root).unwrap();
        let read = Header::decode(&header.encode().unwrap()).unwrap();
        assert!(read.is_signed_by(&root) && !read.is_signed_by(&Key::new([5; 32])));
        let changes: [fn(&mut Header); 3] =
            [|header| header.generation += 1, |header| header.older.clear(), |header| header.created += 1];
        for change in changes {
            let mut forged = read.clone();
            change(&mut forged);
            assert!(!forged.is_signed_by(&root), "{forged:?}");
        }
    }

    #[test]
    fn a_vault_file_that_could_not_be_read_again_is_not_written() {
        let mut header = Header::new(*b"vault id", 5);
        header.older = vec![[0; 72]; 256];
        assert!(matches!(header.encode(), Err(VaultError::TooLarge { limit: 255, .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn any_bytes_decode_without_panic_and_only_to_what_encodes_to_them(
            format in 1_u8..=2,
            older in 0_u8..3,
            labels in prop::collection::vec("[a-zä]{0,9}", 0..4),
            junk in prop::collection::vec(any::<u8>(), 0..3),
            flip in any::<(bool, prop::sample::Index, u8)>(),
        ) {
            let mut bytes = b"BVAULT".to_vec();
            bytes.extend([format, 0, 0, 0, 0, 0]);
            bytes.extend([7; 20]);
            if format == 2 {
                bytes.push(older);
                bytes.extend(vec![8; 72 * usize::from(older)]);
            }
            bytes.push(u8::try_from(labels.len()).unwrap());
            for label in &labels {
                if format == 2 {
                    bytes.extend([1; 10]);
                    bytes.push(u8::try_from(label.len()).unwrap());
                    bytes.extend(label.as_bytes());
                }
                bytes.extend([9; Slot::LEN]);
            }
            if format == 2 {
                bytes.extend([3; 32]);
            }
            bytes.extend(&junk);
            let (flips, at, by) = flip;
            if flips {
                let at = 12 + at.index(bytes.len() - 12);
                bytes[at] ^= by;
            }
            let bytes = closed(bytes);
            match Header::decode(&bytes) {
                Ok(header) if format == 2 => prop_assert_eq!(header.encode().unwrap(), bytes),
                Ok(header) => prop_assert_eq!(header.format, 1),
                Err(unreadable) => {
                    prop_assert!(flips || !junk.is_empty());
                    prop_assert_eq!(unreadable, Unreadable::Damaged);
                }
            }
        }
    }
}
