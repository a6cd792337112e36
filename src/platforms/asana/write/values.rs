//! Values of custom fields: one request for all values of one task or project.

use serde_json::{Value, json};

use super::calls::{Params, params, refusal, texts};
use super::receipt::receipt;
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{Kind, NativeId};
use crate::platforms::asana::Asana;
use crate::platforms::asana::asking::Question;
use crate::platforms::asana::json::{gid, is, list, text};

const PROJECTS: &str = "projects";

/// What has values of custom fields.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Owner {
    /// The route to it: `tasks` or `projects`.
    route: &'static str,
    id: String,
}

/// How many mutations at the beginning are values on one and the same task or project.
pub(super) fn same_owner(wave: &[Mutation]) -> usize {
    let owner = wave.first().and_then(owner_and_field).map(|(owner, _)| owner);
    let same = |mutation: &&Mutation| owner_and_field(mutation).map(|(owner, _)| owner) == owner;
    owner.as_ref().map_or(0, |_| wave.iter().take_while(same).count())
}

/// Sets the values, together if Asana takes them so: one that it refuses takes nothing else with it.
pub(super) async fn write(asana: &Asana, values: &[Mutation]) -> Vec<Result<Receipt, WriteError>> {
    let Some((owner, _)) = values.first().and_then(owner_and_field) else { return Vec::new() };
    let mut outcomes = vec![send(asana, &owner, values).await];
    if values.len() > 1 && matches!(outcomes.first(), Some(Err(WriteError::Refused(_)))) {
        outcomes.clear();
        for value in values {
            outcomes.push(send(asana, &owner, std::slice::from_ref(value)).await);
        }
    }
    let receipt = |value: &Mutation| {
        let refuse = || WriteError::Refused("a value needs its project, what it is on and its field".to_owned());
        let (owner, field) = owner_and_field(value).ok_or_else(refuse)?;
        receipt(value, &format!("{}:{field}", owner.id)).ok_or_else(refuse)
    };
    values.iter().zip(outcomes.iter().cycle()).map(|(value, done)| done.clone().and_then(|()| receipt(value))).collect()
}

async fn send(asana: &Asana, owner: &Owner, values: &[Mutation]) -> Result<(), WriteError> {
    let refused = |fault: ApiFault| refusal(&fault);
    let path = [owner.route, owner.id.as_str()];
    let fields = fields(asana, &path, values).await.map_err(refused)?;
    if fields.is_empty() {
        return Ok(());
    }
    let body = params([("custom_fields", fields.clone().into())]);
    let answer = match asana.change(&path, body.clone()).await {
        Err(fault) if fault.class == FaultClass::Invalid => {
            let disabled = disabled_options(asana, &fields).await.map_err(refused)?;
            if disabled.is_empty() {
                return Err(if owner.route == PROJECTS { without_portfolio(&fault) } else { refusal(&fault) });
            }
            // An option that is switched off stays on the tasks that have it, but is given to no other.
            switch(asana, &disabled, true).await.map_err(refused)?;
            let answer = asana.change(&path, body).await;
            switch(asana, &disabled, false).await.map_err(refused)?;
            answer
        }
        answer => answer,
    };
    answer.map(drop).map_err(refused)
}

/// A refusal that says what people can do: no call adds a field to a project itself.
fn without_portfolio(fault: &ApiFault) -> WriteError {
    match refusal(fault) {
        WriteError::Refused(why) => WriteError::Refused(format!(
            "{why}; a project has the fields of the portfolios that it is in: put it into the portfolio and restore again"
        )),
        other => other,
    }
}

/// The values by field. One that is to go is gone already where its owner has lost the field.
async fn fields(asana: &Asana, path: &[&str; 2], values: &[Mutation]) -> Result<Params, ApiFault> {
    let cleared = values.iter().any(|value| value.verb == Verb::Delete);
    // What clears a value depends on its sort, which a deletion does not say.
    let sorts = if cleared {
        let answer = asana.one(&Question::new(path, "custom_fields.resource_subtype")).await?;
        list(&answer, "custom_fields").to_vec()
    } else {
        Vec::new()
    };
    let empty = |field: &str| {
        let live = sorts.iter().find(|live| gid(live) == field)?;
        let is_list = matches!(text(live, "resource_subtype"), "multi_enum" | "people" | "reference");
        Some(if is_list { json!([]) } else { Value::Null })
    };
    let set = |value: &Mutation| {
        let (_, field) = owner_and_field(value)?;
        let set = if value.verb == Verb::Delete { empty(&field)? } else { value_of(value) };
        Some((field, set))
    };
    Ok(values.iter().filter_map(set).collect())
}

/// The options among the values that are switched off.
async fn disabled_options(asana: &Asana, fields: &Params) -> Result<Vec<String>, ApiFault> {
    let mut disabled = Vec::new();
    for (field, value) in fields {
        let wanted: Vec<&str> = value.as_str().into_iter().chain(texts(value)).collect();
        if wanted.is_empty() {
            continue;
        }
        let question = Question::new(&["custom_fields", field], "enum_options.enabled");
        let live = asana.one(&question).await?;
        let is_off = |option: &&Value| wanted.contains(&gid(option)) && !is(option, "enabled");
        disabled.extend(list(&live, "enum_options").iter().filter(is_off).map(|option| gid(option).to_owned()));
    }
    Ok(disabled)
}

async fn switch(asana: &Asana, options: &[String], enabled: bool) -> Result<(), ApiFault> {
    for option in options {
        asana.change(&["enum_options", option], params([("enabled", json!(enabled))])).await?;
    }
    Ok(())
}

/// The value as Asana takes it, whichever path holds it. A change to nothing clears it.
fn value_of(mutation: &Mutation) -> Value {
    let said = mutation.fields.iter().filter(|(name, _)| *name != "custom_field");
    let flat = |value: &Value| match value {
        // An option is read as a record and written as its gid.
        Value::Object(record) if record.contains_key("gid") => record.get("gid").cloned().unwrap_or_default(),
        // A date is either a day or a time.
        Value::Object(record) => record.iter().filter(|(_, part)| !part.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect(),
        other => other.clone(),
    };
    let values: Vec<Value> = said.map(|(_, value)| flat(value)).collect();
    let some = values.iter().find(|value| !value.is_null());
    some.or(values.first()).cloned().unwrap_or_default()
}

/// What the value is on, and its field: from the fields and the parent, else from the value's own id.
fn owner_and_field(mutation: &Mutation) -> Option<(Owner, String)> {
    if mutation.kind != Kind::FieldValue {
        return None;
    }
    let own = mutation.id.as_ref().and_then(|id| id.as_str().split_once(':'));
    let id = mutation.parent.as_ref().map(NativeId::as_str).or(own.map(|(owner, _)| owner))?;
    let is_project = mutation.container.as_ref().is_some_and(|project| project.as_str() == id);
    let said = mutation.fields.get("custom_field").and_then(Value::as_str);
    let field = said.or(own.map(|(_, field)| field))?;
    let owner = Owner { route: if is_project { PROJECTS } else { "tasks" }, id: id.to_owned() };
    Some((owner, field.to_owned()))
}
