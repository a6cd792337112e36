//! Checks what the account needs for a backup or a restore, one line a requirement.

use serde_json::Value;

use super::Asana;
use super::asking::{Question, named};
use super::discover::{self, Seen, Workspace};
use super::grants::{Part, grants, level, own_membership, part};
use super::json::{gid, is, text};
use crate::http::fault::ApiFault;
use crate::model::Kind;
use crate::model::grants::{Grant, Grants, Verb};
use crate::platforms::connector::{Purpose, Requirement};
use crate::platforms::requirements::{Tally, line};

/// The way out where a credential reaches too little.
const FULL_ACCESS: &str = "Allow the app full permissions, or use a personal access token.";

/// Checks all requirements in a fixed order.
pub(super) async fn preflight(asana: &Asana, purpose: Purpose) -> Result<Vec<Requirement>, ApiFault> {
    // What the account may do is asked for in any case: it also tells which projects are its own.
    let seen = discover::look(asana, Purpose::Restore).await?;
    let mut lines = vec![active(&seen, purpose), consent(asana, &seen).await?];
    lines.extend(backup(&seen));
    if purpose == Purpose::Restore {
        lines.extend(restore(&seen, &grants(&seen)));
    }
    lines.push(quota(&seen));
    Ok(lines)
}

fn active(seen: &Seen, purpose: Purpose) -> Requirement {
    let me = seen.me();
    let mut roles = Tally::default();
    for workspace in &seen.workspaces {
        let name = workspace.name();
        match (part(workspace, me), purpose) {
            (Part::Admin, _) => roles.allowed.push(format!("{name} (admin)")),
            (Part::Member, _) => roles.allowed.push(format!("{name} (member)")),
            (Part::Inactive, _) => roles.denied.push(format!("{name} (no longer active)")),
            (Part::Guest, Purpose::Restore) => roles.denied.push(format!("{name} (a guest)")),
            (Part::ViewOnly, Purpose::Restore) => roles.denied.push(format!("{name} (view-only)")),
            (Part::Guest, _) => roles.allowed.push(format!("{name} (guest: sees what is shared with it)")),
            (Part::ViewOnly, _) => roles.allowed.push(format!("{name} (view-only)")),
            (Part::Unknown, _) => roles.unknown.push(name.to_owned()),
        }
    }
    let who = seen.me.get("name").and_then(Value::as_str).unwrap_or_default();
    let advice = "Make the account a member of the workspace, with a full licence.";
    let line = roles.summary("The account is active, as an admin or a member", advice);
    Requirement { detail: format!("{who}: {}", line.detail), ..line }
}

/// Whether the credential reaches what has no scope of its own: memberships, sections, batches.
async fn consent(asana: &Asana, seen: &Seen) -> Result<Requirement, ApiFault> {
    let requirement = "The app has full access (scope `default`)";
    let advice = FULL_ACCESS;
    let Some(project) = seen.workspaces.iter().find_map(|workspace| workspace.projects.first()) else {
        let detail = "there is no project to try it on".to_owned();
        return Ok(line(requirement, Grant::Unknown, detail, advice));
    };
    let probes = [
        Question::new(&["projects", gid(project), "sections"], "").with("limit", "1"),
        Question::new(&["memberships"], "").with("parent", gid(project)).with("limit", "1"),
    ];
    for probe in &probes {
        match asana.one(probe).await {
            Ok(_) => {}
            Err(fault) if fault.status == Some(403) => {
                return Ok(line(requirement, Grant::Denied(fault.to_string()), String::new(), advice));
            }
            Err(fault) => return Err(fault),
        }
    }
    let detail = "sections and memberships can be read; it is revoked under My Settings, Apps".to_owned();
    Ok(line(requirement, Grant::Allowed, detail, advice))
}

fn backup(seen: &Seen) -> Vec<Requirement> {
    let me = seen.me();
    let email = seen.me.get("email").and_then(Value::as_str).unwrap_or_default();
    let email_met = if email.is_empty() { Grant::Unknown } else { Grant::Allowed };
    let mut teams = Tally::default();
    let mut people = Tally::default();
    for workspace in &seen.workspaces {
        for team in &workspace.teams {
            if let Some(why) = &team.unread {
                teams.unknown.push(format!("{} ({why})", named(&team.native)));
                continue;
            }
            let own = own_membership(team, me);
            let role = match own {
                None => "not in it",
                Some(own) if is(own, "is_admin") => "admin",
                Some(own) if is(own, "is_guest") || is(own, "is_limited_access") => "guest",
                Some(_) => "member",
            };
            teams.allowed.push(format!("{} ({role})", named(&team.native)));
        }
        let count = format!("{}: {}", workspace.name(), workspace.members.len());
        match workspace.faults.iter().find(|(what, _)| what.contains("members")) {
            Some((what, fault)) => people.denied.push(format!("{what} of {} ({fault})", workspace.name())),
            None => people.allowed.push(count),
        }
    }
    vec![
        line(
            "Name and e-mail address of the account",
            email_met,
            email.to_owned(),
            "Nothing depends on it.",
        ),
        roles_in(&teams, "Teams where the account is a member, an admin or a guest"),
        people.summary(
            "Name, e-mail address and status of the users of the workspaces and teams",
            "Make the account a member of the workspace instead of a guest.",
        ),
        projects(seen, "Public projects", |project| {
            text(project, "privacy_setting") != "private" && !is(project, "archived")
        }),
        projects(seen, "Private projects where the account is a member or the owner", |project| {
            text(project, "privacy_setting") == "private" && !is(project, "archived")
        }),
        projects(seen, "Archived projects", |project| is(project, "archived")),
    ]
}

/// The account's roles in its teams, as far as their memberships could be read.
fn roles_in(teams: &Tally, requirement: &str) -> Requirement {
    if teams.unknown.is_empty() { teams.inform(requirement) } else { teams.summary(requirement, FULL_ACCESS) }
}

fn projects(seen: &Seen, requirement: &str, keep: impl Fn(&Value) -> bool) -> Requirement {
    let mut tally = Tally::default();
    for workspace in &seen.workspaces {
        let kept = workspace.projects.iter().filter(|project| keep(project));
        tally.allowed.extend(kept.map(|project| named(project).to_owned()));
        let unseen = workspace.faults.iter().filter(|(what, _)| what.contains("projects"));
        tally.denied.extend(unseen.map(|(what, fault)| format!("{what} of {} ({fault})", workspace.name())));
    }
    if tally.denied.is_empty() {
        tally.inform(requirement)
    } else {
        tally.summary(requirement, "Have the projects shared with the account, or with a team that it is in.")
    }
}

fn restore(seen: &Seen, grants: &Grants) -> Vec<Requirement> {
    let workspaces = |kind, verb| {
        let each = seen.workspaces.iter().map(|workspace| (workspace.gid(), workspace.name()));
        Tally::of(each.map(|(id, name)| (name, grants.get(Some(&id.into()), kind, verb))))
    };
    let teams = |kind, verb| {
        let each = seen.workspaces.iter().flat_map(|workspace| &workspace.teams);
        Tally::of(each.map(|team| {
            let why = team.unread.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
            (format!("{}{why}", named(&team.native)), grants.get(Some(&gid(&team.native).into()), kind, verb))
        }))
    };
    let of_teams = |verb_of: (Kind, Verb), requirement: &str| {
        let tally = teams(verb_of.0, verb_of.1);
        let advice = if tally.denied.is_empty() && !tally.unknown.is_empty() {
            FULL_ACCESS
        } else {
            "Add the account to the team; some teams need its admin."
        };
        tally.summary(requirement, advice)
    };
    let projects = |kind, verb| {
        let each = seen.workspaces.iter().flat_map(|workspace| &workspace.projects);
        Tally::of(each.map(|project| (named(project), grants.get(Some(&gid(project).into()), kind, verb))))
    };
    vec![
        workspaces(Kind::Group, Verb::Create)
            .summary("Create teams: a member of the organization", "Make the account a member of the organization."),
        of_teams((Kind::Group, Verb::Update), "Update teams: a member of the team"),
        of_teams((Kind::GroupMember, Verb::Create), "Add users to teams: a member of the team"),
        workspaces(Kind::Container, Verb::Create)
            .summary("Create projects: a member of the workspace", "Make the account a member of the workspace."),
        projects(Kind::Container, Verb::Update).summary(
            "Update projects: an editor of the project, where it asks for it an admin",
            "Give the account the access level that the project asks for.",
        ),
        projects(Kind::Member, Verb::Create).summary(
            "Add users to project members and followers: an editor, where the project asks for it an admin",
            "Give the account the access level that the project asks for.",
        ),
        projects(Kind::Item, Verb::Create).summary(
            "Create and update tasks, their details and attachments: an editor of the project",
            "Make the account an editor of the project.",
        ),
        custom_fields(seen, &projects(Kind::FieldDef, Verb::Create)),
        paid(seen, "Create private projects: a paid plan"),
        private(seen),
    ]
}

fn custom_fields(seen: &Seen, tally: &Tally) -> Requirement {
    let plan = paid(seen, "Create local and global custom fields, update local ones: a paid plan");
    if plan.met != Grant::Allowed {
        return plan;
    }
    let advice = "Give the account the access level that the project asks for.";
    Requirement { requirement: plan.requirement, ..tally.summary("", advice) }
}

/// What needs a paid plan, by the answer to the question for custom fields.
fn paid(seen: &Seen, requirement: &str) -> Requirement {
    let mut tally = Tally::default();
    for workspace in &seen.workspaces {
        let name = workspace.name();
        match workspace.paid {
            Some(true) => tally.allowed.push(name.to_owned()),
            Some(false) => tally.denied.push(format!("{name} (the plan is a free one)")),
            None => tally.unknown.push(name.to_owned()),
        }
    }
    tally.summary(requirement, "Use an account on a paid plan; without one, the rest is restored.")
}

fn private(seen: &Seen) -> Requirement {
    let me = seen.me();
    let is_private = |project: &&Value| text(project, "privacy_setting") == "private";
    let own = |workspace: &Workspace, project: &Value| match level(workspace, project, me) {
        Some(level) if level.own => Grant::Allowed,
        Some(_) => Grant::Denied("the account sees it by a team".to_owned()),
        None => Grant::Unknown,
    };
    let each = seen.workspaces.iter().flat_map(|workspace| {
        let private = workspace.projects.iter().filter(is_private);
        private.map(move |project| (named(project), own(workspace, project)))
    });
    let tally = Tally::of(each);
    let requirement = "Update private projects: a member or the owner of the project";
    if tally.denied.is_empty() && tally.unknown.is_empty() {
        return tally.inform(requirement);
    }
    tally.summary(requirement, "Have the account added to the project itself.")
}

fn quota(seen: &Seen) -> Requirement {
    let plans: Vec<Option<bool>> = seen.workspaces.iter().map(|workspace| workspace.paid).collect();
    let (met, detail) = if plans.contains(&Some(false)) {
        (Grant::Allowed, "150 requests a minute on a free plan; large projects take long")
    } else if plans.contains(&None) {
        (Grant::Unknown, "1,500 requests a minute on a paid plan, 150 on a free one; which it is cannot be seen")
    } else {
        (Grant::Allowed, "1,500 requests a minute on a paid plan, shared by all that use the same token")
    };
    line("Pace", met, detail.to_owned(), FULL_ACCESS)
}

#[cfg(test)]
#[path = "preflight_tests.rs"]
mod tests;
