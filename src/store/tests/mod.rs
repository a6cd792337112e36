//! Tests of the vault as a whole.

mod basic;
mod crash;
mod damage;
mod fixture;
mod key_crash;
mod keys;
mod lease;
mod vault_file;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fs::{Fs, RealFs};
use super::unlock::Unlock;
use super::vault::{Env, Vault};
use crate::base::clock::ManualClock;
use crate::base::ids::SeededRandom;

/// A folder for a vault, with a key file beside it.
struct Place {
    _keep: tempfile::TempDir,
    dir: PathBuf,
    unlock: Unlock,
}

impl Place {
    fn new() -> Self {
        // These tests fsync thousands of times, and whether a disk turns meanwhile is not what they ask.
        let memory = Path::new("/dev/shm");
        let keep = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let unlock = Unlock::KeyFile(keep.path().join("key"));
        Self { dir: keep.path().join("vault"), unlock, _keep: keep }
    }

    fn create(&self) -> Vault {
        Vault::create(&self.dir, env(1), &self.unlock).unwrap().0
    }

    fn open(&self) -> (Vault, Vec<String>) {
        Vault::open(&self.dir, env(2), &self.unlock).unwrap()
    }

    /// Opens and insists that there was nothing to repair.
    fn reopen(&self) -> Vault {
        let (vault, notes) = self.open();
        assert_eq!(notes, Vec::<String>::new());
        vault
    }
}

fn env(seed: u64) -> Env {
    env_on(Arc::new(RealFs), seed)
}

fn env_on(fs: Arc<dyn Fs>, seed: u64) -> Env {
    let start = "2026-11-21T10:00:00Z".parse().unwrap();
    Env { fs, random: Arc::new(SeededRandom::new(seed)), clock: Arc::new(ManualClock::new(start)) }
}

/// All files below `dir`, with their bytes.
fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    found
}
