//! Tasks that are shown in a project and belong to another one.

use boardvault::model::loss::LossCause;
use boardvault::plan::types::{Mode, Verdict};
use serde_json::json;

use crate::common::{Desk, USUAL};

/// A task of the roadmap that stands in the office garden too.
const TASK: &str = "Fix login";

/// The names of the projects that a task is in.
async fn projects(desk: &Desk, task: &str) -> Vec<String> {
    let found = desk.world.named("task", task).await;
    let mut names = Vec::new();
    for membership in found["_memberships"].as_array().unwrap() {
        let project = membership["project"].as_str().unwrap();
        let project = desk.ask("GET", &format!("/projects/{project}"), json!(null)).await;
        names.push(project["data"]["name"].as_str().unwrap().to_owned());
    }
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_restored_by_its_path_shows_the_tasks_of_others_again() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let path = format!("{}:Acme/Office garden", desk.backup(USUAL).await.id);
    let garden = desk.world.id("project", "Office garden").await;
    let task = desk.world.id("task", TASK).await;
    desk.ask("DELETE", &format!("/projects/{garden}"), json!({})).await;
    assert_eq!(projects(&desk, TASK).await, ["Roadmap"]);

    desk.merge(&path).await;
    assert_eq!(desk.world.id("task", TASK).await, task, "it is the same task");
    assert_eq!(projects(&desk, TASK).await, ["Roadmap", "Office garden"]);
    let again = desk.plan(&path, Mode::Merge, &[]).await.plan;
    assert_eq!(again.verdict, Verdict::NothingToDo, "{:#?}", again.steps);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_which_tasks_live_on_when_their_project_is_replaced() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    let task = desk.world.id("task", TASK).await;
    let lives_on = async |only: &[&str]| {
        let plan = desk.plan(&backup, Mode::DeleteBefore, only).await.plan;
        let losses = plan.losses.into_iter().filter(|loss| loss.cause == LossCause::LivesOn);
        losses.map(|loss| loss.key.id.0).collect::<Vec<_>>()
    };
    assert_eq!(lives_on(&["Acme/Roadmap"]).await, [task]);
    assert!(lives_on(&[]).await.is_empty(), "all that shows it is replaced, too");
}
