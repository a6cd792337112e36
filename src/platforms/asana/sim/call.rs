//! One call: who asks for what, and which function answers it.

use serde_json::{Value, json};

use super::access::Caller;
use super::refusal::Refusal;
use super::selection::Selection;
use super::state::State;
use super::views::Shape;
use super::{events, scopes};
use crate::sim::request::{Params, Upload};
use crate::sim::world::Kind;

/// An answer, or why there is none.
pub(super) type Outcome = Result<Answer, Refusal>;

/// What is answered.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub(super) fn with(status: u16, body: Value) -> Self {
        Self { status, body, headers: Vec::new() }
    }

    /// What actions answer that have nothing to show.
    pub(super) fn empty() -> Self {
        Self::with(200, json!({"data": {}}))
    }
}

/// A call that may be answered: the credential is good.
pub(super) struct Call<'a> {
    pub(super) state: &'a mut State,
    pub(super) caller: &'a Caller,
    /// The path behind the version: `/tasks/12`.
    pub(super) path: &'a str,
    pub(super) query: &'a Params,
    /// The `data` of the body.
    pub(super) data: &'a Params,
    pub(super) file: Option<&'a Upload>,
}

impl Call<'_> {
    /// Answers.
    pub(super) fn answer(&mut self, method: &str) -> Outcome {
        let path = self.path;
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        scopes::check(self.caller, method, &parts)?;
        self.query.raw("opt_pretty");
        match method {
            "GET" => self.get(&parts),
            "POST" => self.post(&parts),
            "PUT" => self.put(&parts),
            "DELETE" => self.delete(&parts),
            _ => Err(Refusal::no_route()),
        }
    }

    fn get(&mut self, parts: &[&str]) -> Outcome {
        match *parts {
            ["workspaces"] => self.get_workspaces(),
            ["workspaces", id] => self.get_workspace(id),
            ["workspaces", id, "users"] => self.get_workspace_users(id),
            ["workspaces", id, "workspace_memberships"] => self.get_workspace_memberships(id),
            ["workspaces", id, "teams"] => self.get_workspace_teams(id),
            ["workspaces", id, "projects"] => self.get_workspace_projects(id),
            ["workspaces", id, "custom_fields"] => self.get_workspace_custom_fields(id),
            ["workspaces", id, "tags"] => self.get_workspace_tags(id),
            ["workspaces", id, "tasks", "search"] => self.search_tasks(id),
            ["workspaces", id, "events"] => self.get_workspace_events(id),
            ["workspace_memberships", id] => self.get_workspace_membership(id),
            ["users"] => self.get_users(),
            ["users", id] => self.get_user(id),
            ["users", id, "workspace_memberships"] => self.get_user_workspace_memberships(id),
            ["users", id, "teams"] => self.get_user_teams(id),
            ["users", id, "team_memberships"] => self.get_user_team_memberships(id),
            ["users", id, "user_task_list"] => self.get_user_task_list_of(id),
            ["user_task_lists", id] => self.get_user_task_list(id),
            ["user_task_lists", id, "tasks"] => self.get_user_task_list_tasks(id),
            ["teams", id] => self.get_team(id),
            ["teams", id, "users"] => self.get_team_users(id),
            ["teams", id, "team_memberships"] => self.get_team_memberships_of(id),
            ["teams", id, "projects"] => self.get_team_projects(id),
            ["teams", id, "custom_field_settings"] => self.get_team_settings(id),
            ["teams", id, "project_templates"] => self.get_team_project_templates(id),
            ["team_memberships"] => self.get_team_memberships(),
            ["team_memberships", id] => self.get_team_membership(id),
            ["projects"] => self.get_projects(),
            ["projects", id] => self.get_project(id),
            ["projects", id, "sections"] => self.get_sections(id),
            ["projects", id, "tasks"] => self.get_project_tasks(id),
            ["projects", id, "custom_field_settings"] => self.get_project_settings(id),
            ["projects", id, "task_counts"] => self.get_task_counts(id),
            ["memberships"] => self.get_memberships(),
            ["memberships", id] => self.get_membership(id),
            ["sections", id] => self.get_section(id),
            ["sections", id, "tasks"] => self.get_section_tasks(id),
            ["tasks"] => self.get_tasks(),
            ["tasks", id] => self.get_task(id),
            ["tasks", id, "subtasks"] => self.get_subtasks(id),
            ["tasks", id, "stories"] => self.get_stories(id),
            ["tasks", id, part @ ("projects" | "tags" | "dependencies" | "dependents")] => {
                self.get_task_part(id, part)
            }
            ["stories", id] => self.get_story(id),
            ["attachments"] => self.get_attachments(),
            ["attachments", id] => self.get_attachment(id),
            ["custom_fields", id] => self.get_custom_field(id),
            ["tags"] => self.get_tags(),
            ["tags", id] => self.get_tag(id),
            ["tags", id, "tasks"] => self.get_tag_tasks(id),
            ["status_updates"] => self.get_status_updates(),
            ["status_updates", id] => self.get_status_update(id),
            ["project_briefs", id] => self.get_project_brief(id),
            ["custom_types"] => self.get_custom_types(),
            ["custom_types", id] => self.get_custom_type(id),
            ["project_templates"] => self.get_project_templates(),
            ["project_templates", id] => self.get_project_template(id),
            ["task_templates"] => self.get_task_templates(),
            ["task_templates", id] => self.get_task_template(id),
            ["portfolios"] => self.get_portfolios(),
            ["portfolios", id] => self.get_portfolio(id),
            ["portfolios", id, "items"] => self.get_portfolio_items(id),
            ["goals"] => self.get_goals(),
            ["goals", id] => self.get_goal(id),
            ["jobs", id] => self.get_job(id),
            ["events"] => self.get_events(),
            _ => Err(Refusal::no_route()),
        }
    }

    fn post(&mut self, parts: &[&str]) -> Outcome {
        match *parts {
            ["batch"] => self.batch(),
            ["workspaces", id, "addUser"] => self.add_workspace_user(id),
            ["workspaces", id, "removeUser"] => self.remove_workspace_user(id),
            ["workspaces", id, "projects"] => self.post_project(Some(("workspace", id))),
            ["workspaces", id, "tags"] => self.post_tag(Some(id)),
            ["teams"] => self.post_team(),
            ["teams", id, "addUser"] => self.add_team_user(id),
            ["teams", id, "removeUser"] => self.remove_team_user(id),
            ["teams", id, "projects"] => self.post_project(Some(("team", id))),
            ["projects"] => self.post_project(None),
            ["projects", id, "duplicate"] => self.duplicate_project(id),
            ["projects", id, "sections"] => self.post_section(id),
            ["projects", id, "sections", "insert"] => self.insert_section(id),
            ["projects", id, "addMembers"] => self.add_members(id),
            ["projects", id, "removeMembers"] => self.remove_members(id),
            ["projects", id, "addFollowers"] => self.change_project_followers(id, true),
            ["projects", id, "removeFollowers"] => self.change_project_followers(id, false),
            ["projects", id, "addCustomFieldSetting"] => self.add_setting(id),
            ["projects", id, "removeCustomFieldSetting"] => self.remove_setting(id),
            ["projects", id, "project_briefs"] => self.post_project_brief(id),
            ["memberships"] => self.post_membership(),
            ["sections", id, "addTask"] => self.add_task_to_section(id),
            ["tasks"] => self.post_task(None),
            ["tasks", id, "subtasks"] => self.post_task(Some(id)),
            ["tasks", id, "setParent"] => self.set_parent(id),
            ["tasks", id, "addProject"] => self.add_project(id),
            ["tasks", id, "removeProject"] => self.remove_project(id),
            ["tasks", id, "addTag"] => self.change_tag(id, true),
            ["tasks", id, "removeTag"] => self.change_tag(id, false),
            ["tasks", id, "addFollowers"] => self.change_followers(id, true),
            ["tasks", id, "removeFollowers"] => self.change_followers(id, false),
            ["tasks", id, "addDependencies"] => self.change_dependencies(id, "dependencies", true),
            ["tasks", id, "removeDependencies"] => self.change_dependencies(id, "dependencies", false),
            ["tasks", id, "addDependents"] => self.change_dependencies(id, "dependents", true),
            ["tasks", id, "removeDependents"] => self.change_dependencies(id, "dependents", false),
            ["tasks", id, "stories"] => self.post_story(id),
            ["attachments"] => self.post_attachment(),
            ["custom_fields"] => self.post_custom_field(),
            ["custom_fields", id, "enum_options"] => self.post_enum_option(id),
            ["custom_fields", id, "enum_options", "insert"] => self.insert_enum_option(id),
            ["tags"] => self.post_tag(None),
            ["status_updates"] => self.post_status_update(),
            _ => Err(Refusal::no_route()),
        }
    }

    fn put(&mut self, parts: &[&str]) -> Outcome {
        match *parts {
            ["teams", id] => self.put_team(id),
            ["projects", id] => self.put_project(id),
            ["memberships", id] => self.put_membership(id),
            ["sections", id] => self.put_section(id),
            ["tasks", id] => self.put_task(id),
            ["stories", id] => self.put_story(id),
            ["custom_fields", id] => self.put_custom_field(id),
            ["enum_options", id] => self.put_enum_option(id),
            ["tags", id] => self.put_tag(id),
            ["project_briefs", id] => self.put_project_brief(id),
            _ => Err(Refusal::no_route()),
        }
    }

    fn delete(&mut self, parts: &[&str]) -> Outcome {
        match *parts {
            ["projects", id] => self.delete_project(id),
            ["memberships", id] => self.delete_membership(id),
            ["sections", id] => self.delete_section(id),
            ["tasks", id] => self.delete_task(id),
            ["stories", id] => self.delete_story(id),
            ["attachments", id] => self.delete_attachment(id),
            ["custom_fields", id] => self.delete_custom_field(id),
            ["tags", id] => self.delete_tag(id),
            ["status_updates", id] => self.delete_status_update(id),
            ["project_briefs", id] => self.delete_project_brief(id),
            _ => Err(Refusal::no_route()),
        }
    }

    /// What `opt_fields` asks of records of this kind; nothing when it is absent.
    pub(super) fn selection(&mut self, kind: Kind) -> Option<Selection> {
        let selection = Selection::parse(&self.query.text("opt_fields")?);
        for path in selection.unknown(kind) {
            *self.state.unknown_fields.entry(path).or_default() += 1;
        }
        (!selection.is_empty()).then_some(selection)
    }

    /// One record, whole unless `opt_fields` asks for something else.
    #[expect(clippy::unnecessary_wraps, reason = "calls end with it, and calls can be refused")]
    pub(super) fn one(&mut self, kind: Kind, id: &str) -> Outcome {
        let selection = self.selection(kind);
        let shape = selection.as_ref().map_or(Shape::Full, Shape::Named);
        Ok(Answer::with(200, json!({"data": self.state.view(self.caller, kind, id, shape)})))
    }

    /// A record that is new.
    pub(super) fn created(&mut self, kind: Kind, id: &str) -> Outcome {
        let mut answer = self.one(kind, id)?;
        answer.status = 201;
        let collection = if kind == "story" { "stories".to_owned() } else { format!("{kind}s") };
        answer.headers.push(("location", format!("{}/api/1.0/{collection}/{id}", self.state.origin)));
        Ok(answer)
    }

    /// Writes down that something was done, as the caller, for the streams of events that hear of it.
    pub(super) fn tell(&mut self, happening: events::Happening) {
        let user = self.caller.user.clone();
        self.state.tell(&user, happening);
    }
}
