//! Finding snapshots and things in them.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::context::{App, entry};
use super::error::Error;
use super::keeping;
use crate::base::clock::Timestamp;
use crate::base::hash::Hash;
use crate::model::dialect::Dialect;
use crate::model::{Kind, NativeId, Record, RecordKey};
use crate::plan::input::{Selected, Selection};
use crate::platforms;
use crate::snapshot::lineage;
use crate::snapshot::manifest::{Manifest, Purpose};
use crate::snapshot::select::{self, SelectedField};
use crate::snapshot::{Catalog, Reader, Snapshot, SnapshotId, SnapshotSpec};
use crate::store::session::Session;

/// All snapshots of the vault.
pub fn catalog(app: &App) -> Result<Catalog, Error> {
    let entries = app.vault.entries(entry::MANIFEST)?;
    let all = Catalog::from_entries(entries.iter().map(|found| found.payload.as_slice()))?;
    Ok(all.without(&keeping::Keeping::load(app)?.forgotten_at()))
}

/// A snapshot as the log has it, forgotten or not.
pub(super) struct Logged {
    /// The number of its entry in the log.
    pub seq: u64,
    /// The snapshot.
    pub snapshot: Snapshot,
}

/// All snapshots that there ever were, oldest first.
pub(super) fn history(app: &App) -> Result<Vec<Logged>, Error> {
    let entries = app.vault.entries(entry::MANIFEST)?;
    let read = |found: &crate::store::log::Entry| {
        let manifest = Manifest::decode(&found.payload)?;
        let id = SnapshotId(Hash::of(&found.payload));
        Ok(Logged { seq: found.seq, snapshot: Snapshot { id, manifest } })
    };
    entries.iter().map(read).collect()
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
    /// Prune keeps what was there when it was opened.
    _session: Session,
}

/// Opens the snapshot that `text` names.
pub fn open(app: &App, text: &str) -> Result<Opened, Error> {
    let spec: SnapshotSpec = text
        .parse()
        .map_err(|error: crate::snapshot::spec::ParseSpecError| Error::usage(error.to_string()))?;
    let session = app.vault.session();
    let catalog = catalog(app)?;
    let found =
        catalog.resolve(&spec, &TimeZone::system()).map_err(|error| Error::failed(error.to_string()))?;
    let platform = platforms::find(&found.manifest.platform)
        .ok_or_else(|| super::connections::unknown_platform(&found.manifest.platform))?;
    Ok(Opened {
        id: found.id,
        manifest: found.manifest.clone(),
        reader: Reader::new(app.chunks(), found.manifest.tree),
        dialect: platform.dialect,
        path: spec.path,
        _session: session,
    })
}

/// The snapshot with this full id.
pub(super) fn by_id(app: &App, id: &str) -> Result<Snapshot, Error> {
    let missing = || Error::failed(format!("snapshot {id} is not in this vault"));
    let id: SnapshotId = id.parse().map_err(|_| missing())?;
    let catalog = catalog(app)?;
    if let Some(at) = catalog.forgotten_at(&id) {
        let day = at.strftime("%Y-%m-%d");
        return Err(Error::failed(format!("snapshot {} was forgotten on {day}", id.short())));
    }
    catalog.get(&id).cloned().ok_or_else(missing)
}

/// Makes a snapshot durable.
pub(super) fn commit(app: &App, manifest: &Manifest) -> Result<SnapshotId, Error> {
    app.vault.append(entry::MANIFEST, &manifest.encode()?)?;
    Ok(manifest.id()?)
}

/// The number of the connection's next snapshot.
pub(super) fn next_number(catalog: &Catalog, connection: &str) -> u64 {
    catalog.last_number(connection) + 1
}

/// How many backups of a connection there were since one that read everything.
pub(super) fn since_full_pass(catalog: &Catalog, connection: &str) -> u64 {
    let backups = catalog
        .newest_first()
        .filter(|found| found.manifest.connection == connection && found.manifest.purpose == Purpose::Backup);
    backups.take_while(|found| !found.manifest.full_pass).count() as u64
}

/// Where in the log the snapshot stands that the newest backup of a connection was built upon; 0 when there is none.
/// Forgetting snapshots does not move it back.
pub(super) fn position_before_latest(history: &[Logged], connection: &str) -> u64 {
    let is_backup = |found: &&Logged| {
        let manifest = &found.snapshot.manifest;
        manifest.purpose == Purpose::Backup && manifest.connection == connection
    };
    let parent = history.iter().rev().find(is_backup).and_then(|found| found.snapshot.manifest.parent);
    history.iter().find(|found| Some(found.snapshot.id) == parent).map_or(0, |found| found.seq)
}

/// So many records of a kind, in the words of their platform.
pub struct Held {
    /// The kind.
    pub kind: Kind,
    /// One of them.
    pub noun: &'static str,
    /// Several of them.
    pub plural: &'static str,
    /// How many there are.
    pub count: u64,
}

/// What a snapshot holds; what people call otherwise than the rest of its kind is told apart, as far as it can be read.
pub fn held(app: &App, manifest: &Manifest) -> Vec<Held> {
    let dialect = platforms::find(&manifest.platform).map(|platform| platform.dialect);
    let reader = Reader::new(app.chunks(), manifest.tree);
    let reader = &reader;
    let guised = |kind| {
        let guises = dialect.map_or(&[][..], |dialect| dialect.guises()).iter();
        guises.filter(move |guise| guise.kind == kind).map(move |guise| {
            let count = reader.container_kind(&guise.place.into(), kind).flatten().count() as u64;
            Held { kind, noun: guise.noun, plural: guise.plural, count }
        })
    };
    let mut held = Vec::new();
    for (&kind, &all) in &manifest.counts {
        let apart: Vec<Held> = guised(kind).collect();
        let count = all.saturating_sub(apart.iter().map(|held| held.count).sum());
        let spec = dialect.and_then(|dialect| dialect.spec(kind));
        let (noun, plural) = spec.map_or((kind.name(), kind.name()), |spec| (spec.noun, spec.plural));
        held.push(Held { kind, noun, plural, count });
        held.extend(apart);
    }
    held.retain(|held| held.count > 0);
    held
}

/// A manifest's milliseconds as a time.
pub fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

/// What people know a record by.
pub(super) fn title(dialect: &dyn Dialect, record: &Record) -> String {
    lineage::title(dialect, record)
}

impl Opened {
    /// When the reading of the snapshot ended.
    pub fn taken(&self) -> Timestamp {
        time(self.manifest.finished_at)
    }

    /// The snapshot in half a sentence.
    pub fn describe(&self) -> String {
        format!("From snapshot {} of {}, {}.", self.id.short(), self.manifest.connection, self.taken())
    }

    /// The ids under which there are records outside of containers: workspaces, groups, folders, the account.
    pub(super) fn places(&self) -> Result<Vec<NativeId>, Error> {
        let containers: BTreeSet<&NativeId> =
            self.manifest.containers.iter().map(|entry| &entry.id).collect();
        let mut ids = self.reader.container_ids()?;
        ids.retain(|id| !containers.contains(id));
        Ok(ids)
    }

    /// Ids and names of the workspaces that its containers lie in.
    pub(super) fn workspaces(&self) -> impl Iterator<Item = (NativeId, String)> {
        self.manifest.containers.iter().filter_map(|entry| entry.workspace.clone())
    }

    /// What the path in the snapshot's name and `only` select, for the planner; and these paths.
    pub(super) fn selection(&self, only: &[String]) -> Result<(Selection, Vec<String>), Error> {
        let texts: Vec<String> = self.path.iter().chain(only).cloned().collect();
        if texts.is_empty() {
            return Ok((Selection::Everything, texts));
        }
        let mut selected = Vec::new();
        for text in &texts {
            selected.extend(self.resolve(text)?);
        }
        Ok((Selection::Only(selected), texts))
    }

    /// The records that the path in the snapshot's name leads to.
    pub(super) fn selected_keys(&self) -> Result<Vec<RecordKey>, Error> {
        let found = self.path.as_deref().map(|path| self.resolve(path)).transpose()?.unwrap_or_default();
        Ok(found.into_iter().map(|selected| selected.key).collect())
    }

    /// The containers that the path in the snapshot's name leads to or into; without a path all of them.
    pub(super) fn selected_containers(&self) -> Result<Vec<NativeId>, Error> {
        let (selection, _) = self.selection(&[])?;
        Ok(self.containers_of(&selection).into_iter().collect())
    }

    /// The containers and workspaces in which the path in the snapshot's name selects something.
    pub(super) fn selected_places(&self) -> Result<Vec<NativeId>, Error> {
        let (selection, _) = self.selection(&[])?;
        Ok(self.containers_of(&selection).into_iter().chain(self.places_of(&selection)?).collect())
    }

    /// The containers in which something is selected.
    pub(super) fn containers_of(&self, selection: &Selection) -> BTreeSet<NativeId> {
        match selection {
            Selection::Everything => self.manifest.containers.iter().map(|entry| entry.id.clone()).collect(),
            Selection::Only(selected) => selected
                .iter()
                .flat_map(|selected| match selected.key.kind {
                    Kind::Workspace => self.containers_in(&selected.key.id),
                    _ => vec![selected.key.container.clone()],
                })
                .collect(),
        }
    }

    /// The workspaces that are selected or that selected containers lie in.
    pub(super) fn workspaces_of(&self, selection: &Selection) -> BTreeSet<NativeId> {
        let containers = self.containers_of(selection);
        let around = self.manifest.containers.iter().filter(|entry| containers.contains(&entry.id));
        let mut found: BTreeSet<NativeId> =
            around.filter_map(|entry| entry.workspace.as_ref()).map(|(id, _)| id.clone()).collect();
        if let Selection::Only(selected) = selection {
            found.extend(
                selected.iter().filter(|one| one.key.kind == Kind::Workspace).map(|one| one.key.id.clone()),
            );
        }
        found
    }

    /// The workspaces of a selection, with the groups and folders in them.
    pub(super) fn places_of(&self, selection: &Selection) -> Result<BTreeSet<NativeId>, Error> {
        if matches!(selection, Selection::Everything) {
            return Ok(self.reader.places()?.into_iter().map(|record| record.key.id).collect());
        }
        let mut found = self.workspaces_of(selection);
        let inside = |record: &Record| {
            let spec = self.dialect.spec(record.key.kind)?;
            crate::model::lineage::workspace(spec, record).map(|key| key.id)
        };
        let below: Vec<NativeId> = self
            .reader
            .places()?
            .iter()
            .filter(|record| inside(record).is_some_and(|workspace| found.contains(&workspace)))
            .map(|record| record.key.id.clone())
            .collect();
        found.extend(below);
        Ok(found)
    }

    /// The containers of a workspace.
    pub(super) fn containers_in(&self, workspace: &NativeId) -> Vec<NativeId> {
        let inside = |entry: &&crate::snapshot::manifest::ContainerEntry| {
            entry.workspace.as_ref().is_some_and(|(id, _)| id == workspace)
        };
        self.manifest.containers.iter().filter(inside).map(|entry| entry.id.clone()).collect()
    }

    /// Whether `key` is one of `selected` or hangs on one of them in this snapshot.
    pub(super) fn lies_in(&self, key: &RecordKey, selected: &[RecordKey]) -> Result<bool, Error> {
        let whole = |one: &RecordKey| match one.kind {
            Kind::Workspace => {
                one.id == key.container || self.containers_in(&one.id).contains(&key.container)
            }
            Kind::Container => one.container == key.container,
            _ => one == key,
        };
        if selected.iter().any(whole) {
            return Ok(true);
        }
        let Some(record) = self.reader.get(key)? else { return Ok(false) };
        let above = lineage::ancestors(&self.reader, self.dialect, &record)?;
        Ok(above.iter().any(|record| selected.contains(&record.key)))
    }

    fn resolve(&self, text: &str) -> Result<Vec<Selected>, Error> {
        let found = select::resolve(&self.reader, self.dialect, text).map_err(|error| {
            Error::usage(error.to_string())
                .hint(format!("`boardvault show {}` lists what is there.", self.id.short()))
        })?;
        let whole = |key: RecordKey| Selected { key, field: None };
        Ok(match (found.record().cloned(), found.field) {
            (Some(key), None) => vec![whole(key)],
            (None, _) => found.containers.into_iter().map(whole).collect(),
            (Some(key), Some(SelectedField::Native(field))) => vec![Selected { key, field: Some(field) }],
            (Some(_), Some(SelectedField::Custom { values, .. })) if values.is_empty() => {
                return Err(Error::usage(format!(
                    "`{text}` has no value in this snapshot, so there is nothing to restore"
                )));
            }
            (Some(_), Some(SelectedField::Custom { values, .. })) => values.into_iter().map(whole).collect(),
        })
    }
}
