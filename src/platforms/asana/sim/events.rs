//! What happened, in streams per project and task that are read with sync tokens.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, Outcome};
use super::refusal::Refusal;
use super::state::{PROJECT, State, TASK, USER, WORKSPACE, items, reference};
use crate::base::clock::Timestamp;
use crate::sim::world::{Kind, text};

/// Seconds for which a token is good.
const TOKEN_SECONDS: i64 = 24 * 60 * 60;

/// Everything that happened, and the tokens that were given out.
#[derive(Debug, Default)]
pub(super) struct Events {
    all: Vec<Event>,
    tokens: BTreeMap<String, Token>,
    seen: usize,
}

#[derive(Debug)]
struct Event {
    /// What streams show it: projects and tasks.
    heard_by: Vec<String>,
    shown: Value,
}

#[derive(Debug)]
struct Token {
    resource: String,
    next: usize,
    issued: Timestamp,
}

/// Something that was done to a record.
#[derive(Debug)]
pub(super) struct Happening {
    kind: Kind,
    id: String,
    action: &'static str,
    parent: Option<(Kind, String)>,
    change: Option<Value>,
    heard_by: Vec<String>,
}

impl Happening {
    /// A field of a record has another value.
    pub(super) fn changed(kind: Kind, id: &str, field: &str) -> Self {
        let change = json!({"field": field, "action": "changed"});
        Self { change: Some(change), ..Self::plain(kind, id, "changed") }
    }

    /// A list in a record got another entry (`added`) or lost one (`removed`).
    pub(super) fn entry(kind: Kind, id: &str, field: &str, action: &str, entry: (Kind, &str)) -> Self {
        let value = format!("{action}_value");
        let mut change = json!({"field": field, "action": action});
        change[value.as_str()] = json!({"gid": entry.1, "resource_type": entry.0});
        Self { change: Some(change), ..Self::plain(kind, id, "changed") }
    }

    /// A record came into another one.
    pub(super) fn added(kind: Kind, id: &str, parent: (Kind, &str)) -> Self {
        Self { parent: Some((parent.0, parent.1.to_owned())), ..Self::plain(kind, id, "added") }
    }

    /// A record left another one.
    pub(super) fn removed(kind: Kind, id: &str, parent: (Kind, &str)) -> Self {
        Self { parent: Some((parent.0, parent.1.to_owned())), ..Self::plain(kind, id, "removed") }
    }

    /// A record is gone.
    pub(super) fn deleted(kind: Kind, id: &str) -> Self {
        Self::plain(kind, id, "deleted")
    }

    /// These streams hear of it as well.
    pub(super) fn heard_by(mut self, streams: Vec<String>) -> Self {
        self.heard_by.extend(streams);
        self
    }

    fn plain(kind: Kind, id: &str, action: &'static str) -> Self {
        Self { kind, id: id.to_owned(), action, parent: None, change: None, heard_by: Vec::new() }
    }
}

impl State {
    /// The streams in which a task is heard: its own, those of the tasks above it and of all their projects.
    pub(super) fn streams_of(&self, task: &str) -> Vec<String> {
        let mut streams = Vec::new();
        let mut next = Some(task.to_owned());
        while let Some(task) = next.as_deref().and_then(|id| self.world.get(TASK, id)) {
            streams.push(text(task, "id").to_owned());
            streams.extend(items(task, "_memberships").iter().map(|m| text(m, "project").to_owned()));
            next = task["parent"].as_str().map(str::to_owned);
        }
        streams
    }

    /// Writes an event down, unless history is off or this is one that gets lost.
    pub(super) fn tell(&mut self, user: &str, happening: Happening) {
        if !self.history {
            return;
        }
        self.events.seen += 1;
        if self.rules.loses_every.is_some_and(|every| self.events.seen.is_multiple_of(every)) {
            return;
        }
        let Happening { kind, id, action, parent, change, mut heard_by } = happening;
        if kind == TASK {
            heard_by.extend(self.streams_of(&id));
        }
        heard_by.push(id.clone());
        let about = |kind: Kind, id: &str| {
            let mut about = json!({"gid": id, "resource_type": kind, "name": ""});
            for field in ["name", "resource_subtype"] {
                if let Some(value) = self.world.get(kind, id).and_then(|entity| entity.get(field)) {
                    about[field] = value.clone();
                }
            }
            about
        };
        let mut shown = json!({
            "user": reference(USER, user), "type": kind, "action": action, "created_at": self.date(),
            "resource": about(kind, &id), "parent": parent.map(|(kind, id)| about(kind, &id)),
        });
        if let Some(change) = change {
            shown["change"] = change;
        }
        self.events.all.push(Event { heard_by, shown });
    }

    /// A token for everything that happens to a resource from event `next` on.
    fn new_token(&mut self, resource: &str, next: usize) -> String {
        let token = self.derived("sync", &self.events.tokens.len().to_string(), 32);
        let issued = self.now;
        self.events.tokens.insert(token.clone(), Token { resource: resource.to_owned(), next, issued });
        token
    }
}

impl Call<'_> {
    pub(super) fn get_events(&mut self) -> Outcome {
        let resource = self.query.text("resource").ok_or_else(|| Refusal::missing("resource"))?;
        let (caller, state) = (self.caller, &mut *self.state);
        if state.world.get(PROJECT, &resource).is_some() {
            state.project(caller, &resource, Level::Viewer)?;
        } else {
            state.task(caller, &resource, Level::Viewer)?;
        }
        let now = state.now;
        let token = self.query.text("sync");
        self.query.raw("opt_fields");
        let good = token.as_ref().and_then(|token| state.events.tokens.get(token)).filter(|token| {
            token.resource == resource && now.as_second() - token.issued.as_second() < TOKEN_SECONDS
        });
        let Some(from) = good.map(|token| token.next) else {
            let next = state.events.all.len();
            return Err(Refusal::no_sync(state.new_token(&resource, next)));
        };
        let heard = |(_, event): &(usize, &Event)| event.heard_by.contains(&resource);
        let mut found = state.events.all.iter().enumerate().skip(from).filter(heard);
        let page: Vec<(usize, &Event)> = found.by_ref().take(state.rules.longest_page).collect();
        let has_more = found.next().is_some();
        let next = match page.last() {
            Some((last, _)) if has_more => last + 1,
            _ => state.events.all.len(),
        };
        let data: Vec<Value> = page.iter().map(|(_, event)| state.shown_event(&event.shown)).collect();
        let sync = state.new_token(&resource, next);
        Ok(Answer::with(200, json!({"data": data, "sync": sync, "has_more": has_more})))
    }

    /// Only service accounts hear of a whole workspace, and a sandbox has none.
    pub(super) fn get_workspace_events(&mut self, workspace: &str) -> Outcome {
        self.state.workspace(self.caller, workspace)?;
        Err(Refusal::forbidden(WORKSPACE))
    }
}

impl State {
    fn shown_event(&self, event: &Value) -> Value {
        let mut shown = event.clone();
        let user = text(&event["user"], "gid");
        let name = self.text_of(USER, user, "name");
        shown["user"] = json!({"gid": user, "resource_type": USER, "name": name});
        shown
    }
}
