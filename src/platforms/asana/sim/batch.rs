//! Up to ten calls in one.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Outcome};
use super::refusal::Refusal;
use crate::sim::request::Params;
use crate::sim::world::text;

/// Calls in one batch at most.
const MOST_ACTIONS: usize = 10;

impl Call<'_> {
    pub(super) fn batch(&mut self) -> Outcome {
        let Some(Value::Array(actions)) = self.data.raw("actions") else {
            return Err(Refusal::missing("actions"));
        };
        if actions.is_empty() || actions.len() > MOST_ACTIONS {
            return Err(Refusal::invalid("actions", "There must be between 1 and 10 actions"));
        }
        let results: Vec<Value> = actions.iter().map(|action| self.act(action)).collect();
        Ok(Answer::with(200, json!({"data": results})))
    }

    fn act(&mut self, action: &Value) -> Value {
        let (status, headers, body) = match self.try_to_act(action) {
            Ok(Answer { status, body, headers }) => (status, headers, body),
            Err(refusal) => (refusal.status, Vec::new(), refusal.body()),
        };
        let headers: Map<String, Value> =
            headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        json!({"status_code": status, "headers": headers, "body": body})
    }

    fn try_to_act(&mut self, action: &Value) -> Outcome {
        let method = text(action, "method").to_uppercase();
        let (path, query) =
            text(action, "relative_path").split_once('?').unwrap_or((text(action, "relative_path"), ""));
        if !path.starts_with('/') {
            return Err(Refusal::invalid("relative_path", "Must begin with a slash"));
        }
        let uploads = method == "POST" && path == "/attachments";
        if uploads || path == "/batch" || path.starts_with("/organization_exports") {
            return Err(Refusal::wrong("This endpoint cannot be used in a batch request"));
        }
        let mut query = Params::from_query(query);
        query.extend(options(&action["options"]));
        let data = action["data"].as_object().cloned().unwrap_or_default();
        if method == "GET" {
            query.extend(data.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        let data = Params::from_json(data.into());
        let mut call =
            Call { state: self.state, caller: self.caller, path, query: &query, data: &data, file: None };
        // Of a request that is refused, not all parameters were looked at.
        let answer = call.answer(&method)?;
        for name in query.unknown() {
            *self.state.unknown_fields.entry(name).or_default() += 1;
        }
        Ok(answer)
    }
}

/// The options of a request as parameters of a query: `fields` is there called `opt_fields`.
pub(super) fn options(options: &Value) -> Vec<(String, Value)> {
    let Some(options) = options.as_object() else { return Vec::new() };
    let as_query = |(name, value): (&String, &Value)| match (name.as_str(), value) {
        ("fields", Value::Array(fields)) => {
            let fields: Vec<&str> = fields.iter().filter_map(Value::as_str).collect();
            ("opt_fields".to_owned(), fields.join(",").into())
        }
        ("fields" | "pretty", value) => (format!("opt_{name}"), value.clone()),
        (_, value) => (name.clone(), value.clone()),
    };
    options.iter().map(as_query).collect()
}
