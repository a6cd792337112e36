//! A world in memory behind the connector's contract, with faults at chosen writes; and a small platform.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use serde_json::{Map, Value};

use super::journal::{Event, Journal, JournalError};
use crate::base::hash::Hash;
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::coverage::{Coverage, Usage};
use crate::model::dialect::{Dialect, TextLink};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::spec::{BatchRules, IdPolicy, KindSpec, Parent, Verbs};
use crate::model::{BlobRef, Kind, NativeId, Record, RecordKey};
use crate::platforms::connector::{
    BlobSink, BlobSource, Connector, ContainerInfo, Discovery, Identity, Purpose, RecordSink, Requirement,
};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Thing {
    pub(super) kind: Kind,
    pub(super) container: Option<NativeId>,
    pub(super) parent: Option<NativeId>,
    pub(super) fields: Map<String, Value>,
}

/// What goes wrong; writes are counted from 1 over the world's whole life.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    /// The write happens, its answer is lost.
    pub(super) answer_lost: BTreeSet<u64>,
    /// The write is lost on its way.
    pub(super) request_lost: BTreeSet<u64>,
    pub(super) unauthorised: BTreeSet<u64>,
    pub(super) unavailable: BTreeSet<u64>,
    pub(super) refused: BTreeSet<u64>,
    pub(super) look_ups_fail: bool,
    /// So many look-ups do not show yet what they look for.
    pub(super) blind_look_ups: u64,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) things: BTreeMap<NativeId, Thing>,
    pub(super) faults: Faults,
    pub(super) writes: u64,
    pub(super) look_ups: u64,
    /// Lengths of the waves that came in.
    pub(super) waves: Vec<usize>,
}

#[derive(Debug, Default)]
pub(super) struct World(Mutex<State>);

impl World {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// How many writes came in so far.
    pub(super) fn writes(&self) -> u64 {
        self.state().writes
    }
}

impl State {
    fn perform(&mut self, mutation: &Mutation) -> Result<Receipt, WriteError> {
        match mutation.verb {
            Verb::Create => {
                for above in [&mutation.container, &mutation.parent].into_iter().flatten() {
                    assert!(self.things.contains_key(above), "{above} is not a live id");
                }
                let thing = Thing {
                    kind: mutation.kind,
                    container: mutation.container.clone(),
                    parent: mutation.parent.clone(),
                    fields: mutation.fields.clone(),
                };
                let id = mutation.id.clone().unwrap_or_else(|| self.free_id(&thing));
                self.things.insert(id.clone(), thing);
                Ok(self.receipt(&id))
            }
            Verb::Update => {
                let id = mutation.id.clone().unwrap();
                let gone = || WriteError::Refused("not found".to_owned());
                self.things.get_mut(&id).ok_or_else(gone)?.fields.extend(mutation.fields.clone());
                Ok(self.receipt(&id))
            }
            Verb::Delete => {
                let id = mutation.id.clone().unwrap();
                self.things.remove(&id);
                let container = mutation.container.clone().unwrap_or_else(|| id.clone());
                Ok(Receipt { key: RecordKey::new(container, mutation.kind, id), link: None })
            }
        }
    }

    /// Ids follow from what is made, and twins are numbered: the order of creation does not show.
    fn free_id(&self, thing: &Thing) -> NativeId {
        let content = Hash::of(format!("{thing:?}").as_bytes()).short();
        let mut ids = (0..).map(|twin| NativeId(format!("{content}{twin}")));
        ids.find(|id| !self.things.contains_key(id)).unwrap()
    }

    fn receipt(&self, id: &NativeId) -> Receipt {
        let thing = &self.things[id];
        let container = thing.container.clone().unwrap_or_else(|| id.clone());
        let key = RecordKey::new(container, thing.kind, id.clone());
        Receipt { key, link: (thing.kind == Kind::Item).then(|| format!("L{id}")) }
    }
}

#[async_trait]
impl Connector for World {
    async fn write(&self, wave: &[Mutation], _: &dyn BlobSource) -> Vec<Result<Receipt, WriteError>> {
        let mut state = self.state();
        state.waves.push(wave.len());
        let mut answers = Vec::new();
        for mutation in wave {
            state.writes += 1;
            let (nth, faults) = (state.writes, state.faults.clone());
            let lost = || Err(WriteError::Unknown(format!("write {nth} timed out")));
            answers.push(if faults.unauthorised.contains(&nth) {
                Err(WriteError::Unauthorised("the token was revoked".to_owned()))
            } else if faults.unavailable.contains(&nth) {
                Err(WriteError::Unavailable("no route to host".to_owned()))
            } else if faults.refused.contains(&nth) {
                Err(WriteError::Refused("too many labels".to_owned()))
            } else if faults.request_lost.contains(&nth) {
                lost()
            } else {
                let answer = state.perform(mutation);
                if faults.answer_lost.contains(&nth) { lost() } else { answer }
            });
        }
        answers
    }

    async fn locate(&self, lost: &Mutation) -> Result<Option<Receipt>, ApiFault> {
        let mut state = self.state();
        state.look_ups += 1;
        if state.faults.look_ups_fail {
            return Err(ApiFault::new(FaultClass::Network, "GET /things", "connection reset"));
        }
        if state.look_ups <= state.faults.blind_look_ups {
            return Ok(None);
        }
        let wanted = Thing {
            kind: lost.kind,
            container: lost.container.clone(),
            parent: lost.parent.clone(),
            fields: lost.fields.clone(),
        };
        let found = state.things.iter().find(|(id, thing)| **thing == wanted && !lost.known.contains(id));
        Ok(found.map(|(id, _)| state.receipt(id)))
    }

    fn usage(&self) -> Usage {
        let state = self.state();
        Usage { requests: state.look_ups, writes: state.writes, ..Usage::default() }
    }

    async fn identify(&self) -> Result<Identity, ApiFault> {
        unreachable!("applying a plan reads nothing")
    }
    async fn preflight(&self, _: Purpose) -> Result<Vec<Requirement>, ApiFault> {
        unreachable!("applying a plan reads nothing")
    }
    async fn discover(&self, _: Purpose) -> Result<Discovery, ApiFault> {
        unreachable!("applying a plan reads nothing")
    }
    async fn read(&self, _: &ContainerInfo, _: &mut dyn RecordSink) -> Result<Coverage, ApiFault> {
        unreachable!("applying a plan reads nothing")
    }
    async fn fetch(&self, _: &Record, _: &mut dyn BlobSink) -> Result<(), ApiFault> {
        unreachable!("applying a plan reads nothing")
    }
}

pub(super) struct NoBlobs;

impl BlobSource for NoBlobs {
    fn open(&self, _: BlobRef) -> BoxStream<'static, std::io::Result<Bytes>> {
        Box::pin(futures_util::stream::empty())
    }
}

/// A platform whose texts link to items by `#token`.
pub(super) struct Hashes;

const fn kind(kind: Kind, ids: IdPolicy) -> KindSpec {
    KindSpec {
        kind,
        noun: "thing",
        plural: "things",
        parent: Parent::Container,
        title: "name",
        verbs: Verbs::ALL,
        ids,
        batch: BatchRules { max: 10, across: false },
        natural_key: &[],
        fields: &[],
        losses: &[],
    }
}

static KINDS: &[KindSpec] = &[
    kind(Kind::Container, IdPolicy::Server),
    kind(Kind::Member, IdPolicy::Person),
    kind(Kind::Item, IdPolicy::Server),
    kind(Kind::FieldValue, IdPolicy::Composed),
];

impl Dialect for Hashes {
    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }
    fn link_token(&self, _: &Record) -> Option<String> {
        None
    }
    fn text_links(&self, text: &str) -> Vec<TextLink> {
        let token = |start: usize| {
            let token: String = text[start..].chars().take_while(char::is_ascii_alphanumeric).collect();
            TextLink { range: start..start + token.len(), token }
        };
        text.match_indices('#').map(|(at, _)| token(at + 1)).collect()
    }
    fn attribution(&self, _: &Record) -> Option<String> {
        None
    }
}

/// A journal of a process that may die.
#[derive(Debug, Default)]
pub(super) struct MemJournal {
    pub(super) events: Vec<Event>,
    pub(super) death: Option<Death>,
}

/// When the process dies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Death {
    /// This many records of this process become durable.
    pub(super) records: usize,
    /// It dies as soon as they are; else when the next one is to be written, after what lies between.
    pub(super) at_once: bool,
}

impl Journal for MemJournal {
    fn append(&mut self, events: &[Event]) -> Result<(), JournalError> {
        // What is read back is what was stored.
        let stored = events.iter().map(|event| Event::decode(&event.encode()).unwrap());
        let Some(death) = &mut self.death else {
            self.events.extend(stored);
            return Ok(());
        };
        self.events.extend(stored.take(death.records));
        let dead = events.len() > death.records || (death.at_once && events.len() == death.records);
        death.records = death.records.saturating_sub(events.len());
        if dead { Err(JournalError("the process died".to_owned())) } else { Ok(()) }
    }
}
