//! What the planner is given, and why it may refuse.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::people::People;
use super::types::PlanHeader;
use crate::model::dialect::Dialect;
use crate::model::grants::Grants;
use crate::model::origins::OriginMap;
use crate::model::pairs::Comparison;
use crate::model::{NativeId, Record, RecordKey};

/// Everything that a plan is computed from.
#[derive(Clone)]
pub struct PlanInput<'a> {
    /// Backup against live state. For [`Mode::Merge`](super::types::Mode) and `Undo` the records that differ,
    /// with their context. For `Copy` and both forms of `DeleteBefore` it must hold *every* record of what is
    /// selected, equal ones too (as pairs or as context), because all of them are created again.
    pub compare: &'a Comparison,
    /// The platform.
    pub dialect: &'a dyn Dialect,
    /// What of the comparison is wanted.
    pub selection: &'a Selection,
    /// What the account may do.
    pub grants: &'a Grants,
    /// What earlier runs restored.
    pub origins: &'a OriginMap,
    /// Live records that were not asked for and lead to what may be made anew: where it is, they follow. The
    /// comparison holds each of them under its live key on both sides: as the backup's what it shall say, in the
    /// backup's ids.
    pub followers: &'a BTreeSet<RecordKey>,
    /// Who can be given something.
    pub people: &'a People,
    /// Items that are in as many containers as the platform allows: no further one can show them.
    pub crowded: &'a BTreeSet<NativeId>,
    /// Records that containers share and that are on the live account, whether one of them uses them or not.
    pub shared: &'a [Record],
    /// Records of the backup, or what earlier restores made of them, that are on the live account and may not be read.
    pub hidden: &'a BTreeSet<RecordKey>,
    /// The connection's own person id.
    pub account: &'a NativeId,
    /// The day of the snapshot (`2026-11-21`), for the names of copies.
    pub taken_on: &'a str,
    /// For an undo: what the run did.
    pub undo: Option<&'a UndoScope>,
    /// The platform's rate limit: so many requests in so much time.
    pub pace: (u32, Duration),
    /// Goes into the plan as it is; says the mode.
    pub header: PlanHeader,
}

/// What is to be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All that the comparison holds.
    Everything,
    /// These things, each with all that lies in it.
    Only(Vec<Selected>),
}

/// One selected thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Workspace, container, section, item, or anything below, as the snapshot knows it (or, if it is only on
    /// the live account, as that knows it).
    pub key: RecordKey,
    /// Only this field of it: a path of the kind's table, or the object above several (`cover`).
    pub field: Option<String>,
}

/// What a run did, for its way back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UndoScope {
    /// The live records that it created.
    pub created: BTreeSet<RecordKey>,
    /// The live records that it changed, and in which fields.
    pub changed: BTreeMap<RecordKey, BTreeSet<String>>,
    /// The live records that it removed; what lay in them went with them.
    pub removed: BTreeSet<RecordKey>,
}

/// The request makes no sense; no plan can answer it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The selected thing is neither in the snapshot nor on the live account.
    #[error("{0} is neither in the backup nor on the live account; `show` lists what can be selected")]
    Unknown(RecordKey),
    /// Copies are made of whole things.
    #[error(
        "a {0} cannot be copied by itself; select the workspace, container, section or item it belongs to"
    )]
    NotCopyable(String),
    /// Only containers and items are replaced as a whole.
    #[error("a {0} cannot be deleted and built anew by itself; use merge, or select a container or an item")]
    NotReplaceable(String),
    /// The mode is undo, and nothing says what the run did.
    #[error("an undo needs to know what the run did")]
    NothingToUndo,
}
