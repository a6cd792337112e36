//! Leaves that a comparison will want, read on all threads.

use std::collections::HashSet;

use rayon::prelude::*;

use super::node::Node;
use super::{decode, load};
use crate::base::hash::Hash;
use crate::store::chunks::{ChunkKind, Chunks};

/// So many leaves of each side are read at a time: about 1 MiB.
const LEAVES: usize = 32;

/// Leaves to be read: of each side those that the other one does not go on with.
pub(super) struct LeavesAhead {
    left: Vec<Hash>,
    right: Vec<Hash>,
}

impl LeavesAhead {
    /// The first of what each side goes on with, without those that the other one has and those that were read.
    pub(super) fn new(left: &[Hash], right: &[Hash], is_read: impl Fn(&Hash) -> bool) -> Self {
        let only = |own: &[Hash], other: &[Hash]| {
            let other: HashSet<&Hash> = other.iter().collect();
            let wanted = own.iter().filter(|id| !other.contains(id) && !is_read(id));
            wanted.take(LEAVES).copied().collect()
        };
        Self { left: only(left, right), right: only(right, left) }
    }

    pub(super) fn contains(&self, id: &Hash) -> bool {
        self.left.contains(id) || self.right.contains(id)
    }

    /// Reads them. One that cannot be read is left out.
    pub(super) fn read(&self, chunks: &dyn Chunks) -> Vec<(Hash, Node)> {
        let pairs = 0..self.left.len().max(self.right.len());
        let read = pairs.into_par_iter().flat_map_iter(|at| {
            let first = self.left.get(at).and_then(|id| Some((*id, load(chunks, id, 0).ok()?)));
            let second = self.right.get(at).and_then(|id| Some((*id, beside(chunks, id, first.as_ref())?)));
            first.into_iter().chain(second)
        });
        read.collect()
    }
}

/// Reads a leaf that may be stored as a difference to the `other` one.
fn beside(chunks: &dyn Chunks, id: &Hash, other: Option<&(Hash, Node)>) -> Option<Node> {
    let Some((other, node)) = other else { return load(chunks, id, 0).ok() };
    let bytes = chunks.get_beside(ChunkKind::Node, id, (other, node.bytes())).ok()?;
    decode(bytes, id, 0).ok()
}
