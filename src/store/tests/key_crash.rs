//! Whatever fails at whichever operation of a change of keys: the vault opens with the keys from before or with
//! those from after, holds what it held, and can be written to.

use super::*;
use crate::base::secret::Secret;
use crate::store::chunks::{ChunkKind, Chunks};
use crate::store::error::VaultError;
use crate::store::faulty::{Fault, FaultyFs, Loss, Plan};

const CHUNK: &[u8] = b"stored before the keys changed";

/// A change of keys, and which secret may stop or begin to open the vault by it.
struct Change {
    name: &'static str,
    act: fn(&Vault, &Unlock) -> Result<(), VaultError>,
}

fn second(place: &super::Place) -> Unlock {
    Unlock::KeyFile(place.dir.with_file_name("second key"))
}

const CHANGES: [Change; 5] = [
    Change { name: "add", act: |vault, second| vault.add_key(second, "added").map(drop) },
    Change { name: "add recovery", act: |vault, _| vault.add_recovery_key("").map(drop) },
    Change { name: "remove", act: |vault, _| vault.remove_key(2).map(drop) },
    Change { name: "replace", act: |vault, second| vault.replace_key(1, second).map(drop) },
    Change {
        name: "rotate",
        act: |vault, _| {
            let keep = Unlock::KeyFile(vault.dir().with_file_name("key"));
            let rotated = vault.rotate_root(&keep)?;
            rotated.pending.map_or(Ok(()), Err)
        },
    },
];

/// A vault with a chunk, a record, and a second key file that is not one of its keys.
fn prepared() -> super::Place {
    let place = super::Place::new();
    let vault = place.create();
    vault.put(ChunkKind::Node, CHUNK).unwrap();
    vault.append(1, b"before").unwrap();
    let Unlock::KeyFile(path) = second(&place) else { unreachable!() };
    crate::store::unlock::ensure_key_file(&RealFs, &path, &SeededRandom::new(77)).unwrap();
    place
}

/// The operations of a change, counted from the first of the disk.
fn operations(change: &Change) -> (u64, u64) {
    let place = prepared();
    let disk = FaultyFs::new(None);
    let (vault, _) = Vault::open(&place.dir, env_on(Arc::new(disk.clone()), 2), &place.unlock).unwrap();
    let before = disk.operations();
    (change.act)(&vault, &second(&place)).unwrap();
    (before + 1, disk.operations())
}

fn survive(change: &Change, plan: Plan, loss: Loss) {
    let context = format!("{}: {plan:?} {loss:?}", change.name);
    let place = prepared();
    let disk = FaultyFs::new(Some(plan));
    let (vault, _) = Vault::open(&place.dir, env_on(Arc::new(disk.clone()), 2), &place.unlock).unwrap();
    let outcome = (change.act)(&vault, &second(&place));
    // A full disk does not hinder an fsync.
    assert!(outcome.is_err() || plan.fault == Fault::NoSpace, "{context}: the fault was not noticed");
    if plan.fault != Fault::PowerCut {
        assert_eq!(vault.get(ChunkKind::Node, &id(&vault)).unwrap(), CHUNK, "{context}");
    }
    drop(vault);
    if plan.fault == Fault::PowerCut {
        disk.restart(loss).unwrap();
    }
    let keys = [place.unlock.clone(), second(&place)];
    let opened = keys.iter().find_map(|unlock| match Vault::open(&place.dir, env(3), unlock) {
        Ok(opened) => Some((opened, unlock)),
        Err(VaultError::WrongKey { .. }) => None,
        Err(error) => panic!("{context}: {error}"),
    });
    let ((vault, notes), unlock) = opened.unwrap_or_else(|| panic!("{context}: no key opens it"));
    assert!(!notes.iter().any(|note| note.contains("DAMAGE")), "{context}: {notes:?}");
    assert_eq!(vault.get(ChunkKind::Node, &id(&vault)).unwrap(), CHUNK, "{context}");
    vault.append(1, b"after").unwrap();
    vault.put(ChunkKind::Node, b"another").unwrap();
    drop(vault);
    let (vault, notes) = Vault::open(&place.dir, env(4), unlock).unwrap();
    assert_eq!(notes, Vec::<String>::new(), "{context}");
    let entries: Vec<Vec<u8>> = vault.entries(1).unwrap().into_iter().map(|entry| entry.payload).collect();
    assert_eq!(entries, [b"before".to_vec(), b"after".to_vec()], "{context}");
    assert_eq!(vault.verify(true, &mut |_, _| ()).unwrap().damages, [], "{context}");
    // And the change can be made now.
    if unlock_is_first(&place, unlock) {
        (change.act)(&vault, &second(&place)).unwrap_or_else(|error| {
            assert!(matches!(error, VaultError::NoSuchKey(2)), "{context}: {error}");
        });
    }
}

fn unlock_is_first(place: &super::Place, unlock: &Unlock) -> bool {
    let path = |unlock: &Unlock| match unlock {
        Unlock::KeyFile(path) => path.clone(),
        _ => PathBuf::new(),
    };
    path(&place.unlock) == path(unlock)
}

fn id(vault: &Vault) -> crate::base::hash::Hash {
    vault.keys.chunk_id(ChunkKind::Node, CHUNK)
}

fn each(mut act: impl FnMut(&Change, u64)) {
    for change in &CHANGES {
        let (first, last) = operations(change);
        assert!(last - first >= 5, "{} does {} operations", change.name, last - first + 1);
        (first..=last).for_each(|at| act(change, at));
    }
}

#[test]
fn a_power_cut_leaves_the_old_keys_or_the_new_ones() {
    each(|change, at| {
        let plan = Plan { at, fault: Fault::PowerCut, lasting: true };
        for loss in [Loss::None, Loss::All, Loss::Torn(at), Loss::Torn(at + 1000)] {
            survive(change, plan, loss);
        }
    });
}

#[test]
fn a_disk_that_fails_leaves_the_old_keys_or_the_new_ones() {
    each(|change, at| {
        for lasting in [false, true] {
            survive(change, Plan { at, fault: Fault::Io, lasting }, Loss::None);
        }
    });
}

#[test]
fn a_full_disk_leaves_the_old_keys_or_the_new_ones() {
    each(|change, at| survive(change, Plan { at, fault: Fault::NoSpace, lasting: true }, Loss::None));
}

#[test]
fn a_rotation_cut_off_before_the_log_knows_is_completed_by_the_next_write() {
    let rotate = CHANGES.iter().find(|change| change.name == "rotate").unwrap();
    let (_, last) = operations(rotate);
    let place = prepared();
    // The last two operations write the record and make it durable.
    let disk = FaultyFs::new(Some(Plan { at: last - 1, fault: Fault::PowerCut, lasting: true }));
    let (vault, _) = Vault::open(&place.dir, env_on(Arc::new(disk.clone()), 2), &place.unlock).unwrap();
    let fresh = vault.rotate_root(&place.unlock).unwrap();
    assert!(fresh.pending.is_some());
    drop(vault);
    disk.restart(Loss::All).unwrap();
    // The recovery key was handed out although the log could not be written.
    let recovery = Unlock::Recovery(Secret::new(fresh.recovery.expose()));
    let (vault, notes) = Vault::open(&place.dir, env(3), &recovery).unwrap();
    assert!(notes.iter().any(|note| note.contains("the next write completes it")), "{notes:?}");
    assert_eq!(vault.entries(255).unwrap(), []);
    vault.put(ChunkKind::Node, b"sealed under the new key").unwrap();
    assert_eq!(vault.entries(255).unwrap().len(), 1);
    assert!(place.dir.join("packs/00000002.pack").exists());
}

#[test]
fn a_vault_of_format_1_is_brought_to_format_2_or_stays_as_it_was() {
    let upgrade = |disk: FaultyFs, place: &super::Place| {
        Vault::open(&place.dir, env_on(Arc::new(disk), 2), &place.unlock)
    };
    let count = || {
        let place = super::fixture::copy("vault-v1");
        let disk = FaultyFs::new(None);
        drop(upgrade(disk.clone(), &place).unwrap());
        disk.operations()
    };
    for at in 1..=count() {
        for loss in [Loss::All, Loss::Torn(at)] {
            let place = super::fixture::copy("vault-v1");
            let disk = FaultyFs::new(Some(Plan { at, fault: Fault::PowerCut, lasting: true }));
            drop(upgrade(disk.clone(), &place));
            disk.restart(loss).unwrap();
            let (vault, _) = place.open();
            assert_eq!(vault.entries(200).unwrap().len(), 1, "{at} {loss:?}");
            drop(vault);
            place.reopen().append(1, b"goes on").unwrap();
        }
    }
}

#[test]
fn a_vault_of_format_1_on_a_full_disk_is_read_and_not_written() {
    let place = super::fixture::copy("vault-v1");
    let open = |disk: FaultyFs| Vault::open(&place.dir, env_on(Arc::new(disk), 2), &place.unlock).unwrap();
    // What an opening takes that has nothing to change.
    let needed = {
        let current = super::fixture::copy("vault-v2");
        let disk = FaultyFs::new(None);
        drop(Vault::open(&current.dir, env_on(Arc::new(disk.clone()), 2), &current.unlock).unwrap());
        disk.operations()
    };
    let (vault, notes) =
        open(FaultyFs::new(Some(Plan { at: needed + 1, fault: Fault::NoSpace, lasting: true })));
    assert!(notes.iter().any(|note| note.contains("still has format 1")), "{notes:?}");
    assert_eq!(vault.entries(200).unwrap().len(), 1);
    assert!(vault.append(1, b"no").is_err());
    drop(vault);
    let (vault, notes) = open(FaultyFs::new(None));
    assert!(notes.iter().any(|note| note.contains("now has format 2")), "{notes:?}");
    vault.append(1, b"yes").unwrap();
}
