//! The index: chunk id to place, in sled. A cache of what the packs say and of nothing else.
//!
//! sled loses entries or refuses to open after some power cuts, and panics on some damage. So it is only
//! told of chunks whose pack is durable, it says up to where it knows the packs, every call is guarded
//! against panics, and on any doubt the folder is deleted and filled again from the packs.

use std::collections::BTreeMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use super::error::VaultError;
use super::pack::{Place, Position};
use super::wire::Fields;
use crate::base::hash::Hash;

/// Each time so many chunks are pending, they are written to sled.
const PENDING: usize = 16_384;
/// Larger batches make sled's memory grow without bound.
const BATCH: usize = 512;
const CACHE: u64 = 64 << 20;
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(20);
const CHUNKS: &str = "chunks";
const POSITION: &str = "position";
const LOG: &str = "log";

/// sled failed or panicked.
#[derive(Debug)]
pub(super) struct IndexFault(String);

impl From<IndexFault> for VaultError {
    fn from(fault: IndexFault) -> Self {
        Self::Index(fault.0)
    }
}

struct Trees {
    db: sled::Db,
    chunks: sled::Tree,
}

/// The open index.
pub(super) struct Index {
    dir: PathBuf,
    vault: [u8; 8],
    trees: RwLock<Option<Trees>>,
    /// Chunks that sled has not been told of.
    pending: RwLock<BTreeMap<Hash, Place>>,
}

impl Index {
    /// Opens the index, an empty one where it cannot be used. The position says up to where the packs are
    /// indexed.
    pub(super) fn open(dir: PathBuf, vault: [u8; 8]) -> Result<(Self, Position), VaultError> {
        let opened = Trees::open(&dir).and_then(|trees| Ok((trees.position(vault)?, trees)));
        let (position, trees) = match opened {
            Ok((Some(position), trees)) => (position, Some(trees)),
            Ok((None, _)) | Err(_) => (Position::default(), None),
        };
        let fresh = trees.is_none();
        let index = Self { dir, vault, trees: RwLock::new(trees), pending: RwLock::default() };
        if fresh {
            index.reset()?;
        }
        Ok((index, position))
    }

    /// Deletes the index of a process that may still have it open: it goes on with files that have no name.
    pub(super) fn discard(dir: &Path) -> Result<(), VaultError> {
        match std::fs::remove_dir_all(dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(VaultError::io("delete", dir, error))
            }
            _ => Ok(()),
        }
    }

    /// Deletes everything.
    pub(super) fn reset(&self) -> Result<(), VaultError> {
        let mut trees = self.trees.write().unwrap_or_else(PoisonError::into_inner);
        self.pending.write().unwrap_or_else(PoisonError::into_inner).clear();
        // sled must have let go of its files before they are deleted.
        drop(trees.take());
        Self::discard(&self.dir)?;
        *trees = Some(Trees::open(&self.dir)?);
        Ok(())
    }

    /// Where a chunk lies, as far as the index knows.
    pub(super) fn get(&self, id: &Hash) -> Result<Option<Place>, IndexFault> {
        let pending = self.pending.read().unwrap_or_else(PoisonError::into_inner).get(id).copied();
        if pending.is_some() {
            return Ok(pending);
        }
        self.with(|trees| {
            let stored = guarded(|| trees.chunks.get(id.0))?;
            Ok(stored.and_then(|bytes| decode_place(&bytes)))
        })
    }

    /// Notes a chunk that was appended to a pack; true when it is time for a [`checkpoint`](Self::checkpoint).
    pub(super) fn add(&self, id: Hash, place: Place) -> bool {
        let mut pending = self.pending.write().unwrap_or_else(PoisonError::into_inner);
        pending.insert(id, place);
        pending.len().is_multiple_of(PENDING)
    }

    /// Writes what is pending to sled. All packs must be durable up to `position`.
    pub(super) fn checkpoint(&self, position: Position) -> Result<(), IndexFault> {
        let pending = self.pending.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.with(|trees| {
            if pending.is_empty() && trees.position(self.vault)? == Some(position) {
                return Ok(());
            }
            trees.write(self.vault, &pending, position, &self.dir)
        })?;
        let mut left = self.pending.write().unwrap_or_else(PoisonError::into_inner);
        left.retain(|id, place| pending.get(id) != Some(place));
        Ok(())
    }

    /// Notes how long the log is with its last acknowledged record. A log that is found shorter has lost records,
    /// which nothing else could tell from the torn end of a crash. It is a second witness only, so nothing is
    /// flushed for it and a failure is no matter.
    pub(super) fn witness_log(&self, len: u64) {
        let mark = [self.vault.as_slice(), &len.to_le_bytes()].concat();
        let _ = self.with(|trees| guarded(|| trees.db.insert(LOG, mark)));
    }

    /// The length that was noted last; 0 when none was.
    pub(super) fn witnessed_log(&self) -> u64 {
        let stored = self.with(|trees| guarded(|| trees.db.get(LOG))).ok().flatten();
        let len = stored.and_then(|bytes| {
            let mut fields = Fields(&bytes);
            (fields.array()? == self.vault).then_some(())?;
            fields.u64()
        });
        len.unwrap_or(0)
    }

    /// How many chunks it knows. Counts them, which takes time.
    pub(super) fn count(&self) -> Result<u64, IndexFault> {
        let pending: Vec<Hash> =
            self.pending.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
        self.with(|trees| {
            guarded(|| {
                let mut count = trees.chunks.len() as u64;
                for id in &pending {
                    count += u64::from(!trees.chunks.contains_key(id.0)?);
                }
                Ok(count)
            })
        })
    }

    fn with<T>(&self, act: impl FnOnce(&Trees) -> Result<T, IndexFault>) -> Result<T, IndexFault> {
        let trees = self.trees.read().unwrap_or_else(PoisonError::into_inner);
        trees.as_ref().map_or_else(|| Err(IndexFault("it is closed".to_owned())), act)
    }
}

impl Trees {
    fn open(dir: &Path) -> Result<Self, IndexFault> {
        remove_unfinished_snapshots(dir);
        let mut outcome = Self::try_open(dir);
        for _ in 0..LOCK_TRIES {
            match &outcome {
                Err(IndexFault(what)) if what.contains("could not acquire lock") => wait_for_lock(),
                _ => break,
            }
            outcome = Self::try_open(dir);
        }
        outcome
    }

    fn try_open(dir: &Path) -> Result<Self, IndexFault> {
        guarded(|| {
            let db = sled::Config::new().path(dir).cache_capacity(CACHE).flush_every_ms(None).open()?;
            let chunks = db.open_tree(CHUNKS)?;
            Ok(Self { db, chunks })
        })
    }

    /// Up to where the packs are indexed, if that was written for this vault.
    fn position(&self, vault: [u8; 8]) -> Result<Option<Position>, IndexFault> {
        let stored = guarded(|| self.db.get(POSITION))?;
        Ok(stored.and_then(|bytes| {
            let mut fields = Fields(&bytes);
            (fields.array()? == vault).then_some(())?;
            Some(Position { pack: fields.u32()?, offset: fields.u64()? })
        }))
    }

    fn write(
        &self,
        vault: [u8; 8],
        pending: &BTreeMap<Hash, Place>,
        position: Position,
        dir: &Path,
    ) -> Result<(), IndexFault> {
        guarded(|| {
            let mut batch = sled::Batch::default();
            for (number, (id, place)) in (1_usize..).zip(pending) {
                batch.insert(&id.0, encode_place(*place));
                if number.is_multiple_of(BATCH) || number == pending.len() {
                    self.chunks.apply_batch(std::mem::take(&mut batch))?;
                }
            }
            // The position goes last: it must never claim what sled could still lose.
            self.db.flush()?;
            let mut mark = vault.to_vec();
            mark.extend(position.pack.to_le_bytes());
            mark.extend(position.offset.to_le_bytes());
            self.db.insert(POSITION, mark)?;
            self.db.flush()?;
            // sled's own flush does not make a grown file durable.
            File::open(dir.join("db"))?.sync_all()?;
            Ok(())
        })
    }
}

/// A database that was just closed may keep sled's own lock for a moment, while other threads of this
/// process still use sled. The vault's lock is held already, so nobody else can be meant.
#[expect(clippy::disallowed_methods, reason = "sled cannot be told to wait, and no clock rules its lock")]
fn wait_for_lock() {
    std::thread::sleep(LOCK_PAUSE);
}

/// sled takes an unfinished snapshot file for a finished one and calls it corruption.
fn remove_unfinished_snapshots(dir: &Path) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            // Where this fails, opening fails too, and the whole folder is deleted.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn guarded<T>(act: impl FnOnce() -> sled::Result<T>) -> Result<T, IndexFault> {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(IndexFault(error.to_string())),
        Err(_) => Err(IndexFault("sled panicked".to_owned())),
    }
}

fn encode_place(place: Place) -> Vec<u8> {
    let mut bytes = place.pack.to_le_bytes().to_vec();
    bytes.extend(place.offset.to_le_bytes());
    bytes.extend(place.sealed.to_le_bytes());
    bytes
}

fn decode_place(bytes: &[u8]) -> Option<Place> {
    let mut fields = Fields(bytes);
    let place = Place { pack: fields.u32()?, offset: fields.u64()?, sealed: fields.u32()? };
    fields.is_empty().then_some(place)
}
