//! The strictness of the sandbox, call by call.

mod access;
mod fields;
mod oauth;
mod order;
mod quota;
mod reading;
mod refusals;
mod task_refusals;
mod worlds;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::base::clock::{ManualClock, Timestamp};
use crate::sim::request::Upload;

const ADA: usize = 0;
const BEN: usize = 1;
const CLEO: usize = 2;
const FLO: usize = 3;
const GUS: usize = 4;
const DAN: usize = 5;
const EVE: usize = 6;
/// Ada through the app, for everything.
const APP: usize = 7;
/// Ada through the app, for reading little.
const NARROW: usize = 8;

/// A sandbox that is asked without a network, by the people who can log in.
struct Desk {
    asana: Asana,
    accounts: Vec<SandboxAccount>,
    clock: Arc<ManualClock>,
}

impl Desk {
    fn new(world: &str) -> Self {
        Self::seeded(world, 1)
    }

    fn seeded(world: &str, seed: u64) -> Self {
        let start: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let (asana, accounts) = open(&SandboxSettings {
            origin: "http://127.0.0.1:1".to_owned(),
            storage_origin: "http://localhost:1".to_owned(),
            world: world.to_owned(),
            seed,
            clock: clock.clone(),
        })
        .unwrap();
        Self { asana, accounts, clock }
    }

    /// A request with the token of the nth account.
    fn request(&self, account: usize, method: &str, path: &str) -> Request {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut request = Request {
            method: method.to_owned(),
            path: format!("/api/1.0{path}"),
            query: query.to_owned(),
            params: Params::from_query(query),
            ..Request::default()
        };
        let token = format!("Bearer {}", self.accounts[account].credentials["token"]);
        request.headers.insert("authorization", token.parse().unwrap());
        request
    }

    /// Asks as the nth account; every question has a second of its own, so that budgets do not matter.
    fn ask(&mut self, account: usize, method: &str, path: &str, data: Value) -> Reply {
        self.clock.advance(Duration::from_secs(1));
        let mut request = self.request(account, method, path);
        if !data.is_null() {
            request.params.extend([("data".to_owned(), data)]);
        }
        self.asana.answer(&request)
    }

    /// Status and body of an answer.
    fn answer(&mut self, account: usize, method: &str, path: &str, data: Value) -> (u16, Value) {
        let reply = self.ask(account, method, path, data);
        (reply.status, serde_json::from_slice(&reply.body).unwrap())
    }

    /// The whole body that Ada gets; it must be there.
    fn whole(&mut self, path: &str) -> Value {
        let (status, body) = self.answer(ADA, "GET", path, Value::Null);
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    /// The data that Ada gets; it must be there.
    fn get(&mut self, path: &str) -> Value {
        self.whole(path)["data"].clone()
    }

    /// The data of what Ada's write answers; it must succeed.
    fn send(&mut self, method: &str, path: &str, data: Value) -> Value {
        let (status, body) = self.answer(ADA, method, path, data);
        assert!((200..300).contains(&status), "{method} {path}: {status} {body}");
        body["data"].clone()
    }

    /// Status and message of a refusal.
    fn refused(&mut self, account: usize, method: &str, path: &str, data: Value) -> (u16, String) {
        let (status, body) = self.answer(account, method, path, data);
        (status, body["errors"][0]["message"].as_str().unwrap_or_default().to_owned())
    }

    /// Uploads a file as Ada and gives the answer.
    fn upload(&mut self, parent: &str, name: &str, bytes: &[u8]) -> Reply {
        let mut request = self.request(ADA, "POST", "/attachments");
        request.headers.insert("content-type", "multipart/form-data; boundary=X".parse().unwrap());
        request.params.extend([("parent".to_owned(), parent.into())]);
        let mime = "application/octet-stream".to_owned();
        request.file = Some(Upload { name: name.to_owned(), mime, bytes: bytes.to_vec() });
        self.asana.answer(&request)
    }

    /// The gid of the first entity of a kind with this name.
    fn find(&self, kind: crate::sim::world::Kind, name: &str) -> String {
        let mut all = self.asana.state.world.all(kind);
        text(all.find(|entity| text(entity, "name") == name).unwrap(), "id").to_owned()
    }

    fn project(&self, name: &str) -> String {
        self.find(state::PROJECT, name)
    }

    fn task(&self, name: &str) -> String {
        self.find(state::TASK, name)
    }

    fn section(&self, name: &str) -> String {
        self.find(state::SECTION, name)
    }

    fn user(&self, first_name: &str) -> String {
        let mut all = self.asana.state.world.all(state::USER);
        let found = all.find(|user| text(user, "name").starts_with(first_name));
        text(found.unwrap(), "id").to_owned()
    }

    fn organization(&self) -> String {
        self.find(state::WORKSPACE, "Acme")
    }

    /// What has the state counted of parameters that nothing understands.
    fn unknown(&self) -> Value {
        self.asana.state()["unknown_parameters"].clone()
    }
}

fn gids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| text(item, "gid").to_owned()).collect()
}

fn names(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| text(item, "name").to_owned()).collect()
}

/// Every one of these is refused with this status and a message that has these words; none changes the world.
fn refuses(desk: &mut Desk, cases: Vec<(&str, String, Value, u16, &str)>) {
    let before = desk.asana.state();
    for (method, path, data, status, words) in cases {
        let (answered, message) = desk.refused(ADA, method, &path, data.clone());
        assert_eq!(answered, status, "{method} {path} {data}: {message}");
        assert!(message.contains(words), "{method} {path} {data}: {message}");
    }
    assert_eq!(desk.asana.state(), before, "a refused request changes nothing");
}
