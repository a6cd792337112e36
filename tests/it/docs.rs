//! Documents that can rot, compared with the program. `BOARDVAULT_BLESS=1` writes the generated ones anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use boardvault::app::fidelity;
use boardvault::cli::{self, Cli};
use boardvault::model::Kind;
use clap::Parser;
use serde_json::Value;

use super::cli_program::{Place, Sandbox};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn generated(path: &str, wanted: &str) {
    let path = root().join(path);
    if std::env::var_os("BOARDVAULT_BLESS").is_some() {
        fs::write(&path, wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{} is out of date; run `BOARDVAULT_BLESS=1 cargo test docs`", path.display());
}

#[test]
fn the_reference_of_commands_is_what_the_program_says() {
    generated("docs/cli.md", &cli::reference());
}

#[test]
fn the_fidelity_table_is_what_the_planner_knows() {
    generated("docs/fidelity.md", &fidelity::document());
}

#[test]
fn the_format_and_its_reader_know_all_kinds_of_records() {
    let [page, reader] = ["docs/format.md", "docs/reader/manifest.py"]
        .map(|path| fs::read_to_string(root().join(path)).unwrap());
    for kind in Kind::ALL {
        let (rank, name) = (kind.rank(), kind.name());
        assert!(page.contains(&format!("| {rank} | `{name}` |")), "docs/format.md lacks {name}");
        let known = [" ", "{"].iter().any(|before| reader.contains(&format!("{before}{rank}: \"{name}\"")));
        assert!(known, "docs/reader lacks {name}");
    }
}

#[test]
fn every_file_of_tests_is_run() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    for entry in fs::read_dir(root().join("tests/it")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(name == "main" || main.contains(&format!("mod {name};")), "main.rs does not name `{name}`");
    }
}

/// The commands in the code blocks of a page, without the names of what differs from place to place.
fn commands(page: &str) -> Vec<Vec<String>> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let line = line.trim().trim_start_matches("$ ");
        let command = line.strip_prefix("cargo run --release -- ").map(|rest| format!("boardvault {rest}"));
        let command = command.unwrap_or_else(|| line.to_owned());
        if fenced && command.starts_with("boardvault ") {
            let words = shlex::split(&command).unwrap_or_else(|| panic!("no shell reads {command}"));
            let shells = |word: &String| ["|", ">", "&", "&&"].contains(&word.as_str());
            found.push(words.into_iter().take_while(|word| !shells(word)).collect());
        }
    }
    found
}

#[test]
fn the_commands_in_the_pages_exist() {
    for page in ["README.md", "docs/connections.md"] {
        for command in commands(&fs::read_to_string(root().join(page)).unwrap()) {
            if let Err(error) = Cli::try_parse_from(&command) {
                assert!(!error.use_stderr(), "{page}: {}: {error}", command.join(" "));
            }
        }
    }
    assert_eq!(
        commands("```\n$ boardvault backup 'acme one' | head # x\n```\nboardvault no\n"),
        [["boardvault", "backup", "acme one"]]
    );
}

/// By heading, the keys that `docs/json.md` names.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let page = fs::read_to_string(root().join("docs/json.md")).unwrap();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut heading = String::new();
    for line in page.lines() {
        if let Some(text) = line.strip_prefix("## ") {
            text.trim_matches('`').clone_into(&mut heading);
        } else if let Some(item) = line.strip_prefix("- ") {
            let keys =
                item.split(": ").next().unwrap().split(", ").map(|key| key.trim_matches('`').to_owned());
            found.entry(heading.clone()).or_default().extend(keys);
        }
    }
    found
}

/// All keys in a value as paths: `[].identity.name`.
fn keys(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                keys(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| keys(value, &format!("{path}[]"), found)),
        _ => {}
    }
}

/// The printed value has exactly the documented keys; what lies below a documented key is left to its words.
#[track_caller]
fn agrees(pages: &BTreeMap<String, BTreeSet<String>>, heading: &str, value: &Value) {
    let wanted = pages.get(heading).unwrap_or_else(|| panic!("docs/json.md has no heading `{heading}`"));
    let mut printed = BTreeSet::new();
    keys(value, "", &mut printed);
    let covers = |above: &String, key: &String| {
        key == above || key.strip_prefix(above.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    for key in wanted {
        assert!(printed.contains(key), "{heading}: `{key}` is documented and not printed: {value:#}");
    }
    for key in &printed {
        let above = |wanted: &String| {
            wanted.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        let known = wanted.iter().any(|wanted| covers(wanted, key) || above(wanted));
        assert!(known, "{heading}: `{key}` is printed and not documented");
    }
}

#[test]
fn json_has_the_documented_keys() {
    let pages = documented();
    let check = |heading: &str, value: &Value| agrees(&pages, heading, value);
    let sandbox = Sandbox::serve("tiny");
    check("sandbox serve", &sandbox.document);
    let bare = Place::empty();
    check("init", &bare.run("init --json").ended(0).json());

    check("key list", &bare.run("key list --json").ended(0).json());
    check("key add", &bare.run("key add recovery --label safe --json").ended(0).json());
    check("key remove", &bare.run("key remove safe --json").ended(0).json());
    std::fs::write(bare.path("new"), "four words and more\n").unwrap();
    bare.run("key add passphrase --new-passphrase-file new").ended(0);
    let change = "key change-passphrase --new-passphrase-file new --json";
    check("key change-passphrase", &bare.run(change).ended(0).json());
    check("key recovery-sheet", &bare.run("key recovery-sheet --json").ended(0).json());
    check("key rotate", &bare.run("key rotate --yes --json").ended(0).json());

    let place = Place::connected(&sandbox);
    let json = |command: &str| place.run(&format!("{command} --json")).ended(0).json();
    check(
        "connection add",
        &json(&format!("connection add other --platform trello --base-url {}", sandbox.base_url)),
    );
    check("connection list", &json("connection list"));
    check("connection reconnect", &json("connection reconnect other"));
    check("connection check", &json("connection check acme --for restore"));
    check("connection remove", &json("connection remove other"));
    let backup = json("backup acme");
    check("backup", &backup);
    check("A manifest", &backup["manifest"]);
    check("snapshots", &json("snapshots"));
    check("show SNAPSHOT", &json("show acme@latest"));
    check("show SNAPSHOT:PATH", &json("show acme@latest:Acme/Roadmap"));
    let first = backup["id"].as_str().unwrap();
    sandbox.disaster(1);
    json("backup acme");
    check("diff", &json(&format!("diff {first} acme@latest")));
    let plan = json(&format!("plan {first}"));
    check("plan", &plan);
    let applied = json(&format!("apply {}", plan["id"].as_str().unwrap()));
    check("apply", &applied);
    check("runs", &json("runs"));
    check("runs RUN", &json(&format!("runs {}", applied["run"].as_str().unwrap())));
    check("plan", &json(&format!("undo {}", applied["run"].as_str().unwrap())));
    check("export", &json("export acme@latest --out files"));
    json(&format!("snapshot pin {first}"));
    check("snapshot pin", &json(&format!("snapshot unpin {first}")));
    check("retention show", &json("retention set --rule 0:0/day --connection acme"));
    check("retention preview", &json("retention preview"));
    check("prune", &json("prune"));
    check("verify", &json("verify"));
    check("rebuild-index", &json("rebuild-index"));
    let failure = place.run("backup nope --json").ended(1);
    check("Failure", &serde_json::from_str(&failure.err).unwrap());
}
