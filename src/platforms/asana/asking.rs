//! Questions to Asana: one record, a whole list however many pages it has, and many lists in few requests.

use std::collections::HashSet;
use std::sync::atomic::Ordering::Relaxed;

use serde_json::{Map, Value, json};
use tokio::sync::SemaphorePermit;

use super::Asana;
use super::api::fault_within;
use super::json::{data, gid, object, text};
use super::local;
use crate::base::canon;
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::shape;
use crate::http::types::{Body, Intent, Method, Request};

/// The most entries in one page.
pub(super) const PAGE: usize = 100;
/// The most questions in one batch.
const BATCH: usize = 10;
/// How often a list is asked for from its beginning because its place was forgotten.
const RESTARTS: u32 = 3;
/// Questions that may be under way at once; Asana lets one token have 50.
pub(super) const AT_ONCE: usize = 40;

/// What is asked: a path below the API's address, its parameters and the fields wanted.
#[derive(Debug, Clone)]
pub(super) struct Question {
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    fields: &'static str,
}

impl Question {
    /// A question for these fields.
    pub(super) fn new(path: &[&str], fields: &'static str) -> Self {
        Self { path: path.iter().map(|segment| (*segment).to_owned()).collect(), query: Vec::new(), fields }
    }

    /// The same question with one more parameter.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.to_owned()));
        self
    }

    fn path(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }
}

/// One page of a list.
struct Page {
    entries: Vec<Value>,
    next: Option<String>,
}

impl Page {
    fn of(answer: Value) -> Result<Self, ApiFault> {
        let next = answer.pointer("/next_page/offset").and_then(Value::as_str).map(ToOwned::to_owned);
        Ok(Self { entries: shape::entries(data(answer))?, next })
    }
}

/// What came of one question among several.
pub(super) type Answered = Result<Vec<Value>, ApiFault>;

impl Asana {
    /// One record.
    pub(super) async fn one(&self, question: &Question) -> Result<Value, ApiFault> {
        let _permit = self.permits(1).await?;
        let query = query(question, None);
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Ok(data(self.client.get(&question.path(), &query).await?))
    }

    /// All entries of a list. Only an answer without a next page ends it.
    pub(super) async fn list(&self, question: &Question) -> Answered {
        self.rest(question, Vec::new(), None).await
    }

    /// The entries of a list as far as Asana gives it, and the fault with which it cuts off what comes after them.
    pub(super) async fn beginning(&self, question: &Question) -> Result<(Vec<Value>, Option<ApiFault>), ApiFault> {
        let mut entries = Vec::new();
        match self.take_pages(question, &mut entries, None).await {
            Err(cut) if cut.class == FaultClass::TooLarge => Ok((once(entries), Some(cut))),
            taken => taken.map(|()| (once(entries), None)),
        }
    }

    /// The entries of a list after those of its first pages.
    async fn rest(&self, question: &Question, mut all: Vec<Value>, offset: Option<String>) -> Answered {
        self.take_pages(question, &mut all, offset).await?;
        Ok(once(all))
    }

    /// Adds the entries of all pages from this place on.
    async fn take_pages(
        &self,
        question: &Question,
        all: &mut Vec<Value>,
        mut offset: Option<String>,
    ) -> Result<(), ApiFault> {
        let mut restarts = 0;
        let mut led_to: HashSet<String> = offset.iter().cloned().collect();
        loop {
            match self.page(question, offset.as_deref()).await {
                Ok(page) => {
                    all.extend(page.entries);
                    match page.next {
                        None => return Ok(()),
                        Some(next) if !led_to.insert(next.clone()) => {
                            let call = question.path.join("/");
                            let message = "a page leads back to one that was read before";
                            return Err(ApiFault::new(FaultClass::Protocol, call, message));
                        }
                        Some(next) => offset = Some(next),
                    }
                }
                // The place in the list was forgotten: nothing but its beginning is left to ask for.
                Err(fault) if is_forgotten(&fault) && offset.is_some() && restarts < RESTARTS => {
                    restarts += 1;
                    all.clear();
                    led_to.clear();
                    offset = None;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    async fn page(&self, question: &Question, offset: Option<&str>) -> Result<Page, ApiFault> {
        let _permit = self.permits(1).await?;
        let mut query = query(question, Some(PAGE));
        query.extend(offset.map(|offset| ("offset", offset.to_owned())));
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Page::of(self.client.get_divisible(&question.path(), &query).await?)
    }

    /// All entries of several lists, each with its own outcome, in the order of the questions. Fails as a whole
    /// only with what would fail every further question as well.
    pub(super) async fn lists(&self, questions: &[Question]) -> Result<Vec<Answered>, ApiFault> {
        let mut answers = Vec::with_capacity(questions.len());
        for some in questions.chunks(BATCH) {
            let first: Vec<Action> = some.iter().map(|question| Action::page(self, question)).collect();
            let pages = if some.len() > 1 { self.batch(&first).await? } else { None };
            let Some(pages) = pages else {
                for question in some {
                    let first = self.list(question).await;
                    answers.push(survivable(self.believed(question, first).await)?);
                }
                continue;
            };
            for (question, page) in some.iter().zip(pages) {
                let first = match page {
                    Ok(answer) => match Page::of(answer) {
                        Ok(Page { entries, next: None }) => Ok(once(entries)),
                        Ok(Page { entries, next }) => self.rest(question, entries, next).await,
                        Err(fault) => Err(fault),
                    },
                    // Asked on its own, it is repeated as often as patience allows.
                    Err(fault) if is_passing(&fault) => self.list(question).await,
                    Err(fault) => Err(fault),
                };
                answers.push(survivable(self.believed(question, first).await)?);
            }
        }
        Ok(answers)
    }

    /// A first answer, or a second one where the first says that it is gone.
    async fn believed(&self, question: &Question, first: Answered) -> Answered {
        match first {
            Err(fault) if is_gone(&fault) => self.list(question).await,
            answer => answer,
        }
    }

    /// Several records, each with its own outcome, in the order of the questions. What is said to be gone is asked for
    /// a second time.
    pub(super) async fn ones(&self, questions: &[Question]) -> Result<Vec<Result<Value, ApiFault>>, ApiFault> {
        let first = self.ones_as_told(questions).await?;
        let gone = first.iter().zip(questions).filter(|(answer, _)| answer.as_ref().is_err_and(is_gone));
        let again: Vec<Question> = gone.map(|(_, question)| question.clone()).collect();
        let mut again = self.ones_as_told(&again).await?.into_iter();
        let believed = |answer| match answer {
            Err(fault) if is_gone(&fault) => again.next().unwrap_or(Err(fault)),
            answer => answer,
        };
        Ok(first.into_iter().map(believed).collect())
    }

    async fn ones_as_told(&self, questions: &[Question]) -> Result<Vec<Result<Value, ApiFault>>, ApiFault> {
        let mut answers = Vec::with_capacity(questions.len());
        for some in questions.chunks(BATCH) {
            let actions: Vec<Action> = some.iter().map(|question| Action::reading(self, question)).collect();
            let batch = if some.len() > 1 { self.batch(&actions).await? } else { None };
            let mut batch = batch.into_iter().flatten();
            for question in some {
                let answer = match batch.next() {
                    Some(Err(fault)) if is_passing(&fault) => self.one(question).await,
                    Some(answer) => answer.map(data),
                    None => self.one(question).await,
                };
                let answer = answer.and_then(|answer| shape::thing(answer, "gid"));
                match answer {
                    Err(fault) if ends_everything(&fault) || is_passing(&fault) => return Err(fault),
                    answer => answers.push(answer),
                }
            }
        }
        Ok(answers)
    }

    /// Carries out up to ten readings in one request; nothing when batches do not work with this token.
    ///
    /// Each counts on all limits, so the gain is the number of round trips.
    pub(super) async fn batch(
        &self,
        actions: &[Action],
    ) -> Result<Option<Vec<Result<Value, ApiFault>>>, ApiFault> {
        if self.no_batch.load(Relaxed) {
            return Ok(None);
        }
        let _permits = self.permits(actions.len()).await?;
        let body: Vec<&Value> = actions.iter().map(|action| &action.body).collect();
        let body = canon::to_bytes(&json!({"data": {"actions": body}}));
        let request = Request::new(Method::Post, self.client.url(&["batch"], &[]), Intent::Read);
        let request = Request { cost: actions.len(), ..request.with_body(Body::Json(body.into())) };
        let answers = match self.client.json(&request).await.map(data) {
            Ok(Value::Array(answers)) if answers.len() == actions.len() => answers,
            Err(fault) if ends_everything(&fault) || is_passing(&fault) => return Err(fault),
            Ok(_) | Err(_) => {
                tracing::info!("batches do not work here; asking one by one");
                self.no_batch.store(true, Relaxed);
                return Ok(None);
            }
        };
        let outcome = |(answer, action): (Value, &Action)| {
            let mut answer = object(answer);
            let status = answer.get("status_code").and_then(Value::as_u64);
            let status = status.and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
            let body = match answer.remove("body") {
                Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or_default(),
                Some(body) => body,
                None => Value::Null,
            };
            let good = (200..300).contains(&status) || action.also_good == Some(status);
            if good { Ok(body) } else { Err(fault_within(&request, &action.name, status, &body)) }
        };
        Ok(Some(answers.into_iter().zip(actions).map(outcome).collect()))
    }

    /// Waits until so many further questions may be under way.
    async fn permits(&self, count: usize) -> Result<SemaphorePermit<'_>, ApiFault> {
        let count = u32::try_from(count.min(AT_ONCE)).unwrap_or(1);
        self.gate.acquire_many(count).await.map_err(|_| local("waiting", "the connection is closed"))
    }
}

/// One reading within a batch.
#[derive(Debug)]
pub(super) struct Action {
    name: String,
    body: Value,
    also_good: Option<u16>,
}

impl Action {
    /// The first page of a list.
    fn page(asana: &Asana, question: &Question) -> Self {
        let mut action = Self::reading(asana, question);
        if let Some(Value::Object(options)) = action.body.get_mut("options") {
            options.insert("limit".to_owned(), json!(PAGE));
        }
        action
    }

    /// Some reading.
    pub(super) fn reading(asana: &Asana, question: &Question) -> Self {
        let url = asana.client.url(&question.path(), &[]);
        let path = url.path().strip_prefix(asana.client.base().path().trim_end_matches('/'));
        let path = path.unwrap_or_else(|| url.path()).to_owned();
        // A batch takes parameters and what is wanted of the answer apart from the path, and from each other.
        let data: Map<String, Value> =
            question.query.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let fields: Vec<&str> = question.fields.split(',').filter(|field| !field.is_empty()).collect();
        let mut options = Map::new();
        if !fields.is_empty() {
            options.insert("fields".to_owned(), json!(fields));
        }
        let body = json!({"method": "get", "relative_path": path, "data": data, "options": options});
        Self { name: format!("GET {path}"), body, also_good: None }
    }

    /// The same, where one more status is a good answer.
    #[must_use]
    pub(super) fn also_good(self, status: u16) -> Self {
        Self { also_good: Some(status), ..self }
    }
}

fn query(question: &Question, limit: Option<usize>) -> Vec<(&'static str, String)> {
    let mut query = question.query.clone();
    query.extend(limit.map(|limit| ("limit", limit.to_string())));
    if !question.fields.is_empty() {
        query.push(("opt_fields", question.fields.to_owned()));
    }
    query
}

/// Each entry once. A list that shifts while its pages are read shows some of them again, and they would stand twice in
/// the order of what they are in.
fn once(mut entries: Vec<Value>) -> Vec<Value> {
    let mut seen = HashSet::new();
    entries.retain(|entry| gid(entry).is_empty() || seen.insert(gid(entry).to_owned()));
    entries
}

/// Whether the token for the next page is no longer known.
fn is_forgotten(fault: &ApiFault) -> bool {
    fault.status == Some(400) && fault.message.to_ascii_lowercase().contains("offset")
}

/// Whether the same question may get a better answer later.
fn is_passing(fault: &ApiFault) -> bool {
    matches!(fault.class, FaultClass::RateLimited | FaultClass::Server | FaultClass::Network)
}

/// Whether it is said to be gone. A backup that believed it would leave out what is there, and proxies say it too.
fn is_gone(fault: &ApiFault) -> bool {
    fault.class == FaultClass::NotFound
}

/// Whether no further question makes sense.
fn ends_everything(fault: &ApiFault) -> bool {
    matches!(fault.class, FaultClass::Unauthorised | FaultClass::Stopped | FaultClass::Local)
}

/// One list's own outcome, or the end of all.
fn survivable(answer: Answered) -> Result<Answered, ApiFault> {
    match answer {
        Err(fault) if ends_everything(&fault) || is_passing(&fault) => Err(fault),
        answer => Ok(answer),
    }
}

/// The name of a record in messages.
pub(super) fn named(record: &Value) -> &str {
    text(record, "name")
}

#[cfg(test)]
#[path = "asking_tests.rs"]
mod tests;
