//! Runs: what was carried out, event by event, in the vault's log.

use std::sync::Arc;

use serde::Serialize;
use tokio::task::block_in_place;

use super::context::{App, entry, long_enough};
use super::error::{Error, ErrorKind};
use crate::apply::{Event, Journal, JournalError, Outcome, Progress, Relation};
use crate::base::clock::Timestamp;
use crate::base::hash::Hash;
use crate::model::origins::{Origin, OriginMap};
use crate::store::vault::Vault;

/// Length of a run's id: 16 hexadecimal digits, in front of the events in each log entry.
const ID_LEN: usize = 16;

/// One run.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// Its id.
    pub id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// The plan that it carries out.
    pub plan: Hash,
    /// The snapshot of what was there before.
    pub safety: Option<String>,
    /// Everything that happened.
    pub events: Vec<Event>,
}

/// A run in one line.
#[derive(Debug, Clone, Serialize)]
pub struct RunLine {
    /// Its id.
    pub id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// The plan that it carries out.
    pub plan: Hash,
    /// The snapshot of what was there before.
    pub safety: Option<String>,
    /// How it ended; nothing when its process died.
    pub outcome: Option<Outcome>,
}

impl RunRecord {
    /// How the run ended last; nothing when its process died.
    pub fn outcome(&self) -> Option<&Outcome> {
        match self.events.last() {
            Some(Event::Closed { outcome }) => Some(outcome),
            _ => None,
        }
    }

    /// The run in one line.
    pub fn line(&self) -> RunLine {
        RunLine {
            id: self.id.clone(),
            started_at: self.started_at,
            plan: self.plan,
            safety: self.safety.clone(),
            outcome: self.outcome().cloned(),
        }
    }

    /// Where the run stands.
    pub fn progress(&self) -> Progress {
        Progress::replay(&self.events)
    }
}

/// All runs, oldest first.
pub fn list(app: &App) -> Result<Vec<RunRecord>, Error> {
    let mut runs: Vec<RunRecord> = Vec::new();
    for logged in app.vault.entries(entry::RUN)? {
        let damaged = |why: String| Error {
            kind: ErrorKind::Damage,
            ..Error::failed(format!(
                "entry {} of the vault's log, an event of a run, cannot be read: {why}",
                logged.seq
            ))
        };
        let (id, events) = decode(&logged.payload).map_err(damaged)?;
        if let Some(run) = runs.iter_mut().find(|run| run.id == id) {
            run.events.extend(events);
        } else if let Some(Event::Opened { plan, safety, .. }) = events.first() {
            runs.push(RunRecord { id, started_at: logged.at, plan: *plan, safety: safety.clone(), events });
        }
    }
    Ok(runs)
}

/// The run whose id begins so.
pub fn find(app: &App, prefix: &str) -> Result<RunRecord, Error> {
    long_enough(prefix)?;
    let mut fitting: Vec<RunRecord> =
        list(app)?.into_iter().filter(|run| run.id.starts_with(prefix)).collect();
    match (fitting.len(), fitting.pop()) {
        (1, Some(run)) => Ok(run),
        (0, _) => {
            Err(Error::failed(format!("there is no run `{prefix}`")).hint("`boardvault runs` lists them."))
        }
        (several, _) => Err(Error::usage(format!("`{prefix}` is the beginning of {several} runs"))
            .hint("Give more of the id.")),
    }
}

/// The permanent id map: what all runs on `connection`'s account have restored. Copies are not in it.
pub(super) fn origins(app: &App, connection: &str) -> Result<OriginMap, Error> {
    let plans = super::planning::list(app)?;
    let ours =
        |run: &RunRecord| plans.iter().any(|plan| plan.hash == run.plan && plan.connection == connection);
    let made = |run: RunRecord| made(&run.events, |relation| relation == Relation::Restored);
    Ok(list(app)?.into_iter().filter(ours).flat_map(made).collect())
}

/// What the events of a run say it made.
pub(super) fn made(events: &[Event], wanted: impl Fn(Relation) -> bool) -> Vec<Origin> {
    let made = events.iter().filter_map(|event| match event {
        Event::Done { made: Some(made), .. } if wanted(made.relation) => Some(made.origin.clone()),
        _ => None,
    });
    made.collect()
}

/// Writes a run's events into the vault's log.
pub(super) struct VaultJournal {
    /// The vault.
    pub vault: Arc<Vault>,
    /// The run's id.
    pub run: String,
}

impl Journal for VaultJournal {
    fn append(&mut self, events: &[Event]) -> Result<(), JournalError> {
        let payload = encode(&self.run, events);
        block_in_place(|| self.vault.append(entry::RUN, &payload))
            .map(drop)
            .map_err(|error| JournalError(error.to_string()))
    }
}

fn encode(run: &str, events: &[Event]) -> Vec<u8> {
    let mut bytes = run.as_bytes().to_vec();
    for event in events {
        let event = event.encode();
        bytes.extend(u32::try_from(event.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(event);
    }
    bytes
}

fn decode(bytes: &[u8]) -> Result<(String, Vec<Event>), String> {
    let (id, mut rest) = bytes.split_at_checked(ID_LEN).ok_or("it is too short")?;
    let id = String::from_utf8(id.to_vec()).map_err(|error| error.to_string())?;
    let mut events = Vec::new();
    while !rest.is_empty() {
        let (len, tail) = rest.split_first_chunk::<4>().ok_or("it ends early")?;
        let len = usize::try_from(u32::from_le_bytes(*len)).map_err(|error| error.to_string())?;
        let (event, tail) = tail.split_at_checked(len).ok_or("it ends early")?;
        events.push(Event::decode(event).map_err(|error| error.to_string())?);
        rest = tail;
    }
    Ok((id, events))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::types::StepId;

    #[test]
    fn events_round_trip_and_garbage_is_an_error() {
        let events = vec![
            Event::Intent { step: StepId("s1".into()), attempt: 1 },
            Event::Skipped { step: StepId("s2".into()), cause: "x".into() },
        ];
        let bytes = encode("0123456789abcdef", &events);
        assert_eq!(decode(&bytes), Ok(("0123456789abcdef".to_owned(), events)));
        for end in [3, 17, bytes.len() - 1] {
            assert!(decode(&bytes[..end]).is_err(), "{end}");
        }
        assert!(decode(b"0123456789abcdef\xff\xff\xff\xff").is_err());
    }
}
