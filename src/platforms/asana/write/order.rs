//! Brings what hangs on something into the wanted order, with as few moves as possible.

use serde_json::Value;

use super::calls::{params, refusal};
use crate::http::fault::ApiFault;
use crate::model::mutation::WriteError;
use crate::model::ops::{Move, moves};
use crate::platforms::asana::Asana;
use crate::platforms::asana::asking::Question;
use crate::platforms::asana::json::gid;

/// The sections of a project.
pub(super) async fn sections(asana: &Asana, project: &str, wanted: &[&str]) -> Result<(), WriteError> {
    let there = live(asana, &["projects", project, "sections"]).await?;
    for Move { id, behind } in moves(&refs(&there), wanted) {
        let place = match (behind, there.first()) {
            (Some(behind), _) => ("after_section", behind),
            (None, Some(first)) if first != id => ("before_section", first.as_str()),
            (None, _) => continue,
        };
        let params = params([("section", id.into()), (place.0, place.1.into())]);
        asana.bring_about(&["projects", project, "sections", "insert"], params).await.map_err(|f| refusal(&f))?;
    }
    Ok(())
}

/// The tasks of a section.
pub(super) async fn tasks(asana: &Asana, section: &str, wanted: &[&str]) -> Result<(), WriteError> {
    let there = live(asana, &["sections", section, "tasks"]).await?;
    for Move { id, behind } in moves(&refs(&there), wanted) {
        // Without a neighbour a task goes to the top.
        let mut params = params([("task", id.into())]);
        params.extend(behind.map(|behind| ("insert_after".to_owned(), behind.into())));
        asana.bring_about(&["sections", section, "addTask"], params).await.map_err(|f| refusal(&f))?;
    }
    Ok(())
}

/// The subtasks of a task.
pub(super) async fn subtasks(asana: &Asana, parent: &str, wanted: &[&str]) -> Result<(), WriteError> {
    let there = live(asana, &["tasks", parent, "subtasks"]).await?;
    for Move { id, behind } in moves(&refs(&there), wanted) {
        let behind = behind.map_or(Value::Null, Value::from);
        let params = params([("parent", parent.into()), ("insert_after", behind)]);
        asana.bring_about(&["tasks", id, "setParent"], params).await.map_err(|f| refusal(&f))?;
    }
    Ok(())
}

/// The options of a custom field.
pub(super) async fn options(asana: &Asana, field: &str, wanted: &[&str]) -> Result<(), WriteError> {
    let question = Question::new(&["custom_fields", field], "enum_options.name");
    let answer = asana.one(&question).await.map_err(|fault| refusal(&fault))?;
    let there = gids_of(answer.get("enum_options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default());
    for Move { id, behind } in moves(&refs(&there), wanted) {
        let place = match (behind, there.first()) {
            (Some(behind), _) => ("after_enum_option", behind),
            (None, Some(first)) if first != id => ("before_enum_option", first.as_str()),
            (None, _) => continue,
        };
        let params = params([("enum_option", id.into()), (place.0, place.1.into())]);
        let path = ["custom_fields", field, "enum_options", "insert"];
        asana.bring_about(&path, params).await.map_err(|fault| refusal(&fault))?;
    }
    Ok(())
}

async fn live(asana: &Asana, path: &[&str; 3]) -> Result<Vec<String>, WriteError> {
    let entries: Result<Vec<Value>, ApiFault> = asana.list(&Question::new(path, "")).await;
    Ok(gids_of(&entries.map_err(|fault| refusal(&fault))?))
}

fn gids_of(records: &[Value]) -> Vec<String> {
    records.iter().map(|record| gid(record).to_owned()).collect()
}

fn refs(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}
