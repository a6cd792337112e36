//! Prune as the store knows it: a set of ids is needed, and all of it is there afterwards.

mod crash;
mod differences;
mod flawed;
mod full;
mod model;
mod phases;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;

use super::{Grace, PruneReport};
use crate::base::clock::{Clock, ManualClock, Timestamp};
use crate::base::hash::Hash;
use crate::base::ids::SeededRandom;
use crate::store::chunks::{ChunkKind, Chunks};
use crate::store::error::VaultError;
use crate::store::fs::{Fs, RealFs};
use crate::store::live::LiveSet;
use crate::store::unlock::Unlock;
use crate::store::vault::{Env, Vault};

/// No grace at all.
const AT_ONCE: Grace = Grace { age: SignedDuration::ZERO, cycles: 0, now: None };

/// A vault, and what it must hold.
struct Shelf {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    vault: Option<Vault>,
    opened: u64,
    /// What is needed, by a number for each.
    needed: BTreeMap<u32, Hash>,
    /// The node that was put last.
    last_node: Cell<Option<Hash>>,
}

/// Numbers from here on stand for nodes, each of them stored as a difference to the one that was put before it.
const NODES: u32 = 100;

fn kind(n: u32) -> ChunkKind {
    if n < NODES { ChunkKind::Piece } else { ChunkKind::Node }
}

/// Content that does not compress, 3,000 bytes long. That of all nodes is the same but for a few bytes.
fn content(n: u32) -> Vec<u8> {
    let mut plain = vec![0; 3000];
    blake3::Hasher::new().update(&n.min(NODES).to_le_bytes()).finalize_xof().fill(&mut plain);
    if n > NODES {
        plain[1000..1004].copy_from_slice(&n.to_le_bytes());
    }
    plain
}

impl Shelf {
    fn new() -> Self {
        Self::on(Arc::new(RealFs)).unwrap()
    }

    fn on(fs: Arc<dyn Fs>) -> Result<Self, VaultError> {
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let clock = Arc::new(ManualClock::new("2026-11-21T10:00:00Z".parse().unwrap()));
        let mut shelf = Self {
            folder: folder.unwrap(),
            clock,
            vault: None,
            opened: 1,
            needed: BTreeMap::new(),
            last_node: Cell::new(None),
        };
        let (vault, _) = Vault::create(&shelf.dir(), shelf.env(fs), &shelf.unlock())?;
        shelf.vault = Some(vault);
        Ok(shelf)
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    fn unlock(&self) -> Unlock {
        Unlock::KeyFile(self.folder.path().join("key"))
    }

    fn env(&self, fs: Arc<dyn Fs>) -> Env {
        Env { fs, random: Arc::new(SeededRandom::new(self.opened)), clock: self.clock.clone() }
    }

    fn vault(&self) -> &Vault {
        self.vault.as_ref().unwrap()
    }

    /// Opens the vault again; returns what it had to say.
    fn reopen_on(&mut self, fs: Arc<dyn Fs>) -> Result<Vec<String>, VaultError> {
        self.vault = None;
        self.opened += 1;
        let (vault, notes) = Vault::open(&self.dir(), self.env(fs), &self.unlock())?;
        self.vault = Some(vault);
        Ok(notes)
    }

    fn reopen(&mut self) -> Vec<String> {
        self.reopen_on(Arc::new(RealFs)).unwrap()
    }

    fn put(&self, n: u32) -> Hash {
        let (kind, plain) = (kind(n), content(n));
        if kind != ChunkKind::Node {
            return self.vault().put(kind, &plain).unwrap();
        }
        let id = match self.last_node.get() {
            Some(last) => self.vault().put_replacing(kind, &plain, &last).unwrap(),
            None => self.vault().put(kind, &plain).unwrap(),
        };
        self.last_node.set(Some(id));
        id
    }

    /// Stores chunks that are needed from now on.
    fn need(&mut self, numbers: impl IntoIterator<Item = u32>) {
        for n in numbers {
            let id = self.put(n);
            self.needed.insert(n, id);
        }
        self.vault().append(1, b"needs them").unwrap();
    }

    fn forget(&mut self, numbers: impl IntoIterator<Item = u32>) {
        for n in numbers {
            self.needed.remove(&n);
        }
    }

    fn live(&self) -> LiveSet {
        let mut live = LiveSet::default();
        live.extend(self.needed.values());
        live
    }

    fn try_prune(&self, grace: Grace) -> Result<PruneReport, VaultError> {
        let prune = self.vault().begin_prune(grace)?;
        let live = self.live();
        let plan = prune.plan(&live, 5)?;
        prune.run(&live, &plan)
    }

    fn prune(&self, grace: Grace) -> PruneReport {
        self.try_prune(grace).unwrap()
    }

    fn packs(&self) -> BTreeSet<u32> {
        self.vault().files.listed().unwrap().into_iter().collect()
    }

    /// Everything that is needed is there, byte for byte.
    #[track_caller]
    fn check(&self) {
        for (n, id) in &self.needed {
            let found = self.vault().get(kind(*n), id);
            assert!(found.as_ref().is_ok_and(|found| *found == content(*n)), "{n}: {:?}", found.err());
        }
    }

    /// The same, with nothing wrong in any file, also after opening it again.
    #[track_caller]
    fn check_all(&mut self) {
        self.check();
        assert_eq!(self.reopen(), Vec::<String>::new());
        self.check();
        assert_eq!(self.vault().verify(true, &mut |_, _| ()).unwrap().damages, []);
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
