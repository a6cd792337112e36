//! One request that writes.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::super::Smartsheet;
use super::super::json::{ids_to_texts, object, texts_to_ids};
use super::refusal;
use crate::base::canon;
use crate::http::fault::ApiFault;
use crate::http::types::{Body, Intent, Method, Request};
use crate::model::mutation::WriteError;

/// A request before it has an address.
#[derive(Debug, Clone)]
pub(super) struct Call {
    method: Method,
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    body: Value,
    once: bool,
}

impl Call {
    /// A creation, which is sent at most once.
    pub(super) fn post(path: &[&str], body: Value) -> Self {
        Self { once: true, ..Self::new(Method::Post, path, body) }
    }

    /// A change that may be repeated.
    pub(super) fn put(path: &[&str], body: Value) -> Self {
        Self::new(Method::Put, path, body)
    }

    /// A change of a part that may be repeated.
    pub(super) fn patch(path: &[&str], body: Value) -> Self {
        Self::new(Method::Patch, path, body)
    }

    /// A removal.
    pub(super) fn delete(path: &[&str]) -> Self {
        Self::new(Method::Delete, path, Value::Null)
    }

    fn new(method: Method, path: &[&str], body: Value) -> Self {
        let path = path.iter().map(|segment| (*segment).to_owned()).collect();
        Self { method, path, query: Vec::new(), body, once: false }
    }

    /// The same with a parameter in its address.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The same, which may be sent twice: a `POST` that sets something.
    pub(super) fn idempotent(self) -> Self {
        Self { once: false, ..self }
    }

    /// Sends it. Ids go out as numbers and come back as texts.
    pub(super) async fn send(mut self, smartsheet: &Smartsheet) -> Result<Value, ApiFault> {
        texts_to_ids(&mut self.body);
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let query: Vec<(&str, &str)> = self.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let intent = if self.once { Intent::WriteOnce } else { Intent::WriteIdempotent };
        let body = match &self.body {
            Value::Null => Body::Empty,
            body => Body::Json(Bytes::from(canon::to_bytes(body))),
        };
        let request = Request::new(self.method, smartsheet.client.url(&path, &query), intent).with_body(body);
        let mut answer = smartsheet.client.json(&request).await?;
        ids_to_texts(&mut answer);
        Ok(answer)
    }

    /// Sends it and gives what it made or changed.
    pub(super) async fn result(self, smartsheet: &Smartsheet) -> Result<Value, WriteError> {
        self.send(smartsheet).await.map(result).map_err(|fault| refusal(&fault))
    }

    /// Sends it and gives all that it made or changed.
    pub(super) async fn results(self, smartsheet: &Smartsheet) -> Result<Vec<Value>, WriteError> {
        Ok(match self.result(smartsheet).await? {
            Value::Array(all) => all,
            one => vec![one],
        })
    }
}

/// What an answer is about: most writes are answered with an envelope around it.
pub(super) fn result(answer: Value) -> Value {
    match answer {
        Value::Object(mut envelope) if envelope.contains_key("result") => envelope.remove("result").unwrap_or_default(),
        other => other,
    }
}

/// The fields of a mutation that say something: a creation has nothing to clear.
pub(super) fn set(fields: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    let wanted = |name: &str| names.contains(&name);
    let kept = fields.iter().filter(|(name, value)| wanted(name) && !value.is_null());
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The object at a key, or an empty one.
pub(super) fn part(fields: &Map<String, Value>, name: &str) -> Map<String, Value> {
    object(fields.get(name).cloned().unwrap_or_default())
}
