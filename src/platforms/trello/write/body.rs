//! From fields at their native paths to the parameters that Trello's routes take.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::base::canon;

/// The bytes of a JSON body.
pub(super) fn json(body: &Map<String, Value>) -> Bytes {
    Bytes::from(canon::to_bytes(&Value::Object(body.clone())))
}

/// Parameters of an update: groups become `group/name`, deeper ones `group/name/name`.
pub(super) fn flat(fields: &Map<String, Value>, groups: &[&str], separator: &str) -> Map<String, Value> {
    let mut body = Map::new();
    for (name, value) in fields {
        match value {
            Value::Object(inner) if groups.contains(&name.as_str()) => flatten(name, inner, separator, &mut body),
            other => drop(body.insert(name.clone(), other.clone())),
        }
    }
    body
}

fn flatten(prefix: &str, object: &Map<String, Value>, separator: &str, into: &mut Map<String, Value>) {
    for (name, value) in object {
        let name = format!("{prefix}{separator}{name}");
        match value {
            Value::Object(inner) => flatten(&name, inner, separator, into),
            other => drop(into.insert(name, other.clone())),
        }
    }
}

/// The same without what is null: a creation has nothing to clear.
pub(super) fn set(body: Map<String, Value>) -> Map<String, Value> {
    body.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

/// A card's parameters: sets as lists with commas, a place as `latitude,longitude`, a cover that shows one thing.
pub(super) fn card(fields: &Map<String, Value>) -> Map<String, Value> {
    let mut body = fields.clone();
    for (name, value) in &mut body {
        match (name.as_str(), &*value) {
            ("idMembers" | "idLabels", Value::Array(ids)) => {
                let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
                *value = json!(ids.join(","));
            }
            ("coordinates", Value::Object(place)) => {
                if let (Some(latitude), Some(longitude)) = (place.get("latitude"), place.get("longitude")) {
                    *value = json!(format!("{latitude},{longitude}"));
                }
            }
            ("cover", Value::Object(cover)) => *value = Value::Object(exclusive(cover)),
            _ => {}
        }
    }
    body
}

/// A cover shows one thing; Trello refuses a second one, so what is null goes unsaid beside one that is not.
fn exclusive(cover: &Map<String, Value>) -> Map<String, Value> {
    let shows = |name: &str| matches!(name, "color" | "idAttachment");
    let set = cover.iter().any(|(name, value)| shows(name) && !value.is_null());
    let keep = |(name, value): &(&String, &Value)| !(set && shows(name) && value.is_null());
    cover.iter().filter(keep).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A check item's parameters on creation, where its state is called `checked`.
pub(super) fn new_check_item(fields: &Map<String, Value>) -> Map<String, Value> {
    let mut body = set(fields.clone());
    if let Some(state) = body.remove("state") {
        body.insert("checked".to_owned(), json!(state == "complete"));
    }
    body
}
