//! What a damaged vault file or key file does.

use super::damage::{edit, filled, refusal};
use super::*;
use crate::store::error::VaultError;

#[test]
fn one_copy_of_the_vault_file_is_enough_and_heals_the_other() {
    let place = Place::new();
    filled(&place);
    let whole = std::fs::read(place.dir.join("vault.a")).unwrap();
    for name in ["vault.a", "vault.b"] {
        let copy = place.dir.join(name);
        for len in (0..whole.len()).step_by(37) {
            std::fs::write(&copy, &whole[..len]).unwrap();
            let (_, notes) = place.open();
            assert!(notes[0].contains(name), "{notes:?}");
            assert_eq!(std::fs::read(&copy).unwrap(), whole);
        }
        std::fs::remove_file(&copy).unwrap();
        drop(place.open());
        place.reopen();
    }
}

#[test]
fn without_a_whole_vault_file_the_message_names_it() {
    let place = Place::new();
    filled(&place);
    edit(&place.dir.join("vault.a"), |bytes| bytes[40] ^= 1);
    edit(&place.dir.join("vault.b"), |bytes| bytes.truncate(5));
    let error = refusal(&place);
    assert!(error.to_string().contains("vault.a") && error.to_string().contains("vault.b"), "{error}");
}

#[test]
fn a_vault_of_a_newer_format_is_refused() {
    let place = Place::new();
    filled(&place);
    for name in ["vault.a", "vault.b"] {
        edit(&place.dir.join(name), |bytes| {
            bytes[6] = 3;
            let body = bytes.len() - 32;
            let hash = blake3::hash(&bytes[..body]);
            bytes[body..].copy_from_slice(hash.as_bytes());
        });
    }
    let error = refusal(&place);
    assert!(matches!(error, VaultError::NewerFormat { found: 3, known: 2, .. }), "{error}");
}

#[test]
fn a_key_file_that_is_cut_short_is_named() {
    let place = Place::new();
    filled(&place);
    let Unlock::KeyFile(key) = &place.unlock else { unreachable!() };
    edit(key, |bytes| bytes.truncate(30));
    let error = refusal(&place);
    assert!(matches!(&error, VaultError::KeyFile { path, .. } if path == key), "{error}");
}
