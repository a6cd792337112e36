//! A transport for tests: answers from a script, and remembers what was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;
use url::Url;

use super::auth::Credential;
use super::client::{Client, Profile, Surroundings};
use super::fault::{ApiFault, FaultClass};
use super::transport::Transport;
use super::types::{Body, FilePart, Intent, Method, Request, Response};
use crate::base::clock::ManualClock;
use crate::base::ids::SeededRandom;
use crate::base::secret::Secret;

/// One scripted answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
    lost: bool,
}

impl Answer {
    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::typed(status, "application/json; charset=utf-8", body)
    }

    /// An answer of some media type.
    pub(crate) fn typed(status: u16, media_type: &str, body: &str) -> Self {
        let headers = vec![("content-type".to_owned(), media_type.to_owned())];
        Self { status, headers, body: Bytes::from(body.to_owned()), lost: false }
    }

    /// No answer at all: the connection breaks after the request was sent.
    pub(crate) fn lost() -> Self {
        Self { lost: true, ..Self::json(0, "") }
    }

    /// The same answer with one more header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What was asked.
#[derive(Debug, Clone)]
struct Seen {
    call: String,
    body: String,
    credential: bool,
}

/// The transport. Clones share script and memory.
#[derive(Clone)]
pub(crate) struct Scripted {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Scripted {
    /// Gives these answers in this order, and fails when there are no more.
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), seen: Arc::default() }
    }

    /// The calls so far: method, host, path and query.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|seen| seen.call.clone()).collect()
    }

    /// The bodies so far; a form is shown as its fields and its file's bytes.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|seen| seen.body.clone()).collect()
    }

    /// Which of the calls carried a credential.
    pub(crate) fn credentials(&self) -> Vec<bool> {
        self.seen.lock().unwrap().iter().map(|seen| seen.credential).collect()
    }
}

async fn text_of(body: &Body<'_>) -> String {
    match body {
        Body::Empty => String::new(),
        Body::Json(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        Body::Fields(fields) => {
            let shown = fields.iter().map(|(name, value)| format!("{name}={}", value.expose()));
            shown.collect::<Vec<_>>().join("&")
        }
        Body::File(file) => format!("{} {:?} {}", file.file_name, file.media_type, bytes_of(file).await),
        Body::Form { fields, file: None } => format!("{fields:?}"),
        Body::Form { fields, file: Some(file) } => {
            format!("{fields:?} {} {:?} {}", file.file_name, file.media_type, bytes_of(file).await)
        }
    }
}

async fn bytes_of(file: &FilePart<'_>) -> String {
    let pieces: Vec<Bytes> = (file.open)().try_collect().await.unwrap();
    String::from_utf8_lossy(&pieces.concat()).into_owned()
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        let url = &request.url;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let seen = Seen {
            call: format!("{} {}{}{query}", request.method.name(), url.authority(), url.path()),
            body: text_of(&request.body).await,
            credential: request.header.is_some(),
        };
        self.seen.lock().unwrap().push(seen);
        let answer = self.answers.lock().unwrap().pop_front();
        let Some(answer) = answer else { panic!("no answer is left for {}", request.call()) };
        if answer.lost {
            let fault = request.fault(FaultClass::Network, "the connection broke");
            return Err(ApiFault { outcome_unknown: request.intent.is_write(), ..fault });
        }
        Ok(Response { status: answer.status, headers: answer.headers, body: Response::held(answer.body) })
    }
}

/// Some call with this intent.
pub(crate) fn request(intent: Intent) -> Request<'static> {
    Request::new(Method::Get, Url::parse("https://api.example/1/boards/b1").unwrap(), intent)
}

/// A whole client over the script, on a clock that stands until somebody waits. The base is
/// `https://api.example/1`, the credential `OAuth SECRET`.
pub(crate) fn client(scripted: &Scripted) -> Client {
    let base = Url::parse("https://api.example/1").unwrap();
    let profile = Profile {
        credential: Credential::Fixed(Secret::new("OAuth SECRET")),
        origins: vec![base.origin()],
        limits: Vec::new(),
        classify: |_, status, _| if status >= 500 { FaultClass::Server } else { FaultClass::Invalid },
    };
    let (_, stop) = tokio::sync::watch::channel(false);
    let around = Surroundings {
        clock: Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH)),
        random: Arc::new(SeededRandom::new(7)),
        stop,
        read_only: false,
    };
    Client::new(scripted.clone(), base, profile, around)
}

/// Keeps what is logged.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Keeps what this thread logs at this level or above, as long as the guard lives.
    pub(crate) fn keep(&self, level: tracing::Level) -> tracing::subscriber::DefaultGuard {
        let lines = self.clone();
        let subscriber = tracing_subscriber::fmt().with_max_level(level).with_writer(move || lines.clone());
        tracing::subscriber::set_default(subscriber.finish())
    }

    /// What was logged so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
