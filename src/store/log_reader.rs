//! Reading the catalogue log, and telling a record that was never completed from a damaged one.

use std::path::PathBuf;
use std::sync::Arc;

use super::error::VaultError;
use super::fs::Fs;
use super::keys::{Keys, Seals};
use super::log::Entry;
use super::log_record::{self, Content, FILE_HEADER, HEADER, MARK, MAX_LEN};
use super::pack::Position;
use super::rotation::{self, Begun};
use super::scan::{self, Shape, Window};
use super::seal::SealKey;
use super::wire;
use crate::base::defect::{Defect, planted};

const ZERO_RUN: usize = 16;

/// Where a record lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) kind: u8,
    pub(super) offset: u64,
    pub(super) len: usize,
    /// The epoch of the key that it is sealed with.
    pub(super) epoch: u32,
}

/// What reading the whole log tells.
pub(super) struct Replay {
    /// Record `n` is at `places[n - 1]`.
    pub(super) places: Vec<Place>,
    /// What the next record must carry.
    pub(super) chain: [u8; 32],
    /// Up to where the packs were durable at the last record.
    pub(super) packs: Position,
    /// The first byte after the last whole record.
    pub(super) end: u64,
    /// The epochs that records have begun, from the second one on.
    pub(super) begun: Vec<Begun>,
}

/// What is needed to find and open records.
pub(super) struct Reader {
    pub(super) fs: Arc<dyn Fs>,
    pub(super) path: PathBuf,
    pub(super) vault: [u8; 8],
}

impl Reader {
    pub(super) fn len(&self) -> Result<u64, VaultError> {
        match self.fs.len(&self.path) {
            Ok(len) => Ok(len),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(VaultError::damaged(&self.path, 0, "the file is missing"))
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// One record.
    pub(super) fn entry(&self, keys: &Keys, seq: u64, place: Place) -> Result<Entry, VaultError> {
        let record = self.read(place.offset, place.len)?;
        let seals = self.seals(keys, place.epoch, place.offset)?;
        log_record::decode(&seals.log, self.vault, seq, place.offset, &record)
            .map(|content| content.entry)
            .map_err(|what| VaultError::damaged(&self.path, place.offset, what))
    }

    /// The keys of an epoch.
    pub(super) fn seals(&self, keys: &Keys, epoch: u32, offset: u64) -> Result<Arc<Seals>, VaultError> {
        keys.of_epoch(epoch).ok_or_else(|| {
            let what = "it goes on under a newer key than vault.a and vault.b know of; these two are older than the \
                        log, so put back the newest copies of them";
            VaultError::damaged(&self.path, offset, what)
        })
    }

    /// Opens all records. Stops before a last record that was never completed; any other flaw is an error.
    pub(super) fn replay(&self, keys: &Keys, len: u64) -> Result<Replay, VaultError> {
        let header = log_record::file_header(self.vault);
        if self.read(0, header.len())? != header {
            let what = "the file header is not that of this vault's log";
            return Err(VaultError::damaged(&self.path, 0, what));
        }
        let mut replay = Replay {
            places: Vec::new(),
            chain: log_record::chain(&header),
            packs: Position::default(),
            end: FILE_HEADER,
            begun: Vec::new(),
        };
        let mut seals = self.seals(keys, 1, FILE_HEADER)?;
        let mut epoch = 1;
        let mut window = Window::new(self.fs.as_ref(), &self.path);
        while replay.end < len {
            let seq = replay.places.len() as u64 + 1;
            let what = match self.next(&seals.log, seq, replay.end, len, &mut window)? {
                Ok((content, record))
                    if content.previous == replay.chain || planted(Defect::ChainUnchecked) =>
                {
                    let Content { entry, packs, .. } = content;
                    let place = Place { kind: entry.kind, offset: replay.end, len: record.len(), epoch };
                    replay.places.push(place);
                    replay.chain = log_record::chain(record);
                    replay.packs = packs;
                    replay.end += record.len() as u64;
                    if entry.kind == rotation::KIND {
                        let begun = Begun::decode(&entry.payload).filter(|begun| begun.epoch == epoch + 1);
                        let Some(begun) = begun else {
                            let what = format!("the record begins no epoch that could follow (record {seq})");
                            return Err(VaultError::damaged(&self.path, place.offset, what));
                        };
                        epoch = begun.epoch;
                        seals = self.seals(keys, epoch, replay.end)?;
                        replay.begun.push(begun);
                    }
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
    fn next<'w>(
        &self,
        key: &SealKey,
        seq: u64,
        offset: u64,
        len: u64,
        window: &'w mut Window<'_>,
    ) -> Result<Result<(Content, &'w [u8]), &'static str>, VaultError> {
        let header = window.read(offset, HEADER).map_err(|error| self.failed(error))?;
        let Some((found, length)) = log_record::parse_header(header) else {
            return Ok(Err("there is no record header"));
        };
        if found != seq {
            return Ok(Err("the record has another number"));
        }
        if length > MAX_LEN || offset + length as u64 > len {
            return Ok(Err("the record is longer than the file or the limit"));
        }
        let record = window.read(offset, length).map_err(|error| self.failed(error))?;
        Ok(log_record::decode(key, self.vault, seq, offset, record).map(|content| (content, record)))
    }

    /// Whether the flawed record at `offset` is one that a crash interrupted: the last one, and either cut
    /// short or with pages that the disk never wrote. An acknowledged record is neither.
    fn was_never_completed(&self, seq: u64, offset: u64, len: u64) -> Result<bool, VaultError> {
        let later = |header: &[u8]| log_record::parse_header(header).is_some_and(|(found, _)| found > seq);
        let shape = Shape { mark: MARK, len: HEADER, valid: &later };
        let followed = scan::next_header(self.fs.as_ref(), &self.path, offset + 1, len, &shape)
            .map_err(|error| self.failed(error))?;
        if followed.is_some() {
            return Ok(false);
        }
        let rest = self.read(offset, wire::index(len - offset).min(MAX_LEN))?;
        let cut_short = log_record::parse_header(wire::slice(&rest, 0..HEADER))
            .is_some_and(|(_, length)| rest.len() < length.min(MAX_LEN));
        Ok(cut_short
            || planted(Defect::FlawTakenForTornEnd)
            || rest.len() < HEADER
            || rest.first() == Some(&0)
            || rest.last() == Some(&0)
            || wire::has_zeros(&rest, ZERO_RUN))
    }

    fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>, VaultError> {
        self.fs.read_at(&self.path, offset, len).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: std::io::Error) -> VaultError {
        VaultError::io("read", &self.path, error)
    }
}
