//! Tasks of several projects whose own one goes: they belong to another one from then on, and nothing that happens in
//! that one tells.

use std::collections::BTreeSet;

use boardvault::model::NativeId;
use boardvault::plan::types::Mode;
use serde_json::json;

use crate::common::compare::side;
use crate::common::scene::{Scene, inside};
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

/// How many tasks, and files on them, there are.
async fn counts(scene: &Scene) -> Vec<(String, usize)> {
    let mut sizes = scene.desk.world.sizes().await;
    sizes.retain(|(kind, _)| ["task", "attachment"].contains(&kind.as_str()));
    sizes
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_of_a_replacement_takes_tasks_that_lived_on_back_into_the_project() {
    for mode in [Mode::DeleteBefore, Mode::DeleteBeforeLiteral] {
        let scene = Scene::before(Desk::on("asana", "tiny", 1).await).await;
        let before = counts(&scene).await;
        let login = scene.desk.world.id("task", "Fix login").await;
        let applied = scene.desk.apply(&scene.desk.plan(&scene.path("Acme/Roadmap"), mode, &[]).await).await;
        let back = scene.desk.undo(&applied.run).await;
        assert!(
            !back.plan.losses.iter().any(|loss| loss.noun == "tag"),
            "tags stay: {:#?}",
            back.plan.losses
        );
        scene.desk.apply(&back).await;
        assert_eq!(scene.desk.world.id("task", "Fix login").await, login, "{mode:?}: the one that lived on");
        let roadmap = scene.desk.world.id("project", "Roadmap").await;
        let garden = scene.desk.world.id("project", "Office garden").await;
        let task = scene.desk.world.named("task", "Fix login").await;
        let projects: BTreeSet<&str> = task["_memberships"]
            .as_array()
            .unwrap()
            .iter()
            .map(|membership| membership["project"].as_str().unwrap())
            .collect();
        assert_eq!(projects, BTreeSet::from([roadmap.as_str(), garden.as_str()]), "{mode:?}");
        assert_eq!(counts(&scene).await, before, "{mode:?}: nothing is there twice");
        scene.desk.assert_settled(&scene.snapshot()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_of_that_undo_puts_everything_where_the_replacement_had_put_it() {
    let scene = Scene::before(Desk::on("asana", "tiny", 1).await).await;
    let before = counts(&scene).await;
    let plan = scene.desk.plan(&scene.path("Acme/Roadmap"), Mode::DeleteBefore, &[]).await;
    let mut applied = scene.desk.apply(&plan).await;
    let replaced = counts(&scene).await;
    for expected in [before, replaced] {
        let back = scene.desk.undo(&applied.run).await;
        applied = scene.desk.apply(&back).await;
        assert_eq!(counts(&scene).await, expected);
        let projects = scene.desk.world.state().await["project"].as_array().unwrap().clone();
        assert_eq!(projects.iter().filter(|project| project["name"] == "Roadmap").count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_after_a_replacement_takes_the_new_task_for_the_old_one_that_lives_on_elsewhere() {
    let scene = Scene::before(Desk::on("asana", "tiny", 1).await).await;
    let plan = scene.desk.plan(&scene.path("Acme/Roadmap"), Mode::DeleteBefore, &[]).await;
    scene.desk.apply(&plan).await;
    scene.desk.merge(&scene.snapshot()).await;
    scene.desk.assert_settled(&scene.snapshot()).await;
}
