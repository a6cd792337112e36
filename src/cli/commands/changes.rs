//! How the changes that a step makes look on a terminal.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::app::names;
use crate::cli::contrast::contrast;
use crate::cli::ui::brief;
use crate::cli::words::{field, humane};
use crate::model::spec::Field;
use crate::model::told::{self, Told};
use crate::model::{Kind, ops};
use crate::plan::types::{Action, FieldChange, Reason, Step};
use crate::platforms;

/// How a field without a value reads.
const NOTHING: &str = "nothing";

/// What a step writes, field by field, in at most `width` characters for each value. Fields of one name are parts of
/// one thing.
pub(super) fn lines(platform: &str, step: &Step, width: usize) -> Vec<String> {
    let name =
        |change: &FieldChange| field(platform, step.subject.kind, &change.path).and_then(|field| field.name);
    let parts = step.changes.chunk_by(|one, other| name(one).is_some() && name(one) == name(other));
    parts.map(|parts| line(platform, step, parts, width)).collect()
}

fn line(platform: &str, step: &Step, parts: &[FieldChange], width: usize) -> String {
    let Some(first) = parts.first() else { return String::new() };
    let label = label(platform, step.subject.kind, &first.path);
    if first.orders {
        return format!("{label}: {}", brief(&moved(first), width));
    }
    let sides: Vec<[Value; 2]> =
        parts.iter().map(|part| names::sides(part.from.as_ref(), Some(&part.to))).collect();
    let told = |which: usize, in_words: bool| {
        let values = parts.iter().zip(&sides).filter_map(|(part, values)| Some((part, values.get(which)?)));
        let texts = values.filter(|(_, value)| !value.is_null()).map(|(part, value)| {
            let field = field(platform, step.subject.kind, &part.path).filter(|_| in_words);
            text(platform, field, value, &part.names)
        });
        let texts: Vec<String> = texts.collect();
        if texts.is_empty() { NOTHING.to_owned() } else { texts.join(" / ") }
    };
    let (from, to) = (told(0, true), told(1, true));
    let follows = step.reason == Reason::Follows;
    // What an earlier step makes has no value yet.
    let is_new = step.action == Action::Create || step.reason == Reason::Completes;
    let was_something = parts.iter().any(|part| part.from.is_some());
    if is_new && !was_something {
        return format!("{label}: {}", brief(&to, width));
    }
    if from == to && was_something && (follows || parts.iter().any(|part| part.refers_to.is_some())) {
        // An id that stays the same in the plan is that of something that is made anew.
        let is_new_one = follows || sides.iter().all(|[from, to]| from == to);
        return format!(
            "{label}: {}, {}",
            brief(&to, width),
            if is_new_one { "the new one" } else { "another one" }
        );
    }
    // Where only the form changes, bare words do not show it.
    let (from, to) = if from == to { (told(0, false), told(1, false)) } else { (from, to) };
    let (from, to) = contrast(&from, &to, width);
    format!("{label}: {from} -> {to}")
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
    let is_word = field.is_some_and(|field| match field.told {
        Told::Word | Told::Outcome => true,
        Told::Look => value.as_str() != Some(told.as_str()),
        _ => false,
    });
    let is_text = !is_word && value.as_str().is_some_and(|text| !names.contains_key(text));
    match (told.is_empty(), is_text && shown == told) {
        (true, _) => NOTHING.to_owned(),
        (false, true) => format!("\"{shown}\""),
        (false, false) => shown,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::RecordKey;

    /// A step that leads something from one place to another, of the first of which people know what is there.
    fn leading(reason: Reason, kind: Kind, path: &str, [from, to]: [&str; 2]) -> Step {
        let names = [("7", "Budget"), ("8", "Budget")].map(|(id, name)| (id.into(), name.into()));
        let change = FieldChange {
            from: Some(json!(from)),
            refers_to: Some(Kind::Container),
            names: BTreeMap::from(names),
            ..FieldChange::plain(path, json!(to))
        };
        let step = Step::bare(Action::Update, RecordKey::new("c", kind, "r"), reason);
        Step { changes: vec![change], ..step }
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
            let line = lines("smartsheet", &step, 60).concat();
            assert!(line.ends_with(&format!(": Budget, {which}")), "{reason:?} {ids:?}: {line}");
        }
    }

    #[test]
    fn parts_of_one_thing_are_told_in_one_line() {
        let part = |path: &str, to: &str| {
            let mut change = leading(Reason::Follows, Kind::FieldValue, path, [to, to]).changes.remove(0);
            change.names.insert("9".to_owned(), "Amount".to_owned());
            change
        };
        let changes = vec![part("linkInFromCell.sheetId", "7"), part("linkInFromCell.columnId", "9")];
        let step = Step { changes, ..leading(Reason::Follows, Kind::FieldValue, "", ["", ""]) };
        assert_eq!(lines("smartsheet", &step, 60), ["linked cell: Budget / Amount, the new one"]);
    }

    #[test]
    fn a_switch_that_goes_off_and_a_word_of_the_platform_read_like_words() {
        let step = |kind, path, from, to| {
            let mut step = leading(Reason::Differs, kind, path, ["", ""]);
            let change = step.changes.first_mut().unwrap();
            (change.from, change.to, change.refers_to) = (Some(from), to, None);
            lines("smartsheet", &step, 60).concat()
        };
        let publish = step(Kind::Container, "publish.icalEnabled", json!(true), Value::Null);
        assert_eq!(publish, "published as iCal: yes -> no");
        let column = step(Kind::FieldDef, "type", json!("MULTI_CONTACT_LIST"), json!("TEXT_NUMBER"));
        assert_eq!(column, "type: several contacts -> text or number");
        let format = step(Kind::FieldValue, "format", Value::Null, json!(",,1,1,,,,,,,,,,,,,"));
        assert_eq!(format, "format: nothing -> bold, italic");
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
