//! Shows stored entities as Asana does: compact, full or with the fields that are asked for.

use serde_json::{Map, Value, json};

use super::access::Caller;
use super::rich_text;
use super::schema;
use super::selection::Selection;
use super::state::{
    ATTACHMENT, CUSTOM_FIELD, MEMBERSHIP, PROJECT, PROJECT_BRIEF, STATUS_UPDATE, STORY, State, TASK, TEAM,
    USER, WORKSPACE, WORKSPACE_MEMBERSHIP, ids, items, lists, reference,
};
use crate::sim::world::{Kind, text};

/// How much of a record is shown.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape<'a> {
    /// Who it is, no more.
    Bare,
    /// As in lists.
    Compact,
    /// Everything that need not be asked for by name.
    Full,
    /// What is asked for.
    Named(&'a Selection),
}

impl State {
    /// A record as the caller sees it; null when it does not exist.
    pub(super) fn view(&self, caller: &Caller, kind: Kind, id: &str, shape: Shape<'_>) -> Value {
        self.world.get(kind, id).map_or(Value::Null, |entity| self.show(caller, kind, entity, shape))
    }

    fn show(&self, caller: &Caller, kind: Kind, entity: &Value, shape: Shape<'_>) -> Value {
        let mut record = Map::new();
        record.insert("gid".to_owned(), entity["id"].clone());
        let schema = schema::of(kind);
        let mut put = |name: &str, below: Shape<'_>| {
            if let Some(value) = self.field(caller, kind, entity, name) {
                record.insert(name.to_owned(), self.expand(caller, value, below));
            }
        };
        if let Shape::Named(selection) = shape {
            for (name, below) in selection.fields() {
                put(name, if below.is_empty() { Shape::Bare } else { Shape::Named(below) });
            }
            return record.into();
        }
        put("resource_type", Shape::Bare);
        if matches!(shape, Shape::Compact | Shape::Full) {
            schema.compact.iter().for_each(|name| put(name, Shape::Compact));
        }
        if matches!(shape, Shape::Full) {
            schema.full.iter().for_each(|name| put(name, Shape::Compact));
        }
        record.into()
    }

    /// Puts records where references are.
    fn expand(&self, caller: &Caller, value: Value, shape: Shape<'_>) -> Value {
        match value {
            Value::Array(items) => items.into_iter().map(|item| self.expand(caller, item, shape)).collect(),
            Value::Object(fields) => match fields.get("$kind").and_then(Value::as_str) {
                Some(kind) => self.referred(caller, kind, fields.get("gid"), shape),
                None => fields
                    .into_iter()
                    .filter_map(|(name, value)| {
                        let below = match shape {
                            Shape::Named(selection) => {
                                match selection.fields().find(|(wanted, _)| *wanted == name) {
                                    Some((_, below)) if below.is_empty() => Shape::Bare,
                                    Some((_, below)) => Shape::Named(below),
                                    None if name == "gid" => Shape::Bare,
                                    None => return None,
                                }
                            }
                            other => other,
                        };
                        Some((name, self.expand(caller, value, below)))
                    })
                    .collect(),
            },
            other => other,
        }
    }

    fn referred(&self, caller: &Caller, kind: &str, gid: Option<&Value>, shape: Shape<'_>) -> Value {
        let id = gid.and_then(Value::as_str).unwrap_or_default();
        self.world.find(kind, id).map_or(Value::Null, |(kind, entity)| self.show(caller, kind, entity, shape))
    }

    /// A field of a record, with references in place of records; nothing when the record has no such field.
    fn field(&self, caller: &Caller, kind: Kind, entity: &Value, name: &str) -> Option<Value> {
        let id = text(entity, "id");
        let about = match (kind, name) {
            (_, "gid") => entity["id"].clone(),
            (_, "resource_type") => kind.into(),
            (TASK | PROJECT, "notes") => rich_text::plain_of(entity, "html_notes").into(),
            (TEAM, "description") => rich_text::plain_of(entity, "html_description").into(),
            (STATUS_UPDATE | PROJECT_BRIEF, "text") => rich_text::plain_of(entity, "html_text").into(),
            (STORY, "text") if entity["type"] == "comment" => rich_text::plain_of(entity, "html_text").into(),
            (STORY, "html_text") if entity["type"] == "system" => {
                rich_text::from_plain(text(entity, "text")).into()
            }
            (STORY, "is_editable") => {
                (entity["type"] == "comment" && entity["created_by"] == caller.user.as_str()).into()
            }
            (TASK | STORY | STATUS_UPDATE, "likes" | "hearts") => likes(entity),
            (TASK | STORY | STATUS_UPDATE, "num_likes" | "num_hearts") => {
                items(entity, "_likes").len().into()
            }
            (TASK | STORY | STATUS_UPDATE, "liked" | "hearted") => {
                lists(entity, "_likes", &caller.user).into()
            }
            (TASK | PROJECT | TEAM | PROJECT_BRIEF, "permalink_url") => {
                format!("https://app.asana.com/1/{kind}/{id}").into()
            }
            (TASK, _) => return self.task_field(caller, entity, name),
            (PROJECT, _) => return self.project_field(entity, name),
            (USER, _) => return self.user_field(caller, entity, name),
            (ATTACHMENT, "download_url") => self.download_url(entity),
            (ATTACHMENT, "parent") => reference(text(entity, "_parent_kind"), text(entity, "_parent")),
            (CUSTOM_FIELD, "type") => entity["resource_subtype"].clone(),
            (MEMBERSHIP, "member") => reference(text(entity, "_member_kind"), text(entity, "member")),
            _ => return stored(kind, entity, name),
        };
        Some(about)
    }

    fn task_field(&self, caller: &Caller, task: &Value, name: &str) -> Option<Value> {
        Some(match name {
            "memberships" => self.seen_memberships(caller, task),
            "projects" => {
                let projects = items(task, "_memberships").iter().map(|m| text(m, "project"));
                let seen = projects.filter(|project| self.sees_project(caller, project));
                seen.map(|project| reference(PROJECT, project)).collect()
            }
            "parent" if !task["parent"].is_null() && !self.sees_task(caller, text(task, "parent")) => {
                Value::Null
            }
            "num_subtasks" => items(task, "_subtasks").len().into(),
            "dependencies" | "dependents" => ids(task, name).iter().map(|id| reference(TASK, id)).collect(),
            "custom_fields" => self.values_of(task),
            "external" => task["_external"].get(caller.app.as_deref()?)?.clone(),
            "assignee_section" if task["assignee"] != caller.user.as_str() => return None,
            "approval_status" if task["resource_subtype"] != "approval" => return None,
            "is_rendered_as_separator" if task["resource_subtype"] != "default_task" => return None,
            _ => return stored(TASK, task, name),
        })
    }

    fn seen_memberships(&self, caller: &Caller, task: &Value) -> Value {
        let seen =
            items(task, "_memberships").iter().filter(|m| self.sees_project(caller, text(m, "project")));
        seen.map(|membership| {
            json!({
                "project": reference(PROJECT, text(membership, "project")),
                "section": reference(super::state::SECTION, text(membership, "section")),
            })
        })
        .collect()
    }

    fn project_field(&self, project: &Value, name: &str) -> Option<Value> {
        let id = text(project, "id");
        Some(match name {
            "members" => {
                let users = self.world.of(id, MEMBERSHIP).filter(|m| m["_member_kind"] == USER);
                users.map(|membership| reference(USER, text(membership, "member"))).collect()
            }
            "custom_fields" => self.values_of_project(project),
            "custom_field_settings" => {
                ids(project, "_settings").iter().map(|id| reference(super::state::SETTING, id)).collect()
            }
            "due_date" => project["due_on"].clone(),
            "public" => (project["privacy_setting"] != "private").into(),
            "current_status" => Value::Null,
            "current_status_update" => {
                let latest = self.world.of(id, STATUS_UPDATE).next_back();
                latest.map_or(Value::Null, |update| reference(STATUS_UPDATE, text(update, "id")))
            }
            "project_brief" => {
                let brief = self.world.of(id, PROJECT_BRIEF).next();
                brief.map_or(Value::Null, |brief| reference(PROJECT_BRIEF, text(brief, "id")))
            }
            _ => return stored(PROJECT, project, name),
        })
    }

    /// Who shares no workspace with the caller shows no address and no workspaces.
    fn user_field(&self, caller: &Caller, user: &Value, name: &str) -> Option<Value> {
        let shared: Vec<&str> = self
            .world
            .of(text(user, "id"), WORKSPACE_MEMBERSHIP)
            .map(|membership| text(membership, "workspace"))
            .filter(|workspace| self.is_in(workspace, &caller.user))
            .collect();
        match name {
            "email" if shared.is_empty() => None,
            "workspaces" => Some(shared.into_iter().map(|id| reference(WORKSPACE, id)).collect()),
            _ => stored(USER, user, name),
        }
    }
}

/// A stored field; ids become references.
fn stored(kind: Kind, entity: &Value, name: &str) -> Option<Value> {
    let value = entity.get(name).filter(|_| !name.starts_with('_') && name != "id")?;
    let Some(target) = schema::of(kind).target(name) else { return Some(value.clone()) };
    Some(match value {
        Value::String(id) => reference(target, id),
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(|id| reference(target, id)).collect(),
        other => other.clone(),
    })
}

fn likes(entity: &Value) -> Value {
    let users = ids(entity, "_likes");
    users.iter().map(|user| json!({"gid": user, "user": reference(USER, user)})).collect()
}
