//! Custom fields: their definitions.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Outcome};
use super::enum_options::{MOST_OPTIONS, option_of};
use super::events::Happening;
use super::input;
use super::refusal::Refusal;
use super::state::{CUSTOM_FIELD, PROJECT, SETTING, State, TASK};
use crate::sim::request::Params;
use crate::sim::world::text;

const TYPES: &[&str] = &["text", "number", "enum", "multi_enum", "date", "people", "reference"];
const FORMATS: &[&str] = &["currency", "identifier", "percentage", "custom", "duration", "none"];
const FIELDS: &[&str] = &[
    "workspace",
    "name",
    "resource_subtype",
    "type",
    "description",
    "enum_options",
    "precision",
    "format",
    "currency_code",
    "custom_label",
    "custom_label_position",
    "has_notifications_enabled",
    "input_restrictions",
    "privacy_setting",
    "default_access_level",
];

impl State {
    /// A field without options.
    pub(super) fn new_field(
        &mut self,
        by: &str,
        workspace: &str,
        name: &str,
        kind: &str,
        global: bool,
    ) -> String {
        let id = self.new_gid();
        let mut field = json!({
            "id": id, "workspace": workspace, "name": name, "resource_subtype": kind, "representation_type": kind,
            "enabled": true, "id_prefix": null, "is_formula_field": false, "is_value_read_only": false,
            "created_by": by, "description": "", "has_notifications_enabled": false,
            "is_global_to_workspace": global, "asana_created_field": null, "privacy_setting": "public",
            "default_access_level": "editor",
        });
        match kind {
            "enum" | "multi_enum" => field["enum_options"] = json!([]),
            "number" => {
                for (name, value) in [("precision", json!(0)), ("format", json!("none"))] {
                    field[name] = value;
                }
                for name in ["currency_code", "custom_label", "custom_label_position"] {
                    field[name] = Value::Null;
                }
            }
            "reference" => field["input_restrictions"] = json!(["task"]),
            _ => {}
        }
        self.world.insert(CUSTOM_FIELD, &[workspace], field);
        id
    }
}

impl Call<'_> {
    /// The field in the path. Who is in the workspace sees it; who is a guest does not.
    pub(super) fn field(&self, id: &str) -> Result<Value, Refusal> {
        let field = self.state.known(CUSTOM_FIELD, id)?.clone();
        let workspace = self.state.workspace(self.caller, text(&field, "workspace"))?;
        self.paid(&workspace, "Custom Fields are not available for free users or guests.")?;
        Ok(field)
    }

    pub(super) fn field_to_change(&self, id: &str) -> Result<Value, Refusal> {
        let field = self.field_to_delete(id)?;
        if field["representation_type"] != field["resource_subtype"] {
            return Err(Refusal::not_allowed("This custom field cannot be changed"));
        }
        Ok(field)
    }

    /// Also one that Asana computes: the reference excepts only locked fields.
    fn field_to_delete(&self, id: &str) -> Result<Value, Refusal> {
        let field = self.field(id)?;
        self.full_member(text(&field, "workspace"))?;
        if !field["asana_created_field"].is_null() {
            return Err(Refusal::not_allowed("This custom field cannot be changed"));
        }
        if field["is_value_read_only"] == true && field["created_by"] != self.caller.user.as_str() {
            return Err(Refusal::not_allowed("Only the user who locked this custom field can change it"));
        }
        Ok(field)
    }

    pub(super) fn get_workspace_custom_fields(&mut self, id: &str) -> Outcome {
        let id = self.state.workspace(self.caller, id)?;
        self.paid(&id, "Custom Fields are not available for free users or guests.")?;
        let fields = self.state.world.of(&id, CUSTOM_FIELD);
        let global = fields.filter(|field| field["is_global_to_workspace"] == true);
        let global: Vec<String> = global.map(|field| text(field, "id").to_owned()).collect();
        self.list(CUSTOM_FIELD, &global)
    }

    pub(super) fn get_custom_field(&mut self, id: &str) -> Outcome {
        self.field(id)?;
        self.one(CUSTOM_FIELD, id)
    }

    pub(super) fn post_custom_field(&mut self) -> Outcome {
        let workspace = input::required_gid(self.data, "workspace")?;
        let workspace = self.state.workspace(self.caller, &workspace)?;
        let id = self.make_field(&workspace, self.data, true)?;
        self.created(CUSTOM_FIELD, &id)
    }

    /// Makes a field of the workspace, or one that only a project has.
    pub(super) fn make_field(
        &mut self,
        workspace: &str,
        data: &Params,
        global: bool,
    ) -> Result<String, Refusal> {
        input::only(data, FIELDS)?;
        self.paid(workspace, "Custom Fields are not available for free users or guests.")?;
        self.full_member(workspace)?;
        let name = input::required_name(data, "name")?;
        let kind = match input::one_of(data, "resource_subtype", TYPES)? {
            Some(kind) => kind,
            None => {
                input::one_of(data, "type", TYPES)?.ok_or_else(|| Refusal::missing("resource_subtype"))?
            }
        };
        self.unique_name(workspace, &name, None, global)?;
        let changes = field_changes(data, &kind)?;
        let options = match data.raw("enum_options") {
            None => Vec::new(),
            Some(Value::Array(_)) if !kind.ends_with("enum") => {
                return Err(Refusal::invalid(
                    "enum_options",
                    "Only fields of type enum or multi_enum have options",
                ));
            }
            Some(Value::Array(options)) => options.iter().map(option_of).collect::<Result<_, _>>()?,
            Some(other) => {
                return Err(Refusal::invalid("enum_options", &format!("Value is not an array: {other}")));
            }
        };
        if options.len() > MOST_OPTIONS {
            return Err(Refusal::invalid("enum_options", "A custom field can have at most 500 enum options"));
        }
        let id = self.state.new_field(&self.caller.user, workspace, &name, &kind, global);
        for (name, colour, enabled) in options {
            self.state.new_option(&id, &name, &colour, enabled);
        }
        for (field, value) in changes {
            self.state.set(CUSTOM_FIELD, &id, &field, value);
        }
        Ok(id)
    }

    /// Names of fields are unique in a workspace; those of local fields may repeat.
    fn unique_name(
        &self,
        workspace: &str,
        name: &str,
        own: Option<&str>,
        global: bool,
    ) -> Result<(), Refusal> {
        let mut others = self.state.world.of(workspace, CUSTOM_FIELD).filter(|field| {
            field["is_global_to_workspace"] == true && own.is_none_or(|own| field["id"] != own)
        });
        if global && others.any(|field| text(field, "name").eq_ignore_ascii_case(name)) {
            let why = "A custom field with that name already exists in this workspace";
            return Err(Refusal::invalid("name", why));
        }
        Ok(())
    }

    pub(super) fn put_custom_field(&mut self, id: &str) -> Outcome {
        let allowed: Vec<&str> = FIELDS
            .iter()
            .copied()
            .filter(|field| !["workspace", "resource_subtype", "type", "enum_options"].contains(field))
            .collect();
        input::only(self.data, &allowed)?;
        let field = self.field_to_change(id)?;
        let global = field["is_global_to_workspace"] == true;
        if let Some(name) = input::name(self.data, "name")? {
            self.unique_name(text(&field, "workspace"), &name, Some(id), global)?;
            self.state.set(CUSTOM_FIELD, id, "name", name);
        }
        for (name, value) in field_changes(self.data, text(&field, "resource_subtype"))? {
            self.state.set(CUSTOM_FIELD, id, &name, value);
        }
        self.tell_projects_of(id);
        self.one(CUSTOM_FIELD, id)
    }

    pub(super) fn tell_projects_of(&mut self, field: &str) {
        let settings = self.state.world.of(field, SETTING);
        let projects: Vec<String> = settings.map(|setting| text(setting, "project").to_owned()).collect();
        self.tell(Happening::changed(CUSTOM_FIELD, field, "name").heard_by(projects));
    }

    /// Takes a field away, with its values on all tasks.
    pub(super) fn delete_custom_field(&mut self, id: &str) -> Outcome {
        let field = self.field_to_delete(id)?;
        self.tell_projects_of(id);
        for setting in self.state.world.ids_of(id, SETTING) {
            self.state.remove_setting(&setting);
        }
        for kind in [TASK, PROJECT] {
            for owner in self.state.world.ids_of(text(&field, "workspace"), kind) {
                if let Some(values) =
                    self.state.world.edit(kind, &owner).and_then(|owner| owner["_values"].as_object_mut())
                {
                    values.remove(id);
                }
            }
        }
        self.state.world.remove(CUSTOM_FIELD, id);
        Ok(Answer::empty())
    }
}

/// Everything but name, type and options.
fn field_changes(data: &Params, kind: &str) -> Result<Map<String, Value>, Refusal> {
    let mut changes = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            changes.insert(name.to_owned(), value);
        }
    };
    put("description", input::text(data, "description")?.map(Value::from));
    put("has_notifications_enabled", input::flag(data, "has_notifications_enabled")?.map(Value::from));
    let privacy = ["public_with_guests", "public", "private"];
    put("privacy_setting", input::one_of(data, "privacy_setting", &privacy)?.map(Value::from));
    let access = ["admin", "editor", "user"];
    put("default_access_level", input::one_of(data, "default_access_level", &access)?.map(Value::from));
    put("input_restrictions", data.raw("input_restrictions").filter(|_| kind == "reference").cloned());
    let of_numbers = ["precision", "format", "currency_code", "custom_label", "custom_label_position"];
    let named = of_numbers.iter().find(|name| data.raw(name).is_some_and(|value| !value.is_null()));
    if let (Some(name), false) = (named, ["number", "text", "date"].contains(&kind)) {
        return Err(Refusal::invalid(name, "Only number fields have this"));
    }
    if kind != "number" {
        return Ok(changes);
    }
    match data.raw("precision") {
        None => {}
        Some(places) if places.as_u64().is_some_and(|places| places <= 6) => {
            put("precision", Some(places.clone()));
        }
        Some(_) => return Err(Refusal::invalid("precision", "Must be between 0 and 6")),
    }
    let format = input::one_of(data, "format", FORMATS)?;
    if format.as_deref() == Some("currency") && input::text(data, "currency_code")?.is_none() {
        return Err(Refusal::missing("currency_code"));
    }
    put("format", format.map(Value::from));
    for name in ["currency_code", "custom_label"] {
        put(name, data.raw(name).filter(|value| value.is_null() || value.is_string()).cloned());
    }
    let positions = ["prefix", "suffix"];
    put("custom_label_position", input::one_of_or_null(data, "custom_label_position", &positions)?);
    Ok(changes)
}
