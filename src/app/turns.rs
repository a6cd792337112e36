//! One run after the other: what runs before or after it allow a run to do. Writes that two runs make of the same
//! backup would be there twice.

use super::context::App;
use super::error::{Error, ErrorKind};
use super::planning::{self, SavedPlan};
use super::runs::{self, RunRecord};
use crate::apply::{Event, StepState, Verdict};
use crate::plan::types::{RestorePlan, StepId};

/// Refuses a plan that was carried out before, to the end or in part, and any plan for things of which another
/// run left open what happened to them.
pub(super) fn may_begin(app: &App, saved: &SavedPlan) -> Result<(), Error> {
    let hash = saved.plan.hash();
    for run in runs::list(app)?.into_iter().rev().filter(wrote) {
        if run.plan == hash {
            return Err(if run.outcome().is_some_and(|outcome| outcome.verdict == Verdict::Complete) {
                stale(format!("plan {} was carried out already, by run {}", saved.short(), run.id))
                    .hint("Make a new plan: `boardvault plan` with the same arguments.")
            } else {
                let id = &run.id;
                stale(format!("run {id} has begun to carry out plan {} and is not complete", saved.short()))
                    .hint(format!("To finish it: boardvault resume {id}"))
            });
        }
        let other = planning::by_hash(app, &run.plan)?.plan;
        if meet(&other, &saved.plan) && leaves_open(&run, &other) {
            return Err(stale(format!(
                "run {} broke off in the middle of a write to the same boards, and what it made must be found first",
                run.id
            ))
            .hint(format!("Do that first: boardvault resume {}", run.id))
            .hint("Then make a new plan."));
        }
    }
    Ok(())
}

/// Refuses to take up a run when a later one has written to the same boards: its plan does not know of that.
pub(super) fn may_resume(app: &App, run: &RunRecord, plan: &RestorePlan) -> Result<(), Error> {
    let later = runs::list(app)?.into_iter().skip_while(|other| other.id != run.id).skip(1);
    for other in later.filter(wrote) {
        let written = planning::by_hash(app, &other.plan)?.plan;
        if meet(&written, plan) {
            return Err(stale(format!(
                "run {} has written to the same boards since run {} was broken off",
                other.id, run.id
            ))
            .hint("Make a new plan for what is still missing: `boardvault plan`."));
        }
    }
    Ok(())
}

fn wrote(run: &RunRecord) -> bool {
    run.events.iter().any(|event| matches!(event, Event::Intent { .. }))
}

/// Whether two plans read the same boards on the same account.
fn meet(a: &RestorePlan, b: &RestorePlan) -> bool {
    a.header.connection == b.header.connection
        && a.header.live_scope.iter().any(|id| b.header.live_scope.contains(id))
}

/// Whether a write of `run` may have happened and nobody has looked for it. Once resuming has tried in vain, the
/// run does not stand in the way any more: its report has said so.
fn leaves_open(run: &RunRecord, plan: &RestorePlan) -> bool {
    let progress = run.progress();
    let is_unsure = |step: &StepId| *progress.state(step) == StepState::Unsure;
    if !plan.steps.iter().any(|step| is_unsure(&step.id)) {
        return false;
    }
    let last = |wanted: fn(&Event) -> bool| run.events.iter().rposition(wanted);
    let sent = last(|event| matches!(event, Event::Intent { .. }));
    let resumed = last(|event| matches!(event, Event::Resumed));
    run.outcome().is_none() || resumed < sent
}

fn stale(message: String) -> Error {
    Error { kind: ErrorKind::Stale, ..Error::failed(message) }
}
