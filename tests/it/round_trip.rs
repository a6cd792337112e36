//! Backup, damage, restore, backup: the two backups differ in nothing but the closed list.

use boardvault::apply::Relation;
use boardvault::model::origins::OriginMap;
use boardvault::model::{RecordKey, ops};
use boardvault::plan::types::{Mode, Verdict};

use crate::common::compare::{self, Comparison, Losses};
use crate::common::scene::Scene;
use crate::common::{Desk, FULL, USUAL, many};

async fn merge_restores(world: &str, seed: u64, damage: (&str, usize)) {
    let scene = Scene::new(world, seed, damage).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    let may_do_all = |name: &str| !name.starts_with("Ada may only look");
    let blocked: Vec<_> =
        plan.plan.blocked.iter().filter(|blocked| blocked.path.iter().all(|name| may_do_all(name))).collect();
    assert!(blocked.is_empty(), "{world} {seed}: {blocked:#?}");
    if plan.plan.steps.is_empty() {
        return;
    }
    scene.desk.apply(&plan).await;
    let found = scene.now().await;

    let compared = scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored);
    compared.assert_same(&format!("{world} {seed}"));
    let strange: Vec<_> =
        compared.extra(&found).into_iter().filter(|key| !scene.damaged.contains_key(key)).collect();
    assert!(strange.is_empty(), "{world} {seed}: made for nothing: {strange:?}");
    let gone: Vec<_> = scene.damaged.keys().filter(|key| !found.contains_key(key)).collect();
    assert!(gone.is_empty(), "{world} {seed}: a merge removed {gone:?}");
    let again = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    assert!(again.plan.steps.is_empty(), "{world} {seed}: a second merge plans {:#?}", again.plan.steps);
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_shows_in_the_comparison() {
    let scene = Scene::new("tiny", 1, ("disaster", 0)).await;
    let nothing = OriginMap::default();
    let compare = |found| {
        let comparison = Comparison {
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
async fn a_merge_brings_back_what_a_disaster_took() {
    for (world, seed) in [("tiny", 1), ("typical", 2), ("nasty", 3)] {
        merge_restores(world, seed, ("disaster", 0)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_takes_random_damage_back() {
    for seed in 0..if many() { 200 } else { 10 } {
        merge_restores("tiny", seed, ("random-damage", 30)).await;
    }
    merge_restores("typical", 1, ("random-damage", 60)).await;
    for seed in 0..if many() { 20 } else { 0 } {
        merge_restores("typical", seed, ("random-damage", 60)).await;
        merge_restores("nasty", seed, ("random-damage", 60)).await;
    }
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

async fn undo_restores(seed: u64, mode: Mode, path: &str) {
    let scene = Scene::new("tiny", seed, ("disaster", 0)).await;
    let snapshot = if path.is_empty() { scene.snapshot() } else { scene.path(path) };
    let plan = scene.desk.plan(&snapshot, mode, &[]).await;
    let applied = scene.desk.apply(&plan).await;
    let back = scene.desk.undo(&applied.run).await;
    scene.desk.apply(&back).await;
    let found = scene.now().await;
    let compared = scene.compare(&scene.damaged, &found, &back.plan, Relation::Restored);
    compared.assert_same(&format!("{mode:?} {path} {seed}"));
    let archived = |key: &&RecordKey| found[*key].native["closed"] == true;
    let extra: Vec<_> = compared.extra(&found).into_iter().filter(|key| !archived(key)).collect();
    assert!(extra.is_empty(), "{mode:?} {path}: the undo left {extra:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_takes_a_run_of_every_mode_back() {
    for seed in 0..if many() { 20 } else { 2 } {
        undo_restores(seed, Mode::Merge, "").await;
        undo_restores(seed, Mode::Merge, "Acme/Roadmap/Doing").await;
        undo_restores(seed, Mode::Copy, "Acme/Roadmap").await;
        undo_restores(seed, Mode::DeleteBefore, "Acme/Roadmap").await;
        undo_restores(seed, Mode::DeleteBeforeLiteral, "Acme/Roadmap").await;
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
