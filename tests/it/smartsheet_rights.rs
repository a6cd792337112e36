//! What an editor of a sheet may write to Smartsheet, and what the plan says of the rest.

use std::collections::BTreeSet;

use boardvault::apply::Relation;
use boardvault::model::Kind;
use boardvault::plan::types::{Action, Mode, RestorePlan, Verdict};
use serde_json::{Value, json};

use crate::common::Desk;
use crate::common::scene::Scene;

/// Who may change everything.
const ADMIN: &str = "system admin";

async fn editor(world: &str) -> Desk {
    Desk::with("smartsheet", Some("editor"), world, 1).await
}

/// An id as the platform takes it.
fn number(id: &Value) -> Value {
    json!(id.as_str().unwrap().parse::<u64>().unwrap())
}

fn titled<'a>(list: &'a Value, title: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|one| one["title"] == title).unwrap()
}

/// The reasons for which something of a plan is blocked.
fn reasons(plan: &RestorePlan) -> BTreeSet<&str> {
    plan.blocked.iter().map(|blocked| blocked.why.split(", and ").next().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_s_plan_leaves_locked_rows_and_columns_alone_and_restores_the_rest() {
    let desk = Desk::with("smartsheet", Some("editor"), "nasty", 1).await;
    let scene = Scene::before(desk).await;
    let world = &scene.desk.world;
    let sheet = world.named("sheet", "Locks").await;
    let column = |title: &str| {
        let all = sheet["columns"].as_array().unwrap();
        number(&all.iter().find(|column| column["title"] == title).unwrap()["id"])
    };
    let state = world.state().await;
    let rows = state["row"].as_array().unwrap().iter().filter(|row| row["_sheet"] == sheet["id"]);
    let (shut, open): (Vec<&Value>, Vec<&Value>) = rows.partition(|row| row["locked"] == true);
    let cell = |title: &str| json!({"columnId": column(title), "value": "changed"});
    let changed = json!([
        {"id": number(&open[0]["id"]), "cells": [cell("Task"), cell("Locked")]},
        {"id": number(&shut[0]["id"]), "cells": [cell("Hidden")]}]);
    world.call(ADMIN, "PUT", &format!("/sheets/{}/rows", sheet["id"].as_str().unwrap()), changed).await;

    let plan = scene.desk.plan(&scene.path("Nästy & Söns <b> \"quoted\"/Locks"), Mode::Merge, &[]).await;
    let blocked: BTreeSet<&str> =
        plan.plan.blocked.iter().map(|blocked| blocked.why.split(" is locked").next().unwrap()).collect();
    assert_eq!(blocked, ["the column \"Locked\"", "the row \"locked\""].into(), "{:#?}", plan.plan.blocked);
    assert_eq!(plan.plan.verdict, Verdict::Partial);
    scene.desk.apply(&plan).await;
    let found = scene.now().await;
    scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored).assert_same("merge");
}

/// The launch plan, whose primary column was locked before an editor's backup, without the row that is above all others.
async fn without_a_tree(locked: &[&str]) -> Scene {
    let desk = editor("tiny").await;
    let sheet = desk.world.named("sheet", "Launch plan").await;
    let path = format!("/sheets/{}", sheet["id"].as_str().unwrap());
    for title in locked {
        let column = titled(&sheet["columns"], title)["id"].as_str().unwrap();
        desk.world.call(ADMIN, "PUT", &format!("{path}/columns/{column}"), json!({"locked": true})).await;
    }
    let scene = Scene::before(desk).await;
    let state = scene.desk.world.state().await;
    let rows = state["row"].as_array().unwrap().iter().filter(|row| row["_sheet"] == sheet["id"]);
    let top = rows.map(|row| row["parentId"].as_str().unwrap()).filter(|id| !id.is_empty());
    let top = top
        .min_by_key(|id| state["row"].as_array().unwrap().iter().position(|row| row["id"] == *id).unwrap());
    let rows = format!("{path}/rows?ids={}", top.unwrap());
    scene.desk.world.call(ADMIN, "DELETE", &rows, Value::Null).await;
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_s_new_rows_come_without_their_primary_cells_where_that_column_is_locked() {
    let scene = without_a_tree(&["Task"]).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    let creates = |kind| {
        plan.plan.steps.iter().filter(move |step| step.subject.kind == kind && step.action == Action::Create)
    };
    assert_eq!(creates(Kind::Item).count(), 4);
    assert!(creates(Kind::FieldValue).count() > 4, "the other cells come back");
    assert_eq!(
        reasons(&plan.plan),
        ["the column \"Cost\" is locked", "the column \"Task\" is locked"].into(),
        "{:#?}",
        plan.plan.blocked
    );
    scene.desk.apply(&plan).await;
    let found = scene.now().await;
    scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored).assert_same("merge");
    assert!(scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await.plan.steps.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_puts_no_image_into_the_summary() {
    let desk = editor("tiny:EDITOR").await;
    let sheet = desk.world.named("sheet", "Launch plan").await;
    let field = titled(&sheet["summaryFields"], "Sponsor");
    let path = format!("/sheets/{}/summary/fields", sheet["id"].as_str().unwrap());
    let image = format!("{path}/{}/images?altText=face", field["id"].as_str().unwrap());
    desk.world.upload(ADMIN, &image, "face.png", b"a face").await;
    let scene = Scene::before(desk).await;
    let emptied = json!([{"id": number(&field["id"]), "objectValue": null}]);
    scene.desk.world.call(ADMIN, "PUT", &path, emptied).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await.plan;
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    assert_eq!(reasons(&plan), ["needs the owner or an admin of the sheet"].into(), "{:#?}", plan.blocked);
    assert!(plan.blocked.iter().any(|blocked| blocked.subject.kind == Kind::Image));
}
