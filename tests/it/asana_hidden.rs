//! Tasks and projects that are there and that the account may not read any more: they look as if they were missing.

use boardvault::model::Kind;
use boardvault::plan::types::{Mode, RestorePlan, Verdict};
use serde_json::{Value, json};

use crate::common::{Desk, USUAL};

/// Who sees less after a while.
const CLEO: &str = "member, editor of projects";
/// Who decides about that.
const ADA: &str = "organization admin";

async fn by_ada(desk: &Desk, method: &str, path: &str, data: Value) -> Value {
    let body = if data.is_null() { Value::Null } else { json!({ "data": data }) };
    desk.world.call(ADA, method, path, body).await["data"].take()
}

fn gid(answer: &Value) -> String {
    answer["gid"].as_str().unwrap_or_else(|| panic!("no gid: {answer}")).to_owned()
}

/// Cleo's desk, with a task of Ada's in two projects, a subtask and a comment, and a backup of it all.
async fn desk() -> (Desk, String, String) {
    let desk = Desk::with("asana", Some(CLEO), "tiny", 1).await;
    let mut projects = Vec::new();
    for name in ["Roadmap", "Office garden"] {
        projects.push(desk.world.id("project", name).await);
    }
    let task = json!({"name": "Ada's", "projects": projects});
    let task = gid(&by_ada(&desk, "POST", "/tasks", task).await);
    by_ada(&desk, "POST", &format!("/tasks/{task}/subtasks"), json!({"name": "Below"})).await;
    by_ada(&desk, "POST", &format!("/tasks/{task}/stories"), json!({"text": "About it."})).await;
    let backup = desk.backup(USUAL).await.id.to_string();
    (desk, task, backup)
}

/// What a plan says that it does not make, each with the reason.
fn blocked(plan: &RestorePlan) -> Vec<(Kind, &str, &str)> {
    let told = plan.blocked.iter();
    told.map(|blocked| (blocked.subject.kind, blocked.path.last().unwrap().as_str(), blocked.why.as_str()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_has_become_private_is_not_made_a_second_time() {
    let (desk, task, backup) = desk().await;
    let project = |name| desk.world.id("project", name);
    let projects = [project("Roadmap").await, project("Office garden").await];
    for project in &projects {
        by_ada(&desk, "POST", &format!("/tasks/{task}/removeProject"), json!({ "project": project })).await;
    }
    let plan = desk.plan(&backup, Mode::Merge, &[]).await.plan;
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    assert_eq!(plan.verdict, Verdict::Blocked);
    let blocked = blocked(&plan);
    let kinds: Vec<Kind> = blocked.iter().map(|(kind, ..)| *kind).collect();
    for kind in [Kind::Item, Kind::Comment, Kind::Placement] {
        assert!(kinds.contains(&kind), "{blocked:#?}");
    }
    let (_, _, why) = blocked.iter().find(|(kind, name, _)| (*kind, *name) == (Kind::Item, "Ada's")).unwrap();
    assert!(why.starts_with("there, but the account may not read it"), "{why}");
    assert!(blocked.iter().all(|(_, _, other)| other.ends_with(why)), "{blocked:#?}");

    for project in &projects {
        by_ada(&desk, "POST", &format!("/tasks/{task}/addProject"), json!({ "project": project })).await;
    }
    let plan = desk.plan(&backup, Mode::Merge, &[]).await.plan;
    assert!(plan.blocked.is_empty(), "{:#?}", plan.blocked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_has_become_private_is_not_made_a_second_time() {
    let (desk, _, backup) = desk().await;
    let project = desk.world.id("project", "Roadmap").await;
    by_ada(&desk, "PUT", &format!("/projects/{project}"), json!({"privacy_setting": "private"})).await;
    let ada = desk.world.id("user", "Ada Byron").await;
    let members =
        by_ada(&desk, "GET", &format!("/memberships?parent={project}&opt_fields=member"), Value::Null).await;
    for membership in
        members.as_array().unwrap().iter().filter(|membership| membership["member"]["gid"] != ada)
    {
        by_ada(&desk, "DELETE", &format!("/memberships/{}", gid(membership)), Value::Null).await;
    }
    let plan = desk.plan(&backup, Mode::Merge, &[]).await.plan;
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    let blocked = blocked(&plan);
    let (_, _, why) = blocked.iter().find(|(kind, ..)| *kind == Kind::Container).unwrap();
    assert!(why.starts_with("there, but the account may not read it"), "{why}");
}
