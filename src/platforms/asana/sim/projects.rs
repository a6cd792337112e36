//! Projects.

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, Outcome};
use super::events::Happening;
use super::input;
use super::refusal::Refusal;
use super::state::{
    ATTACHMENT, MEMBERSHIP, PROJECT, PROJECT_BRIEF, SECTION, SETTING, STATUS_UPDATE, State, TASK,
    TASK_TEMPLATE, TEAM, USER, WORKSPACE, ids, items,
};
use super::text_fields::Rich;
use crate::sim::world::text;

const FIELDS: &[&str] = &[
    "name",
    "notes",
    "html_notes",
    "color",
    "icon",
    "default_view",
    "due_on",
    "due_date",
    "start_on",
    "privacy_setting",
    "default_access_level",
    "minimum_access_level_for_customization",
    "minimum_access_level_for_sharing",
    "owner",
    "archived",
    "custom_fields",
    "team",
    "workspace",
    "followers",
    "public",
];

/// Icons of projects.
const ICONS: &[&str] = &[
    "list",
    "board",
    "timeline",
    "calendar",
    "rocket",
    "people",
    "graph",
    "star",
    "bug",
    "light_bulb",
    "globe",
    "gear",
    "notebook",
    "computer",
    "check",
    "target",
    "html",
    "megaphone",
    "chat_bubbles",
    "briefcase",
    "page_layout",
    "mountain_flag",
    "puzzle",
    "presentation",
    "line_and_symbols",
    "speed_dial",
    "ribbon",
    "shoe",
    "shopping_basket",
    "map",
    "ticket",
    "coins",
];

/// The header that tells of a deprecated way to write, and what it says.
const DEPRECATED: (&str, &str) =
    ("asana-change", "name=project_team_deprecation;info=https://forum.asana.com;affected=true");

impl State {
    /// A project with its first section, owned and administered by who makes it.
    pub(super) fn new_project(&mut self, by: &str, workspace: &str, name: &str) -> String {
        let id = self.new_gid();
        let project = json!({
            "id": id, "name": name, "workspace": workspace, "team": null, "owner": by, "archived": false,
            "color": null, "icon": "list", "completed": false, "completed_at": null, "completed_by": null,
            "created_at": self.date(), "modified_at": self.date(), "created_from_template": null,
            "default_view": "list", "due_on": null, "start_on": null, "html_notes": "<body></body>",
            "privacy_setting": "public_to_workspace", "default_access_level": "editor",
            "minimum_access_level_for_customization": "editor", "minimum_access_level_for_sharing": "editor",
            "followers": [by], "_sections": [], "_settings": [], "_values": {},
        });
        self.world.insert(PROJECT, &[workspace], project);
        self.new_section(&id, "Untitled section");
        self.new_membership(&id, USER, by, "admin");
        id
    }

    /// Takes a project away with its tasks, but for those that somebody has or that are in another project, with what
    /// is below them.
    pub(super) fn remove_project(&mut self, project: &str) {
        let tasks = self.tasks_of(project);
        for task in &tasks {
            self.leave_project(task, project);
        }
        for task in &tasks {
            let is_left = |task: &Value| task["assignee"].is_null() && task["parent"].is_null();
            if self.world.get(TASK, task).is_some_and(is_left) {
                self.remove_unless_elsewhere(task);
            }
        }
        for brief in self.world.ids_of(project, PROJECT_BRIEF) {
            self.remove_attachments(&brief);
        }
        self.remove_attachments(project);
        for kind in [SECTION, SETTING, MEMBERSHIP, STATUS_UPDATE, PROJECT_BRIEF, TASK_TEMPLATE] {
            for id in self.world.ids_of(project, kind) {
                self.world.remove(kind, &id);
            }
        }
        self.world.remove(PROJECT, project);
    }

    /// Takes a task away with what is below it; of both, what is in a project stays.
    fn remove_unless_elsewhere(&mut self, task: &str) {
        if self.world.get(TASK, task).is_none_or(|task| !items(task, "_memberships").is_empty()) {
            self.take_out(TASK, &self.text_of(TASK, task, "parent"), "_subtasks", task);
            self.set(TASK, task, "parent", Value::Null);
            return;
        }
        for subtask in self.ids_in(TASK, task, "_subtasks") {
            self.remove_unless_elsewhere(&subtask);
        }
        self.remove_task(task);
    }

    pub(super) fn remove_attachments(&mut self, parent: &str) {
        for attachment in self.world.ids_of(parent, ATTACHMENT) {
            self.blobs.remove(&attachment);
            self.world.remove(ATTACHMENT, &attachment);
        }
    }

    /// The tasks of a project in its order: section by section.
    pub(super) fn tasks_of(&self, project: &str) -> Vec<String> {
        let sections = self.ids_in(PROJECT, project, "_sections");
        sections.iter().flat_map(|section| self.ids_in(SECTION, section, "_tasks")).collect()
    }
}

impl Call<'_> {
    /// The projects of a workspace that the caller sees, with those of one team only if one is given.
    fn seen_projects(&self, workspace: &str, team: Option<&str>) -> Result<Vec<String>, Refusal> {
        let archived = match self.query.text("archived").as_deref() {
            None => None,
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(other) => {
                return Err(Refusal::invalid("archived", &format!("Value is not a boolean: {other}")));
            }
        };
        let of_team = |project: &Value, team: &str| {
            project["team"] == team
                || self.state.world.of(text(project, "id"), MEMBERSHIP).any(|m| m["member"] == team)
        };
        let projects = self.state.world.of(workspace, PROJECT).filter(|project| {
            archived.is_none_or(|archived| project["archived"] == archived)
                && team.is_none_or(|team| of_team(project, team))
                && self.state.project_level(project, &self.caller.user) >= Level::Viewer
        });
        Ok(projects.map(|project| text(project, "id").to_owned()).collect())
    }

    pub(super) fn get_workspace_projects(&mut self, id: &str) -> Outcome {
        let id = self.state.workspace(self.caller, id)?;
        let projects = self.seen_projects(&id, None)?;
        self.list(PROJECT, &projects)
    }

    pub(super) fn get_team_projects(&mut self, id: &str) -> Outcome {
        let workspace = text(self.state.team(self.caller, id)?, "organization").to_owned();
        let projects = self.seen_projects(&workspace, Some(id))?;
        self.list(PROJECT, &projects)
    }

    pub(super) fn get_projects(&mut self) -> Outcome {
        match (self.query.text("workspace"), self.query.text("team")) {
            (_, Some(team)) => self.get_team_projects(&team),
            (Some(workspace), None) => self.get_workspace_projects(&workspace),
            (None, None) => Err(Refusal::wrong("You should specify one of workspace, team")),
        }
    }

    pub(super) fn get_project(&mut self, id: &str) -> Outcome {
        self.state.project(self.caller, id, Level::Viewer)?;
        self.one(PROJECT, id)
    }

    pub(super) fn get_task_counts(&mut self, id: &str) -> Outcome {
        self.state.project(self.caller, id, Level::Viewer)?;
        let tasks = self.state.tasks_of(id);
        let tasks: Vec<&Value> = tasks.iter().filter_map(|task| self.state.world.get(TASK, task)).collect();
        let count = |fits: &dyn Fn(&Value) -> bool| tasks.iter().filter(|task| fits(task)).count();
        let milestone = |task: &Value| task["resource_subtype"] == "milestone";
        let counts = [
            ("num_tasks", tasks.len()),
            ("num_completed_tasks", count(&|task| task["completed"] == true)),
            ("num_incomplete_tasks", count(&|task| task["completed"] != true)),
            ("num_milestones", count(&milestone)),
            ("num_completed_milestones", count(&|task| milestone(task) && task["completed"] == true)),
            ("num_incomplete_milestones", count(&|task| milestone(task) && task["completed"] != true)),
        ];
        let wanted = self.query.text("opt_fields").unwrap_or_default();
        let shown =
            counts.into_iter().filter(|(name, _)| wanted.split(',').any(|field| field.trim() == *name));
        let data: serde_json::Map<String, Value> =
            shown.map(|(name, count)| (name.to_owned(), count.into())).collect();
        Ok(Answer::with(200, json!({"data": data})))
    }

    /// `place`: the workspace or team in the path.
    pub(super) fn post_project(&mut self, place: Option<(&str, &str)>) -> Outcome {
        input::only(self.data, FIELDS)?;
        let in_path = |wanted: &str| place.filter(|(kind, _)| *kind == wanted).map(|(_, id)| id.to_owned());
        let team = in_path("team").map_or_else(|| input::gid(self.data, "team"), |id| Ok(Some(id)))?;
        let workspace =
            in_path("workspace").map_or_else(|| input::gid(self.data, "workspace"), |id| Ok(Some(id)))?;
        let workspace = match (&team, workspace) {
            (_, Some(workspace)) => self.state.workspace(self.caller, &workspace)?,
            (Some(team), None) => text(self.state.team(self.caller, team)?, "organization").to_owned(),
            (None, None) => return Err(Refusal::missing("workspace")),
        };
        self.full_member(&workspace)?;
        let name = input::required_name(self.data, "name")?;
        let changes = self.project_changes(&workspace, &Value::Null)?;
        let id = self.state.new_project(&self.caller.user, &workspace, &name);
        self.write_project(&id, changes);
        for user in self.people(&workspace, "followers")? {
            self.state.put_in(PROJECT, &id, "followers", &user);
        }
        if let Some(team) = &team {
            self.state.team(self.caller, team)?;
            self.state.set(PROJECT, &id, "team", team.as_str());
            self.state.new_membership(&id, TEAM, team, "editor");
        }
        let answer = self.created(PROJECT, &id)?;
        Ok(self.with_deprecation(answer))
    }

    /// The users in a list of the body; they must belong to the workspace.
    pub(super) fn people(&self, workspace: &str, field: &str) -> Result<Vec<String>, Refusal> {
        let people = input::gids(self.data, field)?.unwrap_or_default();
        people.iter().map(|who| self.colleague(workspace, field, who)).collect()
    }

    /// Somebody who belongs to the workspace.
    pub(super) fn colleague(&self, workspace: &str, field: &str, who: &str) -> Result<String, Refusal> {
        let is_organization =
            self.state.world.get(WORKSPACE, workspace).is_some_and(|w| w["is_organization"] == true);
        let nobody = || {
            let place = if is_organization { "Organization" } else { "Workspace" };
            Refusal::invalid(field, &format!("Not a user in {place}: {who}"))
        };
        let user = self.state.user(self.caller, field, who).map_err(|_| nobody())?;
        if self.state.is_in(workspace, &user) { Ok(user) } else { Err(nobody()) }
    }

    pub(super) fn put_project(&mut self, id: &str) -> Outcome {
        let allowed: Vec<&str> =
            FIELDS.iter().copied().filter(|field| !["workspace", "followers"].contains(field)).collect();
        input::only(self.data, &allowed)?;
        let project = self.state.project(self.caller, id, Level::Editor)?.clone();
        let changes = self.project_changes(text(&project, "workspace"), &project)?;
        let sharing = ["privacy_setting", "default_access_level", "minimum_access_level_for_sharing"];
        if changes.iter().any(|(field, _)| sharing.contains(field)) {
            self.may_share(&project)?;
        }
        if let Some(team) = input::gid(self.data, "team")? {
            self.state.team(self.caller, &team)?;
            self.state.set(PROJECT, id, "team", team.as_str());
            self.state.new_membership(id, TEAM, &team, "editor");
        }
        self.write_project(id, changes);
        let answer = self.one(PROJECT, id)?;
        Ok(self.with_deprecation(answer))
    }

    fn write_project(&mut self, id: &str, changes: Vec<(&'static str, Value)>) {
        for (field, value) in changes {
            self.state.set(PROJECT, id, field, value);
            let shown = if field == "_values" { "custom_fields" } else { field };
            self.tell(Happening::changed(PROJECT, id, shown));
        }
        self.state.touch(PROJECT, id);
    }

    fn with_deprecation(&self, mut answer: Answer) -> Answer {
        let old = self.data.raw("team").is_some()
            || self.data.raw("privacy_setting").is_some_and(|setting| setting == "private_to_team");
        if old {
            answer.headers.push((DEPRECATED.0, DEPRECATED.1.to_owned()));
        }
        answer
    }

    fn project_changes(&self, workspace: &str, old: &Value) -> Result<Vec<(&'static str, Value)>, Refusal> {
        let data = self.data;
        let mut changes: Vec<(&'static str, Value)> = Vec::new();
        let mut put = |field, value: Option<Value>| value.into_iter().for_each(|v| changes.push((field, v)));
        put("name", input::name(data, "name")?.map(Value::from));
        if let Some((field, html)) =
            self.rich_change(Rich { kind: PROJECT, plain: "notes", html: "html_notes" })?
        {
            put(field, Some(html));
        }
        put("color", input::one_of_or_null(data, "color", input::COLOURS)?);
        put("icon", input::one_of_or_null(data, "icon", ICONS)?);
        let views = ["list", "board", "calendar", "timeline"];
        put("default_view", input::one_of(data, "default_view", &views)?.map(Value::from));
        let levels = ["admin", "editor", "commenter", "viewer"];
        put("default_access_level", input::one_of(data, "default_access_level", &levels)?.map(Value::from));
        for field in ["minimum_access_level_for_customization", "minimum_access_level_for_sharing"] {
            put(field, input::one_of(data, field, &["admin", "editor"])?.map(Value::from));
        }
        put("archived", input::flag(data, "archived")?.map(Value::from));
        let due = match input::day(data, "due_on")? {
            Some(day) => Some(day),
            None => input::day(data, "due_date")?,
        };
        let start = input::day(data, "start_on")?;
        let will_be_due = due.as_ref().unwrap_or(&old["due_on"]);
        if start.as_ref().is_some_and(|start| !start.is_null()) && will_be_due.is_null() {
            return Err(Refusal::invalid("start_on", "A project with a start date needs a due date"));
        }
        put("due_on", due);
        put("start_on", start);
        put("privacy_setting", self.privacy_change(workspace)?);
        if let Some(values) = data.raw("custom_fields") {
            let fields = if old.is_null() { Vec::new() } else { self.state.fields_of_project(old) };
            put("_values", Some(self.value_changes(workspace, &fields, old, values)?));
        }
        put(
            "owner",
            match data.raw("owner") {
                None => None,
                Some(Value::Null) => Some(Value::Null),
                Some(who) => Some(self.colleague(workspace, "owner", &input::gid_of("owner", who)?)?.into()),
            },
        );
        Ok(changes)
    }

    fn privacy_change(&self, workspace: &str) -> Result<Option<Value>, Refusal> {
        let words = ["public_to_workspace", "private_to_team", "private"];
        let setting = match input::one_of(self.data, "privacy_setting", &words)? {
            Some(setting) => setting,
            None => match input::flag(self.data, "public")? {
                Some(true) => "public_to_workspace".to_owned(),
                Some(false) => "private".to_owned(),
                None => return Ok(None),
            },
        };
        if setting != "public_to_workspace" {
            self.paid(workspace, "Private projects are not available for free users.")?;
        }
        // What was private to a team is today private, with the team as a member.
        Ok(Some(if setting == "private_to_team" { "private".into() } else { setting.into() }))
    }

    pub(super) fn delete_project(&mut self, id: &str) -> Outcome {
        self.state.project(self.caller, id, Level::Admin)?;
        self.tell(Happening::deleted(PROJECT, id));
        self.state.remove_project(id);
        Ok(Answer::empty())
    }

    /// Copies a project with its sections and the names of its tasks; the job is done at once.
    pub(super) fn duplicate_project(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["name", "team", "include", "schedule_dates"])?;
        let source = self.state.project(self.caller, id, Level::Viewer)?.clone();
        let workspace = text(&source, "workspace");
        self.full_member(workspace)?;
        let name = input::required_name(self.data, "name")?;
        let copy = self.state.new_project(&self.caller.user, workspace, &name);
        for section in ids(&source, "_sections") {
            let name = self.state.text_of(SECTION, &section, "name");
            let new = self.state.new_section(&copy, &name);
            for task in self.state.ids_in(SECTION, &section, "_tasks") {
                let name = self.state.text_of(TASK, &task, "name");
                let task = self.state.new_task(&self.caller.user, workspace, &name);
                self.state.enter_section(&task, &copy, &new, &super::state::Place::Bottom);
            }
        }
        let job = self.state.new_job(&self.caller.user, "duplicate_project", ("new_project", &copy));
        self.created(super::state::JOB, &job)
    }
}
