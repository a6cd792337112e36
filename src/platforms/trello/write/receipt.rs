//! What a write became.

use serde_json::Value;

use crate::model::mutation::{Mutation, Receipt};
use crate::model::{Kind, NativeId, RecordKey};

/// The receipt for an answer; nothing when the new record's id is not in it.
pub(super) fn receipt(mutation: &Mutation, answer: &Value) -> Option<Receipt> {
    let given = answer.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
    // The answer to a membership is about the board, so an id that is known beforehand goes first.
    let id: NativeId = mutation.id.clone().or_else(|| given.map(NativeId::from))?;
    let container = match mutation.kind {
        Kind::Container | Kind::Workspace => id.clone(),
        _ => mutation.container.clone()?,
    };
    let link = answer.get("shortLink").and_then(Value::as_str).map(ToOwned::to_owned);
    Some(Receipt { key: RecordKey::new(container, mutation.kind, id), link })
}
