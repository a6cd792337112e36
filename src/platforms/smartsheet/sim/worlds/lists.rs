//! Worlds in which one list of the API has a given number of entries.

use serde_json::{Value, json};

use super::super::access::{Level, home};
use super::super::attachments::Target;
use super::super::state::{
    PROOF, REPORT, RULE, SENT_REQUEST, SHEET, SIGHT, UPDATE_REQUEST, USER, WORKSPACE,
};
use super::builder::Builder;
use crate::sim::world::{Kind, text};

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
        "sources of a report" | "columns of a report" => {
            let part = if list == "columns of a report" { "_columns" } else { "_scope" };
            let things = (1..=entries).map(|n| match part {
                "_columns" => json!({"id": n, "title": format!("Column {n}"), "type": "TEXT_NUMBER", "index": n - 1}),
                _ => json!({"assetType": "sheet", "assetId": n.to_string()}),
            });
            let things: Value = things.collect();
            assets(build, REPORT, &home(&ada), 1);
            let report = build.state.world.all(REPORT).next().map(|report| text(report, "id").to_owned());
            build.force(REPORT, &report.unwrap_or_default(), |report| report[part] = things);
        }
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
        "update requests" => {
            names.for_each(|name| drop(build.place(UPDATE_REQUEST, &sheet.id, json!({"subject": name}))));
        }
        "sent update requests" => {
            names.for_each(|name| drop(build.place(SENT_REQUEST, &sheet.id, json!({"subject": name}))));
        }
        _ => return of_proof(build, &sheet.id, list, entries),
    }
    true
}

/// The lists that hang on a proof.
fn of_proof(build: &mut Builder, sheet: &str, list: &str, entries: usize) -> bool {
    let ben = build.cast.ben.clone();
    let proof = build.place(PROOF, sheet, json!({"name": "Proof", "version": 2}));
    match list {
        "files of a proof" => (0..entries).for_each(|n| {
            let to = Target { sheet, kind: "PROOF", id: &proof };
            drop(build.upload(&ben, &to, &format!("{n}.txt"), "text/plain", 8));
        }),
        "discussions of a proof" => (0..entries).for_each(|n| {
            drop(build.state.new_proof_discussion(&ben, sheet, &proof, &format!("Entry {n}")));
        }),
        "versions of a proof" => {
            // The proof as it is now is the first of them.
            let earlier = (1..entries).map(|n| json!({"id": n, "originalId": proof, "name": "Proof", "version": n}));
            let earlier: Value = earlier.collect();
            build.force(PROOF, &proof, |proof| proof["_versions"] = earlier);
        }
        "answers about a proof" => {
            let answers = (0..entries).map(|n| {
                json!({"user": {"name": format!("Person {n}"), "email": "same@else.example"}, "actionStatus": "PENDING"})
            });
            let answers: Value = answers.collect();
            build.force(PROOF, &proof, |proof| proof["_actions"] = answers);
        }
        _ => return false,
    }
    true
}

/// Reports or dashboards, which nobody can make through the API.
fn assets(build: &mut Builder, kind: Kind, container: &str, count: usize) {
    let ada = build.cast.ada.clone();
    for n in 0..count {
        let asset = json!({
            "name": format!("Asset {n}"), "_parent": container, "source": null, "_publish": {},
            "_definition": {"sortingCriteria": []}, "widgets": [],
        });
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
