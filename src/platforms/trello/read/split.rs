//! Cuts one big board answer into records, so that each thing has its own identity and nothing is said twice.
//!
//! Together the records hold every field of the answer, with the exceptions that the folder's README names.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::super::json::{is, object, take_list, text};
use crate::model::coverage::Missing;
use crate::model::{Blob, Kind, NativeId, Record, RecordKey};
use crate::platforms::connector::ExpectedBytes;

/// What changes by merely looking at a board.
const CHANGES_BY_LOOKING: &[&str] = &["dateLastView"];

/// A record, and what is promised about its bytes if it has any.
pub(super) type Found = (Record, Option<ExpectedBytes>);

/// Collects the records of one board.
#[derive(Debug)]
pub(super) struct Splitter {
    board: NativeId,
    seen: HashSet<RecordKey>,
    /// The records so far.
    pub(super) found: Vec<Found>,
    /// What could not be made a record.
    pub(super) missing: Vec<Missing>,
}

/// The parts of a board that its answer holds besides the board itself.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Cards, where the answer has them.
    pub(super) cards: Vec<Value>,
    /// Comments, newest first.
    pub(super) comments: Vec<Value>,
    /// Power-ups, if the answer told them.
    pub(super) power_ups: Option<Vec<Value>>,
}

impl Splitter {
    /// Starts with nothing.
    pub(super) fn new(board: NativeId) -> Self {
        Self { board, seen: HashSet::new(), found: Vec::new(), missing: Vec::new() }
    }

    /// Splits the answer to the question for a board. Cards, comments and power-ups are handed back, because
    /// more of them may have to be asked for.
    pub(super) fn board(&mut self, answer: Value) -> Parts {
        let mut board = object(answer);
        let mut take = |key: &str| take_list(&mut board, key);
        let (cards, comments, power_ups) = (take("cards"), take("actions"), take("boardPlugins"));
        let (lists, labels, fields) = (take("lists"), take("labels"), take("customFields"));
        let (checklists, data) = (take("checklists"), take("pluginData"));
        let (members, memberships) = (take("members"), take("memberships"));
        board.retain(|key, _| !CHANGES_BY_LOOKING.contains(&key.as_str()));
        self.add(Kind::Container, board);
        self.members(memberships.unwrap_or_default(), members.unwrap_or_default());
        self.all(Kind::Label, labels);
        self.all(Kind::Section, lists);
        fields.into_iter().flatten().for_each(|field| self.field(field));
        checklists.into_iter().flatten().for_each(|checklist| self.checklist(checklist));
        self.all(Kind::ExtensionData, data);
        Parts { cards: cards.unwrap_or_default(), comments: comments.unwrap_or_default(), power_ups }
    }

    /// Splits a card.
    pub(super) fn card(&mut self, card: Value) {
        let mut card = object(card);
        let id = card.get("id").cloned().unwrap_or_default();
        let mut take = |key: &str| take_list(&mut card, key).into_iter().flatten();
        // The labels are records of the board; the card keeps their ids.
        drop(take("labels"));
        let (attachments, values) = (take("attachments"), take("customFieldItems"));
        let (stickers, checklists, data) = (take("stickers"), take("checklists"), take("pluginData"));
        self.add(Kind::Item, card);
        attachments.for_each(|attachment| self.attachment(&id, attachment));
        values.for_each(|value| self.value(&id, value));
        stickers.for_each(|sticker| self.add(Kind::Sticker, with(sticker, "idCard", &id)));
        checklists.for_each(|checklist| self.checklist(checklist));
        data.for_each(|data| self.add(Kind::ExtensionData, object(data)));
    }

    /// Adds comments.
    pub(super) fn comments(&mut self, comments: Vec<Value>) {
        self.all(Kind::Comment, Some(comments));
    }

    /// Adds power-ups.
    pub(super) fn power_ups(&mut self, power_ups: Vec<Value>) {
        self.all(Kind::Extension, Some(power_ups));
    }

    /// How many records of a kind there are so far.
    pub(super) fn count(&self, kind: Kind) -> u64 {
        self.found.iter().filter(|(record, _)| record.key.kind == kind).count() as u64
    }

    fn members(&mut self, memberships: Vec<Value>, members: Vec<Value>) {
        for membership in join_members(memberships, members) {
            self.add(Kind::Member, membership);
        }
    }

    fn field(&mut self, field: Value) {
        let mut field = object(field);
        let id = field.get("id").cloned().unwrap_or_default();
        let options = take_list(&mut field, "options");
        self.add(Kind::FieldDef, field);
        for option in options.into_iter().flatten() {
            self.add(Kind::FieldOption, with(option, "idCustomField", &id));
        }
    }

    fn checklist(&mut self, checklist: Value) {
        let mut checklist = object(checklist);
        let id = checklist.get("id").cloned().unwrap_or_default();
        let card = checklist.get("idCard").cloned().unwrap_or_default();
        let items = take_list(&mut checklist, "checkItems");
        self.add(Kind::Checklist, checklist);
        for item in items.into_iter().flatten() {
            let mut item = with(item, "idChecklist", &id);
            item.entry("idCard").or_insert_with(|| card.clone());
            self.add(Kind::ChecklistItem, item);
        }
    }

    fn attachment(&mut self, card: &Value, attachment: Value) {
        let upload = is(&attachment, "isUpload");
        let len = attachment.get("bytes").and_then(Value::as_u64);
        let mut attachment = with(attachment, "idCard", card);
        if upload {
            // The address of an upload is Trello's own choice, the address of a link is the user's.
            if let Some(url) = attachment.remove("url") {
                attachment.insert("downloadUrl".to_owned(), url);
            }
        }
        let id = id_of(Kind::Attachment, &attachment);
        self.put(Kind::Attachment, &id, attachment, upload.then_some(ExpectedBytes { len }));
    }

    fn value(&mut self, card: &Value, value: Value) {
        let value = with(value, "idCard", card);
        let field = value.get("idCustomField").and_then(Value::as_str).unwrap_or_default();
        // The value's own id is renewed with every change; the pair of card and field is what lasts.
        let id = match (card.as_str().unwrap_or_default(), field) {
            ("", _) | (_, "") => String::new(),
            (card, field) => format!("{card}:{field}"),
        };
        self.put(Kind::FieldValue, &id, value, None);
    }

    fn all(&mut self, kind: Kind, entries: Option<Vec<Value>>) {
        entries.into_iter().flatten().for_each(|entry| self.add(kind, object(entry)));
    }

    fn add(&mut self, kind: Kind, native: Map<String, Value>) {
        let id = id_of(kind, &native);
        self.put(kind, &id, native, None);
    }

    fn put(&mut self, kind: Kind, id: &str, native: Map<String, Value>, bytes: Option<ExpectedBytes>) {
        if id.is_empty() {
            let what = format!("a {kind} named `{}`", text(&Value::Object(native), "name"));
            self.missing.push(Missing { key: None, what, why: "it came without an id".to_owned() });
            return;
        }
        let key = RecordKey::new(self.board.clone(), kind, id);
        // Pages overlap when something is added between two of them.
        if self.seen.insert(key.clone()) {
            self.found.push((Record { key, native: Value::Object(native), blob: Blob::None }, bytes));
        }
    }
}

/// Memberships, each with the person it is about under `member`.
pub(in super::super) fn join_members(memberships: Vec<Value>, members: Vec<Value>) -> Vec<Map<String, Value>> {
    let mut people: BTreeMap<String, Value> =
        members.into_iter().map(|member| (text(&member, "id").to_owned(), member)).collect();
    let mut joined: Vec<_> = memberships
        .into_iter()
        .map(|membership| {
            let mut membership = object(membership);
            let id = membership.get("idMember").and_then(Value::as_str).unwrap_or_default();
            if let Some(person) = people.remove(id) {
                membership.insert("member".to_owned(), person);
            }
            membership
        })
        .collect();
    // A person without a membership should not exist; should one, it is kept.
    joined.extend(people.into_iter().map(|(id, person)| object(json!({"idMember": id, "member": person}))));
    joined
}

fn id_of(kind: Kind, native: &Map<String, Value>) -> String {
    let path = if kind == Kind::Member { "idMember" } else { "id" };
    native.get(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn with(value: Value, key: &str, id: &Value) -> Map<String, Value> {
    let mut object = object(value);
    object.insert(key.to_owned(), id.clone());
    object
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
