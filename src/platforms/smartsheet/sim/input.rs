//! Reading parameters and attributes: what a value may be.

use std::collections::BTreeSet;

use serde_json::Value;

use super::refusal::Refusal;
use crate::base::clock::Timestamp;
use crate::sim::request::Params;

type Read<T> = Result<T, Refusal>;

/// A comma-separated list of words, all of which must be among `known`.
pub(super) fn words(query: &Params, name: &str, known: &[&str]) -> Read<BTreeSet<String>> {
    let given: BTreeSet<String> = list(query, name).unwrap_or_default().into_iter().collect();
    if given.iter().any(|word| !known.contains(&word.as_str())) {
        return Err(Refusal::about(1018, name));
    }
    Ok(given)
}

/// A comma-separated list; none when the parameter is absent.
pub(super) fn list(query: &Params, name: &str) -> Option<Vec<String>> {
    let text = query.text(name)?;
    Some(text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

/// `true` or `false` in any case; absent is false.
pub(super) fn flag(query: &Params, name: &str) -> Read<bool> {
    match query.text(name).map(|text| text.to_lowercase()).as_deref() {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Refusal::about(1018, name)),
    }
}

/// A whole number that is not negative.
pub(super) fn number(query: &Params, name: &str) -> Read<Option<usize>> {
    let parse = |text: String| text.parse().map_err(|_| Refusal::about(1018, name));
    query.text(name).filter(|text| !text.is_empty()).map(parse).transpose()
}

/// A point in time: ISO 8601 or milliseconds since 1970.
pub(super) fn time(query: &Params, name: &str) -> Read<Option<Timestamp>> {
    let parse = |text: String| {
        let milliseconds = text.parse().ok().and_then(|number| Timestamp::from_millisecond(number).ok());
        milliseconds.or_else(|| text.parse().ok()).ok_or_else(|| Refusal::about(1018, name))
    };
    query.text(name).filter(|text| !text.is_empty()).map(parse).transpose()
}

/// An id as it is stored: decimal digits. Clients send numbers, and some send them as text.
pub(super) fn id(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => number.as_u64().map(|id| id.to_string()),
        Value::String(text) if is_id(text) => Some(text.clone()),
        _ => None,
    }
}

/// Whether a text has the form of an id.
pub(super) fn is_id(text: &str) -> bool {
    (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The id in an attribute that may be absent or null.
pub(super) fn optional_id(body: &Value, name: &str) -> Read<Option<String>> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => id(value).map(Some).ok_or_else(|| Refusal::about(1031, name)),
    }
}

/// A name: there, not blank and not longer than `max` characters.
pub(super) fn name(body: &Value, attribute: &str, max: usize) -> Read<String> {
    let text = body.get(attribute).and_then(Value::as_str).ok_or_else(|| Refusal::about(1012, attribute))?;
    if text.trim().is_empty() {
        return Err(Refusal::about(1012, attribute));
    }
    if text.chars().count() > max {
        return Err(Refusal::about(1041, attribute));
    }
    Ok(text.to_owned())
}

/// A truth value that may be absent.
pub(super) fn truth(body: &Value, attribute: &str) -> Read<Option<bool>> {
    match body.get(attribute) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(Refusal::about(1031, attribute)),
    }
}

/// Refuses an object that has an attribute which is not among `known`.
pub(super) fn only(body: &Value, known: &[&str]) -> Read<()> {
    let fields = body.as_object().ok_or_else(|| Refusal::about(1008, "an object was expected"))?;
    match fields.keys().find(|field| !known.contains(&field.as_str())) {
        Some(field) => Err(Refusal::about(1008, format!("unknown attribute \"{field}\""))),
        None => Ok(()),
    }
}

/// The things in a body that may be one object or a list of them, and whether it was a list.
pub(super) fn one_or_many(body: &Value) -> Read<(Vec<Value>, bool)> {
    match body {
        Value::Array(items) if items.iter().all(Value::is_object) => Ok((items.clone(), true)),
        Value::Object(_) => Ok((vec![body.clone()], false)),
        _ => Err(Refusal::about(1008, "an object or a list of objects was expected")),
    }
}

/// Whether a text looks like an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_must_be_known() {
        let query = Params::from_query("include=a,b");
        assert_eq!(words(&query, "include", &["a", "b"]).unwrap().len(), 2);
        assert_eq!(words(&query, "include", &["a"]), Err(Refusal::about(1018, "include")));
    }

    #[test]
    fn ids_are_numbers_or_digits() {
        assert_eq!(id(&json!(4_583_173_393_803_140_u64)).as_deref(), Some("4583173393803140"));
        assert_eq!(id(&json!("77")).as_deref(), Some("77"));
        for bad in [json!(1.5), json!(-1), json!("x"), json!(null), json!("")] {
            assert_eq!(id(&bad), None, "{bad}");
        }
    }

    #[test]
    fn times_are_iso_or_milliseconds() {
        let read = |text| time(&Params::from_query(&format!("t={text}")), "t");
        assert_eq!(read("2026-11-21T00:00:00Z").unwrap(), read("1795219200000").unwrap());
        assert!(read("yesterday").is_err());
    }

    #[test]
    fn names_are_counted_in_characters() {
        assert!(name(&json!({"name": "é".repeat(50)}), "name", 50).is_ok());
        assert_eq!(name(&json!({"name": "é".repeat(51)}), "name", 50).unwrap_err().code, 1041);
        assert_eq!(name(&json!({"name": " "}), "name", 50).unwrap_err().code, 1012);
    }
}
