//! Discussions, comments, and files on rows, sheets and comments.

use serde_json::{Map, Value, json};

use super::super::api::UPLOAD_COST;
use super::super::connector::lock;
use super::super::dialect::LARGEST_FILE;
use super::super::json::{ids_to_texts, list, text};
use super::super::Smartsheet;
use super::call::{Call, result, set};
use super::{container, not_offered, own, parent, receipt, refusal, row_above, unless_gone};
use crate::http::fault::ApiFault;
use crate::http::types::{Body, FilePart, Intent, Method, Request};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{BlobRef, Kind};
use crate::platforms::connector::BlobSource;

/// Creates, changes or deletes a discussion or a comment.
pub(super) async fn write(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    let sheet = container(mutation)?;
    let words = json!({"text": mutation.fields.get("text")});
    match (mutation.kind, mutation.verb) {
        (Kind::Discussion, Verb::Create) => {
            let above = above(mutation)?;
            let path: Vec<&str> = above.iter().map(String::as_str).chain(["discussions"]).collect();
            let made = Call::post(&path, json!({"comment": words})).result(smartsheet).await?;
            let id = text(&made, "id");
            if let Some(opening) = list(&made, "comments").first() {
                lock(&smartsheet.openings).insert(id.to_owned(), text(opening, "id").to_owned());
            }
            return receipt(mutation, id);
        }
        (Kind::Comment, Verb::Create) => {
            let path = ["sheets", sheet, "discussions", parent(mutation)?, "comments"];
            let made = Call::post(&path, words).result(smartsheet).await?;
            return receipt(mutation, text(&made, "id"));
        }
        (Kind::Discussion, Verb::Update) => {
            let opening = opening(smartsheet, sheet, own(mutation)?).await.map_err(|fault| refusal(&fault))?;
            Call::put(&["sheets", sheet, "comments", &opening], words).result(smartsheet).await?;
        }
        (Kind::Comment, Verb::Update) => {
            Call::put(&["sheets", sheet, "comments", own(mutation)?], words).result(smartsheet).await?;
        }
        (kind, Verb::Delete) => {
            let route = if kind == Kind::Discussion { "discussions" } else { "comments" };
            let call = Call::delete(&["sheets", sheet, route, own(mutation)?]);
            unless_gone(mutation, call.send(smartsheet).await)?;
        }
        _ => return Err(not_offered(mutation)),
    }
    receipt(mutation, own(mutation)?)
}

/// The path of the row or sheet that something hangs on.
pub(super) fn above(mutation: &Mutation) -> Result<Vec<String>, WriteError> {
    let mut path = vec!["sheets".to_owned(), container(mutation)?.to_owned()];
    if let Some(row) = row_above(mutation) {
        path.extend(["rows".to_owned(), row.to_owned()]);
    }
    Ok(path)
}

/// The opening comment of a discussion, which its text and its files belong to.
pub(super) async fn opening(smartsheet: &Smartsheet, sheet: &str, discussion: &str) -> Result<String, ApiFault> {
    let known = lock(&smartsheet.openings).get(discussion).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let answer = smartsheet.get(&["sheets", sheet, "discussions", discussion], &[]).await?;
    let first = list(&answer, "comments").iter().min_by_key(|comment| text(comment, "createdAt"));
    let opening = first.map(|comment| text(comment, "id").to_owned()).unwrap_or_default();
    lock(&smartsheet.openings).insert(discussion.to_owned(), opening.clone());
    Ok(opening)
}

/// The path of what a file hangs on.
pub(super) async fn home_of_file(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Vec<String>, WriteError> {
    let said = |name: &str| mutation.fields.get(name).and_then(Value::as_str);
    if mutation.kind == Kind::Attachment {
        return above(mutation);
    }
    let sheet = container(mutation)?;
    let comment = match (said("commentId"), said("discussionId")) {
        (Some(comment), _) => comment.to_owned(),
        (None, Some(discussion)) => {
            opening(smartsheet, sheet, discussion).await.map_err(|fault| refusal(&fault))?
        }
        (None, None) => return Err(WriteError::Refused("nothing says which comment it belongs to".to_owned())),
    };
    Ok(vec!["sheets".to_owned(), sheet.to_owned(), "comments".to_owned(), comment])
}

/// Attaches a file or a link, or deletes one.
pub(super) async fn write_file(
    smartsheet: &Smartsheet,
    mutation: &Mutation,
    blobs: &dyn BlobSource,
) -> Result<Receipt, WriteError> {
    if mutation.verb == Verb::Delete {
        let call = Call::delete(&["sheets", container(mutation)?, "attachments", own(mutation)?]);
        unless_gone(mutation, call.send(smartsheet).await)?;
        return receipt(mutation, own(mutation)?);
    }
    let path = home_of_file(smartsheet, mutation).await?;
    let path: Vec<&str> = path.iter().map(String::as_str).chain(["attachments"]).collect();
    let made = match mutation.blob {
        Some(blob) => upload(smartsheet, &path, &mutation.fields, blob, blobs).await?,
        None if mutation.fields.contains_key("url") => {
            let names = ["name", "description", "attachmentType", "attachmentSubType", "url"];
            Call::post(&path, Value::Object(set(&mutation.fields, &names))).result(smartsheet).await?
        }
        None => return Err(WriteError::Refused("the attachment's bytes are not in the backup".to_owned())),
    };
    receipt(mutation, text(&made, "id"))
}

async fn upload(
    smartsheet: &Smartsheet,
    path: &[&str],
    fields: &Map<String, Value>,
    blob: BlobRef,
    blobs: &dyn BlobSource,
) -> Result<Value, WriteError> {
    refuse_too_large(blob)?;
    let said = |key: &str| fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let open = || blobs.open(blob);
    let file = FilePart {
        field: "file",
        file_name: said("name").unwrap_or("file").to_owned(),
        media_type: said("mimeType").map(ToOwned::to_owned),
        len: blob.len,
        open: &open,
    };
    let url = smartsheet.client.url(path, &[]);
    let request = Request::new(Method::Post, url, Intent::WriteOnce);
    let request = Request { cost: UPLOAD_COST, ..request.with_body(Body::Form { fields: Vec::new(), file: Some(file) }) };
    let mut answer = smartsheet.client.json(&request).await.map_err(|fault| refusal(&fault))?;
    ids_to_texts(&mut answer);
    Ok(result(answer))
}

/// Refuses here what the API would refuse after all of it was sent.
pub(super) fn refuse_too_large(blob: BlobRef) -> Result<(), WriteError> {
    if blob.len <= LARGEST_FILE {
        return Ok(());
    }
    let message = format!("the file has {} bytes, and the API takes at most {LARGEST_FILE}", blob.len);
    Err(WriteError::Refused(message))
}
