//! Writing the records of a snapshot, container by container, upon those of an earlier one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::reader::{container_range, entries};
use super::{Manifest, SnapshotError, codec};
use crate::base::canon;
use crate::model::{Blob, Kind, NativeId, Record, RecordKey};
use crate::prolly::{self, Difference, Tree, TreeError};
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
    buffer: BTreeMap<Vec<u8>, Vec<u8>>,
    buffered: usize,
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

/// How many records differ from the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Changes {
    /// Were not there.
    pub added: u64,
    /// Were there with other content.
    pub changed: u64,
    /// Are there no longer.
    pub removed: u64,
}

struct Shared {
    chunks: Arc<dyn Chunks>,
    written: Mutex<Written>,
}

impl SnapshotWriter {
    /// Begins with the records of `base`, or with none.
    pub fn new(chunks: Arc<dyn Chunks>, base: Option<&Manifest>) -> Result<Self, SnapshotError> {
        let written = match base {
            Some(base) => Written {
                tree: base.tree,
                counts: base.counts.clone(),
                records_plain: base.bytes.records_plain,
                blobs_plain: base.bytes.blobs_plain,
                changes: Changes::default(),
            },
            None => Written {
                tree: Tree::empty(&*chunks)?,
                counts: BTreeMap::new(),
                records_plain: 0,
                blobs_plain: 0,
                changes: Changes::default(),
            },
        };
        Ok(Self { shared: Arc::new(Shared { chunks, written: Mutex::new(written) }) })
    }

    /// Begins to replace the records of a container (or workspace, or the account).
    pub fn begin_container(&self, id: NativeId) -> ContainerWriter {
        let shared = Arc::clone(&self.shared);
        ContainerWriter { shared, id, buffer: BTreeMap::new(), buffered: 0, limit: BUFFER, spilled: None }
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

    /// The tree as it stands, with everything that is finished.
    pub fn tree(&self) -> Tree {
        self.shared.written().tree
    }

    /// The result: what is finished. Containers that are still open are not in it.
    pub fn finish(self) -> Written {
        self.shared.written().clone()
    }
}

impl ContainerWriter {
    /// Takes a record, in any order. A key that comes twice has the later content.
    pub fn put(&mut self, record: &Record) -> Result<(), SnapshotError> {
        self.put_value(&record.key, codec::encode(record))
    }

    /// Takes a record as the platform's JSON, without building it in memory. Otherwise like [`put`](Self::put).
    pub fn put_json(&mut self, key: &RecordKey, blob: &Blob, json: &[u8]) -> Result<(), SnapshotError> {
        let canonical = canon::rewrite(json)
            .map_err(|error| SnapshotError::Record { key: key.to_string(), why: error.to_string() })?;
        self.put_value(key, codec::encode_json(blob, &canonical))
    }

    fn put_value(&mut self, key: &RecordKey, value: Vec<u8>) -> Result<(), SnapshotError> {
        if key.container != self.id {
            return Err(SnapshotError::Foreign { key: key.to_string(), container: self.id.to_string() });
        }
        let key = key.encode();
        self.buffered = self.buffered.saturating_add(key.len()).saturating_add(value.len());
        self.buffer.insert(key, value);
        if self.buffered > self.limit { self.spill() } else { Ok(()) }
    }

    /// Puts the container into the snapshot; returns how many records it has.
    pub fn finish(mut self) -> Result<u64, SnapshotError> {
        if self.spilled.is_some() {
            self.spill()?;
        }
        let shared = Arc::clone(&self.shared);
        let chunks = &*shared.chunks;
        let mut written = shared.written();
        let mut next = written.clone();
        next.tree = if let Some(tree) = self.spilled {
            let differences = prolly::diff(chunks, &written.tree, &tree, container_range(&self.id));
            next.edit(chunks, &written.tree, differences)?
        } else {
            let old = entries(chunks, &written.tree, &self.id).peekable();
            let new = self.buffer.into_iter().peekable();
            next.edit(chunks, &written.tree, Replacement { old, new })?
        };
        *written = next;
        Ok(prolly::count(chunks, &written.tree, &container_range(&self.id))?)
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
        let chunks = &*self.shared.chunks;
        let tree = match self.spilled {
            Some(tree) => tree,
            None => Tree::empty(chunks)?,
        };
        let edits = std::mem::take(&mut self.buffer).into_iter().map(|(key, value)| Ok((key, Some(value))));
        self.spilled = Some(prolly::edit(chunks, &tree, edits)?);
        self.buffered = 0;
        Ok(())
    }
}

impl Shared {
    /// A panic in another writer leaves the last finished state, which is whole.
    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    fn edit(
        &mut self,
        chunks: &dyn Chunks,
        tree: &Tree,
        differences: impl Iterator<Item = Result<Difference, TreeError>>,
    ) -> Result<Tree, TreeError> {
        let edits = differences.map(|difference| {
            let difference = difference?;
            self.tally(&difference);
            Ok((difference.key, difference.right))
        });
        prolly::edit(chunks, tree, edits)
    }

    /// Keeps the totals up to date. An entry of the base that cannot be read counts nothing, here as when it
    /// was written.
    fn tally(&mut self, difference: &Difference) {
        let (old, new) = (difference.left.as_deref(), difference.right.as_deref());
        let line = match (old, new) {
            (None, _) => &mut self.changes.added,
            (_, None) => &mut self.changes.removed,
            _ => &mut self.changes.changed,
        };
        *line = line.saturating_add(1);
        if let Ok(key) = codec::decode_key(&difference.key) {
            let count = self.counts.entry(key.kind).or_default();
            *count = replace(*count, old.map(|_| 1), new.map(|_| 1));
            if *count == 0 {
                self.counts.remove(&key.kind);
            }
        }
        let len = |value: Option<&[u8]>| value.map(|value| value.len() as u64);
        self.records_plain = replace(self.records_plain, len(old), len(new));
        self.blobs_plain = replace(self.blobs_plain, old.map(blob_len), new.map(blob_len));
    }
}

fn replace(total: u64, old: Option<u64>, new: Option<u64>) -> u64 {
    total.saturating_sub(old.unwrap_or(0)).saturating_add(new.unwrap_or(0))
}

fn blob_len(value: &[u8]) -> u64 {
    match codec::blob_of(value) {
        Some(Blob::Stored(blob)) => blob.len,
        _ => 0,
    }
}

/// What a container's old entries and its new ones differ in.
struct Replacement<O: Iterator, N: Iterator> {
    old: std::iter::Peekable<O>,
    new: std::iter::Peekable<N>,
}

impl<O, N> Iterator for Replacement<O, N>
where
    O: Iterator<Item = Result<prolly::Entry, TreeError>>,
    N: Iterator<Item = prolly::Entry>,
{
    type Item = Result<Difference, TreeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let order = match (self.old.peek(), self.new.peek()) {
                (None, None) => return None,
                (Some(Ok((old, _))), Some((new, _))) => old.cmp(new),
                (Some(_), _) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
            };
            let old = if order.is_le() { self.old.next() } else { None };
            let new = if order.is_ge() { self.new.next() } else { None };
            let old = match old.transpose() {
                Ok(old) => old,
                Err(error) => return Some(Err(error)),
            };
            if old != new {
                let key = old.as_ref().or(new.as_ref()).map(|(key, _)| key.clone())?;
                let value = |entry: Option<prolly::Entry>| entry.map(|(_, value)| value);
                return Some(Ok(Difference { key, left: value(old), right: value(new) }));
            }
        }
    }
}
