//! What the people in the sandbox do. They act through the API, as its users.

mod damage;
mod days_work;
mod disaster;

use serde_json::{Value, json};

use super::access::{Caller, Level, name};
use super::attachments::Target;
use crate::sim::blob::Blob;
use super::call::Call;
use super::state::{ROW, SHARE, SHEET, State, items};
use crate::sim::engine::PeopleOrder;
use crate::sim::request::Params;
use crate::sim::world::{Kind, text};

/// Lets the people act; gives a sentence for each thing they did.
pub(super) fn act(state: &mut State, order: &PeopleOrder) -> Result<Vec<String>, String> {
    let mut people = People { state, random: fastrand::Rng::with_seed(order.seed), told: Vec::new() };
    match order.what.as_str() {
        "days-work" => people.days_work(),
        "disaster" => people.disaster(),
        "random-damage" => people.random_damage(order.count),
        other => return Err(format!("they know days-work, disaster and random-damage, not `{other}`")),
    }
    Ok(people.told)
}

struct People<'a> {
    state: &'a mut State,
    random: fastrand::Rng,
    told: Vec<String>,
}

impl People<'_> {
    /// Carries out a request as a user; null when the user may not.
    fn ask(&mut self, user: &str, method: &str, path: &str, body: &Value) -> Value {
        let caller = Caller { user: user.to_owned(), scopes: None };
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query = Params::from_query(query);
        let mut call = Call { state: self.state, caller: &caller, query: &query, body, file: None };
        call.answer(method, path).unwrap_or_default()
    }

    /// The same for who does not care about the answer.
    #[expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]
    fn did(&mut self, user: &str, method: &str, path: &str, body: Value) -> bool {
        !self.ask(user, method, path, &body).is_null()
    }

    /// Attaches a small file to a row.
    fn upload(&mut self, user: &str, sheet: &str, row: &str, name: &str) {
        let blob = Blob::Grown { seed: self.random.u64(..), len: self.random.usize(1..9_000) };
        self.state.new_file(
            user,
            &Target { sheet, kind: "ROW", id: row },
            name,
            "application/octet-stream",
            blob,
        );
        self.state.bump(sheet);
    }

    fn tell(&mut self, sentence: String) {
        self.told.push(sentence);
    }

    /// One of these, by chance.
    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.random.usize(..from.len().max(1))).cloned()
    }

    fn name(&self, kind: Kind, id: &str) -> String {
        let name = self.state.world.get(kind, id).map(|entity| text(entity, "name")).unwrap_or_default();
        name.chars().take(40).collect()
    }

    fn first_name(&self, user: &str) -> String {
        let full = self.state.user(user).map(name).unwrap_or_default();
        full.split(' ').next().unwrap_or_default().to_owned()
    }

    /// What stands in the first column of a row.
    fn title(&self, sheet: &str, row: &str) -> String {
        let primary =
            self.columns(sheet).into_iter().find(|column| column["primary"] == true).unwrap_or_default();
        let cell = self.state.world.get(ROW, row).map(|row| row["cells"][text(&primary, "id")].clone());
        super::values::shown_text(&cell.unwrap_or_default()).chars().take(40).collect()
    }

    fn sheets(&self) -> Vec<String> {
        self.state.world.all(SHEET).map(|sheet| text(sheet, "id").to_owned()).collect()
    }

    fn columns(&self, sheet: &str) -> Vec<Value> {
        self.state.world.get(SHEET, sheet).map(|sheet| items(sheet, "columns").to_vec()).unwrap_or_default()
    }

    /// The rows of a sheet from top to bottom.
    fn rows(&self, sheet: &str) -> Vec<String> {
        self.state.order.get(sheet).cloned().unwrap_or_default()
    }

    /// Somebody who may do that much with a sheet, by chance.
    fn somebody(&mut self, sheet: &str, least: Level) -> Option<String> {
        let entity = self.state.world.get(SHEET, sheet)?;
        let root = self.state.root(text(entity, "_parent"));
        let shares = self.state.listed(sheet, SHARE).into_iter().chain(self.state.listed(&root, SHARE));
        let users = shares.map(|share| text(share, "userId").to_owned());
        let able = |user: &String| {
            self.state.user(user).is_ok() && self.state.level(SHEET, sheet, user) >= Some(least)
        };
        let mut able: Vec<String> = users.filter(able).collect();
        able.sort_unstable();
        able.dedup();
        self.pick(&able)
    }

    /// The sheet with the most rows.
    fn busiest_sheet(&self) -> Option<String> {
        self.sheets().into_iter().max_by_key(|sheet| (self.state.world.count_of(sheet, ROW), sheet.clone()))
    }

    /// A value that fits a column and is easily told from what people would have typed.
    fn some_value(&mut self, column: &Value) -> Option<Value> {
        let number = self.random.u16(1..1_000);
        let options = items(column, "options");
        let some = |people: &mut Self| people.pick(options).filter(|option| option != "");
        Some(match text(column, "type") {
            _ if column.get("systemColumnType").is_some() || column.get("formula").is_some() => return None,
            "TEXT_NUMBER" if self.random.bool() => json!({"value": number}),
            "TEXT_NUMBER" => json!({"value": format!("changed {number}")}),
            "CHECKBOX" => json!({"value": self.random.bool()}),
            "DATE" => json!({"value": format!("2027-{:02}-15", self.random.u8(1..13))}),
            "PICKLIST" if column.get("symbol").is_none() => json!({"value": some(self)?}),
            "MULTI_PICKLIST" => {
                json!({"objectValue": {"objectType": "MULTI_PICKLIST", "values": [some(self)?]}})
            }
            "CONTACT_LIST" => json!({"value": self.pick(&["ada@acme.example", "cleo@acme.example"])}),
            "MULTI_CONTACT_LIST" => json!({"objectValue": {
                "objectType": "MULTI_CONTACT", "values": [{"objectType": "CONTACT", "email": "ben@acme.example"}],
            }}),
            _ => return None,
        })
    }

    /// Changes one cell of a row.
    fn set_cell(&mut self, user: &str, sheet: &str, row: &str, column: &Value) -> bool {
        let Some(mut cell) = self.some_value(column) else { return false };
        cell["columnId"] = column["id"].clone();
        self.did(user, "PUT", &format!("/sheets/{sheet}/rows"), json!([{"id": row, "cells": [cell]}]))
    }
}
