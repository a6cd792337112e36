//! The catalogue log: small sealed records, numbered and chained, each durable before it is acknowledged.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::VaultError;
use super::fs::Fs;
use super::pack::Position;
use super::scan::{self, Shape};
use super::seal::{self, Object, SealKey};
use super::tail::Tail;
use super::wire::{self, Fields};
use crate::base::clock::Timestamp;
use crate::base::ids::Random;

/// No record's payload is larger than this.
pub const MAX_PAYLOAD: usize = 64 << 20;

const NAME: &str = "catalogue.log";
const MAGIC: [u8; 6] = *b"BVLOG\0";
const VERSION: u16 = 1;
const FILE_HEADER: u64 = 20;
const MARK: [u8; 4] = *b"BVLR";
const HEADER: usize = 20;
/// Closes a record. It is not zero, so that a last page that the disk never wrote shows.
const END: u8 = 0xE5;
const FIXED: usize = 1 + 8 + 4 + 8 + 32;
const ZERO_RUN: usize = 16;

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

/// Where a record lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    kind: u8,
    offset: u64,
    sealed: u32,
}

/// What a record's seal holds, and the chain value that the record after it must carry.
struct Opened {
    entry: Entry,
    packs: Position,
    previous: [u8; 32],
    chain: [u8; 32],
    place: Place,
    end: u64,
}

/// How the log ends.
struct Replay {
    places: Vec<Place>,
    chain: [u8; 32],
    packs: Position,
    end: u64,
}

/// The read half: what is needed to find and open records.
struct Reader {
    fs: Arc<dyn Fs>,
    path: PathBuf,
    vault: [u8; 8],
}

/// The open log. Record number `n` is described by `places[n - 1]`.
pub(super) struct Log {
    reader: Reader,
    tail: Tail,
    places: Vec<Place>,
    chain: [u8; 32],
    acknowledged: Position,
}

fn file_header(vault: [u8; 8]) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.extend(VERSION.to_le_bytes());
    header.extend(vault);
    wire::with_check(header)
}

/// Where the log of a vault lies.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

/// Makes an empty log in place of what an interrupted creation may have left.
pub(super) fn create(fs: &Arc<dyn Fs>, dir: &Path, vault: [u8; 8]) -> Result<(), VaultError> {
    let path = path(dir);
    if fs.len(&path).is_ok() {
        fs.truncate(&path, 0).map_err(|error| VaultError::io("empty", &path, error))?;
    }
    let mut tail = Tail::open(Arc::clone(fs), path, 0)?;
    tail.append(&file_header(vault))?;
    tail.sync()
}

impl Log {
    /// Reads the log from end to end and cuts off a last record that a crash left incomplete.
    pub(super) fn open(
        fs: &Arc<dyn Fs>,
        dir: &Path,
        vault: [u8; 8],
        key: &SealKey,
        notes: &mut Vec<String>,
    ) -> Result<Self, VaultError> {
        let reader = Reader { fs: Arc::clone(fs), path: path(dir), vault };
        let len = reader.len()?;
        let replay = reader.replay(key, len)?;
        if replay.end < len {
            reader
                .fs
                .truncate(&reader.path, replay.end)
                .map_err(|error| VaultError::io("repair", &reader.path, error))?;
            notes.push(format!(
                "{} ended in a record that was never completed; its {} bytes were cut off, nothing acknowledged is lost",
                reader.path.display(),
                len - replay.end
            ));
        }
        let tail = Tail::open(Arc::clone(fs), reader.path.clone(), replay.end)?;
        let Replay { places, chain, packs: acknowledged, .. } = replay;
        Ok(Self { reader, tail, places, chain, acknowledged })
    }

    /// Up to where the packs were durable when the last record was written: nothing before may be missing.
    pub(super) fn acknowledged(&self) -> Position {
        self.acknowledged
    }

    pub(super) fn usable(&self) -> Result<(), VaultError> {
        self.tail.usable()
    }

    pub(super) fn len(&self) -> u64 {
        self.tail.len()
    }

    /// Appends a record and returns when it is durable. `packs` must be durable already.
    pub(super) fn append(
        &mut self,
        key: &SealKey,
        random: &dyn Random,
        packs: Position,
        entry: (Timestamp, u8, &[u8]),
    ) -> Result<Entry, VaultError> {
        let (at, kind, payload) = entry;
        if payload.len() > MAX_PAYLOAD {
            return Err(VaultError::TooLarge {
                what: "a log record",
                bytes: payload.len(),
                limit: MAX_PAYLOAD,
            });
        }
        let micros = at.as_microsecond();
        let seq = self.places.len() as u64 + 1;
        let mut plain = vec![kind];
        plain.extend(micros.to_le_bytes());
        plain.extend(packs.pack.to_le_bytes());
        plain.extend(packs.offset.to_le_bytes());
        plain.extend(self.chain);
        plain.extend_from_slice(payload);
        let offset = self.tail.len();
        let sealed = key.seal(random, &self.reader.bound(seq, offset), &plain)?;
        let length = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        let mut record = MARK.to_vec();
        record.extend(seq.to_le_bytes());
        record.extend(length.to_le_bytes());
        let mut record = wire::with_check(record);
        record.extend(sealed);
        record.push(END);
        self.tail.append(&record)?;
        self.tail.sync()?;
        self.places.push(Place { kind, offset, sealed: length });
        self.chain = *blake3::hash(&record).as_bytes();
        self.acknowledged = packs;
        let at = Timestamp::from_microsecond(micros).unwrap_or(at);
        Ok(Entry { seq, at, kind, payload: payload.to_vec() })
    }

    /// The records of one kind, oldest first.
    pub(super) fn entries(&self, key: &SealKey, kind: u8) -> Result<Vec<Entry>, VaultError> {
        (1..)
            .zip(&self.places)
            .filter(|(_, place)| place.kind == kind)
            .map(|(seq, place)| {
                self.reader
                    .open(key, seq, place.offset, place.sealed)?
                    .map(|opened| opened.entry)
                    .map_err(|what| VaultError::damaged(&self.reader.path, place.offset, what))
            })
            .collect()
    }

    /// Reads the file anew from end to end. Returns the number of records, or the damage as an error.
    pub(super) fn verify(&self, key: &SealKey) -> Result<u64, VaultError> {
        let len = self.reader.len()?;
        let replay = self.reader.replay(key, len)?;
        if replay.chain != self.chain || replay.end != len {
            return Err(VaultError::damaged(
                &self.reader.path,
                replay.end,
                "the log does not end as it was written",
            ));
        }
        Ok(replay.places.len() as u64)
    }
}

impl Reader {
    fn len(&self) -> Result<u64, VaultError> {
        match self.fs.len(&self.path) {
            Ok(len) => Ok(len),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(VaultError::damaged(&self.path, 0, "the file is missing"))
            }
            Err(error) => Err(VaultError::io("read", &self.path, error)),
        }
    }

    fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>, VaultError> {
        self.fs.read_at(&self.path, offset, len).map_err(|error| VaultError::io("read", &self.path, error))
    }

    fn bound(&self, seq: u64, offset: u64) -> Vec<u8> {
        seal::bound(Object::LogRecord, self.vault, &[&seq.to_le_bytes(), &offset.to_le_bytes()])
    }

    /// Opens all records. Stops before a last record that was never completed; any other flaw is an error.
    fn replay(&self, key: &SealKey, len: u64) -> Result<Replay, VaultError> {
        let expected = file_header(self.vault);
        if self.read(0, expected.len())? != expected {
            return Err(VaultError::damaged(
                &self.path,
                0,
                "the file header is not that of this vault's log",
            ));
        }
        let mut replay = Replay {
            places: Vec::new(),
            chain: *blake3::hash(&expected).as_bytes(),
            packs: Position::default(),
            end: FILE_HEADER,
        };
        while replay.end < len {
            let seq = replay.places.len() as u64 + 1;
            let what = match self.record(key, seq, replay.end, len)? {
                Ok(opened) if opened.previous == replay.chain => {
                    replay.places.push(opened.place);
                    replay.chain = opened.chain;
                    replay.packs = opened.packs;
                    replay.end = opened.end;
                    continue;
                }
                Ok(_) => "the record does not follow from the one before it",
                Err(_) if self.was_never_completed(seq, replay.end, len)? => break,
                Err(what) => what,
            };
            return Err(VaultError::damaged(&self.path, replay.end, format!("{what} (record {seq})")));
        }
        Ok(replay)
    }

    /// The record at `offset`, or what is wrong with it.
    fn record(
        &self,
        key: &SealKey,
        seq: u64,
        offset: u64,
        len: u64,
    ) -> Result<Result<Opened, &'static str>, VaultError> {
        let Some((found, sealed)) = parse_header(&self.read(offset, HEADER)?) else {
            return Ok(Err("there is no record header"));
        };
        if found != seq {
            return Ok(Err("the record has another number"));
        }
        if offset + (HEADER + 1) as u64 + u64::from(sealed) > len {
            return Ok(Err("the record is longer than the file"));
        }
        self.open(key, seq, offset, sealed)
    }

    fn open(
        &self,
        key: &SealKey,
        seq: u64,
        offset: u64,
        sealed: u32,
    ) -> Result<Result<Opened, &'static str>, VaultError> {
        let length = wire::index(sealed.into());
        if length > MAX_PAYLOAD + FIXED + seal::OVERHEAD {
            return Ok(Err("the record is longer than the limit"));
        }
        let record = self.read(offset, HEADER + length + 1)?;
        let body = wire::slice(&record, HEADER..HEADER + length);
        if record.last() != Some(&END) || record.len() != HEADER + length + 1 {
            return Ok(Err("the record has no end"));
        }
        let opened = key.open(&self.bound(seq, offset), body).and_then(|plain| {
            let mut fields = Fields(&plain);
            let (kind, micros) = (fields.u8()?, fields.i64()?);
            let packs = Position { pack: fields.u32()?, offset: fields.u64()? };
            let previous = fields.array()?;
            let at = Timestamp::from_microsecond(micros).ok()?;
            let entry = Entry { seq, at, kind, payload: fields.rest().to_vec() };
            let place = Place { kind, offset, sealed };
            let chain = *blake3::hash(&record).as_bytes();
            Some(Opened { entry, packs, previous, chain, place, end: offset + record.len() as u64 })
        });
        Ok(opened.ok_or("the seal does not hold"))
    }

    /// Whether the flawed record at `offset` is one that a crash interrupted: the last one, and either cut
    /// short or with pages that the disk never wrote. An acknowledged record is neither.
    fn was_never_completed(&self, seq: u64, offset: u64, len: u64) -> Result<bool, VaultError> {
        let later = |header: &[u8]| parse_header(header).is_some_and(|(found, _)| found > seq);
        let shape = Shape { mark: MARK, len: HEADER, valid: &later };
        let followed = scan::next_header(self.fs.as_ref(), &self.path, offset + 1, len, &shape)
            .map_err(|error| VaultError::io("read", &self.path, error))?;
        if followed.is_some() {
            return Ok(false);
        }
        let rest = self.read(offset, wire::index(len - offset).min(MAX_PAYLOAD + FIXED + HEADER + 64))?;
        let beyond = parse_header(wire::slice(&rest, 0..HEADER))
            .is_some_and(|(_, sealed)| rest.len() < HEADER + wire::index(sealed.into()) + 1);
        Ok(beyond
            || rest.len() < HEADER
            || rest.first() == Some(&0)
            || rest.last() == Some(&0)
            || wire::has_zeros(&rest, ZERO_RUN))
    }
}

fn parse_header(header: &[u8]) -> Option<(u64, u32)> {
    let mut fields = wire::checked(header)?;
    (fields.array()? == MARK).then_some(())?;
    Some((fields.u64()?, fields.u32()?))
}
