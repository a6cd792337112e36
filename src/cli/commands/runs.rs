//! `runs`.

use serde_json::json;

use super::steps;
use crate::app::context::App;
use crate::app::error::Error;
use crate::app::planning;
use crate::app::runs::{self, RunLine};
use crate::apply::{StepState, Verdict};
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::table::table;
use crate::cli::ui::{Ui, local, plain};

pub(super) fn list(app: &App, ui: &Ui, run: Option<&str>) -> Result<Done, Error> {
    if let Some(run) = run {
        return one(app, ui, run);
    }
    let mut lines: Vec<RunLine> = runs::list(app)?.iter().map(runs::RunRecord::line).collect();
    lines.reverse();
    let row = |line: &RunLine| {
        let numbers = line.outcome.as_ref().map_or_else(String::new, |o| {
            format!("{} done, {} failed, {} skipped", o.done, o.failed, o.skipped)
        });
        vec![line.id.clone(), local(line.started_at), state(line).to_owned(), numbers, line.plan.short()]
    };
    let text = if lines.is_empty() {
        "No runs yet: nothing was ever written to a live account from this vault.".to_owned()
    } else {
        table(&["RUN", "BEGAN", "STATE", "STEPS", "PLAN"], lines.iter().map(row))
    };
    ui.result(&document(&lines), &text);
    Ok(Done::Complete)
}

fn state(line: &RunLine) -> &'static str {
    match line.outcome.as_ref().map(|outcome| outcome.verdict) {
        Some(Verdict::Complete) => "complete",
        Some(Verdict::Partial) => "partial",
        Some(Verdict::Interrupted) => "interrupted",
        None => "broken off",
    }
}

fn one(app: &App, ui: &Ui, run: &str) -> Result<Done, Error> {
    let run = runs::find(app, run)?;
    let plan = planning::by_hash(app, &run.plan)?.plan;
    let progress = run.progress();
    let line = run.line();
    let mut lines = vec![format!(
        "Run {} of plan {}, begun {}: {}",
        line.id,
        line.plan.short(),
        local(line.started_at),
        state(&line)
    )];
    for step in &plan.steps {
        let word = match progress.state(&step.id) {
            StepState::Todo => "to do".to_owned(),
            StepState::Unsure => "unsure".to_owned(),
            StepState::Done(_) => "done".to_owned(),
            StepState::Failed(why) => format!("failed: {}", plain(why)),
            StepState::Skipped(why) => format!("skipped: {}", plain(why)),
        };
        let path = steps::path(&step.path);
        lines.push(format!("  {} {} {path}: {word}", steps::verb(step.action), step.noun));
    }
    ui.result(&json!({ "run": line, "events": run.events }), &lines.join("\n"));
    Ok(Done::Complete)
}
