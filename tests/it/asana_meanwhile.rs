//! What people change in Asana while a backup is reading it. Lists come in pages, so that a change on the first page is
//! not in the answer any more, and the one event that tells of it may get lost. And one list is read after the other, so
//! that a task may go from one that is still to be read to one that has been.

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
use boardvault::model::{Kind, Record, RecordKey};
use boardvault::snapshot::SnapshotId;
use serde_json::{Value, json};

use crate::common::compare::side;
use crate::common::{Desk, FULL, USUAL};

/// The name of the connection that leads through the go-between.
const THROUGH: &str = "through";

/// Before what is answered people do something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    SecondPageOfTasks,
    TasksOfAProject,
    Events,
}

impl Moment {
    fn of(path: &str, query: &str, body: &[u8]) -> Option<Self> {
        if path.ends_with("/tasks") && query.contains("offset=") {
            Some(Self::SecondPageOfTasks)
        } else if path.contains("/projects/") && path.ends_with("/tasks") {
            Some(Self::TasksOfAProject)
        } else {
            let batch = String::from_utf8_lossy(body);
            (path.ends_with("/batch") && batch.contains("\"/events\"")).then_some(Self::Events)
        }
    }
}

/// What people do: a request each, and a minute between two.
struct Deeds {
    before: Moment,
    requests: Vec<(reqwest::Method, String, Value)>,
}

impl Deeds {
    fn renamed(tasks: &[String]) -> Self {
        let rename =
            |task: &String| (reqwest::Method::PUT, format!("/tasks/{task}"), json!({"name": "meanwhile"}));
        Self { before: Moment::SecondPageOfTasks, requests: tasks.iter().map(rename).collect() }
    }
}

/// Stands between the connector and the sandbox.
struct Between {
    sandbox: String,
    bearer: String,
    http: reqwest::Client,
    clock: Arc<ManualClock>,
    /// What is still to be done.
    deeds: Mutex<Option<Deeds>>,
    /// The task of whose changes no event tells.
    unheard: String,
    happened: AtomicBool,
}

impl Between {
    /// Does what is to be done at this moment, once.
    async fn act(&self, now: Option<Moment>) {
        let deeds = self.deeds.lock().unwrap().take_if(|deeds| Some(deeds.before) == now);
        for (method, path, data) in deeds.into_iter().flat_map(|deeds| deeds.requests) {
            self.clock.advance(Duration::from_mins(1));
            let request = self.http.request(method, format!("{}/api/1.0{path}", self.sandbox));
            let request = request.bearer_auth(&self.bearer).json(&json!({ "data": data }));
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
    let body = to_bytes(body, usize::MAX).await.unwrap();
    between.act(Moment::of(path, query, &body)).await;
    let mut passed = between.http.request(parts.method, format!("{}{path}?{query}", between.sandbox));
    for name in ["authorization", "content-type"] {
        if let Some(value) = parts.headers.get(name) {
            passed = passed.header(name, value);
        }
    }
    let answer = passed.body(body).send().await.unwrap();
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
async fn go_between(desk: &Desk, deeds: Option<Deeds>, unheard: String) -> Arc<Between> {
    let world = &desk.world;
    let bearer = world.sandbox.accounts[0].credentials["token"].clone();
    let between = Arc::new(Between {
        sandbox: world.sandbox.origin.clone(),
        bearer: bearer.clone(),
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
        clock: world.clock.clone(),
        deeds: Mutex::new(deeds),
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
    let between = go_between(&desk, Some(Deeds::renamed(&[first.clone(), last])), first).await;
    backup(&desk, USUAL).await;
    assert!(between.happened.load(Relaxed), "nobody asked for a second page");
    let another = desk.world.id("task", "Task 250").await;
    *between.deeds.lock().unwrap() = Some(Deeds::renamed(&[another]));
    between.act(Some(Moment::SecondPageOfTasks)).await;
    let (renewed, whole) = (backup(&desk, USUAL).await, backup(&desk, FULL).await);
    assert_eq!(side(desk.app(), renewed), side(desk.app(), whole));
}

/// A task of the account that stands in a project, with a subtask and a comment, or else in none.
async fn own_task(desk: &Desk, project: Option<&str>) -> String {
    let workspace = desk.world.id("workspace", "Acme").await;
    let projects: Vec<&str> = project.into_iter().collect();
    let task = json!({"workspace": workspace, "name": "Mine", "assignee": "me", "projects": projects});
    let task = desk.ask("POST", "/tasks", json!({ "data": task })).await["data"]["gid"].take();
    let task = task.as_str().unwrap().to_owned();
    for (what, data) in [("subtasks", json!({"name": "Below"})), ("stories", json!({"text": "About it."}))] {
        desk.ask("POST", &format!("/tasks/{task}/{what}"), json!({ "data": data })).await;
    }
    task
}

/// The names of the containers in which a backup has the task, and how much of what is on it comes with it.
fn homes(desk: &Desk, backup: SnapshotId, task: &str) -> Vec<(String, usize)> {
    let all = side(desk.app(), backup);
    let own = all.keys().filter(|key| key.kind == Kind::Item && key.id.as_str() == task);
    let home = |key: &RecordKey| {
        let container = RecordKey::new(key.container.clone(), Kind::Container, key.container.clone());
        let hangs_on = |record: &&Record| {
            record.key.container == key.container
                && (record.native["task"] == task || record.native["parent"]["gid"] == task)
        };
        let name = all[&container].native["name"].as_str().unwrap().to_owned();
        (name, all.values().filter(hangs_on).count())
    };
    own.map(home).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_task_that_is_taken_off_its_project_meanwhile_is_still_there_and_at_home_in_the_next_backup() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let project = desk.world.id("project", "Office garden").await;
    let between = go_between(&desk, None, String::new()).await;
    for is_first in [true, false] {
        if !is_first {
            backup(&desk, USUAL).await;
        }
        let task = own_task(&desk, Some(&project)).await;
        let off =
            (reqwest::Method::POST, format!("/tasks/{task}/removeProject"), json!({ "project": project }));
        *between.deeds.lock().unwrap() = Some(Deeds { before: Moment::TasksOfAProject, requests: vec![off] });
        let meanwhile = backup(&desk, if is_first { FULL } else { USUAL }).await;
        assert!(between.happened.swap(false, Relaxed), "nobody asked for the tasks of the project");
        assert_eq!(homes(&desk, meanwhile, &task), [("Office garden".to_owned(), 2)], "{is_first}");
        let next = backup(&desk, USUAL).await;
        assert_eq!(homes(&desk, next, &task), [("My tasks".to_owned(), 2)], "{is_first}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_task_that_comes_into_a_project_meanwhile_is_there_before_and_after() {
    for before in [Moment::Events, Moment::TasksOfAProject] {
        let desk = Desk::on("asana", "tiny", 1).await;
        let project = desk.world.id("project", "Office garden").await;
        let between = go_between(&desk, None, String::new()).await;
        backup(&desk, USUAL).await;
        let task = own_task(&desk, None).await;
        let change = json!({"data": {"name": "Office gardens"}});
        desk.ask("PUT", &format!("/projects/{project}"), change).await;
        let on = (reqwest::Method::POST, format!("/tasks/{task}/addProject"), json!({ "project": project }));
        *between.deeds.lock().unwrap() = Some(Deeds { before, requests: vec![on] });
        let meanwhile = homes(&desk, backup(&desk, USUAL).await, &task);
        assert!(between.happened.load(Relaxed), "it did not come to it");
        assert!(meanwhile.contains(&("My tasks".to_owned(), 2)), "{meanwhile:?}");
        let next = homes(&desk, backup(&desk, USUAL).await, &task);
        assert_eq!(next, [("Office gardens".to_owned(), 2)]);
    }
}
