//! `retention`.

use crate::app::context::App;
use crate::app::error::Error;
use crate::app::keeping::{Hold, Pin, Protection};
use crate::app::retention::{self, Line, Preview, Rules};
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::keeping_args::RetentionCommand;
use crate::cli::table::table;
use crate::cli::ui::{Ui, bytes, counted, local, plain};
use crate::snapshot::retention::{Policy, Rule};

pub(super) fn run(app: &App, ui: &Ui, command: RetentionCommand) -> Result<Done, Error> {
    match command {
        RetentionCommand::Set { rules, connection, none } => {
            let policy = if none { None } else { Some(retention::policy(rules)?) };
            show(ui, &retention::set(app, connection, policy)?);
        }
        RetentionCommand::Show => show(ui, &retention::show(app)?),
        RetentionCommand::Preview { rules } => {
            let instead = if rules.is_empty() { None } else { Some(retention::policy(rules)?) };
            preview(ui, &retention::preview(app, instead.as_ref())?);
        }
        RetentionCommand::Apply => {
            let applied = retention::apply(app)?;
            let forgotten = applied.forgotten.len() as u64;
            let mut lines: Vec<String> = Vec::new();
            if forgotten > 0 {
                lines.push(listed(&applied.forgotten));
            }
            lines.push(format!(
                "Forgot {}; {} left.",
                counted(forgotten, "snapshot", "snapshots"),
                if applied.kept == 1 { "1 is".to_owned() } else { format!("{} are", applied.kept) }
            ));
            if forgotten > 0 {
                lines.push("Their space comes back with the next prunes: boardvault prune".to_owned());
            }
            ui.result(&document(&applied), &lines.join("\n"));
        }
    }
    Ok(Done::Complete)
}

fn show(ui: &Ui, rules: &Rules) {
    let mut lines = match &rules.vault {
        Some(policy) => vec!["Rules of the vault:".to_owned(), described(policy)],
        None => vec!["No rules: every snapshot is kept. The usual ones: boardvault retention set".to_owned()],
    };
    for (name, policy) in &rules.connections {
        lines.extend([format!("Rules of the connection {name}:"), described(policy)]);
    }
    ui.result(&document(rules), &lines.join("\n"));
}

fn described(policy: &Policy) -> String {
    let line = |rule: &Rule| {
        let keep = if rule.keep == 0 { "none".to_owned() } else { rule.keep.to_string() };
        format!("  {} days old and older: keep {keep} of each {}", rule.from_days, rule.per)
    };
    let lines: Vec<String> = policy.rules().iter().map(line).collect();
    lines.join("\n")
}

fn preview(ui: &Ui, preview: &Preview) {
    let mut lines = Vec::new();
    if !preview.snapshots.is_empty() {
        lines.push(listed(&preview.snapshots));
    }
    let staying = preview.snapshots.len() as u64 - preview.going;
    lines.push(format!(
        "{} would go and {staying} stay; {} would come back, {} more are unused already.",
        counted(preview.going, "snapshot", "snapshots"),
        bytes(preview.bytes_back),
        bytes(preview.bytes_unused),
    ));
    if let Some(doubt) = &preview.clock {
        lines.push(format!("The rules are not applied now: {doubt}"));
    } else if preview.going > 0 {
        lines.push("Next: boardvault retention apply, then boardvault prune".to_owned());
    }
    ui.result(&document(preview), &lines.join("\n"));
}

fn listed(lines: &[Line]) -> String {
    let row = |line: &Line| {
        vec![
            line.id.short(),
            line.connection.clone(),
            local(line.taken),
            if line.goes { "goes" } else { "stays" }.to_owned(),
            why(line),
        ]
    };
    table(&["SNAPSHOT", "CONNECTION", "TAKEN", "", "BECAUSE"], lines.iter().map(row))
}

fn why(line: &Line) -> String {
    match (&line.protection, &line.rule) {
        (Some(Protection::Pinned(Pin { note: Some(note), .. })), _) => format!("pinned: {}", plain(note)),
        (Some(Protection::Pinned(_)), _) => "pinned".to_owned(),
        (Some(Protection::Held(Hold { reason, until: Some(until), .. })), _) => {
            format!("held up to {until}: {}", plain(reason))
        }
        (Some(Protection::Held(hold)), _) => format!("held: {}", plain(&hold.reason)),
        (Some(Protection::LastComplete), _) => "last complete one".to_owned(),
        (Some(Protection::Run(run)), _) => format!("needed by run {run}"),
        (None, Some(rule)) => format!("rule {rule}"),
        (None, None) => "no rule holds for it yet".to_owned(),
    }
}
