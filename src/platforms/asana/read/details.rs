//! Comments and files, which Asana only gives task by task. What a task had in the last backup is taken from
//! there where nothing says that it has changed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use serde_json::Value;

use super::super::Asana;
use super::super::api::is_plan;
use super::super::asking::{Answered, PAGE, Question, named};
use super::super::json::{gid, gid_at, text};
use super::fields;
use super::split::{Splitter, is_comment};
use super::strays::is_stray;
use crate::base::clock::Timestamp;
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::shape::entries;
use crate::model::coverage::Missing;
use crate::model::{Kind, Record, RecordKey};

/// What the last backup has of a project.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// When each task was last changed.
    modified: HashMap<String, String>,
    /// Comments and files by task.
    details: HashMap<String, Vec<Record>>,
}

impl Before {
    /// Sorts the records of the last backup.
    pub(super) fn of(records: Vec<Record>) -> Self {
        let mut before = Self::default();
        for record in records {
            match record.key.kind {
                Kind::Item => {
                    let modified = text(&record.native, "modified_at").to_owned();
                    before.modified.insert(record.key.id.0, modified);
                }
                Kind::Comment | Kind::Attachment => {
                    let task = text(&record.native, "task").to_owned();
                    before.details.entry(task).or_default().push(record);
                }
                _ => {}
            }
        }
        before
    }

    fn is_empty(&self) -> bool {
        self.modified.is_empty()
    }

    /// Whether a task was there and has not been changed since. Asana does not move the time of change for
    /// everything, so events count as well, where they are known.
    fn has_unchanged(&self, task: &Value, touched: Option<&BTreeSet<String>>) -> bool {
        let before = self.modified.get(gid(task)).filter(|modified| !modified.is_empty());
        before.is_some_and(|before| before == text(task, "modified_at"))
            && touched.is_none_or(|touched| !touched.contains(gid(task)))
    }
}

/// Reads comments and files of all tasks; `touched` are those that events name, where events are known. Where the
/// project is no longer there, every task is asked for its files.
pub(super) async fn read(
    asana: &Asana,
    project: Option<&Value>,
    tasks: &[&Value],
    mut before: Before,
    touched: Option<&BTreeSet<String>>,
    splitter: &mut Splitter,
) -> Result<(), ApiFault> {
    let (same, due): (Vec<&Value>, Vec<&Value>) =
        tasks.iter().partition(|task| before.has_unchanged(task, touched));
    for task in same {
        before.details.remove(gid(task)).into_iter().flatten().for_each(|record| splitter.unchanged(record));
    }
    let mut with_files = match project {
        Some(project) if before.is_empty() => known_to_search(asana, project, tasks).await?,
        _ => HashSet::new(),
    };
    // The search finds what is in the project.
    let is_unfound = |task: &&&Value| project.is_none() || is_stray(task);
    with_files.extend(tasks.iter().filter(is_unfound).map(|task| gid(task).to_owned()));
    let stories: Vec<Question> =
        due.iter().map(|task| Question::new(&["tasks", gid(task), "stories"], fields::STORY)).collect();
    for (task, answer) in due.iter().zip(asana.lists(&stories).await?) {
        let had = before.details.get(gid(task)).map(Vec::as_slice).unwrap_or_default();
        let had_files = had.iter().any(|record| record.key.kind == Kind::Attachment);
        let stories = accept(splitter, task, "comments", Kind::Comment, answer)?;
        if had_files || shows_files(task, &stories) {
            with_files.insert(gid(task).to_owned());
        }
        splitter.stories(gid(task), stories);
    }
    let due: Vec<&Value> = due.into_iter().filter(|task| with_files.contains(gid(task))).collect();
    let files: Vec<Question> = due.iter().map(|task| files_of(gid(task))).collect();
    for (task, answer) in due.iter().zip(asana.lists(&files).await?) {
        let files = accept(splitter, task, "files", Kind::Attachment, answer)?;
        for file in files {
            splitter.attachment(file);
        }
    }
    Ok(())
}

/// The question for the files of a task, a project or a brief.
pub(super) fn files_of(parent: &str) -> Question {
    Question::new(&["attachments"], fields::ATTACHMENT).with("parent", parent)
}

/// Whether a task has files: somebody attached one, or put one into a text. To ask every task would double the
/// number of questions.
fn shows_files(task: &Value, stories: &[Value]) -> bool {
    let image = |text: &str| text.contains("<img") || text.contains("<object");
    image(text(task, "html_notes"))
        || stories.iter().any(|story| {
            text(story, "resource_subtype") == "attachment_added"
                || is_comment(story) && image(text(story, "html_text"))
        })
}

/// The tasks that Asana's search knows to have files: those of a duplicated task have no story of their own.
/// Only paid plans have the search. All of `tasks` where it does not get to its end.
async fn known_to_search(asana: &Asana, project: &Value, tasks: &[&Value]) -> Result<HashSet<String>, ApiFault> {
    let mut found = HashSet::new();
    let mut earlier_than = None::<String>;
    loop {
        let path = ["workspaces", gid_at(project, "workspace"), "tasks", "search"];
        let mut question = Question::new(&path, "created_at")
            .with("projects.any", gid(project))
            .with("has_attachment", "true")
            .with("sort_by", "created_at")
            .with("limit", &PAGE.to_string());
        if let Some(earlier_than) = &earlier_than {
            question = question.with("created_at.before", earlier_than);
        }
        let page = match asana.one(&question).await {
            Ok(page) => page,
            Err(fault) if is_plan(&fault) => return Ok(found),
            Err(fault) if fault.class == FaultClass::Forbidden => {
                tracing::warn!(project = gid(project), %fault, "the search is refused; every task is asked for its files");
                return Ok(tasks.iter().map(|task| gid(task).to_owned()).collect());
            }
            Err(fault) => return Err(fault),
        };
        let page = entries(page)?;
        let known = found.len();
        found.extend(page.iter().map(|task| gid(task).to_owned()));
        if page.len() < PAGE {
            return Ok(found);
        }
        let oldest = page.iter().map(|task| text(task, "created_at")).min().unwrap_or_default();
        let beyond = just_after(oldest).filter(|beyond| earlier_than.as_ref() != Some(beyond));
        if found.len() == known || beyond.is_none() {
            tracing::warn!(project = gid(project), "the search shows no more than a hundred tasks of one moment; \
                every task is asked for its files");
            return Ok(tasks.iter().map(|task| gid(task).to_owned()).collect());
        }
        earlier_than = beyond;
    }
}

/// The first moment after one that Asana has written. The search has no pages: the next hundred are the tasks made
/// before the oldest of these, and those that were made together with it come again.
fn just_after(moment: &str) -> Option<String> {
    let later = moment.parse::<Timestamp>().ok()?.checked_add(Duration::from_millis(1)).ok()?;
    Some(format!("{later:.3}"))
}

/// What a task has, or nothing and a note of why. A task that was deleted meanwhile is named as well: its record is
/// read already, and without what belongs to it.
fn accept(
    splitter: &mut Splitter,
    task: &Value,
    what: &str,
    kind: Kind,
    answer: Answered,
) -> Result<Vec<Value>, ApiFault> {
    match answer {
        Ok(entries) => Ok(entries),
        Err(fault) if matches!(fault.class, FaultClass::Forbidden | FaultClass::NotFound | FaultClass::TooLarge) => {
            let key = RecordKey::new(splitter.project_id(), Kind::Item, gid(task));
            let what = format!("the {what} of task \"{}\"", named(task));
            tracing::warn!(%fault, %kind, "not readable");
            splitter.missing.push(Missing { key: Some(key), what, why: fault.to_string() });
            Ok(Vec::new())
        }
        Err(fault) => Err(fault),
    }
}
