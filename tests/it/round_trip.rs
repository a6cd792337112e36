//! Backup, damage, restore, backup: the two backups differ in nothing but the closed list.

use std::collections::BTreeSet;

use boardvault::app::backup::Report;
use boardvault::apply::Relation;
use boardvault::model::origins::OriginMap;
use boardvault::model::{Kind, NativeId, RecordKey, ops};
use boardvault::plan::types::{Action, Mode, RestorePlan};

use crate::common::compare::{self, Compared, Comparison, Losses, Side};
use crate::common::{Desk, FULL, USUAL, many};

/// A vault with a backup of a world, and what became of the world since.
struct Scene {
    desk: Desk,
    before: Report,
    wanted: Side,
    damaged: Side,
}

impl Scene {
    async fn new(world: &str, seed: u64, damage: (&str, usize)) -> Self {
        let desk = Desk::new(world, seed).await;
        let before = desk.backup(USUAL).await;
        desk.world.people(damage.0, seed, damage.1).await;
        let damaged = desk.backup(FULL).await;
        let side = |report: &Report| compare::side(desk.app(), report.id);
        Self { wanted: side(&before), damaged: side(&damaged), before, desk }
    }

    fn snapshot(&self) -> String {
        self.before.id.to_string()
    }

    fn path(&self, path: &str) -> String {
        format!("{}:{path}", self.snapshot())
    }

    async fn now(&self) -> Side {
        compare::side(self.desk.app(), self.desk.backup(FULL).await.id)
    }

    fn compare(&self, wanted: &Side, found: &Side, plan: &RestorePlan, relation: Relation) -> Compared {
        let origins = &compare::made(self.desk.app(), relation);
        Comparison {
            wanted,
            found,
            origins,
            losses: &Losses::of(plan),
            same_ids: relation == Relation::Restored,
        }
        .run()
    }

    fn container(&self, name: &str) -> NativeId {
        self.before.manifest.containers.iter().find(|entry| entry.name == name).unwrap().id.clone()
    }
}

/// The records of one container.
fn inside(side: &Side, container: &NativeId) -> Side {
    side.iter()
        .filter(|(key, _)| key.container == *container)
        .map(|(key, record)| (key.clone(), record.clone()))
        .collect()
}

fn without(side: &Side, container: &NativeId) -> Side {
    side.iter()
        .filter(|(key, _)| key.container != *container)
        .map(|(key, record)| (key.clone(), record.clone()))
        .collect()
}

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

async fn replacing_restores(mode: Mode, seed: u64) {
    let scene = Scene::new("tiny", seed, ("random-damage", 30)).await;
    let old = scene.container("Roadmap");
    let plan = scene.desk.plan(&scene.path("Acme/Roadmap"), mode, &[]).await;
    scene.desk.apply(&plan).await;
    let found = scene.now().await;

    assert!(inside(&found, &old).is_empty(), "{mode:?} {seed}: the old board is still there");
    let wanted = inside(&scene.wanted, &old);
    let compared = scene.compare(&wanted, &found, &plan.plan, Relation::Restored);
    compared.assert_same(&format!("{:?}", plan.plan.header.mode));
    let new = compared.places[&RecordKey::new(old.clone(), Kind::Container, old.clone())].container.clone();
    let strange: Vec<_> = compared.extra(&found).into_iter().filter(|key| key.container == new).collect();
    assert!(strange.is_empty(), "{mode:?} {seed}: more than the backup holds: {strange:?}");
    let others = without(&scene.damaged, &old);
    scene
        .compare(&others, &found, &plan.plan, Relation::Restored)
        .assert_same(&format!("{:?}", plan.plan.header.mode));
}

#[tokio::test(flavor = "multi_thread")]
async fn replacing_a_board_leaves_exactly_the_backup() {
    for seed in 0..if many() { 50 } else { 3 } {
        replacing_restores(Mode::DeleteBefore, seed).await;
        replacing_restores(Mode::DeleteBeforeLiteral, seed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_board_goes_last_unless_the_literal_form_is_asked_for() {
    let scene = Scene::new("tiny", 1, ("random-damage", 10)).await;
    for (mode, last) in [(Mode::DeleteBefore, true), (Mode::DeleteBeforeLiteral, false)] {
        let steps = scene.desk.plan(&scene.path("Acme/Roadmap"), mode, &[]).await.plan.steps;
        let at = steps.iter().position(|step| step.action == Action::Delete).unwrap();
        assert_eq!(at, if last { steps.len() - 1 } else { 0 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_board_equals_the_backup_up_to_ids_and_name() {
    for seed in 0..if many() { 50 } else { 3 } {
        let scene = Scene::new("tiny", seed, ("random-damage", 30)).await;
        let old = scene.container("Roadmap");
        let plan = scene.desk.plan(&scene.path("Acme/Roadmap"), Mode::Copy, &[]).await;
        scene.desk.apply(&plan).await;
        let found = scene.now().await;

        // What was there is as it was.
        scene
            .compare(&scene.damaged, &found, &plan.plan, Relation::Restored)
            .assert_same(&format!("{:?}", plan.plan.header.mode));
        let mut wanted = inside(&scene.wanted, &old);
        let board = wanted.get_mut(&RecordKey::new(old.clone(), Kind::Container, old.clone())).unwrap();
        board.native["name"] = "Roadmap (restored 2026-11-21)".into();
        let added: Side = found
            .iter()
            .filter(|(key, _)| !scene.damaged.contains_key(key))
            .map(|(k, r)| (k.clone(), r.clone()))
            .collect();
        let compared = scene.compare(&wanted, &added, &plan.plan, Relation::Copied);
        compared.assert_same(&format!("{:?}", plan.plan.header.mode));
        assert!(compared.extra(&added).is_empty(), "{seed}: {:?}", compared.extra(&added));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_workspace_holds_all_of_its_boards() {
    let scene = Scene::new("tiny", 7, ("random-damage", 10)).await;
    let plan = scene.desk.plan(&scene.path("Acme"), Mode::Copy, &[]).await;
    scene.desk.apply(&plan).await;
    let found = scene.now().await;
    scene
        .compare(&scene.damaged, &found, &plan.plan, Relation::Restored)
        .assert_same(&format!("{:?}", plan.plan.header.mode));
    let added: Side = found
        .iter()
        .filter(|(key, _)| !scene.damaged.contains_key(key))
        .map(|(k, r)| (k.clone(), r.clone()))
        .collect();
    let workspaces = added.keys().filter(|key| key.kind == Kind::Workspace).count();
    assert_eq!(workspaces, 1);
    let home = added.keys().find(|key| key.kind == Kind::Workspace).unwrap();
    let boards = ["Roadmap", "Office garden"].map(|name| scene.container(name));
    let mut wanted: Side = boards.iter().flat_map(|board| inside(&scene.wanted, board)).collect();
    for board in boards {
        let board = wanted.get_mut(&RecordKey::new(board.clone(), Kind::Container, board)).unwrap();
        board.native["idOrganization"] = home.id.as_str().into();
    }
    let compared = scene.compare(&wanted, &added, &plan.plan, Relation::Copied);
    compared.assert_same("copy");
    let strange = compared.extra(&added).into_iter().filter(|key| key.container != home.id);
    assert_eq!(strange.collect::<Vec<_>>(), Vec::<&RecordKey>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_or_a_card_can_be_copied_within_its_board() {
    for (path, kind, name) in [
        ("Acme/Roadmap/Doing", Kind::Section, "Doing (restored 2026-11-21)"),
        ("Acme/Roadmap/Doing/Fix login", Kind::Item, "Fix login (restored 2026-11-21)"),
    ] {
        let scene = Scene::new("tiny", 5, ("days-work", 0)).await;
        let plan = scene.desk.plan(&scene.path(path), Mode::Copy, &[]).await;
        scene.desk.apply(&plan).await;
        let found = scene.now().await;
        scene.compare(&scene.damaged, &found, &plan.plan, Relation::Restored).assert_same(path);
        let copied = selected(&scene, path);
        let mut wanted = scene.wanted.clone();
        // What a copied thing refers to may be the old one; the copy itself is one of the added records.
        let mut added = found.clone();
        added.retain(|key, _| !scene.damaged.contains_key(key) || !holds(kind, key.kind));
        let root = copied.iter().find(|key| key.kind == kind).unwrap();
        wanted.get_mut(root).unwrap().native["name"] = name.into();
        let origins = &compare::made(scene.desk.app(), Relation::Copied);
        let losses = &Losses::of(&plan.plan);
        let compared = Comparison { wanted: &wanted, found: &added, origins, losses, same_ids: true }.run();
        compared.assert_same_where(path, |key| copied.contains(key));
        assert!(copied.iter().all(|key| compared.places.contains_key(key) && compared.places[key] != *key));
    }
}

/// Whether a thing of kind `inner` is, or may lie in, one of kind `outer`.
fn holds(outer: Kind, inner: Kind) -> bool {
    inner == outer || inner >= Kind::Item
}

#[tokio::test(flavor = "multi_thread")]
async fn replacing_a_workspace_or_a_card_leaves_the_backup_in_its_place() {
    for path in ["Acme", "Acme/Roadmap/Doing/Fix login"] {
        let scene = Scene::new("tiny", 5, ("days-work", 0)).await;
        let plan = scene.desk.plan(&scene.path(path), Mode::DeleteBefore, &[]).await;
        scene.desk.apply(&plan).await;
        let found = scene.now().await;
        let compared = scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored);
        let replaced = plan.plan.deletions().map(|step| step.subject.clone()).collect::<BTreeSet<_>>();
        assert!(!replaced.is_empty() && found.keys().all(|key| !replaced.contains(key)), "{path}");
        let picked =
            if path == "Acme" { scene.wanted.keys().cloned().collect() } else { selected(&scene, path) };
        compared.assert_same_where(path, |key| picked.contains(key));
        if path == "Acme" {
            assert_eq!(compared.extra(&found), Vec::<&RecordKey>::new());
        }
    }
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
        let wanted = selected(&scene, path);
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

/// The records of the backup that the path selects: the thing itself and all that hangs on it.
fn selected(scene: &Scene, path: &str) -> BTreeSet<RecordKey> {
    let titles: Vec<&str> = path.split('#').next().unwrap().split('/').skip(1).collect();
    let board = scene.container(titles[0]);
    let mut keys: BTreeSet<RecordKey> = BTreeSet::new();
    let records = inside(&scene.wanted, &board);
    for record in records.values() {
        let is = |kind, title: Option<&&str>| {
            record.key.kind == kind && title == ops::get_text(&record.native, "name").as_ref()
        };
        let root = match titles.len() {
            1 => is(Kind::Container, titles.first()),
            2 => is(Kind::Section, titles.get(1)),
            _ => is(Kind::Item, titles.get(2)),
        };
        if root || compare::above(record).is_some_and(|above| keys.contains(&above)) {
            keys.insert(record.key.clone());
        }
    }
    assert!(!keys.is_empty(), "{path} selects nothing");
    if path.contains('#') {
        keys.retain(|key| key.kind == Kind::Item);
    }
    keys
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
