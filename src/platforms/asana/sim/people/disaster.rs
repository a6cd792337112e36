//! A disaster: one administrator wrecks the busiest project.

use serde_json::{Value, json};

use super::People;
use crate::platforms::asana::sim::access::Level;
use crate::platforms::asana::sim::state::{
    ATTACHMENT, CUSTOM_FIELD, MEMBERSHIP, PROJECT, SECTION, SETTING, STORY, TASK, USER, items,
};
use crate::sim::world::text;

impl People<'_> {
    pub(super) fn disaster(&mut self) {
        let busiest = self.projects().into_iter().max_by_key(|project| self.all_tasks(project).len());
        let Some(project) = busiest else { return };
        let Some(culprit) = self.somebody(&project, Level::Admin) else { return };
        self.overwrite_due_dates(&project, &culprit);
        self.switch_option_off(&project, &culprit);
        self.take_field_off(&project, &culprit);
        self.delete_attachment(&project, &culprit);
        self.delete_tasks(&project, &culprit);
        self.rename(&project, &culprit);
        self.empty_section(&project, &culprit);
        self.remove_member(&project, &culprit);
    }

    fn overwrite_due_dates(&mut self, project: &str, culprit: &str) {
        let tasks: Vec<String> = self.all_tasks(project).into_iter().step_by(2).take(200).collect();
        let wrong = json!({"due_on": "2030-04-01", "start_on": null, "completed": false});
        let changed = tasks.iter().filter(|task| self.change_task(culprit, task, wrong.clone())).count();
        let (who, project) = (self.first_name(culprit), self.name(PROJECT, project));
        self.tell(format!("{who} set the due date of {changed} tasks on {project} to 2030-04-01."));
    }

    /// The fields on a project, with whether they are the project's own.
    fn fields_on(&self, project: &str) -> Vec<Value> {
        let settings = self.state.ids_in(PROJECT, project, "_settings");
        let field = |setting: &String| {
            let field = self.state.text_of(SETTING, setting, "custom_field");
            self.state.world.get(CUSTOM_FIELD, &field).cloned()
        };
        settings.iter().filter_map(field).collect()
    }

    fn switch_option_off(&mut self, project: &str, culprit: &str) {
        let fields = self.fields_on(project);
        let option = fields.iter().find_map(|field| {
            let on = items(field, "enum_options").iter().find(|option| option["enabled"] == true)?;
            Some((text(on, "gid").to_owned(), text(on, "name").to_owned(), text(field, "name").to_owned()))
        });
        let Some((option, name, field)) = option else { return };
        let path = format!("/enum_options/{option}");
        if !self.ask(culprit, "PUT", &path, json!({"enabled": false, "name": "???"})).is_null() {
            let who = self.first_name(culprit);
            self.tell(format!(
                "{who} renamed the option \"{name}\" of the field {field} and switched it off."
            ));
        }
    }

    /// The values of the field are still there; they do not show any more.
    fn take_field_off(&mut self, project: &str, culprit: &str) {
        let fields = self.fields_on(project);
        let number = |field: &&Value| {
            field["resource_subtype"] == "number" && field["representation_type"] == "number"
        };
        let Some(field) = fields.iter().find(number).or(fields.last()) else { return };
        let path = format!("/projects/{project}/removeCustomFieldSetting");
        if !self.ask(culprit, "POST", &path, json!({"custom_field": field["id"]})).is_null() {
            let (who, name, project) =
                (self.first_name(culprit), text(field, "name"), self.name(PROJECT, project));
            self.tell(format!("{who} took the field {name} off {project}, with all its values."));
        }
    }

    fn delete_attachment(&mut self, project: &str, culprit: &str) {
        let tasks = self.all_tasks(project);
        let files: Vec<String> =
            tasks.iter().flat_map(|task| self.state.world.ids_of(task, ATTACHMENT)).collect();
        let Some(file) = self.pick(&files) else { return };
        let (who, name) = (self.first_name(culprit), self.name(ATTACHMENT, &file));
        let task = self.state.text_of(ATTACHMENT, &file, "_parent");
        if self.delete(culprit, &format!("/attachments/{file}")) {
            let task = self.name(TASK, &task);
            self.tell(format!("{who} deleted the attachment {name} of \"{task}\"."));
        }
    }

    /// Tasks with the most to lose go first.
    fn delete_tasks(&mut self, project: &str, culprit: &str) {
        let mut tasks = self.state.tasks_of(project);
        let count = |task: &String, kind| self.state.world.count_of(task, kind);
        tasks.sort_by_key(|task| std::cmp::Reverse(count(task, ATTACHMENT) + count(task, STORY)));
        tasks.truncate((tasks.len() / 20).max(2));
        for task in tasks {
            let files = self.state.world.count_of(&task, ATTACHMENT);
            let comments =
                self.state.world.of(&task, STORY).filter(|story| story["type"] == "comment").count();
            let subtasks = self.state.ids_in(TASK, &task, "_subtasks").len();
            let (who, name) = (self.first_name(culprit), self.name(TASK, &task));
            if self.delete(culprit, &format!("/tasks/{task}")) {
                self.tell(format!(
                    "{who} deleted the task \"{name}\" ({subtasks} subtasks, {files} attachments, {comments} comments)."
                ));
            }
        }
    }

    fn rename(&mut self, project: &str, culprit: &str) {
        let who = self.first_name(culprit);
        let (sections, tasks) = (self.sections(project), self.state.tasks_of(project));
        if let Some(section) = self.pick(&sections) {
            let old = self.name(SECTION, &section);
            self.ask(culprit, "PUT", &format!("/sections/{section}"), json!({"name": "asdf"}));
            self.tell(format!("{who} renamed the section {old} to asdf."));
        }
        if let Some(task) = self.pick(&tasks) {
            let old = self.name(TASK, &task);
            self.change_task(culprit, &task, json!({"name": "???", "notes": ""}));
            self.tell(format!("{who} renamed the task \"{old}\" to \"???\" and emptied its description."));
        }
    }

    /// Everything goes into the first section; the last one is deleted.
    fn empty_section(&mut self, project: &str, culprit: &str) {
        let sections = self.sections(project);
        let (Some(first), Some(last)) = (sections.first(), sections.last()) else { return };
        if first == last {
            return;
        }
        let (who, name) = (self.first_name(culprit), self.name(SECTION, last));
        for task in self.state.ids_in(SECTION, last, "_tasks") {
            self.ask(culprit, "POST", &format!("/sections/{first}/addTask"), json!({"task": task}));
        }
        if self.delete(culprit, &format!("/sections/{last}")) {
            let first = self.name(SECTION, first);
            self.tell(format!("{who} moved all tasks of {name} to {first} and deleted {name}."));
        }
    }

    fn remove_member(&mut self, project: &str, culprit: &str) {
        let mut members = self.state.world.of(project, MEMBERSHIP);
        let other = members.find(|m| m["_member_kind"] == USER && m["access_level"] != "admin");
        let other = other.map(|membership| text(membership, "member").to_owned());
        drop(members);
        let Some(user) = other else { return };
        let path = format!("/projects/{project}/removeMembers");
        if !self.ask(culprit, "POST", &path, json!({"members": [user]})).is_null() {
            let (who, whom) = (self.first_name(culprit), self.first_name(&user));
            let project = self.name(PROJECT, project);
            self.tell(format!("{who} removed {whom} from {project}."));
        }
    }
}
