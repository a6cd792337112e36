//! Custom fields that Asana computes: nobody can define them anew, but they can be put on a project.

use boardvault::model::Kind;
use boardvault::model::loss::LossCause;
use boardvault::plan::types::{Action, Mode};
use serde_json::{Value, json};

use crate::common::{Desk, USUAL};

const FIELD: &str = "Number";
const PROJECT: &str = "Roadmap";

/// The names of the custom fields that a project has, in their order.
async fn fields(desk: &Desk, project: &str) -> Vec<String> {
    let path = format!("/projects/{project}/custom_field_settings?opt_fields=custom_field.name&limit=100");
    let answer = desk.ask("GET", &path, Value::Null).await;
    let settings = answer["data"].as_array().unwrap();
    settings.iter().map(|setting| setting["custom_field"]["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computed_field_that_was_taken_off_its_project_is_put_on_again_and_taken_off_by_the_undo() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let (project, field) =
        (desk.world.id("project", PROJECT).await, desk.world.id("custom_field", FIELD).await);
    let before = fields(&desk, &project).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    let path = format!("/projects/{project}/removeCustomFieldSetting");
    desk.ask("POST", &path, json!({"data": {"custom_field": field}})).await;
    let without = fields(&desk, &project).await;
    assert_eq!(without.len() + 1, before.len());

    let plan = desk.plan(&backup, Mode::Merge, &[]).await;
    let made: Vec<Kind> = plan.plan.steps.iter().map(|step| step.subject.kind).collect();
    assert_eq!(made, [Kind::FieldUse], "{:#?}", plan.plan);
    assert!(plan.plan.losses.is_empty(), "{:?}", plan.plan.losses);
    let applied = desk.apply(&plan).await;
    assert_eq!(fields(&desk, &project).await, before, "in its old place");
    desk.assert_settled(&backup).await;

    desk.apply(&desk.undo(&applied.run).await).await;
    assert_eq!(fields(&desk, &project).await, without);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_project_has_a_computed_field_where_the_old_one_had_it() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let project = desk.world.id("project", PROJECT).await;
    let before = fields(&desk, &project).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    desk.ask("DELETE", &format!("/projects/{project}"), Value::Null).await;
    let plan = desk.plan(&backup, Mode::Merge, &[]).await;
    desk.apply(&plan).await;
    let anew = desk.world.id("project", PROJECT).await;
    assert_ne!(anew, project);
    assert_eq!(fields(&desk, &anew).await, before);
    desk.assert_settled(&backup).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computed_field_that_is_gone_everywhere_is_named_and_not_tried() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let field = desk.world.id("custom_field", FIELD).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    desk.ask("DELETE", &format!("/custom_fields/{field}"), Value::Null).await;
    let plan = desk.plan(&backup, Mode::Merge, &[]).await;
    assert!(!plan.plan.steps.iter().any(|step| step.action == Action::Create), "{:#?}", plan.plan.steps);
    let lost = |kind, cause| plan.plan.losses.iter().any(|loss| (loss.key.kind, loss.cause) == (kind, cause));
    assert!(lost(Kind::FieldUse, LossCause::TargetGone), "{:?}", plan.plan.losses);
    assert!(lost(Kind::Inventory, LossCause::NotWritable), "{:?}", plan.plan.losses);
}
