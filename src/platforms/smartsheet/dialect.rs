//! What tables cannot say about Smartsheet: how texts link to sheets and rows, and how a restored comment names its
//! author.

use std::ops::Range;

use serde_json::Value;

use super::api::UPLOAD_COST;
use super::json::{list, text};
use super::{HOME, effort, formats, predecessors};
use super::spec::KINDS;
use super::words;
use crate::base::clock::Timestamp;
use crate::model::dialect::{Computed, Dialect, Guise, Plainer, TextLink};
use crate::model::limits::{Bound, Limit, Longest};
use crate::model::loss::LossCause;
use crate::model::spec::KindSpec;
use crate::model::writing::Writing;
use crate::model::{Kind, Record};

/// The pure half of the platform.
pub(super) struct SmartsheetDialect;

/// The longest name of a workspace or a sheet.
const NAME: Longest = Longest::Characters(50);

/// The longest text in a cell, in characters.
pub(super) const LONGEST_VALUE: usize = 4_000;

/// The largest file, in bytes.
pub(super) const LARGEST_FILE: u64 = 30 << 20;

/// What Smartsheet takes no more of.
static LIMITS: &[Limit] = &[
    Limit { kind: Kind::Workspace, bound: Bound::Text("name", NAME) },
    Limit { kind: Kind::Container, bound: Bound::Text("name", NAME) },
    Limit { kind: Kind::FieldValue, bound: Bound::Text("value", Longest::Characters(LONGEST_VALUE)) },
    Limit { kind: Kind::Attachment, bound: Bound::File(LARGEST_FILE) },
    Limit { kind: Kind::Enclosure, bound: Bound::File(LARGEST_FILE) },
    Limit { kind: Kind::Image, bound: Bound::File(LARGEST_FILE) },
    Limit { kind: Kind::WorkspaceMember, bound: Bound::Named(&["email", "groupId"]) },
    Limit { kind: Kind::Member, bound: Bound::Named(&["email", "groupId"]) },
];

/// What stands before the token of a sheet in its address: `https://app.smartsheet.com/sheets/5vxMCJQhMV7VFFPM?rowId=7`.
const SHEET: &str = "/sheets/";
/// What stands before the id of a row there. Both together are the row's token, so that no other number is one.
const ROW: &str = "rowId=";
/// A sheet's token is never shorter; what is shorter is a word that happens to stand there.
const SHORTEST_TOKEN: usize = 10;

/// How the line begins that goes before a restored comment:
/// `[boardvault] Originally by Ada Lovelace (ada@example.org) on 2026-11-21 10:00 UTC`.
const ATTRIBUTION_START: &str = "[boardvault] Originally by ";
const ATTRIBUTION_END: &str = " UTC";

impl Dialect for SmartsheetDialect {
    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn requests(&self, wave: &[Writing<'_>]) -> u64 {
        effort::requests(wave)
    }

    fn link_token(&self, record: &Record) -> Option<String> {
        match record.key.kind {
            Kind::Container => sheet_token(text(&record.native, "permalink")),
            Kind::Item => Some(row_token(record.key.id.as_str())),
            _ => None,
        }
    }

    fn text_links(&self, text: &str) -> Vec<TextLink> {
        let sheets = text.match_indices(SHEET).filter_map(|(at, _)| {
            let range = word_at(text, at + SHEET.len());
            (range.len() >= SHORTEST_TOKEN).then_some(range)
        });
        let rows = text.match_indices(ROW).filter_map(|(at, _)| {
            let digits = digits_at(text, at + ROW.len());
            (!digits.is_empty()).then_some(at..digits.end)
        });
        let link = |range: Range<usize>| TextLink {
            token: text.get(range.clone()).unwrap_or_default().to_owned(),
            range,
        };
        sheets.chain(rows).map(link).collect()
    }

    /// Cross-sheet references stand in braces; what stands in quotes is a text.
    fn names(&self, text: &str) -> Vec<TextLink> {
        let mut names = Vec::new();
        let (mut is_quoted, mut start) = (false, None);
        for (at, c) in text.char_indices() {
            match c {
                '"' => (is_quoted, start) = (!is_quoted, None),
                '{' if !is_quoted => start = Some(at + c.len_utf8()),
                '}' => {
                    let range = start.take().map(|start| start..at);
                    let name = range.and_then(|range| Some((text.get(range.clone())?, range)));
                    names.extend(name.map(|(name, range)| TextLink { range, token: name.to_owned() }));
                }
                _ => {}
            }
        }
        names
    }

    /// Numbers as they are formatted, people by their names, formulas by their result.
    fn shown(&self, value: &Record) -> Option<String> {
        let structured = value.native.get("objectValue").and_then(|value| self.in_words(value));
        let shown = structured.unwrap_or_else(|| text(&value.native, "displayValue").to_owned());
        (!shown.is_empty()).then_some(shown)
    }

    /// System columns and columns with a formula.
    fn computed(&self, item: &Record) -> Vec<Computed> {
        let cell = |native: &Value| {
            let shown = match (text(native, "displayValue"), native.get("value")?) {
                ("", Value::Bool(set)) => if *set { "yes" } else { "no" }.to_owned(),
                ("", Value::String(text)) => text.clone(),
                ("", Value::Number(number)) => number.to_string(),
                (shown, _) => shown.to_owned(),
            };
            let field = text(native, "columnId").to_owned();
            (!shown.is_empty()).then_some(Computed { field, name: None, text: shown })
        };
        list(&item.native, "cells").iter().filter_map(cell).collect()
    }

    fn in_words(&self, value: &Value) -> Option<String> {
        let values = || list(value, "values").iter();
        match text(value, "objectType") {
            "MULTI_CONTACT" => Some(values().map(contact).collect::<Vec<_>>().join(", ")),
            "MULTI_PICKLIST" => Some(values().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")),
            "CONTACT" => Some(contact(value)),
            _ => words::of(value).or_else(|| value.get("email").is_some().then(|| contact(value))),
        }
    }

    fn word(&self, word: &str) -> String {
        formats::in_words(word).unwrap_or_else(|| words::word(word))
    }

    fn retold(&self, text: &str, name: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        predecessors::in_words(text, name)
    }

    /// Predecessors name rows only where the platform keeps them as that; a plain sheet shows what the project showed.
    fn plainer(&self, value: &Record, field: Option<&Record>) -> Option<Plainer> {
        predecessors::to_object(text(&value.native, "value"))?;
        let keeps_them = field.is_some_and(|column| text(&column.native, "projectType") == "PREDECESSOR");
        let shown = self.shown(value).filter(|_| !keeps_them)?;
        Some(Plainer { path: "value", value: shown.into(), cause: LossCause::ProjectSheet })
    }

    /// Comments are shown in the order of their times, and ids are drawn at random.
    fn written_at<'a>(&self, record: &'a Record) -> Option<&'a str> {
        let is_talk = matches!(record.key.kind, Kind::Discussion | Kind::Comment);
        Some(text(&record.native, "createdAt")).filter(|time| is_talk && !time.is_empty())
    }

    /// The users of the account stand where its workspaces have their shares.
    fn guises(&self) -> &'static [Guise] {
        &[Guise { kind: Kind::WorkspaceMember, place: HOME, noun: "user", plural: "users" }]
    }

    fn called(&self, record: &Record) -> Option<String> {
        if let Some(guise) = self.guise(&record.key) {
            return Some(guise.noun.to_owned());
        }
        let kind = text(&record.native, "resourceType");
        (record.key.kind == Kind::Inventory && !kind.is_empty()).then(|| kind.to_owned())
    }

    fn hidden(&self) -> &'static [&'static str] {
        &["forms", "workflows of several steps", "rules of conditional formats", "views", "cell history"]
    }

    /// The vendor's list of what makes the counter grow has none of these.
    fn unversioned(&self) -> &'static [&'static str] {
        &[
            "names and types of columns",
            "shares",
            "the summary",
            "publish settings",
            "profiles of users",
            "automation rules",
            "proofs",
            "update requests",
        ]
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }

    fn upload_counts(&self) -> u64 {
        UPLOAD_COST as u64
    }

    fn attribution(&self, comment: &Record) -> Option<String> {
        let native = &comment.native;
        if begins_with_attribution(text(native, "text")) {
            return None;
        }
        let nobody = Value::Null;
        let author = native.get("createdBy").unwrap_or(&nobody);
        let author = match (text(author, "name"), text(author, "email")) {
            ("", "") => "a person unknown".to_owned(),
            (name, "") => name.to_owned(),
            ("", email) => email.to_owned(),
            (name, email) => format!("{name} ({email})"),
        };
        let time = text(native, "createdAt").parse::<Timestamp>().map_or_else(
            |_| "an unknown date".to_owned(),
            |time| time.strftime("%Y-%m-%d %H:%M").to_string(),
        );
        // A name is foreign text: a line break in it would end the header line.
        let author = author.replace(char::is_control, " ");
        Some(format!("{ATTRIBUTION_START}{author} on {time}{ATTRIBUTION_END}"))
    }
}

/// A contact has a name, an address or both.
pub(super) fn contact(contact: &Value) -> String {
    match (text(contact, "name"), text(contact, "email")) {
        ("", one) | (one, "") => one.to_owned(),
        (name, email) if name == email => name.to_owned(),
        (name, email) => format!("{name} ({email})"),
    }
}

/// The token in a sheet's own address.
pub(super) fn sheet_token(permalink: &str) -> Option<String> {
    let at = permalink.find(SHEET)? + SHEET.len();
    let token = permalink.get(word_at(permalink, at))?;
    (token.len() >= SHORTEST_TOKEN).then(|| token.to_owned())
}

/// The token of a row.
pub(super) fn row_token(id: &str) -> String {
    format!("{ROW}{id}")
}

/// The id of the row that a token stands for.
pub(super) fn row_of_token(token: &str) -> Option<&str> {
    token.strip_prefix(ROW).filter(|id| !id.is_empty())
}

fn word_at(text: &str, start: usize) -> Range<usize> {
    let rest = text.get(start..).unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    start..start + rest.find(|c| !is_part(c)).unwrap_or(rest.len())
}

fn digits_at(text: &str, start: usize) -> Range<usize> {
    let rest = text.get(start..).unwrap_or_default();
    start..start + rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
}

/// Whether the first line is one that `attribution` made.
fn begins_with_attribution(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().trim_end();
    line.starts_with(ATTRIBUTION_START) && line.ends_with(ATTRIBUTION_END)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::model::{Blob, RecordKey, ops};

    fn record(kind: Kind, native: Value) -> Record {
        Record { key: RecordKey::new("s", kind, "7"), native, blob: Blob::None }
    }

    fn tokens(text: &str) -> Vec<String> {
        SmartsheetDialect.text_links(text).into_iter().map(|link| link.token).collect()
    }

    #[test]
    fn links_to_sheets_and_rows_are_found() {
        let text = "see https://app.smartsheet.com/sheets/5vxMCJQhMV7VFFPM?rowId=4583173393803140, (x/sheets/a-b_c12345)";
        let mut found = tokens(text);
        found.sort();
        assert_eq!(found, ["5vxMCJQhMV7VFFPM", "a-b_c12345", "rowId=4583173393803140"]);
    }

    #[test]
    fn references_are_named_in_the_braces_of_a_formula_and_not_in_its_texts() {
        let names = |text| SmartsheetDialect.names(text).into_iter().map(|name| name.token).collect::<Vec<_>>();
        assert_eq!(names("=SUM({Budget}) + VLOOKUP(1, {Team list}, 2)"), ["Budget", "Team list"]);
        assert_eq!(names("=IF({A} = \"{B}\", \"}\", {C"), ["A"]);
        let renamed = ops::rename(&SmartsheetDialect, "={A}+{AA}", |name| (name == "A").then(|| "A 2".into()));
        assert_eq!(renamed, "={A 2}+{AA}");
    }

    #[test]
    fn other_addresses_are_left_alone() {
        for text in ["https://x.org/sheets/short", "https://x.org/reports/5vxMCJQhMV7VFFPM", "rowId=", "rowId=x"] {
            assert_eq!(tokens(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_tokens_of_records_are_those_of_their_addresses() {
        let sheet = json!({"permalink": "https://app.smartsheet.com/sheets/5vxMCJQhMV7VFFPM"});
        let token = |kind, native| SmartsheetDialect.link_token(&record(kind, native));
        assert_eq!(token(Kind::Container, sheet).as_deref(), Some("5vxMCJQhMV7VFFPM"));
        assert_eq!(token(Kind::Item, json!({})).as_deref(), Some("rowId=7"));
        assert_eq!(row_of_token("rowId=7"), Some("7"));
        assert_eq!(token(Kind::Comment, json!({})), None);
    }

    #[test]
    fn predecessors_are_shown_as_in_the_project_where_the_column_cannot_keep_them() {
        let cell = |value, shown| {
            record(Kind::FieldValue, json!({"columnId": "c", "value": value, "displayValue": shown}))
        };
        let column = |native| record(Kind::FieldDef, native);
        let project = column(json!({"type": "TEXT_NUMBER", "projectType": "PREDECESSOR"}));
        let plain = column(json!({"type": "TEXT_NUMBER"}));
        let told = |cell: &Record, column: Option<&Record>| {
            SmartsheetDialect.plainer(cell, column).map(|plainer| plainer.value)
        };
        let follows = cell("rowId=7 FS +1d", "1FS +1d");
        assert_eq!(told(&follows, Some(&project)), None);
        for column in [None, Some(&plain)] {
            assert_eq!(told(&follows, column), Some(json!("1FS +1d")));
            assert_eq!(told(&cell("7 FS", "7 FS"), column), None, "somebody wrote that");
        }
    }

    #[test]
    fn the_header_names_author_and_time_and_is_not_repeated() {
        let comment = json!({"text": "Done.", "createdAt": "2026-11-21T10:00:42Z",
            "createdBy": {"name": "Ada\nLovelace", "email": "ada@example.org"}});
        let header = SmartsheetDialect.attribution(&record(Kind::Comment, comment)).unwrap();
        assert_eq!(header, "[boardvault] Originally by Ada Lovelace (ada@example.org) on 2026-11-21 10:00 UTC");
        let again = json!({"text": format!("{header}\n\nDone.")});
        assert_eq!(SmartsheetDialect.attribution(&record(Kind::Comment, again)), None);
    }

    #[test]
    fn contacts_are_told_by_name_and_address_as_far_as_they_have_them() {
        let people = json!({"objectType": "MULTI_CONTACT", "values": [
            {"name": "Ada", "email": "ada@x.org"}, {"name": "No address"}, {"email": "gone@x.org"}]});
        let told = "Ada (ada@x.org), No address, gone@x.org";
        assert_eq!(SmartsheetDialect.in_words(&people).as_deref(), Some(told));
        let cell = json!({"objectValue": people, "displayValue": "ada@x.org, , gone@x.org"});
        assert_eq!(SmartsheetDialect.shown(&record(Kind::FieldValue, cell)).as_deref(), Some(told));
        assert_eq!(SmartsheetDialect.in_words(&json!({"objectType": "DURATION", "days": 2})), None);
    }

    #[test]
    fn cells_that_nobody_writes_are_told_with_the_row() {
        let row = json!({"cells": [
            {"columnId": "1", "value": "ada@x.org", "displayValue": "Ada"}, {"columnId": "2", "value": true},
            {"columnId": "3", "value": 7}, {"columnId": "4", "conditionalFormat": ",1"}]});
        let told = SmartsheetDialect.computed(&record(Kind::Item, row));
        let told: Vec<_> = told.iter().map(|value| (value.field.as_str(), value.text.as_str())).collect();
        assert_eq!(told, [("1", "Ada"), ("2", "yes"), ("3", "7")]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_is_taken_and_ranges_are_exact(text in "[/shetrowId=0-9é:.]{0,60}") {
            for link in SmartsheetDialect.text_links(&text) {
                prop_assert_eq!(&text[link.range.clone()], link.token.as_str());
            }
        }
    }
}
