//! What a plan is: a document that says everything that will be done, and nothing else will be done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::hash::Hash;
use crate::model::loss::{Loss, LossCause};
use crate::model::{BlobRef, Kind, NativeId, RecordKey};

/// How a restore treats what is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Missing things are created, differing ones changed back; nothing is removed.
    Merge,
    /// A new container (or item) next to the old one.
    Copy,
    /// The end state is exactly the backup: built anew, the old one deleted last.
    DeleteBefore,
    /// As `DeleteBefore`, but the old one is deleted first.
    DeleteBeforeLiteral,
    /// The way back of a run: what it created is deleted, what it changed is changed back.
    Undo,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Makes a new record.
    Create,
    /// Changes fields of a record that is there, or that an earlier step creates.
    Update,
    /// Puts a record out of sight where the platform offers no deletion.
    Archive,
    /// Removes a record for good.
    Delete,
}

/// Why a step is there; for people, never consulted by `apply`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It was selected and is missing on the live account.
    Missing,
    /// It was selected and differs on the live account.
    Differs,
    /// A selected thing needs it to exist.
    Needed,
    /// It is part of a copy.
    Copied,
    /// It is replaced by what the backup holds.
    Replaced,
    /// The run that is undone created it.
    CreatedByRun,
    /// It completes a record that an earlier step creates (fields that the create call does not take).
    Completes,
    /// It leads to something that is made anew, and is led to the new one.
    Follows,
}

/// Identifies a step: a hash over plan, subject and action, shortened to 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub String);

/// The live record that a step acts on or refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// It is there, under this key.
    Live(RecordKey),
    /// An earlier step creates it.
    Created(StepId),
}

/// A field that a step writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Dotted path in the native JSON.
    pub path: String,
    /// The live value now; absent for a creation.
    pub from: Option<Value>,
    /// The value that is written, with ids as they stand in the snapshot; `apply` replaces those that
    /// `bindings` of the plan name. For texts: with the attribution line, and links as in the snapshot.
    pub to: Value,
    /// The kind of record that the value's ids belong to, for references.
    pub refers_to: Option<Kind>,
    /// The value is the order of what hangs on the record: those named are moved, all others stay.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub orders: bool,
    /// Persons in the value whom an earlier step lets in, each with that step: they are left out where it failed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub joins: BTreeMap<String, StepId>,
    /// The value is a text whose links to restored things are rewritten.
    pub links: bool,
    /// What the ids in both values are called; for people, never consulted by `apply`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its identity.
    pub id: StepId,
    /// What it does.
    pub action: Action,
    /// The record as the snapshot knows it; for deletions, as the live account knows it.
    pub subject: RecordKey,
    /// Workspace, container, section, item ... down to the record, for people.
    pub path: Vec<String>,
    /// What the platform's users call the kind: `card`.
    pub noun: String,
    /// Why.
    pub reason: Reason,
    /// The record that is changed or deleted; nothing for a creation.
    pub target: Option<Target>,
    /// The container (or workspace) it happens in; nothing for a new container or workspace.
    pub container: Option<Target>,
    /// What the record hangs on, where it hangs on something inside the container.
    pub parent: Option<Target>,
    /// What is written.
    pub changes: Vec<FieldChange>,
    /// Bytes that are uploaded.
    pub blob: Option<BlobRef>,
    /// Steps that must be done before.
    pub after: Vec<StepId>,
    /// Steps with the same number may travel in one request.
    pub wave: u32,
}

#[cfg(test)]
impl Step {
    /// A step that hangs on nothing, writes nothing and waits for nothing.
    pub(crate) fn bare(action: Action, subject: RecordKey, reason: Reason) -> Self {
        Self {
            id: StepId(String::new()),
            action,
            subject,
            path: Vec::new(),
            noun: String::new(),
            reason,
            target: None,
            container: None,
            parent: None,
            changes: Vec::new(),
            blob: None,
            after: Vec::new(),
            wave: 0,
        }
    }
}

#[cfg(test)]
impl FieldChange {
    /// A plain value, where there was none.
    pub(crate) fn plain(path: &str, to: Value) -> Self {
        Self {
            path: path.to_owned(),
            from: None,
            to,
            refers_to: None,
            orders: false,
            joins: BTreeMap::new(),
            links: false,
            names: BTreeMap::new(),
        }
    }
}

/// Something that was wanted and will not be tried, known beforehand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blocked {
    /// The record.
    pub subject: RecordKey,
    /// Its path, for people.
    pub path: Vec<String>,
    /// What would have been done.
    pub action: Action,
    /// Why not, and what would help.
    pub why: String,
}

/// Where an id of the snapshot leads on the live account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The record in the snapshot.
    pub source: RecordKey,
    /// Where it is, or which step makes it.
    pub target: Target,
    /// The token by which texts link to the source, where there is one.
    pub link: Option<String>,
}

/// What the plan was computed from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanHeader {
    /// Version of this document's shape.
    pub format: u32,
    /// The connection whose account is written to.
    pub connection: String,
    /// Its platform.
    pub platform: String,
    /// The snapshot (its full id) that is restored; for an undo, the run's safety snapshot.
    pub snapshot: String,
    /// Root of the record tree of that snapshot.
    pub desired_root: Hash,
    /// Root of the tree of the live state that the plan was computed from.
    pub live_root: Hash,
    /// The live containers and workspaces that were read for it.
    pub live_scope: Vec<NativeId>,
    /// The mode.
    pub mode: Mode,
    /// The selection, as it was typed; empty for everything.
    pub only: Vec<String>,
    /// When it was made (RFC 3339, UTC).
    pub made_at: String,
    /// For an undo: the run that is undone.
    pub undoes: Option<String>,
}

/// What the plan amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The live account already is as wanted, but for what the losses name.
    NothingToDo,
    /// Everything that was asked for can be tried.
    Applyable,
    /// Some of it is blocked; the rest can be tried.
    Partial,
    /// Nothing of it can be tried.
    Blocked,
}

/// A live record that the plan touches, and its fingerprint when the plan was made: `apply` refuses when it
/// has changed since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// The live record.
    pub key: RecordKey,
    /// Its fingerprint (see [`crate::model::ops`]); nothing: it must not be there.
    pub fingerprint: Option<Hash>,
}

/// A restore, completely decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestorePlan {
    /// What it was computed from.
    pub header: PlanHeader,
    /// The writes, in the order in which they are carried out.
    pub steps: Vec<Step>,
    /// What is wanted but will not be tried.
    pub blocked: Vec<Blocked>,
    /// What will not come back, record by record; losses that hold for a whole kind stand in `kind_losses`.
    pub losses: Vec<Loss>,
    /// What never comes back for records of a kind that the plan creates.
    pub kind_losses: Vec<(Kind, LossCause)>,
    /// Where references to records lead that no step of this plan creates under the same id.
    pub bindings: Vec<Binding>,
    /// What must be unchanged for the plan to be carried out.
    pub witnesses: Vec<Witness>,
    /// Things made after the backup that stay.
    pub kept: u64,
    /// Records that are already as wanted.
    pub equal: u64,
    /// Requests that the steps take, uploads and what is looked up for them included.
    pub requests: u64,
    /// The least time that these requests take under the platform's rate limit, in seconds.
    pub min_seconds: u64,
    /// What it amounts to.
    pub verdict: Verdict,
}

impl RestorePlan {
    /// The plan's identity: the hash of its canonical JSON.
    pub fn hash(&self) -> Hash {
        // A plan consists of strings, numbers and lists: it always serialises.
        let value = serde_json::to_value(self).unwrap_or_default();
        Hash::of(&crate::base::canon::to_bytes(&value))
    }

    /// The steps that remove something.
    pub fn deletions(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| matches!(step.action, Action::Delete | Action::Archive))
    }
}
