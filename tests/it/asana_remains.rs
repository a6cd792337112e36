//! Tasks that live on when their project is deleted: those that somebody has, and those that are in another project.

use std::collections::BTreeMap;

use boardvault::plan::types::{Action, Mode, RestorePlan};
use serde_json::{Value, json};

use crate::common::{Desk, USUAL};

const PROJECT: &str = "Roadmap";
/// A task of the project that is in another one as well.
const SHARED: &str = "Fix login";
const OTHER: &str = "Office garden";

/// All tasks in the world: by gid their names, with the names of the projects that they are in.
async fn tasks(desk: &Desk) -> BTreeMap<String, (String, Vec<String>)> {
    let state = desk.world.state().await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names: BTreeMap<String, String> =
        state["project"].as_array().unwrap().iter().map(|p| (text(&p["id"]), text(&p["name"]))).collect();
    let projects = |task: &Value| {
        let memberships = task["_memberships"].as_array().unwrap().iter();
        let mut projects: Vec<String> = memberships.map(|m| names[&text(&m["project"])].clone()).collect();
        projects.sort();
        projects
    };
    let tasks = state["task"].as_array().unwrap().iter();
    tasks.map(|task| (text(&task["id"]), (text(&task["name"]), projects(task)))).collect()
}

/// Deletes the project; gives the backup of before and the tasks that are left.
async fn deleted(desk: &Desk) -> (String, BTreeMap<String, (String, Vec<String>)>) {
    let backup = desk.backup(USUAL).await.id.to_string();
    let project = desk.world.id("project", PROJECT).await;
    let own: Vec<String> = tasks(desk)
        .await
        .into_iter()
        .filter(|(_, task)| task.1.contains(&PROJECT.into()))
        .map(|(id, _)| id)
        .collect();
    desk.ask("DELETE", &format!("/projects/{project}"), Value::Null).await;
    let mut left = tasks(desk).await;
    left.retain(|id, _| own.contains(id));
    (backup, left)
}

/// How many tasks are in nothing.
async fn homeless(desk: &Desk) -> usize {
    let state = desk.world.state().await;
    let tasks = state["task"].as_array().unwrap().iter();
    tasks
        .filter(|task| task["parent"].is_null() && task["_memberships"].as_array().unwrap().is_empty())
        .count()
}

/// How many comments and files there are.
async fn details(desk: &Desk) -> (usize, usize) {
    let state = desk.world.state().await;
    let comments =
        state["story"].as_array().unwrap().iter().filter(|story| story["type"] == "comment").count();
    (comments, state["attachment"].as_array().unwrap().len())
}

/// The gids of the tasks that a plan makes.
fn made(plan: &RestorePlan) -> Vec<&str> {
    let creates = plan.steps.iter().filter(|step| step.action == Action::Create && step.noun == "task");
    creates.map(|step| step.subject.id.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lives_on_is_put_into_the_new_project_and_not_made_twice() {
    for only in [&[][..], &["Acme/Roadmap"]] {
        let desk = Desk::on("asana", "tiny", 1).await;
        let (before, details_before) = (tasks(&desk).await, details(&desk).await);
        let (backup, left) = deleted(&desk).await;
        assert!(left.values().any(|(_, projects)| projects.is_empty()), "somebody has one: {left:?}");
        assert!(left.values().any(|(name, projects)| name == SHARED && projects == &[OTHER]), "{left:?}");

        let plan = desk.plan(&backup, Mode::Merge, only).await;
        for task in left.keys() {
            assert!(!made(&plan.plan).contains(&task.as_str()), "{:#?}", plan.plan.steps);
            let step = plan.plan.steps.iter().find(|step| step.subject.id.as_str() == task).unwrap();
            assert!(
                step.changes.iter().any(|change| change.path == "section" && change.from.is_none()),
                "{step:#?}"
            );
        }
        let applied = desk.apply(&plan).await;
        let after = tasks(&desk).await;
        for task in left.keys() {
            assert_eq!(after[task], before[task], "in all its projects");
        }
        let names = |tasks: &BTreeMap<String, (String, Vec<String>)>| {
            let mut names: Vec<_> = tasks.values().cloned().collect();
            names.sort();
            names
        };
        assert_eq!(names(&after), names(&before), "and none twice");
        assert_eq!(details(&desk).await, details_before, "nor what is on them");
        let again = desk.plan(&backup, Mode::Merge, only).await.plan;
        assert!(again.steps.is_empty(), "{:#?}", again.steps);

        desk.apply(&desk.undo(&applied.run).await).await;
        let undone = tasks(&desk).await;
        for (task, as_left) in &left {
            assert_eq!(&undone[task], as_left, "an undo takes it off again");
        }
        assert!(undone.keys().all(|task| before.contains_key(task)), "and leaves nothing of its own behind");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_not_taken_out_of_the_project_into_which_it_was_rescued() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    let (project, task) =
        (desk.world.id("project", PROJECT).await, desk.world.id("task", "Ship the beta").await);
    let refuge = desk.world.id("project", "Old plans").await;
    desk.ask("POST", &format!("/tasks/{task}/addProject"), json!({"data": {"project": refuge}})).await;
    desk.ask("DELETE", &format!("/projects/{project}"), Value::Null).await;
    desk.merge(&backup).await;
    assert_eq!(tasks(&desk).await[&task].1, ["Old plans", PROJECT]);
    desk.assert_settled(&backup).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_project_shows_of_one_that_is_gone_is_equal_without_it() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let (backup, left) = deleted(&desk).await;
    assert!(left.values().any(|(_, projects)| projects == &[OTHER]), "{left:?}");
    let plan = desk.plan(&backup, Mode::Merge, &["Acme/Office garden"]).await.plan;
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_replaced_leaves_no_tasks_behind() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    let plan = desk.plan(&backup, Mode::DeleteBefore, &["Acme/Roadmap"]).await;
    desk.apply(&plan).await;
    assert_eq!(homeless(&desk).await, 0);
}
