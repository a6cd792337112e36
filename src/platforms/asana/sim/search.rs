//! The search for tasks: for workspaces that are paid for, without pages, and a little behind the times.

use serde_json::Value;

use super::access::Level;
use super::call::{Call, Outcome};
use super::refusal::Refusal;
use super::state::{ATTACHMENT, TASK, items};
use crate::base::clock::Timestamp;
use crate::sim::world::text;

/// Seconds until a change is found.
const LAG_SECONDS: i64 = 10;
/// Most tasks in an answer.
const MOST: usize = 100;
/// Tasks in an answer that asks for no number.
const USUAL: usize = 20;

impl Call<'_> {
    pub(super) fn search_tasks(&mut self, workspace: &str) -> Outcome {
        let workspace = self.state.workspace(self.caller, workspace)?;
        self.paid(&workspace, "Search is only available to premium users.")?;
        if self.query.text("offset").is_some() {
            return Err(Refusal::invalid("offset", "Search results cannot be paginated"));
        }
        let limit = self.limit()?.unwrap_or(USUAL).min(MOST);
        let filter = Filter::read(self)?;
        let newest = self.state.now.as_second() - LAG_SECONDS;
        let mut found: Vec<(String, String)> = Vec::new();
        let by = self.query.text("sort_by").unwrap_or_else(|| "modified_at".to_owned());
        if !["created_at", "modified_at", "completed_at", "due_date", "likes"].contains(&by.as_str()) {
            return Err(Refusal::invalid("sort_by", &format!("Cannot sort by this: {by}")));
        }
        for task in self.state.world.of(&workspace, TASK) {
            let indexed = moment(task, "modified_at").is_some_and(|at| at.as_second() <= newest);
            let seen = self.state.task_level(task, &self.caller.user) >= Level::Viewer;
            if indexed && seen && filter.fits(self, task) {
                found.push((text(task, &by).to_owned(), text(task, "id").to_owned()));
            }
        }
        found.sort();
        if self.query.text("sort_ascending").as_deref() != Some("true") {
            found.reverse();
        }
        let ids: Vec<String> = found.into_iter().map(|(_, id)| id).collect();
        self.cut_list(TASK, &ids, limit)
    }
}

fn moment(task: &Value, field: &str) -> Option<Timestamp> {
    text(task, field).parse().ok()
}

/// What is searched for.
struct Filter {
    words: Option<String>,
    projects: Option<Vec<String>>,
    /// Field, bound, and whether the bound is the first or the last moment.
    times: Vec<(&'static str, Timestamp, bool)>,
    flags: Vec<(&'static str, bool)>,
}

impl Filter {
    fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        let mut times = Vec::new();
        for field in ["created_at", "modified_at", "completed_at"] {
            for (end, is_first) in [("after", true), ("before", false)] {
                let name = format!("{field}.{end}");
                if let Some(text) = call.query.text(&name) {
                    let bound = text.parse().map_err(|_| Refusal::invalid(&name, "Not a valid date-time"))?;
                    times.push((field, bound, is_first));
                }
            }
        }
        let mut flags = Vec::new();
        for name in ["completed", "is_subtask", "has_attachment"] {
            match call.query.text(name).as_deref() {
                None => {}
                Some("true") => flags.push((name, true)),
                Some("false") => flags.push((name, false)),
                Some(other) => {
                    return Err(Refusal::invalid(name, &format!("Value is not a boolean: {other}")));
                }
            }
        }
        let projects = call.query.text("projects.any");
        Ok(Self {
            words: call.query.text("text").map(|words| words.to_lowercase()),
            projects: projects.map(|list| list.split(',').map(str::to_owned).collect()),
            times,
            flags,
        })
    }

    fn fits(&self, call: &Call<'_>, task: &Value) -> bool {
        let words = self.words.as_ref().is_none_or(|words| text(task, "name").to_lowercase().contains(words));
        let projects = self.projects.as_ref().is_none_or(|wanted| {
            items(task, "_memberships")
                .iter()
                .any(|m| wanted.iter().any(|project| m["project"] == project.as_str()))
        });
        let times = self.times.iter().all(|(field, bound, is_first)| {
            moment(task, field).is_some_and(|at| if *is_first { at > *bound } else { at < *bound })
        });
        let flag = |name: &str| match name {
            "completed" => task["completed"] == true,
            "is_subtask" => !task["parent"].is_null(),
            _ => call.state.world.count_of(text(task, "id"), ATTACHMENT) > 0,
        };
        words && projects && times && self.flags.iter().all(|(name, wanted)| flag(name) == *wanted)
    }
}
