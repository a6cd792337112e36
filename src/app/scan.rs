//! Reading the live account into a tree, to compare it or to keep it before a restore.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::backup;
use super::context::App;
use super::downloads::{AlreadyStored, Attachments, Downloads};
use super::draft;
use super::error::Error;
use super::progress::Progress;
use super::reading::{Known, ReadContainer};
use super::sought::Sought;
use super::{answers, reading, snapshots};
use crate::http::fault::FaultClass;
use crate::model::coverage::{Count, Coverage, Missing, Usage};
use crate::model::{Kind, NativeId, RecordKey};
use crate::platforms::connector::{Connector, ContainerInfo, Discovery, Purpose as UsedFor};
use crate::platforms::platform::Platform;
use crate::prolly::Tree;
use crate::snapshot::manifest::{Bytes, ContainerEntry, LeftOut, Manifest, Purpose, Status};
use crate::snapshot::writer::Written;
use crate::snapshot::{Reader, SnapshotId, SnapshotWriter};
use crate::store::chunks::Chunks;

/// The live account, or the part of it that was asked for.
pub(super) struct Scan {
    /// The records.
    pub tree: Tree,
    /// What the account shows.
    pub discovery: Discovery,
    written: Written,
    /// What could not be read, by name: attachments whose bytes were wanted among them.
    pub missing: Vec<Missing>,
    /// Containers that could not be read although they were wanted, where the scan does without them: each with why.
    pub unread: Vec<(ContainerInfo, String)>,
    /// What was sought, is there and may not be read.
    pub hidden: BTreeSet<RecordKey>,
    entries: Vec<ContainerEntry>,
    started_at: i64,
}

/// Reads the containers for which `wanted` answers, with or without the bytes of their attachments; workspaces
/// are read always. Bytes that are in the vault already are referred to in any case. Items that are `sought` are found
/// also where they are in no container any more. Containers that are `dispensable` end nothing when they cannot be read.
pub(super) async fn scan(
    app: &App,
    connector: &Arc<dyn Connector>,
    connection: &str,
    wanted: &(dyn Fn(&NativeId) -> Option<Attachments> + Sync),
    sought: &Sought,
    dispensable: &BTreeSet<NativeId>,
    progress: &dyn Progress,
) -> Result<Scan, Error> {
    let started_at = app.clock.now().as_millisecond();
    let catalog = snapshots::catalog(app)?;
    if let Some(latest) = catalog.latest(connection) {
        backup::recall(connector.as_ref(), &Reader::new(app.chunks(), latest.manifest.tree))?;
    }
    let discovery = answers::discover(connector.as_ref(), UsedFor::Restore).await?;
    let writer = SnapshotWriter::new(app.chunks(), None)?;
    backup::write_discovered(&writer, &discovery)?;
    let mut entries: Vec<ContainerEntry> = Vec::new();
    let (mut missing, mut hidden, mut unread) = (Vec::new(), BTreeSet::new(), Vec::new());
    let there = discovery.containers.iter().map(|info| info.id.clone()).collect();
    let homes = Arc::new(sought.among(&there));
    let known = Known { homes: Some(&homes), ..Known::default() };
    for attachments in [Attachments::None, Attachments::All] {
        let mut due: Vec<ContainerInfo> = discovery
            .containers
            .iter()
            .filter(|info| wanted(&info.id) == Some(attachments))
            .cloned()
            .collect();
        if attachments == Attachments::None {
            due.extend(homes.gone().map(remains));
        }
        let stored = AlreadyStored {
            readers: catalog
                .latest(connection)
                .map(|latest| Reader::new(app.chunks(), latest.manifest.tree))
                .into_iter()
                .collect(),
            ..AlreadyStored::default()
        };
        let downloads = Downloads::new(
            app,
            connector.clone(),
            connection,
            attachments,
            "not fetched for this reading",
            stored,
        );
        let mut read = reading::read(connector, due, &writer, &downloads, &known, progress).await?;
        // Believed at once, a passing 404 would let a plan build anew what is there.
        let is_gone = |read: &ReadContainer| {
            read.result.as_ref().is_err_and(|fault| fault.class == FaultClass::NotFound)
        };
        let gone = read.extract_if(.., |read| is_gone(read)).map(|read| read.info).collect();
        read.extend(reading::read(connector, gone, &writer, &downloads, &known, progress).await?);
        for container in read {
            match container.result {
                Ok((coverage, records)) => {
                    if let Some(why) = lacks_items(&coverage) {
                        let error = Error::failed(format!("reading \"{}\": {why}", container.info.name));
                        return Err(error.hint("Try again: what did not come would be made a second time."));
                    }
                    // What is left of a container does not make it one that is there.
                    if !homes.is_gone(&container.info.id) {
                        entries.push(draft::entry(&container.info, records));
                    }
                    missing.extend(coverage.missing);
                    hidden.extend(coverage.hidden);
                }
                // Deleted between listing and reading: then it is not on the account, which is what a scan says.
                Err(fault) if fault.class == FaultClass::NotFound => {}
                Err(fault) if dispensable.contains(&container.info.id) => {
                    unread.push((container.info, fault.to_string()));
                }
                Err(fault) => {
                    return Err(
                        Error::from(fault).while_doing(&format!("reading \"{}\"", container.info.name))
                    );
                }
            }
        }
    }
    let written = writer.finish()?;
    Ok(Scan { tree: written.tree, discovery, written, entries, missing, unread, hidden, started_at })
}

/// Whether a platform has given fewer items or discussions than it says that there are, and the reading names it. What
/// a backup may call partial, nobody may plan upon: what did not come would look as if it were gone.
fn lacks_items(coverage: &Coverage) -> Option<String> {
    let is_short = |count: &&Count| count.expected.is_some_and(|promised| promised > count.got);
    let relied_on = |count: &&Count| matches!(count.kind, Kind::Item | Kind::Discussion);
    let short = coverage.counts.iter().filter(relied_on).find(is_short)?;
    let (got, promised) = (short.got, short.expected.unwrap_or_default());
    let named = coverage.missing.iter().map(|missing| format!("{}: {}", missing.what, missing.why));
    let named: Vec<String> = named.collect();
    (!named.is_empty()).then(|| format!("{got} of {promised} came; missing: {}", named.join("; ")))
}

/// A container that is no longer there, of which something may be left.
fn remains(id: &NativeId) -> ContainerInfo {
    let name = format!("what is left of {id}");
    ContainerInfo { id: id.clone(), name, workspace: None, closed: false, version: None }
}

impl Scan {
    /// Keeps the scan as the safety snapshot of a run. Containers that were not read are listed without records,
    /// because a look-up after a lost answer must know that they were there.
    pub(super) fn into_safety_snapshot(
        self,
        app: &App,
        platform: &Platform,
        connection: &str,
        run: &str,
        usage: Usage,
    ) -> Result<SnapshotId, Error> {
        let mut containers = self.entries;
        for info in &self.discovery.containers {
            if !containers.iter().any(|entry| entry.id == info.id) {
                containers.push(draft::entry(info, 0));
            }
        }
        app.vault.sync()?;
        let manifest = Manifest {
            number: snapshots::next_number(&snapshots::catalog(app)?, connection),
            platform: platform.id.to_owned(),
            connection: connection.to_owned(),
            purpose: Purpose::Safety { run: run.to_owned() },
            parent: None,
            tree: self.tree,
            started_at: self.started_at,
            finished_at: app.clock.now().as_millisecond(),
            status: Status::Complete,
            counts: self.written.counts,
            coverage: Vec::new(),
            missing: Vec::new(),
            vanished: Vec::new(),
            containers,
            bytes: Bytes {
                records_plain: self.written.records_plain,
                blobs_plain: self.written.blobs_plain,
                stored: 0,
            },
            usage,
            full_pass: true,
            left_out: LeftOut::default(),
        };
        snapshots::commit(app, &manifest)
    }
}
