//! A disk on which a process dies after a chosen durable record of the vault's log.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use boardvault::store::database::Database;
use boardvault::store::fs::{Append, Fs, RealFs};

const LOG: &str = "catalogue.log";

/// The disk. Copies are the same disk.
#[derive(Clone, Default)]
pub(crate) struct Disk(Arc<State>);

#[derive(Default)]
struct State {
    records: AtomicU64,
    dies_at: AtomicU64,
    dead: AtomicBool,
    full: AtomicBool,
}

impl Disk {
    /// How many records of the log have become durable.
    pub(crate) fn records(&self) -> u64 {
        self.0.records.load(Ordering::SeqCst)
    }

    /// Lets the process die as soon as `more` further records are durable; 0: before anything else is written.
    pub(crate) fn die_after(&self, more: u64) {
        self.0.dies_at.store(self.records() + more, Ordering::SeqCst);
        self.0.dead.store(more == 0, Ordering::SeqCst);
    }

    /// From now on nothing more fits.
    pub(crate) fn fill(&self) {
        self.0.full.store(true, Ordering::SeqCst);
    }

    /// Works again.
    pub(crate) fn mend(&self) {
        self.0.dies_at.store(0, Ordering::SeqCst);
        self.0.dead.store(false, Ordering::SeqCst);
        self.0.full.store(false, Ordering::SeqCst);
    }

    fn writing(&self) -> io::Result<()> {
        match () {
            () if self.0.dead.load(Ordering::SeqCst) => Err(io::Error::other("the process is dead")),
            () if self.0.full.load(Ordering::SeqCst) => Err(io::ErrorKind::StorageFull.into()),
            () => Ok(()),
        }
    }
}

struct Open {
    disk: Disk,
    is_log: bool,
    file: Box<dyn Append>,
}

impl Append for Open {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.disk.writing()?;
        self.file.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.writing()?;
        self.file.sync()?;
        if self.is_log {
            let records = self.disk.0.records.fetch_add(1, Ordering::SeqCst) + 1;
            if records == self.disk.0.dies_at.load(Ordering::SeqCst) {
                self.disk.0.dead.store(true, Ordering::SeqCst);
            }
        }
        Ok(())
    }
}

impl Fs for Disk {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.writing()?;
        RealFs.create_dir(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        RealFs.list(dir)
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        RealFs.len(path)
    }

    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        RealFs.read_at(path, offset, len)
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        self.writing()?;
        let is_log = path.file_name().is_some_and(|name| name == LOG);
        Ok(Box::new(Open { disk: self.clone(), is_log, file: RealFs.append(path)? }))
    }

    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        self.writing()?;
        RealFs.truncate(path, len)
    }

    fn rewrite(&self, path: &Path, offset: u64) -> io::Result<()> {
        self.writing()?;
        RealFs.rewrite(path, offset)
    }

    fn remove_tree(&self, dir: &Path) -> io::Result<()> {
        RealFs.remove_tree(dir)
    }

    fn database(&self, dir: &Path) -> Option<Box<dyn Database>> {
        RealFs.database(dir)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.writing()?;
        RealFs.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.writing()?;
        RealFs.remove(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.writing()?;
        RealFs.sync_dir(dir)
    }

    fn is_private(&self, path: &Path) -> io::Result<bool> {
        RealFs.is_private(path)
    }

    fn try_lock(&self, path: &Path) -> io::Result<Option<File>> {
        RealFs.try_lock(path)
    }
}
