//! The calls that writes are made of, and what their faults mean.

use serde_json::{Map, Value};

use crate::base::canon;
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::types::{Body, Intent, Method, Request};
use crate::model::mutation::{Mutation, WriteError};
use crate::model::NativeId;
use crate::platforms::asana::Asana;
use crate::platforms::asana::json::data;

/// The parameters of a call.
pub(super) type Params = Map<String, Value>;

/// Parameters from pairs.
pub(super) fn params<const N: usize>(pairs: [(&str, Value); N]) -> Params {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Asana {
    /// Creates something; sent at most once.
    pub(super) async fn create(&self, path: &[&str], params: Params) -> Result<Value, ApiFault> {
        self.call(Method::Post, path, Intent::WriteOnce, params).await
    }

    /// Brings something about that is the same when it is asked for twice.
    pub(super) async fn bring_about(&self, path: &[&str], params: Params) -> Result<Value, ApiFault> {
        self.call(Method::Post, path, Intent::WriteIdempotent, params).await
    }

    /// Changes fields.
    pub(super) async fn change(&self, path: &[&str], params: Params) -> Result<Value, ApiFault> {
        self.call(Method::Put, path, Intent::WriteIdempotent, params).await
    }

    /// Removes something. What is not there any more is removed already.
    pub(super) async fn remove(&self, path: &[&str]) -> Result<(), ApiFault> {
        let request = Request::new(Method::Delete, self.client.url(path, &[]), Intent::WriteIdempotent);
        match self.client.json(&request).await {
            Err(fault) if fault.class != FaultClass::NotFound => Err(fault),
            _ => Ok(()),
        }
    }

    async fn call(&self, method: Method, path: &[&str], intent: Intent, params: Params) -> Result<Value, ApiFault> {
        let body = Params::from_iter([("data".to_owned(), Value::Object(params))]);
        let body = Body::Json(canon::to_bytes(&Value::Object(body)).into());
        let request = Request::new(method, self.client.url(path, &[]), intent).with_body(body);
        Ok(data(self.client.json(&request).await?))
    }
}

/// What a fault means for a write of which nothing has been carried out yet.
pub(super) fn refusal(fault: &ApiFault) -> WriteError {
    match fault.class {
        _ if fault.outcome_unknown => WriteError::Unknown(fault.to_string()),
        FaultClass::Stopped => WriteError::Stopped,
        FaultClass::Unauthorised => WriteError::Unauthorised(fault.to_string()),
        // Asana cannot be reached or takes nothing at the moment: the next write would fare the same.
        FaultClass::Network | FaultClass::RateLimited | FaultClass::Server => {
            WriteError::Unavailable(fault.to_string())
        }
        _ => WriteError::Refused(fault.to_string()),
    }
}

/// What a fault means once the thing is created: it is there, so it must be looked up and not created again.
pub(super) fn halfway(fault: &ApiFault) -> WriteError {
    WriteError::Unknown(format!("created, but not finished: {fault}"))
}

/// The ids of a mutation, each with a complaint when it is not there.
pub(super) trait Ids {
    /// The record's own id.
    fn own(&self) -> Result<&str, WriteError>;
    /// The id of what it hangs on.
    fn above(&self) -> Result<&str, WriteError>;
    /// The id of its project, team or workspace.
    fn within(&self) -> Result<&str, WriteError>;
    /// The text of a field.
    fn said(&self, field: &str) -> Option<&str>;
}

impl Ids for Mutation {
    fn own(&self) -> Result<&str, WriteError> {
        id(self, self.id.as_ref(), "own")
    }

    fn above(&self) -> Result<&str, WriteError> {
        id(self, self.parent.as_ref(), "parent's")
    }

    fn within(&self) -> Result<&str, WriteError> {
        id(self, self.container.as_ref(), "container's")
    }

    fn said(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(Value::as_str)
    }
}

fn id<'a>(mutation: &Mutation, id: Option<&'a NativeId>, what: &str) -> Result<&'a str, WriteError> {
    let missing = || WriteError::Refused(format!("a {} needs its {what} id", mutation.kind));
    id.map(NativeId::as_str).ok_or_else(missing)
}

/// What no route is offered for.
pub(super) fn not_offered(mutation: &Mutation) -> WriteError {
    let text = format!("Asana offers no way to {:?} a {}", mutation.verb, mutation.kind);
    WriteError::Refused(text.replace("Create", "create").replace("Update", "change").replace("Delete", "delete"))
}

/// Fields as parameters: a reference, which is read as a compact record, is written as its gid.
pub(super) fn flat(fields: &Params) -> Params {
    let flat = |value: &Value| match value {
        Value::Object(record) if record.len() == 1 => record.get("gid").unwrap_or(value).clone(),
        other => other.clone(),
    };
    fields.iter().map(|(name, value)| (name.clone(), flat(value))).collect()
}

/// The same without what is null: a creation has nothing to clear.
pub(super) fn set(params: Params) -> Params {
    params.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

/// Takes some of the parameters out.
pub(super) fn take(params: &mut Params, names: &[&str]) -> Params {
    names.iter().filter_map(|name| params.remove_entry(*name)).collect()
}

/// The texts in a list.
pub(super) fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
