//! Tags belong to the workspace: they outlive the projects that use them.

use boardvault::model::Kind;
use boardvault::plan::types::Mode;
use serde_json::{Value, json};

use crate::common::{Desk, USUAL};

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_comes_back_uses_the_tags_that_are_still_there() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let [urgent, gone] = [("Urgent matter", "dark-red"), ("Gone by then", "light-blue")];
    let workspace = desk.world.id("workspace", "Acme").await;
    let task = desk.world.id("task", "Ship the beta").await;
    for (name, color) in [urgent, gone] {
        let tag = json!({"data": {"name": name, "color": color, "workspace": workspace}});
        let tag = desk.ask("POST", "/tags", tag).await["data"]["gid"].take();
        desk.ask("POST", &format!("/tasks/{task}/addTag"), json!({"data": {"tag": tag}})).await;
    }
    let backup = desk.backup(USUAL).await.id.to_string();
    let project = desk.world.named("task", "Ship the beta").await["_memberships"][0]["project"].take();
    desk.ask("DELETE", &format!("/tasks/{task}"), Value::Null).await;
    desk.ask("DELETE", &format!("/projects/{}", project.as_str().unwrap()), Value::Null).await;
    let tag = desk.world.id("tag", gone.0).await;
    desk.ask("DELETE", &format!("/tags/{tag}"), Value::Null).await;

    let plan = desk.plan(&backup, Mode::Merge, &[]).await;
    let labels = plan.plan.steps.iter().filter(|step| step.subject.kind == Kind::Label);
    let named = |step: &boardvault::plan::types::Step| step.path.last().cloned().unwrap_or_default();
    assert_eq!(labels.map(named).collect::<Vec<_>>(), [gone.0]);
    desk.apply(&plan).await;
    desk.assert_settled(&backup).await;
    let tags = desk.world.named("task", "Ship the beta").await["tags"].as_array().unwrap().len();
    assert!(tags >= 2, "{tags}");
}
