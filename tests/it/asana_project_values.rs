//! Values of custom fields on projects themselves, which have the fields of their portfolios.

use boardvault::model::Kind;
use boardvault::model::loss::{Loss, LossCause};
use boardvault::plan::types::{Action, Mode, RestorePlan};
use serde_json::{Value, json};

use crate::common::{Desk, USUAL};

/// What the project has in its field of a name.
async fn value(desk: &Desk, project: &str, field: &str) -> Value {
    let field = desk.world.id("custom_field", field).await;
    desk.world.named("project", project).await["_values"][field.as_str()].clone()
}

/// Sets the project's value.
async fn set(desk: &Desk, project: &str, field: &str, value: Value) {
    let (project, field) =
        (desk.world.id("project", project).await, desk.world.id("custom_field", field).await);
    desk.ask("PUT", &format!("/projects/{project}"), json!({"data": {"custom_fields": {field: value}}}))
        .await;
}

/// What a plan says that leads to the old ones of what it makes anew.
fn broken(plan: &RestorePlan) -> Vec<String> {
    let broken = plan.losses.iter().filter(|loss| loss.cause == LossCause::Broken);
    let said = |loss: &Loss| {
        format!("{} {}: {}", loss.noun, loss.path.last().unwrap(), loss.field.as_deref().unwrap_or_default())
    };
    broken.map(said).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_and_emptied_values_of_a_project_come_back() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let before = desk.backup(USUAL).await.id.to_string();
    let high = value(&desk, "Roadmap", "Priority").await;
    set(&desk, "Roadmap", "Owner", json!("somebody else")).await;
    set(&desk, "Roadmap", "Priority", Value::Null).await;

    let plan = desk.plan(&before, Mode::Merge, &[]).await;
    let mut steps: Vec<(Action, Kind, &str)> = plan
        .plan
        .steps
        .iter()
        .map(|step| (step.action, step.subject.kind, step.path.last().unwrap().as_str()))
        .collect();
    steps.sort();
    let expected =
        [(Action::Create, Kind::FieldValue, "Priority"), (Action::Update, Kind::FieldValue, "Owner")];
    assert_eq!(steps, expected, "{:#?}", plan.plan.steps);
    let applied = desk.apply(&plan).await;
    assert_eq!(value(&desk, "Roadmap", "Owner").await, "Ada");
    assert_eq!(value(&desk, "Roadmap", "Priority").await, high);
    desk.assert_settled(&before).await;

    desk.apply(&desk.undo(&applied.run).await).await;
    assert_eq!(value(&desk, "Roadmap", "Owner").await, "somebody else");
    assert_eq!(value(&desk, "Roadmap", "Priority").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_made_anew_is_in_no_portfolio_and_the_plan_says_what_that_costs() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let before = desk.backup(USUAL).await.id.to_string();
    let roadmap = desk.world.id("project", "Roadmap").await;
    desk.ask("DELETE", &format!("/projects/{roadmap}"), Value::Null).await;

    let plan = desk.plan(&before, Mode::Merge, &[]).await;
    let lost = plan.plan.losses.iter().filter(|loss| loss.cause == LossCause::GivenElsewhere);
    let mut lost: Vec<&str> = lost.map(|loss| loss.path.last().unwrap().as_str()).collect();
    lost.sort_unstable();
    assert_eq!(lost, ["Owner", "Priority"]);
    assert_eq!(broken(&plan.plan), ["inventory entry Everything: items"]);
    desk.apply(&plan).await;
    desk.assert_settled(&before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_is_in_no_portfolio_and_a_copy_takes_the_old_one_out_of_none() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let before = desk.backup(USUAL).await.id.to_string();
    for (mode, told) in [(Mode::DeleteBefore, 1), (Mode::Copy, 0)] {
        for only in [&["Acme/Roadmap"][..], &["Acme/Office garden"]] {
            let plan = desk.plan(&before, mode, only).await.plan;
            let expected = if only == ["Acme/Roadmap"] { told } else { 0 };
            assert_eq!(broken(&plan).len(), expected, "{mode:?} {only:?}: {:#?}", plan.losses);
        }
    }
}
