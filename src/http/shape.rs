//! Answers that are JSON and yet not what was promised. Taken for empty lists and empty things they would make a backup
//! look complete.

use serde_json::Value;

use super::fault::{ApiFault, FaultClass};

/// The entries of an answer that has to be a list.
pub fn entries(answer: Value) -> Result<Vec<Value>, ApiFault> {
    match answer {
        Value::Array(entries) => Ok(entries),
        other => Err(fault("a list", &other)),
    }
}

/// An answer that has to be a thing, whose id stands under `id`.
pub fn thing(answer: Value, id: &str) -> Result<Value, ApiFault> {
    let has_id = match answer.get(id) {
        Some(Value::String(id)) => !id.is_empty(),
        Some(other) => other.is_number(),
        None => false,
    };
    if has_id { Ok(answer) } else { Err(fault(&format!("a thing with `{id}`"), &answer)) }
}

/// An answer that has to be an object with this member.
pub fn having(answer: Value, member: &str) -> Result<Value, ApiFault> {
    if answer.get(member).is_some() {
        Ok(answer)
    } else {
        Err(fault(&format!("an object with `{member}`"), &answer))
    }
}

fn fault(promised: &str, answer: &Value) -> ApiFault {
    let found = match answer {
        Value::Null => "nothing",
        Value::Bool(_) => "a yes or no",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    let message = format!("the platform promises {promised}; it gave {found}");
    ApiFault::new(FaultClass::Protocol, "reading an answer", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_was_promised_is_taken() {
        assert_eq!(entries(json!([1])).unwrap(), [json!(1)]);
        for answer in [json!({}), json!({"data": 7}), json!(null), json!("[]"), json!(7)] {
            assert_eq!(entries(answer).unwrap_err().class, FaultClass::Protocol);
        }
        for good in [json!({"id": "5"}), json!({"id": 5})] {
            assert_eq!(thing(good.clone(), "id").unwrap(), good);
        }
        assert!(having(json!({"on": false}), "on").is_ok() && having(json!({}), "on").is_err());
        for answer in [json!({}), json!({"id": ""}), json!({"id": []}), json!([{"id": 5}]), json!(null)] {
            assert_eq!(thing(answer, "id").unwrap_err().class, FaultClass::Protocol);
        }
    }
}
