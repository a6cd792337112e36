//! Small steps through JSON that Smartsheet sent: nothing in it is taken for granted.
//!
//! Smartsheet's ids are numbers; everywhere else in the program ids are texts. They are turned once, on the way in,
//! and back on the way out.

use serde_json::{Map, Number, Value};

/// Turns the ids in a document into texts: every number under `id`, `...Id` or in a list under `...Ids`.
pub(super) fn ids_to_texts(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                match inner {
                    Value::Number(id) if is_number(name) => *inner = id.to_string().into(),
                    Value::Array(ids) if name.ends_with("Ids") => ids.iter_mut().for_each(number_to_text),
                    other => ids_to_texts(other),
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(ids_to_texts),
        _ => {}
    }
}

fn number_to_text(value: &mut Value) {
    if let Value::Number(id) = value {
        *value = id.to_string().into();
    }
}

/// An id as Smartsheet takes it.
pub(super) fn id_out(id: &str) -> Value {
    id.parse::<i64>().map_or_else(|_| id.into(), |number| Value::Number(Number::from(number)))
}

/// Turns the ids in a document into numbers again, as Smartsheet takes them. Only shares name a group, and they have
/// texts for the ids of whom they are for.
pub(super) fn texts_to_ids(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                match inner {
                    Value::String(id) if is_number(name) => *inner = id_out(id),
                    other => texts_to_ids(other),
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(texts_to_ids),
        _ => {}
    }
}

fn is_number(name: &str) -> bool {
    name == "id" || name.ends_with("Id") && name != "groupId"
}

/// The text at a key; empty when there is none.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The text at a key of an object; empty when there is none.
pub(super) fn text_of<'a>(object: &'a Map<String, Value>, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a key says true.
pub(super) fn is(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// The entries at a key; none when it is not a list.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Takes the entries at a key out of an object; none when the key is absent or not a list.
pub(super) fn take_list(object: &mut Map<String, Value>, key: &str) -> Vec<Value> {
    match object.remove(key) {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    }
}

/// The object that a value is, or an empty one.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_become_texts_at_any_depth_and_nothing_else_does() {
        let mut value = json!({
            "id": 4_583_173_393_803_140_u64, "version": 3, "rows": [{"parentId": 7, "rowNumber": 1, "cells": [{"columnId": 8, "value": 9}]}],
            "sharedIds": [1, "x"], "idle": 5, "email": null,
        });
        ids_to_texts(&mut value);
        assert_eq!(
            value,
            json!({
                "id": "4583173393803140", "version": 3,
                "rows": [{"parentId": "7", "rowNumber": 1, "cells": [{"columnId": "8", "value": 9}]}],
                "sharedIds": ["1", "x"], "idle": 5, "email": null,
            })
        );
    }

    #[test]
    fn a_share_names_its_group_by_a_text() {
        let mut value = json!([{"groupId": "7", "columnId": "8"}]);
        texts_to_ids(&mut value);
        assert_eq!(value, json!([{"groupId": "7", "columnId": 8}]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn an_id_goes_out_as_it_came_in(id in 0..i64::MAX) {
            let mut value = json!({"id": id});
            ids_to_texts(&mut value);
            prop_assert_eq!(id_out(text(&value, "id")), json!(id));
        }
    }
}
