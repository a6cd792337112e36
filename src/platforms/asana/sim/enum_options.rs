//! Options of custom fields.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Outcome};
use super::input;
use super::refusal::Refusal;
use super::state::{CUSTOM_FIELD, ENUM_OPTION, Place, State, items, place};
use crate::sim::request::Params;
use crate::sim::world::text;

/// Options of one field, those that are switched off included.
pub(super) const MOST_OPTIONS: usize = 500;

/// Colours of options.
const COLOURS: &[&str] = &[
    "none",
    "red",
    "orange",
    "yellow-orange",
    "yellow",
    "yellow-green",
    "green",
    "blue-green",
    "aqua",
    "blue",
    "indigo",
    "purple",
    "magenta",
    "hot-pink",
    "pink",
    "cool-gray",
];

impl State {
    /// An option at the end of a field.
    pub(super) fn new_option(&mut self, field: &str, name: &str, colour: &str, enabled: bool) -> String {
        let id = self.new_gid();
        let option = json!({
            "gid": id, "resource_type": ENUM_OPTION, "name": name, "color": colour, "enabled": enabled,
        });
        if let Some(options) =
            self.world.edit(CUSTOM_FIELD, field).and_then(|f| f["enum_options"].as_array_mut())
        {
            options.push(option);
        }
        id
    }

    fn order_options(&mut self, field: &str, order: &[String]) {
        let Some(entity) = self.world.edit(CUSTOM_FIELD, field) else { return };
        let known = items(entity, "enum_options").to_vec();
        let find = |id: &String| known.iter().find(|option| option["gid"] == id.as_str()).cloned();
        entity["enum_options"] = order.iter().filter_map(find).collect();
    }
}

fn option_ids(field: &Value) -> Vec<String> {
    items(field, "enum_options").iter().map(|option| text(option, "gid").to_owned()).collect()
}

impl Call<'_> {
    pub(super) fn post_enum_option(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["name", "color", "enabled", "insert_before", "insert_after"])?;
        let field = self.field_to_change(id)?;
        if field.get("enum_options").is_none() {
            return Err(Refusal::wrong("Only fields of type enum or multi_enum have options"));
        }
        if items(&field, "enum_options").len() >= MOST_OPTIONS {
            return Err(Refusal::wrong("A custom field can have at most 500 enum options"));
        }
        input::required_name(self.data, "name")?;
        let at = input::place(self.data, "insert_before", "insert_after")?.unwrap_or(Place::Bottom);
        let body: Map<String, Value> = ["name", "color", "enabled"]
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), self.data.raw(name)?.clone())))
            .collect();
        let (name, colour, enabled) = option_of(&body.into())?;
        let mut order = option_ids(&field);
        let neighbour_is_known = place(&mut order, "new", &at);
        if !neighbour_is_known {
            return Err(Refusal::wrong("insert_before, insert_after: Not an option of this field"));
        }
        let option = self.state.new_option(id, &name, &colour, enabled);
        let order: Vec<String> =
            order.into_iter().map(|known| if known == "new" { option.clone() } else { known }).collect();
        self.state.order_options(id, &order);
        self.tell_projects_of(id);
        self.option_answer(id, &option, 201)
    }

    fn option_answer(&self, field: &str, option: &str, status: u16) -> Outcome {
        self.query.raw("opt_fields");
        let field = self.state.known(CUSTOM_FIELD, field)?;
        let found = items(field, "enum_options").iter().find(|known| known["gid"] == option);
        Ok(Answer::with(status, json!({"data": found})))
    }

    pub(super) fn insert_enum_option(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["enum_option", "before_enum_option", "after_enum_option"])?;
        let field = self.field_to_change(id)?;
        let option = input::required_gid(self.data, "enum_option")?;
        let at = input::place(self.data, "before_enum_option", "after_enum_option")?;
        let at = at.ok_or_else(|| Refusal::missing("before_enum_option"))?;
        let mut order = option_ids(&field);
        let before = order.len();
        order.retain(|known| *known != option);
        if order.len() == before || !place(&mut order, &option, &at) {
            return Err(Refusal::unknown_in_body("enum_option", &option));
        }
        self.state.order_options(id, &order);
        self.option_answer(id, &option, 200)
    }

    pub(super) fn put_enum_option(&mut self, option: &str) -> Outcome {
        input::only(self.data, &["name", "color", "enabled"])?;
        let of = |field: &&Value| items(field, "enum_options").iter().any(|known| known["gid"] == option);
        let field = self.state.world.all(CUSTOM_FIELD).find(of).map(|field| text(field, "id").to_owned());
        let field = field.ok_or_else(|| Refusal::unknown(ENUM_OPTION, option))?;
        self.field_to_change(&field)?;
        let name = input::name(self.data, "name")?.map(Value::from);
        let colour = input::one_of(self.data, "color", COLOURS)?.map(Value::from);
        let enabled = input::flag(self.data, "enabled")?.map(Value::from);
        let options =
            self.state.world.edit(CUSTOM_FIELD, &field).and_then(|f| f["enum_options"].as_array_mut());
        if let Some(known) = options.and_then(|options| options.iter_mut().find(|o| o["gid"] == option)) {
            for (field, value) in [("name", name), ("color", colour), ("enabled", enabled)] {
                if let Some(value) = value {
                    known[field] = value;
                }
            }
        }
        self.tell_projects_of(&field);
        self.option_answer(&field, option, 200)
    }
}

/// Name, colour and whether it can be chosen.
pub(super) fn option_of(option: &Value) -> Result<(String, String, bool), Refusal> {
    let data = Params::from_json(option.clone());
    input::only(&data, &["name", "color", "enabled", "gid", "resource_type"])?;
    let name = input::required_name(&data, "name")?;
    let colour = input::one_of(&data, "color", COLOURS)?.unwrap_or_else(|| "none".to_owned());
    Ok((name, colour, input::flag(&data, "enabled")?.unwrap_or(true)))
}
