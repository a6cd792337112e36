//! Giving back the space of what no snapshot needs any more.

use jiff::SignedDuration;
use serde::Serialize;

use super::context::{App, entry};
use super::error::{Error, ErrorKind};
use super::keeping::Keeping;
use super::progress::{News, Progress};
use super::{downloads, planning, retention, snapshots};
use crate::snapshot::SnapshotId;
use crate::snapshot::marking;
use crate::store::live::LiveSet;
use crate::store::prune::{Grace, PruneReport};

/// Percent of what is needed that may be wasted before packs are written anew.
pub const WASTE: u8 = 5;

/// The kinds of entries in the log whose references are known here: those of the use cases, and those of the store.
const KNOWN: &[std::ops::RangeInclusive<u8>] = &[1..=entry::KEEPING, 253..=255];

/// With no grace, so many passes in a row find everything that there is to find.
const PASSES: u32 = 4;

/// How to prune.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long a pack that was given up stays.
    pub grace: SignedDuration,
    /// How many prunes must have found it unneeded.
    pub cycles: u64,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What a prune did, or would do.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Pruned {
    /// Nothing was done, it was only worked out.
    pub dry_run: bool,
    /// What was done, or worked out.
    #[serde(flatten)]
    pub report: PruneReport,
}

/// Looks up everything that is needed, and gives up what is not.
pub fn prune(app: &App, options: Options, progress: &dyn Progress) -> Result<Pruned, Error> {
    let mut total = pass(app, options, progress)?;
    let at_once = options.grace.is_zero() && options.cycles == 0 && !options.dry_run;
    for _ in 1..PASSES {
        // A pack goes two passes after it is found: one gives it up, the next one deletes it.
        if !at_once || total.doomed + total.waiting == 0 {
            break;
        }
        let next = pass(app, options, progress)?;
        total = PruneReport {
            removed: total.removed + next.removed,
            removed_bytes: total.removed_bytes + next.removed_bytes,
            copied_bytes: total.copied_bytes + next.copied_bytes,
            ..next
        };
    }
    Ok(Pruned { dry_run: options.dry_run, report: total })
}

/// A grace that nothing outlives, for looking only.
pub(super) fn never() -> Grace {
    Grace { age: SignedDuration::MAX, cycles: u64::MAX, now: None }
}

fn pass(app: &App, options: Options, progress: &dyn Progress) -> Result<PruneReport, Error> {
    let now = if retention::clock_doubt(app)?.is_none() { Some(app.clock.now()) } else { None };
    let prune = app.vault.begin_prune(Grace { age: options.grace, cycles: options.cycles, now })?;
    progress.tell(News::Phase { what: "Looking up what is needed".to_owned(), total: None });
    let mut live = LiveSet::default();
    mark(app, prune.needed_since(), &[], &mut live)?;
    let plan = prune.plan(&live, WASTE)?;
    if options.dry_run {
        return Ok(plan.foreseen());
    }
    progress.tell(News::Phase { what: "Giving up what is not".to_owned(), total: None });
    Ok(prune.run(&live, &plan)?)
}

/// Marks all that is needed, but for what only the snapshots in `without` need. What was forgotten after the entry
/// `since` of the log is still needed.
pub(super) fn mark(
    app: &App,
    since: Option<u64>,
    without: &[SnapshotId],
    live: &mut LiveSet,
) -> Result<(), Error> {
    let unknown =
        app.vault.entry_kinds().into_iter().find(|kind| !KNOWN.iter().any(|known| known.contains(kind)));
    if let Some(kind) = unknown {
        let what = format!("the vault's log has entries of kind {kind}, and what they need is not known");
        return Err(Error { kind: ErrorKind::Damage, ..Error::failed(what) }
            .hint("They were perhaps written by a newer boardvault; use that one."));
    }
    let chunks = app.chunks();
    let forgotten = Keeping::load(app)?.forgotten;
    let is_needed = |id: &SnapshotId| {
        let given_up = forgotten.get(id).is_some_and(|at| since.is_none_or(|since| at.seq <= since));
        !given_up && !without.contains(id)
    };
    for found in snapshots::history(app)?.iter().filter(|found| is_needed(&found.snapshot.id)) {
        let of_snapshot = |error: crate::snapshot::SnapshotError| {
            let what = format!("snapshot {}", found.snapshot.id.short());
            Error::from(error)
                .while_doing(&what)
                .hint("Nothing was changed. `boardvault verify` shows what is damaged; a snapshot that is can be forgotten.")
        };
        marking::mark_tree(&*chunks, &found.snapshot.manifest.tree, live).map_err(of_snapshot)?;
    }
    for blob in downloads::referable(app, since)? {
        marking::mark_blob(&*chunks, blob, live)?;
    }
    live.extend(&planning::documents(app)?);
    live.extend(app.vault.family_vocabularies()?.iter().map(|(_, id)| id));
    Ok(())
}
