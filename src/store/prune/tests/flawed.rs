//! Disks that are not as one would wish: listings that leave out names, and little room.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::store::database::Database;
use crate::store::fs::{Append, Fs, RealFs};

/// The machine's file system with these flaws.
pub(super) struct Flawed {
    /// Names that listings leave out.
    pub(super) omits: fn(&str) -> bool,
    /// A folder that takes no more than so many bytes, with all that is in it.
    pub(super) room: Option<(PathBuf, u64)>,
}

/// The bytes of all files below a folder.
pub(super) fn size(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(
            |entry| if entry.path().is_dir() { size(&entry.path()) } else { entry.metadata().unwrap().len() },
        )
        .sum()
}

struct Crowded {
    file: Box<dyn Append>,
    room: Option<(PathBuf, u64)>,
}

impl Append for Crowded {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &self.room {
            Some((dir, most)) if size(dir) + bytes.len() as u64 > *most => {
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => self.file.append(bytes),
        }
    }
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }
}

impl Fs for Flawed {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        RealFs.create_dir(dir)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        Ok(RealFs.list(dir)?.into_iter().filter(|name| !(self.omits)(name)).collect())
    }
    fn len(&self, path: &Path) -> io::Result<u64> {
        RealFs.len(path)
    }
    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        RealFs.read_at(path, offset, len)
    }
    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        Ok(Box::new(Crowded { file: RealFs.append(path)?, room: self.room.clone() }))
    }
    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        RealFs.truncate(path, len)
    }
    fn rewrite(&self, path: &Path, offset: u64) -> io::Result<()> {
        RealFs.rewrite(path, offset)
    }
    fn remove_tree(&self, dir: &Path) -> io::Result<()> {
        RealFs.remove_tree(dir)
    }
    fn database(&self, dir: &Path) -> Option<Box<dyn Database>> {
        RealFs.database(dir)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealFs.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        RealFs.remove(path)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        RealFs.sync_dir(dir)
    }
    fn is_private(&self, path: &Path) -> io::Result<bool> {
        RealFs.is_private(path)
    }
    fn try_lock(&self, path: &Path) -> io::Result<Option<File>> {
        RealFs.try_lock(path)
    }
}
