//! What a disk holds: what programs see of it, what is durable, and in which order the difference arose.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::base::hash::Hash;

/// A change to a disk, as a program asked for it.
#[derive(Debug, Clone)]
pub enum Op {
    /// Makes a folder.
    MakeDir(PathBuf),
    /// Makes an empty file.
    Make(PathBuf),
    /// Writes to a file, at its end or over what is there.
    Write {
        /// The file: the first that was made is 0.
        file: usize,
        /// Where.
        offset: usize,
        /// What.
        bytes: Vec<u8>,
    },
    /// Makes the bytes of a file durable.
    Sync(usize),
    /// Cuts a file back, durably.
    Truncate(PathBuf, usize),
    /// Renames a file.
    Rename(PathBuf, PathBuf),
    /// Removes a file.
    Remove(PathBuf),
    /// Makes the names in a folder durable.
    SyncDir(PathBuf),
    /// Writes to the index's database, all of it or nothing.
    Index(Vec<(Vec<u8>, Vec<u8>)>),
    /// Makes the index's database durable.
    SyncIndex,
    /// Begins an empty database for the index.
    RemoveIndex,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Dir,
    File(usize),
}

pub(super) type Names = BTreeMap<PathBuf, Node>;
pub(super) type Index = BTreeMap<Vec<u8>, Vec<u8>>;

/// A change that is not durable.
#[derive(Debug, Clone)]
pub(super) enum Pending {
    Data { file: usize, offset: usize, bytes: Vec<u8> },
    Made(PathBuf, Node),
    Renamed { from: PathBuf, to: PathBuf, node: Node },
    Removed(PathBuf),
    Index(Vec<(Vec<u8>, Vec<u8>)>),
    IndexRemoved,
}

/// Everything on the disk. Equal states have equal durable content and nothing pending in different order.
#[derive(Debug, Clone, Default)]
pub struct State {
    pub(super) files: Vec<Vec<u8>>,
    pub(super) names: Names,
    pub(super) index: Index,
    pub(super) durable_files: Vec<Vec<u8>>,
    pub(super) durable_names: Names,
    pub(super) durable_index: Index,
    /// What separates the durable from the seen, oldest first.
    pub(super) pending: Vec<Pending>,
}

impl State {
    /// Carries out a change.
    pub fn apply(&mut self, op: &Op) -> io::Result<()> {
        match op {
            Op::MakeDir(path) => self.make_dir(path),
            Op::Make(path) => {
                let node = Node::File(self.files.len());
                self.files.push(Vec::new());
                self.durable_files.push(Vec::new());
                self.make(path, node);
            }
            Op::Write { file, offset, bytes } => {
                let content = self.files.get_mut(*file).ok_or(io::ErrorKind::NotFound)?;
                overwrite(content, *offset, bytes);
                self.pending.push(Pending::Data { file: *file, offset: *offset, bytes: bytes.clone() });
            }
            Op::Sync(file) => {
                self.settle(|pending| matches!(pending, Pending::Data { file: of, .. } if of == file));
            }
            Op::Truncate(path, len) => {
                let file = self.file(path)?;
                self.settle(|pending| matches!(pending, Pending::Data { file: of, .. } if *of == file));
                for files in [&mut self.files, &mut self.durable_files] {
                    files.get_mut(file).ok_or(io::ErrorKind::NotFound)?.resize(*len, 0);
                }
            }
            Op::Rename(from, to) => {
                let node = self.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
                self.names.insert(to.clone(), node);
                self.pending.push(Pending::Renamed { from: from.clone(), to: to.clone(), node });
            }
            Op::Remove(path) => {
                self.file(path)?;
                self.names.remove(path);
                self.pending.push(Pending::Removed(path.clone()));
            }
            Op::SyncDir(dir) => {
                self.settle(|pending| pending.name().and_then(Path::parent) == Some(dir.as_path()));
            }
            Op::Index(batch) => {
                self.index.extend(batch.iter().cloned());
                self.pending.push(Pending::Index(batch.clone()));
            }
            Op::SyncIndex => {
                self.settle(|pending| matches!(pending, Pending::Index(_) | Pending::IndexRemoved));
            }
            Op::RemoveIndex => {
                self.index.clear();
                self.pending.push(Pending::IndexRemoved);
            }
        }
        Ok(())
    }

    fn make_dir(&mut self, path: &Path) {
        if let Some(parent) = path.parent() {
            self.make_dir(parent);
            if !self.names.contains_key(path) {
                self.make(path, Node::Dir);
            }
        }
    }

    fn make(&mut self, path: &Path, node: Node) {
        self.names.insert(path.to_owned(), node);
        self.pending.push(Pending::Made(path.to_owned(), node));
    }

    pub(super) fn file(&self, path: &Path) -> io::Result<usize> {
        match self.names.get(path) {
            Some(Node::File(file)) => Ok(*file),
            Some(Node::Dir) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    pub(super) fn bytes(&self, path: &Path) -> io::Result<&[u8]> {
        let file = self.file(path)?;
        self.files.get(file).map(Vec::as_slice).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Makes durable what `which` says of what is pending.
    fn settle(&mut self, which: impl Fn(&Pending) -> bool) {
        for change in std::mem::take(&mut self.pending) {
            if which(&change) {
                self.make_durable(change);
            } else {
                self.pending.push(change);
            }
        }
    }

    /// What a failed fsync does: the system drops the bytes, and a later fsync says that all is well.
    pub(super) fn drop_unsynced(&mut self, file: usize) {
        self.pending.retain(|pending| !matches!(pending, Pending::Data { file: of, .. } if *of == file));
    }

    pub(super) fn make_durable(&mut self, change: Pending) {
        match change {
            Pending::Data { file, offset, bytes } => {
                if let Some(content) = self.durable_files.get_mut(file) {
                    overwrite(content, offset, &bytes);
                }
            }
            Pending::Made(path, node) => {
                self.durable_names.insert(path, node);
            }
            Pending::Renamed { from, to, node } => {
                self.durable_names.remove(&from);
                self.durable_names.insert(to, node);
            }
            Pending::Removed(path) => {
                self.durable_names.remove(&path);
            }
            Pending::Index(batch) => self.durable_index.extend(batch),
            Pending::IndexRemoved => self.durable_index.clear(),
        }
    }

    /// All files with their bytes, as programs see them.
    pub fn listing(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let bytes = |file: &usize| self.files.get(*file).cloned().unwrap_or_default();
        let listed = |(path, node): (&PathBuf, &Node)| match node {
            Node::File(file) => Some((path.clone(), bytes(file))),
            Node::Dir => None,
        };
        self.names.iter().filter_map(listed).collect()
    }

    /// A hash of all that is durable: names, bytes, the index.
    pub fn fingerprint(&self) -> Hash {
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        };
        for (path, node) in &self.durable_names {
            part(path.as_os_str().as_encoded_bytes());
            match node {
                Node::File(file) => part(self.durable_files.get(*file).map_or(&[], Vec::as_slice)),
                Node::Dir => part(b"folder"),
            }
        }
        for (key, value) in &self.durable_index {
            part(key);
            part(value);
        }
        Hash(*hasher.finalize().as_bytes())
    }

    /// Puts a file in place of what was under its name, or removes it; durable at once.
    pub fn put(&mut self, path: &Path, bytes: Option<Vec<u8>>) {
        match (bytes, self.names.get(path)) {
            (None, _) => {
                self.names.remove(path);
            }
            (Some(bytes), Some(Node::File(file))) => {
                if let Some(content) = self.files.get_mut(*file) {
                    *content = bytes;
                }
            }
            (Some(bytes), _) => {
                self.names.insert(path.to_owned(), Node::File(self.files.len()));
                self.files.push(bytes);
            }
        }
        self.all_is_durable();
    }

    /// Takes over the index's database of another state.
    pub fn take_index(&mut self, from: &Self) {
        self.index.clone_from(&from.index);
        self.all_is_durable();
    }

    pub(super) fn all_is_durable(&mut self) {
        self.durable_files.clone_from(&self.files);
        self.durable_names.clone_from(&self.names);
        self.durable_index.clone_from(&self.index);
        self.pending.clear();
    }
}

impl Pending {
    /// The name that a folder's fsync makes durable.
    fn name(&self) -> Option<&Path> {
        match self {
            Self::Made(path, _) | Self::Renamed { to: path, .. } | Self::Removed(path) => Some(path),
            Self::Data { .. } | Self::Index(_) | Self::IndexRemoved => None,
        }
    }
}

fn overwrite(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    content.resize(content.len().max(end), 0);
    if let Some(place) = content.get_mut(offset..end) {
        place.copy_from_slice(bytes);
    }
}
