//! Tags of a workspace. Names may repeat.

use serde_json::{Value, json};

use super::call::{Answer, Call, Outcome};
use super::input;
use super::refusal::Refusal;
use super::state::{State, TAG, TASK};
use crate::sim::world::text;

impl State {
    /// A tag.
    pub(super) fn new_tag(&mut self, workspace: &str, name: &str, colour: Option<&str>) -> String {
        let id = self.new_gid();
        let tag = json!({
            "id": id, "name": name, "color": colour, "notes": "", "workspace": workspace, "followers": [],
            "created_at": self.date(), "permalink_url": format!("https://app.asana.com/0/{id}"),
        });
        self.world.insert(TAG, &[workspace], tag);
        id
    }
}

impl Call<'_> {
    pub(super) fn get_workspace_tags(&mut self, workspace: &str) -> Outcome {
        let workspace = self.state.workspace(self.caller, workspace)?;
        self.list(TAG, &self.state.world.ids_of(&workspace, TAG))
    }

    pub(super) fn get_tags(&mut self) -> Outcome {
        let workspace = self.query.text("workspace").ok_or_else(|| Refusal::missing("workspace"))?;
        self.get_workspace_tags(&workspace)
    }

    /// The tag in the path, of a workspace of the caller's.
    fn tag(&self, id: &str) -> Result<String, Refusal> {
        let workspace = text(self.state.known(TAG, id)?, "workspace").to_owned();
        self.state.workspace(self.caller, &workspace)
    }

    pub(super) fn get_tag(&mut self, id: &str) -> Outcome {
        self.tag(id)?;
        self.one(TAG, id)
    }

    pub(super) fn post_tag(&mut self, workspace: Option<&str>) -> Outcome {
        input::only(self.data, &["workspace", "name", "color", "notes", "followers"])?;
        let named = input::gid(self.data, "workspace")?;
        let workspace =
            workspace.map(str::to_owned).or(named).ok_or_else(|| Refusal::missing("workspace"))?;
        let workspace = self.state.workspace(self.caller, &workspace)?;
        self.full_member(&workspace)?;
        let name = input::required_name(self.data, "name")?;
        let changes = self.tag_changes()?;
        let id = self.state.new_tag(&workspace, &name, None);
        for (field, value) in changes {
            self.state.set(TAG, &id, field, value);
        }
        self.created(TAG, &id)
    }

    fn tag_changes(&self) -> Result<Vec<(&'static str, Value)>, Refusal> {
        let colour = input::one_of_or_null(self.data, "color", input::COLOURS)?;
        let notes = input::text(self.data, "notes")?.map(Value::from);
        let name = input::name(self.data, "name")?.map(Value::from);
        let changes = [("color", colour), ("notes", notes), ("name", name)];
        Ok(changes.into_iter().filter_map(|(field, value)| Some((field, value?))).collect())
    }

    pub(super) fn put_tag(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["name", "color", "notes"])?;
        let workspace = self.tag(id)?;
        self.full_member(&workspace)?;
        for (field, value) in self.tag_changes()? {
            self.state.set(TAG, id, field, value);
        }
        self.one(TAG, id)
    }

    pub(super) fn delete_tag(&mut self, id: &str) -> Outcome {
        let workspace = self.tag(id)?;
        self.full_member(&workspace)?;
        for task in self.state.world.ids_of(&workspace, TASK) {
            self.state.take_out(TASK, &task, "tags", id);
        }
        self.state.world.remove(TAG, id);
        Ok(Answer::empty())
    }
}
