//! What the account may do, from the access levels that discovery sees.

use std::collections::BTreeMap;

use serde_json::Value;

use super::HOME;
use super::discover::Seen;
use super::json::{is, text};
use crate::model::Kind;
use crate::model::grants::{Grant, Grants, Rule, Verb};

/// What an access level permits in a sheet or workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Nothing is known, or nothing permitted.
    None,
    /// May look.
    Viewer,
    /// May comment.
    Commenter,
    /// May change rows.
    Editor,
    /// May change rows and share.
    EditorShare,
    /// May change everything but may not delete it.
    Admin,
    /// May do everything.
    Owner,
}

impl Level {
    /// The level that a listed sheet or workspace gives the account.
    pub(super) fn of(asset: &Value) -> Self {
        match text(asset, "accessLevel") {
            "OWNER" => Self::Owner,
            "ADMIN" => Self::Admin,
            "EDITOR_SHARE" => Self::EditorShare,
            "EDITOR" => Self::Editor,
            "COMMENTER" => Self::Commenter,
            "VIEWER" => Self::Viewer,
            _ => Self::None,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::None => "no access level",
            Self::Viewer => "a viewer",
            Self::Commenter => "a commenter",
            Self::Editor => "an editor",
            Self::EditorShare => "an editor who may share",
            Self::Admin => "an admin",
            Self::Owner => "the owner",
        }
    }
}

/// Whether the account may create and own sheets: it needs a licence.
pub(super) fn may_own(seen: &Seen) -> Grant {
    match seen.me.get("licensedSheetCreator").and_then(Value::as_bool) {
        Some(true) => Grant::Allowed,
        Some(false) => denied("the account has no licence to create sheets; have a System Admin make it a licensed user"),
        None => Grant::Unknown,
    }
}

/// The rights table of the account.
pub(super) fn grants(seen: &Seen) -> Grants {
    let own = may_own(seen);
    let mut grants = Grants {
        account: vec![
            rule(Some(Kind::Workspace), Some(Verb::Create), own.clone()),
            rule(Some(Kind::Folder), Some(Verb::Create), own.clone()),
            rule(Some(Kind::Container), Some(Verb::Create), own.clone()),
        ],
        containers: BTreeMap::new(),
        refuge: Some(HOME.into()),
        locks: BTreeMap::new(),
    };
    grants.containers.insert(HOME.into(), home_rules(&own, may_create_groups(seen)));
    for (id, workspace) in &seen.workspaces {
        grants.containers.insert(id.as_str().into(), workspace_rules(Level::of(workspace), &own));
    }
    for folder in &seen.folders {
        let level = level_in(seen, text(folder, "workspace"));
        grants.containers.insert(text(folder, "id").into(), workspace_rules(level, &own));
    }
    for group in &seen.groups {
        grants.containers.insert(text(group, "id").into(), vec![rule(None, None, may_change_group(seen, group))]);
    }
    for (id, sheet) in &seen.sheets {
        // Nobody is above the owner of a sheet that lies in no workspace.
        let above = match seen.workspace_of(id) {
            HOME => Level::None,
            workspace => level_in(seen, workspace),
        };
        let level = Level::of(sheet);
        grants.containers.insert(id.as_str().into(), sheet_rules(level, above));
        if level < Level::Admin {
            grants.locks.insert(id.as_str().into(), needs("the owner or an admin", level));
        }
    }
    grants
}

/// The account's level in a workspace; it owns its Sheets folder.
pub(super) fn level_in(seen: &Seen, workspace: &str) -> Level {
    if workspace == HOME { Level::Owner } else { seen.workspaces.get(workspace).map_or(Level::None, Level::of) }
}

/// Whether the account may make new groups.
pub(super) fn may_create_groups(seen: &Seen) -> Grant {
    if is(&seen.me, "groupAdmin") || is(&seen.me, "admin") {
        Grant::Allowed
    } else {
        denied("needs the role of Group Admin")
    }
}

/// Whether the account may change or delete a group that is there.
pub(super) fn may_change_group(seen: &Seen, group: &Value) -> Grant {
    let owns = text(group, "ownerId") == text(&seen.me, "id");
    match (owns, is(&seen.me, "admin")) {
        (_, true) => Grant::Allowed,
        (true, false) => may_create_groups(seen),
        (false, false) => denied("the group belongs to somebody else; needs its owner or a System Admin"),
    }
}

fn home_rules(own: &Grant, groups: Grant) -> Vec<Rule> {
    vec![
        rule(Some(Kind::Group), Some(Verb::Create), groups),
        rule(Some(Kind::Container), Some(Verb::Create), own.clone()),
        rule(Some(Kind::Folder), Some(Verb::Create), own.clone()),
        rule(Some(Kind::Workspace), None, denied("the Sheets folder is always there and cannot be changed")),
        rule(Some(Kind::WorkspaceMember), None, denied("users of the account are managed by its System Admins")),
    ]
}

fn workspace_rules(level: Level, own: &Grant) -> Vec<Rule> {
    if level >= Level::Admin {
        return vec![
            rule(Some(Kind::Container), Some(Verb::Create), own.clone()),
            rule(Some(Kind::Folder), Some(Verb::Create), own.clone()),
            rule(Some(Kind::Workspace), Some(Verb::Delete), only_owner(level, "workspace")),
            rule(None, None, Grant::Allowed),
        ];
    }
    let why = format!("needs the owner or an admin of the workspace, and the account is {}", level.words());
    vec![rule(None, None, Grant::Denied(why))]
}

fn sheet_rules(level: Level, in_workspace: Level) -> Vec<Rule> {
    let delete = if level == Level::Owner || in_workspace >= Level::Admin {
        Grant::Allowed
    } else {
        denied("needs the owner of the sheet, or the owner or an admin of its workspace")
    };
    let delete = rule(Some(Kind::Container), Some(Verb::Delete), delete);
    if level >= Level::Admin {
        return vec![delete, rule(None, None, Grant::Allowed)];
    }
    let needs = |who: &str| Grant::Denied(needs(who, level));
    let edit = if level >= Level::Editor { Grant::Allowed } else { needs("an editor") };
    let share = if level == Level::EditorShare { Grant::Allowed } else { needs("an editor who may share, or an admin,") };
    let admins_only = [Kind::Container, Kind::Extension, Kind::FieldDef, Kind::SummaryField];
    let admins_only = admins_only.map(|kind| rule(Some(kind), None, needs("the owner or an admin")));
    let others = [rule(Some(Kind::Member), None, share), rule(None, None, edit)];
    [delete].into_iter().chain(admins_only).chain(others).collect()
}

fn needs(who: &str, level: Level) -> String {
    format!("needs {who} of the sheet, and the account is {}", level.words())
}

fn only_owner(level: Level, what: &str) -> Grant {
    if level == Level::Owner { Grant::Allowed } else { Grant::Denied(format!("needs the owner of the {what}")) }
}

fn rule(kind: Option<Kind>, verb: Option<Verb>, grant: Grant) -> Rule {
    Rule { kind, verb, grant }
}

fn denied(why: &str) -> Grant {
    Grant::Denied(why.to_owned())
}

#[cfg(test)]
#[path = "grants_tests.rs"]
mod tests;
