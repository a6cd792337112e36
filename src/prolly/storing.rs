//! Nodes on their way into the store, while others are still being cut.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::ScopeFifo;

use super::TreeError;
use super::node::Child;
use super::split::Complete;
use crate::base::hash::Hash;
use crate::store::chunks::{ChunkError, ChunkKind, Chunks};

/// So many bytes of nodes may wait; then the thread that cuts them stores one itself.
const WAITING: usize = 2 << 20;

/// Compresses and seals nodes on all threads, in any order.
pub(super) struct Storing<'scope, 'a> {
    chunks: &'scope dyn Chunks,
    scope: &'a ScopeFifo<'scope>,
    nodes: Vec<Stored>,
    state: Arc<State>,
}

/// A node whose id is known when the scope has ended.
pub(super) struct Stored {
    last_key: Vec<u8>,
    count: u64,
    id: Arc<OnceLock<Result<Hash, ChunkError>>>,
}

#[derive(Default)]
struct State {
    waiting: AtomicUsize,
    failed: AtomicBool,
}

impl<'scope, 'a> Storing<'scope, 'a> {
    pub(super) fn new(chunks: &'scope dyn Chunks, scope: &'a ScopeFifo<'scope>) -> Self {
        Self { chunks, scope, nodes: Vec::new(), state: Arc::default() }
    }

    /// Whether no node was begun.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Begins to store a node, which takes the place of `replaced`.
    pub(super) fn begin(&mut self, node: Complete, replaced: Option<Hash>) {
        let Complete { last_key, bytes, count } = node;
        let id = Arc::new(OnceLock::new());
        self.nodes.push(Stored { last_key, count, id: Arc::clone(&id) });
        let (chunks, state) = (self.chunks, Arc::clone(&self.state));
        let waiting = self.state.waiting.fetch_add(bytes.len(), Ordering::Relaxed);
        let store = move || {
            // Where one cannot be stored, there is no tree for which the others would be needed.
            if !state.failed.load(Ordering::Relaxed) {
                let put = match replaced {
                    Some(replaced) => chunks.put_replacing(ChunkKind::Node, &bytes, &replaced),
                    None => chunks.put(ChunkKind::Node, &bytes),
                };
                state.failed.fetch_or(put.is_err(), Ordering::Relaxed);
                // Nobody else sets it.
                let _ = id.set(put);
            }
            state.waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
        };
        if waiting < WAITING {
            self.scope.spawn_fifo(move |_| store());
        } else {
            store();
        }
    }

    /// All nodes, in the order in which they were begun.
    pub(super) fn into_nodes(self) -> Vec<Stored> {
        self.nodes
    }
}

/// What stands above the nodes, once all of them are stored.
pub(super) fn finished(nodes: Vec<Stored>) -> Result<Vec<(Vec<u8>, Child)>, TreeError> {
    let mut done = Vec::with_capacity(nodes.len());
    for Stored { last_key, count, id } in nodes {
        // A node that was left out comes with another that failed.
        if let Some(id) = Arc::into_inner(id).and_then(OnceLock::into_inner).transpose()? {
            done.push((last_key, Child { id, count }));
        }
    }
    Ok(done)
}
