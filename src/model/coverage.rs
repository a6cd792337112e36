//! What a reading was to bring, what it brought, and what it cost.

use serde::{Deserialize, Serialize};

use super::{Kind, RecordKey};

/// What was expected, by the platform's own counts, against what was got.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// One line per kind.
    pub counts: Vec<Count>,
    /// What is missing, by name.
    pub missing: Vec<Missing>,
    /// What was looked for by its id and refused: it is there, and the account may not read it.
    pub hidden: Vec<RecordKey>,
}

/// One line of the coverage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Which kind.
    pub kind: Kind,
    /// How many there should be, where the platform tells.
    pub expected: Option<u64>,
    /// How many were read.
    pub got: u64,
}

/// Something that should have been read and was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Which record or container, where its id is known.
    pub key: Option<RecordKey>,
    /// Its name or description, for people.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What a connector has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Calls that answered with data (JSON).
    pub requests: u64,
    /// Downloads of attachment bytes.
    pub downloads: u64,
    /// Calls that changed something.
    pub writes: u64,
    /// Calls that had to be repeated; part of the numbers above.
    pub retries: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Milliseconds in which at least one call waited for rate limits.
    pub waited_ms: u64,
}
