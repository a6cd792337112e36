//! Leaves that a comparison will want, read on all threads.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::node::Node;
use super::{decode, load};
use crate::base::hash::Hash;
use crate::store::chunks::{ChunkKind, Chunks};

/// So many leaves of each side are read at a time: about 1 MiB.
const LEAVES: usize = 32;

/// Leaves that were read and not yet asked for.
#[derive(Default)]
pub(super) struct ReadAhead(HashMap<Hash, Node>);

impl ReadAhead {
    /// Reads the first of the leaves that only one side has, given all that each side goes on with. A leaf that cannot
    /// be read is left out: who asks for it sees why.
    pub(super) fn read(&mut self, chunks: &dyn Chunks, left: &[Hash], right: &[Hash]) {
        let only = |own: &[Hash], other: &[Hash]| {
            let other: HashSet<&Hash> = other.iter().collect();
            let wanted = own.iter().filter(|id| !other.contains(id) && !self.0.contains_key(id));
            wanted.take(LEAVES).copied().collect::<Vec<_>>()
        };
        let (left, right) = (only(left, right), only(right, left));
        let pairs: Vec<_> =
            (0..left.len().max(right.len())).map(|at| (left.get(at), right.get(at))).collect();
        let read = pairs.into_par_iter().flat_map_iter(|(left, right)| {
            let first = left.and_then(|id| Some((*id, load(chunks, id, 0).ok()?)));
            let second = right.and_then(|id| Some((*id, beside(chunks, id, first.as_ref())?)));
            first.into_iter().chain(second)
        });
        self.0.par_extend(read);
    }

    /// A leaf, if it was read.
    pub(super) fn take(&mut self, id: &Hash) -> Option<Node> {
        self.0.remove(id)
    }
}

/// Reads a leaf that may be stored as a difference to the `other` one.
fn beside(chunks: &dyn Chunks, id: &Hash, other: Option<&(Hash, Node)>) -> Option<Node> {
    let Some((other, node)) = other else { return load(chunks, id, 0).ok() };
    let bytes = chunks.get_beside(ChunkKind::Node, id, (other, node.bytes())).ok()?;
    decode(bytes, id, 0).ok()
}
