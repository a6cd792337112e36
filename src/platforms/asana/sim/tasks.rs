//! Tasks: lists of them, making, changing and deleting them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, Outcome};
use super::events::Happening;
use super::input;
use super::refusal::Refusal;
use super::state::{PROJECT, Place, SECTION, STORY, State, TAG, TASK, WORKSPACE, ids, items};
use crate::base::clock::Timestamp;
use crate::sim::world::text;

impl State {
    /// A task that is in no project yet.
    pub(super) fn new_task(&mut self, by: &str, workspace: &str, name: &str) -> String {
        let id = self.new_gid();
        let task = json!({
            "id": id, "name": name, "workspace": workspace, "resource_subtype": "default_task",
            "approval_status": null, "assignee": null, "assignee_section": null, "assignee_status": "upcoming",
            "assigned_by": null, "completed": false, "completed_at": null, "completed_by": null,
            "created_at": self.date(), "created_by": by, "modified_at": self.date(), "due_on": null,
            "due_at": null, "start_on": null, "start_at": null, "html_notes": "<body></body>",
            "followers": [by], "tags": [], "parent": null, "dependencies": [], "dependents": [],
            "is_rendered_as_separator": false, "actual_time_minutes": null, "custom_type": null,
            "custom_type_status_option": null, "_memberships": [], "_subtasks": [], "_values": {}, "_likes": [],
            "_external": {},
        });
        self.world.insert(TASK, &[workspace], task);
        id
    }

    /// Takes a task away with its subtasks, stories and attachments.
    pub(super) fn remove_task(&mut self, id: &str) {
        let Some(task) = self.world.get(TASK, id).cloned() else { return };
        for subtask in ids(&task, "_subtasks") {
            self.remove_task(&subtask);
        }
        for membership in items(&task, "_memberships") {
            self.leave_project(id, text(membership, "project"));
        }
        for (own, theirs) in [("dependencies", "dependents"), ("dependents", "dependencies")] {
            for other in ids(&task, own) {
                self.take_out(TASK, &other, theirs, id);
            }
        }
        self.take_out(TASK, text(&task, "parent"), "_subtasks", id);
        self.remove_attachments(id);
        for story in self.world.ids_of(id, STORY) {
            self.world.remove(STORY, &story);
        }
        self.world.remove(TASK, id);
    }
}

impl Call<'_> {
    /// The task in a field of the body.
    pub(super) fn task_in_body(&self, field: &str, gid: &str, least: Level) -> Result<String, Refusal> {
        match self.state.task(self.caller, gid, least) {
            Ok(task) => Ok(text(task, "id").to_owned()),
            Err(refusal) if refusal.status == 404 => Err(Refusal::unknown_in_body(field, gid)),
            Err(refusal) => Err(refusal),
        }
    }

    /// Some tasks, without those that were completed or not touched long enough ago.
    pub(super) fn list_tasks(&mut self, mut tasks: Vec<String>) -> Outcome {
        let now = self.query.text("completed_since").is_some_and(|text| text == "now");
        let completed = if now { Some(self.state.now) } else { input::since(self.query, "completed_since")? };
        let modified = input::since(self.query, "modified_since")?;
        let time = |task: &Value, field: &str| text(task, field).parse::<Timestamp>().ok();
        tasks.retain(|id| {
            let Some(task) = self.state.world.get(TASK, id) else { return false };
            let open = task["completed"] != true;
            completed.is_none_or(|since| open || time(task, "completed_at").is_some_and(|at| at >= since))
                && modified.is_none_or(|since| time(task, "modified_at").is_some_and(|at| at >= since))
        });
        self.list(TASK, &tasks)
    }

    pub(super) fn get_project_tasks(&mut self, project: &str) -> Outcome {
        self.state.project(self.caller, project, Level::Viewer)?;
        self.list_tasks(self.state.tasks_of(project))
    }

    pub(super) fn get_section_tasks(&mut self, section: &str) -> Outcome {
        self.section(section, Level::Viewer)?;
        self.list_tasks(self.state.ids_in(SECTION, section, "_tasks"))
    }

    pub(super) fn get_tag_tasks(&mut self, tag: &str) -> Outcome {
        let workspace = text(self.state.known(TAG, tag)?, "workspace").to_owned();
        self.state.workspace(self.caller, &workspace)?;
        let tagged =
            self.state.world.of(&workspace, TASK).filter(|task| super::state::lists(task, "tags", tag));
        let tasks: Vec<String> = tagged
            .filter(|task| self.state.task_level(task, &self.caller.user) >= Level::Viewer)
            .map(|task| text(task, "id").to_owned())
            .collect();
        self.list_tasks(tasks)
    }

    /// By project, by section, or by assignee and workspace.
    pub(super) fn get_tasks(&mut self) -> Outcome {
        let [project, section, assignee, workspace] =
            ["project", "section", "assignee", "workspace"].map(|name| self.query.text(name));
        match (project, section, assignee, workspace) {
            (Some(project), None, None, None) => self.get_project_tasks(&project),
            (None, Some(section), None, None) => self.get_section_tasks(&section),
            (None, None, Some(assignee), Some(workspace)) => {
                let workspace = self.state.workspace(self.caller, &workspace)?;
                let user = self.state.user(self.caller, "assignee", &assignee)?;
                let own = self.state.world.of(&workspace, TASK).filter(|t| t["assignee"] == user.as_str());
                let tasks: Vec<String> = own
                    .filter(|task| self.state.task_level(task, &self.caller.user) >= Level::Viewer)
                    .map(|task| text(task, "id").to_owned())
                    .collect();
                self.list_tasks(tasks)
            }
            _ => Err(Refusal::wrong(
                "Must specify exactly one of project, tag, section, user task list, or assignee + workspace",
            )),
        }
    }

    pub(super) fn get_task(&mut self, id: &str) -> Outcome {
        let id = text(self.state.task(self.caller, id, Level::Viewer)?, "id").to_owned();
        self.one(TASK, &id)
    }

    pub(super) fn get_subtasks(&mut self, id: &str) -> Outcome {
        let subtasks = ids(self.state.task(self.caller, id, Level::Viewer)?, "_subtasks");
        self.list(TASK, &subtasks)
    }

    /// `parent`: the task in the path.
    pub(super) fn post_task(&mut self, parent: Option<&str>) -> Outcome {
        self.task_fields_only(true)?;
        let parent = parent.map_or_else(|| input::gid(self.data, "parent"), |id| Ok(Some(id.to_owned())))?;
        let parent = parent.map(|id| self.task_in_body("parent", &id, Level::Editor)).transpose()?;
        let places = self.places()?;
        let workspace = self.workspace_of_new_task(parent.as_deref(), &places)?;
        let projects: Vec<&str> = places.iter().map(|(project, _)| project.as_str()).collect();
        let changes = self.task_changes(&workspace, &projects, &Value::Null)?;
        let external = self.external_change(None)?;
        let followers = self.people(&workspace, "followers")?;
        let tags = self.tags_in_body(&workspace)?;
        let name = input::name(self.data, "name")?.unwrap_or_default();
        let id = self.state.new_task(&self.caller.user, &workspace, &name);
        if let Some(parent) = &parent {
            self.state.set(TASK, &id, "parent", parent.as_str());
            self.state.put_in(TASK, parent, "_subtasks", &id);
            self.tell(Happening::added(TASK, &id, (TASK, parent)));
        }
        for (project, section) in &places {
            // New tasks come to the top, as in the app.
            self.move_task(&id, project, section, &Place::Top)?;
        }
        self.write_task(&id, changes);
        self.write_external(&id, external);
        for user in followers {
            self.state.put_in(TASK, &id, "followers", &user);
        }
        self.state.set(TASK, &id, "tags", tags);
        self.created(TASK, &id)
    }

    /// Projects and sections into which a new task goes.
    fn places(&self) -> Result<Vec<(String, String)>, Refusal> {
        let mut places: BTreeMap<String, Option<String>> = BTreeMap::new();
        let mut order = Vec::new();
        for project in input::gids(self.data, "projects")?.unwrap_or_default() {
            order.push(project.clone());
            places.insert(project, None);
        }
        let memberships = match self.data.raw("memberships") {
            None => &Vec::new(),
            Some(Value::Array(memberships)) => memberships,
            Some(other) => {
                return Err(Refusal::invalid("memberships", &format!("Value is not an array: {other}")));
            }
        };
        for (at, membership) in memberships.iter().enumerate() {
            let field = |name: &str| {
                let value = membership.get(name).filter(|value| !value.is_null());
                value.map(|value| input::gid_of(&format!("memberships: [{at}]: {name}"), value)).transpose()
            };
            let missing = || Refusal::wrong(format!("memberships: [{at}]: project: Missing required field"));
            let project = field("project")?.ok_or_else(missing)?;
            order.push(project.clone());
            places.insert(project, field("section")?);
        }
        order.dedup();
        if order.len() > super::relations::MOST_PROJECTS {
            return Err(Refusal::invalid("projects", "A task can be in at most 20 projects"));
        }
        order.into_iter().enumerate().map(|(at, project)| self.place(at, project, &places)).collect()
    }

    fn place(
        &self,
        at: usize,
        project: String,
        places: &BTreeMap<String, Option<String>>,
    ) -> Result<(String, String), Refusal> {
        if self.state.world.get(PROJECT, &project).is_none() {
            return Err(Refusal::unknown_in_body(&format!("projects: [{at}]"), &project));
        }
        let entity = self.state.project(self.caller, &project, Level::Editor)?;
        let sections = ids(entity, "_sections");
        let section = match places.get(&project).cloned().flatten() {
            Some(section) if !sections.contains(&section) => {
                return Err(Refusal::invalid(
                    "memberships",
                    &format!("Section {section} is not in the project"),
                ));
            }
            Some(section) => section,
            None => sections.first().cloned().unwrap_or_default(),
        };
        Ok((project, section))
    }

    fn workspace_of_new_task(
        &self,
        parent: Option<&str>,
        places: &[(String, String)],
    ) -> Result<String, Refusal> {
        let of_project = places.first().map(|(project, _)| self.state.text_of(PROJECT, project, "workspace"));
        let of_parent = parent.map(|parent| self.state.text_of(TASK, parent, "workspace"));
        let named = input::gid(self.data, "workspace")?;
        let found = match (of_project.or(of_parent), named) {
            (Some(found), None) => found,
            (Some(found), Some(named)) if found == named => found,
            (Some(_), Some(named)) => return Err(Refusal::unknown_in_body(WORKSPACE, &named)),
            (None, Some(named)) => self.state.workspace(self.caller, &named)?,
            (None, None) => {
                return Err(Refusal::wrong("You should specify one of workspace, parent, projects"));
            }
        };
        let own = self.state.in_workspace(&found, &self.caller.user);
        if own.is_some_and(|own| own["is_view_only"] == true) {
            return Err(Refusal::forbidden(WORKSPACE));
        }
        Ok(found)
    }

    pub(super) fn put_task(&mut self, id: &str) -> Outcome {
        self.task_fields_only(false)?;
        // Who may comment may like; everything else needs an editor.
        let only_likes = self.data.starting_with("").iter().all(|field| field == "liked");
        let least = if only_likes { Level::Commenter } else { Level::Editor };
        let task = self.state.task(self.caller, id, least)?.clone();
        let id = text(&task, "id").to_owned();
        let memberships = items(&task, "_memberships");
        let projects: Vec<&str> = memberships.iter().map(|membership| text(membership, "project")).collect();
        let changes = self.task_changes(text(&task, "workspace"), &projects, &task)?;
        let external = self.external_change(Some(&id))?;
        self.write_task(&id, changes);
        self.write_external(&id, external);
        self.one(TASK, &id)
    }

    pub(super) fn delete_task(&mut self, id: &str) -> Outcome {
        let id = text(self.state.task(self.caller, id, Level::Editor)?, "id").to_owned();
        self.tell(Happening::deleted(TASK, &id));
        self.state.remove_task(&id);
        Ok(Answer::empty())
    }
}
