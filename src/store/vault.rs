//! A vault: one folder, one process at a time, opened with one of its keys.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::chunks::ChunkKind;
use super::error::VaultError;
use super::fs::{Fs, RealFs};
use super::header::Header;
use super::header_files;
use super::hold::Hold;
use super::index::Index;
use super::key_slots::Description;
use super::keys::Keys;
use super::log::{Entry, Log};
use super::pack::PackFiles;
use super::pack_writer::Packs;
use super::reading::Vocabularies;
use super::retired::{self, Retired};
use super::session::{Beginning, Session, Sessions};
use super::unlock::Unlock;
use super::wire;
use crate::base::clock::{Clock, SystemClock};
use crate::base::defect::{Defect, planted};
use crate::base::hash::Hash;
use crate::base::ids::{Random, SystemRandom};

pub(super) const PACKS: &str = "packs";
const INDEX: &str = "index";
/// Kinds of log records from here on are the store's own.
pub(super) const RESERVED: u8 = 240;

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
    pub(super) description: Mutex<Description>,
    pub(super) files: PackFiles,
    pub(super) index: Index,
    writer: Mutex<Writer>,
    pub(super) vocabularies: Vocabularies,
    /// The index was built anew because it did not know a chunk; now its word is taken.
    pub(super) doubted: AtomicBool,
    pub(super) hold: Hold,
    retired: RwLock<Retired>,
    pub(super) sessions: Sessions,
    /// Held while a prune is at work.
    pub(super) pruning: Mutex<()>,
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
    /// Opens a vault and repairs what a crash may have left. The notes say what was repaired and what is
    /// damaged; show them.
    pub fn open(dir: &Path, env: Env, unlock: &Unlock) -> Result<(Self, Vec<String>), VaultError> {
        if !header_files::is_there(env.fs.as_ref(), dir) {
            return Err(VaultError::NotAVault(dir.to_owned()));
        }
        let (hold, env) = Hold::take(env, dir)?;
        let header_files::Found { header, mut notes, both } = header_files::read(env.fs.as_ref(), dir)?;
        let keys = unlock.keys(env.fs.as_ref(), dir, &header)?;
        let vault = Self::assemble(dir, env, header, keys, hold, &mut notes)?;
        if !both {
            vault.mend_before_writing();
        }
        vault.tell_of_keys(&mut notes);
        Ok((vault, notes))
    }

    pub(super) fn assemble(
        dir: &Path,
        env: Env,
        header: Header,
        (slot, keys): (u16, Keys),
        hold: Hold,
        notes: &mut Vec<String>,
    ) -> Result<Self, VaultError> {
        if hold.lease.took_over {
            Index::discard(env.fs.as_ref(), &dir.join(INDEX))?;
        }
        let (index, indexed) = Index::open(Arc::clone(&env.fs), dir.join(INDEX), header.vault)?;
        let log = Log::open(&env.fs, dir, header.vault, &keys, index.witnessed_log(), notes)?;
        let files = PackFiles::new(Arc::clone(&env.fs), dir.join(PACKS), header.vault);
        let retired = Retired::from_entries(&log.entries(&keys, retired::RECORD)?)?;
        retired.finish(&files, notes)?;
        let packs = Packs::open(files.clone(), &keys, (log.acknowledged(), indexed), &retired, notes)?;
        let vault = Self {
            dir: dir.to_owned(),
            id: wire::hex(&header.vault),
            env,
            keys,
            description: Mutex::new(Description::new(header, slot)),
            files,
            index,
            writer: Mutex::new(Writer { packs, log }),
            vocabularies: Vocabularies::default(),
            doubted: AtomicBool::new(false),
            hold,
            retired: RwLock::new(retired),
            sessions: Sessions::default(),
            pruning: Mutex::default(),
        };
        vault.catch_up(indexed, notes)?;
        if let Some(trouble) = vault.index.trouble() {
            notes.push(format!(
                "the index cannot be kept on the disk ({trouble}); until it can, every opening reads the packs instead"
            ));
        }
        Ok(vault)
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
        if kind >= RESERVED {
            return Err(VaultError::ReservedKind(kind));
        }
        self.append_record(&mut *self.writer()?, kind, payload)
    }

    /// As [`append`](Self::append), for a record that leads to space being given back: on a full disk the index makes
    /// room for it.
    pub fn append_if_full(&self, kind: u8, payload: &[u8]) -> Result<Entry, VaultError> {
        if kind >= RESERVED {
            return Err(VaultError::ReservedKind(kind));
        }
        self.append_making_room(&mut *self.writer()?, kind, payload)
    }

    pub(super) fn append_making_room(
        &self,
        writer: &mut Writer,
        kind: u8,
        payload: &[u8],
    ) -> Result<Entry, VaultError> {
        match self.append_record(writer, kind, payload) {
            Err(VaultError::DiskFull { .. }) if self.index.make_room()? => {
                self.append_record(writer, kind, payload)
            }
            outcome => outcome,
        }
    }

    /// As [`append`](Self::append), also for the kinds that are the store's own.
    pub(super) fn append_record(
        &self,
        writer: &mut Writer,
        kind: u8,
        payload: &[u8],
    ) -> Result<Entry, VaultError> {
        self.hold.lease.check()?;
        if !planted(Defect::RecordBeforePacks) {
            writer.packs.sync()?;
        }
        let packs = writer.packs.position().max(writer.log.acknowledged());
        let now = self.env.clock.now();
        let entry = writer.log.append(&self.keys, self.env.random.as_ref(), packs, (now, kind, payload))?;
        if planted(Defect::RecordBeforePacks) {
            writer.packs.sync()?;
        }
        self.index.witness_log(writer.log.len());
        Ok(entry)
    }

    /// Begins a new pack before one grows beyond so many bytes, instead of 64 MiB, as long as this handle is open.
    pub fn limit_packs(&self, bytes: u64) {
        self.lock_writer().packs.limit = bytes;
    }

    /// The log's records of one kind, oldest first.
    pub fn entries(&self, kind: u8) -> Result<Vec<Entry>, VaultError> {
        self.lock_writer().log.entries(&self.keys, kind)
    }

    /// The kinds of record that the log has.
    pub fn entry_kinds(&self) -> BTreeSet<u8> {
        self.lock_writer().log.kinds()
    }

    /// Says that somebody is about to put chunks or to refer to chunks that are there. Hold it until the record
    /// is in the log that refers to them.
    pub fn session(&self) -> Session {
        let writer = self.lock_writer();
        self.sessions.begin(Beginning { seq: writer.log.last(), pack: writer.packs.number() })
    }

    /// Counts chunks, packs and bytes.
    pub fn stats(&self) -> Result<VaultStats, VaultError> {
        let writer = self.lock_writer();
        let numbers = self.pack_numbers(&writer)?;
        let packs = numbers.iter().map(|number| self.files.len(*number)).sum::<Result<u64, _>>()?;
        Ok(VaultStats {
            chunks: self.index.count()?,
            packs: numbers.len() as u64,
            bytes: packs + writer.log.len(),
        })
    }

    /// The writer, with the newest keys in use, unless an earlier error forbids writing.
    pub(super) fn writer(&self) -> Result<MutexGuard<'_, Writer>, VaultError> {
        let mut writer = self.lock_writer();
        writer.usable()?;
        self.use_newest_keys(&mut writer)?;
        Ok(writer)
    }

    pub(super) fn lock_writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn retired(&self) -> RwLockReadGuard<'_, Retired> {
        self.retired.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn retired_mut(&self) -> RwLockWriteGuard<'_, Retired> {
        self.retired.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a frame unless another thread was faster: it may have put the same content meanwhile.
    pub(super) fn store(&self, kind: ChunkKind, id: &Hash, frame: &[u8]) -> Result<(), VaultError> {
        let mut writer = self.writer()?;
        if self.is_indexed_to_stay(id) {
            return Ok(());
        }
        let place = writer.packs.append(&self.keys, self.env.random.as_ref(), kind, id, frame)?;
        if self.index.add(*id, place) {
            writer.packs.sync()?;
            self.checkpoint(writer.packs.position());
        }
        Ok(())
    }
}

impl Drop for Vault {
    /// Leaves the index complete, so that the next opening need not read packs. Where that fails, it does.
    fn drop(&mut self) {
        let mut writer = self.lock_writer();
        if self.hold.lease.check().is_ok() && writer.usable().is_ok() && writer.packs.sync().is_ok() {
            self.checkpoint(writer.packs.position());
        }
    }
}
