//! One write to a live account, and what came of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::grants::Verb;
use super::{BlobRef, Kind, NativeId, RecordKey};

/// A write with everything resolved: all ids in it are live ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Mutation {
    /// What is done.
    pub verb: Verb,
    /// To what.
    pub kind: Kind,
    /// The container (board) or workspace it happens in; for a new container or workspace: nothing.
    pub container: Option<NativeId>,
    /// The record that the new one hangs on (a card for a comment), or that the changed one hangs on.
    pub parent: Option<NativeId>,
    /// The record itself, unless it is created and the platform chooses its id. For persons: the person's id.
    pub id: Option<NativeId>,
    /// The fields to write, at their native paths (nested objects for dotted paths).
    pub fields: Map<String, Value>,
    /// Bytes to upload.
    pub blob: Option<BlobRef>,
    /// For a creation: ids of records of the same kind that were there before the run began, so that a
    /// look-up after a lost answer does not mistake an old record for the new one.
    pub known: Vec<NativeId>,
}

/// What the platform said about a successful write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The live record: its container, kind and id.
    pub key: RecordKey,
    /// The token by which texts link to it, where there is one.
    pub link: Option<String>,
}

/// Why a write has no receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The platform said no; nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// The answer is lost: the write may or may not have happened. It must be looked up, not repeated.
    #[error("no answer, so it is unknown whether the write happened: {0}")]
    Unknown(String),
    /// The platform cannot be reached, or kept putting us off: nothing was changed, and later it may work.
    #[error("{0}")]
    Unavailable(String),
    /// The credential is no longer accepted: the run must stop.
    #[error("{0}")]
    Unauthorised(String),
    /// The run was asked to stop before this write was sent.
    #[error("not sent: the run was stopped")]
    Stopped,
}
