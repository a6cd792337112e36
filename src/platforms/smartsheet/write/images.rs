//! Images in cells and in fields of the summary. An upload puts one there in place of what it holds; emptying it takes
//! the image away.

use bytes::BytesMut;
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::super::Smartsheet;
use super::super::api::UPLOAD_COST;
use super::super::json::{ids_to_texts, list, text};
use super::call::{Call, result};
use super::talk::refuse_too_large;
use super::{container, own, parent, receipt, refusal, summary};
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

/// Where an image stands.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// In a cell of a row.
    Cell { row: &'a str, column: &'a str },
    /// In a field of the summary.
    Field(&'a str),
}

impl<'a> Place<'a> {
    /// Where a new image comes to stand: the fields of one in a cell name its column.
    fn of(mutation: &'a Mutation) -> Result<Self, WriteError> {
        let above = parent(mutation)?;
        Ok(match mutation.fields.get("columnId").and_then(Value::as_str) {
            Some(column) => Self::Cell { row: above, column },
            None => Self::Field(above),
        })
    }

    /// Where images are uploaded to.
    fn route(self, sheet: &'a str) -> Vec<&'a str> {
        match self {
            Self::Cell { row, column } => vec!["sheets", sheet, "rows", row, "columns", column, "cellimages"],
            Self::Field(field) => vec!["sheets", sheet, "summary", "fields", field, "images"],
        }
    }

    /// The row or the field as it is now, unless it was deleted with all that was in it.
    async fn now(self, smartsheet: &Smartsheet, sheet: &str) -> Result<Option<Value>, ApiFault> {
        match self {
            Self::Cell { row, .. } => row_if_there(smartsheet, sheet, row).await,
            Self::Field(field) => summary::field(smartsheet, sheet, field).await,
        }
    }

    /// The image that a row or field has in this place.
    fn image(self, holder: &Value) -> Option<&Value> {
        let holder = match self {
            Self::Cell { column, .. } => {
                list(holder, "cells").iter().find(|cell| text(cell, "columnId") == column)?
            }
            Self::Field(_) => holder,
        };
        holder.get("image").filter(|image| !text(image, "id").is_empty())
    }
}

/// Puts an image into its place, or takes one out of it.
pub(super) async fn write(
    smartsheet: &Smartsheet,
    mutation: &Mutation,
    blobs: &dyn BlobSource,
) -> Result<Receipt, WriteError> {
    if mutation.verb == Verb::Delete {
        remove(smartsheet, mutation).await?;
        return receipt(mutation, own(mutation)?);
    }
    let refused = || WriteError::Refused("the image's bytes are not in the backup".to_owned());
    let blob = mutation.blob.ok_or_else(refused)?;
    let place = Place::of(mutation)?;
    let made = upload(smartsheet, mutation, place, blob, blobs).await?;
    if let Some(image) = place.image(&made) {
        return receipt(mutation, text(image, "id"));
    }
    // It is there, and the answer does not say under which id.
    let unknown = |fault: ApiFault| WriteError::Unknown(fault.to_string());
    let holder = place.now(smartsheet, container(mutation)?).await.map_err(unknown)?.unwrap_or_default();
    receipt(mutation, place.image(&holder).map(|image| text(image, "id")).unwrap_or_default())
}

/// The image in the place for which a lost one was meant, if there is one.
pub(super) async fn there(smartsheet: &Smartsheet, lost: &Mutation) -> Result<Vec<Value>, WriteError> {
    let place = Place::of(lost)?;
    let holder = place.now(smartsheet, container(lost)?).await.map_err(|fault| refusal(&fault))?;
    Ok(holder.and_then(|holder| place.image(&holder).cloned()).into_iter().collect())
}

async fn row_if_there(smartsheet: &Smartsheet, sheet: &str, row: &str) -> Result<Option<Value>, ApiFault> {
    match smartsheet.get(&["sheets", sheet, "rows", row], &[]).await {
        Err(fault) if fault.class == FaultClass::NotFound => Ok(None),
        row => row.map(Some),
    }
}

async fn upload(
    smartsheet: &Smartsheet,
    mutation: &Mutation,
    place: Place<'_>,
    blob: BlobRef,
    blobs: &dyn BlobSource,
) -> Result<Value, WriteError> {
    refuse_too_large(blob)?;
    let (media_type, file_name) = type_of(blob, blobs).await;
    let open = || blobs.open(blob);
    let (file_name, media_type) = (file_name.to_owned(), Some(media_type.to_owned()));
    let file = FilePart { field: "", file_name, media_type, len: blob.len, open: &open };
    // Without a text it would get the file's name for one.
    let alt = mutation.fields.get("altText").and_then(Value::as_str).unwrap_or_default();
    let url = smartsheet.client.url(&place.route(container(mutation)?), &[("altText", alt)]);
    let request = Request::new(Method::Post, url, Intent::WriteOnce);
    let request = Request { cost: UPLOAD_COST, ..request.with_body(Body::File(file)) };
    let mut answer = smartsheet.client.json(&request).await.map_err(|fault| refusal(&fault))?;
    ids_to_texts(&mut answer);
    Ok(match result(answer) {
        Value::Array(mut all) => all.pop().unwrap_or_default(),
        one => one,
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

/// Empties what the image stands in, if it still does: whatever was written there since has taken its place. What it
/// hangs on is a row, or else a field of the summary.
async fn remove(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<(), WriteError> {
    let (sheet, above, id) = (container(mutation)?, parent(mutation)?, own(mutation)?);
    let shows = |holder: &Value| holder.get("image").is_some_and(|image| text(image, "id") == id);
    if let Some(row) = row_if_there(smartsheet, sheet, above).await.map_err(|fault| refusal(&fault))? {
        let Some(cell) = list(&row, "cells").iter().find(|cell| shows(cell)) else { return Ok(()) };
        let cells = json!([{"columnId": cell.get("columnId"), "value": ""}]);
        let emptied = Call::put(&["sheets", sheet, "rows"], json!([{"id": above, "cells": cells}]));
        return emptied.results(smartsheet).await.map(drop);
    }
    match summary::field(smartsheet, sheet, above).await.map_err(|fault| refusal(&fault))? {
        Some(field) if shows(&field) => summary::empty(smartsheet, sheet, above).await,
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "images_tests.rs"]
mod tests;
