//! Worlds in which one list of the API has a given number of entries.

use serde_json::{Value, json};

use super::super::access::{Level, home};
use super::super::state::{PROOF, REPORT, RULE, SHEET, SIGHT, USER, WORKSPACE};
use super::builder::Builder;
use crate::sim::world::Kind;

/// An account in which the list of this name has so many entries.
pub(super) fn fill(build: &mut Builder, list: &str, entries: usize) -> Result<(), String> {
    let known = of_account(build, list, entries)
        || of_workspace(build, list, entries)
        || of_sheet(build, list, entries);
    if known { Ok(()) } else { Err(format!("there is no list `{list}`")) }
}

/// The lists that hang on nothing.
fn of_account(build: &mut Builder, list: &str, entries: usize) -> bool {
    let ada = build.cast.ada.clone();
    let names = (0..entries).map(|n| format!("Entry {n}"));
    match list {
        "sheets" => names.for_each(|name| drop(build.sheet(&ada, "", &name, &[]))),
        "folders of the home" => names.for_each(|name| drop(build.folder(&home(&ada), &name))),
        "reports" => assets(build, REPORT, &home(&ada), entries),
        "dashboards" => assets(build, SIGHT, &home(&ada), entries),
        "workspaces" => names.for_each(|name| drop(build.state.new_workspace(&ada, &name))),
        "groups" => names.for_each(|name| drop(build.make("/groups", json!({"name": name})))),
        "users" => {
            let account = build.state.world.get(USER, &ada).map(|ada| ada["_account"].clone());
            let cast = build.state.world.all(USER).filter(|user| Some(&user["_account"]) == account.as_ref()).count();
            names.skip(cast).for_each(|name| {
                let email = format!("{}@acme.example", name.replace(' ', "").to_lowercase());
                drop(build.make("/users", json!({"email": email})));
            });
        }
        _ => return false,
    }
    true
}

/// The lists that hang on a workspace or a folder.
fn of_workspace(build: &mut Builder, list: &str, entries: usize) -> bool {
    let cast = build.cast.clone();
    let workspace = |build: &mut Builder| {
        let workspace = build.state.new_workspace(&cast.ben, "Workspace");
        build.state.share(WORKSPACE, &workspace, "USER", &cast.ada, Level::Admin);
        workspace
    };
    let names = (0..entries).map(|n| format!("Entry {n}"));
    match list {
        "shares of a workspace" => {
            let workspace = workspace(build);
            shares(build, WORKSPACE, &workspace, entries);
        }
        "content of a workspace" => {
            let workspace = workspace(build);
            names.for_each(|name| drop(build.folder(&workspace, &name)));
        }
        "content of a folder" => {
            let workspace = workspace(build);
            let folder = build.folder(&workspace, "Folder");
            names.for_each(|name| drop(build.folder(&folder, &name)));
        }
        _ => return false,
    }
    true
}

/// The lists that hang on a sheet.
fn of_sheet(build: &mut Builder, list: &str, entries: usize) -> bool {
    let ben = build.cast.ben.clone();
    let sheet = build.sheet(&ben, "", "Sheet", &[]);
    let ada = build.cast.ada.clone();
    build.state.share(SHEET, &sheet.id, "USER", &ada, Level::Admin);
    let names = (0..entries).map(|n| format!("Entry {n}"));
    match list {
        "rows" => {
            let rows: Vec<Value> = names.map(|name| json!({"Task": name})).collect();
            build.rows(&ben, &sheet, None, &rows);
        }
        "discussions" => names.for_each(|words| drop(build.discuss(&ben, &sheet.id, None, &words))),
        "shares of a sheet" => shares(build, SHEET, &sheet.id, entries),
        "automation rules" => {
            names.for_each(|name| drop(build.place(RULE, &sheet.id, json!({"name": name, "enabled": true}))));
        }
        "proofs" => names.for_each(|name| drop(build.place(PROOF, &sheet.id, json!({"name": name})))),
        _ => return false,
    }
    true
}

/// Reports or dashboards, which nobody can make through the API.
fn assets(build: &mut Builder, kind: Kind, container: &str, count: usize) {
    let ada = build.cast.ada.clone();
    for n in 0..count {
        let asset = json!({"name": format!("Asset {n}"), "_parent": container, "source": null, "_publish": {}});
        let asset = build.place(kind, container, asset);
        build.state.own(kind, &asset, &ada);
    }
}

/// Shares with people of other accounts beside those with the owner and with Ada.
fn shares(build: &mut Builder, kind: Kind, asset: &str, count: usize) {
    let born = build.state.listed(asset, super::super::state::SHARE).len();
    for n in born..count {
        let guest = build.state.new_guest(&format!("guest{n}@else.example"));
        build.state.share(kind, asset, "USER", &guest, Level::Viewer);
    }
}
