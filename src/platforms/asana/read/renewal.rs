//! Reads only those tasks of a project that have changed since the last backup; all others are taken from there.
//!
//! Events name what has changed, and get lost now and then; the time of change misses moves, and subtasks are in no
//! list of the project. So both are asked, and what they name is read with whatever its change touches: the parent
//! that lost or got it, the tasks that depend on it, the order of the section that it came to.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::super::Asana;
use super::super::asking::{PAGE, Question};
use super::super::changes::Changed;
use super::super::json::{gid, gid_at, text};
use super::fields;
use super::last::Last;
use super::tree::{Tree, belongs_to, is_in_a_project, section_in};
use crate::base::clock::Timestamp;
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::{Kind, Record, ops};

/// Changes lead to further ones; beyond so many rounds it is simpler to read everything.
const ROUNDS: usize = 8;
/// Where the tasks fit on so few pages, their order is read as well: nothing tells of a move inside a section.
const ORDER_PAGES: usize = 3;

/// What is known to have happened since the last backup.
pub(super) struct News {
    /// What the project's events name.
    pub(super) changed: Changed,
    /// What the events of any project name.
    pub(super) elsewhere: HashSet<String>,
    /// The last backup has whatever changed before this moment. Later changes it may have missed: its pages came one
    /// after the other.
    pub(super) since: Timestamp,
}

/// The tasks of a project as they are now.
pub(super) struct Renewed {
    /// Those that were read, and the order of all.
    pub(super) tree: Tree,
    /// Records of the last backup that are still right.
    pub(super) kept: Vec<Record>,
    /// How many tasks there should be by the tasks' own counts.
    pub(super) promised: u64,
    /// Sections whose order could not be read, with the reason.
    pub(super) unordered: Vec<(Value, ApiFault)>,
}

/// Reads what has changed; nothing when it is simpler, or safer, to read everything.
pub(super) async fn read(
    asana: &Asana,
    project: &str,
    sections: &[Value],
    last: Last,
    news: &News,
) -> Result<Option<Renewed>, ApiFault> {
    let mut due = last.touched(&news.changed);
    // Whether a task that is in several projects belongs to this one depends on the others.
    due.extend(last.placements.keys().cloned());
    due.extend(last.items.keys().filter(|task| news.elsewhere.contains(*task)).cloned());
    let has_lost_a_section =
        last.sections.iter().any(|(id, tasks)| !tasks.is_empty() && !sections.iter().any(|section| gid(section) == id));
    let Some(last_change) = last.last_change() else { return Ok(None) };
    let order = Some(last.pages(PAGE)).filter(|pages| *pages <= ORDER_PAGES);
    if has_lost_a_section || due.len() + 1 + order.unwrap_or_default() >= last.questions(PAGE) {
        return Ok(None);
    }
    let since = format!("{:.3}", last_change.min(news.since));
    let question = Question::new(&["tasks"], fields::TASK).with("project", project).with("modified_since", &since);
    let Some(modified) = in_one_list(asana, &question).await? else { return Ok(None) };
    let mut renewal = Renewal { last, ..Renewal::new(asana, project, due) };
    renewal.take_modified(modified);
    if order.is_some() {
        let question = Question::new(&["projects", project, "tasks"], fields::PLACE);
        let Some(places) = in_one_list(asana, &question).await? else { return Ok(None) };
        renewal.take_whole_order(sections, &places);
    }
    for _ in 0..ROUNDS {
        match renewal.read_due().await {
            // Whether what is refused is still in the project its own list tells.
            Err(fault) if fault.class == FaultClass::Forbidden => return Ok(None),
            read => read?,
        }
        renewal.read_orders(sections, &news.changed).await?;
        if renewal.due.is_empty() {
            return Ok(Some(renewal.finish(sections)));
        }
    }
    Ok(None)
}

/// A list; nothing where it is too long for Asana, which a reading of everything gets along with.
async fn in_one_list(asana: &Asana, question: &Question) -> Result<Option<Vec<Value>>, ApiFault> {
    match asana.list(question).await {
        Err(fault) if fault.class == FaultClass::TooLarge => Ok(None),
        answer => answer.map(Some),
    }
}

struct Renewal<'a> {
    asana: &'a Asana,
    project: &'a str,
    last: Last,
    /// Tasks to be looked at.
    due: BTreeSet<String>,
    /// Tasks that have been looked at.
    done: HashSet<String>,
    /// What has been read and belongs to the project, or is placed in it.
    fresh: BTreeMap<String, Value>,
    /// What is no longer in the project.
    gone: HashSet<String>,
    /// The subtasks of what was read.
    subtasks: HashMap<String, Vec<String>>,
    /// Subtasks that belong to other projects, by parent.
    foreign: HashMap<String, u64>,
    /// Orders of sections that were read.
    orders: HashMap<String, Vec<String>>,
    /// Sections that are too long for Asana to tell their order, with what it says.
    unordered: HashMap<String, ApiFault>,
}

impl<'a> Renewal<'a> {
    fn new(asana: &'a Asana, project: &'a str, due: BTreeSet<String>) -> Self {
        Self {
            asana,
            project,
            last: Last::default(),
            due,
            done: HashSet::new(),
            fresh: BTreeMap::new(),
            gone: HashSet::new(),
            subtasks: HashMap::new(),
            foreign: HashMap::new(),
            orders: HashMap::new(),
            unordered: HashMap::new(),
        }
    }

    /// Takes the tasks that were changed lately, without those that the last backup has just so.
    fn take_modified(&mut self, tasks: Vec<Value>) {
        for task in tasks {
            let before = self.last.items.get(gid(&task)).or_else(|| self.last.placements.get(gid(&task)));
            let is_known = before.is_some_and(|before| text(&before.native, "modified_at") == text(&task, "modified_at"));
            if !is_known || self.due.contains(gid(&task)) {
                self.due.insert(gid(&task).to_owned());
                self.fresh.insert(gid(&task).to_owned(), task);
            }
        }
    }

    /// Reads all tasks that are due, and those that become so by it.
    async fn read_due(&mut self) -> Result<(), ApiFault> {
        while !self.due.is_empty() {
            let due: Vec<String> = std::mem::take(&mut self.due).into_iter().collect();
            let unread: Vec<&String> = due.iter().filter(|task| !self.fresh.contains_key(*task)).collect();
            let questions: Vec<Question> =
                unread.iter().map(|task| Question::new(&["tasks", task.as_str()], fields::TASK)).collect();
            for (task, answer) in unread.into_iter().zip(self.asana.ones(&questions).await?) {
                match answer {
                    Ok(read) => drop(self.fresh.insert(task.clone(), read)),
                    Err(fault) if fault.class == FaultClass::NotFound => {}
                    Err(fault) => return Err(fault),
                }
            }
            self.done.extend(due.iter().cloned());
            let mut parents = Vec::new();
            for task in due {
                match self.fresh.get(&task).map(|read| self.is_here(read)) {
                    Some(true) => parents.push(task),
                    _ => self.lose(&task),
                }
            }
            for parent in &parents {
                self.moved(parent);
            }
            self.read_below(parents).await?;
        }
        Ok(())
    }

    /// Whether a task that was read is in the project: by itself, below another one, or as a guest.
    fn is_here(&self, task: &Value) -> bool {
        section_in(task, self.project).is_some() || self.is_below(task)
    }

    /// Whether a task stands in a section and is recorded in this project.
    fn is_at_home(&self, task: &Value) -> bool {
        section_in(task, self.project).is_some() && belongs_to(task, self.project)
    }

    /// Whether a task hangs on one that belongs here.
    fn is_below(&self, task: &Value) -> bool {
        let Some(parent) = task.get("parent").filter(|parent| !gid(parent).is_empty()) else { return false };
        let is_own = match self.fresh.get(gid(parent)) {
            Some(parent) => self.belongs(parent),
            None => self.last.items.contains_key(gid(parent)) && !self.gone.contains(gid(parent)),
        };
        is_own && (is_in_a_project(parent) || !is_in_a_project(task))
    }

    fn belongs(&self, task: &Value) -> bool {
        self.is_at_home(task) || self.is_below(task)
    }

    /// Notes that a task is gone, with everything below it, and looks at what that touches.
    fn lose(&mut self, task: &str) {
        self.fresh.remove(task);
        if !self.gone.insert(task.to_owned()) {
            return;
        }
        self.due.extend(self.last.parent_of(task).map(ToOwned::to_owned));
        let depends = |item: &&Record| ops::ids(ops::get(&item.native, "dependencies")).any(|other| other == task);
        let dependents = self.last.items.values().filter(depends).map(|item| item.key.id.0.clone());
        self.due.extend(dependents);
        // They may have been moved away before.
        self.left_below(task, &[]);
        self.due.retain(|due| !self.done.contains(due));
    }

    /// Looks at the parents that a task has left or come to.
    fn moved(&mut self, task: &str) {
        let Some(read) = self.fresh.get(task) else { return };
        let now = Some(gid_at(read, "parent")).filter(|_| !self.is_at_home(read) && self.is_below(read));
        let before = self.last.parent_of(task);
        if now != before {
            let parents = [now, before].into_iter().flatten().filter(|parent| !self.done.contains(*parent));
            let parents: Vec<String> = parents.map(ToOwned::to_owned).collect();
            self.due.extend(parents);
        }
    }

    /// Reads what is below tasks, level by level.
    async fn read_below(&mut self, mut parents: Vec<String>) -> Result<(), ApiFault> {
        loop {
            let (with_subtasks, without): (Vec<String>, Vec<String>) = parents.into_iter().partition(|parent| {
                let read = self.fresh.get(parent).filter(|read| self.belongs(read));
                read.and_then(|read| read.get("num_subtasks")).and_then(Value::as_u64).is_some_and(|count| count > 0)
            });
            for parent in &without {
                self.left_below(parent, &[]);
            }
            parents = with_subtasks;
            if parents.is_empty() {
                return Ok(());
            }
            let questions: Vec<Question> =
                parents.iter().map(|parent| Question::new(&["tasks", parent, "subtasks"], fields::TASK)).collect();
            let mut below = Vec::new();
            for (parent, answer) in parents.iter().zip(self.asana.lists(&questions).await?) {
                let is_listed = self.fresh.get(parent).is_some_and(is_in_a_project);
                let (own, foreign): (Vec<Value>, Vec<Value>) =
                    answer?.into_iter().partition(|task| is_listed || !is_in_a_project(task));
                self.foreign.insert(parent.clone(), foreign.len() as u64);
                let ids: Vec<String> = own.iter().map(|task| gid(task).to_owned()).collect();
                self.left_below(parent, &ids);
                self.subtasks.insert(parent.clone(), ids);
                for task in own {
                    let id = gid(&task).to_owned();
                    self.gone.remove(&id);
                    self.due.remove(&id);
                    self.fresh.insert(id.clone(), task);
                    self.done.insert(id.clone());
                    self.moved(&id);
                    below.push(id);
                }
            }
            parents = below;
        }
    }

    /// Looks at the subtasks that a task had and that are not among those it has `now`.
    fn left_below(&mut self, task: &str, now: &[String]) {
        let before = self.last.items.get(task).map(|item| ops::ids(ops::get(&item.native, "subtasks")));
        let left = before.into_iter().flatten().filter(|id| !now.iter().any(|other| other == id));
        let left: Vec<String> = left.filter(|id| !self.done.contains(*id)).map(ToOwned::to_owned).collect();
        self.due.extend(left);
    }

    /// Takes the order of all sections at once.
    fn take_whole_order(&mut self, sections: &[Value], tasks: &[Value]) {
        for section in sections.iter().map(gid) {
            let stands_here = |task: &&Value| section_in(task, self.project) == Some(section);
            let order = tasks.iter().filter(stands_here).map(|task| gid(task).to_owned()).collect();
            self.arrange(section.to_owned(), order);
        }
    }

    /// Reads the order of the sections that something came to, and looks at whatever stands there unexpectedly.
    async fn read_orders(&mut self, sections: &[Value], changed: &Changed) -> Result<(), ApiFault> {
        let came_to = |section: &str| {
            let came = |(task, read): (&String, &Value)| {
                section_in(read, self.project) == Some(section) && self.last.section_of(task) != Some(section)
            };
            changed.0.get(section).is_some_and(|kind| kind == "section") || self.fresh.iter().any(came)
        };
        let is_due = |id: &&str| !self.orders.contains_key(*id) && !self.unordered.contains_key(*id) && came_to(id);
        let unread: Vec<&str> = sections.iter().map(gid).filter(is_due).collect();
        let questions: Vec<Question> =
            unread.iter().map(|section| Question::new(&["sections", section, "tasks"], "")).collect();
        let answers = self.asana.lists(&questions).await?;
        let unread: Vec<String> = unread.into_iter().map(ToOwned::to_owned).collect();
        for (section, answer) in unread.into_iter().zip(answers) {
            match answer {
                // To read everything anew would lead to the same list.
                Err(cut) if cut.class == FaultClass::TooLarge => drop(self.unordered.insert(section, cut)),
                answer => {
                    let order = answer?.iter().map(|task| gid(task).to_owned()).collect();
                    self.arrange(section, order);
                }
            }
        }
        Ok(())
    }

    /// Takes the order of a section, and looks at who has come to it or left it.
    fn arrange(&mut self, section: String, mut order: Vec<String>) {
        // What is moved while the pages are read may stand on two of them.
        let mut told = HashSet::new();
        order.retain(|task| told.insert(task.clone()));
        let before = self.last.sections.get(&section).map(Vec::as_slice).unwrap_or_default();
        let is_new = |task: &&String| self.last.section_of(task) != Some(section.as_str());
        let left = before.iter().filter(|task| !order.contains(task));
        let surprising = order.iter().filter(is_new).chain(left).filter(|task| !self.done.contains(*task));
        let surprising: Vec<String> = surprising.cloned().collect();
        self.due.extend(surprising);
        self.orders.insert(section, order);
    }

    /// The tasks in a section now, in their order. Where that is not known, who has come stands behind the others.
    fn order(&self, section: &str) -> Vec<String> {
        let order = self.orders.get(section).or_else(|| self.last.sections.get(section));
        let come = self.fresh.keys().filter(|task| self.last.section_of(task) != Some(section));
        let come = self.unordered.contains_key(section).then_some(come);
        let stands_here = |task: &&String| match self.fresh.get(*task) {
            Some(read) => section_in(read, self.project) == Some(section),
            None => !self.gone.contains(*task) && self.last.section_of(task) == Some(section),
        };
        order.into_iter().flatten().chain(come.into_iter().flatten()).filter(stands_here).cloned().collect()
    }

    fn finish(mut self, sections: &[Value]) -> Renewed {
        let mut tree = Tree::default();
        for section in sections {
            for task in self.order(gid(section)) {
                let is_at_home = match self.fresh.get(&task) {
                    Some(read) => self.is_at_home(read),
                    None => self.last.is_at_home(&task),
                };
                tree.stands(self.project, gid(section), &task, is_at_home);
            }
        }
        let mut promised = 0;
        let (own, others): (Vec<&Value>, Vec<&Value>) = self.fresh.values().partition(|task| self.belongs(task));
        for task in &own {
            let count = task.get("num_subtasks").and_then(Value::as_u64).unwrap_or_default();
            let foreign = self.foreign.get(gid(task)).copied().unwrap_or_default();
            let below = self.subtasks.get(gid(task)).cloned().unwrap_or_default();
            // Its subtasks count themselves; those that are missing count here.
            promised += 1 + count.saturating_sub(foreign + below.len() as u64);
            let section = section_in(task, self.project).filter(|_| self.is_at_home(task));
            tree.renewed((*task).clone(), section, below);
        }
        let guests = own.into_iter().filter(|task| !self.is_at_home(task)).chain(others);
        for guest in guests.filter(|task| section_in(task, self.project).is_some()) {
            tree.placed_anew(guest.clone());
        }
        for task in self.fresh.keys() {
            drop(self.last.take(task));
        }
        let rest: Vec<String> = self.last.items.keys().chain(self.last.placements.keys()).cloned().collect();
        let mut kept = Vec::new();
        for task in rest.into_iter().filter(|task| !self.gone.contains(task)) {
            kept.extend(self.last.take(&task));
        }
        promised += kept.iter().filter(|record| record.key.kind == Kind::Item).count() as u64;
        let unordered = sections.iter().filter_map(|section| {
            Some((section.clone(), self.unordered.remove(gid(section))?))
        });
        let unordered = unordered.collect();
        Renewed { tree, kept, promised, unordered }
    }
}
