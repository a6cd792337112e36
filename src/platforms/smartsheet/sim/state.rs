//! The world of the Smartsheet sandbox, and what every change in it has in common.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::sim::blob::Blob;
use crate::base::clock::Timestamp;
use crate::sim::world::{Kind, World, text};

pub(super) const USER: Kind = "user";
/// The ids of its members are inside it.
pub(super) const GROUP: Kind = "group";
pub(super) const WORKSPACE: Kind = "workspace";
/// Belongs to a workspace, a folder or somebody's home, as do sheets, reports, sights and templates.
pub(super) const FOLDER: Kind = "folder";
/// Its columns and summary fields are inside it.
pub(super) const SHEET: Kind = "sheet";
/// A sheet that only serves as a pattern for others.
pub(super) const TEMPLATE: Kind = "template";
pub(super) const REPORT: Kind = "report";
pub(super) const SIGHT: Kind = "sight";
/// Belongs to a sheet. Its cells are inside it, by column.
pub(super) const ROW: Kind = "row";
/// Belongs to a sheet and to what it is about: a row or the sheet.
pub(super) const DISCUSSION: Kind = "discussion";
/// Belongs to a sheet and a discussion.
pub(super) const COMMENT: Kind = "comment";
/// Belongs to a sheet and to what it is attached to.
pub(super) const ATTACHMENT: Kind = "attachment";
/// Belongs to what is shared.
pub(super) const SHARE: Kind = "share";
/// A cross-sheet reference; belongs to the sheet whose formulas may use it. So do the five after it.
pub(super) const REFERENCE: Kind = "crossSheetReference";
pub(super) const FILTER: Kind = "filter";
pub(super) const RULE: Kind = "automationRule";
pub(super) const UPDATE_REQUEST: Kind = "updateRequest";
pub(super) const SENT_REQUEST: Kind = "sentUpdateRequest";
/// The id that stays the same is that of its first version. Its other versions and the answers to requests for its
/// approval are inside it; what is said about it and attached to it belongs to it and not to its sheet.
pub(super) const PROOF: Kind = "proof";

/// What lies in containers.
pub(super) const ITEMS: &[Kind] = &[FOLDER, SHEET, REPORT, SIGHT, TEMPLATE];
/// What belongs to a sheet and goes with it.
pub(super) const PARTS: &[Kind] =
    &[ROW, DISCUSSION, COMMENT, ATTACHMENT, REFERENCE, FILTER, RULE, UPDATE_REQUEST, SENT_REQUEST, PROOF, SHARE];

/// Sizes at which Smartsheet refuses, and how it behaves where it may choose.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Rows in one request.
    pub(super) rows_in_request: usize,
    /// Rows in a sheet.
    pub(super) rows: usize,
    /// Columns in a sheet.
    pub(super) columns: usize,
    /// Rows times columns.
    pub(super) cells: usize,
    /// Bytes in an upload.
    pub(super) upload: usize,
    /// Token pages have fewer things than asked for.
    pub(super) short_pages: bool,
    /// Pages have so many things at most, even where everything at once was asked for.
    pub(super) longest_page: usize,
}

impl Default for Rules {
    fn default() -> Self {
        let upload = 30 << 20;
        let longest_page = usize::MAX;
        let (rows, columns, cells) = (20_000, 400, 500_000);
        Self { rows_in_request: 500, rows, columns, cells, upload, short_pages: false, longest_page }
    }
}

/// Everything that there is in a sandbox.
#[derive(Debug)]
pub(super) struct State {
    pub(super) world: World,
    /// The ids of the rows of each sheet from top to bottom.
    pub(super) order: BTreeMap<String, Vec<String>>,
    /// Bytes of attachments and images by id.
    pub(super) blobs: BTreeMap<String, Blob>,
    /// What happened, oldest first.
    pub(super) events: Vec<Value>,
    pub(super) now: Timestamp,
    pub(super) rules: Rules,
    ids: fastrand::Rng,
    given: u64,
}

impl State {
    pub(super) fn new(seed: u64, now: Timestamp) -> Self {
        Self {
            world: World::default(),
            order: BTreeMap::new(),
            blobs: BTreeMap::new(),
            events: Vec::new(),
            now,
            rules: Rules::default(),
            ids: fastrand::Rng::with_seed(seed ^ 0x5_3a97),
            given: 0,
        }
    }

    /// An id of 16 digits. Ids say nothing about the order in which they were given.
    pub(super) fn new_id(&mut self) -> String {
        self.ids.u64(1_000_000_000_000_000..9_000_000_000_000_000).to_string()
    }

    /// An id of letters and digits, as shares and images have it.
    pub(super) fn new_word(&mut self) -> String {
        (0..16).map(|_| self.ids.alphanumeric()).collect()
    }

    /// The time now, as Smartsheet writes it.
    pub(super) fn date(&self) -> String {
        date(self.now)
    }

    /// Adds a thing under an id of its own, with its place in the order of creation.
    pub(super) fn add(&mut self, kind: Kind, parents: &[&str], mut entity: Value) -> String {
        if text(&entity, "id").is_empty() {
            entity["id"] = self.new_id().into();
        }
        self.given += 1;
        entity["_n"] = self.given.into();
        let id = text(&entity, "id").to_owned();
        self.world.insert(kind, parents, entity);
        id
    }

    /// What belongs to a thing, in the order of creation.
    pub(super) fn listed(&self, parent: &str, kind: Kind) -> Vec<&Value> {
        let mut found: Vec<&Value> = self.world.of(parent, kind).collect();
        found.sort_by_key(|entity| entity["_n"].as_u64());
        found
    }

    /// Changes a thing that is known to exist.
    pub(super) fn change(&mut self, kind: Kind, id: &str, change: impl FnOnce(&mut Value)) {
        if let Some(entity) = self.world.edit(kind, id) {
            change(entity);
        }
    }

    /// Marks a thing as changed now.
    pub(super) fn touch(&mut self, kind: Kind, id: &str) {
        let now = self.date();
        self.change(kind, id, |entity| entity["modifiedAt"] = now.into());
    }

    /// Marks the content of a sheet as changed: its version grows.
    pub(super) fn bump(&mut self, sheet: &str) -> u64 {
        self.touch(SHEET, sheet);
        let mut version = 0;
        self.change(SHEET, sheet, |sheet| {
            version = sheet["version"].as_u64().unwrap_or(0) + 1;
            sheet["version"] = version.into();
        });
        version
    }

    /// Notes an event.
    pub(super) fn note(&mut self, user: &str, object: &str, action: &str, id: &str) {
        let event = json!({
            "eventId": format!("event{:06}", self.events.len() + 1), "objectType": object, "action": action,
            "objectId": id, "objectIdStr": id, "eventTimestamp": self.date(), "userId": user,
            "requestUserId": user, "source": "API_UNDEFINED_APP", "accessTokenName": null,
            "additionalDetails": {},
        });
        self.events.push(event);
    }

    /// The whole world, for comparing worlds.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        let mut state = self.world.to_json();
        state.insert("rowOrder".to_owned(), json!(self.order));
        let blobs = self
            .blobs
            .iter()
            .map(|(id, blob)| (id.clone(), Value::from(blake3::hash(&blob.bytes()).to_hex().as_str())));
        state.insert("files".to_owned(), blobs.collect());
        state
    }
}

/// A point in time as Smartsheet writes it: to the second, in UTC.
pub(super) fn date(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The ids in a list inside a thing.
pub(super) fn ids(entity: &Value, field: &str) -> Vec<String> {
    items(entity, field).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A list inside a thing; empty when there is none.
pub(super) fn items<'a>(entity: &'a Value, field: &str) -> &'a [Value] {
    entity.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Where in the web application a thing is shown.
pub(super) fn permalink(kind: &str, id: &str) -> String {
    let hash = blake3::hash(id.as_bytes()).to_hex();
    format!("https://app.smartsheet.com/{kind}s/{}", hash.get(..24).unwrap_or_default())
}

/// Takes things out of a list inside a thing; a list without any left goes as well.
pub(super) fn take_out(entity: &mut Value, field: &str, unwanted: impl Fn(&Value) -> bool) {
    let Some(list) = entity.get_mut(field).and_then(Value::as_array_mut) else { return };
    list.retain(|item| !unwanted(item));
    if list.is_empty() {
        entity.as_object_mut().map(|entity| entity.remove(field));
    }
}

/// Puts a thing at the end of a list inside a thing.
pub(super) fn put_in(entity: &mut Value, field: &str, item: Value) {
    match entity.get_mut(field).and_then(Value::as_array_mut) {
        Some(list) => list.push(item),
        None => entity[field] = json!([item]),
    }
}
