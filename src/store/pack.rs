//! Packs: append-only files of sealed chunks, each record with a header that says whose it is, so that the
//! index can be rebuilt from the packs alone, without any key.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::chunks::ChunkKind;
use super::codec::{MAX_CHUNK, MAX_OVERHEAD};
use super::error::VaultError;
use super::fs::Fs;
use super::open_packs::OpenPacks;
use super::scan::{self, Shape};
use super::seal::{self, Object, SealKey};
use super::wire;
use crate::base::hash::Hash;

const MAGIC: [u8; 6] = *b"BVPACK";
const VERSION: u16 = 1;
pub(super) const FILE_HEADER: u64 = 24;
const MARK: [u8; 4] = *b"BVCR";
const HEADER: usize = 4 + 1 + 32 + 4 + 4;
const MAX_SEALED: usize = MAX_CHUNK + MAX_OVERHEAD + seal::OVERHEAD;

/// A point in the sequence of all packs' bytes. Packs count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Position {
    pub(super) pack: u32,
    pub(super) offset: u64,
}

/// Where a chunk lies: the offset of its record header and the length of what is sealed behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) pack: u32,
    pub(super) offset: u64,
    pub(super) sealed: u32,
}

impl Place {
    /// The first byte after the record.
    pub(super) fn end(&self) -> u64 {
        self.offset + HEADER as u64 + u64::from(self.sealed)
    }
}

/// A record header that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) id: Hash,
    pub(super) kind: ChunkKind,
    pub(super) place: Place,
}

/// What lies at a place of a pack.
pub(super) enum Item {
    Chunk(Found),
    /// Bytes `from..to` are no record.
    Gap {
        from: u64,
        to: u64,
    },
}

/// The packs of a vault, for reading.
#[derive(Clone)]
pub(super) struct PackFiles {
    pub(super) fs: Arc<dyn Fs>,
    pub(super) dir: PathBuf,
    pub(super) vault: [u8; 8],
    open: Arc<OpenPacks>,
}

impl PackFiles {
    pub(super) fn new(fs: Arc<dyn Fs>, dir: PathBuf, vault: [u8; 8]) -> Self {
        Self { fs, dir, vault, open: Arc::default() }
    }

    pub(super) fn path(&self, pack: u32) -> PathBuf {
        self.dir.join(format!("{pack:08}.pack"))
    }

    /// The numbers of the packs that are there, ascending, without those that are `gone`. A listing may leave out
    /// names, so of every number up to `last` that is not listed the file itself is asked for.
    pub(super) fn numbers(&self, last: u32, gone: &BTreeSet<u32>) -> Result<Vec<u32>, VaultError> {
        let listed = self.listed()?;
        let last = listed.last().copied().unwrap_or(0).max(last);
        let mut there = Vec::new();
        for number in (1..=last).filter(|number| !gone.contains(number)) {
            if listed.binary_search(&number).is_ok() || self.is_there(number)? {
                there.push(number);
            }
        }
        Ok(there)
    }

    /// Whether the file of a pack is there.
    pub(super) fn is_there(&self, pack: u32) -> Result<bool, VaultError> {
        match self.len(pack) {
            Ok(_) => Ok(true),
            Err(VaultError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Deletes packs, durably.
    pub(super) fn remove(&self, packs: &[u32]) -> Result<(), VaultError> {
        for number in packs {
            let path = self.path(*number);
            self.fs.remove(&path).map_err(|error| VaultError::io("delete", &path, error))?;
            self.open.close(*number);
        }
        self.fs.sync_dir(&self.dir).map_err(|error| VaultError::io("save", &self.dir, error))
    }

    /// The numbers that one listing of the folder shows, ascending.
    pub(super) fn listed(&self) -> Result<Vec<u32>, VaultError> {
        let names = self.fs.list(&self.dir).map_err(|error| VaultError::io("list", &self.dir, error))?;
        let mut numbers: Vec<u32> = names
            .iter()
            .filter_map(|name| name.strip_suffix(".pack").filter(|digits| digits.len() >= 8)?.parse().ok())
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    pub(super) fn len(&self, pack: u32) -> Result<u64, VaultError> {
        let path = self.path(pack);
        self.fs.len(&path).map_err(|error| VaultError::io("read", &path, error))
    }

    fn read(&self, pack: u32, offset: u64, len: usize) -> Result<Vec<u8>, VaultError> {
        let path = self.path(pack);
        let read = self.open.read(self.fs.as_ref(), pack, &path, (offset, len));
        read.map_err(|error| VaultError::io("read", &path, error))
    }

    pub(super) fn file_header(&self, pack: u32) -> Vec<u8> {
        let mut header = MAGIC.to_vec();
        header.extend(VERSION.to_le_bytes());
        header.extend(self.vault);
        header.extend(pack.to_le_bytes());
        wire::with_check(header)
    }

    /// Whether a pack begins as it must.
    pub(super) fn has_file_header(&self, pack: u32) -> Result<bool, VaultError> {
        let expected = self.file_header(pack);
        Ok(self.read(pack, 0, expected.len())? == expected)
    }

    /// What lies at `offset` of a pack of `len` bytes; nothing at its end.
    pub(super) fn item(&self, pack: u32, offset: u64, len: u64) -> Result<Option<Item>, VaultError> {
        if offset >= len {
            return Ok(None);
        }
        let header = self.read(pack, offset, HEADER)?;
        if let Some((kind, id, sealed)) = parse_header(&header) {
            let place = Place { pack, offset, sealed };
            if place.end() <= len {
                return Ok(Some(Item::Chunk(Found { id, kind, place })));
            }
        }
        let valid = |header: &[u8]| parse_header(header).is_some();
        let shape = Shape { mark: MARK, len: HEADER, valid: &valid };
        let path = self.path(pack);
        let next = scan::next_header(self.fs.as_ref(), &path, offset + 1, len, &shape)
            .map_err(|error| VaultError::io("read", &path, error))?;
        Ok(Some(Item::Gap { from: offset, to: next.unwrap_or(len) }))
    }

    /// Calls `each` for everything in `pack` from `offset` to `len`, until it returns false.
    pub(super) fn each(
        &self,
        pack: u32,
        offset: u64,
        len: u64,
        each: &mut dyn FnMut(Item) -> Result<bool, VaultError>,
    ) -> Result<(), VaultError> {
        let mut at = offset.max(FILE_HEADER);
        while let Some(item) = self.item(pack, at, len)? {
            at = match &item {
                Item::Chunk(found) => found.place.end(),
                Item::Gap { to, .. } => *to,
            };
            if !each(item)? {
                break;
            }
        }
        Ok(())
    }

    /// Whether the record header of a chunk stands at its place and the file has all of the record.
    pub(super) fn holds(&self, found: &Found) -> Result<bool, VaultError> {
        let Found { id, kind, place } = found;
        let header = self.read(place.pack, place.offset, HEADER)?;
        Ok(parse_header(&header) == Some((*kind, *id, place.sealed))
            && place.end() <= self.len(place.pack)?)
    }

    /// The frame of a chunk, or what is wrong with its record.
    pub(super) fn open(
        &self,
        key: &SealKey,
        kind: ChunkKind,
        id: &Hash,
        place: Place,
    ) -> Result<Result<Vec<u8>, &'static str>, VaultError> {
        let length = wire::index(place.sealed.into());
        if length > MAX_SEALED {
            return Ok(Err("the record is longer than the limit"));
        }
        let record = self.read(place.pack, place.offset, HEADER + length)?;
        if parse_header(wire::slice(&record, 0..HEADER)) != Some((kind, *id, place.sealed)) {
            return Ok(Err("its record header is not there"));
        }
        let sealed = wire::slice(&record, HEADER..HEADER + length);
        let bound = self.bound(kind, id, place.pack, place.offset);
        Ok(key.open(&bound, sealed).ok_or("the seal does not hold"))
    }

    /// What the seal of a chunk is bound to.
    pub(super) fn bound(&self, kind: ChunkKind, id: &Hash, pack: u32, offset: u64) -> Vec<u8> {
        let parts: [&[u8]; 4] = [&[kind as u8], &id.0, &pack.to_le_bytes(), &offset.to_le_bytes()];
        seal::bound(Object::Chunk, self.vault, &parts)
    }
}

/// The length of the record of a frame of `frame` bytes.
pub(super) fn record_len(frame: usize) -> u64 {
    (HEADER + sealed_len(frame)) as u64
}

/// The length of a frame of `frame` bytes when it is sealed.
pub(super) fn sealed_len(frame: usize) -> usize {
    frame + seal::OVERHEAD
}

/// The header of the record that holds `sealed` bytes.
pub(super) fn record_header(kind: ChunkKind, id: &Hash, sealed: u32) -> Vec<u8> {
    let mut header = MARK.to_vec();
    header.push(kind as u8);
    header.extend(id.0);
    header.extend(sealed.to_le_bytes());
    wire::with_check(header)
}

fn parse_header(header: &[u8]) -> Option<(ChunkKind, Hash, u32)> {
    let mut fields = wire::checked(header)?;
    (fields.array()? == MARK).then_some(())?;
    Some((ChunkKind::from_byte(fields.u8()?)?, Hash(fields.array()?), fields.u32()?))
}
