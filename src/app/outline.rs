//! A container as a person sees it: sections, items and what hangs on them, in order, with names instead of
//! ids. Built from the tables alone, so that every platform reads the same way.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::dialect::Dialect;
use crate::model::loss::LossCause;
use crate::model::ops;
use crate::model::spec::{Field, KindSpec, Role};
use crate::model::{Kind, NativeId, Record, lineage};

/// One record, and what hangs on it.
#[derive(Debug, Clone)]
pub struct Node {
    /// The record.
    pub record: Record,
    /// What people know it by; its id where it has no name.
    pub title: String,
    /// What the platform's users call its kind.
    pub noun: &'static str,
    /// What they call several of them.
    pub plural: &'static str,
    /// For a custom field's value: what the platform itself shows of it.
    pub shown: Option<String>,
    /// For a comment: who wrote it and when.
    pub byline: Option<String>,
    /// Its fields that have a value, in table order, without the title and what it hangs on: path and text.
    pub fields: Vec<(&'static str, String)>,
    /// What hangs on it, in kind order, then in the order of the platform.
    pub children: Vec<Node>,
}

/// The records of one container as a tree. The first value is the container itself, where it was read.
///
/// `workspaces` gives the names of the workspaces, whose records lie in containers of their own.
pub fn build(
    dialect: &dyn Dialect,
    records: Vec<Record>,
    workspaces: impl IntoIterator<Item = (NativeId, String)>,
) -> Vec<Node> {
    let mut names = Names::of(dialect, &records);
    names.titles.extend(workspaces.into_iter().map(|(id, name)| ((Kind::Workspace, id), name)));
    let ids: BTreeMap<(Kind, NativeId), usize> = records
        .iter()
        .enumerate()
        .map(|(at, record)| ((record.key.kind, record.key.id.clone()), at))
        .collect();
    let root = records.iter().position(|record| matches!(record.key.kind, Kind::Container | Kind::Workspace));
    let mut below: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        let above = dialect.spec(record.key.kind).and_then(|spec| lineage::parent(spec, record));
        // A record whose parent is not there (the platform does not promise otherwise) hangs on the container.
        let parent = if Some(at) == root {
            None
        } else {
            above.and_then(|key| ids.get(&(key.kind, key.id)).copied()).or(root)
        };
        below.entry(parent).or_default().push(at);
    }
    let positions = records.iter().flat_map(|record| sequences(dialect, record)).collect();
    let mut slots: Vec<Option<Record>> = records.into_iter().map(Some).collect();
    assemble(&Telling { dialect, names, below, positions }, &mut slots, None)
}

/// What is known of all records before any of them is told.
struct Telling<'a> {
    dialect: &'a dyn Dialect,
    names: Names,
    /// The places in the list of records of what hangs on the one at a place.
    below: BTreeMap<Option<usize>, Vec<usize>>,
    /// Where records stand among their siblings, where the parent says so.
    positions: BTreeMap<(Kind, String), usize>,
}

/// What hangs on `record` in an order that it names.
fn sequences(dialect: &dyn Dialect, record: &Record) -> Vec<((Kind, String), usize)> {
    let fields = dialect.spec(record.key.kind).map_or(&[][..], |spec| spec.fields);
    let key = |field: &Field, id: &str| Some((field.kind_in_sequence(id)?, id.to_owned()));
    let sequence = |field: &'static Field| {
        ops::ids(ops::get(&record.native, field.path)).filter_map(move |id| key(field, id)).zip(0..)
    };
    fields.iter().flat_map(sequence).collect()
}

fn assemble(telling: &Telling<'_>, slots: &mut [Option<Record>], parent: Option<usize>) -> Vec<Node> {
    let Telling { dialect, names, below, positions } = telling;
    let mut nodes: Vec<Node> = Vec::new();
    for at in below.get(&parent).into_iter().flatten() {
        // Taking the record out of its slot ends the walk even if the platform's data had a circle.
        let Some(record) = slots.get_mut(*at).and_then(Option::take) else { continue };
        let Some(spec) = dialect.spec(record.key.kind) else { continue };
        let children = assemble(telling, slots, Some(*at));
        nodes.push(Node {
            title: names.title(*dialect, &record),
            noun: spec.noun,
            plural: spec.plural,
            shown: dialect.shown(&record),
            byline: byline(*dialect, &record),
            fields: spec
                .fields
                .iter()
                .filter(|field| field.path != spec.title && !is_told(spec, field))
                .filter_map(|field| names.shown(field, &record))
                .collect(),
            record,
            children,
        });
    }
    nodes.sort_by(|a, b| {
        (a.record.key.kind, order(a, positions))
            .partial_cmp(&(b.record.key.kind, order(b, positions)))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    nodes
}

/// Where a record stands among its siblings: as its parent says, else by its own position; those without either
/// follow in order of their ids, which for most platforms is the order of creation.
fn order<'a>(node: &'a Node, positions: &BTreeMap<(Kind, String), usize>) -> (usize, f64, &'a str) {
    let key = &node.record.key;
    let told = positions.get(&(key.kind, key.id.0.clone())).copied().unwrap_or(usize::MAX);
    let own = ops::get(&node.record.native, "pos").and_then(Value::as_f64);
    (told, own.unwrap_or(f64::MAX), key.id.as_str())
}

/// The names that stand for ids.
pub struct Names {
    titles: BTreeMap<(Kind, NativeId), String>,
    people: BTreeMap<NativeId, String>,
}

impl Names {
    /// Collects the names that `records` give to ids.
    pub fn of(dialect: &dyn Dialect, records: &[Record]) -> Self {
        let mut names = Self { titles: BTreeMap::new(), people: BTreeMap::new() };
        for record in records {
            let Some(spec) = dialect.spec(record.key.kind) else { continue };
            let Some(title) = lineage::title(spec, record) else { continue };
            let title = title.to_owned();
            if matches!(record.key.kind, Kind::Member | Kind::WorkspaceMember) {
                names.people.insert(record.key.id.clone(), title.clone());
            }
            names.titles.insert((record.key.kind, record.key.id.clone()), title);
        }
        names
    }

    /// What people know a record by.
    pub fn title(&self, dialect: &dyn Dialect, record: &Record) -> String {
        lineage::name(dialect, record, |key| self.titles.get(&(key.kind, key.id.clone())).cloned())
    }

    /// A field's value as text, or nothing when there is none to show.
    pub fn shown(&self, field: &Field, record: &Record) -> Option<(&'static str, String)> {
        let value = ops::get(&record.native, field.path)?;
        let text = self.text(field, value);
        (!text.is_empty()).then_some((field.path, text))
    }

    /// A value as text: names instead of ids where they are known.
    pub fn text(&self, field: &Field, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::Bool(set) => if *set { "yes" } else { "no" }.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => self.name(field, text),
            Value::Array(values) => {
                values.iter().map(|value| self.text(field, value)).collect::<Vec<_>>().join(", ")
            }
            Value::Object(fields) => fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(_, value)| self.text(field, value))
                .collect::<Vec<_>>()
                .join(", "),
        }
    }

    fn name(&self, field: &Field, id: &str) -> String {
        let titled = |kind| self.titles.get(&(kind, id.into()));
        let known = match field.role {
            Role::Reference(kind) | Role::References(kind) => titled(kind),
            Role::Sequence(_) => field.kind_in_sequence(id).and_then(titled),
            Role::Person | Role::Persons => self.people.get(&NativeId::from(id)),
            Role::Writable | Role::CreateOnly | Role::ReadOnly(_) => None,
        };
        known.cloned().unwrap_or_else(|| id.to_owned())
    }
}

impl Node {
    /// Whether it is archived or closed.
    pub fn is_closed(&self) -> bool {
        self.fields.iter().any(|(path, text)| *path == "closed" && text == "yes")
    }

    /// What a custom field's value says. Tables name first what people read first.
    pub fn value(&self) -> String {
        let first = || self.fields.first().map(|(_, text)| text.clone());
        self.shown.clone().or_else(first).unwrap_or_default()
    }
}

/// Author and time of a comment: its attribution without the mark by which restored comments are known.
fn byline(dialect: &dyn Dialect, record: &Record) -> Option<String> {
    let line = matches!(record.key.kind, Kind::Comment | Kind::Discussion)
        .then(|| dialect.attribution(record))
        .flatten()?;
    Some(line.split_once("] ").map_or(line.as_str(), |(_, rest)| rest).to_owned())
}

/// Whether the field only says what the record's place in the tree, its children or its byline say as well.
fn is_told(spec: &KindSpec, field: &Field) -> bool {
    field.role == Role::ReadOnly(LossCause::CommentAuthor)
        || matches!(field.role, Role::Sequence(_))
        || spec.parent.places().iter().any(|(_, path)| *path == field.path)
}
