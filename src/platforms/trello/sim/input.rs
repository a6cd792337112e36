//! Reading parameters: what a value may be, and how it is stored.

use serde_json::{Value, json};

use super::refusal::Refusal;
use super::state::date;
use crate::base::clock::Timestamp;
use crate::sim::request::Params;

/// No name, description or comment may be longer, in characters.
const MAX_TEXT: usize = 16_384;
/// Distance between neighbours when something is put at the end.
const POS_STEP: f64 = 16_384.0;

/// The label colours.
pub(super) const COLOURS: &[&str] =
    &["green", "yellow", "orange", "red", "purple", "blue", "sky", "lime", "pink", "black"];

type Read<T> = Result<Option<T>, Refusal>;

/// Text of at most the length that Trello takes.
pub(super) fn text(params: &Params, name: &str) -> Read<String> {
    match params.text(name) {
        Some(text) if text.chars().count() > MAX_TEXT => Err(Refusal::invalid(name)),
        other => Ok(other),
    }
}

/// Text that must be there and must not be blank.
pub(super) fn required(params: &Params, name: &str) -> Result<String, Refusal> {
    text(params, name)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| Refusal::invalid(name))
}

/// `true` or `false`.
pub(super) fn flag(params: &Params, name: &str) -> Read<bool> {
    match params.text(name).as_deref() {
        None | Some("") => Ok(None),
        Some("true" | "1") => Ok(Some(true)),
        Some("false" | "0") => Ok(Some(false)),
        Some(_) => Err(Refusal::invalid(name)),
    }
}

/// One of a few words.
pub(super) fn one_of(params: &Params, name: &str, words: &[&str]) -> Read<String> {
    match params.text(name) {
        Some(word) if !words.contains(&word.as_str()) => Err(Refusal::invalid(name)),
        other => Ok(other),
    }
}

/// A finite number.
pub(super) fn number(params: &Params, name: &str) -> Read<f64> {
    let parse = |text: String| text.parse().ok().filter(|n: &f64| n.is_finite());
    params.text(name).map(|text| parse(text).ok_or_else(|| Refusal::invalid(name))).transpose()
}

/// How many things a page shall have: from 0 to 1,000.
pub(super) fn limit(params: &Params, name: &str, default: usize) -> Result<usize, Refusal> {
    let Some(text) = params.text(name) else { return Ok(default) };
    text.parse().ok().filter(|limit| *limit <= 1_000).ok_or_else(|| Refusal::invalid(name))
}

/// A list, comma-separated or as JSON.
pub(super) fn list(params: &Params, name: &str) -> Option<Vec<String>> {
    match params.raw(name)? {
        Value::Array(items) => Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        Value::String(text) => {
            Some(text.split(',').filter(|item| !item.is_empty()).map(str::to_owned).collect())
        }
        _ => Some(Vec::new()),
    }
}

/// A value that can be cleared: `null` and the empty text give JSON null.
pub(super) fn clearable(params: &Params, name: &str) -> Option<Value> {
    match params.raw(name)? {
        Value::String(text) if text.is_empty() || text == "null" => Some(Value::Null),
        other => Some(other.clone()),
    }
}

/// A point in time or null, as it is stored.
pub(super) fn time(params: &Params, name: &str) -> Read<Value> {
    match clearable(params, name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Value::Null)),
        Some(value) => {
            let time = value.as_str().and_then(parse_time).ok_or_else(|| Refusal::invalid(name))?;
            Ok(Some(date(time).into()))
        }
    }
}

/// A point in time; a date alone means its first moment.
pub(super) fn parse_time(text: &str) -> Option<Timestamp> {
    text.parse().or_else(|_| format!("{text}T00:00:00Z").parse()).ok()
}

/// A position among `siblings` (the positions that are taken): `top`, `bottom` or a positive number.
pub(super) fn pos(params: &Params, siblings: impl Iterator<Item = f64>) -> Read<Value> {
    match params.text("pos").as_deref() {
        None | Some("") => Ok(None),
        Some("bottom") => Ok(Some(bottom(siblings))),
        Some("top") => {
            let first = siblings.fold(f64::INFINITY, f64::min);
            Ok(Some(if first.is_finite() { number_json(first / 2.0) } else { number_json(POS_STEP) }))
        }
        Some(text) => {
            let number = text.parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0);
            number.map(number_json).map(Some).ok_or_else(|| Refusal::invalid("pos"))
        }
    }
}

/// The position behind all siblings.
pub(super) fn bottom(siblings: impl Iterator<Item = f64>) -> Value {
    number_json(siblings.fold(0.0, f64::max) + POS_STEP)
}

/// A number as JavaScript prints it: without a fraction when there is none.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
pub(super) fn number_json(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { json!(number) }
}

/// A label colour with its shades, or null.
pub(super) fn colour(params: &Params, name: &str) -> Read<Value> {
    let known = |colour: &str| {
        let base = colour.strip_suffix("_dark").or_else(|| colour.strip_suffix("_light")).unwrap_or(colour);
        COLOURS.contains(&base)
    };
    match clearable(params, name) {
        Some(Value::String(colour)) if !known(&colour) => Err(Refusal::invalid(name)),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pos_of(query: &str, siblings: &[f64]) -> Result<Option<Value>, Refusal> {
        pos(&Params::from_query(query), siblings.iter().copied())
    }

    #[test]
    fn positions_are_words_or_positive_numbers() {
        assert_eq!(pos_of("pos=top", &[100.0, 200.0]).unwrap(), Some(json!(50)));
        assert_eq!(pos_of("pos=bottom", &[100.0, 200.0]).unwrap(), Some(json!(16_584)));
        assert_eq!(pos_of("pos=16384.5", &[]).unwrap(), Some(json!(16_384.5)));
        for bad in ["pos=0", "pos=-1", "pos=middle", "pos=NaN"] {
            assert_eq!(pos_of(bad, &[]), Err(Refusal::invalid("pos")), "{bad}");
        }
    }

    #[test]
    fn a_page_has_at_most_a_thousand_things() {
        let limit_of = |query| limit(&Params::from_query(query), "limit", 50);
        assert_eq!(limit_of("").unwrap(), 50);
        assert_eq!(limit_of("limit=1000").unwrap(), 1_000);
        assert!(limit_of("limit=1001").is_err() && limit_of("limit=-1").is_err());
    }

    #[test]
    fn times_are_stored_in_one_form() {
        for text in ["2026-11-21", "2026-11-21T00:00:00Z", "2026-11-21T01:00:00+01:00"] {
            let stored = time(&Params::from_query(&format!("due={}", text.replace('+', "%2B"))), "due");
            assert_eq!(stored.unwrap(), Some(json!("2026-11-21T00:00:00.000Z")));
        }
        assert_eq!(time(&Params::from_query("due=null"), "due").unwrap(), Some(Value::Null));
        assert!(time(&Params::from_query("due=soon"), "due").is_err());
    }
}
