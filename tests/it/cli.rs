//! The commands as a person or a script uses them.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::cli_program::{Place, Sandbox, run, send};

/// The first twelve digits of an id, as people type it.
fn short(value: &Value) -> &str {
    &value.as_str().unwrap()[..12]
}

#[test]
fn a_vault_opens_with_each_of_its_keys() {
    let place = Place::empty();
    let plain = || {
        let mut command = place.command();
        command.env_remove("BOARDVAULT_KEY_FILE");
        command
    };
    let made = run(plain().env("BOARDVAULT_PASSPHRASE", "four words and more").args(["init", "--json"]), "")
        .ended(0);
    let recovery = made.json()["recovery_key"].as_str().unwrap().to_owned();

    std::fs::write(place.path("passphrase"), "four words and more\nsecond line\n").unwrap();
    let file = place.path("passphrase");
    run(plain().arg("--passphrase-file").arg(file).arg("snapshots"), "").ended(0);
    run(plain().args(["--recovery-key", "snapshots"]), &format!("{recovery}\n")).ended(0);
    run(plain().env("BOARDVAULT_PASSPHRASE", "four words and less").arg("snapshots"), "")
        .ended(1)
        .says(&["passphrase does not open the vault", "try again"]);
}

#[test]
fn a_connection_is_added_from_standard_input_and_never_from_arguments() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::with_vault();
    let (key, token) = (sandbox.secret("key"), sandbox.secret("token"));
    let add = || {
        let mut command = place.command();
        command.args(["connection", "add", "acme", "--platform", "trello", "--base-url", &sandbox.base_url]);
        command
    };
    run(add().args(["--token", &token]), "").ended(2);
    run(&mut add(), &format!("{key}\n")).ended(2).says(&[
        "nothing was given for \"Token\"",
        "BOARDVAULT_TRELLO_KEY and BOARDVAULT_TRELLO_TOKEN",
        "trello.com",
    ]);
    run(&mut add(), &format!("{key}\n{token}\n")).ended(0);
    run(&mut add(), &format!("{key}\n{token}\n"))
        .ended(1)
        .says(&["already is a connection `acme`", "--replace"]);
    run(add().arg("--replace"), &format!("{key}\n{token}\n")).ended(0);

    let list = place.run("connection list --json").ended(0).json();
    assert_eq!(list[0]["name"], "acme");
    assert!(list[0]["added_at"].as_str().unwrap().ends_with('Z'), "{list}");
    let check = place.run("connection check acme --for restore").ended(0);
    assert!(check.out.contains("met") && check.out.contains("Nothing stands in the way."), "{check:?}");
    place.run("connection remove acme").ended(0);
    place.run("connection check acme").ended(1).says(&["there is no connection `acme`"]);
}

#[test]
fn the_whole_round() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    let first = place.run("backup acme").ended(0);
    assert!(first.out.contains("COMPLETE") && first.out.contains("2 boards read"), "{first:?}");
    assert_eq!(first.err, "", "without a terminal there is no bar, and nothing else to say");
    sandbox.disaster(1);
    place.run("backup acme").ended(0);

    let snapshots = place.run("snapshots --json").ended(0).json();
    let (new, old) = (short(&snapshots[0]["id"]), short(&snapshots[1]["id"]));
    assert!(snapshots[0]["manifest"]["finished_at"].as_str().unwrap().ends_with('Z'));
    let shown = place.run(&format!("show {old}:Acme/Roadmap")).ended(0);
    assert!(shown.out.contains("list Doing") && shown.out.contains("card Fix login"), "{shown:?}");
    let diff = place.run(&format!("diff {old} {new}")).ended(0);
    assert!(diff.out.contains("- card Doing / Fix login (with "), "{diff:?}");
    assert!(!diff.out.contains("T08:00"), "times are local: {diff:?}");

    let plan = place.run(&format!("plan {old} --json")).ended(0).json();
    assert_eq!(plan["plan"]["verdict"], "applyable");
    let plan = short(&plan["id"]).to_owned();
    let applied = place.run(&format!("apply {plan}")).ended(0);
    assert!(
        applied.out.contains("is complete") && applied.out.contains("Read back and compared"),
        "{applied:?}"
    );
    let again = place.run(&format!("plan {old}")).ended(0);
    assert!(again.out.contains("Nothing to do"), "{again:?}");
    place.run(&format!("apply {plan}")).ended(4).says(&["was carried out already", "Make a new plan"]);

    let runs = place.run("runs --json").ended(0).json();
    let run = runs[0]["id"].as_str().unwrap();
    let shown = place.run(&format!("runs {run}")).ended(0);
    assert!(shown.out.contains("create card Acme / Roadmap / Doing / Fix login: done"), "{shown:?}");
    place.run(&format!("resume {run}")).ended(2).says(&["is complete; there is nothing to resume"]);

    let undo = place.run(&format!("undo {run} --json")).ended(0).json();
    let undo = short(&undo["id"]).to_owned();
    place
        .run(&format!("apply {undo}"))
        .ended(2)
        .says(&["removes things", &format!("apply {undo} --allow-delete")]);
    place.run(&format!("apply {undo} --allow-delete")).ended(0);
}

#[test]
fn a_board_that_the_account_does_not_see_is_named_before_the_steps() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    let backup = place.run("backup acme --json").ended(0).json();
    let boards = backup["manifest"]["containers"].as_array().unwrap();
    let id = boards.iter().find(|board| board["name"] == "Roadmap").unwrap()["id"].as_str().unwrap();
    let credential = format!("key={}&token={}", sandbox.secret("key"), sandbox.secret("token"));
    let url = format!("{}/boards/{id}?{credential}", sandbox.base_url).parse().unwrap();
    assert!(send("DELETE", &url, "").starts_with("HTTP/1.1 200"));
    let page = place.run("plan acme@latest").ended(0).out;
    let note = page.find("Not seen by the account: the board \"Roadmap\". If it is").unwrap();
    assert!(note < page.find("+ board Acme / Roadmap").unwrap(), "{page}");
    let document = place.run("plan acme@latest --json").ended(0).json();
    assert_eq!(document["notes"].as_array().unwrap().len(), 1);
}

#[test]
fn an_interrupted_run_is_resumed() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    place.run("backup acme").ended(0);
    sandbox.disaster(1);
    let plan = place.run("plan acme@latest --json").ended(0).json();
    let fault = r#"{"faults":[{"method":"POST","path":"/1/*","nth":3,"kind":"status","status":401,"body":"expired token"}]}"#;
    sandbox.control("faults", fault);
    let apply = place.run(&format!("apply {} --json", short(&plan["id"]))).ended(3).json();
    assert_eq!(apply["outcome"]["verdict"], "interrupted", "{apply}");
    let resumed = place.run(&format!("resume {} --json", apply["run"].as_str().unwrap())).ended(0).json();
    assert_eq!(resumed["outcome"]["verdict"], "complete", "{resumed}");
    let again = place.run("plan acme@latest --json").ended(0).json();
    assert_eq!(again["plan"]["verdict"], "nothing-to-do", "{again}");
}

#[test]
fn what_is_not_whole_ends_with_three() {
    let sandbox = Sandbox::serve("nasty");
    let place = Place::connected(&sandbox);
    let backup = place.run("backup acme").ended(3);
    assert!(
        backup.out.contains("PARTIAL, 1 thing missing") && backup.out.contains("! missing: a board"),
        "{backup:?}"
    );
    let check = place.run("connection check acme --for restore").ended(3);
    assert!(check.out.contains("not met") && check.out.contains("what to do:"), "{check:?}");
    assert!(
        check.out.chars().all(|c| c == '\n' || !c.is_control()),
        "no board's name reaches the terminal raw"
    );
}

#[test]
fn attachments_can_be_left_out_and_that_is_said() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    let backup = place.run("backup acme --no-attachments").ended(0);
    assert!(backup.out.contains("left out by choice"), "{backup:?}");
    let limited = place.run("backup acme --max-attachment 10K --json").ended(0).json();
    assert_eq!(limited["manifest"]["left_out"]["max_attachment"], 10_240);
    assert!(limited["manifest"]["left_out"]["attachments"].as_u64().unwrap() > 0);
}

#[test]
fn a_snapshot_is_exported_checked_and_its_index_built_anew() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    place.run("backup acme").ended(0);
    let before = place.run("snapshots").out;
    std::fs::remove_dir_all(place.path("vault/index")).unwrap();
    assert_eq!(place.run("snapshots").ended(0).out, before);
    place.run("rebuild-index").ended(0);
    assert_eq!(place.run("verify --read-data --json").ended(0).json()["damages"], Value::Array(Vec::new()));

    let done = place.run("export acme@latest:Acme/Roadmap --out board --json").ended(0).json();
    let files: Vec<&str> =
        done["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    let of_type = |wanted: &str| {
        let fits = |file: &&&str| Path::new(file).extension().is_some_and(|extension| extension == wanted);
        *files.iter().find(fits).unwrap_or_else(|| panic!("no {wanted} among {files:?}"))
    };
    assert_eq!(
        [of_type("json"), of_type("csv")].map(|file| place.path("board").join(file).is_file()),
        [true; 2]
    );
    let page = std::fs::read_to_string(place.path("board").join(of_type("html"))).unwrap();
    for wanted in ["Fix login", "archived", "<dt>members</dt>", "Originally by", "Roadmap-"] {
        assert!(page.contains(wanted), "no `{wanted}` in the page");
    }
    let linked = page.split("href=\"Roadmap-").skip(1).map(|rest| rest.split('"').next().unwrap());
    assert!(
        linked.map(|rest| place.path("board").join(format!("Roadmap-{rest}"))).all(|file| file.is_file())
    );
    place.run("export acme@latest --out board").ended(2).says(&["board is not empty", "does not exist yet"]);
}

#[test]
fn a_reader_that_wants_no_more_is_no_failure() {
    let place = Place::empty();
    let mut child = place
        .command()
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{done:?}");
    assert!(done.stderr.is_empty(), "{done:?}");
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = Place::empty().run(&format!("completions {shell}")).ended(0);
        assert!(script.out.contains("rebuild-index"), "{shell}");
    }
}

#[test]
fn secrets_stand_in_no_output() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    let commands = [
        "-vvv connection list --json",
        "-vvv connection check acme --for restore",
        "-vvv backup acme",
        "-vvv --log-json backup acme --full --json",
        "-vvv show acme@latest --json",
        "-vvv plan acme@latest --mode copy --json",
    ];
    let secrets = [sandbox.secret("key"), sandbox.secret("token")];
    for command in commands {
        let ran = place.run(command).ended(0);
        for secret in &secrets {
            assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "`{command}` shows a secret");
        }
    }
    let logged = place.run("-vv --log-json backup acme --full --json").ended(0);
    let lines: Vec<Value> = logged.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["fields"]["method"] == "GET"), "calls are logged: {lines:?}");
    assert!(place.run("-v backup acme").err.contains("Looking around"));
}

#[test]
fn snapshots_are_pinned_held_forgotten_and_pruned_by_hand() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    let backup = || place.run("backup acme --full --json").ended(0).json();
    let first = short(&backup()["id"]).to_owned();
    place.run(&format!("snapshot forget {first}")).ended(1).says(&["last complete one", "another backup"]);
    sandbox.disaster(1);
    backup();

    place.run(&format!("snapshot pin {first} --note before")).ended(0);
    place.run(&format!("snapshot hold {first} --reason audit --until 2999-12-31")).ended(0);
    let listed = place.run("snapshots").ended(0).out;
    assert!(listed.contains("pinned: before; held up to 2999-12-31: audit"), "{listed}");
    place.run(&format!("snapshot forget {first}")).ended(1).says(&["it is pinned", "snapshot unpin"]);
    place.run(&format!("snapshot unpin {first}")).ended(0);
    place.run(&format!("snapshot unpin {first}")).ended(2).says(&["is not pinned"]);
    place.run(&format!("snapshot forget {first}")).ended(1).says(&["held: audit", "snapshot release"]);
    place.run(&format!("snapshot release {first}")).ended(0);
    place.run(&format!("snapshot release {first}")).ended(2).says(&["is not held"]);

    let forgotten = place.run(&format!("snapshot forget {first}")).ended(0).out;
    assert!(forgotten.contains("boardvault prune"), "{forgotten}");
    place.run(&format!("show {first}")).ended(1).says(&["was forgotten on"]);
    let foreseen = place.run("prune --dry-run --json").ended(0).json();
    assert_eq!((&foreseen["dry_run"], &foreseen["removed"]), (&true.into(), &0.into()));
    let pruned = place.run("prune --json").ended(0).json();
    assert_eq!(
        (&pruned["removed"], &pruned["doomed"]),
        (&0.into(), &foreseen["doomed"]),
        "the grace is long"
    );
    place.run("prune --now --json").ended(0);
    let left = place.run("prune --dry-run").ended(0).out;
    assert!(left.contains("Nothing to give back"), "{left}");
    place.run("verify --read-data").ended(0);
    place.run("prune --now --grace 3").ended(2);
}

#[test]
fn rules_of_retention_are_set_shown_tried_and_taken_away() {
    let sandbox = Sandbox::serve("tiny");
    let place = Place::connected(&sandbox);
    let says = |command: &str, words: &[&str]| {
        let out = place.run(command).ended(0).out;
        for word in words {
            assert!(out.contains(word), "{command}: no `{word}` in {out}");
        }
    };
    says("retention show", &["No rules: every snapshot is kept", "retention set"]);
    says(
        "retention set",
        &["30 days old and older: keep 1 of each day", "365 days old and older: keep 4 of each year"],
    );
    says("retention set --rule 10:2/week --connection acme", &["Rules of the connection acme", "10 days"]);
    place.run("backup acme").ended(0);
    says("retention preview", &["last complete one", "0 snapshots would go and 1 stay"]);
    says("retention preview --rule 0:0/day", &["stays"]);
    says("retention apply", &["Forgot 0 snapshots; 1 is left."]);
    says("retention set --none --connection acme", &["Rules of the vault"]);
    says("retention set --none", &["No rules"]);
    place.run("retention set --rule 30").ended(2).says(&["30:1/day"]);
    place
        .run("retention set --rule 30:1/day --rule 30:2/week")
        .ended(2)
        .says(&["two rules begin at 30 days"]);
    place.run("retention set --connection nobody").ended(1).says(&["no connection `nobody`"]);
}
