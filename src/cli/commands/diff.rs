//! `diff`.

use crate::app::context::App;
use crate::app::diffing::{self, Change, Differences, FieldLine, Line};
use crate::app::error::Error;
use crate::cli::contrast::contrast;
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::ui::{Ui, bold, brief, dim, green, red, yellow};
use crate::cli::words::{humane, things};

pub(super) fn run(app: &App, ui: &Ui, from: &str, to: &str) -> Result<Done, Error> {
    let differences = diffing::diff(app, from, to)?;
    ui.result(&document(&differences), &text(&differences));
    Ok(Done::Complete)
}

/// Lines by container, so that a board's changes stand together under its name.
pub(super) fn text(differences: &Differences) -> String {
    let mut lines = Vec::new();
    let mut heading: Option<Vec<String>> = None;
    for line in &differences.lines {
        let place: Vec<String> = line.path.iter().take(line.place_len()).cloned().collect();
        if heading.as_ref() != Some(&place) {
            lines.push(bold(&place.iter().map(|part| brief(part, 60)).collect::<Vec<_>>().join(" / ")));
            heading = Some(place.clone());
        }
        lines.extend(one(&differences.platform, line, place.len().min(line.path.len().saturating_sub(1))));
    }
    let count = |change: Change| differences.lines.iter().filter(|line| line.change == change).count();
    lines.push(format!(
        "{} added, {} removed, {} changed; {} equal{}",
        count(Change::Added),
        count(Change::Removed),
        count(Change::Changed),
        differences.equal,
        if differences.touched == 0 {
            ".".to_owned()
        } else {
            format!(", {} touched without a change that matters.", differences.touched)
        },
    ));
    lines.join("\n")
}

fn one(platform: &str, line: &Line, skip: usize) -> Vec<String> {
    let mark = match line.change {
        Change::Added => green("+"),
        Change::Removed => red("-"),
        Change::Changed => yellow("~"),
    };
    let path = line.path.iter().skip(skip).map(|part| brief(part, 50)).collect::<Vec<_>>().join(" / ");
    let with: Vec<String> = line.with.iter().map(|(kind, count)| things(platform, *kind, *count)).collect();
    let with = if with.is_empty() { String::new() } else { dim(&format!(" (with {})", with.join(", "))) };
    let mut lines = vec![format!("  {mark} {} {path}{with}", line.noun)];
    // Fields of one name are parts of one thing.
    for parts in line.fields.chunk_by(|one, other| one.label == other.label) {
        let Some(field) = parts.first() else { continue };
        let label = &field.label;
        let shown = |text: fn(&FieldLine) -> &str| {
            let texts = parts.iter().map(text).filter(|text| !text.is_empty());
            let texts: Vec<String> = texts.map(humane).collect();
            if texts.is_empty() { "nothing".to_owned() } else { texts.join(" / ") }
        };
        let to = shown(|field| &field.to);
        lines.push(if field.reordered {
            format!("      {label}: in another order, moved: {}", brief(&to, 60))
        } else {
            let (from, to) = contrast(&shown(|field| &field.from), &to, 60);
            format!("      {label}: {from} -> {to}")
        });
    }
    lines
}
