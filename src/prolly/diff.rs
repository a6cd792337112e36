//! The difference of two trees, skipping what they share.

use std::cmp::Ordering;

use super::node::Node;
use super::range::KeyRange;
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
    let side = || Side { chunks, from: range.from.clone(), path: Vec::new() };
    let (left_side, right_side) = (side(), side());
    let state = if left.root == right.root { State::Done } else { State::Fresh(*left, *right) };
    Diff { left: left_side, right: right_side, range, state }
}

/// Iterator over differences.
pub struct Diff<'a> {
    left: Side<'a>,
    right: Side<'a>,
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
            self.left.enter(Subtree { id: left.root, level: left.height })?;
            self.right.enter(Subtree { id: right.root, level: right.height })?;
            self.state = State::Running;
        }
        loop {
            match (self.left.subtree(), self.right.subtree()) {
                (Some(left), right) if right.is_none_or(|right| right.level <= left.level) => {
                    open(left, &mut self.left, &mut self.right)?;
                }
                (_, Some(right)) => open(right, &mut self.right, &mut self.left)?,
                _ => {
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
            }
        }
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

/// `side` stands before `subtree`: passes it if the other side stands before the same one, goes into it otherwise.
fn open(subtree: Subtree, side: &mut Side<'_>, other: &mut Side<'_>) -> Result<(), TreeError> {
    let skipped =
        planted(Defect::SubtreeSkipped) && other.subtree().is_some_and(|other| other.level == subtree.level);
    if other.subtree() != Some(subtree) && !skipped {
        return side.enter(subtree);
    }
    side.pass();
    other.pass();
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Subtree {
    id: Hash,
    level: u8,
}

/// A position in one of the trees: before a record, or before a subtree that is not yet read.
struct Side<'a> {
    chunks: &'a dyn Chunks,
    from: Vec<u8>,
    /// Nodes from the root downwards; only the last one's `at` is still to be dealt with.
    path: Vec<Frame>,
}

struct Frame {
    node: Node,
    at: usize,
}

impl Side<'_> {
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

    /// Goes into a subtree, to where the range begins.
    fn enter(&mut self, subtree: Subtree) -> Result<(), TreeError> {
        let node = load(self.chunks, &subtree.id, subtree.level)?;
        let at = node.position(&self.from);
        self.path.push(Frame { node, at });
        self.leave_finished();
        Ok(())
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
