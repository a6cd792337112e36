//! Cuts the answers about one sheet into records, so that each thing has its own identity and nothing is said twice.
//!
//! Together the records hold every field of the answers, with the exceptions that the folder's README names.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::super::connector::Place;
use super::super::inventory::share;
use super::super::json::{object, take_list, text, text_of};
use super::Answers;
use super::cell::{self, Column};
use crate::model::coverage::Missing;
use crate::model::{Blob, Kind, NativeId, Record, RecordKey};
use crate::platforms::connector::ExpectedBytes;

/// What counts the rows above, or the changes of the whole sheet: it would make every row look changed.
const COUNTERS: [&str; 3] = ["rowNumber", "siblingId", "version"];

/// The address of a file is made anew each time that somebody looks.
const MADE_BY_LOOKING: [&str; 2] = ["url", "urlExpiresInMillis"];

/// What a cross-sheet reference names.
const RANGE: [&str; 5] = ["sourceSheetId", "startColumnId", "endColumnId", "startRowId", "endRowId"];

/// Media types that say nothing about a file. Whether one has the first or the second depends on who uploaded it.
const UNTYPED: [&str; 2] = ["", "application/octet-stream"];

/// The settings of a project sheet, which are a record of their own.
const PROJECT: &str = "projectSettings";

/// A record, and what is promised about its bytes if it has any.
pub(super) type Found = (Record, Option<ExpectedBytes>);

/// Collects the records of one sheet.
#[derive(Debug)]
pub(super) struct Splitter {
    sheet: NativeId,
    /// The connection's own person: id and e-mail address, by which comments name their author.
    me: (String, String),
    seen: HashSet<RecordKey>,
    /// The records so far.
    pub(super) found: Vec<Found>,
    /// What could not be made a record.
    pub(super) missing: Vec<Missing>,
}

impl Splitter {
    /// Starts with nothing.
    pub(super) fn new(sheet: NativeId, id: &str, email: &str) -> Self {
        let me = (id.to_owned(), email.to_owned());
        Self { sheet, me, seen: HashSet::new(), found: Vec::new(), missing: Vec::new() }
    }

    /// Splits everything.
    pub(super) fn split(&mut self, answers: Answers, place: &Place) {
        let mut sheet = object(answers.sheet);
        let mut take = |key: &str| take_list(&mut sheet, key);
        let (columns, rows, attachments) = (take("columns"), take("rows"), take("attachments"));
        let (references, filters) = (take("crossSheetReferences"), take("filters"));
        drop(take("discussions"));
        let columns_seen = columns.iter().map(|column| (text(column, "id").to_owned(), Column::of(column))).collect();
        sheet.insert("columns".to_owned(), ids(&columns));
        let mut summary = answers.summary;
        summary.sort_by_key(|field| field.get("index").and_then(Value::as_u64));
        sheet.insert("summaryFields".to_owned(), ids(&summary));
        self.rows(&mut sheet, rows, &columns_seen);
        self.sheet(sheet, answers.publish, place);
        for native in columns.into_iter().map(object) {
            let mut native = native;
            cell::column(&mut native);
            self.add(Kind::FieldDef, native);
        }
        for reference in references {
            self.reference(object(reference));
        }
        for field in summary {
            self.summary_field(object(field));
        }
        for file in attachments {
            self.file(Kind::Attachment, object(file), &[]);
        }
        for entry in &answers.shares {
            let sheet = self.sheet.to_string();
            let record = share(&sheet, Kind::Member, entry, &self.me.0);
            self.found.extend(record.map(|record| (record, None)));
        }
        for discussion in answers.discussions {
            self.discussion(object(discussion));
        }
        for filter in filters {
            let mut filter = object(filter);
            filter.insert("resourceType".to_owned(), json!("filter"));
            self.add(Kind::Inventory, filter);
        }
        for asset in answers.inventory {
            self.add(Kind::Inventory, object(asset));
        }
        for proof in answers.proofs {
            self.proof(proof);
        }
        self.missing.extend(answers.missing);
    }

    /// How many records of a kind there are so far.
    pub(super) fn count(&self, kind: Kind) -> u64 {
        self.found.iter().filter(|(record, _)| record.key.kind == kind).count() as u64
    }

    fn sheet(&mut self, mut sheet: Map<String, Value>, publish: Option<Value>, place: &Place) {
        sheet.insert("workspace".to_owned(), json!(place.workspace));
        if let Some(folder) = &place.folder {
            sheet.insert("folder".to_owned(), json!(folder));
        }
        if let Some(publish) = publish {
            sheet.insert("publish".to_owned(), publish);
        }
        if sheet.get("dependenciesEnabled") == Some(&json!(true)) {
            let mut project = Map::from_iter([("name".to_owned(), json!("dependencies"))]);
            project.insert("dependenciesEnabled".to_owned(), json!(true));
            project.extend(sheet.remove_entry(PROJECT));
            self.put(Kind::Extension, "dependencies", project, None);
        }
        self.add(Kind::Container, sheet);
    }

    /// The rows, each with the ids of those right below it in their order; the sheet has those at the top.
    fn rows(&mut self, sheet: &mut Map<String, Value>, rows: Vec<Value>, columns: &HashMap<String, Column>) {
        let mut below: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for row in &rows {
            below.entry(text(row, "parentId").to_owned()).or_default().push(text(row, "id").into());
        }
        sheet.insert("rows".to_owned(), below.remove("").unwrap_or_default().into());
        for row in rows {
            let children = below.remove(text(&row, "id"));
            self.row(object(row), children, columns);
        }
    }

    fn row(&mut self, mut row: Map<String, Value>, children: Option<Vec<Value>>, columns: &HashMap<String, Column>) {
        let id = text_of(&row, "id").to_owned();
        row.retain(|key, _| !COUNTERS.contains(&key.as_str()));
        // Discussions are read with their comments.
        drop(take_list(&mut row, "discussions"));
        cell::drop_plain_format(&mut row);
        let (cells, files) = (take_list(&mut row, "cells"), take_list(&mut row, "attachments"));
        if let Some(children) = children {
            row.insert("rows".to_owned(), Value::Array(children));
        }
        if row.get("expanded") == Some(&json!(false)) {
            row.insert("collapsed".to_owned(), json!(true));
        }
        let mut rest = Vec::new();
        for native in cells.into_iter().map(object) {
            let Some(column) = columns.get(text_of(&native, "columnId")) else {
                rest.push(Value::Object(native));
                continue;
            };
            if column.is_primary() {
                row.insert("title".to_owned(), json!(cell::shown(&native)));
            }
            let parts = cell::cell(column, native);
            row.extend(parts.primary.map(|value| ("primary".to_owned(), value)));
            rest.extend(parts.rest.map(Value::Object));
            if let Some(own) = parts.own {
                let column = text_of(&own, "columnId").to_owned();
                self.put(Kind::FieldValue, &format!("{id}:{column}"), with(own, "rowId", &id), None);
                if let Some(image) = parts.image {
                    let cell = RecordKey::new(self.sheet.clone(), Kind::FieldValue, format!("{id}:{column}"));
                    self.image(image, cell, &[("rowId", &id), ("columnId", &column)]);
                }
            }
        }
        if !rest.is_empty() {
            row.insert("cells".to_owned(), Value::Array(rest));
        }
        self.add(Kind::Item, row);
        for file in files {
            self.file(Kind::Attachment, object(file), &[("rowId", &id)]);
        }
    }

    /// A cross-sheet reference. Of a broken one the range is kept apart: it names what is not there any more. All other
    /// states come and go by themselves.
    fn reference(&mut self, mut reference: Map<String, Value>) {
        if text_of(&reference, "status") == "BROKEN" {
            let range = RANGE.iter().filter_map(|name| reference.remove_entry(*name)).collect();
            reference.insert("brokenRange".to_owned(), Value::Object(range));
        }
        self.add(Kind::ContainerLink, reference);
    }

    /// A summary field holds a value, what a formula gives, or an image, as a cell does.
    fn summary_field(&mut self, mut field: Map<String, Value>) {
        let image = cell::summary_field(&mut field);
        let id = text_of(&field, "id").to_owned();
        let key = RecordKey::new(self.sheet.clone(), Kind::SummaryField, id.clone());
        self.add(Kind::SummaryField, field);
        if let Some(image) = image {
            self.image(image, key, &[("fieldId", &id)]);
        }
    }

    /// A file or link, with the ids of what it hangs on.
    pub(super) fn file(&mut self, kind: Kind, mut file: Map<String, Value>, on: &[(&str, &str)]) {
        let has_bytes = text_of(&file, "attachmentType") == "FILE";
        // What a platform says of bytes of which it was told nothing.
        file.retain(|key, value| key != "mimeType" || !UNTYPED.iter().any(|untyped| value == untyped));
        if has_bytes {
            file.retain(|key, _| !MADE_BY_LOOKING.contains(&key.as_str()));
        }
        for (key, id) in on {
            file = with(file, key, id);
        }
        let id = text_of(&file, "id").to_owned();
        self.put(kind, &id, file, has_bytes.then_some(ExpectedBytes { len: None }));
    }

    /// The image in a cell or summary field, with the ids of what that is. Nobody tells its length before it is
    /// fetched.
    fn image(&mut self, mut image: Map<String, Value>, holder: RecordKey, on: &[(&str, &str)]) {
        let id = text_of(&image, "id").to_owned();
        if self.seen.contains(&RecordKey::new(self.sheet.clone(), Kind::Image, id.clone())) {
            // A record stands in one place only.
            let what = format!("the image `{}` in a second place", text_of(&image, "altText"));
            let why = format!("the sheet has the same image, {id}, elsewhere, and only that place gets it back");
            self.missing.push(Missing { key: Some(holder), what, why });
            return;
        }
        for (key, id) in on {
            image = with(image, key, id);
        }
        self.put(Kind::Image, &id, image, Some(ExpectedBytes { len: None }));
    }

    /// Who wrote a comment: the account's own id for its own, since only those can be changed; else the address.
    pub(super) fn author(&self, comment: &Map<String, Value>) -> Value {
        let (id, own) = &self.me;
        let email = comment.get("createdBy").map(|person| text(person, "email")).unwrap_or_default();
        if email.is_empty() { Value::Null } else { json!(if email == own { id } else { email }) }
    }

    /// Adds a record that knows its id.
    pub(super) fn add(&mut self, kind: Kind, native: Map<String, Value>) {
        let id = text_of(&native, "id").to_owned();
        self.put(kind, &id, native, None);
    }

    /// Adds something for information under an id that is not its own.
    pub(super) fn known_as(&mut self, id: &str, native: Map<String, Value>) {
        self.put(Kind::Inventory, id, native, None);
    }

    fn put(&mut self, kind: Kind, id: &str, native: Map<String, Value>, bytes: Option<ExpectedBytes>) {
        if id.is_empty() {
            let name = ["name", "title", "text", "altText"].map(|key| text_of(&native, key)).concat();
            let what = format!("a {kind} named `{name}`");
            self.missing.push(Missing { key: None, what, why: "it came without an id".to_owned() });
            return;
        }
        let key = RecordKey::new(self.sheet.clone(), kind, id);
        // The same file may be told with the row and with the sheet.
        if self.seen.insert(key.clone()) {
            self.found.push((Record { key, native: Value::Object(native), blob: Blob::None }, bytes));
        }
    }
}

/// The ids of a list of things.
fn ids(things: &[Value]) -> Value {
    things.iter().map(|thing| text(thing, "id")).collect()
}

/// The same object with an id at a key.
pub(super) fn with(mut native: Map<String, Value>, key: &str, id: &str) -> Map<String, Value> {
    native.insert(key.to_owned(), json!(id));
    native
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
