//! The world of the Trello sandbox, and what every change in it has in common.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sim::blob::Blob;
use crate::base::clock::Timestamp;
use crate::sim::object_ids::ObjectIds;
use crate::sim::world::{Kind, World, text};

pub(super) const ORGANIZATION: Kind = "organization";
pub(super) const MEMBER: Kind = "member";
/// Belongs to a board or to an organization.
pub(super) const MEMBERSHIP: Kind = "membership";
pub(super) const BOARD: Kind = "board";
pub(super) const LIST: Kind = "list";
pub(super) const LABEL: Kind = "label";
/// Its options are inside it.
pub(super) const CUSTOM_FIELD: Kind = "customField";
/// Belongs to a board and to a list. Custom field values are inside it.
pub(super) const CARD: Kind = "card";
/// Belongs to a board and to a card. Its items are inside it.
pub(super) const CHECKLIST: Kind = "checklist";
/// Belongs to a board and to a card.
pub(super) const ATTACHMENT: Kind = "attachment";
pub(super) const STICKER: Kind = "sticker";
/// Belongs to a board and, if it is about one, to a card.
pub(super) const ACTION: Kind = "action";
/// Belongs to a board.
pub(super) const BOARD_PLUGIN: Kind = "boardPlugin";
/// Belongs to a board and perhaps to a card.
pub(super) const PLUGIN_DATA: Kind = "pluginData";

/// Sizes at which Trello refuses to answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// More cards than this are refused inside one board.
    pub(super) cards_in_board: usize,
    /// A board shows so many of its cards and does not say that there are more.
    pub(super) nested_cards: usize,
    /// More checklists than this are refused in one answer.
    pub(super) checklists: usize,
    /// Largest upload in bytes.
    pub(super) upload: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { cards_in_board: 5_000, nested_cards: usize::MAX, checklists: 20_000, upload: 10 << 20 }
    }
}

/// Everything that there is in a sandbox.
#[derive(Debug)]
pub(super) struct State {
    pub(super) world: World,
    pub(super) blobs: BTreeMap<String, Blob>,
    pub(super) now: Timestamp,
    pub(super) rules: Rules,
    /// Where uploads are fetched, without a trailing slash.
    pub(super) origin: String,
    /// Whether changes write history; worlds are built without.
    pub(super) history: bool,
    ids: ObjectIds,
}

impl State {
    pub(super) fn new(seed: u64, now: Timestamp, origin: String) -> Self {
        Self {
            world: World::default(),
            blobs: BTreeMap::new(),
            now,
            rules: Rules::default(),
            origin,
            history: false,
            ids: ObjectIds::new(seed),
        }
    }

    pub(super) fn new_id(&mut self) -> String {
        self.ids.next(self.now)
    }

    /// The time now, as Trello writes it.
    pub(super) fn date(&self) -> String {
        date(self.now)
    }

    /// The eight letters and digits by which links name a board or card.
    pub(super) fn short_link(id: &str) -> String {
        const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let hash = blake3::hash(id.as_bytes());
        let digit = |byte: &u8| DIGITS.get(usize::from(*byte) % DIGITS.len()).copied().unwrap_or(b'0');
        hash.as_bytes().iter().take(8).map(|byte| char::from(digit(byte))).collect()
    }

    /// Marks a board as changed now.
    pub(super) fn touch_board(&mut self, board: &str) {
        let now = self.date();
        if let Some(entity) = self.world.edit(BOARD, board) {
            entity["dateLastActivity"] = now.into();
        }
    }

    /// Marks a card and its board as changed now.
    pub(super) fn touch_card(&mut self, card: &str) {
        let now = self.date();
        let Some(entity) = self.world.edit(CARD, card) else { return };
        entity["dateLastActivity"] = now.into();
        let board = text(entity, "idBoard").to_owned();
        self.touch_board(&board);
    }

    /// Writes a line of history about a board or, through its id, about a card.
    pub(super) fn note(&mut self, by: &str, kind: &str, board: &str, card: Option<&str>, data: Value) {
        if self.history {
            self.act(by, kind, board, card, data);
        }
    }

    /// Adds an action and gives its id.
    pub(super) fn act(
        &mut self,
        by: &str,
        kind: &str,
        board: &str,
        card: Option<&str>,
        mut data: Value,
    ) -> String {
        let id = self.new_id();
        let brief = |kind: Kind, id: &str| {
            let entity = self.world.get(kind, id)?;
            let mut brief = json!({"id": id, "name": entity["name"]});
            for field in ["shortLink", "idShort"] {
                if let Some(value) = entity.get(field) {
                    brief[field] = value.clone();
                }
            }
            Some(brief)
        };
        if let Some(brief) = brief(BOARD, board) {
            data["board"] = brief;
        }
        if let Some(card) = card {
            data["card"] = brief(CARD, card).unwrap_or_else(|| json!({"id": card}));
            let list = self.world.get(CARD, card).map(|card| text(card, "idList").to_owned());
            if let Some(list) = list.and_then(|list| brief(LIST, &list)) {
                data["list"] = list;
            }
        }
        let action = json!({
            "id": id, "idMemberCreator": by, "type": kind, "date": self.date(), "data": data,
            "appCreator": null, "limits": {},
        });
        let parents: Vec<&str> = [board].into_iter().chain(card).collect();
        self.world.insert(ACTION, &parents, action);
        id
    }
}

/// A time as Trello writes it: UTC with milliseconds.
pub(super) fn date(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// Whether a list inside an entity has this text.
pub(super) fn lists(entity: &Value, field: &str, wanted: &str) -> bool {
    items(entity, field).iter().any(|item| item.as_str() == Some(wanted))
}

/// A list inside an entity; empty when there is none.
pub(super) fn items<'a>(entity: &'a Value, field: &str) -> &'a [Value] {
    entity.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Takes things out of a list inside an entity; says whether there were any.
pub(super) fn take_out(entity: &mut Value, field: &str, unwanted: impl Fn(&Value) -> bool) -> bool {
    let Some(list) = entity.get_mut(field).and_then(Value::as_array_mut) else { return false };
    let before = list.len();
    list.retain(|item| !unwanted(item));
    before != list.len()
}

/// Puts a thing at the end of a list inside an entity.
pub(super) fn put_in(entity: &mut Value, field: &str, item: Value) {
    match entity.get_mut(field).and_then(Value::as_array_mut) {
        Some(list) => list.push(item),
        None => entity[field] = json!([item]),
    }
}
