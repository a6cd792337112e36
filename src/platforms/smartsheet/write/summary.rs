//! Fields of the summary of a sheet. What a field is and what it holds are written together.

use serde_json::{Map, Value, json};

use super::super::Smartsheet;
use super::super::json::{list, text};
use super::call::{Call, set};
use super::columns::{self, titled};
use super::{container, not_offered, own, receipt, refusal};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};

/// What a summary field is made of.
const FIELD: [&str; 9] = [
    "title",
    "type",
    "symbol",
    "options",
    "contactOptions",
    "validation",
    "format",
    "objectValue",
    "hyperlink",
];

/// What of a field is its content. An image is as well, and is uploaded.
const CONTENT: [&str; 3] = ["objectValue", "formula", "hyperlink"];

/// Creates fields of the summary.
pub(super) async fn create(smartsheet: &Smartsheet, part: &[Mutation]) -> Result<Vec<Receipt>, WriteError> {
    let Some(first) = part.first() else { return Ok(Vec::new()) };
    let fields: Vec<Value> = part.iter().map(|mutation| Value::Object(set(&mutation.fields, &FIELD))).collect();
    let path = ["sheets", container(first)?, "summary", "fields"];
    let made = Call::post(&path, fields.into()).results(smartsheet).await?;
    part.iter().map(|mutation| receipt(mutation, titled(&made, mutation))).collect()
}

/// Changes or deletes a field.
pub(super) async fn write(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    match mutation.verb {
        Verb::Update => update(smartsheet, mutation).await?,
        Verb::Delete => {
            let path = ["sheets", container(mutation)?, "summary", "fields"];
            let call = Call::delete(&path).with("ids", own(mutation)?);
            call.with("ignoreSummaryFieldsNotFound", "true").results(smartsheet).await?;
        }
        Verb::Create => return Err(not_offered(mutation)),
    }
    receipt(mutation, own(mutation)?)
}

async fn update(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<(), WriteError> {
    let (sheet, id) = (container(mutation)?, own(mutation)?);
    let mut body = mutation.fields.clone();
    match body.remove("image") {
        // Its upload has put it in place of all other content, and a word about that would end it.
        Some(Value::String(_)) => body.retain(|name, _| !CONTENT.contains(&name.as_str())),
        Some(_) if !CONTENT.iter().any(|name| body.contains_key(*name)) => {
            let there = field(smartsheet, sheet, id).await.map_err(|fault| refusal(&fault))?;
            // What was written since has ended it already, and stays.
            if there.is_some_and(|field| field.get("image").is_some_and(|image| !image.is_null())) {
                body.insert("objectValue".to_owned(), Value::Null);
            }
        }
        _ => {}
    }
    if body.is_empty() { Ok(()) } else { change(smartsheet, sheet, id, body).await }
}

/// Takes the content of a field away.
pub(super) async fn empty(smartsheet: &Smartsheet, sheet: &str, id: &str) -> Result<(), WriteError> {
    change(smartsheet, sheet, id, Map::from_iter([("objectValue".to_owned(), Value::Null)])).await
}

async fn change(
    smartsheet: &Smartsheet,
    sheet: &str,
    id: &str,
    mut body: Map<String, Value>,
) -> Result<(), WriteError> {
    body.insert("id".to_owned(), json!(id));
    Call::put(&["sheets", sheet, "summary", "fields"], json!([body])).results(smartsheet).await.map(drop)
}

/// A field as it is now; nothing if it is not there any more.
pub(super) async fn field(smartsheet: &Smartsheet, sheet: &str, id: &str) -> Result<Option<Value>, ApiFault> {
    match smartsheet.get(&["sheets", sheet, "summary"], &[]).await {
        Err(fault) if fault.class == FaultClass::NotFound => Ok(None),
        summary => {
            let summary = summary?;
            Ok(list(&summary, "fields").iter().find(|field| text(field, "id") == id).cloned())
        }
    }
}

/// Brings the fields of the summary into an order, with as few moves as possible.
pub(super) async fn order(smartsheet: &Smartsheet, sheet: &str, wanted: &Value) -> Result<(), WriteError> {
    let summary = smartsheet.get(&["sheets", sheet, "summary"], &[]).await.map_err(|fault| refusal(&fault))?;
    let mut fields = list(&summary, "fields").to_vec();
    fields.sort_by_key(|field| field.get("index").and_then(Value::as_u64));
    let there: Vec<&str> = fields.iter().map(|field| text(field, "id")).collect();
    for (id, index) in columns::places(&there, wanted) {
        let body = json!([{"id": id, "index": index}]);
        Call::put(&["sheets", sheet, "summary", "fields"], body).results(smartsheet).await?;
    }
    Ok(())
}
