//! Project sheets, which come back as plain ones where they are made again.

use boardvault::model::loss::LossCause;
use boardvault::plan::types::Mode;
use serde_json::Value;

use crate::common::Desk;
use crate::common::scene::Scene;

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
