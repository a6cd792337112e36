//! Small steps through JSON that Asana sent: nothing in it is taken for granted.

use serde_json::{Map, Value};

/// The text at a key; empty when there is none.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The gid of a record; empty when it has none.
pub(super) fn gid(record: &Value) -> &str {
    text(record, "gid")
}

/// The gid of the compact record at a key; empty when there is none.
pub(super) fn gid_at<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).map(gid).unwrap_or_default()
}

/// Whether a key says true.
pub(super) fn is(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// The entries at a key; none when it is not a list.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Takes the entries at a key out of an object; none when there is no list.
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

/// Takes `data` out of an answer's envelope.
pub(super) fn data(answer: Value) -> Value {
    object(answer).remove("data").unwrap_or_default()
}

/// The gids of a list of compact records, without those that have none.
pub(super) fn gids(records: &[Value]) -> Vec<Value> {
    records.iter().map(gid).filter(|gid| !gid.is_empty()).map(Value::from).collect()
}

/// Puts lists of gids in the place of lists of compact records.
pub(super) fn lists_of_gids(object: &mut Map<String, Value>, keys: &[&str]) {
    for key in keys {
        if let Some(Value::Array(records)) = object.get_mut(*key) {
            *records = gids(records);
        }
    }
}

/// Where a gid stands among others: they are numbers, of up to any length, written as texts.
pub(super) fn rank(gid: &str) -> (usize, &str) {
    (gid.len(), gid)
}
