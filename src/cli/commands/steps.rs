//! How the steps of a plan look on a terminal.

use std::collections::BTreeMap;

use serde_json::Value;

use super::alike::{self, Group};
use crate::app::names;
use crate::cli::contrast::contrast;
use crate::cli::ui::{brief, bytes, dim, green, red, yellow};
use crate::cli::words::{field, humane, things};
use crate::model::spec::Field;
use crate::model::{Kind, ops, told};
use crate::plan::types::{Action, FieldChange, Reason, RestorePlan};
use crate::platforms;

/// So many lines of a kind are shown without `--details`.
pub(super) const SHOWN: usize = 30;

/// All steps one by one, or without `details` those together that read alike, and only the first of them.
pub(super) fn steps(plan: &RestorePlan, details: bool) -> Vec<String> {
    if details {
        let alone = |step| Group { steps: vec![step], below: Vec::new() };
        return plan
            .steps
            .iter()
            .flat_map(|step| step_lines(&plan.header.platform, &alone(step), true))
            .collect();
    }
    let groups = alike::groups(&plan.steps);
    let (shown, left) = groups.split_at(groups.len().min(SHOWN));
    let mut lines: Vec<String> =
        shown.iter().flat_map(|group| step_lines(&plan.header.platform, group, false)).collect();
    let left: usize = left.iter().map(Group::len).sum();
    if left > 0 || shown.iter().any(|group| group.len() > 1) {
        let rest = if left > 0 { format!("... and {left} more steps; ") } else { String::new() };
        lines.push(dim(&format!("  {rest}`--details` shows each step.")));
    }
    lines
}

/// What the steps of a group do, all of them the same.
fn step_lines(platform: &str, group: &Group<'_>, details: bool) -> Vec<String> {
    let Group { steps, below } = group;
    let Some(step) = steps.first() else { return Vec::new() };
    let mark = match step.action {
        Action::Create => green("+"),
        Action::Update => yellow("~"),
        Action::Archive | Action::Delete => red("-"),
    };
    let what = match (steps.len(), step.path.split_last()) {
        (2.., Some((_, above))) => {
            let things = things(platform, step.subject.kind, steps.len() as u64);
            let place = if above.is_empty() { String::new() } else { format!(" in {}", path(above)) };
            format!("{things}{place}: {}", alike::names(steps, |name| brief(name, 40)))
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
        Reason::Follows => "leads to what is made anew",
    };
    let mut kinds: BTreeMap<Kind, u64> = BTreeMap::new();
    for step in below {
        *kinds.entry(step.subject.kind).or_default() += 1;
    }
    let along: Vec<String> = kinds.into_iter().map(|(kind, count)| things(platform, kind, count)).collect();
    let along = if along.is_empty() { String::new() } else { format!(", with {}", along.join(", ")) };
    let blobs: Vec<u64> =
        steps.iter().chain(below).filter_map(|step| step.blob).map(|blob| blob.len).collect();
    let size = if blobs.is_empty() { String::new() } else { format!(", {}", bytes(blobs.into_iter().sum())) };
    let mut lines = vec![format!("  {mark} {verb}{what} {}", dim(&format!("({reason}{along}{size})")))];
    if details || step.action == Action::Update {
        let width = if details { 400 } else { 60 };
        for change in &step.changes {
            let field = field(platform, step.subject.kind, &change.path);
            let label = label(platform, step.subject.kind, &change.path);
            if change.orders {
                lines.push(format!("      {label}: {}", brief(&moved(change), width)));
                continue;
            }
            let shown = |value: &Value| text(platform, field, value, &change.names);
            // What an earlier step makes has no value yet.
            let is_new = step.action == Action::Create || step.reason == Reason::Completes;
            let line = match &change.from {
                None if is_new => format!("{label}: {}", brief(&shown(&change.to), width)),
                Some(from)
                    if (step.reason == Reason::Follows || change.refers_to.is_some())
                        && *from != change.to
                        && shown(from) == shown(&change.to) =>
                {
                    let which = if step.reason == Reason::Follows { "the new one" } else { "another one" };
                    format!("{label}: {}, {which}", brief(&shown(&change.to), width))
                }
                from => {
                    let values = [from.as_ref().unwrap_or(&Value::Null), &change.to];
                    let [from, to] = match values.map(shown) {
                        // Only its form changes, which the bare words do not show.
                        [from, to] if from == to => {
                            values.map(|value| text(platform, None, value, &change.names))
                        }
                        told => told,
                    };
                    let (from, to) = contrast(&from, &to, width);
                    format!("{label}: {from} -> {to}")
                }
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

/// The name of the field at `path` in words, as far as the tables know it.
pub(super) fn label(platform: &str, kind: Kind, path: &str) -> String {
    field(platform, kind, path).map_or_else(|| path.to_owned(), told::label)
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
fn text(platform: &str, field: Option<&Field>, value: &Value, names: &BTreeMap<String, String>) -> String {
    let dialect = platforms::find(platform).map(|platform| platform.dialect);
    let told = match (dialect, field) {
        (Some(dialect), Some(field)) => names::text(dialect, field, value, &|id| names.get(id).cloned()),
        _ if value.is_null() => String::new(),
        _ => value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned),
    };
    let shown = humane(&told);
    let is_text = value.as_str().is_some_and(|text| !names.contains_key(text));
    match (told.is_empty(), is_text && shown == told) {
        (true, _) => "nothing".to_owned(),
        (false, true) => format!("\"{shown}\""),
        (false, false) => shown,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(kind: Kind, path: &str, value: &Value) -> String {
        let names = BTreeMap::from([("7".to_owned(), "Ada".to_owned())]);
        text("asana", field("asana", kind, path), value, &names)
    }

    #[test]
    fn values_in_a_plan_read_as_they_do_elsewhere() {
        for (path, value, expected) in [
            ("completed", json!(true), "yes"),
            ("assignee.gid", json!("7"), "Ada"),
            ("followers", json!(["7", "8"]), "Ada, 8"),
            ("followers", json!([]), "nothing"),
            ("assignee.gid", Value::Null, "nothing"),
            ("name", json!("A task"), "\"A task\""),
            ("html_notes", json!("<body>See <b>this</b></body>"), "\"See this\""),
            ("html_notes", json!("<body></body>"), "nothing"),
            ("unknown", json!("as it is"), "\"as it is\""),
            ("unknown", json!({"a": 1}), "{\"a\":1}"),
        ] {
            assert_eq!(shown(Kind::Item, path, &value), expected, "{path} {value}");
        }
    }

    #[test]
    fn fields_have_their_names_in_words() {
        let label = |path| told::label(field("asana", Kind::Item, path).unwrap());
        assert_eq!(["assignee.gid", "parent.gid"].map(label), ["assignee", "parent"]);
    }
}
