//! Writing the records of a snapshot, container by container, upon those of an earlier one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::buffer::Buffer;
use super::reader::{container_range, entries};
use super::staged::Staged;
use super::totals::{Changes, Replacement, Totals};
use super::{Manifest, SnapshotError, codec};
use crate::base::canon;
use crate::model::{Blob, Kind, NativeId, Record, RecordKey};
use crate::prolly::{self, Tree};
use crate::store::chunks::Chunks;

/// A container's records are kept in memory up to this many bytes; beyond it they go to the store in between.
const BUFFER: usize = 16 << 20;

/// Builds the tree of a new snapshot. Containers that are not written stay as they are in the base.
///
/// Several [`ContainerWriter`]s may be at work at the same time. All calls compress and write: asynchronous code
/// makes them where blocking is allowed. What was written is durable after the store's next `sync`.
pub struct SnapshotWriter {
    shared: Arc<Shared>,
}

/// Writes the records of one container (or workspace): what it holds at the end replaces all that the base has.
/// Nothing of it shows in the snapshot before [`finish`](Self::finish).
pub struct ContainerWriter {
    shared: Arc<Shared>,
    id: NativeId,
    buffer: Buffer,
    limit: usize,
    /// What did not fit into memory.
    spilled: Option<Tree>,
}

/// The result of writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// All records.
    pub tree: Tree,
    /// How many of each kind there are.
    pub counts: BTreeMap<Kind, u64>,
    /// Bytes of the records, uncompressed.
    pub records_plain: u64,
    /// Bytes of the attachments that are in the vault, each counted as often as it is attached.
    pub blobs_plain: u64,
    /// What has changed against the base.
    pub changes: Changes,
}

struct Shared {
    chunks: Staged,
    state: Mutex<State>,
}

#[derive(Clone)]
struct State {
    tree: Tree,
    totals: Totals,
}

impl SnapshotWriter {
    /// Begins with the records of `base`, or with none.
    pub fn new(chunks: Arc<dyn Chunks>, base: Option<&Manifest>) -> Result<Self, SnapshotError> {
        let state = match base {
            Some(base) => State { tree: base.tree, totals: Totals::of(base) },
            None => State { tree: Tree::empty(&*chunks)?, totals: Totals::default() },
        };
        Ok(Self { shared: Arc::new(Shared { chunks: Staged::new(chunks), state: Mutex::new(state) }) })
    }

    /// Begins to replace the records of a container (or workspace, or the account).
    pub fn begin_container(&self, id: NativeId) -> ContainerWriter {
        let shared = Arc::clone(&self.shared);
        ContainerWriter { shared, id, buffer: Buffer::default(), limit: BUFFER, spilled: None }
    }

    /// Replaces the records of a container (or workspace, or the account) by these, in any order.
    pub fn replace_container<'a>(
        &self,
        id: NativeId,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Result<(), SnapshotError> {
        let mut container = self.begin_container(id);
        for record in records {
            container.put(record)?;
        }
        container.finish().map(|_| ())
    }

    /// Takes a container (or workspace) with all its records out of the snapshot.
    pub fn remove_container(&self, id: NativeId) -> Result<(), SnapshotError> {
        self.begin_container(id).finish().map(|_| ())
    }

    #[cfg(test)]
    pub(super) fn store_in_between(&self) {
        self.shared.chunks.store(&self.shared.state().tree).unwrap();
    }

    /// Stores what is left to store, and gives the result: what is finished. Containers that are still open are not
    /// in it.
    pub fn finish(self) -> Result<Written, SnapshotError> {
        let State { tree, totals } = self.shared.state().clone();
        self.shared.chunks.store(&tree)?;
        let Totals { counts, records_plain, blobs_plain, changes } = totals;
        Ok(Written { tree, counts, records_plain, blobs_plain, changes })
    }
}

impl ContainerWriter {
    /// Takes a record, in any order. A key that comes twice has the later content.
    pub fn put(&mut self, record: &Record) -> Result<(), SnapshotError> {
        self.put_value(&record.key, |value| {
            codec::encode_onto(value, record);
            Ok(())
        })
    }

    /// Takes a record as the platform's JSON, without building it in memory. Otherwise like [`put`](Self::put).
    pub fn put_json(&mut self, key: &RecordKey, blob: &Blob, json: &[u8]) -> Result<(), SnapshotError> {
        self.put_value(key, |value| {
            codec::encode_head(value, blob);
            canon::rewrite_onto(value, json)
                .map_err(|error| SnapshotError::Record { key: key.to_string(), why: error.to_string() })
        })
    }

    fn put_value(
        &mut self,
        key: &RecordKey,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), SnapshotError>,
    ) -> Result<(), SnapshotError> {
        if key.container != self.id {
            return Err(SnapshotError::Foreign { key: key.to_string(), container: self.id.to_string() });
        }
        self.buffer.put(&key.encode(), write)?;
        if self.buffer.len() > self.limit { self.spill() } else { Ok(()) }
    }

    /// Puts the container into the snapshot; returns how many records it has.
    pub fn finish(mut self) -> Result<u64, SnapshotError> {
        if self.spilled.is_some() {
            self.spill()?;
        }
        let shared = Arc::clone(&self.shared);
        let chunks = &shared.chunks;
        let mut state = shared.state();
        let mut next = state.clone();
        let count = if let Some(spilled) = self.spilled {
            let differences = prolly::diff(chunks, &state.tree, &spilled, container_range(&self.id));
            let edits = differences.map(|difference| {
                let difference = difference?;
                let (old, new) = (difference.left.as_deref(), difference.right.as_deref());
                next.totals.note(&difference.key, old, new);
                Ok((difference.key, difference.right))
            });
            next.tree = prolly::edit(chunks, &state.tree, edits)?;
            spilled.count
        } else {
            let old = entries(chunks, &state.tree, &self.id);
            let (count, new) = self.buffer.sorted();
            let edits = Replacement { old, new: new.peekable(), totals: &mut next.totals };
            next.tree = prolly::edit(chunks, &state.tree, edits)?;
            count as u64
        };
        if chunks.is_full() {
            chunks.store(&next.tree)?;
        }
        *state = next;
        Ok(count)
    }

    #[cfg(test)]
    pub(super) fn spill_beyond(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Forgets everything that was put: the container stays as it was. Dropping the writer does the same.
    pub fn abort(self) {}

    /// Moves the buffer into a tree of its own. Where records come roughly in the order of their keys, as
    /// platforms give them, its leaves will mostly be leaves of the snapshot's tree as well, because nodes
    /// depend on their content alone: little is stored that is not needed later.
    fn spill(&mut self) -> Result<(), SnapshotError> {
        // Not among the nodes that wait: the writer's tree decides about those, and has none of these.
        let chunks = self.shared.chunks.beneath();
        let tree = match self.spilled {
            Some(tree) => tree,
            None => Tree::empty(chunks)?,
        };
        let (_, entries) = self.buffer.sorted();
        let edits = entries.map(|(key, value)| Ok((key, Some(value))));
        self.spilled = Some(prolly::edit(chunks, &tree, edits)?);
        self.buffer = Buffer::default();
        Ok(())
    }
}

impl Shared {
    /// A panic in another writer leaves the last finished state, which is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
