//! How Trello says no: mostly in plain text.

use serde_json::{Value, json};

use crate::sim::reply::Reply;

/// A refused request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    /// HTTP status.
    pub(super) status: u16,
    body: Value,
}

impl Refusal {
    fn text(status: u16, text: impl Into<String>) -> Self {
        Self { status, body: Value::String(text.into()) }
    }

    /// A parameter has a value that it cannot have, or is missing.
    pub(super) fn invalid(parameter: &str) -> Self {
        Self::text(400, format!("invalid value for {parameter}"))
    }

    /// Something in the path has not the form of an id.
    pub(super) fn invalid_id() -> Self {
        Self::text(400, "invalid id")
    }

    /// Any other sentence about a wrong request.
    pub(super) fn wrong(sentence: &str) -> Self {
        Self::text(400, sentence)
    }

    /// No or a wrong application key.
    pub(super) fn invalid_key() -> Self {
        Self::text(401, "invalid key")
    }

    /// A token that does not exist, was revoked or has expired.
    pub(super) fn invalid_token() -> Self {
        Self::text(401, "invalid token")
    }

    /// The member may not do this, or the token may not. Also what is said about private things.
    pub(super) fn unauthorized() -> Self {
        Self::text(401, "unauthorized permission requested")
    }

    /// There is no such board.
    pub(super) fn no_board() -> Self {
        Self::text(404, "board not found")
    }

    /// There is no such thing.
    pub(super) fn not_found() -> Self {
        Self::text(404, "The requested resource was not found.")
    }

    /// There is no such path.
    pub(super) fn no_path(method: &str, path: &str) -> Self {
        Self::text(404, format!("Cannot {method} {path}"))
    }

    /// The answer would be too large, or a limit of the platform is reached.
    pub(super) fn over_limit(code: &str, message: &str) -> Self {
        Self { status: 403, body: json!({"error": code, "message": message}) }
    }

    /// The upload is too large.
    pub(super) fn upload_too_large() -> Self {
        Self::text(413, "File too large")
    }

    /// Too many requests.
    pub(super) fn too_many(code: &str, message: &str) -> Self {
        Self { status: 429, body: json!({"error": code, "message": message}) }
    }

    /// What is said inside a batch answer.
    pub(super) fn in_batch(&self) -> Value {
        let message = self.body.as_str().map_or_else(|| self.body["message"].clone(), Value::from);
        json!({"name": "Error", "message": message, "statusCode": self.status})
    }

    /// The answer.
    pub(super) fn reply(&self) -> Reply {
        match &self.body {
            Value::String(text) => Reply::text(self.status, text),
            other => Reply::json(self.status, other),
        }
    }
}
