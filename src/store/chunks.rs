//! The contract of a chunk store.

use crate::base::hash::Hash;

/// What a chunk holds. Part of its identity and of what its seal authenticates, so that a chunk of one
/// kind can never be passed off as one of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ChunkKind {
    /// A node of a record tree.
    Node = 1,
    /// A piece of an attachment.
    Piece = 2,
    /// The list of an attachment's pieces.
    Blob = 3,
    /// A document: a plan.
    Document = 4,
    /// The vocabulary of pages in words.
    Vocabulary = 5,
}

impl ChunkKind {
    /// The kind whose number is `byte`, as it is stored.
    pub fn from_byte(byte: u8) -> Option<Self> {
        [Self::Node, Self::Piece, Self::Blob, Self::Document, Self::Vocabulary]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// Content-addressed storage of chunks.
///
/// An implementation guarantees:
/// * the id of a chunk depends on its kind, its content and the vault's secret only: equal content is stored once;
/// * a chunk that was put can be read at once, and is durable after the next successful [`sync`](Self::sync);
/// * `get` returns exactly the bytes that were put or an error that names the chunk; absence is an error.
pub trait Chunks: Send + Sync {
    /// The content of a chunk.
    fn get(&self, kind: ChunkKind, id: &Hash) -> Result<Vec<u8>, ChunkError>;

    /// Like [`get`](Self::get), where the content of another chunk is at hand: if this one is stored as a difference to
    /// it, that need not be read again.
    fn get_beside(&self, kind: ChunkKind, id: &Hash, other: (&Hash, &[u8])) -> Result<Vec<u8>, ChunkError> {
        let _ = other;
        self.get(kind, id)
    }

    /// Stores `plain` unless it is already there, and returns its id.
    fn put(&self, kind: ChunkKind, plain: &[u8]) -> Result<Hash, ChunkError>;

    /// Like [`put`](Self::put), for a node that takes the place of the node `replaced` in a newer tree: what both
    /// have in common need not be stored again. It changes neither the id nor the content.
    fn put_replacing(&self, kind: ChunkKind, plain: &[u8], replaced: &Hash) -> Result<Hash, ChunkError> {
        let _ = replaced;
        self.put(kind, plain)
    }

    /// The id that a chunk has, or would have. Stores nothing.
    fn id_of(&self, kind: ChunkKind, plain: &[u8]) -> Hash;

    /// Whether a chunk is there. A yes is a promise that `get` finds its bytes, not that they are undamaged.
    fn has(&self, id: &Hash) -> Result<bool, ChunkError>;

    /// Returns when everything that was put before is durable.
    fn sync(&self) -> Result<(), ChunkError>;
}

/// Why a chunk could not be read or stored.
#[derive(Debug, thiserror::Error)]
pub enum ChunkError {
    /// The vault has no such chunk although something refers to it.
    #[error("chunk {} is not in the vault; run `boardvault verify` to see what is affected", .0.short())]
    Absent(Hash),
    /// The bytes at its place are not the chunk.
    #[error("chunk {} is damaged ({detail}); run `boardvault verify` to see what is affected", id.short())]
    Damaged {
        /// Which chunk.
        id: Hash,
        /// Which check failed, with file and offset.
        detail: String,
    },
    /// The disk failed.
    #[error("{what}: {source}")]
    Io {
        /// What was being done to which file.
        what: String,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// An earlier write or fsync failed, so nothing more is written through this handle.
    #[error("the vault takes no more writes after an earlier disk error; close it and open it again: {0}")]
    Poisoned(String),
}
