//! Reading containers into a tree: shared by backups, which fetch attachments, and scans, which do not.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, block_in_place};

use super::answers;
use super::downloads::{Downloads, Fetch};
use super::error::Error;
use super::progress::{News, Progress};
use super::sought::Homes;
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::coverage::{Coverage, Missing};
use crate::model::{Blob, NativeId, Record};
use crate::platforms::connector::{Connector, ContainerInfo, ExpectedBytes, RecordSink};
use crate::snapshot::writer::SnapshotWriter;
use crate::snapshot::{Reader, SnapshotError};

/// Containers that are read at the same time.
const PARALLEL: usize = 4;

/// Records of one container that may wait for the writer.
const WAITING: usize = 256;

/// What came of reading one container.
pub(super) struct ReadContainer {
    /// Which one.
    pub info: ContainerInfo,
    /// What was read of it and how many records it has, or why nothing was read.
    pub result: Result<(Coverage, u64), ApiFault>,
}

/// What the last backup has of the containers that it read whole.
pub(super) struct Earlier {
    /// Its records.
    pub reader: Reader,
    /// These containers.
    pub whole: BTreeSet<NativeId>,
}

/// What is known of the containers before they are read.
#[derive(Default)]
pub(super) struct Known<'a> {
    /// What need not be read again.
    pub earlier: Option<&'a Arc<Earlier>>,
    /// What must not be overlooked.
    pub homes: Option<&'a Arc<Homes>>,
}

/// Reads `containers` into `writer`. A container that could not be read to its end leaves the tree as it was.
///
/// Several containers are read ahead while one is written, in the order given; what they may hold in memory is
/// bounded by `WAITING`.
pub(super) async fn read(
    connector: &Arc<dyn Connector>,
    containers: Vec<ContainerInfo>,
    writer: &SnapshotWriter,
    downloads: &Arc<Downloads>,
    known: &Known<'_>,
    progress: &dyn Progress,
) -> Result<Vec<ReadContainer>, Error> {
    let mut done = Vec::with_capacity(containers.len());
    let mut waiting = containers.into_iter();
    let mut running: VecDeque<Running> = VecDeque::new();
    loop {
        while running.len() < PARALLEL
            && let Some(info) = waiting.next()
        {
            running.push_back(start(connector.clone(), info, downloads.clone(), known));
        }
        let Some(next) = running.pop_front() else { break };
        progress.tell(News::Now(next.info.name.clone()));
        let finished = take(next, writer).await?;
        if let Some(fault) = downloads.broken() {
            return Err(Error::from(fault)
                .hint("Free some space and run the backup again; what is stored stays stored."));
        }
        progress.tell(News::Advance(1));
        done.push(finished);
    }
    Ok(done)
}

/// A record on its way to the writer, with the download that it waits for.
struct Item {
    record: Record,
    fetch: Option<Fetch>,
}

struct Running {
    info: ContainerInfo,
    items: mpsc::Receiver<Item>,
    reader: JoinHandle<Result<Coverage, ApiFault>>,
}

fn start(
    connector: Arc<dyn Connector>,
    info: ContainerInfo,
    downloads: Arc<Downloads>,
    known: &Known<'_>,
) -> Running {
    let (sender, items) = mpsc::channel(WAITING);
    let container = info.clone();
    let earlier = known.earlier.filter(|earlier| earlier.whole.contains(&info.id)).cloned();
    let homes = known.homes.cloned().unwrap_or_default();
    let reader = tokio::spawn(async move {
        let is_gone = homes.is_gone(&container.id);
        let mut sink = ChannelSink { sender, downloads, container: container.id.clone(), earlier, homes };
        if is_gone {
            connector.read_remains(&container.id, &mut sink).await
        } else {
            connector.read(&container, &mut sink).await
        }
    });
    Running { info, items, reader }
}

/// Puts one container's records into the tree, then decides whether they stay.
async fn take(running: Running, writer: &SnapshotWriter) -> Result<ReadContainer, Error> {
    let Running { info, mut items, reader } = running;
    let mut container = writer.begin_container(info.id.clone());
    let mut missing = Vec::new();
    let mut stopped = false;
    while let Some(Item { mut record, fetch }) = items.recv().await {
        record.blob = match fetch {
            None => record.blob,
            Some(Fetch::Settled(blob)) => blob,
            Some(Fetch::Running(download)) => {
                let broken_off =
                    |error| Err(ApiFault::new(FaultClass::Local, "downloading", format!("{error}")));
                match download.await.unwrap_or_else(broken_off) {
                    Ok(stored) => Blob::Stored(stored),
                    Err(fault) => {
                        stopped |= fault.class == FaultClass::Stopped;
                        let why = fault.to_string();
                        missing.push(Missing {
                            key: Some(record.key.clone()),
                            what: describe(&record),
                            why: why.clone(),
                        });
                        Blob::Missing(why)
                    }
                }
            }
        };
        block_in_place(|| container.put(&record))?;
    }
    let mut result = match reader.await {
        Ok(result) => result,
        Err(error) => Err(ApiFault::new(FaultClass::Local, "reading", error.to_string())),
    };
    if stopped {
        result = Err(ApiFault::new(FaultClass::Stopped, "reading", "stopped"));
    }
    // Dropping the writer instead of finishing it leaves the container as it was.
    let result = match result {
        Ok(mut coverage) => {
            coverage.missing.append(&mut missing);
            Ok((coverage, block_in_place(|| container.finish())?))
        }
        Err(fault) => Err(fault),
    };
    Ok(ReadContainer { info, result })
}

fn describe(record: &Record) -> String {
    let name = record.native.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
    format!("bytes of the {} \"{name}\"", record.key.kind)
}

struct ChannelSink {
    sender: mpsc::Sender<Item>,
    downloads: Arc<Downloads>,
    container: NativeId,
    earlier: Option<Arc<Earlier>>,
    homes: Arc<Homes>,
}

#[async_trait]
impl RecordSink for ChannelSink {
    async fn put(&mut self, record: Record, bytes: Option<ExpectedBytes>) -> Result<(), ApiFault> {
        answers::check(&record)?;
        let fetch = bytes.map(|expected| self.downloads.begin(&record, &expected));
        self.sender
            .send(Item { record, fetch })
            .await
            .map_err(|_| ApiFault::new(FaultClass::Local, "reading", "nobody takes the records any more"))
    }

    async fn before(&mut self) -> Result<Vec<Record>, ApiFault> {
        let Some(earlier) = &self.earlier else { return Ok(Vec::new()) };
        let records: Result<Vec<Record>, SnapshotError> =
            block_in_place(|| earlier.reader.container(&self.container).collect());
        records
            .map_err(|error| ApiFault::new(FaultClass::Local, "reading the last backup", error.to_string()))
    }

    fn sought(&self) -> Vec<NativeId> {
        self.homes.sought(&self.container)
    }

    fn home_of(&self, item: &NativeId, containers: &[&str]) -> Option<NativeId> {
        self.homes.home_of(item, containers)
    }
}
