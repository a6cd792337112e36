//! Makes a service of an imitation: faults, request log, control paths.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use super::faults::{Fault, FaultKind, FaultScript};
use super::log::{LogLine, RequestLog};
use super::reply::Reply;
use super::request::Request;
use super::rooms::{Room, Rooms};
use super::spoiling::{self, Memory};
use crate::base::clock::Clock;

/// No request may be longer: the largest upload that any platform takes.
const MAX_BODY: usize = 300 << 20;

/// An imitation of a platform.
pub trait Imitation: Send + 'static {
    /// Answers a request.
    fn answer(&mut self, request: &Request) -> Reply;

    /// The platform's answer to too many requests.
    fn too_many_requests(&self) -> Reply;

    /// Where a request has to find room while it is worked on. A request that finds none gets
    /// [`crowded`](Self::crowded).
    fn rooms(&self, _request: &Request) -> Vec<Room> {
        Vec::new()
    }

    /// The platform's answer to a request for which there is no room beside those that are being worked on.
    fn crowded(&self) -> Reply {
        self.too_many_requests()
    }

    /// The whole world, for comparing worlds.
    fn state(&self) -> Value;

    /// Lets the people in the world do something; gives sentences that tell what they did, or one that tells
    /// why they could not.
    fn people(&mut self, order: &PeopleOrder) -> Result<Vec<String>, String>;

    /// The path as it may be logged.
    fn loggable_path(&self, path: &str) -> String;

    /// The platform's answer to a request whose body cannot be read; `sentence` says why.
    fn unreadable(&self, sentence: &str) -> Reply {
        Reply::text(400, sentence)
    }
}

/// What the people in a world shall do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleOrder {
    /// `days-work`, `disaster` or `random-damage`.
    #[serde(rename = "do")]
    pub what: String,
    /// The same order with the same seed on the same world does the same.
    #[serde(default)]
    pub seed: u64,
    /// How many changes; only for `random-damage`.
    #[serde(default)]
    pub count: usize,
}

struct Engine<I> {
    rooms: Rooms,
    imitation: Mutex<I>,
    faults: Mutex<FaultScript>,
    memory: Mutex<Memory>,
    log: Mutex<RequestLog>,
    clock: Arc<dyn Clock>,
}

/// The service of an imitation.
pub fn router<I: Imitation>(imitation: I, clock: Arc<dyn Clock>) -> Router {
    let engine = Arc::new(Engine {
        rooms: Rooms::default(),
        imitation: Mutex::new(imitation),
        faults: Mutex::default(),
        memory: Mutex::default(),
        log: Mutex::default(),
        clock,
    });
    Router::new().fallback(handle::<I>).layer(DefaultBodyLimit::disable()).with_state(engine)
}

async fn handle<I: Imitation>(
    State(engine): State<Arc<Engine<I>>>,
    http: axum::extract::Request,
) -> Response {
    let request = match Request::read(http, MAX_BODY).await {
        Ok(request) => request,
        Err(sentence) => return hold(&engine.imitation).unreadable(&sentence).into_response(),
    };
    if let Some(control) = request.path.strip_prefix("/_sandbox/") {
        return engine.control(control, &request).into_response();
    }
    let rooms = hold(&engine.imitation).rooms(&request);
    let Some(_presence) = engine.rooms.enter(rooms) else {
        return engine.refuse(&request).into_response();
    };
    let fault = hold(&engine.faults).strike(&request.method, &request.path);
    if let Some(Fault { kind: FaultKind::Delay, ms, .. }) = &fault {
        engine.clock.sleep(Duration::from_millis(*ms)).await;
    }
    engine.answer(&request, fault.as_ref())
}

impl<I: Imitation> Engine<I> {
    fn answer(&self, request: &Request, fault: Option<&Fault>) -> Response {
        let mut imitation = hold(&self.imitation);
        let now = self.clock.monotonic();
        let mut memory = hold(&self.memory);
        let instead = fault.and_then(|fault| instead_of_working(fault, &*imitation));
        let is_worked = instead.is_none();
        let mut reply = instead.unwrap_or_else(|| imitation.answer(request));
        memory.hide(request, &mut reply, now);
        if hold(&self.faults).has(FaultKind::FirstPage) {
            memory.note_first(request, &reply);
        }
        if let Some(fault) = fault {
            if is_worked && request.method == "POST" && fault.hidden_ms > 0 {
                memory.keep_back(&reply, now + Duration::from_millis(fault.hidden_ms));
            }
            match fault.kind {
                FaultKind::StatusAfter => reply = scripted(fault),
                FaultKind::WrongSize => drop(reply.body.pop()),
                FaultKind::Doubled => spoiling::double_first(&mut reply),
                FaultKind::OneMissing => spoiling::leave_out_last(&mut reply),
                FaultKind::FirstPage => memory.repeat_first(request, &mut reply),
                _ => {}
            }
            if let Some(wait) = &fault.retry_after {
                reply.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(header::RETRY_AFTER.as_str()));
                reply
                    .headers
                    .extend((!wait.is_empty()).then(|| (header::RETRY_AFTER.to_string(), wait.clone())));
            }
        }
        let dropped =
            fault.is_some_and(|fault| matches!(fault.kind, FaultKind::DropAfter | FaultKind::DropBefore));
        self.note(request, &*imitation, if dropped { 0 } else { reply.status }, reply.member.clone());
        match fault {
            _ if dropped => broken(reply, 0),
            Some(Fault { kind: FaultKind::Cut, at_byte, .. }) => broken(reply, *at_byte),
            _ => reply.into_response(),
        }
    }

    /// Refuses a request for which there is no room.
    fn refuse(&self, request: &Request) -> Reply {
        let imitation = hold(&self.imitation);
        let reply = imitation.crowded();
        self.note(request, &*imitation, reply.status, None);
        reply
    }

    fn note(&self, request: &Request, imitation: &I, status: u16, member: Option<String>) {
        let path = imitation.loggable_path(&request.path);
        hold(&self.log).add(LogLine::of(request, path, status, member));
    }

    fn control(&self, path: &str, request: &Request) -> Reply {
        let body = |name: &str| request.params.raw(name).cloned().unwrap_or_default();
        match (request.method.as_str(), path) {
            ("POST", "faults") => match serde_json::from_value::<Vec<Fault>>(body("faults")) {
                Ok(faults) => {
                    hold(&self.faults).add(faults);
                    Reply::json(200, &json!({}))
                }
                Err(error) => Reply::text(400, &format!("faults: {error}")),
            },
            ("DELETE", "faults") => {
                hold(&self.faults).clear();
                *hold(&self.memory) = Memory::default();
                Reply::json(200, &json!({}))
            }
            ("GET", "log") => Reply::json(200, &json!(hold(&self.log).lines())),
            ("DELETE", "log") => {
                hold(&self.log).clear();
                Reply::json(200, &json!({}))
            }
            ("GET", "state") => Reply::json(200, &hold(&self.imitation).state()),
            ("POST", "people") => {
                let order = json!({"do": body("do"), "seed": body("seed"), "count": body("count")});
                let order = without_nulls(order);
                let done = serde_json::from_value::<PeopleOrder>(order)
                    .map_err(|error| error.to_string())
                    .and_then(|order| hold(&self.imitation).people(&order));
                match done {
                    Ok(sentences) => Reply::json(200, &json!(sentences)),
                    Err(sentence) => Reply::text(400, &format!("people: {sentence}")),
                }
            }
            _ => Reply::text(404, "The sandbox is controlled with /_sandbox/faults, log, state and people."),
        }
    }
}

fn instead_of_working(fault: &Fault, imitation: &impl Imitation) -> Option<Reply> {
    match fault.kind {
        FaultKind::Status => Some(scripted(fault)),
        FaultKind::Html => Some(Reply::bytes(
            200,
            "text/html; charset=utf-8",
            b"<!DOCTYPE html><title>Log in</title>".to_vec(),
        )),
        FaultKind::Garbage => Some(Reply::bytes(200, "application/json", br#"{"id":"5,"#.to_vec())),
        FaultKind::DropBefore => Some(Reply::text(503, "")),
        FaultKind::RateLimit => Some(imitation.too_many_requests()),
        FaultKind::Delay
        | FaultKind::Cut
        | FaultKind::Doubled
        | FaultKind::DropAfter
        | FaultKind::FirstPage
        | FaultKind::OneMissing
        | FaultKind::StatusAfter
        | FaultKind::WrongSize => None,
    }
}

/// The text in the fault. What begins like a JSON object says that it is JSON, even where it is broken.
fn scripted(fault: &Fault) -> Reply {
    let (status, body) = (fault.status.unwrap_or(503), fault.body.as_deref().unwrap_or("scripted fault"));
    if body.starts_with('{') {
        Reply::bytes(status, "application/json; charset=utf-8", body.as_bytes().to_vec())
    } else {
        Reply::text(status, body)
    }
}

/// A response whose connection breaks after `at` bytes of the body, while the headers promise all of them.
/// At 0 the headers are lost as well: they wait in a buffer that is never sent.
fn broken(mut reply: Reply, at: usize) -> Response {
    let whole = reply.body.len().max(1);
    reply.body.truncate(at);
    let start = bytes::Bytes::from(std::mem::take(&mut reply.body));
    let sent = stream::iter((!start.is_empty()).then_some(Ok(start)));
    // Going around the scheduler once lets the server flush what it has before it learns of the break.
    let break_off = stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    let mut response = reply.into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, whole.into());
    *response.body_mut() = if at == 0 {
        Body::from_stream(stream::iter([Err::<bytes::Bytes, _>(std::io::Error::other("dropped"))]))
    } else {
        Body::from_stream(sent.chain(break_off))
    };
    response
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        other => other,
    }
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
