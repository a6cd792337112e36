//! Cells: all of a wave in one request, and links to other sheets in another, as Smartsheet does not take them mixed.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::super::Smartsheet;
use super::super::dialect::LONGEST_VALUE;
use super::super::json::{is, list, text};
use super::super::predecessors;
use super::call::{Call, part as part_of};
use super::columns::columns;
use super::rows::NO_FORMAT;
use super::{container, receipt, refusal};
use crate::model::NativeId;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};


/// What of a cell is its content; of these a cell has one.
const CONTENT: [&str; 6] = ["value", "objectValue", "formula", "hyperlink", "linkInFromCell", "image"];

/// Content that a value takes the place of without a word.
const ENDED_BY_VALUES: [&str; 2] = ["linkInFromCell", "image"];

/// Sets or clears cells of one sheet.
pub(super) async fn write(smartsheet: &Smartsheet, part: &[Mutation]) -> Result<Vec<Receipt>, WriteError> {
    let Some(first) = part.first() else { return Ok(Vec::new()) };
    let sheet = container(first)?;
    let columns = columns(smartsheet, sheet).await?;
    let following = following(part, &columns)?;
    let (mut cells, mut links) = (Rows::default(), Rows::default());
    for mutation in part {
        let (row, column) = row_and_column(mutation)?;
        let nothing = Value::Null;
        let known = columns.iter().find(|known| text(known, "id") == column).unwrap_or(&nothing);
        let takes_effect = match only_ends(mutation) {
            Some(name) => still_has(smartsheet, sheet, [row, column], name).await?,
            // The platform computes when a row starts that follows others, and takes it from nobody.
            None if is_date(known, "GANTT_START_DATE") => {
                let follows = following.contains(row)
                    // What the cells of a row are may have been written in part, with the request before.
                    || (row == row_and_column(first)?.0 && follows(smartsheet, sheet, row, &columns).await?);
                !follows
            }
            None => true,
        };
        let cell = if takes_effect { content(mutation, known)? } else { Map::new() };
        cells.add(row, column, formatted(mutation, cell));
        links.add(row, column, link(mutation));
    }
    for rows in [cells, links] {
        rows.send(smartsheet, sheet).await?;
    }
    part.iter().map(|mutation| receipt(mutation, &row_and_column(mutation).map(|(row, column)| format!("{row}:{column}"))?)).collect()
}

/// The rows of which predecessors are written.
fn following<'a>(part: &'a [Mutation], columns: &[Value]) -> Result<HashSet<&'a str>, WriteError> {
    let mut rows = HashSet::new();
    let is_list = |column: &&Value| text(column, "type") == "PREDECESSOR";
    for column in columns.iter().filter(is_list) {
        for mutation in part {
            let (row, own) = row_and_column(mutation)?;
            if own == text(column, "id") && mutation.fields.get("value").is_some_and(Value::is_string) {
                rows.insert(row);
            }
        }
    }
    Ok(rows)
}

/// Whether a row has predecessors.
async fn follows(smartsheet: &Smartsheet, sheet: &str, row: &str, columns: &[Value]) -> Result<bool, WriteError> {
    let column = columns.iter().find(|column| text(column, "type") == "PREDECESSOR").map(|column| text(column, "id"));
    match column {
        Some(column) => still_has(smartsheet, sheet, [row, column], "value").await,
        None => Ok(false),
    }
}

/// Whether a column holds dates of this sort that dependencies decide.
fn is_date(column: &Value, tag: &str) -> bool {
    text(column, "type") == "ABSTRACT_DATETIME" && list(column, "tags").iter().any(|own| own == tag)
}

/// The link or image that a mutation ends without a word about what the cell holds instead.
fn only_ends(mutation: &Mutation) -> Option<&'static str> {
    let fields = &mutation.fields;
    let said: Vec<&str> = CONTENT.into_iter().filter(|name| fields.contains_key(*name)).collect();
    let ends = |name: &&&str| mutation.verb == Verb::Update && said == [**name] && !comes(mutation, name);
    ENDED_BY_VALUES.iter().find(ends).copied()
}

/// Whether a mutation says which cell a cell shall show, or which image.
fn comes(mutation: &Mutation, name: &str) -> bool {
    match name {
        "linkInFromCell" => leads_elsewhere(&part_of(&mutation.fields, name)).is_some(),
        _ => mutation.fields.get(name).is_some_and(|value| !value.is_null()),
    }
}

/// Whether a cell still has a link or image: a value that was written before has ended it, and stays.
async fn still_has(smartsheet: &Smartsheet, sheet: &str, cell: [&str; 2], name: &str) -> Result<bool, WriteError> {
    let [row, column] = cell;
    let row = smartsheet.get(&["sheets", sheet, "rows", row], &[]).await.map_err(|fault| refusal(&fault))?;
    let cell = list(&row, "cells").iter().find(|cell| text(cell, "columnId") == column);
    Ok(cell.and_then(|cell| cell.get(name)).is_some_and(|found| !found.is_null()))
}

/// The cells of a request by row.
#[derive(Default)]
struct Rows(BTreeMap<String, Vec<Value>>);

impl Rows {
    fn add(&mut self, row: &str, column: &str, cell: Option<Map<String, Value>>) {
        if let Some(mut cell) = cell {
            cell.insert("columnId".to_owned(), json!(column));
            self.0.entry(row.to_owned()).or_default().push(Value::Object(cell));
        }
    }

    async fn send(self, smartsheet: &Smartsheet, sheet: &str) -> Result<(), WriteError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let beyond = self.0.values().flatten().any(|cell| is(cell, "overrideValidation"));
        let rows: Vec<Value> = self.0.into_iter().map(|(row, cells)| json!({"id": row, "cells": cells})).collect();
        let call = Call::put(&["sheets", sheet, "rows"], rows.into());
        let call = if beyond { call.with("overrideValidation", "true") } else { call };
        call.results(smartsheet).await.map(drop)
    }
}

/// The ids of row and column, of which a cell's own id consists.
pub(super) fn row_and_column(mutation: &Mutation) -> Result<(&str, &str), WriteError> {
    let parts = mutation.id.as_ref().map(NativeId::as_str).and_then(|id| id.split_once(':'));
    parts.ok_or_else(|| WriteError::Refused("a cell needs the ids of its row and its column".to_owned()))
}

/// What is sent for the content of a cell apart from a link; empty when there is nothing to say about it.
fn content(mutation: &Mutation, column: &Value) -> Result<Map<String, Value>, WriteError> {
    let mut cell = Map::new();
    if mutation.verb == Verb::Delete {
        cell.insert("value".to_owned(), json!(""));
        return Ok(cell);
    }
    let fields = &mutation.fields;
    let said = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let link = part_of(fields, "hyperlink");
    if let Some(formula) = said("formula") {
        cell.insert("formula".to_owned(), formula.clone());
    } else if let Some(object) = said("objectValue") {
        cell.insert("objectValue".to_owned(), object.clone());
    } else if link.values().any(|value| !value.is_null()) {
        cell = linked(&link);
    } else if let Some(value) = said("value") {
        cell = plain(value, column)?;
        if fields.contains_key("hyperlink") && !cell.is_empty() {
            cell.insert("hyperlink".to_owned(), Value::Null);
        }
    } else if !ENDED_BY_VALUES.iter().any(|name| comes(mutation, name))
        && CONTENT.iter().any(|name| fields.contains_key(*name))
    {
        cell.insert("value".to_owned(), json!(""));
    }
    Ok(cell)
}

/// A cell with its content and what is said of its format; nothing when there is nothing to say.
fn formatted(mutation: &Mutation, mut cell: Map<String, Value>) -> Option<Map<String, Value>> {
    let format = mutation.fields.get("format").cloned();
    let format = if mutation.verb == Verb::Delete { Some(Value::Null) } else { format };
    if let Some(format) = format {
        let format = if format.is_null() { json!(NO_FORMAT) } else { format };
        cell.insert("format".to_owned(), format);
    }
    (!cell.is_empty()).then_some(cell)
}

/// A cell that shows a text and leads somewhere.
fn linked(link: &Map<String, Value>) -> Map<String, Value> {
    let said = |name: &str| link.get(name).filter(|value| !value.is_null()).cloned();
    // Without a text it would show its address.
    let mut cell = Map::from_iter([("value".to_owned(), said("text").unwrap_or_else(|| json!("")))]);
    let inside = ["sheetId", "reportId", "sightId"].into_iter().find_map(|name| Some((name, said(name)?)));
    let target = inside.or_else(|| Some(("url", said("url")?)));
    if let Some((name, target)) = target {
        cell.insert("hyperlink".to_owned(), json!({name: target}));
    }
    cell
}

/// A value as its column takes it. By default Smartsheet takes what fits the column's type and refuses the rest; where
/// something else stood, it must be told to look away. It never is where it would be, so that "007" stays a text.
fn plain(value: &Value, column: &Value) -> Result<Map<String, Value>, WriteError> {
    let words = value.as_str().unwrap_or_default();
    if words.chars().count() > LONGEST_VALUE {
        return Err(WriteError::Refused(format!("a cell holds at most {LONGEST_VALUE} characters")));
    }
    let kind = text(column, "type");
    if kind == "PREDECESSOR"
        && let Some(object) = predecessors::to_object(words)
    {
        return Ok(Map::from_iter([("objectValue".to_owned(), object)]));
    }
    if is_date(column, "GANTT_END_DATE") {
        // The platform computes it from start and duration and takes it from nobody.
        return Ok(Map::new());
    }
    let is_choice = list(column, "options").iter().any(|option| option == words);
    let fits = match kind {
        "CHECKBOX" => value.is_boolean(),
        "DATE" => words.len() == "2026-11-21".len() && words.parse::<jiff::civil::Date>().is_ok(),
        "PICKLIST" | "MULTI_PICKLIST" => is_choice,
        "CONTACT_LIST" | "MULTI_CONTACT_LIST" => words.contains('@'),
        _ => true,
    };
    let mut cell = Map::from_iter([("value".to_owned(), value.clone())]);
    if !fits {
        cell.insert("strict".to_owned(), json!(false));
        if is(column, "validation") {
            cell.insert("overrideValidation".to_owned(), json!(true));
        }
    }
    Ok(cell)
}

/// An inbound link, which needs all of its parts: of one whose cell does not come back the plan says so.
fn leads_elsewhere(link: &Map<String, Value>) -> Option<Value> {
    let part = |name: &str| link.get(name).filter(|id| id.is_string());
    Some(json!({"sheetId": part("sheetId")?, "rowId": part("rowId")?, "columnId": part("columnId")?}))
}

fn link(mutation: &Mutation) -> Option<Map<String, Value>> {
    let link = leads_elsewhere(&part_of(&mutation.fields, "linkInFromCell"))?;
    Some(Map::from_iter([("value".to_owned(), Value::Null), ("linkInFromCell".to_owned(), link)]))
}
