//! A run that is broken off anywhere ends, when it is resumed, in the same world, with no duplicate.

use std::collections::BTreeSet;

use boardvault::app::backup::Report;
use boardvault::app::planning::SavedPlan;
use boardvault::app::runs;
use boardvault::apply::{Relation, Verdict};
use boardvault::model::RecordKey;
use boardvault::plan::types::Mode;
use serde_json::json;

use super::{SUBJECTS, Subject};
use crate::common::compare::{self, Comparison, Losses, Side};
use crate::common::{Desk, FULL, USUAL, assert_done};

/// A restore that is planned and not yet applied.
struct Planned {
    desk: Desk,
    before: Report,
    damaged: Side,
    plan: SavedPlan,
}

/// The restores that are interrupted: one that mends in place, one that builds anew and deletes.
fn restores() -> impl Iterator<Item = (&'static Subject, Mode, String)> {
    SUBJECTS.iter().flat_map(|subject| {
        let replaced = format!(":{}", subject.container);
        [(subject, Mode::Merge, String::new()), (subject, Mode::DeleteBefore, replaced)]
    })
}

async fn planned(subject: &Subject, mode: Mode, path: &str) -> Planned {
    let desk = Desk::on(subject.platform, "tiny", 1).await;
    let before = desk.backup(USUAL).await;
    desk.world.people("disaster", 1, 0).await;
    let damaged = compare::side(desk.app(), desk.backup(FULL).await.id);
    let plan = desk.plan(&format!("{}{path}", before.id), mode, &[]).await;
    Planned { desk, before, damaged, plan }
}

/// What an uninterrupted run comes to.
struct Reference {
    records: u64,
    writes: u64,
    sizes: Vec<(String, usize)>,
}

async fn reference(subject: &Subject, mode: Mode, path: &str) -> Reference {
    let scene = planned(subject, mode, path).await;
    scene.desk.world.forget_log().await;
    let records = scene.desk.disk.records();
    scene.desk.apply(&scene.plan).await;
    let records = scene.desk.disk.records() - records;
    let writes = scene.desk.world.log().await.iter().filter(|call| call.method != "GET").count() as u64;
    assert!(writes > 10 && records > 10, "{writes} writes and {records} records prove little");
    Reference { records, writes, sizes: sizes(subject, &scene).await }
}

/// How many things of each kind there are, but for the history, in which a second attempt may show.
async fn sizes(subject: &Subject, scene: &Planned) -> Vec<(String, usize)> {
    let mut sizes = scene.desk.world.sizes().await;
    sizes.retain(|(kind, _)| !subject.history.contains(&kind.as_str()));
    sizes
}

/// Fails unless the world is what the uninterrupted run makes of it.
async fn assert_same_world(subject: &Subject, scene: &Planned, reference: &Reference, how: &str) {
    assert_eq!(sizes(subject, scene).await, reference.sizes, "{how}");
    let desk = &scene.desk;
    let found = compare::side(desk.app(), desk.backup(FULL).await.id);
    let mut wanted = compare::side(desk.app(), scene.before.id);
    if scene.plan.plan.header.mode != Mode::Merge {
        let restored: BTreeSet<_> =
            scene.plan.plan.steps.iter().map(|step| &step.subject.container).collect();
        wanted.retain(|key, _| restored.contains(&key.container));
    }
    let origins = &compare::made(desk.app(), Relation::Restored);
    let losses = &Losses::of(&scene.plan.plan);
    let compared = Comparison {
        dialect: scene.desk.world.platform.dialect,
        wanted: &wanted,
        found: &found,
        origins,
        losses,
        same_ids: true,
    }
    .run();
    compared.assert_same(how);
    let dialect = scene.desk.world.platform.dialect;
    let is_known = |key: &&RecordKey| {
        scene.damaged.contains_key(*key) || compare::was_shared(dialect, &scene.damaged, key)
    };
    let strange: Vec<_> = compared.extra(&found).into_iter().filter(|key| !is_known(key)).collect();
    assert!(strange.is_empty(), "{how}: made twice: {strange:?}");
}

/// Finishes what was broken off, as a person would: resume the run, or apply again if none began.
async fn finish(scene: &mut Planned, how: &str) {
    scene.desk.reopen();
    for _ in 0..3 {
        let runs = runs::list(scene.desk.app()).unwrap();
        let applied = match runs.last() {
            None => scene.desk.try_apply(&scene.plan).await,
            Some(run) if run.outcome().is_some_and(|outcome| outcome.verdict == Verdict::Complete) => return,
            Some(run) => scene.desk.resume(&run.id.clone()).await,
        };
        let applied = applied.unwrap_or_else(|error| panic!("{how}: {error}: {:?}", error.hints));
        if applied.outcome.verdict == Verdict::Complete {
            assert_done(&applied);
            return;
        }
        assert_eq!(applied.outcome.failed, 0, "{how}: {:?}", applied.troubles);
    }
    panic!("{how}: three attempts were not enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_after_any_durable_record_can_be_resumed() {
    for (subject, mode, path) in restores() {
        let reference = reference(subject, mode, &path).await;
        for k in 0..reference.records {
            let how =
                format!("{} {mode:?}: died after record {k} of {}", subject.platform, reference.records);
            let mut scene = planned(subject, mode, &path).await;
            scene.desk.disk.die_after(k);
            let died = scene.desk.try_apply(&scene.plan).await;
            assert!(died.is_err(), "{how}: nothing was noticed of it");
            finish(&mut scene, &how).await;
            assert_same_world(subject, &scene, &reference, &how).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_any_write_makes_no_duplicate() {
    for (subject, mode, path) in restores() {
        let reference = reference(subject, mode, &path).await;
        for method in ["POST", "PUT", "DELETE"] {
            for k in 1..=reference.writes {
                let how = format!("{} {mode:?}: lost the answer to {method} {k}", subject.platform);
                let mut scene = planned(subject, mode, &path).await;
                scene.desk.world.forget_log().await;
                scene.desk.world.fault(json!({"kind": "drop_after", "method": method, "nth": k})).await;
                let first = scene.desk.try_apply(&scene.plan).await;
                let struck = scene.desk.world.log().await.iter().any(|call| call.status == 0);
                scene.desk.world.no_faults().await;
                let is_done =
                    first.as_ref().is_ok_and(|applied| applied.outcome.verdict == Verdict::Complete);
                if !is_done {
                    finish(&mut scene, &how).await;
                }
                if !struck {
                    break;
                }
                assert_same_world(subject, &scene, &reference, &how).await;
            }
        }
    }
}
