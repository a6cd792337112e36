//! A container as a person sees it: sections, items and what hangs on them, in order, with names instead of
//! ids. Built from the tables alone, so that every platform reads the same way.

use std::collections::BTreeMap;

use super::names::{Names, Outside};
use crate::model::dialect::{Computed, Dialect, Guise};
use crate::model::loss::LossCause;
use crate::model::ops;
use crate::model::spec::{Field, KindSpec, Role};
use crate::model::told::{self, Told};
use crate::model::{Kind, NativeId, Record, lineage};

/// One record, and what hangs on it.
#[derive(Debug, Clone)]
pub struct Node {
    /// The record.
    pub record: Record,
    /// The table of its kind.
    pub spec: &'static KindSpec,
    /// What it is called where that is not as the others of its kind.
    pub guise: Option<&'static Guise>,
    /// What people know it by; its id where it has no name.
    pub title: String,
    /// For a custom field's value: what the platform itself shows of it.
    pub shown: Option<String>,
    /// For what somebody said: who it was and when.
    pub byline: Option<String>,
    /// Its fields that have a value, in table order, without the title and what it hangs on.
    pub fields: Vec<Said>,
    /// The custom fields that nobody writes, by their names, with what people see in them.
    pub computed: Vec<(String, String)>,
    /// The names of its custom fields in the order in which the container has these, if it has one.
    pub order: Vec<String>,
    /// What hangs on it, in kind order, then in the order of the platform.
    pub children: Vec<Node>,
}

#[cfg(test)]
impl Node {
    /// A record of a platform of which nothing but its name is known.
    pub(crate) fn named(platform: &str, key: crate::model::RecordKey, title: &str) -> Self {
        let dialect = crate::platforms::find(platform).expect("a platform that we have").dialect;
        Self {
            spec: dialect.spec(key.kind).expect("a kind that the platform has"),
            record: Record { key, native: serde_json::Value::Null, blob: crate::model::Blob::None },
            guise: None,
            title: title.to_owned(),
            shown: None,
            byline: None,
            fields: Vec::new(),
            computed: Vec::new(),
            order: Vec::new(),
            children: Vec::new(),
        }
    }
}

/// A field, and what it says.
#[derive(Debug, Clone)]
pub struct Said {
    /// The field.
    pub field: &'static Field,
    /// Its value as text; never empty.
    pub text: String,
    /// Whether a new record has that value by itself.
    pub ordinary: bool,
}

impl Said {
    /// The field's name in words.
    pub fn label(&self) -> String {
        told::label(self.field)
    }

    /// Whether it says more than what nearly every record says: switches that are off and what a new record has by
    /// itself do not.
    pub fn is_telling(&self) -> bool {
        self.text != "no" && !self.ordinary
    }
}

/// The records of one container as a tree. The first value is the container itself, where it was read.
///
/// `outside` gives the names of what they point to and is not among them.
pub fn build(dialect: &dyn Dialect, records: Vec<Record>, outside: &[Outside<'_>]) -> Vec<Node> {
    let names = Names::of(dialect, &records, outside);
    let ids: BTreeMap<(Kind, NativeId), usize> = records
        .iter()
        .enumerate()
        .map(|(at, record)| ((record.key.kind, record.key.id.clone()), at))
        .collect();
    let root = records.iter().position(|record| record.key.kind.stands_alone());
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
    names: Names<'a>,
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
        let title = words(spec, &record, names).unwrap_or_else(|| names.title(&record));
        let computed = computed(telling, &record);
        nodes.push(Node {
            spec,
            guise: dialect.guise(&record.key),
            shown: dialect.shown(&record),
            byline: byline(*dialect, &record),
            fields: together(
                spec.fields
                    .iter()
                    .filter(|field| field.path != spec.title && !is_told(spec, field))
                    .filter_map(|field| {
                        Some(Said {
                            field,
                            text: names.said(field, &record)?,
                            ordinary: is_ordinary(field, &record),
                        })
                    })
                    .filter(|said| said.field.told != Told::Rich || said.text != title),
            ),
            order: fields_in_order(telling, &children, &computed),
            computed: computed.into_iter().map(|(_, name, text)| (name, text)).collect(),
            title,
            record,
            children,
        });
    }
    nodes.sort_by(|a, b| {
        (a.record.key.kind, order(*dialect, a, positions))
            .partial_cmp(&(b.record.key.kind, order(*dialect, b, positions)))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    nodes
}

/// What fields say, those of one name as one.
fn together(all: impl Iterator<Item = Said>) -> Vec<Said> {
    let mut told: Vec<Said> = Vec::new();
    for said in all {
        match told.last_mut().filter(|last| last.field.name.is_some() && last.field.name == said.field.name) {
            Some(last) => last.text = format!("{} / {}", last.text, said.text),
            None => told.push(said),
        }
    }
    told
}

/// Where a record stands among its siblings: as its parent says, else by its own position; those without either
/// follow by the time when they were written, or in order of their ids, which is mostly the order of creation.
fn order<'a>(
    dialect: &dyn Dialect,
    node: &'a Node,
    positions: &BTreeMap<(Kind, String), usize>,
) -> (usize, f64, &'a str, &'a str) {
    let key = &node.record.key;
    let told = positions.get(&(key.kind, key.id.0.clone())).copied().unwrap_or(usize::MAX);
    let position = node.spec.fields.iter().find(|field| field.told == Told::Position);
    let own = position.and_then(|field| ops::get(&node.record.native, field.path)?.as_f64());
    let written = dialect.written_at(&node.record).unwrap_or_default();
    (told, own.unwrap_or(f64::MAX), written, key.id.as_str())
}

impl Node {
    /// What people call one of its kind.
    pub fn noun(&self) -> &'static str {
        self.guise.map_or(self.spec.noun, |guise| guise.noun)
    }

    /// What people call several of its kind.
    pub fn plural(&self) -> &'static str {
        self.guise.map_or(self.spec.plural, |guise| guise.plural)
    }

    /// What a field says in a table that programs read: the platform's words as they are, and names instead of ids.
    pub fn entry(&self, field: &Field) -> String {
        let word = matches!(field.told, Told::Word | Told::Outcome)
            .then(|| ops::get_text(&self.record.native, field.path))
            .flatten();
        let said =
            || self.fields.iter().find(|said| said.field.path == field.path).map(|said| said.text.as_str());
        word.or_else(said).unwrap_or_default().to_owned()
    }

    /// What its first field with a meaning says.
    pub fn told(&self, meaning: Told) -> Option<&str> {
        self.fields.iter().find(|said| said.field.told == meaning).map(|said| said.text.as_str())
    }

    /// Whether it is archived or closed.
    pub fn is_archived(&self) -> bool {
        self.told(Told::Archived) == Some("yes")
    }

    /// The children of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.record.key.kind == kind)
    }

    /// What a custom field's value says. Tables name first what people read first.
    pub fn value(&self) -> String {
        let first = || self.fields.first().map(|said| said.text.clone());
        self.shown.clone().or_else(first).unwrap_or_default()
    }

    /// The custom fields of an item, by their names, with what people see in them.
    pub fn values(&self) -> impl Iterator<Item = (&str, String)> {
        let own = self.of_kind(Kind::FieldValue).map(|value| (value.title.as_str(), value.value()));
        let computed = self.computed.iter().map(|(name, text)| (name.as_str(), text.clone()));
        let mut all: Vec<_> = own.filter(|(_, text)| !text.is_empty()).chain(computed).collect();
        all.sort_by_key(|(name, _)| self.order.iter().position(|known| known == name).unwrap_or(usize::MAX));
        all.into_iter()
    }
}

/// Whether it is what somebody said.
fn is_talk(kind: Kind) -> bool {
    matches!(kind, Kind::Comment | Kind::Discussion)
}

/// A comment is known by its words, which are told as they are formatted and not in the platform's own abstract.
fn words(spec: &KindSpec, record: &Record, names: &Names<'_>) -> Option<String> {
    let field = spec.fields.iter().find(|field| field.told == Told::Rich && is_talk(spec.kind))?;
    names.said(field, record)
}

/// The fields that nobody writes, by the places and the names of their definitions.
fn computed(telling: &Telling<'_>, record: &Record) -> Vec<(Option<usize>, String, String)> {
    let Telling { dialect, names, .. } = telling;
    let told = |value: Computed| {
        let place = telling.positions.get(&(Kind::FieldDef, value.field.clone())).copied();
        let known =
            [Kind::FieldDef, Kind::Inventory].into_iter().find_map(|kind| names.of_kind(kind, &value.field));
        (place, known.map(ToOwned::to_owned).or(value.name).unwrap_or(value.field), value.text)
    };
    let values = if record.key.kind == Kind::Item { dialect.computed(record) } else { Vec::new() };
    values.into_iter().map(told).collect()
}

/// The names of an item's custom fields in the order of their definitions, where these have one.
fn fields_in_order(
    telling: &Telling<'_>,
    children: &[Node],
    computed: &[(Option<usize>, String, String)],
) -> Vec<String> {
    let place = |value: &Node| {
        let definition = lineage::namesake(value.spec, &value.record)?;
        telling.positions.get(&(definition.kind, definition.id.0)).copied()
    };
    let own = children.iter().filter(|child| child.record.key.kind == Kind::FieldValue);
    let own = own.filter_map(|value| Some((place(value)?, value.title.clone())));
    let computed = computed.iter().filter_map(|(place, name, _)| Some(((*place)?, name.clone())));
    let mut all: Vec<(usize, String)> = own.chain(computed).collect();
    all.sort();
    all.into_iter().map(|(_, name)| name).collect()
}

/// Author and time of what somebody said: its attribution without the mark by which restored texts are known.
fn byline(dialect: &dyn Dialect, record: &Record) -> Option<String> {
    let line = (is_talk(record.key.kind) || record.key.kind == Kind::StatusUpdate)
        .then(|| dialect.attribution(record))
        .flatten()?;
    Some(line.split_once("] ").map_or(line.as_str(), |(_, rest)| rest).to_owned())
}

/// Whether the field has what a new record has in it by itself.
fn is_ordinary(field: &Field, record: &Record) -> bool {
    field.initial.is_some() && ops::get_text(&record.native, field.path) == field.initial
}

/// Whether the field only says what the record's place in the tree, its children or its byline say as well.
fn is_told(spec: &KindSpec, field: &Field) -> bool {
    field.role == Role::ReadOnly(LossCause::CommentAuthor)
        || matches!(field.told, Told::Position | Told::Look)
        || field.repeats
        || matches!(field.role, Role::Sequence(_))
        || (!spec.kind.stands_alone() && spec.parent.places().iter().any(|(_, path)| *path == field.path))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Blob, RecordKey};
    use crate::platforms;

    #[test]
    fn what_is_ordinary_tells_nothing_and_tables_have_the_words_of_the_platform() {
        let dialect = platforms::find("asana").unwrap().dialect;
        for (subtype, told, is_telling) in [("default_task", "task", false), ("milestone", "milestone", true)]
        {
            let native = json!({"name": "Fix", "resource_subtype": subtype});
            let task = Record { key: RecordKey::new("p", Kind::Item, "t"), native, blob: Blob::None };
            let nodes = build(dialect, vec![task], &[]);
            let said = &nodes[0].fields[0];
            assert_eq!((said.text.as_str(), said.is_telling()), (told, is_telling));
            assert_eq!(nodes[0].entry(said.field), subtype);
        }
    }
}
