//! What is learnt on the way about where things are and where new ones go.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::calls::{halfway, params, refusal};
use crate::http::fault::ApiFault;
use crate::model::mutation::WriteError;
use crate::platforms::asana::Asana;
use crate::platforms::asana::asking::Question;
use crate::platforms::asana::connector::lock;
use crate::platforms::asana::json::{gid, gid_at};

/// The notes of one connector.
#[derive(Debug, Default)]
pub(in super::super) struct Places {
    /// The workspace of each project.
    workspaces: HashMap<String, String>,
    /// The workspace of each container that was asked for and is a list of own tasks; nothing where it is a project.
    pub(in super::super) own_lists: HashMap<String, Option<String>>,
    /// The last section of each project.
    pub(super) last_section: HashMap<String, String>,
    /// Whether new tasks go to the bottom of their section by themselves.
    tasks_appended: Option<bool>,
    /// Whether new subtasks go to the bottom by themselves.
    subtasks_appended: Option<bool>,
    /// Tags by workspace: gid, name and colour.
    pub(super) tags: HashMap<String, Vec<Value>>,
    /// Tags and options that have been taken for a project's, so that two of one name do not become one.
    pub(super) taken: HashSet<(String, String)>,
    /// Custom fields that this connector created, by the project for which: their options are new as well.
    pub(super) new_fields: HashSet<(String, String)>,
    /// How often a marker was used.
    pub(super) markers: HashMap<String, u32>,
}

/// What a new task hangs on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spot<'a> {
    /// A section of a project.
    Section { project: &'a str, section: &'a str },
    /// A task.
    Parent(&'a str),
}

impl Asana {
    /// The workspace of a project, or of the account's list of its own tasks.
    pub(super) async fn workspace_of(&self, project: &str) -> Result<String, ApiFault> {
        if let Some(known) = lock(&self.places).workspaces.get(project) {
            return Ok(known.clone());
        }
        let workspace = if let Some(workspace) = self.own_tasks_in(project).await? {
            workspace
        } else {
            let answer = self.one(&Question::new(&["projects", project], "workspace")).await?;
            gid_at(&answer, "workspace").to_owned()
        };
        lock(&self.places).workspaces.insert(project.to_owned(), workspace.clone());
        Ok(workspace)
    }

    /// Sees to it that a task that was just created stands at the bottom. Asana does not say where it puts new
    /// ones, so the first that has siblings tells for all.
    pub(super) async fn stands_last(&self, task: &str, spot: Spot<'_>) -> Result<(), WriteError> {
        let is_subtask = matches!(spot, Spot::Parent(_));
        let known = {
            let places = lock(&self.places);
            if is_subtask { places.subtasks_appended } else { places.tasks_appended }
        };
        if known == Some(true) {
            return Ok(());
        }
        // Whatever else is said of the move says nothing of the task: it is there, and is not to be created again.
        let finished = |error| WriteError::Unknown(format!("created, but not in its place: {error}"));
        if known == Some(false) {
            return self.move_to_bottom(task, spot).await.map_err(finished);
        }
        let siblings = self.siblings(spot).await.map_err(|fault| halfway(&fault))?;
        let is_last = siblings.last().is_none_or(|last| gid(last) == task);
        if siblings.len() > 1 {
            let mut places = lock(&self.places);
            if is_subtask {
                places.subtasks_appended = Some(is_last);
            } else {
                places.tasks_appended = Some(is_last);
            }
        }
        if is_last { Ok(()) } else { self.move_to_bottom(task, spot).await.map_err(finished) }
    }

    /// The same for a task that was looked up. It tells nothing about new ones: it may have been moved already.
    pub(super) async fn found_last(&self, task: &str, spot: Spot<'_>) -> Result<(), WriteError> {
        let siblings = self.siblings(spot).await.map_err(|fault| refusal(&fault))?;
        let is_last = siblings.last().is_none_or(|last| gid(last) == task);
        if is_last { Ok(()) } else { self.move_to_bottom(task, spot).await }
    }

    async fn siblings(&self, spot: Spot<'_>) -> Result<Vec<Value>, ApiFault> {
        let path = match spot {
            Spot::Section { section, .. } => ["sections", section, "tasks"],
            Spot::Parent(parent) => ["tasks", parent, "subtasks"],
        };
        self.list(&Question::new(&path, "")).await
    }

    /// Moves a task to the bottom of a section or of its parent, wherever it is now.
    pub(super) async fn move_to_bottom(&self, task: &str, spot: Spot<'_>) -> Result<(), WriteError> {
        let moved = match spot {
            Spot::Section { project, section } => {
                let to = [("project", project.into()), ("section", section.into()), ("insert_before", Value::Null)];
                self.bring_about(&["tasks", task, "addProject"], params(to)).await
            }
            Spot::Parent(parent) => {
                let to = [("parent", parent.into()), ("insert_before", Value::Null)];
                self.bring_about(&["tasks", task, "setParent"], params(to)).await
            }
        };
        moved.map(drop).map_err(|fault| refusal(&fault))
    }
}
