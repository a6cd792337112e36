//! One process at a time, and none that was away for too long.

use std::time::Duration;

use super::*;
use crate::base::clock::Clock;
use crate::store::chunks::{ChunkKind, Chunks};
use crate::store::database::Database;
use crate::store::error::VaultError;
use crate::store::holder::Holder;
use crate::store::lease::{LEASE, TAKE_OVER};

/// The shortest time that a note tells.
const INSTANT: Duration = Duration::from_micros(1);

/// An environment whose clock the test moves.
fn timed(seed: u64, clock: &Arc<ManualClock>) -> Env {
    Env { clock: Arc::clone(clock) as Arc<dyn Clock>, ..env(seed) }
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new("2026-11-21T10:00:00Z".parse().unwrap()))
}

/// A vault, open on a clock that the test moves, with one record.
fn held(place: &Place, clock: &Arc<ManualClock>) -> Vault {
    drop(place.create());
    let (vault, _) = Vault::open(&place.dir, timed(10, clock), &place.unlock).unwrap();
    vault.append(1, b"first").unwrap();
    vault
}

fn note(place: &Place) -> Option<Holder> {
    Holder::read(&RealFs, &place.dir.join("lock")).unwrap()
}

/// What another process finds that opens the vault after so long.
fn open_after(place: &Place, silence: Duration) -> Result<(Vault, Vec<String>), VaultError> {
    let later = clock();
    later.advance(silence);
    Vault::open(&place.dir, timed(20, &later), &place.unlock)
}

/// Every write is refused, and the files stay as they are.
fn assert_fenced(place: &Place, vault: &Vault, words: &str) {
    let before = written(place);
    let errors = [
        vault.append(1, b"too late").map(drop).unwrap_err().to_string(),
        vault.put(ChunkKind::Node, b"too late").map(drop).unwrap_err().to_string(),
        vault.add_recovery_key("too late").map(drop).unwrap_err().to_string(),
        vault.rotate_root(&place.unlock).map(drop).unwrap_err().to_string(),
    ];
    for error in &errors {
        assert!(error.contains("has lost its hold") && error.contains(words), "{error}");
    }
    assert!(before == written(place), "something was changed");
}

/// All files but the index, which sled keeps to itself.
fn written(place: &Place) -> Vec<(PathBuf, Vec<u8>)> {
    let index = place.dir.join("index");
    let mut files = files(&place.dir);
    files.retain(|(path, _)| !path.starts_with(&index));
    files.sort();
    files
}

#[test]
fn a_holder_is_named_and_goes_without_a_trace_of_itself() {
    let place = Place::new();
    let vault = place.create();
    let found = note(&place).unwrap();
    assert_eq!((found.pid, found.seen), (std::process::id(), 1_795_255_200_000_000));
    drop(vault);
    assert_eq!(note(&place), None);
}

#[test]
fn a_holder_that_gives_signs_of_life_is_never_replaced() {
    let place = Place::new();
    let clock = clock();
    let vault = held(&place, &clock);
    for minutes in [1, 3, 60] {
        clock.advance(Duration::from_mins(minutes));
        let now = clock.boottime();
        assert!(matches!(open_after(&place, now), Err(VaultError::Locked { .. })), "after {now:?}");
    }
    vault.append(1, b"second").unwrap();
}

#[test]
fn a_silent_holder_is_left_alone_until_it_is_surely_over() {
    let place = Place::new();
    let _stopped = held(&place, &clock());
    for silence in [Duration::ZERO, LEASE, TAKE_OVER.checked_sub(INSTANT).unwrap()] {
        assert!(matches!(open_after(&place, silence), Err(VaultError::Locked { .. })), "{silence:?}");
    }
    open_after(&place, TAKE_OVER).unwrap();
}

#[test]
fn a_holder_that_was_suspended_past_its_lease_writes_nothing_more() {
    for away in [LEASE, LEASE * 100] {
        let place = Place::new();
        let clock = clock();
        let vault = held(&place, &clock);
        clock.suspend(away);
        assert_fenced(&place, &vault, "was stopped or suspended");
        // Waking up late is no way to get it back.
        vault.hold.lease.renew();
        assert_fenced(&place, &vault, "was stopped or suspended");
        assert_eq!(vault.entries(1).unwrap().len(), 1, "reading goes on");
    }
}

#[test]
fn a_short_suspension_is_no_matter() {
    let place = Place::new();
    let clock = clock();
    let vault = held(&place, &clock);
    clock.suspend(LEASE.checked_sub(INSTANT).unwrap());
    vault.append(1, b"second").unwrap();
}

#[test]
fn a_holder_that_was_replaced_finds_out_even_where_its_own_clock_stood_still() {
    let place = Place::new();
    let replaced = held(&place, &clock());
    let (vault, _) = open_after(&place, TAKE_OVER).unwrap();
    let error = replaced.append(1, b"too late").unwrap_err();
    let VaultError::Fenced(fenced) = &error else { panic!("{error}") };
    assert!(fenced.cause.contains("has taken it over"), "{error}");
    assert_fenced(&place, &replaced, "has taken it over");
    drop(replaced);
    vault.append(1, b"second").unwrap();
    drop(vault);
    let (vault, _) = place.open();
    assert_eq!(vault.entries(1).unwrap().len(), 2);
    assert_eq!(vault.verify(true, &mut |_, _| ()).unwrap().damages, []);
}

#[test]
fn a_chunk_in_the_middle_of_a_backup_does_not_slip_through() {
    let place = Place::new();
    let clock = clock();
    let vault = held(&place, &clock);
    vault.put(ChunkKind::Node, b"opens the pack").unwrap();
    clock.suspend(TAKE_OVER);
    let pack = place.dir.join("packs/00000001.pack");
    let before = std::fs::read(&pack).unwrap();
    let error = vault.put(ChunkKind::Node, b"too late").unwrap_err();
    assert!(error.to_string().contains("has lost its hold"), "{error}");
    drop(vault);
    assert_eq!(std::fs::read(&pack).unwrap(), before);
}

#[test]
fn of_two_that_would_take_over_one_does() {
    let place = Place::new();
    let _stopped = held(&place, &clock());
    let (_first, _) = open_after(&place, TAKE_OVER).unwrap();
    let error = open_after(&place, TAKE_OVER).err().unwrap();
    assert!(matches!(error, VaultError::Locked { holder: Some(_), .. }), "{error}");
}

#[test]
fn a_take_over_that_is_under_way_keeps_others_out() {
    let place = Place::new();
    let _stopped = held(&place, &clock());
    let draft = RealFs.try_lock(&place.dir.join("lock.tmp")).unwrap().unwrap();
    assert!(matches!(open_after(&place, TAKE_OVER), Err(VaultError::Locked { .. })));
    drop(draft);
    // What a process leaves that dies while it takes over.
    open_after(&place, TAKE_OVER).unwrap();
}

/// A note of a holder on a machine whose locks this one cannot see.
fn note_from_elsewhere(place: &Place, seen: &str) {
    let seen: crate::base::clock::Timestamp = seen.parse().unwrap();
    let here = Holder::this_process(&RealFs, &SeededRandom::new(99), seen).unwrap();
    let there = Holder { host: "elsewhere".to_owned(), boot: "another start".to_owned(), ..here };
    std::fs::write(place.dir.join("lock"), there.note()).unwrap();
}

#[test]
fn a_holder_on_another_machine_counts_although_its_lock_is_not_seen() {
    let place = Place::new();
    drop(place.create());
    note_from_elsewhere(&place, "2026-11-21T09:59:00Z");
    let error = open_after(&place, Duration::ZERO).err().unwrap();
    assert!(error.to_string().contains("on elsewhere)"), "{error}");
    open_after(&place, TAKE_OVER).unwrap();
}

#[test]
fn a_holder_seen_in_the_future_is_left_alone() {
    let place = Place::new();
    drop(place.create());
    note_from_elsewhere(&place, "2106-02-07T06:28:16Z");
    assert!(matches!(open_after(&place, TAKE_OVER), Err(VaultError::Locked { .. })));
}

#[test]
fn a_dead_holder_on_this_machine_is_taken_over_at_once() {
    let place = Place::new();
    drop(place.create());
    let now = "2026-11-21T10:00:00Z".parse().unwrap();
    let dead = Holder::this_process(&RealFs, &SeededRandom::new(99), now).unwrap();
    std::fs::write(place.dir.join("lock"), dead.note()).unwrap();
    open_after(&place, Duration::ZERO).unwrap();
}

#[test]
fn a_removed_lock_file_stops_the_holder() {
    let place = Place::new();
    let vault = held(&place, &clock());
    std::fs::remove_file(place.dir.join("lock")).unwrap();
    let error = vault.append(1, b"no").unwrap_err();
    assert!(error.to_string().contains("was removed or emptied"), "{error}");
}

#[test]
fn a_full_disk_that_takes_no_note_keeps_nobody_from_making_room() {
    let place = Place::new();
    drop(place.create());
    // Nothing can be written to a file that is opened for reading, as nothing can be on a full disk.
    let (vault, _) = Vault::open(&place.dir, env_on(Arc::new(NoNotes), 30), &place.unlock).unwrap();
    assert_eq!(note(&place), None);
    vault.append(1, b"there is room elsewhere").unwrap();
    vault.hold.lease.renew();
    note_from_elsewhere(&place, "2026-11-21T10:00:00Z");
    assert!(matches!(vault.append(1, b"no"), Err(VaultError::Fenced(_))), "but not to one that came after");
}

#[test]
fn without_its_hold_a_process_changes_no_file_in_any_way() {
    let place = Place::new();
    let clock = clock();
    let vault = held(&place, &clock);
    let (fs, log) = (Arc::clone(&vault.env.fs), place.dir.join("catalogue.log"));
    let mut open = fs.append(&log).unwrap();
    clock.suspend(LEASE);
    let before = files(&place.dir);
    let refusals = [
        fs.create_dir(&place.dir.join("new")).err(),
        fs.append(&place.dir.join("new")).err(),
        open.append(b"x").err(),
        fs.truncate(&log, 0).err(),
        fs.rewrite(&log, 0).err(),
        fs.rename(&log, &place.dir.join("new")).err(),
        fs.remove(&log).err(),
        fs.remove_tree(&place.dir.join("packs")).err(),
    ];
    for (number, refusal) in refusals.into_iter().enumerate() {
        let refusal = refusal.unwrap_or_else(|| panic!("change {number} was made"));
        assert!(matches!(VaultError::io("change", &log, refusal), VaultError::Fenced(_)), "{number}");
    }
    assert!(before == files(&place.dir));
}

/// The machine's file system, with lock files that cannot be written to.
struct NoNotes;

impl Fs for NoNotes {
    fn create_dir(&self, dir: &Path) -> std::io::Result<()> {
        RealFs.create_dir(dir)
    }
    fn list(&self, dir: &Path) -> std::io::Result<Vec<String>> {
        RealFs.list(dir)
    }
    fn len(&self, path: &Path) -> std::io::Result<u64> {
        RealFs.len(path)
    }
    fn read_at(&self, path: &Path, offset: u64, len: usize) -> std::io::Result<Vec<u8>> {
        RealFs.read_at(path, offset, len)
    }
    fn append(&self, path: &Path) -> std::io::Result<Box<dyn crate::store::fs::Append>> {
        RealFs.append(path)
    }
    fn truncate(&self, path: &Path, len: u64) -> std::io::Result<()> {
        RealFs.truncate(path, len)
    }
    fn rewrite(&self, path: &Path, offset: u64) -> std::io::Result<()> {
        RealFs.rewrite(path, offset)
    }
    fn remove_tree(&self, dir: &Path) -> std::io::Result<()> {
        RealFs.remove_tree(dir)
    }
    fn database(&self, dir: &Path) -> Option<Box<dyn Database>> {
        RealFs.database(dir)
    }
    fn rename(&self, from: &Path, to: &Path) -> std::io::Result<()> {
        RealFs.rename(from, to)
    }
    fn remove(&self, path: &Path) -> std::io::Result<()> {
        RealFs.remove(path)
    }
    fn sync_dir(&self, dir: &Path) -> std::io::Result<()> {
        RealFs.sync_dir(dir)
    }
    fn is_private(&self, path: &Path) -> std::io::Result<bool> {
        RealFs.is_private(path)
    }
    fn try_lock(&self, path: &Path) -> std::io::Result<Option<std::fs::File>> {
        let locked = RealFs.try_lock(path)?;
        let file = std::fs::File::open(path)?;
        Ok(locked.map(|_| file))
    }
}
