//! Inner nodes of a tree that is still being written.
//!
//! Each container that is written replaces the nodes from its leaves up to the root, and the next one replaces most
//! of them again. So they wait here until somebody wants the tree: then those are stored that it has, and the others
//! were never written.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use crate::base::hash::Hash;
use crate::prolly::Tree;
use crate::prolly::node::Node;
use crate::store::chunks::{ChunkError, ChunkKind, Chunks};

/// With so many bytes waiting, they are stored in between.
const FULL: usize = 16 << 20;

/// A chunk store that keeps inner nodes to itself.
pub(super) struct Staged {
    chunks: Arc<dyn Chunks>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    nodes: HashMap<Hash, Inner>,
    bytes: usize,
}

#[derive(Clone)]
struct Inner {
    bytes: Vec<u8>,
    /// The stored node whose place it takes, perhaps over several steps.
    replaced: Option<Hash>,
}

impl Staged {
    /// Keeps inner nodes from `chunks`.
    pub(super) fn new(chunks: Arc<dyn Chunks>) -> Self {
        Self { chunks, waiting: Mutex::default() }
    }

    /// Whether so much waits that it should be stored.
    pub(super) fn is_full(&self) -> bool {
        self.waiting().bytes >= FULL
    }

    /// The store itself: for trees of which [`store`](Self::store) is not told.
    pub(super) fn beneath(&self) -> &dyn Chunks {
        &*self.chunks
    }

    /// Stores the nodes of `tree` that wait, and forgets the others. After an error they all wait on.
    pub(super) fn store(&self, tree: &Tree) -> Result<(), ChunkError> {
        let waiting = std::mem::take(&mut *self.waiting());
        let stored = waiting.needed_by(tree).into_par_iter().try_for_each(|node| {
            match &node.replaced {
                Some(replaced) => self.chunks.put_replacing(ChunkKind::Node, &node.bytes, replaced),
                None => self.chunks.put(ChunkKind::Node, &node.bytes),
            }
            .map(drop)
        });
        if stored.is_err() {
            *self.waiting() = waiting;
        }
        stored
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, plain: &[u8], replaced: Option<&Hash>) -> Hash {
        let id = self.chunks.id_of(ChunkKind::Node, plain);
        let mut waiting = self.waiting();
        if !waiting.nodes.contains_key(&id) {
            let replaced = replaced.and_then(|id| match waiting.nodes.get(id) {
                Some(waiting) => waiting.replaced,
                None => Some(*id),
            });
            waiting.bytes = waiting.bytes.saturating_add(plain.len());
            waiting.nodes.insert(id, Inner { bytes: plain.to_vec(), replaced });
        }
        id
    }
}

impl Waiting {
    /// Those of the nodes that `tree` has. What is below a node that does not wait does not wait either.
    fn needed_by(&self, tree: &Tree) -> Vec<&Inner> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        let mut open = vec![tree.root];
        while let Some(id) = open.pop() {
            let Some(node) = self.nodes.get(&id).filter(|_| seen.insert(id)) else { continue };
            found.push(node);
            if let Ok(decoded) = Node::decode(node.bytes.clone()) {
                open.extend((0..decoded.len()).filter_map(|at| decoded.child(at)).map(|child| child.id));
            }
        }
        found
    }
}

fn is_inner(kind: ChunkKind, plain: &[u8]) -> bool {
    kind == ChunkKind::Node && plain.get(1).is_some_and(|level| *level > 0)
}

impl Chunks for Staged {
    fn get(&self, kind: ChunkKind, id: &Hash) -> Result<Vec<u8>, ChunkError> {
        let waiting = self.waiting().nodes.get(id).filter(|_| kind == ChunkKind::Node).cloned();
        waiting.map_or_else(|| self.chunks.get(kind, id), |node| Ok(node.bytes))
    }

    fn get_beside(&self, kind: ChunkKind, id: &Hash, other: (&Hash, &[u8])) -> Result<Vec<u8>, ChunkError> {
        let waits = self.waiting().nodes.contains_key(id);
        if waits { self.get(kind, id) } else { self.chunks.get_beside(kind, id, other) }
    }

    fn put(&self, kind: ChunkKind, plain: &[u8]) -> Result<Hash, ChunkError> {
        if is_inner(kind, plain) { Ok(self.keep(plain, None)) } else { self.chunks.put(kind, plain) }
    }

    fn put_replacing(&self, kind: ChunkKind, plain: &[u8], replaced: &Hash) -> Result<Hash, ChunkError> {
        if is_inner(kind, plain) {
            Ok(self.keep(plain, Some(replaced)))
        } else {
            self.chunks.put_replacing(kind, plain, replaced)
        }
    }

    fn id_of(&self, kind: ChunkKind, plain: &[u8]) -> Hash {
        self.chunks.id_of(kind, plain)
    }

    fn has(&self, id: &Hash) -> Result<bool, ChunkError> {
        Ok(self.waiting().nodes.contains_key(id) || self.chunks.has(id)?)
    }

    fn sync(&self) -> Result<(), ChunkError> {
        self.chunks.sync()
    }
}
