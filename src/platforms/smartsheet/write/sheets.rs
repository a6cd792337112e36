//! Sheets themselves, and what belongs to one as a whole: project settings, summary, cross-sheet references.

use serde_json::{Map, Value, json};

use super::super::dialect::sheet_token;
use super::super::json::{list, text};
use super::super::{HOME, Smartsheet};
use super::call::{Call, part, set};
use super::columns::titled;
use super::{columns, container, not_offered, own, receipt, refusal, rows, unless_gone};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{Kind, ops};

/// The title of a new sheet's primary column until the column itself is restored. It tells, and nobody uses it.
const UNNAMED: &str = "(being restored)";

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

/// Creates, changes or deletes a sheet, or changes its project settings.
pub(super) async fn write(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    match (mutation.kind, mutation.verb) {
        (Kind::Container, Verb::Create) => return create(smartsheet, mutation).await,
        (Kind::Container, Verb::Update) => update(smartsheet, mutation).await?,
        (Kind::Container, Verb::Delete) => {
            let call = Call::delete(&["sheets", own(mutation)?]);
            unless_gone(mutation, call.send(smartsheet).await)?;
        }
        (Kind::Extension, Verb::Update) => {
            let body = Value::Object(set(&mutation.fields, &["projectSettings"]));
            Call::put(&["sheets", container(mutation)?], body).result(smartsheet).await?;
        }
        _ => return Err(not_offered(mutation)),
    }
    receipt(mutation, own(mutation)?)
}

async fn create(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    let name = mutation.fields.get("name").cloned().unwrap_or_default();
    let column = json!({"title": UNNAMED, "type": "TEXT_NUMBER", "primary": true});
    let path = place(&mutation.fields)?;
    let path: Vec<&str> = path.iter().map(String::as_str).chain(["sheets"]).collect();
    let made = Call::post(&path, json!({"name": name, "columns": [column]})).result(smartsheet).await?;
    let receipt = receipt(mutation, text(&made, "id"))?;
    Ok(Receipt { link: sheet_token(text(&made, "permalink")), ..receipt })
}

/// The path of the folder or workspace that the fields name; nothing for the Sheets folder.
pub(super) fn place(fields: &Map<String, Value>) -> Result<Vec<String>, WriteError> {
    let said = |name: &str| fields.get(name).and_then(Value::as_str);
    match (said("folder"), said("workspace")) {
        (Some(folder), _) => Ok(vec!["folders".to_owned(), folder.to_owned()]),
        (None, Some(HOME)) => Ok(Vec::new()),
        (None, Some(workspace)) => Ok(vec!["workspaces".to_owned(), workspace.to_owned()]),
        (None, None) => Err(WriteError::Refused("nothing says which workspace it belongs to".to_owned())),
    }
}

async fn update(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<(), WriteError> {
    let sheet = own(mutation)?;
    let fields = &mutation.fields;
    let body = set(fields, &["name", "userSettings"]);
    if !body.is_empty() {
        Call::put(&["sheets", sheet], Value::Object(body)).result(smartsheet).await?;
    }
    if fields.contains_key("workspace") || fields.contains_key("folder") {
        move_to(smartsheet, &["sheets", sheet], fields).await?;
    }
    if let Some(wanted) = fields.get("columns") {
        columns::order(smartsheet, sheet, wanted).await?;
    }
    if let Some(wanted) = fields.get("rows") {
        rows::order(smartsheet, sheet, None, wanted).await?;
    }
    if let Some(wanted) = fields.get("summaryFields") {
        order_summary(smartsheet, sheet, wanted).await?;
    }
    let publish = part(fields, "publish");
    if !publish.is_empty() {
        // A switch that was never on is not told; who may look, and how, is left as it is when nothing is said.
        let said = |(name, value): (String, Value)| match value {
            Value::Null => Some((name, json!(false))).filter(|(name, _)| name.ends_with("Enabled")),
            value => Some((name, value)),
        };
        let body: Map<String, Value> = publish.into_iter().filter_map(said).collect();
        Call::put(&["sheets", sheet, "publish"], Value::Object(body)).result(smartsheet).await?;
    }
    Ok(())
}

/// Moves a sheet or a folder to where the fields say. Out of a folder leads into the workspace that it is in.
pub(super) async fn move_to(
    smartsheet: &Smartsheet,
    path: &[&str],
    fields: &Map<String, Value>,
) -> Result<(), WriteError> {
    let said = |name: &str| fields.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let (kind, id) = match (said("folder"), said("workspace")) {
        (Some(folder), _) => ("folder", Some(folder)),
        (None, Some(workspace)) if workspace == HOME => ("home", None),
        (None, Some(workspace)) => ("workspace", Some(workspace)),
        (None, None) => {
            let answer = smartsheet.get(&[path, &["path"]].concat(), &[]).await.map_err(|fault| refusal(&fault))?;
            // The answer names the outermost place first, which is the workspace.
            let workspace = answer.get("workspace").unwrap_or(&answer);
            match text(workspace, "id") {
                "" => ("home", None),
                id => ("workspace", Some(id.to_owned())),
            }
        }
    };
    let body = json!({"destinationType": kind, "destinationId": id});
    Call::post(&[path, &["move"]].concat(), body).idempotent().result(smartsheet).await.map(drop)
}

/// Creates fields of the summary.
pub(super) async fn create_summary_fields(
    smartsheet: &Smartsheet,
    part: &[Mutation],
) -> Result<Vec<Receipt>, WriteError> {
    let Some(first) = part.first() else { return Ok(Vec::new()) };
    let fields: Vec<Value> = part.iter().map(|mutation| Value::Object(set(&mutation.fields, &FIELD))).collect();
    let path = ["sheets", container(first)?, "summary", "fields"];
    let made = Call::post(&path, fields.into()).results(smartsheet).await?;
    part.iter().map(|mutation| receipt(mutation, titled(&made, mutation))).collect()
}

/// Brings the fields of the summary into an order, with as few moves as possible.
async fn order_summary(smartsheet: &Smartsheet, sheet: &str, wanted: &Value) -> Result<(), WriteError> {
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

/// Changes or deletes a field of the summary, or creates a cross-sheet reference.
pub(super) async fn write_part(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    let sheet = container(mutation)?;
    let summary = ["sheets", sheet, "summary", "fields"];
    match (mutation.kind, mutation.verb) {
        (Kind::ContainerLink, Verb::Create) => {
            let body = set(&mutation.fields, REFERENCE);
            if !ops::get(&Value::Object(body.clone()), "startColumnId").is_some_and(Value::is_string)
                && !body.contains_key("startRowId")
            {
                return Err(WriteError::Refused("the range that it names is not there any more".to_owned()));
            }
            let made = Call::post(&["sheets", sheet, "crosssheetreferences"], Value::Object(body));
            return receipt(mutation, text(&made.result(smartsheet).await?, "id"));
        }
        (Kind::SummaryField, Verb::Update) => {
            let mut body = mutation.fields.clone();
            body.insert("id".to_owned(), json!(own(mutation)?));
            Call::put(&summary, json!([body])).results(smartsheet).await?;
        }
        (Kind::SummaryField, Verb::Delete) => {
            let call = Call::delete(&summary).with("ids", own(mutation)?);
            call.with("ignoreSummaryFieldsNotFound", "true").results(smartsheet).await?;
        }
        _ => return Err(not_offered(mutation)),
    }
    receipt(mutation, own(mutation)?)
}

/// What a cross-sheet reference is made of.
const REFERENCE: &[&str] = &["name", "sourceSheetId", "startColumnId", "endColumnId", "startRowId", "endRowId"];
