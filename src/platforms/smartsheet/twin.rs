//! Project sheets that are made out of live ones: no request makes their columns, and a copy without its rows has them.

use super::json::{is, list, text};
use crate::model::{Kind, Record};

/// What a copy of a sheet without its rows has of the sheet.
const ALONG: &[Kind] = &[Kind::Container, Kind::Extension, Kind::FieldDef, Kind::SummaryField];

/// What of a column no request changes, or only the web application.
const FIXED: [&str; 3] = ["title", "systemColumnType", "projectType"];

/// The kinds that come along where a project sheet of the backup is made out of a live one: nothing where either is a
/// plain sheet, where the live one lacks a column that only projects have, or has something that the backup has not.
pub(super) fn comes_along(wanted: &[&Record], live: &[&Record]) -> &'static [Kind] {
    let of = |side: &[&Record], kind| -> Vec<Record> {
        side.iter().filter(|record| record.key.kind == kind).map(|record| (*record).clone()).collect()
    };
    let are_projects = [wanted, live].iter().all(|side| !of(side, Kind::Extension).is_empty());
    let [columns, there] = [wanted, live].map(|side| of(side, Kind::FieldDef));
    let [fields, fields_there] = [wanted, live].map(|side| of(side, Kind::SummaryField));
    let has = |side: &[Record], one: &Record| side.iter().any(|other| is_same_column(one, other));
    let is_project = |column: &&Record| !text(&column.native, "projectType").is_empty();
    let is_complete = columns.iter().filter(is_project).all(|column| has(&there, column));
    let titled = |field: &Record| fields.iter().any(|other| text(&other.native, "title") == text(&field.native, "title"));
    let has_no_more = there.iter().all(|column| has(&columns, column)) && fields_there.iter().all(titled);
    if are_projects && is_complete && has_no_more { ALONG } else { &[] }
}

fn is_same_column(a: &Record, b: &Record) -> bool {
    let (a, b) = (&a.native, &b.native);
    let is_project = !text(a, "projectType").is_empty();
    FIXED.iter().all(|name| text(a, name) == text(b, name))
        && is(a, "primary") == is(b, "primary")
        && (!is_project || list(a, "tags") == list(b, "tags"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::{Blob, RecordKey};

    fn record(kind: Kind, native: Value) -> Record {
        Record { key: RecordKey::new("s", kind, native["title"].as_str().unwrap_or("x")), native, blob: Blob::None }
    }

    fn project() -> Vec<Record> {
        let column = |native| record(Kind::FieldDef, native);
        vec![
            record(Kind::Extension, json!({"dependenciesEnabled": true})),
            column(json!({"title": "Task", "type": "TEXT_NUMBER", "primary": true})),
            column(json!({"title": "Start", "type": "TEXT_NUMBER", "projectType": "ABSTRACT_DATETIME", "tags": ["GANTT_START_DATE"]})),
            column(json!({"title": "Status", "type": "PICKLIST"})),
            record(Kind::SummaryField, json!({"title": "Cost"})),
        ]
    }

    fn is_made_out_of(wanted: &[Record], live: &[Record]) -> bool {
        let [wanted, live] = [wanted, live].map(|side| side.iter().collect::<Vec<_>>());
        !comes_along(&wanted, &live).is_empty()
    }

    #[test]
    fn a_project_is_made_out_of_one_that_has_nothing_else() {
        assert!(is_made_out_of(&project(), &project()));
        for gone in [3, 4] {
            let mut live = project();
            live.remove(gone);
            assert!(is_made_out_of(&project(), &live), "{gone} can be made");
            assert!(!is_made_out_of(&live, &project()), "{gone} would have to go");
        }
        let mut retyped = project();
        retyped[3].native["type"] = json!("TEXT_NUMBER");
        assert!(is_made_out_of(&project(), &retyped));
    }

    #[test]
    fn nothing_makes_up_for_what_only_projects_have() {
        for gone in [0, 2] {
            let mut live = project();
            live.remove(gone);
            assert!(!is_made_out_of(&project(), &live), "{gone}");
            assert!(!is_made_out_of(&live, &project()), "{gone}");
        }
        for (name, value) in [("projectType", json!("DURATION")), ("tags", json!(["GANTT_END_DATE"])), ("title", json!("Begin"))] {
            let mut live = project();
            live[2].native[name] = value;
            assert!(!is_made_out_of(&project(), &live), "{name}");
        }
    }
}
