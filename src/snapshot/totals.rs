//! What a snapshot holds, kept up to date with each record that comes, changes or goes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::iter::Peekable;

use super::codec;
use super::manifest::Manifest;
use crate::model::{Blob, Kind};
use crate::prolly::{Edit, EntryRef, Range, TreeError};

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

/// Numbers and bytes of all records.
#[derive(Debug, Clone, Default)]
pub(super) struct Totals {
    pub(super) counts: BTreeMap<Kind, u64>,
    pub(super) records_plain: u64,
    pub(super) blobs_plain: u64,
    pub(super) changes: Changes,
}

impl Totals {
    /// Those of a snapshot.
    pub(super) fn of(manifest: &Manifest) -> Self {
        Self {
            counts: manifest.counts.clone(),
            records_plain: manifest.bytes.records_plain,
            blobs_plain: manifest.bytes.blobs_plain,
            changes: Changes::default(),
        }
    }

    /// Notes that the value of a key, if it has one, is another now. An entry of the base that cannot be read counts
    /// nothing, here as when it was written.
    pub(super) fn note(&mut self, key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        let line = match (old, new) {
            (None, _) => &mut self.changes.added,
            (_, None) => &mut self.changes.removed,
            _ => &mut self.changes.changed,
        };
        *line = line.saturating_add(1);
        if let Some(kind) = codec::kind_of(key) {
            let count = self.counts.entry(kind).or_default();
            *count = replace(*count, old.map(|_| 1), new.map(|_| 1));
            if *count == 0 {
                self.counts.remove(&kind);
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

/// What comes or changes is borrowed from the new entries; what goes has its key from the old ones.
type Change<'a> = Edit<Cow<'a, [u8]>, &'a [u8]>;

/// The edits that make new entries of a container's old ones; each is noted in the totals.
pub(super) struct Replacement<'a, N: Iterator> {
    pub(super) old: Range<'a>,
    pub(super) new: Peekable<N>,
    pub(super) totals: &'a mut Totals,
}

impl<'b, N: Iterator<Item = EntryRef<'b>>> Replacement<'_, N> {
    fn step(&mut self) -> Result<Option<Change<'b>>, TreeError> {
        loop {
            let old = self.old.peek()?;
            let order = match (old, self.new.peek()) {
                (None, None) => return Ok(None),
                (Some((old, _)), Some((new, _))) => old.cmp(new),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
            };
            let old = old.filter(|_| order.is_le());
            let new = if order.is_ge() { self.new.next() } else { None };
            let (old_value, new_value) = (old.map(|(_, value)| value), new.map(|(_, value)| value));
            let changed = if old_value == new_value {
                None
            } else {
                let removed = || old.map(|(key, _)| Cow::Owned(key.to_vec()));
                new.map(|(key, _)| Cow::Borrowed(key)).or_else(removed)
            };
            if let Some(key) = &changed {
                self.totals.note(key, old_value, new_value);
            }
            if order.is_le() {
                self.old.pass();
            }
            if let Some(key) = changed {
                return Ok(Some((key, new_value)));
            }
        }
    }
}

impl<'b, N: Iterator<Item = EntryRef<'b>>> Iterator for Replacement<'_, N> {
    type Item = Result<Change<'b>, TreeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
