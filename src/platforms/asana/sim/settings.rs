//! Which custom fields a project has, in which order.

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, Outcome};
use super::events::Happening;
use super::input;
use super::refusal::Refusal;
use super::state::{CUSTOM_FIELD, PROJECT, Place, SETTING, State, place};
use crate::sim::request::Params;
use crate::sim::world::text;

impl State {
    /// Puts a field on a project.
    pub(super) fn new_setting(&mut self, project: &str, field: &str, important: bool) -> String {
        let id = self.new_gid();
        let setting = json!({
            "id": id, "project": project, "parent": project, "custom_field": field, "is_important": important,
        });
        self.world.insert(SETTING, &[project, field], setting);
        self.put_in(PROJECT, project, "_settings", &id);
        id
    }

    /// Takes a field off a project.
    pub(super) fn remove_setting(&mut self, setting: &str) {
        let project = self.text_of(SETTING, setting, "project");
        self.take_out(PROJECT, &project, "_settings", setting);
        self.world.remove(SETTING, setting);
    }

    fn setting(&self, project: &str, field: &str) -> Option<&Value> {
        self.world.of(project, SETTING).find(|setting| setting["custom_field"] == field)
    }
}

impl Call<'_> {
    pub(super) fn get_project_settings(&mut self, project: &str) -> Outcome {
        self.state.project(self.caller, project, Level::Viewer)?;
        self.list(SETTING, &self.state.ids_in(PROJECT, project, "_settings"))
    }

    /// The project in the path, if the caller may change its fields.
    fn to_customize(&self, project: &str) -> Result<String, Refusal> {
        let entity = self.state.project(self.caller, project, Level::Editor)?;
        let least = Level::named(text(entity, "minimum_access_level_for_customization")).max(Level::Editor);
        self.state.project(self.caller, project, least)?;
        Ok(text(entity, "workspace").to_owned())
    }

    /// Adds a field of the workspace by its gid, or a new field that only this project has.
    pub(super) fn add_setting(&mut self, project: &str) -> Outcome {
        input::only(self.data, &["custom_field", "is_important", "insert_before", "insert_after"])?;
        let workspace = self.to_customize(project)?;
        self.paid(&workspace, "Custom Field Settings are not available for free users.")?;
        let important = input::flag(self.data, "is_important")?.unwrap_or(false);
        let at = input::place(self.data, "insert_before", "insert_after")?.unwrap_or(Place::Bottom);
        let mut order = self.state.ids_in(PROJECT, project, "_settings");
        if !place(&mut order, "new", &at) {
            return Err(Refusal::wrong(
                "insert_before, insert_after: Not a custom field setting of the project",
            ));
        }
        let field = match self.data.raw("custom_field") {
            None => return Err(Refusal::missing("custom_field")),
            Some(Value::Object(new)) => {
                let mut new = new.clone();
                // A field that is made for a project names the workspace or leaves it out.
                new.remove("workspace");
                self.make_field(&workspace, &Params::from_json(new.into()), false)?
            }
            Some(value) => self.field_to_add(project, &workspace, &input::gid_of("custom_field", value)?)?,
        };
        let id = self.state.new_setting(project, &field, important);
        let order: Vec<String> =
            order.into_iter().map(|known| if known == "new" { id.clone() } else { known }).collect();
        self.state.set(PROJECT, project, "_settings", order);
        let streams = vec![project.to_owned()];
        self.tell(Happening::added(SETTING, &id, (PROJECT, project)).heard_by(streams));
        self.one(SETTING, &id)
    }

    fn field_to_add(&self, project: &str, workspace: &str, gid: &str) -> Result<String, Refusal> {
        if gid.is_empty() || !gid.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::no_gid("custom_field", gid));
        }
        let known = self.state.world.get(CUSTOM_FIELD, gid).filter(|field| field["workspace"] == workspace);
        let known = known.ok_or_else(|| Refusal::unknown_in_body("custom_field", gid))?;
        if known["is_global_to_workspace"] != true {
            return Err(Refusal::invalid("custom_field", "This custom field belongs to another project"));
        }
        if self.state.setting(project, gid).is_some() {
            return Err(Refusal::invalid("custom_field", "This custom field is already on the project"));
        }
        Ok(gid.to_owned())
    }

    pub(super) fn remove_setting(&mut self, project: &str) -> Outcome {
        input::only(self.data, &["custom_field"])?;
        self.to_customize(project)?;
        let field = input::required_gid(self.data, "custom_field")?;
        let setting = self.state.setting(project, &field).map(|setting| text(setting, "id").to_owned());
        let setting = setting.ok_or_else(|| Refusal::unknown_in_body("custom_field", &field))?;
        self.tell(Happening::deleted(SETTING, &setting).heard_by(vec![project.to_owned()]));
        self.state.remove_setting(&setting);
        Ok(Answer::empty())
    }
}
