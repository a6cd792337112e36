//! Chunks in memory: for tests, and for trees that are compared and thrown away.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::chunks::{ChunkError, ChunkKind, Chunks};
use crate::base::hash::Hash;

/// A chunk store that forgets everything when it is dropped. Ids are made under a fixed, public key.
#[derive(Default)]
pub struct MemChunks(Mutex<BTreeMap<Hash, (ChunkKind, Vec<u8>)>>);

impl MemChunks {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many chunks it holds.
    pub fn count(&self) -> usize {
        self.map().len()
    }

    fn map(&self) -> MutexGuard<'_, BTreeMap<Hash, (ChunkKind, Vec<u8>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chunks for MemChunks {
    fn get(&self, kind: ChunkKind, id: &Hash) -> Result<Vec<u8>, ChunkError> {
        match self.map().get(id) {
            Some((found, plain)) if *found == kind => Ok(plain.clone()),
            Some(_) => Err(ChunkError::Damaged {
                id: *id,
                detail: "it holds something else than expected".to_owned(),
            }),
            None => Err(ChunkError::Absent(*id)),
        }
    }

    fn put(&self, kind: ChunkKind, plain: &[u8]) -> Result<Hash, ChunkError> {
        let id = self.id_of(kind, plain);
        self.map().entry(id).or_insert_with(|| (kind, plain.to_vec()));
        Ok(id)
    }

    fn id_of(&self, kind: ChunkKind, plain: &[u8]) -> Hash {
        let mut hasher = blake3::Hasher::new_derive_key("boardvault chunks in memory");
        Hash(*hasher.update(&[kind as u8]).update(plain).finalize().as_bytes())
    }

    fn has(&self, id: &Hash) -> Result<bool, ChunkError> {
        Ok(self.map().contains_key(id))
    }

    fn sync(&self) -> Result<(), ChunkError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_content_is_stored_once_a_kind() {
        let chunks = MemChunks::new();
        let id = chunks.put(ChunkKind::Node, b"x").unwrap();
        assert_eq!(chunks.put(ChunkKind::Node, b"x").unwrap(), id);
        assert_ne!(chunks.put(ChunkKind::Piece, b"x").unwrap(), id);
        assert_eq!((chunks.count(), chunks.get(ChunkKind::Node, &id).unwrap()), (2, b"x".to_vec()));
        assert!(chunks.get(ChunkKind::Piece, &id).is_err());
        assert!(matches!(chunks.get(ChunkKind::Node, &Hash::of(b"y")), Err(ChunkError::Absent(_))));
    }
}
