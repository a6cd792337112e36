//! What is said about a project as a whole: status updates and the brief.

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, Outcome};
use super::events::Happening;
use super::input;
use super::refusal::Refusal;
use super::state::{PROJECT, PROJECT_BRIEF, STATUS_UPDATE, State};
use super::text_fields::Rich;
use crate::base::clock::Timestamp;
use crate::sim::world::text;

const STATUS_TYPES: &[&str] =
    &["on_track", "at_risk", "off_track", "on_hold", "complete", "achieved", "partial", "missed", "dropped"];

impl State {
    /// A status update of a project. One that says `complete` completes the project.
    pub(super) fn new_status(
        &mut self,
        by: &str,
        project: &str,
        title: &str,
        html: &str,
        status: &str,
    ) -> String {
        let id = self.new_gid();
        let update = json!({
            "id": id, "resource_subtype": "project_status_update", "title": title, "html_text": html,
            "status_type": status, "author": by, "created_by": by, "created_at": self.date(),
            "modified_at": self.date(), "parent": project, "_likes": [], "reaction_summary": [],
        });
        self.world.insert(STATUS_UPDATE, &[project], update);
        let complete = status == "complete";
        let (at, by) = if complete { (self.date().into(), by.into()) } else { (Value::Null, Value::Null) };
        for (field, value) in [("completed", complete.into()), ("completed_at", at), ("completed_by", by)] {
            self.set(PROJECT, project, field, value);
        }
        id
    }

    /// The brief of a project.
    pub(super) fn new_brief(&mut self, project: &str, title: &str, html: &str) -> String {
        let id = self.new_gid();
        let brief = json!({"id": id, "title": title, "html_text": html, "project": project});
        self.world.insert(PROJECT_BRIEF, &[project], brief);
        id
    }
}

impl Call<'_> {
    pub(super) fn get_status_updates(&mut self) -> Outcome {
        let project = self.query.text("parent").ok_or_else(|| Refusal::missing("parent"))?;
        self.state.project(self.caller, &project, Level::Viewer)?;
        let since = input::since(self.query, "created_since")?;
        let made = |update: &Value| text(update, "created_at").parse::<Timestamp>().ok();
        let updates = self.state.world.of(&project, STATUS_UPDATE);
        // The newest comes first.
        let shown = updates.rev().filter(|u| since.is_none_or(|since| made(u).is_some_and(|at| at >= since)));
        let shown: Vec<String> = shown.map(|update| text(update, "id").to_owned()).collect();
        self.list(STATUS_UPDATE, &shown)
    }

    /// The project to which a status update or brief in the path belongs.
    fn project_of(&self, kind: &'static str, field: &str, id: &str, least: Level) -> Result<String, Refusal> {
        let project = text(self.state.known(kind, id)?, field).to_owned();
        self.state.project(self.caller, &project, least)?;
        Ok(project)
    }

    pub(super) fn get_status_update(&mut self, id: &str) -> Outcome {
        self.project_of(STATUS_UPDATE, "parent", id, Level::Viewer)?;
        self.one(STATUS_UPDATE, id)
    }

    pub(super) fn post_status_update(&mut self) -> Outcome {
        input::only(self.data, &["parent", "title", "text", "html_text", "status_type"])?;
        let project = input::required_gid(self.data, "parent")?;
        if self.state.world.get(PROJECT, &project).is_none() {
            return Err(Refusal::unknown_in_body("parent", &project));
        }
        self.state.project(self.caller, &project, Level::Editor)?;
        let written = self.rich_change(Rich { kind: STATUS_UPDATE, plain: "text", html: "html_text" })?;
        let html = written.ok_or_else(|| Refusal::missing("text"))?.1;
        let title = input::name(self.data, "title")?.unwrap_or_default();
        let status = input::one_of(self.data, "status_type", STATUS_TYPES)?;
        let status = status.ok_or_else(|| Refusal::missing("status_type"))?;
        let html = html.as_str().unwrap_or_default();
        let id = self.state.new_status(&self.caller.user, &project, &title, html, &status);
        let streams = vec![project.clone()];
        self.tell(Happening::added(STATUS_UPDATE, &id, (PROJECT, &project)).heard_by(streams));
        self.created(STATUS_UPDATE, &id)
    }

    pub(super) fn delete_status_update(&mut self, id: &str) -> Outcome {
        let project = self.project_of(STATUS_UPDATE, "parent", id, Level::Editor)?;
        self.tell(Happening::deleted(STATUS_UPDATE, id).heard_by(vec![project]));
        self.state.world.remove(STATUS_UPDATE, id);
        Ok(Answer::empty())
    }

    /// Refuses briefs in workspaces that are not paid for.
    fn with_briefs(&self, project: &str) -> Result<(), Refusal> {
        let workspace = self.state.text_of(PROJECT, project, "workspace");
        self.paid(&workspace, "Project briefs are not available for free users.")
    }

    pub(super) fn get_project_brief(&mut self, id: &str) -> Outcome {
        let project = self.project_of(PROJECT_BRIEF, "project", id, Level::Viewer)?;
        self.with_briefs(&project)?;
        self.one(PROJECT_BRIEF, id)
    }

    pub(super) fn post_project_brief(&mut self, project: &str) -> Outcome {
        input::only(self.data, &["title", "text", "html_text"])?;
        self.state.project(self.caller, project, Level::Editor)?;
        self.with_briefs(project)?;
        if self.state.world.count_of(project, PROJECT_BRIEF) > 0 {
            return Err(Refusal::wrong("The project already has a brief"));
        }
        let title = input::name(self.data, "title")?.unwrap_or_default();
        let written = self.rich_change(Rich { kind: PROJECT_BRIEF, plain: "text", html: "html_text" })?;
        let html = written.map_or_else(|| "<body></body>".into(), |(_, html)| html);
        let id = self.state.new_brief(project, &title, html.as_str().unwrap_or_default());
        self.tell(
            Happening::added(PROJECT_BRIEF, &id, (PROJECT, project)).heard_by(vec![project.to_owned()]),
        );
        self.created(PROJECT_BRIEF, &id)
    }

    pub(super) fn put_project_brief(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["title", "text", "html_text"])?;
        let project = self.project_of(PROJECT_BRIEF, "project", id, Level::Editor)?;
        self.with_briefs(&project)?;
        if let Some(title) = input::name(self.data, "title")? {
            self.state.set(PROJECT_BRIEF, id, "title", title);
        }
        let rich = Rich { kind: PROJECT_BRIEF, plain: "text", html: "html_text" };
        if let Some((field, html)) = self.rich_change(rich)? {
            self.state.set(PROJECT_BRIEF, id, field, html);
        }
        self.tell(Happening::changed(PROJECT_BRIEF, id, "text").heard_by(vec![project]));
        self.one(PROJECT_BRIEF, id)
    }

    pub(super) fn delete_project_brief(&mut self, id: &str) -> Outcome {
        let project = self.project_of(PROJECT_BRIEF, "project", id, Level::Editor)?;
        self.tell(Happening::deleted(PROJECT_BRIEF, id).heard_by(vec![project]));
        self.state.remove_attachments(id);
        self.state.world.remove(PROJECT_BRIEF, id);
        Ok(Answer::empty())
    }
}
