//! The keys that open a vault, as a person changes them.

use std::process::Command;

use serde_json::Value;

use super::cli_program::{Place, Ran, run};

/// The program without a key of its own.
fn keyless(place: &Place) -> Command {
    let mut command = place.command();
    command.env_remove("BOARDVAULT_KEY_FILE");
    command
}

fn with_passphrase(place: &Place, passphrase: &str, arguments: &str) -> Ran {
    run(keyless(place).env("BOARDVAULT_PASSPHRASE", passphrase).args(arguments.split_whitespace()), "")
}

fn with_recovery(place: &Place, key: &str, arguments: &str) -> Ran {
    run(keyless(place).arg("--recovery-key").args(arguments.split_whitespace()), &format!("{key}\n"))
}

fn kinds(place: &Place) -> Vec<String> {
    let list = place.run("key list --json").ended(0).json();
    list.as_array().unwrap().iter().map(|key| key["kind"].as_str().unwrap().to_owned()).collect()
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap()
}

#[test]
fn every_kind_of_key_can_be_added_and_opens() {
    let place = Place::with_vault();
    std::fs::write(place.path("new"), "four words and more\nsecond line\n").unwrap();
    place.run("key add passphrase --new-passphrase-file new --label laptop").ended(0);
    place.run("key add key-file second.key --label server").ended(0);
    let added = place.run("key add recovery --json").ended(0).json();
    assert_eq!(kinds(&place), ["key file", "recovery key", "passphrase", "key file", "recovery key"]);

    with_passphrase(&place, "four words and more", "snapshots").ended(0);
    place.run("--key-file second.key snapshots").ended(0);
    with_recovery(&place, text(&added, "recovery_key"), "snapshots").ended(0);
    let list = place.run("key list").ended(0);
    assert!(list.out.contains("laptop") && list.out.contains("opened the vault now"), "{list:?}");
}

#[test]
fn a_key_is_removed_by_number_or_label_and_never_the_last() {
    let place = Place::with_vault();
    place.run("key add key-file second.key --label server").ended(0);
    place.run("key remove server").ended(0);
    place.run("--key-file second.key snapshots").ended(1).says(&["does not open the vault"]);
    place.run("key remove server").ended(2).says(&["no key `server`", "key list"]);
    place.run("key remove 2").ended(0);
    place.run("key remove 1").ended(1).says(&["the only one", "add another"]);
    place.run("snapshots").ended(0);
}

#[test]
fn a_label_names_one_key_and_is_no_number() {
    let place = Place::with_vault();
    place.run("key add recovery --label safe").ended(0);
    place.run("key add recovery --label safe").ended(2).says(&["another key has it"]);
    place.run("key add recovery --label 7").ended(2).says(&["looks like a number"]);
    let long = "x".repeat(65);
    place.run(&format!("key add recovery --label {long}")).ended(1).says(&["the limit is 64"]);
    assert_eq!(kinds(&place).len(), 3);
}

#[test]
fn a_passphrase_is_changed_with_itself() {
    let place = Place::empty();
    with_passphrase(&place, "four words and more", "init").ended(0);
    let mut change = keyless(&place);
    change.env("BOARDVAULT_PASSPHRASE", "four words and more").env("BOARDVAULT_NEW_PASSPHRASE", "five now");
    run(change.args(["key", "change-passphrase"]), "").ended(0);
    with_passphrase(&place, "four words and more", "snapshots").ended(1);
    with_passphrase(&place, "five now", "snapshots").ended(0);
}

#[test]
fn a_forgotten_passphrase_is_replaced_with_the_recovery_key() {
    let place = Place::empty();
    let made = with_passphrase(&place, "forgotten", "init --json").ended(0).json();
    let recovery = text(&made, "recovery_key");
    // What stands on standard input: the recovery key, and the new passphrase twice.
    let input = format!("{recovery}\nremembered\nremembered\n");
    run(keyless(&place).args(["--recovery-key", "key", "change-passphrase"]), &input).ended(0);
    with_passphrase(&place, "remembered", "snapshots").ended(0);
    let input = format!("{recovery}\none\nother\n");
    run(keyless(&place).args(["--recovery-key", "key", "change-passphrase"]), &input)
        .ended(2)
        .says(&["the two passphrases differ"]);
}

#[test]
fn which_passphrase_to_change_is_asked_where_it_is_not_clear() {
    let place = Place::with_vault();
    place.run("key change-passphrase").ended(2).says(&["no key of this vault is a passphrase"]);
    for (file, passphrase) in [("a", "first words"), ("b", "second words")] {
        std::fs::write(place.path(file), passphrase).unwrap();
        place.run(&format!("key add passphrase --new-passphrase-file {file} --label {file}")).ended(0);
    }
    std::fs::write(place.path("c"), "third words").unwrap();
    let change = "key change-passphrase --new-passphrase-file c";
    place.run(change).ended(2).says(&["several passphrases", "--key NUMBER"]);
    place.run(&format!("{change} --key 1")).ended(2).says(&["key 1 is a key file"]);
    place.run(&format!("{change} --key b")).ended(0);
    with_passphrase(&place, "first words", "snapshots").ended(0);
    with_passphrase(&place, "second words", "snapshots").ended(1);
    with_passphrase(&place, "third words", "snapshots").ended(0);
}

#[test]
fn a_rotation_says_what_it_would_remove_before_it_does() {
    let place = Place::with_vault();
    place.run("key add key-file second.key --label server").ended(0);
    let before = kinds(&place);
    place.run("key rotate").ended(2).says(&[
        "key 2 (recovery key) would be removed",
        "key 3 (key file \"server\") would be removed",
        "boardvault key rotate --yes",
    ]);
    assert_eq!(kinds(&place), before);

    let rotated = place.run("key rotate --yes --json").ended(0).json();
    assert_eq!((&rotated["epoch"], rotated["removed"].as_array().unwrap().len()), (&2.into(), 2));
    assert_eq!(kinds(&place), ["key file", "recovery key"]);
    place.run("--key-file second.key snapshots").ended(1);
    with_recovery(&place, text(&rotated, "recovery_key"), "verify --read-data").ended(0);
}

#[test]
fn a_recovery_sheet_has_what_its_finder_needs() {
    let place = Place::with_vault();
    let sheet = place.run("key recovery-sheet --label drawer").ended(0).out;
    let made = place.run("init").err;
    assert!(made.contains("already"), "{made}");
    let key = sheet.lines().map(str::trim).find(|line| line.split('-').count() == 9).unwrap();
    with_recovery(&place, key, "snapshots").ended(0);
    let folder = place.path("vault").canonicalize().unwrap();
    for wanted in [folder.to_str().unwrap(), "(drawer)", "--recovery-key", "key remove 3"] {
        assert!(sheet.contains(wanted), "no `{wanted}` on {sheet}");
    }
}

#[test]
#[cfg(unix)]
fn a_recovery_sheet_in_a_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_vault();
    let told = place.run("key recovery-sheet --output sheet.txt").ended(0);
    let sheet = std::fs::read_to_string(place.path("sheet.txt")).unwrap();
    let key = sheet.lines().map(str::trim).find(|line| line.split('-').count() == 9).unwrap();
    assert!(!told.out.contains(key) && !told.err.contains(key));
    assert_eq!(std::fs::metadata(place.path("sheet.txt")).unwrap().permissions().mode() & 0o777, 0o600);
    with_recovery(&place, key, "snapshots").ended(0);
    place.run("key recovery-sheet --output sheet.txt").ended(2).says(&["is there already"]);
    place
        .run("key recovery-sheet --output nowhere/sheet.txt")
        .ended(1)
        .says(&["cannot write the recovery sheet", "No recovery key was added"]);
    assert_eq!(kinds(&place).len(), 3, "a key that nobody knows is not kept");
}
