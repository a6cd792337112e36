//! How Smartsheet says no: an error code, a sentence and a reference.

use std::fmt::Display;

use serde_json::{Value, json};

use crate::sim::reply::Reply;

/// Every refusal: error code, HTTP status, and the sentence with `{}` for what it is about.
const REFUSALS: &[(u32, u16, &str)] = &[
    (1001, 401, "An Access Token is required."),
    (1002, 401, "Your Access Token is invalid."),
    (1003, 401, "Your Access Token has expired."),
    (1004, 403, "You are not authorized to perform this action."),
    (1006, 404, "Not Found"),
    (1008, 400, "Unable to parse request: {}"),
    (1009, 400, "The parameter {} is required and missing."),
    (1010, 405, "HTTP Method not supported."),
    (1011, 400, "The header {} is missing or has no valid value."),
    (1012, 400, "The attribute {} is required and missing."),
    (1013, 403, "Your plan does not support this operation."),
    (1018, 400, "The value is not valid for the parameter {}."),
    (1020, 404, "User not found."),
    (1025, 400, "This item is already shared with {}."),
    (1027, 404, "Share not found."),
    (1028, 403, "The share of the owner cannot be changed or removed."),
    (1031, 400, "The value is not valid for the attribute {}."),
    (1032, 400, "The attribute {} is not allowed in this operation."),
    (1036, 400, "The columnId {} is invalid."),
    (1037, 400, "The columnId {} is included more than once in a single row."),
    (1039, 403, "You cannot edit cells of the locked column {}."),
    (1041, 400, "The value of {} exceeds the maximum length."),
    (1042, 400, "The cell value does not conform to the strict requirements of {}."),
    (1045, 403, "This resource is read only."),
    (1046, 400, "Cells with system values cannot be inserted or updated through the API."),
    (1050, 403, "You cannot edit a locked row."),
    (1051, 400, "Attachments of type FILE cannot be created with JSON."),
    (1054, 400, "A new sheet needs either columns or a fromId."),
    (1055, 400, "One and only one column must be primary."),
    (1056, 400, "Column titles must be unique."),
    (1057, 400, "The primary column must be of type TEXT_NUMBER."),
    (1058, 400, "Columns of type {} take no symbol or not this one."),
    (1059, 400, "A column with a symbol takes no options."),
    (1060, 400, "Columns of type {} take no options."),
    (1061, 400, "Too many values in {}."),
    (1062, 400, "Invalid row location."),
    (1063, 400, "Invalid parentId: {}."),
    (1064, 400, "Invalid siblingId: {}."),
    (1065, 400, "This column cannot be deleted."),
    (1073, 400, "The uploaded file is larger than 30 MB."),
    (1077, 400, "Duplicate system column type: {}."),
    (1079, 400, "This column type does not fit the system column type {}."),
    (1080, 400, "Start and end dates that dependencies decide cannot be set."),
    (1081, 403, "You cannot change the discussions, comments or comment attachments of another user."),
    (1090, 400, "The type of a column must be sent along when {} changes."),
    (1092, 403, "This row or one below it is locked and cannot be deleted."),
    (1104, 403, "This operation needs the group administrator."),
    (1106, 404, "Group not found."),
    (1108, 403, "Only the owner of the group or a system administrator may change it."),
    (1115, 400, "A request that sets cell links may hold nothing else and needs rows that exist."),
    (1120, 400, "Too many sheets to copy at once."),
    (1123, 400, "All rows of a request must have the same location."),
    (1129, 400, "There is already a {} with this name."),
    (1140, 403, "This user has no license to create sheets."),
    (1142, 400, "Columns of type {} are reserved for project sheets."),
    (1185, 400, "A blank row cannot be the parent of other rows."),
    (1235, 400, "This column takes no value; use objectValue."),
    (1266, 400, "This automation rule can only be changed in the web application."),
    (4001, 503, "Smartsheet.com is offline for maintenance."),
    (4003, 429, "Rate limit exceeded."),
    (4004, 500, "An unexpected error has occurred."),
];

/// A refused request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    /// HTTP status.
    pub(super) status: u16,
    /// The platform's error code.
    pub(super) code: u32,
    message: String,
    detail: Option<Value>,
}

impl Refusal {
    /// The refusal with this code.
    pub(super) fn of(code: u32) -> Self {
        Self::about(code, "")
    }

    /// The refusal with this code, with what it is about.
    pub(super) fn about(code: u32, subject: impl Display) -> Self {
        let known = REFUSALS.iter().find(|(known, ..)| *known == code);
        let (status, message) =
            known.map_or((500, "An unexpected error has occurred."), |(_, s, m)| (*s, *m));
        Self { status, code, message: message.replace("{}", &subject.to_string()), detail: None }
    }

    /// There was such a route until the sunset of June 2026.
    pub(super) fn gone() -> Self {
        Self { status: 410, code: 1006, message: "This endpoint was removed.".to_owned(), detail: None }
    }

    /// The same refusal, naming the part of a list that it is about.
    #[must_use]
    pub(super) fn at(mut self, index: usize, row: Option<&str>) -> Self {
        let mut detail = json!({"index": index});
        if let Some(row) = row {
            detail["rowId"] = row.parse::<i64>().map_or(Value::Null, Value::from);
        }
        self.detail = Some(detail);
        self
    }

    /// The error object.
    pub(super) fn body(&self, reference: &str) -> Value {
        let mut body = json!({"errorCode": self.code, "message": self.message, "refId": reference});
        if let Some(detail) = &self.detail {
            body["detail"] = detail.clone();
        }
        body
    }

    /// The answer.
    pub(super) fn reply(&self, reference: &str) -> Reply {
        Reply::json(self.status, &self.body(reference))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_in_order() {
        assert!(REFUSALS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn a_refusal_names_its_subject_and_the_place_in_the_list() {
        let refusal = Refusal::about(1036, 77).at(4, Some("123"));
        let expected = json!({
            "errorCode": 1036, "message": "The columnId 77 is invalid.", "refId": "r",
            "detail": {"index": 4, "rowId": 123},
        });
        assert_eq!((refusal.status, refusal.body("r")), (400, expected));
    }
}
