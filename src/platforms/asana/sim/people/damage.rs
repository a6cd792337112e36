//! Random damage: many small changes of every kind, for tests that want surprises.

use serde_json::{Value, json};

use super::People;
use crate::platforms::asana::sim::access::Level;
use crate::platforms::asana::sim::input::COLOURS;
use crate::platforms::asana::sim::state::{
    ATTACHMENT, CUSTOM_FIELD, PROJECT, SETTING, STATUS_UPDATE, STORY, TAG, TASK, ids, items,
};
use crate::sim::world::{Kind, text};

/// Kinds of damage to a task.
const TO_TASKS: usize = 16;
/// Kinds of damage to what is around tasks.
const AROUND: usize = 8;

/// A request and what it does.
type Deed = (&'static str, String, Value, &'static str);

impl People<'_> {
    /// Does `count` changes. Those that find nothing to change are told as well, so that counts agree.
    pub(super) fn random_damage(&mut self, count: usize) {
        for _ in 0..count {
            let projects = self.projects();
            let Some(project) = self.pick(&projects) else { return };
            let Some(user) = self.somebody(&project, Level::Editor) else { continue };
            let kind = self.random.usize(..TO_TASKS + AROUND);
            let done = if kind < TO_TASKS {
                self.damage_task(&project, &user, kind)
            } else {
                self.damage_around(&project, &user, kind - TO_TASKS)
            };
            let (who, project) = (self.first_name(&user), self.name(PROJECT, &project));
            self.tell(done.map_or_else(
                || format!("{who} wanted to change something on {project} and found nothing."),
                |what| format!("{who} {what} on {project}."),
            ));
        }
    }

    fn damage_task(&mut self, project: &str, user: &str, kind: usize) -> Option<&'static str> {
        let tasks = self.all_tasks(project);
        let task = self.pick(&tasks)?;
        if kind == 0 {
            let name = format!("damage-{}.bin", self.random.u16(..));
            return (!self.upload(user, &task, &name).is_empty()).then_some("attached a file to a task");
        }
        let deed = if kind < 8 {
            self.field_deed(&task, kind)
        } else {
            self.relation_deed(project, &task, &tasks, kind)
        };
        self.carry_out(user, deed?)
    }

    fn carry_out(&mut self, user: &str, deed: Deed) -> Option<&'static str> {
        let (method, path, data, what) = deed;
        (!self.ask(user, method, &path, data).is_null()).then_some(what)
    }

    /// A change of a task's own fields.
    fn field_deed(&mut self, task: &str, kind: usize) -> Option<Deed> {
        let path = format!("/tasks/{task}");
        let n = self.random.u16(..);
        Some(match kind {
            1 => ("DELETE", path, json!({}), "deleted a task"),
            2 => ("PUT", path, json!({"name": format!("Task {n}")}), "renamed a task"),
            3 => {
                let html = format!("<body>Text <strong>{n}</strong> https://asana.example</body>");
                ("PUT", path, json!({"html_notes": html}), "rewrote a description")
            }
            4 => {
                let day = format!("2027-{:02}-{:02}", self.random.u8(1..13), self.random.u8(1..29));
                ("PUT", path, json!({"due_on": day, "start_on": null}), "changed the dates of a task")
            }
            5 => ("PUT", path, json!({"completed": self.random.bool()}), "completed or reopened a task"),
            6 => ("PUT", path, json!({"assignee": null}), "took the assignee off a task"),
            _ => {
                let values = self.some_value(task)?;
                ("PUT", path, json!({"custom_fields": values}), "changed a value of a field")
            }
        })
    }

    /// A new value for one of the fields of a task.
    fn some_value(&mut self, task: &str) -> Option<Value> {
        let fields = self.state.values_of(self.state.world.get(TASK, task)?);
        let fields = fields.as_array()?;
        let field = fields.get(self.random.usize(..fields.len().max(1)))?;
        let n = self.random.u16(..);
        let value = match text(field, "type") {
            _ if field["representation_type"] != field["type"] => return None,
            "text" => format!("Value {n}").into(),
            "number" => json!(f64::from(n) / 4.0),
            "date" => json!({"date": format!("2027-01-{:02}", self.random.u8(1..29))}),
            "enum" => items(field, "enum_options").last().map_or(Value::Null, |option| option["gid"].clone()),
            _ => Value::Null,
        };
        Some(json!({text(field, "gid"): value}))
    }

    /// A change of what a task belongs to, or of what is on it.
    fn relation_deed(&mut self, project: &str, task: &str, tasks: &[String], kind: usize) -> Option<Deed> {
        let n = self.random.u16(..);
        let on_task = |people: &mut Self, kind: Kind| {
            let ids = people.state.world.ids_of(task, kind);
            people.pick(&ids)
        };
        Some(match kind {
            8 => {
                let sections = self.sections(project);
                let path = format!("/sections/{}/addTask", self.pick(&sections)?);
                ("POST", path, json!({"task": task}), "moved a task")
            }
            9 => {
                let text = json!({"text": format!("Comment {n}")});
                ("POST", format!("/tasks/{task}/stories"), text, "commented a task")
            }
            10 => {
                let story = on_task(self, STORY)?;
                ("DELETE", format!("/stories/{story}"), json!({}), "deleted a comment")
            }
            11 => {
                let file = on_task(self, ATTACHMENT)?;
                ("DELETE", format!("/attachments/{file}"), json!({}), "deleted an attachment")
            }
            12 => {
                let data = json!({"name": format!("Subtask {n}"), "notes": "Made by damage."});
                ("POST", format!("/tasks/{task}/subtasks"), data, "added a subtask")
            }
            13 => {
                let workspace = self.state.text_of(PROJECT, project, "workspace");
                let tags = self.state.world.ids_of(&workspace, TAG);
                let had = self.state.ids_in(TASK, task, "tags");
                let (action, tag) = match had.first() {
                    Some(tag) if self.random.bool() => ("removeTag", tag.clone()),
                    _ => ("addTag", self.pick(&tags)?),
                };
                ("POST", format!("/tasks/{task}/{action}"), json!({"tag": tag}), "changed the tags of a task")
            }
            14 => {
                let other = self.pick(tasks).filter(|other| other != task)?;
                let path = format!("/tasks/{task}/addDependencies");
                ("POST", path, json!({"dependencies": [other]}), "made a task wait for another one")
            }
            _ => {
                let path = format!("/tasks/{task}/removeProject");
                ("POST", path, json!({"project": project}), "took a task off the project")
            }
        })
    }

    fn damage_around(&mut self, project: &str, user: &str, kind: usize) -> Option<&'static str> {
        let n = self.random.u16(..);
        let sections = self.sections(project);
        let deed: Deed = match kind {
            0 => {
                let section = self.pick(&sections)?;
                let data = json!({"name": format!("New {n}"), "memberships": [{"project": project, "section": section}]});
                ("POST", "/tasks".to_owned(), data, "added a task")
            }
            1 => {
                let data = json!({"name": format!("Section {n}")});
                ("POST", format!("/projects/{project}/sections"), data, "added a section")
            }
            2 => {
                let path = format!("/sections/{}", self.pick(&sections)?);
                ("PUT", path, json!({"name": format!("Section {n}")}), "renamed a section")
            }
            3 => ("DELETE", format!("/sections/{}", self.pick(&sections)?), json!({}), "deleted a section"),
            4 => {
                let colour = self.random.choice(COLOURS).copied()?;
                let data =
                    json!({"color": colour, "name": format!("Project {n}"), "notes": format!("Notes {n}")});
                ("PUT", format!("/projects/{project}"), data, "renamed the project")
            }
            5 => {
                let updates = self.state.world.ids_of(project, STATUS_UPDATE);
                (
                    "DELETE",
                    format!("/status_updates/{}", self.pick(&updates)?),
                    json!({}),
                    "deleted a status update",
                )
            }
            6 => {
                let option = self.some_option(project)?;
                let data = json!({"name": format!("Option {n}"), "color": "magenta"});
                ("PUT", format!("/enum_options/{option}"), data, "renamed an option of a field")
            }
            _ => {
                let settings = self.state.ids_in(PROJECT, project, "_settings");
                let setting = self.pick(&settings)?;
                let field = self.state.text_of(SETTING, &setting, "custom_field");
                let path = format!("/projects/{project}/removeCustomFieldSetting");
                ("POST", path, json!({"custom_field": field}), "took a field off the project")
            }
        };
        self.carry_out(user, deed)
    }

    fn some_option(&mut self, project: &str) -> Option<String> {
        let settings = ids(self.state.world.get(PROJECT, project)?, "_settings");
        let fields = settings.iter().map(|setting| self.state.text_of(SETTING, setting, "custom_field"));
        let options: Vec<String> = fields
            .filter_map(|field| self.state.world.get(CUSTOM_FIELD, &field))
            .flat_map(|field| items(field, "enum_options"))
            .map(|option| text(option, "gid").to_owned())
            .collect();
        self.pick(&options)
    }
}
