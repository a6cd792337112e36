//! Where a run stands: a pure fold of its events.

use std::collections::BTreeMap;

use super::journal::Event;
use super::outcome::{Outcome, Verdict};
use crate::base::hash::Hash;
use crate::model::mutation::Receipt;
use crate::plan::types::{Step, StepId, Target};

/// Where a step stands.
#[derive(Debug, Clone, PartialEq)]
pub enum StepState {
    /// It has not happened.
    Todo,
    /// Its write may have been sent and nothing is known of the answer.
    Unsure,
    /// It happened, and this is the record.
    Done(Receipt),
    /// It cannot be done, for this reason.
    Failed(String),
    /// It was not tried, for this reason.
    Skipped(String),
}

/// Where a run stands.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    plan: Option<Hash>,
    states: BTreeMap<StepId, StepState>,
    attempts: BTreeMap<StepId, u32>,
    closed: Option<Outcome>,
}

impl Progress {
    /// The state after `events`. Total: any sequence has a meaning, and what is done stays done.
    pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut progress = Self::default();
        for event in events {
            progress.record(event);
        }
        progress
    }

    /// Goes one event further.
    pub fn record(&mut self, event: &Event) {
        match event {
            Event::Opened { plan, .. } => self.plan = Some(*plan),
            Event::Resumed => self
                .states
                .retain(|_, state| matches!(state, StepState::Todo | StepState::Unsure | StepState::Done(_))),
            Event::Intent { step, attempt } => {
                self.attempts.insert(step.clone(), *attempt);
                self.set(step, StepState::Unsure);
            }
            Event::Settled { step, .. } => self.set(step, StepState::Todo),
            Event::Done { step, receipt, .. } => self.set(step, StepState::Done(receipt.clone())),
            Event::Failed { step, message } => self.set(step, StepState::Failed(message.clone())),
            Event::Skipped { step, cause } => self.set(step, StepState::Skipped(cause.clone())),
            Event::Closed { outcome } => self.closed = Some(outcome.clone()),
        }
    }

    /// Hash of the plan that the run carries out; nothing before it began.
    pub fn plan(&self) -> Option<Hash> {
        self.plan
    }

    /// Where `step` stands.
    pub fn state(&self, step: &StepId) -> &StepState {
        self.states.get(step).unwrap_or(&StepState::Todo)
    }

    /// The record that `step` made or changed, once it is done.
    pub fn receipt(&self, step: &StepId) -> Option<&Receipt> {
        match self.state(step) {
            StepState::Done(receipt) => Some(receipt),
            _ => None,
        }
    }

    /// The first of what `step` needs that is not done.
    pub fn lacks<'s>(&self, step: &'s Step) -> Option<&'s StepId> {
        let needs = [&step.target, &step.container, &step.parent].into_iter().flatten();
        let needs = needs.filter_map(|target| match target {
            Target::Created(step) => Some(step),
            Target::Live(_) => None,
        });
        step.after.iter().chain(needs).find(|need| self.receipt(need).is_none())
    }

    /// How often the write of `step` may have been sent.
    pub fn attempts(&self, step: &StepId) -> u32 {
        self.attempts.get(step).copied().unwrap_or_default()
    }

    /// The outcome, when everything is done.
    pub fn complete(&self) -> Option<&Outcome> {
        self.closed.as_ref().filter(|outcome| outcome.verdict == Verdict::Complete)
    }

    fn set(&mut self, step: &StepId, state: StepState) {
        let entry = self.states.entry(step.clone()).or_insert(StepState::Todo);
        if matches!(entry, StepState::Todo | StepState::Unsure) {
            *entry = state;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kind, RecordKey};

    fn step() -> StepId {
        StepId("s".into())
    }

    fn intent(attempt: u32) -> Event {
        Event::Intent { step: step(), attempt }
    }

    #[test]
    fn an_intent_without_an_outcome_is_unsure_until_it_is_settled() {
        let settled = Event::Settled { step: step(), why: String::new() };
        assert_eq!(Progress::replay(&[intent(1)]).state(&step()), &StepState::Unsure);
        let again = Progress::replay(&[intent(1), settled, intent(2)]);
        assert_eq!(again.state(&step()), &StepState::Unsure);
        assert_eq!(again.attempts(&step()), 2);
    }

    #[test]
    fn what_is_done_stays_done_whatever_follows() {
        let receipt = Receipt { key: RecordKey::new("b", Kind::Item, "i"), link: None };
        let done = Event::Done { step: step(), receipt: receipt.clone(), made: None };
        let later = Event::Failed { step: step(), message: String::new() };
        let events = [done, intent(2), later, Event::Resumed];
        assert_eq!(Progress::replay(&events).receipt(&step()), Some(&receipt));
    }

    #[test]
    fn what_failed_is_to_be_done_again_when_the_run_is_taken_up() {
        let failed = Event::Failed { step: step(), message: String::new() };
        assert_eq!(Progress::replay(&[intent(1), failed, Event::Resumed]).state(&step()), &StepState::Todo);
    }
}
