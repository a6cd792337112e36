//! A write whose answer nobody has: did it happen?

use super::job::KnownIds;
use super::progress::Progress;
use crate::base::defect::{Defect, planted};
use crate::http::fault::ApiFault;
use crate::model::NativeId;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt};
use crate::plan::types::{Action, RestorePlan};
use crate::platforms::connector::Connector;

/// What is known about a write afterwards.
#[derive(Debug, PartialEq)]
pub(super) enum Settlement {
    /// It happened.
    Happened(Receipt),
    /// It may be sent again, for this reason.
    Repeat(&'static str),
    /// What it should have made is not there, or does not show yet.
    Absent,
}

/// Finds out about `lost`. Fails when the platform cannot be asked; the write then stays unsure.
///
/// Changes and deletions say what shall be, so doing them twice is doing them once. Creations are looked for
/// among what is there now, without what was there before the run and without what the run itself has made:
/// else an equal neighbour would be taken for the new record.
pub(super) async fn settle(
    lost: &Mutation,
    plan: &RestorePlan,
    progress: &Progress,
    connector: &dyn Connector,
    known: &dyn KnownIds,
) -> Result<Settlement, ApiFault> {
    if lost.verb != Verb::Create || planted(Defect::UnknownRepeated) {
        return Ok(Settlement::Repeat("a change or deletion may be sent twice"));
    }
    let mut sought = lost.clone();
    sought.known = known.ids(lost.kind, lost.container.as_ref(), lost.parent.as_ref());
    sought.known.extend(made(plan, progress, lost));
    Ok(connector.locate(&sought).await?.map_or(Settlement::Absent, Settlement::Happened))
}

/// Ids of the records of the same kind that the run has made.
fn made(plan: &RestorePlan, progress: &Progress, lost: &Mutation) -> Vec<NativeId> {
    plan.steps
        .iter()
        .filter(|step| step.action == Action::Create && step.subject.kind == lost.kind)
        .filter_map(|step| progress.receipt(&step.id))
        .map(|receipt| receipt.key.id.clone())
        .collect()
}
