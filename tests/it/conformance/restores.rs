//! Backup, damage, restore, backup: the two backups differ in nothing but the closed list.

use std::collections::BTreeSet;

use boardvault::apply::Relation;
use boardvault::model::{Kind, NativeId, RecordKey};
use boardvault::plan::types::Mode;

use super::{SUBJECTS, Subject};
use crate::common::compare::{Side, above};
use crate::common::many;
use crate::common::scene::{Scene, inside, without};

async fn merge_restores(subject: &Subject, world: &str, seed: u64, damage: (&str, usize)) {
    let about = format!("{} {world} {seed}", subject.platform);
    let scene = Scene::on(subject.platform, world, seed, damage).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    let may_do_all = |name: &String| !subject.closed.iter().any(|closed| name.starts_with(closed));
    let blocked: Vec<_> =
        plan.plan.blocked.iter().filter(|blocked| blocked.path.iter().all(may_do_all)).collect();
    assert!(blocked.is_empty(), "{about}: {blocked:#?}");
    if plan.plan.steps.is_empty() {
        return;
    }
    let alive = scene.desk.world.ids().await;
    scene.desk.apply(&plan).await;
    let found = scene.now().await;

    let compared = scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored);
    compared.assert_same(&about);
    let strange: Vec<_> = compared
        .extra(&found)
        .into_iter()
        .filter(|key| !scene.damaged.contains_key(key) && !was_hidden(&scene, &alive, &found, key))
        .filter(|key| !came_along(&scene, &found, key))
        .collect();
    assert!(strange.is_empty(), "{about}: made for nothing: {strange:?}");
    let put_back = |key: &RecordKey| {
        let there = found.values().find(|record| is_elsewhere(&record.key, key));
        there.is_some_and(|record| {
            scene.wanted.contains_key(&record.key) || came_along(&scene, &found, &record.key)
        })
    };
    let gone: Vec<_> =
        scene.damaged.keys().filter(|key| !found.contains_key(key) && !put_back(key)).collect();
    assert!(gone.is_empty(), "{about}: a merge removed {gone:?}");
    let again = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    assert!(again.plan.steps.is_empty(), "{about}: a second merge plans {:#?}", again.plan.steps);
}

/// Whether a record is, or hangs on, an item that was alive before the restore and in no container, so that no backup
/// could show it.
fn was_hidden(scene: &Scene, alive: &BTreeSet<String>, found: &Side, key: &RecordKey) -> bool {
    let dialect = scene.desk.world.platform.dialect;
    let shown: BTreeSet<&NativeId> =
        scene.damaged.keys().filter(|key| key.kind == Kind::Item).map(|key| &key.id).collect();
    let mut chain = std::iter::successors(found.get(key), |record| found.get(&above(dialect, record)?));
    chain.any(|record| {
        let key = &record.key;
        key.kind == Kind::Item && alive.contains(key.id.as_str()) && !shown.contains(&key.id)
    })
}

/// Whether `other` is the same record in another container.
fn is_elsewhere(other: &RecordKey, key: &RecordKey) -> bool {
    (other.kind, &other.id) == (key.kind, &key.id) && other.container != key.container
}

/// Whether a record was in another container before the restore and hangs on an item that the restore has put back into
/// this one: a subtask goes where its task goes.
fn came_along(scene: &Scene, found: &Side, key: &RecordKey) -> bool {
    let dialect = scene.desk.world.platform.dialect;
    let was_elsewhere = |key: &RecordKey| scene.damaged.keys().any(|other| is_elsewhere(other, key));
    let mut chain =
        std::iter::successors(found.get(key), |record| found.get(&above(dialect, record)?)).skip(1);
    was_elsewhere(key)
        && chain.any(|record| scene.wanted.contains_key(&record.key) && was_elsewhere(&record.key))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_brings_back_what_a_disaster_took() {
    for subject in SUBJECTS {
        for (world, seed) in [("tiny", 1), ("typical", 2), ("nasty", 3)] {
            merge_restores(subject, world, seed, ("disaster", 0)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_takes_random_damage_back() {
    for subject in SUBJECTS {
        for seed in 0..if many() { 200 } else { 10 } {
            merge_restores(subject, "tiny", seed, ("random-damage", 30)).await;
        }
        merge_restores(subject, "typical", 1, ("random-damage", 60)).await;
        for seed in 0..if many() { 20 } else { 0 } {
            merge_restores(subject, "typical", seed, ("random-damage", 60)).await;
            merge_restores(subject, "nasty", seed, ("random-damage", 60)).await;
        }
    }
}

async fn undo_restores(subject: &Subject, seed: u64, mode: Mode, path: &str) {
    let about = format!("{} {mode:?} {path} {seed}", subject.platform);
    let scene = Scene::on(subject.platform, "tiny", seed, ("disaster", 0)).await;
    let snapshot = if path.is_empty() { scene.snapshot() } else { scene.path(path) };
    let plan = scene.desk.plan(&snapshot, mode, &[]).await;
    let applied = scene.desk.apply(&plan).await;
    let back = scene.desk.undo(&applied.run).await;
    scene.desk.apply(&back).await;
    let found = scene.now().await;
    let compared = scene.compare(&scene.damaged, &found, &back.plan, Relation::Restored);
    compared.assert_same(&about);
    let archived = |key: &&RecordKey| found[*key].native["closed"] == true;
    let lasting = |key: &&RecordKey| {
        let verbs = scene.desk.world.platform.dialect.spec(key.kind).unwrap().verbs;
        !verbs.delete && !verbs.archive
    };
    let extra = compared.extra(&found).into_iter().filter(|key| !archived(key) && !lasting(key));
    let extra: Vec<_> = extra.collect();
    assert!(extra.is_empty(), "{about}: the undo left {extra:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_takes_a_run_of_every_mode_back() {
    for subject in SUBJECTS {
        for seed in 0..if many() { 20 } else { 2 } {
            undo_restores(subject, seed, Mode::Merge, "").await;
            undo_restores(subject, seed, Mode::Merge, subject.part).await;
            undo_restores(subject, seed, Mode::Copy, subject.container).await;
            undo_restores(subject, seed, Mode::DeleteBefore, subject.container).await;
            undo_restores(subject, seed, Mode::DeleteBeforeLiteral, subject.container).await;
        }
    }
}

async fn replacing_restores(subject: &Subject, mode: Mode, seed: u64) {
    let about = format!("{} {mode:?} {seed}", subject.platform);
    let scene = Scene::on(subject.platform, "tiny", seed, ("random-damage", 30)).await;
    let old = scene.container(subject.container.rsplit('/').next().unwrap());
    let plan = scene.desk.plan(&scene.path(subject.container), mode, &[]).await;
    scene.desk.apply(&plan).await;
    let found = scene.now().await;

    assert!(inside(&found, &old).is_empty(), "{about}: the old one is still there");
    let compared = scene.compare(&inside(&scene.wanted, &old), &found, &plan.plan, Relation::Restored);
    compared.assert_same(&about);
    let new = &compared.places[&RecordKey::new(old.clone(), Kind::Container, old.clone())].container;
    let strange: Vec<_> = compared
        .extra(&found)
        .into_iter()
        .filter(|key| key.container == *new && !is_of_a_shared_field(&scene, &found, key))
        .collect();
    assert!(strange.is_empty(), "{about}: more than the backup holds: {strange:?}");
    let others = without(&scene.damaged, &old);
    scene.compare(&others, &found, &plan.plan, Relation::Restored).assert_same(&about);
}

/// Whether a record is an option of a custom field that was there before the restore. Projects share such a field: what
/// people made of its options since stays, and what a restored project needs beside it shows in all of them.
fn is_of_a_shared_field(scene: &Scene, found: &Side, key: &RecordKey) -> bool {
    let field = found.get(key).filter(|_| key.kind == Kind::FieldOption);
    let field = field.and_then(|option| above(scene.desk.world.platform.dialect, option));
    field.is_some_and(|field| {
        scene.damaged.keys().any(|live| live.kind == Kind::FieldDef && live.id == field.id)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn replacing_a_container_leaves_exactly_the_backup() {
    for subject in SUBJECTS {
        for seed in 0..if many() { 50 } else { 3 } {
            replacing_restores(subject, Mode::DeleteBefore, seed).await;
            replacing_restores(subject, Mode::DeleteBeforeLiteral, seed).await;
        }
    }
}

async fn copying_restores(subject: &Subject, seed: u64) {
    let about = format!("{} copy {seed}", subject.platform);
    let scene = Scene::on(subject.platform, "tiny", seed, ("random-damage", 30)).await;
    let old = scene.container(subject.container.rsplit('/').next().unwrap());
    let plan = scene.desk.plan(&scene.path(subject.container), Mode::Copy, &[]).await;
    scene.desk.apply(&plan).await;
    let found = scene.now().await;

    // What was there is as it was.
    scene.compare(&scene.damaged, &found, &plan.plan, Relation::Restored).assert_same(&about);
    let mut wanted = inside(&scene.wanted, &old);
    let root = wanted.get_mut(&RecordKey::new(old.clone(), Kind::Container, old)).unwrap();
    let name = root.native["name"].as_str().unwrap();
    root.native["name"] = format!("{name} (restored 2026-11-21)").into();
    let is_new = |key: &&RecordKey| !scene.damaged.contains_key(*key);
    let added: Side = found.keys().filter(is_new).map(|key| (key.clone(), found[key].clone())).collect();
    let compared = scene.compare(&wanted, &added, &plan.plan, Relation::Copied);
    compared.assert_same(&about);
    let strange = compared.extra(&added).into_iter().filter(|key| !is_of_a_shared_field(&scene, &found, key));
    let strange: Vec<_> = strange.collect();
    assert!(strange.is_empty(), "{about}: {strange:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_container_equals_the_backup_up_to_ids_and_name() {
    for subject in SUBJECTS {
        for seed in 0..if many() { 50 } else { 3 } {
            copying_restores(subject, seed).await;
        }
    }
}
