//! Walks over the nodes of one level, forwards.

use super::node::{Node, NodeError};
use super::{Tree, TreeError, load};
use crate::base::hash::Hash;
use crate::store::chunks::Chunks;

/// A position on one node of one level, with the path that leads to it.
pub(super) struct Cursor<'a> {
    chunks: &'a dyn Chunks,
    tree: Tree,
    level: u8,
    /// From the root down to the level above; `at` is the child that the path takes.
    above: Vec<Step>,
    current: Option<(Hash, Node)>,
}

struct Step {
    node: Node,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor that stands nowhere yet. `level` is at most the tree's height.
    pub(super) fn new(chunks: &'a dyn Chunks, tree: Tree, level: u8) -> Self {
        Self { chunks, tree, level, above: Vec::new(), current: None }
    }

    /// The node on which the cursor stands.
    pub(super) fn node(&self) -> Option<&Node> {
        self.current.as_ref().map(|(_, node)| node)
    }

    /// Id of the node on which the cursor stands.
    pub(super) fn id(&self) -> Option<Hash> {
        self.current.as_ref().map(|(id, _)| *id)
    }

    /// Whether no node of the level follows.
    pub(super) fn is_last(&self) -> bool {
        self.above.iter().all(|step| step.at.saturating_add(1) >= step.node.len())
    }

    /// Moves to the node that holds `key`, or would hold it. Never moves backwards.
    pub(super) fn seek(&mut self, key: &[u8]) -> Result<(), TreeError> {
        if self.current.is_none() {
            return self.descend(self.tree.root, self.tree.height, &|node| node.position(key));
        }
        if self.node().and_then(Node::last_key).is_some_and(|last| key <= last) || self.is_last() {
            return Ok(());
        }
        while self.above.len() > 1
            && self.above.last().and_then(|step| step.node.last_key()).is_some_and(|last| key > last)
        {
            self.above.pop();
        }
        let Some(step) = self.above.pop() else { return Ok(()) };
        let at = step.node.position(key).max(step.at);
        self.enter(step.node, at, &|node| node.position(key))
    }

    /// Moves to the next node of the level; stays without a node at the end.
    pub(super) fn advance(&mut self) -> Result<(), TreeError> {
        while let Some(step) = self.above.pop() {
            let at = step.at.saturating_add(1);
            if at < step.node.len() {
                return self.enter(step.node, at, &|_| 0);
            }
        }
        self.current = None;
        Ok(())
    }

    /// Goes from `node` through its child at `at` (or its last one) down to the level.
    fn enter(&mut self, node: Node, at: usize, choose: &dyn Fn(&Node) -> usize) -> Result<(), TreeError> {
        let at = at.min(node.len().saturating_sub(1));
        let below = node.child(at).map(|child| (child.id, node.level().saturating_sub(1)));
        self.above.push(Step { node, at });
        match below {
            Some((id, level)) => self.descend(id, level, choose),
            None => Ok(()),
        }
    }

    fn descend(&mut self, id: Hash, level: u8, choose: &dyn Fn(&Node) -> usize) -> Result<(), TreeError> {
        let node = load(self.chunks, &id, level)?;
        // An edit ends because every step forwards in the level is one forwards in the keys. That rests on
        // inner keys being true, so a node that breaks its promise is an error here and not only in a check.
        let promised = self.above.last().and_then(|step| step.node.entry(step.at));
        if promised.is_some_and(|(key, _)| node.last_key() != Some(key)) {
            return Err(TreeError::Node {
                id,
                why: NodeError("its last key is not what the node above says"),
            });
        }
        if level <= self.level {
            self.current = Some((id, node));
            return Ok(());
        }
        let at = choose(&node);
        self.enter(node, at, choose)
    }
}
