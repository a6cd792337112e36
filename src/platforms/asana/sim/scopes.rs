//! What a token must be good for. Calls without a scope of their own need the scope `default`.

use super::access::Caller;
use super::refusal::Refusal;

/// The scopes an app may ask for.
pub(super) const SCOPES: &[&str] = &[
    "default",
    "openid",
    "email",
    "profile",
    "attachments:read",
    "attachments:write",
    "attachments:delete",
    "custom_fields:read",
    "custom_fields:write",
    "goals:read",
    "jobs:read",
    "portfolios:read",
    "portfolios:write",
    "project_templates:read",
    "projects:read",
    "projects:write",
    "projects:delete",
    "stories:read",
    "stories:write",
    "tags:read",
    "tags:write",
    "task_custom_types:read",
    "task_templates:read",
    "tasks:read",
    "tasks:write",
    "tasks:delete",
    "team_memberships:read",
    "teams:read",
    "users:read",
    "webhooks:read",
    "webhooks:write",
    "webhooks:delete",
    "workspaces:read",
];

/// Refuses a call for which the caller's token has no scope.
pub(super) fn check(caller: &Caller, method: &str, parts: &[&str]) -> Result<(), Refusal> {
    let Some(granted) = &caller.scopes else { return Ok(()) };
    match needed(method, parts) {
        Some(scope) if granted.contains(scope) => Ok(()),
        Some(scope) => Err(Refusal::scope(scope)),
        None => Err(Refusal::scope("default")),
    }
}

fn needed(method: &str, parts: &[&str]) -> Option<&'static str> {
    match method {
        "GET" => to_read(parts),
        "DELETE" => match *parts {
            ["attachments", _] => Some("attachments:delete"),
            ["projects", _] => Some("projects:delete"),
            ["stories", _] => Some("stories:delete"),
            ["tasks", _] => Some("tasks:delete"),
            _ => None,
        },
        _ => to_write(parts),
    }
}

fn to_read(parts: &[&str]) -> Option<&'static str> {
    match *parts {
        ["attachments", ..] => Some("attachments:read"),
        ["custom_fields", ..] | ["workspaces", _, "custom_fields"] => Some("custom_fields:read"),
        ["goals", ..] => Some("goals:read"),
        ["jobs", _] => Some("jobs:read"),
        ["portfolios", ..] => Some("portfolios:read"),
        ["project_templates", ..] | ["teams", _, "project_templates"] => Some("project_templates:read"),
        ["projects" | "sections" | "tags" | "user_task_lists", _, "tasks"]
        | ["tasks"]
        | ["tasks" | "user_task_lists", _]
        | ["tasks", _, "subtasks" | "dependencies" | "dependents"]
        | ["users", _, "user_task_list"]
        | ["workspaces", _, "tasks", "search"] => Some("tasks:read"),
        ["projects"]
        | ["projects", _]
        | ["projects", _, "custom_field_settings" | "task_counts"]
        | ["tasks" | "teams" | "workspaces", _, "projects"] => Some("projects:read"),
        ["stories", _] | ["tasks", _, "stories"] => Some("stories:read"),
        ["tags"] | ["tags", _] | ["tasks" | "workspaces", _, "tags"] => Some("tags:read"),
        ["custom_types", ..] => Some("task_custom_types:read"),
        ["task_templates", ..] => Some("task_templates:read"),
        ["team_memberships", ..] | ["teams" | "users", _, "team_memberships"] => {
            Some("team_memberships:read")
        }
        ["teams", _] | ["teams", _, "custom_field_settings"] | ["users" | "workspaces", _, "teams"] => {
            Some("teams:read")
        }
        ["users"] | ["users", _] | ["teams" | "workspaces", _, "users"] => Some("users:read"),
        ["workspaces"] | ["workspaces", _] => Some("workspaces:read"),
        _ => None,
    }
}

fn to_write(parts: &[&str]) -> Option<&'static str> {
    match *parts {
        ["attachments"] => Some("attachments:write"),
        ["custom_fields" | "enum_options", ..] => Some("custom_fields:write"),
        ["projects"]
        | ["projects", _]
        | ["projects", _, "duplicate" | "addCustomFieldSetting" | "removeCustomFieldSetting"]
        | ["teams" | "workspaces", _, "projects"] => Some("projects:write"),
        ["stories", _] | ["tasks", _, "stories"] => Some("stories:write"),
        ["tags", ..] | ["workspaces", _, "tags"] => Some("tags:write"),
        ["tasks", ..] | ["sections", _, "addTask"] => Some("tasks:write"),
        _ => None,
    }
}
