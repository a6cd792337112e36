//! Links between sheets, where one of the two is made anew and the other stays.

use boardvault::model::Kind;
use boardvault::model::loss::LossCause;
use boardvault::plan::types::{Mode, RestorePlan};
use serde_json::Value;

use crate::common::Desk;
use crate::common::scene::Scene;

async fn scene() -> Scene {
    Scene::before(Desk::on("smartsheet", "tiny", 1).await).await
}

/// What the plan leaves broken, in the words of people.
fn broken(plan: &RestorePlan) -> Vec<String> {
    let lost = plan.losses.iter().filter(|loss| loss.cause == LossCause::Broken);
    lost.map(|loss| format!("{} {}", loss.noun, loss.path.join("/"))).collect()
}

fn kinds(plan: &RestorePlan) -> Vec<Kind> {
    let lost = plan.losses.iter().filter(|loss| loss.cause == LossCause::Broken);
    lost.map(|loss| loss.key.kind).collect()
}

const REFERENCE: &str = "cross-sheet reference Acme/Launch plan/All amounts";

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_replaces_a_sheet_names_what_leads_to_it_from_sheets_that_stay() {
    let scene = scene().await;
    let plan = scene.desk.plan(&scene.path("Acme/Budget"), Mode::DeleteBefore, &[]).await;
    assert_eq!(kinds(&plan.plan), [Kind::ContainerLink, Kind::FieldValue]);
    let named = broken(&plan.plan);
    assert_eq!(named[0], REFERENCE);
    assert!(named[1].starts_with("cell Acme/Launch plan/") && named[1].ends_with("/Cost"), "{named:?}");

    let applied = scene.desk.apply(&plan).await;
    let back = scene.desk.undo(&applied.run).await;
    assert_eq!(broken(&back.plan), named, "nor does its undo lead them back");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_breaks_where_the_old_sheet_stays_or_both_are_replaced() {
    let scene = scene().await;
    let copy = scene.desk.plan(&scene.path("Acme/Budget"), Mode::Copy, &[]).await;
    let both = scene.desk.plan(&scene.path("Acme"), Mode::DeleteBefore, &[]).await;
    assert_eq!((broken(&copy.plan), broken(&both.plan)), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_names_the_reference_that_it_cannot_lead_to_the_sheet_that_it_makes_and_leads_the_cell_there()
{
    let scene = scene().await;
    let path = format!("/sheets/{}", scene.container("Budget"));
    scene.desk.world.call("system admin", "DELETE", &path, Value::Null).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    assert_eq!(broken(&plan.plan), [REFERENCE]);
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
