//! Cross-sheet references, and the formulas that use them, where the sheet that they lead to is made anew.

use std::collections::BTreeSet;

use boardvault::apply::Relation;
use boardvault::model::loss::LossCause;
use boardvault::model::ops;
use boardvault::plan::types::{Mode, Verdict};
use serde_json::{Value, json};

use crate::common::USUAL;
use crate::common::scene::Scene;
use crate::smartsheet_links::{HALL, REFERENCE, broken, cell, delete_budget, follows, scene, write};

/// The formula of the launch's cost, and to which sheet the reference leads that it names.
async fn formula(scene: &Scene) -> (String, Value) {
    let cell = cell(scene, "Launch plan", "Launch", "Cost").await;
    let formula = cell["formula"].as_str().unwrap().to_owned();
    let name = formula.split(['{', '}']).nth(1).unwrap().to_owned();
    let reference = scene.desk.world.named("crossSheetReference", &name).await;
    assert_eq!(reference["status"], "OK", "{reference}");
    let budget = scene.desk.world.named("sheet", "Budget").await;
    let amount =
        budget["columns"].as_array().unwrap().iter().find(|column| column["title"] == "Amount").unwrap();
    assert_eq!([&reference["startColumnId"], &reference["endColumnId"]], [&amount["id"]; 2]);
    (formula, reference["sourceSheetId"].clone())
}

async fn budget(scene: &Scene) -> Value {
    scene.desk.world.id("sheet", "Budget").await.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn formulas_of_a_sheet_that_stays_name_a_new_reference_to_the_sheet_that_replaces_the_old_one() {
    for mode in [Mode::DeleteBefore, Mode::DeleteBeforeLiteral] {
        let scene = scene().await;
        let plan = scene.desk.plan(&scene.path("Acme/Budget"), mode, &[]).await;
        let led = follows(&plan.plan);
        assert_eq!(led.len(), 3, "{led:?}");
        assert!(
            led.contains(&REFERENCE.to_owned())
                && led.contains(&"cell Acme/Launch plan/Launch/Cost".to_owned())
        );
        assert_eq!(broken(&plan.plan), [""; 0]);
        scene.desk.apply(&plan).await;
        assert_eq!(
            formula(&scene).await,
            ("=SUM({All amounts 2})".to_owned(), budget(&scene).await),
            "{mode:?}"
        );
        scene.desk.assert_settled(&scene.snapshot()).await;
        let again = scene.desk.plan(&scene.path("Acme/Budget"), mode, &[]).await;
        scene.desk.apply(&again).await;
        assert_eq!(
            formula(&scene).await,
            ("=SUM({All amounts 3})".to_owned(), budget(&scene).await),
            "{mode:?}"
        );
        scene.desk.assert_settled(&scene.snapshot()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_leads_formulas_to_the_sheet_that_it_makes_again() {
    let scene = scene().await;
    let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::DeleteBefore, &[]).await;
    let applied = scene.desk.apply(&plan).await;
    let back = scene.desk.undo(&applied.run).await;
    assert_eq!(broken(&back.plan), [""; 0]);
    scene.desk.apply(&back).await;
    assert_eq!(formula(&scene).await, ("=SUM({All amounts 3})".to_owned(), budget(&scene).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_makes_a_reference_to_a_deleted_sheet_anew_and_its_undo_names_the_old_one_again() {
    for path in ["", ":Acme/Budget"] {
        let scene = scene().await;
        delete_budget(&scene).await;
        let plan = scene.desk.plan(&format!("{}{path}", scene.snapshot()), Mode::Merge, &[]).await;
        assert_eq!(broken(&plan.plan), [""; 0], "{path}");
        let applied = scene.desk.apply(&plan).await;
        assert_eq!(
            formula(&scene).await,
            ("=SUM({All amounts 2})".to_owned(), budget(&scene).await),
            "{path}"
        );
        let found = scene.now().await;
        if path.is_empty() {
            scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored).assert_same("merge");
        }
        scene.desk.assert_settled(&scene.snapshot()).await;
        scene.desk.apply(&scene.desk.undo(&applied.run).await).await;
        let shown = cell(&scene, "Launch plan", "Launch", "Cost").await;
        assert_eq!(shown["formula"], "=SUM({All amounts})", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_no_formula_names_any_more_is_not_made_anew() {
    for mode in [Mode::DeleteBefore, Mode::Merge] {
        let scene = scene().await;
        if mode == Mode::Merge {
            delete_budget(&scene).await;
        }
        write(&scene, "Launch", "Cost", json!({"value": 2000})).await;
        let plan = scene.desk.plan(&scene.path("Acme/Budget"), mode, &[]).await;
        assert_eq!((follows(&plan.plan), broken(&plan.plan)), (vec![HALL.to_owned()], vec![]), "{mode:?}");
        scene.desk.apply(&plan).await;
        assert_eq!(cell(&scene, "Launch plan", "Launch", "Cost").await["value"], 2000, "{mode:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_formula_that_somebody_changed_since_keeps_the_change() {
    let scene = scene().await;
    write(&scene, "Launch", "Cost", json!({"formula": "=SUM({All amounts}) * 2"})).await;
    let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::DeleteBefore, &[]).await;
    scene.desk.apply(&plan).await;
    assert_eq!(formula(&scene).await.0, "=SUM({All amounts 2}) * 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn formulas_of_columns_and_of_the_summary_follow_as_well() {
    let scene = scene().await;
    let launch = scene.desk.world.named("sheet", "Launch plan").await;
    let path = format!("/sheets/{}", launch["id"].as_str().unwrap());
    let link = launch["columns"].as_array().unwrap().iter().find(|column| column["title"] == "Link").unwrap();
    let column = format!("{path}/columns/{}", link["id"].as_str().unwrap());
    let whole = json!({"formula": "=[Task]@row + SUM({All amounts})"});
    scene.desk.world.call("system admin", "PUT", &column, whole).await;
    let fields =
        scene.desk.world.call("system admin", "GET", &format!("{path}/summary/fields"), Value::Null).await;
    let total = fields["data"].as_array().unwrap().iter().find(|field| field["title"] == "Total").unwrap();
    let total = json!([{"id": total["id"], "formula": "=SUM({All amounts})"}]);
    scene.desk.world.call("system admin", "PUT", &format!("{path}/summary/fields"), total).await;
    let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::DeleteBefore, &[]).await;
    scene.desk.apply(&plan).await;
    let now = scene.desk.world.state().await.to_string();
    for formula in ["=[Task]@row + SUM({All amounts 2})", "=SUM({All amounts 2})"] {
        assert!(now.contains(&format!("\"formula\":\"{formula}\"")), "{formula}");
    }
    assert!(!now.contains("SUM({All amounts})"), "none is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_leaves_nothing_but_an_unused_reference_is_whole_and_calls_everything_by_name() {
    for path in ["Acme/Budget", "Acme/Launch plan"] {
        let scene = scene().await;
        let plan = scene.desk.plan(&scene.path(path), Mode::DeleteBefore, &[]).await;
        let applied = scene.desk.apply(&plan).await;
        let back = scene.desk.undo(&applied.run).await.plan;
        assert_eq!((back.verdict, back.blocked.len()), (Verdict::Applyable, 0), "{path}");
        let left = back.losses.iter().filter(|loss| loss.cause == LossCause::Unused);
        let left: Vec<String> = left.map(|loss| format!("{} {}", loss.noun, loss.path.join("/"))).collect();
        let expected = if path == "Acme/Budget" { vec![REFERENCE] } else { vec![] };
        assert_eq!(left, expected, "{path}");
        for change in
            back.steps.iter().flat_map(|step| &step.changes).filter(|change| change.refers_to.is_some())
        {
            let ids = [change.from.as_ref(), Some(&change.to)].into_iter().flatten();
            let unnamed: Vec<&str> = ids
                .flat_map(|ids| ops::ids(Some(ids)))
                .filter(|id| !change.names.contains_key(*id))
                .collect();
            assert!(unnamed.is_empty(), "{path}: {} {unnamed:?}", change.path);
        }
    }
}

/// A new sheet, and a formula in it that names a new reference to the amounts of the budget.
async fn refer_from_a_new_sheet(scene: &Scene) {
    let columns = ["Task", "Sum"]
        .map(|title| json!({"title": title, "type": "TEXT_NUMBER", "primary": title == "Task"}));
    let made =
        scene.desk.ask("POST", "/sheets", json!({"name": "New", "columns": columns})).await["result"].clone();
    let sheet = format!("/sheets/{}", made["id"]);
    let source = scene.desk.world.named("sheet", "Budget").await;
    let number = |id: &Value| json!(id.as_str().unwrap().parse::<u64>().unwrap());
    let amount =
        source["columns"].as_array().unwrap().iter().find(|column| column["title"] == "Amount").unwrap();
    let [source, column] = [&source["id"], &amount["id"]].map(number);
    let reference =
        json!({"name": "Since", "sourceSheetId": source, "startColumnId": column, "endColumnId": column});
    scene.desk.ask("POST", &format!("{sheet}/crosssheetreferences"), reference).await;
    let cells = json!([
        {"columnId": made["columns"][0]["id"], "value": "Paper"},
        {"columnId": made["columns"][1]["id"], "formula": "=SUM({Since})"},
    ]);
    scene.desk.ask("POST", &format!("{sheet}/rows"), json!([{"toBottom": true, "cells": cells}])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn references_made_since_the_backup_follow_and_unchanged_sheets_are_not_read_for_them() {
    for is_in_a_later_backup in [false, true] {
        let scene = scene().await;
        refer_from_a_new_sheet(&scene).await;
        if is_in_a_later_backup {
            scene.desk.backup(USUAL).await;
        }
        scene.desk.world.forget_log().await;
        let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::DeleteBefore, &[]).await;
        let mut read = BTreeSet::new();
        for sheet in ["Budget", "Launch plan", "New", "Passwords of plants"] {
            let path = format!("/sheets/{}", scene.desk.world.id("sheet", sheet).await);
            if scene.desk.world.log().await.iter().any(|call| call.path.contains(&path)) {
                read.insert(sheet);
            }
        }
        assert_eq!(read, BTreeSet::from(["Budget", "Launch plan", "New"]), "{is_in_a_later_backup}");
        assert!(
            follows(&plan.plan).contains(&"cell Sheets/New/Paper/Sum".to_owned()),
            "{:?}",
            follows(&plan.plan)
        );
        assert_eq!(broken(&plan.plan), [""; 0]);
        scene.desk.apply(&plan).await;
        let shown = cell(&scene, "New", "Paper", "Sum").await["formula"].clone();
        assert_eq!(shown, "=SUM({Since 2})", "{is_in_a_later_backup}");
        let reference = scene.desk.world.named("crossSheetReference", "Since 2").await;
        assert_eq!(reference["sourceSheetId"], budget(&scene).await, "{is_in_a_later_backup}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_that_cannot_be_looked_at_for_references_is_named_and_stops_nothing() {
    let scene = scene().await;
    refer_from_a_new_sheet(&scene).await;
    let path = format!("/2.0/sheets/{}", scene.desk.world.id("sheet", "New").await);
    let fault = json!({"kind": "status", "status": 403, "method": "GET", "path": path, "times": 1_000_000,
        "body": r#"{"errorCode":1004,"message":"You are not authorized to perform this action."}"#});
    scene.desk.world.fault(fault).await;
    let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::DeleteBefore, &[]).await;
    let unread: Vec<_> = plan.plan.losses.iter().filter(|loss| loss.cause == LossCause::Unread).collect();
    assert_eq!(unread.len(), 1, "{:#?}", plan.plan.losses);
    assert_eq!((unread[0].noun.as_str(), unread[0].path.join("/")), ("sheet", "Sheets/New".to_owned()));
    assert!(unread[0].why.as_ref().unwrap().contains("not authorized"), "{unread:?}");
    assert_eq!((plan.plan.verdict, plan.plan.blocked.len()), (Verdict::Applyable, 0));
    scene.desk.apply(&plan).await;
}
