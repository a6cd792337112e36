//! The growing end of an append-only file, and what a failed write leaves of it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::error::VaultError;
use super::fs::{Append, Fs};
use crate::base::defect::{Defect, planted};

/// An open append-only file. After a failed write the file is cut back to what was there before; where
/// that is impossible, or an fsync failed, nobody knows what the disk holds and nothing more is written.
pub(super) struct Tail {
    fs: Arc<dyn Fs>,
    path: PathBuf,
    file: Box<dyn Append>,
    len: u64,
    unsynced: bool,
    /// The file may be new, and its name in the folder not durable.
    unsynced_name: bool,
    broken: Option<String>,
}

impl Tail {
    /// Opens `path`, whose first `len` bytes are all it holds. Whoever wrote them may have died before
    /// they were durable, so the first [`sync`](Self::sync) covers them too.
    pub(super) fn open(fs: Arc<dyn Fs>, path: PathBuf, len: u64) -> Result<Self, VaultError> {
        let file = fs.append(&path).map_err(|error| VaultError::io("open", &path, error))?;
        Ok(Self { fs, path, file, len, unsynced: len > 0, unsynced_name: true, broken: None })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn usable(&self) -> Result<(), VaultError> {
        self.broken.as_ref().map_or(Ok(()), |cause| Err(VaultError::Poisoned(cause.clone())))
    }

    /// Appends `bytes` as a whole or not at all.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        self.usable()?;
        match self.file.append(bytes) {
            Ok(()) => {
                self.len = self.len.saturating_add(bytes.len().try_into().unwrap_or(u64::MAX));
                self.unsynced = true;
                Ok(())
            }
            Err(error) => {
                let failure = VaultError::io("write to", &self.path, error);
                if matches!(failure, VaultError::Fenced(_)) {
                    // Nothing was written, and what is in the file is somebody else's by now.
                    return Err(failure);
                }
                let undone = self.fs.truncate(&self.path, self.len).is_ok();
                if !undone || !matches!(failure, VaultError::DiskFull { .. }) {
                    self.broken = Some(failure.to_string());
                }
                Err(failure)
            }
        }
    }

    /// Returns when everything appended is durable. A failed fsync is never tried again: the system may
    /// have dropped the bytes and would then report success.
    pub(super) fn sync(&mut self) -> Result<(), VaultError> {
        self.usable()?;
        let outcome = self.sync_file().and_then(|()| self.sync_name());
        outcome.map_err(|error| {
            let failure = VaultError::io("save", &self.path, error);
            if !planted(Defect::FailedFsyncForgiven) {
                self.broken = Some(failure.to_string());
            }
            failure
        })
    }

    fn sync_file(&mut self) -> io::Result<()> {
        if self.unsynced {
            self.file.sync()?;
            self.unsynced = false;
        }
        Ok(())
    }

    fn sync_name(&mut self) -> io::Result<()> {
        if self.unsynced_name
            && !planted(Defect::FolderNotSynced)
            && let Some(folder) = self.path.parent()
        {
            self.fs.sync_dir(folder)?;
            self.unsynced_name = false;
        }
        Ok(())
    }
}
