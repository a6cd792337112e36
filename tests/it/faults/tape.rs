//! What a workload did to its disk, and what it was promised when.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use boardvault::base::clock::ManualClock;
use boardvault::base::hash::Hash;
use boardvault::base::ids::SeededRandom;
use boardvault::store::chunks::{ChunkError, ChunkKind, Chunks};
use boardvault::store::error::VaultError;
use boardvault::store::family::Family;
use boardvault::store::fs::Fs;
use boardvault::store::live::LiveSet;
use boardvault::store::memory_disk::{MemoryDisk, Op, Plan, State};
use boardvault::store::prune::{Grace, PruneReport};
use boardvault::store::unlock::Unlock;
use boardvault::store::vault::{Env, Vault};

pub(super) const DIR: &str = "/home/vault";
pub(super) const KEY: &str = "/home/key";

/// Why a workload came to its end early.
pub(super) type Stop = Box<dyn std::error::Error + Send + Sync>;

/// What was asked of the vault, or promised by it.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Created,
    Put(ChunkKind, Hash, Arc<[u8]>),
    Synced,
    Appending(u8, Vec<u8>),
    Appended,
    /// From now on nobody needs these chunks.
    Forgotten(BTreeSet<Hash>),
}

/// A disk at work, and the events with the number of changes that the disk had seen by then.
#[derive(Clone)]
pub(super) struct Tape {
    disk: MemoryDisk,
    events: Arc<Mutex<Vec<(usize, Event)>>>,
    start: Arc<Mutex<usize>>,
    plan: Option<Plan>,
}

impl Tape {
    /// A new disk. Once the preparations are made, it fails according to `plan`.
    pub(super) fn new(plan: Option<Plan>) -> Self {
        let mut state = State::default();
        for op in [Op::MakeDir("/home".into()), Op::SyncDir("/".into())] {
            state.apply(&op).unwrap();
        }
        Self::on(state, plan)
    }

    /// A disk with this content.
    pub(super) fn on(state: State, plan: Option<Plan>) -> Self {
        Self { disk: MemoryDisk::new(state), events: Arc::default(), start: Arc::default(), plan }
    }

    /// The preparations are made: from here on the workload is put to the test.
    pub(super) fn begin(&self) {
        *self.start.lock().unwrap() = self.disk.changes();
        self.disk.fail(self.plan);
    }

    /// How many changes the preparations took.
    pub(super) fn start(&self) -> usize {
        *self.start.lock().unwrap()
    }

    pub(super) fn disk(&self) -> &MemoryDisk {
        &self.disk
    }

    pub(super) fn create(&self, seed: u64) -> Result<Arc<Spy>, Stop> {
        let vault = create(&self.disk, seed)?;
        self.note(Event::Created);
        Ok(self.spy(vault))
    }

    pub(super) fn open(&self, seed: u64) -> Result<Arc<Spy>, Stop> {
        Ok(self.spy(open(&self.disk, seed)?.0))
    }

    fn spy(&self, vault: Vault) -> Arc<Spy> {
        Arc::new(Spy { vault: Arc::new(vault), family: None, tape: self.clone() })
    }

    fn note(&self, event: Event) {
        self.events.lock().unwrap().push((self.disk.changes(), event));
    }

    /// All chunks that were put.
    pub(super) fn put_so_far(&self) -> BTreeSet<Hash> {
        let ids = |event: &(usize, Event)| match &event.1 {
            Event::Put(_, id, _) => Some(*id),
            _ => None,
        };
        self.events.lock().unwrap().iter().filter_map(ids).collect()
    }

    /// What was promised by the time the disk had seen so many changes.
    pub(super) fn promised(&self, changes: usize) -> Promised {
        let mut promised = Promised::default();
        let mut open = Vec::new();
        for (at, event) in self.events.lock().unwrap().iter() {
            let happened = *at <= changes;
            match event {
                Event::Created => promised.created |= happened,
                Event::Put(kind, id, plain) => open.push((*kind, *id, Arc::clone(plain))),
                Event::Appending(kind, payload) => {
                    // A record that is there vouches for everything that was put before it.
                    let entry = Entry { kind: *kind, payload: payload.clone(), chunks: open.len() };
                    promised.attempted.push(entry);
                }
                Event::Forgotten(ids) => {
                    if happened {
                        promised.forgotten.extend(ids);
                    }
                }
                Event::Synced | Event::Appended => {
                    if happened {
                        // What was put again is promised again.
                        for (_, id, _) in open.get(promised.chunks..).unwrap_or_default() {
                            promised.forgotten.remove(id);
                        }
                        promised.chunks = open.len();
                        promised.acknowledged += usize::from(matches!(event, Event::Appended));
                    }
                }
            }
        }
        promised.all = open;
        promised
    }
}

/// A chunk that was put: its kind, its id, its content.
pub(super) type Put = (ChunkKind, Hash, Arc<[u8]>);

/// What must be there, and what may.
#[derive(Default)]
pub(super) struct Promised {
    pub(super) created: bool,
    /// Everything that was put at any time.
    pub(super) all: Vec<Put>,
    /// How many of `all` are promised, but for those that were forgotten since.
    pub(super) chunks: usize,
    pub(super) forgotten: BTreeSet<Hash>,
    /// All records in order, the first `acknowledged` of which are promised.
    pub(super) attempted: Vec<Entry>,
    pub(super) acknowledged: usize,
}

/// A record of the log.
pub(super) struct Entry {
    pub(super) kind: u8,
    pub(super) payload: Vec<u8>,
    /// How many of the chunks must be there if the record is.
    pub(super) chunks: usize,
}

/// A vault that writes down what it is asked and what it promises.
pub(super) struct Spy {
    pub(super) vault: Arc<Vault>,
    /// Through which leaves are written, if they are to be written in words.
    family: Option<Family>,
    tape: Tape,
}

impl Spy {
    /// The same vault, where leaves are written in words once 4 KiB of them taught which.
    pub(super) fn in_words(&self) -> Result<Arc<Self>, Stop> {
        let family = Family::new(Arc::clone(&self.vault), "words")?;
        family.limit_lesson(4 << 10);
        Ok(Arc::new(Self { vault: Arc::clone(&self.vault), family: Some(family), tape: self.tape.clone() }))
    }

    fn chunks(&self) -> &dyn Chunks {
        match &self.family {
            Some(family) => family,
            None => &*self.vault,
        }
    }

    /// Prunes as one that needs nothing but `needed`.
    pub(super) fn prune(&self, needed: &[Hash]) -> Result<PruneReport, VaultError> {
        let put = self.tape.put_so_far().into_iter();
        self.tape.note(Event::Forgotten(put.filter(|id| !needed.contains(id)).collect()));
        let mut live = LiveSet::default();
        live.extend(needed);
        live.extend(self.vault.family_vocabularies()?.iter().map(|(_, id)| id));
        // At once: the prune after the one that has doomed a pack deletes it.
        let prune =
            self.vault.begin_prune(Grace { age: jiff::SignedDuration::ZERO, cycles: 1, now: None })?;
        let plan = prune.plan(&live, 0)?;
        prune.run(&live, &plan)
    }

    /// Makes a new root key.
    pub(super) fn rotate(&self) -> Result<(), VaultError> {
        let rotated = self.vault.rotate_root(&Unlock::KeyFile(KEY.into()))?;
        rotated.pending.map_or(Ok(()), Err)
    }

    pub(super) fn append(&self, kind: u8, payload: &[u8]) -> Result<(), VaultError> {
        self.tape.note(Event::Appending(kind, payload.to_vec()));
        self.vault.append(kind, payload)?;
        self.tape.note(Event::Appended);
        Ok(())
    }
}

impl Chunks for Spy {
    fn get(&self, kind: ChunkKind, id: &Hash) -> Result<Vec<u8>, ChunkError> {
        self.vault.get(kind, id)
    }

    fn put(&self, kind: ChunkKind, plain: &[u8]) -> Result<Hash, ChunkError> {
        let id = self.chunks().put(kind, plain)?;
        self.tape.note(Event::Put(kind, id, plain.into()));
        Ok(id)
    }

    fn put_replacing(&self, kind: ChunkKind, plain: &[u8], replaced: &Hash) -> Result<Hash, ChunkError> {
        let id = self.chunks().put_replacing(kind, plain, replaced)?;
        self.tape.note(Event::Put(kind, id, plain.into()));
        Ok(id)
    }

    fn id_of(&self, kind: ChunkKind, plain: &[u8]) -> Hash {
        self.vault.id_of(kind, plain)
    }

    fn has(&self, id: &Hash) -> Result<bool, ChunkError> {
        self.vault.has(id)
    }

    fn sync(&self) -> Result<(), ChunkError> {
        self.vault.sync()?;
        self.tape.note(Event::Synced);
        Ok(())
    }
}

fn env(disk: &MemoryDisk, seed: u64) -> Env {
    let fs: Arc<dyn Fs> = Arc::new(disk.clone());
    let start = "2026-11-21T10:00:00Z".parse().unwrap();
    Env { fs, random: Arc::new(SeededRandom::new(seed)), clock: Arc::new(ManualClock::new(start)) }
}

pub(super) fn create(disk: &MemoryDisk, seed: u64) -> Result<Vault, VaultError> {
    Vault::create(Path::new(DIR), env(disk, seed), &Unlock::KeyFile(KEY.into())).map(|(vault, _)| vault)
}

pub(super) fn open(disk: &MemoryDisk, seed: u64) -> Result<(Vault, Vec<String>), VaultError> {
    Vault::open(Path::new(DIR), env(disk, seed), &Unlock::KeyFile(KEY.into()))
}
