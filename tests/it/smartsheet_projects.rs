//! Project sheets, which are made again out of the live one where it is there, and else come back as plain ones.

use boardvault::apply::Relation;
use boardvault::model::Kind;
use boardvault::model::loss::LossCause;
use boardvault::plan::types::{Action, FieldChange, Mode, RestorePlan};
use serde_json::{Value, json};

use crate::common::scene::{Scene, inside};
use crate::common::{Desk, assert_done};

const PROJECT: &str = "Moving house";

async fn scene() -> Scene {
    Scene::before(Desk::on("smartsheet", "tiny", 1).await).await
}

/// What people read in the column of predecessors of the sheet with this name, row by row.
async fn predecessors(scene: &Scene, name: &str) -> Vec<Value> {
    let id = scene.desk.world.id("sheet", name).await;
    let sheet = scene.desk.ask("GET", &format!("/sheets/{id}"), Value::Null).await;
    let columns = sheet["columns"].as_array().unwrap();
    let column = columns.iter().find(|column| column["title"] == "Predecessors").unwrap();
    let cells = sheet["rows"].as_array().unwrap().iter().flat_map(|row| row["cells"].as_array().unwrap());
    let cells = cells.filter(|cell| cell["columnId"] == column["id"]);
    cells.map(|cell| cell["value"].clone()).filter(|value| !value.is_null()).collect()
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

/// What the plan says of the sheet out of which it makes the project.
fn source(plan: &RestorePlan) -> Option<&FieldChange> {
    let sheet =
        plan.steps.iter().find(|step| step.subject.kind == Kind::Container && step.action == Action::Create);
    sheet.unwrap().changes.iter().find(|change| change.path == "source.id")
}

fn loses_the_project(plan: &RestorePlan) -> bool {
    let lost = plan.losses.iter().any(|loss| loss.cause == LossCause::ProjectSheet);
    lost || plan.kind_losses.iter().any(|(_, cause)| *cause == LossCause::ProjectSheet)
}

/// The sheets of this name.
async fn sheets(scene: &Scene, name: &str) -> Vec<Value> {
    let state = scene.desk.world.state().await;
    state["sheet"].as_array().unwrap().iter().filter(|sheet| sheet["name"] == name).cloned().collect()
}

async fn column(scene: &Scene, title: &str) -> String {
    let path = format!("/sheets/{}/columns?includeAll=true", scene.container(PROJECT));
    let columns = scene.desk.ask("GET", &path, Value::Null).await["data"].clone();
    let found = columns.as_array().unwrap().iter().find(|column| column["title"] == title).unwrap();
    format!("/sheets/{}/columns/{}", scene.container(PROJECT), found["id"])
}

/// A project that has more than the columns that only projects have, and a summary.
async fn rich() -> Scene {
    let desk = Desk::on("smartsheet", "tiny", 1).await;
    let sheet = desk.world.id("sheet", PROJECT).await;
    let status = json!([{"title": "Status", "type": "PICKLIST", "options": ["Open", "Done"], "index": 5}]);
    desk.ask("POST", &format!("/sheets/{sheet}/columns"), status).await;
    let cost = json!([{"title": "Cost", "type": "TEXT_NUMBER", "objectValue": 7}]);
    desk.ask("POST", &format!("/sheets/{sheet}/summary/fields"), cost).await;
    Scene::before(desk).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_project_is_a_project() {
    let scene = rich().await;
    let plan = scene.desk.plan(&scene.path(&format!("Acme/{PROJECT}")), Mode::Copy, &[]).await;
    let source = source(&plan.plan).unwrap();
    assert_eq!(source.to, json!(scene.container(PROJECT)));
    assert_eq!(source.names.values().collect::<Vec<_>>(), [PROJECT]);
    assert!(!loses_the_project(&plan.plan), "{:#?}", plan.plan.losses);
    let applied = scene.desk.apply(&plan).await;
    let made = applied.outcome.requests;
    assert!(plan.plan.requests.abs_diff(made) * 100 <= made * 15, "{} said, {made} made", plan.plan.requests);

    let copy = sheets(&scene, &format!("{PROJECT} (restored 2026-11-21)")).await.pop().unwrap();
    assert_eq!(copy["dependenciesEnabled"], true);
    let found = scene.now().await;
    let copied = inside(&found, &copy["id"].as_str().unwrap().into());
    let mut wanted = inside(&scene.wanted, &scene.container(PROJECT));
    let sheet = wanted.values_mut().find(|record| record.key.kind == Kind::Container).unwrap();
    sheet.native["name"] = copy["name"].clone();
    scene.compare(&wanted, &copied, &plan.plan, Relation::Copied).assert_same("copy");

    let back = scene.desk.undo(&applied.run).await;
    scene.desk.apply(&back).await;
    assert_eq!(scene.now().await.len(), scene.wanted.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_replaced_stays_a_project_and_so_does_the_one_that_comes_back() {
    let scene = rich().await;
    // What a column is otherwise today goes along with the old sheet.
    let otherwise = json!({"type": "TEXT_NUMBER", "description": "No more", "hidden": true, "index": 1});
    scene.desk.ask("PUT", &column(&scene, "Status").await, otherwise).await;
    scene.desk.ask("PUT", &column(&scene, "Duration").await, json!({"width": 90, "locked": true})).await;
    let path = format!("/sheets/{}", scene.container(PROJECT));
    scene.desk.ask("PUT", &path, json!({"projectSettings": {"lengthOfDay": 6}})).await;
    let damaged = scene.now().await;
    let plan = scene.desk.plan(&scene.path(&format!("Acme/{PROJECT}")), Mode::DeleteBefore, &[]).await;
    assert!(!loses_the_project(&plan.plan), "{:#?}", plan.plan.losses);
    let applied = scene.desk.apply(&plan).await;
    let found = scene.now().await;
    scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored).assert_same("replacement");
    assert_eq!(sheets(&scene, PROJECT).await.len(), 1);
    scene.desk.assert_settled(&scene.snapshot()).await;

    let back = scene.desk.undo(&applied.run).await;
    assert!(!loses_the_project(&back.plan), "{:#?}", back.plan.losses);
    scene.desk.apply(&back).await;
    let found = scene.now().await;
    scene.compare(&damaged, &found, &back.plan, Relation::Restored).assert_same("undo");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_has_something_else_today_comes_back_as_a_plain_sheet_and_the_plan_says_so() {
    let scene = scene().await;
    let path = format!("/sheets/{}/columns", scene.container(PROJECT));
    scene.desk.ask("POST", &path, json!([{"title": "New", "type": "DATE", "index": 5}])).await;
    for mode in [Mode::Copy, Mode::DeleteBefore] {
        let plan = scene.desk.plan(&scene.path(&format!("Acme/{PROJECT}")), mode, &[]).await.plan;
        assert!(source(&plan).is_none() && loses_the_project(&plan), "{mode:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_whose_columns_have_changed_since_the_plan_was_made_is_not_copied_upon_it() {
    let scene = scene().await;
    let plan = scene.desk.plan(&scene.path(&format!("Acme/{PROJECT}")), Mode::Copy, &[]).await;
    let path = format!("/sheets/{}/columns", scene.container(PROJECT));
    scene.desk.ask("POST", &path, json!([{"title": "New", "type": "DATE", "index": 5}])).await;
    let refused = scene.desk.try_apply(&plan).await.unwrap_err();
    assert!(refused.message.contains("changed"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_the_copy_makes_no_second_sheet() {
    let scene = scene().await;
    let plan = scene.desk.plan(&scene.path(&format!("Acme/{PROJECT}")), Mode::DeleteBefore, &[]).await;
    let fault = json!({"kind": "drop_after", "method": "POST", "path": "*/copy", "times": 1});
    scene.desk.world.fault(fault).await;
    assert_done(&scene.desk.try_apply(&plan).await.unwrap());
    let [only] = sheets(&scene, PROJECT).await.try_into().unwrap();
    assert_eq!(only["dependenciesEnabled"], true);
}
