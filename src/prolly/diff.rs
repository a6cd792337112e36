//! The difference of two trees, skipping what they share.

use std::cmp::Ordering;
use std::collections::{HashMap, VecDeque};

use super::node::Node;
use super::range::KeyRange;
use super::read_ahead::LeavesAhead;
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
    let (left, right) = (Side::default(), Side::default());
    Diff { chunks, left, right, ahead: HashMap::new(), found: VecDeque::new(), range, state }
}

/// Iterator over differences.
pub struct Diff<'a> {
    chunks: &'a dyn Chunks,
    left: Side,
    right: Side,
    /// Leaves that were read and not yet gone into.
    ahead: HashMap<Hash, Node>,
    found: VecDeque<Difference>,
    range: KeyRange,
    state: State,
}

enum State {
    Fresh(Tree, Tree),
    Running,
    /// With the differences that were found before.
    Failed(TreeError),
    Done,
}

enum Which {
    Left,
    Right,
}

/// Why the comparison cannot go on.
enum Stop {
    /// There is nothing more to compare.
    End,
    /// One side stands before this leaf, which has not been read.
    Leaf(Hash),
}

impl Diff<'_> {
    fn begin(&mut self, left: &Tree, right: &Tree) -> State {
        let roots = load(self.chunks, &left.root, left.height)
            .and_then(|left| Ok((left, load(self.chunks, &right.root, right.height)?)));
        match roots {
            Ok((left, right)) => {
                self.left.enter(left, &self.range.from);
                self.right.enter(right, &self.range.from);
                State::Running
            }
            Err(error) => State::Failed(error),
        }
    }

    /// Compares what was read, while the leaves behind it are being read.
    fn round(&mut self) -> State {
        let (chunks, wanted) = (self.chunks, self.leaves_ahead());
        let (read, stop) = rayon::join(|| wanted.read(chunks), || self.compare_read());
        self.ahead.extend(read);
        let id = match stop {
            Ok(Stop::End) => return State::Done,
            Ok(Stop::Leaf(id)) => id,
            Err(error) => return State::Failed(error),
        };
        let comes_next = !wanted.contains(&id) && self.leaves_ahead().contains(&id);
        if self.ahead.contains_key(&id) || comes_next {
            return State::Running;
        }
        // It is out of sight, or could not be read: this says why.
        match load(self.chunks, &id, 0) {
            Ok(leaf) => {
                self.ahead.insert(id, leaf);
                State::Running
            }
            Err(error) => State::Failed(error),
        }
    }

    /// Goes on as far as leaves have been read.
    fn compare_read(&mut self) -> Result<Stop, TreeError> {
        loop {
            match (self.left.subtree(), self.right.subtree()) {
                (None, None) => {
                    let order = match (self.left.entry(), self.right.entry()) {
                        (None, None) => return Ok(Stop::End),
                        (Some(_), None) => Ordering::Less,
                        (None, Some(_)) => Ordering::Greater,
                        (Some((left, _)), Some((right, _))) => left.cmp(right),
                    };
                    if let Some(difference) = self.compare(order) {
                        if self.range.is_past(&difference.key) {
                            return Ok(Stop::End);
                        }
                        self.found.push_back(difference);
                    }
                }
                (left, right) => {
                    if let Some(missing) = self.descend(left, right)? {
                        return Ok(Stop::Leaf(missing));
                    }
                }
            }
        }
    }

    /// At least one side stands before a subtree: passes it if both stand before the same one, and goes into the higher
    /// one otherwise. Returns the leaf that it cannot go into, because it has not been read.
    fn descend(&mut self, left: Option<Subtree>, right: Option<Subtree>) -> Result<Option<Hash>, TreeError> {
        let same_level = left.map(|left| left.level) == right.map(|right| right.level);
        if left == right || (planted(Defect::SubtreeSkipped) && same_level) {
            self.left.pass();
            self.right.pass();
            return Ok(None);
        }
        let (side, subtree) = match (left, right) {
            (Some(left), right) if right.is_none_or(|right| right.level <= left.level) => (Which::Left, left),
            (_, Some(right)) => (Which::Right, right),
            (_, None) => return Ok(None),
        };
        let Some(node) = self.node(subtree)? else { return Ok(Some(subtree.id)) };
        let side = match side {
            Which::Left => &mut self.left,
            Which::Right => &mut self.right,
        };
        side.enter(node, &self.range.from);
        Ok(None)
    }

    /// A node, read by this thread if it is no leaf; nothing for a leaf that is still to be read.
    fn node(&mut self, subtree: Subtree) -> Result<Option<Node>, TreeError> {
        if subtree.level == 0 {
            return Ok(self.ahead.remove(&subtree.id));
        }
        load(self.chunks, &subtree.id, subtree.level).map(Some)
    }

    /// The leaves before which the sides stand, as far as both are in sight.
    fn leaves_ahead(&self) -> LeavesAhead {
        let ends = [self.left.last_leaf(), self.right.last_leaf(), self.range.to.as_deref()];
        let end = ends.into_iter().flatten().min();
        let is_read = |id: &Hash| self.ahead.contains_key(id);
        LeavesAhead::new(&self.left.leaves(end), &self.right.leaves(end), is_read)
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
        loop {
            if let Some(difference) = self.found.pop_front() {
                return Some(Ok(difference));
            }
            match std::mem::replace(&mut self.state, State::Running) {
                State::Fresh(left, right) => self.state = self.begin(&left, &right),
                State::Running => self.state = self.round(),
                State::Failed(error) => {
                    self.state = State::Done;
                    return Some(Err(error));
                }
                State::Done => {
                    self.state = State::Done;
                    return None;
                }
            }
        }
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
