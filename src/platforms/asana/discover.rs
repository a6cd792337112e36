//! Discovery: the account, its workspaces with their people and teams, and which projects there are.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Asana;
use super::api::is_plan;
use super::asking::{Answered, Question, named};
use super::changes;
use super::grants;
use super::own_tasks;
use super::read::is_computed;
use super::json::{gid, gid_at, gids, is, list, lists_of_gids, object, text};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::coverage::Missing;
use crate::model::{Blob, Kind, Record, RecordKey};
use crate::platforms::connector::{ContainerInfo, Discovery, Purpose};

const ME: &str = "name,email,workspaces.name,workspaces.is_organization,workspaces.email_domains";
const MEMBERSHIP: &str =
    "user.name,user.email,workspace.name,is_active,is_admin,is_guest,is_view_only,created_at";
const TEAM: &str = "name,html_description,visibility,permalink_url,organization.name,endorsed,\
    edit_team_name_or_description_access_level,edit_team_visibility_or_trash_team_access_level,\
    member_invite_management_access_level,guest_invite_management_access_level,\
    join_request_management_access_level,team_member_removal_access_level,team_content_management_access_level";
const TEAM_MEMBERSHIP: &str = "user.name,user.email,team.name,is_guest,is_limited_access,is_admin";
/// Enough to notice a change of the project itself, and to know the account's rights in it.
const PROJECT: &str = "name,html_notes,archived,completed,modified_at,color,icon,default_view,due_on,start_on,\
    privacy_setting,default_access_level,minimum_access_level_for_customization,minimum_access_level_for_sharing,\
    owner,team.name,workspace.name,members,followers,custom_field_settings.custom_field,\
    custom_field_settings.is_important,current_status_update,project_brief";
const PORTFOLIO: &str = "name,color,archived,start_on,due_on,created_at,created_by.name,owner.name,members.name,\
    workspace.name,permalink_url,privacy_setting,default_access_level,current_status_update.title,\
    custom_field_settings.custom_field.name,custom_fields.name,custom_fields.display_value";
const GOAL: &str = "name,html_notes,due_on,start_on,is_workspace_level,team.name,workspace.name,followers.name,\
    time_period.display_name,metric,owner.name,current_status_update.title,status,privacy_setting,\
    custom_fields.name,custom_fields.display_value,likes.user.name";
const CUSTOM_FIELD: &str = "name,description,resource_subtype,representation_type,is_formula_field,id_prefix,precision,\
    format,currency_code,custom_label,custom_label_position,privacy_setting,created_by.name";
const PROJECT_TEMPLATE: &str =
    "name,html_description,public,owner.name,team.name,requested_dates,color,requested_roles.name";

/// A workspace as discovery reads it.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// Its own fields.
    pub(super) native: Value,
    /// Its memberships, each with the person.
    pub(super) members: Vec<Value>,
    /// The teams that the account can see.
    pub(super) teams: Vec<Team>,
    /// The projects that the account can see.
    pub(super) projects: Vec<Value>,
    /// The account's list of its own tasks.
    pub(super) own_tasks: Option<Value>,
    /// Portfolios, goals, project templates and the custom fields that Asana computes.
    pub(super) inventory: Vec<Value>,
    /// Its tags, where they were asked for.
    pub(super) tags: Vec<Value>,
    /// What could not be read: its name, and why.
    pub(super) faults: Vec<(String, ApiFault)>,
    /// Whether the plan includes custom fields, where that is known.
    pub(super) paid: Option<bool>,
    /// What the members of each project have, where it was asked for and can be seen.
    pub(super) access: BTreeMap<String, Access>,
}

/// The access levels of a project that concern the account.
#[derive(Debug, Default)]
pub(super) struct Access {
    /// By its own membership.
    pub(super) own: Option<String>,
    /// By the teams that it is in.
    pub(super) by_teams: Vec<String>,
}

/// A team with its members.
#[derive(Debug)]
pub(super) struct Team {
    /// Its own fields.
    pub(super) native: Value,
    /// Its memberships, each with the person.
    pub(super) members: Vec<Value>,
    /// Why its memberships could not be read, if so: then nobody is known to be in it or not.
    pub(super) unread: Option<String>,
}

/// What discovery reads before anything is made of it.
#[derive(Debug)]
pub(super) struct Seen {
    /// The account's own fields.
    pub(super) me: Map<String, Value>,
    /// The workspaces.
    pub(super) workspaces: Vec<Workspace>,
}

impl Seen {
    /// The account's own gid.
    pub(super) fn me(&self) -> &str {
        self.me.get("gid").and_then(Value::as_str).unwrap_or_default()
    }
}

/// Asks for everything that lies outside projects; for a restore also for what the account may do.
pub(super) async fn look(asana: &Asana, purpose: Purpose) -> Result<Seen, ApiFault> {
    let mut me = object(asana.one(&Question::new(&["users", "me"], ME)).await?);
    let listed = super::json::take_list(&mut me, "workspaces");
    let own = me.get("gid").and_then(Value::as_str).unwrap_or_default();
    let mut workspaces = Vec::with_capacity(listed.len());
    for native in listed {
        let mut workspace = Workspace { native, ..Workspace::default() };
        workspace.look(asana).await?;
        if purpose == Purpose::Restore {
            workspace.ask_rights(asana, own).await?;
        }
        workspaces.push(workspace);
    }
    Ok(Seen { me, workspaces })
}

impl Workspace {
    /// Its gid.
    pub(super) fn gid(&self) -> &str {
        gid(&self.native)
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        named(&self.native)
    }

    /// The account's own membership, if it can be seen.
    pub(super) fn own(&self, me: &str) -> Option<&Value> {
        self.members.iter().find(|member| gid_at(member, "user") == me)
    }

    async fn look(&mut self, asana: &Asana) -> Result<(), ApiFault> {
        let id = self.gid().to_owned();
        let below = |what: &str, fields| Question::new(&["workspaces", &id, what], fields);
        let of = |what: &str, fields| Question::new(&[what], fields).with("workspace", &id);
        let mut questions = vec![
            below("workspace_memberships", MEMBERSHIP),
            below("projects", PROJECT),
            of("project_templates", PROJECT_TEMPLATE),
            of("portfolios", PORTFOLIO).with("owner", "me"),
            of("goals", GOAL),
            below("custom_fields", CUSTOM_FIELD),
        ];
        if is(&self.native, "is_organization") {
            questions.push(below("teams", TEAM));
        }
        let mut answers = asana.lists(&questions).await?.into_iter();
        let mut next = || answers.next().unwrap_or_else(|| Ok(Vec::new()));
        let (members, projects, templates, portfolios, goals, fields, teams) =
            (next(), next(), next(), next(), next(), next(), next());
        self.members = self.accept("members", members)?;
        let teams = self.accept("teams", teams)?;
        self.projects = match projects {
            // Large organizations get no answer for all at once.
            Err(fault) if fault.class == FaultClass::TooLarge => self.projects_by_team(asana, &teams).await?,
            projects => self.accept("projects", projects)?,
        };
        self.look_at_teams(asana, teams).await?;
        let mut portfolios = self.accept("portfolios", portfolios)?;
        self.add_items(asana, &mut portfolios).await?;
        let rest = [("project templates", templates), ("goals", goals)];
        let rest = rest.map(|(what, answer)| self.accept(what, answer));
        self.inventory = portfolios;
        for some in rest {
            self.inventory.extend(some?);
        }
        self.paid = match &fields {
            Ok(_) => Some(true),
            Err(fault) if is_plan(fault) => Some(false),
            Err(_) => None,
        };
        // The others are read with the projects that have them, and made anew from there.
        let fields = self.accept("custom fields", fields)?;
        self.inventory.extend(fields.into_iter().filter(is_computed));
        Ok(())
    }

    /// A list, or nothing and a note of why. What the plan does not include does not exist.
    fn accept(&mut self, what: &str, answer: Answered) -> Result<Vec<Value>, ApiFault> {
        match answer {
            Ok(entries) => Ok(entries),
            Err(fault) if is_plan(&fault) => Ok(Vec::new()),
            Err(fault) if matches!(fault.class, FaultClass::Forbidden | FaultClass::NotFound) => {
                self.faults.push((what.to_owned(), fault));
                Ok(Vec::new())
            }
            Err(fault) => Err(fault),
        }
    }

    async fn projects_by_team(&mut self, asana: &Asana, teams: &[Value]) -> Result<Vec<Value>, ApiFault> {
        tracing::info!(workspace = self.name(), "too many projects for one list; asking team by team");
        let questions: Vec<Question> =
            teams.iter().map(|team| Question::new(&["teams", gid(team), "projects"], PROJECT)).collect();
        let mut found = BTreeMap::new();
        for (team, answer) in teams.iter().zip(asana.lists(&questions).await?) {
            let projects = self.accept(&format!("projects of team {}", named(team)), answer)?;
            found.extend(projects.into_iter().map(|project| (gid(&project).to_owned(), project)));
        }
        let message = "only the projects of teams are listed, since the list of all of them is too long for Asana";
        let call = format!("GET /workspaces/{}/projects", self.gid());
        self.faults.push(("projects without a team".to_owned(), ApiFault::new(FaultClass::TooLarge, call, message)));
        Ok(found.into_values().collect())
    }

    /// Adds to each portfolio what is in it.
    async fn add_items(&mut self, asana: &Asana, portfolios: &mut [Value]) -> Result<(), ApiFault> {
        let question = |portfolio: &Value| Question::new(&["portfolios", gid(portfolio), "items"], "name");
        let questions: Vec<Question> = portfolios.iter().map(question).collect();
        for (portfolio, items) in portfolios.iter_mut().zip(asana.lists(&questions).await?) {
            let items = self.accept(&format!("items of portfolio {}", named(portfolio)), items)?;
            if let Value::Object(portfolio) = portfolio {
                portfolio.insert("items".to_owned(), gids(&items).into());
            }
        }
        Ok(())
    }

    async fn look_at_teams(&mut self, asana: &Asana, teams: Vec<Value>) -> Result<(), ApiFault> {
        let question = |team: &Value| Question::new(&["teams", gid(team), "team_memberships"], TEAM_MEMBERSHIP);
        let questions: Vec<Question> = teams.iter().map(question).collect();
        for (native, answer) in teams.into_iter().zip(asana.lists(&questions).await?) {
            let unread = answer.as_ref().err().map(|fault| fault.message.clone());
            let members = self.accept(&format!("members of team {}", named(&native)), answer)?;
            self.teams.push(Team { native, members, unread });
        }
        Ok(())
    }

    /// Asks for the tags, which outlive the projects that use them.
    async fn ask_tags(&mut self, asana: &Asana) -> Result<(), ApiFault> {
        let tags = Question::new(&["workspaces", self.gid(), "tags"], "name,color,notes");
        self.tags = match asana.list(&tags).await {
            Err(fault) if matches!(fault.class, FaultClass::Forbidden | FaultClass::NotFound) => Vec::new(),
            tags => tags?,
        };
        Ok(())
    }

    /// Asks which access the account has to each project.
    async fn ask_rights(&mut self, asana: &Asana, me: &str) -> Result<(), ApiFault> {
        let members =
            |project: &Value| Question::new(&["memberships"], "access_level,member").with("parent", gid(project));
        let questions: Vec<Question> = self.projects.iter().map(members).collect();
        let own_teams = self.teams.iter().filter(|team| grants::own_membership(team, me).is_some());
        let own_teams: Vec<&str> = own_teams.map(|team| gid(&team.native)).collect();
        for (project, answer) in self.projects.iter().zip(asana.lists(&questions).await?) {
            let Ok(memberships) = answer else { continue };
            let mut access = Access::default();
            for membership in &memberships {
                let level = text(membership, "access_level").to_owned();
                match gid_at(membership, "member") {
                    member if member == me => access.own = Some(level),
                    member if own_teams.contains(&member) => access.by_teams.push(level),
                    _ => {}
                }
            }
            self.access.insert(gid(project).to_owned(), access);
        }
        Ok(())
    }
}

/// Finds everything; for a backup also what has changed since the last one.
pub(super) async fn discover(asana: &Asana, purpose: Purpose) -> Result<Discovery, ApiFault> {
    let mut seen = look(asana, purpose).await?;
    own_tasks::look(asana, &mut seen).await?;
    let projects: Vec<&Value> = seen.workspaces.iter().flat_map(|workspace| &workspace.projects).collect();
    let versions = match purpose {
        Purpose::Backup => {
            let mut versions = BTreeMap::new();
            // Before events are asked for: what comes into a project after that is either here still or told by them.
            for list in seen.workspaces.iter().filter_map(|workspace| workspace.own_tasks.as_ref()) {
                versions.insert(gid(list).to_owned(), own_tasks::version(asana, gid(list)).await?);
            }
            versions.extend(changes::versions(asana, &projects).await?);
            versions
        }
        Purpose::Restore => BTreeMap::new(),
    };
    if purpose == Purpose::Restore {
        for workspace in &mut seen.workspaces {
            workspace.ask_tags(asana).await?;
        }
    }
    Ok(inventory(&seen, &versions))
}

/// Turns what was seen into the inventory.
fn inventory(seen: &Seen, versions: &BTreeMap<String, String>) -> Discovery {
    let mut discovery = Discovery { grants: grants::grants(seen), ..Discovery::default() };
    let me = seen.me();
    discovery.records.push(record(me, Kind::Account, me, seen.me.clone().into()));
    for workspace in &seen.workspaces {
        add_workspace(&mut discovery, workspace);
        discovery.containers.extend(workspace.projects.iter().chain(&workspace.own_tasks).map(|project| ContainerInfo {
            id: gid(project).into(),
            name: named(project).to_owned(),
            workspace: Some((workspace.gid().into(), workspace.name().to_owned())),
            closed: is(project, "archived"),
            version: versions.get(gid(project)).cloned(),
        }));
    }
    discovery
}

fn add_workspace(discovery: &mut Discovery, workspace: &Workspace) {
    let id = workspace.gid();
    discovery.shared.extend(workspace.tags.iter().map(|tag| record(id, Kind::Label, gid(tag), tag.clone())));
    discovery.records.push(record(id, Kind::Workspace, id, workspace.native.clone()));
    let mut put = |container: &str, kind, id: &str, native: Value| {
        if id.is_empty() {
            let what = format!("a {kind} of workspace {}", workspace.name());
            discovery.missing.push(Missing { key: None, what, why: "it came without an id".to_owned() });
        } else {
            discovery.records.push(record(container, kind, id, native));
        }
    };
    for member in &workspace.members {
        put(id, Kind::WorkspaceMember, gid_at(member, "user"), with_parent(member, "workspace", id));
    }
    for team in &workspace.teams {
        let own = gid(&team.native);
        put(own, Kind::Group, own, with_parent(&team.native, "organization", id));
        for member in &team.members {
            put(own, Kind::GroupMember, gid_at(member, "user"), with_parent(member, "team", own));
        }
    }
    for entry in &workspace.inventory {
        put(id, Kind::Inventory, gid(entry), with_parent(entry, "workspace", id));
    }
    let key = Some(RecordKey::new(id, Kind::Workspace, id));
    discovery.missing.extend(workspace.faults.iter().map(|(what, fault)| Missing {
        key: key.clone(),
        what: format!("{what} of workspace {}", workspace.name()),
        why: fault.to_string(),
    }));
}

/// The same record, which names what it hangs on even where Asana does not say it.
fn with_parent(native: &Value, key: &str, parent: &str) -> Value {
    let mut native = object(native.clone());
    lists_of_gids(&mut native, &["members", "followers"]);
    if native.get(key).map(gid).is_none_or(str::is_empty) {
        native.insert(key.to_owned(), json!({ "gid": parent }));
    }
    native.into()
}

fn record(container: &str, kind: Kind, id: &str, native: Value) -> Record {
    Record { key: RecordKey::new(container, kind, id), native, blob: Blob::None }
}

/// How many members of a project there are by its compact listing.
pub(super) fn is_listed_member(project: &Value, me: &str) -> bool {
    list(project, "members").iter().any(|member| gid(member) == me)
}

#[cfg(test)]
#[path = "discover_tests.rs"]
mod tests;
