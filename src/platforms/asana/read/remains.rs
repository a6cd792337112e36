//! What is left of a deleted project. Asana keeps the tasks that somebody has or that are in another project, with what
//! is below them; the project's own list is gone.

use std::collections::HashSet;

use serde_json::Value;

use super::super::Asana;
use super::super::asking::Question;
use super::super::json::{gid, gid_at};
use super::details::Before;
use super::split::Splitter;
use super::strays::outside;
use super::tree::{Tree, projects, without_parent};
use super::{details, fields, subtasks, with_subtasks};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::NativeId;
use crate::model::coverage::Coverage;
use crate::platforms::connector::RecordSink;

/// Reads those of the sought tasks that are alive, as tasks of the deleted project that are not in it.
pub(in super::super) async fn read_remains(
    asana: &Asana,
    project: &NativeId,
    sink: &mut dyn RecordSink,
) -> Result<Coverage, ApiFault> {
    let mut splitter = Splitter::new(project.clone());
    let alive = alive(asana, project.as_str(), &sink.sought(), &mut splitter).await?;
    let known: HashSet<String> = alive.iter().map(|task| gid(task).to_owned()).collect();
    let (below, roots): (Vec<Value>, Vec<Value>) =
        alive.into_iter().partition(|task| known.contains(gid_at(task, "parent")));
    let mut tree = Tree::default();
    for root in roots {
        tree.renewed(outside(without_parent(root)), None, Vec::new());
    }
    let parents = with_subtasks(tree.own());
    subtasks(asana, &mut tree, parents, &mut splitter).await?;
    // Deep down, those that are in projects of their own are told of by nothing but their gids.
    for task in below {
        if !tree.shows(gid(&task)) {
            tree.renewed(task, None, Vec::new());
        }
    }
    let tasks: Vec<&Value> = tree.own().iter().collect();
    details::read(asana, None, &tasks, Before::default(), None, &mut splitter).await?;
    tree.into_records(Vec::new(), &mut splitter);
    for (record, bytes) in splitter.found {
        sink.put(record, bytes).await?;
    }
    Ok(Coverage { counts: Vec::new(), missing: splitter.missing })
}

/// The sought tasks that are alive. One that is in the project after all shows that it is there, and not visible.
async fn alive(
    asana: &Asana,
    project: &str,
    sought: &[NativeId],
    splitter: &mut Splitter,
) -> Result<Vec<Value>, ApiFault> {
    let questions: Vec<Question> =
        sought.iter().map(|task| Question::new(&["tasks", task.as_str()], fields::TASK)).collect();
    let mut alive = Vec::new();
    for (id, answer) in sought.iter().zip(asana.ones(&questions).await?) {
        match answer {
            Ok(task) if !gid(&task).is_empty() && !projects(&task).contains(&project) => alive.push(task),
            Ok(_) => {}
            Err(fault) if fault.class == FaultClass::NotFound => {}
            Err(fault) if fault.class == FaultClass::Forbidden => splitter.miss_sought(id, fault.to_string()),
            Err(fault) => return Err(fault),
        }
    }
    Ok(alive)
}
