//! Sheets themselves, and what belongs to one as a whole: project settings, publishing, cross-sheet references.

use serde_json::{Map, Value, json};

use super::super::dialect::sheet_token;
use super::super::json::text;
use super::super::{HOME, Smartsheet};
use super::call::{Call, part, set};
use super::{columns, container, not_offered, own, receipt, refusal, rows, summary, unless_gone};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{Kind, ops};

/// The title of a new sheet's primary column until the column itself is restored. It tells, and nobody uses it.
const UNNAMED: &str = "(being restored)";

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
            let mut settings = part(&mutation.fields, "projectSettings");
            // An empty list is what takes the days off away.
            if let Some(days) = settings.get_mut("nonWorkingDays").filter(|days| days.is_null()) {
                *days = json!([]);
            }
            let body = json!({"projectSettings": settings});
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
        summary::order(smartsheet, sheet, wanted).await?;
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

/// Creates a cross-sheet reference; there is no route to change or to delete one.
pub(super) async fn write_reference(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    if mutation.verb != Verb::Create {
        return Err(not_offered(mutation));
    }
    let body = set(&mutation.fields, REFERENCE);
    if !ops::get(&Value::Object(body.clone()), "startColumnId").is_some_and(Value::is_string)
        && !body.contains_key("startRowId")
    {
        return Err(WriteError::Refused("the range that it names is not there any more".to_owned()));
    }
    let made = Call::post(&["sheets", container(mutation)?, "crosssheetreferences"], Value::Object(body));
    receipt(mutation, text(&made.result(smartsheet).await?, "id"))
}

/// What a cross-sheet reference is made of.
const REFERENCE: &[&str] = &["name", "sourceSheetId", "startColumnId", "endColumnId", "startRowId", "endRowId"];
