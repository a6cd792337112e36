//! Rules of retention: setting them, seeing what they would do, doing it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::context::App;
use super::error::Error;
use super::keeping::{self, Keeping, Protection, Protections};
use super::pruning;
use crate::base::clock::Timestamp;
use crate::snapshot::manifest::Purpose;
use crate::snapshot::retention::{Moment, Policy, Rule, Verdict};
use crate::snapshot::{Snapshot, SnapshotId};
use crate::store::live::LiveSet;

/// After so long a pause the clock is not believed until a backup was taken by it.
const LONGEST_PAUSE_DAYS: i64 = 366;

/// The rules as they are set.
#[derive(Debug, Serialize)]
pub struct Rules {
    /// Those of the vault; nothing: every snapshot is kept.
    pub vault: Option<Policy>,
    /// Those of connections that have their own.
    pub connections: BTreeMap<String, Policy>,
}

/// One snapshot and what becomes of it.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Its id.
    pub id: SnapshotId,
    /// Its connection.
    pub connection: String,
    /// When it was taken.
    pub taken: Timestamp,
    /// Whether it is forgotten.
    pub goes: bool,
    /// The rule that keeps it or lets it go, as it is typed.
    pub rule: Option<String>,
    /// What keeps it whatever the rules say.
    pub protection: Option<Protection>,
}

/// What the rules would do.
#[derive(Debug, Serialize)]
pub struct Preview {
    /// All snapshots, oldest first.
    pub snapshots: Vec<Line>,
    /// How many of them go.
    pub going: u64,
    /// Bytes that come back with the prunes after it.
    pub bytes_back: u64,
    /// Bytes that nothing needs as it is; prune gives them back in any case.
    pub bytes_unused: u64,
    /// Why the rules are not applied now: the clock cannot be right.
    pub clock: Option<String>,
}

/// What applying the rules did.
#[derive(Debug, Serialize)]
pub struct Applied {
    /// The snapshots that were forgotten, oldest first.
    pub forgotten: Vec<Line>,
    /// How many are left.
    pub kept: u64,
}

/// The rules as they are set.
pub fn show(app: &App) -> Result<Rules, Error> {
    let mut all = Keeping::load(app)?.rules;
    let vault = all.remove(&None);
    let connections = all.into_iter().filter_map(|(name, policy)| Some((name?, policy))).collect();
    Ok(Rules { vault, connections })
}

/// Sets rules for the vault or for one connection; nothing takes them away.
pub fn set(app: &App, connection: Option<String>, policy: Option<Policy>) -> Result<Rules, Error> {
    if let Some(name) = &connection {
        let known = keeping::there(app)?.iter().any(|one| one.manifest.connection == *name);
        if !known {
            super::connections::get(app, name)?;
        }
    }
    keeping::set_rules(app, connection, policy)?;
    show(app)
}

/// Rules from what was typed; none: the usual ones.
pub fn policy(rules: Vec<Rule>) -> Result<Policy, Error> {
    if rules.is_empty() {
        return Ok(Policy::usual());
    }
    Policy::new(rules).map_err(|error| Error::usage(error.to_string()))
}

/// What the rules that are set, or `instead` of them these, would do now. Changes nothing.
pub fn preview(app: &App, instead: Option<&Policy>) -> Result<Preview, Error> {
    let snapshots = decide(app, instead)?;
    let going: Vec<SnapshotId> = snapshots.iter().filter(|line| line.goes).map(|line| line.id).collect();
    let prune = app.vault.begin_prune(pruning::never())?;
    let mut live = LiveSet::default();
    pruning::mark(app, prune.needed_since(), &going, &mut live)?;
    let after = prune.needed_bytes(&live)?;
    pruning::mark(app, prune.needed_since(), &[], &mut live)?;
    let (before, all) = (prune.needed_bytes(&live)?, prune.bytes()?);
    Ok(Preview {
        going: going.len() as u64,
        bytes_back: before.saturating_sub(after),
        bytes_unused: all.saturating_sub(before),
        clock: clock_doubt(app)?,
        snapshots,
    })
}

/// Forgets what the rules let go.
pub fn apply(app: &App) -> Result<Applied, Error> {
    let lines = decide(app, None)?;
    let (going, staying): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|line| line.goes);
    if !going.is_empty()
        && let Some(doubt) = clock_doubt(app)?
    {
        return Err(Error::failed(format!("nothing was forgotten: {doubt}"))
            .hint("Set the clock right. If it is right, take a backup, and apply the rules after it.")
            .hint(
                "Single snapshots can be forgotten whatever the clock says: `boardvault snapshot forget`.",
            ));
    }
    for line in &going {
        let why = format!("by the rule {}", line.rule.as_deref().unwrap_or_default());
        keeping::give_up(app, line.id, &why)?;
    }
    Ok(Applied { forgotten: going, kept: staying.len() as u64 })
}

/// Why the clock cannot be believed when it comes to ages: it is earlier than something that has happened, or much
/// later than everything that has.
pub(super) fn clock_doubt(app: &App) -> Result<Option<String>, Error> {
    let times = keeping::there(app)?.iter().map(keeping::taken).collect::<Vec<_>>();
    let Some(newest) = times.into_iter().max() else { return Ok(None) };
    let now = app.clock.now();
    let day = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M").to_string();
    let pause = now.duration_since(newest);
    Ok(if pause.is_negative() {
        Some(format!("by the clock it is {} (UTC), and a snapshot was taken at {}", day(now), day(newest)))
    } else if pause.as_hours() > LONGEST_PAUSE_DAYS * 24 {
        Some(format!(
            "by the clock it is {} (UTC), more than a year after the newest snapshot of {}",
            day(now),
            day(newest)
        ))
    } else {
        None
    })
}

fn decide(app: &App, instead: Option<&Policy>) -> Result<Vec<Line>, Error> {
    let keeping = Keeping::load(app)?;
    let there = keeping::there(app)?;
    let protections = Protections::load(app, &keeping, &there)?;
    let now = app.clock.now().as_millisecond();
    let mut lines: BTreeMap<usize, Line> = BTreeMap::new();
    let mut by_connection: BTreeMap<&str, Vec<(usize, &Snapshot)>> = BTreeMap::new();
    for (at, snapshot) in there.iter().enumerate() {
        by_connection.entry(&snapshot.manifest.connection).or_default().push((at, snapshot));
    }
    for (connection, own) in by_connection {
        let policy = instead.cloned().unwrap_or_else(|| keeping.policy(connection));
        let moment = |(_, snapshot): &(usize, &Snapshot)| Moment {
            // What was kept before a restore holds parts of an account only, and takes no backup's place.
            lane: snapshot.manifest.purpose == Purpose::Backup,
            at: snapshot.manifest.finished_at,
            protected: protections.of(&snapshot.id).is_some(),
        };
        let verdicts = policy.decide(&own.iter().map(moment).collect::<Vec<_>>(), now);
        for ((at, snapshot), verdict) in own.into_iter().zip(verdicts) {
            lines.insert(at, line(snapshot, verdict, &protections));
        }
    }
    Ok(lines.into_values().collect())
}

fn line(snapshot: &Snapshot, verdict: Verdict, protections: &Protections) -> Line {
    Line {
        id: snapshot.id,
        connection: snapshot.manifest.connection.clone(),
        taken: keeping::taken(snapshot),
        goes: matches!(verdict, Verdict::Forget(_)),
        rule: match verdict {
            Verdict::Kept(rule) | Verdict::Forget(rule) => Some(rule.to_string()),
            Verdict::Protected | Verdict::Young => None,
        },
        protection: protections.of(&snapshot.id).cloned(),
    }
}
