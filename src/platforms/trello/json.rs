//! Small steps through JSON that Trello sent: nothing in it is taken for granted.

use serde_json::{Map, Value};

/// The text at a key; empty when there is none.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a key says true.
pub(super) fn is(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// The entries at a key; none when it is not a list.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Takes the entries at a key out of an object; nothing when the key is absent or not a list.
pub(super) fn take_list(object: &mut Map<String, Value>, key: &str) -> Option<Vec<Value>> {
    match object.remove(key) {
        Some(Value::Array(entries)) => Some(entries),
        _ => None,
    }
}

/// The object that a value is, or an empty one.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
