//! Every fault of the network on every call of a backup and of a restore: what is said to be done is done, what is
//! missing is named, and once the fault is over the next attempt makes it good.

use boardvault::apply::{Relation, Verdict};
use boardvault::plan::types::Mode;
use boardvault::snapshot::manifest::Status;
use serde_json::{Value, json};

use super::{SUBJECTS, Subject};
use crate::common::compare;
use crate::common::scene::Scene;
use crate::common::{Desk, FULL, USUAL, many};

/// What may become of one call.
fn faults() -> Vec<Value> {
    vec![
        json!({"kind": "status", "status": 500}),
        json!({"kind": "status", "status": 503}),
        json!({"kind": "status_after", "status": 502}),
        json!({"kind": "html"}),
        json!({"kind": "garbage"}),
        json!({"kind": "cut", "at_byte": 7}),
        json!({"kind": "drop_before"}),
        json!({"kind": "drop_after"}),
        json!({"kind": "rate_limit"}),
        json!({"kind": "status", "status": 401}),
        json!({"kind": "status", "status": 403}),
        json!({"kind": "status", "status": 404}),
        // JSON of other types than were promised.
        json!({"kind": "status", "status": 200, "body": r#"{"data":7,"id":[]}"#}),
        json!({"kind": "status", "status": 200, "body": "{}"}),
        json!({"kind": "wrong_size"}),
    ]
}

fn on_call(fault: &Value, nth: u64, times: u64) -> Value {
    let mut fault = fault.clone();
    fault["nth"] = nth.into();
    fault["times"] = times.into();
    fault
}

/// How often a call is spoilt in a row: once is survived, for good is not.
const TIMES: [u64; 2] = [1, 1_000_000];

async fn backup_survives(subject: &Subject, fault: &Value, nth: u64, times: u64) {
    let about = format!("{}: {fault} on call {nth}, {times} times", subject.platform);
    let desk = Desk::on(subject.platform, "tiny", 1).await;
    desk.world.fault(on_call(fault, nth, times)).await;
    let spoilt = desk.try_backup(USUAL).await;
    desk.world.no_faults().await;
    let whole = desk.backup(FULL).await;
    assert_eq!(whole.manifest.status, Status::Complete, "{about}: {:?}", whole.manifest.missing);
    let wanted = compare::side(desk.app(), whole.id);
    match spoilt {
        // Called complete, it is complete.
        Ok(report) if report.manifest.status == Status::Complete => {
            let stored = compare::side(desk.app(), report.id);
            let other: Vec<_> =
                wanted.iter().filter(|(key, record)| stored.get(key) != Some(record)).collect();
            assert!(other.is_empty(), "{about}: not stored, or otherwise: {other:?}");
            assert_eq!(stored.len(), wanted.len(), "{about}: stored and not there");
        }
        Ok(report) => assert!(!report.manifest.missing.is_empty(), "{about}: partial without a reason"),
        Err(error) => assert!(!error.message.is_empty(), "{about}"),
    }
}

async fn calls_of_a_backup(subject: &Subject) -> u64 {
    let desk = Desk::on(subject.platform, "tiny", 1).await;
    desk.world.forget_log().await;
    desk.backup(USUAL).await;
    desk.world.log().await.len() as u64
}

/// Which calls are spoilt: all of them in the long version; some of each stretch otherwise.
fn picked(calls: u64, round: u64) -> impl Iterator<Item = u64> {
    let step = if many() { 1 } else { (calls / 3).max(1) };
    (1 + round % step..=calls).step_by(usize::try_from(step).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_called_complete_is_complete_whatever_became_of_any_call() {
    for subject in SUBJECTS {
        let calls = calls_of_a_backup(subject).await;
        for (round, fault) in (0..).zip(faults()) {
            for nth in picked(calls, round) {
                for times in TIMES {
                    backup_survives(subject, &fault, nth, times).await;
                }
            }
        }
    }
}

async fn restore_survives(subject: &Subject, fault: &Value, nth: u64, times: u64) {
    let about = format!("{}: {fault} on call {nth}, {times} times", subject.platform);
    let scene = Scene::on(subject.platform, "tiny", 1, ("disaster", 0)).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    scene.desk.world.fault(on_call(fault, nth, times)).await;
    let first = scene.desk.try_apply(&plan).await;
    scene.desk.world.no_faults().await;
    if !first.is_ok_and(|applied| applied.outcome.verdict == Verdict::Complete) {
        let run = boardvault::app::runs::list(scene.desk.app()).unwrap().pop();
        let ended = match run {
            Some(run) if run.outcome().is_none_or(|outcome| outcome.verdict == Verdict::Interrupted) => {
                scene.desk.resume(&run.id).await.map(drop)
            }
            Some(_) => Ok(()),
            None => scene.desk.try_apply(&plan).await.map(drop),
        };
        ended.unwrap_or_else(|error| panic!("{about}: {error}: {:?}", error.hints));
    }
    // Steps that the fault made fail are planned again; nothing is made twice.
    let rest = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    if !rest.plan.steps.is_empty() {
        scene.desk.apply(&rest).await;
    }
    let found = scene.now().await;
    let compared = scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored);
    compared.assert_same(&about);
    let strange: Vec<_> =
        compared.extra(&found).into_iter().filter(|key| !scene.damaged.contains_key(key)).collect();
    assert!(strange.is_empty(), "{about}: made twice: {strange:?}");
}

async fn calls_of_a_restore(subject: &Subject) -> u64 {
    let scene = Scene::on(subject.platform, "tiny", 1, ("disaster", 0)).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    scene.desk.world.forget_log().await;
    scene.desk.apply(&plan).await;
    scene.desk.world.log().await.len() as u64
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_ends_as_planned_whatever_became_of_any_call() {
    for subject in SUBJECTS {
        let calls = calls_of_a_restore(subject).await;
        for (round, fault) in (0..).zip(faults()) {
            for nth in picked(calls, round) {
                for times in TIMES {
                    restore_survives(subject, &fault, nth, times).await;
                }
            }
        }
    }
}
