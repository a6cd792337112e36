//! What can be typed about keeping house: single snapshots, rules of retention, prune.

use clap::{Args, Subcommand};
use jiff::civil::Date;

use crate::snapshot::retention::Rule;

/// What can be done with single snapshots.
#[derive(Debug, Subcommand)]
pub(super) enum SnapshotCommand {
    /// Keep a snapshot for ever, whatever the rules of retention say.
    Pin {
        /// SNAPSHOT.
        snapshot: String,
        /// Why, for those who come after.
        #[arg(long)]
        note: Option<String>,
    },
    /// Leave a pinned snapshot to the rules again.
    Unpin {
        /// SNAPSHOT.
        snapshot: String,
    },
    /// Keep a snapshot for a reason, up to a day or until it is released.
    Hold {
        /// SNAPSHOT.
        snapshot: String,
        /// The reason.
        #[arg(long)]
        reason: String,
        /// The last day of the hold.
        #[arg(long, value_name = "DATE")]
        until: Option<Date>,
    },
    /// End a hold.
    Release {
        /// SNAPSHOT.
        snapshot: String,
    },
    /// Give a snapshot up. There is no way back; its space comes back with `prune`.
    Forget {
        /// SNAPSHOT.
        snapshot: String,
    },
}

/// What can be done with the rules of retention.
#[derive(Debug, Subcommand)]
pub(super) enum RetentionCommand {
    /// Set rules in place of those that are set. Nothing is forgotten by this.
    ///
    /// Without `--rule` these: `--rule 30:1/day --rule 60:1/week --rule 120:1/month --rule 365:4/year`.
    Set {
        /// FROM:KEEP/PERIOD: of each day, week, month or year that ended FROM days ago or earlier, keep so many
        /// snapshots, spread evenly over it. Of several rules the one that reaches back furthest counts.
        #[arg(long = "rule", value_name = "RULE")]
        rules: Vec<Rule>,
        /// For the snapshots of this connection only.
        #[arg(long, value_name = "NAME")]
        connection: Option<String>,
        /// Have no rules: keep every snapshot.
        #[arg(long, conflicts_with = "rules")]
        none: bool,
    },
    /// Show the rules.
    Show,
    /// Show which snapshots the rules would forget now, what keeps the others, and how many bytes come back.
    Preview {
        /// Try this rule instead of those that are set. May be given several times.
        #[arg(long = "rule", value_name = "RULE")]
        rules: Vec<Rule>,
    },
    /// Forget the snapshots that the rules let go. There is no way back; their space comes back with `prune`.
    Apply,
}

/// Arguments of `prune`.
#[derive(Debug, Args)]
pub(super) struct Prune {
    /// Only show what would be done.
    #[arg(long)]
    pub dry_run: bool,
    /// Hours that a pack stays after it was given up.
    #[arg(long, value_name = "HOURS", default_value_t = 48)]
    pub grace: u32,
    /// Prunes that must have found a pack unneeded before it is deleted, not counting the one that gave it up.
    #[arg(long, value_name = "COUNT", default_value_t = 2)]
    pub cycles: u64,
    /// Delete at once, without any grace: for a disk that is full. Nothing that a snapshot needs is in danger, but a
    /// defect of this program would find no second look.
    #[arg(long, conflicts_with_all = ["grace", "cycles", "dry_run"])]
    pub now: bool,
}
