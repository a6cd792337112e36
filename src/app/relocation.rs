//! What left one container for another: the same thing, though its record is gone from the one and new in the other.

use std::collections::BTreeMap;

use super::error::Error;
use super::snapshots::Opened;
use crate::model::pairs::{Comparison, Pair};
use crate::model::spec::{IdPolicy, KindSpec};
use crate::model::{Kind, NativeId, Record, RecordKey};

/// The records that are on one side of a comparison only, by what stays the same when they move.
pub(super) struct Others<'a> {
    one_sided: BTreeMap<(Kind, &'a NativeId), Vec<&'a Record>>,
    /// Whether everything was compared: then nothing else can have moved.
    is_whole: bool,
}

impl<'a> Others<'a> {
    pub(super) fn of(comparison: &'a Comparison, is_whole: bool) -> Self {
        let mut one_sided: BTreeMap<_, Vec<&Record>> = BTreeMap::new();
        for Pair { desired, live } in &comparison.pairs {
            if let (Some(record), None) | (None, Some(record)) = (desired, live) {
                one_sided.entry((record.key.kind, &record.key.id)).or_default().push(record);
            }
        }
        Self { one_sided, is_whole }
    }

    /// Where `other`, the snapshot that lacks `record`, has the same thing in another container.
    pub(super) fn moved(
        &self,
        spec: &KindSpec,
        record: &Record,
        other: &Opened,
    ) -> Result<Option<Record>, Error> {
        // Of persons and of what is shared each container has a record of its own, and each comes and goes alone.
        if spec.ids != IdPolicy::Server || record.key.kind.stands_alone() {
            return Ok(None);
        }
        if !self.is_whole {
            return in_another_container(record, other);
        }
        for same in self.one_sided.get(&(record.key.kind, &record.key.id)).into_iter().flatten() {
            if same.key.container != record.key.container
                && let Some(there) = other.reader.get(&same.key)?
            {
                return Ok(Some(there));
            }
        }
        Ok(None)
    }
}

/// Where else `other`, which lacks this record, has a thing that several containers share.
pub(super) fn elsewhere(spec: &KindSpec, record: &Record, other: &Opened) -> Result<Option<Record>, Error> {
    if spec.ids == IdPolicy::Shared { in_another_container(record, other) } else { Ok(None) }
}

fn in_another_container(record: &Record, snapshot: &Opened) -> Result<Option<Record>, Error> {
    for entry in snapshot.manifest.containers.iter().filter(|entry| entry.id != record.key.container) {
        let key = RecordKey::new(entry.id.clone(), record.key.kind, record.key.id.clone());
        if let Some(there) = snapshot.reader.get(&key)? {
            return Ok(Some(there));
        }
    }
    Ok(None)
}
