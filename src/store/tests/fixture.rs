//! Vaults that earlier builds wrote are read by this one, and the newest is written again byte for byte.
//!
//! `BOARDVAULT_BLESS=1` writes `vault-v2` anew. The only good reason within a format is a new encoding of chunks
//! that earlier programs of the format cannot have written; vaults of older formats stay as they are for ever.

use super::*;
use crate::base::hash::Hash;
use crate::store::chunks::{ChunkKind, Chunks};
use crate::store::header::{Header, Unreadable};

/// The kinds and contents in the stored vaults.
fn chunks() -> [(ChunkKind, Vec<u8>); 4] {
    [
        (ChunkKind::Node, b"a node".to_vec()),
        (ChunkKind::Piece, vec![7; 100_000]),
        (ChunkKind::Blob, Vec::new()),
        (ChunkKind::Document, b"{\"format\":1}".to_vec()),
    ]
}

/// The beginnings of the ids of [`chunks`] in `vault-v1`.
const IDS_1: [&str; 4] = ["ee57a29bd74a", "835e58e8fcf2", "c05feb4e097c", "2bb32749a8cf"];
/// And in `vault-v2`.
const IDS_2: [&str; 4] = ["c7e3f04c16b9", "f22607627d38", "8bcd7dcdad4a", "768eec2de683"];

/// What `vault-v2` holds besides, under its second root key.
const AFTER_ROTATION: (ChunkKind, &[u8]) = (ChunkKind::Node, b"a node of the second epoch");

fn stored(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Writes the vault and its key file. Everything in it follows from the seed.
fn write(place: &super::Place) {
    let vault = place.create();
    for (kind, plain) in chunks() {
        vault.put(kind, &plain).unwrap();
    }
    vault.append(1, b"first").unwrap();
    vault.append(200, &[9; 3000]).unwrap();
    vault.rotate_root(&place.unlock).unwrap();
    vault.put(AFTER_ROTATION.0, AFTER_ROTATION.1).unwrap();
    vault.append(1, b"after the rotation").unwrap();
}

/// The files that the format describes, with paths relative to `dir`.
fn described(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = files(dir)
        .into_iter()
        .map(|(path, bytes)| (path.strip_prefix(dir).unwrap().to_owned(), bytes))
        .filter(|(path, _)| !path.starts_with("index") && !path.starts_with("lock"))
        .collect();
    files.sort();
    files
}

/// A copy of a stored vault, with its key file.
pub(super) fn copy(name: &str) -> super::Place {
    let place = super::Place::new();
    for (path, bytes) in described(&stored(name).join("vault")) {
        let to = place.dir.join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, bytes).unwrap();
    }
    let Unlock::KeyFile(key) = &place.unlock else { unreachable!() };
    let mut file = RealFs.append(key).unwrap();
    file.append(&std::fs::read(stored(name).join("key")).unwrap()).unwrap();
    place
}

fn assert_holds_what_was_put_into_it(vault: &Vault, ids: [&str; 4]) {
    let before = vault.stats().unwrap();
    for ((kind, plain), id) in chunks().into_iter().zip(ids) {
        let full = vault.put(kind, &plain).unwrap();
        assert_eq!(full.short(), id);
        assert_eq!(vault.get(kind, &full).unwrap(), plain);
    }
    assert_eq!(vault.stats().unwrap(), before, "what is there is found, not stored again");
    let entry = &vault.entries(200).unwrap()[0];
    assert_eq!((entry.seq, entry.payload.as_slice()), (2, [9; 3000].as_slice()));
    assert_eq!(entry.at.to_string(), "2026-11-21T10:00:00Z");
    assert_eq!(vault.verify(true, &mut |_, _| ()).unwrap().damages, []);
}

#[test]
fn this_build_writes_the_stored_vault_byte_for_byte() {
    let place = super::Place::new();
    write(&place);
    let Unlock::KeyFile(key) = &place.unlock else { unreachable!() };
    let stored = stored("vault-v2");
    if std::env::var_os("BOARDVAULT_BLESS").is_some() {
        for (path, bytes) in described(&place.dir) {
            let to = stored.join("vault").join(path);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::write(to, bytes).unwrap();
        }
        std::fs::copy(key, stored.join("key")).unwrap();
    }
    assert_eq!(described(&place.dir), described(&stored.join("vault")));
    assert_eq!(std::fs::read(key).unwrap(), std::fs::read(stored.join("key")).unwrap());
}

#[test]
fn the_stored_vault_opens_and_holds_what_was_put_into_it() {
    let place = copy("vault-v2");
    let (vault, _) = place.open();
    assert_holds_what_was_put_into_it(&vault, IDS_2);
    let (kind, plain) = AFTER_ROTATION;
    let id: Hash = vault.put(kind, plain).unwrap();
    assert_eq!(vault.get(kind, &id).unwrap(), plain);
    assert_eq!((vault.stats().unwrap().chunks, vault.stats().unwrap().packs), (5, 2));
    let entries = vault.entries(1).unwrap();
    assert_eq!(entries.last().unwrap().payload, b"after the rotation");
}

#[test]
fn a_vault_of_format_1_is_brought_to_format_2_by_opening_it() {
    let place = copy("vault-v1");
    let packs = described(&place.dir.join("packs"));
    let log = std::fs::read(place.dir.join("catalogue.log")).unwrap();
    let (vault, notes) = place.open();
    assert!(notes.iter().any(|note| note.contains("now has format 2")), "{notes:?}");
    assert_holds_what_was_put_into_it(&vault, IDS_1);
    assert_eq!(vault.stats().unwrap().chunks, 4);
    let slots = vault.key_slots();
    let made: Vec<String> = slots.iter().map(|slot| slot.made_at.to_string()).collect();
    assert_eq!((slots[0].number, slots[1].number), (1, 2));
    assert_eq!(made, ["2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"]);
    drop(vault);
    assert_eq!(described(&place.dir.join("packs")), packs);
    assert_eq!(std::fs::read(place.dir.join("catalogue.log")).unwrap(), log);
    for copy in ["vault.a", "vault.b"] {
        let header = Header::decode(&std::fs::read(place.dir.join(copy)).unwrap()).unwrap();
        assert_eq!((header.format, header.generation), (2, 2));
    }
    place.reopen();
}

#[test]
fn a_format_before_the_first_is_no_format() {
    let place = copy("vault-v1");
    let mut bytes = std::fs::read(place.dir.join("vault.a")).unwrap();
    let body = bytes.len() - 32;
    bytes[6] = 0;
    let hash = blake3::hash(&bytes[..body]);
    bytes[body..].copy_from_slice(hash.as_bytes());
    assert_eq!(Header::decode(&bytes), Err(Unreadable::Damaged));
}
