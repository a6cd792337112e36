//! The strictness of the sandbox, call by call.

mod access;
mod limits;
mod reading;
mod worlds;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::base::clock::{ManualClock, Timestamp};

/// A sandbox that is asked without a network, by the people who can log in.
struct Desk {
    trello: Trello,
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
        let (trello, accounts) = open(&SandboxSettings {
            origin: "http://127.0.0.1:1".to_owned(),
            storage_origin: "http://localhost:1".to_owned(),
            world: world.to_owned(),
            seed,
            clock: clock.clone(),
        })
        .unwrap();
        Self { trello, accounts, clock }
    }

    /// A request with the credential of the nth account in the header.
    fn request(&self, account: usize, method: &str, path: &str) -> Request {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let credentials = &self.accounts[account].credentials;
        let header = format!(
            "OAuth oauth_consumer_key=\"{}\", oauth_token=\"{}\"",
            credentials["key"], credentials["token"]
        );
        let mut request = Request {
            method: method.to_owned(),
            path: format!("/1{path}"),
            query: query.to_owned(),
            params: Params::from_query(query),
            ..Request::default()
        };
        request.headers.insert("authorization", header.parse().unwrap());
        request
    }

    /// Asks as the nth account; every question has a second of its own, so that budgets do not matter.
    fn ask(&mut self, account: usize, method: &str, path: &str, body: Value) -> Reply {
        self.clock.advance(Duration::from_secs(1));
        let mut request = self.request(account, method, path);
        if let Value::Object(fields) = body {
            request.params.extend(fields);
        }
        self.trello.answer(&request)
    }

    /// What Ada gets; it must be there.
    fn get(&mut self, path: &str) -> Value {
        let reply = self.ask(0, "GET", path, Value::Null);
        assert_eq!(reply.status, 200, "GET {path}: {}", String::from_utf8_lossy(&reply.body));
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// What Ada's write answers; it must succeed.
    fn send(&mut self, method: &str, path: &str, body: Value) -> Value {
        let reply = self.ask(0, method, path, body);
        assert_eq!(reply.status, 200, "{method} {path}: {}", String::from_utf8_lossy(&reply.body));
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// Status and text of a refusal.
    fn refused(&mut self, account: usize, method: &str, path: &str, body: Value) -> (u16, String) {
        let reply = self.ask(account, method, path, body);
        (reply.status, String::from_utf8(reply.body).unwrap())
    }

    /// The id of the board with this name.
    fn board(&mut self, name: &str) -> String {
        let mut boards = self.trello.state.world.all(state::BOARD);
        let board = boards.find(|board| text(board, "name") == name).unwrap();
        text(board, "id").to_owned()
    }

    /// The id of the first card with this name.
    fn card(&mut self, name: &str) -> String {
        let mut cards = self.trello.state.world.all(state::CARD);
        text(cards.find(|card| text(card, "name") == name).unwrap(), "id").to_owned()
    }
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| text(item, "id").to_owned()).collect()
}

fn len(list: &Value) -> usize {
    list.as_array().unwrap().len()
}
