//! Backup, damage, restore, backup: the two backups differ in nothing but the closed list.

use boardvault::apply::Relation;
use boardvault::model::origins::OriginMap;
use boardvault::model::{RecordKey, ops};
use boardvault::plan::types::{Mode, Verdict};

use crate::common::compare::{self, Comparison, Losses};
use crate::common::scene::Scene;
use crate::common::{Desk, FULL, USUAL};

#[tokio::test(flavor = "multi_thread")]
async fn damage_shows_in_the_comparison() {
    let scene = Scene::new("tiny", 1, ("disaster", 0)).await;
    let nothing = OriginMap::default();
    let compare = |found| {
        let comparison = Comparison {
            dialect: scene.desk.world.platform.dialect,
            wanted: &scene.wanted,
            found,
            origins: &nothing,
            losses: &Losses::default(),
            same_ids: true,
        };
        comparison.run().differences.len()
    };
    assert_eq!(compare(&scene.wanted), 0);
    assert!(compare(&scene.damaged) > 10, "a disaster shows in {} places only", compare(&scene.damaged));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_makes_a_deleted_board_again() {
    let desk = Desk::new("tiny", 4).await;
    let before = desk.backup(USUAL).await;
    let wanted = compare::side(desk.app(), before.id);
    let board = desk.world.id("board", "Roadmap").await;
    desk.world.call("workspace admin", "DELETE", &format!("/boards/{board}"), serde_json::json!({})).await;
    let plan = desk.plan(&before.id.to_string(), Mode::Merge, &[]).await;
    desk.apply(&plan).await;
    let found = compare::side(desk.app(), desk.backup(FULL).await.id);
    let origins = &compare::made(desk.app(), Relation::Restored);
    let compared = Comparison {
        dialect: desk.world.platform.dialect,
        wanted: &wanted,
        found: &found,
        origins,
        losses: &Losses::of(&plan.plan),
        same_ids: true,
    }
    .run();
    compared.assert_same(&format!("{:?}", plan.plan.header.mode));
    assert_eq!(compared.extra(&found), Vec::<&RecordKey>::new());
    assert!(desk.plan(&before.id.to_string(), Mode::Merge, &[]).await.plan.steps.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_of_what_has_not_changed_plans_nothing() {
    let desk = Desk::new("tiny", 5).await;
    let snapshot = desk.backup(USUAL).await.id.to_string();
    for path in ["Acme", "Acme/Roadmap", "Acme/Roadmap/Doing", "Acme/Roadmap/Doing/Fix login"] {
        for only in [path.to_owned(), format!("{path}#name")] {
            let plan = desk.plan(&snapshot, Mode::Merge, &[&only]).await;
            assert_eq!(plan.plan.verdict, Verdict::NothingToDo, "{only}");
        }
    }
    let value = "Acme/Roadmap/Doing/Fix login#Priority";
    assert_eq!(desk.plan(&snapshot, Mode::Merge, &[value]).await.plan.verdict, Verdict::NothingToDo);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_restores_itself_and_what_it_needs() {
    for (path, field) in [
        ("Acme/Roadmap", None),
        ("Acme/Roadmap/Doing", None),
        ("Acme/Roadmap/Doing/Fix login", None),
        ("Acme/Roadmap/Doing/Fix login#due", Some("due")),
    ] {
        let scene = Scene::new("tiny", 5, ("disaster", 0)).await;
        let plan = scene.desk.plan(&scene.path(path), Mode::Merge, &[]).await;
        assert!(!plan.plan.steps.is_empty(), "{path}: the disaster spared it");
        scene.desk.apply(&plan).await;
        let found = scene.now().await;
        let wanted = scene.selected(path);
        let compared = scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored);
        match field {
            None => compared.assert_same_where(path, |key| wanted.contains(key)),
            Some(field) => {
                for key in &wanted {
                    let (was, is) = (&scene.wanted[key].native, &found[&compared.places[key]].native);
                    assert_eq!(ops::get(is, field), ops::get(was, field), "{path}");
                }
            }
        }
        let again = scene.desk.plan(&scene.path(path), Mode::Merge, &[]).await;
        assert!(again.plan.steps.is_empty(), "{path}: a second merge plans {:#?}", again.plan.steps);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_keeps_what_somebody_did_since() {
    let scene = Scene::new("tiny", 9, ("disaster", 0)).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    let applied = scene.desk.apply(&plan).await;
    let card = scene.desk.world.id("card", "Cactus").await;
    let desc = serde_json::json!({"desc": "Water it once."});
    scene.desk.world.call("workspace admin", "PUT", &format!("/cards/{card}"), desc).await;
    let back = scene.desk.undo(&applied.run).await;
    scene.desk.apply(&back).await;
    assert_eq!(scene.desk.world.named("card", "Cactus").await["desc"], "Water it once.");
}
