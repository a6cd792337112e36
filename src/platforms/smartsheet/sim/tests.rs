//! The strictness of the sandbox, call by call.

mod access;
mod discussions;
mod grants;
mod limits;
mod proofs;
mod reading;
mod refusals;
mod worlds;
mod writing;

use std::time::Duration;

use super::*;
use crate::base::clock::{ManualClock, Timestamp};

const ADA: usize = 0;
const BEN: usize = 1;
const CLEO: usize = 2;
const DAN: usize = 3;
const EVE: usize = 4;
const FINN: usize = 5;
const LENT: usize = 6;
const READ_ONLY: usize = 7;

/// A sandbox that is asked without a network, by the people who can log in.
struct Desk {
    smartsheet: Smartsheet,
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
        let settings = SandboxSettings {
            origin: "http://127.0.0.1:1".to_owned(),
            storage_origin: "http://localhost:1".to_owned(),
            world: world.to_owned(),
            seed,
            clock: clock.clone(),
        };
        let (smartsheet, accounts) = open(&settings).unwrap_or_else(|error| panic!("{world}: {error}"));
        Self { smartsheet, accounts, clock }
    }

    fn token(&self, account: usize) -> String {
        let parts = &self.accounts[account].credentials;
        parts.get("token").or_else(|| parts.get("access_token")).unwrap().clone()
    }

    /// A request with the token of the nth account.
    fn request(&self, account: usize, method: &str, path: &str) -> Request {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut request = Request {
            method: method.to_owned(),
            path: format!("/2.0{path}"),
            query: query.to_owned(),
            params: Params::from_query(query),
            ..Request::default()
        };
        request.headers.insert("authorization", format!("Bearer {}", self.token(account)).parse().unwrap());
        request
    }

    /// Asks as the nth account; every question has a second of its own, so that budgets do not matter.
    fn ask(&mut self, account: usize, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.clock.advance(Duration::from_secs(1));
        let mut request = self.request(account, method, path);
        if !body.is_null() {
            request.headers.insert("content-type", "application/json".parse().unwrap());
            request.body = serde_json::to_vec(body).unwrap();
        }
        answered(&self.smartsheet.answer(&request))
    }

    /// What Ada gets; it must be there.
    fn get(&mut self, path: &str) -> Value {
        let (status, answer) = self.ask(ADA, "GET", path, &Value::Null);
        assert_eq!(status, 200, "GET {path}: {answer}");
        answer
    }

    /// What Ada's write answers; it must succeed.
    #[expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]
    fn send(&mut self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask(ADA, method, path, &body);
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer
    }

    /// Status and error code of Ada's request, which must be refused.
    fn refused(&mut self, method: &str, path: &str, body: Value) -> (u16, u64) {
        self.refused_as(ADA, method, path, body)
    }

    #[expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]
    fn refused_as(&mut self, account: usize, method: &str, path: &str, body: Value) -> (u16, u64) {
        let (status, answer) = self.ask(account, method, path, &body);
        (
            status,
            answer["errorCode"].as_u64().unwrap_or_else(|| panic!("{method} {path} was answered: {answer}")),
        )
    }

    /// Uploads a file as the whole body.
    fn upload(&mut self, account: usize, path: &str, name: &str, bytes: &[u8]) -> (u16, Value) {
        self.clock.advance(Duration::from_secs(5));
        let mut request = self.request(account, "POST", path);
        let disposition = format!("attachment; filename=\"{name}\"");
        request.headers.insert("content-disposition", disposition.parse().unwrap());
        request.headers.insert("content-type", "text/plain".parse().unwrap());
        request.body = bytes.to_vec();
        answered(&self.smartsheet.answer(&request))
    }

    /// `/sheets/ID` of the sheet with this name, and its columns by title.
    fn sheet(&self, name: &str) -> Sheet {
        let found = self.smartsheet.state.world.all(state::SHEET).find(|sheet| text(sheet, "name") == name);
        let sheet = found.unwrap_or_else(|| panic!("there is no sheet {name}"));
        let columns = state::items(sheet, "columns")
            .iter()
            .map(|column| (text(column, "title").to_owned(), text(column, "id").parse().unwrap()));
        let id = text(sheet, "id").to_owned();
        let rows = self.smartsheet.state.order[&id].iter().map(|row| row.parse().unwrap()).collect();
        Sheet { path: format!("/sheets/{id}"), columns: columns.collect(), rows, id }
    }

    /// A new sheet of Ada's with a primary column `Task` and these others.
    fn new_sheet(&mut self, columns: &Value) -> Sheet {
        let mut all = vec![json!({"title": "Task", "type": "TEXT_NUMBER", "primary": true})];
        all.extend(columns.as_array().unwrap().iter().cloned());
        self.send("POST", "/sheets", json!({"name": "New", "columns": all}));
        self.sheet("New")
    }

    fn version(&mut self, sheet: &Sheet) -> u64 {
        self.get(&format!("{}/version", sheet.path))["version"].as_u64().unwrap()
    }
}

/// A sheet as tests name it.
struct Sheet {
    id: String,
    path: String,
    columns: BTreeMap<String, u64>,
    rows: Vec<u64>,
}

impl Sheet {
    /// A cell for a request.
    fn cell(&self, title: &str, more: Value) -> Value {
        let mut cell = if more.is_object() { more } else { json!({"value": more}) };
        cell["columnId"] = self.columns[title].into();
        cell
    }

    /// A row at the bottom for a request.
    fn row(&self, title: &str, value: Value) -> Value {
        json!({"toBottom": true, "cells": [self.cell(title, value)]})
    }
}

fn answered(reply: &Reply) -> (u16, Value) {
    (reply.status, serde_json::from_slice(&reply.body).unwrap_or_default())
}

fn len(list: &Value) -> usize {
    list.as_array().unwrap().len()
}

fn ids(list: &Value) -> Vec<u64> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()).collect()
}
