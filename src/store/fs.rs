//! The file system as the vault uses it: the seam at which tests cut the power.
//!
//! The vault's own files are only ever appended to, cut back, or replaced by a rename. The index is the
//! exception: sled opens its files itself, which is one reason why nothing depends on them.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::database::Database;

/// What the vault asks of a file system. Errors are the operating system's own.
pub trait Fs: Send + Sync {
    /// Makes a folder and those above it; being there already is fine.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;
    /// The names in a folder, sorted.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;
    /// The length of a file.
    fn len(&self, path: &Path) -> io::Result<u64>;
    /// Up to `len` bytes from `offset`; fewer only where the file ends.
    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>>;
    /// Keeps a file open of which much will be read; nothing where [`read_at`](Self::read_at) does as well.
    fn open(&self, _path: &Path) -> io::Result<Option<Box<dyn ReadAt>>> {
        Ok(None)
    }
    /// Opens a file for appending, creating it if it is not there. Only the owner may read a new file.
    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>>;
    /// Cuts a file back to `len` bytes, durably.
    fn truncate(&self, path: &Path, len: u64) -> io::Result<()>;
    /// Writes the bytes of a file from `offset` on once more, as they are, and returns when they are durable. After
    /// a failed fsync the system may go on showing bytes that it has given up writing; a further fsync would
    /// report success without them.
    fn rewrite(&self, path: &Path, offset: u64) -> io::Result<()>;
    /// Renames a file over whatever has the new name. Durable after [`sync_dir`](Self::sync_dir).
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// Whether nobody but the owner may read a file.
    fn is_private(&self, path: &Path) -> io::Result<bool>;
    /// Opens a file for reading and writing, creating it if it is not there, and locks it; nothing if it is locked
    /// through another handle. The operating system frees the lock when the returned file closes, also when the
    /// process dies. The file that is locked is the one that has the name when this returns.
    fn try_lock(&self, path: &Path) -> io::Result<Option<File>>;
    /// Removes a folder with all that is in it; being gone already is fine.
    fn remove_tree(&self, dir: &Path) -> io::Result<()>;
    /// The database of the index, where it is not the folder that sled opens by itself.
    fn database(&self, dir: &Path) -> Option<Box<dyn Database>>;
}

/// A file open for appending.
pub trait Append: Send {
    /// Appends all of `bytes`; after an error an unknown part of them is there.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when all that was appended is on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

/// A file open for reading. It stays the one that was opened, whatever has its name since.
pub trait ReadAt: Send + Sync {
    /// Up to `len` bytes from `offset`; fewer only where the file ends.
    fn read_at(&self, offset: u64, len: usize) -> io::Result<Vec<u8>>;
}

/// Puts a small file in place so that after a crash either the old or the new one is there, whole.
pub(super) fn replace(fs: &dyn Fs, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(DRAFT);
    let draft = Path::new(&draft);
    if exists(fs, draft)? {
        fs.remove(draft)?;
    }
    let mut file = fs.append(draft)?;
    file.append(bytes)?;
    file.sync()?;
    fs.rename(draft, path)?;
    match path.parent() {
        Some(dir) if dir.as_os_str().is_empty() => fs.sync_dir(Path::new(".")),
        Some(dir) => fs.sync_dir(dir),
        None => Ok(()),
    }
}

/// Whether there is such a file. A disk that does not answer is an error: taking its silence for "no" would write
/// over what is there.
pub(super) fn exists(fs: &dyn Fs, path: &Path) -> io::Result<bool> {
    match fs.len(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// What a file is called until it is whole.
pub(super) const DRAFT: &str = ".tmp";

/// The machine's file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealFs;

/// Each time so many bytes were appended, the disk is to begin with them.
const AHEAD: u64 = 8 << 20;

/// A file open for appending. The disk writes while more is being appended: with a whole pack left to do, the fsync at
/// its end would keep everybody waiting.
struct RealFile {
    file: File,
    len: u64,
    /// How many bytes the disk was told to begin with.
    begun: u64,
}

impl Append for RealFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.len = self.len.saturating_add(bytes.len() as u64);
        if self.len.saturating_sub(self.begun) >= AHEAD {
            begin_writing(&self.file, self.begun, self.len);
            self.begun = self.len;
        }
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_all()?;
        self.begun = self.len;
        Ok(())
    }
}

/// Asks for the bytes from `begin` to `end` to be written soon. Nothing rests on it: an fsync follows.
#[cfg(target_os = "linux")]
fn begin_writing(file: &File, begin: u64, end: u64) {
    // Linux takes this advice by beginning to write what is dirty, and keeps in memory what is not yet written.
    let len = std::num::NonZeroU64::new(end.saturating_sub(begin));
    let _ = rustix::fs::fadvise(file, begin, len, rustix::fs::Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
fn begin_writing(_: &File, _: u64, _: u64) {}

#[cfg(unix)]
impl ReadAt for File {
    fn read_at(&self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        let mut read = 0_usize;
        while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(read as u64);
            match std::os::unix::fs::FileExt::read_at(self, rest, at) {
                Ok(0) => break,
                Ok(more) => read = read.saturating_add(more),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(read);
        Ok(bytes)
    }
}

impl Fs for RealFs {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        // Names and sizes of a vault's files are nobody else's business either.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let mut names = std::fs::read_dir(dir)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort_unstable();
        Ok(names)
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        Ok(std::fs::metadata(path)?.len())
    }

    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::with_capacity(len);
        file.take(u64::try_from(len).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[cfg(unix)]
    fn open(&self, path: &Path) -> io::Result<Option<Box<dyn ReadAt>>> {
        Ok(Some(Box::new(File::open(path)?)))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        let file = private(OpenOptions::new().append(true).create(true)).open(path)?;
        let len = file.metadata()?.len();
        Ok(Box::new(RealFile { file, len, begun: len }))
    }

    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(len)?;
        file.sync_all()
    }

    fn rewrite(&self, path: &Path, offset: u64) -> io::Result<()> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(&bytes)?;
        file.sync_all()
    }

    fn remove_tree(&self, dir: &Path) -> io::Result<()> {
        if dir.exists() { std::fs::remove_dir_all(dir) } else { Ok(()) }
    }

    fn database(&self, _dir: &Path) -> Option<Box<dyn Database>> {
        None
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        // Only Unix lets a program open a folder; elsewhere the file system journals names itself.
        if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
    }

    #[cfg(unix)]
    fn is_private(&self, path: &Path) -> io::Result<bool> {
        use std::os::unix::fs::PermissionsExt;
        let for_others = std::fs::metadata(path)?.permissions().mode() & 0o077;
        Ok(for_others == 0)
    }

    #[cfg(not(unix))]
    fn is_private(&self, path: &Path) -> io::Result<bool> {
        std::fs::metadata(path).map(|_| true)
    }

    fn try_lock(&self, path: &Path) -> io::Result<Option<File>> {
        loop {
            let mut options = OpenOptions::new();
            let file = private(options.read(true).write(true).create(true).truncate(false)).open(path)?;
            match file.try_lock() {
                // Somebody may have put another file in its place between opening and locking.
                Ok(()) if !has_name(&file, path)? => {}
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

#[cfg(unix)]
fn has_name(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let id = |found: std::fs::Metadata| (found.dev(), found.ino());
    match std::fs::metadata(path) {
        Ok(named) => Ok(id(named) == id(file.metadata()?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

// Elsewhere an open file cannot lose its name.
#[cfg(not(unix))]
fn has_name(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}
