//! What the index needs of a database: the seam at which a disk in memory takes the place of sled.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::base::hash::Hash;

/// The database failed or panicked; what it said.
#[derive(Debug)]
pub struct IndexFault(pub String);

/// Notes of chunks by id, and a few marks by name. Nothing that was written is sure to stay before
/// [`flush`](Self::flush).
pub trait Database: Send + Sync {
    /// What is noted of a chunk.
    fn chunk(&self, id: &Hash) -> Result<Option<Vec<u8>>, IndexFault>;
    /// Notes chunks. Of a batch that a crash interrupts, all notes stay or none.
    fn add_chunks(&self, batch: Vec<(Hash, Vec<u8>)>) -> Result<(), IndexFault>;
    /// All notes of chunks, in no particular order.
    fn each_chunk(&self, each: &mut dyn FnMut(Hash, Vec<u8>)) -> Result<(), IndexFault>;
    /// How many chunks there are notes of.
    fn count(&self) -> Result<u64, IndexFault>;
    /// What is noted under a name.
    fn mark(&self, name: &str) -> Result<Option<Vec<u8>>, IndexFault>;
    /// Notes something under a name.
    fn set_mark(&self, name: &str, bytes: Vec<u8>) -> Result<(), IndexFault>;
    /// Returns when everything that was written is durable.
    fn flush(&self) -> Result<(), IndexFault>;
}

/// A database that is gone when it is closed: for a disk that is full, or cannot be written.
#[derive(Default)]
pub(super) struct Fleeting(RwLock<Notes>);

#[derive(Default)]
struct Notes {
    chunks: BTreeMap<Hash, Vec<u8>>,
    marks: BTreeMap<String, Vec<u8>>,
}

impl Fleeting {
    fn notes(&self) -> RwLockReadGuard<'_, Notes> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn notes_mut(&self) -> RwLockWriteGuard<'_, Notes> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Database for Fleeting {
    fn chunk(&self, id: &Hash) -> Result<Option<Vec<u8>>, IndexFault> {
        Ok(self.notes().chunks.get(id).cloned())
    }

    fn each_chunk(&self, each: &mut dyn FnMut(Hash, Vec<u8>)) -> Result<(), IndexFault> {
        self.notes().chunks.iter().for_each(|(id, place)| each(*id, place.clone()));
        Ok(())
    }

    fn add_chunks(&self, batch: Vec<(Hash, Vec<u8>)>) -> Result<(), IndexFault> {
        self.notes_mut().chunks.extend(batch);
        Ok(())
    }

    fn count(&self) -> Result<u64, IndexFault> {
        Ok(self.notes().chunks.len() as u64)
    }

    fn mark(&self, name: &str) -> Result<Option<Vec<u8>>, IndexFault> {
        Ok(self.notes().marks.get(name).cloned())
    }

    fn set_mark(&self, name: &str, bytes: Vec<u8>) -> Result<(), IndexFault> {
        self.notes_mut().marks.insert(name.to_owned(), bytes);
        Ok(())
    }

    fn flush(&self) -> Result<(), IndexFault> {
        Ok(())
    }
}
