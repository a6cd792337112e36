//! Answers that are good JSON and yet wrong: entries twice or missing, pages in a circle, things that do not show yet.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::reply::Reply;
use super::request::Request;
use crate::base::canon;

/// The keys under which platforms give the id of a thing.
const IDS: [&str; 2] = ["id", "gid"];
/// The keys under which an envelope holds what was asked for.
const CONTENTS: [&str; 3] = ["data", "items", "result"];

/// Puts the first entry of the list in an answer behind its last one once more.
pub fn double_first(reply: &mut Reply) {
    change_list(reply, |list| list.extend(list.first().cloned()));
}

/// Takes the last entry out of the list in an answer.
pub fn leave_out_last(reply: &mut Reply) {
    change_list(reply, |list| drop(list.pop()));
}

fn change_list(reply: &mut Reply, change: impl FnOnce(&mut Vec<Value>)) {
    change_json(reply, |answer| {
        let content = match answer {
            Value::Object(envelope) if !IDS.iter().any(|id| envelope.contains_key(*id)) => CONTENTS
                .iter()
                .find(|key| envelope.contains_key(**key))
                .and_then(|key| envelope.get_mut(*key)),
            other => Some(other),
        };
        if let Some(Value::Array(list)) = content {
            change(list);
        }
    });
}

fn change_json(reply: &mut Reply, change: impl FnOnce(&mut Value)) {
    if let Ok(mut answer) = serde_json::from_slice(&reply.body) {
        change(&mut answer);
        reply.body = canon::to_bytes(&answer);
    }
}

/// What wrong answers depend on: what was answered before, and what does not show yet.
#[derive(Debug, Default)]
pub struct Memory {
    first: BTreeMap<String, Reply>,
    /// Ids, and the moment from which on they show.
    hidden: Vec<(String, Duration)>,
}

impl Memory {
    /// Notes an answer if it is the first good one of its path.
    pub fn note_first(&mut self, request: &Request, reply: &Reply) {
        if request.method == "GET" && reply.status == 200 {
            self.first.entry(request.path.clone()).or_insert_with(|| reply.clone());
        }
    }

    /// Puts the first answer of the path in the place of this one.
    pub fn repeat_first(&self, request: &Request, reply: &mut Reply) {
        if let Some(first) = self.first.get(&request.path) {
            *reply = first.clone();
        }
    }

    /// Keeps what an answer says was made from showing before `until`.
    pub fn keep_back(&mut self, reply: &Reply, until: Duration) {
        let answer = serde_json::from_slice(&reply.body).unwrap_or_default();
        self.hidden.extend(made(&answer).into_iter().map(|id| (id, until)));
    }

    /// Takes out of what a read answers at `now` whatever does not show yet.
    pub fn hide(&mut self, request: &Request, reply: &mut Reply, now: Duration) {
        self.hidden.retain(|(_, until)| now < *until);
        // A batch may read as well.
        let is_read = request.method == "GET" || request.path.ends_with("/batch");
        if !is_read || self.hidden.is_empty() {
            return;
        }
        let is_hidden = |id: &str| self.hidden.iter().any(|(hidden, _)| hidden == id);
        if request.path.split('/').any(is_hidden) {
            *reply = Reply::text(404, "It is not there (yet).");
        } else {
            change_json(reply, |answer| leave_out(answer, &is_hidden));
        }
    }
}

/// The ids of what an answer to a POST is about.
fn made(answer: &Value) -> Vec<String> {
    match answer {
        Value::Array(entries) => entries.iter().flat_map(made).collect(),
        Value::Object(fields) => match id(answer) {
            Some(id) => vec![id],
            None => CONTENTS.iter().filter_map(|key| fields.get(*key)).flat_map(made).collect(),
        },
        _ => Vec::new(),
    }
}

fn id(thing: &Value) -> Option<String> {
    match IDS.iter().find_map(|key| thing.get(key))? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

fn leave_out(answer: &mut Value, is_hidden: &impl Fn(&str) -> bool) {
    match answer {
        Value::Array(entries) => {
            entries.retain(|entry| !id(entry).is_some_and(|id| is_hidden(&id)));
            for entry in entries {
                leave_out(entry, is_hidden);
            }
        }
        Value::Object(fields) => {
            for value in fields.values_mut() {
                leave_out(value, is_hidden);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(change: fn(&mut Reply), answer: &Value) -> Value {
        let mut reply = Reply::json(200, answer);
        change(&mut reply);
        serde_json::from_slice(&reply.body).unwrap()
    }

    #[test]
    fn lists_are_found_bare_and_in_envelopes_and_things_are_left_alone() {
        assert_eq!(changed(double_first, &json!([1, 2])), json!([1, 2, 1]));
        assert_eq!(changed(leave_out_last, &json!({"data": [1, 2], "next_page": null}))["data"], json!([1]));
        assert_eq!(
            changed(leave_out_last, &json!({"message": "SUCCESS", "result": [1, 2]}))["result"],
            json!([1])
        );
        let thing = json!({"id": 5, "data": [1, 2]});
        assert_eq!(changed(double_first, &thing), thing);
    }

    fn request(method: &str, path: &str) -> Request {
        Request { method: method.to_owned(), path: path.to_owned(), ..Request::default() }
    }

    #[test]
    fn what_was_made_shows_in_no_read_until_its_time_has_come() {
        let mut memory = Memory::default();
        memory.keep_back(&Reply::json(200, &json!({"result": [{"id": 7}]})), Duration::from_mins(1));
        let list = json!({"data": [{"id": 6, "rows": [{"id": 7}]}, {"id": 7}]});
        let mut shown = |path: &str, now| {
            let mut reply = Reply::json(200, &list);
            memory.hide(&request("GET", path), &mut reply, Duration::from_secs(now));
            (reply.status, serde_json::from_slice::<Value>(&reply.body).unwrap_or_default())
        };
        assert_eq!(shown("/rows", 59), (200, json!({"data": [{"id": 6, "rows": []}]})));
        assert_eq!(shown("/rows/7", 59).0, 404);
        assert_eq!(shown("/rows/77", 59).0, 200);
        assert_eq!(shown("/rows/7", 60), (200, list.clone()));
    }

    #[test]
    fn a_path_may_answer_what_it_answered_first() {
        let mut memory = Memory::default();
        for page in ["one", "two"] {
            memory.note_first(&request("GET", "/x"), &Reply::text(200, page));
        }
        let mut reply = Reply::text(200, "three");
        memory.repeat_first(&request("GET", "/x"), &mut reply);
        assert_eq!(reply.body, b"one");
    }
}
