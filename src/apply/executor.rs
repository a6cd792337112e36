//! The loop that carries a plan out, wave by wave.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::body::Bodies;
use super::job::{ApplyError, Clearance, Run};
use super::journal::{Event, Journal, JournalError, Made, Relation};
use super::outcome::Outcome;
use super::progress::{Progress, StepState};
use super::settle::{Settlement, settle};
use crate::base::defect::{Defect, planted};
use crate::http::stopping::Stop;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::origins::Origin;
use crate::plan::types::{Action, Mode, Step, StepId};
use crate::platforms::connector::Connector;

/// How often one process sends a write whose answer gets lost each time.
const ATTEMPTS: u32 = 3;

/// Before each look for what a creation may have made. What is new may not show for a while: who believes the first
/// look, and sends the creation again, makes it twice.
const PAUSES: [Duration; 3] = [Duration::ZERO, Duration::from_secs(10), Duration::from_secs(110)];

/// Why the loop ended early.
enum Halt {
    Interrupted(String),
    Broken(ApplyError),
}

impl From<JournalError> for Halt {
    fn from(error: JournalError) -> Self {
        Self::Broken(error.into())
    }
}

/// Carries the plan out from where `previous` (the run's events so far; none for a new run) left it. Every
/// event goes to `watch` once it is durable. A run that is complete is left alone.
///
/// `stop` is looked at between waves; a wave that is under way is finished or broken off by the connector.
pub async fn run(
    run: &Run<'_>,
    previous: &[Event],
    journal: &mut dyn Journal,
    watch: &mut (dyn FnMut(&Event) + Send),
    stop: &watch::Receiver<bool>,
) -> Result<Outcome, ApplyError> {
    let progress = Progress::replay(previous);
    if let Some(outcome) = progress.complete() {
        return Ok(outcome.clone());
    }
    let calls_before = calls(run.connector);
    let mut executor = Executor {
        run,
        bodies: Bodies::new(run.plan, run.dialect),
        steps: run.plan.steps.iter().map(|step| (&step.id, step)).collect(),
        progress,
        journal,
        watch,
        stop,
        clearance: None,
        asked: 0,
    };
    executor.open()?;
    let interrupted = match executor.carry_out().await {
        Ok(()) => None,
        Err(Halt::Interrupted(why)) => Some(why),
        Err(Halt::Broken(error)) => return Err(error),
    };
    let requests = calls(run.connector).saturating_sub(calls_before).saturating_sub(executor.asked);
    let outcome = Outcome::of(&run.plan.steps, &executor.progress, requests, interrupted);
    executor.record(&[Event::Closed { outcome: outcome.clone() }])?;
    Ok(outcome)
}

fn calls(connector: &dyn Connector) -> u64 {
    let usage = connector.usage();
    usage.requests.saturating_add(usage.writes)
}

struct Executor<'a> {
    run: &'a Run<'a>,
    bodies: Bodies<'a>,
    steps: BTreeMap<&'a StepId, &'a Step>,
    progress: Progress,
    journal: &'a mut dyn Journal,
    watch: &'a mut (dyn FnMut(&Event) + Send),
    stop: &'a watch::Receiver<bool>,
    /// Whether deletions may be carried out; nothing while it has not been asked.
    clearance: Option<Clearance>,
    /// Calls with which the gate found its answer.
    asked: u64,
}

/// A step and the write that it comes to.
type Due<'a> = (&'a Step, Mutation);

impl<'a> Executor<'a> {
    /// Makes events durable, and only then true.
    fn record(&mut self, events: &[Event]) -> Result<(), JournalError> {
        if events.is_empty() {
            return Ok(());
        }
        self.journal.append(events)?;
        for event in events {
            self.progress.record(event);
            (self.watch)(event);
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), ApplyError> {
        let found = self.run.plan.hash();
        match self.progress.plan() {
            Some(expected) if expected != found => Err(ApplyError::OtherPlan { expected, found }),
            Some(_) => Ok(self.record(&[Event::Resumed])?),
            None => Ok(self.record(&[Event::Opened {
                run: self.run.name.to_owned(),
                plan: found,
                safety: self.run.safety.map(str::to_owned),
            }])?),
        }
    }

    async fn carry_out(&mut self) -> Result<(), Halt> {
        let steps = &self.run.plan.steps;
        // Before anything new is made: else a look-up could take a new record for the one that it looks for.
        let mut unsure = Vec::new();
        for step in steps {
            if *self.progress.state(&step.id) == StepState::Unsure {
                let mutation = self.bodies.mutation(step, &self.progress);
                unsure.push((step, mutation.map_err(|error| Halt::Interrupted(error.to_string()))?));
            }
        }
        self.look_up(unsure).await?;
        for wave in steps.chunk_by(|a, b| a.wave == b.wave) {
            self.wave(wave).await?;
        }
        Ok(())
    }

    async fn wave(&mut self, wave: &'a [Step]) -> Result<(), Halt> {
        let mut last_words = BTreeMap::new();
        for _ in 0..ATTEMPTS {
            let due = self.due(wave).await?;
            if due.is_empty() {
                return Ok(());
            }
            let mut lost = Vec::new();
            for (step, mutation, message) in self.send(due).await? {
                last_words.insert(&step.id, message);
                lost.push((step, mutation));
            }
            self.look_up(lost).await?;
        }
        let given_up: Vec<Event> = wave
            .iter()
            .filter(|step| *self.progress.state(&step.id) == StepState::Todo)
            .map(|step| Event::Failed {
                step: step.id.clone(),
                message: format!(
                    "no answer to {ATTEMPTS} attempts, so the step was given up; resume the run to try \
                     again. The last attempt: {}",
                    last_words.get(&step.id).map_or("no answer", String::as_str),
                ),
            })
            .collect();
        Ok(self.record(&given_up)?)
    }

    /// The writes of a wave that are to be sent now. Steps that cannot be are failed or skipped.
    async fn due(&mut self, wave: &'a [Step]) -> Result<Vec<Due<'a>>, Halt> {
        if *self.stop.borrow() {
            return Err(Halt::Interrupted("stopped on request".to_owned()));
        }
        let mut due = Vec::new();
        let mut events = Vec::new();
        for step in wave {
            if *self.progress.state(&step.id) != StepState::Todo {
                continue;
            }
            if let Some(cause) = self.obstacle(step) {
                events.push(Event::Skipped { step: step.id.clone(), cause });
                continue;
            }
            if removes(step)
                && !planted(Defect::DeletedUnchecked)
                && let Clearance::Keep(cause) = self.clearance().await?
            {
                events.push(Event::Skipped { step: step.id.clone(), cause });
                continue;
            }
            match self.bodies.mutation(step, &self.progress) {
                Ok(mutation) => due.push((step, mutation)),
                Err(error) => {
                    events.push(Event::Failed { step: step.id.clone(), message: error.to_string() });
                }
            }
        }
        self.record(&events)?;
        Ok(due)
    }

    /// Why `step` cannot be tried: something that it needs is not done.
    fn obstacle(&self, step: &Step) -> Option<String> {
        let missing = self.progress.lacks(step)?;
        let Some(need) = self.steps.get(missing) else {
            return Some(format!("it needs step {}, which the plan does not have", missing.0));
        };
        let why = match self.progress.state(missing) {
            StepState::Failed(why) => format!("is not done: {why}"),
            // Why not is told there.
            StepState::Skipped(_) => "was not tried either".to_owned(),
            _ => "the plan puts later".to_owned(),
        };
        Some(format!("it needs {} {}, which {why}", need.noun, need.path.join(" / ")))
    }

    /// The gate's answer, asked for once in a process.
    async fn clearance(&mut self) -> Result<Clearance, Halt> {
        let answer = match (&self.clearance, self.run.gate) {
            (Some(answer), _) => answer.clone(),
            (None, None) => Clearance::Delete,
            (None, Some(gate)) => {
                let before = calls(self.run.connector);
                let answer = gate.may_delete(&self.progress).await;
                self.asked = self.asked.saturating_add(calls(self.run.connector).saturating_sub(before));
                answer
            }
        };
        if let Clearance::AskAgain(why) = answer {
            return Err(Halt::Interrupted(why));
        }
        self.clearance = Some(answer.clone());
        Ok(answer)
    }

    /// Sends one wave between its two durable records; gives back the writes whose answer was lost.
    async fn send(&mut self, due: Vec<Due<'a>>) -> Result<Vec<(&'a Step, Mutation, String)>, Halt> {
        let intent = |step: &Step| Event::Intent {
            step: step.id.clone(),
            attempt: self.progress.attempts(&step.id).saturating_add(1),
        };
        let intents: Vec<Event> = due.iter().map(|(step, _)| intent(step)).collect();
        if !planted(Defect::IntentAfterWrite) {
            self.record(&intents)?;
        }
        let (steps, mut mutations): (Vec<&Step>, Vec<Mutation>) = due.into_iter().unzip();
        if planted(Defect::WriteOutsidePlan) {
            mutations.extend(mutations.first().cloned());
        }
        let mut answers = self.run.connector.write(&mutations, self.run.blobs).await.into_iter();
        if planted(Defect::IntentAfterWrite) {
            self.record(&intents)?;
        }
        let (mut events, mut lost, mut halt) = (Vec::new(), Vec::new(), None);
        for (step, mutation) in steps.into_iter().zip(mutations) {
            let id = step.id.clone();
            // An answer for every write is the connector's promise; a missing one is as good as lost.
            let answer = answers.next().unwrap_or_else(|| Err(WriteError::Unknown("no answer".to_owned())));
            match answer {
                Ok(receipt) => events.push(self.done(step, receipt)),
                Err(WriteError::Refused(message)) => events.push(Event::Failed { step: id, message }),
                Err(WriteError::Unknown(message)) => lost.push((step, mutation, message)),
                Err(
                    error @ (WriteError::Unavailable(_) | WriteError::Unauthorised(_) | WriteError::Stopped),
                ) => {
                    let why = error.to_string();
                    events.push(Event::Settled { step: id, why: why.clone() });
                    halt = Some(why);
                }
            }
        }
        self.record(&events)?;
        halt.map_or(Ok(lost), |why| Err(Halt::Interrupted(why)))
    }

    /// Finds out which of these writes happened.
    async fn look_up(&mut self, mut lost: Vec<Due<'a>>) -> Result<(), Halt> {
        for pause in PAUSES {
            if lost.is_empty() {
                return Ok(());
            }
            let stop = Stop::new(self.stop.clone(), Arc::clone(self.run.clock));
            let slept = stop.sleep(pause, "looking for what may have been made").await;
            slept.map_err(|fault| Halt::Interrupted(fault.message))?;
            self.run.connector.look_again();
            let mut absent = Vec::new();
            for (step, mutation) in lost {
                match self.settle(step, &mutation).await? {
                    Some(event) => self.record(&[event])?,
                    None => absent.push((step, mutation)),
                }
            }
            lost = absent;
        }
        let why = "it was looked for on the account and is not there";
        let absent =
            lost.iter().map(|(step, _)| Event::Settled { step: step.id.clone(), why: why.to_owned() });
        Ok(self.record(&absent.collect::<Vec<_>>())?)
    }

    /// What is known now of the last write of `step`; nothing when what it should have made does not show.
    async fn settle(&mut self, step: &Step, mutation: &Mutation) -> Result<Option<Event>, Halt> {
        let Run { plan, connector, known, .. } = *self.run;
        match settle(mutation, plan, &self.progress, connector, known).await {
            Ok(Settlement::Happened(receipt)) => Ok(Some(self.done(step, receipt))),
            Ok(Settlement::Repeat(why)) => {
                Ok(Some(Event::Settled { step: step.id.clone(), why: why.to_owned() }))
            }
            Ok(Settlement::Absent) => Ok(None),
            Err(fault) => Err(Halt::Interrupted(format!(
                "the answer for {} {} is lost, and it could not be looked up: {fault}",
                step.noun,
                step.path.join(" / "),
            ))),
        }
    }

    fn done(&self, step: &Step, receipt: Receipt) -> Event {
        let made = (step.action == Action::Create).then(|| Made {
            origin: Origin {
                old: step.subject.clone(),
                new: receipt.key.clone(),
                links: self.bodies.token(&step.subject).map(str::to_owned).zip(receipt.link.clone()),
            },
            relation: match self.run.plan.header.mode {
                Mode::Copy => Relation::Copied,
                _ => Relation::Restored,
            },
        });
        Event::Done { step: step.id.clone(), receipt, made }
    }
}

fn removes(step: &Step) -> bool {
    matches!(step.action, Action::Delete | Action::Archive)
}
