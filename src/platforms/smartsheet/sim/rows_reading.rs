//! How rows and cells are shown.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::access::{Level, mini};
use super::call::{Answer, Call};
use super::columns;
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::state::{ROW, SHEET, USER, items, permalink};
use super::values;
use crate::sim::world::text;

/// What is wanted of rows.
pub(super) struct Shown {
    pub(super) include: BTreeSet<String>,
    pub(super) exclude: BTreeSet<String>,
    /// Only these columns.
    pub(super) columns: Option<BTreeSet<String>>,
    /// Which types the client knows.
    pub(super) level: usize,
    pub(super) access: Level,
    pub(super) filter: Option<Value>,
}

impl Shown {
    /// Everything, as answers to writes have it.
    pub(super) fn plain(access: Level) -> Self {
        let exclude = ["nonexistentCells".to_owned()].into();
        Self { include: BTreeSet::new(), exclude, columns: None, level: 2, access, filter: None }
    }
}

impl Call<'_> {
    /// A row as it is shown. `sibling` is the row before it below the same parent.
    pub(super) fn row_view(
        &self,
        sheet: &Value,
        row: &Value,
        number: usize,
        sibling: Option<&str>,
        shown: &Shown,
    ) -> Value {
        let with = |word: &str| shown.include.contains(word);
        let mut view = json!({
            "id": row["id"], "rowNumber": number, "expanded": row["expanded"], "createdAt": row["createdAt"],
            "modifiedAt": row["modifiedAt"],
        });
        if !text(row, "parentId").is_empty() {
            view["parentId"] = row["parentId"].clone();
        }
        if let Some(sibling) = sibling {
            view["siblingId"] = sibling.into();
        }
        if row["locked"] == true {
            view["locked"] = true.into();
            view["lockedForUser"] = (shown.access < Level::Admin).into();
        }
        if with("format") {
            for field in ["format", "conditionalFormat"] {
                if row.get(field).is_some() {
                    view[field] = row[field].clone();
                }
            }
        }
        if with("writerInfo") {
            view["createdBy"] = mini(self.state.world.get(USER, text(row, "_createdBy")));
            view["modifiedBy"] = mini(self.state.world.get(USER, text(row, "_modifiedBy")));
        }
        if with("rowPermalink") {
            view["permalink"] = permalink(ROW, text(row, "id")).into();
        }
        if shown.filter.is_some() || with("filters") {
            view["filteredOut"] =
                shown.filter.as_ref().is_some_and(|filter| is_filtered_out(filter, row)).into();
        }
        let wanted =
            |column: &&Value| shown.columns.as_ref().is_none_or(|ids| ids.contains(text(column, "id")));
        let cells = items(sheet, "columns").iter().filter(wanted);
        view["cells"] = cells.filter_map(|column| self.cell_view(column, row, shown)).collect();
        view
    }

    /// The cell of a row in a column; none when it never held anything and such cells are not wanted.
    fn cell_view(&self, column: &Value, row: &Value, shown: &Shown) -> Option<Value> {
        let with = |word: &str| shown.include.contains(word);
        let id = text(column, "id");
        let system = self.system_value(column, row);
        let stored = system.as_ref().or_else(|| row["cells"].get(id));
        if stored.is_none() && shown.exclude.contains("nonexistentCells") {
            return None;
        }
        let mut view = stored.cloned().unwrap_or_else(|| json!({}));
        view["columnId"] = id.into();
        let known = columns::version(text(column, "type")) <= shown.level;
        if with("columnType") {
            view["columnType"] = if known { column["type"].clone() } else { "TEXT_NUMBER".into() };
        }
        let mut hide = |field: &str| {
            view.as_object_mut().map(|view| view.remove(field));
        };
        if !with("objectValue") || !known {
            hide("objectValue");
        }
        if !with("format") {
            hide("format");
            hide("conditionalFormat");
        }
        if shown.exclude.contains("linksOutToCellsDetails") {
            hide("linksOutToCells");
        }
        if shown.exclude.contains("linkInFromCellDetails")
            && let Some(link) = view.get_mut("linkInFromCell")
        {
            *link = json!({"status": link["status"], "sheetName": link["sheetName"]});
        }
        Some(view)
    }

    /// The value that the platform itself keeps in a system column.
    fn system_value(&self, column: &Value, row: &Value) -> Option<Value> {
        let person = |field: &str| {
            let user = mini(self.state.world.get(USER, text(row, field)));
            if user.is_null() {
                return json!({});
            }
            json!({
                "value": user["email"], "displayValue": user["name"],
                "objectValue": {"objectType": "CONTACT", "email": user["email"], "name": user["name"]},
            })
        };
        let time = |field: &str| json!({"value": row[field], "objectValue": {"objectType": "DATETIME", "value": row[field]}});
        match text(column, "systemColumnType") {
            "CREATED_BY" => Some(person("_createdBy")),
            "MODIFIED_BY" => Some(person("_modifiedBy")),
            "CREATED_DATE" => Some(time("createdAt")),
            "MODIFIED_DATE" => Some(time("modifiedAt")),
            _ => None,
        }
    }

    pub(super) fn get_row(&mut self, sheet: &str, row: &str) -> Answer {
        let access = self.state.level(SHEET, sheet, &self.caller.user).unwrap_or(Level::Viewer);
        let entity = self.state.sheet(self.caller, sheet, Level::Viewer)?;
        let known = [
            "attachments",
            "columns",
            "columnType",
            "discussions",
            "filters",
            "format",
            "objectValue",
            "rowPermalink",
            "rowWriterInfo",
            "writerInfo",
        ];
        let include = input::words(self.query, "include", &known)?;
        let exclude =
            ["filteredOutRows", "linkInFromCellDetails", "linksOutToCellsDetails", "nonexistentCells"];
        let exclude = input::words(self.query, "exclude", &exclude)?;
        self.api_level()?;
        let shown = Shown { include, exclude, columns: None, level: self.level()?, access, filter: None };
        let mut view = self.row_by_id(sheet, entity, row, &shown)?;
        if shown.include.contains("attachments") {
            view["attachments"] = self.attachments_on(row).into();
        }
        if shown.include.contains("discussions") {
            view["discussions"] = self.discussions_on(row, false, false).into();
        }
        if shown.include.contains("columns") {
            view["columns"] =
                columns::views(entity, shown.level, shown.include.contains("format"), access).into();
        }
        view["sheetId"] = sheet.into();
        Ok(view)
    }

    /// A row with its number and the sibling before it.
    pub(super) fn row_by_id(&self, id: &str, sheet: &Value, row: &str, shown: &Shown) -> Answer {
        let order = self.state.order.get(id).map(Vec::as_slice).unwrap_or_default();
        let at = order.iter().position(|known| known == row).ok_or_else(|| Refusal::of(1006))?;
        let entity = self.state.world.get(ROW, row).ok_or_else(|| Refusal::of(1006))?;
        let same_parent = |other: &&String| {
            let other = self.state.world.get(ROW, other);
            other.is_some_and(|other| other["parentId"] == entity["parentId"])
        };
        let sibling = order.iter().take(at).rev().find(same_parent);
        Ok(self.row_view(sheet, entity, at + 1, sibling.map(String::as_str), shown))
    }

    /// The sandbox keeps no history: the only entry is what is there now.
    pub(super) fn get_history(&mut self, sheet: &str, row: &str, column: &str) -> Answer {
        input::words(self.query, "include", &["columnType", "objectValue", "format"])?;
        let entity = self.state.sheet(self.caller, sheet, Level::Viewer)?;
        columns::find(entity, column)?;
        let level = self.level()?;
        let shown = Shown { level, ..Shown::plain(Level::Viewer) };
        let view = self.row_by_id(sheet, entity, row, &shown)?;
        let cell = items(&view, "cells").iter().find(|cell| text(cell, "columnId") == column).cloned();
        let stored = self.state.world.get(ROW, row).ok_or_else(|| Refusal::of(1006))?;
        let entries = cell.into_iter().map(|mut cell| {
            cell["modifiedAt"] = stored["modifiedAt"].clone();
            cell["modifiedBy"] = mini(self.state.world.get(USER, text(stored, "_modifiedBy")));
            cell
        });
        paging::numbered(self.query, &self.state.rules, entries.collect())
    }
}

/// Of all conditions the sandbox knows only whether a cell has one of the values.
fn is_filtered_out(filter: &Value, row: &Value) -> bool {
    let fits = |criterion: &Value| {
        let cell = &row["cells"][text(criterion, "columnId")];
        items(criterion, "values").iter().any(|value| values::shown_text(cell) == values::plain_text(value))
    };
    !items(&filter["query"], "criteria").iter().all(fits)
}
