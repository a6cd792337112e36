//! What the account needs for a restore, one line a requirement, with advice by what stands in the way.

use std::collections::BTreeSet;

use super::asking::named;
use super::discover::{Seen, Workspace};
use super::grants::{Part, level, never, part, way_out};
use super::json::{gid, is, text};
use super::preflight::FULL_ACCESS;
use crate::model::Kind;
use crate::model::grants::{Grant, Grants, Verb};
use crate::platforms::connector::Requirement;
use crate::platforms::requirements::Tally;

pub(super) const MEMBERSHIP: &str = "Make the account a member of the workspace.";
const TEAM_MEMBERSHIP: &str = "Add the account to the team; some teams need its admin.";
const ACCESS_LEVEL: &str = "Give the account the access level that the project asks for.";
pub(super) const PAID_PLAN: &str = "Use an account on a paid plan; without one, the rest is restored.";

/// A thing that a restore may write to, whether it may, and the way out where it may not.
type Asked = (String, Grant, &'static str);

/// All requirements of a restore in a fixed order.
pub(super) fn needs(seen: &Seen, grants: &Grants) -> Vec<Requirement> {
    let projects =
        |kind, verb, ordinary, requirement: &str| by_cause(in_projects(seen, grants, kind, verb, ordinary), ordinary, requirement);
    let teams = |kind, verb, requirement: &str| by_cause(in_teams(seen, grants, kind, verb), TEAM_MEMBERSHIP, requirement);
    vec![
        by_cause(new_teams(seen, grants), MEMBERSHIP, "Create teams: a member of the organization"),
        teams(Kind::Group, Verb::Update, "Update teams: a member of the team"),
        teams(Kind::GroupMember, Verb::Create, "Add users to teams: a member of the team"),
        by_cause(new_projects(seen, grants), MEMBERSHIP, "Create projects: a member of the workspace"),
        projects(
            Kind::Container,
            Verb::Update,
            ACCESS_LEVEL,
            "Update projects: an editor of the project, where it asks for it an admin",
        ),
        projects(
            Kind::Member,
            Verb::Create,
            ACCESS_LEVEL,
            "Add users to project members and followers: an editor, where the project asks for it an admin",
        ),
        projects(
            Kind::Item,
            Verb::Create,
            "Make the account an editor of the project.",
            "Create and update tasks, their details and attachments: an editor of the project",
        ),
        custom_fields(seen, grants),
        by_cause(new_private_projects(seen, grants), PAID_PLAN, "Create private projects: a paid plan"),
        private(seen),
    ]
}

/// A requirement by what the account may do to each of `things`, with every way out of what stands in the way;
/// `ordinary` is advised where there is nothing to look at.
fn by_cause(things: Vec<Asked>, ordinary: &str, requirement: &str) -> Requirement {
    let open = things.iter().filter(|(_, grant, _)| *grant != Grant::Allowed);
    let ways: BTreeSet<&str> = open.map(|(_, _, way)| *way).collect();
    let advice = Vec::from_iter(ways).join(" ");
    let tally = Tally::of(things.into_iter().map(|(name, grant, _)| (name, grant)));
    tally.summary(requirement, if advice.is_empty() { ordinary } else { &advice })
}

/// The way out in a workspace: where its part in it keeps the account from everything, nothing else helps.
fn way(seen: &Seen, workspace: &Workspace, otherwise: &'static str) -> &'static str {
    way_out(part(workspace, seen.me())).unwrap_or(otherwise)
}

fn new_teams(seen: &Seen, grants: &Grants) -> Vec<Asked> {
    let asked = |workspace: &Workspace| {
        let has_teams = is(&workspace.native, "is_organization");
        let otherwise = if has_teams {
            "Make the account a member of the organization."
        } else {
            "Restore teams into an organization."
        };
        let grant = grants.get(Some(&workspace.gid().into()), Kind::Group, Verb::Create);
        (workspace.name().to_owned(), grant, way(seen, workspace, otherwise))
    };
    seen.workspaces.iter().map(asked).collect()
}

fn new_projects(seen: &Seen, grants: &Grants) -> Vec<Asked> {
    let asked = |workspace: &Workspace| {
        let grant = grants.get(Some(&workspace.gid().into()), Kind::Container, Verb::Create);
        (workspace.name().to_owned(), grant, way(seen, workspace, MEMBERSHIP))
    };
    seen.workspaces.iter().map(asked).collect()
}

/// A private project is a project first: whoever can create none creates no private one on any plan.
fn new_private_projects(seen: &Seen, grants: &Grants) -> Vec<Asked> {
    let on_plan = |(workspace, (name, any, way)): (&Workspace, Asked)| match (any, workspace.paid) {
        (Grant::Denied(why), _) => (name, Grant::Denied(why), way),
        (_, Some(false)) => (name, Grant::Denied("the plan is a free one".to_owned()), PAID_PLAN),
        (Grant::Allowed, None) => (name, Grant::Unknown, PAID_PLAN),
        (any, _) => (name, any, way),
    };
    seen.workspaces.iter().zip(new_projects(seen, grants)).map(on_plan).collect()
}

fn in_teams(seen: &Seen, grants: &Grants, kind: Kind, verb: Verb) -> Vec<Asked> {
    let mut things = Vec::new();
    for workspace in &seen.workspaces {
        for team in &workspace.teams {
            let name = named(&team.native);
            let name = team.unread.as_ref().map_or_else(|| name.to_owned(), |why| format!("{name} ({why})"));
            let otherwise = match part(workspace, seen.me()) {
                _ if team.unread.is_some() => FULL_ACCESS,
                Part::Guest => "Make the account a member of the organization.",
                _ => TEAM_MEMBERSHIP,
            };
            let grant = grants.get(Some(&gid(&team.native).into()), kind, verb);
            things.push((name, grant, way(seen, workspace, otherwise)));
        }
    }
    things
}

fn in_projects(seen: &Seen, grants: &Grants, kind: Kind, verb: Verb, otherwise: &'static str) -> Vec<Asked> {
    let asked = |workspace, project| {
        let grant = grants.get(Some(&gid(project).into()), kind, verb);
        (named(project).to_owned(), grant, way(seen, workspace, otherwise))
    };
    seen.workspaces
        .iter()
        .flat_map(|workspace| workspace.projects.iter().map(move |project| asked(workspace, project)))
        .collect()
}

fn custom_fields(seen: &Seen, grants: &Grants) -> Requirement {
    let requirement = "Create local and global custom fields, update local ones: a paid plan";
    let on_plan = |workspace: &Workspace| {
        let grant = match workspace.paid {
            Some(true) => Grant::Allowed,
            Some(false) => Grant::Denied("the plan is a free one".to_owned()),
            None => Grant::Unknown,
        };
        (workspace.name().to_owned(), grant, PAID_PLAN)
    };
    // What needs a paid plan, by the answer to the question for custom fields.
    let plan = by_cause(seen.workspaces.iter().map(on_plan).collect(), PAID_PLAN, requirement);
    if plan.met != Grant::Allowed {
        return plan;
    }
    by_cause(in_projects(seen, grants, Kind::FieldDef, Verb::Create, ACCESS_LEVEL), ACCESS_LEVEL, requirement)
}

fn private(seen: &Seen) -> Requirement {
    let mut things = Vec::new();
    for workspace in &seen.workspaces {
        let barred = never(part(workspace, seen.me()));
        for project in workspace.projects.iter().filter(|project| text(project, "privacy_setting") == "private") {
            let by_level = || match level(workspace, project, seen.me()) {
                Some(level) if level.own => Grant::Allowed,
                Some(_) => Grant::Denied("the account sees it by a team".to_owned()),
                None => Grant::Unknown,
            };
            let grant = barred.clone().unwrap_or_else(by_level);
            let way = way(seen, workspace, "Have the account added to the project itself.");
            things.push((named(project).to_owned(), grant, way));
        }
    }
    let requirement = "Update private projects: a member or the owner of the project";
    if things.iter().all(|(_, grant, _)| *grant == Grant::Allowed) {
        return Tally::of(things.into_iter().map(|(name, grant, _)| (name, grant))).inform(requirement);
    }
    by_cause(things, "", requirement)
}
