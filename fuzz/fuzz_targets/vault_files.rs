//! Packs and logs of any bytes, behind a beginning that is whole: no panic, and what was stored before is answered
//! as it was, or with an error.
//!
//! The first byte of the input says which file the rest is appended to, or put over from which place on.

#![no_main]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use boardvault::base::clock::ManualClock;
use boardvault::base::hash::Hash;
use boardvault::base::ids::SeededRandom;
use boardvault::store::chunks::{ChunkKind, Chunks};
use boardvault::store::memory_disk::{MemoryDisk, State};
use boardvault::store::unlock::Unlock;
use boardvault::store::vault::{Env, Vault};
use libfuzzer_sys::fuzz_target;

const DIR: &str = "/vault";
const KIND: u8 = 4;
const CONTENT: &[u8] = b"{\"name\":\"a card\"}";

static WHOLE: LazyLock<(State, Hash)> = LazyLock::new(|| {
    let disk = MemoryDisk::default();
    let vault = Vault::create(Path::new(DIR), env(&disk), &unlock()).unwrap().0;
    let id = vault.put(ChunkKind::Node, CONTENT).unwrap();
    vault.append(KIND, b"first").unwrap();
    vault.append(KIND, b"second").unwrap();
    drop(vault);
    (disk.state(), id)
});

fuzz_target!(|bytes: &[u8]| {
    let [place, rest @ ..] = bytes else { return };
    let (state, id) = &*WHOLE;
    let mut state = state.clone();
    let name = if place % 2 == 0 { "packs/00000001.pack" } else { "catalogue.log" };
    let path = Path::new(DIR).join(name);
    let mut content = state.listing()[&path].clone();
    let from = match place / 2 {
        0 => content.len(),
        at => usize::from(at) * content.len() / 128,
    };
    content.resize(content.len().max(from + rest.len()), 0);
    content[from..from + rest.len()].copy_from_slice(rest);
    state.put(&path, Some(content));
    let disk = MemoryDisk::new(state);
    let Ok((vault, _)) = Vault::open(Path::new(DIR), env(&disk), &unlock()) else { return };
    if let Ok(found) = vault.get(ChunkKind::Node, id) {
        assert_eq!(found, CONTENT);
    }
    let payloads: Vec<_> = vault.entries(KIND).unwrap().into_iter().map(|entry| entry.payload).collect();
    assert!([&b"first"[..], b"second"].iter().zip(&payloads).all(|(wanted, found)| found == wanted));
    assert!(payloads.len() <= 2, "a record that nobody wrote");
    vault.verify(true, &mut |_, _| ()).unwrap();
});

fn unlock() -> Unlock {
    Unlock::KeyFile("/key".into())
}

fn env(disk: &MemoryDisk) -> Env {
    let clock = ManualClock::new(jiff::Timestamp::UNIX_EPOCH);
    Env { fs: Arc::new(disk.clone()), random: Arc::new(SeededRandom::new(1)), clock: Arc::new(clock) }
}
