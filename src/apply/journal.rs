//! What a run writes down, in the order in which it happens. One closed list feeds the journal, the progress
//! display and the report.

use serde::{Deserialize, Serialize};

use super::outcome::Outcome;
use crate::base::hash::Hash;
use crate::model::mutation::Receipt;
use crate::model::origins::Origin;
use crate::plan::types::StepId;

/// The first byte of every stored event; the rest is JSON, so that a run can be read without this program.
const VERSION: u8 = 1;

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The run began.
    Opened {
        /// The run's name.
        run: String,
        /// Hash of the plan that it carries out.
        plan: Hash,
        /// The snapshot that holds what the run touches as it was before.
        safety: Option<String>,
    },
    /// Another process took the run up. What failed or was skipped is tried again.
    Resumed,
    /// The step's write is about to be sent.
    Intent {
        /// The step.
        step: StepId,
        /// Counts the step's attempts from 1, over all processes that worked on the run.
        attempt: u32,
    },
    /// The write happened.
    Done {
        /// The step.
        step: StepId,
        /// The record that it made or changed.
        receipt: Receipt,
        /// For a creation: what was made out of what.
        made: Option<Made>,
    },
    /// The write of the last intent certainly did not happen, or may safely be sent again.
    Settled {
        /// The step.
        step: StepId,
        /// How that is known.
        why: String,
    },
    /// The step was tried and cannot be done.
    Failed {
        /// The step.
        step: StepId,
        /// What the platform said, or what is wrong with the step.
        message: String,
    },
    /// The step was not tried.
    Skipped {
        /// The step.
        step: StepId,
        /// What stood in the way.
        cause: String,
    },
    /// A process ended its work on the run. Unless all is done, another one may take it up.
    Closed {
        /// What it amounts to.
        outcome: Outcome,
    },
}

/// A new record and the one that it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Old and new record, and their links.
    pub origin: Origin,
    /// Whether they are the same thing.
    pub relation: Relation,
}

/// How a new record relates to the one it was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// It takes the old one's place; it belongs into the permanent id map.
    Restored,
    /// It stands next to the old one and is a thing of its own.
    Copied,
}

/// Stored bytes that are not an event.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// There are no bytes.
    #[error("an event of a run is empty")]
    Empty,
    /// It was written by a later version of the program.
    #[error("an event of a run has format {0}, and this program knows format {VERSION}: use a newer program")]
    Version(u8),
    /// The JSON is not an event.
    #[error("an event of a run is damaged: {0}")]
    Malformed(#[from] serde_json::Error),
}

impl Event {
    /// The stored form.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        // Serialising fails for maps with keys that are not strings only; an event has none.
        bytes.extend(serde_json::to_vec(self).unwrap_or_default());
        bytes
    }

    /// Reads the stored form.
    pub fn decode(bytes: &[u8]) -> Result<Self, EventError> {
        match bytes {
            [] => Err(EventError::Empty),
            [VERSION, json @ ..] => Ok(serde_json::from_slice(json)?),
            [version, ..] => Err(EventError::Version(*version)),
        }
    }
}

/// The durable record of a run.
pub trait Journal: Send {
    /// Adds events at the end, in this order. They are durable when it returns; when it fails, a first part of
    /// them may be.
    fn append(&mut self, events: &[Event]) -> Result<(), JournalError>;
}

/// The journal could not be written. Nothing more may be sent to the platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the run's journal cannot be written: {0}")]
pub struct JournalError(pub String);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Kind, RecordKey};

    fn done() -> Event {
        let key = |id: &str| RecordKey::new("b1", Kind::Item, id);
        Event::Done {
            step: StepId("s1".into()),
            receipt: Receipt { key: key("new"), link: Some("L2".into()) },
            made: Some(Made {
                origin: Origin { old: key("old"), new: key("new"), links: Some(("L1".into(), "L2".into())) },
                relation: Relation::Copied,
            }),
        }
    }

    #[test]
    fn the_stored_form_is_a_version_byte_and_readable_json() {
        let event = Event::Intent { step: StepId("s1".into()), attempt: 2 };
        assert_eq!(event.encode(), b"\x01{\"event\":\"intent\",\"step\":\"s1\",\"attempt\":2}");
        assert_eq!(Event::decode(&done().encode()).unwrap(), done());
    }

    #[test]
    fn a_later_format_is_named_as_such() {
        assert!(matches!(Event::decode(b"\x02{}"), Err(EventError::Version(2))));
        assert!(matches!(Event::decode(b""), Err(EventError::Empty)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn damaged_bytes_give_an_error_or_an_event_and_never_a_panic(
            noise in prop::collection::vec(any::<u8>(), 0..64),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let _ = Event::decode(&noise);
            let mut bytes = done().encode();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(event) = Event::decode(&bytes) {
                prop_assert_eq!(Event::decode(&event.encode()).unwrap(), event);
            }
            bytes.truncate(at);
            prop_assert!(Event::decode(&bytes).is_err());
        }
    }
}
