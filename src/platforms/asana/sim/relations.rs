//! What a task belongs to and hangs on: projects, parent, tags, followers, dependencies.

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, Outcome};
use super::events::Happening;
use super::input;
use super::refusal::Refusal;
use super::state::{PROJECT, Place, SECTION, TAG, TASK, USER, ids, items, place};
use crate::sim::world::{Kind, text};

/// Projects in which one task can be.
pub(super) const MOST_PROJECTS: usize = 20;
/// Dependencies and dependents of one task together.
const MOST_DEPENDENCIES: usize = 30;

impl Call<'_> {
    /// The projects, tags, dependencies or dependents of a task.
    pub(super) fn get_task_part(&mut self, id: &str, part: &str) -> Outcome {
        let task = self.state.task(self.caller, id, Level::Viewer)?;
        match part {
            "tags" => {
                let tags = ids(task, "tags");
                self.list(TAG, &tags)
            }
            "projects" => {
                let projects = items(task, "_memberships").iter().map(|m| text(m, "project"));
                let seen = projects.filter(|project| self.state.sees_project(self.caller, project));
                let seen: Vec<String> = seen.map(str::to_owned).collect();
                self.list(PROJECT, &seen)
            }
            _ => {
                let others = ids(task, part);
                self.list(TASK, &others)
            }
        }
    }

    fn own_task(&self, id: &str) -> Result<Value, Refusal> {
        self.state.task(self.caller, id, Level::Editor).cloned()
    }

    pub(super) fn room_for_a_project(&self, task: &str) -> Result<(), Refusal> {
        let memberships = self.state.world.get(TASK, task).map(|task| items(task, "_memberships").len());
        if memberships.unwrap_or(0) < MOST_PROJECTS {
            return Ok(());
        }
        Err(Refusal::invalid("project", "A task can be in at most 20 projects"))
    }

    /// Adds a task to a project, or moves it inside: to the end unless a section or neighbour is named.
    pub(super) fn add_project(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["project", "section", "insert_before", "insert_after"])?;
        let task = text(&self.own_task(id)?, "id").to_owned();
        let project = input::required_gid(self.data, "project")?;
        if self.state.world.get(PROJECT, &project).is_none() {
            return Err(Refusal::unknown_in_body("project", &project));
        }
        let sections = ids(self.state.project(self.caller, &project, Level::Editor)?, "_sections");
        let at = input::place(self.data, "insert_before", "insert_after")?.unwrap_or(Place::Bottom);
        let section = match (input::gid(self.data, "section")?, &at) {
            (Some(section), _) if sections.contains(&section) => section,
            (Some(section), _) => return Err(Refusal::unknown_in_body("section", &section)),
            (None, Place::Before(neighbour) | Place::After(neighbour)) => {
                let found = self.state.section_of(neighbour, &project);
                found.ok_or_else(|| Refusal::unknown_in_body("insert_before, insert_after", neighbour))?
            }
            (None, Place::Top) => sections.first().cloned().unwrap_or_default(),
            (None, Place::Bottom) => sections.last().cloned().unwrap_or_default(),
        };
        if self.state.section_of(&task, &project).is_none() {
            self.room_for_a_project(&task)?;
        }
        self.move_task(&task, &project, &section, &at)?;
        Ok(Answer::empty())
    }

    pub(super) fn remove_project(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["project"])?;
        let task = text(&self.own_task(id)?, "id").to_owned();
        let project = input::required_gid(self.data, "project")?;
        let section = self.state.section_of(&task, &project);
        let section = section.ok_or_else(|| Refusal::unknown_in_body("project", &project))?;
        self.tell(Happening::removed(TASK, &task, (SECTION, &section)));
        self.tell(Happening::removed(TASK, &task, (PROJECT, &project)));
        self.state.leave_project(&task, &project);
        Ok(Answer::empty())
    }

    /// Hangs a task below another one, or below none. No task can be below itself.
    pub(super) fn set_parent(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["parent", "insert_before", "insert_after"])?;
        let task = self.own_task(id)?;
        let id = text(&task, "id").to_owned();
        let parent = match self.data.raw("parent") {
            None => return Err(Refusal::missing("parent")),
            Some(Value::Null) => None,
            Some(value) => {
                let gid = input::gid_of("parent", value)?;
                Some(self.task_in_body("parent", &gid, Level::Editor)?)
            }
        };
        let at = input::place(self.data, "insert_before", "insert_after")?.unwrap_or(Place::Bottom);
        if let Some(parent) = &parent {
            self.no_circle(&id, parent)?;
            let mut order = self.state.ids_in(TASK, parent, "_subtasks");
            order.retain(|known| *known != id);
            if !place(&mut order, &id, &at) {
                return Err(Refusal::wrong("insert_before, insert_after: Not a subtask of the parent"));
            }
            self.leave_parent(&id, text(&task, "parent"));
            self.state.set(TASK, parent, "_subtasks", order);
            self.state.set(TASK, &id, "parent", parent.as_str());
            self.tell(Happening::added(TASK, &id, (TASK, parent)));
        } else {
            self.leave_parent(&id, text(&task, "parent"));
            self.state.set(TASK, &id, "parent", Value::Null);
        }
        self.one(TASK, &id)
    }

    fn leave_parent(&mut self, id: &str, parent: &str) {
        if self.state.take_out(TASK, parent, "_subtasks", id) {
            self.tell(Happening::removed(TASK, id, (TASK, parent)));
        }
    }

    fn no_circle(&self, id: &str, parent: &str) -> Result<(), Refusal> {
        let mut above = Some(parent.to_owned());
        while let Some(task) = above {
            if task == id {
                return Err(Refusal::invalid("parent", "A task cannot be its own subtask"));
            }
            above = self.state.world.get(TASK, &task).and_then(|t| t["parent"].as_str().map(str::to_owned));
        }
        Ok(())
    }

    pub(super) fn change_tag(&mut self, id: &str, add: bool) -> Outcome {
        input::only(self.data, &["tag"])?;
        let task = self.own_task(id)?;
        let id = text(&task, "id").to_owned();
        let tag = input::required_gid(self.data, "tag")?;
        let known = self.state.world.get(TAG, &tag).filter(|known| known["workspace"] == task["workspace"]);
        if known.is_none() {
            return Err(Refusal::unknown_in_body("tag", &tag));
        }
        let by = self.caller.user.clone();
        let changed = if add {
            self.state.put_in(TASK, &id, "tags", &tag)
        } else {
            self.state.take_out(TASK, &id, "tags", &tag)
        };
        if changed {
            let (subtype, action) =
                if add { ("added_to_tag", "added") } else { ("removed_from_tag", "removed") };
            self.state.system_story(&by, &id, subtype, &format!("{action} a tag"), &json!({"tag": tag}));
            self.tell(Happening::entry(TASK, &id, "tags", action, (TAG, &tag)));
        }
        Ok(Answer::empty())
    }

    pub(super) fn change_followers(&mut self, id: &str, add: bool) -> Outcome {
        input::only(self.data, &["followers"])?;
        let task = self.state.task(self.caller, id, Level::Commenter)?.clone();
        let id = text(&task, "id").to_owned();
        input::required_gids(self.data, "followers")?;
        for user in self.people(text(&task, "workspace"), "followers")? {
            let (changed, action) = if add {
                (self.state.put_in(TASK, &id, "followers", &user), "added")
            } else {
                (self.state.take_out(TASK, &id, "followers", &user), "removed")
            };
            if changed {
                self.tell(Happening::entry(TASK, &id, "followers", action, (USER, &user)));
            }
        }
        self.one(TASK, &id)
    }

    /// Both tasks of a dependency know of it.
    pub(super) fn change_dependencies(&mut self, id: &str, own: &'static str, add: bool) -> Outcome {
        input::only(self.data, &[own])?;
        let task = self.own_task(id)?;
        self.paid(text(&task, "workspace"), "Dependencies are not available for free users.")?;
        let id = text(&task, "id").to_owned();
        let theirs = if own == "dependencies" { "dependents" } else { "dependencies" };
        let others = input::required_gids(self.data, own)?;
        let at =
            |(at, gid): (usize, &String)| self.task_in_body(&format!("{own}: [{at}]"), gid, Level::Viewer);
        let others: Vec<String> = others.iter().enumerate().map(at).collect::<Result<_, _>>()?;
        if others.contains(&id) {
            return Err(Refusal::invalid(own, "A task cannot depend on itself"));
        }
        if add {
            let new = others.iter().filter(|other| !ids(&task, own).contains(other)).count();
            self.room_for_dependencies(&id, new)?;
            for other in &others {
                self.room_for_dependencies(other, usize::from(!ids(&task, own).contains(other)))?;
            }
        }
        for other in &others {
            if add {
                self.state.put_in(TASK, &id, own, other);
                self.state.put_in(TASK, other, theirs, &id);
            } else {
                self.state.take_out(TASK, &id, own, other);
                self.state.take_out(TASK, other, theirs, &id);
            }
            let by = self.caller.user.clone();
            let subtype = if add { "dependency_added" } else { "dependency_removed" };
            self.state.system_story(&by, &id, subtype, "changed dependencies", &json!({"dependency": other}));
        }
        self.tell(Happening::changed(TASK, &id, own));
        Ok(Answer::empty())
    }

    fn room_for_dependencies(&self, id: &str, more: usize) -> Result<(), Refusal> {
        let count = |field| self.state.ids_in(TASK, id, field).len();
        if count("dependencies") + count("dependents") + more <= MOST_DEPENDENCIES {
            return Ok(());
        }
        Err(Refusal::wrong("dependencies: A task can have at most 30 dependents and dependencies combined"))
    }

    /// The tags that a new task gets.
    pub(super) fn tags_in_body(&self, workspace: &str) -> Result<Vec<String>, Refusal> {
        let tags = input::gids(self.data, "tags")?.unwrap_or_default();
        self.all_known(TAG, "tags", workspace, &tags)?;
        Ok(tags)
    }

    /// Refuses ids of things that a workspace does not have.
    fn all_known(&self, kind: Kind, field: &str, workspace: &str, gids: &[String]) -> Result<(), Refusal> {
        let known = |gid: &str| self.state.world.get(kind, gid).is_some_and(|e| e["workspace"] == workspace);
        match gids.iter().enumerate().find(|(_, gid)| !known(gid)) {
            Some((at, gid)) => Err(Refusal::unknown_in_body(&format!("{field}: [{at}]"), gid)),
            None => Ok(()),
        }
    }
}
