//! Writing rows: where they go, what they hold, and in what order.

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, done_at};
use super::columns;
use super::input;
use super::links;
use super::outward;
use super::refusal::Refusal;
use super::row_order::{LOCATION, Place};
use super::rows_reading::Shown;
use super::state::{ATTACHMENT, COMMENT, DISCUSSION, ROW, SHEET, State, items};
use crate::sim::world::text;

const ATTRIBUTES: &[&str] = &["id", "cells", "expanded", "locked", "format", "rowNumber"];

impl State {
    /// Makes a row that has a number where the sheet numbers its rows.
    pub(super) fn new_row(&mut self, user: &str, sheet: &str, parent: &str, cells: Value) -> String {
        let mut row = json!({
            "_sheet": sheet, "parentId": parent, "createdAt": self.date(), "modifiedAt": self.date(),
            "_createdBy": user, "_modifiedBy": user, "expanded": true, "locked": false,
        });
        row["cells"] = cells;
        self.add(ROW, &[sheet], row)
    }

    /// Gives numbers to the rows that have none, in the columns that number rows.
    pub(super) fn number_rows_of(&mut self, sheet: &str) {
        let Some(entity) = self.world.get(SHEET, sheet) else { return };
        let numbers = |column: &&Value| column["systemColumnType"] == "AUTO_NUMBER";
        let Some(column) = items(entity, "columns").iter().find(numbers).cloned() else { return };
        let (id, format) = (text(&column, "id"), &column["autoNumberFormat"]);
        let first = format["startingNumber"].as_u64().unwrap_or(1);
        let mut next = entity["_autoNumber"].as_u64().unwrap_or(0).max(first);
        for row in self.order.get(sheet).cloned().unwrap_or_default() {
            self.change(ROW, &row, |row| {
                if row["cells"].get(id).is_none() {
                    let width = text(format, "fill").len();
                    let number =
                        format!("{}{next:0width$}{}", text(format, "prefix"), text(format, "suffix"));
                    row["cells"][id] = json!({"value": number, "displayValue": number});
                    next += 1;
                }
            });
        }
        self.change(SHEET, sheet, |sheet| sheet["_autoNumber"] = next.into());
    }

    /// Takes rows and everything that hangs on them out of a sheet.
    pub(super) fn erase_rows(&mut self, sheet: &str, rows: &[String]) {
        if let Some(order) = self.order.get_mut(sheet) {
            order.retain(|row| !rows.contains(row));
        }
        for row in rows {
            self.break_links_of_row(row);
            for discussion in self.world.ids_of(row, DISCUSSION) {
                self.erase_discussion(&discussion);
            }
            for attachment in self.world.ids_of(row, ATTACHMENT) {
                self.blobs.remove(&attachment);
                self.world.remove(ATTACHMENT, &attachment);
            }
            self.world.remove(ROW, row);
        }
    }

    /// Takes a discussion with its comments and their files out.
    pub(super) fn erase_discussion(&mut self, discussion: &str) {
        for comment in self.world.ids_of(discussion, COMMENT) {
            for attachment in self.world.ids_of(&comment, ATTACHMENT) {
                self.blobs.remove(&attachment);
                self.world.remove(ATTACHMENT, &attachment);
            }
            self.world.remove(COMMENT, &comment);
        }
        self.world.remove(DISCUSSION, discussion);
    }
}

impl Call<'_> {
    /// The rows of a request, which must all go to the same place, and whether they came as a list.
    fn rows_of_request(&self) -> Result<(Vec<Value>, bool, Option<Place>), Refusal> {
        let (rows, many) = input::one_or_many(self.body)?;
        if rows.len() > self.state.rules.rows_in_request {
            return Err(Refusal::about(1061, "rows"));
        }
        let known: Vec<&str> = ATTRIBUTES.iter().chain(LOCATION).copied().collect();
        let mut places = Vec::new();
        for row in &rows {
            input::only(row, &known)?;
            places.push(Place::read(row)?);
        }
        let first = places.first().cloned().flatten();
        if places.iter().any(|place| *place != first) {
            return Err(Refusal::of(1123));
        }
        Ok((rows, many, first))
    }

    pub(super) fn post_rows(&mut self, sheet: &str) -> Answer {
        let access = self.state.level(SHEET, sheet, &self.caller.user).unwrap_or(Level::Viewer);
        let entity = self.state.sheet(self.caller, sheet, Level::Editor)?.clone();
        let overridden = input::flag(self.query, "overrideValidation")? && access >= Level::Admin;
        let partial = input::flag(self.query, "allowPartialSuccess")?;
        self.api_level()?;
        let (given, many, place) = self.rows_of_request()?;
        let count = self.state.world.count_of(sheet, ROW) + given.len();
        let cells = count * items(&entity, "columns").len();
        if count > self.state.rules.rows || cells > self.state.rules.cells {
            return Err(Refusal::about(1061, "rows"));
        }
        let mut order = self.state.order.get(sheet).cloned().unwrap_or_default();
        let (at, parent) = self.state.place(sheet, &order, &place.unwrap_or(Place::Bottom))?;
        let mut made = Vec::new();
        let mut failed = Vec::new();
        for (index, row) in given.iter().enumerate() {
            if row.get("id").is_some() {
                return Err(Refusal::about(1032, "id").at(index, None));
            }
            match self.cells_of_new_row(&entity, row, overridden) {
                Ok(cells) => made.push((row, cells)),
                Err(refusal) if partial => failed.push(failed_item(index, None, &refusal)),
                Err(refusal) => return Err(refusal.at(index, None)),
            }
        }
        let mut ids = Vec::new();
        for (row, cells) in made {
            let id = self.state.new_row(&self.caller.user, sheet, &parent, cells);
            self.set_row_attributes(&id, row, access)?;
            ids.push(id);
        }
        order.splice(at..at, ids.iter().cloned());
        self.state.order.insert(sheet.to_owned(), order);
        self.state.number_rows_of(sheet);
        self.state.mark_used_references(sheet);
        self.rows_answer(sheet, &ids, many, failed)
    }

    fn cells_of_new_row(&self, sheet: &Value, row: &Value, overridden: bool) -> Result<Value, Refusal> {
        let access = self.state.level(SHEET, text(sheet, "id"), &self.caller.user).unwrap_or(Level::Viewer);
        let mut cells = json!({});
        for given in items(row, "cells") {
            let column = column_of_cell(sheet, given, access)?;
            let id = text(column, "id");
            if cells.get(id).is_some() {
                return Err(Refusal::about(1037, id));
            }
            // Links can only be set on rows that are there.
            if given.get("linkInFromCell").is_some_and(|link| !link.is_null()) {
                return Err(Refusal::of(1115));
            }
            refuse_project_dates(sheet, column, given, &row["cells"])?;
            let cell = self.state.new_cell(text(sheet, "id"), column, given, None, overridden)?;
            if cell.as_object().is_some_and(|cell| !cell.is_empty()) {
                cells[id] = cell;
            }
        }
        Ok(cells)
    }

    fn set_row_attributes(&mut self, id: &str, given: &Value, access: Level) -> Result<(), Refusal> {
        let (expanded, locked) = (input::truth(given, "expanded")?, input::truth(given, "locked")?);
        if locked.is_some() && access < Level::Admin {
            return Err(Refusal::of(1004));
        }
        let format = given.get("format").cloned();
        self.state.change(ROW, id, |row| {
            if let Some(expanded) = expanded {
                row["expanded"] = expanded.into();
            }
            if let Some(locked) = locked {
                row["locked"] = locked.into();
            }
            match format {
                Some(Value::String(format)) if !format.is_empty() => row["format"] = format.into(),
                Some(_) => {
                    row.as_object_mut().map(|row| row.remove("format"));
                }
                None => {}
            }
        });
        Ok(())
    }

    pub(super) fn put_rows(&mut self, sheet: &str) -> Answer {
        let access = self.state.level(SHEET, sheet, &self.caller.user).unwrap_or(Level::Viewer);
        let entity = self.state.sheet(self.caller, sheet, Level::Editor)?.clone();
        let overridden = input::flag(self.query, "overrideValidation")? && access >= Level::Admin;
        let partial = input::flag(self.query, "allowPartialSuccess")?;
        self.api_level()?;
        let (given, many, place) = self.rows_of_request()?;
        let links = links::only_links(&given)?;
        let before = self.state.world.clone();
        let order_before = self.state.order.get(sheet).cloned();
        let mut ids = Vec::new();
        let mut failed = Vec::new();
        for (index, row) in given.iter().enumerate() {
            let id =
                input::optional_id(row, "id")?.ok_or_else(|| Refusal::about(1012, "id").at(index, None))?;
            let changed = if links {
                self.set_links(sheet, &entity, &id, row)
            } else {
                self.change_row(sheet, &entity, &id, row, access, overridden)
            };
            let moved = changed.and_then(|()| match &place {
                Some(place) => self.move_to_place(sheet, &id, place, ids.last()),
                None => Ok(()),
            });
            match moved {
                Ok(()) => ids.push(id),
                Err(refusal) if partial => failed.push(failed_item(index, Some(&id), &refusal)),
                Err(refusal) => {
                    // All or nothing: what was changed before is taken back.
                    self.state.world = before;
                    order_before.map(|order| self.state.order.insert(sheet.to_owned(), order));
                    return Err(refusal.at(index, Some(&id)));
                }
            }
        }
        self.state.mark_used_references(sheet);
        for id in &ids {
            self.state.pass_on_values(id);
        }
        self.rows_answer(sheet, &ids, many, failed)
    }

    /// Rows of one request that go to the same place come to lie one behind the other.
    fn move_to_place(
        &mut self,
        sheet: &str,
        id: &str,
        place: &Place,
        last: Option<&String>,
    ) -> Result<(), Refusal> {
        if let Place::Below { parent, .. } | Place::Beside { sibling: parent, .. } = place
            && (parent == id || self.state.is_below(parent, id))
        {
            return Err(Refusal::about(1063, parent));
        }
        match (place, last) {
            (Place::Indent | Place::Outdent, _) | (_, None) => self.state.move_row(sheet, id, place),
            (_, Some(last)) => {
                self.state.move_row(sheet, id, &Place::Beside { sibling: last.clone(), above: false })
            }
        }
    }

    fn change_row(
        &mut self,
        sheet: &str,
        entity: &Value,
        id: &str,
        given: &Value,
        access: Level,
        overridden: bool,
    ) -> Result<(), Refusal> {
        let row = self.state.row(sheet, id)?;
        if row["locked"] == true && access < Level::Admin {
            return Err(Refusal::of(1050));
        }
        let mut changed = Vec::new();
        for cell in items(given, "cells") {
            let column = column_of_cell(entity, cell, access)?;
            let column_id = text(column, "id").to_owned();
            if changed.iter().any(|(known, _)| *known == column_id) {
                return Err(Refusal::about(1037, column_id));
            }
            refuse_project_dates(entity, column, cell, &row["cells"])?;
            let old = row["cells"].get(&column_id);
            changed.push((column_id.clone(), self.state.new_cell(sheet, column, cell, old, overridden)?));
        }
        for (column, cell) in changed {
            self.state.unlink_target(id, &column);
            self.state.change(ROW, id, |row| row["cells"][column.as_str()] = cell);
        }
        self.set_row_attributes(id, given, access)?;
        self.state.touch(ROW, id);
        self.state.change(ROW, id, |row| row["_modifiedBy"] = self.caller.user.as_str().into());
        Ok(())
    }

    pub(super) fn delete_rows(&mut self, sheet: &str) -> Answer {
        let access = self.state.level(SHEET, sheet, &self.caller.user).unwrap_or(Level::Viewer);
        self.state.sheet(self.caller, sheet, Level::Editor)?;
        let ids = input::list(self.query, "ids").filter(|ids| !ids.is_empty());
        let ids = ids.ok_or_else(|| Refusal::about(1018, "ids"))?;
        let forgiving = input::flag(self.query, "ignoreRowsNotFound")?;
        let mut gone: Vec<String> = Vec::new();
        for id in &ids {
            match self.state.row(sheet, id) {
                Ok(_) => gone.extend(self.state.with_descendants(sheet, id)),
                Err(_) if forgiving => {}
                Err(refusal) => return Err(refusal),
            }
        }
        gone.sort_unstable();
        gone.dedup();
        let locked = |id: &String| self.state.row(sheet, id).is_ok_and(|row| row["locked"] == true);
        if access < Level::Admin && gone.iter().any(locked) {
            return Err(Refusal::of(1092));
        }
        self.state.erase_rows(sheet, &gone);
        self.state.schedule(sheet);
        let version = if gone.is_empty() { 0 } else { self.state.bump(sheet) };
        self.state.note(&self.caller.user, "SHEET", "UPDATE", sheet);
        let mut answer = done_at(version, gone.iter().map(|id| outward::id(id)).collect());
        if gone.is_empty() {
            answer.as_object_mut().map(|answer| answer.remove("version"));
        }
        Ok(answer)
    }

    fn rows_answer(&mut self, sheet: &str, ids: &[String], many: bool, failed: Vec<Value>) -> Answer {
        self.state.schedule(sheet);
        let version = self.state.bump(sheet);
        self.state.note(&self.caller.user, "SHEET", "UPDATE", sheet);
        let access = self.state.level(SHEET, sheet, &self.caller.user).unwrap_or(Level::Viewer);
        let entity = self.state.sheet(self.caller, sheet, Level::Viewer)?;
        let shown = Shown::plain(access);
        let mut last = (0, None);
        let order = self.state.order.get(sheet).map(Vec::as_slice).unwrap_or_default();
        let mut rows = Vec::new();
        for id in ids {
            // Rows of one request mostly lie behind each other, so that searching on is short.
            let at = order.iter().skip(last.0).position(|row| row == id).map(|at| at + last.0);
            let at = at.or_else(|| order.iter().position(|row| row == id)).unwrap_or_default();
            let row = self.state.row(sheet, id)?;
            let mut view = self.row_view(entity, row, at + 1, last.1, &shown);
            view["sheetId"] = sheet.into();
            last = (at, Some(id.as_str()));
            view.as_object_mut().map(|view| view.remove("siblingId"));
            rows.push(view);
        }
        let result = if many { rows.into() } else { rows.pop().unwrap_or_default() };
        let mut answer = done_at(version, result);
        if !failed.is_empty() {
            answer["message"] = "PARTIAL_SUCCESS".into();
            answer["resultCode"] = 3.into();
            answer["failedItems"] = failed.into();
        }
        Ok(answer)
    }
}

/// The column that a cell is for, unless it is locked for the caller.
fn column_of_cell<'a>(sheet: &'a Value, cell: &Value, access: Level) -> Result<&'a Value, Refusal> {
    let id = input::optional_id(cell, "columnId")?.ok_or_else(|| Refusal::about(1012, "columnId"))?;
    let column = columns::find(sheet, &id)?;
    if column["locked"] == true && access < Level::Admin {
        return Err(Refusal::about(1039, text(column, "title")));
    }
    Ok(column)
}

/// Dates that the dependencies of a project sheet decide cannot be set.
fn refuse_project_dates(sheet: &Value, column: &Value, given: &Value, cells: &Value) -> Result<(), Refusal> {
    let tags = items(column, "tags");
    let is = |tag: &str| tags.iter().any(|known| known == tag);
    if sheet["dependenciesEnabled"] != true || given.get("value").is_none_or(Value::is_null) {
        return Ok(());
    }
    let predecessors = items(sheet, "columns").iter().find(|column| column["type"] == "PREDECESSOR");
    let follows = predecessors.is_some_and(|column| {
        let stored = cells.get(text(column, "id")).is_some_and(|cell| cell.get("value").is_some());
        let sent = cells.as_array().into_iter().flatten().any(|cell| {
            input::id(&cell["columnId"]).as_deref() == Some(text(column, "id"))
                && cell.get("objectValue").is_some()
        });
        stored || sent
    });
    if is("GANTT_END_DATE") || (is("GANTT_START_DATE") && follows) { Err(Refusal::of(1080)) } else { Ok(()) }
}

fn failed_item(index: usize, row: Option<&str>, refusal: &Refusal) -> Value {
    let error = refusal.body("partial");
    json!({"index": index, "rowId": row, "error": error})
}
