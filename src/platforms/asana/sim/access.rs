//! Who may do what: roles in workspaces, levels on projects, and what follows from them for tasks.

use std::collections::BTreeSet;

use serde_json::Value;

use super::refusal::Refusal;
use super::state::{
    MEMBERSHIP, PROJECT, State, TASK, TEAM, TEAM_MEMBERSHIP, USER, WORKSPACE, WORKSPACE_MEMBERSHIP, items,
    lists,
};
use crate::sim::world::{Kind, text};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    /// User id.
    pub(super) user: String,
    /// The app whose OAuth token is used; nothing for a personal token.
    pub(super) app: Option<String>,
    /// What the token is good for; nothing: everything.
    pub(super) scopes: Option<BTreeSet<String>>,
}

/// What somebody may do on a project or task; each includes those before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Nothing, not even know that it is there.
    None,
    /// See everything.
    Viewer,
    /// Write comments.
    Commenter,
    /// Change content.
    Editor,
    /// Change who may do what, and delete.
    Admin,
}

impl Level {
    /// The level with this name; [`Level::None`] for any other text.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "viewer" => Self::Viewer,
            "commenter" => Self::Commenter,
            "editor" => Self::Editor,
            "admin" => Self::Admin,
            _ => Self::None,
        }
    }
}

impl State {
    /// The active membership of a user in a workspace.
    pub(super) fn in_workspace(&self, workspace: &str, user: &str) -> Option<&Value> {
        let mut memberships = self.world.of(workspace, WORKSPACE_MEMBERSHIP);
        memberships.find(|membership| membership["user"] == user && membership["is_active"] == true)
    }

    pub(super) fn is_in(&self, workspace: &str, user: &str) -> bool {
        self.in_workspace(workspace, user).is_some()
    }

    /// Whether somebody belongs to a workspace and is no guest.
    pub(super) fn is_full_member(&self, workspace: &str, user: &str) -> bool {
        self.in_workspace(workspace, user).is_some_and(|membership| membership["is_guest"] != true)
    }

    /// The membership of a user in a team.
    pub(super) fn in_team(&self, team: &str, user: &str) -> Option<&Value> {
        self.world.of(team, TEAM_MEMBERSHIP).find(|membership| membership["user"] == user)
    }

    /// Whether the workspace is paid for.
    pub(super) fn is_paid(&self, workspace: &str) -> bool {
        self.world.get(WORKSPACE, workspace).is_some_and(|workspace| workspace["_paid"] == true)
    }

    pub(super) fn sees_team(&self, team: &Value, user: &str) -> bool {
        self.in_team(text(team, "id"), user).is_some()
            || (team["visibility"] != "secret" && self.is_full_member(text(team, "organization"), user))
    }

    /// What a user may do on a project: the most of what their memberships, their teams and the project's
    /// openness give.
    pub(super) fn project_level(&self, project: &Value, user: &str) -> Level {
        let workspace = text(project, "workspace");
        let Some(person) = self.in_workspace(workspace, user) else { return Level::None };
        let mut level = Level::None;
        for membership in self.world.of(text(project, "id"), MEMBERSHIP) {
            let member = text(membership, "member");
            let own = match text(membership, "_member_kind") {
                USER => member == user,
                _ => self.in_team(member, user).is_some(),
            };
            if own {
                level = level.max(Level::named(text(membership, "access_level")));
            }
        }
        if project["privacy_setting"] == "public_to_workspace" && person["is_guest"] != true {
            level = level.max(Level::named(text(project, "default_access_level")));
        }
        // A view-only seat only ever looks, whatever a project says.
        if person["is_view_only"] == true { level.min(Level::Viewer) } else { level }
    }

    /// What a user may do on a task: the most of what its projects, its parent and their part in it give.
    pub(super) fn task_level(&self, task: &Value, user: &str) -> Level {
        let Some(person) = self.in_workspace(text(task, "workspace"), user) else { return Level::None };
        let mut level = Level::None;
        for membership in items(task, "_memberships") {
            if let Some(project) = self.world.get(PROJECT, text(membership, "project")) {
                level = level.max(self.project_level(project, user));
            }
        }
        if let Some(parent) = self.world.get(TASK, text(task, "parent")) {
            level = level.max(self.task_level(parent, user));
        }
        // A task that is in nothing is shared with who takes part in it.
        let alone = items(task, "_memberships").is_empty() && task["parent"].is_null();
        let follows = lists(task, "followers", user);
        if task["assignee"] == user || (alone && (follows || task["created_by"] == user)) {
            level = level.max(Level::Editor);
        } else if follows {
            level = level.max(Level::Commenter);
        }
        if person["is_view_only"] == true { level.min(Level::Viewer) } else { level }
    }

    pub(super) fn sees_project(&self, caller: &Caller, project: &str) -> bool {
        let project = self.world.get(PROJECT, project);
        project.is_some_and(|project| self.project_level(project, &caller.user) >= Level::Viewer)
    }

    pub(super) fn sees_task(&self, caller: &Caller, task: &str) -> bool {
        let task = self.world.get(TASK, task);
        task.is_some_and(|task| self.task_level(task, &caller.user) >= Level::Viewer)
    }

    /// The workspace in the path, if the caller belongs to it.
    pub(super) fn workspace(&self, caller: &Caller, gid: &str) -> Result<String, Refusal> {
        let workspace = self.known(WORKSPACE, gid)?;
        let id = text(workspace, "id");
        if self.is_in(id, &caller.user) { Ok(id.to_owned()) } else { Err(Refusal::forbidden(WORKSPACE)) }
    }

    /// The team in the path, if the caller can see it.
    pub(super) fn team(&self, caller: &Caller, gid: &str) -> Result<&Value, Refusal> {
        let team = self.known(TEAM, gid)?;
        if self.sees_team(team, &caller.user) { Ok(team) } else { Err(Refusal::forbidden(TEAM)) }
    }

    /// The project in the path, if the caller may do that much on it.
    pub(super) fn project(&self, caller: &Caller, gid: &str, least: Level) -> Result<&Value, Refusal> {
        let project = self.known(PROJECT, gid)?;
        if self.project_level(project, &caller.user) < least {
            return Err(Refusal::forbidden(PROJECT));
        }
        Ok(project)
    }

    /// The task in the path, by its gid or by the caller's own gid for it, if the caller may do that much on it.
    pub(super) fn task(&self, caller: &Caller, gid: &str, least: Level) -> Result<&Value, Refusal> {
        let task = match gid.strip_prefix("external:") {
            Some(external) => {
                let app = caller.app.as_deref().ok_or_else(Self::needs_oauth)?;
                let own = |task: &&Value| task["_external"][app]["gid"] == external;
                let found = self.world.all(TASK).find(own);
                found.ok_or_else(|| Refusal::unknown(TASK, gid))?
            }
            None => self.known(TASK, gid)?,
        };
        if self.task_level(task, &caller.user) < least {
            return Err(Refusal::forbidden(TASK));
        }
        Ok(task)
    }

    pub(super) fn needs_oauth() -> Refusal {
        Refusal::not_allowed("external: Custom external data is only available with OAuth")
    }

    /// The entity in the path; whether the caller may see it is another question.
    pub(super) fn known(&self, kind: Kind, gid: &str) -> Result<&Value, Refusal> {
        if gid.is_empty() || !gid.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::no_gid(kind, gid));
        }
        self.world.get(kind, gid).ok_or_else(|| Refusal::unknown(kind, gid))
    }

    /// Somebody in the path or body: a gid, an address or `me`.
    pub(super) fn user(&self, caller: &Caller, field: &str, who: &str) -> Result<String, Refusal> {
        if who == "me" {
            return Ok(caller.user.clone());
        }
        let by_address = || self.world.all(USER).find(|user| who.contains('@') && text(user, "email") == who);
        let found = self.world.get(USER, who).or_else(by_address);
        found.map(|user| text(user, "id").to_owned()).ok_or_else(|| Refusal::unknown_in_body(field, who))
    }
}
