//! Workspaces and folders.

use serde_json::{Value, json};

use super::super::Smartsheet;
use super::super::json::text;
use super::call::Call;
use super::sheets::{move_to, place};
use super::{own, receipt, unless_gone};
use crate::model::Kind;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};

/// Creates, changes or deletes a workspace or folder.
pub(super) async fn write(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    let route = if mutation.kind == Kind::Workspace { "workspaces" } else { "folders" };
    let name = mutation.fields.get("name").cloned();
    if mutation.verb == Verb::Create {
        let above = match mutation.kind {
            Kind::Workspace => Vec::new(),
            _ => place(&mutation.fields)?,
        };
        let mut path: Vec<&str> = above.iter().map(String::as_str).collect();
        if mutation.kind == Kind::Folder && path.is_empty() {
            path.push("home");
        }
        path.push(route);
        let made = Call::post(&path, json!({"name": name.unwrap_or_default()})).result(smartsheet).await?;
        return receipt(mutation, text(&made, "id"));
    }
    let id = own(mutation)?;
    if mutation.verb == Verb::Delete {
        unless_gone(mutation, Call::delete(&[route, id]).send(smartsheet).await)?;
        return receipt(mutation, id);
    }
    if let Some(name) = name.filter(|name| !name.is_null()) {
        Call::put(&[route, id], json!({"name": name})).result(smartsheet).await?;
    }
    let moved = |name: &str| mutation.fields.get(name).is_some_and(|value: &Value| value.is_string() || value.is_null());
    if mutation.kind == Kind::Folder && (moved("workspace") || moved("folder")) {
        move_to(smartsheet, &[route, id], &mutation.fields).await?;
    }
    receipt(mutation, id)
}
