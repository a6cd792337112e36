//! The catalogue log: small sealed records, numbered and chained, each durable before it is acknowledged.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::VaultError;
use super::fs::{self, Fs};
use super::keys::Keys;
use super::log_reader::{Place, Reader, Replay};
use super::log_record::{self, Content};
use super::pack::Position;
use super::rotation::Begun;
use super::tail::Tail;
use crate::base::clock::Timestamp;
use crate::base::defect::{Defect, planted};
use crate::base::ids::Random;

/// No record's payload is larger than this.
pub const MAX_PAYLOAD: usize = 64 << 20;

/// The name of the log in the vault's folder.
pub(super) const NAME: &str = "catalogue.log";

/// A record of the catalogue log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number; the first is 1 and none is left out.
    pub seq: u64,
    /// When it was appended, to the microsecond. For people; the order is `seq`.
    pub at: Timestamp,
    /// What it is, as the writer chose.
    pub kind: u8,
    /// Its content.
    pub payload: Vec<u8>,
}

/// The open log.
pub(super) struct Log {
    reader: Reader,
    tail: Tail,
    places: Vec<Place>,
    chain: [u8; 32],
    acknowledged: Position,
    /// The epoch of the key that the next record is sealed with.
    epoch: u32,
}

fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

/// Whether a log was made but never written to.
pub(super) fn is_unused(fs: &dyn Fs, dir: &Path) -> bool {
    fs.len(&path(dir)).is_ok_and(|len| len <= log_record::FILE_HEADER)
}

/// Makes an empty log in place of what an interrupted creation may have left.
pub(super) fn create(fs: &Arc<dyn Fs>, dir: &Path, vault: [u8; 8]) -> Result<(), VaultError> {
    let path = path(dir);
    if fs::exists(fs.as_ref(), &path).map_err(|error| VaultError::io("read", &path, error))? {
        fs.truncate(&path, 0).map_err(|error| VaultError::io("empty", &path, error))?;
    }
    let mut tail = Tail::open(Arc::clone(fs), path, 0)?;
    tail.append(&log_record::file_header(vault))?;
    tail.sync()
}

/// Keeps what is about to be cut off in a file beside the log, for the case that it was not a crash that made
/// it. The vault opens without it too, so a full disk is no obstacle. Returns what the note says of it.
fn keep(fs: &dyn Fs, path: &Path, from: u64, to: u64) -> String {
    let side = path.with_extension(format!("log.cut-{from}"));
    let bytes = usize::try_from(to - from)
        .ok()
        .filter(|len| *len <= MAX_PAYLOAD)
        .and_then(|len| fs.read_at(path, from, len).ok());
    match bytes.map(|bytes| fs::replace(fs, &side, &bytes)) {
        Some(Ok(())) => format!(" (kept in {})", side.display()),
        _ => String::new(),
    }
}

impl Log {
    /// Reads the log from end to end and cuts off a last record that a crash left incomplete. A log that is shorter
    /// than `witnessed` bytes has lost acknowledged records, and is left as it is.
    pub(super) fn open(
        fs: &Arc<dyn Fs>,
        dir: &Path,
        vault: [u8; 8],
        keys: &Keys,
        witnessed: u64,
        notes: &mut Vec<String>,
    ) -> Result<Self, VaultError> {
        let path = path(dir);
        let reader = Reader { fs: Arc::clone(fs), path: path.clone(), vault };
        let len = reader.len()?;
        let Replay { places, chain, packs, end, begun } = reader.replay(keys, len)?;
        if end < witnessed && !planted(Defect::WitnessIgnored) {
            let what = format!(
                "it had {witnessed} bytes and acknowledged records are missing (if the vault was put back to an older \
                 state on purpose, delete the folder `index` in it)"
            );
            return Err(VaultError::damaged(&path, end, what));
        }
        if end < len {
            let kept = keep(fs.as_ref(), &path, end, len);
            fs.truncate(&path, end).map_err(|error| VaultError::io("repair", &path, error))?;
            notes.push(format!(
                "{} ended in {} bytes that are no complete record and were cut off{kept}. After a crash or a power cut \
                 that is the write it interrupted, which was never acknowledged. Without one, the file was damaged \
                 from outside: put back a copy of it",
                path.display(),
                len - end
            ));
        }
        if let Some(last) = places.last().filter(|_| end > witnessed && !planted(Defect::DroppedBytesTrusted))
        {
            // It may stem from a process that died before its fsync, or whose fsync failed: nobody shall act on it
            // until it is sure to stay.
            fs.rewrite(&path, last.offset).map_err(|error| VaultError::io("save", &path, error))?;
        }
        let mut tail = Tail::open(Arc::clone(fs), path, end)?;
        tail.sync()?;
        let mut log = Self { reader, tail, places, chain, acknowledged: packs, epoch: 1 };
        for epoch in begun {
            log.begin(keys, epoch);
        }
        Ok(log)
    }

    /// Up to where the packs were durable when the last record was written: nothing before may be missing.
    pub(super) fn acknowledged(&self) -> Position {
        self.acknowledged
    }

    /// The epoch of the key that the next record is sealed with.
    pub(super) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Seals everything from now on under the keys of an epoch; a record says so already.
    pub(super) fn begin(&mut self, keys: &Keys, begun: Begun) {
        keys.begin(begun.epoch, begun.first_pack);
        self.epoch = begun.epoch;
    }

    pub(super) fn usable(&self) -> Result<(), VaultError> {
        self.tail.usable()
    }

    pub(super) fn len(&self) -> u64 {
        self.tail.len()
    }

    /// The number of the last record; 0 when there is none.
    pub(super) fn last(&self) -> u64 {
        self.places.len() as u64
    }

    /// The kinds of record that occur.
    pub(super) fn kinds(&self) -> BTreeSet<u8> {
        self.places.iter().map(|place| place.kind).collect()
    }

    /// Appends a record and returns when it is durable. `packs` must be durable already.
    pub(super) fn append(
        &mut self,
        keys: &Keys,
        random: &dyn Random,
        packs: Position,
        entry: (Timestamp, u8, &[u8]),
    ) -> Result<Entry, VaultError> {
        let (now, kind, payload) = entry;
        let at = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
        let seq = self.last() + 1;
        let entry = Entry { seq, at, kind, payload: payload.to_vec() };
        let content = Content { entry, packs, previous: self.chain };
        let offset = self.tail.len();
        let seals = self.reader.seals(keys, self.epoch, offset)?;
        let record = log_record::encode(&seals.log, random, self.reader.vault, offset, &content)?;
        self.tail.append(&record)?;
        if !planted(Defect::LogNotSynced) {
            self.tail.sync()?;
        }
        self.places.push(Place { kind, offset, len: record.len(), epoch: self.epoch });
        self.chain = log_record::chain(&record);
        self.acknowledged = packs;
        Ok(content.entry)
    }

    /// The records of one kind, oldest first.
    pub(super) fn entries(&self, keys: &Keys, kind: u8) -> Result<Vec<Entry>, VaultError> {
        (1..)
            .zip(&self.places)
            .filter(|(_, place)| place.kind == kind)
            .map(|(seq, place)| self.reader.entry(keys, seq, *place))
            .collect()
    }

    /// Reads the file anew from end to end. Returns the number of records, or the damage as an error.
    pub(super) fn verify(&self, keys: &Keys) -> Result<u64, VaultError> {
        let len = self.reader.len()?;
        let replay = self.reader.replay(keys, len)?;
        if replay.chain != self.chain || replay.end != len {
            let what = "the log does not end as it was written";
            return Err(VaultError::damaged(&self.reader.path, replay.end, what));
        }
        Ok(replay.places.len() as u64)
    }
}
