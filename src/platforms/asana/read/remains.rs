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
use crate::model::{Kind, NativeId};
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
    Ok(Coverage { counts: Vec::new(), missing: splitter.missing, hidden: splitter.hidden })
}

/// The sought tasks that are alive. One that is in the project after all shows that it is there, and not visible. The
/// project itself is asked for with them: no list shows one that has become private.
async fn alive(
    asana: &Asana,
    project: &str,
    sought: &[NativeId],
    splitter: &mut Splitter,
) -> Result<Vec<Value>, ApiFault> {
    let mut questions = vec![Question::new(&["projects", project], "name")];
    questions.extend(sought.iter().map(|task| Question::new(&["tasks", task.as_str()], fields::TASK)));
    let mut answers = asana.ones(&questions).await?.into_iter();
    match answers.next() {
        Some(Ok(_)) => splitter.hide(Kind::Container, &project.into(), "no list shows it".to_owned()),
        Some(Err(fault)) if fault.class == FaultClass::Forbidden => {
            splitter.hide(Kind::Container, &project.into(), fault.to_string());
        }
        Some(Err(fault)) if fault.class != FaultClass::NotFound => return Err(fault),
        Some(Err(_)) | None => {}
    }
    let mut alive = Vec::new();
    for (id, answer) in sought.iter().zip(answers) {
        match answer {
            Ok(task) if !gid(&task).is_empty() && !projects(&task).contains(&project) => alive.push(task),
            Ok(_) => {}
            Err(fault) if fault.class == FaultClass::NotFound => {}
            Err(fault) if fault.class == FaultClass::Forbidden => splitter.hide(Kind::Item, id, fault.to_string()),
            Err(fault) => return Err(fault),
        }
    }
    Ok(alive)
}
