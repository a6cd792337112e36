//! Checklists and their items.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::input;
use super::refusal::Refusal;
use super::state::{CARD, CHECKLIST, State, items, put_in, take_out};
use super::views::project;
use crate::sim::world::text;

impl State {
    /// Adds an empty checklist.
    pub(super) fn new_checklist(&mut self, card: &str, name: &str, pos: &Value) -> String {
        let id = self.new_id();
        let board = self.world.get(CARD, card).map(|card| text(card, "idBoard").to_owned()).unwrap_or_default();
        let checklist =
            json!({"id": id, "name": name, "idBoard": board, "idCard": card, "pos": pos, "checkItems": []});
        self.world.insert(CHECKLIST, &[&board, card], checklist);
        id
    }
}

impl Call<'_> {
    pub(super) fn get_checklist(&mut self, id: &str) -> Answer {
        let checklist = self.state.part(self.caller, CHECKLIST, id, Access::View)?;
        Ok(project(State::plain(checklist), &self.params.text("fields").unwrap_or_else(|| "all".to_owned())))
    }

    pub(super) fn get_check_items(&mut self, id: &str) -> Answer {
        let checklist = self.state.part(self.caller, CHECKLIST, id, Access::View)?;
        Ok(checklist["checkItems"].clone())
    }

    pub(super) fn post_checklist(&mut self, card: Option<&str>) -> Answer {
        let card = match card {
            Some(card) => card.to_owned(),
            None => input::required(self.params, "idCard")?,
        };
        let card = self.state.card(self.caller, &card, Access::Edit)?;
        if self.params.text("idChecklistSource").is_some() {
            return Err(Refusal::wrong("The sandbox does not copy checklists."));
        }
        if self.state.world.count_of(&card, CHECKLIST) >= 500 {
            return Err(Refusal::over_limit("CHECKLISTS_PER_CARD", "Checklist limit exceeded"));
        }
        let name = input::text(self.params, "name")?.unwrap_or_else(|| "Checklist".to_owned());
        let pos = input::pos(self.params, self.state.positions(&card, CHECKLIST))?;
        let pos = pos.unwrap_or_else(|| input::bottom(self.state.positions(&card, CHECKLIST)));
        let id = self.state.new_checklist(&card, &name, &pos);
        self.changed(&card, "addChecklistToCard");
        self.get_checklist(&id)
    }

    pub(super) fn put_checklist(&mut self, id: &str) -> Answer {
        let checklist = self.state.part(self.caller, CHECKLIST, id, Access::Edit)?;
        let (id, card) = (text(checklist, "id").to_owned(), text(checklist, "idCard").to_owned());
        let name = input::text(self.params, "name")?;
        let pos = input::pos(self.params, self.state.positions(&card, CHECKLIST))?;
        let renamed = name.is_some();
        let checklist = self.state.world.edit(CHECKLIST, &id).ok_or_else(Refusal::not_found)?;
        for (field, value) in [("name", name.map(Value::from)), ("pos", pos)] {
            if let Some(value) = value {
                checklist[field] = value;
            }
        }
        if renamed {
            self.changed(&card, "updateChecklist");
        }
        self.get_checklist(&id)
    }

    pub(super) fn delete_checklist(&mut self, id: &str) -> Answer {
        let checklist = self.state.part(self.caller, CHECKLIST, id, Access::Edit)?;
        let (id, card) = (text(checklist, "id").to_owned(), text(checklist, "idCard").to_owned());
        self.state.world.remove(CHECKLIST, &id);
        self.changed(&card, "removeChecklistFromCard");
        Ok(json!({"limits": {}}))
    }

    pub(super) fn post_check_item(&mut self, checklist: &str) -> Answer {
        let found = self.state.part(self.caller, CHECKLIST, checklist, Access::Edit)?;
        let (checklist, card) = (text(found, "id").to_owned(), text(found, "idCard").to_owned());
        if items(found, "checkItems").len() >= 200 {
            return Err(Refusal::over_limit("CHECK_ITEMS_PER_CHECKLIST", "Check item limit exceeded"));
        }
        let name = input::required(self.params, "name")?;
        let taken: Vec<f64> = items(found, "checkItems").iter().filter_map(|item| item["pos"].as_f64()).collect();
        let mut changes = self.check_item_changes(&taken)?;
        let checked = input::flag(self.params, "checked")?.unwrap_or(false);
        changes.entry("pos").or_insert_with(|| input::bottom(taken.into_iter()));
        let id = self.state.new_id();
        let mut item = json!({
            "id": id, "idChecklist": checklist, "name": name, "nameData": {"emoji": {}}, "due": null,
            "dueReminder": null, "idMember": null, "state": if checked { "complete" } else { "incomplete" },
        });
        changes.remove("state");
        Self::set(&mut item, changes);
        if let Some(checklist) = self.state.world.edit(CHECKLIST, &checklist) {
            put_in(checklist, "checkItems", item.clone());
        }
        self.changed(&card, "createCheckItem");
        Ok(item)
    }

    pub(super) fn put_check_item(&mut self, card: &str, item: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::Edit)?;
        let checklist = self.checklist_with(&card, item)?;
        let stored = self.state.world.get(CHECKLIST, &checklist).ok_or_else(Refusal::not_found)?;
        let taken: Vec<f64> = items(stored, "checkItems").iter().filter_map(|item| item["pos"].as_f64()).collect();
        let changes = self.check_item_changes(&taken)?;
        let target = match self.params.text("idChecklist").filter(|target| *target != checklist) {
            Some(target) if self.state.world.ids_of(&card, CHECKLIST).contains(&target) => Some(target),
            Some(_) => return Err(Refusal::invalid("idChecklist")),
            None => None,
        };
        let only_pos = changes.keys().all(|field| *field == "pos");
        let entity = self.state.world.edit(CHECKLIST, &checklist).ok_or_else(Refusal::not_found)?;
        let list = entity["checkItems"].as_array_mut().ok_or_else(Refusal::not_found)?;
        let found = list.iter_mut().find(|known| known["id"] == item).ok_or_else(Refusal::not_found)?;
        Self::set(found, changes);
        if let Some(target) = &target {
            found["idChecklist"] = target.as_str().into();
        }
        let answer = found.clone();
        if let Some(target) = target {
            list.retain(|known| known["id"] != item);
            if let Some(target) = self.state.world.edit(CHECKLIST, &target) {
                put_in(target, "checkItems", answer.clone());
            }
        }
        if !only_pos {
            self.changed(&card, "updateCheckItemStateOnCard");
        }
        Ok(answer)
    }

    pub(super) fn delete_check_item(&mut self, card: &str, item: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::Edit)?;
        let checklist = self.checklist_with(&card, item)?;
        self.delete_item_of(&checklist, item)
    }

    pub(super) fn delete_item_of(&mut self, checklist: &str, item: &str) -> Answer {
        let found = self.state.part(self.caller, CHECKLIST, checklist, Access::Edit)?;
        let (checklist, card) = (text(found, "id").to_owned(), text(found, "idCard").to_owned());
        let entity = self.state.world.edit(CHECKLIST, &checklist).ok_or_else(Refusal::not_found)?;
        if !take_out(entity, "checkItems", |known| known["id"] == item) {
            return Err(Refusal::not_found());
        }
        self.changed(&card, "deleteCheckItem");
        Ok(json!({"limits": {}}))
    }

    fn checklist_with(&self, card: &str, item: &str) -> Result<String, Refusal> {
        let has = |checklist: &&Value| items(checklist, "checkItems").iter().any(|known| known["id"] == item);
        let found = self.state.world.of(card, CHECKLIST).find(has).ok_or_else(Refusal::not_found)?;
        Ok(text(found, "id").to_owned())
    }

    fn check_item_changes(&self, taken: &[f64]) -> Result<BTreeMap<&'static str, Value>, Refusal> {
        let mut changes = BTreeMap::new();
        let mut put = |field, value: Option<Value>| value.map(|value| changes.insert(field, value));
        put("name", input::text(self.params, "name")?.map(Value::from));
        put("state", input::one_of(self.params, "state", &["complete", "incomplete"])?.map(Value::from));
        put("pos", input::pos(self.params, taken.iter().copied())?);
        put("due", input::time(self.params, "due")?);
        if let Some(reminder) = input::clearable(self.params, "dueReminder") {
            let minutes = if reminder.is_null() { None } else { input::number(self.params, "dueReminder")? };
            put("dueReminder", Some(minutes.map_or(Value::Null, input::number_json)));
        }
        if let Some(member) = input::clearable(self.params, "idMember") {
            if !member.is_null() && member.as_str().and_then(|id| self.state.member(id)).is_none() {
                return Err(Refusal::invalid("idMember"));
            }
            put("idMember", Some(member));
        }
        Ok(changes)
    }

    /// Marks a card as changed and writes that into its history.
    pub(super) fn changed(&mut self, card: &str, action: &str) {
        self.state.touch_card(card);
        let board = self.state.world.get(CARD, card).map(|card| text(card, "idBoard").to_owned());
        self.state.note(&self.caller.member, action, &board.unwrap_or_default(), Some(card), json!({}));
    }
}
