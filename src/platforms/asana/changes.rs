//! What has changed since the last backup, by the events that Asana keeps for about a day.
//!
//! A project's version is the mark of its reading: what discovery sees of it, the moment before it was read, and the
//! sync token of then. No event since that token and the same sight mean that nothing has changed; the version then
//! stays as it is, whatever new token came with the answer, because an older one covers more.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Asana;
use super::asking::{Action, Question, named};
use super::connector::lock;
use super::json::{gid, is, list, rank, text};
use super::mark::Mark;
use crate::base::canon;
use crate::base::hash::Hash;
use crate::http::fault::ApiFault;
use crate::model::NativeId;

/// Events come in hundreds. With more of them than this many times hundred, everything is read anew.
const MOST_PAGES: usize = 20;
/// The status that comes with a new token in place of events.
const NEW_TOKEN: u16 = 412;
/// Requests in one batch.
const BATCH: usize = 10;

/// What events of a project have named since the last backup, by gid, with its type.
#[derive(Debug, Clone, Default)]
pub(super) struct Changed(pub(super) BTreeMap<String, String>);

impl Changed {
    /// What is a task, or may be one: some events do not tell a type.
    pub(super) fn tasks(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, kind)| may_be_task(kind)).map(|(gid, _)| gid.as_str())
    }
}

/// Whether what an event names with this type is a task, as far as it tells.
pub(super) fn may_be_task(kind: &str) -> bool {
    matches!(kind, "" | "task")
}

/// What the events of one project say.
#[derive(Debug)]
struct News {
    /// Everything that events named; nothing when Asana does not know that far back.
    named: Option<BTreeMap<String, String>>,
    /// The token for the next time.
    token: String,
}

/// The versions of all projects for which Asana tells of changes.
pub(super) async fn versions(asana: &Asana, projects: &[&Value]) -> Result<BTreeMap<String, String>, ApiFault> {
    let mut versions = BTreeMap::new();
    let oldest_new = oldest_new(asana, projects);
    let last_mark = |project: &Value| {
        // A task belongs to the oldest of its projects: one that has come in sight may take tasks from all younger ones.
        let may_have_lost = oldest_new.is_some_and(|new| rank(new) < rank(gid(project)));
        asana.last_mark(gid(project)).filter(|_| !may_have_lost)
    };
    // Before any token is given out and any page is asked for: what changes from now on is looked for next time.
    let now = asana.clock.now();
    for some in projects.chunks(BATCH) {
        let asked: Vec<(&Value, Option<Mark>)> =
            some.iter().map(|project| (*project, last_mark(project))).collect();
        for ((project, before), news) in asked.iter().zip(news(asana, &asked).await?) {
            let Some(news) = news else { continue };
            let seen = Hash::of(&canon::to_bytes(project)).short();
            let quiet = news.named.as_ref().is_some_and(BTreeMap::is_empty);
            if before.is_some() && news.named.is_none() {
                tracing::warn!(project = named(project), "Asana no longer knows what changed since the last backup; \
                    the project is read anew");
            }
            if let Some(named) = news.named.filter(|_| before.is_some()) {
                lock(&asana.changed).insert(gid(project).to_owned(), Changed(named));
            }
            let same = before.as_ref().filter(|before| quiet && before.seen == seen).cloned();
            let mark = same.unwrap_or_else(|| Mark::new(seen, now, news.token));
            versions.insert(gid(project).to_owned(), mark.to_string());
        }
    }
    Ok(versions)
}

/// The oldest project that the last backup does not have.
fn oldest_new<'a>(asana: &Asana, projects: &[&'a Value]) -> Option<&'a str> {
    let known = lock(&asana.versions);
    let gids = projects.iter().map(|project| gid(project));
    gids.filter(|gid| !known.contains_key(&NativeId::from(*gid))).min_by_key(|gid| rank(gid))
}

/// The news of up to ten projects; nothing for those whose events cannot be had.
async fn news(asana: &Asana, asked: &[(&Value, Option<Mark>)]) -> Result<Vec<Option<News>>, ApiFault> {
    let mut news: Vec<Option<News>> = asked
        .iter()
        .map(|(_, before)| {
            let token = before.as_ref().map(|before| before.token.clone()).unwrap_or_default();
            Some(News { named: Some(BTreeMap::new()), token })
        })
        .collect();
    let mut open: Vec<usize> = (0..asked.len()).collect();
    for _ in 0..MOST_PAGES {
        let actions: Vec<Action> = open
            .iter()
            .filter_map(|at| Some(action(asana, asked.get(*at)?.0, &news.get(*at)?.as_ref()?.token)))
            .collect();
        if actions.is_empty() {
            return Ok(news);
        }
        let Some(answers) = asana.batch(&actions).await? else {
            // Without batches the body of a refusal, and with it the token, is out of reach.
            return Ok(asked.iter().map(|_| None).collect());
        };
        let mut still = Vec::new();
        for (at, answer) in open.into_iter().zip(answers) {
            let Some(slot) = news.get_mut(at) else { continue };
            match answer {
                Ok(body) => {
                    if slot.as_mut().is_some_and(|news| news.take(&body)) {
                        still.push(at);
                    }
                }
                Err(fault) => {
                    tracing::info!(%fault, "no events; the project is read every time");
                    *slot = None;
                }
            }
        }
        open = still;
    }
    for at in open {
        if let Some(Some(news)) = news.get_mut(at) {
            news.named = None;
        }
    }
    Ok(news)
}

impl News {
    /// Takes an answer; says whether there is more.
    fn take(&mut self, body: &Value) -> bool {
        text(body, "sync").clone_into(&mut self.token);
        // Without a list of them nobody knows what happened.
        if !body.get("data").is_some_and(Value::is_array) {
            self.named = None;
            return false;
        }
        for event in list(body, "data") {
            // A change of a comment or a file is a change of the task that it hangs on.
            let about = ["resource", "parent"].into_iter().filter_map(|part| event.get(part));
            let named = about.map(|named| (gid(named).to_owned(), text(named, "resource_type").to_owned()));
            self.named.get_or_insert_default().extend(named.filter(|(gid, _)| !gid.is_empty()));
        }
        is(body, "has_more") && !self.token.is_empty()
    }
}

fn action(asana: &Asana, project: &Value, token: &str) -> Action {
    let mut question = Question::new(&["events"], "").with("resource", gid(project));
    if !token.is_empty() {
        question = question.with("sync", token);
    }
    Action::reading(asana, &question).also_good(NEW_TOKEN)
}

#[cfg(test)]
#[path = "changes_tests.rs"]
mod tests;
