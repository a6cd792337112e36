//! Why steps of a run did not happen: one refusal may leave many others untried.

use std::collections::BTreeMap;

use serde::Serialize;

use super::progress::{Progress, StepState};
use crate::plan::types::{Step, StepId};

/// A reason, and all that did not happen because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// What was tried and could not be done, by kind and path; empty where nothing was.
    pub tried: Vec<String>,
    /// Why.
    pub why: String,
    /// What was not tried because of it, by kind and path.
    pub untried: Vec<String>,
}

/// The reasons in the order of the plan.
pub fn causes(steps: &[Step], progress: &Progress) -> Vec<Cause> {
    let by_id: BTreeMap<&StepId, &Step> = steps.iter().map(|step| (&step.id, step)).collect();
    let mut causes: Vec<Cause> = Vec::new();
    for step in steps {
        let root = root(step, &by_id, progress);
        let why = match progress.state(&root.id) {
            StepState::Failed(why) | StepState::Skipped(why) => why.clone(),
            StepState::Unsure => "no answer came; resuming looks it up".to_owned(),
            StepState::Todo | StepState::Done(_) => continue,
        };
        let at = causes.iter().position(|cause| cause.why == why).unwrap_or_else(|| {
            causes.push(Cause { tried: Vec::new(), why, untried: Vec::new() });
            causes.len() - 1
        });
        let Some(cause) = causes.get_mut(at) else { continue };
        let told = if matches!(progress.state(&step.id), StepState::Skipped(_)) {
            &mut cause.untried
        } else {
            &mut cause.tried
        };
        told.push(format!("{} {}", step.noun, step.path.join(" / ")));
    }
    causes
}

/// The step whose end is the reason why `step` was not tried; `step` itself where it was, or where no other is.
fn root<'s>(step: &'s Step, by_id: &BTreeMap<&StepId, &'s Step>, progress: &Progress) -> &'s Step {
    let mut root = step;
    // No chain of needs is longer than the plan; it ends one that is circular.
    for _ in by_id {
        if !matches!(progress.state(&root.id), StepState::Skipped(_)) {
            break;
        }
        let need = progress.lacks(root).and_then(|need| by_id.get(need));
        let has_ended = |need: &&&Step| {
            matches!(
                progress.state(&need.id),
                StepState::Failed(_) | StepState::Skipped(_) | StepState::Unsure
            )
        };
        let Some(need) = need.filter(has_ended) else { break };
        root = need;
    }
    root
}
