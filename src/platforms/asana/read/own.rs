//! Reads the account's own tasks that are in no project, with what is below them. Nothing tells what has changed among
//! them, so they are listed each time; comments and files are only asked for where a task has changed.
//!
//! The list is taken once, when a backup looks around, and the projects are read later. What was in a project then is
//! recorded there, also if it was taken off it before the project was read: else it would be nowhere.

use serde_json::Value;

use super::super::Asana;
use super::super::asking::Question;
use super::super::connector::lock;
use super::super::json::{gid, object};
use super::super::own_tasks::OwnTasks;
use super::details::Before;
use super::split::Splitter;
use super::strays::is_stray;
use super::tree::{Tree, belongs_to, projects};
use super::{coverage, details, fields, strays, subtasks, with_subtasks};
use crate::http::fault::ApiFault;
use crate::model::{Kind, NativeId};
use crate::model::coverage::Coverage;
use crate::platforms::connector::{ContainerInfo, RecordSink};

/// What tells which task it is, and where it is.
const GID: &str = "gid";
const PARENT: &str = "parent";
const MEMBERSHIPS: &str = "memberships";

/// The account's own tasks that are in no project and below no task.
#[derive(Debug, Clone)]
pub(in super::super) struct Loose {
    /// The tasks.
    pub(in super::super) tasks: Vec<Value>,
    /// The account's tasks that are in projects: each with its memberships of them.
    housed: Vec<Value>,
    /// Behind how many of the account's tasks Asana cuts their list off, and what it says then.
    cut: Option<(usize, ApiFault)>,
}

impl Loose {
    /// Whether there is nothing of which the tasks themselves do not tell.
    pub(in super::super) fn is_whole(&self) -> bool {
        self.cut.is_none() && with_subtasks(&self.tasks).is_empty()
    }
}

/// Lists the tasks of the account's list `list`, without those that are read elsewhere.
pub(in super::super) async fn loose(asana: &Asana, list: &str) -> Result<Loose, ApiFault> {
    let question = Question::new(&["user_task_lists", list, "tasks"], fields::OWN_TASK);
    let (tasks, cut) = asana.beginning(&question).await?;
    let cut = cut.map(|cut| (tasks.len(), cut));
    let (tasks, others): (Vec<Value>, Vec<Value>) = tasks.into_iter().partition(is_stray);
    let housed = others.iter().filter(|task| !projects(task).is_empty()).map(with_places).collect();
    Ok(Loose { tasks, housed, cut })
}

/// Of a task no more than which one it is and where.
fn with_places(task: &Value) -> Value {
    let kept = [GID, PARENT, MEMBERSHIPS].map(|field| (field.to_owned(), task.get(field).cloned().unwrap_or_default()));
    kept.into_iter().collect::<serde_json::Map<_, _>>().into()
}

/// The account's tasks that `project` had when the backup looked around, that `shows` does not know, and that are in no
/// project now: as they are, and in the place in which they were seen.
pub(super) async fn taken_off(
    asana: &Asana,
    project: &str,
    shows: impl Fn(&str) -> bool,
    splitter: &mut Splitter,
) -> Result<Vec<Value>, ApiFault> {
    let seen: Vec<Value> = {
        let lists = lock(&asana.own_tasks);
        let housed = lists.values().filter_map(|list| list.loose.as_ref()).flat_map(|loose| &loose.housed);
        housed.filter(|task| belongs_to(task, project) && !shows(gid(task))).cloned().collect()
    };
    let gids: Vec<NativeId> = seen.iter().map(|task| gid(task).into()).collect();
    let mut found = strays::read(asana, &Tree::default(), &gids, splitter).await?;
    for task in &mut found {
        let place = seen.iter().find(|seen| gid(seen) == gid(task)).and_then(|seen| seen.get(MEMBERSHIPS));
        task[MEMBERSHIPS] = place.cloned().unwrap_or_default();
    }
    Ok(found)
}

/// Reads these tasks as the content of the list.
pub(super) async fn read(
    asana: &Asana,
    list: OwnTasks,
    container: &ContainerInfo,
    sink: &mut dyn RecordSink,
) -> Result<Coverage, ApiFault> {
    let id = container.id.as_str();
    let mut splitter = Splitter::new(container.id.clone());
    splitter.add(Kind::Container, object(list.native));
    let before = if asana.last_mark(id).is_some() { sink.before().await? } else { Vec::new() };
    let Loose { mut tasks, cut, .. } = match list.loose {
        Some(loose) => loose,
        None => loose(asana, id).await?,
    };
    if let Some((listed, cut)) = cut {
        splitter.miss(format!("tasks in no project beyond the first {listed} of the account"), cut.to_string());
    }
    // A task that was taken off its project, and is wanted back there, is looked for by that one.
    let projects: Vec<&str> = list.projects.iter().map(String::as_str).collect();
    tasks.retain(|task| sink.home_of(&gid(task).into(), &projects).is_none());
    let mut tree = Tree::default();
    tree.listed(id, tasks);
    // One that somebody else has by now, or nobody, is in no list at all.
    let given_away = strays::read(asana, &tree, &sink.sought(), &mut splitter).await?;
    tree.listed(id, given_away);

    let (roots, parents) = (tree.own().len() as u64, with_subtasks(tree.own()));
    let promised = roots + subtasks(asana, &mut tree, parents, &mut splitter).await?;
    let tasks: Vec<&Value> = tree.own().iter().collect();
    details::read(asana, None, &tasks, Before::of(before), None, &mut splitter).await?;
    tree.into_records(Vec::new(), &mut splitter);
    let coverage = coverage(&splitter, promised);
    for (record, bytes) in splitter.found {
        sink.put(record, bytes).await?;
    }
    Ok(coverage)
}
