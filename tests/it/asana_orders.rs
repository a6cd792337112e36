//! Orders that only Asana has: tasks of several projects in one section, and custom fields in a project.

use boardvault::model::loss::LossCause;
use boardvault::plan::types::Mode;
use serde_json::{Value, json};

use crate::common::{Desk, USUAL};

/// The gid in an answer.
fn gid(answer: &Value) -> String {
    answer["data"]["gid"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn ask(desk: &Desk, method: &str, path: &str, data: Value) -> Value {
    let body = if method == "GET" { Value::Null } else { json!({ "data": data }) };
    desk.ask(method, path, body).await
}

async fn new_project(desk: &Desk, name: &str) -> (String, String) {
    let workspace = desk.world.id("workspace", "Acme").await;
    let project = gid(&ask(desk, "POST", "/projects", json!({"workspace": workspace, "name": name})).await);
    let sections = ask(desk, "GET", &format!("/projects/{project}/sections"), Value::Null).await;
    (project, sections["data"][0]["gid"].as_str().unwrap().to_owned())
}

async fn new_task(desk: &Desk, name: &str, project: &str) -> String {
    gid(&ask(desk, "POST", "/tasks", json!({"name": name, "projects": [project]})).await)
}

/// The names of what a list shows, where `of` leads to the named record.
async fn names(desk: &Desk, path: &str, of: &str) -> Vec<String> {
    let list = ask(desk, "GET", path, Value::Null).await;
    let name = |entry: &Value| entry.pointer(of).unwrap()["name"].as_str().unwrap().to_owned();
    list["data"].as_array().unwrap().iter().map(name).collect()
}

async fn standing(desk: &Desk, project: &str) -> Vec<String> {
    names(desk, &format!("/projects/{project}/tasks?opt_fields=name"), "").await
}

/// A project in whose only section a guest from another project stands between two own tasks.
async fn guest_between(desk: &Desk) -> (String, String) {
    let (home, _) = new_project(desk, "Home").await;
    let (project, section) = new_project(desk, "Inn").await;
    for name in ["last", "first"] {
        new_task(desk, name, &project).await;
    }
    let (guest, first) = (new_task(desk, "guest", &home).await, desk.world.id("task", "first").await);
    let to = json!({"project": project, "section": section, "insert_after": first});
    ask(desk, "POST", &format!("/tasks/{guest}/addProject"), to).await;
    assert_eq!(standing(desk, &project).await, ["first", "guest", "last"]);
    (project, section)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_comes_back_between_the_tasks_between_which_it_stood() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let (project, section) = guest_between(&desk).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    let guest = desk.world.id("task", "guest").await;
    ask(&desk, "POST", &format!("/sections/{section}/addTask"), json!({"task": guest})).await;
    assert_eq!(standing(&desk, &project).await, ["guest", "first", "last"]);
    desk.merge(&backup).await;
    assert_eq!(standing(&desk, &project).await, ["first", "guest", "last"]);

    ask(&desk, "POST", &format!("/tasks/{guest}/removeProject"), json!({"project": project})).await;
    desk.merge(&backup).await;
    assert_eq!(standing(&desk, &project).await, ["first", "guest", "last"]);
    desk.assert_settled(&backup).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_and_own_tasks_of_a_project_that_was_deleted_stand_as_before() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let (project, _) = guest_between(&desk).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    let home = desk.world.id("project", "Home").await;
    let guest = desk.world.id("task", "guest").await;
    ask(&desk, "DELETE", &format!("/tasks/{guest}"), json!({})).await;
    for gone in [&project, &home] {
        ask(&desk, "DELETE", &format!("/projects/{gone}"), json!({})).await;
    }
    desk.merge(&backup).await;
    let restored = desk.world.id("project", "Inn").await;
    assert_eq!(standing(&desk, &restored).await, ["first", "guest", "last"]);
}

/// The custom fields of a project, in their order.
async fn fields(desk: &Desk, project: &str) -> Vec<String> {
    let path = format!("/projects/{project}/custom_field_settings?opt_fields=custom_field.name");
    names(desk, &path, "/custom_field").await
}

async fn add_field(desk: &Desk, project: &str, name: &str) -> String {
    let field = json!({"name": name, "resource_subtype": "text"});
    let path = format!("/projects/{project}/addCustomFieldSetting");
    let answer =
        ask(desk, "POST", &format!("{path}?opt_fields=custom_field"), json!({"custom_field": field})).await;
    answer["data"]["custom_field"]["gid"].as_str().unwrap().to_owned()
}

/// A project with the fields a, b, c and d.
async fn with_fields(desk: &Desk) -> (String, Vec<String>) {
    let (project, _) = new_project(desk, "Fielded").await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d"] {
        ids.push(add_field(desk, &project, name).await);
    }
    (project, ids)
}

#[tokio::test(flavor = "multi_thread")]
async fn custom_fields_come_back_to_their_places() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let (project, ids) = with_fields(&desk).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    for id in [&ids[0], &ids[1], &ids[3]] {
        let field = json!({ "custom_field": id });
        ask(&desk, "POST", &format!("/projects/{project}/removeCustomFieldSetting"), field).await;
    }
    assert_eq!(fields(&desk, &project).await, ["c"]);
    desk.merge(&backup).await;
    assert_eq!(fields(&desk, &project).await, ["a", "b", "c", "d"]);
    desk.assert_settled(&backup).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_that_custom_fields_that_are_there_are_not_moved() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    let (project, field) =
        (desk.world.id("project", "Roadmap").await, desk.world.id("custom_field", "Owner").await);
    for action in ["removeCustomFieldSetting", "addCustomFieldSetting"] {
        ask(&desk, "POST", &format!("/projects/{project}/{action}"), json!({ "custom_field": field })).await;
    }
    assert_eq!(fields(&desk, &project).await.last().unwrap(), "Owner", "back at the end");
    let plan = desk.plan(&backup, Mode::Merge, &[]).await.plan;
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    let told =
        plan.losses.iter().find(|loss| loss.field.as_deref() == Some("custom_field_settings")).unwrap();
    assert_eq!((told.key.id.as_str(), told.cause), (project.as_str(), LossCause::NotChangeable));
}
