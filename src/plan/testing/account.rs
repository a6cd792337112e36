//! Carries plans out in memory, much as the applier does on a platform.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::{ME, PLATFORM, World, own_member, platform};
use crate::model::dialect::Dialect;
use crate::model::origins::Origin;
use crate::model::spec::{IdPolicy, Role};
use crate::model::{Blob, Kind, NativeId, Record, RecordKey, lineage, ops};
use crate::plan::input::UndoScope;
use crate::plan::types::{Action, FieldChange, RestorePlan, Step, StepId, Target};

/// An account, and what was done to it.
pub(in crate::plan) struct Account {
    pub(in crate::plan) live: World,
    pub(in crate::plan) origins: Vec<Origin>,
    pub(in crate::plan) done: UndoScope,
    made: BTreeMap<StepId, RecordKey>,
    next: u32,
}

impl Account {
    pub(in crate::plan) fn new(live: World) -> Self {
        Self { live, origins: Vec::new(), done: UndoScope::default(), made: BTreeMap::new(), next: 0 }
    }

    pub(in crate::plan) fn apply(&mut self, plan: &RestorePlan) {
        for step in &plan.steps {
            match step.action {
                Action::Create => self.create(plan, step),
                Action::Update | Action::Archive => self.update(plan, step),
                Action::Delete => {
                    let key = self.at(step.target.as_ref().unwrap());
                    self.done.removed.insert(key.clone());
                    remove(&mut self.live, &key);
                }
            }
        }
    }

    fn at(&self, target: &Target) -> RecordKey {
        match target {
            Target::Live(key) => key.clone(),
            Target::Created(step) => self.made[step].clone(),
        }
    }

    fn create(&mut self, plan: &RestorePlan, step: &Step) {
        let kind = step.subject.kind;
        let spec = PLATFORM.spec(kind).unwrap();
        self.next += 1;
        let fresh = format!("new{}", self.next);
        let parent = step.parent.as_ref().map(|parent| self.at(parent));
        let id: NativeId = match spec.ids {
            IdPolicy::Server | IdPolicy::Shared => fresh.clone().into(),
            IdPolicy::Person => step.subject.id.clone(),
            IdPolicy::Composed => {
                let parts = step.subject.id.as_str().split(':').map(|part| self.bound_any(plan, part));
                parts.collect::<Vec<_>>().join(":").into()
            }
        };
        let container = match &step.container {
            Some(container) => self.at(container).id,
            None => id.clone(),
        };
        let key = RecordKey::new(container.clone(), kind, id);
        let mut fields = self.body(plan, step);
        let above = parent.map_or(container.0.clone(), |parent| parent.id.0);
        if !matches!(kind, Kind::Workspace | Kind::Container) {
            fields.entry("up").or_insert_with(|| above.into());
        }
        if PLATFORM.spec(kind).unwrap().fields.iter().any(|field| field.path == "closed") {
            fields.entry("closed").or_insert(false.into());
        }
        if platform::has_link(kind) {
            fields.insert("short".into(), fresh.into());
        }
        if kind == Kind::Comment {
            fields.insert("author".into(), ME.into());
        }
        if kind == Kind::Container {
            let member = own_member(container.as_str());
            self.live.insert(member.key.clone(), member);
        }
        let links = platform::has_link(kind).then(|| (step.subject.id.0.clone(), key.id.0.clone()));
        self.origins.push(Origin { old: step.subject.clone(), new: key.clone(), links });
        self.done.created.insert(key.clone());
        self.made.insert(step.id.clone(), key.clone());
        let record = Record { key: key.clone(), native: Value::Object(fields), blob: Blob::None };
        assert!(self.live.insert(key, record).is_none(), "made twice: {step:?}");
    }

    fn update(&mut self, plan: &RestorePlan, step: &Step) {
        let key = self.at(step.target.as_ref().unwrap());
        let body = self.body(plan, step);
        if !self.done.created.contains(&key) {
            let paths: BTreeSet<_> = step.changes.iter().map(|change| change.path.clone()).collect();
            self.done.changed.entry(key.clone()).or_default().extend(paths);
        }
        let native = &mut self.live.get_mut(&key).unwrap_or_else(|| panic!("no {key}")).native;
        for (field, value) in body {
            native[field] = value;
        }
    }

    fn body(&self, plan: &RestorePlan, step: &Step) -> serde_json::Map<String, Value> {
        let value = |change: &FieldChange| match (&change.to, change.refers_to) {
            (Value::Array(ids), Some(kind)) => {
                ids.iter().map(|id| self.bound(plan, kind, id.as_str().unwrap())).collect()
            }
            (Value::String(id), Some(kind)) => self.bound(plan, kind, id).into(),
            (Value::String(text), None) if change.links => {
                ops::rewrite_links(&PLATFORM, text, |token| self.link(plan, token)).into()
            }
            (other, _) => other.clone(),
        };
        ops::changes_to_fields(step.changes.iter().map(|change| (change.path.as_str(), value(change))))
    }

    fn bound(&self, plan: &RestorePlan, kind: Kind, id: &str) -> String {
        let binding = plan
            .bindings
            .iter()
            .find(|binding| binding.source.kind == kind && binding.source.id.as_str() == id);
        binding.map_or(id.to_owned(), |binding| self.at(&binding.target).id.0)
    }

    fn bound_any(&self, plan: &RestorePlan, id: &str) -> String {
        let binding = plan.bindings.iter().find(|binding| binding.source.id.as_str() == id);
        binding.map_or(id.to_owned(), |binding| self.at(&binding.target).id.0)
    }

    fn link(&self, plan: &RestorePlan, token: &str) -> Option<String> {
        let binding = plan.bindings.iter().find(|binding| binding.link.as_deref() == Some(token))?;
        match &binding.target {
            Target::Created(step) => self.made.get(step).map(|key| key.id.0.clone()),
            Target::Live(_) => None,
        }
    }
}

/// Removes a record and everything below it, and as platforms do, every reference to what is gone.
pub(in crate::plan) fn remove(world: &mut World, key: &RecordKey) {
    world.remove(key);
    loop {
        let orphans: Vec<_> =
            world.values().filter(|record| is_orphan(world, record)).map(|r| r.key.clone()).collect();
        if orphans.is_empty() {
            break;
        }
        for orphan in orphans {
            world.remove(&orphan);
        }
    }
    let there: BTreeSet<_> = world.keys().map(|key| (key.kind, key.id.0.clone())).collect();
    for record in world.values_mut() {
        for field in PLATFORM.spec(record.key.kind).unwrap().fields {
            let (Role::Reference(kind) | Role::References(kind)) = field.role else { continue };
            match record.native.get_mut(field.path) {
                Some(Value::Array(ids)) => {
                    ids.retain(|id| there.contains(&(kind, id.as_str().unwrap().to_owned())));
                }
                Some(Value::String(id)) if !there.contains(&(kind, id.clone())) => {
                    record.native[field.path] = Value::Null;
                }
                _ => {}
            }
        }
    }
}

fn is_orphan(world: &World, record: &Record) -> bool {
    let parent = lineage::parent(PLATFORM.spec(record.key.kind).unwrap(), record);
    parent.is_some_and(|parent| !world.contains_key(&parent))
}

/// A world without ids: each record as a line of its path and fields, references by title, comments without
/// their attribution. Inventory and what the platform gives by itself are left out.
pub(in crate::plan) fn described(world: &World) -> Vec<String> {
    let mut lines: Vec<_> = world
        .values()
        .filter(|record| record.key.kind != Kind::Extension && record.key.id.as_str() != ME)
        .map(|record| line(world, record))
        .collect();
    lines.sort();
    lines
}

fn line(world: &World, record: &Record) -> String {
    let spec = PLATFORM.spec(record.key.kind).unwrap();
    let title = |kind: Kind, id: &str| {
        let named = world.values().find(|other| other.key.kind == kind && other.key.id.as_str() == id);
        named.map_or(format!("?{id}"), |other| other.native[platform::title(kind)].to_string())
    };
    let mut text = format!("{} of {}", spec.noun, above(world, record));
    if spec.ids == IdPolicy::Person {
        write!(text, " {}", record.key.id).unwrap();
    }
    for field in ops::writable(spec) {
        let value = ops::normal(field.role, ops::get(&record.native, field.path));
        if value.is_null() || value == Value::Bool(false) {
            continue;
        }
        let shown = match field.role {
            Role::Reference(kind) | Role::References(kind) => {
                let mut titles: Vec<_> = ops::ids(Some(&value)).map(|id| title(kind, id)).collect();
                titles.sort();
                titles.join("+")
            }
            _ => value.to_string(),
        };
        let shown = match shown.split_once("\\n\\n") {
            Some((_, text)) if record.key.kind == Kind::Comment => format!("\"{text}"),
            _ => shown,
        };
        // Links are compared by the title of what they lead to.
        let linked = ops::rewrite_links(&PLATFORM, &shown, |token| Some(title(Kind::Item, token)));
        write!(text, " {}={linked}", field.path).unwrap();
    }
    text
}

fn above(world: &World, record: &Record) -> String {
    let parent = |record: &Record| {
        let id = ops::get_text(&record.native, "up")?;
        world.values().find(|other| other.key.id.as_str() == id)
    };
    let mut titles = Vec::new();
    let mut next = parent(record);
    while let Some(record) = next {
        titles.push(record.native[platform::title(record.key.kind)].as_str().unwrap_or_default().to_owned());
        next = parent(record);
    }
    titles.reverse();
    titles.join("/")
}
