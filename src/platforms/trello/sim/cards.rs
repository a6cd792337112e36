//! Cards.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::input;
use super::nested::CardParts;
use super::refusal::Refusal;
use super::state::{
    ACTION, ATTACHMENT, BOARD, CARD, CHECKLIST, LABEL, LIST, MEMBER, PLUGIN_DATA, STICKER, State, items, lists,
    put_in, take_out,
};
use crate::sim::world::text;

const CARD_ROLES: &[&str] = &["separator", "board", "mirror", "link"];

impl State {
    /// Adds a card at a position of a list.
    pub(super) fn new_card(&mut self, by: &str, list: &str, name: &str, pos: &Value) -> String {
        let id = self.new_id();
        let board = self.world.get(LIST, list).map(|list| text(list, "idBoard").to_owned()).unwrap_or_default();
        let short = self.next_short(&board);
        let card = json!({
            "id": id, "name": name, "desc": "", "descData": {"emoji": {}}, "closed": false, "dateClosed": null,
            "idBoard": board, "idList": list, "idShort": short, "shortLink": Self::short_link(&id), "pos": pos,
            "due": null, "start": null, "dueComplete": false, "dateCompleted": null, "dueReminder": null,
            "idMembers": [], "idMembersVoted": [], "idLabels": [], "idAttachmentCover": null,
            "manualCoverAttachment": false, "cover": no_cover(), "cardRole": null, "mirrorSourceId": null,
            "isTemplate": false, "address": null, "locationName": null, "coordinates": null, "email": null,
            "dateLastActivity": self.date(), "idMemberCreator": by, "subscribed": false, "pinned": false,
            "creationMethod": null, "agent": null, "customFieldItems": [],
        });
        self.world.insert(CARD, &[&board, list], card);
        self.touch_board(&board);
        id
    }

    fn next_short(&mut self, board: &str) -> u64 {
        let Some(board) = self.world.edit(BOARD, board) else { return 1 };
        let next = board["_shorts"].as_u64().unwrap_or(0) + 1;
        board["_shorts"] = next.into();
        next
    }

    /// Moves a card. On another board it gets a new number and loses its labels and custom field values.
    pub(super) fn move_card(&mut self, card: &str, board: &str, list: &str) {
        let old_board = self.world.get(CARD, card).map(|card| text(card, "idBoard").to_owned());
        if old_board.as_deref() != Some(board) {
            let short = self.next_short(board);
            if let Some(entity) = self.world.edit(CARD, card) {
                entity["idBoard"] = board.into();
                entity["idShort"] = short.into();
                entity["idLabels"] = json!([]);
                entity["customFieldItems"] = json!([]);
            }
            for kind in [CHECKLIST, ATTACHMENT, STICKER, ACTION, PLUGIN_DATA] {
                for id in self.world.ids_of(card, kind) {
                    if let Some(entity) = self.world.edit(kind, &id).filter(|e| e.get("idBoard").is_some()) {
                        entity["idBoard"] = board.into();
                    }
                    self.world.move_to(kind, &id, &[board, card]);
                }
            }
        }
        if let Some(entity) = self.world.edit(CARD, card) {
            entity["idList"] = list.into();
        }
        self.world.move_to(CARD, card, &[board, list]);
    }

    /// Takes a card away with everything on it.
    pub(super) fn delete_card(&mut self, card: &str) {
        for attachment in self.world.ids_of(card, ATTACHMENT) {
            self.blobs.remove(&attachment);
        }
        for kind in [CHECKLIST, ATTACHMENT, STICKER, ACTION, PLUGIN_DATA] {
            for id in self.world.ids_of(card, kind) {
                self.world.remove(kind, &id);
            }
        }
        self.world.remove(CARD, card);
    }
}

/// The cover of a card that has none.
pub(super) fn no_cover() -> Value {
    json!({
        "idAttachment": null, "color": null, "idUploadedBackground": null, "size": "normal",
        "brightness": "dark", "idPlugin": null,
    })
}

impl Call<'_> {
    pub(super) fn get_card(&mut self, id: &str) -> Answer {
        let id = self.state.card(self.caller, id, Access::View)?;
        let parts = CardParts::read(self.params, "")?;
        let card = self.state.world.get(CARD, &id).ok_or_else(Refusal::not_found)?;
        let mut view = self.state.full_card(card, &parts);
        if parts.has("actions") {
            view["actions"] = self.state.page_of_actions(&id, self.params, true, "commentCard")?;
        }
        Ok(view)
    }

    pub(super) fn get_card_part(&mut self, id: &str, part: &str) -> Answer {
        let id = self.state.card(self.caller, id, Access::View)?;
        let parts = CardParts::read(&card_part(part), "")?;
        let card = self.state.world.get(CARD, &id).ok_or_else(Refusal::not_found)?;
        Ok(self.state.full_card(card, &parts)[part].clone())
    }

    pub(super) fn post_card(&mut self) -> Answer {
        let list = input::required(self.params, "idList")?;
        let list = self.state.part(self.caller, LIST, &list, Access::Edit)?;
        let (list, board) = (text(list, "id").to_owned(), text(list, "idBoard").to_owned());
        if self.params.text("idCardSource").is_some() {
            return Err(Refusal::wrong("The sandbox does not copy cards."));
        }
        let name = input::text(self.params, "name")?.unwrap_or_default();
        let role = input::one_of(self.params, "cardRole", CARD_ROLES)?;
        let mut changes = self.card_changes(&board)?;
        // A card is always born open; archiving it is a second call.
        changes.retain(|field, _| !["closed", "dateClosed"].contains(field));
        let pos = input::pos(self.params, self.state.positions(&list, CARD))?;
        let pos = pos.unwrap_or_else(|| input::bottom(self.state.positions(&list, CARD)));
        if let Some(role) = role {
            changes.insert("cardRole", role.into());
        }
        let link = self.params.text("urlSource").filter(|link| !link.is_empty());
        let id = self.state.new_card(&self.caller.member, &list, &name, &pos);
        if let Some(card) = self.state.world.edit(CARD, &id) {
            Self::set(card, changes);
        }
        self.state.note(&self.caller.member, "createCard", &board, Some(&id), json!({}));
        if let Some(link) = link {
            self.state.new_link(&self.caller.member, &id, &link, &link);
        } else if let Some(file) = self.file {
            let file = file.clone();
            self.attach(&id, &file.name, &file.mime, file.bytes)?;
        }
        self.card_answer(&id)
    }

    pub(super) fn put_card(&mut self, id: &str) -> Answer {
        let id = self.state.card(self.caller, id, Access::Edit)?;
        let old = self.state.world.get(CARD, &id).cloned().unwrap_or_default();
        let list = self.params.text("idList").unwrap_or_else(|| text(&old, "idList").to_owned());
        let list_board = text(self.state.part(self.caller, LIST, &list, Access::Edit)?, "idBoard").to_owned();
        let board = match self.params.text("idBoard") {
            Some(board) => self.state.board(self.caller, &board, Access::Edit)?,
            None => list_board.clone(),
        };
        if board != list_board {
            return Err(Refusal::invalid("idList"));
        }
        let mut changes = self.card_changes(&board)?;
        if let Some(pos) = input::pos(self.params, self.state.positions(&list, CARD))? {
            changes.insert("pos", pos);
        }
        self.cover_changes(&id, &old, &mut changes)?;
        let moved = list != text(&old, "idList");
        if moved {
            self.state.move_card(&id, &board, &list);
        }
        let only_pos = !moved && changes.keys().all(|field| *field == "pos");
        let mut before = json!({});
        for field in changes.keys() {
            before[*field] = old[*field].clone();
        }
        if let Some(card) = self.state.world.edit(CARD, &id) {
            Self::set(card, changes);
        }
        // A new place in the same list is no activity.
        if !only_pos {
            self.state.touch_card(&id);
            self.state.note(&self.caller.member, "updateCard", &board, Some(&id), json!({"old": before}));
        }
        self.card_answer(&id)
    }

    /// The changes that both creating and updating take, checked against the board.
    fn card_changes(&mut self, board: &str) -> Result<BTreeMap<&'static str, Value>, Refusal> {
        let mut changes: BTreeMap<&'static str, Value> = BTreeMap::new();
        let mut put = |field, value: Option<Value>| value.map(|value| changes.insert(field, value));
        for field in ["name", "desc"] {
            put(field, input::text(self.params, field)?.map(Value::from));
        }
        for field in ["due", "start"] {
            put(field, input::time(self.params, field)?);
        }
        for field in ["closed", "dueComplete", "isTemplate", "subscribed"] {
            put(field, input::flag(self.params, field)?.map(Value::from));
        }
        if let Some(closed) = input::flag(self.params, "closed")? {
            put("dateClosed", Some(if closed { self.state.date().into() } else { Value::Null }));
        }
        if let Some(done) = input::flag(self.params, "dueComplete")? {
            put("dateCompleted", Some(if done { self.state.date().into() } else { Value::Null }));
        }
        for field in ["address", "locationName"] {
            put(field, input::clearable(self.params, field));
        }
        if let Some(reminder) = input::clearable(self.params, "dueReminder") {
            let minutes = input::number(self.params, "dueReminder").ok().flatten();
            let value = if reminder.is_null() { Some(Value::Null) } else { minutes.map(input::number_json) };
            put("dueReminder", Some(value.ok_or_else(|| Refusal::invalid("dueReminder"))?));
        }
        if let Some(coordinates) = input::clearable(self.params, "coordinates") {
            put("coordinates", Some(place(&coordinates).ok_or_else(|| Refusal::invalid("coordinates"))?));
        }
        for (field, kind) in [("idMembers", MEMBER), ("idLabels", LABEL)] {
            let Some(ids) = input::list(self.params, field) else { continue };
            for id in &ids {
                self.belongs(board, kind, id).then_some(()).ok_or_else(|| Refusal::invalid(field))?;
            }
            put(field, Some(ids.into()));
        }
        Ok(changes)
    }

    /// Whether a label or member is one of the board's.
    fn belongs(&self, board: &str, kind: &str, id: &str) -> bool {
        match kind {
            LABEL => self.state.world.get(LABEL, id).is_some_and(|label| text(label, "idBoard") == board),
            _ => self.state.role(board, id).is_some(),
        }
    }

    /// `cover` is a document; `idAttachmentCover` is the older way to say the same about attachments.
    fn cover_changes(
        &self,
        card: &str,
        old: &Value,
        changes: &mut BTreeMap<&'static str, Value>,
    ) -> Result<(), Refusal> {
        let mut cover = old["cover"].clone();
        let own = |id: &str| self.state.world.of(card, ATTACHMENT).any(|known| text(known, "id") == id);
        if let Some(wanted) = input::clearable(self.params, "cover") {
            let wanted = match wanted {
                Value::String(text) => serde_json::from_str(&text).map_err(|_| Refusal::invalid("cover"))?,
                other => other,
            };
            cover = no_cover();
            for (key, value) in wanted.as_object().into_iter().flatten() {
                let id = value.as_str().unwrap_or_default();
                let fits = match key.as_str() {
                    "color" => value.is_null() || input::COLOURS.contains(&id),
                    "idAttachment" => value.is_null() || own(id),
                    "size" => ["normal", "full"].contains(&id),
                    "brightness" => ["light", "dark"].contains(&id),
                    _ => true,
                };
                if !fits {
                    return Err(Refusal::invalid("cover"));
                }
                cover[key.as_str()] = value.clone();
            }
        } else if let Some(wanted) = input::clearable(self.params, "idAttachmentCover") {
            if !wanted.is_null() && !wanted.as_str().is_some_and(own) {
                return Err(Refusal::invalid("idAttachmentCover"));
            }
            cover["color"] = if wanted.is_null() { cover["color"].clone() } else { Value::Null };
            cover["idAttachment"] = wanted;
        } else {
            return Ok(());
        }
        changes.insert("idAttachmentCover", cover["idAttachment"].clone());
        changes.insert("manualCoverAttachment", (!cover["idAttachment"].is_null()).into());
        changes.insert("cover", cover);
        Ok(())
    }

    pub(super) fn delete_card(&mut self, id: &str) -> Answer {
        let id = self.state.card(self.caller, id, Access::Edit)?;
        let board = self.state.world.get(CARD, &id).map(|card| text(card, "idBoard").to_owned());
        let board = board.unwrap_or_default();
        self.state.delete_card(&id);
        self.state.touch_board(&board);
        // The action about the deletion is all that stays of a card.
        self.state.note(&self.caller.member, "deleteCard", &board, Some(&id), json!({}));
        Ok(json!({"limits": {}}))
    }

    /// Adds one member or label to a card.
    pub(super) fn post_card_id(&mut self, card: &str, field: &'static str) -> Answer {
        let card = self.state.card(self.caller, card, Access::Edit)?;
        let id = input::required(self.params, "value")?;
        let entity = self.state.world.get(CARD, &card).ok_or_else(Refusal::not_found)?;
        let kind = if field == "idLabels" { LABEL } else { MEMBER };
        if lists(entity, field, &id) || !self.belongs(text(entity, "idBoard"), kind, &id) {
            return Err(Refusal::invalid("value"));
        }
        self.change_ids(&card, field, |entity| put_in(entity, field, id.as_str().into()))
    }

    /// Takes one member or label off a card.
    pub(super) fn delete_card_id(&mut self, card: &str, field: &'static str, id: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::Edit)?;
        let entity = self.state.world.get(CARD, &card).ok_or_else(Refusal::not_found)?;
        if !lists(entity, field, id) {
            return Err(Refusal::invalid("value"));
        }
        self.change_ids(&card, field, |entity| {
            take_out(entity, field, |known| known == id);
        })
    }

    fn change_ids(&mut self, card: &str, field: &str, change: impl FnOnce(&mut Value)) -> Answer {
        change(self.state.world.edit(CARD, card).ok_or_else(Refusal::not_found)?);
        self.state.touch_card(card);
        let entity = self.state.world.get(CARD, card).ok_or_else(Refusal::not_found)?;
        if field == "idLabels" {
            return Ok(entity["idLabels"].clone());
        }
        let members = items(entity, "idMembers").iter().filter_map(Value::as_str);
        Ok(members.filter_map(|id| self.state.member(id)).map(|m| State::member_view(m, false)).collect())
    }

    fn card_answer(&self, id: &str) -> Answer {
        let card = self.state.world.get(CARD, id).ok_or_else(Refusal::not_found)?;
        let mut view = self.state.card_view(card);
        if let Some(fields) = view.as_object_mut() {
            fields.remove("customFieldItems");
        }
        Ok(view)
    }
}

/// The parameters that ask for one part of a card.
fn card_part(part: &str) -> crate::sim::request::Params {
    let value = if part == "checklists" { "all" } else { "true" };
    crate::sim::request::Params::from_query(&format!("{part}={value}"))
}

/// Coordinates as `lat,long`, in whichever of the two documented forms they came.
fn place(coordinates: &Value) -> Option<Value> {
    let pair = match coordinates {
        Value::Null => return Some(Value::Null),
        Value::String(text) => text.split_once(',').map(|(lat, long)| (lat.to_owned(), long.to_owned()))?,
        other => (other.get("latitude")?.to_string(), other.get("longitude")?.to_string()),
    };
    let (lat, long): (f64, f64) = (pair.0.trim().parse().ok()?, pair.1.trim().parse().ok()?);
    (lat.abs() <= 90.0 && long.abs() <= 180.0).then(|| format!("{lat},{long}").into())
}
