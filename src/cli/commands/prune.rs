//! `prune`.

use jiff::SignedDuration;

use crate::app::context::App;
use crate::app::error::Error;
use crate::app::pruning::{self, Options, Pruned};
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::keeping_args::Prune;
use crate::cli::ui::{Ui, bytes, counted};

pub(super) fn run(app: &App, ui: &Ui, args: &Prune) -> Result<Done, Error> {
    let grace = if args.now { SignedDuration::ZERO } else { SignedDuration::from_hours(args.grace.into()) };
    let cycles = if args.now { 0 } else { args.cycles };
    let pruned = pruning::prune(app, Options { grace, cycles, dry_run: args.dry_run }, ui)?;
    ui.result(&document(&pruned), &text(&pruned).join("\n"));
    Ok(if pruned.report.without_room == 0 { Done::Complete } else { Done::Incomplete })
}

fn text(Pruned { dry_run, report }: &Pruned) -> Vec<String> {
    let packs = |count: u64, size: u64| format!("{} ({})", counted(count, "pack", "packs"), bytes(size));
    let would = |done: &'static str, would: &'static str| if *dry_run { would } else { done };
    let mut lines = Vec::new();
    if report.removed > 0 {
        let verb = would("Deleted", "Would delete");
        lines.push(format!("{verb} {}.", packs(report.removed, report.removed_bytes)));
    }
    if report.doomed > 0 {
        let verb = would("Gave up", "Would give up");
        let packs = packs(report.doomed, report.doomed_bytes);
        lines.push(format!("{verb} {packs}; a later prune deletes them."));
    }
    if report.copied_bytes > 0 {
        let verb = would("Wrote", "Would write");
        lines.push(format!("{verb} {} anew that are needed.", bytes(report.copied_bytes)));
    }
    if report.waiting > 0 {
        let packs = packs(report.waiting, report.waiting_bytes);
        lines.push(format!("Given up earlier and still within the grace: {packs}."));
    }
    if report.without_room > 0 {
        lines.push(format!(
            "The disk has no room for what is needed of {}; run it again with `--now`, or free some space.",
            counted(report.without_room, "pack", "packs")
        ));
    }
    if lines.is_empty() {
        lines.push("Nothing to give back.".to_owned());
    }
    lines
}
