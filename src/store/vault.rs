//! A vault: one folder, one process at a time, opened with one of its keys.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::chunks::{ChunkError, ChunkKind, Chunks};
use super::codec;
use super::error::VaultError;
use super::fs::{self, Fs, RealFs};
use super::header::{self, Header};
use super::index::Index;
use super::keys::{self, Key, Keys, Slot, SlotKind};
use super::log::{self, Entry, Log};
use super::pack::{Item, PackFiles, Place, Position};
use super::pack_writer::Packs;
use super::recovery;
use super::unlock::{self, Unlock};
use super::wire;
use crate::base::clock::{Clock, SystemClock};
use crate::base::hash::Hash;
use crate::base::ids::{Random, SystemRandom};
use crate::base::secret::Secret;

const LOCK: &str = "lock";
const PACKS: &str = "packs";
const INDEX: &str = "index";

/// What a vault takes from the world around it.
#[derive(Clone)]
pub struct Env {
    /// The file system.
    pub fs: Arc<dyn Fs>,
    /// Where keys, salts and ids come from.
    pub random: Arc<dyn Random>,
    /// Where the times of log records come from.
    pub clock: Arc<dyn Clock>,
}

impl Env {
    /// The machine's own.
    pub fn system() -> Self {
        Self { fs: Arc::new(RealFs), random: Arc::new(SystemRandom), clock: Arc::new(SystemClock::new()) }
    }
}

/// What a rebuilt index was built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuildReport {
    /// Chunks in the new index.
    pub chunks: u64,
    /// Packs that were read.
    pub packs: u64,
}

/// How much a vault holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultStats {
    /// Chunks.
    pub chunks: u64,
    /// Pack files.
    pub packs: u64,
    /// Bytes of all packs and the catalogue log. The index is not counted: it can be made again.
    pub bytes: u64,
}

/// An open vault. It is locked against other processes until it is dropped; within a process it is shared.
pub struct Vault {
    pub(super) dir: PathBuf,
    id: String,
    pub(super) env: Env,
    pub(super) keys: Keys,
    pub(super) files: PackFiles,
    pub(super) index: Index,
    writer: Mutex<Writer>,
    /// The index was built anew because it did not know a chunk; now its word is taken.
    doubted: AtomicBool,
    _lock: std::fs::File,
}

/// What only one thread at a time may touch.
pub(super) struct Writer {
    pub(super) packs: Packs,
    pub(super) log: Log,
}

impl Writer {
    /// An error after which nobody knows what one file holds stops writing to all of them.
    fn usable(&self) -> Result<(), VaultError> {
        self.packs.usable()?;
        self.log.usable()
    }
}

impl Vault {
    /// Makes a vault in a new or empty folder and opens it. With [`Unlock::KeyFile`] the key file is made
    /// where it is absent. The recovery key that is returned exists nowhere else: show it once.
    pub fn create(dir: &Path, env: Env, unlock: &Unlock) -> Result<(Self, Secret), VaultError> {
        let fs = env.fs.as_ref();
        let failed = |error| VaultError::io("create", dir, error);
        fs.create_dir(dir).map_err(failed)?;
        refuse_if_occupied(fs, dir)?;
        let lock = take_lock(fs, dir)?;
        if let Unlock::KeyFile(path) = unlock {
            unlock::ensure_key_file(fs, path, env.random.as_ref())?;
        }
        let root = keys::random_key(env.random.as_ref())?;
        let (header, recovery_key) = new_header(&env, &root, unlock)?;
        fs.create_dir(&dir.join(PACKS)).map_err(failed)?;
        log::create(&env.fs, dir, header.vault)?;
        // The vault file goes last: where it is, everything is.
        header::write(fs, dir, &header)?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs.sync_dir(parent).map_err(failed)?;
        }
        let vault = Self::assemble(dir, env, &header, &root, lock, &mut Vec::new())?;
        Ok((vault, recovery_key))
    }

    /// Opens a vault and repairs what a crash may have left. The notes say what was repaired and what is
    /// damaged; show them.
    pub fn open(dir: &Path, env: Env, unlock: &Unlock) -> Result<(Self, Vec<String>), VaultError> {
        if !header::is_there(env.fs.as_ref(), dir) {
            return Err(VaultError::NotAVault(dir.to_owned()));
        }
        let lock = take_lock(env.fs.as_ref(), dir)?;
        let (header, mut notes) = header::read(env.fs.as_ref(), dir)?;
        let root = unlock.root(env.fs.as_ref(), dir, &header)?;
        let vault = Self::assemble(dir, env, &header, &root, lock, &mut notes)?;
        Ok((vault, notes))
    }

    fn assemble(
        dir: &Path,
        env: Env,
        header: &Header,
        root: &Key,
        lock: std::fs::File,
        notes: &mut Vec<String>,
    ) -> Result<Self, VaultError> {
        let keys = Keys::derive(root);
        let log = Log::open(&env.fs, dir, header.vault, &keys.log, notes)?;
        let files = PackFiles { fs: Arc::clone(&env.fs), dir: dir.join(PACKS), vault: header.vault };
        let packs = Packs::open(files.clone(), &keys.chunks, log.acknowledged(), notes)?;
        let (index, indexed) = Index::open(dir.join(INDEX), header.vault)?;
        let vault = Self {
            dir: dir.to_owned(),
            id: wire::hex(&header.vault),
            env,
            keys,
            files,
            index,
            writer: Mutex::new(Writer { packs, log }),
            doubted: AtomicBool::new(false),
            _lock: lock,
        };
        vault.catch_up(indexed, notes)?;
        Ok(vault)
    }

    /// Tells the index of what the packs hold beyond what it knows.
    fn catch_up(&self, indexed: Position, notes: &mut Vec<String>) -> Result<(), VaultError> {
        let mut writer = self.lock_writer();
        let numbers = self.files.numbers()?;
        let known = numbers.binary_search(&indexed.pack).is_ok();
        let fits = known && self.files.len(indexed.pack)? >= indexed.offset;
        let nothing_yet = numbers.is_empty() && indexed == Position::default();
        if !fits && !nothing_yet {
            let report = self.rebuild(&mut writer)?;
            notes.push(format!("the index was built anew from {} packs", report.packs));
            return Ok(());
        }
        self.index_from(&mut writer, indexed).map(drop)
    }

    /// Its identity: 16 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Appends a record to the catalogue log. When it returns, the record and every chunk that was put
    /// before are durable.
    pub fn append(&self, kind: u8, payload: &[u8]) -> Result<Entry, VaultError> {
        let mut writer = self.writer()?;
        writer.packs.sync()?;
        let packs = writer.packs.position().max(writer.log.acknowledged());
        let now = self.env.clock.now();
        writer.log.append(&self.keys.log, self.env.random.as_ref(), packs, (now, kind, payload))
    }

    /// The log's records of one kind, oldest first.
    pub fn entries(&self, kind: u8) -> Result<Vec<Entry>, VaultError> {
        self.lock_writer().log.entries(&self.keys.log, kind)
    }

    /// Deletes the index and builds it anew from the packs.
    pub fn rebuild_index(&self) -> Result<RebuildReport, VaultError> {
        let mut writer = self.writer()?;
        self.rebuild(&mut writer)
    }

    /// Counts chunks, packs and bytes.
    pub fn stats(&self) -> Result<VaultStats, VaultError> {
        let writer = self.lock_writer();
        let numbers = self.files.numbers()?;
        let packs = numbers.iter().map(|number| self.files.len(*number)).sum::<Result<u64, _>>()?;
        Ok(VaultStats {
            chunks: self.index.count()?,
            packs: numbers.len() as u64,
            bytes: packs + writer.log.len(),
        })
    }

    /// The writer, unless an earlier error forbids writing.
    fn writer(&self) -> Result<MutexGuard<'_, Writer>, VaultError> {
        let writer = self.lock_writer();
        writer.usable()?;
        Ok(writer)
    }

    pub(super) fn lock_writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rebuild(&self, writer: &mut Writer) -> Result<RebuildReport, VaultError> {
        // What is pending may only be forgotten where it can be read again.
        writer.packs.sync()?;
        self.index.reset()?;
        let packs = self.index_from(writer, Position::default())?;
        Ok(RebuildReport { chunks: self.index.count()?, packs })
    }

    /// Indexes all chunks from `start` on; returns how many packs were read.
    fn index_from(&self, writer: &mut Writer, start: Position) -> Result<u64, VaultError> {
        // sled may only be told of what is durable.
        writer.packs.sync()?;
        let mut read = 0;
        for number in self.files.numbers()?.into_iter().filter(|number| *number >= start.pack) {
            let from = if number == start.pack { start.offset } else { 0 };
            let len = self.files.len(number)?;
            self.files.each(number, from, len, &mut |item| {
                if let Item::Chunk(found) = item
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

    /// Where a chunk is. An index that knows nothing of it is not believed before it was built anew once.
    fn locate(&self, id: &Hash) -> Result<Option<Place>, VaultError> {
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

    fn known(&self, id: &Hash) -> Result<bool, VaultError> {
        match self.index.get(id) {
            Ok(place) => Ok(place.is_some()),
            Err(_) => Ok(self.locate(id)?.is_some()),
        }
    }

    fn store(&self, kind: ChunkKind, id: &Hash, frame: &[u8]) -> Result<(), VaultError> {
        let mut writer = self.writer()?;
        // Another thread may have stored the same content while this one compressed it.
        if matches!(self.index.get(id), Ok(Some(_))) {
            return Ok(());
        }
        let place = writer.packs.append(&self.keys.chunks, self.env.random.as_ref(), kind, id, frame)?;
        if self.index.add(*id, place) {
            writer.packs.sync()?;
            self.checkpoint(writer.packs.position());
        }
        Ok(())
    }

    /// A fault of the index is no reason to fail a write: what it should know stays pending, and the next
    /// opening reads it from the packs.
    fn checkpoint(&self, durable: Position) {
        if let Err(fault) = self.index.checkpoint(durable) {
            tracing::warn!(vault = self.id, ?fault, "the index could not be saved");
        }
    }
}

impl Chunks for Vault {
    fn get(&self, kind: ChunkKind, id: &Hash) -> Result<Vec<u8>, ChunkError> {
        let place = self.locate(id)?.ok_or(ChunkError::Absent(*id))?;
        let damaged = |what: &str| ChunkError::Damaged {
            id: *id,
            detail: format!("{} at byte {}: {what}", self.files.path(place.pack).display(), place.offset),
        };
        let frame = self.files.open(&self.keys.chunks, kind, id, place)?.map_err(damaged)?;
        let plain = codec::decode(kind, &frame).map_err(damaged)?;
        if self.keys.chunk_id(kind, &plain) == *id {
            Ok(plain)
        } else {
            Err(damaged("its content has another id"))
        }
    }

    fn put(&self, kind: ChunkKind, plain: &[u8]) -> Result<Hash, ChunkError> {
        let id = self.keys.chunk_id(kind, plain);
        if !self.known(&id)? {
            self.store(kind, &id, &codec::encode(kind, plain)?)?;
        }
        Ok(id)
    }

    fn has(&self, id: &Hash) -> Result<bool, ChunkError> {
        Ok(self.known(id)?)
    }

    fn sync(&self) -> Result<(), ChunkError> {
        Ok(self.writer()?.packs.sync()?)
    }
}

impl Drop for Vault {
    /// Leaves the index complete, so that the next opening need not read packs. Where that fails, it does.
    fn drop(&mut self) {
        if let Ok(mut writer) = self.writer()
            && writer.packs.sync().is_ok()
        {
            self.checkpoint(writer.packs.position());
        }
    }
}

fn refuse_if_occupied(fs: &dyn Fs, dir: &Path) -> Result<(), VaultError> {
    if header::is_there(fs, dir) {
        return Err(VaultError::AlreadyAVault(dir.to_owned()));
    }
    let names = fs.list(dir).map_err(|error| VaultError::io("list", dir, error))?;
    // What a creation that was interrupted leaves: a log without records, and no pack.
    let log = log::path(dir);
    let leftover = |name: &String| match name.as_str() {
        LOCK => true,
        draft if draft.ends_with(fs::DRAFT) => draft.starts_with("vault."),
        PACKS => fs.list(&dir.join(PACKS)).is_ok_and(|packs| packs.is_empty()),
        _ => {
            log.file_name().is_some_and(|log| log == name.as_str()) && fs.len(&log).is_ok_and(|len| len <= 20)
        }
    };
    if names.iter().all(leftover) { Ok(()) } else { Err(VaultError::NotEmpty(dir.to_owned())) }
}

fn take_lock(fs: &dyn Fs, dir: &Path) -> Result<std::fs::File, VaultError> {
    let path = dir.join(LOCK);
    let lock = fs.try_lock(&path).map_err(|error| VaultError::io("lock", &path, error))?;
    lock.ok_or_else(|| {
        let note = fs.read_at(&path, 0, 20).unwrap_or_default();
        let pid = String::from_utf8_lossy(&note).trim().parse().ok();
        VaultError::Locked { path: dir.to_owned(), pid }
    })
}

fn new_header(env: &Env, root: &Key, unlock: &Unlock) -> Result<(Header, Secret), VaultError> {
    let random = env.random.as_ref();
    let mut vault = [0; 8];
    random.fill(&mut vault)?;
    let mut recovery_key = zeroize::Zeroizing::new([0; recovery::BYTES]);
    random.fill(recovery_key.as_mut())?;
    let secret = unlock.secret(env.fs.as_ref())?;
    let slots = vec![
        Slot::wrap(unlock.kind(), vault, root, &secret, random)?,
        Slot::wrap(SlotKind::Recovery, vault, root, recovery_key.as_ref(), random)?,
    ];
    let created = env.clock.now().as_microsecond();
    Ok((Header { vault, generation: 1, created, slots }, recovery::print(&recovery_key)))
}
