//! Tasks that were taken off all projects. They are alive, and no list shows them.

use serde_json::{Value, json};

use super::super::Asana;
use super::super::asking::Question;
use super::super::json::{gid, gid_at, object};
use super::fields;
use super::split::Splitter;
use super::tree::{Tree, is_in_a_project};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::{Kind, NativeId};

/// What the record of a task says that is alive and not in its project. That it has no section does not say it: some
/// memberships have none.
pub(in super::super) const NOT_IN_PROJECT: &str = "not_in_project";

/// Those of the `sought` tasks that the project has not, and that are in no project and below no task, as far as the
/// account can see them.
pub(super) async fn read(
    asana: &Asana,
    tree: &Tree,
    sought: &[NativeId],
    splitter: &mut Splitter,
) -> Result<Vec<Value>, ApiFault> {
    let sought: Vec<&NativeId> = sought.iter().filter(|task| !tree.shows(task.as_str())).collect();
    let questions: Vec<Question> =
        sought.iter().map(|task| Question::new(&["tasks", task.as_str()], fields::TASK)).collect();
    let mut strays = Vec::new();
    for (id, answer) in sought.into_iter().zip(asana.ones(&questions).await?) {
        match answer {
            Ok(task) if is_stray(&task) => strays.push(task),
            Ok(_) => {}
            Err(fault) if fault.class == FaultClass::NotFound => {}
            Err(fault) if fault.class == FaultClass::Forbidden => splitter.hide(Kind::Item, id, fault.to_string()),
            Err(fault) => return Err(fault),
        }
    }
    Ok(strays)
}

/// Whether a task belongs to nothing.
pub(super) fn is_stray(task: &Value) -> bool {
    !gid(task).is_empty() && !is_in_a_project(task) && gid_at(task, "parent").is_empty()
}

/// The same task, which says that it is not in its project.
pub(super) fn outside(task: Value) -> Value {
    let mut task = object(task);
    task.insert(NOT_IN_PROJECT.to_owned(), json!(true));
    task.into()
}
