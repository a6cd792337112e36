//! Columns. Every sheet is born with a primary column, so the one of the backup is not created but made out of it.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::Smartsheet;
use super::super::connector::lock;
use super::super::json::{is, text};
use super::super::pages;
use super::call::{Call, set};
use super::rows::NO_FORMAT;
use super::{container, not_offered, own, receipt, refusal};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::ops;

/// What a creation takes.
const NEW: [&str; 10] = [
    "title",
    "type",
    "systemColumnType",
    "autoNumberFormat",
    "symbol",
    "options",
    "contactOptions",
    "width",
    "description",
    "format",
];

/// What is said again when one of it changes: Smartsheet wants to know the type, and takes what it is not told for gone.
const TYPED: [&str; 5] = ["type", "options", "contactOptions", "symbol", "validation"];

/// The columns of a sheet as they are now; read once as long as this connector changes none.
pub(super) async fn columns(smartsheet: &Smartsheet, sheet: &str) -> Result<Arc<Vec<Value>>, WriteError> {
    let known = lock(&smartsheet.columns).get(sheet).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let columns = pages::numbered(smartsheet, &["sheets", sheet, "columns"], &[("level", "2")]).await;
    let columns = Arc::new(columns.map_err(|fault| refusal(&fault))?);
    lock(&smartsheet.columns).insert(sheet.to_owned(), Arc::clone(&columns));
    Ok(columns)
}

/// The id of the primary column.
pub(super) async fn primary(smartsheet: &Smartsheet, sheet: &str) -> Result<String, WriteError> {
    let columns = columns(smartsheet, sheet).await?;
    let primary = columns.iter().find(|column| is(column, "primary")).map(|column| text(column, "id").to_owned());
    primary.ok_or_else(|| WriteError::Refused("the sheet has no primary column".to_owned()))
}

/// The id of a column into which a text may be written when a row shall have some content: the primary one, unless it
/// is locked for the account; nothing if all that take texts are.
pub(super) async fn writable(smartsheet: &Smartsheet, sheet: &str) -> Result<Option<String>, WriteError> {
    let columns = columns(smartsheet, sheet).await?;
    let is_computed = |column: &Value| ["systemColumnType", "formula"].iter().any(|name| !text(column, name).is_empty());
    let takes_texts = |column: &Value| text(column, "type") == "TEXT_NUMBER" && !is_computed(column);
    let open = columns.iter().filter(|column| !is(column, "lockedForUser") && (is(column, "primary") || takes_texts(column)));
    Ok(open.max_by_key(|column| is(column, "primary")).map(|column| text(column, "id").to_owned()))
}

fn forget(smartsheet: &Smartsheet, sheet: &str) {
    lock(&smartsheet.columns).remove(sheet);
}

/// Appends columns, and turns the primary column that is there into the one of the backup.
pub(super) async fn create(smartsheet: &Smartsheet, part: &[Mutation]) -> Result<Vec<Receipt>, WriteError> {
    let Some(first) = part.first() else { return Ok(Vec::new()) };
    let sheet = container(first)?;
    let index = columns(smartsheet, sheet).await?.len();
    let mut ids = vec![None; part.len()];
    let mut new = Vec::new();
    for (mutation, id) in part.iter().zip(&mut ids) {
        if is_primary(mutation) {
            let primary = primary(smartsheet, sheet).await?;
            let body = set(&mutation.fields, &["title", "width", "description", "format"]);
            Call::put(&["sheets", sheet, "columns", &primary], Value::Object(body)).result(smartsheet).await?;
            forget(smartsheet, sheet);
            *id = Some(primary);
        } else {
            let mut body = set(&mutation.fields, &NEW);
            if mutation.fields.get("hidden") == Some(&json!(true)) {
                body.insert("hidden".to_owned(), json!(true));
            }
            body.insert("index".to_owned(), json!(index));
            new.push(Value::Object(body));
        }
    }
    if !new.is_empty() {
        let made = Call::post(&["sheets", sheet, "columns"], new.into()).results(smartsheet).await;
        forget(smartsheet, sheet);
        let made = made?;
        for (mutation, id) in part.iter().zip(&mut ids).filter(|(_, id)| id.is_none()) {
            *id = Some(titled(&made, mutation).to_owned());
        }
    }
    part.iter().zip(ids).map(|(mutation, id)| receipt(mutation, &id.unwrap_or_default())).collect()
}

/// The id of what was made for a mutation, by its title: titles are unique, and nothing promises an order.
pub(super) fn titled<'a>(made: &'a [Value], mutation: &Mutation) -> &'a str {
    let title = mutation.fields.get("title");
    made.iter().find(|one| one.get("title") == title).map(|one| text(one, "id")).unwrap_or_default()
}

/// Whether the column is the one that every sheet has.
pub(super) fn is_primary(mutation: &Mutation) -> bool {
    mutation.fields.get("primary") == Some(&json!(true))
}

/// Changes or deletes a column.
pub(super) async fn write(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    let (sheet, id) = (container(mutation)?, own(mutation)?);
    let path = ["sheets", sheet, "columns", id];
    let call = match mutation.verb {
        Verb::Update => {
            let columns = columns(smartsheet, sheet).await?;
            let live = columns.iter().find(|column| text(column, "id") == id);
            Call::put(&path, Value::Object(changes(&mutation.fields, live)))
        }
        Verb::Delete => Call::delete(&path),
        Verb::Create => return Err(not_offered(mutation)),
    };
    super::unless_gone(mutation, call.send(smartsheet).await)?;
    forget(smartsheet, sheet);
    receipt(mutation, id)
}

fn changes(fields: &Map<String, Value>, live: Option<&Value>) -> Map<String, Value> {
    let mut body = Map::new();
    if TYPED.iter().any(|name| fields.contains_key(*name)) {
        let live = |name: &&str| Some(((*name).to_owned(), live?.get(*name)?.clone()));
        body.extend(TYPED.iter().filter_map(live));
    }
    for (name, value) in fields {
        let value = match (name.as_str(), value) {
            ("hidden" | "locked" | "validation", Value::Null) => json!(false),
            ("description" | "formula", Value::Null) => json!(""),
            ("format", Value::Null) => json!(NO_FORMAT),
            ("options" | "contactOptions", Value::Null) => json!([]),
            // A column has some width; there is none to go back to.
            ("width", Value::Null) => continue,
            (_, value) => value.clone(),
        };
        body.insert(name.clone(), value);
    }
    body
}

/// Brings the columns into an order, with as few moves as possible.
pub(super) async fn order(smartsheet: &Smartsheet, sheet: &str, wanted: &Value) -> Result<(), WriteError> {
    let columns = columns(smartsheet, sheet).await?;
    let there: Vec<&str> = columns.iter().map(|column| text(column, "id")).collect();
    for (id, index) in places(&there, wanted) {
        Call::put(&["sheets", sheet, "columns", id], json!({"index": index})).result(smartsheet).await?;
        forget(smartsheet, sheet);
    }
    Ok(())
}

/// Which things go to which index, one after the other, so that they come in the wanted order.
pub(super) fn places<'a>(there: &[&'a str], wanted: &'a Value) -> Vec<(&'a str, usize)> {
    let wanted: Vec<&str> = ops::ids(Some(wanted)).collect();
    let mut now = there.to_vec();
    let mut places = Vec::new();
    for step in ops::moves(there, &wanted) {
        now.retain(|id| *id != step.id);
        let behind = step.behind.and_then(|behind| now.iter().position(|id| *id == behind));
        let index = behind.map_or(0, |at| at.saturating_add(1)).min(now.len());
        now.insert(index, step.id);
        places.push((step.id, index));
    }
    places
}
