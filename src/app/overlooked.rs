//! What a backup did not look at again: a container whose version stands still is not read, and some changes move no
//! version.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::context::App;
use super::due;
use super::error::Error;
use super::snapshots;
use crate::base::clock::Timestamp;
use crate::platforms;
use crate::snapshot::manifest::{Manifest, Purpose};
use crate::snapshot::{Snapshot, SnapshotId};

/// What may have changed unseen since it was last read, in all containers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overlooked {
    /// In the words of the platform's users.
    pub what: &'static [&'static str],
    /// When a backup last read it in all containers.
    pub since: Timestamp,
    /// That backup.
    pub snapshot: SnapshotId,
    /// So many backups ago that was.
    pub backups: u64,
}

/// All backups that there ever were, by connection, oldest first: what was forgotten was read nevertheless.
pub struct Backups(BTreeMap<String, Vec<Snapshot>>);

impl Backups {
    /// Reads their descriptions.
    pub fn load(app: &App) -> Result<Self, Error> {
        let history = snapshots::history(app)?.into_iter().map(|logged| logged.snapshot);
        Ok(Self::of(history))
    }

    fn of(history: impl IntoIterator<Item = Snapshot>) -> Self {
        let mut backups: BTreeMap<String, Vec<Snapshot>> = BTreeMap::new();
        for snapshot in history {
            if snapshot.manifest.purpose == Purpose::Backup {
                backups.entry(snapshot.manifest.connection.clone()).or_default().push(snapshot);
            }
        }
        Self(backups)
    }

    /// What a backup took over from the one before without having looked; nothing where it read everything.
    pub fn overlooked(&self, manifest: &Manifest) -> Option<Overlooked> {
        let what = platforms::find(&manifest.platform)?.dialect.unversioned();
        if what.is_empty() || manifest.purpose != Purpose::Backup || is_whole(manifest) {
            return None;
        }
        let all = self.0.get(&manifest.connection)?;
        let before = all.iter().rev().skip_while(|found| found.manifest.number >= manifest.number);
        let before: Vec<&Snapshot> = before.collect();
        let parent = before.iter().find(|found| Some(found.id) == manifest.parent)?;
        if !has_unchanged(manifest, &parent.manifest) {
            return None;
        }
        let (ago, whole) = before.iter().enumerate().find(|(_, found)| is_whole(&found.manifest))?;
        let since = snapshots::time(whole.manifest.finished_at);
        Some(Overlooked { what, since, snapshot: whole.id, backups: ago as u64 + 1 })
    }
}

/// Whether a backup read every container, and all that is in it.
fn is_whole(manifest: &Manifest) -> bool {
    let is_pass = manifest.full_pass || manifest.parent.is_none();
    is_pass && manifest.containers.iter().all(|entry| due::was_whole(manifest, entry))
}

/// Whether a container has the version that it had in the backup before.
fn has_unchanged(manifest: &Manifest, parent: &Manifest) -> bool {
    let versions: BTreeSet<_> = parent.containers.iter().map(|entry| (&entry.id, &entry.version)).collect();
    let mut own = manifest.containers.iter().filter(|entry| entry.version.is_some());
    own.any(|entry| versions.contains(&(&entry.id, &entry.version)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::manifest::ContainerEntry;
    use crate::snapshot::testing::manifest;

    /// A backup of a sheet at a version, after the others.
    fn backup(history: &mut Vec<Snapshot>, version: &str, full_pass: bool) -> Manifest {
        let parent = history.last().map(|last| last.id);
        let number = history.len() as u64 + 1;
        let sheet = ContainerEntry {
            id: "s".into(),
            name: "Plan".to_owned(),
            workspace: None,
            closed: false,
            version: Some(version.to_owned()),
            records: 1,
            carried_from: None,
        };
        let finished_at = i64::try_from(number).unwrap() * 1_000;
        let taken = Manifest {
            platform: "smartsheet".to_owned(),
            parent,
            full_pass,
            containers: vec![sheet],
            ..manifest("work", number, finished_at)
        };
        history.push(Snapshot { id: taken.id().unwrap(), manifest: taken.clone() });
        taken
    }

    #[test]
    fn what_no_version_tells_is_as_old_as_the_last_backup_that_read_all() {
        let mut history = Vec::new();
        let taken: Vec<Manifest> = [("1", false), ("1", false), ("1", true), ("1", false), ("1", false)]
            .map(|(version, full)| backup(&mut history, version, full))
            .into();
        let ids: Vec<SnapshotId> = history.iter().map(|snapshot| snapshot.id).collect();
        let backups = Backups::of(history);
        let told: Vec<_> = taken
            .iter()
            .map(|manifest| backups.overlooked(manifest).map(|told| (told.snapshot, told.backups)))
            .collect();
        assert_eq!(told, [None, Some((ids[0], 1)), None, Some((ids[2], 1)), Some((ids[2], 2))]);
        let last = backups.overlooked(&taken[4]).unwrap();
        assert_eq!(last.since, snapshots::time(taken[2].finished_at));
        assert!(last.what.contains(&"shares"), "{:?}", last.what);
    }

    #[test]
    fn where_every_version_has_moved_everything_was_read() {
        let mut history = Vec::new();
        backup(&mut history, "1", false);
        let second = backup(&mut history, "2", false);
        assert_eq!(Backups::of(history).overlooked(&second), None);
    }
}
