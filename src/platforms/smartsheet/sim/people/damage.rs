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

/// What is asked for, and what is told when it was done.
type Wish = (&'static str, String, Value, &'static str);

impl People<'_> {
    /// Does `count` changes. Those that find nothing to change are told as well, so that counts agree.
    pub(super) fn random_damage(&mut self, count: usize) {
        for _ in 0..count {
            let sheets = self.sheets();
            let Some(sheet) = self.pick(&sheets) else { return };
            let kind = self.random.usize(..KINDS);
            let name = self.name(SHEET, &sheet);
            let Some(user) = self.somebody(&sheet, Level::Admin) else {
                self.tell(format!("Nobody who could change anything looked at {name}."));
                continue;
            };
            let wish = if kind < ROW_KINDS {
                self.wish_for_row(&sheet, &user, kind)
            } else {
                self.wish_for_sheet(&sheet, kind)
            };
            let done = wish.filter(|(method, path, body, _)| {
                path.is_empty() || self.did(&user, method, path, body.clone())
            });
            let who = self.first_name(&user);
            self.tell(done.map_or_else(
                || format!("{who} wanted to change something in {name} and found nothing."),
                |(.., what)| format!("{who} {what} in {name}."),
            ));
        }
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
            0 => ("DELETE", format!("{path}?ids={row}"), Value::Null, "deleted a row"),
            1..=3 => {
                let mut cell = self.some_value(&column)?;
                cell["columnId"] = id;
                ("PUT", path, with_cell(cell), "changed a cell")
            }
            4 => ("PUT", path, with_cell(json!({"columnId": id, "value": ""})), "emptied a cell"),
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
            7 => ("PUT", path, json!([{"id": row, "toBottom": true}]), "moved a row to the bottom"),
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
                ("POST", format!("{path}/{row}/discussions"), words, "began a discussion")
            }
            _ => {
                self.upload(user, sheet, &row, &format!("damage-{n}.bin"));
                ("POST", String::new(), Value::Null, "attached a file to a row")
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
                ("POST", format!("{path}/rows"), rows, "added a row")
            }
            12 => {
                let rows = self.rows(sheet);
                let primary = columns.iter().find(|column| column["primary"] == true)?;
                let cells = json!([{"columnId": primary["id"], "value": format!("Below {n}")}]);
                let rows = json!([{"parentId": self.pick(&rows)?, "toBottom": true, "cells": cells}]);
                ("POST", format!("{path}/rows"), rows, "added a row below another")
            }
            13 => ("PUT", path, json!({"name": format!("Sheet {n}")}), "renamed the sheet"),
            14 => {
                let column =
                    json!([{"title": format!("Column {n}"), "type": "TEXT_NUMBER", "index": columns.len()}]);
                ("POST", format!("{path}/columns"), column, "added a column")
            }
            15 => {
                let id = self.pick(&plain)?["id"].as_str()?.to_owned();
                ("DELETE", format!("{path}/columns/{id}"), Value::Null, "deleted a column")
            }
            16 => {
                let id = self.pick(&columns)?["id"].as_str()?.to_owned();
                let change =
                    json!({"title": format!("Title {n}"), "width": 50 + n, "hidden": self.random.bool()});
                ("PUT", format!("{path}/columns/{id}"), change, "changed a column")
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
            18 => {
                let id = self.any(sheet, DISCUSSION)?;
                ("DELETE", format!("{path}/discussions/{id}"), Value::Null, "deleted a discussion")
            }
            19 => {
                let id = self.any(sheet, DISCUSSION)?;
                let words = json!({"text": format!("Answer {n}")});
                ("POST", format!("{path}/discussions/{id}/comments"), words, "answered in a discussion")
            }
            20 => {
                let id = self.any(sheet, ATTACHMENT)?;
                ("DELETE", format!("{path}/attachments/{id}"), Value::Null, "deleted an attachment")
            }
            21 => {
                let id = self.any(sheet, COMMENT)?;
                ("DELETE", format!("{path}/comments/{id}"), Value::Null, "deleted a comment of theirs")
            }
            22 => {
                let field = json!([{"title": format!("Field {n}"), "type": "TEXT_NUMBER", "objectValue": n}]);
                ("POST", format!("{path}/summary/fields"), field, "added a field to the summary")
            }
            23 => {
                let fields = items(&entity, "summaryFields").to_vec();
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
                    ("DELETE", share, Value::Null, "ended a share")
                } else {
                    ("PATCH", share, json!({"accessLevel": "VIEWER"}), "lowered a share")
                }
            }
            _ => {
                let parent = text(&entity, "_parent").to_owned();
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
