//! The difference of two trees, skipping what they share.

use std::cmp::Ordering;

use super::node::Node;
use super::range::KeyRange;
use super::read_ahead::ReadAhead;
use super::{Tree, TreeError, load};
use crate::base::defect::{Defect, planted};
use crate::base::hash::Hash;
use crate::store::chunks::Chunks;

/// One key whose value is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The key.
    pub key: Vec<u8>,
    /// Its value on the left; nothing: it is not there.
    pub left: Option<Vec<u8>>,
    /// Its value on the right; nothing: it is not there.
    pub right: Option<Vec<u8>>,
}

/// The differences of two trees within a range, in order of keys. Ends after the first error.
///
/// Reads about the nodes that only one of the trees has: shared subtrees are known by their id.
pub fn diff<'a>(chunks: &'a dyn Chunks, left: &Tree, right: &Tree, range: KeyRange) -> Diff<'a> {
    let state = if left.root == right.root { State::Done } else { State::Fresh(*left, *right) };
    let (left, right, ahead) = (Side::default(), Side::default(), ReadAhead::default());
    Diff { chunks, left, right, ahead, range, state }
}

/// Iterator over differences.
pub struct Diff<'a> {
    chunks: &'a dyn Chunks,
    left: Side,
    right: Side,
    ahead: ReadAhead,
    range: KeyRange,
    state: State,
}

enum State {
    Fresh(Tree, Tree),
    Running,
    Done,
}

impl Diff<'_> {
    fn step(&mut self) -> Result<Option<Difference>, TreeError> {
        if let State::Fresh(left, right) = self.state {
            self.left.enter(load(self.chunks, &left.root, left.height)?, &self.range.from);
            self.right.enter(load(self.chunks, &right.root, right.height)?, &self.range.from);
            self.state = State::Running;
        }
        loop {
            match (self.left.subtree(), self.right.subtree()) {
                (None, None) => {
                    let order = match (self.left.entry(), self.right.entry()) {
                        (None, None) => return Ok(None),
                        (Some(_), None) => Ordering::Less,
                        (None, Some(_)) => Ordering::Greater,
                        (Some((left, _)), Some((right, _))) => left.cmp(right),
                    };
                    if let Some(difference) = self.compare(order) {
                        let past = self.range.is_past(&difference.key);
                        return Ok((!past).then_some(difference));
                    }
                }
                (left, right) => self.descend(left, right)?,
            }
        }
    }

    /// At least one side stands before a subtree: passes it if both stand before the same one, and goes into the higher
    /// one otherwise.
    fn descend(&mut self, left: Option<Subtree>, right: Option<Subtree>) -> Result<(), TreeError> {
        let same_level = left.map(|left| left.level) == right.map(|right| right.level);
        if left == right || (planted(Defect::SubtreeSkipped) && same_level) {
            self.left.pass();
            self.right.pass();
            return Ok(());
        }
        match (left, right) {
            (Some(left), right) if right.is_none_or(|right| right.level <= left.level) => {
                let node = self.node(left)?;
                self.left.enter(node, &self.range.from);
            }
            (_, Some(right)) => {
                let node = self.node(right)?;
                self.right.enter(node, &self.range.from);
            }
            _ => {}
        }
        Ok(())
    }

    fn node(&mut self, subtree: Subtree) -> Result<Node, TreeError> {
        if subtree.level == 0 {
            if let Some(leaf) = self.ahead.take(&subtree.id) {
                return Ok(leaf);
            }
            let (left, right) = self.leaves_ahead();
            self.ahead.read(self.chunks, &left, &right);
            if let Some(leaf) = self.ahead.take(&subtree.id) {
                return Ok(leaf);
            }
        }
        load(self.chunks, &subtree.id, subtree.level)
    }

    /// The leaves before which the sides stand, as far as both are in sight.
    fn leaves_ahead(&self) -> (Vec<Hash>, Vec<Hash>) {
        let ends = [self.left.last_leaf(), self.right.last_leaf(), self.range.to.as_deref()];
        let end = ends.into_iter().flatten().min();
        (self.left.leaves(end), self.right.leaves(end))
    }

    /// Both sides stand on records (or at the end), in this order: what they differ in, and on they go.
    fn compare(&mut self, order: Ordering) -> Option<Difference> {
        if order == Ordering::Equal && self.left.entry() == self.right.entry() {
            self.left.pass();
            self.right.pass();
            return None;
        }
        let left = if order == Ordering::Greater { None } else { self.left.take() };
        let right = if order == Ordering::Less { None } else { self.right.take() };
        let key = left.as_ref().or(right.as_ref()).map(|(key, _)| key.clone())?;
        Some(Difference { key, left: left.map(|(_, value)| value), right: right.map(|(_, value)| value) })
    }
}

impl Iterator for Diff<'_> {
    type Item = Result<Difference, TreeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.state, State::Done) {
            return None;
        }
        let item = self.step().transpose();
        if !matches!(item, Some(Ok(_))) {
            self.state = State::Done;
        }
        item
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Subtree {
    id: Hash,
    level: u8,
}

/// A position in one of the trees: before a record, or before a subtree that is not yet read.
#[derive(Default)]
struct Side {
    /// Nodes from the root downwards; only the last one's `at` is still to be dealt with.
    path: Vec<Frame>,
}

struct Frame {
    node: Node,
    at: usize,
}

impl Side {
    /// The subtree before which the side stands; nothing before a record and at the end.
    fn subtree(&self) -> Option<Subtree> {
        let frame = self.path.last()?;
        let child = frame.node.child(frame.at)?;
        Some(Subtree { id: child.id, level: frame.node.level().saturating_sub(1) })
    }

    fn entry(&self) -> Option<(&[u8], &[u8])> {
        let frame = self.path.last()?;
        frame.node.entry(frame.at)
    }

    /// The record before which the side stands; moves behind it.
    fn take(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        let taken = self.entry().map(|(key, value)| (key.to_vec(), value.to_vec()));
        self.pass();
        taken
    }

    /// The node before whose leaves the side stands.
    fn above_leaves(&self) -> Option<&Frame> {
        self.path.last().filter(|frame| frame.node.level() == 1)
    }

    /// The last key below the node before whose leaves the side stands.
    fn last_leaf(&self) -> Option<&[u8]> {
        self.above_leaves()?.node.last_key()
    }

    /// The leaves before which the side stands, up to the one that holds `end`.
    fn leaves(&self, end: Option<&[u8]>) -> Vec<Hash> {
        let Some(Frame { node, at }) = self.above_leaves() else { return Vec::new() };
        let behind = end.map_or(node.len(), |end| node.position(end).saturating_add(1));
        (*at..behind.min(node.len())).filter_map(|at| node.child(at)).map(|child| child.id).collect()
    }

    /// Goes into the subtree before which the side stands and whose root is `node`, to where the range begins.
    fn enter(&mut self, node: Node, from: &[u8]) {
        let at = node.position(from);
        self.path.push(Frame { node, at });
        self.leave_finished();
    }

    /// Moves behind what the side stands before.
    fn pass(&mut self) {
        if let Some(frame) = self.path.last_mut() {
            frame.at = frame.at.saturating_add(1);
        }
        self.leave_finished();
    }

    fn leave_finished(&mut self) {
        while self.path.last().is_some_and(|frame| frame.at >= frame.node.len()) {
            self.path.pop();
            if let Some(above) = self.path.last_mut() {
                above.at = above.at.saturating_add(1);
            }
        }
    }
}
