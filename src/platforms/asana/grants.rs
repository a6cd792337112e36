//! What the account may do, from the memberships that discovery sees.

use serde_json::Value;

use super::discover::{Seen, Team, Workspace, is_listed_member};
use super::json::{gid, gid_at, is, text};
use crate::model::Kind;
use crate::model::grants::{Grant, Grants, Rule, Verb};

/// The account's part in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Administrator.
    Admin,
    /// Ordinary member.
    Member,
    /// Sees what is shared with it.
    Guest,
    /// May look and comment, whatever a project grants.
    ViewOnly,
    /// No longer active.
    Inactive,
    /// Nothing tells.
    Unknown,
}

/// The account's part in a workspace.
pub(super) fn part(workspace: &Workspace, me: &str) -> Part {
    match workspace.own(me) {
        None => Part::Unknown,
        Some(own) if own.get("is_active").and_then(Value::as_bool) == Some(false) => Part::Inactive,
        Some(own) if is(own, "is_view_only") => Part::ViewOnly,
        Some(own) if is(own, "is_guest") => Part::Guest,
        Some(own) if is(own, "is_admin") => Part::Admin,
        Some(_) => Part::Member,
    }
}

/// The rights table of the account.
pub(super) fn grants(seen: &Seen) -> Grants {
    let me = seen.me();
    let mut grants = Grants::default();
    for workspace in &seen.workspaces {
        let part = part(workspace, me);
        grants.containers.insert(workspace.gid().into(), workspace_rules(part, &workspace.native));
        for team in &workspace.teams {
            grants.containers.insert(gid(&team.native).into(), team_rules(part, own_membership(team, me), team));
        }
        for project in &workspace.projects {
            let level = level(workspace, project, me);
            let rules = project_rules(part, level.as_ref(), project, workspace.paid);
            grants.containers.insert(gid(project).into(), rules);
        }
        if let Some(list) = &workspace.own_tasks {
            grants.containers.insert(gid(list).into(), own_tasks_rules(part));
        }
    }
    grants
}

/// What every write in a workspace meets first.
pub(super) fn never(part: Part) -> Option<Grant> {
    match part {
        Part::ViewOnly => Some(denied("the account's licence is view-only; give it a full one")),
        Part::Inactive => Some(denied("the account is no longer active in the workspace")),
        Part::Admin | Part::Member | Part::Guest | Part::Unknown => None,
    }
}

/// The way out where the account's part in a workspace is the reason for everything that it may not.
pub(super) fn way_out(part: Part) -> Option<&'static str> {
    match part {
        Part::ViewOnly => Some("Give the account a full licence."),
        Part::Inactive => Some("Have the account made active in the workspace again."),
        Part::Admin | Part::Member | Part::Guest | Part::Unknown => None,
    }
}

fn workspace_rules(part: Part, workspace: &Value) -> Vec<Rule> {
    if let Some(never) = never(part) {
        return vec![rule(None, None, never)];
    }
    let as_member = match part {
        Part::Admin | Part::Member => Grant::Allowed,
        Part::Unknown => Grant::Unknown,
        _ => denied("a guest cannot create it; make the account a member of the workspace"),
    };
    let team = if is(workspace, "is_organization") {
        as_member.clone()
    } else {
        denied("only organizations have teams")
    };
    vec![
        rule(Some(Kind::Group), Some(Verb::Create), team),
        rule(Some(Kind::Container), Some(Verb::Create), as_member),
    ]
}

/// The account's own membership of a team.
pub(super) fn own_membership<'a>(team: &'a Team, me: &str) -> Option<&'a Value> {
    team.members.iter().find(|member| gid_at(member, "user") == me)
}

fn team_rules(part: Part, own: Option<&Value>, team: &Team) -> Vec<Rule> {
    if let Some(never) = never(part) {
        return vec![rule(None, None, never)];
    }
    let Some(own) = own else {
        if team.unread.is_some() {
            return vec![rule(None, None, Grant::Unknown)];
        }
        return vec![rule(None, None, denied("the account is not a member of the team; add it to the team"))];
    };
    if part == Part::Guest || is(own, "is_guest") {
        return vec![rule(None, None, denied("a guest cannot change a team; make the account a member"))];
    }
    let by = |setting: &str| {
        let admins_only = text(&team.native, setting) == "only_team_admins" && !is(own, "is_admin");
        if admins_only { denied("the team lets only its admins do this") } else { Grant::Allowed }
    };
    vec![
        rule(Some(Kind::Group), Some(Verb::Update), by("edit_team_name_or_description_access_level")),
        rule(Some(Kind::GroupMember), Some(Verb::Create), by("member_invite_management_access_level")),
        rule(Some(Kind::GroupMember), Some(Verb::Delete), by("team_member_removal_access_level")),
    ]
}

/// The account's access to a project, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Level {
    /// `admin`, `editor`, `commenter`, `viewer`.
    pub(super) name: String,
    /// Whether its own membership gives it, and not a team or the workspace.
    pub(super) own: bool,
    /// Whether all members of the project are known, so that nothing else gives more.
    pub(super) certain: bool,
}

/// The access levels, the least first.
const LEVELS: [&str; 4] = ["viewer", "commenter", "editor", "admin"];

/// The account's access to a project that it can see: the most of what its own membership, its teams and the
/// project's openness to the workspace give.
pub(super) fn level(workspace: &Workspace, project: &Value, me: &str) -> Option<Level> {
    let default = Some(text(project, "default_access_level")).filter(|default| !default.is_empty());
    let Some(access) = workspace.access.get(gid(project)) else {
        let shared = default.filter(|_| !is_listed_member(project, me));
        return shared.map(|name| Level { name: name.to_owned(), own: false, certain: false });
    };
    let rank = |name: &str| LEVELS.iter().position(|level| *level == name);
    let is_open = text(project, "privacy_setting") == "public_to_workspace";
    let is_of_workspace = matches!(part(workspace, me), Part::Admin | Part::Member);
    let open = default.filter(|_| is_open && is_of_workspace);
    let shared = access.by_teams.iter().map(String::as_str).chain(open).max_by_key(|name| rank(name));
    let own = access.own.as_deref().filter(|own| shared.is_none_or(|shared| rank(own) >= rank(shared)));
    let name = own.or(shared)?;
    Some(Level { name: name.to_owned(), own: own.is_some(), certain: true })
}

fn project_rules(part: Part, level: Option<&Level>, project: &Value, paid: Option<bool>) -> Vec<Rule> {
    if let Some(never) = never(part) {
        return vec![rule(None, None, never)];
    }
    let mut rules = Vec::new();
    if paid == Some(false) {
        let why = "custom fields need a paid plan of Asana";
        rules.extend([Kind::FieldDef, Kind::FieldOption, Kind::FieldUse].map(|kind| rule(Some(kind), None, denied(why))));
    }
    if part == Part::Guest {
        let why = "a guest cannot change custom fields; make the account a member of the workspace";
        let changed = [(Kind::FieldOption, None), (Kind::FieldDef, Some(Verb::Update))];
        rules.extend(changed.map(|(kind, verb)| rule(Some(kind), verb, denied(why))));
    }
    let (level, rest) = match level {
        Some(level) if level.certain => (level.name.as_str(), Grant::Allowed),
        // A team may have been given more, or less, than what the project gives to the workspace.
        Some(level) => (level.name.as_str(), Grant::Unknown),
        None => ("", Grant::Unknown),
    };
    match level {
        "editor" => {
            let needs_admin = |setting: &str| text(project, setting) == "admin";
            let why = "needs an admin of the project";
            rules.push(rule(Some(Kind::Container), Some(Verb::Delete), denied(why)));
            if needs_admin("minimum_access_level_for_customization") {
                let fields = [Kind::FieldDef, Kind::FieldOption, Kind::FieldUse];
                let kinds = fields.into_iter().chain([Kind::Container, Kind::Section]);
                rules.extend(kinds.map(|kind| rule(Some(kind), None, denied(why))));
            }
            if needs_admin("minimum_access_level_for_sharing") {
                rules.push(rule(Some(Kind::Member), None, denied(why)));
            }
        }
        "commenter" | "viewer" if rest == Grant::Allowed => {
            if level == "commenter" {
                rules.push(rule(Some(Kind::Comment), Some(Verb::Create), Grant::Allowed));
            }
            let why = format!("a {level} of the project cannot change it; make the account an editor");
            rules.push(rule(None, None, Grant::Denied(why)));
        }
        // An admin may do all of it.
        _ => {}
    }
    rules.push(rule(None, None, rest));
    rules
}

/// The account's list of its own tasks is Asana's; what is in it is the account's.
fn own_tasks_rules(part: Part) -> Vec<Rule> {
    if let Some(never) = never(part) {
        return vec![rule(None, None, never)];
    }
    let list = denied("the list of the account's own tasks is Asana's; only the tasks in it can be written");
    vec![rule(Some(Kind::Container), None, list), rule(None, None, Grant::Allowed)]
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
