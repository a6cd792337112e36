//! A file system on which only the holder of a vault changes anything.
//!
//! Whoever repairs, prunes or writes gets this one, and so cannot forget to ask: a process that was suspended in the
//! middle of a repair must not cut off what somebody else has written since.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::database::Database;
use super::error::VaultError;
use super::fs::{Append, Fs, ReadAt};
use super::lease::Lease;

/// Asks the lease before every change.
pub(super) struct FencedFs {
    inner: Arc<dyn Fs>,
    lease: Arc<Lease>,
}

impl FencedFs {
    pub(super) fn new(inner: Arc<dyn Fs>, lease: Arc<Lease>) -> Self {
        Self { inner, lease }
    }

    fn holds(&self) -> io::Result<&dyn Fs> {
        match self.lease.check() {
            Ok(()) => Ok(self.inner.as_ref()),
            Err(VaultError::Fenced(fenced)) => Err(io::Error::other(fenced)),
            Err(VaultError::Io { source, .. }) => Err(source),
            Err(other) => Err(io::Error::other(other)),
        }
    }
}

struct FencedFile {
    inner: Box<dyn Append>,
    lease: Arc<Lease>,
}

impl Append for FencedFile {
    /// Asks the clock only: chunks are many, and nothing counts before the log's record, for which all is asked.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.lease.check_time().map_err(io::Error::other)?;
        self.inner.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.inner.sync()
    }
}

impl Fs for FencedFs {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.holds()?.create_dir(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.inner.list(dir)
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        self.inner.len(path)
    }

    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        self.inner.read_at(path, offset, len)
    }

    fn open(&self, path: &Path) -> io::Result<Option<Box<dyn ReadAt>>> {
        self.inner.open(path)
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        let inner = self.holds()?.append(path)?;
        Ok(Box::new(FencedFile { inner, lease: Arc::clone(&self.lease) }))
    }

    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        self.holds()?.truncate(path, len)
    }

    fn rewrite(&self, path: &Path, offset: u64) -> io::Result<()> {
        self.holds()?.rewrite(path, offset)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.holds()?.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.holds()?.remove(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.inner.sync_dir(dir)
    }

    fn is_private(&self, path: &Path) -> io::Result<bool> {
        self.inner.is_private(path)
    }

    fn try_lock(&self, path: &Path) -> io::Result<Option<File>> {
        self.inner.try_lock(path)
    }

    fn remove_tree(&self, dir: &Path) -> io::Result<()> {
        self.holds()?.remove_tree(dir)
    }

    fn database(&self, dir: &Path) -> Option<Box<dyn Database>> {
        self.inner.database(dir)
    }
}
