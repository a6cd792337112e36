//! Project sheets, which come back as plain ones where they are made again.

use boardvault::model::loss::LossCause;
use boardvault::plan::types::Mode;
use serde_json::{Value, json};

use crate::common::Desk;
use crate::common::scene::Scene;

const PROJECT: &str = "Moving house";

async fn scene() -> Scene {
    Scene::before(Desk::on("smartsheet", "tiny", 1).await).await
}

/// The sheet with this name.
async fn sheet(desk: &Desk, name: &str) -> Value {
    let id = desk.world.id("sheet", name).await;
    desk.ask("GET", &format!("/sheets/{id}"), Value::Null).await
}

/// The id of the column with this title.
fn column<'a>(sheet: &'a Value, title: &str) -> &'a Value {
    let columns = sheet["columns"].as_array().unwrap();
    &columns.iter().find(|column| column["title"] == title).unwrap()["id"]
}

fn rows(sheet: &Value) -> &Vec<Value> {
    sheet["rows"].as_array().unwrap()
}

/// What people read in a column of the sheet with this name, row by row.
async fn read(scene: &Scene, name: &str, title: &str) -> Vec<Value> {
    let sheet = sheet(&scene.desk, name).await;
    let cells = rows(&sheet).iter().flat_map(|row| row["cells"].as_array().unwrap());
    let cells = cells.filter(|cell| cell["columnId"] == *column(&sheet, title));
    cells.map(|cell| cell["value"].clone()).filter(|value| !value.is_null()).collect()
}

/// What people read in the column of predecessors of the sheet with this name, row by row.
async fn predecessors(scene: &Scene, name: &str) -> Vec<Value> {
    read(scene, name, "Predecessors").await
}

async fn delete(scene: &Scene) {
    let path = format!("/sheets/{}", scene.container(PROJECT));
    scene.desk.world.call("system admin", "DELETE", &path, Value::Null).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_made_again_shows_the_predecessors_that_it_showed_and_the_plan_names_their_cells() {
    let scene = scene().await;
    let shown = predecessors(&scene, PROJECT).await;
    assert_eq!(shown, ["1"]);
    delete(&scene).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    let lost = plan.plan.losses.iter().filter(|loss| loss.cause == LossCause::ProjectSheet);
    let cells = lost.filter(|loss| loss.field.as_deref() == Some("value")).count();
    assert_eq!(cells, 1, "{:#?}", plan.plan.losses);
    scene.desk.apply(&plan).await;
    assert_eq!(predecessors(&scene, PROJECT).await, shown);
    scene.desk.assert_settled(&scene.snapshot()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_project_shows_its_predecessors() {
    let scene = scene().await;
    let plan = scene.desk.plan(&scene.path(&format!("Acme/{PROJECT}")), Mode::Copy, &[]).await;
    scene.desk.apply(&plan).await;
    let copy = format!("{PROJECT} (restored 2026-11-21)");
    assert_eq!(predecessors(&scene, &copy).await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lags_come_back_with_their_direction_and_all_of_their_units() {
    const EMPTIED: &str = "Project";
    let desk = Desk::on("smartsheet", "nasty", 1).await;
    let project = sheet(&desk, EMPTIED).await;
    let [first, _, third] = rows(&project).as_slice() else { panic!("three rows") };
    let lag = json!({"objectType": "DURATION", "weeks": 1, "days": 2.5, "hours": 4, "negative": true, "elapsed": true});
    let list = json!({"objectType": "PREDECESSOR_LIST", "predecessors": [{"rowId": first["id"], "type": "SS", "lag": lag}]});
    let cell = json!({"columnId": column(&project, "Predecessors"), "objectValue": list});
    let path = format!("/sheets/{}/rows", project["id"]);
    desk.ask("PUT", &path, json!([{"id": third["id"], "cells": [cell]}])).await;
    let scene = Scene::before(desk).await;
    let shown = predecessors(&scene, EMPTIED).await;
    assert_eq!(shown, ["1FS -1d", "1SS -e1w 2.5d 4h"]);
    let starts = read(&scene, EMPTIED, "Start").await;
    assert_eq!(starts, ["2026-12-07T08:00:00", "2026-12-06T08:00:00", "2026-11-28T08:00:00"]);
    let ids: Vec<String> = rows(&project).iter().map(|row| row["id"].to_string()).collect();
    scene.desk.ask("DELETE", &format!("{path}?ids={}", ids.join(",")), Value::Null).await;
    scene.desk.merge(&scene.snapshot()).await;
    assert_eq!(predecessors(&scene, EMPTIED).await, shown);
    assert_eq!(read(&scene, EMPTIED, "Start").await, starts);
    scene.desk.assert_settled(&scene.snapshot()).await;
}
