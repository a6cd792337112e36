//! Custom fields: definitions, options, values.

use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::input;
use super::refusal::Refusal;
use super::state::{CARD, CUSTOM_FIELD, State, items, put_in, take_out};
use crate::sim::world::text;

const TYPES: &[&str] = &["checkbox", "date", "list", "number", "text"];

impl State {
    /// Adds a definition. `options` are pairs of text and colour, for a field of the type `list`.
    pub(super) fn new_custom_field(
        &mut self,
        board: &str,
        name: &str,
        kind: &str,
        pos: &Value,
        card_front: bool,
    ) -> String {
        let id = self.new_id();
        let group = blake3::hash(id.as_bytes()).to_hex().to_string();
        let mut field = json!({
            "id": id, "idModel": board, "modelType": "board", "fieldGroup": group, "name": name, "type": kind,
            "pos": pos, "display": {"cardFront": card_front}, "isSuggestedField": false,
        });
        if kind == "list" {
            field["options"] = json!([]);
        }
        self.world.insert(CUSTOM_FIELD, &[board], field);
        id
    }

    /// Adds an option to a definition of the type `list`.
    pub(super) fn new_option(&mut self, field: &str, option_text: &str, colour: &str, pos: Option<Value>) -> Value {
        let id = self.new_id();
        let Some(entity) = self.world.edit(CUSTOM_FIELD, field) else { return Value::Null };
        let taken = items(entity, "options").iter().filter_map(|option| option["pos"].as_f64());
        let pos = pos.unwrap_or_else(|| input::bottom(taken));
        let option = json!({
            "id": id, "idCustomField": field, "value": {"text": option_text}, "color": colour, "pos": pos,
        });
        put_in(entity, "options", option.clone());
        option
    }

    /// Sets or, with null, clears the value of a field on a card.
    pub(super) fn set_value(&mut self, card: &str, field: &str, value: &FieldValue) {
        let id = self.new_id();
        let Some(entity) = self.world.edit(CARD, card) else { return };
        take_out(entity, "customFieldItems", |item| item["idCustomField"] == field);
        let mut item = json!({
            "id": id, "idCustomField": field, "idModel": card, "modelType": "card", "idValue": null, "value": null,
        });
        match value {
            FieldValue::Clear => return,
            FieldValue::Option(option) => item["idValue"] = option.as_str().into(),
            FieldValue::Value(value) => item["value"] = value.clone(),
        }
        put_in(entity, "customFieldItems", item);
    }
}

/// What a custom field of a card is set to.
pub(super) enum FieldValue {
    Clear,
    Option(String),
    Value(Value),
}

impl Call<'_> {
    pub(super) fn get_custom_field(&mut self, id: &str) -> Answer {
        Ok(State::plain(self.state.part(self.caller, CUSTOM_FIELD, id, Access::View)?))
    }

    pub(super) fn get_custom_field_options(&mut self, id: &str) -> Answer {
        let field = self.state.part(self.caller, CUSTOM_FIELD, id, Access::View)?;
        Ok(items(field, "options").iter().map(option_view).collect())
    }

    pub(super) fn post_custom_field(&mut self) -> Answer {
        let board = input::required(self.params, "idModel")?;
        let board = self.state.board(self.caller, &board, Access::Edit)?;
        input::one_of(self.params, "modelType", &["board"])?.ok_or_else(|| Refusal::invalid("modelType"))?;
        let name = input::required(self.params, "name")?;
        let kind = input::one_of(self.params, "type", TYPES)?.ok_or_else(|| Refusal::invalid("type"))?;
        let pos = input::pos(self.params, self.state.positions(&board, CUSTOM_FIELD))?;
        let pos = pos.ok_or_else(|| Refusal::invalid("pos"))?;
        let card_front = match input::flag(self.params, "display_cardFront")? {
            Some(shown) => shown,
            None => self.params.raw("display").is_none_or(|display| display["cardFront"] != false),
        };
        if self.state.world.count_of(&board, CUSTOM_FIELD) >= 50 {
            return Err(Refusal::over_limit("CUSTOM_FIELDS_PER_BOARD", "Custom field limit exceeded"));
        }
        let options = self.params.raw("options").and_then(Value::as_array).cloned().unwrap_or_default();
        if !options.is_empty() && kind != "list" {
            return Err(Refusal::invalid("options"));
        }
        let id = self.state.new_custom_field(&board, &name, &kind, &pos, card_front);
        for option in options {
            let colour = option["color"].as_str().unwrap_or("none").to_owned();
            let pos = Some(option["pos"].clone()).filter(Value::is_number);
            self.state.new_option(&id, text(&option["value"], "text"), &colour, pos);
        }
        self.get_custom_field(&id)
    }

    pub(super) fn put_custom_field(&mut self, id: &str) -> Answer {
        let field = self.state.part(self.caller, CUSTOM_FIELD, id, Access::Edit)?;
        let (id, board) = (text(field, "id").to_owned(), text(field, "idModel").to_owned());
        let name = input::text(self.params, "name")?;
        let pos = input::pos(self.params, self.state.positions(&board, CUSTOM_FIELD))?;
        let mut shown = input::flag(self.params, "display/cardFront")?;
        if let Some(display) = self.params.raw("display") {
            shown = display["cardFront"].as_bool().or(shown);
        }
        let field = self.state.world.edit(CUSTOM_FIELD, &id).ok_or_else(Refusal::not_found)?;
        for (key, value) in [("name", name.map(Value::from)), ("pos", pos)] {
            if let Some(value) = value {
                field[key] = value;
            }
        }
        if let Some(shown) = shown {
            field["display"]["cardFront"] = shown.into();
        }
        self.get_custom_field(&id)
    }

    pub(super) fn delete_custom_field(&mut self, id: &str) -> Answer {
        let field = self.state.part(self.caller, CUSTOM_FIELD, id, Access::Edit)?;
        let (id, board) = (text(field, "id").to_owned(), text(field, "idModel").to_owned());
        self.clear_values(&board, |item| item["idCustomField"] == id.as_str());
        self.state.world.remove(CUSTOM_FIELD, &id);
        Ok(json!({"limits": {}}))
    }

    pub(super) fn post_custom_field_option(&mut self, id: &str) -> Answer {
        let field = self.state.part(self.caller, CUSTOM_FIELD, id, Access::Edit)?;
        if field["type"] != "list" || items(field, "options").len() >= 50 {
            return Err(Refusal::wrong("Custom field cannot take another option"));
        }
        let id = text(field, "id").to_owned();
        let taken = items(field, "options").iter().filter_map(|option| option["pos"].as_f64());
        let pos = input::pos(self.params, taken)?;
        let option_text = self.params.raw("value").map(|value| text(value, "text").to_owned());
        let option_text = option_text.filter(|text| !text.is_empty()).ok_or_else(|| Refusal::invalid("value"))?;
        let colour = self.params.text("color").unwrap_or_else(|| "none".to_owned());
        Ok(option_view(&self.state.new_option(&id, &option_text, &colour, pos)))
    }

    pub(super) fn delete_custom_field_option(&mut self, id: &str, option: &str) -> Answer {
        let field = self.state.part(self.caller, CUSTOM_FIELD, id, Access::Edit)?;
        let (id, board) = (text(field, "id").to_owned(), text(field, "idModel").to_owned());
        let field = self.state.world.edit(CUSTOM_FIELD, &id).ok_or_else(Refusal::not_found)?;
        if !take_out(field, "options", |known| known["id"] == option) {
            return Err(Refusal::not_found());
        }
        self.clear_values(&board, |item| item["idValue"] == option);
        Ok(json!({"limits": {}}))
    }

    fn clear_values(&mut self, board: &str, gone: impl Fn(&Value) -> bool) {
        for card in self.state.world.ids_of(board, CARD) {
            if let Some(card) = self.state.world.edit(CARD, &card) {
                take_out(card, "customFieldItems", &gone);
            }
        }
    }

    pub(super) fn put_card_custom_field(&mut self, card: &str, field: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::Edit)?;
        let value = self.params.raw("value").cloned().unwrap_or_default();
        let option = self.params.raw("idValue").cloned().unwrap_or_default();
        self.set_values(&card, &[json!({"idCustomField": field, "value": value, "idValue": option})])?;
        let entity = self.state.world.get(CARD, &card).ok_or_else(Refusal::not_found)?;
        let item = items(entity, "customFieldItems").iter().find(|item| item["idCustomField"] == field);
        Ok(item.cloned().unwrap_or_else(|| json!({"idCustomField": field, "idModel": card, "value": null})))
    }

    pub(super) fn put_card_custom_fields(&mut self, card: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::Edit)?;
        let wanted = self.params.raw("customFieldItems").and_then(Value::as_array).cloned();
        let wanted = wanted.ok_or_else(|| Refusal::invalid("customFieldItems"))?;
        self.set_values(&card, &wanted)?;
        let entity = self.state.world.get(CARD, &card).ok_or_else(Refusal::not_found)?;
        Ok(items(entity, "customFieldItems").to_vec().into())
    }

    /// Checks all values before it sets the first.
    fn set_values(&mut self, card: &str, wanted: &[Value]) -> Result<(), Refusal> {
        let board = self.state.world.get(CARD, card).map(|card| text(card, "idBoard").to_owned());
        let mut checked = Vec::new();
        for item in wanted {
            let field = text(item, "idCustomField");
            let known = self.state.world.get(CUSTOM_FIELD, field);
            let known = known.filter(|known| Some(text(known, "idModel")) == board.as_deref());
            let value = field_value(known.ok_or_else(Refusal::not_found)?, item);
            let value = value.ok_or_else(|| Refusal::wrong("Invalid custom field item value."))?;
            checked.push((field.to_owned(), value));
        }
        for (field, value) in checked {
            self.state.set_value(card, &field, &value);
        }
        self.state.touch_card(card);
        if let Some(board) = board {
            let by = &self.caller.member;
            self.state.note(by, "updateCustomFieldItem", &board, Some(card), json!({}));
        }
        Ok(())
    }
}

/// Options come with `_id` from their own paths, and with `id` inside their field.
fn option_view(option: &Value) -> Value {
    let mut view = option.clone();
    if let Some(fields) = view.as_object_mut() {
        let id = fields.remove("id").unwrap_or_default();
        fields.insert("_id".to_owned(), id);
    }
    view
}

/// The value to set, if it fits the field. Values are strings, whatever the type.
fn field_value(field: &Value, item: &Value) -> Option<FieldValue> {
    let kind = text(field, "type");
    let (value, option) = (&item["value"], text(item, "idValue"));
    if kind == "list" && !option.is_empty() {
        let known = items(field, "options").iter().any(|known| known["id"] == option);
        return known.then(|| FieldValue::Option(option.to_owned()));
    }
    if value.is_null() || value == "" {
        return option.is_empty().then_some(FieldValue::Clear);
    }
    let key = if kind == "checkbox" { "checked" } else { kind };
    let given = value.get(key)?.as_str()?;
    let fits = match kind {
        "checkbox" => given == "true" || given == "false",
        "number" => given.parse::<f64>().is_ok_and(f64::is_finite),
        "date" => input::parse_time(given).is_some(),
        "text" => true,
        _ => false,
    };
    if kind == "checkbox" && given == "false" {
        return Some(FieldValue::Clear);
    }
    let given = match kind {
        "date" => super::state::date(input::parse_time(given)?),
        _ => given.to_owned(),
    };
    let mut value = json!({});
    value[key] = given.into();
    fits.then_some(FieldValue::Value(value))
}
