//! The direction of imports, and who may name which package.

use std::path::{Path, PathBuf};

/// What each module may import, besides itself. Everything else is an error.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("model", &["base"]),
    ("store", &["base"]),
    ("prolly", &["base", "store"]),
    ("http", &["base"]),
    ("sim", &["base"]),
    ("plan", &["base", "model"]),
    ("snapshot", &["base", "model", "prolly", "store"]),
    ("platforms", &["base", "model", "http", "sim"]),
    ("apply", &["base", "model", "plan", "platforms", "http"]),
    ("app", &["base", "model", "store", "prolly", "snapshot", "http", "platforms", "plan", "apply", "sim"]),
    ("cli", &["base", "model", "snapshot", "plan", "apply", "platforms", "app"]),
];

/// Packages that only the named file or folder may use.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sled", &["store/index.rs"]),
    ("reqwest", &["http/transport.rs"]),
    (
        "axum",
        &[
            "sim/",
            "platforms/platform.rs",
            "platforms/trello/sim",
            "platforms/smartsheet/sim",
            "app/sandbox.rs",
        ],
    ),
    ("clap", &["cli/", "main.rs"]),
    ("comfy_table", &["cli/"]),
    ("indicatif", &["cli/"]),
];

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    assert!(found.len() > 20, "the sources were not found");
    found
}

/// The modules named after `crate::` on a line of code, also inside a group: `use crate::{a, b::c}`.
fn imported(line: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    line.split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => group.split(", ").map(word).collect(),
            None => vec![word(rest)],
        })
        .filter(|name| MAY_IMPORT.iter().any(|(module, _)| module == name))
        .collect()
}

fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn imports_go_downwards_only() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let module = path.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else { continue };
        for (at, line) in code_lines(&text) {
            for name in imported(line) {
                if name != module && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("src/{}:{at} imports {name}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the direction:\n{}", wrong.join("\n"));
}

#[test]
fn packages_stay_behind_their_wrapper() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let shown = path.to_string_lossy().into_owned();
        for (package, places) in ONLY_IN {
            if places.iter().any(|place| shown.starts_with(place)) {
                continue;
            }
            for (at, line) in code_lines(&text) {
                if line.contains(&format!("{package}::")) {
                    wrong.push(format!("src/{shown}:{at} uses {package}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "packages outside their wrapper:\n{}", wrong.join("\n"));
}

#[test]
fn a_sandbox_shares_nothing_with_its_connector() {
    for (path, text) in sources() {
        let shown = path.to_string_lossy().into_owned();
        if !shown.contains("/sim") || !shown.starts_with("platforms/") {
            continue;
        }
        for (at, line) in code_lines(&text) {
            for sibling in ["::api", "::read", "::write", "::spec", "::dialect", "model::"] {
                assert!(
                    !(line.contains("use ") && line.contains(sibling)),
                    "src/{shown}:{at} imports from its connector"
                );
            }
        }
    }
}

#[test]
fn the_reader_of_imports_sees_groups() {
    assert_eq!(imported("use crate::{base::hash, model};"), ["base", "model"]);
    assert_eq!(imported("use crate::store::chunks::Chunks;"), ["store"]);
    assert!(imported("let x = 1;").is_empty());
}

/// The code of a file without its tests, which come last.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

#[test]
fn nothing_outside_its_folder_names_a_platform() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let shown = path.to_string_lossy().into_owned();
        if shown.starts_with("platforms") || shown.contains("test") {
            continue;
        }
        for (at, line) in without_tests(&text).lines().enumerate() {
            let line = line.to_lowercase();
            for platform in boardvault::platforms::PLATFORMS {
                if line.contains(platform.id) {
                    wrong.push(format!("src/{shown}:{} names {}", at + 1, platform.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
