//! Links between sheets, where one of the two is made anew and the other stays.

use boardvault::app::error::ErrorKind;
use boardvault::model::loss::LossCause;
use boardvault::plan::types::{Mode, Reason, RestorePlan, Verdict};
use serde_json::{Value, json};

use crate::common::Desk;
use crate::common::scene::Scene;

pub(crate) async fn scene() -> Scene {
    Scene::before(Desk::on("smartsheet", "tiny", 1).await).await
}

/// What the plan leaves broken, in the words of people.
pub(crate) fn broken(plan: &RestorePlan) -> Vec<String> {
    let lost = plan.losses.iter().filter(|loss| loss.cause == LossCause::Broken);
    lost.map(|loss| format!("{} {}", loss.noun, loss.path.join("/"))).collect()
}

/// The reference that is made in the place of "All amounts".
pub(crate) const REFERENCE: &str = "cross-sheet reference Acme/Launch plan/All amounts 2";

/// A cell of the sheet as the platform has it now.
pub(crate) async fn cell(scene: &Scene, sheet: &str, row: &str, column: &str) -> Value {
    let sheet = scene.desk.world.named("sheet", sheet).await;
    let columns = sheet["columns"].as_array().unwrap();
    let id =
        |title: &str| columns.iter().find(|column| column["title"] == title).unwrap()["id"].as_str().unwrap();
    let state = scene.desk.world.state().await;
    let rows = state["row"].as_array().unwrap().iter().filter(|row| row["_sheet"] == sheet["id"]);
    let mut rows = rows.filter(|found| found["cells"][id("Task")]["value"] == row);
    rows.next().unwrap()["cells"][id(column)].clone()
}

/// The address of a cell as another one links to it.
async fn address(scene: &Scene, sheet: &str, row: &str, column: &str) -> Value {
    let sheet = scene.desk.world.named("sheet", sheet).await;
    let id = |title: &str| {
        let columns = sheet["columns"].as_array().unwrap();
        columns.iter().find(|column| column["title"] == title).unwrap()["id"].clone()
    };
    let state = scene.desk.world.state().await;
    let mut rows = state["row"].as_array().unwrap().iter().filter(|row| row["_sheet"] == sheet["id"]);
    let row = rows.rfind(|found| found["cells"][id("Task").as_str().unwrap()]["value"] == row).unwrap();
    json!({"status": "OK", "sheetId": sheet["id"], "rowId": row["id"], "columnId": id(column), "sheetName": sheet["name"]})
}

async fn hall(scene: &Scene) -> Value {
    cell(scene, "Launch plan", "Rent the hall", "Cost").await["linkInFromCell"].clone()
}

/// What the plan does in the launch plan, which nobody selected.
pub(crate) fn follows(plan: &RestorePlan) -> Vec<String> {
    let steps = plan.steps.iter().filter(|step| step.reason == Reason::Follows);
    steps.map(|step| format!("{} {}", step.noun, step.path.join("/"))).collect()
}

pub(crate) const HALL: &str = "cell Acme/Launch plan/Prepare/Rent the hall/Cost";

#[tokio::test(flavor = "multi_thread")]
async fn cells_of_a_sheet_that_stays_are_linked_to_the_sheet_that_replaces_the_old_one() {
    for mode in [Mode::DeleteBefore, Mode::DeleteBeforeLiteral] {
        let scene = scene().await;
        let plan = scene.desk.plan(&scene.path("Acme/Budget"), mode, &[]).await;
        assert!(follows(&plan.plan).contains(&HALL.to_owned()), "{:#?}", plan.plan.steps);
        let applied = scene.desk.apply(&plan).await;
        let posters = address(&scene, "Budget", "Posters", "Amount").await;
        assert_ne!(posters["sheetId"], scene.container("Budget").as_str(), "it is another sheet");
        assert_eq!(hall(&scene).await, posters, "{mode:?}");
        scene.desk.assert_settled(&scene.snapshot()).await;

        let back = scene.desk.undo(&applied.run).await;
        scene.desk.apply(&back).await;
        let again = address(&scene, "Budget", "Posters", "Amount").await;
        assert_ne!(again["sheetId"], posters["sheetId"]);
        assert_eq!(hall(&scene).await, again, "undo of {mode:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_sheet_goes_when_nothing_leads_to_it_any_more() {
    let scene = scene().await;
    let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::DeleteBefore, &[]).await.plan;
    let removal = plan.deletions().next().unwrap();
    let followers = plan.steps.iter().filter(|step| step.reason == Reason::Follows);
    for step in followers {
        assert!(removal.after.contains(&step.id), "{step:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_of_a_deleted_sheet_alone_leads_the_cells_of_the_others_to_it() {
    let scene = scene().await;
    delete_budget(&scene).await;
    assert_eq!(hall(&scene).await["status"], "BROKEN");
    let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::Merge, &[]).await;
    assert!(follows(&plan.plan).contains(&HALL.to_owned()), "{:#?}", plan.plan.steps);
    let applied = scene.desk.apply(&plan).await;
    assert_eq!(hall(&scene).await, address(&scene, "Budget", "Posters", "Amount").await);
    scene.desk.assert_settled(&scene.snapshot()).await;

    scene.desk.apply(&scene.desk.undo(&applied.run).await).await;
    let shown = cell(&scene, "Launch plan", "Rent the hall", "Cost").await;
    assert_eq!(
        (&shown["value"], shown.get("linkInFromCell")),
        (&json!(1200), None),
        "what the broken link showed"
    );
}

pub(crate) async fn delete_budget(scene: &Scene) {
    let path = format!("/sheets/{}", scene.container("Budget"));
    scene.desk.world.call("system admin", "DELETE", &path, Value::Null).await;
}

/// Changes a cell of the launch plan as a person would.
pub(crate) async fn write(scene: &Scene, row: &str, column: &str, content: Value) {
    let target = address(scene, "Launch plan", row, column).await;
    let number = |name: &str| json!(target[name].as_str().unwrap().parse::<u64>().unwrap());
    let mut cell = content;
    cell["columnId"] = number("columnId");
    let path = format!("/sheets/{}/rows", target["sheetId"].as_str().unwrap());
    let body = json!([{"id": number("rowId"), "cells": [cell]}]);
    scene.desk.world.call("system admin", "PUT", &path, body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_in_which_somebody_wrote_since_is_left_alone_and_is_no_loss() {
    for mode in [Mode::DeleteBefore, Mode::Merge] {
        let scene = scene().await;
        if mode == Mode::Merge {
            delete_budget(&scene).await;
        }
        write(&scene, "Rent the hall", "Cost", json!({"value": 5})).await;
        let plan = scene.desk.plan(&scene.path("Acme/Budget"), mode, &[]).await;
        assert!(!follows(&plan.plan).contains(&HALL.to_owned()), "{mode:?}");
        assert!(!broken(&plan.plan).contains(&HALL.to_owned()), "{mode:?}");
        scene.desk.apply(&plan).await;
        assert_eq!(cell(&scene, "Launch plan", "Rent the hall", "Cost").await["value"], 5, "{mode:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_stale_when_somebody_wrote_into_a_cell_that_was_to_follow() {
    let scene = scene().await;
    let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::DeleteBefore, &[]).await;
    write(&scene, "Rent the hall", "Cost", json!({"value": 5})).await;
    let refused = scene.desk.try_apply(&plan).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Stale);
    assert!(scene.desk.world.state().await["sheet"].to_string().contains(scene.container("Budget").as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_row_that_is_not_in_the_backup_is_a_loss_with_its_reason() {
    let scene = scene().await;
    let budget = scene.container("Budget");
    let amount = address(&scene, "Budget", "Posters", "Amount").await;
    let number = |id: &Value| json!(id.as_str().unwrap().parse::<u64>().unwrap());
    let body = json!([{"toBottom": true, "cells": [{"columnId": number(&amount["columnId"]), "value": 7}]}]);
    let made = scene.desk.world.call("system admin", "POST", &format!("/sheets/{budget}/rows"), body).await;
    let row = &made["result"][0]["id"];
    let link =
        json!({"sheetId": number(&amount["sheetId"]), "rowId": row, "columnId": number(&amount["columnId"])});
    write(&scene, "Rent the hall", "Cost", json!({"value": null, "linkInFromCell": link})).await;
    let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::DeleteBefore, &[]).await.plan;
    let lost = plan
        .losses
        .iter()
        .find(|loss| loss.cause == LossCause::Broken && loss.path.ends_with(&["Cost".into()]));
    assert!(lost.unwrap().why.as_ref().unwrap().contains("not in the backup"), "{lost:?}");
    assert!(!follows(&plan).contains(&HALL.to_owned()));
}

/// A sheet of an account with this level in all other sheets, which two cells of the launch plan link to.
async fn own_sheet(level: &str) -> Scene {
    let desk = Desk::with("smartsheet", Some("editor"), &format!("tiny:{level}"), 1).await;
    let task = json!({"title": "Task", "type": "TEXT_NUMBER", "primary": true});
    let made = desk.world.call("editor", "POST", "/sheets", json!({"name": "Mine", "columns": [task]})).await;
    let (sheet, column) = (&made["result"]["id"], &made["result"]["columns"][0]["id"]);
    let rows = json!([{"toBottom": true, "cells": [{"columnId": column, "value": "Soil"}]}]);
    let rows = desk.world.call("editor", "POST", &format!("/sheets/{sheet}/rows"), rows).await;
    let share = json!([{"email": "ada@acme.example", "accessLevel": "ADMIN"}]);
    let path = format!("/shares?assetType=sheet&assetId={sheet}&sendEmail=false");
    desk.world.call("editor", "POST", &path, share).await;
    let scene = Scene::before(desk).await;
    let link = json!({"sheetId": sheet, "rowId": rows["result"][0]["id"], "columnId": column});
    for column in ["Cost", "Status"] {
        let content = json!({"value": null, "linkInFromCell": link});
        write(&scene, "Sign the contract", column, content).await;
    }
    Scene::before(scene.desk).await
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_the_account_may_not_write_are_losses_with_their_reasons_and_hold_nothing_up() {
    for (level, may_not) in [
        ("VIEWER", vec![("Cost", "needs an editor"), ("Status", "needs an editor")]),
        ("EDITOR", vec![("Cost", "the column \"Cost\" is locked")]),
    ] {
        let scene = own_sheet(level).await;
        let plan = scene.desk.plan(&scene.path("Sheets/Mine"), Mode::DeleteBefore, &[]).await;
        let lost = plan.plan.losses.iter().filter(|loss| loss.cause == LossCause::Broken);
        let lost: Vec<_> =
            lost.map(|loss| (loss.path.last().unwrap().as_str(), loss.why.as_deref().unwrap())).collect();
        assert_eq!(lost.len(), may_not.len(), "{level}: {lost:?}");
        for ((column, why), (expected, reason)) in lost.iter().zip(&may_not) {
            assert!(column == expected && why.starts_with(reason), "{level}: {lost:?}");
        }
        assert_eq!((plan.plan.verdict, plan.plan.blocked.len()), (Verdict::Applyable, 0));
        scene.desk.apply(&plan).await;
        let link = cell(&scene, "Launch plan", "Sign the contract", "Status").await["linkInFromCell"].clone();
        let led = link == address(&scene, "Mine", "Soil", "Task").await;
        assert_eq!(led, level == "EDITOR", "{level}: {link}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_link_breaks_where_the_old_sheet_stays_or_both_are_replaced() {
    let scene = scene().await;
    let copy = scene.desk.plan(&scene.path("Acme/Budget"), Mode::Copy, &[]).await;
    let both = scene.desk.plan(&scene.path("Acme"), Mode::DeleteBefore, &[]).await;
    let report = "report Acme/Open tasks".to_owned();
    assert_eq!((broken(&copy.plan), broken(&both.plan)), (vec![], vec![report]), "which nobody can write");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_calls_what_it_links_to_in_other_sheets_by_name() {
    let scene = scene().await;
    let plan = scene.desk.plan(&scene.path("Acme/Launch plan"), Mode::DeleteBefore, &[]).await.plan;
    let changes = plan.steps.iter().flat_map(|step| &step.changes);
    let link: Vec<_> = changes.filter(|change| change.path.starts_with("linkInFromCell.")).collect();
    let named = |path: &str| {
        let change = link.iter().find(|change| change.path == path).unwrap();
        change.names.values().cloned().collect::<Vec<_>>()
    };
    assert_eq!(named("linkInFromCell.sheetId"), ["Budget"]);
    assert_eq!(named("linkInFromCell.columnId"), ["Amount"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_was_linked_since_in_a_sheet_that_had_no_links_follows_as_well() {
    for mode in [Mode::DeleteBefore, Mode::DeleteBeforeLiteral] {
        let scene = scene().await;
        let task = json!({"title": "Task", "type": "TEXT_NUMBER", "primary": true});
        let amount = json!({"title": "Shown", "type": "TEXT_NUMBER"});
        let sheet = json!({"name": "New", "columns": [task, amount]});
        let made = scene.desk.ask("POST", "/sheets", sheet).await["result"].clone();
        let posters = address(&scene, "Budget", "Posters", "Amount").await;
        let number = |name: &str| json!(posters[name].as_str().unwrap().parse::<u64>().unwrap());
        let path = format!("/sheets/{}/rows", made["id"]);
        let row =
            json!([{"toBottom": true, "cells": [{"columnId": made["columns"][0]["id"], "value": "Paper"}]}]);
        let row = scene.desk.ask("POST", &path, row).await["result"][0]["id"].clone();
        let link =
            json!({"sheetId": number("sheetId"), "rowId": number("rowId"), "columnId": number("columnId")});
        let cell_of = json!({"columnId": made["columns"][1]["id"], "value": null, "linkInFromCell": link});
        scene.desk.ask("PUT", &path, json!([{"id": row, "cells": [cell_of]}])).await;

        let plan = scene.desk.plan(&scene.path("Acme/Budget"), mode, &[]).await;
        assert!(
            follows(&plan.plan).contains(&"cell Sheets/New/Paper/Shown".to_owned()),
            "{:?}",
            follows(&plan.plan)
        );
        scene.desk.apply(&plan).await;
        let shown = cell(&scene, "New", "Paper", "Shown").await["linkInFromCell"].clone();
        assert_eq!(shown, address(&scene, "Budget", "Posters", "Amount").await, "{mode:?}");
    }
}
