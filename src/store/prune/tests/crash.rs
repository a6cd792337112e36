//! Whatever fails at whichever operation of either phase: what is needed is there, and pruning again ends it.

use super::*;
use crate::store::faulty::{Fault, FaultyFs, Loss, Plan};

/// A vault with two packs: what is needed of the first must be copied, the second is dead. Both phases follow.
fn prepare(disk: &FaultyFs) -> Shelf {
    let mut shelf = Shelf::on(Arc::new(disk.clone())).unwrap();
    shelf.need(0..6);
    shelf.need(NODES..NODES + 4);
    shelf.vault().writer().unwrap().packs.leave(&BTreeSet::from([1])).unwrap();
    shelf.need(6..9);
    shelf.forget([0, 1, 2, 4, 6, 7, 8, NODES, NODES + 2]);
    shelf
}

fn work(shelf: &mut Shelf) -> Result<(), VaultError> {
    let lent = shelf.put(4);
    shelf.try_prune(AT_ONCE)?;
    // Needed again, and only in a doomed pack.
    shelf.needed.insert(4, lent);
    shelf.try_prune(AT_ONCE)?;
    shelf.try_prune(AT_ONCE).map(drop)
}

/// The operations of the work, counted from the first of the disk.
fn operations() -> std::ops::RangeInclusive<u64> {
    let disk = FaultyFs::new(None);
    let mut shelf = prepare(&disk);
    let before = disk.operations();
    work(&mut shelf).unwrap();
    before + 1..=disk.operations()
}

fn survive(plan: Plan, loss: Loss) {
    let context = format!("{plan:?} {loss:?}");
    let disk = FaultyFs::new(None);
    let mut shelf = prepare(&disk);
    disk.fail(plan);
    let outcome = work(&mut shelf);
    shelf.vault = None;
    if plan.fault == Fault::PowerCut {
        disk.restart(loss).unwrap();
    }
    let notes = shelf.reopen();
    assert!(!notes.iter().any(|note| note.contains("DAMAGE")), "{context}: {notes:?}");
    assert_eq!(shelf.reopen(), Vec::<String>::new(), "{context}");
    shelf.check();
    for _ in 0..3 {
        shelf.try_prune(AT_ONCE).unwrap_or_else(|error| panic!("{context}, after {outcome:?}: {error}"));
    }
    shelf.check_all();
    let stats = shelf.vault().stats().unwrap();
    assert_eq!((stats.chunks, shelf.packs().len()), (shelf.needed.len() as u64, 1), "{context}");
}

#[test]
fn a_power_cut_that_loses_all_that_was_not_durable() {
    for at in operations() {
        survive(Plan { at, fault: Fault::PowerCut, lasting: true }, Loss::All);
    }
}

#[test]
fn a_power_cut_that_tears_what_was_not_durable() {
    for at in operations() {
        for seed in 0..2 {
            survive(Plan { at, fault: Fault::PowerCut, lasting: true }, Loss::Torn(seed * 1000 + at));
        }
    }
}

#[test]
fn a_process_that_dies() {
    for at in operations() {
        survive(Plan { at, fault: Fault::PowerCut, lasting: true }, Loss::None);
    }
}

#[test]
fn a_disk_that_is_full_or_fails_once_or_for_good() {
    for at in operations() {
        for fault in [Fault::NoSpace, Fault::Io] {
            for lasting in [false, true] {
                survive(Plan { at, fault, lasting }, Loss::All);
            }
        }
    }
}
