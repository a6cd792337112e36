//! Checks what the account needs for a backup or a restore, one line a requirement.

use serde_json::Value;

use super::Asana;
use super::asking::{Question, named};
use super::discover::{self, Seen};
use super::grants::{Part, grants, own_membership, part};
use super::preflight_restore;
use super::json::{gid, is, text};
use crate::http::fault::ApiFault;
use crate::model::grants::Grant;
use crate::platforms::connector::{Purpose, Requirement};
use crate::platforms::requirements::{Tally, line};

/// The way out where a credential reaches too little.
pub(super) const FULL_ACCESS: &str = "Allow the app full permissions, or use a personal access token.";

/// Checks all requirements in a fixed order.
pub(super) async fn preflight(asana: &Asana, purpose: Purpose) -> Result<Vec<Requirement>, ApiFault> {
    // What the account may do is asked for in any case: it also tells which projects are its own.
    let seen = discover::look(asana, Purpose::Restore).await?;
    let mut lines = vec![active(&seen, purpose), consent(asana, &seen).await?];
    lines.extend(backup(&seen));
    if purpose == Purpose::Restore {
        lines.extend(preflight_restore::needs(&seen, &grants(&seen)));
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
