//! Ordered maps over chunks that compare in time proportional to their difference.
//!
//! A tree is a prolly tree: a Merkle search tree whose nodes end where the hash of a key says so (see
//! [`node`] for the bytes, `split` for the rule). Because the cuts depend on the content alone, the same
//! entries always give the same root, in whatever order they came, and an edit leaves all nodes as they are
//! that it does not touch. So unchanged parts are stored once, and a comparison skips them by their id.
//!
//! Keys and values are bytes; what they mean is the business of [`crate::snapshot`].

use serde::{Deserialize, Serialize};

use crate::base::hash::Hash;
use crate::store::chunks::{ChunkError, ChunkKind, Chunks};

mod build;
mod check;
mod cursor;
mod diff;
mod edit;
pub mod node;
mod range;
mod read_ahead;
mod split;
mod storing;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use build::build;
pub use check::{Fault, Inspector, check};
pub use diff::{Diff, Difference, diff};
pub use edit::{Edit, edit};
pub use range::{KeyRange, Range, count, get, range};

/// An ordered map of bytes to bytes, as a value: its nodes lie in a chunk store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tree {
    /// Id of the root node. Equal roots mean equal content.
    pub root: Hash,
    /// Number of entries.
    pub count: u64,
    /// Levels above the leaves; 0 when the root is a leaf.
    pub height: u8,
}

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// A key and its value where they lie.
pub type EntryRef<'a> = (&'a [u8], &'a [u8]);

impl Tree {
    /// The map without entries. Its one node, an empty leaf, is put into the store.
    pub fn empty(chunks: &dyn Chunks) -> Result<Self, TreeError> {
        let root = chunks.put(ChunkKind::Node, &node::encode_header(0, 0))?;
        Ok(Self { root, count: 0, height: 0 })
    }
}

/// Why a tree could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The store failed.
    #[error(transparent)]
    Chunk(#[from] ChunkError),
    /// The bytes of a node are authentic but not a node.
    #[error("tree node {} is malformed ({why}); run `boardvault verify` to see what is affected", id.short())]
    Node {
        /// Which node.
        id: Hash,
        /// What is wrong with it.
        why: node::NodeError,
    },
    /// The input of a build or an edit was not in ascending order of keys, without repetition.
    #[error("keys must be in ascending order and occur once each")]
    Unsorted,
    /// A key or a value is longer than a node can hold.
    #[error(
        "an entry of {key} + {value} bytes is too large: the limits are {} and {} bytes",
        node::MAX_KEY,
        node::MAX_VALUE
    )]
    TooLarge {
        /// Length of the key in bytes.
        key: usize,
        /// Length of the value in bytes.
        value: usize,
    },
}

/// Reads one node and makes sure that it stands at the level where it was looked for.
fn load(chunks: &dyn Chunks, id: &Hash, level: u8) -> Result<node::Node, TreeError> {
    decode(chunks.get(ChunkKind::Node, id)?, id, level)
}

fn decode(bytes: Vec<u8>, id: &Hash, level: u8) -> Result<node::Node, TreeError> {
    let malformed = |why| TreeError::Node { id: *id, why };
    let node = node::Node::decode(bytes).map_err(malformed)?;
    if node.level() == level {
        Ok(node)
    } else {
        Err(malformed(node::NodeError("it stands at another level")))
    }
}
