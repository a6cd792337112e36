//! What the program cannot do: each with its message, its next step and its exit code.

use std::fs;
use std::process::Stdio;

use super::cli_program::{Place, Sandbox, run};

#[test]
fn what_is_not_there_is_named_and_what_is_there_listed() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    place.run("backup acme").ended(0);
    let cases: [(&str, i32, &[&str]); 16] = [
        ("show zzzz", 2, &["`zzzz` does not name a snapshot", "NAME@latest"]),
        ("show 00000000", 1, &["00000000"]),
        ("show nope@latest", 1, &["no backups of a connection `nope`", "acme"]),
        ("show acme@1999-01-01", 1, &["no backup from 1999-01-01 or before"]),
        ("show acme@latest:Acme/Nope", 2, &["no board `Nope` in `Acme`", "Roadmap", "boardvault show"]),
        ("plan acme@latest --only Acme/Roadmap#nope", 2, &["no field `nope`"]),
        ("plan acme@latest --literal", 2, &["--mode delete-before"]),
        ("backup nope", 1, &["no connection `nope`", "acme"]),
        ("backup acme --max-attachment 10X", 2, &["10X", "use K, M or G"]),
        ("apply 0000", 1, &["no plan `0000`", "boardvault plan"]),
        ("runs ffff", 1, &["no run `ffff`", "boardvault runs"]),
        ("resume ffff", 1, &["no run `ffff`", "boardvault runs"]),
        ("resume ff", 2, &["`ff` is too short", "at least 4"]),
        ("connection add x --platform nope", 2, &["no platform `nope`", "trello"]),
        ("connection add x", 2, &["which platform is `x` on?", "trello, asana, smartsheet"]),
        ("connection add a:b", 2, &["`a:b` cannot be a connection's name", "Use letters"]),
    ];
    for (command, code, words) in cases {
        let ran = place.run(command).ended(code).says(words);
        assert_eq!(ran.out, "", "`{command}` has no data to print");
    }
}

#[test]
fn a_snapshots_prefix_has_at_least_four_digits() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    place.run("backup acme").ended(0);
    let whole = place.run("snapshots --json").json()[0]["id"].as_str().unwrap().to_owned();
    place.run(&format!("show {}", &whole[..3])).ended(2).says(&["at least 4"]);
    place.run(&format!("show {}", &whole[..4])).ended(0);
}

#[test]
fn failures_are_json_too() {
    let place = Place::with_vault();
    let ran = place.run("backup nope --json").ended(1);
    let error: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(error["error"]["kind"], "failed");
    assert!(error["error"]["hints"][0].as_str().unwrap().contains("connection"), "{error}");
}

#[test]
fn a_wrong_token_is_refused_with_the_way_out() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::with_vault();
    for token in ["ATTAcanary0123", "with a space"] {
        let mut add = place.command();
        add.args(["connection", "add", "acme", "--platform", "trello", "--base-url", &sandbox.base_url]);
        let ran = run(&mut add, &format!("{}\n{token}\n", sandbox.secret("key"))).ended(1);
        ran.says(&["new token", "run the command again"]);
    }
    let list = place.run("connection list --json").ended(0).json();
    assert_eq!(list, serde_json::json!([]), "nothing was stored");
}

#[test]
fn a_credential_does_not_travel_readable() {
    let place = Place::with_vault();
    let mut add = place.command();
    add.args(["connection", "add", "acme", "--platform", "trello", "--base-url", "http://trello.example/1"]);
    run(&mut add, "key\ntoken\n").ended(2).says(&["is not https"]);
}

#[test]
fn a_folder_without_a_vault_says_how_to_make_one() {
    let place = Place::empty();
    place.run("snapshots").ended(1).says(&["is not a vault", "boardvault init"]);
}

#[test]
fn a_vault_is_not_made_over_another() {
    let place = Place::with_vault();
    place.run("init").ended(1).says(&["already holds a vault", "another folder"]);
}

#[test]
fn a_key_that_does_not_fit_is_told_from_one_that_is_missing() {
    let (place, other) = (Place::with_vault(), Place::with_vault());
    place.run("--key-file nowhere snapshots").ended(1).says(&["there is no such file"]);
    let foreign = other.path("key");
    run(place.command().arg("--key-file").arg(foreign).arg("snapshots"), "")
        .ended(1)
        .says(&["does not open the vault"]);
    run(place.command().env_remove("BOARDVAULT_KEY_FILE").arg("snapshots"), "")
        .ended(2)
        .says(&["no passphrase was given", "BOARDVAULT_PASSPHRASE"]);
}

#[test]
fn a_vault_that_another_process_uses_is_left_alone() {
    let place = Place::with_vault();
    // It opens the vault and then waits for the key on standard input.
    let mut holder = place
        .command()
        .args(["connection", "add", "acme", "--platform", "trello"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = holder.id().to_string();
    let holds = || fs::read_to_string(place.path("vault/lock")).is_ok_and(|text| text.contains(&pid));
    while !holds() && holder.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let refused = place.run("snapshots");
    holder.kill().unwrap();
    holder.wait().unwrap();
    refused.ended(1).says(&["is in use", &pid, "try again"]);
    place.run("snapshots").ended(0);
}

#[test]
fn a_vault_of_a_newer_format_asks_for_a_newer_program() {
    let place = Place::with_vault();
    for copy in ["vault/vault.a", "vault/vault.b"] {
        let mut bytes = fs::read(place.path(copy)).unwrap();
        let body = bytes.len() - 32;
        bytes[6] += 1;
        let hash = blake3::hash(&bytes[..body]);
        bytes[body..].copy_from_slice(hash.as_bytes());
        fs::write(place.path(copy), bytes).unwrap();
    }
    place.run("snapshots").ended(1).says(&["has format 3", "install a newer boardvault"]);
}

#[test]
fn a_damaged_byte_is_found_and_named() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    let backup = place.run("backup acme --json").ended(0).json();
    let pack = place.path("vault/packs/00000001.pack");
    let mut bytes = fs::read(&pack).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&pack, bytes).unwrap();
    let found = place.run("verify --read-data").ended(5);
    assert!(found.out.contains("00000001.pack at byte "), "{found:?}");
    let id = &backup["id"].as_str().unwrap()[..12];
    assert!(found.out.contains(&format!("snapshot {id}: ")), "{found:?}");
}

#[test]
fn usage_errors_end_with_two_and_help_with_zero() {
    let place = Place::empty();
    place.run("bakcup acme").ended(2).says(&["backup"]);
    place.run("diff one").ended(2).says(&["<TO>"]);
    let help = place.run("help plan").ended(0);
    assert!(help.out.contains("--mode") && help.err.is_empty(), "{help:?}");
}
