//! What carrying a plan out takes, and how it can go wrong.

use std::sync::Arc;

use async_trait::async_trait;

use super::journal::JournalError;
use super::progress::Progress;
use crate::base::clock::Clock;
use crate::base::hash::Hash;
use crate::model::dialect::Dialect;
use crate::model::{Kind, NativeId};
use crate::plan::types::RestorePlan;
use crate::platforms::connector::{BlobSource, Connector};

/// What was on the account before the run began; on resume too, so it comes from the safety snapshot.
pub trait KnownIds: Send + Sync {
    /// Ids of the records of a kind that were in a container and, where given, below a parent. Nothing that
    /// the run itself made may be among them, or it would be made again after a lost answer.
    fn ids(&self, kind: Kind, container: Option<&NativeId>, parent: Option<&NativeId>) -> Vec<NativeId>;
}

impl<F> KnownIds for F
where
    F: Fn(Kind, Option<&NativeId>, Option<&NativeId>) -> Vec<NativeId> + Send + Sync,
{
    fn ids(&self, kind: Kind, container: Option<&NativeId>, parent: Option<&NativeId>) -> Vec<NativeId> {
        self(kind, container, parent)
    }
}

/// Asked before the first removal in each process that works on a run: what was built, and what is about to
/// go, are looked at once more.
#[async_trait]
pub trait Gate: Send + Sync {
    /// Whether the old records may go, given what is done.
    async fn may_delete(&self, progress: &Progress) -> Clearance;
}

/// A gate's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clearance {
    /// The old one may go.
    Delete,
    /// It stays, for this reason: the plan's deletions are skipped.
    Keep(String),
    /// It could not be found out: the run is interrupted and asks again when it is resumed.
    AskAgain(String),
}

/// A plan and everything that carrying it out takes.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The run's name.
    pub name: &'a str,
    /// The snapshot that holds what the run touches as it was before.
    pub safety: Option<&'a str>,
    /// What is done.
    pub plan: &'a RestorePlan,
    /// The platform's tables.
    pub dialect: &'a dyn Dialect,
    /// The account.
    pub connector: &'a dyn Connector,
    /// The bytes of attachments.
    pub blobs: &'a dyn BlobSource,
    /// What was there before.
    pub known: &'a dyn KnownIds,
    /// The clock on which waits pass.
    pub clock: &'a Arc<dyn Clock>,
    /// Who is asked before something is removed; nobody: it is removed when all steps before are done.
    pub gate: Option<&'a dyn Gate>,
}

/// Why a run has no outcome.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The journal failed. What was sent last is unsure; the run can be resumed once the journal works.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The events are those of a run of another plan.
    #[error("this run carries out plan {}, not plan {}: resume it with its own plan", .expected.short(), .found.short())]
    OtherPlan {
        /// The plan that the run began with.
        expected: Hash,
        /// The plan that was given.
        found: Hash,
    },
}
