//! Attachment bytes: which are already in the vault, which are fetched, which are left out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, block_in_place};

use super::context::{App, entry};
use super::error::{Error, ErrorKind};
use super::snapshots;
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::{Blob, BlobRef, Record, RecordKey};
use crate::platforms::connector::{BlobSink, Connector, ExpectedBytes};
use crate::snapshot::{BlobWriter, Reader};
use crate::store::chunks::Chunks;
use crate::store::log::Entry;
use crate::store::vault::Vault;

/// Downloads that run at the same time; the platform's rate limit is kept by the connector.
const PARALLEL: usize = 8;

/// After so many downloads the list of what is stored becomes durable, so that a killed backup loses little.
const LEDGER_EVERY: usize = 64;

/// Which attachments' bytes a reading stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attachments {
    /// All of them.
    All,
    /// None: only what is already in the vault is referred to.
    None,
    /// Those not larger than this many bytes.
    UpTo(u64),
}

impl Attachments {
    /// The limit in bytes, where there is one.
    pub fn limit(self) -> Option<u64> {
        match self {
            Self::UpTo(limit) => Some(limit),
            Self::All | Self::None => None,
        }
    }

    /// Whether this stores attachments that an earlier reading left out, which took those up to `before` bytes,
    /// or none at all.
    pub(super) fn wants_more_than(self, before: Option<u64>) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::UpTo(limit) => before.is_none_or(|before| limit > before),
        }
    }
}

/// What became of an attachment.
pub(super) enum Fetch {
    /// Known at once.
    Settled(Blob),
    /// Being downloaded.
    Running(JoinHandle<Result<BlobRef, ApiFault>>),
}

/// Where to look for attachments that are in the vault already.
#[derive(Default)]
pub(super) struct AlreadyStored {
    /// Earlier snapshots.
    pub readers: Vec<Reader>,
    /// See [`stored_without_manifest`].
    pub ledger: BTreeMap<RecordKey, BlobRef>,
}

/// Fetches the bytes of attachments, each at most once.
pub(super) struct Downloads {
    connector: Arc<dyn Connector>,
    vault: Arc<Vault>,
    connection: String,
    policy: Attachments,
    /// What a reading that stores nothing new says of bytes that are not in the vault.
    why_none: &'static str,
    stored: AlreadyStored,
    permits: Semaphore,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ledger: Vec<(RecordKey, BlobRef)>,
    broken: Option<ApiFault>,
    left_out: u64,
    left_out_bytes: u64,
}

/// What the log's entries of kind 5 say: attachments that a backup has stored before its manifest is written.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// The connection that is backed up.
    pub connection: String,
    /// The attachments' records, and where their bytes lie.
    pub stored: Vec<(RecordKey, BlobRef)>,
}

impl Ledger {
    /// Reads an entry's payload.
    pub fn decode(payload: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(payload)
    }

    /// The payload of an entry.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

/// Attachments stored by backups of `connection` that did not come to their end.
pub(super) fn stored_without_manifest(
    app: &App,
    connection: &str,
) -> Result<BTreeMap<RecordKey, BlobRef>, Error> {
    let history = snapshots::history(app)?;
    let ledgers = ledgers(app)?.into_iter().filter(|(_, ledger)| ledger.connection == connection);
    Ok(ledgers
        .filter(|(seq, ledger)| is_open(&history, *seq, &ledger.connection))
        .flat_map(|(_, ledger)| ledger.stored)
        .collect())
}

/// The attachments that a later backup may refer to although no manifest does; prune must keep them. Only what the
/// log had up to `until` is taken for done, where that is given.
pub(super) fn referable(app: &App, until: Option<u64>) -> Result<Vec<BlobRef>, Error> {
    let mut history = snapshots::history(app)?;
    history.retain(|found| until.is_none_or(|until| found.seq <= until));
    let ledgers = ledgers(app)?.into_iter();
    Ok(ledgers
        .filter(|(seq, ledger)| is_open(&history, *seq, &ledger.connection))
        .flat_map(|(_, ledger)| ledger.stored.into_iter().map(|(_, blob)| blob))
        .collect())
}

/// Whether the list at `seq` in the log may hold attachments of a backup that did not come to its end.
fn is_open(history: &[snapshots::Logged], seq: u64, connection: &str) -> bool {
    // A backup that was stopped has both a manifest and, right before it, what it downloaded for containers that
    // did not make it into the manifest: so the grandparent's position counts, not the parent's.
    seq > snapshots::position_before_latest(history, connection)
}

fn ledgers(app: &App) -> Result<Vec<(u64, Ledger)>, Error> {
    let read = |logged: Entry| {
        Ledger::decode(&logged.payload).map(|ledger| (logged.seq, ledger)).map_err(|error| Error {
            kind: ErrorKind::Damage,
            ..Error::failed(format!("entry {} of the vault's log cannot be read: {error}", logged.seq))
                .hint("It was perhaps written by a newer boardvault.")
        })
    };
    app.vault.entries(entry::DOWNLOADS)?.into_iter().map(read).collect()
}

impl Downloads {
    /// Downloads for `connection` under `policy`; what is in `stored` is not fetched again, and what `policy`
    /// leaves out gets the reason `why_none`.
    pub(super) fn new(
        app: &App,
        connector: Arc<dyn Connector>,
        connection: &str,
        policy: Attachments,
        why_none: &'static str,
        stored: AlreadyStored,
    ) -> Arc<Self> {
        Arc::new(Self {
            connector,
            vault: app.vault.clone(),
            connection: connection.to_owned(),
            policy,
            why_none,
            stored,
            permits: Semaphore::new(PARALLEL),
            state: Mutex::default(),
        })
    }

    /// Decides on one attachment and starts its download if it needs one.
    pub(super) fn begin(self: &Arc<Self>, record: &Record, expected: &ExpectedBytes) -> Fetch {
        if let Some(stored) = self.already_stored(&record.key, expected) {
            return Fetch::Settled(Blob::Stored(stored));
        }
        let allowed = match self.policy {
            Attachments::All => true,
            Attachments::None => false,
            Attachments::UpTo(limit) => expected.len.is_none_or(|len| len <= limit),
        };
        if !allowed {
            let mut state = self.state();
            state.left_out += 1;
            state.left_out_bytes += expected.len.unwrap_or_default();
            return Fetch::Settled(Blob::Missing(self.why_none.to_owned()));
        }
        let (this, record) = (self.clone(), record.clone());
        Fetch::Running(tokio::spawn(async move { this.download(&record).await }))
    }

    /// Makes the list of stored attachments durable, for the next backup after one that ends early.
    pub(super) fn flush(&self) -> Result<(), Error> {
        let stored = std::mem::take(&mut self.state().ledger);
        if stored.is_empty() {
            return Ok(());
        }
        let ledger = Ledger { connection: self.connection.clone(), stored };
        let bytes = ledger.encode().map_err(|error| Error::failed(error.to_string()))?;
        self.vault.append(entry::DOWNLOADS, &bytes)?;
        Ok(())
    }

    /// A failure of our own side (a full disk), after which going on makes no sense.
    pub(super) fn broken(&self) -> Option<ApiFault> {
        self.state().broken.clone()
    }

    /// How many attachments were left out by choice, and their bytes.
    pub(super) fn left_out(&self) -> (u64, u64) {
        let state = self.state();
        (state.left_out, state.left_out_bytes)
    }

    fn already_stored(&self, key: &RecordKey, expected: &ExpectedBytes) -> Option<BlobRef> {
        let from_snapshots = self.stored.readers.iter().filter_map(|reader| match reader.get(key) {
            Ok(Some(Record { blob: Blob::Stored(stored), .. })) => Some(stored),
            _ => None,
        });
        from_snapshots
            .chain(self.stored.ledger.get(key).copied())
            .find(|stored| expected.len.is_none_or(|len| len == stored.len))
    }

    async fn download(&self, record: &Record) -> Result<BlobRef, ApiFault> {
        let fetched = self.fetch(record).await;
        if let Err(fault) = &fetched
            && fault.class == FaultClass::Local
        {
            self.state().broken = Some(fault.clone());
        }
        fetched
    }

    async fn fetch(&self, record: &Record) -> Result<BlobRef, ApiFault> {
        let stopped = || ApiFault::new(FaultClass::Stopped, "downloading", "stopped");
        let _permit = self.permits.acquire().await.map_err(|_| stopped())?;
        let mut sink = VaultSink { writer: BlobWriter::new(self.vault.clone() as Arc<dyn Chunks>) };
        self.connector.fetch(record, &mut sink).await?;
        let stored = sink.finish()?;
        let full = {
            let mut state = self.state();
            state.ledger.push((record.key.clone(), stored));
            state.ledger.len() >= LEDGER_EVERY
        };
        if full {
            block_in_place(|| self.flush()).map_err(|error| local(&error))?;
        }
        Ok(stored)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cuts what arrives into chunks of the vault.
struct VaultSink {
    writer: BlobWriter,
}

impl VaultSink {
    fn finish(self) -> Result<BlobRef, ApiFault> {
        block_in_place(|| self.writer.finish()).map_err(|error| local(&error))
    }
}

#[async_trait]
impl BlobSink for VaultSink {
    async fn write(&mut self, piece: Bytes) -> Result<(), ApiFault> {
        block_in_place(|| self.writer.write(&piece)).map_err(|error| local(&error))
    }
}

fn local(error: &dyn std::error::Error) -> ApiFault {
    ApiFault::new(FaultClass::Local, "storing an attachment", error.to_string())
}
