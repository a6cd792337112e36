//! Random damage: many small changes of every kind, for tests that want surprises.

use serde_json::{Value, json};

use super::People;
use crate::platforms::smartsheet::sim::access::Level;
use crate::platforms::smartsheet::sim::state::{
    ATTACHMENT, COMMENT, DISCUSSION, FOLDER, SHARE, SHEET, WORKSPACE, items,
};
use crate::sim::world::{Kind, text};

/// Kinds of damage: those before are done to rows, the others to the sheet and what is around it.
const ROW_KINDS: usize = 11;
const KINDS: usize = 26;
/// How often something else is tried when there is nothing to change.
const ATTEMPTS: usize = 10;

/// What is asked for, and what is told when it was done.
type Wish = (&'static str, String, Value, &'static str);

impl People<'_> {
    /// Does `count` changes. What finds nothing to change after some attempts is told as well, so that counts agree.
    pub(super) fn random_damage(&mut self, count: usize) {
        for _ in 0..count {
            let done = (0..ATTEMPTS).find_map(|_| self.damage());
            self.tell(
                done.unwrap_or_else(|| "Somebody wanted to change something and found nothing.".to_owned()),
            );
        }
    }

    /// One change somewhere; none when what was drawn cannot be done.
    fn damage(&mut self) -> Option<String> {
        let sheets = self.sheets();
        let sheet = self.pick(&sheets)?;
        let kind = self.random.usize(..KINDS);
        let name = self.name(SHEET, &sheet);
        let user = self.somebody(&sheet, Level::Admin)?;
        let (method, path, body, what) = if kind < ROW_KINDS {
            self.wish_for_row(&sheet, &user, kind)?
        } else {
            self.wish_for_sheet(&sheet, kind)?
        };
        // What was done already has no path.
        let done = path.is_empty() || self.did(&user, method, &path, body);
        done.then(|| format!("{} {what} {name}.", self.first_name(&user)))
    }

    fn wish_for_row(&mut self, sheet: &str, user: &str, kind: usize) -> Option<Wish> {
        let rows = self.rows(sheet);
        let row = self.pick(&rows)?;
        let columns = self.columns(sheet);
        let column = self.pick(&columns)?;
        let (path, id) = (format!("/sheets/{sheet}/rows"), column["id"].clone());
        let n = self.random.u16(1..1_000);
        let with_cell = |cell: Value| json!([{"id": row, "cells": [cell]}]);
        Some(match kind {
            0 => ("DELETE", format!("{path}?ids={row}"), Value::Null, "deleted a row of"),
            1..=3 => {
                let mut cell = self.some_value(&column)?;
                cell["columnId"] = id;
                ("PUT", path, with_cell(cell), "changed a cell of")
            }
            4 => ("PUT", path, with_cell(json!({"columnId": id, "value": ""})), "emptied a cell of"),
            5 => (
                "PUT",
                path,
                with_cell(json!({"columnId": id, "formula": format!("={n}+1")})),
                "wrote a formula",
            ),
            6 => (
                "PUT",
                path,
                with_cell(json!({"columnId": id, "format": ",,1,,,,,,,,,,,,,,"})),
                "formatted a cell",
            ),
            7 => ("PUT", path, json!([{"id": row, "toBottom": true}]), "moved a row to the bottom of"),
            8 => {
                let other = self.pick(&rows)?;
                (
                    "PUT",
                    path,
                    json!([{"id": row, "siblingId": other, "above": true}]),
                    "moved a row above another",
                )
            }
            9 => {
                let words = json!({"comment": {"text": format!("Comment {n}")}});
                ("POST", format!("{path}/{row}/discussions"), words, "began a discussion in")
            }
            _ => {
                self.upload(user, sheet, &row, &format!("damage-{n}.bin"));
                ("POST", String::new(), Value::Null, "attached a file to a row of")
            }
        })
    }

    fn wish_for_sheet(&mut self, sheet: &str, kind: usize) -> Option<Wish> {
        let n = self.random.u16(1..1_000);
        let path = format!("/sheets/{sheet}");
        let columns = self.columns(sheet);
        let entity = self.state.world.get(SHEET, sheet)?.clone();
        let plain: Vec<Value> = columns
            .iter()
            .filter(|column| column["primary"] != true && column.get("tags").is_none())
            .cloned()
            .collect();
        Some(match kind {
            11 => {
                let primary = columns.iter().find(|column| column["primary"] == true)?;
                let rows = json!([{"toTop": true, "cells": [{"columnId": primary["id"], "value": format!("New {n}")}]}]);
                ("POST", format!("{path}/rows"), rows, "added a row to")
            }
            12 => {
                let rows = self.rows(sheet);
                let primary = columns.iter().find(|column| column["primary"] == true)?;
                let cells = json!([{"columnId": primary["id"], "value": format!("Below {n}")}]);
                let rows = json!([{"parentId": self.pick(&rows)?, "toBottom": true, "cells": cells}]);
                ("POST", format!("{path}/rows"), rows, "added a row below another in")
            }
            13 => ("PUT", path, json!({"name": format!("Sheet {n}")}), "renamed the sheet"),
            14 => {
                let column =
                    json!([{"title": format!("Column {n}"), "type": "TEXT_NUMBER", "index": columns.len()}]);
                ("POST", format!("{path}/columns"), column, "added a column to")
            }
            15 => {
                let id = self.pick(&plain)?["id"].as_str()?.to_owned();
                ("DELETE", format!("{path}/columns/{id}"), Value::Null, "deleted a column of")
            }
            16 => {
                let id = self.pick(&columns)?["id"].as_str()?.to_owned();
                let change =
                    json!({"title": format!("Title {n}"), "width": 50 + n, "hidden": self.random.bool()});
                ("PUT", format!("{path}/columns/{id}"), change, "changed a column of")
            }
            17 => {
                let lists: Vec<Value> =
                    plain.into_iter().filter(|column| !items(column, "options").is_empty()).collect();
                let column = self.pick(&lists)?;
                let mut options = items(&column, "options").to_vec();
                options.pop();
                options.push(format!("Option {n}").into());
                let change = json!({"type": column["type"], "options": options});
                (
                    "PUT",
                    format!("{path}/columns/{}", text(&column, "id")),
                    change,
                    "changed the options of a column",
                )
            }
            _ => return self.wish_for_what_belongs(sheet, &entity, kind),
        })
    }

    fn wish_for_what_belongs(&mut self, sheet: &str, entity: &Value, kind: usize) -> Option<Wish> {
        let n = self.random.u16(1..1_000);
        let path = format!("/sheets/{sheet}");
        Some(match kind {
            18 => {
                let id = self.any(sheet, DISCUSSION)?;
                ("DELETE", format!("{path}/discussions/{id}"), Value::Null, "deleted a discussion in")
            }
            19 => {
                let id = self.any(sheet, DISCUSSION)?;
                let words = json!({"text": format!("Answer {n}")});
                ("POST", format!("{path}/discussions/{id}/comments"), words, "answered in a discussion of")
            }
            20 => {
                let id = self.any(sheet, ATTACHMENT)?;
                ("DELETE", format!("{path}/attachments/{id}"), Value::Null, "deleted an attachment of")
            }
            21 => {
                let id = self.any(sheet, COMMENT)?;
                ("DELETE", format!("{path}/comments/{id}"), Value::Null, "deleted a comment of theirs in")
            }
            22 => {
                let field = json!([{"title": format!("Field {n}"), "type": "TEXT_NUMBER", "objectValue": n}]);
                ("POST", format!("{path}/summary/fields"), field, "added a field to the summary of")
            }
            23 => {
                let fields = items(entity, "summaryFields").to_vec();
                let id = self.pick(&fields)?["id"].as_str()?.to_owned();
                (
                    "DELETE",
                    format!("{path}/summary/fields?ids={id}"),
                    Value::Null,
                    "deleted a field of the summary",
                )
            }
            24 => {
                let id = self.any(sheet, SHARE)?;
                let share = format!("/shares/{id}?assetType=sheet&assetId={sheet}");
                if self.random.bool() {
                    ("DELETE", share, Value::Null, "ended a share of")
                } else {
                    ("PATCH", share, json!({"accessLevel": "VIEWER"}), "lowered a share of")
                }
            }
            _ => {
                let parent = text(entity, "_parent").to_owned();
                let kind = if self.state.world.get(FOLDER, &parent).is_some() { FOLDER } else { WORKSPACE };
                (
                    "PUT",
                    format!("/{kind}s/{parent}"),
                    json!({"name": format!("Container {n}")}),
                    "renamed what it lies in",
                )
            }
        })
    }

    /// Something that belongs to the sheet, by chance.
    fn any(&mut self, sheet: &str, kind: Kind) -> Option<String> {
        let ids = self.state.world.ids_of(sheet, kind);
        self.pick(&ids)
    }
}
