//! A disk that fails on command, for tests: it runs full, refuses, or loses power at a chosen operation.
//!
//! It works on a real folder and remembers what was made durable. After a power cut it takes away what was
//! not: unsynced bytes wholly or in torn pieces, and names that no folder fsync covered. The index lies
//! outside of it, as sled opens its own files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::database::Database;
use super::fs::{Append, Fs, RealFs};
use crate::base::ids::{Random, SeededRandom};

const SECTOR: u64 = 512;

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full; hits only what takes space, and half of the bytes are written before.
    NoSpace,
    /// An input/output error.
    Io,
    /// The machine stops; nothing works until [`FaultyFs::restart`].
    PowerCut,
}

/// What is lost of what was not durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Nothing, and it still is not durable: the process died and the machine did not.
    None,
    /// All of it.
    All,
    /// Some sectors and some names, chosen by this seed; sectors that were not written read as zeros.
    Torn(u64),
}

/// When and how the disk fails.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The operation that fails, counted from 1. Only operations that change something count.
    pub at: u64,
    /// How.
    pub fault: Fault,
    /// Whether all later operations fail too.
    pub lasting: bool,
}

/// The failing disk.
#[derive(Default, Clone)]
pub struct FaultyFs(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    operations: u64,
    plan: Option<Plan>,
    off: bool,
    /// Durable lengths of the files that were written to.
    durable: BTreeMap<PathBuf, u64>,
    /// Changes of names that are not durable, oldest first.
    names: Vec<NameChange>,
}

enum NameChange {
    Made(PathBuf),
    Renamed { from: PathBuf, to: PathBuf, before: Option<Vec<u8>> },
}

impl FaultyFs {
    /// A disk that fails according to `plan`, or never.
    pub fn new(plan: Option<Plan>) -> Self {
        Self(Arc::new(Mutex::new(State { plan, ..State::default() })))
    }

    /// How many changing operations there have been.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Fails according to `plan` from now on; its operations count from the first of this disk.
    pub fn fail(&self, plan: Plan) {
        self.state().plan = Some(plan);
    }

    /// Starts again after a fault: takes away what was not durable, and fails no more.
    pub fn restart(&self, loss: Loss) -> io::Result<()> {
        let mut state = self.state();
        state.plan = None;
        state.off = false;
        let random = match loss {
            Loss::None => return Ok(()),
            Loss::All => None,
            Loss::Torn(seed) => Some(SeededRandom::new(seed)),
        };
        for (path, durable) in std::mem::take(&mut state.durable) {
            lose_bytes(&path, durable, random.as_ref())?;
        }
        for change in std::mem::take(&mut state.names).into_iter().rev() {
            if random.as_ref().is_none_or(|random| draw(random).is_multiple_of(2)) {
                change.undo()?;
            }
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an operation and fails where the plan says so.
    fn operation(&self, takes_space: bool) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        state.operations += 1;
        let now = state.operations;
        let due = state.plan.filter(|plan| now == plan.at || (plan.lasting && now > plan.at));
        match due.map(|plan| plan.fault) {
            _ if state.off => Err(io::Error::other("the power is off")),
            Some(Fault::NoSpace) if takes_space => Err(io::ErrorKind::StorageFull.into()),
            Some(Fault::Io) => Err(io::Error::other("the disk failed on purpose")),
            Some(Fault::PowerCut) => {
                state.off = true;
                Err(io::Error::other("the power was cut"))
            }
            _ => Ok(state),
        }
    }

    fn reading(&self) -> io::Result<()> {
        if self.state().off { Err(io::Error::other("the power is off")) } else { Ok(()) }
    }
}

impl NameChange {
    fn folder(&self) -> Option<&Path> {
        match self {
            Self::Made(path) | Self::Renamed { to: path, .. } => path.parent(),
        }
    }

    fn undo(self) -> io::Result<()> {
        match self {
            Self::Made(path) if path.is_dir() => std::fs::remove_dir_all(path),
            Self::Made(path) if path.exists() => std::fs::remove_file(path),
            Self::Renamed { from, to, before } if to.exists() => {
                std::fs::rename(&to, from)?;
                before.map_or(Ok(()), |bytes| std::fs::write(to, bytes))
            }
            // What it was made in is gone already.
            Self::Made(_) | Self::Renamed { .. } => Ok(()),
        }
    }
}

fn draw(random: &SeededRandom) -> u64 {
    let mut bytes = [0; 8];
    // The seeded stream never ends.
    let _ = random.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

fn lose_bytes(path: &Path, durable: u64, random: Option<&SeededRandom>) -> io::Result<()> {
    let Ok(mut bytes) = std::fs::read(path) else { return Ok(()) };
    let len = bytes.len() as u64;
    let Some(random) = random else {
        return if durable < len { RealFs.truncate(path, durable) } else { Ok(()) };
    };
    let kept = durable + draw(random) % (len.saturating_sub(durable) + 1);
    for (at, byte) in (0_u64..).zip(bytes.iter_mut()).filter(|(at, _)| *at >= durable) {
        // One draw a sector would do; hashing the seed with the sector keeps it independent of the length.
        let lost = blake3::hash(&[kept.to_le_bytes(), (at / SECTOR).to_le_bytes()].concat());
        if lost.as_bytes().first().is_some_and(|first| first.is_multiple_of(4)) {
            *byte = 0;
        }
    }
    bytes.truncate(usize::try_from(kept.max(durable)).unwrap_or(usize::MAX));
    std::fs::write(path, bytes)
}

struct FaultyFile {
    disk: FaultyFs,
    path: PathBuf,
    file: Box<dyn Append>,
}

impl Append for FaultyFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let outcome = self.disk.operation(true).map(drop);
        let (half, _) = bytes.split_at(bytes.len() / 2);
        self.file.append(if outcome.is_ok() { bytes } else { half })?;
        outcome
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.operation(false)?;
        state.durable.insert(self.path.clone(), RealFs.len(&self.path)?);
        Ok(())
    }
}

impl Fs for FaultyFs {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.operation(true)?;
        if !dir.exists() {
            state.names.push(NameChange::Made(dir.to_owned()));
        }
        RealFs.create_dir(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.reading()?;
        RealFs.list(dir)
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        self.reading()?;
        RealFs.len(path)
    }

    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        self.reading()?;
        RealFs.read_at(path, offset, len)
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        let mut state = self.operation(true)?;
        if !path.exists() {
            state.names.push(NameChange::Made(path.to_owned()));
        }
        let file = RealFs.append(path)?;
        let len = RealFs.len(path)?;
        state.durable.entry(path.to_owned()).or_insert(len);
        Ok(Box::new(FaultyFile { disk: self.clone(), path: path.to_owned(), file }))
    }

    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        let mut state = self.operation(false)?;
        RealFs.truncate(path, len)?;
        state.durable.insert(path.to_owned(), len);
        Ok(())
    }

    fn rewrite(&self, path: &Path, offset: u64) -> io::Result<()> {
        let mut state = self.operation(false)?;
        RealFs.rewrite(path, offset)?;
        state.durable.insert(path.to_owned(), RealFs.len(path)?);
        Ok(())
    }

    /// Of the index only, which no promise rests on.
    fn remove_tree(&self, dir: &Path) -> io::Result<()> {
        RealFs.remove_tree(dir)
    }

    fn database(&self, dir: &Path) -> Option<Box<dyn Database>> {
        RealFs.database(dir)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.operation(true)?;
        let before = std::fs::read(to).ok();
        RealFs.rename(from, to)?;
        if let Some(durable) = state.durable.remove(from) {
            state.durable.insert(to.to_owned(), durable);
        }
        state.names.push(NameChange::Renamed { from: from.to_owned(), to: to.to_owned(), before });
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.operation(false)?;
        state.durable.remove(path);
        RealFs.remove(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.operation(false)?;
        state.names.retain(|change| change.folder() != Some(dir));
        Ok(())
    }

    fn is_private(&self, path: &Path) -> io::Result<bool> {
        self.reading()?;
        RealFs.is_private(path)
    }

    fn try_lock(&self, path: &Path) -> io::Result<Option<File>> {
        self.reading()?;
        RealFs.try_lock(path)
    }
}
