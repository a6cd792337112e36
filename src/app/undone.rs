//! What a run did, for its way back.

use std::collections::BTreeMap;

use super::error::Error;
use super::runs::RunRecord;
use crate::apply::{Event, StepState};
use crate::model::RecordKey;
use crate::plan::input::UndoScope;
use crate::plan::types::{Action, Step, Target};

/// The record that a step changes, as it was before.
pub(super) fn changed(step: &Step) -> Option<&RecordKey> {
    match &step.target {
        Some(Target::Live(key)) if step.action == Action::Update => Some(key),
        _ => None,
    }
}

/// What a run did, from its events. A write of which it is not known whether it happened must be looked up first.
pub(super) fn scope(run: &RunRecord, steps: &[Step]) -> Result<UndoScope, Error> {
    let progress = run.progress();
    if steps.iter().any(|step| *progress.state(&step.id) == StepState::Unsure) {
        return Err(Error::failed(format!("run {} broke off in the middle of a write", run.id))
            .hint(format!("Find out what happened first: boardvault resume {}", run.id)));
    }
    let steps: BTreeMap<_, _> = steps.iter().map(|step| (&step.id, step)).collect();
    let mut scope = UndoScope::default();
    for event in &run.events {
        let Event::Done { step, receipt, .. } = event else { continue };
        let Some(step) = steps.get(step) else { continue };
        match step.action {
            Action::Create => {
                scope.created.insert(receipt.key.clone());
            }
            Action::Update | Action::Archive => {
                let fields = step.changes.iter().map(|change| change.path.clone());
                scope.changed.entry(receipt.key.clone()).or_default().extend(fields);
            }
            Action::Delete => {
                if let Some(Target::Live(key)) = &step.target {
                    scope.removed.insert(key.clone());
                }
            }
        }
    }
    Ok(scope)
}
