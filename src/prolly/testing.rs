//! A chunk store in memory for tests: it counts, and it can be damaged.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::test_runner::{Config, RngSeed};

use crate::base::hash::Hash;
use crate::store::chunks::{ChunkError, ChunkKind, Chunks};

/// Property tests with a fixed seed: a run that passes today passes tomorrow.
pub(crate) fn config(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default() }
}

/// Chunks in a map. Ids are unkeyed hashes, so that golden values do not depend on a vault.
#[derive(Default)]
pub(crate) struct MemoryChunks {
    chunks: Mutex<HashMap<Hash, Vec<u8>>>,
    reads: AtomicUsize,
    new: AtomicUsize,
}

impl MemoryChunks {
    /// Calls of `get` since the last time this was asked.
    pub(crate) fn reads(&self) -> usize {
        self.reads.swap(0, Ordering::Relaxed)
    }

    /// Chunks that were not there before, since the last time this was asked.
    pub(crate) fn new_chunks(&self) -> usize {
        self.new.swap(0, Ordering::Relaxed)
    }

    /// Makes a chunk disappear.
    pub(crate) fn lose(&self, id: &Hash) {
        self.chunks.lock().unwrap().remove(id).expect("the chunk is there");
    }

    /// Puts other bytes in a chunk's place, as if they had been authentic.
    pub(crate) fn replace(&self, id: &Hash, bytes: Vec<u8>) {
        self.chunks.lock().unwrap().insert(*id, bytes);
    }

    /// The chunks that are there.
    pub(crate) fn ids(&self) -> Vec<Hash> {
        self.chunks.lock().unwrap().keys().copied().collect()
    }

    /// The bytes that all chunks take.
    pub(crate) fn total_bytes(&self) -> usize {
        self.chunks.lock().unwrap().values().map(Vec::len).sum()
    }
}

impl Chunks for MemoryChunks {
    fn get(&self, _kind: ChunkKind, id: &Hash) -> Result<Vec<u8>, ChunkError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.chunks.lock().unwrap().get(id).cloned().ok_or(ChunkError::Absent(*id))
    }

    fn put(&self, kind: ChunkKind, plain: &[u8]) -> Result<Hash, ChunkError> {
        let id = self.id_of(kind, plain);
        if self.chunks.lock().unwrap().insert(id, plain.to_vec()).is_none() {
            self.new.fetch_add(1, Ordering::Relaxed);
        }
        Ok(id)
    }

    fn id_of(&self, kind: ChunkKind, plain: &[u8]) -> Hash {
        Hash(*blake3::Hasher::new().update(&[kind as u8]).update(plain).finalize().as_bytes())
    }

    fn has(&self, id: &Hash) -> Result<bool, ChunkError> {
        Ok(self.chunks.lock().unwrap().contains_key(id))
    }

    fn sync(&self) -> Result<(), ChunkError> {
        Ok(())
    }
}
