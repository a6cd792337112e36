//! What can be done with a record by its table alone: read and write fields, compare, fingerprint, find
//! references. No function here knows a platform.

mod order;
mod text;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use super::dialect::Dialect;
use super::spec::{Codec, Field, KindSpec, Role};
use super::{Kind, NativeId};
use crate::base::canon;
use crate::base::hash::Hash;

pub use order::{Move, moves};
pub use text::{linked_tokens, rename, rewrite_links};

/// Whole numbers up to here are exact in a double, so that `16384` and `16384.0` are the same number.
const EXACT_IN_DOUBLE: f64 = 9_007_199_254_740_992.0;

/// The value at a dotted path. Null and absent are the same: nothing.
pub fn get<'a>(native: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(native, |value, name| value.get(name)).filter(|value| !value.is_null())
}

/// The text at a dotted path.
pub fn get_text<'a>(native: &'a Value, path: &str) -> Option<&'a str> {
    get(native, path).and_then(Value::as_str)
}

/// Puts `value` at a dotted path, making the objects on the way; whatever else stands in their place goes.
pub fn set(object: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            object.insert(path.to_owned(), value);
        }
        Some((name, rest)) => {
            let inner = object.entry(name).or_insert(Value::Null);
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Value::Object(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

/// Dotted paths with their values, as nested objects: the body of a write.
pub fn changes_to_fields<'a>(changes: impl IntoIterator<Item = (&'a str, Value)>) -> Map<String, Value> {
    let mut fields = Map::new();
    for (path, value) in changes {
        set(&mut fields, path, value);
    }
    fields
}

/// The form of a field's value in which equal means equal: absent is null, numbers are compared by size, sets
/// of ids are sorted, and an empty set is no set.
pub fn normal(role: Role, value: Option<&Value>) -> Value {
    match value.map_or(Value::Null, plain) {
        Value::Array(mut ids) if is_set(role) => {
            ids.sort_by(by_text);
            ids.dedup();
            if ids.is_empty() { Value::Null } else { Value::Array(ids) }
        }
        other => other,
    }
}

/// As [`normal`], and of a text that may hold links only what people wrote of it.
pub fn meaning(dialect: &dyn Dialect, field: &Field, value: Option<&Value>) -> Value {
    match (field.codec, normal(field.role, value)) {
        (Codec::Links | Codec::Attributed, Value::String(text)) => dialect.written(&text).into(),
        (_, Value::String(text)) if field.formerly.is_some_and(|(before, _)| before == text) => {
            field.formerly.map(|(_, now)| now).into()
        }
        (_, value) => value,
    }
}

/// Whether two values of a field say different things. Orders differ when the records that both name stand in
/// another order: what only one side has is a difference of its own.
pub fn differ(dialect: &dyn Dialect, field: &Field, from: Option<&Value>, to: Option<&Value>) -> bool {
    if matches!(field.role, Role::Sequence(_)) {
        let common = |one, other| {
            let there: BTreeSet<&str> = ids(other).collect();
            ids(one).filter(|id| there.contains(id)).collect::<Vec<_>>()
        };
        return common(from, to) != common(to, from);
    }
    if field.next_sibling {
        return false;
    }
    meaning(dialect, field, from) != meaning(dialect, field, to)
}

/// Whether the field holds a set of ids.
fn is_set(role: Role) -> bool {
    matches!(role, Role::References(_) | Role::Persons)
}

fn by_text(a: &Value, b: &Value) -> Ordering {
    a.as_str().cmp(&b.as_str())
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(shortest(number)),
        Value::Array(values) => Value::Array(values.iter().map(plain).collect()),
        Value::Object(object) => {
            let kept: Map<_, _> = object
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect();
            if kept.is_empty() { Value::Null } else { Value::Object(kept) }
        }
        other => other.clone(),
    }
}

fn shortest(number: &Number) -> Number {
    match number.as_f64() {
        Some(double) if number.is_f64() && double.fract() == 0.0 && double.abs() < EXACT_IN_DOUBLE => {
            // Formatting without decimals and parsing is exact here, and spares a lossy cast.
            format!("{double:.0}").parse::<i64>().map_or_else(|_| number.clone(), Number::from)
        }
        _ => number.clone(),
    }
}

/// The hash over everything that a restore could write: it answers "would a restore change anything?".
/// Fields that cannot be written, and fields that the table does not name, do not count; nor does the order of
/// what hangs on the record, which changes with every new child.
pub fn fingerprint(spec: &KindSpec, native: &Value) -> Hash {
    let fields: Map<String, Value> = writable(spec)
        .filter(|field| !field.repeats && !matches!(field.role, Role::Sequence(_)))
        .map(|field| (field.path.to_owned(), normal(field.role, get(native, field.path))))
        .filter(|(_, value)| !value.is_null())
        .collect();
    Hash::of(&canon::to_bytes(&Value::Object(fields)))
}

/// The fields that can be written at some time: all but the read-only ones.
pub fn writable(spec: &KindSpec) -> impl Iterator<Item = &Field> {
    spec.fields.iter().filter(|field| !matches!(field.role, Role::ReadOnly(_)))
}

/// A field in which two versions of a record differ.
#[derive(Debug, Clone)]
pub struct FieldDiff<'a> {
    /// Which field.
    pub field: &'a Field,
    /// Its value in the first version; nothing for null.
    pub from: Option<&'a Value>,
    /// Its value in the second version; nothing for null.
    pub to: Option<&'a Value>,
}

/// The fields in which `from` and `to` differ, read-only ones included, in the order of the table.
pub fn field_diff<'a>(
    dialect: &dyn Dialect,
    spec: &'a KindSpec,
    from: &'a Value,
    to: &'a Value,
) -> Vec<FieldDiff<'a>> {
    spec.fields
        .iter()
        .filter(|field| !field.repeats)
        .map(|field| FieldDiff { field, from: get(from, field.path), to: get(to, field.path) })
        .filter(|diff| differ(dialect, diff.field, diff.from, diff.to))
        .collect()
}

/// What a record points to through one of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// The kind of the record pointed to; nothing for a person.
    pub kind: Option<Kind>,
    /// Its id.
    pub id: NativeId,
    /// The field that points.
    pub path: &'static str,
    /// Whether the record may lie in another container.
    pub anywhere: bool,
}

/// All records and persons that a record points to, in the order of the table.
pub fn references(spec: &KindSpec, native: &Value) -> Vec<Pointer> {
    spec.fields
        .iter()
        .filter_map(|field| match field.role {
            Role::Reference(kind) | Role::References(kind) => Some((Some(kind), field)),
            Role::Person | Role::Persons => Some((None, field)),
            // Those in a sequence hang on the record, so it cannot need them.
            Role::Sequence(_) | Role::Writable | Role::CreateOnly | Role::ReadOnly(_) => None,
        })
        .flat_map(|(kind, field)| {
            let Field { path, anywhere, .. } = *field;
            ids(get(native, path)).map(move |id| Pointer { kind, id: NativeId::from(id), path, anywhere })
        })
        .collect()
}

/// The ids in a reference field's value: one text, or a list of them.
pub fn ids(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let (one, many) = match value {
        Some(Value::Array(list)) => (None, list.as_slice()),
        other => (other, [].as_slice()),
    };
    one.into_iter().chain(many).filter_map(Value::as_str)
}

#[cfg(test)]
mod tests;
