//! Cross-sheet references and cell links.

use std::time::Duration;

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, done};
use super::cells;
use super::columns;
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::state::{REFERENCE, ROW, SHEET, State, items};
use crate::base::clock::Timestamp;
use crate::sim::world::text;

/// References that no formula names vanish after so long.
const UNUSED: Duration = Duration::from_hours(2);

impl State {
    /// Lets references vanish that no formula named for two hours.
    pub(super) fn forget_unused_references(&mut self) {
        let old = |reference: &&Value| {
            let made: Option<Timestamp> = text(reference, "_createdAt").parse().ok();
            let ends = made.and_then(|made| made.checked_add(UNUSED).ok());
            reference["_used"] != true && ends.is_some_and(|ends| ends <= self.now)
        };
        let gone: Vec<String> =
            self.world.all(REFERENCE).filter(old).map(|reference| text(reference, "id").to_owned()).collect();
        for id in gone {
            self.world.remove(REFERENCE, &id);
        }
    }

    /// Marks the references that formulas of the sheet name.
    pub(super) fn mark_used_references(&mut self, sheet: &str) {
        for id in self.world.ids_of(sheet, REFERENCE) {
            let Some(reference) =
                self.world.get(REFERENCE, &id).filter(|reference| reference["_used"] != true)
            else {
                continue;
            };
            let name = text(reference, "name");
            let names = |cell: &Value| cells::references(text(cell, "formula")).any(|named| named == name);
            let mut rows = self.world.of(sheet, ROW);
            let used =
                rows.any(|row| row["cells"].as_object().into_iter().flatten().any(|(_, cell)| names(cell)));
            drop(rows);
            if used {
                self.change(REFERENCE, &id, |reference| reference["_used"] = true.into());
            }
        }
    }

    /// Ends the link that fills a cell: its source forgets it.
    pub(super) fn unlink_target(&mut self, row: &str, column: &str) {
        let Some(link) =
            self.world.get(ROW, row).and_then(|row| row["cells"].get(column)?.get("linkInFromCell"))
        else {
            return;
        };
        let (source, source_column) = (text(link, "rowId").to_owned(), text(link, "columnId").to_owned());
        self.change(ROW, &source, |source| {
            if let Some(cell) = source["cells"].get_mut(&source_column) {
                super::state::take_out(cell, "linksOutToCells", |out| {
                    out["rowId"] == row && out["columnId"] == column
                });
            }
        });
    }

    /// A cell goes: the cells that show it are broken, and the one it showed forgets it.
    pub(super) fn unlink(&mut self, sheet: &str, row: &str, column: &str) {
        self.unlink_target(row, column);
        let cell = self.world.get(ROW, row).and_then(|row| row["cells"].get(column));
        let out = cell.map(|cell| items(cell, "linksOutToCells").to_vec()).unwrap_or_default();
        for link in out {
            let (target, target_column) =
                (text(&link, "rowId").to_owned(), text(&link, "columnId").to_owned());
            self.change(ROW, &target, |target| {
                if let Some(cell) = target["cells"].get_mut(&target_column) {
                    cell["linkInFromCell"]["status"] = "BROKEN".into();
                }
            });
            let target_sheet = text(&link, "sheetId").to_owned();
            if target_sheet != sheet {
                self.bump(&target_sheet);
            }
        }
    }

    /// A row goes.
    pub(super) fn break_links_of_row(&mut self, row: &str) {
        let Some(entity) = self.world.get(ROW, row) else { return };
        let sheet = text(entity, "_sheet").to_owned();
        let columns: Vec<String> =
            entity["cells"].as_object().into_iter().flatten().map(|(id, _)| id.clone()).collect();
        for column in columns {
            self.unlink(&sheet, row, &column);
        }
        self.break_references(row);
    }

    /// A row or column goes: the references whose range begins or ends there are broken.
    pub(super) fn break_references(&mut self, edge: &str) {
        let names = ["startColumnId", "endColumnId", "startRowId", "endRowId"];
        let is_edge = |reference: &&Value| names.iter().any(|name| text(reference, name) == edge);
        let broken = self.world.all(REFERENCE).filter(is_edge).map(|reference| text(reference, "id").to_owned());
        for id in broken.collect::<Vec<String>>() {
            self.change(REFERENCE, &id, |reference| reference["status"] = "BROKEN".into());
        }
    }

    /// A sheet goes.
    pub(super) fn break_links_of_sheet(&mut self, sheet: &str) {
        for row in self.world.ids_of(sheet, ROW) {
            self.break_links_of_row(&row);
        }
        let from: Vec<String> = self
            .world
            .all(REFERENCE)
            .filter(|reference| text(reference, "sourceSheetId") == sheet)
            .map(|reference| text(reference, "id").to_owned())
            .collect();
        for id in from {
            self.change(REFERENCE, &id, |reference| reference["status"] = "BROKEN".into());
        }
    }

    /// Shows the values of a row in the cells that are linked to it, one step far.
    pub(super) fn pass_on_values(&mut self, row: &str) {
        let Some(entity) = self.world.get(ROW, row) else { return };
        let mut news = Vec::new();
        for (_, cell) in entity["cells"].as_object().into_iter().flatten() {
            news.extend(items(cell, "linksOutToCells").iter().map(|link| (link.clone(), cell.clone())));
        }
        for (link, source) in news {
            let (target, column) = (text(&link, "rowId").to_owned(), text(&link, "columnId").to_owned());
            let mut changed = false;
            self.change(ROW, &target, |target| {
                if let Some(cell) = target["cells"].get_mut(&column) {
                    changed = cell.get("value") != source.get("value");
                    copy_content(&source, cell);
                }
            });
            if changed {
                self.touch(ROW, &target);
                self.bump(text(&link, "sheetId"));
            }
        }
    }
}

/// Lets a cell show what another one shows.
fn copy_content(source: &Value, cell: &mut Value) {
    for field in ["value", "displayValue", "objectValue"] {
        match source.get(field) {
            Some(value) => cell[field] = value.clone(),
            None => {
                cell.as_object_mut().map(|cell| cell.remove(field));
            }
        }
    }
}

impl Call<'_> {
    pub(super) fn get_references(&mut self, sheet: &str) -> Answer {
        self.state.sheet(self.caller, sheet, Level::Viewer)?;
        let references = self.state.listed(sheet, REFERENCE).into_iter().cloned().collect();
        paging::numbered(self.query, &self.state.rules, references)
    }

    pub(super) fn get_reference(&mut self, sheet: &str, id: &str) -> Answer {
        self.state.sheet(self.caller, sheet, Level::Viewer)?;
        let found =
            self.state.listed(sheet, REFERENCE).into_iter().find(|reference| text(reference, "id") == id);
        found.cloned().ok_or_else(|| Refusal::of(1006))
    }

    pub(super) fn post_reference(&mut self, sheet: &str) -> Answer {
        self.state.sheet(self.caller, sheet, Level::Editor)?;
        let known = ["name", "sourceSheetId", "startColumnId", "endColumnId", "startRowId", "endRowId"];
        input::only(self.body, &known)?;
        let source = input::optional_id(self.body, "sourceSheetId")?;
        let source = source.ok_or_else(|| Refusal::about(1012, "sourceSheetId"))?;
        let source_sheet = self.state.sheet(self.caller, &source, Level::Viewer)?;
        let mut reference = json!({"sourceSheetId": source, "status": "OK", "_used": false});
        for [start, end] in [["startColumnId", "endColumnId"], ["startRowId", "endRowId"]] {
            match (input::optional_id(self.body, start)?, input::optional_id(self.body, end)?) {
                (Some(first), Some(last)) => {
                    for id in [&first, &last] {
                        if start == "startColumnId" {
                            columns::find(source_sheet, id)?;
                        } else {
                            self.state.row(&source, id)?;
                        }
                    }
                    reference[start] = first.into();
                    reference[end] = last.into();
                }
                (None, None) => {}
                _ => return Err(Refusal::about(1012, end)),
            }
        }
        if reference.get("startColumnId").is_none() && reference.get("startRowId").is_none() {
            return Err(Refusal::about(1012, "startColumnId"));
        }
        let name = match self.body.get("name") {
            None | Some(Value::Null) => format!(
                "{} Range {}",
                text(source_sheet, "name"),
                self.state.world.count_of(sheet, REFERENCE) + 1
            ),
            Some(_) => input::name(self.body, "name", 100)?,
        };
        if self.state.world.of(sheet, REFERENCE).any(|other| text(other, "name") == name) {
            return Err(Refusal::about(1129, "cross-sheet reference"));
        }
        reference["name"] = name.into();
        reference["_createdAt"] = self.state.date().into();
        let id = self.state.add(REFERENCE, &[sheet], reference);
        self.state.touch(SHEET, sheet);
        Ok(done(self.state.world.get(REFERENCE, &id).cloned().unwrap_or_default()))
    }

    pub(super) fn set_links(
        &mut self,
        sheet: &str,
        entity: &Value,
        id: &str,
        row: &Value,
    ) -> Result<(), Refusal> {
        self.state.row(sheet, id)?;
        for cell in items(row, "cells") {
            input::only(cell, &["columnId", "value", "linkInFromCell"])?;
            let column =
                input::optional_id(cell, "columnId")?.ok_or_else(|| Refusal::about(1012, "columnId"))?;
            if columns::find(entity, &column)?.get("systemColumnType").is_some() {
                return Err(Refusal::of(1046));
            }
            let link = &cell["linkInFromCell"];
            input::only(link, &["sheetId", "rowId", "columnId", "sheetName", "status"])?;
            let [from, from_row, from_column] = ["sheetId", "rowId", "columnId"]
                .map(|field| input::optional_id(link, field)?.ok_or_else(|| Refusal::about(1012, field)));
            let (from, from_row, from_column) = (from?, from_row?, from_column?);
            let source_sheet = self.state.sheet(self.caller, &from, Level::Viewer)?;
            columns::find(source_sheet, &from_column)?;
            let name = source_sheet["name"].clone();
            let source = self.state.row(&from, &from_row)?["cells"]
                .get(&from_column)
                .cloned()
                .unwrap_or_else(|| json!({}));
            let stored = json!({
                "status": "OK", "sheetId": from, "rowId": from_row, "columnId": from_column, "sheetName": name,
            });
            self.state.unlink_target(id, &column);
            self.state.change(ROW, id, |row| {
                let out = row["cells"][column.as_str()].get("linksOutToCells").cloned();
                let mut target = json!({"linkInFromCell": stored});
                copy_content(&source, &mut target);
                if let Some(out) = out {
                    target["linksOutToCells"] = out;
                }
                row["cells"][column.as_str()] = target;
            });
            let target_name = entity["name"].clone();
            let out = json!({
                "status": "OK", "sheetId": sheet, "rowId": id, "columnId": column, "sheetName": target_name,
            });
            self.state.change(ROW, &from_row, |row| {
                super::state::put_in(&mut row["cells"][from_column.as_str()], "linksOutToCells", out);
            });
            self.state.touch(ROW, id);
        }
        Ok(())
    }
}

/// Whether a request sets links; when it does it must do nothing else.
pub(super) fn only_links(rows: &[Value]) -> Result<bool, Refusal> {
    let cells: Vec<&Value> = rows.iter().flat_map(|row| items(row, "cells")).collect();
    let links = |cell: &&&Value| cell.get("linkInFromCell").is_some_and(|link| !link.is_null());
    let count = cells.iter().filter(links).count();
    let pure = rows.iter().all(|row| {
        let fields = row.as_object().into_iter().flatten();
        fields.into_iter().all(|(field, _)| field == "id" || field == "cells")
    });
    let alone = cells.iter().all(|cell| cell["value"].is_null() && cell.get("formula").is_none());
    match count {
        0 => Ok(false),
        count if count == cells.len() && pure && alone => Ok(true),
        _ => Err(Refusal::of(1115)),
    }
}
