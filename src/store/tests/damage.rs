//! Files that are not as they were written: noticed, named, and survived where there is a second copy.

use super::*;
use crate::base::hash::Hash;
use crate::store::chunks::{ChunkError, ChunkKind, Chunks};
use crate::store::error::VaultError;
use crate::store::verify::Damage;

/// A closed vault with some chunks and entries; the chunks' ids and contents.
pub(super) fn filled(place: &super::Place) -> Vec<(Hash, Vec<u8>)> {
    let vault = place.create();
    let chunks = (0_u32..40)
        .map(|n| {
            let plain = format!("chunk {n} ").repeat(20).into_bytes();
            (vault.put(ChunkKind::Node, &plain).unwrap(), plain)
        })
        .collect();
    vault.append(1, b"first").unwrap();
    vault.append(1, b"second").unwrap();
    vault.append(1, b"third").unwrap();
    chunks
}

fn assert_answers(vault: &Vault, chunks: &[(Hash, Vec<u8>)]) {
    for (id, plain) in chunks {
        assert!(vault.has(id).unwrap());
        assert_eq!(&vault.get(ChunkKind::Node, id).unwrap(), plain);
    }
    assert_eq!(vault.entries(1).unwrap().len(), 3);
    assert_eq!(vault.stats().unwrap().chunks, chunks.len() as u64);
    assert_eq!(vault.verify(true, &mut |_, _| ()).unwrap().damages, []);
}

pub(super) fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

fn damages(place: &super::Place) -> Vec<Damage> {
    let (vault, _) = place.open();
    vault.verify(true, &mut |_, _| ()).unwrap().damages
}

pub(super) fn refusal(place: &super::Place) -> VaultError {
    Vault::open(&place.dir, env(2), &place.unlock).err().expect("the vault should not open")
}

#[test]
fn a_vault_without_its_index_answers_the_same() {
    let place = super::Place::new();
    let chunks = filled(&place);
    std::fs::remove_dir_all(place.dir.join("index")).unwrap();
    let (vault, notes) = place.open();
    assert!(notes[0].contains("index was built anew"), "{notes:?}");
    assert_answers(&vault, &chunks);
    let report = vault.rebuild_index().unwrap();
    assert_eq!((report.chunks, report.packs), (40, 1));
    assert_answers(&vault, &chunks);
    drop(vault);
    assert_answers(&place.reopen(), &chunks);
}

#[test]
fn an_index_that_is_damaged_anywhere_changes_no_answer() {
    let place = super::Place::new();
    let chunks = filled(&place);
    let db = place.dir.join("index/db");
    let whole = std::fs::read(&db).unwrap();
    let cuts = [0, 1, 100, whole.len() / 2];
    let cut = cuts.map(|len| whole[..len].to_vec());
    let flipped = (1..12).map(|n| {
        let mut bytes = whole.clone();
        // The written part lies at the beginning; the rest of the segment is empty.
        bytes[n * 400] ^= 0x55;
        bytes
    });
    for bytes in cut.into_iter().chain(flipped) {
        std::fs::write(&db, bytes).unwrap();
        let (vault, _) = place.open();
        for (id, plain) in &chunks {
            assert_eq!(&vault.get(ChunkKind::Node, id).unwrap(), plain);
        }
        vault.rebuild_index().unwrap();
        assert_answers(&vault, &chunks);
    }
}

#[cfg(unix)]
#[test]
fn a_disk_that_takes_no_index_is_read_without_one() {
    let place = super::Place::new();
    let chunks = filled(&place);
    let index = place.dir.join("index");
    std::fs::remove_dir_all(&index).unwrap();
    // Nobody can make a folder behind a link that leads nowhere.
    std::os::unix::fs::symlink("/nowhere/at/all", &index).unwrap();
    let (vault, notes) = place.open();
    assert!(notes.iter().any(|note| note.contains("cannot be kept on the disk")), "{notes:?}");
    assert_answers(&vault, &chunks);
    drop(vault);
    std::fs::remove_file(&index).unwrap();
    drop(place.open());
    assert_answers(&place.reopen(), &chunks);
}

#[test]
fn an_unfinished_snapshot_of_sled_does_no_harm() {
    let place = super::Place::new();
    let chunks = filled(&place);
    std::fs::write(place.dir.join("index/snap.00000000000000FF.generating"), b"").unwrap();
    assert_answers(&place.reopen(), &chunks);
}

#[test]
fn an_index_that_is_ahead_of_the_packs_is_built_anew() {
    let place = super::Place::new();
    let vault = place.create();
    vault.append(1, b"only the log").unwrap();
    let lost = vault.put(ChunkKind::Node, b"never vouched for").unwrap();
    drop(vault);
    // The pack of a copy that was taken while the vault was in use.
    std::fs::remove_file(place.dir.join("packs/00000001.pack")).unwrap();
    let (vault, _) = place.open();
    assert!(!vault.has(&lost).unwrap());
    assert_eq!(vault.put(ChunkKind::Node, b"never vouched for").unwrap(), lost);
    assert_eq!(vault.get(ChunkKind::Node, &lost).unwrap(), b"never vouched for");
}

#[test]
fn every_flipped_byte_of_a_pack_is_found_with_file_and_offset() {
    let place = super::Place::new();
    let vault = place.create();
    let ids = [b"one", b"two"].map(|plain| vault.put(ChunkKind::Node, plain).unwrap());
    vault.append(1, b"").unwrap();
    drop(vault);
    let pack = place.dir.join("packs/00000001.pack");
    let whole = std::fs::read(&pack).unwrap();
    let second = 24 + (whole.len() - 24) / 2;
    for at in (0..whole.len()).step_by(3) {
        edit(&pack, |bytes| bytes[at] ^= 0x10);
        let found = damages(&place);
        std::fs::write(&pack, &whole).unwrap();
        let start = if at < 24 {
            0
        } else if at < second {
            24
        } else {
            second as u64
        };
        let hit = found.iter().find(|damage| damage.file == pack && damage.offset == start);
        let hit = hit.unwrap_or_else(|| panic!("byte {at}: {found:?}"));
        if let Some(chunk) = hit.chunk {
            assert_eq!(chunk, ids[usize::from(start != 24)]);
        }
    }
}

#[test]
fn a_damaged_chunk_is_never_given_out_and_the_others_are() {
    let place = super::Place::new();
    let chunks = filled(&place);
    let pack = place.dir.join("packs/00000001.pack");
    edit(&pack, |bytes| bytes[24 + 45 + 30] ^= 1);
    let vault = place.reopen();
    let error = vault.get(ChunkKind::Node, &chunks[0].0).unwrap_err();
    let ChunkError::Damaged { id, detail } = &error else { panic!("{error}") };
    assert_eq!(*id, chunks[0].0);
    assert!(detail.contains("00000001.pack at byte 24"), "{detail}");
    assert_eq!(vault.get(ChunkKind::Node, &chunks[1].0).unwrap(), chunks[1].1);
}

#[test]
fn chunks_cannot_be_swapped() {
    let place = super::Place::new();
    let vault = place.create();
    let ids = [b"one", b"two"].map(|plain| vault.put(ChunkKind::Node, plain).unwrap());
    vault.append(1, b"").unwrap();
    drop(vault);
    edit(&place.dir.join("packs/00000001.pack"), |bytes| {
        let half = (bytes.len() - 24) / 2;
        bytes[24..].rotate_left(half);
    });
    let (vault, _) = place.open();
    vault.rebuild_index().unwrap();
    for id in &ids {
        assert!(matches!(vault.get(ChunkKind::Node, id), Err(ChunkError::Damaged { .. })));
    }
}

#[test]
fn a_pack_that_lost_acknowledged_bytes_is_reported_and_never_written_to() {
    let place = super::Place::new();
    let chunks = filled(&place);
    let pack = place.dir.join("packs/00000001.pack");
    edit(&pack, |bytes| bytes.truncate(bytes.len() - 10));
    let kept = std::fs::read(&pack).unwrap();
    let (vault, notes) = place.open();
    assert!(notes.iter().any(|note| note.contains("DAMAGE") && note.contains("00000001.pack")), "{notes:?}");
    let (last, content) = &chunks[39];
    assert!(vault.get(ChunkKind::Node, last).is_err());
    // The next backup stores it again.
    vault.put(ChunkKind::Node, content).unwrap();
    assert_eq!(&vault.get(ChunkKind::Node, last).unwrap(), content);
    vault.append(1, b"more").unwrap();
    assert_eq!(std::fs::read(&pack).unwrap(), kept);
    assert!(place.dir.join("packs/00000002.pack").exists());
}

#[test]
fn chunks_that_the_index_has_and_no_pack_are_reported() {
    let place = super::Place::new();
    let vault = place.create();
    vault.append(1, b"").unwrap();
    vault.put(ChunkKind::Node, b"first").unwrap();
    vault.sync().unwrap();
    let pack = place.dir.join("packs/00000001.pack");
    let end = std::fs::read(&pack).unwrap().len();
    let second = vault.put(ChunkKind::Node, b"second").unwrap();
    vault.sync().unwrap();
    edit(&pack, |bytes| bytes.truncate(end));
    let found = vault.verify(false, &mut |_, _| ()).unwrap().damages;
    let [lost] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((&lost.file, lost.offset, lost.chunk), (&pack, end as u64, Some(second)));
}

#[test]
fn a_pack_that_cannot_be_read_is_reported_and_the_rest_is_verified() {
    let place = super::Place::new();
    filled(&place);
    let vault = place.reopen();
    let pack = place.dir.join("packs/00000001.pack");
    std::fs::remove_file(&pack).unwrap();
    std::fs::create_dir(&pack).unwrap();
    let report = vault.verify(true, &mut |_, _| ()).unwrap();
    assert_eq!((&report.damages[0].file, report.records), (&pack, 3), "{report:?}");
}

#[test]
fn verification_tells_how_far_it_is() {
    let place = super::Place::new();
    filled(&place);
    let mut told = Vec::new();
    let report = place.reopen().verify(true, &mut |done, total| told.push((done, total))).unwrap();
    assert_eq!((report.chunks, report.packs, report.records), (40, 1, 3));
    assert!(told.is_sorted() && told.len() > 40);
    let (done, total) = told.last().unwrap();
    assert_eq!(done, total);
}

#[test]
fn a_missing_pack_is_named() {
    let place = super::Place::new();
    filled(&place);
    std::fs::remove_file(place.dir.join("packs/00000001.pack")).unwrap();
    let (vault, notes) = place.open();
    assert!(notes.iter().any(|note| note.contains("00000001.pack is missing")), "{notes:?}");
    let found = vault.verify(false, &mut |_, _| ()).unwrap().damages;
    assert!(found.iter().any(|damage| damage.what == "the file is missing"), "{found:?}");
}

#[test]
fn damage_inside_the_log_is_refused_and_nothing_is_cut() {
    let place = super::Place::new();
    filled(&place);
    let log = place.dir.join("catalogue.log");
    let whole = std::fs::read(&log).unwrap();
    for at in (0..whole.len()).step_by(7) {
        edit(&log, |bytes| bytes[at] ^= 0x20);
        let error = refusal(&place);
        let VaultError::Damaged { file, offset, .. } = &error else { panic!("byte {at}: {error}") };
        assert_eq!(file, &log);
        assert!(*offset <= at as u64, "byte {at}: {error}");
        assert_eq!(std::fs::read(&log).unwrap().len(), whole.len(), "byte {at}");
        std::fs::write(&log, &whole).unwrap();
    }
    place.reopen();
}

#[test]
fn a_zeroed_sector_in_the_middle_of_the_log_is_damage_and_not_a_torn_end() {
    let place = super::Place::new();
    let vault = place.create();
    vault.append(1, &[1; 2000]).unwrap();
    vault.append(1, &[2; 2000]).unwrap();
    drop(vault);
    let log = place.dir.join("catalogue.log");
    let len = std::fs::read(&log).unwrap().len();
    edit(&log, |bytes| bytes[512..1024].fill(0));
    assert!(matches!(refusal(&place), VaultError::Damaged { offset: 20, .. }));
    assert_eq!(std::fs::read(&log).unwrap().len(), len);
}

#[test]
fn a_log_that_has_lost_acknowledged_records_is_refused_and_left_alone() {
    let place = super::Place::new();
    let vault = place.create();
    vault.append(1, b"first").unwrap();
    let log = place.dir.join("catalogue.log");
    let first = std::fs::read(&log).unwrap().len();
    vault.append(1, b"second").unwrap();
    drop(vault);
    let whole = std::fs::read(&log).unwrap();
    for len in first..whole.len() {
        std::fs::write(&log, &whole[..len]).unwrap();
        let error = refusal(&place);
        assert!(matches!(&error, VaultError::Damaged { file, .. } if *file == log), "{len}: {error}");
        assert_eq!(std::fs::read(&log).unwrap().len(), len);
    }
    std::fs::write(&log, &whole).unwrap();
    assert_eq!(place.reopen().entries(1).unwrap().len(), 2);
}

#[test]
fn a_record_of_another_past_is_refused() {
    let place = super::Place::new();
    place.create().append(1, b"common").unwrap();
    let log = place.dir.join("catalogue.log");
    let common = std::fs::read(&log).unwrap();
    let histories = [3, 4].map(|seed| {
        std::fs::write(&log, &common).unwrap();
        let _ = std::fs::remove_dir_all(place.dir.join("index"));
        let (vault, _) = Vault::open(&place.dir, env(seed), &place.unlock).unwrap();
        vault.append(1, b"second").unwrap();
        let second = std::fs::read(&log).unwrap().len();
        vault.append(1, b"third").unwrap();
        (std::fs::read(&log).unwrap(), second)
    });
    let [(one, second), (other, _)] = &histories;
    std::fs::write(&log, [&one[..*second], &other[*second..]].concat()).unwrap();
    let error = refusal(&place).to_string();
    assert!(error.contains("does not follow from the one before it"), "{error}");
}

#[test]
fn a_log_cut_inside_its_last_record_opens_and_says_so() {
    let place = super::Place::new();
    let vault = place.create();
    vault.append(1, b"kept").unwrap();
    let log = place.dir.join("catalogue.log");
    let kept = std::fs::read(&log).unwrap().len();
    vault.append(1, b"torn").unwrap();
    drop(vault);
    let whole = std::fs::read(&log).unwrap();
    for len in kept + 1..whole.len() {
        std::fs::write(&log, &whole[..len]).unwrap();
        // A crash leaves an index that has not heard of the record; no index has not either.
        std::fs::remove_dir_all(place.dir.join("index")).unwrap();
        let (vault, notes) = place.open();
        assert!(notes.iter().any(|note| note.contains("catalogue.log")), "{len}: {notes:?}");
        assert_eq!(vault.entries(1).unwrap().len(), 1, "{len}");
        drop(vault);
        assert_eq!(std::fs::read(&log).unwrap().len(), kept);
    }
}
