//! What people change in an Asana project while a backup is reading it. Lists come in pages, so that a change on the
//! first page is not in the answer any more, and the one event that tells of it may get lost.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use boardvault::app::backup::{self, Options};
use boardvault::app::connections::{self, NewConnection};
use boardvault::app::progress::Silent;
use boardvault::base::clock::ManualClock;
use boardvault::base::secret::Secret;
use boardvault::snapshot::SnapshotId;
use serde_json::{Value, json};

use crate::common::compare::side;
use crate::common::{Desk, FULL, USUAL};

/// The name of the connection that leads through the go-between.
const THROUGH: &str = "through";

/// Stands between the connector and the sandbox.
struct Between {
    sandbox: String,
    bearer: String,
    http: reqwest::Client,
    clock: Arc<ManualClock>,
    /// Tasks that get another name, one after the other, before the second page of tasks is answered.
    renamed: Mutex<Vec<String>>,
    /// The task of whose changes no event tells.
    unheard: String,
    happened: AtomicBool,
}

impl Between {
    /// Renames the tasks, a minute apart.
    async fn rename(&self) {
        let tasks = std::mem::take(&mut *self.renamed.lock().unwrap());
        for task in tasks {
            self.clock.advance(Duration::from_mins(1));
            let request = self.http.put(format!("{}/api/1.0/tasks/{task}", self.sandbox));
            let request = request.bearer_auth(&self.bearer).json(&json!({"data": {"name": "meanwhile"}}));
            assert!(request.send().await.unwrap().status().is_success());
            self.happened.store(true, Relaxed);
        }
    }

    /// The answer to a batch without the events that get lost.
    fn without_events(&self, answer: &[u8]) -> Vec<u8> {
        let Ok(mut answer) = serde_json::from_slice::<Value>(answer) else { return answer.to_vec() };
        for part in answer["data"].as_array_mut().into_iter().flatten() {
            if part["body"]["sync"].is_string()
                && let Some(events) = part["body"]["data"].as_array_mut()
            {
                events.retain(|event| {
                    event["resource"]["gid"] != self.unheard && event["parent"]["gid"] != self.unheard
                });
            }
        }
        answer.to_string().into_bytes()
    }
}

async fn forward(State(between): State<Arc<Between>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    if path.ends_with("/tasks") && query.contains("offset=") {
        between.rename().await;
    }
    let mut passed = between.http.request(parts.method, format!("{}{path}?{query}", between.sandbox));
    for name in ["authorization", "content-type"] {
        if let Some(value) = parts.headers.get(name) {
            passed = passed.header(name, value);
        }
    }
    let answer = passed.body(to_bytes(body, usize::MAX).await.unwrap()).send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut bytes = answer.bytes().await.unwrap().to_vec();
    if path.ends_with("/batch") {
        bytes = between.without_events(&bytes);
    }
    let mut response = Response::builder().status(status);
    for name in ["content-type", "retry-after"] {
        if let Some(value) = headers.get(name) {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(bytes)).unwrap()
}

/// Connects the desk a second time, through a go-between.
async fn go_between(desk: &Desk, renamed: Vec<String>, unheard: String) -> Arc<Between> {
    let world = &desk.world;
    let bearer = world.sandbox.accounts[0].credentials["token"].clone();
    let between = Arc::new(Between {
        sandbox: world.sandbox.origin.clone(),
        bearer: bearer.clone(),
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
        clock: world.clock.clone(),
        renamed: Mutex::new(renamed),
        unheard,
        happened: AtomicBool::new(false),
    });
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = Router::new().fallback(forward).with_state(between.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let new = NewConnection {
        name: THROUGH.into(),
        platform: world.platform.id.into(),
        base_url: Some(format!("http://127.0.0.1:{port}/api/1.0")),
        credentials: [("token".to_owned(), Secret::new(bearer))].into(),
        replace: false,
    };
    connections::add(desk.app(), new).await.unwrap();
    between
}

async fn backup(desk: &Desk, options: Options) -> SnapshotId {
    // The next process knows nothing of what this one has used of the quota.
    desk.world.clock.advance(Duration::from_mins(1));
    backup::backup(desk.app(), THROUGH, options, &Silent).await.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_between_two_pages_is_found_although_its_event_gets_lost() {
    let desk = Desk::on("asana", "list:tasks:500", 1).await;
    let (first, last) = (desk.world.id("task", "Task 0").await, desk.world.id("task", "Task 499").await);
    // The last one is changed after the first, and read with its change: the latest that the backup knows of.
    let between = go_between(&desk, vec![first.clone(), last], first).await;
    backup(&desk, USUAL).await;
    assert!(between.happened.load(Relaxed), "nobody asked for a second page");
    let another = desk.world.id("task", "Task 250").await;
    between.renamed.lock().unwrap().push(another);
    between.rename().await;
    let (renewed, whole) = (backup(&desk, USUAL).await, backup(&desk, FULL).await);
    assert_eq!(side(desk.app(), renewed), side(desk.app(), whole));
}
