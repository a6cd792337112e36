//! A disk in memory, for tests: it fails at a chosen call, and it records every change, so that a power cut can
//! be tried after each of them without doing the work again.
//!
//! Bytes are durable after an fsync of their file, names after an fsync of their folder, and the index's database
//! after a flush; nothing else is. A failed fsync drops the bytes, as Linux does.

mod loss;
mod state;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use loss::Loss;
pub use state::{Op, State};

use super::database::{Database, IndexFault};
use super::fs::{Append, Fs};
use crate::base::hash::Hash;

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full; hits only what takes space, and half of the bytes are written before.
    NoSpace,
    /// An input/output error; half of the bytes are written before.
    Io,
}

/// Which calls fail.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The first call that fails, counted from 1. Reading counts too.
    pub at: u64,
    /// How.
    pub fault: Fault,
    /// Whether all later calls fail too.
    pub lasting: bool,
}

/// The disk. Clones are the same disk.
#[derive(Clone, Default)]
pub struct MemoryDisk(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    state: State,
    trace: Vec<Op>,
    calls: u64,
    struck: bool,
    plan: Option<Plan>,
    /// Lock files: real ones without a name, because the lock is the operating system's.
    locks: BTreeMap<PathBuf, File>,
}

impl MemoryDisk {
    /// A disk with this content.
    pub fn new(state: State) -> Self {
        Self(Arc::new(Mutex::new(Inner { state, ..Inner::default() })))
    }

    /// Fails according to `plan`, whose calls count from now.
    pub fn fail(&self, plan: Option<Plan>) {
        let mut inner = self.inner();
        (inner.plan, inner.calls, inner.struck) = (plan, 0, false);
    }

    /// Whether the plan has made a call fail.
    pub fn was_struck(&self) -> bool {
        self.inner().struck
    }

    /// How many calls there have been since the last plan was made.
    pub fn calls(&self) -> u64 {
        self.inner().calls
    }

    /// How many changes there have been.
    pub fn changes(&self) -> usize {
        self.inner().trace.len()
    }

    /// All changes.
    pub fn trace(&self) -> Vec<Op> {
        self.inner().trace.clone()
    }

    /// What it holds now.
    pub fn state(&self) -> State {
        self.inner().state.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reading(&self) -> io::Result<MutexGuard<'_, Inner>> {
        self.call(false)
    }

    fn call(&self, takes_space: bool) -> io::Result<MutexGuard<'_, Inner>> {
        let mut inner = self.inner();
        inner.calls += 1;
        let now = inner.calls;
        let due = inner.plan.filter(|plan| now == plan.at || (plan.lasting && now > plan.at));
        let error = match due.map(|plan| plan.fault) {
            Some(Fault::NoSpace) if takes_space => io::ErrorKind::StorageFull.into(),
            Some(Fault::Io) => io::Error::other("the disk failed on purpose"),
            _ => return Ok(inner),
        };
        inner.struck = true;
        Err(error)
    }

    fn sync(&self, file: usize) -> io::Result<()> {
        let outcome = self.change(false, Op::Sync(file));
        if outcome.is_err() {
            self.inner().state.drop_unsynced(file);
        }
        outcome
    }

    fn change(&self, takes_space: bool, op: Op) -> io::Result<()> {
        self.call(takes_space)?.change(op)
    }
}

impl Inner {
    fn change(&mut self, op: Op) -> io::Result<()> {
        self.state.apply(&op)?;
        self.trace.push(op);
        Ok(())
    }
}

struct OpenFile {
    disk: MemoryDisk,
    file: usize,
}

impl Append for OpenFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let outcome = self.disk.call(true).map(drop);
        let (half, _) = bytes.split_at(bytes.len() / 2);
        let written = if outcome.is_ok() { bytes } else { half };
        let mut inner = self.disk.inner();
        let offset = inner.state.files.get(self.file).map_or(0, Vec::len);
        inner.change(Op::Write { file: self.file, offset, bytes: written.to_vec() })?;
        outcome
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.sync(self.file)
    }
}

impl Fs for MemoryDisk {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.change(true, Op::MakeDir(dir.to_owned()))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let inner = self.reading()?;
        let inside = inner.state.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(inside.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect())
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        Ok(self.reading()?.state.bytes(path)?.len() as u64)
    }

    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let inner = self.reading()?;
        if let Some(mut lock) = inner.locks.get(path) {
            let mut bytes = Vec::new();
            lock.seek(SeekFrom::Start(offset))?;
            lock.take(len as u64).read_to_end(&mut bytes)?;
            return Ok(bytes);
        }
        let bytes = inner.state.bytes(path)?;
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let to = from.saturating_add(len).min(bytes.len());
        Ok(bytes.get(from..to).unwrap_or_default().to_vec())
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        let is_new = self.inner().state.file(path).is_err();
        let mut inner = self.call(is_new)?;
        if is_new {
            inner.change(Op::Make(path.to_owned()))?;
        }
        let file = inner.state.file(path)?;
        Ok(Box::new(OpenFile { disk: self.clone(), file }))
    }

    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        self.change(false, Op::Truncate(path.to_owned(), usize::try_from(len).unwrap_or(usize::MAX)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(true, Op::Rename(from.to_owned(), to.to_owned()))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change(false, Op::Remove(path.to_owned()))
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.change(false, Op::SyncDir(dir.to_owned()))
    }

    fn is_private(&self, path: &Path) -> io::Result<bool> {
        self.reading()?.state.file(path).map(|_| true)
    }

    fn try_lock(&self, path: &Path) -> io::Result<Option<File>> {
        let mut inner = self.reading()?;
        let lock = tempfile::tempfile()?;
        inner.locks.insert(path.to_owned(), lock.try_clone()?);
        Ok(Some(lock))
    }

    fn rewrite(&self, path: &Path, offset: u64) -> io::Result<()> {
        let bytes = self.read_at(path, offset, usize::MAX)?;
        let file = self.inner().state.file(path)?;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        self.change(false, Op::Write { file, offset, bytes })?;
        self.sync(file)
    }

    fn remove_tree(&self, _dir: &Path) -> io::Result<()> {
        self.change(false, Op::RemoveIndex)
    }

    fn database(&self, _dir: &Path) -> Option<Box<dyn Database>> {
        Some(Box::new(self.clone()))
    }
}

/// Marks and chunks share one map; a chunk's id is longer than any mark's name.
const ID: usize = 32;

impl Database for MemoryDisk {
    fn chunk(&self, id: &Hash) -> Result<Option<Vec<u8>>, IndexFault> {
        Ok(self.inner().state.index.get(id.0.as_slice()).cloned())
    }

    fn each_chunk(&self, each: &mut dyn FnMut(Hash, Vec<u8>)) -> Result<(), IndexFault> {
        let index = self.inner().state.index.clone();
        for (id, place) in index {
            if let Ok(id) = id.try_into() {
                each(Hash(id), place);
            }
        }
        Ok(())
    }

    fn add_chunks(&self, batch: Vec<(Hash, Vec<u8>)>) -> Result<(), IndexFault> {
        let batch = batch.into_iter().map(|(id, place)| (id.0.to_vec(), place)).collect();
        self.change(true, Op::Index(batch)).map_err(fault)
    }

    fn count(&self) -> Result<u64, IndexFault> {
        Ok(self.inner().state.index.keys().filter(|key| key.len() == ID).count() as u64)
    }

    fn mark(&self, name: &str) -> Result<Option<Vec<u8>>, IndexFault> {
        Ok(self.inner().state.index.get(name.as_bytes()).cloned())
    }

    fn set_mark(&self, name: &str, bytes: Vec<u8>) -> Result<(), IndexFault> {
        self.change(true, Op::Index(vec![(name.as_bytes().to_vec(), bytes)])).map_err(fault)
    }

    fn flush(&self) -> Result<(), IndexFault> {
        self.change(false, Op::SyncIndex).map_err(fault)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn fault(error: io::Error) -> IndexFault {
    IndexFault(error.to_string())
}
