//! Tasks that somebody took off all their projects. No list shows them any more, and they are alive.

use boardvault::plan::types::{Action, Mode};
use serde_json::json;

use crate::common::compare::side;
use crate::common::scene::inside;
use crate::common::{Desk, FULL, USUAL};

/// A task with subtasks, comments and files.
const TASK: &str = "Ship the beta";

/// The projects that a task is in.
async fn projects(desk: &Desk, task: &str) -> Vec<String> {
    let task = desk.world.named("task", task).await;
    let memberships = task["_memberships"].as_array().unwrap();
    memberships.iter().map(|membership| membership["project"].as_str().unwrap().to_owned()).collect()
}

/// Takes a task off everything that it is in; gives its gid and what it was in.
async fn lose(desk: &Desk, name: &str) -> (String, Vec<String>) {
    let (task, projects) = (desk.world.id("task", name).await, projects(desk, name).await);
    assert!(!projects.is_empty(), "{name}");
    for project in &projects {
        desk.ask("POST", &format!("/tasks/{task}/removeProject"), json!({"data": {"project": project}}))
            .await;
    }
    (task, projects)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_off_all_projects_is_put_back_and_not_made_twice() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let before = desk.backup(USUAL).await.id;
    let (task, projects_before) = lose(&desk, TASK).await;

    let plan = desk.plan(&before.to_string(), Mode::Merge, &[]).await;
    let steps = &plan.plan.steps;
    assert!(
        !steps.iter().any(|step| step.subject.id.as_str() == task && step.action == Action::Create),
        "{steps:#?}"
    );
    let back = steps.iter().find(|step| step.subject.id.as_str() == task).unwrap();
    assert!(back.changes.iter().any(|change| change.path == "section" && change.from.is_none()), "{back:#?}");

    let applied = desk.apply(&plan).await;
    assert_eq!(
        (desk.world.id("task", TASK).await, projects(&desk, TASK).await),
        (task, projects_before.clone())
    );
    desk.assert_settled(&before.to_string()).await;
    let (wanted, found) = (side(desk.app(), before), side(desk.app(), desk.backup(FULL).await.id));
    for project in projects_before {
        let keys = |side| inside(side, &project.as_str().into()).into_keys().collect::<Vec<_>>();
        assert_eq!(keys(&found), keys(&wanted), "with all that is on it, and nothing else");
    }

    desk.apply(&desk.undo(&applied.run).await).await;
    assert_eq!(projects(&desk, TASK).await, [""; 0], "and an undo takes it off again");
}
