//! The keys that open a vault, and the rotation of the root key.

use super::*;
use crate::base::hash::Hash;
use crate::base::secret::Secret;
use crate::store::chunks::{ChunkKind, Chunks};
use crate::store::error::VaultError;
use crate::store::key_slots::SlotKind;

fn passphrase(text: &str) -> Unlock {
    Unlock::Passphrase(Secret::new(text))
}

fn opens(place: &Place, unlock: &Unlock) -> bool {
    match Vault::open(&place.dir, env(2), unlock) {
        Ok(_) => true,
        Err(VaultError::WrongKey { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

fn numbers(vault: &Vault) -> Vec<u16> {
    vault.key_slots().iter().map(|slot| slot.number).collect()
}

/// A vault with a key of each kind; the secrets besides the place's own key file.
fn with_all_kinds(place: &Place) -> [Unlock; 3] {
    let vault = place.create();
    let typed = passphrase("four words and more");
    vault.add_key(&typed, "laptop").unwrap();
    let (_, recovery) = vault.add_recovery_key("safe").unwrap();
    [place.unlock.clone(), typed, Unlock::Recovery(recovery)]
}

#[test]
fn keys_are_listed_with_label_time_and_the_one_in_use() {
    let place = Place::new();
    with_all_kinds(&place);
    let slots = place.reopen().key_slots();
    let shown: Vec<_> =
        slots.iter().map(|slot| (slot.number, slot.kind.unwrap(), slot.label.as_str())).collect();
    assert_eq!(
        shown,
        [
            (1, SlotKind::KeyFile, ""),
            (2, SlotKind::Recovery, ""),
            (3, SlotKind::Passphrase, "laptop"),
            (4, SlotKind::Recovery, "safe"),
        ]
    );
    assert!(slots.iter().all(|slot| slot.made_at.to_string() == "2026-11-21T10:00:00Z"));
    let in_use: Vec<u16> = slots.iter().filter(|slot| slot.in_use).map(|slot| slot.number).collect();
    assert_eq!(in_use, [1]);
}

#[test]
fn any_kind_of_key_opens_the_vault_when_it_is_the_only_one_left() {
    for (kept, number) in [(0, 1), (1, 3), (2, 4)] {
        let place = Place::new();
        let unlock = with_all_kinds(&place)[kept].clone();
        let vault = place.reopen();
        for other in numbers(&vault).into_iter().filter(|other| *other != number) {
            vault.remove_key(other).unwrap();
        }
        drop(vault);
        let (vault, notes) = Vault::open(&place.dir, env(2), &unlock).unwrap();
        assert_eq!((numbers(&vault), notes), (vec![number], Vec::new()));
        vault.append(1, b"still written to").unwrap();
    }
}

#[test]
fn a_removed_key_opens_nothing_and_the_others_do() {
    let place = Place::new();
    let [key_file, typed, recovery] = with_all_kinds(&place);
    place.reopen().remove_key(3).unwrap();
    assert_eq!([key_file, typed, recovery].map(|unlock| opens(&place, &unlock)), [true, false, true]);
}

#[test]
fn the_last_key_stays() {
    let place = Place::new();
    let vault = place.create();
    vault.remove_key(2).unwrap();
    assert!(matches!(vault.remove_key(1), Err(VaultError::LastKey(1))));
    assert!(matches!(vault.remove_key(9), Err(VaultError::NoSuchKey(9))));
    drop(vault);
    place.reopen();
}

#[test]
fn a_replaced_passphrase_keeps_its_number_and_label() {
    let place = Place::new();
    let [_, old, _] = with_all_kinds(&place);
    let new = passphrase("five words and even more");
    let slot = place.reopen().replace_key(3, &new).unwrap();
    assert_eq!((slot.number, slot.label.as_str()), (3, "laptop"));
    assert_eq!([old, new].map(|unlock| opens(&place, &unlock)), [false, true]);
}

#[test]
fn a_label_that_does_not_fit_is_refused_and_changes_nothing() {
    let place = Place::new();
    let vault = place.create();
    let error = vault.add_recovery_key(&"x".repeat(65)).unwrap_err();
    assert!(matches!(error, VaultError::TooLarge { what: "a key's label", .. }), "{error}");
    assert_eq!(numbers(&vault), [1, 2]);
    vault.add_recovery_key(&"x".repeat(64)).unwrap();
    drop(vault);
    assert_eq!(numbers(&place.reopen()), [1, 2, 3]);
}

#[test]
fn after_a_rotation_everything_is_read_and_found_again() {
    let place = Place::new();
    let vault = place.create();
    let mut ids: Vec<(Hash, String)> = Vec::new();
    for epoch in 1..=3 {
        let plain = format!("chunk of epoch {epoch}");
        ids.push((vault.put(ChunkKind::Node, plain.as_bytes()).unwrap(), plain));
        vault.append(1, format!("record of epoch {epoch}").as_bytes()).unwrap();
        assert_eq!(vault.rotate_root(&place.unlock).unwrap().epoch, epoch + 1);
    }
    let check = |vault: &Vault| {
        for (id, plain) in &ids {
            assert_eq!(vault.get(ChunkKind::Node, id).unwrap(), plain.as_bytes());
            assert_eq!(vault.put(ChunkKind::Node, plain.as_bytes()).unwrap(), *id);
        }
        let entries = vault.entries(1).unwrap();
        assert_eq!(entries[2].payload, b"record of epoch 3");
        assert_eq!(vault.stats().unwrap().chunks, 3, "nothing is stored twice");
        assert_eq!(vault.verify(true, &mut |_, _| ()).unwrap().damages, []);
    };
    check(&vault);
    drop(vault);
    let vault = place.reopen();
    check(&vault);
    vault.rebuild_index().unwrap();
    check(&vault);
    vault.put(ChunkKind::Node, b"of the fourth").unwrap();
    assert_eq!(vault.stats().unwrap().packs, 4, "each epoch has packs of its own");
}

#[test]
fn a_rotation_keeps_the_key_in_hand_makes_a_recovery_key_and_removes_the_others() {
    let place = Place::new();
    let [key_file, typed, recovery] = with_all_kinds(&place);
    let (vault, _) = Vault::open(&place.dir, env(2), &typed).unwrap();
    let rotated = vault.rotate_root(&typed).unwrap();
    assert_eq!((rotated.kept.number, rotated.kept.label.as_str()), (3, "laptop"));
    let removed: Vec<u16> = rotated.removed.iter().map(|slot| slot.number).collect();
    assert_eq!((removed, numbers(&vault)), (vec![1, 2, 4], vec![3, 5]));
    drop(vault);
    let fresh = Unlock::Recovery(rotated.recovery);
    let all = [key_file, typed, recovery, fresh];
    assert_eq!(all.map(|unlock| opens(&place, &unlock)), [false, true, false, true]);
}

#[test]
fn a_rotation_with_a_secret_that_opens_nothing_changes_nothing() {
    let place = Place::new();
    let vault = place.create();
    let error = vault.rotate_root(&passphrase("not of this vault")).unwrap_err();
    assert!(matches!(error, VaultError::WrongKey { .. }), "{error}");
    assert_eq!(numbers(&vault), [1, 2]);
}

/// What somebody has who copied the vault file before a rotation and knows a secret of it.
#[test]
fn an_old_vault_file_and_its_secret_do_not_open_a_rotated_vault() {
    let place = Place::new();
    let vault = place.create();
    vault.append(1, b"old").unwrap();
    let old = ["vault.a", "vault.b"].map(|name| (name, std::fs::read(place.dir.join(name)).unwrap()));
    vault.rotate_root(&place.unlock).unwrap();
    vault.append(1, b"new").unwrap();
    drop(vault);
    for (name, bytes) in old {
        std::fs::write(place.dir.join(name), bytes).unwrap();
    }
    let error = Vault::open(&place.dir, env(2), &place.unlock).err().unwrap();
    assert!(matches!(&error, VaultError::Damaged { file, .. } if file.ends_with("catalogue.log")), "{error}");
    assert!(error.to_string().contains("put back the newest copies"), "{error}");
}

#[test]
fn a_log_from_before_the_rotation_does_not_bring_the_old_key_back() {
    let place = Place::new();
    let vault = place.create();
    vault.append(1, b"old").unwrap();
    let log = place.dir.join("catalogue.log");
    let before = std::fs::read(&log).unwrap();
    vault.rotate_root(&place.unlock).unwrap();
    drop(vault);
    std::fs::write(&log, before).unwrap();
    std::fs::remove_dir_all(place.dir.join("index")).unwrap();
    let (vault, notes) = place.open();
    assert!(notes.iter().any(|note| note.contains("rotation of the key was interrupted")), "{notes:?}");
    vault.append(1, b"next").unwrap();
    drop(vault);
    let vault = place.reopen();
    assert_eq!(vault.entries(255).unwrap().len(), 1);
    assert_eq!(vault.entries(1).unwrap().last().unwrap().seq, 3);
}

#[test]
fn slots_put_together_by_somebody_without_a_key_are_noticed() {
    let place = Place::new();
    let vault = place.create();
    let before = std::fs::read(place.dir.join("vault.a")).unwrap();
    vault.remove_key(2).unwrap();
    drop(vault);
    // The slots of before, under a newer generation.
    let mut forged = before;
    forged[20] = 9;
    let body = forged.len() - 32;
    let hash = blake3::hash(&forged[..body]);
    forged[body..].copy_from_slice(hash.as_bytes());
    std::fs::write(place.dir.join("vault.a"), forged).unwrap();
    let error = Vault::open(&place.dir, env(2), &place.unlock).err().unwrap();
    assert!(matches!(&error, VaultError::Damaged { file, .. } if file.ends_with("vault.a")), "{error}");
}

#[test]
fn the_kinds_of_the_store_cannot_be_appended_from_outside() {
    let place = Place::new();
    let vault = place.create();
    assert!(matches!(vault.append(255, b""), Err(VaultError::ReservedKind(255))));
    vault.append(239, b"").unwrap();
}
