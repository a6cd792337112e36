//! The fields of a task that are written directly.

use serde_json::{Value, json};

use super::call::Call;
use super::custom_types::CUSTOM;
use super::events::Happening;
use super::input;
use super::refusal::Refusal;
use super::state::{State, TASK, items};
use super::text_fields::Rich;
use crate::sim::world::text;

const FIELDS: &[&str] = &[
    "name",
    "notes",
    "html_notes",
    "resource_subtype",
    "approval_status",
    "assignee",
    "completed",
    "due_on",
    "due_at",
    "start_on",
    "start_at",
    "custom_fields",
    "external",
    "liked",
];
/// Fields that are only written with a new task.
const CREATE_ONLY: &[&str] = &["workspace", "parent", "projects", "memberships", "followers", "tags"];

/// Fields that are only written to a task that is there.
const UPDATE_ONLY: &[&str] = &["custom_type", "custom_type_status_option"];

/// Longest id and data of another system, in characters.
const LONGEST_EXTERNAL: (usize, usize) = (1_024, 32_768);

/// Fields whose change is written into `modified_at`.
const MODIFYING: &[&str] = &[
    "name",
    "html_notes",
    "resource_subtype",
    "approval_status",
    "assignee",
    "completed",
    "due_on",
    "due_at",
    "start_on",
    "start_at",
    "custom_type",
    "custom_type_status_option",
    "_values",
];

/// Fields of a task with their new values.
pub(super) type Changes = Vec<(&'static str, Value)>;

impl Call<'_> {
    pub(super) fn task_fields_only(&self, new: bool) -> Result<(), Refusal> {
        let at_this_time = if new { CREATE_ONLY } else { UPDATE_ONLY };
        let fields: Vec<&str> = FIELDS.iter().chain(at_this_time).copied().collect();
        input::only(self.data, &fields)
    }

    /// What a request changes in a task that is `old` so far and in these projects.
    pub(super) fn task_changes(
        &self,
        workspace: &str,
        projects: &[&str],
        old: &Value,
    ) -> Result<Changes, Refusal> {
        let mut changes = Changes::new();
        if let Some(name) = input::name(self.data, "name")? {
            changes.push(("name", name.into()));
        }
        changes.extend(self.rich_change(Rich { kind: TASK, plain: "notes", html: "html_notes" })?);
        match self.data.raw("assignee") {
            None => {}
            Some(Value::Null) => changes.push(("assignee", Value::Null)),
            Some(who) => {
                let who = input::gid_of("assignee", who)?;
                changes.push(("assignee", self.colleague(workspace, "assignee", &who)?.into()));
            }
        }
        self.date_changes(old, &mut changes)?;
        self.state_changes(old, &mut changes)?;
        self.type_changes(projects, old, &mut changes)?;
        if let Some(values) = self.data.raw("custom_fields") {
            let fields = self.state.fields_on(projects.iter().copied());
            changes.push(("_values", self.value_changes(workspace, &fields, old, values)?));
        }
        if let Some(liked) = input::flag(self.data, "liked")? {
            let mut likes: Vec<Value> = items(old, "_likes").to_vec();
            likes.retain(|user| user != self.caller.user.as_str());
            likes.extend(liked.then(|| self.caller.user.as_str().into()));
            changes.push(("_likes", likes.into()));
        }
        Ok(changes)
    }

    /// A day or a moment for each end; a start needs an end.
    fn date_changes(&self, old: &Value, changes: &mut Changes) -> Result<(), Refusal> {
        for (day, moment) in [("due_on", "due_at"), ("start_on", "start_at")] {
            let both = [day, moment].iter().all(|field| self.data.raw(field).is_some_and(|v| !v.is_null()));
            if both {
                return Err(Refusal::wrong(format!("You may only provide one of {day} or {moment}!")));
            }
            if let Some(value) = input::day(self.data, day)? {
                changes.extend([(day, value), (moment, Value::Null)]);
            }
            if let Some(value) = input::moment(self.data, moment)? {
                let on = value.as_str().and_then(|at| at.get(..10)).map_or(Value::Null, Value::from);
                changes.extend([(day, on), (moment, value)]);
            }
        }
        let after = |field: &str| {
            let change = changes.iter().rev().find(|(name, _)| *name == field).map(|(_, value)| value);
            change.unwrap_or(&old[field]).clone()
        };
        let (start_on, start_at) = (after("start_on"), after("start_at"));
        if (!start_on.is_null() && after("due_on").is_null())
            || (!start_at.is_null() && after("due_at").is_null())
        {
            return Err(Refusal::wrong("start_on: You may not have a start date without a due date"));
        }
        if let (Some(start), Some(due)) = (start_on.as_str(), after("due_on").as_str())
            && start > due
        {
            return Err(Refusal::invalid("start_on", "Start date must not be after the due date"));
        }
        Ok(())
    }

    /// What sort of task it is and how far: an approval is done when there is a verdict.
    fn state_changes(&self, old: &Value, changes: &mut Changes) -> Result<(), Refusal> {
        let subtypes = ["default_task", "milestone", "approval", CUSTOM];
        let subtype = input::one_of(self.data, "resource_subtype", &subtypes)?;
        let is_approval = subtype.as_deref().unwrap_or_else(|| text(old, "resource_subtype")) == "approval";
        let words = ["pending", "approved", "rejected", "changes_requested"];
        let verdict = input::one_of(self.data, "approval_status", &words)?;
        if verdict.is_some() && !is_approval {
            return Err(Refusal::invalid("approval_status", "Only approvals have one"));
        }
        let mut completed = input::flag(self.data, "completed")?;
        if let Some(verdict) = &verdict {
            completed = Some(verdict != "pending");
        }
        match subtype.as_deref() {
            Some("approval") if text(old, "approval_status").is_empty() && verdict.is_none() => {
                changes.push(("approval_status", "pending".into()));
            }
            Some("default_task" | "milestone" | CUSTOM) => changes.push(("approval_status", Value::Null)),
            _ => {}
        }
        if let (Some(done), None, true) = (completed, &verdict, is_approval) {
            changes.push(("approval_status", if done { "approved" } else { "pending" }.into()));
        }
        changes.extend(subtype.map(|subtype| ("resource_subtype", subtype.into())));
        changes.extend(verdict.map(|verdict| ("approval_status", verdict.into())));
        if let Some(completed) = completed {
            self.completion(old, completed, changes);
        }
        Ok(())
    }

    /// Whether a task is done, and since when and by whom.
    pub(super) fn completion(&self, old: &Value, completed: bool, changes: &mut Changes) {
        if old["completed"] == completed {
            return;
        }
        let done = || (self.state.date().into(), self.caller.user.as_str().into());
        let (at, by) = if completed { done() } else { (Value::Null, Value::Null) };
        changes.extend([("completed", completed.into()), ("completed_at", at), ("completed_by", by)]);
    }

    /// Writes changes, with the history and the events that they make.
    pub(super) fn write_task(&mut self, id: &str, changes: Changes) {
        let old = self.state.world.get(TASK, id).cloned().unwrap_or_default();
        let mut modified = false;
        for (field, value) in changes {
            if old[field] == value {
                continue;
            }
            modified |= MODIFYING.contains(&field);
            self.note_change(id, field, &old, &value);
            if let ("assignee", Some(user)) = (field, value.as_str()) {
                self.state.put_in(TASK, id, "followers", user);
                let by = self.caller.user.clone();
                self.state.set(TASK, id, "assigned_by", by);
            }
            self.state.set(TASK, id, field, value);
            let shown = match field {
                "_values" => "custom_fields",
                "html_notes" => "notes",
                "_likes" => "likes",
                other => other,
            };
            self.tell(Happening::changed(TASK, id, shown));
        }
        if modified {
            self.state.touch(TASK, id);
        }
    }

    fn note_change(&mut self, id: &str, field: &str, old: &Value, new: &Value) {
        let by = self.caller.user.clone();
        let (subtype, sentence, about) = match field {
            "name" => {
                let about = json!({"old_name": old["name"], "new_name": new});
                (
                    "name_changed",
                    format!("changed the name to \"{}\"", new.as_str().unwrap_or_default()),
                    about,
                )
            }
            "html_notes" => ("notes_changed", "changed the description".to_owned(), json!({})),
            "assignee" if new.is_null() => ("unassigned", "removed the assignee".to_owned(), json!({})),
            "assignee" => ("assigned", "assigned the task".to_owned(), json!({"assignee": new})),
            "due_on" | "start_on" => ("due_date_changed", "changed the dates".to_owned(), json!({})),
            "completed" if new == true => ("marked_complete", "completed this task".to_owned(), json!({})),
            "completed" => ("marked_incomplete", "marked this task incomplete".to_owned(), json!({})),
            _ => return,
        };
        self.state.system_story(&by, id, subtype, &sentence, &about);
    }

    /// The caller's own id and data for a task; `task` is the one that is being changed.
    pub(super) fn external_change(&self, task: Option<&str>) -> Result<Option<Value>, Refusal> {
        let Some(external) = self.data.raw("external") else { return Ok(None) };
        let app = self.caller.app.as_deref().ok_or_else(State::needs_oauth)?;
        let too_long = |field: &str, longest: usize| text(external, field).chars().count() > longest;
        if !external.is_object()
            || too_long("gid", LONGEST_EXTERNAL.0)
            || too_long("data", LONGEST_EXTERNAL.1)
        {
            return Err(Refusal::invalid("external", "Not an object, or its gid or data are too long"));
        }
        let gid = text(external, "gid");
        let mut others = self.state.world.all(TASK).filter(|other| task != Some(text(other, "id")));
        if !gid.is_empty() && others.any(|other| other["_external"][app]["gid"] == gid) {
            return Err(Refusal::invalid(
                "external",
                &format!("gid is already used by another object: {gid}"),
            ));
        }
        Ok(Some(external.clone()))
    }

    pub(super) fn write_external(&mut self, id: &str, external: Option<Value>) {
        let app = self.caller.app.clone().unwrap_or_default();
        if let (Some(external), Some(task)) = (external, self.state.world.edit(TASK, id)) {
            task["_external"][app.as_str()] = external;
        }
    }
}
