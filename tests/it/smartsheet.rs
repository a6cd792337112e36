//! Smartsheet against its sandbox: what a backup holds and what it costs, and restores that only it knows.

use std::collections::BTreeSet;

use boardvault::apply::Relation;
use boardvault::model::loss::LossCause;
use boardvault::model::{Kind, RecordKey};
use boardvault::plan::types::{Action, Mode, RestorePlan, Verdict};
use boardvault::snapshot::manifest::Status;
use serde_json::{Value, json};

use crate::common::compare::Side;
use crate::common::scene::{Scene, inside};
use crate::common::{Desk, FULL, USUAL};

const SMARTSHEET: &str = "smartsheet";

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_every_world_is_complete() {
    for world in ["tiny", "typical", "nasty"] {
        let report = Desk::on(SMARTSHEET, world, 1).await.backup(USUAL).await;
        assert_eq!(report.manifest.status, Status::Complete, "{world}: {:#?}", report.manifest.missing);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_plan_is_made_upon_rows_that_did_not_come() {
    let desk = Desk::on(SMARTSHEET, "tiny", 1).await;
    let snapshot = desk.backup(USUAL).await.id.to_string();
    let id = desk.world.id("sheet", "Launch plan").await;
    let mut short = desk.ask("GET", &format!("/sheets/{id}"), Value::Null).await;
    short["rows"].as_array_mut().unwrap().pop();
    let fault = json!({"kind": "status", "status": 200, "body": short.to_string(), "method": "GET",
        "path": format!("*/sheets/{id}"), "nth": 1, "times": 1_000_000});
    desk.world.fault(fault).await;
    let refused = desk.try_plan(&snapshot, Mode::Merge, &[]).await.unwrap_err();
    assert!(refused.message.contains("\"Launch plan\": 4 of 5 came"), "{refused:?}");
    desk.world.no_faults().await;
    desk.assert_settled(&snapshot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_sheet_costs_what_it_must_and_an_unchanged_one_nothing() {
    let desk = Desk::on(SMARTSHEET, "large:1000", 1).await;
    desk.world.forget_log().await;
    desk.backup(FULL).await;
    let log = desk.world.log().await;
    let of_sheets = |path: &str| path.contains("/sheets/") || path.contains("/shares");
    let api = log.iter().filter(|call| !call.is_storage() && of_sheets(&call.path)).count();
    let files = log.iter().filter(|call| call.is_storage()).count();
    // The sheet, its comments, and what no answer about a sheet tells: shares, publishing, rules, proofs, update
    // requests and those that were sent; besides, the shares of the workspace.
    assert!(api <= files + 9, "{api} calls for {files} files");
    desk.world.forget_log().await;
    desk.backup(USUAL).await;
    let log = desk.world.log().await;
    let again: Vec<&str> =
        log.iter().map(|call| call.path.as_str()).filter(|path| path.contains("/sheets/")).collect();
    assert!(again.is_empty(), "an unchanged sheet was read again: {again:?}");
}

/// A backup of what the person with this role sees.
async fn seen_by(role: &str) -> Scene {
    Scene::before(Desk::with(SMARTSHEET, Some(role), "tiny", 1).await).await
}

/// The paths of the sheets that a plan makes.
fn made(plan: &RestorePlan) -> Vec<String> {
    let sheets = plan.steps.iter().filter(|step| step.action == Action::Create);
    sheets.filter(|step| step.subject.kind == Kind::Container).map(|step| step.path.join("/")).collect()
}

/// Which fields of which sheets do not come back because of their place.
fn misplaced(plan: &RestorePlan) -> Vec<&str> {
    let lost = plan.losses.iter().filter(|loss| loss.cause == LossCause::OtherPlace);
    lost.filter_map(|loss| loss.field.as_deref()).collect()
}

/// The place of every sheet of this name.
async fn places(scene: &Scene, name: &str) -> Vec<String> {
    let state = scene.desk.world.state().await;
    let named = state["sheet"].as_array().unwrap().iter().filter(|sheet| sheet["name"] == name);
    named.map(|sheet| sheet["_parent"].as_str().unwrap().to_owned()).collect()
}

async fn home_of(scene: &Scene, email: &str) -> String {
    let state = scene.desk.world.state().await;
    let user = state["user"].as_array().unwrap().iter().find(|user| user["email"] == email).unwrap();
    format!("home-{}", user["id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_create_nothing_in_the_workspace_gets_sheets_back_into_the_sheets_folder() {
    let scene = seen_by("editor").await;
    for name in ["Budget", "Launch plan"] {
        let path = format!("/sheets/{}", scene.container(name));
        scene.desk.world.call("system admin", "DELETE", &path, Value::Null).await;
    }
    let damaged = scene.now().await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    assert_eq!(plan.plan.verdict, Verdict::Applyable, "{:#?}", plan.plan.blocked);
    let sheets: BTreeSet<String> = made(&plan.plan).into_iter().collect();
    assert_eq!(sheets, ["Sheets/Budget", "Sheets/Launch plan"].map(str::to_owned).into());
    // The budget lay in a folder, the launch plan right in the workspace.
    assert_eq!(misplaced(&plan.plan).len(), 3);
    let applied = scene.desk.apply(&plan).await;

    let home = home_of(&scene, "cleo@acme.example").await;
    assert_eq!(places(&scene, "Budget").await, std::slice::from_ref(&home));
    assert_eq!(places(&scene, "Launch plan").await, [home]);
    // All links between the two are among what must be the same.
    let found = scene.now().await;
    scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored).assert_same("merge");
    scene.desk.assert_settled(&scene.snapshot()).await;

    let back = scene.desk.undo(&applied.run).await;
    scene.desk.apply(&back).await;
    let found = scene.now().await;
    let keys = |side: &Side| side.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&found), keys(&damaged));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_in_a_workspace_that_is_only_edited_is_copied_into_the_sheets_folder() {
    let scene = seen_by("licensed member").await;
    edits_only(&scene).await;
    let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::Copy, &[]).await;
    assert_eq!(plan.plan.verdict, Verdict::Applyable, "{:#?}", plan.plan.blocked);
    assert_eq!(made(&plan.plan), ["Sheets/Budget"]);
    assert_eq!(misplaced(&plan.plan), ["folder", "workspace"]);
    scene.desk.apply(&plan).await;
    let home = home_of(&scene, "ben@acme.example").await;
    assert_eq!(places(&scene, "Budget (restored 2026-11-21)").await, [home]);
    assert!(!inside(&scene.now().await, &scene.container("Budget")).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_in_a_workspace_that_is_only_edited_is_not_replaced_and_the_plan_says_what_to_do() {
    let scene = seen_by("licensed member").await;
    edits_only(&scene).await;
    let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::DeleteBefore, &[]).await.plan;
    assert_eq!((plan.verdict, plan.steps.len()), (Verdict::Blocked, 0));
    let sheet = plan.blocked.iter().find(|blocked| blocked.action == Action::Create).unwrap();
    for word in ["needs the owner or an admin of the workspace", "`--mode copy`", "lost to all who have it"] {
        assert!(sheet.why.contains(word), "{word} in {}", sheet.why);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_from_the_sheets_folder_makes_no_second_sheet_and_takes_no_other_for_the_new_one() {
    let desk = Desk::with(SMARTSHEET, Some("editor"), "tiny", 1).await;
    let budget = desk.world.id("sheet", "Budget").await;
    let column = json!({"title": "Task", "type": "TEXT_NUMBER", "primary": true});
    let namesake = json!({"name": "Budget", "columns": [column]});
    desk.world.call("editor", "POST", "/sheets", namesake).await;
    let scene = Scene::before(desk).await;
    scene.desk.world.call("system admin", "DELETE", &format!("/sheets/{budget}"), Value::Null).await;
    let plan = scene.desk.plan(&scene.path(&format!("Acme/id:{budget}")), Mode::Merge, &[]).await;
    let fault = json!({"kind": "drop_after", "method": "POST", "path": "/2.0/sheets", "times": 1});
    scene.desk.world.fault(fault).await;
    scene.desk.world.forget_log().await;
    scene.desk.apply(&plan).await;
    let log = scene.desk.world.log().await;
    let calls: Vec<String> = log.iter().map(|call| format!("{} {}", call.method, call.path)).collect();
    let sent = calls.iter().position(|call| call == "POST /2.0/sheets").unwrap();
    assert_eq!(calls[sent + 1], "GET /2.0/sheets", "it was looked for");
    assert_eq!(calls.iter().filter(|call| *call == "POST /2.0/sheets").count(), 1);
    let home = home_of(&scene, "cleo@acme.example").await;
    assert_eq!(places(&scene, "Budget").await, [home.clone(), home]);
    let found = scene.now().await;
    let wanted = inside(&scene.wanted, &budget.into());
    scene.compare(&wanted, &found, &plan.plan, Relation::Restored).assert_same("merge");
}

/// Takes the right to create sheets in the workspace from its administrator, who still owns the budget.
async fn edits_only(scene: &Scene) {
    let state = scene.desk.world.state().await;
    let workspace = scene.desk.world.id("workspace", "Acme").await;
    let home = home_of(scene, "ben@acme.example").await;
    let ben = home.trim_start_matches("home-");
    let shares = state["share"].as_array().unwrap().iter();
    let is_bens = |share: &&Value| share["userId"] == ben && share["accessLevel"] == "ADMIN";
    let share = shares.filter(is_bens).find(|share| share["_assetId"] == workspace.as_str());
    let id = share.unwrap_or_else(|| panic!("{:#}", state["share"]))["id"].as_str().unwrap();
    let path = format!("/shares/{id}?assetType=workspace&assetId={workspace}");
    scene.desk.world.call("system admin", "PATCH", &path, json!({"accessLevel": "EDITOR"})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_come_back_in_the_order_in_which_they_were_written() {
    let desk = Desk::on(SMARTSHEET, "tiny", 1).await;
    let sheet = desk.world.id("sheet", "Launch plan").await;
    let talk = format!("/sheets/{sheet}/discussions");
    let made =
        desk.world.call("system admin", "POST", &talk, json!({"comment": {"text": "Who comes?"}})).await;
    let id = &made["result"]["id"];
    let said: Vec<String> = (1..=8).map(|number| format!("Guest {number}")).collect();
    for words in &said {
        desk.world
            .call("system admin", "POST", &format!("{talk}/{id}/comments"), json!({"text": words}))
            .await;
    }
    let scene = Scene::before(desk).await;
    scene.desk.world.call("system admin", "DELETE", &format!("{talk}/{id}"), Value::Null).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    scene.desk.apply(&plan).await;
    let all = scene
        .desk
        .world
        .call("system admin", "GET", &format!("{talk}?include=comments&includeAll=true"), Value::Null)
        .await;
    let comments = all["data"].as_array().unwrap().iter().flat_map(|one| one["comments"].as_array().unwrap());
    let texts = comments.filter_map(|comment| comment["text"].as_str());
    let replies: Vec<&str> =
        texts.filter_map(|text| text.split("\n\n").nth(1)).filter(|text| text.starts_with("Guest")).collect();
    assert_eq!(replies, said);
}

/// The launch plan with a cell that leads to the budget, both as Ada sees them.
async fn with_a_link() -> Scene {
    let desk = Desk::on(SMARTSHEET, "tiny", 1).await;
    let number = |id: &Value| json!(id.as_str().unwrap().parse::<u64>().unwrap());
    let [launch, budget] =
        [desk.world.named("sheet", "Launch plan").await, desk.world.named("sheet", "Budget").await];
    let columns = launch["columns"].as_array().unwrap();
    let task = &columns.iter().find(|column| column["title"] == "Task").unwrap()["id"];
    let state = desk.world.state().await;
    let rows = state["row"].as_array().unwrap().iter();
    let mut rows = rows.filter(|row| row["_sheet"] == launch["id"]);
    let row = rows.find(|row| row["cells"][task.as_str().unwrap()]["value"] == "Sign the contract").unwrap();
    let cell =
        json!({"columnId": number(task), "value": LINK, "hyperlink": {"sheetId": number(&budget["id"])}});
    let body = json!([{"id": number(&row["id"]), "cells": [cell]}]);
    desk.world
        .call("system admin", "PUT", &format!("/sheets/{}/rows", launch["id"].as_str().unwrap()), body)
        .await;
    let scene = Scene::before(desk).await;
    assert_eq!(leads_to(&scene).await, budget["id"]);
    let path = format!("/sheets/{}", scene.container("Budget"));
    scene.desk.world.call("system admin", "DELETE", &path, Value::Null).await;
    scene
}

const LINK: &str = "what it costs";

/// The id of the sheet to which the link leads.
async fn leads_to(scene: &Scene) -> Value {
    let state = scene.desk.world.state().await;
    let rows = state["row"].as_array().unwrap().iter();
    let mut cells = rows.flat_map(|row| row["cells"].as_object().unwrap().values().cloned());
    cells.find(|cell| cell["value"] == LINK).unwrap()["hyperlink"]["sheetId"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_sheet_follows_the_sheet_that_is_made_anew() {
    let scene = with_a_link().await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    let applied = scene.desk.apply(&plan).await;
    assert_eq!(leads_to(&scene).await, scene.desk.world.id("sheet", "Budget").await);
    scene.desk.assert_settled(&scene.snapshot()).await;
    // The way back has nowhere to lead the link, and says so.
    let back = scene.desk.undo(&applied.run).await;
    let lost = back.plan.losses.iter().filter(|loss| loss.cause == LossCause::TargetGone);
    assert!(lost.filter_map(|loss| loss.field.as_deref()).any(|field| field == "hyperlink.sheetId"));
    scene.desk.apply(&back).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_not_selected_follows_as_well_and_leaves_nothing_for_the_next_restore() {
    let scene = with_a_link().await;
    let only = scene.desk.plan(&scene.path("Acme/Budget"), Mode::Merge, &[]).await;
    scene.desk.apply(&only).await;
    assert_eq!(leads_to(&scene).await, scene.desk.world.id("sheet", "Budget").await);
    scene.desk.assert_settled(&scene.snapshot()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_show_late_after_a_lost_answer_are_not_made_twice() {
    let scene = Scene::on("smartsheet", "tiny", 1, ("disaster", 0)).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    let fault =
        json!({"kind": "drop_after", "method": "POST", "path": "/2.0/sheets/{}/rows", "hidden_ms": 60_000});
    scene.desk.world.fault(fault).await;
    scene.desk.apply(&plan).await;
    let found = scene.now().await;
    let compared = scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored);
    compared.assert_same("rows that show late");
    let strange = compared.extra(&found).into_iter().filter(|key| !scene.damaged.contains_key(key));
    assert_eq!(strange.collect::<Vec<_>>(), Vec::<&RecordKey>::new(), "made twice");
}
