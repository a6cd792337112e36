//! What `diff` tells of what left one container for another.

use boardvault::app::diffing::{self, Change, Differences, Line};
use boardvault::model::Kind;
use serde_json::json;

use crate::common::{Desk, USUAL};

/// The line about a record, of one change.
fn line(differences: &Differences, kind: Kind, change: Change) -> &Line {
    let fits = |line: &&Line| line.key.kind == kind && line.change == change;
    let found: Vec<&Line> = differences.lines.iter().filter(fits).collect();
    assert_eq!(found.len(), 1, "{kind:?} {change:?}: {:#?}", differences.lines);
    found[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_went_to_another_project_neither_came_nor_went_and_its_tag_is_still_there() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let ask = async |path: &str, data: serde_json::Value| {
        desk.ask("POST", path, json!({ "data": data })).await["data"]["gid"].as_str().map(str::to_owned)
    };
    let workspace = desk.world.id("workspace", "Acme").await;
    let team = desk.world.id("team", "Product").await;
    let mut projects = Vec::new();
    for name in ["Old home", "New home"] {
        let data = json!({"name": name, "workspace": workspace, "team": team});
        projects.push(ask("/projects", data).await.unwrap());
    }
    let tag = ask("/tags", json!({"name": "blocked", "workspace": workspace})).await.unwrap();
    let task = json!({"name": "Wanderer", "projects": [projects[0]], "tags": [tag]});
    let task = ask("/tasks", task).await.unwrap();
    let before = desk.backup(USUAL).await.id.to_string();

    ask(&format!("/tasks/{task}/addProject"), json!({"project": projects[1]})).await;
    ask(&format!("/tasks/{task}/removeProject"), json!({"project": projects[0]})).await;
    let after = desk.backup(USUAL).await.id.to_string();

    let all = diffing::diff(desk.app(), &before, &after).unwrap();
    let one = diffing::diff(desk.app(), &format!("{before}:Acme/Old home"), &after).unwrap();
    for differences in [&all, &one] {
        let left = line(differences, Kind::Item, Change::Removed);
        let there = left.moved.as_ref().unwrap();
        assert_eq!((there[1].as_str(), there.last().unwrap().as_str()), ("New home", "Wanderer"));
        let tag = line(differences, Kind::Label, Change::Removed);
        assert_eq!(tag.elsewhere.as_ref().unwrap()[1], "New home");
        assert_eq!(tag.moved, None);
    }
    let came = line(&all, Kind::Item, Change::Added);
    assert_eq!(came.moved.as_ref().unwrap()[1], "Old home");
    assert!(one.lines.iter().all(|line| line.change != Change::Added), "{:#?}", one.lines);
}
