//! Simple values: what fits which type of column, strictly and leniently.

use serde_json::Value;

use super::input::is_email;
use super::refusal::Refusal;

/// A value as it is, when it fits the type of the column exactly.
pub(super) fn check_strict(kind: &str, value: Value) -> Result<Value, Refusal> {
    let shown = plain_text(&value);
    let fits = match kind {
        "TEXT_NUMBER" => value.is_string() || value.is_number(),
        "CHECKBOX" => value.is_boolean(),
        "DATE" => shown.len() == 10 && is_date(&shown),
        "DATETIME" | "ABSTRACT_DATETIME" => is_date(&shown),
        "CONTACT_LIST" => value.is_string() && is_email(&shown),
        "DURATION" => days(&shown).is_some(),
        // The words of a list and of predecessors are texts.
        _ => value.is_string(),
    };
    if fits { Ok(value) } else { Err(Refusal::about(1042, format!("type {kind}"))) }
}

/// What people would get who type this: a fitting value where there is one, else the text as it is.
pub(super) fn lenient(kind: &str, value: Value) -> Value {
    let shown = plain_text(&value);
    match (kind, shown.to_lowercase().as_str()) {
        ("CHECKBOX", "true" | "1" | "yes") => true.into(),
        ("CHECKBOX", "false" | "0" | "no") => false.into(),
        ("TEXT_NUMBER", _) if value.is_string() => {
            let number = shown.parse::<i64>().ok().filter(|number| number.to_string() == shown);
            number.map_or(value, Value::from)
        }
        ("TEXT_NUMBER" | "CHECKBOX", _) => value,
        _ => shown.into(),
    }
}

/// Whether a text is a day of the calendar, perhaps with a time behind it.
pub(super) fn is_date(text: &str) -> bool {
    let day = text.get(..10).unwrap_or_default();
    let shape = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    shape
        && day.parse::<jiff::civil::Date>().is_ok()
        && (text.len() == 10 || text.as_bytes().get(10) == Some(&b'T'))
}

/// How many days a duration has: `5d`, `1.5d`, `2w`; elapsed ones begin with `e`.
pub(super) fn days(text: &str) -> Option<f64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: f64 = number.trim().trim_start_matches('e').parse().ok().filter(|days: &f64| *days >= 0.0)?;
    match unit {
        "d" => Some(number),
        "w" => Some(number * 5.0),
        "h" => Some(number / 8.0),
        _ => None,
    }
}

/// A simple value as text.
pub(super) fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What people see in a cell.
pub(super) fn shown_text(cell: &Value) -> String {
    plain_text(cell.get("displayValue").unwrap_or(&cell["value"]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn strict_values_fit_their_type() {
        for (kind, value, fits) in [
            ("TEXT_NUMBER", json!("x"), true),
            ("TEXT_NUMBER", json!(1.5), true),
            ("TEXT_NUMBER", json!(true), false),
            ("CHECKBOX", json!(true), true),
            ("CHECKBOX", json!("true"), false),
            ("DATE", json!("2026-02-28"), true),
            ("DATE", json!("2026-02-30"), false),
            ("DATE", json!("tomorrow"), false),
            ("CONTACT_LIST", json!("ada@acme.example"), true),
            ("CONTACT_LIST", json!("Ada"), false),
            ("PICKLIST", json!("High"), true),
            ("PICKLIST", json!(1), false),
            ("DURATION", json!("5d"), true),
            ("DURATION", json!("soon"), false),
        ] {
            assert_eq!(check_strict(kind, value.clone()).is_ok(), fits, "{kind} {value}");
        }
    }

    #[test]
    fn lenient_values_become_what_people_mean() {
        assert_eq!(lenient("CHECKBOX", json!("Yes")), json!(true));
        assert_eq!(lenient("TEXT_NUMBER", json!("12")), json!(12));
        assert_eq!(lenient("TEXT_NUMBER", json!("012")), json!("012"));
        assert_eq!(lenient("DATE", json!("someday")), json!("someday"));
    }
}
