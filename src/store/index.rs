//! The index: chunk id to place, in sled. A cache of what the packs say and of nothing else.
//!
//! sled loses entries or refuses to open after some power cuts, and panics on some damage. So it is only
//! told of chunks whose pack is durable, it says up to where it knows the packs, every call is guarded
//! against panics, and on any doubt the folder is deleted and filled again from the packs.

use std::collections::BTreeMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::database::{Database, Fleeting, IndexFault};
use super::error::VaultError;
use super::fs::Fs;
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
const REMOVED: &str = "removed";

impl From<IndexFault> for VaultError {
    fn from(fault: IndexFault) -> Self {
        Self::Index(fault.0)
    }
}

/// sled in the index folder.
struct Trees {
    dir: PathBuf,
    db: sled::Db,
    chunks: sled::Tree,
}

/// The open index.
pub(super) struct Index {
    fs: Arc<dyn Fs>,
    dir: PathBuf,
    vault: [u8; 8],
    database: RwLock<Option<Box<dyn Database>>>,
    /// Why it is kept in memory only, if it is.
    trouble: RwLock<Option<String>>,
    /// Chunks that sled has not been told of.
    pending: RwLock<BTreeMap<Hash, Place>>,
}

impl Index {
    /// Opens the index, an empty one where it cannot be used. The position says up to where the packs are
    /// indexed.
    pub(super) fn open(
        fs: Arc<dyn Fs>,
        dir: PathBuf,
        vault: [u8; 8],
    ) -> Result<(Self, Position), VaultError> {
        let opened = open_database(fs.as_ref(), &dir);
        let opened = opened.and_then(|database| Ok((position(database.as_ref(), vault)?, database)));
        let (position, database) = match opened {
            Ok((Some(position), database)) => (position, Some(database)),
            Ok((None, _)) | Err(_) => (Position::default(), None),
        };
        let fresh = database.is_none();
        let (trouble, pending) = (RwLock::default(), RwLock::default());
        let index = Self { fs, dir, vault, database: RwLock::new(database), trouble, pending };
        if fresh {
            index.reset()?;
        }
        Ok((index, position))
    }

    /// Why it could not be kept on the disk and is gone when the vault is closed, if that is so.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Deletes the index of a process that may still have it open: it goes on with files that have no name.
    pub(super) fn discard(fs: &dyn Fs, dir: &Path) -> Result<(), VaultError> {
        fs.remove_tree(dir).map_err(|error| VaultError::io("delete", dir, error))
    }

    /// Deletes everything.
    pub(super) fn reset(&self) -> Result<(), VaultError> {
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        self.pending.write().unwrap_or_else(PoisonError::into_inner).clear();
        // sled must have let go of its files before they are deleted.
        drop(database.take());
        Self::discard(self.fs.as_ref(), &self.dir)?;
        let (opened, trouble) = match open_database(self.fs.as_ref(), &self.dir) {
            Ok(database) => (database, None),
            // A full disk is no reason why a vault could not be read.
            Err(fault) => (Box::<Fleeting>::default() as Box<dyn Database>, Some(fault.0)),
        };
        *database = Some(opened);
        *self.trouble.write().unwrap_or_else(PoisonError::into_inner) = trouble;
        Ok(())
    }

    /// Goes on in memory and gives the space on the disk back; false when there is none to give. The next opening
    /// builds the index anew.
    pub(super) fn make_room(&self) -> Result<bool, VaultError> {
        if self.trouble().is_some() {
            return Ok(false);
        }
        let in_memory = Fleeting::default();
        let chunks = self.by_place()?.into_iter().map(|(place, id)| (id, encode_place(place))).collect();
        in_memory.add_chunks(chunks)?;
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        drop(database.take());
        *database = Some(Box::new(in_memory));
        *self.trouble.write().unwrap_or_else(PoisonError::into_inner) = Some("the disk is full".to_owned());
        Self::discard(self.fs.as_ref(), &self.dir)?;
        Ok(true)
    }

    /// Where a chunk lies, as far as the index knows.
    pub(super) fn get(&self, id: &Hash) -> Result<Option<Place>, IndexFault> {
        let pending = self.pending.read().unwrap_or_else(PoisonError::into_inner).get(id).copied();
        if pending.is_some() {
            return Ok(pending);
        }
        self.with(|database| Ok(database.chunk(id)?.and_then(|bytes| decode_place(&bytes))))
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
        self.with(|database| {
            if pending.is_empty() && self::position(database, self.vault)? == Some(position) {
                return Ok(());
            }
            write(database, self.vault, &pending, position)
        })?;
        let mut left = self.pending.write().unwrap_or_else(PoisonError::into_inner);
        left.retain(|id, place| pending.get(id) != Some(place));
        Ok(())
    }

    /// Notes how many packs had been removed when the index was last built anew. Until then it may know chunks of
    /// packs that are gone. Where noting fails, it is built anew once more.
    pub(super) fn note_removed(&self, packs: usize) {
        let mark = [self.vault.as_slice(), &(packs as u64).to_le_bytes()].concat();
        let _ = self.with(|database| database.set_mark(REMOVED, mark));
    }

    /// The number that was noted last; 0 when none was.
    pub(super) fn removed(&self) -> usize {
        usize::try_from(self.number(REMOVED)).unwrap_or(usize::MAX)
    }

    /// Notes how long the log is with its last acknowledged record. A log that is found shorter has lost records,
    /// which nothing else could tell from the torn end of a crash. It is a second witness only, so nothing is
    /// flushed for it and a failure is no matter.
    pub(super) fn witness_log(&self, len: u64) {
        let mark = [self.vault.as_slice(), &len.to_le_bytes()].concat();
        let _ = self.with(|database| database.set_mark(LOG, mark));
    }

    /// The length that was noted last; 0 when none was.
    pub(super) fn witnessed_log(&self) -> u64 {
        self.number(LOG)
    }

    /// A number that was noted for this vault; 0 when none was.
    fn number(&self, key: &str) -> u64 {
        let stored = self.with(|database| database.mark(key)).ok().flatten();
        let number = stored.and_then(|bytes| {
            let mut fields = Fields(&bytes);
            (fields.array()? == self.vault).then_some(())?;
            fields.u64()
        });
        number.unwrap_or(0)
    }

    /// How many chunks it knows. Counts them, which takes time.
    pub(super) fn count(&self) -> Result<u64, IndexFault> {
        let pending: Vec<Hash> =
            self.pending.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
        self.with(|database| {
            let mut count = database.count()?;
            for id in &pending {
                count += u64::from(database.chunk(id)?.is_none());
            }
            Ok(count)
        })
    }

    /// All chunks that it knows, by place.
    pub(super) fn by_place(&self) -> Result<Vec<(Place, Hash)>, IndexFault> {
        let mut known = BTreeMap::new();
        self.with(|database| {
            database.each_chunk(&mut |id, place| {
                known.extend(decode_place(&place).map(|place| (id, place)));
            })
        })?;
        known.extend(self.pending.read().unwrap_or_else(PoisonError::into_inner).iter());
        let mut by_place: Vec<_> = known.into_iter().map(|(id, place)| (place, id)).collect();
        by_place.sort_by_key(|(place, _)| (place.pack, place.offset));
        Ok(by_place)
    }

    fn with<T>(&self, act: impl FnOnce(&dyn Database) -> Result<T, IndexFault>) -> Result<T, IndexFault> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        database.as_deref().map_or_else(|| Err(IndexFault("it is closed".to_owned())), act)
    }
}

fn open_database(fs: &dyn Fs, dir: &Path) -> Result<Box<dyn Database>, IndexFault> {
    match fs.database(dir) {
        Some(database) => Ok(database),
        None => Ok(Box::new(Trees::open(dir)?)),
    }
}

/// Up to where the packs are indexed, if that was written for this vault.
fn position(database: &dyn Database, vault: [u8; 8]) -> Result<Option<Position>, IndexFault> {
    Ok(database.mark(POSITION)?.and_then(|bytes| {
        let mut fields = Fields(&bytes);
        (fields.array()? == vault).then_some(())?;
        Some(Position { pack: fields.u32()?, offset: fields.u64()? })
    }))
}

fn write(
    database: &dyn Database,
    vault: [u8; 8],
    pending: &BTreeMap<Hash, Place>,
    position: Position,
) -> Result<(), IndexFault> {
    let mut batch = Vec::new();
    for (number, (id, place)) in (1_usize..).zip(pending) {
        batch.push((*id, encode_place(*place)));
        if number.is_multiple_of(BATCH) || number == pending.len() {
            database.add_chunks(std::mem::take(&mut batch))?;
        }
    }
    // The position goes last: it must never claim what the database could still lose.
    database.flush()?;
    let mut mark = vault.to_vec();
    mark.extend(position.pack.to_le_bytes());
    mark.extend(position.offset.to_le_bytes());
    database.set_mark(POSITION, mark)?;
    database.flush()
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
            Ok(Self { dir: dir.to_owned(), db, chunks })
        })
    }
}

impl Database for Trees {
    fn chunk(&self, id: &Hash) -> Result<Option<Vec<u8>>, IndexFault> {
        Ok(guarded(|| self.chunks.get(id.0))?.map(|bytes| bytes.to_vec()))
    }

    fn each_chunk(&self, each: &mut dyn FnMut(Hash, Vec<u8>)) -> Result<(), IndexFault> {
        let mut entries = self.chunks.iter();
        while let Some((id, place)) = guarded(|| entries.next().transpose())? {
            if let Ok(id) = id.as_ref().try_into() {
                each(Hash(id), place.to_vec());
            }
        }
        Ok(())
    }

    fn add_chunks(&self, batch: Vec<(Hash, Vec<u8>)>) -> Result<(), IndexFault> {
        let mut inserts = sled::Batch::default();
        for (id, place) in batch {
            inserts.insert(&id.0, place);
        }
        guarded(|| self.chunks.apply_batch(inserts))
    }

    fn count(&self) -> Result<u64, IndexFault> {
        guarded(|| Ok(self.chunks.len() as u64))
    }

    fn mark(&self, name: &str) -> Result<Option<Vec<u8>>, IndexFault> {
        Ok(guarded(|| self.db.get(name))?.map(|bytes| bytes.to_vec()))
    }

    fn set_mark(&self, name: &str, bytes: Vec<u8>) -> Result<(), IndexFault> {
        guarded(|| self.db.insert(name, bytes)).map(drop)
    }

    fn flush(&self) -> Result<(), IndexFault> {
        guarded(|| {
            self.db.flush()?;
            // sled's own flush does not make a grown file durable.
            File::open(self.dir.join("db"))?.sync_all()?;
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
