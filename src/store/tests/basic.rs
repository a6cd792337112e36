//! Making, opening, reading and writing.

use super::*;
use crate::base::hash::Hash;
use crate::base::secret::Secret;
use crate::store::chunks::{ChunkError, ChunkKind, Chunks};
use crate::store::error::VaultError;

#[test]
fn chunks_and_entries_are_there_after_reopening() {
    let place = Place::new();
    let vault = place.create();
    let id = vault.put(ChunkKind::Node, b"a node").unwrap();
    let entry = vault.append(7, b"a manifest").unwrap();
    assert_eq!((entry.seq, entry.kind, entry.payload.as_slice()), (1, 7, b"a manifest".as_slice()));
    vault.append(8, b"something else").unwrap();
    let name = vault.id().to_owned();
    drop(vault);

    let vault = place.reopen();
    assert_eq!(vault.id(), name);
    assert_eq!(vault.get(ChunkKind::Node, &id).unwrap(), b"a node");
    assert_eq!(vault.entries(7).unwrap(), [entry]);
    assert_eq!(vault.append(7, b"").unwrap().seq, 3);
}

#[test]
fn equal_content_is_stored_once_also_across_openings() {
    let place = Place::new();
    let vault = place.create();
    let id = vault.put(ChunkKind::Piece, &[5; 5000]).unwrap();
    let before = vault.stats().unwrap();
    drop(vault);
    let vault = place.reopen();
    assert_eq!(vault.put(ChunkKind::Piece, &[5; 5000]).unwrap(), id);
    assert_eq!(vault.stats().unwrap(), before);
    assert_eq!((before.chunks, before.packs), (1, 1));
}

#[test]
fn a_chunk_that_is_not_there_is_an_error_that_names_it() {
    let place = Place::new();
    let vault = place.create();
    let absent = Hash::of(b"nothing");
    assert!(!vault.has(&absent).unwrap());
    let error = vault.get(ChunkKind::Node, &absent).unwrap_err();
    assert!(matches!(error, ChunkError::Absent(id) if id == absent), "{error}");
}

#[test]
fn a_chunk_asked_for_as_another_kind_is_not_given() {
    let place = Place::new();
    let vault = place.create();
    let id = vault.put(ChunkKind::Node, b"x").unwrap();
    assert!(matches!(vault.get(ChunkKind::Blob, &id), Err(ChunkError::Damaged { .. })));
}

#[test]
fn many_threads_may_put_at_once() {
    let place = Place::new();
    let vault = place.create();
    let ids: Vec<Vec<Hash>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    (0_u32..50).map(|n| vault.put(ChunkKind::Node, &n.to_le_bytes()).unwrap()).collect()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|list| *list == ids[0]));
    assert_eq!(vault.stats().unwrap().chunks, 50);
    for (n, id) in (0_u32..).zip(&ids[0]) {
        assert_eq!(vault.get(ChunkKind::Node, id).unwrap(), n.to_le_bytes());
    }
}

#[test]
fn a_pack_that_is_full_is_followed_by_another() {
    let place = Place::new();
    let vault = place.create();
    let mut noise = vec![0; 30 << 20];
    let mut stream = blake3::Hasher::new().finalize_xof();
    let ids: Vec<Hash> = (0..3)
        .map(|_| {
            stream.fill(&mut noise);
            vault.put(ChunkKind::Piece, &noise).unwrap()
        })
        .collect();
    assert_eq!(vault.stats().unwrap().packs, 2);
    drop(vault);
    let vault = place.reopen();
    assert_eq!(vault.get(ChunkKind::Piece, &ids[2]).unwrap(), noise);
    assert!(vault.has(&ids[0]).unwrap());
}

#[test]
fn a_passphrase_opens_and_a_wrong_one_says_so() {
    let place = Place::new();
    let passphrase = |text: &str| Unlock::Passphrase(Secret::new(text));
    let (vault, recovery) = Vault::create(&place.dir, env(1), &passphrase("right")).unwrap();
    drop(vault);
    Vault::open(&place.dir, env(2), &passphrase("right")).unwrap();
    let error = Vault::open(&place.dir, env(2), &passphrase("wrong")).err().unwrap();
    assert!(matches!(error, VaultError::WrongKey { .. }));
    assert!(error.to_string().contains("passphrase") && error.to_string().contains("vault"), "{error}");
    let error = Vault::open(&place.dir, env(2), &place.unlock).err().unwrap();
    assert!(matches!(error, VaultError::KeyFile { .. }), "{error}");
    // Typed as people do.
    let typed = Secret::new(recovery.expose().to_lowercase().replace('-', "  "));
    Vault::open(&place.dir, env(2), &Unlock::Recovery(typed)).unwrap();
}

#[test]
fn another_vault_s_recovery_key_is_told_from_a_mistyped_one() {
    let place = Place::new();
    let other = Place::new();
    place.create();
    let (_, foreign) = Vault::create(&other.dir, env(9), &other.unlock).unwrap();
    let error = Vault::open(&place.dir, env(2), &Unlock::Recovery(foreign)).err().unwrap();
    assert!(matches!(error, VaultError::WrongKey { tried: "recovery key", .. }), "{error}");
    let error = Vault::open(&place.dir, env(2), &Unlock::Recovery(Secret::new("ABCD"))).err().unwrap();
    assert!(matches!(error, VaultError::RecoveryKeyMistyped(_)), "{error}");
}

#[test]
#[cfg(unix)]
fn a_key_file_is_private_and_refused_where_it_is_not() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    drop(place.create());
    let Unlock::KeyFile(key) = &place.unlock else { unreachable!() };
    assert_eq!(std::fs::metadata(key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = Vault::open(&place.dir, env(2), &place.unlock).err().unwrap();
    assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[test]
fn a_vault_in_use_is_refused_naming_the_process() {
    let place = Place::new();
    let vault = place.create();
    let error = Vault::open(&place.dir, env(2), &place.unlock).err().unwrap();
    let VaultError::Locked { holder: Some(holder), .. } = &error else { panic!("{error}") };
    assert_eq!(
        (holder.pid, holder.program.as_str()),
        (std::process::id(), concat!("boardvault ", env!("CARGO_PKG_VERSION")))
    );
    assert!(error.to_string().contains(&format!("in use by {holder}; wait")), "{error}");
    drop(vault);
    place.reopen();
}

#[test]
fn a_lock_that_a_dead_process_left_is_taken_over() {
    let place = Place::new();
    drop(place.create());
    std::fs::write(place.dir.join("lock"), "4194304999").unwrap();
    place.reopen();
}

#[test]
fn folders_that_are_no_vaults_are_left_alone() {
    let place = Place::new();
    let open = Vault::open(&place.dir, env(2), &place.unlock).err().unwrap();
    assert!(matches!(open, VaultError::NotAVault(_)), "{open}");
    std::fs::create_dir(&place.dir).unwrap();
    std::fs::write(place.dir.join("thesis.txt"), "mine").unwrap();
    let create = Vault::create(&place.dir, env(1), &place.unlock).err().unwrap();
    assert!(matches!(create, VaultError::NotEmpty(_)), "{create}");
    std::fs::remove_file(place.dir.join("thesis.txt")).unwrap();
    drop(place.create());
    let create = Vault::create(&place.dir, env(1), &place.unlock).err().unwrap();
    assert!(matches!(create, VaultError::AlreadyAVault(_)), "{create}");
}

#[test]
fn nothing_readable_lies_in_the_folder() {
    let title = "Quarterly plans of Acme Rockets";
    let place = Place::new();
    let vault = place.create();
    vault.put(ChunkKind::Node, title.as_bytes()).unwrap();
    vault.put(ChunkKind::Document, title.repeat(50).as_bytes()).unwrap();
    vault.append(1, title.as_bytes()).unwrap();
    drop(vault);
    for (path, bytes) in files(&place.dir) {
        for word in ["Quarterly", "Acme", "Rockets"] {
            let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!found, "{word} in {}", path.display());
        }
    }
}
