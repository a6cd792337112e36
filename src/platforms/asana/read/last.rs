//! What the last backup has of a project's tasks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::changes::{Changed, may_be_task};
use super::super::json::{gid_at, list, text};
use super::split::shown_gid;
use crate::base::clock::Timestamp;
use crate::model::{Kind, Record, RecordKey, ops};

/// Tasks of the last backup, and what is on them but comments and files.
#[derive(Debug, Default)]
pub(super) struct Last {
    /// The tasks that belong to the project.
    pub(super) items: HashMap<String, Record>,
    /// The places of tasks that do not, by task.
    pub(super) placements: HashMap<String, Record>,
    /// The values of custom fields, by task.
    values: HashMap<String, Vec<Record>>,
    labels: HashMap<String, Record>,
    /// The tasks in each section, in their order.
    pub(super) sections: HashMap<String, Vec<String>>,
    /// Custom fields and their options: what all values say depends on them.
    definitions: BTreeMap<RecordKey, Record>,
    /// What comments and files hang on.
    tasks_of_details: HashMap<String, String>,
}

impl Last {
    /// Sorts the records of the last backup.
    pub(super) fn of(records: &[Record]) -> Self {
        let mut last = Self::default();
        for record in records {
            let (native, id) = (&record.native, record.key.id.0.clone());
            let here = record.clone();
            match record.key.kind {
                Kind::Item => drop(last.items.insert(id, here)),
                Kind::Placement => drop(last.placements.insert(text(native, "item").to_owned(), here)),
                Kind::FieldValue => last.values.entry(text(native, "task").to_owned()).or_default().push(here),
                Kind::Label => drop(last.labels.insert(id, here)),
                Kind::FieldDef | Kind::FieldOption | Kind::FieldUse => drop(last.definitions.insert(record.key.clone(), here)),
                Kind::Section => {
                    let tasks = ops::ids(ops::get(native, "items")).map(|id| shown_gid(id).to_owned());
                    last.sections.insert(id, tasks.collect());
                }
                Kind::Comment | Kind::Attachment => {
                    last.tasks_of_details.insert(id, text(native, "task").to_owned());
                }
                _ => {}
            }
        }
        last
    }

    /// The tasks that events name, themselves or by a comment or file that they had.
    pub(super) fn touched(&self, changed: &Changed) -> BTreeSet<String> {
        let task = |(id, kind): (&String, &String)| match self.tasks_of_details.get(id) {
            Some(task) => Some(task.clone()),
            None => may_be_task(kind).then(|| id.clone()),
        };
        changed.0.iter().filter_map(task).filter(|task| !task.is_empty()).collect()
    }

    /// Whether the project's custom fields are still the same.
    pub(super) fn has_definitions<'a>(&self, now: impl Iterator<Item = &'a Record>) -> bool {
        let now: BTreeMap<&RecordKey, &Record> = now
            .filter(|record| matches!(record.key.kind, Kind::FieldDef | Kind::FieldOption | Kind::FieldUse))
            .map(|record| (&record.key, record))
            .collect();
        now.into_iter().eq(self.definitions.iter())
    }

    /// When the last change happened that the backup knows of.
    pub(super) fn last_change(&self) -> Option<Timestamp> {
        self.items.values().filter_map(|item| text(&item.native, "modified_at").parse().ok()).max()
    }

    /// On how many pages the tasks are listed.
    pub(super) fn pages(&self, page: usize) -> usize {
        self.sections.values().map(Vec::len).sum::<usize>().div_ceil(page)
    }

    /// How many questions it takes to read all tasks.
    pub(super) fn questions(&self, page: usize) -> usize {
        let parents = self.items.values().filter(|item| !list(&item.native, "subtasks").is_empty()).count();
        self.pages(page) + parents
    }

    /// The section that a task stood in.
    pub(super) fn section_of<'a>(&'a self, task: &str) -> Option<&'a str> {
        let section = |record: Option<&'a Record>| ops::get_text(&record?.native, "section");
        section(self.items.get(task)).or_else(|| section(self.placements.get(task)))
    }

    /// Whether a task belonged to the project and stood in a section.
    pub(super) fn is_at_home(&self, task: &str) -> bool {
        self.items.get(task).is_some_and(|item| ops::get(&item.native, "section").is_some())
    }

    /// The parent of a task below another one.
    pub(super) fn parent_of(&self, task: &str) -> Option<&str> {
        let item = self.items.get(task).filter(|_| !self.is_at_home(task))?;
        Some(gid_at(&item.native, "parent")).filter(|parent| !parent.is_empty())
    }

    /// The records of a task, with the tags that it has.
    pub(super) fn take(&mut self, task: &str) -> Vec<Record> {
        let own = [self.items.remove(task), self.placements.remove(task)].into_iter().flatten();
        let mut records: Vec<Record> = own.collect();
        let tags = records.iter().flat_map(|record| ops::ids(ops::get(&record.native, "tags")));
        let labels: Vec<Record> = tags.filter_map(|tag| self.labels.get(tag).cloned()).collect();
        records.extend(labels);
        records.extend(self.values.remove(task).into_iter().flatten());
        records
    }
}
