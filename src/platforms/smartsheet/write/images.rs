//! Images in cells. An upload puts one there in place of what the cell holds; emptying the cell takes it away.

use bytes::BytesMut;
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::super::Smartsheet;
use super::super::api::UPLOAD_COST;
use super::super::json::{ids_to_texts, list, text};
use super::call::{Call, result};
use super::talk::refuse_too_large;
use super::{container, own, parent, receipt, refusal};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::types::{Body, FilePart, Intent, Method, Request};
use crate::model::BlobRef;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::platforms::connector::BlobSource;

/// How the files of a type begin, its name, and that of the file: Smartsheet wants to be told both, and tells neither
/// of an image that it has.
const TYPES: [(&[u8], &str, &str); 5] = [
    (b"\x89PNG", "image/png", "image.png"),
    (b"\xff\xd8\xff", "image/jpeg", "image.jpg"),
    (b"GIF8", "image/gif", "image.gif"),
    (b"BM", "image/bmp", "image.bmp"),
    (b"RIFF", "image/webp", "image.webp"),
];
/// The longest of these beginnings, in bytes.
const BEGINNING: usize = 4;
/// Of a file that begins like none of them.
const UNTYPED: (&str, &str) = ("application/octet-stream", "image");

/// Puts an image into a cell, or takes one out of it.
pub(super) async fn write(
    smartsheet: &Smartsheet,
    mutation: &Mutation,
    blobs: &dyn BlobSource,
) -> Result<Receipt, WriteError> {
    if mutation.verb == Verb::Delete {
        remove(smartsheet, mutation).await?;
        return receipt(mutation, own(mutation)?);
    }
    let blob = mutation.blob.ok_or_else(|| refused("the image's bytes are not in the backup"))?;
    let column = column(mutation)?;
    let made = upload(smartsheet, mutation, column, blob, blobs).await?;
    if let Some(image) = in_cell(&made, column) {
        return receipt(mutation, text(image, "id"));
    }
    // It is there, and the answer does not say under which id.
    let unknown = |fault: ApiFault| WriteError::Unknown(fault.to_string());
    let row = row(smartsheet, mutation).await?.map_err(unknown)?;
    receipt(mutation, in_cell(&row, column).map(|image| text(image, "id")).unwrap_or_default())
}

/// The image in the cell for which a lost one was meant, if there is one.
pub(super) async fn there(smartsheet: &Smartsheet, lost: &Mutation) -> Result<Vec<Value>, WriteError> {
    let Some(row) = row_if_there(smartsheet, lost).await? else { return Ok(Vec::new()) };
    Ok(in_cell(&row, column(lost)?).cloned().into_iter().collect())
}

fn column(mutation: &Mutation) -> Result<&str, WriteError> {
    let column = mutation.fields.get("columnId").and_then(Value::as_str);
    column.ok_or_else(|| refused("an image needs the id of its column"))
}

fn refused(why: &str) -> WriteError {
    WriteError::Refused(why.to_owned())
}

async fn row(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Result<Value, ApiFault>, WriteError> {
    let path = ["sheets", container(mutation)?, "rows", parent(mutation)?];
    Ok(smartsheet.get(&path, &[]).await)
}

/// The row, unless it was deleted with all that was in it.
async fn row_if_there(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Option<Value>, WriteError> {
    match row(smartsheet, mutation).await? {
        Err(fault) if fault.class == FaultClass::NotFound => Ok(None),
        row => row.map(Some).map_err(|fault| refusal(&fault)),
    }
}

fn in_cell<'a>(row: &'a Value, column: &str) -> Option<&'a Value> {
    let cell = list(row, "cells").iter().find(|cell| text(cell, "columnId") == column)?;
    cell.get("image").filter(|image| !text(image, "id").is_empty())
}

async fn upload(
    smartsheet: &Smartsheet,
    mutation: &Mutation,
    column: &str,
    blob: BlobRef,
    blobs: &dyn BlobSource,
) -> Result<Value, WriteError> {
    refuse_too_large(blob)?;
    let (media_type, file_name) = type_of(blob, blobs).await;
    let open = || blobs.open(blob);
    let (file_name, media_type) = (file_name.to_owned(), Some(media_type.to_owned()));
    let file = FilePart { field: "", file_name, media_type, len: blob.len, open: &open };
    let path =
        ["sheets", container(mutation)?, "rows", parent(mutation)?, "columns", column, "cellimages"];
    // Without a text it would get the file's name for one.
    let alt = mutation.fields.get("altText").and_then(Value::as_str).unwrap_or_default();
    let url = smartsheet.client.url(&path, &[("altText", alt)]);
    let request = Request::new(Method::Post, url, Intent::WriteOnce);
    let request = Request { cost: UPLOAD_COST, ..request.with_body(Body::File(file)) };
    let mut answer = smartsheet.client.json(&request).await.map_err(|fault| refusal(&fault))?;
    ids_to_texts(&mut answer);
    Ok(match result(answer) {
        Value::Array(mut rows) => rows.pop().unwrap_or_default(),
        row => row,
    })
}

async fn type_of(blob: BlobRef, blobs: &dyn BlobSource) -> (&'static str, &'static str) {
    let (mut pieces, mut beginning) = (blobs.open(blob), BytesMut::new());
    // What cannot be read makes the upload fail, which says so.
    while beginning.len() < BEGINNING
        && let Some(Ok(piece)) = pieces.next().await
    {
        beginning.extend_from_slice(&piece);
    }
    let known = TYPES.iter().find(|(begins, ..)| beginning.starts_with(begins));
    known.map_or(UNTYPED, |(_, media_type, file_name)| (media_type, file_name))
}

/// Empties the cell, if the image still stands in it: whatever was written there since has taken its place.
async fn remove(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<(), WriteError> {
    let (sheet, id) = (container(mutation)?, own(mutation)?);
    let Some(row) = row_if_there(smartsheet, mutation).await? else { return Ok(()) };
    let shows = |cell: &&Value| cell.get("image").is_some_and(|image| text(image, "id") == id);
    let Some(cell) = list(&row, "cells").iter().find(shows) else { return Ok(()) };
    let cells = json!([{"columnId": cell.get("columnId"), "value": ""}]);
    let emptied = Call::put(&["sheets", sheet, "rows"], json!([{"id": parent(mutation)?, "cells": cells}]));
    emptied.results(smartsheet).await.map(drop)
}

#[cfg(test)]
#[path = "images_tests.rs"]
mod tests;
