//! Tasks of an organization's own types, which belong to projects and which requests give to tasks.

use boardvault::model::Kind;
use boardvault::model::loss::LossCause;
use boardvault::plan::types::{Action, Mode};
use serde_json::{Value, json};

use crate::common::{Desk, USUAL};

const TASK: &str = "A bug in repair";
const TYPE: &str = "custom_type.gid";
const STATUS: &str = "custom_type_status_option.gid";

#[tokio::test(flavor = "multi_thread")]
async fn type_and_status_of_a_task_come_back_and_go_with_the_undo() {
    let desk = Desk::on("asana", "nasty", 1).await;
    let task = desk.world.id("task", TASK).await;
    let done = desk.world.id("task", "A bug that is gone").await;
    let before = desk.world.named("task", TASK).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    let ordinary = json!({"data": {"resource_subtype": "default_task"}});
    desk.ask("PUT", &format!("/tasks/{task}"), ordinary).await;
    desk.ask("PUT", &format!("/tasks/{done}"), json!({"data": {"completed": false}})).await;

    let plan = desk.plan(&backup, Mode::Merge, &[]).await;
    let mut paths: Vec<&str> =
        plan.plan.steps.iter().flat_map(|s| &s.changes).map(|c| c.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["completed", TYPE, STATUS, STATUS], "{:#?}", plan.plan.steps);
    let lost = plan.plan.losses.iter().filter_map(|loss| loss.field.as_deref());
    assert!(!lost.into_iter().any(|path| paths.contains(&path)), "{:?}", plan.plan.losses);
    let applied = desk.apply(&plan).await;
    let after = desk.world.named("task", TASK).await;
    for field in ["resource_subtype", "custom_type", "custom_type_status_option", "completed"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(desk.world.named("task", "A bug that is gone").await["completed"], true);
    desk.assert_settled(&backup).await;

    desk.apply(&desk.undo(&applied.run).await).await;
    assert_eq!(desk.world.named("task", TASK).await["resource_subtype"], "default_task");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_made_anew_has_its_type_in_its_project_and_loses_it_in_a_new_one() {
    let desk = Desk::on("asana", "nasty", 1).await;
    let before = desk.world.named("task", TASK).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    desk.ask("DELETE", &format!("/tasks/{}", before["id"].as_str().unwrap()), Value::Null).await;
    desk.merge(&backup).await;
    let anew = desk.world.named("task", TASK).await;
    assert_ne!(anew["id"], before["id"]);
    for field in ["resource_subtype", "custom_type", "custom_type_status_option"] {
        assert_eq!(anew[field], before[field], "{field}");
    }
    desk.assert_settled(&backup).await;

    let project = before["_memberships"][0]["project"].as_str().unwrap();
    desk.ask("DELETE", &format!("/projects/{project}"), Value::Null).await;
    let plan = desk.plan(&backup, Mode::Merge, &[]).await;
    let is_typed = |path: &str| [TYPE, STATUS].contains(&path);
    let lost = plan.plan.losses.iter().filter(|loss| loss.field.as_deref().is_some_and(is_typed));
    let lost: Vec<_> = lost.map(|loss| (loss.key.kind, loss.cause)).collect();
    assert_eq!(lost, [(Kind::Item, LossCause::NotWritable); 6], "{:?}", plan.plan.losses);
    let typed =
        |step: &&boardvault::plan::types::Step| step.changes.iter().any(|change| is_typed(&change.path));
    assert_eq!(plan.plan.steps.iter().filter(typed).count(), 0);
    assert!(plan.plan.steps.iter().any(|step| step.action == Action::Create));
    desk.apply(&plan).await;
    assert_eq!(desk.world.named("task", TASK).await["resource_subtype"], "default_task");
    desk.assert_settled(&backup).await;
}
