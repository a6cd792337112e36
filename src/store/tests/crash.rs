//! Whatever fails at whichever operation: what was acknowledged is there afterwards, and the vault goes on.

use super::*;
use crate::base::hash::Hash;
use crate::store::chunks::{ChunkError, ChunkKind, Chunks};
use crate::store::error::VaultError;
use crate::store::faulty::{Fault, FaultyFs, Loss, Plan};
use crate::store::memory_disk;

/// What a run was promised.
#[derive(Default)]
struct Promised {
    chunks: Vec<(Hash, Vec<u8>)>,
    entries: Vec<Vec<u8>>,
    /// Put, but nobody said that it is durable.
    open: Vec<(Hash, Vec<u8>)>,
}

impl Promised {
    fn put(&mut self, vault: &Vault, n: u32) -> Result<(), VaultError> {
        let mut plain = n.to_le_bytes().to_vec();
        // Long enough for torn sectors, and not compressible.
        plain.resize(3000, 0);
        blake3::Hasher::new().update(&plain).finalize_xof().fill(&mut plain);
        match vault.put(ChunkKind::Piece, &plain) {
            Ok(id) => self.open.push((id, plain)),
            Err(error) => return Err(as_vault_error(error)),
        }
        Ok(())
    }

    fn sync(&mut self, vault: &Vault) -> Result<(), VaultError> {
        vault.sync().map_err(as_vault_error)?;
        self.chunks.append(&mut self.open);
        Ok(())
    }

    fn append(&mut self, vault: &Vault, payload: Vec<u8>) -> Result<(), VaultError> {
        vault.append(1, &payload)?;
        self.entries.push(payload);
        self.chunks.append(&mut self.open);
        Ok(())
    }

    fn check(&self, vault: &Vault, context: &str) {
        for (id, plain) in &self.chunks {
            assert_eq!(vault.get(ChunkKind::Piece, id).as_ref().ok(), Some(plain), "{context}");
        }
        let entries: Vec<Vec<u8>> =
            vault.entries(1).unwrap().into_iter().map(|entry| entry.payload).collect();
        assert!(entries.starts_with(&self.entries), "{context}");
        assert!(entries.len() <= self.entries.len() + 1, "{context}: more than was appended");
        for (id, plain) in &self.open {
            match vault.get(ChunkKind::Piece, id) {
                Ok(found) => assert_eq!(&found, plain, "{context}"),
                Err(error) => assert!(matches!(error, ChunkError::Absent(_)), "{context}: {error}"),
            }
        }
    }
}

fn as_vault_error(error: ChunkError) -> VaultError {
    match error {
        ChunkError::Io { what, source } => VaultError::io(&what, Path::new(""), source),
        ChunkError::Poisoned(cause) => VaultError::Poisoned(cause),
        other => panic!("{other}"),
    }
}

/// Makes a vault, writes, closes, opens and writes more.
fn work(place: &super::Place, disk: &FaultyFs, promised: &mut Promised) -> Result<(), VaultError> {
    let (vault, _) = Vault::create(&place.dir, env_on(Arc::new(disk.clone()), 1), &place.unlock)?;
    promised.put(&vault, 1)?;
    promised.put(&vault, 2)?;
    promised.append(&vault, vec![b'a'; 2000])?;
    promised.put(&vault, 3)?;
    promised.sync(&vault)?;
    drop(vault);
    let (vault, _) = Vault::open(&place.dir, env_on(Arc::new(disk.clone()), 2), &place.unlock)?;
    promised.append(&vault, b"second".to_vec())?;
    promised.put(&vault, 4)?;
    promised.append(&vault, vec![b'c'; 700])
}

fn operations() -> u64 {
    let disk = FaultyFs::new(None);
    work(&super::Place::new(), &disk, &mut Promised::default()).unwrap();
    disk.operations()
}

/// Runs the work with a fault, and again without on what that left.
fn survive(plan: Plan, loss: Loss) -> Option<VaultError> {
    let context = format!("{plan:?} {loss:?}");
    let place = super::Place::new();
    let disk = FaultyFs::new(Some(plan));
    let mut promised = Promised::default();
    let outcome = work(&place, &disk, &mut promised);
    if plan.fault == Fault::PowerCut {
        disk.restart(loss).unwrap();
    }
    let env = env_on(Arc::new(FaultyFs::new(None)), 3);
    let vault = match Vault::open(&place.dir, env.clone(), &place.unlock) {
        Ok((vault, notes)) => {
            assert!(!notes.iter().any(|note| note.contains("DAMAGE")), "{context}: {notes:?}");
            vault
        }
        Err(VaultError::NotAVault(_)) if promised.entries.is_empty() => {
            Vault::create(&place.dir, env, &place.unlock)
                .unwrap_or_else(|error| panic!("{context}: {error}"))
                .0
        }
        Err(error) => panic!("{context}: {error}"),
    };
    promised.check(&vault, &context);
    promised.put(&vault, 9).unwrap();
    vault.append(2, b"afterwards").unwrap();
    drop(vault);
    let vault = place.reopen();
    promised.check(&vault, &context);
    assert_eq!(vault.entries(2).unwrap().len(), 1, "{context}");
    assert_eq!(vault.verify(true, &mut |_, _| ()).unwrap().damages, [], "{context}");
    outcome.err()
}

#[test]
fn a_power_cut_that_loses_all_that_was_not_durable() {
    for at in 1..=operations() {
        survive(Plan { at, fault: Fault::PowerCut, lasting: true }, Loss::All);
    }
}

#[test]
fn a_power_cut_that_tears_what_was_not_durable() {
    for at in 1..=operations() {
        for seed in 0..3 {
            survive(Plan { at, fault: Fault::PowerCut, lasting: true }, Loss::Torn(seed * 1000 + at));
        }
    }
}

#[test]
fn a_disk_that_is_full_once_or_for_good() {
    for at in 1..=operations() {
        for lasting in [false, true] {
            let error = survive(Plan { at, fault: Fault::NoSpace, lasting }, Loss::All);
            let full = error.as_ref().is_none_or(|error| matches!(error, VaultError::DiskFull { .. }));
            assert!(full, "operation {at}: {error:?}");
        }
    }
}

#[test]
fn a_disk_that_fails_once_or_for_good() {
    for at in 1..=operations() {
        for lasting in [false, true] {
            survive(Plan { at, fault: Fault::Io, lasting }, Loss::All);
        }
    }
}

#[test]
fn after_a_failed_fsync_nothing_more_is_written() {
    let place = super::Place::new();
    drop(place.create());
    let healthy = FaultyFs::new(None);
    let open = |disk: &FaultyFs| {
        Vault::open(&place.dir, env_on(Arc::new(disk.clone()), 2), &place.unlock).unwrap().0
    };
    let vault = open(&healthy);
    let before = healthy.operations();
    vault.append(1, b"x").unwrap();
    // An append to the log is a write and an fsync.
    assert_eq!(healthy.operations() - before, 2);
    drop(vault);
    let disk = FaultyFs::new(Some(Plan { at: before + 2, fault: Fault::Io, lasting: false }));
    let vault = open(&disk);
    assert!(matches!(vault.append(1, b"y"), Err(VaultError::Io { .. })));
    assert!(matches!(vault.append(1, b"z"), Err(VaultError::Poisoned(_))));
    assert!(matches!(vault.put(ChunkKind::Node, b"n"), Err(ChunkError::Poisoned(_))));
    drop(vault);
    let (vault, _) = place.open();
    assert_eq!(vault.entries(1).unwrap()[0].payload, b"x");
    vault.append(1, b"again").unwrap();
}

#[test]
fn a_full_disk_that_has_room_again_is_written_on() {
    let place = super::Place::new();
    drop(place.create());
    let disk = FaultyFs::new(None);
    let vault = Vault::open(&place.dir, env_on(Arc::new(disk.clone()), 2), &place.unlock).unwrap().0;
    let next = disk.operations() + 1;
    drop(vault);
    let disk = FaultyFs::new(Some(Plan { at: next, fault: Fault::NoSpace, lasting: false }));
    let vault = Vault::open(&place.dir, env_on(Arc::new(disk), 2), &place.unlock).unwrap().0;
    assert!(matches!(vault.append(1, &[1; 100]), Err(VaultError::DiskFull { .. })));
    vault.append(1, b"fits").unwrap();
    drop(vault);
    assert_eq!(place.reopen().entries(1).unwrap().len(), 1);
}

#[test]
fn what_a_dead_process_left_unsynced_is_durable_before_it_is_vouched_for() {
    let place = super::Place::new();
    let disk = FaultyFs::new(None);
    let env = || env_on(Arc::new(disk.clone()), 5);
    let stop = |vault: Vault, loss| {
        disk.fail(Plan { at: disk.operations() + 1, fault: Fault::PowerCut, lasting: true });
        drop(vault);
        disk.restart(loss).unwrap();
    };
    let (vault, _) = Vault::create(&place.dir, env(), &place.unlock).unwrap();
    let id = vault.put(ChunkKind::Node, b"found by the next process").unwrap();
    stop(vault, Loss::None);
    let (vault, _) = Vault::open(&place.dir, env(), &place.unlock).unwrap();
    assert!(vault.has(&id).unwrap());
    vault.append(1, b"refers to it").unwrap();
    stop(vault, Loss::All);
    let (vault, _) = place.open();
    assert_eq!(vault.entries(1).unwrap().len(), 1);
    assert_eq!(vault.get(ChunkKind::Node, &id).unwrap(), b"found by the next process");
}

#[test]
fn a_crash_while_recovering_from_a_crash_loses_nothing_either() {
    let first = operations() - 1;
    for second in 1..=6 {
        let place = super::Place::new();
        let disk = FaultyFs::new(Some(Plan { at: first, fault: Fault::PowerCut, lasting: true }));
        let mut promised = Promised::default();
        work(&place, &disk, &mut promised).unwrap_err();
        disk.restart(Loss::Torn(second)).unwrap();
        let disk = FaultyFs::new(Some(Plan { at: second, fault: Fault::PowerCut, lasting: true }));
        drop(Vault::open(&place.dir, env_on(Arc::new(disk.clone()), 4), &place.unlock));
        disk.restart(Loss::Torn(second)).unwrap();
        let (vault, _) = place.open();
        promised.check(&vault, &format!("{first} then {second}"));
        assert_eq!(vault.verify(true, &mut |_, _| ()).unwrap().damages, []);
    }
}

#[test]
fn a_key_file_that_cannot_be_looked_at_is_not_taken_for_absent() {
    let unlock = Unlock::KeyFile("/key".into());
    let create = |disk: &memory_disk::MemoryDisk, dir: &str, seed| {
        Vault::create(Path::new(dir), env_on(Arc::new(disk.clone()), seed), &unlock).map(drop)
    };
    let disk = memory_disk::MemoryDisk::default();
    create(&disk, "/first", 1).unwrap();
    let key = disk.state().listing()[Path::new("/key")].clone();
    for at in 1..20 {
        disk.fail(Some(memory_disk::Plan { at, fault: memory_disk::Fault::Io, lasting: false }));
        let _ = create(&disk, &format!("/other-{at}"), 100 + at);
        assert_eq!(disk.state().listing()[Path::new("/key")], key, "call {at}");
    }
}
