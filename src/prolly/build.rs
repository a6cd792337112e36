//! Building a tree from sorted entries, level by level from the leaves.

use rayon::prelude::*;

use super::node::{Child, MAX_LEVEL, NodeError};
use super::split::{Complete, Splitter};
use super::{Entry, Tree, TreeError};
use crate::base::defect::{Defect, planted};
use crate::base::hash::Hash;
use crate::store::chunks::{ChunkKind, Chunks};

/// Complete nodes wait until they have this many bytes, so that they are compressed and sealed side by side.
const BATCH: usize = 2 << 20;

/// Builds a tree from entries in ascending order of their keys. Holds one key per leaf in memory.
pub fn build(
    chunks: &dyn Chunks,
    sorted: impl IntoIterator<Item = Result<Entry, TreeError>>,
) -> Result<Tree, TreeError> {
    let mut leaves = LevelWriter::new(chunks, 0);
    let mut last: Option<Vec<u8>> = None;
    for entry in sorted {
        let (key, value) = entry?;
        if last.as_ref().is_some_and(|last| *last >= key) {
            return Err(TreeError::Unsorted);
        }
        leaves.push(&key, &value, 1)?;
        last = Some(key);
    }
    raise(chunks, 0, leaves.finish()?)
}

/// Puts as many levels on top of the nodes of `level` as it takes to have one root.
pub(super) fn raise(
    chunks: &dyn Chunks,
    mut level: u8,
    mut nodes: Vec<(Vec<u8>, Child)>,
) -> Result<Tree, TreeError> {
    loop {
        match nodes.as_slice() {
            [] => return Tree::empty(chunks),
            [(_, root)] => return Ok(Tree { root: root.id, count: root.count, height: level }),
            [(_, first), ..] if level >= MAX_LEVEL => {
                return Err(TreeError::Node { id: first.id, why: NodeError("the tree is too high") });
            }
            _ => {}
        }
        level = level.saturating_add(1);
        let mut above = LevelWriter::new(chunks, level);
        for (key, child) in &nodes {
            above.push(key, &child.encode(), child.count)?;
        }
        nodes = above.finish()?;
    }
}

/// Cuts the entries of one level into nodes and stores them.
pub(super) struct LevelWriter<'a> {
    chunks: &'a dyn Chunks,
    splitter: Splitter,
    /// The node of an earlier tree whose entries come now, and the one whose entry began the open node.
    replaced: (Option<Hash>, Option<Hash>),
    waiting: Vec<(Complete, Option<Hash>)>,
    waiting_bytes: usize,
    stored: Vec<(Vec<u8>, Child)>,
}

impl<'a> LevelWriter<'a> {
    pub(super) fn new(chunks: &'a dyn Chunks, level: u8) -> Self {
        let splitter = Splitter::new(level);
        Self {
            chunks,
            splitter,
            replaced: (None, None),
            waiting: Vec::new(),
            waiting_bytes: 0,
            stored: Vec::new(),
        }
    }

    /// Whether the next entry begins a node.
    pub(super) fn is_at_boundary(&self) -> bool {
        self.splitter.is_at_boundary()
    }

    /// The entries that follow come from the node `id` of an earlier tree, or take the place of its entries. It
    /// is replaced by the first node that begins with them; others have little in common with it.
    pub(super) fn replaces(&mut self, id: Hash) {
        self.replaced.0 = Some(id);
    }

    /// Takes the next entry, which stands for `count` leaf entries.
    pub(super) fn push(&mut self, key: &[u8], value: &[u8], count: u64) -> Result<(), TreeError> {
        if self.splitter.is_at_boundary() {
            self.replaced.1 = self.replaced.0.take();
        }
        if let Some(node) = self.splitter.push(key, value, count)? {
            self.waiting_bytes = self.waiting_bytes.saturating_add(node.bytes.len());
            self.waiting.push((node, self.replaced.1));
            if self.waiting_bytes >= BATCH {
                self.store()?;
            }
        }
        Ok(())
    }

    /// Ends the node that is open and gives back all nodes: their last keys and what stands above them.
    pub(super) fn finish(mut self) -> Result<Vec<(Vec<u8>, Child)>, TreeError> {
        let replaced = self.replaced.1;
        let last = self.splitter.take().filter(|_| !planted(Defect::LastPageLost) || self.stored.is_empty());
        self.waiting.extend(last.map(|node| (node, replaced)));
        self.store()?;
        Ok(self.stored)
    }

    fn store(&mut self) -> Result<(), TreeError> {
        let chunks = self.chunks;
        let ids: Vec<_> = self
            .waiting
            .par_iter()
            .map(|(node, replaced)| match replaced {
                Some(replaced) => chunks.put_replacing(ChunkKind::Node, &node.bytes, replaced),
                None => chunks.put(ChunkKind::Node, &node.bytes),
            })
            .collect::<Result<_, _>>()?;
        self.waiting_bytes = 0;
        let nodes = self.waiting.drain(..).zip(ids);
        self.stored.extend(nodes.map(|((node, _), id)| (node.last_key, Child { id, count: node.count })));
        Ok(())
    }
}
