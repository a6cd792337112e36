//! Taking a snapshot of everything that a connection's account can see.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::connections;
use super::context::App;
use super::downloads::{self, AlreadyStored, Attachments, Downloads};
use super::draft::Draft;
use super::due::{Due, was_whole};
use super::error::Error;
use super::overlooked::{Backups, Overlooked};
use super::progress::{News, Progress};
use super::reading::{Earlier, Known};
use super::{answers, reading, snapshots};
use crate::base::defect::{Defect, planted};
use crate::model::dialect::Dialect;
use crate::model::{Kind, NativeId};
use crate::platforms::connector::{Connector, Discovery, Purpose as UsedFor};
use crate::snapshot::lineage;
use crate::snapshot::manifest::{Bytes, ContainerEntry, LeftOut, Manifest, Purpose, Status};
use crate::snapshot::{Changes, Reader, Snapshot, SnapshotId, SnapshotWriter};
use crate::store::chunks::Chunks;

/// Every so many backups all containers are read, whatever the platform says about changes: some edits do not
/// move its version marks (positions, labels, memberships).
const FULL_PASS_EVERY: u64 = 10;

/// How to take a backup.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Which attachments' bytes to store.
    pub attachments: Attachments,
    /// Read every container, also those that the platform calls unchanged.
    pub full: bool,
}

/// What a backup brought.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The new snapshot.
    pub id: SnapshotId,
    /// Its description.
    pub manifest: Manifest,
    /// Containers that were read.
    pub read: u64,
    /// Containers that had not changed and were not read.
    pub unchanged: u64,
    /// What may have changed in these nevertheless.
    pub overlooked: Option<Overlooked>,
    /// Records that differ from the parent.
    pub changes: Changes,
}

/// Takes a backup. When it returns, the snapshot is durable.
///
/// What could not be read is named in the manifest, whose status then is partial. Asked to stop, it ends with
/// what it has.
pub async fn backup(
    app: &App,
    connection: &str,
    options: Options,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    let started = app.clock.now();
    let _session = app.vault.session();
    let (platform, connector) = connections::connect(app, connection, true)?;
    let connector: Arc<dyn Connector> = Arc::from(connector);
    let catalog = snapshots::catalog(app)?;
    let parent = catalog.latest(connection);
    let stored_before = app.vault.stats()?.bytes;

    progress.tell(News::Phase { what: "Looking around".to_owned(), total: None });
    let full = options.full || snapshots::since_full_pass(&catalog, connection) >= FULL_PASS_EVERY;
    connector.remember(parent.filter(|_| !full).map(versions).unwrap_or_default());
    if let Some(parent) = parent.filter(|_| !full) {
        recall(connector.as_ref(), &Reader::new(app.chunks(), parent.manifest.tree))?;
    }
    let discovery = answers::discover(connector.as_ref(), UsedFor::Backup).await?;
    let due = Due::new(app, platform.dialect, parent.filter(|_| !full), &discovery)?;
    let (due, unchanged): (Vec<_>, Vec<_>) =
        discovery.containers.iter().cloned().partition(|info| due.is_due(info, options.attachments));

    let downloads = Downloads::new(
        app,
        connector.clone(),
        connection,
        options.attachments,
        "left out by choice",
        AlreadyStored {
            readers: parent
                .map(|parent| Reader::new(app.chunks(), parent.manifest.tree))
                .into_iter()
                .collect(),
            ledger: downloads::stored_without_manifest(app, connection)?,
        },
    );
    let writer = SnapshotWriter::new(app.pages(platform.id)?, parent.map(|parent| &parent.manifest))?;
    write_discovered(&writer, &discovery)?;
    let vanished = remove_vanished(app, &writer, platform.dialect, &discovery, parent)?;

    progress.tell(News::Phase { what: "Reading".to_owned(), total: Some(due.len() as u64) });
    let earlier = parent.filter(|_| !full).map(|parent| earlier(app, parent));
    let known = Known { earlier: earlier.as_ref(), homes: None };
    let read = reading::read(&connector, due, &writer, &downloads, &known, progress).await;
    if read.is_err() || app.stopped() {
        // Whatever comes next, no attachment that is stored now is fetched twice.
        downloads.flush()?;
    }
    let read = read?;

    let written = writer.finish()?;
    let mut draft = Draft::new(parent, &discovery.missing);
    for container in &read {
        draft.add_read(container);
    }
    for info in &unchanged {
        draft.add_unchanged(info);
    }
    draft.add_unlisted(|entry| is_carried(&discovery, entry));
    app.vault.sync()?;
    let (left_out, left_out_bytes) = downloads.left_out();
    let manifest = Manifest {
        number: snapshots::next_number(&catalog, connection),
        platform: platform.id.to_owned(),
        connection: connection.to_owned(),
        purpose: Purpose::Backup,
        parent: parent.map(|parent| parent.id),
        tree: written.tree,
        started_at: started.as_millisecond(),
        finished_at: app.clock.now().as_millisecond(),
        status: if draft.missing.is_empty() || planted(Defect::PartialCalledComplete) {
            Status::Complete
        } else {
            Status::Partial
        },
        counts: written.counts,
        coverage: draft.coverage(),
        missing: draft.missing,
        vanished,
        containers: draft.containers,
        bytes: Bytes {
            records_plain: written.records_plain,
            blobs_plain: written.blobs_plain,
            stored: app.vault.stats()?.bytes.saturating_sub(stored_before),
        },
        usage: connector.usage(),
        full_pass: full,
        left_out: LeftOut {
            no_attachments: options.attachments == Attachments::None,
            max_attachment: options.attachments.limit(),
            attachments: left_out,
            bytes: left_out_bytes,
        },
    };
    let id = snapshots::commit(app, &manifest)?;
    let overlooked = if unchanged.is_empty() { None } else { Backups::load(app)?.overlooked(&manifest) };
    Ok(Report {
        id,
        read: read.iter().filter(|container| container.result.is_ok()).count() as u64,
        unchanged: unchanged.len() as u64,
        overlooked,
        changes: written.changes,
        manifest,
    })
}

/// The containers of a backup and the versions under which it read them.
fn versions(parent: &Snapshot) -> BTreeMap<NativeId, Option<String>> {
    let containers = parent.manifest.containers.iter();
    containers.map(|entry| (entry.id.clone(), entry.version.clone())).collect()
}

/// Tells the connector what the last backup has outside of containers, of the kinds that it has a use for.
pub(super) fn recall(connector: &dyn Connector, last: &Reader) -> Result<(), Error> {
    let kinds = connector.recalls();
    if kinds.is_empty() {
        return Ok(());
    }
    let mut records = Vec::new();
    for place in last.places()? {
        for kind in kinds {
            for record in last.container_kind(&place.key.id, *kind) {
                records.push(record?);
            }
        }
    }
    connector.recall(records);
    Ok(())
}

/// What a connector may take from the last backup instead of asking for it again.
fn earlier(app: &App, parent: &Snapshot) -> Arc<Earlier> {
    let manifest = &parent.manifest;
    let whole = manifest.containers.iter().filter(|entry| was_whole(manifest, entry));
    Arc::new(Earlier {
        reader: Reader::new(app.chunks(), manifest.tree),
        whole: whole.map(|entry| entry.id.clone()).collect(),
    })
}

/// Workspaces, their members and the account come whole with every discovery.
pub(super) fn write_discovered(writer: &SnapshotWriter, discovery: &Discovery) -> Result<(), Error> {
    let ids: BTreeSet<&NativeId> = discovery.records.iter().map(|record| &record.key.container).collect();
    for id in ids {
        writer.replace_container(
            id.clone(),
            discovery.records.iter().filter(|record| record.key.container == *id),
        )?;
    }
    Ok(())
}

/// Takes containers, workspaces, groups and folders out that the parent has and discovery no longer shows; names them.
/// Those that need not be gone, as a list of their kind was not whole, keep their last state.
fn remove_vanished(
    app: &App,
    writer: &SnapshotWriter,
    dialect: &dyn Dialect,
    discovery: &Discovery,
    parent: Option<&Snapshot>,
) -> Result<Vec<String>, Error> {
    let mut vanished = Vec::new();
    let Some(parent) = parent else { return Ok(vanished) };
    let reader = Reader::new(app.chunks(), parent.manifest.tree);
    for entry in &parent.manifest.containers {
        let is_listed = discovery.containers.iter().any(|info| info.id == entry.id);
        if !is_listed && !is_carried(discovery, entry) {
            writer.remove_container(entry.id.clone())?;
            vanished.push(entry.name.clone());
        }
    }
    for record in reader.places()? {
        let id = record.key.id.clone();
        let is_short = discovery.short.contains(&record.key.kind);
        if !discovery.records.iter().any(|known| known.key.container == id) && !is_short {
            writer.remove_container(id)?;
            let noun = dialect.spec(record.key.kind).map_or(record.key.kind.name(), |spec| spec.noun);
            vanished.push(format!("{noun} {}", lineage::title(dialect, &record)));
        }
    }
    Ok(vanished)
}

/// Whether a container of the parent that no list shows keeps its last state: the list of containers was not whole, and
/// the workspace is there that it lies in. What lay in a workspace that is gone went with it.
fn is_carried(discovery: &Discovery, entry: &ContainerEntry) -> bool {
    let is_there =
        |workspace: &NativeId| discovery.records.iter().any(|known| known.key.container == *workspace);
    let is_listed = discovery.containers.iter().any(|info| info.id == entry.id);
    !is_listed
        && discovery.short.contains(&Kind::Container)
        && entry.workspace.as_ref().is_none_or(|(workspace, _)| is_there(workspace))
}
