//! Reading the records of a snapshot.

use std::sync::Arc;

use super::{SnapshotError, codec};
use crate::model::{Blob, Kind, NativeId, Record, RecordKey};
use crate::prolly::{self, KeyRange, Range, Tree};
use crate::store::chunks::Chunks;

/// The records under one root.
#[derive(Clone)]
pub struct Reader {
    chunks: Arc<dyn Chunks>,
    tree: Tree,
}

/// Iterator over records in key order; one tree leaf is in memory. Ends after the first damaged node.
pub struct Records<'a>(Range<'a>);

impl Iterator for Records<'_> {
    type Item = Result<Record, SnapshotError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map_err(SnapshotError::from).and_then(|(key, value)| codec::decode(&key, &value)))
    }
}

impl Reader {
    /// A reader of `tree`.
    pub fn new(chunks: Arc<dyn Chunks>, tree: Tree) -> Self {
        Self { chunks, tree }
    }

    /// The tree that is read.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The store that is read from.
    pub fn chunks(&self) -> &Arc<dyn Chunks> {
        &self.chunks
    }

    /// One record.
    pub fn get(&self, key: &RecordKey) -> Result<Option<Record>, SnapshotError> {
        let key = key.encode();
        let value = prolly::get(&*self.chunks, &self.tree, &key)?;
        value.map(|value| codec::decode(&key, &value)).transpose()
    }

    /// Every record.
    pub fn all(&self) -> Records<'_> {
        self.range(KeyRange::all())
    }

    /// The records of one container (or workspace).
    pub fn container(&self, id: &NativeId) -> Records<'_> {
        self.range(container_range(id))
    }

    /// The records of one container (or workspace) as canonical JSON, without parsing it.
    pub fn container_json(
        &self,
        id: &NativeId,
    ) -> impl Iterator<Item = Result<(RecordKey, Blob, Vec<u8>), SnapshotError>> + '_ {
        entries(&*self.chunks, &self.tree, id).map(|entry| {
            let (key, mut value) = entry?;
            let (blob, json) = codec::head_of(&key, &value)?;
            let json = value.split_off(json);
            Ok((codec::decode_key(&key)?, blob, json))
        })
    }

    /// The records of one kind in one container (or workspace).
    pub fn container_kind(&self, id: &NativeId, kind: Kind) -> Records<'_> {
        let mut prefix = RecordKey::container_prefix(id);
        prefix.push(kind.rank());
        self.range(KeyRange::prefix(prefix))
    }

    /// How many records a container (or workspace) has. Does not read them.
    pub fn count(&self, id: &NativeId) -> Result<u64, SnapshotError> {
        Ok(prolly::count(&*self.chunks, &self.tree, &container_range(id))?)
    }

    /// The ids under which there are records, in order: containers, workspaces, the account. Reads one path
    /// for each of them, not their records.
    pub fn container_ids(&self) -> Result<Vec<NativeId>, SnapshotError> {
        let mut ids = Vec::new();
        let mut from = Vec::new();
        loop {
            let rest = KeyRange { from, to: None };
            let Some(first) = prolly::range(&*self.chunks, &self.tree, rest).next().transpose()? else {
                return Ok(ids);
            };
            let id = codec::decode_key(&first.0)?.container;
            let behind = container_range(&id).to;
            ids.push(id);
            match behind {
                Some(key) => from = key,
                None => return Ok(ids),
            }
        }
    }

    /// The records that stand by themselves above the containers: workspaces, groups, folders.
    pub fn places(&self) -> Result<Vec<Record>, SnapshotError> {
        let kinds = || Kind::ALL.iter().filter(|kind| kind.stands_alone() && **kind != Kind::Container);
        let mut found = Vec::new();
        for id in self.container_ids()? {
            for kind in kinds() {
                found.extend(self.get(&RecordKey::new(id.clone(), *kind, id.clone()))?);
            }
        }
        Ok(found)
    }

    fn range(&self, range: KeyRange) -> Records<'_> {
        Records(prolly::range(&*self.chunks, &self.tree, range))
    }
}

/// The keys of one container.
pub(super) fn container_range(id: &NativeId) -> KeyRange {
    KeyRange::prefix(RecordKey::container_prefix(id))
}

/// The entries of one container, as they lie in the tree.
pub(super) fn entries<'a>(chunks: &'a dyn Chunks, tree: &Tree, id: &NativeId) -> Range<'a> {
    prolly::range(chunks, tree, container_range(id))
}
