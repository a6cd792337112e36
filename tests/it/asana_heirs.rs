//! Tasks of several projects whose own one goes: they belong to another one from then on, and nothing that happens in
//! that one tells.

use boardvault::model::NativeId;
use serde_json::json;

use crate::common::compare::side;
use crate::common::scene::inside;
use crate::common::{Desk, FULL, USUAL};

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_inherits_tasks_is_read_with_all_that_is_on_them() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let (roadmap, garden) =
        (desk.world.id("project", "Roadmap").await, desk.world.id("project", "Office garden").await);
    desk.backup(USUAL).await;
    desk.ask("DELETE", &format!("/projects/{roadmap}"), json!({})).await;

    let usual = desk.backup(USUAL).await;
    assert_eq!(
        (usual.read, usual.unchanged),
        (2, 1),
        "the heir is read, and the tasks that are in no project now"
    );
    let (usual, full) = (side(desk.app(), usual.id), side(desk.app(), desk.backup(FULL).await.id));
    let garden = NativeId::from(garden.as_str());
    assert_eq!(inside(&usual, &garden), inside(&full, &garden));
    assert!(inside(&full, &garden).len() > 20, "the task came with its subtasks, comments and files");

    let later = desk.backup(USUAL).await;
    assert_eq!((later.read, later.unchanged), (0, 3), "once");
}
