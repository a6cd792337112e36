//! Every container of the nasty world, copied and replaced: what a plan does not announce as lost or blocked is there
//! afterwards, and a replaced container is gone.

use boardvault::apply::Relation;
use boardvault::model::{Kind, NativeId, RecordKey};
use boardvault::plan::types::{Action, Blocked, Mode, RestorePlan};
use boardvault::snapshot::manifest::ContainerEntry;

use super::SUBJECTS;
use crate::common::scene::{Scene, inside};
use crate::common::{Desk, USUAL, compare, many};

/// In the short version those get a turn whose names begin so: the ones that something went wrong with.
const SAMPLE: &[&str] = &["Names", "After Hal", "Completed", "Shared 2", "Types", "Orphan", "LLLL"];

#[tokio::test(flavor = "multi_thread")]
async fn every_container_of_the_nasty_world_can_be_copied_and_replaced() {
    let mut wrong = Vec::new();
    for subject in SUBJECTS {
        let scene = Scene::before(Desk::on(subject.platform, "nasty", 1).await).await;
        let starts = |entry: &ContainerEntry, names: &[&str]| names.iter().any(|n| entry.name.starts_with(n));
        // Of what everybody has exactly one, only the content is made anew; that has tests of its own.
        let dialect = scene.desk.world.platform.dialect;
        let comes_by_itself = |entry: &ContainerEntry| {
            let key = RecordKey::new(entry.id.clone(), Kind::Container, entry.id.clone());
            dialect.comes_by_itself(&scene.wanted[&key])
        };
        let is_picked = |entry: &&ContainerEntry| {
            let is_in_turn = many() || starts(entry, SAMPLE);
            !starts(entry, subject.closed) && is_in_turn && !comes_by_itself(entry)
        };
        let picked: Vec<_> = scene.before.manifest.containers.iter().filter(is_picked).collect();
        for (mode, entry) in [Mode::Copy, Mode::DeleteBefore]
            .into_iter()
            .flat_map(|mode| picked.iter().map(move |e| (mode, e)))
        {
            let about = format!("{} {mode:?} \"{}\"", subject.platform, entry.name);
            let sentences = made_anew(&scene, entry, mode).await;
            wrong.extend(sentences.into_iter().map(|sentence| format!("{about}: {sentence}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with a container that was made anew.
async fn made_anew(scene: &Scene, entry: &ContainerEntry, mode: Mode) -> Vec<String> {
    let workspace = entry.workspace.as_ref().map_or("-".to_owned(), |(id, _)| format!("id:{id}"));
    let old = &entry.id;
    let plan = scene.desk.plan(&scene.path(&format!("{workspace}/id:{old}")), mode, &[]).await;
    let is_root = |blocked: &&Blocked| blocked.subject.kind == Kind::Container;
    if mode == Mode::DeleteBefore && plan.plan.blocked.iter().any(|blocked| is_root(&blocked)) {
        // It belongs to somebody else, and the plan says that it stays.
        return Vec::new();
    }
    if !plan.plan.blocked.is_empty() {
        return vec![format!("blocked: {:#?}", plan.plan.blocked)];
    }
    let applied = scene.desk.try_apply(&plan).await.unwrap();
    if !applied.is_complete() {
        return vec![format!("{:#?} {:#?}", applied.troubles, applied.check)];
    }
    let found = compare::side(scene.desk.app(), scene.desk.backup(USUAL).await.id);
    let (wanted, relation) = if mode == Mode::Copy {
        let mut wanted = inside(&scene.wanted, old);
        let root = wanted.get_mut(&RecordKey::new(old.clone(), Kind::Container, old.clone())).unwrap();
        root.native["name"] = name_of_copy(&plan.plan, old).into();
        (wanted, Relation::Copied)
    } else {
        // What it refers to elsewhere may have been replaced before.
        (scene.wanted.clone(), Relation::Restored)
    };
    let compared = scene.compare(&wanted, &found, &plan.plan, relation);
    let is_left = mode == Mode::DeleteBefore && !inside(&found, old).is_empty();
    let left = is_left.then(|| "the old one is still there".to_owned());
    let own = compared.differences.into_iter().filter(|(key, _)| key.container == *old);
    own.map(|(_, sentence)| sentence).chain(left).collect()
}

/// The name that the plan gives the copy, which says that it is one.
fn name_of_copy(plan: &RestorePlan, old: &NativeId) -> String {
    let is_root = |key: &RecordKey| key.kind == Kind::Container && key.id == *old;
    let step = plan.steps.iter().find(|step| step.action == Action::Create && is_root(&step.subject));
    let name = step.unwrap().changes.iter().find(|change| change.path == "name").unwrap();
    let name = name.to.as_str().unwrap().to_owned();
    assert!(name.ends_with(" (restored 2026-11-21)"), "{name}");
    name
}
