//! A vault that an earlier build wrote is read by this one, and written again byte for byte.
//!
//! `BOARDVAULT_BLESS=1` writes it anew. The only good reason within a format is a new zstd that compresses
//! otherwise; the old folder then stays under another name and must still open.

use super::*;
use crate::base::hash::Hash;
use crate::store::chunks::{ChunkKind, Chunks};

/// The kinds and contents in the stored vault, and the beginning of their ids.
fn chunks() -> [(ChunkKind, Vec<u8>, &'static str); 4] {
    [
        (ChunkKind::Node, b"a node".to_vec(), "ee57a29bd74a"),
        (ChunkKind::Piece, vec![7; 100_000], "835e58e8fcf2"),
        (ChunkKind::Blob, Vec::new(), "c05feb4e097c"),
        (ChunkKind::Document, b"{\"format\":1}".to_vec(), "2bb32749a8cf"),
    ]
}

fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/vault-v1")
}

/// Writes the vault and its key file. Everything in it follows from the seed.
fn write(place: &super::Place) -> Vec<Hash> {
    let vault = place.create();
    let ids = chunks().iter().map(|(kind, plain, _)| vault.put(*kind, plain).unwrap()).collect();
    vault.append(1, b"first").unwrap();
    vault.append(200, &[9; 3000]).unwrap();
    ids
}

/// The files that the format describes, with paths relative to `dir`.
fn described(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = files(dir)
        .into_iter()
        .map(|(path, bytes)| (path.strip_prefix(dir).unwrap().to_owned(), bytes))
        .filter(|(path, _)| !path.starts_with("index") && !path.ends_with("lock"))
        .collect();
    files.sort();
    files
}

#[test]
fn this_build_writes_the_stored_vault_byte_for_byte() {
    let place = super::Place::new();
    let ids = write(&place);
    let Unlock::KeyFile(key) = &place.unlock else { unreachable!() };
    let stored = stored();
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
    let shown: Vec<String> = ids.iter().map(Hash::short).collect();
    assert_eq!(shown, chunks().map(|(_, _, id)| id));
}

#[test]
fn the_stored_vault_opens_and_holds_what_was_put_into_it() {
    let place = super::Place::new();
    for (path, bytes) in described(&stored().join("vault")) {
        let to = place.dir.join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, bytes).unwrap();
    }
    let Unlock::KeyFile(key) = &place.unlock else { unreachable!() };
    let mut file = RealFs.append(key).unwrap();
    file.append(&std::fs::read(stored().join("key")).unwrap()).unwrap();
    let (vault, _) = place.open();
    for (kind, plain, id) in chunks() {
        let full = vault.put(kind, &plain).unwrap();
        assert_eq!(full.short(), id);
        assert_eq!(vault.get(kind, &full).unwrap(), plain);
    }
    assert_eq!(vault.stats().unwrap().chunks, 4);
    let entry = &vault.entries(200).unwrap()[0];
    assert_eq!((entry.seq, entry.payload.as_slice()), (2, [9; 3000].as_slice()));
    assert_eq!(entry.at.to_string(), "2026-11-21T10:00:00Z");
    assert_eq!(vault.verify(true, &mut |_, _| ()).unwrap().damages, []);
}
