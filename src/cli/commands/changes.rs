//! How the changes that a step makes look on a terminal.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::app::names;
use crate::cli::contrast::contrast;
use crate::cli::ui::brief;
use crate::cli::words::{field, humane};
use crate::model::spec::Field;
use crate::model::{Kind, ops, told};
use crate::plan::types::{Action, FieldChange, Reason, Step};
use crate::platforms;

/// What a step writes into one field, in at most `width` characters for each value.
pub(super) fn line(platform: &str, step: &Step, change: &FieldChange, width: usize) -> String {
    let field = field(platform, step.subject.kind, &change.path);
    let label = label(platform, step.subject.kind, &change.path);
    if change.orders {
        return format!("{label}: {}", brief(&moved(change), width));
    }
    let shown = |value: &Value| text(platform, field, value, &change.names);
    let follows = step.reason == Reason::Follows;
    // What an earlier step makes has no value yet.
    let is_new = step.action == Action::Create || step.reason == Reason::Completes;
    match &change.from {
        None if is_new => format!("{label}: {}", brief(&shown(&change.to), width)),
        Some(from) if (follows || change.refers_to.is_some()) && shown(from) == shown(&change.to) => {
            // An id that stays the same in the plan is that of something that is made anew.
            let which = if follows || *from == change.to { "the new one" } else { "another one" };
            format!("{label}: {}, {which}", brief(&shown(&change.to), width))
        }
        from => {
            let values = [from.as_ref().unwrap_or(&Value::Null), &change.to];
            let [from, to] = match values.map(shown) {
                // Only its form changes, which the bare words do not show.
                [from, to] if from == to => values.map(|value| text(platform, None, value, &change.names)),
                told => told,
            };
            let (from, to) = contrast(&from, &to, width);
            format!("{label}: {from} -> {to}")
        }
    }
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
    use crate::model::RecordKey;
    use crate::plan::types::StepId;

    /// A step that leads something from one place to another, of the first of which people know what is there.
    fn leading(reason: Reason, kind: Kind, path: &str, [from, to]: [&str; 2]) -> Step {
        let change = FieldChange {
            path: path.to_owned(),
            from: Some(json!(from)),
            to: json!(to),
            refers_to: Some(Kind::Container),
            orders: false,
            joins: BTreeMap::new(),
            links: false,
            names: BTreeMap::from(
                [("7", "Budget"), ("8", "Budget")].map(|(id, name)| (id.into(), name.into())),
            ),
        };
        Step {
            id: StepId(String::new()),
            action: Action::Update,
            subject: RecordKey::new("c", kind, "r"),
            path: Vec::new(),
            noun: String::new(),
            reason,
            target: None,
            container: None,
            parent: None,
            changes: vec![change],
            blob: None,
            after: Vec::new(),
            wave: 0,
        }
    }

    #[test]
    fn what_leads_to_the_namesake_of_what_it_led_to_says_which_one_that_is() {
        for (reason, ids, which) in [
            (Reason::Follows, ["7", "8"], "the new one"),
            (Reason::Follows, ["7", "7"], "the new one"),
            (Reason::Differs, ["7", "7"], "the new one"),
            (Reason::Differs, ["7", "8"], "another one"),
        ] {
            let step = leading(reason, Kind::FieldValue, "hyperlink.sheetId", ids);
            let line = line("smartsheet", &step, &step.changes[0], 60);
            assert!(line.ends_with(&format!(": Budget, {which}")), "{reason:?} {ids:?}: {line}");
        }
    }

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
