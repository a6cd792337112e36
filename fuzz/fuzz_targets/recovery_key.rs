//! Recovery keys as they are typed: any text is refused with a reason, or is a key that does not open this vault.

#![no_main]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use boardvault::base::clock::ManualClock;
use boardvault::base::ids::SeededRandom;
use boardvault::base::secret::Secret;
use boardvault::store::error::VaultError;
use boardvault::store::memory_disk::{MemoryDisk, State};
use boardvault::store::unlock::Unlock;
use boardvault::store::vault::{Env, Vault};
use libfuzzer_sys::fuzz_target;

static VAULT: LazyLock<State> = LazyLock::new(|| {
    let disk = MemoryDisk::default();
    let unlock = Unlock::KeyFile("/key".into());
    drop(Vault::create(Path::new("/vault"), env(&disk), &unlock).unwrap());
    disk.state()
});

fuzz_target!(|typed: &str| {
    let disk = MemoryDisk::new(VAULT.clone());
    let unlock = Unlock::Recovery(Secret::new(typed));
    match Vault::open(Path::new("/vault"), env(&disk), &unlock).err() {
        Some(VaultError::RecoveryKeyMistyped(_) | VaultError::WrongKey { .. }) => {}
        other => panic!("{other:?}"),
    }
});

fn env(disk: &MemoryDisk) -> Env {
    let clock = ManualClock::new(jiff::Timestamp::UNIX_EPOCH);
    Env { fs: Arc::new(disk.clone()), random: Arc::new(SeededRandom::new(1)), clock: Arc::new(clock) }
}
