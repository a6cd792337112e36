//! The snapshots of a vault, and finding one among them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::SnapshotError;
use super::manifest::{Manifest, Purpose, SnapshotId};
use super::spec::{SnapshotSpec, Which};
use crate::base::hash::Hash;

/// At most this many snapshots are listed in an error.
const LISTED: usize = 8;

/// A snapshot in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its id.
    pub id: SnapshotId,
    /// Its description.
    pub manifest: Manifest,
}

/// All snapshots, oldest first, as the catalogue log has them.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    snapshots: Vec<Snapshot>,
    forgotten: Vec<(Snapshot, Timestamp)>,
}

/// No snapshot, or not exactly one, is meant.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// There is none.
    #[error("the vault holds no snapshots yet; take one with `boardvault backup NAME`")]
    Empty,
    /// No id begins like this.
    #[error("no snapshot's id begins with `{prefix}`; there {}", list(existing))]
    Unknown {
        /// What was typed.
        prefix: String,
        /// The newest snapshots.
        existing: Vec<String>,
    },
    /// There was such a snapshot.
    #[error("snapshot {snapshot} was forgotten on {}, so nothing of it can be read any more", day(*at))]
    Forgotten {
        /// The snapshot.
        snapshot: String,
        /// When it was forgotten.
        at: Timestamp,
    },
    /// Several ids begin like this.
    #[error("several snapshots' ids begin with `{prefix}`, write more digits; there {}", list(candidates))]
    Ambiguous {
        /// What was typed.
        prefix: String,
        /// The snapshots that it fits.
        candidates: Vec<String>,
    },
    /// No snapshot belongs to such a connection.
    #[error("there are no backups of a connection `{connection}`; with backups there {}", list(known))]
    NoConnection {
        /// What was typed.
        connection: String,
        /// The connections that have backups.
        known: Vec<String>,
    },
    /// All backups of the connection are later.
    #[error("`{connection}` has no backup from {time} or before; there {}", list(existing))]
    NoneThen {
        /// The connection.
        connection: String,
        /// What was typed.
        time: String,
        /// The oldest backups of the connection.
        existing: Vec<String>,
    },
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn list(lines: &[String]) -> String {
    match lines {
        [] => "are none".to_owned(),
        [one] => format!("is {one}"),
        more => format!("are {}", more.join("; ")),
    }
}

impl Catalog {
    /// Reads the manifests of the catalogue log, in the order of the log.
    pub fn from_entries<'a>(payloads: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, SnapshotError> {
        let read = |payload| {
            let manifest = Manifest::decode(payload)?;
            Ok(Snapshot { id: SnapshotId(Hash::of(payload)), manifest })
        };
        let snapshots = payloads.into_iter().map(read).collect::<Result<_, SnapshotError>>()?;
        Ok(Self { snapshots, forgotten: Vec::new() })
    }

    /// Leaves snapshots out that were forgotten at these times. Only an error message still knows them.
    #[must_use]
    pub fn without(self, forgotten: &BTreeMap<SnapshotId, Timestamp>) -> Self {
        let mut left = Self { snapshots: Vec::new(), forgotten: self.forgotten };
        for snapshot in self.snapshots {
            match forgotten.get(&snapshot.id) {
                Some(at) => left.forgotten.push((snapshot, *at)),
                None => left.snapshots.push(snapshot),
            }
        }
        left
    }

    /// When a snapshot was forgotten.
    pub fn forgotten_at(&self, id: &SnapshotId) -> Option<Timestamp> {
        self.forgotten.iter().find(|(snapshot, _)| snapshot.id == *id).map(|(_, at)| *at)
    }

    /// The greatest number of a connection's snapshots, those that were forgotten included; 0 when there are none.
    pub fn last_number(&self, connection: &str) -> u64 {
        let all = self.snapshots.iter().chain(self.forgotten.iter().map(|(snapshot, _)| snapshot));
        let own = all.filter(|snapshot| snapshot.manifest.connection == connection);
        own.map(|snapshot| snapshot.manifest.number).max().unwrap_or(0)
    }

    /// All snapshots, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Snapshot> {
        self.snapshots.iter().rev()
    }

    /// The snapshot with this id.
    pub fn get(&self, id: &SnapshotId) -> Option<&Snapshot> {
        self.snapshots.iter().find(|snapshot| snapshot.id == *id)
    }

    /// The newest backup of a connection. Safety snapshots and scans are no backups.
    pub fn latest(&self, connection: &str) -> Option<&Snapshot> {
        self.backups(connection).next()
    }

    /// The snapshot that is meant; `zone` is the zone of times without an offset.
    pub fn resolve(&self, spec: &SnapshotSpec, zone: &TimeZone) -> Result<&Snapshot, CatalogError> {
        if self.snapshots.is_empty() && self.forgotten.is_empty() {
            return Err(CatalogError::Empty);
        }
        match &spec.which {
            Which::Prefix(prefix) => self.by_prefix(prefix),
            Which::Latest { connection } => {
                self.latest(connection).ok_or_else(|| self.no_connection(connection))
            }
            Which::At { connection, time } => {
                if self.latest(connection).is_none() {
                    return Err(self.no_connection(connection));
                }
                let end = time.end_ms(zone).unwrap_or(i64::MIN);
                self.backups(connection).find(|backup| backup.manifest.finished_at <= end).ok_or_else(|| {
                    let mut oldest: Vec<_> = self.backups(connection).map(describe).collect();
                    oldest.reverse();
                    oldest.truncate(LISTED);
                    CatalogError::NoneThen {
                        connection: connection.clone(),
                        time: time.to_string(),
                        existing: oldest,
                    }
                })
            }
        }
    }

    /// The backups of a connection, newest first.
    fn backups(&self, connection: &str) -> impl Iterator<Item = &Snapshot> {
        self.newest_first().filter(move |snapshot| {
            snapshot.manifest.purpose == Purpose::Backup && snapshot.manifest.connection == connection
        })
    }

    fn by_prefix(&self, prefix: &str) -> Result<&Snapshot, CatalogError> {
        let mut found = self.newest_first().filter(|snapshot| snapshot.id.to_string().starts_with(prefix));
        let prefix = prefix.to_owned();
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one),
            (Some(one), Some(two)) => {
                let candidates = [one, two].into_iter().chain(found).take(LISTED).map(describe).collect();
                Err(CatalogError::Ambiguous { prefix, candidates })
            }
            _ => {
                let gone =
                    |(snapshot, _): &&(Snapshot, Timestamp)| snapshot.id.to_string().starts_with(&prefix);
                if let Some((snapshot, at)) = self.forgotten.iter().rev().find(gone) {
                    return Err(CatalogError::Forgotten { snapshot: describe(snapshot), at: *at });
                }
                let existing = self.newest_first().take(LISTED).map(describe).collect();
                Err(CatalogError::Unknown { prefix, existing })
            }
        }
    }

    fn no_connection(&self, connection: &str) -> CatalogError {
        let backups = self.snapshots.iter().filter(|snapshot| snapshot.manifest.purpose == Purpose::Backup);
        let mut known: Vec<_> = backups.map(|backup| backup.manifest.connection.clone()).collect();
        known.sort();
        known.dedup();
        CatalogError::NoConnection { connection: connection.to_owned(), known }
    }
}

/// One snapshot in a list inside a sentence.
fn describe(snapshot: &Snapshot) -> String {
    let manifest = &snapshot.manifest;
    let time = Timestamp::from_millisecond(manifest.finished_at).unwrap_or_default();
    let note = match &manifest.purpose {
        Purpose::Backup => String::new(),
        Purpose::Safety { run } => format!(", before run {run}"),
        Purpose::Scan => ", a scan".to_owned(),
    };
    format!("{} ({}, {time}{note})", snapshot.id.short(), manifest.connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::testing::manifest;

    const DAY: i64 = 86_400_000;

    fn catalog(manifests: &[Manifest]) -> Catalog {
        let payloads: Vec<_> = manifests.iter().map(|manifest| manifest.encode().unwrap()).collect();
        Catalog::from_entries(payloads.iter().map(Vec::as_slice)).unwrap()
    }

    fn sample() -> Catalog {
        let safety =
            Manifest { purpose: Purpose::Safety { run: "r1".to_owned() }, ..manifest("work", 3, 3 * DAY) };
        catalog(&[manifest("work", 1, DAY), manifest("home", 1, DAY), manifest("work", 2, 2 * DAY), safety])
    }

    fn resolve(catalog: &Catalog, spec: &str) -> Result<(String, u64), String> {
        let spec = spec.parse::<SnapshotSpec>().unwrap();
        let found = catalog.resolve(&spec, &TimeZone::UTC).map_err(|error| error.to_string())?;
        Ok((found.manifest.connection.clone(), found.manifest.number))
    }

    #[test]
    fn latest_is_the_newest_backup_and_not_a_safety_snapshot() {
        assert_eq!(resolve(&sample(), "work@latest"), Ok(("work".to_owned(), 2)));
        assert_eq!(resolve(&sample(), "home@latest"), Ok(("home".to_owned(), 1)));
    }

    #[test]
    fn a_time_means_the_newest_backup_that_is_not_later() {
        let catalog = sample();
        assert_eq!(resolve(&catalog, "work@1970-01-02"), Ok(("work".to_owned(), 1)));
        assert_eq!(resolve(&catalog, "work@1970-01-03T00:00"), Ok(("work".to_owned(), 2)));
        assert_eq!(resolve(&catalog, "work@2026-11-21"), Ok(("work".to_owned(), 2)));
        let error = resolve(&catalog, "work@1970-01-01").unwrap_err();
        assert!(error.contains("1970-01-02T00:00:00Z"), "{error}");
    }

    #[test]
    fn a_prefix_names_any_snapshot() {
        let catalog = sample();
        for snapshot in catalog.newest_first() {
            let spec = snapshot.id.short().parse().unwrap();
            assert_eq!(catalog.resolve(&spec, &TimeZone::UTC).unwrap(), snapshot);
            assert_eq!(catalog.get(&snapshot.id), Some(snapshot));
        }
    }

    #[test]
    fn unknown_names_say_what_there_is() {
        let error = resolve(&sample(), "0000000000").unwrap_err();
        assert!(error.contains("before run r1") && error.contains("home"), "{error}");
        let error = resolve(&sample(), "office@latest").unwrap_err();
        assert!(error.ends_with("there are home; work"), "{error}");
        assert!(resolve(&Catalog::default(), "work@latest").unwrap_err().contains("backup NAME"));
    }

    #[test]
    fn a_forgotten_snapshot_is_named_when_it_is_asked_for_and_met_nowhere_else() {
        let all = sample();
        let second = all.latest("work").unwrap().id;
        let at = "2026-11-22T10:00:00Z".parse().unwrap();
        let catalog = all.without(&BTreeMap::from([(second, at)]));
        assert_eq!(resolve(&catalog, "work@latest"), Ok(("work".to_owned(), 1)));
        let error = resolve(&catalog, &second.short()).unwrap_err();
        assert!(error.contains("forgotten on 2026-11-22") && error.contains(&second.short()), "{error}");
        assert_eq!((catalog.get(&second), catalog.forgotten_at(&second)), (None, Some(at)));
        assert_eq!(catalog.newest_first().count(), 3);
        assert_eq!(catalog.last_number("work"), 3, "numbers are not used twice");
        let none = sample().without(&sample().newest_first().map(|found| (found.id, at)).collect());
        assert!(resolve(&none, "work@latest").unwrap_err().contains("there are none"));
        assert!(resolve(&none, &second.short()).unwrap_err().contains("forgotten"));
    }

    #[test]
    fn an_ambiguous_prefix_lists_its_candidates() {
        let many: Vec<_> = (0..2_000).map(|number| manifest("work", number, DAY)).collect();
        let catalog = catalog(&many);
        let mut ids: Vec<_> = catalog.newest_first().map(|snapshot| snapshot.id.to_string()).collect();
        ids.sort();
        let pair =
            ids.windows(2).find(|pair| pair[0][..4] == pair[1][..4]).expect("two of 2,000 share 4 digits");
        let error = resolve(&catalog, &pair[0][..4]).unwrap_err();
        assert!(error.contains(&pair[0][..12]) && error.contains(&pair[1][..12]), "{error}");
    }
}
