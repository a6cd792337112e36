//! The last thing before an answer leaves: ids become numbers, and times too when they are wanted so.

use serde_json::Value;

use super::input::is_id;
use crate::base::clock::Timestamp;

/// Fields that hold an id. Those of shares hold texts and stay, as share ids are no digits and `userId` is
/// not in this list.
const IDS: &[&str] = &[
    "id",
    "ownerId",
    "parentId",
    "siblingId",
    "columnId",
    "sheetId",
    "rowId",
    "reportId",
    "sightId",
    "sourceSheetId",
    "startColumnId",
    "endColumnId",
    "startRowId",
    "endRowId",
    "discussionId",
    "originalId",
    "updateRequestId",
    "planId",
    "assetId",
];
/// Fields that hold lists of ids.
const ID_LISTS: &[&str] = &["columnIds", "rowIds", "includedColumnIds"];

/// Makes numbers of ids, and of times when `numeric_dates`; takes out what is only for the sandbox.
pub(super) fn finish(answer: Value, numeric_dates: bool) -> Value {
    match answer {
        Value::Object(fields) => {
            let shown = fields.into_iter().filter(|(name, _)| !name.starts_with('_'));
            let convert = |(name, value): (String, Value)| {
                let value = match value {
                    Value::String(text) if IDS.contains(&name.as_str()) => number(text),
                    Value::Array(items) if ID_LISTS.contains(&name.as_str()) => items
                        .into_iter()
                        .map(|item| item.as_str().map_or(item.clone(), |id| number(id.to_owned())))
                        .collect(),
                    Value::String(text) if numeric_dates && name.ends_with("At") => milliseconds(text),
                    other => finish(other, numeric_dates),
                };
                (name, value)
            };
            Value::Object(shown.map(convert).collect())
        }
        Value::Array(items) => items.into_iter().map(|item| finish(item, numeric_dates)).collect(),
        other => other,
    }
}

/// An id as it is answered.
pub(super) fn id(text: &str) -> Value {
    number(text.to_owned())
}

fn number(text: String) -> Value {
    let digits = is_id(&text).then(|| text.parse::<u64>().ok()).flatten();
    digits.map_or(Value::String(text), Value::from)
}

fn milliseconds(text: String) -> Value {
    text.parse::<Timestamp>().map_or(Value::String(text), |time| time.as_millisecond().into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_numbers_and_texts_stay_texts() {
        let before = json!({"id": "12", "cells": [{"columnId": "3", "value": "4"}], "_n": 1, "createdAt": "1970-01-01T00:00:01Z"});
        let after =
            json!({"id": 12, "cells": [{"columnId": 3, "value": "4"}], "createdAt": "1970-01-01T00:00:01Z"});
        assert_eq!(finish(before.clone(), false), after);
        assert_eq!(finish(before, true)["createdAt"], 1_000);
    }

    #[test]
    fn share_ids_are_no_digits_and_stay() {
        let share = json!({"id": "AAAMCmYGFOeE", "userId": "77"});
        assert_eq!(finish(share.clone(), false), share);
    }
}
