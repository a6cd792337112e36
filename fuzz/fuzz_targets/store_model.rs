//! A vault against a `BTreeMap` and a `Vec`, on a disk that fails, runs full and loses power: what was acknowledged
//! is there, what is there was written, and nothing is damaged in the end.
//!
//! The input is a list of `operation u8, a u8, b u8`.

#![no_main]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use boardvault::base::clock::ManualClock;
use boardvault::base::hash::Hash;
use boardvault::base::ids::SeededRandom;
use boardvault::store::chunks::{ChunkError, ChunkKind, Chunks};
use boardvault::store::memory_disk::{Fault, Loss, MemoryDisk, Plan};
use boardvault::store::unlock::Unlock;
use boardvault::store::vault::{Env, Vault};
use libfuzzer_sys::fuzz_target;

const DIR: &str = "/vault";
const KIND: u8 = 4;

fuzz_target!(|bytes: &[u8]| {
    let mut model = Model::new();
    for op in bytes.chunks_exact(3).take(200) {
        model.step(op[0], op[1], op[2]);
    }
    model.disk.fail(None);
    model.reopen();
    model.check();
    assert_eq!(model.vault().verify(true, &mut |_, _| ()).unwrap().damages, []);
});

struct Model {
    disk: MemoryDisk,
    vault: Option<Vault>,
    openings: u64,
    /// Everything that was ever put; what the flag says is promised.
    chunks: BTreeMap<Hash, (Vec<u8>, bool)>,
    entries: Vec<Vec<u8>>,
    /// Appended, but the answer was an error: it may be there or not.
    doubtful: Option<Vec<u8>>,
}

impl Model {
    fn new() -> Self {
        let disk = MemoryDisk::default();
        let vault = Vault::create(Path::new(DIR), env(&disk, 0), &unlock()).unwrap().0;
        let (chunks, entries) = (BTreeMap::new(), Vec::new());
        Self { disk, vault: Some(vault), openings: 0, chunks, entries, doubtful: None }
    }

    fn vault(&self) -> &Vault {
        self.vault.as_ref().unwrap()
    }

    fn step(&mut self, op: u8, a: u8, b: u8) {
        match op % 10 {
            0..=2 => self.put(a, b),
            3 | 4 => self.append(vec![a; usize::from(b) * 8]),
            5 => {
                if self.vault().sync().is_ok() {
                    self.promise();
                }
            }
            6 => self.reopen(),
            7 => {
                let fault = if a % 2 == 0 { Fault::Io } else { Fault::NoSpace };
                self.disk.fail(Some(Plan { at: u64::from(b % 32) + 1, fault, lasting: a % 4 > 1 }));
            }
            8 => self.power_cut(a, b.into()),
            _ => {
                let _ = self.vault().rebuild_index();
            }
        }
    }

    fn put(&mut self, a: u8, b: u8) {
        let mut plain = vec![a; 1 + usize::from(b) * 16];
        // What compresses to nothing cannot be torn.
        Hash::of(&[a, b]).as_bytes().iter().cycle().zip(&mut plain).for_each(|(noise, byte)| *byte ^= noise);
        if let Ok(id) = self.vault().put(ChunkKind::Piece, &plain) {
            self.chunks.entry(id).or_insert((plain, false));
        }
    }

    fn append(&mut self, payload: Vec<u8>) {
        if self.vault().append(KIND, &payload).is_ok() {
            self.entries.push(payload);
            self.promise();
        } else if self.doubtful.is_none() {
            self.doubtful = Some(payload);
        }
    }

    fn promise(&mut self) {
        self.chunks.values_mut().for_each(|(_, promised)| *promised = true);
    }

    /// A new process on the same disk. Where the disk fails it, a mended one.
    fn reopen(&mut self) {
        self.vault = None;
        self.openings += 1;
        self.vault = self.open().or_else(|| {
            self.disk.fail(None);
            self.open()
        });
        self.look_at_the_log();
    }

    fn open(&self) -> Option<Vault> {
        let opened = Vault::open(Path::new(DIR), env(&self.disk, self.openings), &unlock());
        opened.ok().map(|(vault, notes)| {
            assert!(!notes.iter().any(|note| note.contains("DAMAGE")), "{notes:?}");
            vault
        })
    }

    fn power_cut(&mut self, how: u8, seed: u64) {
        let loss = match how % 4 {
            0 => Loss::Lost,
            1 => Loss::Torn { sector: 512, seed },
            2 => Loss::Torn { sector: 4096, seed },
            _ => Loss::Reordered { seed },
        };
        // The vault that is dropped then writes to a disk that is no longer there.
        let left = self.disk.state().after(loss);
        self.vault = None;
        self.disk = MemoryDisk::new(left);
        self.reopen();
        let lost: Vec<Hash> = self.absent();
        self.chunks.retain(|id, _| !lost.contains(id));
        self.check();
    }

    /// What is there after an opening stays: nobody can tell it from what was acknowledged.
    fn look_at_the_log(&mut self) {
        let found: Vec<_> = match self.vault().entries(KIND) {
            Ok(entries) => entries.into_iter().map(|entry| entry.payload).collect(),
            Err(_) => return,
        };
        let doubtful = self.doubtful.take();
        assert!(found.starts_with(&self.entries), "a record is missing or another one");
        if found.len() > self.entries.len() {
            assert_eq!(found.get(self.entries.len()), doubtful.as_ref());
            assert_eq!(found.len(), self.entries.len() + 1);
        }
        self.entries = found;
    }

    /// The chunks that are gone, none of which was promised.
    fn absent(&self) -> Vec<Hash> {
        let gone = |(id, (_, promised)): (&Hash, &(Vec<u8>, bool))| {
            match self.vault().get(ChunkKind::Piece, id) {
                Err(ChunkError::Absent(_)) => {
                    assert!(!promised, "a promised chunk is gone");
                    Some(*id)
                }
                _ => None,
            }
        };
        self.chunks.iter().filter_map(gone).collect()
    }

    fn check(&self) {
        for (id, (plain, _)) in &self.chunks {
            match self.vault().get(ChunkKind::Piece, id) {
                Ok(found) => assert_eq!(found, *plain),
                Err(ChunkError::Absent(_)) if !self.chunks[id].1 => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

fn unlock() -> Unlock {
    Unlock::KeyFile("/key".into())
}

fn env(disk: &MemoryDisk, seed: u64) -> Env {
    let clock = ManualClock::new(jiff::Timestamp::UNIX_EPOCH);
    Env { fs: Arc::new(disk.clone()), random: Arc::new(SeededRandom::new(seed)), clock: Arc::new(clock) }
}
