//! Sealing: AES-256-GCM under a key that is used once.
//!
//! Every seal draws a fresh 24-byte salt; the AES key is the keyed blake3 hash of the salt under the base
//! key, and the nonce is zero. So no nonce can ever repeat under one key, not even where a record that
//! was cut off after a crash is written anew at the same place, and no counter has to survive anything.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::error::VaultError;
use crate::base::defect::{Defect, planted};
use crate::base::ids::Random;

const SALT: usize = 24;
const TAG: usize = 16;
/// How many bytes a seal adds.
pub(super) const OVERHEAD: usize = SALT + TAG;

/// The first byte of all associated data: the version of the sealing.
const VERSION: u8 = 1;

/// What a sealed thing is; the second byte of its associated data.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
pub(super) enum Object {
    KeySlot = 1,
    Chunk = 2,
    LogRecord = 3,
    OlderRoot = 4,
}

/// Associated data: what a seal is bound to besides its content.
pub(super) fn bound(object: Object, vault: [u8; 8], place: &[&[u8]]) -> Vec<u8> {
    let mut data = vec![VERSION, object as u8];
    data.extend(vault);
    data.extend(place.concat());
    data
}

/// A base key.
pub(super) struct SealKey(Zeroizing<[u8; 32]>);

impl SealKey {
    pub(super) fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }

    /// `salt ‖ ciphertext ‖ tag`.
    pub(super) fn seal(
        &self,
        random: &dyn Random,
        bound: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let mut sealed = Vec::with_capacity(plain.len().saturating_add(OVERHEAD));
        self.seal_onto(&mut sealed, random, bound, plain)?;
        Ok(sealed)
    }

    /// Appends what [`seal`](Self::seal) gives.
    pub(super) fn seal_onto(
        &self,
        out: &mut Vec<u8>,
        random: &dyn Random,
        bound: &[u8],
        plain: &[u8],
    ) -> Result<(), VaultError> {
        let mut salt = [0; SALT];
        if !planted(Defect::SaltRepeated) {
            random.fill(&mut salt)?;
        }
        out.extend(salt);
        let begin = out.len();
        out.extend_from_slice(plain);
        let body = out.get_mut(begin..).unwrap_or_default();
        let tag = self
            .once(salt)
            .and_then(|key| key.seal_in_place_separate_tag(zero_nonce(), Aad::from(bound), body).ok())
            // AES-GCM only refuses messages of more than 64 GiB, and those are refused long before.
            .ok_or(VaultError::TooLarge { what: "a record", bytes: plain.len(), limit: u32::MAX as usize })?;
        out.extend_from_slice(tag.as_ref());
        Ok(())
    }

    /// The plain bytes, or nothing if the seal does not hold.
    pub(super) fn open(&self, bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (salt, body) = sealed.split_first_chunk::<SALT>()?;
        let mut body = body.to_vec();
        let length = self.once(*salt)?.open_in_place(zero_nonce(), Aad::from(bound), &mut body).ok()?.len();
        body.truncate(length);
        Some(body)
    }

    fn once(&self, salt: [u8; SALT]) -> Option<LessSafeKey> {
        let key = Zeroizing::new(*blake3::keyed_hash(&self.0, &salt).as_bytes());
        Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_ref()).ok()?))
    }
}

fn zero_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::SeededRandom;

    fn sealed() -> (SealKey, Vec<u8>) {
        let key = SealKey::new(Zeroizing::new([7; 32]));
        let sealed = key.seal(&SeededRandom::new(1), b"place", b"plain text").unwrap();
        (key, sealed)
    }

    #[test]
    fn opens_only_with_the_same_key_and_place() {
        let (key, sealed) = sealed();
        assert_eq!(key.open(b"place", &sealed).unwrap(), b"plain text");
        assert!(key.open(b"elsewhere", &sealed).is_none());
        assert!(SealKey::new(Zeroizing::new([8; 32])).open(b"place", &sealed).is_none());
    }

    #[test]
    fn no_byte_can_be_changed_and_no_length_opens() {
        let (key, sealed) = sealed();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(b"place", &changed).is_none(), "byte {at}");
            assert!(key.open(b"place", &sealed[..at]).is_none(), "length {at}");
        }
    }

    #[test]
    fn the_same_bytes_are_never_sealed_under_the_same_key() {
        let (key, random) = (SealKey::new(Zeroizing::new([7; 32])), SeededRandom::new(1));
        let salts: std::collections::BTreeSet<_> =
            (0..100).map(|_| key.seal(&random, b"place", b"plain").unwrap()[..SALT].to_vec()).collect();
        assert_eq!(salts.len(), 100);
    }

    #[test]
    fn the_bytes_are_pinned() {
        let (_, sealed) = sealed();
        assert_eq!(
            crate::base::hash::Hash::of(&sealed).short(),
            "ea8817330339",
            "the format of a seal must not change"
        );
    }
}
