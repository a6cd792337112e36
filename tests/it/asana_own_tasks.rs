//! The account's own tasks that are in no project: the content of its list "My tasks", which Asana gives to everybody.

use boardvault::model::{Kind, NativeId, Record};
use boardvault::plan::types::{Action, Mode, Reason, Verdict};
use boardvault::snapshot::{Changes, SnapshotId};
use serde_json::{Value, json};

use crate::common::compare::side;
use crate::common::scene::inside;
use crate::common::{Desk, FULL, USUAL};

const TASK: &str = "Renew the passport";
const SUBTASK: &str = "Have a photo taken";
const LIST: &str = "Acme/My tasks";

/// An account with a task of its own that has a subtask and a comment, and is in no project.
struct Scene {
    desk: Desk,
    list: NativeId,
    task: String,
}

impl Scene {
    async fn new() -> Self {
        let desk = Desk::on("asana", "tiny", 1).await;
        let list =
            gid(&asked(&desk, "GET", &format!("/users/me/user_task_list?workspace={}", acme(&desk).await))
                .await);
        let task =
            json!({"workspace": acme(&desk).await, "name": TASK, "assignee": "me", "due_on": "2026-12-24"});
        let task = gid(&made(&desk, "/tasks", task).await);
        made(&desk, &format!("/tasks/{task}/subtasks"), json!({"name": SUBTASK})).await;
        made(&desk, &format!("/tasks/{task}/stories"), json!({"text": "The old one is full."})).await;
        Self { desk, list: list.as_str().into(), task }
    }

    async fn backup(&self) -> SnapshotId {
        self.desk.backup(USUAL).await.id
    }

    /// The names of what a backup has in the list, by kind.
    fn names(&self, backup: SnapshotId, kind: Kind) -> Vec<String> {
        let all = inside(&side(self.desk.app(), backup), &self.list);
        let names = all.into_values().filter(|record| record.key.kind == kind).map(|record| name(&record));
        names.collect()
    }
}

async fn acme(desk: &Desk) -> String {
    desk.world.id("workspace", "Acme").await
}

async fn asked(desk: &Desk, method: &str, path: &str) -> Value {
    desk.ask(method, path, Value::Null).await["data"].take()
}

async fn made(desk: &Desk, path: &str, data: Value) -> Value {
    desk.ask("POST", path, json!({ "data": data })).await["data"].take()
}

fn gid(answer: &Value) -> String {
    answer["gid"].as_str().unwrap_or_else(|| panic!("no gid: {answer}")).to_owned()
}

fn name(record: &Record) -> String {
    let fields = ["name", "text"].iter().find_map(|field| record.native[*field].as_str());
    fields.unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_in_no_project_are_in_the_backup_with_all_that_is_on_them() {
    let scene = Scene::new().await;
    let backup = scene.backup().await;
    assert_eq!(scene.names(backup, Kind::Item), [TASK, SUBTASK]);
    assert_eq!(scene.names(backup, Kind::Comment), ["The old one is full."]);
    assert_eq!(scene.names(backup, Kind::Container), ["My tasks"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_in_one_place_only_whether_it_comes_into_a_project_or_leaves_all() {
    let scene = Scene::new().await;
    let project = scene.desk.world.id("project", "Roadmap").await;
    let homes = |backup| {
        let all = side(scene.desk.app(), backup);
        let homes = all.into_keys().filter(|key| key.kind == Kind::Item && key.id.as_str() == scene.task);
        homes.map(|key| key.container.0).collect::<Vec<_>>()
    };
    assert_eq!(homes(scene.backup().await), [scene.list.as_str()]);
    let put = format!("/tasks/{}/addProject", scene.task);
    made(&scene.desk, &put, json!({ "project": project })).await;
    assert_eq!(homes(scene.backup().await), [project.as_str()]);
    let taken = format!("/tasks/{}/removeProject", scene.task);
    made(&scene.desk, &taken, json!({ "project": project })).await;
    assert_eq!(homes(scene.backup().await), [scene.list.as_str()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_backup_has_what_was_changed_meanwhile_also_below_a_task() {
    let scene = Scene::new().await;
    scene.backup().await;
    let subtask = scene.desk.world.id("task", SUBTASK).await;
    scene.desk.ask("PUT", &format!("/tasks/{subtask}"), json!({"data": {"name": "Find the photo"}})).await;
    let usual = scene.backup().await;
    assert_eq!(scene.names(usual, Kind::Item), [TASK, "Find the photo"]);
    assert_eq!(scene.names(usual, Kind::Comment), ["The old one is full."], "which was not asked for again");
    assert_eq!(
        scene.desk.backup(FULL).await.changes,
        Changes::default(),
        "and a full pass finds nothing else"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_list_is_not_read_again() {
    let desk = Desk::on("asana", "tiny", 1).await;
    made(&desk, "/tasks", json!({"workspace": acme(&desk).await, "name": TASK, "assignee": "me"})).await;
    desk.backup(USUAL).await;
    assert_eq!(desk.backup(USUAL).await.read, 0);
    let task = desk.world.id("task", TASK).await;
    made(&desk, &format!("/tasks/{task}/stories"), json!({"text": "Today."})).await;
    assert_eq!(desk.backup(USUAL).await.read, 1, "a comment is a change");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_task_is_made_again_in_no_project_and_an_undo_takes_it_away() {
    let scene = Scene::new().await;
    let backup = scene.backup().await.to_string();
    scene.desk.ask("DELETE", &format!("/tasks/{}", scene.task), Value::Null).await;

    let applied = scene.desk.apply(&scene.desk.plan(&backup, Mode::Merge, &[]).await).await;
    let task = scene.desk.world.named("task", TASK).await;
    let ada = scene.desk.world.id("user", "Ada Byron").await;
    assert_eq!((&task["assignee"], &task["due_on"]), (&json!(ada), &json!("2026-12-24")));
    assert_eq!((&task["_memberships"], task["_subtasks"].as_array().map(Vec::len)), (&json!([]), Some(1)));
    scene.desk.assert_settled(&backup).await;

    scene.desk.apply(&scene.desk.undo(&applied.run).await).await;
    let left = scene.backup().await;
    assert_eq!(scene.names(left, Kind::Item), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_fields_come_back_also_of_a_task_that_was_given_away_and_an_undo_changes_them_again() {
    let scene = Scene::new().await;
    let backup = scene.backup().await.to_string();
    let ben = scene.desk.world.id("user", "Ben Okafor").await;
    let changes = json!({"data": {"name": "Another name", "assignee": ben}});
    scene.desk.ask("PUT", &format!("/tasks/{}", scene.task), changes).await;

    let plan = scene.desk.plan(&backup, Mode::Merge, &[LIST]).await;
    assert!(plan.plan.steps.iter().all(|step| step.action == Action::Update), "{:#?}", plan.plan.steps);
    let applied = scene.desk.apply(&plan).await;
    let task = scene.desk.world.named("task", TASK).await;
    assert_eq!((gid_of(&task), &task["_memberships"]), (scene.task.clone(), &json!([])));
    scene.desk.assert_settled(&backup).await;

    scene.desk.apply(&scene.desk.undo(&applied.run).await).await;
    assert_eq!(scene.desk.world.named("task", "Another name").await["assignee"], json!(ben));
}

fn gid_of(entity: &Value) -> String {
    entity["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_or_replacement_of_the_list_is_one_of_its_tasks() {
    for (mode, reason, tasks) in [(Mode::Copy, Reason::Copied, 2), (Mode::DeleteBefore, Reason::Replaced, 1)]
    {
        let scene = Scene::new().await;
        let backup = scene.backup().await.to_string();
        let plan = scene.desk.plan(&backup, mode, &[LIST]).await;
        assert_eq!(plan.plan.verdict, Verdict::Applyable, "{mode:?}: {:#?}", plan.plan.blocked);
        assert!(plan.plan.steps.iter().all(|step| step.subject.kind != Kind::Container), "{mode:?}");
        assert!(plan.plan.steps.iter().any(|step| step.reason == reason), "{mode:?}");
        scene.desk.apply(&plan).await;
        let after = scene.backup().await;
        let found = scene.names(after, Kind::Item);
        assert_eq!(found.iter().filter(|name| name.starts_with(TASK)).count(), tasks, "{mode:?}: {found:?}");
        assert_eq!(found.iter().filter(|name| *name == SUBTASK).count(), tasks, "{mode:?}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survivor_of_a_deleted_project_is_in_the_next_backup_and_still_wanted_back_by_the_project() {
    let scene = Scene::new().await;
    let garden = scene.desk.world.id("project", "Office garden").await;
    let data = json!({"name": "Water the plants", "projects": [garden], "assignee": "me"});
    let plants = gid(&made(&scene.desk, "/tasks", data).await);
    let with_plants = scene.backup().await.to_string();
    scene.desk.ask("DELETE", &format!("/projects/{garden}"), Value::Null).await;
    let after = scene.backup().await;
    assert!(scene.names(after, Kind::Item).contains(&"Water the plants".to_owned()));

    let plan = scene.desk.plan(&with_plants, Mode::Merge, &[]).await;
    let made_again = |id: &str| {
        plan.plan.steps.iter().any(|step| step.action == Action::Create && step.subject.id.as_str() == id)
    };
    assert!(!made_again(&plants) && made_again(&garden), "{:#?}", plan.plan.steps);
    scene.desk.apply(&plan).await;
    let put_back = scene.desk.world.named("task", "Water the plants").await;
    assert_eq!((gid_of(&put_back), put_back["_memberships"].as_array().map(Vec::len)), (plants, Some(1)));
}
