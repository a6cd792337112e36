//! The vault's keys: a random root key for each epoch, and what is derived from it.
//!
//! A rotation begins an epoch. From then on packs and log records are sealed under keys of the new root; what lies
//! there already is not touched, and chunk ids keep the key of the first epoch, or nothing would be found again.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use zeroize::Zeroizing;

use super::chunks::ChunkKind;
use super::error::VaultError;
use super::seal::{self, Object, SealKey};
use crate::base::hash::Hash;
use crate::base::ids::Random;

pub(super) type Key = Zeroizing<[u8; 32]>;
/// A root key of an older epoch, sealed under the newest root.
pub(super) type SealedRoot = [u8; 32 + seal::OVERHEAD];

const CHUNK_ID: &str = "boardvault v1 chunk id";
const CHUNK_SEAL: &str = "boardvault v1 chunk seal";
const LOG_SEAL: &str = "boardvault v1 log seal";
const OLDER_ROOT: &str = "boardvault v2 older root";
const SIGNATURE: &str = "boardvault v2 vault file";

/// The keys of all epochs. Epochs count from 1.
pub(super) struct Keys {
    chunk_id: Key,
    epochs: RwLock<Vec<Epoch>>,
}

struct Epoch {
    root: Key,
    seals: Arc<Seals>,
    /// The first pack that is sealed under this epoch; nothing while the log has not begun it.
    first_pack: Option<u32>,
}

/// The keys that an epoch seals with.
pub(super) struct Seals {
    pub(super) chunks: SealKey,
    pub(super) log: SealKey,
}

fn sub(root: &Key, label: &str) -> Key {
    Zeroizing::new(blake3::derive_key(label, root.as_ref()))
}

impl Epoch {
    fn new(root: Key, first_pack: Option<u32>) -> Self {
        let seals =
            Seals { chunks: SealKey::new(sub(&root, CHUNK_SEAL)), log: SealKey::new(sub(&root, LOG_SEAL)) };
        Self { root, seals: Arc::new(seals), first_pack }
    }
}

impl Keys {
    /// The keys of the roots of all epochs, the first one first.
    pub(super) fn derive(first: &Key, later: Vec<Key>) -> Self {
        let mut epochs = vec![Epoch::new(first.clone(), Some(0))];
        epochs.extend(later.into_iter().map(|root| Epoch::new(root, None)));
        Self { chunk_id: sub(first, CHUNK_ID), epochs: RwLock::new(epochs) }
    }

    /// A chunk's identity. Keyed, so that nobody without the key can tell whether some known file is here.
    pub(super) fn chunk_id(&self, kind: ChunkKind, plain: &[u8]) -> Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.chunk_id);
        hasher.update(&[kind as u8]).update(plain);
        Hash(*hasher.finalize().as_bytes())
    }

    /// The number of the newest epoch.
    pub(super) fn newest(&self) -> u32 {
        u32::try_from(self.read().len()).unwrap_or(u32::MAX)
    }

    /// The keys of an epoch, if there is such an epoch.
    pub(super) fn of_epoch(&self, epoch: u32) -> Option<Arc<Seals>> {
        let index = usize::try_from(epoch.checked_sub(1)?).ok()?;
        self.read().get(index).map(|epoch| Arc::clone(&epoch.seals))
    }

    /// The key that the chunks of a pack are sealed with.
    pub(super) fn of_pack(&self, pack: u32) -> Result<Arc<Seals>, VaultError> {
        let epochs = self.read();
        let begun = |epoch: &&Epoch| epoch.first_pack.is_some_and(|first| first <= pack);
        let found = epochs.iter().rev().find(begun).map(|epoch| Arc::clone(&epoch.seals));
        // The first epoch begins with pack 0, so there always is one.
        found.ok_or_else(|| VaultError::Poisoned(format!("no key is known for pack {pack}")))
    }

    /// The first pack of the newest epoch that has begun.
    pub(super) fn first_pack(&self) -> u32 {
        self.read().iter().rev().find_map(|epoch| epoch.first_pack).unwrap_or(0)
    }

    /// Notes that an epoch has begun with a pack.
    pub(super) fn begin(&self, epoch: u32, first_pack: u32) {
        let mut epochs = self.epochs.write().unwrap_or_else(PoisonError::into_inner);
        let index = epoch.checked_sub(1).and_then(|index| usize::try_from(index).ok());
        if let Some(epoch) = index.and_then(|index| epochs.get_mut(index)) {
            epoch.first_pack = Some(first_pack);
        }
    }

    /// Adds an epoch that has not begun.
    pub(super) fn add(&self, root: Key) {
        self.epochs.write().unwrap_or_else(PoisonError::into_inner).push(Epoch::new(root, None));
    }

    /// The roots of all epochs, the first one first.
    pub(super) fn roots(&self) -> Vec<Key> {
        self.read().iter().map(|epoch| epoch.root.clone()).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Epoch>> {
        self.epochs.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seals `roots`, those of the first epochs, under the newest root.
pub(super) fn seal_roots(
    newest: &Key,
    vault: [u8; 8],
    roots: &[Key],
    random: &dyn Random,
) -> Result<Vec<SealedRoot>, VaultError> {
    let key = SealKey::new(sub(newest, OLDER_ROOT));
    (1_u32..)
        .zip(roots)
        .map(|(epoch, root)| {
            let sealed = key.seal(random, &bound(vault, epoch), root.as_ref())?;
            let length = sealed.len();
            sealed.try_into().map_err(|_| VaultError::TooLarge {
                what: "a sealed key",
                bytes: length,
                limit: 72,
            })
        })
        .collect()
}

/// The roots that [`seal_roots`] has sealed, or nothing if a seal does not hold.
pub(super) fn open_roots(newest: &Key, vault: [u8; 8], sealed: &[SealedRoot]) -> Option<Vec<Key>> {
    let key = SealKey::new(sub(newest, OLDER_ROOT));
    let open = |(epoch, sealed): (u32, &SealedRoot)| {
        let root = Zeroizing::new(key.open(&bound(vault, epoch), sealed)?);
        Some(Zeroizing::new(<[u8; 32]>::try_from(root.as_slice()).ok()?))
    };
    (1_u32..).zip(sealed).map(open).collect()
}

fn bound(vault: [u8; 8], epoch: u32) -> Vec<u8> {
    seal::bound(Object::OlderRoot, vault, &[&epoch.to_le_bytes()])
}

/// What shows that a vault file was written by somebody who had the newest root.
pub(super) fn signature(newest: &Key, bytes: &[u8]) -> [u8; 32] {
    *blake3::keyed_hash(&sub(newest, SIGNATURE), bytes).as_bytes()
}

/// 32 fresh random bytes.
pub(super) fn random_key(random: &dyn Random) -> Result<Key, VaultError> {
    let mut key = Zeroizing::new([0; 32]);
    random.fill(key.as_mut())?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::SeededRandom;

    const VAULT: [u8; 8] = *b"vault id";

    fn root(byte: u8) -> Key {
        Zeroizing::new([byte; 32])
    }

    #[test]
    fn chunk_ids_depend_on_key_and_kind_and_are_pinned() {
        let keys = Keys::derive(&root(9), Vec::new());
        let id = keys.chunk_id(ChunkKind::Node, b"content");
        assert_ne!(id, keys.chunk_id(ChunkKind::Piece, b"content"));
        assert_ne!(id, Keys::derive(&root(8), Vec::new()).chunk_id(ChunkKind::Node, b"content"));
        assert_eq!(id.short(), "229d1b1aeeea", "chunk ids must not change");
    }

    #[test]
    fn chunk_ids_stay_what_they_are_in_every_epoch() {
        let keys = Keys::derive(&root(9), vec![root(8)]);
        keys.begin(2, 1);
        assert_eq!(keys.chunk_id(ChunkKind::Node, b"content").short(), "229d1b1aeeea");
    }

    #[test]
    fn a_pack_has_the_key_of_the_newest_epoch_begun_before_it() {
        let keys = Keys::derive(&root(1), vec![root(2), root(3), root(4)]);
        keys.begin(2, 5);
        keys.begin(3, 5);
        for (pack, epoch) in [(1, 1), (4, 1), (5, 3), (90, 3)] {
            let seals = keys.of_pack(pack).unwrap();
            assert!(Arc::ptr_eq(&seals, &keys.of_epoch(epoch).unwrap()), "pack {pack}");
        }
        assert_eq!((keys.newest(), keys.first_pack()), (4, 5));
        assert!(keys.of_epoch(0).is_none() && keys.of_epoch(5).is_none());
    }

    #[test]
    fn older_roots_open_under_the_newest_one_at_their_own_epoch_only() {
        let older = [root(1), root(2)];
        let sealed = seal_roots(&root(3), VAULT, &older, &SeededRandom::new(1)).unwrap();
        assert_eq!(open_roots(&root(3), VAULT, &sealed), Some(older.to_vec()));
        assert_eq!(open_roots(&root(4), VAULT, &sealed), None);
        assert_eq!(open_roots(&root(3), *b"another!", &sealed), None);
        let swapped = [sealed[1], sealed[0]];
        assert_eq!(open_roots(&root(3), VAULT, &swapped), None);
    }

    #[test]
    fn the_description_of_the_format_has_the_labels_of_this_file() {
        let text = include_str!("../../docs/format.md");
        for label in [CHUNK_ID, CHUNK_SEAL, LOG_SEAL, OLDER_ROOT, SIGNATURE] {
            assert!(text.contains(label), "{label}");
        }
    }
}
