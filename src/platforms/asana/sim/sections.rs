//! Sections of projects, and which tasks are in them.

use serde_json::json;

use super::access::Level;
use super::call::{Answer, Call, Outcome};
use super::events::Happening;
use super::input;
use super::refusal::Refusal;
use super::state::{PROJECT, Place, SECTION, State, TASK, items, place};
use crate::sim::world::text;

impl State {
    /// A section at the end of a project.
    pub(super) fn new_section(&mut self, project: &str, name: &str) -> String {
        let id = self.new_gid();
        let section = json!({
            "id": id, "name": name, "created_at": self.date(), "project": project, "projects": [project], "_tasks": [],
        });
        self.world.insert(SECTION, &[project], section);
        self.put_in(PROJECT, project, "_sections", &id);
        id
    }

    /// The section of a project in which a task is.
    pub(super) fn section_of(&self, task: &str, project: &str) -> Option<String> {
        let task = self.world.get(TASK, task)?;
        let mut memberships = items(task, "_memberships").iter();
        let own = memberships.find(|membership| membership["project"] == project)?;
        Some(text(own, "section").to_owned())
    }

    /// Puts a task into a section of a project, out of the section in which it was there. False when the
    /// neighbour is not in the section; nothing is changed then.
    pub(super) fn enter_section(&mut self, task: &str, project: &str, section: &str, at: &Place) -> bool {
        let mut order = self.ids_in(SECTION, section, "_tasks");
        order.retain(|known| known != task);
        if !place(&mut order, task, at) {
            return false;
        }
        self.leave_project(task, project);
        self.set(SECTION, section, "_tasks", order);
        let membership = json!({"project": project, "section": section});
        if let Some(memberships) = self.world.edit(TASK, task).and_then(|t| t["_memberships"].as_array_mut())
        {
            memberships.push(membership);
        }
        true
    }

    /// Takes a task out of a project.
    pub(super) fn leave_project(&mut self, task: &str, project: &str) {
        if let Some(section) = self.section_of(task, project) {
            self.take_out(SECTION, &section, "_tasks", task);
        }
        if let Some(memberships) = self.world.edit(TASK, task).and_then(|t| t["_memberships"].as_array_mut())
        {
            memberships.retain(|membership| membership["project"] != project);
        }
    }
}

impl Call<'_> {
    /// The section in the path and its project, if the caller may do that much there.
    pub(super) fn section(&self, id: &str, least: Level) -> Result<String, Refusal> {
        let project = text(self.state.known(SECTION, id)?, "project").to_owned();
        self.state.project(self.caller, &project, least)?;
        Ok(project)
    }

    pub(super) fn get_sections(&mut self, project: &str) -> Outcome {
        self.state.project(self.caller, project, Level::Viewer)?;
        self.list(SECTION, &self.state.ids_in(PROJECT, project, "_sections"))
    }

    pub(super) fn get_section(&mut self, id: &str) -> Outcome {
        self.section(id, Level::Viewer)?;
        self.one(SECTION, id)
    }

    pub(super) fn post_section(&mut self, project: &str) -> Outcome {
        input::only(self.data, &["name", "insert_before", "insert_after"])?;
        self.state.project(self.caller, project, Level::Editor)?;
        let name = input::required_name(self.data, "name")?;
        let at = input::place(self.data, "insert_before", "insert_after")?;
        self.sections_know(project, at.as_ref())?;
        let id = self.state.new_section(project, &name);
        self.move_section(project, &id, &at.unwrap_or(Place::Bottom));
        self.tell(Happening::added(SECTION, &id, (PROJECT, project)).heard_by(vec![project.to_owned()]));
        self.created(SECTION, &id)
    }

    /// Refuses a neighbour that is no section of the project.
    fn sections_know(&self, project: &str, at: Option<&Place>) -> Result<(), Refusal> {
        let Some(Place::Before(neighbour) | Place::After(neighbour)) = at else { return Ok(()) };
        let sections = self.state.ids_in(PROJECT, project, "_sections");
        if sections.contains(neighbour) {
            Ok(())
        } else {
            Err(Refusal::unknown_in_body("section", neighbour))
        }
    }

    fn move_section(&mut self, project: &str, section: &str, at: &Place) {
        let mut order = self.state.ids_in(PROJECT, project, "_sections");
        order.retain(|known| known != section);
        if place(&mut order, section, at) {
            self.state.set(PROJECT, project, "_sections", order);
        }
    }

    pub(super) fn insert_section(&mut self, project: &str) -> Outcome {
        input::only(self.data, &["section", "before_section", "after_section"])?;
        self.state.project(self.caller, project, Level::Editor)?;
        let section = input::required_gid(self.data, "section")?;
        let at = input::place(self.data, "before_section", "after_section")?;
        let at =
            at.ok_or_else(|| Refusal::wrong("You should specify one of before_section, after_section"))?;
        self.sections_know(project, Some(&Place::After(section.clone())))?;
        self.sections_know(project, Some(&at))?;
        if at == Place::Before(section.clone()) || at == Place::After(section.clone()) {
            return Err(Refusal::invalid("section", "Cannot be moved beside itself"));
        }
        self.move_section(project, &section, &at);
        self.tell(Happening::changed(SECTION, &section, "order").heard_by(vec![project.to_owned()]));
        Ok(Answer::empty())
    }

    pub(super) fn put_section(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["name", "insert_before", "insert_after"])?;
        let project = self.section(id, Level::Editor)?;
        let name = input::required_name(self.data, "name")?;
        self.state.set(SECTION, id, "name", name);
        self.tell(Happening::changed(SECTION, id, "name").heard_by(vec![project]));
        self.one(SECTION, id)
    }

    /// Sections with tasks stay, and so does the last one.
    pub(super) fn delete_section(&mut self, id: &str) -> Outcome {
        let project = self.section(id, Level::Editor)?;
        if !self.state.ids_in(SECTION, id, "_tasks").is_empty() {
            return Err(Refusal::wrong("Cannot delete a section that contains tasks"));
        }
        if self.state.ids_in(PROJECT, &project, "_sections").len() < 2 {
            return Err(Refusal::wrong("Cannot delete the last section of a project"));
        }
        self.tell(Happening::deleted(SECTION, id).heard_by(vec![project.clone()]));
        self.state.take_out(PROJECT, &project, "_sections", id);
        self.state.world.remove(SECTION, id);
        Ok(Answer::empty())
    }

    /// Puts a task into a section: at the top unless a neighbour is named.
    pub(super) fn add_task_to_section(&mut self, section: &str) -> Outcome {
        input::only(self.data, &["task", "insert_before", "insert_after"])?;
        let project = self.section(section, Level::Editor)?;
        let task = input::required_gid(self.data, "task")?;
        let at = input::place(self.data, "insert_before", "insert_after")?.unwrap_or(Place::Top);
        let task = self.task_in_body("task", &task, Level::Editor)?;
        if self.state.section_of(&task, &project).is_none() {
            self.room_for_a_project(&task)?;
        }
        self.move_task(&task, &project, section, &at)?;
        Ok(Answer::empty())
    }

    /// Puts a task into a section and tells of it; refused when the neighbour is not there.
    pub(super) fn move_task(
        &mut self,
        task: &str,
        project: &str,
        section: &str,
        at: &Place,
    ) -> Result<(), Refusal> {
        let old = self.state.section_of(task, project);
        if !self.state.enter_section(task, project, section, at) {
            return Err(Refusal::wrong("insert_before, insert_after: The task is not in the section"));
        }
        if old.is_none() {
            self.tell(Happening::added(TASK, task, (PROJECT, project)));
        }
        if old.as_deref() != Some(section) {
            if let Some(old) = &old {
                self.tell(Happening::removed(TASK, task, (SECTION, old)));
            }
            self.tell(Happening::added(TASK, task, (SECTION, section)));
        }
        Ok(())
    }
}
