//! A made-up platform, worlds written as indented text, plans shown as text, and an account in memory.

pub(super) mod account;
mod platform;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value, json};

pub(super) use account::Account;
pub(super) use platform::PLATFORM;

use super::input::{PlanInput, Selected, Selection, UndoScope};
use super::people::People;
use super::types::{Mode, PlanHeader, RestorePlan, Step, Target};
use crate::base::hash::Hash;
use crate::model::grants::Grants;
use crate::model::origins::OriginMap;
use crate::model::pairs::{Comparison, Pair};
use crate::model::{Blob, BlobRef, Kind, NativeId, Record, RecordKey};

/// The connection's own person.
pub(super) const ME: &str = "me";

/// All records of one side.
pub(super) type World = BTreeMap<RecordKey, Record>;

/// Reads a world: one record a line, `kind id title field=value ...`, indented below what it lies in.
/// Underscores stand for spaces; lists are separated by commas and end with one.
pub(super) fn world(text: &str) -> World {
    let mut above: Vec<(usize, Kind, String)> = Vec::new();
    let mut records = World::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        above.retain(|(depth, ..)| *depth < indent);
        let mut words = line.split_whitespace();
        let kind = platform::kind(words.next().unwrap());
        let id = words.next().unwrap().to_owned();
        let mut native = Map::from_iter([(
            platform::title(kind).to_owned(),
            words.next().unwrap_or_default().replace('_', " ").into(),
        )]);
        native.extend(above.last().map(|(_, _, parent)| ("up".to_owned(), parent.clone().into())));
        let mut blob = Blob::None;
        for word in words {
            match word.split_once('=').unwrap() {
                ("bytes", "missing") => blob = Blob::Missing("too large".into()),
                ("bytes", bytes) => blob = Blob::Stored(BlobRef { id: Hash::of(bytes.as_bytes()), len: 1 }),
                (field, value) => drop(native.insert(field.to_owned(), parse(value))),
            }
        }
        let own = matches!(kind, Kind::Workspace | Kind::Container).then(|| id.clone());
        let around =
            above.iter().rev().find(|(_, kind, _)| matches!(kind, Kind::Workspace | Kind::Container));
        let container = own.or_else(|| around.map(|(.., id)| id.clone())).unwrap();
        if platform::has_link(kind) {
            native.insert("short".to_owned(), id.clone().into());
        }
        let key = RecordKey::new(container, kind, id.clone());
        records.insert(key.clone(), Record { key, native: Value::Object(native), blob });
        above.push((indent, kind, id));
    }
    records
}

fn parse(value: &str) -> Value {
    if value.contains(',') {
        return value.split(',').filter(|id| !id.is_empty()).map(Value::from).collect();
    }
    serde_json::from_str(value).unwrap_or_else(|_| value.replace('_', " ").into())
}

/// Compares two worlds as the snapshot tree does: what is the same byte for byte is only context.
pub(super) fn compare(desired: &World, live: &World) -> Comparison {
    let keys: BTreeSet<_> = desired.keys().chain(live.keys()).collect();
    let mut comparison = Comparison::default();
    for key in keys {
        let pair = Pair { desired: desired.get(key).cloned(), live: live.get(key).cloned() };
        if pair.desired == pair.live {
            comparison.equal += 1;
            comparison.context.insert(key.clone(), pair);
        } else {
            comparison.pairs.push(pair);
        }
    }
    comparison
}

/// A request for a plan, with everything that tests vary.
pub(super) struct Request {
    pub(super) mode: Mode,
    pub(super) selection: Selection,
    pub(super) grants: Grants,
    pub(super) origins: OriginMap,
    pub(super) followers: BTreeSet<RecordKey>,
    pub(super) people: People,
    pub(super) crowded: BTreeSet<NativeId>,
    pub(super) shared: Vec<Record>,
    pub(super) hidden: BTreeSet<RecordKey>,
    pub(super) undo: Option<UndoScope>,
}

pub(super) fn request(mode: Mode) -> Request {
    Request {
        mode,
        selection: Selection::Everything,
        grants: Grants::default(),
        origins: OriginMap::default(),
        followers: BTreeSet::new(),
        people: People::default(),
        crowded: BTreeSet::new(),
        shared: Vec::new(),
        hidden: BTreeSet::new(),
        undo: None,
    }
}

impl Request {
    /// Narrows the selection: `container/kind/id`, with `#field` at will.
    pub(super) fn only(mut self, nodes: &[&str]) -> Self {
        let node = |text: &&str| {
            let (key, field) = text.split_once('#').map_or((*text, None), |(key, field)| (key, Some(field)));
            let [container, kind, id] = key.split('/').collect::<Vec<_>>()[..] else { panic!("{text}") };
            Selected {
                key: RecordKey::new(container, platform::kind(kind), id),
                field: field.map(str::to_owned),
            }
        };
        self.selection = Selection::Only(nodes.iter().map(node).collect());
        self
    }

    pub(super) fn input<'a>(&'a self, compare: &'a Comparison, me: &'a NativeId) -> PlanInput<'a> {
        PlanInput {
            compare,
            dialect: &PLATFORM,
            selection: &self.selection,
            grants: &self.grants,
            origins: &self.origins,
            followers: &self.followers,
            people: &self.people,
            crowded: &self.crowded,
            shared: &self.shared,
            hidden: &self.hidden,
            account: me,
            taken_on: "2026-11-21",
            undo: self.undo.as_ref(),
            pace: (100, Duration::from_secs(10)),
            header: header(self.mode, compare),
        }
    }

    pub(super) fn try_plan(&self, comparison: &Comparison) -> Result<RestorePlan, super::PlanError> {
        super::plan(&self.input(comparison, &ME.into()))
    }

    pub(super) fn plan(&self, desired: &World, live: &World) -> RestorePlan {
        self.try_plan(&compare(desired, live)).unwrap()
    }
}

fn header(mode: Mode, comparison: &Comparison) -> PlanHeader {
    let keys = comparison.pairs.iter().chain(comparison.context.values()).filter_map(|pair| pair.key());
    let scope: BTreeSet<NativeId> = keys.map(|key| key.container.clone()).collect();
    PlanHeader {
        format: 1,
        connection: "test".into(),
        platform: "test".into(),
        snapshot: "s1".into(),
        desired_root: Hash::default(),
        live_root: Hash::default(),
        live_scope: scope.into_iter().collect(),
        mode,
        only: Vec::new(),
        made_at: "2026-11-22T00:00:00Z".into(),
        undoes: None,
    }
}

/// A plan as lines: number, action, path, fields (with `~` for links and `+` for persons who are let in before),
/// reason, needed steps; then what is blocked and lost.
pub(super) fn shown(plan: &RestorePlan) -> String {
    let number = |id| plan.steps.iter().position(|step| step.id == id).unwrap();
    let mut lines: Vec<String> = plan
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let after: Vec<_> = step.after.iter().map(|id| number(id.clone())).collect();
            let after = if after.is_empty() { String::new() } else { format!(" after {}", numbers(after)) };
            format!("{at} {} {}{}{after}", verb(step), step.path.join("/"), fields(step))
        })
        .collect();
    lines.extend(
        plan.blocked.iter().map(|blocked| {
            format!("blocked {:?} {}: {}", blocked.action, blocked.path.join("/"), blocked.why)
        }),
    );
    lines.extend(plan.losses.iter().map(|loss| {
        let field = loss.field.as_ref().map(|field| format!("#{field}")).unwrap_or_default();
        format!("lost {}{field}: {}", loss.key, loss.cause.code())
    }));
    lines.join("\n")
}

fn numbers(mut after: Vec<usize>) -> String {
    after.sort_unstable();
    after.iter().map(usize::to_string).collect::<Vec<_>>().join(",")
}

fn verb(step: &Step) -> String {
    let reason = serde_json::to_value(step.reason).unwrap();
    format!("{:?} {} ({})", step.action, step.noun, reason.as_str().unwrap()).to_lowercase()
}

fn fields(step: &Step) -> String {
    let field = |change: &super::types::FieldChange| {
        let links = if change.links { "~" } else { "" };
        let joins = if change.joins.is_empty() { "" } else { "+" };
        format!(" {}={}{links}{joins}", change.path, change.to)
    };
    step.changes.iter().map(field).collect()
}

/// Compares line by line, blind to indentation.
#[track_caller]
pub(super) fn check(plan: &RestorePlan, expected: &str) {
    let expected: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let found = shown(plan);
    assert_eq!(found.lines().collect::<Vec<_>>(), expected, "the plan was:\n{found}");
}

/// Every dependency stands earlier, identities are unique, waves ascend and their steps do not need each other.
pub(super) fn check_order(plan: &RestorePlan) {
    let mut done: BTreeMap<_, u32> = BTreeMap::new();
    let mut wave = 0;
    for step in &plan.steps {
        assert!(step.wave >= wave, "waves ascend");
        wave = step.wave;
        let targets = [&step.target, &step.container, &step.parent].into_iter().flatten();
        let made = targets.filter_map(|target| match target {
            Target::Created(id) => Some(id),
            Target::Live(_) => None,
        });
        let joins = step.changes.iter().flat_map(|change| change.joins.values());
        for need in step.after.iter().chain(made).chain(joins) {
            assert!(done.get(need).is_some_and(|wave| *wave < step.wave), "{step:?} comes too early");
        }
        assert!(done.insert(&step.id, step.wave).is_none(), "{:?} is there twice", step.id);
    }
    assert_eq!(plan.requests, u64::from(wave));
}

/// One change in a world.
pub(super) fn edit(world: &mut World, key: &RecordKey, field: &str, value: Value) {
    if let Some(record) = world.get_mut(key) {
        record.native[field] = value;
    }
}

/// The members that a platform gives by itself and tests leave out of comparisons.
pub(super) fn own_member(container: &str) -> Record {
    Record {
        key: RecordKey::new(container, Kind::Member, ME),
        native: json!({"role": "admin", "up": container}),
        blob: Blob::None,
    }
}
