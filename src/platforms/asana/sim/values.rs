//! Values of custom fields on tasks and projects: what may be written and how they are shown.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::call::Call;
use super::input;
use super::refusal::Refusal;
use super::rich_text;
use super::state::{
    CUSTOM_FIELD, GOAL, PORTFOLIO, PROJECT, SETTING, State, TASK, USER, date, ids, items, lists, reference,
};
use crate::base::clock::Timestamp;
use crate::sim::world::{Kind, text};

/// Longest text in a custom field, in characters.
const LONGEST_TEXT: usize = 1_024;

/// What an answer about a project says of each value that it has; about a task it says more.
const ON_A_PROJECT: [&str; 16] = [
    "gid",
    "resource_type",
    "name",
    "type",
    "enabled",
    "enum_options",
    "id_prefix",
    "input_restrictions",
    "is_formula_field",
    "representation_type",
    "display_value",
    "date_value",
    "enum_value",
    "multi_enum_values",
    "number_value",
    "text_value",
];

impl State {
    /// The fields that a task in these projects has, in the order of the projects.
    pub(super) fn fields_on<'a>(&'a self, projects: impl Iterator<Item = &'a str>) -> Vec<&'a Value> {
        let mut found: Vec<&Value> = Vec::new();
        for project in projects {
            for setting in self.ids_in(PROJECT, project, "_settings") {
                let field = self.text_of(SETTING, &setting, "custom_field");
                if let Some(field) = self.world.get(CUSTOM_FIELD, &field)
                    && !found.iter().any(|known| known["id"] == field["id"])
                {
                    found.push(field);
                }
            }
        }
        found
    }

    /// The fields that a project itself has: those of the portfolios that it is in.
    pub(super) fn fields_of_project(&self, project: &Value) -> Vec<&Value> {
        let portfolios = self.world.of(text(project, "workspace"), PORTFOLIO);
        let holds = |portfolio: &&Value| lists(portfolio, "_items", text(project, "id"));
        let mut fields: Vec<String> = portfolios.filter(holds).flat_map(|portfolio| ids(portfolio, "_fields")).collect();
        let mut seen = HashSet::new();
        fields.retain(|field| seen.insert(field.clone()));
        fields.iter().filter_map(|field| self.world.get(CUSTOM_FIELD, field)).collect()
    }

    /// The custom fields of a project itself with their values.
    pub(super) fn values_of_project(&self, project: &Value) -> Value {
        let fields = self.fields_of_project(project).into_iter();
        let value = |field| {
            let mut value = self.with_value(field, &project["_values"][text(field, "id")]);
            if let Value::Object(value) = &mut value {
                value.retain(|name, _| ON_A_PROJECT.contains(&name.as_str()));
            }
            value
        };
        fields.map(value).collect()
    }

    /// The custom fields of a task with their values.
    pub(super) fn values_of(&self, task: &Value) -> Value {
        let projects = items(task, "_memberships").iter().map(|membership| text(membership, "project"));
        let fields = self.fields_on(projects);
        fields.into_iter().map(|field| self.with_value(field, &task["_values"][text(field, "id")])).collect()
    }

    fn with_value(&self, field: &Value, value: &Value) -> Value {
        let mut shown: Map<String, Value> = field
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| !name.starts_with('_') && *name != "id" && *name != "workspace")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let kind = text(field, "resource_subtype");
        shown.insert("gid".to_owned(), field["id"].clone());
        shown.insert("resource_type".to_owned(), CUSTOM_FIELD.into());
        shown.insert("type".to_owned(), kind.into());
        if let Some(by) = field["created_by"].as_str() {
            shown.insert("created_by".to_owned(), reference(USER, by));
        }
        let options = items(field, "enum_options");
        let option = |gid: &Value| options.iter().find(|option| option["gid"] == *gid).cloned();
        let people = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        let (name, value_shown) = match kind {
            "text" => ("text_value", value.clone()),
            "number" => ("number_value", value.clone()),
            "enum" => ("enum_value", option(value).unwrap_or_default()),
            "multi_enum" => {
                let chosen = value.as_array().into_iter().flatten().filter_map(option);
                ("multi_enum_values", chosen.collect())
            }
            "date" => ("date_value", value.clone()),
            "people" => ("people_value", people.map(|id| reference(USER, id)).collect()),
            _ => ("reference_value", self.references_in(value)),
        };
        if kind == "text" {
            let html = value.as_str().map_or(Value::Null, |text| rich_text::from_plain(text).into());
            shown.insert("html_text_value".to_owned(), html);
        }
        shown.insert("display_value".to_owned(), self.displayed(field, value));
        shown.insert(name.to_owned(), value_shown);
        shown.into()
    }

    /// What a reference field leads to: named records and no more of them.
    fn references_in(&self, value: &Value) -> Value {
        let named = |id: &Value| {
            let id = id.as_str()?;
            let found = |kind: &Kind| Some((*kind, self.world.get(kind, id)?));
            let (kind, record) = [TASK, PROJECT, PORTFOLIO, GOAL].iter().find_map(found)?;
            Some(json!({"gid": id, "resource_type": kind, "name": record["name"]}))
        };
        value.as_array().into_iter().flatten().filter_map(named).collect()
    }

    /// The value as text for people.
    fn displayed(&self, field: &Value, value: &Value) -> Value {
        let option = |gid: &Value| {
            let found = items(field, "enum_options").iter().find(|option| option["gid"] == *gid);
            found.map(|option| text(option, "name").to_owned())
        };
        let names = |list: &Value, name: &dyn Fn(&Value) -> Option<String>| {
            let names: Vec<String> = list.as_array().into_iter().flatten().filter_map(name).collect();
            if names.is_empty() { Value::Null } else { names.join(", ").into() }
        };
        let entity_name = |id: &Value| {
            let id = id.as_str()?;
            let kinds = [USER, TASK, PROJECT, PORTFOLIO, GOAL];
            kinds.iter().find_map(|kind| Some(text(self.world.get(kind, id)?, "name").to_owned()))
        };
        match text(field, "resource_subtype") {
            "enum" => option(value).map_or(Value::Null, Value::from),
            "multi_enum" => names(value, &option),
            "people" | "reference" => names(value, &entity_name),
            "date" => {
                let time = value.get("date_time").filter(|time| !time.is_null());
                time.or_else(|| value.get("date")).cloned().unwrap_or_default()
            }
            "number" => {
                let precision = field["precision"].as_u64().and_then(|places| usize::try_from(places).ok());
                value.as_f64().map_or(Value::Null, |n| format!("{n:.*}", precision.unwrap_or(0)).into())
            }
            _ => value.clone(),
        }
    }
}

impl Call<'_> {
    /// The values of what has these `fields`, as they will be after the changes that a request asks for.
    pub(super) fn value_changes(
        &self,
        workspace: &str,
        fields: &[&Value],
        old: &Value,
        asked: &Value,
    ) -> Result<Value, Refusal> {
        let Some(asked) = asked.as_object() else {
            return Err(Refusal::invalid("custom_fields", &format!("Value is not a JSON object: {asked}")));
        };
        if !asked.is_empty() {
            self.paid(workspace, "Custom Fields are not available for free users or guests.")?;
        }
        let mut values = old["_values"].as_object().cloned().unwrap_or_default();
        for (gid, value) in asked {
            let field = fields.iter().find(|field| text(field, "id") == gid);
            let wrong = || Refusal::wrong(format!("Custom field with ID {gid} is not on given object"));
            values.insert(gid.clone(), self.value(workspace, field.ok_or_else(wrong)?, value)?);
        }
        Ok(values.into())
    }

    fn value(&self, workspace: &str, field: &Value, value: &Value) -> Result<Value, Refusal> {
        let kind = text(field, "resource_subtype");
        let invalid = |why: &str| Refusal::invalid(&format!("custom_fields: {}", text(field, "id")), why);
        if field["representation_type"] != kind || field["is_value_read_only"] == true {
            return Err(invalid("The value of this field is read-only"));
        }
        if value.is_null() {
            return Ok(if ["multi_enum", "people", "reference"].contains(&kind) {
                json!([])
            } else {
                Value::Null
            });
        }
        let list = || value.as_array().ok_or_else(|| invalid("Value is not an array"));
        match (kind, value) {
            ("text", Value::String(text)) if text.chars().count() <= LONGEST_TEXT => Ok(value.clone()),
            ("text", Value::String(_)) => Err(invalid("Text is too long")),
            ("number", Value::Number(_)) => Ok(value.clone()),
            ("enum", value) => Self::option(field, value),
            ("multi_enum", _) => list()?.iter().map(|value| Self::option(field, value)).collect(),
            ("date", Value::Object(_)) => day_or_moment(value).ok_or_else(|| invalid("Not a date")),
            ("people", _) => {
                let person = |value: &Value| -> Result<Value, Refusal> {
                    let who = input::gid_of("people_value", value)?;
                    Ok(self.colleague(workspace, "people_value", &who)?.into())
                };
                list()?.iter().map(person).collect()
            }
            ("reference", _) => {
                let target = |value: &Value| -> Result<Value, Refusal> {
                    let gid = input::gid_of("reference_value", value)?;
                    self.referable(field, &gid).map(|()| gid.into())
                };
                list()?.iter().map(target).collect()
            }
            _ => Err(invalid(&format!("Not a valid value for a field of type {kind}"))),
        }
    }

    fn option(field: &Value, value: &Value) -> Result<Value, Refusal> {
        let gid = input::gid_of("enum_value", value)?;
        let known =
            items(field, "enum_options").iter().any(|o| o["gid"] == gid.as_str() && o["enabled"] == true);
        if known { Ok(gid.into()) } else { Err(Refusal::no_gid("enum_value", &gid)) }
    }

    fn referable(&self, field: &Value, gid: &str) -> Result<(), Refusal> {
        let kinds = [TASK, PROJECT, PORTFOLIO, GOAL];
        let kind = kinds.iter().find(|kind| self.state.world.get(kind, gid).is_some());
        let fits = kind.is_some_and(|kind| lists(field, "input_restrictions", kind));
        if fits { Ok(()) } else { Err(Refusal::unknown_in_body("reference_value", gid)) }
    }
}

/// A date value as it is stored: with a day, and a moment if there is one.
fn day_or_moment(value: &Value) -> Option<Value> {
    match (value.get("date").and_then(Value::as_str), value.get("date_time").and_then(Value::as_str)) {
        (_, Some(moment)) => {
            let moment = date(moment.parse::<Timestamp>().ok()?);
            Some(json!({"date": moment.get(..10)?, "date_time": moment}))
        }
        (Some(day), None) => input::is_day(day).then(|| json!({"date": day, "date_time": null})),
        (None, None) => None,
    }
}
