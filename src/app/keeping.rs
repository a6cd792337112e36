//! What is said about snapshots after they were taken: pinned, held, forgotten; and the rules of retention. All of it
//! is in the vault's log, so nothing is ever said without a trace.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::context::{App, entry};
use super::error::{Error, ErrorKind};
use super::runs;
use super::snapshots::{self, time};
use crate::apply::Verdict;
use crate::base::clock::Timestamp;
use crate::snapshot::manifest::{Purpose, Status};
use crate::snapshot::retention::Policy;
use crate::snapshot::{Snapshot, SnapshotId};

/// Kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pin {
    /// Why, if somebody said so.
    pub note: Option<String>,
    /// Since when.
    pub at: Timestamp,
}

/// Kept for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// The reason.
    pub reason: String,
    /// Up to this day, the day included; nothing: until it is released.
    pub until: Option<jiff::civil::Date>,
    /// Since when.
    pub at: Timestamp,
}

/// Why a snapshot is not let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// It is pinned.
    Pinned(Pin),
    /// It is held.
    Held(Hold),
    /// It is the last complete one of its connection.
    LastComplete,
    /// This run has not ended, and needs it.
    Run(String),
}

/// The stored form.
#[derive(Serialize, Deserialize)]
enum Said {
    Pinned { snapshot: SnapshotId, note: Option<String> },
    Unpinned { snapshot: SnapshotId },
    Held { snapshot: SnapshotId, reason: String, until: Option<jiff::civil::Date> },
    Released { snapshot: SnapshotId },
    Forgotten { snapshot: SnapshotId, why: String },
    Rules { connection: Option<String>, rules: Option<Policy> },
}

/// A snapshot that was given up.
#[derive(Debug, Clone)]
pub(super) struct Forgotten {
    /// The number of the log's entry that says so.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
}

/// Everything that was said, as it stands.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    pub pins: BTreeMap<SnapshotId, Pin>,
    pub holds: BTreeMap<SnapshotId, Hold>,
    pub forgotten: BTreeMap<SnapshotId, Forgotten>,
    /// The rules of the vault (nothing) and of connections.
    pub rules: BTreeMap<Option<String>, Policy>,
}

impl Keeping {
    /// Reads it from the log.
    pub(super) fn load(app: &App) -> Result<Self, Error> {
        let mut keeping = Self::default();
        for logged in app.vault.entries(entry::KEEPING)? {
            let said = serde_json::from_slice(&logged.payload).map_err(|error| Error {
                kind: ErrorKind::Damage,
                ..Error::failed(format!("entry {} of the vault's log cannot be read: {error}", logged.seq))
                    .hint("It was perhaps written by a newer boardvault.")
            })?;
            keeping.follow(logged.seq, logged.at, said);
        }
        Ok(keeping)
    }

    fn follow(&mut self, seq: u64, at: Timestamp, said: Said) {
        match said {
            Said::Pinned { snapshot, note } => drop(self.pins.insert(snapshot, Pin { note, at })),
            Said::Unpinned { snapshot } => drop(self.pins.remove(&snapshot)),
            Said::Held { snapshot, reason, until } => {
                self.holds.insert(snapshot, Hold { reason, until, at });
            }
            Said::Released { snapshot } => drop(self.holds.remove(&snapshot)),
            Said::Forgotten { snapshot, .. } => {
                self.forgotten.entry(snapshot).or_insert(Forgotten { seq, at });
            }
            Said::Rules { connection, rules: Some(rules) } => drop(self.rules.insert(connection, rules)),
            Said::Rules { connection, rules: None } => drop(self.rules.remove(&connection)),
        }
    }

    pub(super) fn forgotten_at(&self) -> BTreeMap<SnapshotId, Timestamp> {
        self.forgotten.iter().map(|(id, forgotten)| (*id, forgotten.at)).collect()
    }

    /// The rules that hold for a connection's snapshots: its own, or those of the vault; none: everything is kept.
    pub(super) fn policy(&self, connection: &str) -> Policy {
        let own = self.rules.get(&Some(connection.to_owned()));
        own.or_else(|| self.rules.get(&None)).cloned().unwrap_or_default()
    }

    fn hold(&self, id: &SnapshotId, now: Timestamp) -> Option<&Hold> {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        self.holds.get(id).filter(|hold| hold.until.is_none_or(|until| today <= until))
    }
}

/// Why snapshots are not let go, for all that there are.
pub(super) struct Protections(BTreeMap<SnapshotId, Protection>);

impl Protections {
    pub(super) fn load(app: &App, keeping: &Keeping, there: &[Snapshot]) -> Result<Self, Error> {
        let now = app.clock.now();
        let mut found = BTreeMap::new();
        for (id, run) in needed_by_runs(app)? {
            found.insert(id, Protection::Run(run));
        }
        // Later ones take the place of earlier ones, so this is the newest of each connection.
        let complete = there
            .iter()
            .filter(|one| one.manifest.purpose == Purpose::Backup && one.manifest.status == Status::Complete);
        let last: BTreeMap<&str, SnapshotId> =
            complete.map(|one| (one.manifest.connection.as_str(), one.id)).collect();
        found.extend(last.into_values().map(|id| (id, Protection::LastComplete)));
        for snapshot in there {
            if let Some(hold) = keeping.hold(&snapshot.id, now) {
                found.insert(snapshot.id, Protection::Held(hold.clone()));
            }
            if let Some(pin) = keeping.pins.get(&snapshot.id) {
                found.insert(snapshot.id, Protection::Pinned(pin.clone()));
            }
        }
        Ok(Self(found))
    }

    pub(super) fn of(&self, id: &SnapshotId) -> Option<&Protection> {
        self.0.get(id)
    }
}

/// The snapshots that runs need which have not ended: what they restore, and what was there before.
fn needed_by_runs(app: &App) -> Result<Vec<(SnapshotId, String)>, Error> {
    let mut needed = Vec::new();
    for run in runs::list(app)? {
        if run.outcome().is_some_and(|outcome| outcome.verdict != Verdict::Interrupted) {
            continue;
        }
        let source = super::planning::by_hash(app, &run.plan)?.plan.header.snapshot;
        let ids = run.safety.iter().chain([&source]).filter_map(|id| id.parse().ok());
        needed.extend(ids.map(|id| (id, run.id.clone())));
    }
    Ok(needed)
}

/// Keeps a snapshot for ever.
pub fn pin(app: &App, snapshot: &str, note: Option<String>) -> Result<SnapshotId, Error> {
    let id = snapshots::open(app, snapshot)?.id;
    say(app, &Said::Pinned { snapshot: id, note })?;
    Ok(id)
}

/// Leaves a snapshot to the rules again.
pub fn unpin(app: &App, snapshot: &str) -> Result<SnapshotId, Error> {
    let id = snapshots::open(app, snapshot)?.id;
    if !Keeping::load(app)?.pins.contains_key(&id) {
        return Err(Error::usage(format!("snapshot {} is not pinned", id.short())));
    }
    say(app, &Said::Unpinned { snapshot: id })?;
    Ok(id)
}

/// Keeps a snapshot for a reason, up to a day or until it is released.
pub fn hold(
    app: &App,
    snapshot: &str,
    reason: String,
    until: Option<jiff::civil::Date>,
) -> Result<SnapshotId, Error> {
    let id = snapshots::open(app, snapshot)?.id;
    say(app, &Said::Held { snapshot: id, reason, until })?;
    Ok(id)
}

/// Ends a hold.
pub fn release(app: &App, snapshot: &str) -> Result<SnapshotId, Error> {
    let id = snapshots::open(app, snapshot)?.id;
    if !Keeping::load(app)?.holds.contains_key(&id) {
        return Err(Error::usage(format!("snapshot {} is not held", id.short())));
    }
    say(app, &Said::Released { snapshot: id })?;
    Ok(id)
}

/// Gives a snapshot up. What only it needs comes back with the next prunes.
pub fn forget(app: &App, snapshot: &str) -> Result<SnapshotId, Error> {
    let id = snapshots::open(app, snapshot)?.id;
    let there = there(app)?;
    let protections = Protections::load(app, &Keeping::load(app)?, &there)?;
    if let Some(protection) = protections.of(&id) {
        return Err(refusal(&id, protection));
    }
    give_up(app, id, "it was asked for")?;
    Ok(id)
}

/// What is said about a snapshot, for lists.
#[derive(Debug, Clone, Serialize)]
pub struct Kept {
    /// It is pinned.
    pub pinned: Option<Pin>,
    /// It is held.
    pub held: Option<Hold>,
}

/// Pins and holds, by snapshot.
pub fn kept(app: &App) -> Result<impl Fn(&SnapshotId) -> Kept + use<>, Error> {
    let keeping = Keeping::load(app)?;
    let now = app.clock.now();
    Ok(move |id: &SnapshotId| Kept {
        pinned: keeping.pins.get(id).cloned(),
        held: keeping.hold(id, now).cloned(),
    })
}

/// The snapshots that are there, oldest first.
pub(super) fn there(app: &App) -> Result<Vec<Snapshot>, Error> {
    let mut there: Vec<Snapshot> = snapshots::catalog(app)?.newest_first().cloned().collect();
    there.reverse();
    Ok(there)
}

/// Writes down that a snapshot is given up.
pub(super) fn give_up(app: &App, snapshot: SnapshotId, why: &str) -> Result<(), Error> {
    say(app, &Said::Forgotten { snapshot, why: why.to_owned() })
}

/// Sets the rules of the vault or of a connection; nothing takes them away.
pub(super) fn set_rules(app: &App, connection: Option<String>, rules: Option<Policy>) -> Result<(), Error> {
    say(app, &Said::Rules { connection, rules })
}

fn say(app: &App, said: &Said) -> Result<(), Error> {
    let bytes = serde_json::to_vec(said).map_err(|error| Error::failed(error.to_string()))?;
    // Forgetting is what one does when the disk is full.
    app.vault.append_if_full(entry::KEEPING, &bytes)?;
    Ok(())
}

fn refusal(id: &SnapshotId, protection: &Protection) -> Error {
    let short = id.short();
    let error = |why: String| Error::failed(format!("snapshot {short} is not forgotten: {why}"));
    match protection {
        Protection::Pinned(_) => error("it is pinned".to_owned())
            .hint(format!("If it is no longer needed: boardvault snapshot unpin {short}")),
        Protection::Held(hold) => error(format!("it is held: {}", hold.reason))
            .hint(format!("If the reason has gone: boardvault snapshot release {short}")),
        Protection::LastComplete => error("it is the last complete one of its connection".to_owned())
            .hint("Take another backup first."),
        Protection::Run(run) => error(format!("run {run} has not ended and needs it"))
            .hint(format!("Finish it first: boardvault resume {run}")),
    }
}

/// When a snapshot was taken.
pub(super) fn taken(snapshot: &Snapshot) -> Timestamp {
    time(snapshot.manifest.finished_at)
}
