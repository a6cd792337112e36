//! What the index needs of a database: the seam at which a disk in memory takes the place of sled.

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
