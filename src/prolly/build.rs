//! Building a tree from sorted entries, level by level from the leaves.

use rayon::ScopeFifo;

use super::node::{Child, MAX_LEVEL, NodeError};
use super::split::Splitter;
use super::storing::{self, Stored, Storing};
use super::{Entry, Tree, TreeError};
use crate::base::defect::{Defect, planted};
use crate::base::hash::Hash;
use crate::store::chunks::Chunks;

/// Builds a tree from entries in ascending order of their keys. Holds one key per leaf in memory.
pub fn build(
    chunks: &dyn Chunks,
    sorted: impl IntoIterator<Item = Result<Entry, TreeError>>,
) -> Result<Tree, TreeError> {
    let mut last: Option<Vec<u8>> = None;
    let leaves = write_level(chunks, 0, |leaves| {
        for entry in sorted {
            let (key, value) = entry?;
            if last.as_ref().is_some_and(|last| *last >= key) {
                return Err(TreeError::Unsorted);
            }
            leaves.push(&key, &value, 1)?;
            last = Some(key);
        }
        Ok(())
    })?;
    raise(chunks, 0, leaves)
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
        nodes = write_level(chunks, level, |above| {
            nodes.iter().try_for_each(|(key, child)| above.push(key, &child.encode(), child.count))
        })?;
    }
}

/// Cuts the entries that `write` pushes into nodes of one level and stores them: gives back their last keys and what
/// stands above them. They are stored while `write` goes on; all are when this returns.
pub(super) fn write_level<'scope>(
    chunks: &'scope dyn Chunks,
    level: u8,
    write: impl FnOnce(&mut LevelWriter<'scope, '_>) -> Result<(), TreeError>,
) -> Result<Vec<(Vec<u8>, Child)>, TreeError> {
    let nodes = rayon::in_place_scope_fifo(|scope| {
        let mut writer = LevelWriter::new(chunks, level, scope);
        write(&mut writer)?;
        Ok::<_, TreeError>(writer.finish())
    })?;
    storing::finished(nodes)
}

/// Cuts the entries of one level into nodes.
pub(super) struct LevelWriter<'scope, 'a> {
    splitter: Splitter,
    /// The node of an earlier tree whose entries come now, and the one whose entry began the open node.
    replaced: (Option<Hash>, Option<Hash>),
    storing: Storing<'scope, 'a>,
}

impl<'scope, 'a> LevelWriter<'scope, 'a> {
    fn new(chunks: &'scope dyn Chunks, level: u8, scope: &'a ScopeFifo<'scope>) -> Self {
        let (splitter, storing) = (Splitter::new(level), Storing::new(chunks, scope));
        Self { splitter, replaced: (None, None), storing }
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
            self.storing.begin(node, self.replaced.1);
        }
        Ok(())
    }

    /// Ends the node that is open.
    fn finish(mut self) -> Vec<Stored> {
        let last = self.splitter.take();
        if let Some(node) = last.filter(|_| !planted(Defect::LastPageLost) || self.storing.is_empty()) {
            self.storing.begin(node, self.replaced.1);
        }
        self.storing.into_nodes()
    }
}
