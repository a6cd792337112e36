//! `apply` and `resume`.

use std::collections::BTreeSet;

use crate::app::applying::{self, Applied};
use crate::app::context::App;
use crate::app::error::Error;
use crate::apply::{Cause, Verdict};
use crate::cli::args::Apply;
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::ui::{Ui, brief, counted, green, plain, red, yellow};

/// So many things are named of those that one reason kept from happening.
const NAMED: usize = 3;

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
    lines.extend(applied.causes.iter().flat_map(cause));
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
    lines.extend(next_steps(applied));
    lines.join("\n")
}

/// A reason once, and below it what was not tried because of it.
fn cause(cause: &Cause) -> Vec<String> {
    let tried = named(&cause.tried);
    let mut lines = vec![match cause.tried.as_slice() {
        [] => format!("  {} {}", yellow("!"), plain(&cause.why)),
        _ => format!("  {} {tried}: {}", yellow("!"), plain(&cause.why)),
    }];
    if !cause.untried.is_empty() {
        let things = match (cause.untried.len(), cause.tried.is_empty()) {
            (1, true) => "1 step was not tried".to_owned(),
            (1, false) => "1 step that needs it was not tried".to_owned(),
            (count, true) => format!("{count} steps were not tried"),
            (count, false) => format!("{count} steps that need it were not tried"),
        };
        // What is made in several steps is no news by its own name.
        let others: Vec<String> =
            cause.untried.iter().filter(|name| !cause.tried.contains(name)).cloned().collect();
        let names = if others.is_empty() { String::new() } else { format!(": {}", named(&others)) };
        lines.push(format!("      {things}{names}"));
    }
    lines
}

/// The first few of several names, none of them twice.
fn named(names: &[String]) -> String {
    let mut seen = BTreeSet::new();
    let names: Vec<&String> = names.iter().filter(|name| seen.insert(name.as_str())).collect();
    let (first, rest) = names.split_at(names.len().min(NAMED));
    let first = first.iter().map(|name| brief(name, 120)).collect::<Vec<_>>().join(", ");
    if rest.is_empty() { first } else { format!("{first} and {} more", rest.len()) }
}

/// What can be done now.
fn next_steps(applied: &Applied) -> Vec<String> {
    let Applied { run, connection, outcome, causes, .. } = applied;
    let mut lines = Vec::new();
    if outcome.failed > 0 {
        lines.push(format!(
            "Whether the account may do all of it: boardvault connection check {connection} --for restore"
        ));
    }
    // What stands against deletions stays there, whoever asks again.
    if outcome.failed == 0 && causes.iter().any(|cause| cause.tried.is_empty()) {
        lines.push(
            "For what was not tried as things have changed: a new plan with the same arguments".to_owned(),
        );
    }
    match outcome.verdict {
        Verdict::Interrupted => lines.push(format!("To finish it: boardvault resume {run}")),
        Verdict::Partial if outcome.failed > 0 => {
            lines.push(format!("To try the rest again after that: boardvault resume {run}"));
        }
        Verdict::Complete | Verdict::Partial => {}
    }
    if outcome.verdict != Verdict::Interrupted && outcome.done > 0 {
        lines.push(format!("To take it back: boardvault undo {run}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::Outcome;

    fn refused(causes: Vec<Cause>, done: u64, failed: u64) -> Applied {
        let untried = causes.iter().map(|cause| cause.untried.len() as u64).sum();
        Applied {
            run: "run1".to_owned(),
            plan: "plan1".to_owned(),
            safety: None,
            connection: "acme".to_owned(),
            outcome: Outcome {
                verdict: Verdict::Partial,
                done,
                failed,
                skipped: untried,
                unsure: 0,
                left: 0,
                requests: 1,
                interrupted: None,
            },
            troubles: Vec::new(),
            causes,
            check: None,
        }
    }

    fn told(applied: &Applied) -> Vec<String> {
        anstream::adapter::strip_str(&text(applied)).to_string().lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn a_refusal_is_told_once_with_what_it_leaves_untried_and_what_to_do() {
        let untried = std::iter::once("sheet A / Plan".to_owned())
            .chain((1..=92).map(|n| format!("row A / Plan / {n}")));
        let tried = vec!["sheet A / Plan".to_owned()];
        let cause = Cause { tried, why: "403 no right".to_owned(), untried: untried.collect() };
        assert_eq!(
            told(&refused(vec![cause], 0, 1)),
            [
                "  ! sheet A / Plan: 403 no right",
                "      93 steps that need it were not tried: row A / Plan / 1, row A / Plan / 2, row A / Plan / 3 and \
                 89 more",
                "Whether the account may do all of it: boardvault connection check acme --for restore",
                "To try the rest again after that: boardvault resume run1",
            ]
        );
    }

    #[test]
    fn what_was_kept_from_deletion_needs_a_new_plan() {
        let cause =
            Cause { tried: Vec::new(), why: "it is new".to_owned(), untried: vec!["board B".to_owned()] };
        assert_eq!(
            told(&refused(vec![cause], 3, 0)),
            [
                "  ! it is new",
                "      1 step was not tried: board B",
                "For what was not tried as things have changed: a new plan with the same arguments",
                "To take it back: boardvault undo run1",
            ]
        );
    }
}
