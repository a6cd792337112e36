//! Which tasks belong to a project, and where they stand in it.
//!
//! A task may be in up to twenty projects, and a subtask in projects of its own. Exactly one project has the task
//! itself; the others have its place among their own tasks.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::super::json::{gid, gid_at, list, rank};
use super::split::{Splitter, shown_id};

/// The tasks of one project, as they are read.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Tasks that belong here, in the order in which they were read.
    own: Vec<Value>,
    /// Where each of them is in `own`.
    index: HashMap<String, usize>,
    /// The section in this project, by task.
    sections: HashMap<String, String>,
    /// Tasks of other projects, with the section that they stand in here.
    placed: Vec<Value>,
    /// What stands in each section: tasks that belong here, and among them the places of those that do not.
    order: BTreeMap<String, Vec<String>>,
    /// The subtasks of each task that belong here.
    subtasks: HashMap<String, Vec<String>>,
    /// The project that has a task, where it is not left to gids.
    homes: HashMap<String, String>,
}

impl Tree {
    /// A tree without tasks, for which it is settled which project has some of them.
    pub(super) fn with_homes(homes: HashMap<String, String>) -> Self {
        Self { homes, ..Self::default() }
    }

    /// Takes the tasks that a project lists, in their order.
    pub(super) fn listed(&mut self, project: &str, tasks: Vec<Value>) {
        for task in tasks {
            let (id, section) = (gid(&task).to_owned(), section_in(&task, project).map(ToOwned::to_owned));
            if self.index.contains_key(&id) {
                continue;
            }
            let order = self.order.entry(section.clone().unwrap_or_default()).or_default();
            let place = shown_id(project, &id);
            let home = self.homes.get(&id).filter(|_| !is_below_a_listed_task(&task));
            if home.map_or_else(|| belongs_to(&task, project), |home| home == project) {
                order.push(id.clone());
                self.sections.extend(section.map(|section| (id.clone(), section)));
                self.index.insert(id, self.own.len());
                self.own.push(task);
            } else if !order.contains(&place) {
                order.push(place);
                self.placed.push(task);
            }
        }
    }

    /// Takes the subtasks of a task that belongs here; gives those of them that are new and belong here as well.
    pub(super) fn below(&mut self, parent: &str, subtasks: Vec<Value>) -> Vec<Value> {
        let parent_is_listed = self.index.get(parent).and_then(|at| self.own.get(*at)).is_some_and(is_in_a_project);
        let mut new = Vec::new();
        for task in subtasks {
            let id = gid(&task).to_owned();
            // Deep down, a task in a project of its own belongs to that one: it cannot know its parent's.
            if id.is_empty() || self.index.contains_key(&id) || (!parent_is_listed && is_in_a_project(&task)) {
                continue;
            }
            self.subtasks.entry(parent.to_owned()).or_default().push(id.clone());
            self.index.insert(id, self.own.len());
            self.own.push(task.clone());
            new.push(task);
        }
        new
    }

    /// Notes that a task stands behind those that stand in a section already.
    pub(super) fn stands(&mut self, project: &str, section: &str, task: &str, is_own: bool) {
        let standing = if is_own { task.to_owned() } else { shown_id(project, task) };
        self.order.entry(section.to_owned()).or_default().push(standing);
    }

    /// Takes a task that belongs here and whose place is known.
    pub(super) fn renewed(&mut self, task: Value, section: Option<&str>, subtasks: Vec<String>) {
        let id = gid(&task).to_owned();
        self.sections.extend(section.map(|section| (id.clone(), section.to_owned())));
        self.subtasks.insert(id.clone(), subtasks);
        self.index.insert(id, self.own.len());
        self.own.push(task);
    }

    /// Takes a task of another project whose place is known.
    pub(super) fn placed_anew(&mut self, task: Value) {
        self.placed.push(task);
    }

    /// Whether a task is here, by itself or as a guest.
    pub(super) fn shows(&self, task: &str) -> bool {
        self.index.contains_key(task) || self.placed.iter().any(|placed| gid(placed) == task)
    }

    /// The tasks that belong here.
    pub(super) fn own(&self) -> &[Value] {
        &self.own
    }

    /// Puts everything into records.
    pub(super) fn into_records(self, sections: Vec<Value>, splitter: &mut Splitter) {
        for section in sections {
            let order = self.order.get(gid(&section)).map(Vec::as_slice).unwrap_or_default();
            splitter.section(section, order);
        }
        for task in self.own {
            let id = gid(&task).to_owned();
            let section = self.sections.get(&id).map(String::as_str);
            let task = if section.is_some() { without_parent(task) } else { task };
            splitter.task(task, section, self.subtasks.get(&id).map(Vec::as_slice).unwrap_or_default());
        }
        let project = splitter.project_id().to_owned();
        for task in self.placed {
            let section = section_in(&task, &project).map(ToOwned::to_owned);
            splitter.placement(&task, section.as_deref());
        }
    }
}

/// Whether a task that `project` lists is recorded in it: the project with the smallest gid has a task that is in
/// several, and a subtask is wherever its parent is.
pub(super) fn belongs_to(task: &Value, project: &str) -> bool {
    let smallest = projects(task).into_iter().min_by_key(|project| rank(project));
    !is_below_a_listed_task(task) && smallest.is_none_or(|smallest| smallest == project)
}

fn is_below_a_listed_task(task: &Value) -> bool {
    let parent = task.get("parent").filter(|parent| !parent.is_null());
    parent.is_some_and(is_in_a_project)
}

/// Whether a task is listed in some project.
pub(super) fn is_in_a_project(task: &Value) -> bool {
    !projects(task).is_empty()
}

/// The projects that a task is in, as far as the account can see them.
pub(super) fn projects(task: &Value) -> Vec<&str> {
    let projects = list(task, "memberships").iter().map(|membership| gid_at(membership, "project"));
    projects.filter(|gid| !gid.is_empty()).collect()
}

/// The section of `project` in which a task stands.
pub(super) fn section_in<'a>(task: &'a Value, project: &str) -> Option<&'a str> {
    let own = list(task, "memberships").iter().find(|membership| gid_at(membership, "project") == project)?;
    Some(gid_at(own, "section")).filter(|gid| !gid.is_empty())
}

/// A task that stands in a section here although it is a subtask of something that is not here. It keeps the
/// parent under another name, so that nobody looks for it in this project.
pub(super) fn without_parent(mut task: Value) -> Value {
    if let Some(task) = task.as_object_mut()
        && let Some(parent) = task.remove("parent").filter(|parent| !parent.is_null())
    {
        task.insert("parent_elsewhere".to_owned(), parent);
    }
    task
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
