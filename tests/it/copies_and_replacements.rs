//! Copies stand next to what was there, replacements take its place; both equal the backup up to ids.

use std::collections::BTreeSet;

use boardvault::apply::Relation;
use boardvault::model::{Kind, RecordKey};
use boardvault::plan::types::{Action, Mode};

use crate::common::compare::{self, Comparison, Losses, Side};
use crate::common::scene::{Scene, inside};
use crate::common::{USUAL, many};

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
        let copied = scene.selected(path);
        let mut wanted = scene.wanted.clone();
        // What a copied thing refers to may be the old one; the copy itself is one of the added records.
        let mut added = found.clone();
        added.retain(|key, _| !scene.damaged.contains_key(key) || !holds(kind, key.kind));
        let root = copied.iter().find(|key| key.kind == kind).unwrap();
        wanted.get_mut(root).unwrap().native["name"] = name.into();
        let origins = &compare::made(scene.desk.app(), Relation::Copied);
        let losses = &Losses::of(&plan.plan);
        let compared = Comparison {
            dialect: scene.desk.world.platform.dialect,
            wanted: &wanted,
            found: &added,
            origins,
            losses,
            same_ids: true,
        }
        .run();
        compared.assert_same_where(path, |key| copied.contains(key));
        assert!(copied.iter().all(|key| compared.places.contains_key(key) && compared.places[key] != *key));
    }
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
            if path == "Acme" { scene.wanted.keys().cloned().collect() } else { scene.selected(path) };
        compared.assert_same_where(path, |key| picked.contains(key));
        if path == "Acme" {
            assert_eq!(compared.extra(&found), Vec::<&RecordKey>::new());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_of_the_nasty_world_can_be_copied_and_replaced() {
    let scene = Scene::of("nasty", 1).await;
    let short = ["Names / # : \\ \"quotes\"", "Duplicates", "Odd cards", "Closed", "After Fay", "Empty"];
    let long = ["Exactly a page", "Many cards"];
    for name in short.iter().chain(long.iter().filter(|_| many())) {
        for mode in [Mode::Copy, Mode::DeleteBefore] {
            let old = scene.container(name);
            let plan = scene.desk.plan(&scene.path(&format!("Nästy & Söns <b>/id:{old}")), mode, &[]).await;
            assert!(plan.plan.blocked.is_empty(), "{name}: {:?}", plan.plan.blocked);
            scene.desk.apply(&plan).await;
            let found = compare::side(scene.desk.app(), scene.desk.backup(USUAL).await.id);
            let mut wanted = inside(&scene.wanted, &old);
            let relation = if mode == Mode::Copy {
                let board = RecordKey::new(old.clone(), Kind::Container, old);
                wanted.get_mut(&board).unwrap().native["name"] =
                    format!("{name} (restored 2026-11-21)").into();
                Relation::Copied
            } else {
                assert!(inside(&found, &old).is_empty(), "{name} is still there");
                Relation::Restored
            };
            scene.compare(&wanted, &found, &plan.plan, relation).assert_same(&format!("{mode:?} {name}"));
        }
    }
}

/// Whether a thing of kind `inner` is, or may lie in, one of kind `outer`.
fn holds(outer: Kind, inner: Kind) -> bool {
    inner == outer || inner >= Kind::Item
}
