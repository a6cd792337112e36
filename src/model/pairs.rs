//! What two versions of an account differ in, as the planner gets it.

use std::collections::BTreeMap;

use super::{Record, RecordKey};

/// One record in two versions; at least one side is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The record as it should be (in the snapshot).
    pub desired: Option<Record>,
    /// The record as it is (on the live account).
    pub live: Option<Record>,
}

impl Pair {
    /// The key of whichever side is there.
    pub fn key(&self) -> Option<&RecordKey> {
        self.desired.as_ref().or(self.live.as_ref()).map(|record| &record.key)
    }
}

/// All differences between two roots within a scope, plus what is needed to name and to bind them.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// The records that differ, in key order; for a restore also those that refer to a container which is gone.
    pub pairs: Vec<Pair>,
    /// How many records are the same on both sides, byte for byte.
    pub equal: u64,
    /// Records that are the same on both sides (or stand above a differing one) and that differing records
    /// refer to or hang below: needed to name a step and to know that a reference is alive.
    pub context: BTreeMap<RecordKey, Pair>,
}
