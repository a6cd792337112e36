//! How Asana says no: a list of errors with a sentence and a link.

use serde_json::{Value, json};

use crate::sim::reply::Reply;
use crate::sim::world::Kind;

const HELP: &str = "For more information on API status codes and how to handle them, read the docs on errors: \
                    https://developers.asana.com/docs/errors";

/// A refused request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    /// HTTP status.
    pub(super) status: u16,
    message: String,
    headers: Vec<(&'static str, String)>,
    /// The token that comes with a refused question for events.
    sync: Option<String>,
}

impl Refusal {
    fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), headers: Vec::new(), sync: None }
    }

    /// A wrong request; the sentence tells what is wrong.
    pub(super) fn wrong(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// Something that has to be there is not.
    pub(super) fn missing(field: &str) -> Self {
        Self::wrong(format!("{field}: Missing input"))
    }

    /// A field with a value that it cannot have.
    pub(super) fn invalid(field: &str, why: &str) -> Self {
        Self::wrong(format!("{field}: {why}"))
    }

    /// A field that is not for writing, or not in this call.
    pub(super) fn not_writable(field: &str) -> Self {
        Self::invalid(field, "Cannot write this property")
    }

    /// No id at all.
    pub(super) fn no_gid(field: &str, value: &str) -> Self {
        Self::invalid(field, &format!("Not a recognized ID: {value}"))
    }

    /// The body names something that does not exist.
    pub(super) fn unknown_in_body(field: &str, gid: &str) -> Self {
        Self::invalid(field, &format!("Unknown object: {gid}"))
    }

    /// The path names something that does not exist.
    pub(super) fn unknown(kind: Kind, gid: &str) -> Self {
        Self::new(404, format!("{kind}: Unknown object: {gid}"))
    }

    /// There is no such path.
    pub(super) fn no_route() -> Self {
        Self::new(404, "No matching route for request")
    }

    /// No token, an unknown or a revoked one.
    pub(super) fn unauthorized() -> Self {
        Self::new(401, "Not Authorized")
    }

    /// An access token after its hour.
    pub(super) fn expired() -> Self {
        Self::new(
            401,
            "The bearer token has expired. If you have a refresh token, please use it to request a new bearer \
             token, otherwise allow the user to re-authenticate.",
        )
    }

    /// The person may not do this, or not even see it.
    pub(super) fn forbidden(kind: Kind) -> Self {
        Self::new(403, format!("You do not have access to this {kind}."))
    }

    /// Anything else that the person or the credential may not do.
    pub(super) fn not_allowed(message: &str) -> Self {
        Self::new(403, message)
    }

    /// The credential lacks a scope.
    pub(super) fn scope(needed: &str) -> Self {
        Self::new(403, format!("Your app does not have the scope this request needs: {needed}"))
    }

    /// Only for workspaces that are paid for.
    pub(super) fn payment(message: &str) -> Self {
        Self::new(402, message)
    }

    /// The upload is too large.
    pub(super) fn too_large() -> Self {
        Self::new(413, "file: The file is larger than 100 MB")
    }

    /// Too many requests; `seconds` until the next one may come.
    pub(super) fn too_many(seconds: u64) -> Self {
        let message = "You've made too many requests and hit a rate limit. Please retry after the given amount of time.";
        Self { headers: vec![("retry-after", seconds.to_string())], ..Self::new(429, message) }
    }

    /// A question for events without a token that is still good; `sync` is a fresh one.
    pub(super) fn no_sync(sync: String) -> Self {
        let message = "Sync token invalid or too old. If you are attempting to keep resources in sync, you must \
                       fetch the full dataset for this query now and use the new sync token for the next sync.";
        Self { sync: Some(sync), ..Self::new(412, message) }
    }

    /// The body of the answer.
    pub(super) fn body(&self) -> Value {
        let mut body = json!({"errors": [{"message": self.message, "help": HELP}]});
        if let Some(sync) = &self.sync {
            body["sync"] = sync.as_str().into();
        }
        body
    }

    /// The answer.
    pub(super) fn reply(&self) -> Reply {
        let reply = Reply::json(self.status, &self.body());
        self.headers.iter().fold(reply, |reply, (name, value)| reply.with(name, value))
    }
}
