//! On a full disk.

use super::flawed::{Flawed, size};
use super::*;
use crate::store::error::VaultError;

/// A vault on a disk without room for another byte: a dead pack, and one of which a fifth is needed.
fn crowded() -> Shelf {
    let mut shelf = Shelf::new();
    shelf.need(0..20);
    shelf.vault().writer().unwrap().packs.leave(&BTreeSet::from([1])).unwrap();
    shelf.need(20..40);
    shelf.forget(0..36);
    shelf.reopen();
    let room = Some((shelf.dir(), size(&shelf.dir())));
    shelf.reopen_on(Arc::new(Flawed { omits: |_| false, room })).unwrap();
    shelf
}

#[test]
fn a_prune_makes_room_for_itself() {
    let mut shelf = crowded();
    assert!(matches!(shelf.vault().append(1, &[0; 5000]), Err(VaultError::DiskFull { .. })));
    let first = shelf.prune(AT_ONCE);
    assert_eq!((first.doomed, first.without_room), (1, 1), "what costs nothing comes first");
    let second = shelf.prune(AT_ONCE);
    assert_eq!((second.removed, second.doomed, second.without_room), (1, 1, 0));
    assert_eq!(shelf.prune(AT_ONCE).removed, 1);
    shelf.check_all();
    assert_eq!(shelf.vault().stats().unwrap().chunks, 4);
}

#[test]
fn what_leads_to_space_is_written_at_the_cost_of_the_index() {
    let mut shelf = crowded();
    assert!(matches!(shelf.vault().append(7, b"forgotten"), Err(VaultError::DiskFull { .. })));
    shelf.vault().append_if_full(7, b"forgotten").unwrap();
    shelf.check();
    assert_eq!(shelf.vault().verify(true, &mut |_, _| ()).unwrap().damages, []);
    let notes = shelf.reopen();
    assert!(notes.iter().all(|note| note.contains("index")), "{notes:?}");
    assert_eq!(shelf.vault().entries(7).unwrap().len(), 1);
    shelf.check_all();
}
