//! Structured values of things that are kept for information, as people read them.

use serde_json::Value;

use super::dialect::contact;
use super::json::{list, text};

/// The value in words, if it is one of these: an answer to a request for approval, a comment, a version of a proof, a
/// widget of a dashboard, a condition or a column of a report, a link that leads nowhere.
pub(super) fn of(value: &Value) -> Option<String> {
    let has = |key: &str| value.get(key).is_some();
    let person = |key: &str| value.get(key).map(contact).unwrap_or_default();
    if has("sourceSheetId") || has("startColumnId") {
        return Some("cells that are gone".to_owned());
    }
    if has("sheetId") && has("status") {
        let sheet = Some(text(value, "sheetName")).filter(|name| !name.is_empty()).unwrap_or("a sheet");
        return Some(match text(value, "status") {
            "BROKEN" => format!("a cell of {sheet} that is gone"),
            "INACCESSIBLE" | "NOT_SHARED" => format!("a cell of {sheet} that the account may not see"),
            status => format!("a cell of {sheet} ({})", plain(status)),
        });
    }
    if has("actionStatus") {
        return Some(format!("{}: {}", person("user"), plain(text(value, "actionStatus"))));
    }
    if has("text") && has("createdBy") {
        return Some(format!("{}: {}", person("createdBy"), text(value, "text")));
    }
    if has("proofType") {
        let number = value.get("version").map(Value::to_string).unwrap_or_default();
        return Some(format!("version {number} of {}", text(value, "lastUpdatedAt")));
    }
    if has("xPosition") {
        let named = Some(text(value, "title")).filter(|title| !title.is_empty()).map(ToOwned::to_owned);
        return Some(named.unwrap_or_else(|| plain(text(value, "type"))));
    }
    if has("column") && has("operator") {
        let column = value.get("column").map(|column| text(column, "title")).unwrap_or_default();
        let values: Vec<&str> = list(value, "values").iter().filter_map(Value::as_str).collect();
        let said = format!("{column} {} {}", plain(text(value, "operator")), values.join(" or "));
        return Some(said.trim().to_owned());
    }
    (has("title") && has("index")).then(|| text(value, "title").to_owned())
}

/// Types and choices that say in another way what people see.
const OTHERWISE: [(&str, &str); 19] = [
    ("TEXT_NUMBER", "text or number"),
    ("CONTACT_LIST", "contact"),
    ("MULTI_CONTACT_LIST", "several contacts"),
    ("PICKLIST", "dropdown"),
    ("MULTI_PICKLIST", "dropdown with several choices"),
    ("DATETIME", "date and time"),
    ("ABSTRACT_DATETIME", "date and time"),
    ("PREDECESSOR", "predecessors"),
    ("AUTO_NUMBER", "automatic number"),
    ("ALL", "everybody"),
    ("ORG", "the organization"),
    ("SHARED", "people it is shared with"),
    ("MONDAY", "Monday"),
    ("TUESDAY", "Tuesday"),
    ("WEDNESDAY", "Wednesday"),
    ("THURSDAY", "Thursday"),
    ("FRIDAY", "Friday"),
    ("SATURDAY", "Saturday"),
    ("SUNDAY", "Sunday"),
];

/// A word of the platform's in the words of its users.
pub(super) fn word(word: &str) -> String {
    let otherwise = OTHERWISE.iter().find(|(own, _)| *own == word);
    otherwise.map_or_else(|| plain(word), |(_, words)| (*words).to_owned())
}

/// A word of the platform's as people write it: `NOT_EQUAL` is "not equal".
fn plain(word: &str) -> String {
    word.replace('_', " ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_those_of_people() {
        let told = ["MULTI_CONTACT_LIST", "WEEKLY", "MONDAY", "ORG"].map(word);
        assert_eq!(told, ["several contacts", "weekly", "Monday", "the organization"]);
    }

    #[test]
    fn what_is_kept_for_information_is_told_in_words() {
        let ben = json!({"name": "Ben", "email": "ben@x.org"});
        for (value, words) in [
            (json!({"actionStatus": "PENDING", "user": ben}), "Ben (ben@x.org): pending"),
            (json!({"text": "Too small.", "createdBy": ben}), "Ben (ben@x.org): Too small."),
            (json!({"proofType": "IMAGE", "version": 1, "lastUpdatedAt": "2025-01-06"}), "version 1 of 2025-01-06"),
            (json!({"xPosition": 0, "title": "Costs", "type": "METRIC"}), "Costs"),
            (json!({"xPosition": 0, "type": "RICHTEXT"}), "richtext"),
            (json!({"column": {"title": "Status"}, "operator": "NOT_EQUAL", "values": ["Done"]}), "Status not equal Done"),
            (json!({"column": {"title": "Due"}, "operator": "IS_BLANK"}), "Due is blank"),
            (json!({"title": "Task", "type": "TEXT_NUMBER", "index": 0}), "Task"),
            (json!({"sheetId": "1", "rowId": "2", "status": "BROKEN"}), "a cell of a sheet that is gone"),
            (json!({"sheetId": "1", "sheetName": "Old", "status": "BROKEN"}), "a cell of Old that is gone"),
            (json!({"sheetId": "1", "status": "NOT_SHARED"}), "a cell of a sheet that the account may not see"),
            (json!({"sourceSheetId": "1", "endColumnId": "2"}), "cells that are gone"),
        ] {
            assert_eq!(of(&value).as_deref(), Some(words));
        }
        assert_eq!(of(&json!({"name": "Ben"})), None);
    }
}
