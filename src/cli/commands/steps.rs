//! How the steps of a plan look on a terminal.

use std::collections::BTreeMap;

use serde_json::Value;

use super::alike;
use crate::cli::ui::{brief, bytes, dim, green, red, yellow};
use crate::cli::words::{humane, things};
use crate::model::ops;
use crate::plan::types::{Action, FieldChange, Reason, RestorePlan, Step};

/// So many lines of a kind are shown without `--details`.
pub(super) const SHOWN: usize = 30;

/// All steps one by one, or without `details` those together that read alike, and only the first of them.
pub(super) fn steps(plan: &RestorePlan, details: bool) -> Vec<String> {
    if details {
        return plan.steps.iter().flat_map(|step| step_lines(&plan.header.platform, &[step], true)).collect();
    }
    let groups = alike::groups(&plan.steps);
    let (shown, left) = groups.split_at(groups.len().min(SHOWN));
    let mut lines: Vec<String> =
        shown.iter().flat_map(|group| step_lines(&plan.header.platform, group, false)).collect();
    let left: usize = left.iter().map(Vec::len).sum();
    if left > 0 || shown.iter().any(|group| group.len() > 1) {
        let rest = if left > 0 { format!("... and {left} more steps; ") } else { String::new() };
        lines.push(dim(&format!("  {rest}`--details` shows each step.")));
    }
    lines
}

/// What the steps of a group do, all of them the same.
fn step_lines(platform: &str, group: &[&Step], details: bool) -> Vec<String> {
    let Some(step) = group.first() else { return Vec::new() };
    let mark = match step.action {
        Action::Create => green("+"),
        Action::Update => yellow("~"),
        Action::Archive | Action::Delete => red("-"),
    };
    let what = match (group.len(), step.path.split_last()) {
        (2.., Some((_, above))) => {
            let things = things(platform, step.subject.kind, group.len() as u64);
            let place = if above.is_empty() { String::new() } else { format!(" in {}", path(above)) };
            format!("{things}{place}: {}", alike::names(group, |name| brief(name, 40)))
        }
        _ => format!("{} {}", step.noun, path(&step.path)),
    };
    let verb = match step.action {
        Action::Archive | Action::Delete => format!("{} ", verb(step.action)),
        Action::Create | Action::Update => String::new(),
    };
    let reason = match step.reason {
        Reason::Missing => "missing",
        Reason::Differs => "differs",
        Reason::Needed => "needed by what was selected",
        Reason::Copied => "copy",
        Reason::Replaced => "replaced",
        Reason::CreatedByRun => "made by the run",
        Reason::Completes => "completes what an earlier step makes",
    };
    let blobs: Vec<u64> = group.iter().filter_map(|step| step.blob).map(|blob| blob.len).collect();
    let size = if blobs.is_empty() { String::new() } else { format!(", {}", bytes(blobs.into_iter().sum())) };
    let mut lines = vec![format!("  {mark} {verb}{what} {}", dim(&format!("({reason}{size})")))];
    if details || step.action == Action::Update {
        let width = if details { 400 } else { 60 };
        for change in &step.changes {
            if change.orders {
                lines.push(format!("      {}: {}", change.path, brief(&moved(change), width)));
                continue;
            }
            let to = brief(&text(&change.to, &change.names), width);
            let from = match &change.from {
                Some(from) => Some(brief(&text(from, &change.names), width)),
                // What an earlier step makes has no value yet.
                None if step.action == Action::Create || step.reason == Reason::Completes => None,
                None => Some(text(&Value::Null, &change.names)),
            };
            let line = match from {
                Some(from) => format!("{}: {from} -> {to}", change.path),
                None => format!("{}: {to}", change.path),
            };
            lines.push(format!("      {line}"));
        }
    }
    lines
}

/// For a change of the order of what hangs on a record: who moves.
fn moved(change: &FieldChange) -> String {
    let [there, wanted] =
        [change.from.as_ref(), Some(&change.to)].map(|ids| ops::ids(ids).collect::<Vec<_>>());
    let new = wanted.iter().filter(|id| !there.contains(id));
    let who = ops::moves(&there, &wanted).into_iter().map(|moved| moved.id).chain(new.copied());
    let names: Vec<&str> = who.map(|id| change.names.get(id).map_or(id, String::as_str)).collect();
    format!("moves {}", names.join(", "))
}

/// A path as people read it.
pub(super) fn path(parts: &[String]) -> String {
    parts.iter().map(|part| brief(part, 40)).collect::<Vec<_>>().join(" / ")
}

/// What a step does, as a word.
pub(super) fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Archive => "archive",
        Action::Delete => "delete",
    }
}

/// A value as people read it: names instead of ids where the plan knows them.
fn text(value: &Value, names: &BTreeMap<String, String>) -> String {
    match value {
        Value::String(id) if names.contains_key(id) => names.get(id).cloned().unwrap_or_default(),
        Value::String(text) if text.is_empty() => "nothing".to_owned(),
        Value::String(text) => {
            let shown = humane(text);
            if shown == *text { format!("\"{text}\"") } else { shown }
        }
        Value::Null => "nothing".to_owned(),
        Value::Array(values) if values.is_empty() => "nothing".to_owned(),
        Value::Array(values) => values.iter().map(|value| text(value, names)).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
