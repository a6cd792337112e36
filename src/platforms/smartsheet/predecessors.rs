//! The predecessors of a row as a text that names rows, `rowId=7 FS +1d 4h, rowId=9 SS`, and back.
//!
//! What Smartsheet shows (`12FS +1d`) counts rows and changes with every row that is inserted above. As links to rows
//! they say the same as long as the rows are there, and follow rows that are created again.

use serde_json::{Map, Value, json};

use super::dialect::{row_of_token, row_token};
use super::json::{id_out, is, list, text};

/// The parts of a lag, largest first, with their signs in the text.
const UNITS: [(&str, &str); 6] =
    [("weeks", "w"), ("days", "d"), ("hours", "h"), ("minutes", "m"), ("seconds", "s"), ("milliseconds", "ms")];

/// What stands for time that passes on days off as well.
const ELAPSED: &str = "elapsed";

/// The text of a list of predecessors.
pub(super) fn to_text(object: &Value) -> String {
    let one = |predecessor: &Value| {
        let mut words = vec![row_token(text(predecessor, "rowId"))];
        words.push(text(predecessor, "type").to_owned());
        if let Some(lag) = predecessor.get("lag") {
            words.extend(lag_words(lag));
        }
        words.retain(|word| !word.is_empty());
        words.join(" ")
    };
    list(object, "predecessors").iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Amounts are always positive, and a flag says that the lag goes back. They read alike however they are written:
/// `1.0` is `1`.
fn lag_words(lag: &Value) -> Vec<String> {
    let amounts = UNITS.iter().filter_map(|(name, sign)| {
        let amount = lag.get(*name)?.as_f64().filter(|amount| *amount != 0.0)?;
        Some(format!("{amount}{sign}"))
    });
    let mut words: Vec<String> = amounts.collect();
    if let Some(first) = words.first_mut() {
        let sign = if is(lag, "negative") { '-' } else { '+' };
        first.insert(0, sign);
        if is(lag, "elapsed") {
            words.push(ELAPSED.to_owned());
        }
    }
    words
}

/// The object that Smartsheet takes for such a text; nothing when the text is no list of predecessors.
pub(super) fn to_object(text: &str) -> Option<Value> {
    let one = |entry: &str| {
        let mut words = entry.split_whitespace();
        let row = row_of_token(words.next()?)?;
        let mut predecessor = Map::from_iter([("rowId".to_owned(), id_out(row))]);
        let mut lag = Map::new();
        for word in words {
            if word.chars().all(|c| c.is_ascii_uppercase()) {
                predecessor.insert("type".to_owned(), json!(word));
            } else if word == ELAPSED {
                lag.insert("elapsed".to_owned(), json!(true));
            } else {
                amount(word, &mut lag)?;
            }
        }
        if !lag.is_empty() {
            lag.insert("objectType".to_owned(), json!("DURATION"));
            predecessor.insert("lag".to_owned(), Value::Object(lag));
        }
        Some(Value::Object(predecessor))
    };
    let all: Option<Vec<Value>> = text.split(',').map(one).collect();
    Some(json!({"objectType": "PREDECESSOR_LIST", "predecessors": all?}))
}

/// Such a text as people read it, with the names of rows instead of their ids: `Pack FS +1d`.
pub(super) fn in_words(text: &str, name: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    to_object(text)?;
    let one = |entry: &str| {
        let (row, rest) = entry.trim().split_once(' ').unwrap_or((entry.trim(), ""));
        let id = row_of_token(row)?;
        let row = name(id).unwrap_or_else(|| format!("row {id}"));
        Some(format!("{row} {rest}").trim_end().to_owned())
    };
    let all: Option<Vec<String>> = text.split(',').map(one).collect();
    Some(all?.join(", "))
}

fn amount(word: &str, lag: &mut Map<String, Value>) -> Option<()> {
    let back = word.strip_prefix('-');
    if back.is_some() {
        lag.insert("negative".to_owned(), json!(true));
    }
    let word = back.or_else(|| word.strip_prefix('+')).unwrap_or(word);
    let (number, sign) = word.split_at_checked(word.find(|c: char| c.is_ascii_alphabetic())?)?;
    let (name, _) = UNITS.iter().find(|(_, known)| *known == sign)?;
    lag.insert((*name).to_owned(), serde_json::from_str(number).ok().filter(is_positive)?);
    Some(())
}

fn is_positive(amount: &Value) -> bool {
    amount.as_f64().is_some_and(|amount| amount > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predecessors_round_trip_through_their_text() {
        let table = [
            (json!([{"rowId": 7, "type": "FS"}]), "rowId=7 FS"),
            (
                json!([{"rowId": 7, "type": "FS", "lag": {"objectType": "DURATION", "days": 2.5, "hours": 4}},
                    {"rowId": 8, "type": "SS", "lag": {"objectType": "DURATION", "weeks": 1, "negative": true, "elapsed": true}}]),
                "rowId=7 FS +2.5d 4h, rowId=8 SS -1w elapsed",
            ),
        ];
        for (predecessors, text) in table {
            let mut object = json!({"objectType": "PREDECESSOR_LIST", "predecessors": predecessors});
            assert_eq!(to_object(text).as_ref(), Some(&object));
            super::super::json::ids_to_texts(&mut object);
            assert_eq!(to_text(&object), text);
        }
    }

    #[test]
    fn people_read_the_names_of_rows() {
        let name = |id: &str| (id == "7").then(|| "Pack".to_owned());
        let told = in_words("rowId=7 FS -1w 2d elapsed, rowId=8", &name);
        assert_eq!(told.as_deref(), Some("Pack FS -1w 2d elapsed, row 8"));
        assert_eq!(in_words("7FS", &name), None);
    }

    #[test]
    fn other_texts_are_no_predecessors() {
        for text in ["", "2FS", "rowId=", "rowId=7 FS +xd", "rowId=7 FS +-1d", "rowId=7 FS, nothing"] {
            assert_eq!(to_object(text), None, "{text}");
        }
    }
}
