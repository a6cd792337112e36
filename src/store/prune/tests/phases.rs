//! The two phases, their grace, and what stops a prune.

use std::time::Duration;

use super::flawed::Flawed;
use super::*;

#[test]
fn what_nothing_needs_goes_in_two_prunes_and_the_rest_stays() {
    let mut shelf = Shelf::new();
    shelf.need(0..10);
    shelf.forget(0..8);
    let before = shelf.vault().stats().unwrap().bytes;
    let first = shelf.prune(AT_ONCE);
    assert_eq!((first.doomed, first.removed, shelf.packs()), (1, 0, BTreeSet::from([1, 2])));
    shelf.check();
    let second = shelf.prune(AT_ONCE);
    assert_eq!((second.doomed, second.removed, shelf.packs()), (0, 1, BTreeSet::from([2])));
    shelf.check_all();
    assert!(shelf.vault().stats().unwrap().bytes < before / 3);
    assert_eq!(shelf.vault().stats().unwrap().chunks, 2, "the index has forgotten the others");
}

#[test]
fn a_vault_without_waste_is_left_as_it_is() {
    let mut shelf = Shelf::new();
    shelf.need(0..10);
    let log = shelf.vault().lock_writer().log.last();
    assert_eq!(shelf.prune(AT_ONCE), PruneReport::default());
    assert_eq!(shelf.vault().lock_writer().log.last(), log, "not even a record is written");
}

#[test]
fn a_pack_that_was_dead_from_the_beginning_is_not_copied() {
    let mut shelf = Shelf::new();
    shelf.need(0..10);
    shelf.forget(0..10);
    let report = shelf.prune(AT_ONCE);
    assert_eq!((report.doomed, report.copied_bytes), (1, 0));
    assert_eq!(shelf.prune(AT_ONCE).removed, 1);
    assert_eq!(shelf.packs(), BTreeSet::new());
    shelf.need(20..21);
    assert_eq!(shelf.packs(), BTreeSet::from([2]), "numbers are not used twice");
    shelf.check_all();
}

#[test]
fn a_doomed_pack_stays_until_both_graces_are_over() {
    let mut shelf = Shelf::new();
    shelf.need(0..10);
    shelf.forget(0..9);
    let grace =
        |shelf: &Shelf| Grace { age: SignedDuration::from_hours(48), cycles: 2, now: Some(shelf.now()) };
    shelf.prune(grace(&shelf));
    shelf.clock.advance(Duration::from_hours(47));
    assert_eq!(shelf.prune(grace(&shelf)).waiting, 1);
    assert_eq!(shelf.prune(grace(&shelf)).removed, 0, "two prunes, too early");
    shelf.clock.advance(Duration::from_hours(1));
    assert_eq!(shelf.prune(grace(&shelf)).removed, 1);

    shelf.forget(9..10);
    shelf.prune(grace(&shelf));
    shelf.clock.advance(Duration::from_hours(480));
    assert_eq!(shelf.prune(grace(&shelf)).removed, 0, "late enough, one prune");
    assert_eq!(shelf.prune(grace(&shelf)).removed, 1);
}

#[test]
fn a_clock_that_is_not_believed_or_has_gone_back_ages_nothing() {
    let mut shelf = Shelf::new();
    shelf.need(0..10);
    shelf.forget(0..10);
    let grace = |now| Grace { age: SignedDuration::from_hours(48), cycles: 0, now };
    shelf.prune(grace(Some(shelf.now())));
    assert_eq!(shelf.prune(grace(None)).removed, 0);
    let long_ago = "1970-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(shelf.prune(grace(Some(long_ago))).removed, 0);
    let later = "2106-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(shelf.prune(grace(Some(later))).removed, 1);
}

#[test]
fn what_lies_in_a_doomed_pack_only_is_stored_again_when_it_is_put() {
    let mut shelf = Shelf::new();
    shelf.need(0..10);
    shelf.forget(0..9);
    shelf.prune(AT_ONCE);
    shelf.need([3]);
    let place = shelf.vault().locate(&shelf.needed[&3]).unwrap().unwrap();
    assert_eq!(place.pack, 2);
    assert_eq!(shelf.prune(AT_ONCE).copied_bytes, 0);
    assert_eq!(shelf.packs(), BTreeSet::from([2]));
    shelf.check_all();
}

#[test]
fn what_is_needed_again_is_copied_before_its_pack_goes() {
    let mut shelf = Shelf::new();
    shelf.need(0..10);
    let lent = shelf.needed[&4];
    shelf.forget(0..9);
    shelf.prune(AT_ONCE);
    shelf.needed.insert(4, lent);
    let report = shelf.prune(AT_ONCE);
    assert_eq!(report.removed, 1);
    assert!(report.copied_bytes > 3000);
    shelf.check_all();
}

#[test]
fn a_session_keeps_what_it_relied_on_until_it_ends() {
    let mut shelf = Shelf::new();
    shelf.need(0..10);
    let lent = shelf.needed[&4];
    shelf.forget(0..9);
    let session = shelf.vault().session();
    assert_eq!(shelf.put(4), lent, "the session relies on what is there");
    let first = shelf.prune(AT_ONCE);
    assert_eq!(first.doomed, 0, "its own pack is left alone");
    drop(session);
    shelf.reopen();

    let session = shelf.vault().session();
    shelf.vault().writer().unwrap().packs.leave(&BTreeSet::from([1])).unwrap();
    drop(session);
    let session = shelf.vault().session();
    assert_eq!(shelf.prune(AT_ONCE).doomed, 1);
    assert_eq!(shelf.prune(AT_ONCE).removed, 0, "the session is older than the dooming");
    shelf.needed.insert(4, lent);
    drop(session);
    assert_eq!(shelf.prune(AT_ONCE).removed, 1);
    shelf.check_all();
}

#[test]
fn a_session_that_began_after_the_dooming_does_not_hold_it_up() {
    let mut shelf = Shelf::new();
    shelf.need(0..10);
    shelf.forget(0..9);
    shelf.prune(AT_ONCE);
    let session = shelf.vault().session();
    assert_eq!(shelf.prune(AT_ONCE).removed, 1);
    drop(session);
    shelf.check_all();
}

#[test]
fn a_chunk_that_a_pack_holds_twice_is_needed_all_the_same() {
    let mut shelf = Shelf::new();
    shelf.need(0..3);
    for _ in 0..3 {
        shelf.vault().index.reset().unwrap();
        shelf.need([1]);
    }
    shelf.vault().rebuild_index().unwrap();
    shelf.forget([0, 2]);
    shelf.prune(AT_ONCE);
    shelf.prune(AT_ONCE);
    assert_eq!(shelf.packs(), BTreeSet::from([2]));
    assert_eq!(shelf.vault().stats().unwrap().chunks, 1);
    shelf.check_all();
}

#[test]
fn a_needed_chunk_that_is_nowhere_stops_the_prune() {
    let mut shelf = Shelf::new();
    shelf.need(0..10);
    shelf.forget(0..9);
    shelf.needed.insert(99, Hash::of(b"never stored"));
    let error = shelf.try_prune(AT_ONCE).unwrap_err();
    assert!(matches!(error, VaultError::NeededChunksMissing { count: 1 }), "{error}");
    assert_eq!(shelf.packs(), BTreeSet::from([1]));
}

#[test]
fn a_pack_that_is_gone_stops_the_prune_although_nothing_in_it_is_needed() {
    let mut shelf = Shelf::new();
    shelf.need(0..5);
    shelf.forget(0..5);
    shelf.vault().writer().unwrap().packs.leave(&BTreeSet::from([1])).unwrap();
    shelf.need(5..10);
    std::fs::remove_file(shelf.vault().files.path(1)).unwrap();
    let error = shelf.try_prune(AT_ONCE).unwrap_err();
    assert!(matches!(error, VaultError::Damaged { .. }), "{error}");
    shelf.check();
}

#[test]
fn damage_anywhere_in_a_pack_that_is_given_up_stops_the_prune_and_changes_nothing() {
    let sizes = {
        let mut shelf = Shelf::new();
        shelf.need(0..4);
        std::fs::metadata(shelf.vault().files.path(1)).unwrap().len()
    };
    for at in [30, 100, sizes / 2, sizes - 10] {
        let mut shelf = Shelf::new();
        shelf.need(0..4);
        shelf.forget(0..1);
        let path = shelf.vault().files.path(1);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[usize::try_from(at).unwrap()] ^= 0xFF;
        std::fs::write(&path, &bytes).unwrap();
        // Inside of a chunk that nothing needs, damage is nobody's loss.
        let in_dead_chunk = at == 100;
        let outcome = shelf.try_prune(AT_ONCE);
        assert_eq!(outcome.is_ok(), in_dead_chunk, "{at}: {outcome:?}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        assert!(shelf.vault().retired().doomed.is_empty() || in_dead_chunk);
    }
}

#[test]
fn a_listing_that_leaves_packs_out_makes_nothing_forgotten_or_deleted() {
    for omitted in [|name: &str| name == "00000001.pack", |name: &str| name.contains(".pack")] {
        let mut shelf = Shelf::new();
        shelf.need(0..5);
        shelf.vault().writer().unwrap().packs.leave(&BTreeSet::from([1])).unwrap();
        shelf.need(5..10);
        let fs = Arc::new(Flawed { omits: omitted, room: None });
        assert_eq!(shelf.reopen_on(fs).unwrap(), Vec::<String>::new());
        assert_eq!(shelf.vault().rebuild_index().unwrap().chunks, 10);
        shelf.forget(6..10);
        shelf.prune(AT_ONCE);
        shelf.prune(AT_ONCE);
        shelf.check();
        shelf.need(10..12);
        shelf.check_all();
    }
}

#[test]
fn a_doomed_pack_that_was_being_written_is_not_written_to_after_opening() {
    let mut shelf = Shelf::new();
    shelf.need(0..10);
    shelf.forget(0..10);
    shelf.prune(AT_ONCE);
    shelf.reopen();
    shelf.need(20..22);
    shelf.prune(AT_ONCE);
    assert_eq!(shelf.packs(), BTreeSet::from([2]));
    shelf.check_all();
}

#[test]
fn what_is_copied_after_a_rotation_is_sealed_under_the_new_key() {
    let mut shelf = Shelf::new();
    shelf.need(0..6);
    shelf.forget([0, 1, 2, 3]);
    shelf.vault().rotate_root(&shelf.unlock()).unwrap();
    for _ in 0..3 {
        shelf.try_prune(AT_ONCE).unwrap();
    }
    let first = shelf.vault().keys.first_pack();
    assert!(shelf.packs().iter().all(|pack| *pack >= first), "nothing is left under the old key");
    shelf.check_all();
    shelf.reopen();
    shelf.check_all();
}
