//! `diff`.

use std::collections::BTreeSet;

use super::alike::{names, together, weighs};
use crate::app::context::App;
use crate::app::diffing::{self, Change, Differences, FieldLine, Line};
use crate::app::error::Error;
use crate::cli::contrast::contrast;
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::ui::{Ui, bold, brief, dim, green, red, yellow};
use crate::cli::words::{humane, things};
use crate::model::{Kind, NativeId};

pub(super) fn run(app: &App, ui: &Ui, from: &str, to: &str, details: bool) -> Result<Done, Error> {
    let differences = diffing::diff(app, from, to)?;
    ui.result(&document(&differences), &text(&differences, details));
    Ok(Done::Complete)
}

/// Lines by container, so that a board's changes stand together under its name. Without `details`, many that changed
/// alike are told in one line.
pub(super) fn text(differences: &Differences, details: bool) -> String {
    let mut lines = Vec::new();
    let mut heading: Option<Vec<String>> = None;
    let groups = together(differences.lines.iter(), |line| likeness(line).filter(|_| !details));
    let is_shortened = groups.iter().any(|group| group.len() > 1);
    for group in groups {
        let Some(line) = group.first() else { continue };
        let place: Vec<String> = line.path.iter().take(line.place_len()).cloned().collect();
        if heading.as_ref() != Some(&place) {
            lines.push(bold(&place.iter().map(|part| brief(part, 60)).collect::<Vec<_>>().join(" / ")));
            heading = Some(place.clone());
        }
        let skip = place.len().min(line.path.len().saturating_sub(1));
        lines.extend(match group.len() {
            1 => one(&differences.platform, line, skip),
            _ => many(&differences.platform, &group, line, skip),
        });
    }
    if is_shortened {
        lines.push(dim("  `--details` shows each of those that changed alike."));
    }
    let count = |change: Change| {
        let told = differences.lines.iter().filter(|line| line.moved.is_none());
        told.filter(|line| told_as(line) == change).count()
    };
    let moved = differences.lines.iter().filter(|line| line.moved.is_some());
    // What left one place and came to another has two lines.
    let moved: BTreeSet<(Kind, &NativeId)> = moved.map(|line| (line.key.kind, &line.key.id)).collect();
    lines.push(format!(
        "{} added, {} removed, {} changed{}; {} equal{}",
        count(Change::Added),
        count(Change::Removed),
        count(Change::Changed),
        if moved.is_empty() { String::new() } else { format!(", {} moved", moved.len()) },
        differences.equal,
        if differences.touched == 0 {
            ".".to_owned()
        } else {
            format!(", {} touched without a change that matters.", differences.touched)
        },
    ));
    lines.join("\n")
}

/// What lines of one group have in common. What is new or gone, and what moved, is called by its name.
fn likeness(line: &Line) -> Option<(&str, &[String], &NativeId, String)> {
    let is_change = line.change == Change::Changed && line.moved.is_none() && line.elsewhere.is_none();
    let above = line.path.split_last().map_or(&[][..], |(_, above)| above);
    let changes = format!("{:?} {:?}", line.fields, line.with);
    (is_change && !weighs(line.key.kind)).then_some((line.noun, above, &line.key.container, changes))
}

/// What happened, as people see it: what moved, or is merely used elsewhere, is neither new nor gone.
fn told_as(line: &Line) -> Change {
    if line.moved.is_some() || line.elsewhere.is_some() { Change::Changed } else { line.change }
}

/// Where a record went to or came from, or where else it is.
fn whereabouts(line: &Line) -> String {
    let way = |path: &[String]| path.iter().map(|part| brief(part, 50)).collect::<Vec<_>>().join(" / ");
    // Its own name stands before it already.
    let above = |path: &[String]| match path.split_last() {
        Some((own, above)) if Some(own) == line.path.last() => way(above),
        _ => way(path),
    };
    match (line.change, &line.moved, &line.elsewhere) {
        (Change::Removed, Some(path), _) => format!(": moved to {}", above(path)),
        (_, Some(path), _) => format!(": moved from {}", above(path)),
        (Change::Removed, None, Some(path)) => format!(": no longer here, still in {}", above(path)),
        (_, None, Some(path)) => format!(": here now, before in {}", above(path)),
        (_, None, None) => String::new(),
    }
}

fn one(platform: &str, line: &Line, skip: usize) -> Vec<String> {
    let mark = match told_as(line) {
        Change::Added => green("+"),
        Change::Removed => red("-"),
        Change::Changed => yellow("~"),
    };
    let path = line.path.iter().skip(skip).map(|part| brief(part, 50)).collect::<Vec<_>>().join(" / ");
    let with: Vec<String> = line.with.iter().map(|(kind, count)| things(platform, *kind, *count)).collect();
    let with = if with.is_empty() { String::new() } else { dim(&format!(" (with {})", with.join(", "))) };
    let mut lines = vec![format!("  {mark} {} {path}{}{with}", line.noun, whereabouts(line))];
    lines.extend(fields(line));
    lines
}

/// What changed alike, as `line` tells of the first of them.
fn many(platform: &str, group: &[&Line], line: &Line, skip: usize) -> Vec<String> {
    let above = line.path.split_last().map_or(&[][..], |(_, above)| above);
    let above: Vec<String> = above.iter().skip(skip).map(|part| brief(part, 50)).collect();
    let place = if above.is_empty() { String::new() } else { format!(" in {}", above.join(" / ")) };
    let things = things(platform, line.key.kind, group.len() as u64);
    let names = names(group.iter().map(|line| line.path.as_slice()), |name| brief(name, 40));
    let mut lines = vec![format!("  {} {things}{place}: {names}", yellow("~"))];
    lines.extend(fields(line));
    lines
}

fn fields(line: &Line) -> Vec<String> {
    let mut lines = Vec::new();
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::RecordKey;

    fn line(change: Change, container: &str, kind: Kind, id: &str) -> Line {
        Line {
            change,
            key: RecordKey::new(container, kind, id),
            noun: if kind == Kind::Item { "task" } else { "tag" },
            path: path(container, id),
            fields: Vec::new(),
            moved: None,
            elsewhere: None,
            with: BTreeMap::new(),
        }
    }

    fn path(container: &str, own: &str) -> Vec<String> {
        ["Acme", container, own].map(str::to_owned).into()
    }

    #[test]
    fn what_moved_is_told_at_both_ends_and_counted_once() {
        let gone = Line { moved: Some(path("B", "T")), ..line(Change::Removed, "A", Kind::Item, "T") };
        let come = Line { moved: Some(path("A", "T")), ..line(Change::Added, "B", Kind::Item, "T") };
        let tag = Line { elsewhere: Some(path("B", "x")), ..line(Change::Removed, "A", Kind::Label, "x") };
        let lines = vec![gone, tag, come, line(Change::Removed, "B", Kind::Item, "U")];
        let differences = Differences {
            platform: "asana".to_owned(),
            from: String::new(),
            to: String::new(),
            lines,
            equal: 3,
            touched: 0,
        };
        let told = anstream::adapter::strip_str(&text(&differences, false)).to_string();
        let expected = "Acme / A\n  ~ task T: moved to Acme / B\n  ~ tag x: no longer here, still in Acme / B\n\
                        Acme / B\n  ~ task T: moved from Acme / A\n  - task U\n\
                        0 added, 1 removed, 1 changed, 1 moved; 3 equal.";
        assert_eq!(told, expected);
    }

    #[test]
    fn many_that_changed_alike_are_told_in_one_line_and_removals_never() {
        let due = |to: &str| FieldLine {
            path: "due_on",
            label: "due on".to_owned(),
            from: String::new(),
            to: to.to_owned(),
            reordered: false,
        };
        let changed = |id, to| Line { fields: vec![due(to)], ..line(Change::Changed, "A", Kind::Item, id) };
        let mut lines: Vec<Line> = ["1", "2", "3", "4", "5"].map(|id| changed(id, "2030-04-01")).into();
        lines.insert(2, changed("other", "2031-04-01"));
        lines.extend(["6", "7", "8", "9"].map(|id| line(Change::Removed, "A", Kind::Item, id)));
        let differences = Differences {
            platform: "asana".to_owned(),
            from: String::new(),
            to: String::new(),
            lines,
            equal: 0,
            touched: 0,
        };
        let told = |details| anstream::adapter::strip_str(&text(&differences, details)).to_string();
        let expected = "Acme / A\n  ~ 5 tasks: 1, 2, 3 and 2 more\n      due on: nothing -> 2030-04-01\n  \
                        ~ task other\n      due on: nothing -> 2031-04-01\n  - task 6\n  - task 7\n  - task 8\n  \
                        - task 9\n  `--details` shows each of those that changed alike.\n\
                        0 added, 4 removed, 6 changed; 0 equal.";
        assert_eq!(told(false), expected);
        assert_eq!(told(true).matches("due on:").count(), 6);
    }
}
