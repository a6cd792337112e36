//! Reads one project: itself and its frame, its tasks in pages or only those that changed, subtasks level by level, then
//! comments and files. The account's list of its own tasks is read as if it were one.

mod details;
mod fields;
mod last;
mod own;
mod remains;
mod renewal;
mod split;
mod strays;
mod tree;

use serde_json::Value;

use super::Asana;
use super::api::is_plan;
use super::asking::{Answered, Question};
use super::changes::Changed;
use super::connector::lock;
use super::json::{gid, gid_at};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::shape::thing;
use crate::model::Kind;
use crate::model::coverage::{Count, Coverage};
use crate::platforms::connector::{ContainerInfo, RecordSink};
use details::{Before, files_of};
use last::Last;
use renewal::{News, Renewed};
pub(super) use split::{is_computed, shown_gid, shown_id};
use split::Splitter;
pub(super) use own::{Loose, loose};
pub(super) use remains::read_remains;
pub(super) use strays::NOT_IN_PROJECT;
use tree::Tree;

/// Reads a project, or the account's list of its own tasks, into the sink.
pub(super) async fn read(
    asana: &Asana,
    container: &ContainerInfo,
    sink: &mut dyn RecordSink,
) -> Result<Coverage, ApiFault> {
    let own_tasks = lock(&asana.own_tasks).get(container.id.as_str()).cloned();
    if let Some(list) = own_tasks {
        return own::read(asana, list, container, sink).await;
    }
    let mut splitter = Splitter::new(container.id.clone());
    let id = container.id.as_str();
    let project = thing(asana.one(&Question::new(&["projects", id], fields::PROJECT)).await?, "gid")?;
    let sections = frame(asana, &project, &mut splitter).await?;
    splitter.project(project.clone(), &sections);

    let mark = asana.last_mark(id);
    let before = if mark.is_some() { sink.before().await? } else { Vec::new() };
    let last = Last::of(&before);
    let (changed, elsewhere) = {
        let all = lock(&asana.changed);
        let named = all.values().flat_map(Changed::tasks).map(ToOwned::to_owned);
        (all.get(id).cloned(), named.collect())
    };
    let touched = changed.as_ref().map(|changed| last.touched(changed));
    let changed = changed.filter(|_| last.has_definitions(splitter.found.iter().map(|(record, _)| record)));
    let renewed = match changed.zip(mark) {
        Some((changed, mark)) => {
            let news = News { changed, elsewhere, since: mark.moment };
            renewal::read(asana, id, &sections, last, &news).await?
        }
        None => None,
    };
    let Renewed { mut tree, kept, mut promised, unordered } = match renewed {
        Some(renewed) => renewed,
        None => all_tasks(asana, id, &sections, sink, &mut splitter).await?,
    };
    let has_kept = |task: &str| kept.iter().any(|record| record.key.kind == Kind::Item && record.key.id.as_str() == task);
    let taken_off = own::taken_off(asana, id, |task| tree.shows(task) || has_kept(task), &mut splitter).await?;
    promised += taken_off.len() as u64;
    let parents = with_subtasks(&taken_off);
    tree.listed(id, taken_off);
    promised += subtasks(asana, &mut tree, parents, &mut splitter).await?;
    for (section, cut) in unordered {
        splitter.miss_in_section("the order of the tasks in", &section, cut.to_string());
    }
    let kept_tasks = kept.iter().filter(|record| record.key.kind == Kind::Item).map(|record| &record.native);
    let tasks: Vec<&Value> = tree.own().iter().chain(kept_tasks).collect();
    details::read(asana, Some(&project), &tasks, Before::of(before), touched.as_ref(), &mut splitter).await?;
    tree.into_records(sections, &mut splitter);
    for record in kept {
        splitter.unchanged(record);
    }

    let coverage = coverage(&splitter, promised);
    for (record, bytes) in splitter.found {
        sink.put(record, bytes).await?;
    }
    Ok(coverage)
}

/// Reads what belongs to the project as a whole; gives the sections, which still lack their tasks.
async fn frame(asana: &Asana, project: &Value, splitter: &mut Splitter) -> Result<Vec<Value>, ApiFault> {
    let id = gid(project);
    let brief = gid_at(project, "project_brief");
    let mut questions = vec![
        Question::new(&["projects", id, "sections"], fields::SECTION),
        Question::new(&["memberships"], fields::MEMBERSHIP).with("parent", id),
        Question::new(&["status_updates"], fields::STATUS_UPDATE).with("parent", id),
        Question::new(&["task_templates"], fields::TASK_TEMPLATE).with("project", id),
        Question::new(&["custom_types"], fields::CUSTOM_TYPE).with("project", id),
        files_of(id),
    ];
    if !brief.is_empty() {
        questions.push(files_of(brief));
        match asana.one(&Question::new(&["project_briefs", brief], fields::BRIEF)).await {
            Ok(brief) => splitter.add(Kind::Brief, super::json::object(brief)),
            Err(fault) => drop(accept(splitter, "the project brief", Err(fault))?),
        }
    }
    let mut answers = asana.lists(&questions).await?.into_iter();
    let mut next = || answers.next().unwrap_or_else(|| Ok(Vec::new()));
    // Without its sections a project is not read at all: nothing would have its place.
    let sections = next()?;
    for membership in accept(splitter, "the members of the project", next())? {
        splitter.membership(membership);
    }
    for update in accept(splitter, "the status updates of the project", next())? {
        splitter.add(Kind::StatusUpdate, super::json::object(update));
    }
    for template in accept(splitter, "the task templates of the project", next())? {
        splitter.add(Kind::Inventory, super::json::object(template));
    }
    for custom_type in accept(splitter, "the types of tasks of the project", next())? {
        splitter.custom_type(custom_type);
    }
    for what in ["the files of the project", "the files of the project brief"] {
        for file in accept(splitter, what, next())? {
            splitter.attachment(file);
        }
    }
    Ok(sections)
}

/// A list, or nothing and a note of why. What the plan does not include does not exist.
fn accept(splitter: &mut Splitter, what: &str, answer: Answered) -> Result<Vec<Value>, ApiFault> {
    match answer {
        Ok(entries) => Ok(entries),
        Err(fault) if is_plan(&fault) => Ok(Vec::new()),
        Err(fault) if matches!(fault.class, FaultClass::Forbidden | FaultClass::NotFound | FaultClass::TooLarge) => {
            splitter.miss(what.to_owned(), fault.to_string());
            Ok(Vec::new())
        }
        Err(fault) => Err(fault),
    }
}

/// All tasks of a project with their subtasks, and those of the `sought` ones that it has lost to no other.
async fn all_tasks(
    asana: &Asana,
    project: &str,
    sections: &[Value],
    sink: &mut dyn RecordSink,
    splitter: &mut Splitter,
) -> Result<Renewed, ApiFault> {
    let tasks = tasks(asana, project, sections, splitter).await?;
    let home = |task: &Value| Some((gid(task).to_owned(), sink.home_of(&gid(task).into(), &tree::projects(task))?.0));
    let mut tree = Tree::with_homes(tasks.iter().filter_map(home).collect());
    tree.listed(project, tasks);
    let (listed, parents) = (tree.own().len(), with_subtasks(tree.own()));
    let below = subtasks(asana, &mut tree, parents, splitter).await?;
    let strays = strays::read(asana, &tree, &sink.sought(), splitter).await?;
    let (strayed, parents) = (strays.len(), with_subtasks(&strays));
    tree.listed(project, strays.into_iter().map(strays::outside).collect());
    let promised = (listed + strayed) as u64 + below + subtasks(asana, &mut tree, parents, splitter).await?;
    Ok(Renewed { tree, kept: Vec::new(), promised, unordered: Vec::new() })
}

/// The tasks that a project lists, in its order; section by section where that is too much for one list. What Asana
/// cuts off a single section can be asked for in no other way.
async fn tasks(asana: &Asana, project: &str, sections: &[Value], splitter: &mut Splitter) -> Answered {
    match asana.list(&Question::new(&["projects", project, "tasks"], fields::TASK)).await {
        Err(fault) if fault.class == FaultClass::TooLarge => {
            tracing::info!(project, %fault, "too large for one list; read section by section");
        }
        answer => return answer,
    }
    let mut all = Vec::new();
    for section in sections {
        let question = Question::new(&["sections", gid(section), "tasks"], fields::TASK);
        let (tasks, cut) = asana.beginning(&question).await?;
        if let Some(cut) = cut {
            let what = format!("tasks beyond the first {} of", tasks.len());
            splitter.miss_in_section(&what, section, cut.to_string());
        }
        all.extend(tasks);
    }
    Ok(all)
}

/// Reads subtasks level by level. Gives how many there should be by the tasks' own counts.
async fn subtasks(
    asana: &Asana,
    tree: &mut Tree,
    mut parents: Vec<(String, u64)>,
    splitter: &mut Splitter,
) -> Result<u64, ApiFault> {
    let mut promised = 0;
    while !parents.is_empty() {
        let questions: Vec<Question> = parents
            .iter()
            .map(|(parent, _)| Question::new(&["tasks", parent, "subtasks"], fields::TASK))
            .collect();
        let mut new = Vec::new();
        for ((parent, count), answer) in parents.iter().zip(asana.lists(&questions).await?) {
            let found = accept(splitter, &format!("the subtasks of task {parent}"), answer)?;
            let read = found.len();
            let own = tree.below(parent, found);
            // Those that belong to other projects are counted there.
            promised += count.saturating_sub((read - own.len()) as u64);
            new.extend(own);
        }
        parents = with_subtasks(&new);
    }
    Ok(promised)
}

/// The tasks that say that they have subtasks, and how many.
fn with_subtasks(tasks: &[Value]) -> Vec<(String, u64)> {
    let count = |task: &Value| task.get("num_subtasks").and_then(Value::as_u64).unwrap_or_default();
    tasks.iter().map(|task| (gid(task).to_owned(), count(task))).filter(|(_, count)| *count > 0).collect()
}

fn coverage(splitter: &Splitter, promised_tasks: u64) -> Coverage {
    let expected = |kind| (kind == Kind::Item).then_some(promised_tasks);
    let counts = Kind::ALL
        .iter()
        .filter(|kind| kind.rank() >= Kind::Container.rank())
        .map(|kind| Count { kind: *kind, expected: expected(*kind), got: splitter.count(*kind) })
        .collect();
    Coverage { counts, missing: splitter.missing.clone(), hidden: splitter.hidden.clone() }
}

#[cfg(test)]
mod renewal_tests;
#[cfg(test)]
mod tests;
