//! What a write became.

use serde_json::Value;

use crate::model::mutation::{Mutation, Receipt};
use crate::model::{Kind, NativeId, RecordKey};

/// The id of a record in an answer. The routes of options call it `_id`.
pub(super) fn own_id(record: &Value) -> Option<&str> {
    let id = record.get("id").or_else(|| record.get("_id"))?;
    id.as_str().filter(|id| !id.is_empty())
}

/// The receipt for an answer; nothing when the new record's id is not in it.
pub(super) fn receipt(mutation: &Mutation, answer: &Value) -> Option<Receipt> {
    let given = own_id(answer);
    // The answer to a membership is about the board, so an id that is known beforehand goes first.
    let id: NativeId = mutation.id.clone().or_else(|| given.map(NativeId::from))?;
    let container = match mutation.kind {
        Kind::Container | Kind::Workspace => id.clone(),
        _ => mutation.container.clone()?,
    };
    let link = answer.get("shortLink").and_then(Value::as_str).map(ToOwned::to_owned);
    Some(Receipt { key: RecordKey::new(container, mutation.kind, id), link })
}
