//! Reading the `data` of a request: what a value may be, and how it is stored.

use serde_json::Value;

use super::refusal::Refusal;
use super::state::{Place, date};
use crate::base::clock::Timestamp;
use crate::sim::request::Params;

/// No name may be longer, in characters.
const LONGEST_NAME: usize = 1_024;

type Read<T> = Result<Option<T>, Refusal>;

/// Colours of projects, tags, portfolios and templates.
pub(super) const COLOURS: &[&str] = &[
    "dark-pink",
    "dark-green",
    "dark-blue",
    "dark-red",
    "dark-teal",
    "dark-brown",
    "dark-orange",
    "dark-purple",
    "dark-warm-gray",
    "light-pink",
    "light-green",
    "light-blue",
    "light-red",
    "light-teal",
    "light-brown",
    "light-orange",
    "light-purple",
    "light-warm-gray",
    "none",
];

/// Refuses fields that a call does not take.
pub(super) fn only(data: &Params, fields: &[&str]) -> Result<(), Refusal> {
    match data.starting_with("").into_iter().find(|name| !fields.contains(&name.as_str())) {
        Some(name) => Err(Refusal::not_writable(&name)),
        None => Ok(()),
    }
}

/// Text.
pub(super) fn text(data: &Params, field: &str) -> Read<String> {
    match data.raw(field) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(Refusal::invalid(field, &format!("Value is not a string: {other}"))),
    }
}

/// A name: text without control characters that is not too long.
pub(super) fn name(data: &Params, field: &str) -> Read<String> {
    match text(data, field)? {
        Some(name) if name.chars().count() > LONGEST_NAME => Err(Refusal::invalid(field, "Text is too long")),
        other => Ok(other),
    }
}

/// A name that must be there and must not be blank.
pub(super) fn required_name(data: &Params, field: &str) -> Result<String, Refusal> {
    name(data, field)?.filter(|name| !name.trim().is_empty()).ok_or_else(|| Refusal::missing(field))
}

/// A JSON truth value.
pub(super) fn flag(data: &Params, field: &str) -> Read<bool> {
    match data.raw(field) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(other) => Err(Refusal::invalid(field, &format!("Value is not a boolean: {other}"))),
    }
}

/// One of a few words.
pub(super) fn one_of(data: &Params, field: &str, words: &[&str]) -> Read<String> {
    match text(data, field)? {
        Some(word) if !words.contains(&word.as_str()) => {
            Err(Refusal::invalid(field, &format!("Value is not one of {}: {word}", words.join(", "))))
        }
        other => Ok(other),
    }
}

/// One of a few words, or null.
pub(super) fn one_of_or_null(data: &Params, field: &str, words: &[&str]) -> Read<Value> {
    match data.raw(field) {
        Some(Value::Null) => Ok(Some(Value::Null)),
        _ => Ok(one_of(data, field, words)?.map(Value::from)),
    }
}

/// The text of a gid. Whether it is one is found out where it is looked up.
pub(super) fn gid(data: &Params, field: &str) -> Read<String> {
    match data.raw(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => gid_of(field, value).map(Some),
    }
}

/// A gid that must be there.
pub(super) fn required_gid(data: &Params, field: &str) -> Result<String, Refusal> {
    gid(data, field)?.ok_or_else(|| Refusal::missing(field))
}

/// A value that shall be a gid.
pub(super) fn gid_of(field: &str, value: &Value) -> Result<String, Refusal> {
    let kind = match value {
        Value::String(gid) => return Ok(gid.clone()),
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Null => "null",
    };
    Err(Refusal::invalid(field, &format!("Not a valid GID type: {kind}")))
}

/// A list of gids; also as text with commas.
pub(super) fn gids(data: &Params, field: &str) -> Read<Vec<String>> {
    match data.raw(field) {
        None => Ok(None),
        Some(Value::String(list)) => Ok(Some(
            list.split(',').map(str::trim).filter(|gid| !gid.is_empty()).map(str::to_owned).collect(),
        )),
        Some(Value::Array(list)) => {
            let at = |(at, value)| gid_of(&format!("{field}: [{at}]"), value);
            list.iter().enumerate().map(at).collect::<Result<_, _>>().map(Some)
        }
        Some(other) => Err(Refusal::invalid(field, &format!("Value is not an array: {other}"))),
    }
}

/// A list of gids that must be there and must not be empty.
pub(super) fn required_gids(data: &Params, field: &str) -> Result<Vec<String>, Refusal> {
    gids(data, field)?.filter(|list| !list.is_empty()).ok_or_else(|| Refusal::missing(field))
}

/// A day or null, as it is stored.
pub(super) fn day(data: &Params, field: &str) -> Read<Value> {
    match data.raw(field) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Value::Null)),
        Some(value) => {
            let day = value.as_str().filter(|text| is_day(text)).ok_or_else(|| no_day(field, value))?;
            Ok(Some(day.into()))
        }
    }
}

fn no_day(field: &str, value: &Value) -> Refusal {
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Refusal::invalid(field, &format!("Date must be in ISO-8601 (yyyy-mm-dd) format, not: {shown}"))
}

/// Whether a text is a day: `2026-11-22`.
pub(super) fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// A point in time or null, as it is stored.
pub(super) fn moment(data: &Params, field: &str) -> Read<Value> {
    match data.raw(field) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Value::Null)),
        Some(value) => {
            let time = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
            let wrong = || Refusal::invalid(field, &format!("Not a valid date-time: {value}"));
            Ok(Some(date(time.ok_or_else(wrong)?).into()))
        }
    }
}

/// A point in time in the query; a day means its first moment.
pub(super) fn since(query: &Params, field: &str) -> Read<Timestamp> {
    let parse = |text: String| {
        text.parse().or_else(|_| format!("{text}T00:00:00Z").parse()).map_err(|_| no_day(field, &text.into()))
    };
    query.text(field).map(parse).transpose()
}

/// A place among neighbours; null for a neighbour means the end on that side.
pub(super) fn place(data: &Params, before: &str, after: &str) -> Read<Place> {
    match (data.raw(before), data.raw(after)) {
        (Some(_), Some(_)) => {
            Err(Refusal::wrong(format!("You may only provide one of {before} or {after}!")))
        }
        (Some(Value::Null), None) => Ok(Some(Place::Bottom)),
        (None, Some(Value::Null)) => Ok(Some(Place::Top)),
        (Some(gid), None) => gid_of(before, gid).map(Place::Before).map(Some),
        (None, Some(gid)) => gid_of(after, gid).map(Place::After).map(Some),
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn data(value: Value) -> Params {
        Params::from_json(value)
    }

    #[test]
    fn values_have_the_types_that_json_gives_them() {
        let data =
            data(json!({"name": 5, "completed": "true", "project": 7, "projects": [1], "due_on": "1.1.26"}));
        assert!(text(&data, "name").is_err());
        assert!(flag(&data, "completed").is_err());
        assert_eq!(
            gid(&data, "project").unwrap_err(),
            Refusal::wrong("project: Not a valid GID type: number")
        );
        assert_eq!(
            gids(&data, "projects").unwrap_err(),
            Refusal::wrong("projects: [0]: Not a valid GID type: number")
        );
        assert!(day(&data, "due_on").is_err());
    }

    #[test]
    fn times_are_stored_in_one_form() {
        let read = |at: &str| moment(&data(json!({"due_at": at})), "due_at");
        assert_eq!(read("2026-11-22T10:00:00+01:00").unwrap(), Some(json!("2026-11-22T09:00:00.000Z")));
        assert!(read("2026-11-22").is_err() && read("soon").is_err());
    }

    #[test]
    fn a_place_is_beside_one_neighbour() {
        let read = |value| place(&data(value), "insert_before", "insert_after");
        assert_eq!(read(json!({"insert_before": null})).unwrap(), Some(Place::Bottom));
        assert_eq!(read(json!({"insert_after": null})).unwrap(), Some(Place::Top));
        assert_eq!(read(json!({"insert_after": "5"})).unwrap(), Some(Place::After("5".to_owned())));
        assert!(read(json!({"insert_after": "5", "insert_before": "6"})).is_err());
    }
}
