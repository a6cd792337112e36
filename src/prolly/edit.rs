//! Editing: a new tree that shares all nodes with the old one that the edits do not touch.
//!
//! Each level is itself an ordered map cut into nodes. Editing a level means cutting again from the first node
//! that an edit falls into until a cut falls where there was one before; the nodes that went and came are then
//! the edits of the level above.

use std::collections::BTreeMap;

use super::build::{LevelWriter, raise, write_level};
use super::cursor::Cursor;
use super::node::{Child, Node};
use super::{Tree, TreeError, load};
use crate::store::chunks::Chunks;

/// A key and its new value; nothing: the key goes.
pub type Edit<K = Vec<u8>, V = Vec<u8>> = (K, Option<V>);

/// Applies edits, which come in ascending order of their keys. Removing what is not there changes nothing.
///
/// Reads and writes the paths to the touched leaves only, and holds one key per touched node in memory.
pub fn edit<K: AsRef<[u8]>, V: AsRef<[u8]>>(
    chunks: &dyn Chunks,
    tree: &Tree,
    edits: impl IntoIterator<Item = Result<Edit<K, V>, TreeError>>,
) -> Result<Tree, TreeError> {
    let mut change = edit_level(chunks, tree, 0, edits.into_iter())?;
    for level in 1..=tree.height {
        let above = change.for_level_above();
        if above.is_empty() {
            return Ok(*tree);
        }
        change = edit_level(chunks, tree, level, above.into_iter().map(Ok))?;
    }
    if change.gone.is_empty() && change.come.is_empty() {
        return Ok(*tree);
    }
    lower(chunks, raise(chunks, tree.height, change.come)?)
}

/// Takes off roots that have only one child: a tree is never higher than its content needs.
fn lower(chunks: &dyn Chunks, mut tree: Tree) -> Result<Tree, TreeError> {
    while tree.height > 0 {
        let root = load(chunks, &tree.root, tree.height)?;
        let Some(child) = root.child(0).filter(|_| root.len() == 1) else { break };
        tree = Tree { root: child.id, count: child.count, height: tree.height.saturating_sub(1) };
    }
    Ok(tree)
}

/// The nodes of one level that an edit replaced, and those that it put in their place.
#[derive(Default)]
struct Change {
    gone: Vec<(Vec<u8>, Child)>,
    come: Vec<(Vec<u8>, Child)>,
}

impl Change {
    /// What this means for the level above: nodes that came out as they were are left alone.
    fn for_level_above(self) -> Vec<Edit> {
        let old: BTreeMap<Vec<u8>, Child> = self.gone.into_iter().collect();
        let mut edits: BTreeMap<Vec<u8>, Option<Vec<u8>>> =
            old.keys().map(|key| (key.clone(), None)).collect();
        for (key, child) in self.come {
            if old.get(&key) == Some(&child) {
                edits.remove(&key);
            } else {
                edits.insert(key, Some(child.encode()));
            }
        }
        edits.into_iter().collect()
    }
}

/// Edits with one looked at in advance; refuses what is not in ascending order.
struct Edits<I, K, V> {
    rest: I,
    next: Option<Edit<K, V>>,
}

impl<K: AsRef<[u8]>, V: AsRef<[u8]>, I: Iterator<Item = Result<Edit<K, V>, TreeError>>> Edits<I, K, V> {
    fn new(mut rest: I) -> Result<Self, TreeError> {
        let next = rest.next().transpose()?;
        Ok(Self { rest, next })
    }

    fn next_key(&self) -> Option<&[u8]> {
        self.next.as_ref().map(|(key, _)| key.as_ref())
    }

    fn take(&mut self) -> Result<Option<Edit<K, V>>, TreeError> {
        let following = self.rest.next().transpose()?;
        let taken = std::mem::replace(&mut self.next, following);
        match (&taken, self.next_key()) {
            (Some((key, _)), Some(following)) if key.as_ref() >= following => Err(TreeError::Unsorted),
            _ => Ok(taken),
        }
    }
}

fn edit_level<K: AsRef<[u8]>, V: AsRef<[u8]>>(
    chunks: &dyn Chunks,
    tree: &Tree,
    level: u8,
    edits: impl Iterator<Item = Result<Edit<K, V>, TreeError>>,
) -> Result<Change, TreeError> {
    let mut edits = Edits::new(edits)?;
    let mut cursor = Cursor::new(chunks, *tree, level);
    let mut gone = Vec::new();
    let come = write_level(chunks, level, |writer| {
        while let Some(key) = edits.next_key() {
            cursor.seek(key)?;
            while let (Some(node), Some(id)) = (cursor.node(), cursor.id()) {
                let is_last = cursor.is_last();
                writer.replaces(id);
                if let Some(last) = node.last_key() {
                    gone.push((last.to_vec(), Child { id, count: node.count() }));
                }
                merge(node, is_last, &mut edits, writer)?;
                if is_last || writer.is_at_boundary() {
                    break;
                }
                cursor.advance()?;
            }
        }
        Ok(())
    })?;
    Ok(Change { gone, come })
}

/// Writes the entries of an old node together with the edits that fall into it.
fn merge<K: AsRef<[u8]>, V: AsRef<[u8]>>(
    node: &Node,
    is_last: bool,
    edits: &mut Edits<impl Iterator<Item = Result<Edit<K, V>, TreeError>>, K, V>,
    writer: &mut LevelWriter<'_, '_>,
) -> Result<(), TreeError> {
    let level = node.level();
    let mut write = |key: &[u8], value: &[u8]| writer.push(key, value, weight(level, value));
    for (old_key, old_value) in node.iter() {
        let mut kept = true;
        while edits.next_key().is_some_and(|key| key <= old_key) {
            let Some((key, value)) = edits.take()? else { break };
            kept = kept && key.as_ref() != old_key;
            if let Some(value) = value {
                write(key.as_ref(), value.as_ref())?;
            }
        }
        if kept {
            write(old_key, old_value)?;
        }
    }
    while is_last && let Some((key, value)) = edits.take()? {
        if let Some(value) = value {
            write(key.as_ref(), value.as_ref())?;
        }
    }
    Ok(())
}

/// How many leaf entries an entry stands for.
fn weight(level: u8, value: &[u8]) -> u64 {
    if level == 0 { 1 } else { Child::decode(value).map_or(0, |child| child.count) }
}
