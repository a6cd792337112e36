//! A process that was stopped while it had the vault, and one that did not wait for it.

#![cfg(unix)]

use std::io::Write;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::cli_program::{Place, Sandbox};

fn signal(process: &Child, name: &str) {
    let done = Command::new("kill").args([name, &process.id().to_string()]).status().unwrap();
    assert!(done.success());
}

/// What the lock file says, as soon as it names `process`.
fn note(place: &Place, process: &mut Child) -> Value {
    loop {
        let read = std::fs::read(place.path("vault/lock")).unwrap_or_default();
        match serde_json::from_slice::<Value>(&read) {
            Ok(note) if note["pid"] == process.id() => return note,
            _ => assert!(process.try_wait().unwrap().is_none(), "it ended"),
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_process_that_was_stopped_for_too_long_cannot_commit() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::with_vault();
    // It opens the vault and then waits for key and token on standard input.
    let mut stopped = place
        .command()
        .args(["connection", "add", "late", "--platform", "trello", "--base-url", &sandbox.base_url])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut note = note(&place, &mut stopped);
    signal(&stopped, "-STOP");
    place.run("snapshots").ended(1).says(&["is in use by boardvault", &format!("process {}", stopped.id())]);

    // Instead of waiting for three minutes: the last sign of life was given four minutes ago.
    note["seen"] = (note["seen"].as_i64().unwrap() - 240_000_000).into();
    std::fs::write(place.path("vault/lock"), note.to_string()).unwrap();
    place.run("key add recovery").ended(0);
    let log = std::fs::read(place.path("vault/catalogue.log")).unwrap();

    signal(&stopped, "-CONT");
    let credentials = format!("{}\n{}\n", sandbox.secret("key"), sandbox.secret("token"));
    stopped.stdin.take().unwrap().write_all(credentials.as_bytes()).unwrap();
    let ended = stopped.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(
        said.contains("has lost its hold on the vault") && said.contains("run the command again"),
        "{said}"
    );
    assert_eq!(std::fs::read(place.path("vault/catalogue.log")).unwrap(), log, "nothing of it was written");
    assert_eq!(place.run("connection list --json").ended(0).json(), serde_json::json!([]));
    assert_eq!(place.run("key list --json").ended(0).json().as_array().unwrap().len(), 3);
    place.run("verify --read-data").ended(0);
}
