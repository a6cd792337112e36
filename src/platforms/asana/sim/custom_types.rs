//! An organization's own types of tasks, with their statuses: people set them up in the app, requests only read them and
//! give them to tasks.

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Call, Outcome};
use super::input;
use super::refusal::Refusal;
use super::state::{CUSTOM_TYPE, State, TYPE_STATUS, ids, lists};
use super::task_fields::Changes;
use crate::sim::world::text;

/// The subtype of a task that has a type of its own.
pub(super) const CUSTOM: &str = "custom";

impl State {
    /// A type that a project uses, with statuses that each say whether a task is complete with them.
    pub(super) fn new_custom_type(&mut self, project: &str, name: &str, statuses: &[(&str, bool)]) -> String {
        let id = self.new_gid();
        let mut options = Vec::new();
        for (name, is_complete) in statuses {
            let option = self.new_gid();
            let state = if *is_complete { "Complete" } else { "Incomplete" };
            let entity = json!({
                "id": option, "name": name, "completion_state": state, "enabled": true, "color": "none",
            });
            self.world.insert(TYPE_STATUS, &[&id], entity);
            options.push(option);
        }
        let entity = json!({"id": id, "name": name, "_projects": [project], "status_options": options});
        self.world.insert(CUSTOM_TYPE, &[project], entity);
        id
    }

    fn is_complete_with(&self, status: &str) -> bool {
        self.text_of(TYPE_STATUS, status, "completion_state") == "Complete"
    }

    /// The first status of a type that says so of a task.
    fn first_status(&self, kind: &str, is_complete: bool) -> Option<String> {
        let options = self.ids_in(CUSTOM_TYPE, kind, "status_options");
        options.into_iter().find(|option| self.is_complete_with(option) == is_complete)
    }
}

impl Call<'_> {
    pub(super) fn get_custom_types(&mut self) -> Outcome {
        let project = self.query.text("project").ok_or_else(|| Refusal::missing("project"))?;
        self.state.project(self.caller, &project, Level::Viewer)?;
        self.list(CUSTOM_TYPE, &self.state.world.ids_of(&project, CUSTOM_TYPE))
    }

    pub(super) fn get_custom_type(&mut self, id: &str) -> Outcome {
        for project in ids(self.state.known(CUSTOM_TYPE, id)?, "_projects") {
            self.state.project(self.caller, &project, Level::Viewer)?;
        }
        self.one(CUSTOM_TYPE, id)
    }

    /// What a request changes in the type and the status of a task: only one whose subtype is `custom` has them, and
    /// the type is one of its projects'. The reference leaves open what follows from each other: here a type begins
    /// with its first status, and the status says whether the task is complete.
    pub(super) fn type_changes(
        &self,
        projects: &[&str],
        old: &Value,
        changes: &mut Changes,
    ) -> Result<(), Refusal> {
        let subtype = self.data.text("resource_subtype").unwrap_or_else(|| text(old, "resource_subtype").to_owned());
        let [kind, status] = ["custom_type", "custom_type_status_option"].map(|name| input::gid(self.data, name));
        let (kind, status) = (kind?, status?);
        if subtype != CUSTOM {
            if kind.is_some() || status.is_some() {
                let why = "You can only set custom_type if task resource_subtype is custom";
                return Err(Refusal::invalid("custom_type", why));
            }
            let nothing = ["custom_type", "custom_type_status_option"].map(|name| (name, Value::Null));
            changes.extend(nothing);
            return Ok(());
        }
        let is_new = kind.is_some();
        let kind = kind.unwrap_or_else(|| text(old, "custom_type").to_owned());
        let known = self.state.world.get(CUSTOM_TYPE, &kind);
        let is_used = |entity: &Value| projects.iter().any(|project| lists(entity, "_projects", project));
        if !known.is_some_and(is_used) {
            return Err(Refusal::unknown_in_body("custom_type", &kind));
        }
        if is_new {
            changes.push(("custom_type", kind.as_str().into()));
        }
        let completed = input::flag(self.data, "completed")?;
        let status = match (status, completed) {
            (Some(status), _) => {
                if !self.state.ids_in(CUSTOM_TYPE, &kind, "status_options").contains(&status) {
                    return Err(Refusal::unknown_in_body("custom_type_status_option", &status));
                }
                Some(status)
            }
            (None, Some(completed)) => self.state.first_status(&kind, completed),
            (None, None) if is_new => self.state.first_status(&kind, false),
            (None, None) => None,
        };
        if let Some(status) = status {
            self.completion(old, self.state.is_complete_with(&status), changes);
            changes.push(("custom_type_status_option", status.into()));
        }
        Ok(())
    }
}
