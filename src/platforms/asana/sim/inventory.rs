//! What can be listed and not written here: templates, portfolios, goals and jobs.

use serde_json::json;

use super::access::Level;
use super::call::{Call, Outcome};
use super::refusal::Refusal;
use super::state::{GOAL, JOB, PORTFOLIO, PROJECT, PROJECT_TEMPLATE, State, TASK_TEMPLATE, TEAM, ids};
use crate::sim::world::{Kind, text};

impl State {
    /// A template for projects of a team.
    pub(super) fn new_project_template(&mut self, by: &str, team: &str, name: &str) -> String {
        let id = self.new_gid();
        let template = json!({
            "id": id, "name": name, "team": team, "owner": by, "color": "light-green", "public": true,
            "description": "", "html_description": "<body></body>", "requested_dates": [], "requested_roles": [],
        });
        self.world.insert(PROJECT_TEMPLATE, &[team], template);
        id
    }

    /// A template for tasks of a project.
    pub(super) fn new_task_template(&mut self, by: &str, project: &str, name: &str) -> String {
        let id = self.new_gid();
        let template = json!({
            "id": id, "name": name, "project": project, "created_by": by, "created_at": self.date(),
            "template": {"name": name, "task_resource_subtype": "default_task", "description": ""},
        });
        self.world.insert(TASK_TEMPLATE, &[project], template);
        id
    }

    /// A portfolio with projects in it.
    pub(super) fn new_portfolio(
        &mut self,
        by: &str,
        workspace: &str,
        name: &str,
        projects: &[&str],
    ) -> String {
        let id = self.new_gid();
        let portfolio = json!({
            "id": id, "name": name, "workspace": workspace, "owner": by, "created_by": by, "color": "light-blue",
            "created_at": self.date(), "members": [by], "archived": false, "due_on": null, "start_on": null,
            "privacy_setting": "members_only", "public": false, "default_access_level": "viewer",
            "permalink_url": format!("https://app.asana.com/0/portfolio/{id}"), "_items": projects, "_fields": [],
        });
        self.world.insert(PORTFOLIO, &[workspace], portfolio);
        id
    }

    /// A goal of a workspace.
    pub(super) fn new_goal(&mut self, by: &str, workspace: &str, name: &str) -> String {
        let id = self.new_gid();
        let goal = json!({
            "id": id, "name": name, "workspace": workspace, "owner": by, "followers": [by], "team": null,
            "due_on": null, "start_on": null, "is_workspace_level": true, "liked": false, "likes": [],
            "num_likes": 0, "notes": "", "html_notes": "<body></body>", "status": "green", "metric": null,
        });
        self.world.insert(GOAL, &[workspace], goal);
        id
    }

    /// A job that is done.
    pub(super) fn new_job(&mut self, by: &str, subtype: &str, result: (&str, &str)) -> String {
        let id = self.new_gid();
        let mut job = json!({"id": id, "resource_subtype": subtype, "status": "succeeded", "_by": by});
        job[result.0] = result.1.into();
        self.world.insert(JOB, &[by], job);
        id
    }
}

impl Call<'_> {
    pub(super) fn get_team_project_templates(&mut self, team: &str) -> Outcome {
        self.state.team(self.caller, team)?;
        self.list(PROJECT_TEMPLATE, &self.state.world.ids_of(team, PROJECT_TEMPLATE))
    }

    pub(super) fn get_project_templates(&mut self) -> Outcome {
        if let Some(team) = self.query.text("team") {
            return self.get_team_project_templates(&team);
        }
        let workspace = self.query.text("workspace").ok_or_else(|| Refusal::missing("workspace"))?;
        let workspace = self.state.workspace(self.caller, &workspace)?;
        let teams = self.state.world.of(&workspace, TEAM);
        let seen = teams.filter(|team| self.state.sees_team(team, &self.caller.user));
        let templates: Vec<String> =
            seen.flat_map(|team| self.state.world.ids_of(text(team, "id"), PROJECT_TEMPLATE)).collect();
        self.list(PROJECT_TEMPLATE, &templates)
    }

    pub(super) fn get_project_template(&mut self, id: &str) -> Outcome {
        let team = text(self.state.known(PROJECT_TEMPLATE, id)?, "team").to_owned();
        self.state.team(self.caller, &team)?;
        self.one(PROJECT_TEMPLATE, id)
    }

    pub(super) fn get_task_templates(&mut self) -> Outcome {
        let project = self.query.text("project").ok_or_else(|| Refusal::missing("project"))?;
        self.state.project(self.caller, &project, Level::Viewer)?;
        self.list(TASK_TEMPLATE, &self.state.world.ids_of(&project, TASK_TEMPLATE))
    }

    pub(super) fn get_task_template(&mut self, id: &str) -> Outcome {
        let project = text(self.state.known(TASK_TEMPLATE, id)?, "project").to_owned();
        self.state.project(self.caller, &project, Level::Viewer)?;
        self.one(TASK_TEMPLATE, id)
    }

    /// The workspace in the query; portfolios and goals are for those that are paid for.
    fn paid_workspace(&self, what: &str) -> Result<String, Refusal> {
        let workspace = self.query.text("workspace").ok_or_else(|| Refusal::missing("workspace"))?;
        let workspace = self.state.workspace(self.caller, &workspace)?;
        self.paid(&workspace, &format!("{what} are not available for free users."))?;
        Ok(workspace)
    }

    /// Only one's own portfolios can be listed.
    pub(super) fn get_portfolios(&mut self) -> Outcome {
        let workspace = self.paid_workspace("Portfolios")?;
        let owner = self.query.text("owner").ok_or_else(|| Refusal::missing("owner"))?;
        if self.state.user(self.caller, "owner", &owner)? != self.caller.user {
            return Err(Refusal::invalid("owner", "You can only list portfolios that you own"));
        }
        let all = self.state.world.of(&workspace, PORTFOLIO);
        let own = all.filter(|portfolio| portfolio["owner"] == self.caller.user.as_str());
        let own: Vec<String> = own.map(|portfolio| text(portfolio, "id").to_owned()).collect();
        self.list(PORTFOLIO, &own)
    }

    fn seen_in_workspace(&self, kind: Kind, id: &str) -> Result<(), Refusal> {
        let workspace = text(self.state.known(kind, id)?, "workspace").to_owned();
        self.state.workspace(self.caller, &workspace).map(|_| ())
    }

    pub(super) fn get_portfolio(&mut self, id: &str) -> Outcome {
        self.seen_in_workspace(PORTFOLIO, id)?;
        self.one(PORTFOLIO, id)
    }

    pub(super) fn get_portfolio_items(&mut self, id: &str) -> Outcome {
        self.seen_in_workspace(PORTFOLIO, id)?;
        let mut items = ids(self.state.known(PORTFOLIO, id)?, "_items");
        items.retain(|project| self.state.sees_project(self.caller, project));
        self.list(PROJECT, &items)
    }

    pub(super) fn get_goals(&mut self) -> Outcome {
        let workspace = self.paid_workspace("Goals")?;
        self.list(GOAL, &self.state.world.ids_of(&workspace, GOAL))
    }

    pub(super) fn get_goal(&mut self, id: &str) -> Outcome {
        self.seen_in_workspace(GOAL, id)?;
        self.one(GOAL, id)
    }

    /// Only who started a job sees it.
    pub(super) fn get_job(&mut self, id: &str) -> Outcome {
        if text(self.state.known(JOB, id)?, "_by") != self.caller.user {
            return Err(Refusal::forbidden(JOB));
        }
        self.one(JOB, id)
    }
}
