//! Walking a whole tree to see that it is what it should be.

use super::node::{Node, NodeError};
use super::split::ends_after;
use super::{Tree, TreeError, load};
use crate::base::hash::Hash;
use crate::store::chunks::Chunks;

/// A part of a tree that cannot be used.
#[derive(Debug)]
pub struct Fault {
    /// The node.
    pub id: Hash,
    /// Its level; 0 is a leaf.
    pub level: u8,
    /// The keys that it was to hold are greater than this one (nothing: from the beginning) ...
    pub after: Option<Vec<u8>>,
    /// ... and not greater than this one (nothing: to the end).
    pub up_to: Option<Vec<u8>>,
    /// How many entries it was to hold, by what the node above says.
    pub count: u64,
    /// What is wrong.
    pub error: TreeError,
}

/// Is told what a walk meets.
pub trait Inspector {
    /// A node is about to be read. The answer `false` leaves the subtree out, as known to be sound.
    fn enter(&mut self, id: &Hash) -> bool;

    /// An entry. The answer is whether everything that it refers to is sound.
    fn entry(&mut self, key: &[u8], value: &[u8]) -> bool;

    /// Something is wrong; the walk goes on behind it.
    fn fault(&mut self, fault: Fault);

    /// The subtree has been walked, and everything in it was sound.
    fn leave_sound(&mut self, id: &Hash);
}

/// Reads every node and checks levels, order of keys, counts and boundaries. Returns whether all was sound.
pub fn check(chunks: &dyn Chunks, tree: &Tree, inspector: &mut dyn Inspector) -> bool {
    let expected =
        Expected { id: tree.root, level: tree.height, count: tree.count, after: None, up_to: None };
    walk(chunks, &expected, inspector)
}

/// What the node above says about a node.
struct Expected {
    id: Hash,
    level: u8,
    count: u64,
    after: Option<Vec<u8>>,
    /// Nothing for the root.
    up_to: Option<Edge>,
}

/// The right edge of a node.
struct Edge {
    /// Its last key.
    key: Vec<u8>,
    /// No node of the level follows.
    rightmost: bool,
}

fn walk(chunks: &dyn Chunks, expected: &Expected, inspector: &mut dyn Inspector) -> bool {
    if !inspector.enter(&expected.id) {
        return true;
    }
    let checked = load(chunks, &expected.id, expected.level).and_then(|node| {
        examine(&node, expected).map_err(|why| TreeError::Node { id: expected.id, why })?;
        Ok(node)
    });
    let node = match checked {
        Ok(node) => node,
        Err(error) => {
            inspector.fault(Fault {
                id: expected.id,
                level: expected.level,
                after: expected.after.clone(),
                up_to: expected.up_to.as_ref().map(|edge| edge.key.clone()),
                count: expected.count,
                error,
            });
            return false;
        }
    };
    let mut sound = true;
    let mut after = expected.after.clone();
    for (at, (key, value)) in node.iter().enumerate() {
        let Some(child) = node.child(at) else {
            sound &= inspector.entry(key, value);
            continue;
        };
        let last = at.saturating_add(1) == node.len();
        let rightmost = last && expected.up_to.as_ref().is_none_or(|edge| edge.rightmost);
        let below = Expected {
            id: child.id,
            level: expected.level.saturating_sub(1),
            count: child.count,
            after: after.replace(key.to_vec()),
            up_to: Some(Edge { key: key.to_vec(), rightmost }),
        };
        sound &= walk(chunks, &below, inspector);
    }
    if sound {
        inspector.leave_sound(&expected.id);
    }
    sound
}

/// Compares a node with what the node above says and with the rule for boundaries.
fn examine(node: &Node, expected: &Expected) -> Result<(), NodeError> {
    if node.count() != expected.count {
        return Err(NodeError("its count is not what the node above says"));
    }
    let first = node.entry(0).map(|(key, _)| key);
    if first.is_some() && first <= expected.after.as_deref() {
        return Err(NodeError("its keys overlap those of the node before"));
    }
    if expected.up_to.as_ref().is_some_and(|edge| node.last_key() != Some(&edge.key)) {
        return Err(NodeError("its last key is not what the node above says"));
    }
    let must_end = expected.up_to.as_ref().is_some_and(|edge| !edge.rightmost);
    let mut size = 0_u64;
    for (at, (key, value)) in node.iter().enumerate() {
        let before = size;
        size = size.saturating_add(super::node::entry_size(key, value));
        let is_last = at.saturating_add(1) == node.len();
        let ends = ends_after(node.level(), before, size, key);
        if (ends && !is_last) || (is_last && must_end && !ends) {
            return Err(NodeError("its boundaries are not where its keys put them"));
        }
    }
    Ok(())
}
