//! Carries out mutations. What a mutation is as a request stands in [`request`], what it became in [`receipt`].

mod body;
mod locate;
mod receipt;
mod request;
mod values;

use serde_json::Value;

use super::Trello;
use super::connector::lock;
use super::json::text;
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::types::{Body, FilePart};
use crate::model::Kind;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::platforms::connector::BlobSource;
pub(super) use locate::locate;
use request::Call;

/// Carries out a wave. Values of custom fields go together per card, everything else one by one.
pub(super) async fn write(
    trello: &Trello,
    wave: &[Mutation],
    blobs: &dyn BlobSource,
) -> Vec<Result<Receipt, WriteError>> {
    let mut answers: Vec<Result<Receipt, WriteError>> = Vec::with_capacity(wave.len());
    let mut rest = wave;
    while let Some(first) = rest.first() {
        let together = values::same_card(rest);
        let (now, later) = rest.split_at_checked(together.max(1)).unwrap_or((rest, &[]));
        if together > 0 {
            answers.extend(values::write(trello, now).await);
        } else {
            answers.push(single(trello, first, blobs).await);
        }
        rest = later;
    }
    answers
}

async fn single(trello: &Trello, mutation: &Mutation, blobs: &dyn BlobSource) -> Result<Receipt, WriteError> {
    let card = card_of(trello, mutation).await.map_err(|fault| refusal(&fault))?;
    let mut call = request::call(mutation, card.as_deref()).map_err(WriteError::Refused)?;
    let background = request::background_apart(&mut call);
    let answer = match send(trello, mutation, &call, blobs).await {
        Ok(answer) => answer,
        // It is gone, which is what was wanted; a repeated deletion ends like this.
        Err(fault) if mutation.verb == Verb::Delete && fault.class == FaultClass::NotFound => Value::Null,
        Err(fault) => return Err(refusal(&fault)),
    };
    if let Some(background) = background {
        send(trello, mutation, &background, blobs).await.map_err(|fault| refusal(&fault))?;
    }
    let receipt = receipt::receipt(mutation, &answer).ok_or_else(|| {
        WriteError::Unknown(format!("the answer to the creation of a {} has no id", mutation.kind))
    })?;
    if mutation.verb == Verb::Create {
        lock(&trello.made).insert(receipt.key.id.clone());
        if mutation.kind == Kind::Checklist {
            let (checklist, card) = (receipt.key.id.to_string(), mutation.parent.clone());
            lock(&trello.card_of_checklist).extend(card.map(|card| (checklist, card.to_string())));
        }
    }
    Ok(receipt)
}

async fn send(
    trello: &Trello,
    mutation: &Mutation,
    call: &Call,
    blobs: &dyn BlobSource,
) -> Result<Value, ApiFault> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let Some(blob) = mutation.blob else {
        let body = if call.body.is_empty() { Body::Empty } else { Body::Json(body::json(&call.body)) };
        return trello.client.write(call.method, &path, body).await;
    };
    let open = || blobs.open(blob);
    let said = |key: &str| call.body.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    let name = said("name").unwrap_or_default();
    let file = FilePart {
        field: "file",
        file_name: said("fileName").unwrap_or_else(|| name.clone()),
        media_type: said("mimeType").filter(|media_type| !media_type.is_empty()),
        len: blob.len,
        open: &open,
    };
    let mut fields = vec![("name", name), ("setCover", "false".to_owned())];
    fields.extend(file.media_type.clone().map(|media_type| ("mimeType", media_type)));
    trello.client.write(call.method, &path, Body::Form { fields, file: Some(file) }).await
}

/// The card of the checklist whose item is changed: Trello wants it in the path.
async fn card_of(trello: &Trello, mutation: &Mutation) -> Result<Option<String>, ApiFault> {
    if (mutation.kind, mutation.verb) != (Kind::ChecklistItem, Verb::Update) {
        return Ok(None);
    }
    let Some(checklist) = mutation.parent.as_ref().map(crate::model::NativeId::as_str) else { return Ok(None) };
    let known = lock(&trello.card_of_checklist).get(checklist).cloned();
    if known.is_some() {
        return Ok(known);
    }
    let answer = trello.client.get(&["checklists", checklist], &[("fields", "idCard")]).await?;
    let card = text(&answer, "idCard").to_owned();
    lock(&trello.card_of_checklist).insert(checklist.to_owned(), card.clone());
    Ok(Some(card))
}

/// What a fault means for a write.
fn refusal(fault: &ApiFault) -> WriteError {
    match fault.class {
        _ if fault.outcome_unknown => WriteError::Unknown(fault.to_string()),
        FaultClass::Stopped => WriteError::Stopped,
        FaultClass::Unauthorised => WriteError::Unauthorised(fault.to_string()),
        // Trello cannot be reached or takes nothing at the moment: the next write would fare the same.
        FaultClass::Network | FaultClass::RateLimited | FaultClass::Server => WriteError::Unavailable(fault.to_string()),
        _ => WriteError::Refused(fault.to_string()),
    }
}

#[cfg(test)]
mod tests;
