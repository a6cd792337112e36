//! Values of custom fields: one request for all values of one card.

use serde_json::{Map, Value, json};

use super::{body, refusal};
use crate::http::types::{Body, Method};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{Kind, NativeId, RecordKey};
use crate::platforms::trello::Trello;

/// How many mutations at the beginning are values on one and the same card.
pub(super) fn same_card(wave: &[Mutation]) -> usize {
    let card = wave.first().and_then(card_and_field).map(|(card, _)| card);
    let same = |mutation: &&Mutation| card_and_field(mutation).map(|(card, _)| card) == card;
    card.as_ref().map_or(0, |_| wave.iter().take_while(same).count())
}

/// Sets the values. They are set or cleared together, or not at all.
pub(super) async fn write(trello: &Trello, values: &[Mutation]) -> Vec<Result<Receipt, WriteError>> {
    let Some((card, _)) = values.first().and_then(card_and_field) else { return Vec::new() };
    let items: Vec<Value> = values.iter().filter_map(item).collect();
    let body = Map::from_iter([("customFieldItems".to_owned(), json!(items))]);
    let path = ["cards", card.as_str(), "customFields"];
    let outcome = trello.client.write(Method::Put, &path, Body::Json(body::json(&body))).await;
    let outcome = outcome.map_err(|fault| refusal(&fault));
    values.iter().map(|value| outcome.as_ref().map_err(Clone::clone).and_then(|_| receipt(value))).collect()
}

/// The receipt of a value that was set.
pub(super) fn receipt(value: &Mutation) -> Result<Receipt, WriteError> {
    let refuse = || WriteError::Refused("a value needs its board, its card and its field".to_owned());
    let (card, field) = card_and_field(value).ok_or_else(refuse)?;
    let container = value.container.clone().ok_or_else(refuse)?;
    Ok(Receipt { key: RecordKey::new(container, Kind::FieldValue, format!("{card}:{field}")), link: None })
}

/// The ids of card and field: from the fields and the parent, else from the value's own id.
pub(super) fn card_and_field(mutation: &Mutation) -> Option<(String, String)> {
    if mutation.kind != Kind::FieldValue {
        return None;
    }
    let own = mutation.id.as_ref().and_then(|id| id.as_str().split_once(':'));
    let card = mutation.parent.as_ref().map(NativeId::as_str).or(own.map(|(card, _)| card))?;
    let said = mutation.fields.get("idCustomField").and_then(Value::as_str);
    let field = said.or(own.map(|(_, field)| field))?;
    Some((card.to_owned(), field.to_owned()))
}

/// One entry of the request. Exactly one of `value` and `idValue` says something; both empty clear the value.
fn item(mutation: &Mutation) -> Option<Value> {
    let (_, field) = card_and_field(mutation)?;
    let said = |name: &str| mutation.fields.get(name).filter(|value| !value.is_null());
    Some(match (mutation.verb, said("value"), said("idValue")) {
        (Verb::Create | Verb::Update, Some(value), _) => json!({"idCustomField": field, "value": value}),
        (Verb::Create | Verb::Update, None, Some(option)) => json!({"idCustomField": field, "idValue": option}),
        _ => json!({"idCustomField": field, "value": "", "idValue": ""}),
    })
}
