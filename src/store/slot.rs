//! Key slots: the newest root key, wrapped under one secret each.

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use super::error::VaultError;
use super::keys::Key;
use super::seal::{self, Object, SealKey};
use super::wire::Fields;
use crate::base::ids::Random;

const SLOT: &str = "boardvault v1 key slot";
/// The longest label of a slot, in bytes.
pub(super) const MAX_LABEL: usize = 64;

/// Which secret opens a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum SlotKind {
    /// A passphrase.
    Passphrase = 1,
    /// The bytes of a key file.
    KeyFile = 2,
    /// A printed recovery key.
    Recovery = 3,
}

impl SlotKind {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Passphrase, Self::KeyFile, Self::Recovery].into_iter().find(|kind| *kind as u8 == byte)
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::KeyFile => "key file",
            Self::Recovery => "recovery key",
        }
    }
}

/// How hard a passphrase is stretched by Argon2id; all zero for slots whose secret is random already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stretch {
    /// Memory in KiB.
    pub(super) memory: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

impl Stretch {
    const DEFAULT: Self = Self { memory: 64 << 10, passes: 3, lanes: 1 };

    /// A weaker slot was not made by this program and would give the passphrase away; a far stronger one
    /// would only exhaust this machine.
    fn is_acceptable(self) -> bool {
        (46 << 10..=1 << 20).contains(&self.memory)
            && (1..=64).contains(&self.passes)
            && (1..=16).contains(&self.lanes)
    }
}

/// The root key, wrapped under one secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    kind: u8,
    stretch: Stretch,
    salt: [u8; 32],
    wrapped: [u8; 32 + seal::OVERHEAD],
}

impl Slot {
    #[cfg(test)]
    pub(super) const LEN: usize = 1 + 12 + 32 + 32 + seal::OVERHEAD;

    /// Wraps `root` under `secret`.
    pub(super) fn wrap(
        kind: SlotKind,
        vault: [u8; 8],
        root: &Key,
        secret: &[u8],
        random: &dyn Random,
    ) -> Result<Self, VaultError> {
        let stretch = if kind == SlotKind::Passphrase { Stretch::DEFAULT } else { Stretch::default() };
        let mut slot = Self { kind: kind as u8, stretch, salt: [0; 32], wrapped: [0; 32 + seal::OVERHEAD] };
        random.fill(&mut slot.salt)?;
        let key = slot.key(secret).ok_or_else(|| slot_failure("cannot stretch the passphrase"))?;
        let sealed = key.seal(random, &slot.bound(vault), root.as_ref())?;
        slot.wrapped = sealed.try_into().map_err(|_| slot_failure("the sealed key has another length"))?;
        Ok(slot)
    }

    /// Which secret opens it; nothing for a kind that this program does not know.
    pub(super) fn kind(&self) -> Option<SlotKind> {
        SlotKind::from_byte(self.kind)
    }

    /// The root key, if `secret` is of this slot's kind and opens it.
    pub(super) fn unwrap_with(&self, kind: SlotKind, vault: [u8; 8], secret: &[u8]) -> Option<Key> {
        if self.kind != kind as u8 || (kind == SlotKind::Passphrase && !self.stretch.is_acceptable()) {
            return None;
        }
        let root = Zeroizing::new(self.key(secret)?.open(&self.bound(vault), &self.wrapped)?);
        Some(Zeroizing::new(<[u8; 32]>::try_from(root.as_slice()).ok()?))
    }

    fn key(&self, secret: &[u8]) -> Option<SealKey> {
        let mut key = Zeroizing::new([0; 32]);
        if self.kind == SlotKind::Passphrase as u8 {
            let Stretch { memory, passes, lanes } = self.stretch;
            let params = Params::new(memory, passes, lanes, Some(key.len())).ok()?;
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password_into(secret, &self.salt, key.as_mut())
                .ok()?;
        } else {
            let mut hasher = blake3::Hasher::new_derive_key(SLOT);
            hasher.update(&self.salt).update(secret);
            *key = *hasher.finalize().as_bytes();
        }
        Some(SealKey::new(key))
    }

    fn bound(&self, vault: [u8; 8]) -> Vec<u8> {
        seal::bound(Object::KeySlot, vault, &[&self.public()])
    }

    fn public(&self) -> Vec<u8> {
        let Stretch { memory, passes, lanes } = self.stretch;
        let mut bytes = vec![self.kind];
        for number in [memory, passes, lanes] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(self.salt);
        bytes
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = self.public();
        bytes.extend(self.wrapped);
        bytes
    }

    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            kind: fields.u8()?,
            stretch: Stretch { memory: fields.u32()?, passes: fields.u32()?, lanes: fields.u32()? },
            salt: fields.array()?,
            wrapped: fields.array()?,
        })
    }
}

/// A slot with what people know it by. The label is bound to nothing but the vault file's signature: format 1 had none,
/// and a slot of format 1 cannot be wrapped anew without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its number, which no other slot of the vault has.
    pub(super) number: u16,
    /// When its secret was set: microseconds since 1970, UTC.
    pub(super) created: i64,
    pub(super) label: String,
    pub(super) slot: Slot,
}

impl Entry {
    pub(super) fn encode(&self) -> Result<Vec<u8>, VaultError> {
        let length = u8::try_from(self.label.len()).ok().filter(|len| usize::from(*len) <= MAX_LABEL).ok_or(
            VaultError::TooLarge { what: "a key's label", bytes: self.label.len(), limit: MAX_LABEL },
        )?;
        let mut bytes = self.number.to_le_bytes().to_vec();
        bytes.extend(self.created.to_le_bytes());
        bytes.push(length);
        bytes.extend(self.label.as_bytes());
        bytes.extend(self.slot.encode());
        Ok(bytes)
    }

    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        let (number, created) = (fields.u16()?, fields.i64()?);
        let length = usize::from(fields.u8()?);
        let label = (length <= MAX_LABEL).then(|| fields.bytes(length)).flatten()?;
        let label = String::from_utf8(label.to_vec()).ok()?;
        Some(Self { number, created, label, slot: Slot::decode(fields)? })
    }
}

fn slot_failure(what: &str) -> VaultError {
    VaultError::Io { what: "cannot make a key slot".to_owned(), source: std::io::Error::other(what) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::SeededRandom;

    const VAULT: [u8; 8] = *b"vault id";

    fn root() -> Key {
        Zeroizing::new([9; 32])
    }

    #[test]
    fn a_slot_opens_with_its_own_secret_kind_and_vault_only() {
        let slot = Slot::wrap(SlotKind::KeyFile, VAULT, &root(), b"secret", &SeededRandom::new(1)).unwrap();
        assert_eq!(slot.unwrap_with(SlotKind::KeyFile, VAULT, b"secret"), Some(root()));
        assert_eq!(slot.unwrap_with(SlotKind::KeyFile, VAULT, b"other"), None);
        assert_eq!(slot.unwrap_with(SlotKind::Recovery, VAULT, b"secret"), None);
        assert_eq!(slot.unwrap_with(SlotKind::KeyFile, *b"another!", b"secret"), None);
    }

    #[test]
    fn a_passphrase_slot_that_was_weakened_is_refused() {
        let random = SeededRandom::new(2);
        let slot = Slot::wrap(SlotKind::Passphrase, VAULT, &root(), b"pass", &random).unwrap();
        assert_eq!(slot.unwrap_with(SlotKind::Passphrase, VAULT, b"pass"), Some(root()));
        for stretch in [
            Stretch { memory: 8, passes: 1, lanes: 1 },
            Stretch { memory: u32::MAX, passes: 3, lanes: 1 },
            Stretch { memory: 64 << 10, passes: u32::MAX, lanes: 1 },
        ] {
            let mut weak = Slot { stretch, ..slot.clone() };
            if stretch.memory == 8 {
                let key = weak.key(b"pass").unwrap();
                let sealed = key.seal(&random, &weak.bound(VAULT), root().as_ref()).unwrap();
                weak.wrapped = sealed.try_into().unwrap();
            }
            assert_eq!(weak.unwrap_with(SlotKind::Passphrase, VAULT, b"pass"), None, "{stretch:?}");
        }
    }

    #[test]
    fn the_description_of_the_format_has_the_labels_and_sizes_of_this_file() {
        let text = include_str!("../../docs/format.md");
        let slot = format!("| {} | the slot itself |", Slot::LEN);
        for part in [SLOT, &slot, "65 536 KiB, 3 passes, 1 lane", "47 104 KiB"] {
            assert!(text.contains(part), "{part}");
        }
    }
}
