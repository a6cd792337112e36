//! Writing to the newest pack, and what is done about its end after a crash.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::chunks::ChunkKind;
use super::error::VaultError;
use super::keys::Keys;
use super::pack::{self, FILE_HEADER, Item, PackFiles, Place, Position};
use super::retired::Retired;
use super::tail::Tail;
use crate::base::defect::{Defect, planted};
use crate::base::hash::Hash;
use crate::base::ids::Random;

/// How large packs become, unless somebody wants them smaller.
const ROLL_AT: u64 = 64 << 20;

/// The packs, with the newest open for writing.
pub(super) struct Packs {
    pub(super) files: PackFiles,
    /// The pack that is written to, or would be next.
    number: u32,
    tail: Option<Tail>,
    /// A new pack is begun before one grows beyond this.
    pub(super) limit: u64,
    /// Where the pack before ends, while the next one is not begun.
    closed: Option<Position>,
}

impl Packs {
    /// Opens the newest pack and cuts off what a crash left incomplete at its end. Bytes before
    /// `acknowledged` are never cut; where they are missing, a note says so and writing goes on in a new pack.
    /// What lies before `synced` is known to be durable, if it is there.
    /// Nothing is written to packs that are `retired`, and those that were removed are not missed.
    pub(super) fn open(
        files: PackFiles,
        keys: &Keys,
        (acknowledged, synced): (Position, Position),
        retired: &Retired,
        notes: &mut Vec<String>,
    ) -> Result<Self, VaultError> {
        let numbers = files.numbers(acknowledged.pack, &retired.removed)?;
        let newest = numbers.last().copied().unwrap_or(0);
        let absent = |n: &u32| numbers.binary_search(n).is_err() && !retired.removed.contains(n);
        for missing in (1..=newest.max(acknowledged.pack)).filter(absent) {
            notes.push(format!(
                "DAMAGE: {} is missing; put it back, or run `boardvault rebuild-index` so that the next backup stores again what was in it",
                files.path(missing).display()
            ));
        }
        let mut packs = Self { files, number: newest.max(1), tail: None, closed: None, limit: ROLL_AT };
        if newest < acknowledged.pack {
            packs.number = acknowledged.pack.saturating_add(1);
        } else if newest > 0 {
            packs.open_newest(keys, acknowledged, synced, notes)?;
            if newest < keys.first_pack() {
                // A rotation was acknowledged, and nothing was written since.
                packs.close();
            }
        }
        if packs.number <= retired.greatest() {
            packs.number = retired.greatest().saturating_add(1);
            packs.tail = None;
        }
        Ok(packs)
    }

    /// Ends the newest pack if it is one of `packs`, so that nothing more is written to it.
    pub(super) fn leave(&mut self, packs: &BTreeSet<u32>) -> Result<(), VaultError> {
        if packs.contains(&self.number) {
            // Also where nothing was written to it yet: it is one of those that will go.
            self.sync()?;
            self.close();
        }
        Ok(())
    }

    /// The number of the pack that is written to, or would be next.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    fn open_newest(
        &mut self,
        keys: &Keys,
        acknowledged: Position,
        synced: Position,
        notes: &mut Vec<String>,
    ) -> Result<(), VaultError> {
        let number = self.number;
        let path = self.files.path(number);
        let len = self.files.len(number)?;
        let safe = if acknowledged.pack == number { acknowledged.offset } else { 0 };
        if len < safe || (safe > 0 && !self.files.has_file_header(number)?) {
            notes.push(format!(
                "DAMAGE: {} has lost bytes that had been stored; run `boardvault verify`",
                path.display()
            ));
            self.number = number.saturating_add(1);
            return Ok(());
        }
        let seals = keys.of_pack(number)?;
        let mut good = safe;
        if safe > 0 || self.files.has_file_header(number)? {
            good = safe.max(FILE_HEADER);
            self.files.clone().each(number, good, len, &mut |item| {
                let Item::Chunk(found) = item else { return Ok(false) };
                let whole = self.files.open(&seals.chunks, found.kind, &found.id, found.place)?.is_ok();
                if whole {
                    good = found.place.end();
                }
                Ok(whole)
            })?;
        }
        if planted(Defect::TornEndKept) {
            good = len;
        }
        if good < len {
            self.files.fs.truncate(&path, good).map_err(|error| VaultError::io("repair", &path, error))?;
            notes.push(format!(
                "{} ended in chunks that were never completed; {} bytes were cut off, nothing acknowledged is lost",
                path.display(),
                len - good
            ));
        }
        let durable = if synced.pack == number { synced.offset.max(safe) } else { safe };
        if good > durable && synced.pack <= number && !planted(Defect::DroppedBytesTrusted) {
            // Whoever wrote this died before it was durable, or was told that it cannot be.
            let saved = self.files.fs.rewrite(&path, durable);
            saved.map_err(|error| VaultError::io("save", &path, error))?;
        }
        self.tail = Some(Tail::open(Arc::clone(&self.files.fs), path, good)?);
        Ok(())
    }

    pub(super) fn usable(&self) -> Result<(), VaultError> {
        self.tail.as_ref().map_or(Ok(()), Tail::usable)
    }

    /// The end of all that was appended.
    pub(super) fn position(&self) -> Position {
        match &self.tail {
            Some(tail) => Position { pack: self.number, offset: tail.len() },
            None => self.closed.unwrap_or(Position { pack: self.number.saturating_sub(1), offset: 0 }),
        }
    }

    /// Seals and appends a chunk's frame.
    pub(super) fn append(
        &mut self,
        keys: &Keys,
        random: &dyn Random,
        kind: ChunkKind,
        id: &Hash,
        frame: &[u8],
    ) -> Result<Place, VaultError> {
        self.make_room(pack::record_len(frame.len()))?;
        let files = self.files.clone();
        let number = self.number;
        let Some(tail) = &mut self.tail else {
            return Err(VaultError::Poisoned("no pack is open".to_owned()));
        };
        let offset = tail.len();
        let length = u32::try_from(pack::sealed_len(frame.len())).unwrap_or(u32::MAX);
        let mut record = pack::record_header(kind, id, length);
        record.reserve_exact(pack::sealed_len(frame.len()));
        let bound = files.bound(kind, id, number, offset);
        keys.of_pack(number)?.chunks.seal_onto(&mut record, random, &bound, frame)?;
        tail.append(&record)?;
        Ok(Place { pack: number, offset, sealed: length })
    }

    /// Ends the pack that is written to, durably, so that the next chunk begins another. Returns the number of that.
    pub(super) fn end_pack(&mut self) -> Result<u32, VaultError> {
        self.sync()?;
        if self.tail.as_ref().is_some_and(|tail| tail.len() > 0) {
            self.close();
        }
        self.pass_over_what_is_there()?;
        Ok(self.number)
    }

    fn close(&mut self) {
        if self.tail.is_some() {
            self.closed = Some(self.position());
            self.number = self.number.saturating_add(1);
            self.tail = None;
        }
    }

    /// A listing that left out the newest pack must not make the next one be written over it, nor under another key.
    fn pass_over_what_is_there(&mut self) -> Result<(), VaultError> {
        while self.tail.is_none() && self.files.is_there(self.number)? && self.files.len(self.number)? > 0 {
            self.number = self.number.saturating_add(1);
        }
        Ok(())
    }

    /// Begins a new pack where there is none or the record would not fit.
    fn make_room(&mut self, size: u64) -> Result<(), VaultError> {
        if self.tail.as_ref().is_some_and(|tail| tail.len() > FILE_HEADER && tail.len() + size > self.limit) {
            self.sync()?;
            self.close();
        }
        self.pass_over_what_is_there()?;
        let tail = if let Some(tail) = &mut self.tail {
            tail
        } else {
            let path = self.files.path(self.number);
            self.tail.insert(Tail::open(Arc::clone(&self.files.fs), path, 0)?)
        };
        if tail.len() == 0 {
            tail.append(&self.files.file_header(self.number))?;
        }
        Ok(())
    }

    /// Returns when everything appended is durable.
    pub(super) fn sync(&mut self) -> Result<(), VaultError> {
        if planted(Defect::PackNotSynced) {
            return Ok(());
        }
        self.tail.as_mut().map_or(Ok(()), Tail::sync)
    }
}
