//! Reading: one entry, a range of entries, the size of a range.

use super::cursor::Cursor;
use super::node::Node;
use super::{Entry, EntryRef, Tree, TreeError, load};
use crate::base::hash::Hash;
use crate::store::chunks::Chunks;

/// A range of keys: from `from` (included) up to `to` (excluded; nothing: to the end).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyRange {
    /// The first key that may be in the range.
    pub from: Vec<u8>,
    /// The first key that is not.
    pub to: Option<Vec<u8>>,
}

impl KeyRange {
    /// Every key.
    pub fn all() -> Self {
        Self::default()
    }

    /// The keys that begin with `prefix`.
    pub fn prefix(prefix: impl Into<Vec<u8>>) -> Self {
        let from = prefix.into();
        let mut to = from.clone();
        while let Some(last) = to.pop() {
            if last < u8::MAX {
                to.push(last.saturating_add(1));
                return Self { from, to: Some(to) };
            }
        }
        Self { from, to: None }
    }

    /// Whether `key` lies behind the range.
    pub(super) fn is_past(&self, key: &[u8]) -> bool {
        self.to.as_ref().is_some_and(|to| key >= to.as_slice())
    }
}

/// The value of `key`.
pub fn get(chunks: &dyn Chunks, tree: &Tree, key: &[u8]) -> Result<Option<Vec<u8>>, TreeError> {
    let (mut id, mut level) = (tree.root, tree.height);
    loop {
        let node = load(chunks, &id, level)?;
        let at = node.position(key);
        match node.child(at) {
            Some(child) => (id, level) = (child.id, level.saturating_sub(1)),
            None => {
                return Ok(node.entry(at).filter(|(own, _)| *own == key).map(|(_, value)| value.to_vec()));
            }
        }
    }
}

/// The entries of a range in order. Ends after the first error.
pub fn range<'a>(chunks: &'a dyn Chunks, tree: &Tree, range: KeyRange) -> Range<'a> {
    Range { cursor: Cursor::new(chunks, *tree, 0), bounds: range, at: 0, state: State::Fresh }
}

/// Iterator over the entries of a range: one leaf and the path to it are in memory.
pub struct Range<'a> {
    cursor: Cursor<'a>,
    bounds: KeyRange,
    at: usize,
    state: State,
}

#[derive(PartialEq)]
enum State {
    Fresh,
    Running,
    Done,
}

impl Range<'_> {
    /// The next entry, as it lies in its leaf.
    pub fn peek(&mut self) -> Result<Option<EntryRef<'_>>, TreeError> {
        self.settle()?;
        let entry = self.cursor.node().and_then(|node| node.entry(self.at));
        Ok(entry.filter(|(key, _)| !self.bounds.is_past(key)))
    }

    /// Goes on behind the entry that was looked at.
    pub fn pass(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// Moves to a leaf that has an entry left, if there is one.
    fn settle(&mut self) -> Result<(), TreeError> {
        if self.state == State::Fresh {
            self.cursor.seek(&self.bounds.from)?;
            self.at = self.cursor.node().map_or(0, |node| node.position(&self.bounds.from));
            self.state = State::Running;
        }
        while self.cursor.node().is_some_and(|node| self.at >= node.len()) {
            self.cursor.advance()?;
            self.at = 0;
        }
        Ok(())
    }

    fn step(&mut self) -> Result<Option<Entry>, TreeError> {
        let entry = self.peek()?.map(|(key, value)| (key.to_vec(), value.to_vec()));
        self.pass();
        Ok(entry)
    }
}

impl Iterator for Range<'_> {
    type Item = Result<Entry, TreeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Done {
            return None;
        }
        let item = self.step().transpose();
        if !matches!(item, Some(Ok(_))) {
            self.state = State::Done;
        }
        item
    }
}

/// How many entries a range has. Reads the two edges of the range only.
pub fn count(chunks: &dyn Chunks, tree: &Tree, range: &KeyRange) -> Result<u64, TreeError> {
    let before = rank(chunks, tree, &range.from)?;
    let up_to = match &range.to {
        Some(to) => rank(chunks, tree, to)?,
        None => tree.count,
    };
    Ok(up_to.saturating_sub(before))
}

/// How many entries have a key less than `key`.
fn rank(chunks: &dyn Chunks, tree: &Tree, key: &[u8]) -> Result<u64, TreeError> {
    let (mut id, mut level, mut sum): (Hash, u8, u64) = (tree.root, tree.height, 0);
    loop {
        let node: Node = load(chunks, &id, level)?;
        let at = node.position(key);
        if node.level() == 0 {
            return Ok(sum.saturating_add(at as u64));
        }
        let before = (0..at).filter_map(|n| node.child(n)).map(|child| child.count);
        sum = before.fold(sum, u64::saturating_add);
        match node.child(at) {
            Some(child) => (id, level) = (child.id, level.saturating_sub(1)),
            None => return Ok(sum),
        }
    }
}
