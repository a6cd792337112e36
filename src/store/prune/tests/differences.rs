//! Chunks that rest on others.

use super::*;
use crate::store::prune::needs::Needed;
use crate::store::prune::repack::Siblings;

/// What a node rests on, by numbers.
fn rests_on(shelf: &Shelf, n: u32, among: std::ops::Range<u32>) -> Option<u32> {
    let id = shelf.vault().keys.chunk_id(kind(n), &content(n));
    let (_, base) = shelf.vault().rests_on(ChunkKind::Node, &id).unwrap()?;
    among.into_iter().find(|n| shelf.vault().keys.chunk_id(kind(*n), &content(*n)) == base)
}

const ALL: std::ops::Range<u32> = NODES..NODES + 9;

#[test]
fn what_stays_keeps_what_it_rests_on() {
    let mut shelf = Shelf::new();
    shelf.need([NODES, 1, 2, 3, 4, 5, 6]);
    shelf.vault().writer().unwrap().packs.leave(&BTreeSet::from([1])).unwrap();
    shelf.need([NODES + 1, 11, 12, 13, 14, 15]);
    assert_eq!(rests_on(&shelf, NODES + 1, ALL), Some(NODES));
    shelf.forget([NODES, 1, 2, 3, 4, 5, 6]);
    shelf.prune(AT_ONCE);
    shelf.prune(AT_ONCE);
    assert_eq!(shelf.packs(), BTreeSet::from([2]));
    assert_eq!(rests_on(&shelf, NODES + 1, ALL), Some(NODES));
    assert_eq!(shelf.vault().stats().unwrap().chunks, 7);
    shelf.check_all();
}

#[test]
fn what_is_copied_rests_on_what_is_needed_or_on_nothing() {
    let mut shelf = Shelf::new();
    shelf.need(NODES..NODES + 5);
    shelf.forget([NODES, NODES + 2, NODES + 3]);
    shelf.prune(AT_ONCE);
    shelf.prune(AT_ONCE);
    assert_eq!(rests_on(&shelf, NODES + 1, ALL), None);
    assert_eq!(rests_on(&shelf, NODES + 4, ALL), Some(NODES + 1), "the nearest that is needed");
    assert_eq!(shelf.vault().stats().unwrap().chunks, 2);
    shelf.check_all();
}

#[test]
fn a_chain_that_is_as_long_as_may_be_begins_anew_at_its_ground() {
    let mut shelf = Shelf::new();
    shelf.need(NODES..NODES + 12);
    assert_eq!(rests_on(&shelf, NODES + 8, NODES..NODES + 12), Some(NODES + 7), "the eighth difference");
    assert_eq!(rests_on(&shelf, NODES + 9, NODES..NODES + 12), Some(NODES));
    assert_eq!(rests_on(&shelf, NODES + 10, NODES..NODES + 12), Some(NODES + 9));
    shelf.check_all();
}

#[test]
fn what_rested_on_the_same_that_goes_stays_a_difference_to_one_of_them() {
    let mut shelf = Shelf::new();
    shelf.need(NODES..NODES + 10);
    shelf.forget((NODES..NODES + 10).filter(|n| ![NODES + 1, NODES + 9].contains(n)));
    let before = shelf.vault().stats().unwrap().bytes;
    shelf.prune(AT_ONCE);
    shelf.prune(AT_ONCE);
    assert_eq!(rests_on(&shelf, NODES + 1, NODES..NODES + 10), None);
    assert_eq!(rests_on(&shelf, NODES + 9, NODES..NODES + 10), Some(NODES + 1));
    assert_eq!(shelf.vault().stats().unwrap().chunks, 2);
    assert!(shelf.vault().stats().unwrap().bytes < before, "the second took a few bytes again");
    shelf.check_all();
}

#[test]
fn a_chain_over_many_packs_goes_as_a_whole_when_nothing_of_it_is_needed() {
    let mut shelf = Shelf::new();
    for n in ALL {
        shelf.need([n]);
        let pack = shelf.vault().lock_writer().packs.number();
        shelf.vault().writer().unwrap().packs.leave(&BTreeSet::from([pack])).unwrap();
    }
    shelf.need([1]);
    shelf.forget(ALL.start..ALL.end - 1);
    assert_eq!(shelf.prune(AT_ONCE).doomed, 0, "the end rests on all others");
    shelf.forget(ALL);
    assert_eq!(shelf.prune(AT_ONCE).doomed, 9);
    shelf.prune(AT_ONCE);
    assert_eq!((shelf.packs().len(), shelf.vault().stats().unwrap().chunks), (1, 1));
    shelf.check_all();
}

#[test]
fn a_pack_is_not_removed_before_what_rests_on_it_was_copied() {
    let mut shelf = Shelf::new();
    shelf.need([NODES]);
    shelf.vault().writer().unwrap().packs.leave(&BTreeSet::from([1])).unwrap();
    shelf.need([NODES + 1]);
    let upper = shelf.needed[&(NODES + 1)];
    shelf.forget(ALL);
    assert_eq!(shelf.prune(AT_ONCE).doomed, 2);
    // Needed again, in the second pack; what it rests on lies in the first.
    shelf.needed.insert(NODES + 1, upper);
    assert_eq!(shelf.prune(AT_ONCE).removed, 2);
    shelf.check_all();
}

#[test]
fn what_is_stored_again_does_not_rest_on_what_rests_on_it() {
    let mut shelf = Shelf::new();
    shelf.need([NODES, NODES + 1, 1, 2, 3]);
    let upper = shelf.needed[&(NODES + 1)];
    let session = shelf.vault().session();
    shelf.vault().writer().unwrap().packs.leave(&BTreeSet::from([1])).unwrap();
    drop(session);
    shelf.forget([NODES, NODES + 1, 1, 2, 3]);
    shelf.prune(AT_ONCE);
    // Somebody had relied on the upper one, and says so only now.
    shelf.needed.insert(NODES + 1, upper);
    shelf.need([NODES + 2, NODES]);
    assert_eq!(rests_on(&shelf, NODES, ALL), None);
    shelf.check();
    shelf.prune(AT_ONCE);
    shelf.check_all();
}

#[test]
fn nothing_new_rests_on_what_is_doomed() {
    let mut shelf = Shelf::new();
    shelf.need([NODES, 1, 2, 3]);
    shelf.forget([NODES, 2, 3]);
    shelf.prune(AT_ONCE);
    shelf.need([NODES + 1]);
    assert_eq!(rests_on(&shelf, NODES + 1, ALL), None);
    shelf.prune(AT_ONCE);
    assert_eq!(shelf.packs(), BTreeSet::from([2]));
    shelf.check_all();
}

/// As what a prune copies out of `pack` while `leaving` are to go, before it breaks off.
fn copy_only(shelf: &Shelf, pack: u32, leaving: &BTreeSet<u32>) {
    let prune = shelf.vault().begin_prune(AT_ONCE).unwrap();
    let rests = prune.rests().unwrap();
    let mut live = LiveSet::default();
    live.extend(shelf.needed.values());
    let needed = Needed::while_gone(&live, &rests, leaving);
    shelf.vault().copy_needed(pack, &needed, leaving, &mut Siblings::default()).unwrap();
}

#[test]
fn a_copy_is_never_deeper_than_what_others_rest_on() {
    let mut shelf = Shelf::new();
    let end_pack = |shelf: &Shelf| shelf.vault().writer().unwrap().packs.end_pack().unwrap();
    shelf.need([NODES]);
    let ground = shelf.last_node.get();
    shelf.need([NODES + 1, 1, 2]);
    end_pack(&shelf);
    shelf.last_node.set(ground);
    shelf.need([NODES + 2, 3, 4]);
    end_pack(&shelf);
    shelf.forget([NODES, 1, 2, 3, 4]);
    // A prune of both packs breaks off after it has copied the upper one, which stands by itself now.
    copy_only(&shelf, 2, &BTreeSet::from([1, 2]));
    assert_eq!(rests_on(&shelf, NODES + 2, ALL), None);
    shelf.need([NODES + 3, 5, 6]);
    assert_eq!(rests_on(&shelf, NODES + 3, ALL), Some(NODES + 2));
    end_pack(&shelf);
    shelf.forget([5, 6]);
    shelf.prune(AT_ONCE);
    shelf.prune(AT_ONCE);
    shelf.reopen();
    shelf.vault().rebuild_index().unwrap();
    shelf.check_all();
}
