//! What a backup is: a tree of records, a manifest that describes it, and the bytes of attachments.
//!
//! This module gives meaning to what [`crate::prolly`] and [`crate::store`] keep: records become entries of
//! a tree, a manifest names the tree and says what it covers, attachments become lists of pieces.

use crate::base::hash::Hash;
use crate::prolly::TreeError;
use crate::store::chunks::ChunkError;

pub mod blobs;
mod buffer;
pub mod catalog;
pub mod codec;
pub mod compare;
mod dead_links;
pub mod lineage;
pub mod manifest;
pub mod marking;
mod near;
pub mod path;
pub mod reader;
pub mod retention;
pub mod select;
pub mod spec;
mod staged;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod totals;
pub mod verify;
pub mod writer;

pub use blobs::{BlobReader, BlobWriter};
pub use catalog::{Catalog, Snapshot};
pub use compare::{compare, compare_to_restore};
pub use manifest::{Manifest, SnapshotId};
pub use reader::Reader;
pub use spec::SnapshotSpec;
pub use totals::Changes;
pub use writer::{ContainerWriter, SnapshotWriter};

/// Why a snapshot could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The tree of records.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The store.
    #[error(transparent)]
    Chunk(#[from] ChunkError),
    /// The bytes of a record are authentic but not a record.
    #[error("record {key} cannot be read ({why}); was it written by a newer version of this program?")]
    Record {
        /// Which record; the bytes of its key, escaped, when those cannot be read either.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// The bytes of a manifest are authentic but not a manifest.
    #[error(
        "a snapshot's description cannot be read ({0}); was it written by a newer version of this program?"
    )]
    Manifest(String),
    /// The list of an attachment's pieces, or a piece, is not what it should be.
    #[error("attachment bytes {} cannot be read: {why}", id.short())]
    Blob {
        /// Id of the list.
        id: Hash,
        /// What is wrong.
        why: String,
    },
    /// An attachment has more pieces than a list can hold.
    #[error("an attachment is larger than {} GiB in pieces of typical size, which is more than a vault takes", blobs::MAX_PIECES >> 12)]
    BlobTooLarge,
    /// A connector delivered a record under another container than the one that is being read.
    #[error(
        "record {key} does not belong to {container}, which is being written; this is a defect of the connector"
    )]
    Foreign {
        /// The record.
        key: String,
        /// The container that is being written.
        container: String,
    },
}
