//! How the index follows the packs, and how it is doubted.

use std::sync::atomic::Ordering;

use super::error::VaultError;
use super::pack::{Item, Place, Position};
use super::vault::{RebuildReport, Vault, Writer};
use crate::base::defect::{Defect, planted};
use crate::base::hash::Hash;

impl Vault {
    /// Tells the index of what the packs hold beyond what it knows.
    pub(super) fn catch_up(&self, indexed: Position, notes: &mut Vec<String>) -> Result<(), VaultError> {
        let mut writer = self.lock_writer();
        let numbers = self.pack_numbers(&writer)?;
        let fits = self.retired().removed.contains(&indexed.pack)
            || numbers.binary_search(&indexed.pack).is_ok()
                && self.files.len(indexed.pack)? >= indexed.offset;
        let nothing_yet = numbers.is_empty() && indexed == Position::default();
        let knows_removed = self.index.removed() != self.retired().removed.len();
        let ahead = !fits && !nothing_yet && !planted(Defect::IndexAheadBelieved);
        if ahead || knows_removed {
            self.rebuild(&mut writer)?;
            notes.push(
                "the index was built anew from the packs: it was missing or out of step with them".to_owned(),
            );
            return Ok(());
        }
        self.index_from(&mut writer, indexed).map(drop)
    }

    /// Deletes the index and builds it anew from the packs.
    pub fn rebuild_index(&self) -> Result<RebuildReport, VaultError> {
        let mut writer = self.writer()?;
        self.rebuild(&mut writer)
    }

    pub(super) fn rebuild(&self, writer: &mut Writer) -> Result<RebuildReport, VaultError> {
        // What is pending may only be forgotten where it can be read again.
        writer.packs.sync()?;
        self.index.reset()?;
        self.index.note_removed(self.retired().removed.len());
        let packs = self.index_from(writer, Position::default())?;
        Ok(RebuildReport { chunks: self.index.count()?, packs })
    }

    /// Indexes all chunks from `start` on; returns how many packs were read.
    fn index_from(&self, writer: &mut Writer, start: Position) -> Result<u64, VaultError> {
        // sled may only be told of what is durable.
        writer.packs.sync()?;
        let mut read = 0;
        for number in self.pack_numbers(writer)?.into_iter().filter(|number| *number >= start.pack) {
            let from = if number == start.pack { start.offset } else { 0 };
            let len = self.files.len(number)?;
            let doomed = self.retired().is_doomed(number);
            self.files.each(number, from, len, &mut |item| {
                if let Item::Chunk(found) = item
                    // A place that stays is better than a later one that will go.
                    && !(doomed && self.is_indexed_to_stay(&found.id))
                    && self.index.add(found.id, found.place)
                {
                    self.checkpoint(Position { pack: number, offset: found.place.end() });
                }
                Ok(true)
            })?;
            read += 1;
        }
        Ok(read)
    }

    pub(super) fn is_indexed_to_stay(&self, id: &Hash) -> bool {
        matches!(self.index.get(id), Ok(Some(place)) if !self.retired().is_doomed(place.pack))
    }

    /// Where a chunk is. An index that knows nothing of it is not believed before it was built anew once.
    pub(super) fn locate(&self, id: &Hash) -> Result<Option<Place>, VaultError> {
        if let Ok(Some(place)) = self.index.get(id) {
            return Ok(Some(place));
        }
        let mut writer = self.lock_writer();
        if let Ok(Some(place)) = self.index.get(id) {
            return Ok(Some(place));
        }
        if !self.doubted.swap(true, Ordering::Relaxed) {
            self.rebuild(&mut writer)?;
        }
        Ok(self.index.get(id)?)
    }

    /// The numbers of all packs that are there, ascending.
    pub(super) fn pack_numbers(&self, writer: &Writer) -> Result<Vec<u32>, VaultError> {
        let last = writer.packs.number().max(writer.log.acknowledged().pack);
        self.files.numbers(last, &self.retired().removed)
    }

    /// Whether a chunk is there and is not only in packs that prune is about to take away.
    pub(super) fn is_kept(&self, id: &Hash) -> Result<bool, VaultError> {
        // An index that fails is mended by looking for the chunk.
        if self.index.get(id).is_err() {
            self.locate(id)?;
        }
        Ok(self.is_indexed_to_stay(id))
    }

    pub(super) fn known(&self, id: &Hash) -> Result<bool, VaultError> {
        match self.index.get(id) {
            Ok(place) => Ok(place.is_some()),
            Err(_) => Ok(self.locate(id)?.is_some()),
        }
    }

    /// A fault of the index is no reason to fail a write: what it should know stays pending, and the next
    /// opening reads it from the packs.
    pub(super) fn checkpoint(&self, durable: Position) {
        if let Err(fault) = self.index.checkpoint(durable) {
            tracing::warn!(vault = self.id(), ?fault, "the index could not be saved");
        }
    }
}
