//! What a run amounts to.

use serde::{Deserialize, Serialize};

use super::progress::{Progress, StepState};
use crate::plan::types::Step;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every step is done.
    Complete,
    /// Every step was dealt with; some failed or were skipped. Resuming tries these again.
    Partial,
    /// The run stopped early. Resuming goes on from there.
    Interrupted,
}

/// The numbers of a run: `done + failed + skipped + unsure + left` is the number of steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// Steps that happened.
    pub done: u64,
    /// Steps that were tried and could not be done.
    pub failed: u64,
    /// Steps that were not tried, because of another one.
    pub skipped: u64,
    /// Steps of which it is not known whether they happened; resuming finds out.
    pub unsure: u64,
    /// Steps that were not come to.
    pub left: u64,
    /// Calls with which the process that closed the run wrote, look-ups included. What is read before deletions, to see
    /// that they may be, is not in it.
    pub requests: u64,
    /// Why it stopped early.
    pub interrupted: Option<String>,
}

impl Outcome {
    pub(super) fn of(
        steps: &[Step],
        progress: &Progress,
        requests: u64,
        interrupted: Option<String>,
    ) -> Self {
        let mut outcome = Self {
            verdict: Verdict::Complete,
            done: 0,
            failed: 0,
            skipped: 0,
            unsure: 0,
            left: 0,
            requests,
            interrupted,
        };
        for step in steps {
            let number = match progress.state(&step.id) {
                StepState::Todo => &mut outcome.left,
                StepState::Unsure => &mut outcome.unsure,
                StepState::Done(_) => &mut outcome.done,
                StepState::Failed(_) => &mut outcome.failed,
                StepState::Skipped(_) => &mut outcome.skipped,
            };
            *number = number.saturating_add(1);
        }
        if outcome.interrupted.is_some() {
            outcome.verdict = Verdict::Interrupted;
        } else if outcome.failed > 0 || outcome.skipped > 0 {
            outcome.verdict = Verdict::Partial;
        }
        outcome
    }
}
