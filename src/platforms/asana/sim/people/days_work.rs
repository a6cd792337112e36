//! A day's work: the ordinary changes of a few people.

use serde_json::json;

use super::People;
use crate::platforms::asana::sim::access::Level;
use crate::platforms::asana::sim::state::{PROJECT, SECTION, TASK};

/// One change for so many tasks.
const TASKS_PER_CHANGE: usize = 50;
/// Changes in the smallest world.
const LEAST_CHANGES: usize = 6;

impl People<'_> {
    pub(super) fn days_work(&mut self) {
        let tasks = self.state.world.all(TASK).count();
        let changes = (tasks / TASKS_PER_CHANGE).max(LEAST_CHANGES);
        let mut projects = self.projects();
        projects.retain(|project| !self.state.tasks_of(project).is_empty());
        for change in 0..changes {
            let Some(project) = self.pick(&projects) else { return };
            let tasks = self.state.tasks_of(&project);
            let (Some(task), Some(user)) = (self.pick(&tasks), self.somebody(&project, Level::Editor)) else {
                continue;
            };
            match change % 6 {
                0 => self.write_new_task(&project, &user),
                1 => self.comment_on(&task, &user),
                2 => self.move_on(&project, &task, &user),
                3 => self.check_off(&task, &user),
                4 => self.attach_file(&task, &user),
                _ => self.plan(&task, &user),
            }
        }
    }

    fn write_new_task(&mut self, project: &str, user: &str) {
        let sections = self.sections(project);
        let Some(section) = self.pick(&sections) else { return };
        let name = format!("Follow-up {}", self.random.u16(100..1_000));
        let place = json!([{"project": project, "section": section}]);
        let data = json!({"name": name, "memberships": place, "assignee": user});
        if !self.ask(user, "POST", "/tasks", data).is_null() {
            let (who, project) = (self.first_name(user), self.name(PROJECT, project));
            self.tell(format!("{who} wrote the task \"{name}\" on {project}."));
        }
    }

    fn comment_on(&mut self, task: &str, user: &str) {
        let words = ["I am on it.", "Waiting for the supplier.", "Looks good to me."];
        let words = self.random.choice(words).unwrap_or_default();
        self.ask(user, "POST", &format!("/tasks/{task}/stories"), json!({"text": words}));
        let (who, task) = (self.first_name(user), self.name(TASK, task));
        self.tell(format!("{who} commented on \"{task}\"."));
    }

    fn move_on(&mut self, project: &str, task: &str, user: &str) {
        let sections = self.sections(project);
        let Some(section) = self.pick(&sections) else { return };
        self.ask(user, "POST", &format!("/sections/{section}/addTask"), json!({"task": task}));
        let (who, task) = (self.first_name(user), self.name(TASK, task));
        let section = self.name(SECTION, &section);
        self.tell(format!("{who} moved \"{task}\" to {section}."));
    }

    fn check_off(&mut self, task: &str, user: &str) {
        if self.change_task(user, task, json!({"completed": true})) {
            let (who, task) = (self.first_name(user), self.name(TASK, task));
            self.tell(format!("{who} completed \"{task}\"."));
        }
    }

    fn attach_file(&mut self, task: &str, user: &str) {
        let name = format!("notes-{}.txt", self.random.u16(100..1_000));
        if !self.upload(user, task, &name).is_empty() {
            let (who, task) = (self.first_name(user), self.name(TASK, task));
            self.tell(format!("{who} attached {name} to \"{task}\"."));
        }
    }

    fn plan(&mut self, task: &str, user: &str) {
        let day = format!("2026-12-{:02}", self.random.u8(1..29));
        if self.change_task(user, task, json!({"due_on": day, "start_on": null})) {
            let (who, task) = (self.first_name(user), self.name(TASK, task));
            self.tell(format!("{who} set the due date of \"{task}\" to {day}."));
        }
    }
}
