//! Finding snapshots and things in them.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::context::{App, entry};
use super::error::Error;
use crate::base::clock::Timestamp;
use crate::model::dialect::Dialect;
use crate::model::{Kind, NativeId, Record, RecordKey};
use crate::plan::input::{Selected, Selection};
use crate::platforms;
use crate::snapshot::lineage;
use crate::snapshot::manifest::{Manifest, Purpose};
use crate::snapshot::select;
use crate::snapshot::{Catalog, Reader, Snapshot, SnapshotId, SnapshotSpec};
use crate::store::chunks::Chunks;

/// All snapshots of the vault.
pub fn catalog(app: &App) -> Result<Catalog, Error> {
    let entries = app.vault.entries(entry::MANIFEST)?;
    Ok(Catalog::from_entries(entries.iter().map(|found| found.payload.as_slice()))?)
}

/// A snapshot that is open, and the path that was typed with it.
pub struct Opened {
    /// Its id.
    pub id: SnapshotId,
    /// Its description.
    pub manifest: Manifest,
    /// Its records.
    pub reader: Reader,
    /// Its platform's tables.
    pub dialect: &'static dyn Dialect,
    /// The path inside it.
    pub path: Option<String>,
}

/// Opens the snapshot that `text` names.
pub fn open(app: &App, text: &str) -> Result<Opened, Error> {
    let spec: SnapshotSpec = text.parse().map_err(|error: crate::snapshot::spec::ParseSpecError| Error::usage(error.to_string()))?;
    let catalog = catalog(app)?;
    let found = catalog.resolve(&spec, &TimeZone::system()).map_err(|error| Error::failed(error.to_string()))?;
    let platform = platforms::find(&found.manifest.platform)
        .ok_or_else(|| super::connections::unknown_platform(&found.manifest.platform))?;
    Ok(Opened {
        id: found.id,
        manifest: found.manifest.clone(),
        reader: Reader::new(app.chunks(), found.manifest.tree),
        dialect: platform.dialect,
        path: spec.path,
    })
}

/// The snapshot with this full id.
pub(super) fn by_id(app: &App, id: &str) -> Result<Snapshot, Error> {
    let missing = || Error::failed(format!("snapshot {id} is not in this vault"));
    let id: SnapshotId = id.parse().map_err(|_| missing())?;
    catalog(app)?.get(&id).cloned().ok_or_else(missing)
}

/// Makes a snapshot durable.
pub(super) fn commit(app: &App, manifest: &Manifest) -> Result<SnapshotId, Error> {
    app.vault.append(entry::MANIFEST, &manifest.encode()?)?;
    Ok(manifest.id()?)
}

/// The number of the connection's next snapshot.
pub(super) fn next_number(catalog: &Catalog, connection: &str) -> u64 {
    let numbers = catalog.newest_first().filter(|found| found.manifest.connection == connection).map(|found| found.manifest.number);
    numbers.max().unwrap_or(0) + 1
}

/// How many backups of a connection there were since one that read everything.
pub(super) fn since_full_pass(catalog: &Catalog, connection: &str) -> u64 {
    let backups = catalog
        .newest_first()
        .filter(|found| found.manifest.connection == connection && found.manifest.purpose == Purpose::Backup);
    backups.take_while(|found| !found.manifest.full_pass).count() as u64
}

/// Where in the log a snapshot stands.
pub(super) fn position(app: &App, id: SnapshotId) -> Result<u64, Error> {
    let entries = app.vault.entries(entry::MANIFEST)?;
    let found = entries.iter().find(|found| SnapshotId(crate::base::hash::Hash::of(&found.payload)) == id);
    Ok(found.map_or(0, |found| found.seq))
}

/// A manifest's milliseconds as a time.
pub fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

/// What people know a record by.
pub(super) fn title(dialect: &dyn Dialect, record: &Record) -> String {
    lineage::title(dialect, record)
}
