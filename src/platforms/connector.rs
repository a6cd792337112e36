//! The I/O half of a platform: what every connector does for a backup and a restore.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering::Relaxed;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::http::counters::Counters;
use crate::http::fault::ApiFault;
use crate::model::coverage::{Coverage, Missing, Usage};
use crate::model::grants::{Grant, Grants};
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{BlobRef, Kind, NativeId, Record};

/// Reads and writes one account of one platform.
///
/// An implementation guarantees:
/// * it waits for the platform's rate limits itself and repeats what is safe to repeat;
/// * no page is taken for the last one unless the platform's answer proves it;
/// * [`read`](Self::read) either delivers a container whole, or says in the coverage or the fault what is missing;
/// * a write is sent at most once; a lost answer comes back as [`WriteError::Unknown`];
/// * deleting what is not there any more succeeds.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Whose account this is. One cheap call; fails clearly on a wrong credential.
    async fn identify(&self) -> Result<Identity, ApiFault>;

    /// Checks each of the platform's requirements for `purpose`, in a fixed order.
    async fn preflight(&self, purpose: Purpose) -> Result<Vec<Requirement>, ApiFault>;

    /// Tells, before discovery, which containers the last backup has and under which versions it read them, for
    /// platforms that can be asked what has changed since. The others have no use for it.
    fn remember(&self, _versions: BTreeMap<NativeId, Option<String>>) {}

    /// The kinds of records of which [`recall`](Self::recall) wants those that lie outside of containers.
    fn recalls(&self) -> &'static [Kind] {
        &[]
    }

    /// Tells, before discovery, what the last backup has of the kinds that [`recalls`](Self::recalls) names, so that
    /// what is listed as it was then need not be asked for again. Not called where everything is to be read anew.
    fn recall(&self, _records: Vec<Record>) {}

    /// Whether readings look for what [`RecordSink::sought`] names: it is worked out only for those that do.
    fn seeks(&self) -> bool {
        false
    }

    /// Finds everything the account can see, in as few calls as the platform allows. Workspaces and their
    /// members are read here in full; containers are only listed. For [`Purpose::Restore`] the grants also take
    /// into account what the credential itself permits, which may cost one more call.
    async fn discover(&self, purpose: Purpose) -> Result<Discovery, ApiFault>;

    /// Reads one container into `sink`, in any order.
    async fn read(&self, container: &ContainerInfo, sink: &mut dyn RecordSink) -> Result<Coverage, ApiFault>;

    /// Reads what lives on of a container that is no longer there: those of the items that `sink` seeks, with all that
    /// is on them, as records of that container. Only asked of those that seek.
    async fn read_remains(
        &self,
        _container: &NativeId,
        _sink: &mut dyn RecordSink,
    ) -> Result<Coverage, ApiFault> {
        Ok(Coverage::default())
    }

    /// Streams the bytes of an attachment record. Size and type are checked against what the record says; on
    /// any fault what `sink` got so far is worthless.
    async fn fetch(&self, attachment: &Record, sink: &mut dyn BlobSink) -> Result<(), ApiFault>;

    /// Carries out writes that the plan put into one wave (see [`crate::model::spec::BatchRules`]); one answer
    /// per mutation, in the same order.
    async fn write(&self, wave: &[Mutation], blobs: &dyn BlobSource) -> Vec<Result<Receipt, WriteError>>;

    /// After a lost answer: did the write happen? Looks for the record that it would have made or changed.
    /// `None` means that it certainly did not happen.
    async fn locate(&self, lost: &Mutation) -> Result<Option<Receipt>, ApiFault>;

    /// Time has passed since the last look-up: what was read for it is not to be believed any more.
    fn look_again(&self) {}

    /// What was used so far on this connector.
    fn usage(&self) -> Usage;
}

/// Takes the records of one container.
#[async_trait]
pub trait RecordSink: Send {
    /// Takes one record. `bytes` is set for an attachment whose bytes can be fetched; the record's own blob is
    /// then ignored. Waits while the receiver is busy; fails only when the receiver is gone.
    async fn put(&mut self, record: Record, bytes: Option<ExpectedBytes>) -> Result<(), ApiFault>;

    /// What the last backup has of this container, so that what has not changed need not be asked for again. Empty
    /// where everything is to be read anew.
    async fn before(&mut self) -> Result<Vec<Record>, ApiFault> {
        Ok(Vec::new())
    }

    /// Items that are wanted back into this container. Where an item can be in no container at all, those that no list
    /// shows are looked up by these ids and put as records of this one, so that they come back and no twins are made.
    fn sought(&self) -> Vec<NativeId> {
        Vec::new()
    }

    /// Which container has the record of an item that lies in all of `containers`, and the others a place for it: where
    /// it is wanted back, which is one of these or one that is no longer there. Nothing where nobody wants it.
    fn home_of(&self, _item: &NativeId, _containers: &[&str]) -> Option<NativeId> {
        None
    }
}

/// Takes the bytes of one attachment.
#[async_trait]
pub trait BlobSink: Send {
    /// Takes the next piece.
    async fn write(&mut self, piece: Bytes) -> Result<(), ApiFault>;
}

/// Gives the bytes of stored attachments.
pub trait BlobSource: Send + Sync {
    /// The bytes of `blob`, from the beginning, in pieces. May be called again for the same blob.
    fn open(&self, blob: BlobRef) -> BoxStream<'static, std::io::Result<Bytes>>;
}

/// What an attachment's description promises about its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedBytes {
    /// Length, where the platform tells.
    pub len: Option<u64>,
}

/// The person behind the credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The person's id on the platform.
    pub id: NativeId,
    /// The short name by which people address them.
    pub username: String,
    /// The name people read.
    pub name: String,
}

/// What a connection is to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Reading only.
    Backup,
    /// Reading and writing.
    Restore,
}

/// One requirement on the connection account, and whether it is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// What is required.
    pub requirement: String,
    /// Whether it is met: allowed = met, denied = not met, unknown = cannot be known.
    pub met: Grant,
    /// It is better met, and all goes on without.
    pub recommended: bool,
    /// What was found, with names and counts.
    pub detail: String,
    /// What to do about it, when it is not met or cannot be known.
    pub advice: Option<String>,
}

/// Everything the account can see.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// The containers, whether readable or not.
    pub containers: Vec<ContainerInfo>,
    /// Records that discovery itself reads in full: the account, workspaces, workspace members.
    pub records: Vec<Record>,
    /// Records that lie in no single container and that containers share (the tags of a workspace), whether one uses
    /// them or not. For [`Purpose::Restore`] only.
    pub shared: Vec<Record>,
    /// What the account may do where.
    pub grants: Grants,
    /// Things that are known to exist but cannot be seen.
    pub missing: Vec<Missing>,
    /// Kinds of which a list had fewer entries than it said, which `missing` names: one that does not show need not be
    /// gone. Never for [`Purpose::Restore`], unless nobody writes things of the kind.
    pub short: BTreeSet<Kind>,
}

/// A container (board, project, sheet) as discovery sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerInfo {
    /// Its id.
    pub id: NativeId,
    /// Its name.
    pub name: String,
    /// Id and name of the workspace it lies in, if any.
    pub workspace: Option<(NativeId, String)>,
    /// Archived or closed.
    pub closed: bool,
    /// Changes whenever the content does: equal versions mean that it need not be read. `None`: always read.
    pub version: Option<String>,
}

impl From<&Counters> for Usage {
    fn from(counters: &Counters) -> Self {
        Self {
            requests: counters.requests.load(Relaxed),
            downloads: counters.downloads.load(Relaxed),
            writes: counters.writes.load(Relaxed),
            retries: counters.retries.load(Relaxed),
            bytes_in: counters.bytes_in.load(Relaxed),
            bytes_out: counters.bytes_out.load(Relaxed),
            waited_ms: counters.waited_ms.load(Relaxed),
        }
    }
}
