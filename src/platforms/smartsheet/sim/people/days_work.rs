//! A day's work: a few ordinary changes here and there.

use serde_json::{Value, json};

use super::People;
use crate::platforms::smartsheet::sim::access::Level;
use crate::platforms::smartsheet::sim::state::{DISCUSSION, ROW, SHEET};
use crate::sim::world::text;

/// One change for so many rows.
const ROWS_PER_CHANGE: usize = 50;
/// Changes in the smallest world.
const LEAST_CHANGES: usize = 6;

impl People<'_> {
    pub(super) fn days_work(&mut self) {
        let changes = (self.state.world.all(ROW).count() / ROWS_PER_CHANGE).max(LEAST_CHANGES);
        let mut sheets = self.sheets();
        sheets.retain(|sheet| !self.rows(sheet).is_empty());
        for change in 0..changes {
            let Some(sheet) = self.pick(&sheets) else { return };
            let rows = self.rows(&sheet);
            let (Some(row), Some(user)) = (self.pick(&rows), self.somebody(&sheet, Level::Editor)) else {
                continue;
            };
            match change % 5 {
                0 => self.write_row(&sheet, &user),
                1 => self.comment_on(&sheet, &row, &user),
                2 => self.fill_cell(&sheet, &row, &user),
                3 => self.attach_file(&sheet, &row, &user),
                _ => self.move_up(&sheet, &row, &user),
            }
        }
    }

    fn write_row(&mut self, sheet: &str, user: &str) {
        let columns = self.columns(sheet);
        let Some(primary) = columns.iter().find(|column| column["primary"] == true) else { return };
        let title = format!("Follow-up {}", self.random.u16(100..1_000));
        let row = json!([{"toBottom": true, "cells": [{"columnId": primary["id"], "value": title}]}]);
        if self.did(user, "POST", &format!("/sheets/{sheet}/rows"), row) {
            let (who, sheet) = (self.first_name(user), self.name(SHEET, sheet));
            self.tell(format!("{who} wrote the row \"{title}\" in {sheet}."));
        }
    }

    /// Answers a discussion of the row, or begins one.
    fn comment_on(&mut self, sheet: &str, row: &str, user: &str) {
        let words = format!("Talked about this, see minute {}.", self.random.u8(1..60));
        let talk = self.state.listed(row, DISCUSSION).first().map(|talk| text(talk, "id").to_owned());
        let (path, body) = if let Some(talk) = talk {
            (format!("discussions/{talk}/comments"), json!({"text": words}))
        } else {
            (format!("rows/{row}/discussions"), json!({"comment": {"text": words}}))
        };
        if self.did(user, "POST", &format!("/sheets/{sheet}/{path}"), body) {
            let (who, row, sheet) = (self.first_name(user), self.title(sheet, row), self.name(SHEET, sheet));
            self.tell(format!("{who} commented on \"{row}\" in {sheet}."));
        }
    }

    fn fill_cell(&mut self, sheet: &str, row: &str, user: &str) {
        let columns: Vec<Value> =
            self.columns(sheet).into_iter().filter(|column| column["primary"] != true).collect();
        let Some(column) = self.pick(&columns) else { return };
        let title = self.title(sheet, row);
        if self.set_cell(user, sheet, row, &column) {
            let (who, sheet) = (self.first_name(user), self.name(SHEET, sheet));
            self.tell(format!("{who} changed {} of \"{title}\" in {sheet}.", text(&column, "title")));
        }
    }

    fn attach_file(&mut self, sheet: &str, row: &str, user: &str) {
        let name = format!("notes-{}.bin", self.random.u16(..));
        self.upload(user, sheet, row, &name);
        let (who, row) = (self.first_name(user), self.title(sheet, row));
        self.tell(format!("{who} attached {name} to \"{row}\"."));
    }

    fn move_up(&mut self, sheet: &str, row: &str, user: &str) {
        let title = self.title(sheet, row);
        if self.did(user, "PUT", &format!("/sheets/{sheet}/rows"), json!([{"id": row, "toTop": true}])) {
            let (who, sheet) = (self.first_name(user), self.name(SHEET, sheet));
            self.tell(format!("{who} moved \"{title}\" to the top of {sheet}."));
        }
    }
}
