//! Rows: created level by level, changed, moved and deleted by the hundreds.

use serde_json::{Map, Value, json};

use super::super::Smartsheet;
use super::super::dialect::row_token;
use super::super::json::{list, text};
use super::call::Call;
use super::columns::{self, primary};
use super::{container, own, refusal, row_above};
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::ops;

/// The format of a cell or row that has none of its own.
pub(super) const NO_FORMAT: &str = ",,,,,,,,,,,,,,,,";

/// What a blank row holds while it gets its children: Smartsheet gives none to a row without content.
const PLACEHOLDER: &str = "…";

/// More ids would make the address too long.
const IDS: usize = 400;

/// Creates rows at the bottom of their parent, which is the same for all of them.
pub(super) async fn create(smartsheet: &Smartsheet, part: &[Mutation]) -> Result<Vec<Receipt>, WriteError> {
    let Some(first) = part.first() else { return Ok(Vec::new()) };
    let sheet = container(first)?;
    let (primary, writable) = (primary(smartsheet, sheet).await?, columns::writable(smartsheet, sheet).await?);
    let (above, writable) = (row_above(first), writable.as_deref());
    let rows: Vec<Value> = part.iter().map(|mutation| new_row(mutation, above, &primary, writable)).collect();
    let call = Call::post(&["sheets", sheet, "rows"], rows.into());
    let made = match (call.clone().results(smartsheet).await, above.zip(writable)) {
        (Err(WriteError::Refused(why)), Some((above, column))) => {
            if !is_blank(smartsheet, sheet, above).await? {
                return Err(WriteError::Refused(why));
            }
            fill(smartsheet, sheet, above, column, PLACEHOLDER).await?;
            let made = call.results(smartsheet).await;
            if let Err(error) = fill(smartsheet, sheet, above, column, "").await {
                tracing::warn!(row = above, %error, "a placeholder could not be taken out of a blank row again");
            }
            made?
        }
        (made, _) => made?,
    };
    if made.len() != part.len() {
        let message = format!("{} rows were sent and {} came back", part.len(), made.len());
        return Err(WriteError::Unknown(message));
    }
    made.iter().map(|row| receipt(first, text(row, "id"))).collect()
}

/// A row with the content of its primary cell; without one a column that the account may write to is said to be empty.
fn new_row(mutation: &Mutation, above: Option<&str>, primary: &str, writable: Option<&str>) -> Value {
    let mut row = Map::from_iter([("toBottom".to_owned(), json!(true))]);
    if let Some(above) = above {
        row.insert("parentId".to_owned(), json!(above));
    }
    let value = mutation.fields.get("primary").filter(|value| !value.is_null());
    let column = if value.is_some() { Some(primary) } else { writable };
    let cell = |column| json!([{"columnId": column, "value": value.cloned().unwrap_or_else(|| json!(""))}]);
    row.extend(column.map(|column| ("cells".to_owned(), cell(column))));
    if let Some(format) = mutation.fields.get("format").filter(|format| !format.is_null()) {
        row.insert("format".to_owned(), format.clone());
    }
    Value::Object(row)
}

/// Whether a row has no content: then it could not get children.
async fn is_blank(smartsheet: &Smartsheet, sheet: &str, row: &str) -> Result<bool, WriteError> {
    let row = smartsheet.get(&["sheets", sheet, "rows", row], &[]).await.map_err(|fault| refusal(&fault))?;
    let has_content = |cell: &Value| cell.get("value").is_some_and(|value| !value.is_null() && value != "");
    Ok(!list(&row, "cells").iter().any(has_content))
}

async fn fill(smartsheet: &Smartsheet, sheet: &str, row: &str, column: &str, text: &str) -> Result<(), WriteError> {
    let row = json!([{"id": row, "cells": [{"columnId": column, "value": text}]}]);
    Call::put(&["sheets", sheet, "rows"], row).results(smartsheet).await.map(drop)
}

/// Changes rows: their looks in one request, then what is moved to another parent, then the orders.
pub(super) async fn update(smartsheet: &Smartsheet, part: &[Mutation]) -> Result<Vec<Receipt>, WriteError> {
    let Some(first) = part.first() else { return Ok(Vec::new()) };
    let sheet = container(first)?;
    let mut changed = Vec::new();
    for mutation in part {
        changed.extend(changes(mutation)?);
    }
    if !changed.is_empty() {
        Call::put(&["sheets", sheet, "rows"], changed.into()).results(smartsheet).await?;
    }
    for mutation in part {
        let id = own(mutation)?;
        if let Some(above) = mutation.fields.get("parentId") {
            let mut row = Map::from_iter([("id".to_owned(), json!(id)), ("toBottom".to_owned(), json!(true))]);
            if !above.is_null() {
                row.insert("parentId".to_owned(), above.clone());
            }
            Call::put(&["sheets", sheet, "rows"], json!([row])).results(smartsheet).await?;
        }
        if let Some(wanted) = mutation.fields.get("rows") {
            order(smartsheet, sheet, Some(id), wanted).await?;
        }
    }
    part.iter().map(|mutation| receipt(mutation, own(mutation)?)).collect()
}

/// One entry of the request, without what is moved; nothing when nothing else changes.
fn changes(mutation: &Mutation) -> Result<Option<Value>, WriteError> {
    let mut row = Map::new();
    let on = |value: &Value| json!(value.as_bool().unwrap_or_default());
    for (name, value) in &mutation.fields {
        match name.as_str() {
            "format" => {
                let format = if value.is_null() { json!(NO_FORMAT) } else { value.clone() };
                row.insert(name.clone(), format);
            }
            "locked" => drop(row.insert(name.clone(), on(value))),
            "collapsed" => drop(row.insert("expanded".to_owned(), json!(on(value) == json!(false)))),
            _ => {}
        }
    }
    if row.is_empty() {
        return Ok(None);
    }
    row.insert("id".to_owned(), json!(own(mutation)?));
    Ok(Some(Value::Object(row)))
}

/// Brings the rows right below `above` (or at the top) into an order, with as few moves as possible.
pub(super) async fn order(
    smartsheet: &Smartsheet,
    sheet: &str,
    above: Option<&str>,
    wanted: &Value,
) -> Result<(), WriteError> {
    let primary = primary(smartsheet, sheet).await?;
    let query = [("columnIds", primary.as_str())];
    let answer = smartsheet.get(&["sheets", sheet], &query).await.map_err(|fault| refusal(&fault))?;
    let siblings = list(&answer, "rows").iter().filter(|row| text(row, "parentId") == above.unwrap_or_default());
    let there: Vec<&str> = siblings.map(|row| text(row, "id")).collect();
    let wanted: Vec<&str> = ops::ids(Some(wanted)).collect();
    for step in ops::moves(&there, &wanted) {
        let row = match (step.behind, above) {
            (Some(behind), _) => json!({"id": step.id, "siblingId": behind}),
            (None, Some(above)) => json!({"id": step.id, "parentId": above, "toTop": true}),
            (None, None) => json!({"id": step.id, "toTop": true}),
        };
        Call::put(&["sheets", sheet, "rows"], json!([row])).results(smartsheet).await?;
    }
    Ok(())
}

/// Deletes rows, and with them what is below them. What is gone already is no error.
pub(super) async fn delete(smartsheet: &Smartsheet, part: &[Mutation]) -> Result<Vec<Receipt>, WriteError> {
    for some in part.chunks(IDS) {
        let Some(first) = some.first() else { continue };
        let ids = some.iter().map(own).collect::<Result<Vec<&str>, _>>()?.join(",");
        let call = Call::delete(&["sheets", container(first)?, "rows"]).with("ids", ids);
        call.with("ignoreRowsNotFound", "true").results(smartsheet).await?;
    }
    part.iter().map(|mutation| receipt(mutation, own(mutation)?)).collect()
}

/// The receipt of a row, with the token by which texts link to it.
pub(super) fn receipt(mutation: &Mutation, id: &str) -> Result<Receipt, WriteError> {
    let receipt = super::receipt(mutation, id)?;
    Ok(Receipt { link: Some(row_token(id)), ..receipt })
}
