//! `apply` and `resume`.

use crate::app::applying::{self, Applied};
use crate::app::context::App;
use crate::app::error::Error;
use crate::apply::Verdict;
use crate::cli::args::Apply;
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::ui::{Ui, counted, green, plain, red, yellow};

pub(super) async fn run(app: &App, ui: &Ui, args: &Apply) -> Result<Done, Error> {
    let applied = applying::apply(app, &args.plan, args.allow_delete, ui).await?;
    Ok(show(ui, &applied))
}

pub(super) async fn resume(app: &App, ui: &Ui, run: &str) -> Result<Done, Error> {
    let applied = applying::resume(app, run, ui).await?;
    Ok(show(ui, &applied))
}

pub(super) fn show(ui: &Ui, applied: &Applied) -> Done {
    ui.result(&document(applied), &text(applied));
    if applied.is_complete() { Done::Complete } else { Done::Incomplete }
}

pub(super) fn text(applied: &Applied) -> String {
    let outcome = &applied.outcome;
    let mut lines = Vec::new();
    let word = match outcome.verdict {
        Verdict::Complete => green("complete"),
        Verdict::Partial => yellow("partial"),
        Verdict::Interrupted => red("interrupted"),
    };
    lines.push(format!(
        "Run {} is {word}: {} done, {} failed, {} skipped, {} unsure, {} left; {}.",
        applied.run,
        outcome.done,
        outcome.failed,
        outcome.skipped,
        outcome.unsure,
        outcome.left,
        counted(outcome.requests, "request", "requests"),
    ));
    if let Some(why) = &outcome.interrupted {
        lines.push(format!("  It stopped early: {}", plain(why)));
    }
    lines.extend(applied.troubles.iter().map(|trouble| format!("  {} {}", yellow("!"), plain(trouble))));
    if let Some(safety) = &applied.safety {
        lines.push(format!(
            "Kept what was there before as safety snapshot {}.",
            safety.get(..12).unwrap_or(safety)
        ));
    }
    match &applied.check {
        Some(check) if check.differences.is_empty() => {
            lines.push(green(&format!(
                "Read back and compared: {} as the plan promised.",
                counted(check.as_promised, "record is", "records are"),
            )));
        }
        Some(check) => {
            lines.push(yellow(&format!(
                "Read back and compared: {} differ from what the plan promised:",
                check.differences.len()
            )));
            lines.extend(check.differences.iter().map(|line| format!("  {}", plain(line))));
        }
        None => {}
    }
    lines.push(match outcome.verdict {
        Verdict::Interrupted => format!("To finish it: boardvault resume {}", applied.run),
        Verdict::Complete | Verdict::Partial => format!("To take it back: boardvault undo {}", applied.run),
    });
    lines.join("\n")
}
