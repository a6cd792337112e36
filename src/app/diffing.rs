//! What changed between two snapshots, in the words of people.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::context::App;
use super::error::Error;
use super::names::{self, Names, Outside};
use super::relocation::{Others, elsewhere};
use super::snapshots::{self, Opened};
use crate::model::dialect::Dialect;
use crate::model::ops::FieldDiff;
use crate::model::pairs::{Comparison, Pair};
use crate::model::spec::{KindSpec, Role};
use crate::model::told::{self, Told};
use crate::model::{Kind, Record, RecordKey, ops};
use crate::snapshot::{self, lineage};

/// What happened to a record between two snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Only in the later one.
    Added,
    /// Only in the earlier one.
    Removed,
    /// In both, with different fields.
    Changed,
}

/// One record that differs.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// What happened.
    pub change: Change,
    /// Which record.
    pub key: RecordKey,
    /// What the platform's users call its kind.
    pub noun: &'static str,
    /// Workspace, container, section, item ... down to the record.
    pub path: Vec<String>,
    /// The fields that differ: path, earlier and later value as text.
    pub fields: Vec<FieldLine>,
    /// For a record that left one container for another: its path in the other snapshot.
    pub moved: Option<Vec<String>>,
    /// For what several containers share: where else the other snapshot has it, so that it neither came nor went.
    pub elsewhere: Option<Vec<String>>,
    /// For a record that was added or removed: what came or went with it, by kind.
    pub with: BTreeMap<Kind, u64>,
}

impl Line {
    /// How many names at the beginning of the path say where it happened: a workspace, or a container in it.
    pub fn place_len(&self) -> usize {
        let names = if self.key.kind == Kind::Container {
            self.path.len()
        } else {
            self.path.len().saturating_sub(1)
        };
        names.min(2)
    }

    /// The place before what happened there, and the container itself before what lies in it.
    fn place(&self) -> (&[String], bool, &[String], Kind) {
        let place = self.path.get(..self.place_len()).unwrap_or_default();
        (place, self.key.kind != Kind::Container, &self.path, self.key.kind)
    }
}

/// One field that differs.
#[derive(Debug, Clone, Serialize)]
pub struct FieldLine {
    /// Dotted path in the native JSON.
    pub path: &'static str,
    /// The field's name in words.
    pub label: String,
    /// The value in the earlier snapshot.
    pub from: String,
    /// The value in the later snapshot; for an order: who moved.
    pub to: String,
    /// The field is the order of what hangs on the record.
    pub reordered: bool,
}

/// All that differs.
#[derive(Debug, Serialize)]
pub struct Differences {
    /// The platform's id.
    pub platform: String,
    /// Full id of the earlier snapshot.
    pub from: String,
    /// Full id of the later snapshot.
    pub to: String,
    /// Record by record; what belongs to an added or removed record stands in its `with`.
    pub lines: Vec<Line>,
    /// Records that are equal.
    pub equal: u64,
    /// Records that differ only in what a restore could not write (counters, times of the last visit).
    pub touched: u64,
}

/// Compares two snapshots, given as they were typed; a path in either narrows the comparison.
pub fn diff(app: &App, from: &str, to: &str) -> Result<Differences, Error> {
    let (from, to) = (snapshots::open(app, from)?, snapshots::open(app, to)?);
    if from.manifest.platform != to.manifest.platform {
        return Err(Error::usage("snapshots of different platforms cannot be compared"));
    }
    let narrowed = [&from, &to].into_iter().find(|opened| opened.path.is_some());
    let scope = narrowed.map(Opened::selected_keys).transpose()?;
    let containers = narrowed.map(Opened::selected_places).transpose()?;
    let (old, new) = (&from.manifest.tree, &to.manifest.tree);
    let comparison = snapshot::compare(&app.chunks(), old, new, containers.as_deref(), from.dialect)?;
    let inside = |key: &RecordKey| match &scope {
        Some(keys) => Ok::<bool, Error>(from.lies_in(key, keys)? || to.lies_in(key, keys)?),
        None => Ok(true),
    };
    let mut differences = Differences {
        platform: from.manifest.platform.clone(),
        from: from.id.to_string(),
        to: to.id.to_string(),
        lines: Vec::new(),
        equal: comparison.equal,
        touched: 0,
    };
    let outside = [Outside::of(&to), Outside::of(&from)];
    let describer = Describer::new(&from, &to, &comparison, &outside, containers.is_none());
    for pair in &comparison.pairs {
        if let Some(key) = pair.key()
            && !inside(key)?
        {
            continue;
        }
        match describer.line(pair)? {
            Found::Line(line) => differences.lines.push(*line),
            Found::Touched => differences.touched += 1,
            Found::PartOfAnother => {}
        }
    }
    differences.lines.sort_by(|a, b| a.place().cmp(&b.place()));
    Ok(differences)
}

enum Found {
    Line(Box<Line>),
    Touched,
    PartOfAnother,
}

struct Describer<'a> {
    dialect: &'a dyn Dialect,
    from: &'a Opened,
    to: &'a Opened,
    names: Names<'a>,
    /// Records that are on one side only.
    one_sided: BTreeSet<&'a RecordKey>,
    others: Others<'a>,
    /// What came or went with each of them.
    parts: BTreeMap<RecordKey, BTreeMap<Kind, u64>>,
}

impl<'a> Describer<'a> {
    fn new(
        from: &'a Opened,
        to: &'a Opened,
        comparison: &'a Comparison,
        outside: &'a [Outside<'a>],
        is_whole: bool,
    ) -> Self {
        let dialect = from.dialect;
        let sides = |pair: &'a Pair| pair.desired.iter().chain(&pair.live);
        let named: Vec<Record> =
            comparison.context.values().chain(&comparison.pairs).flat_map(sides).cloned().collect();
        let one_sided: BTreeSet<&RecordKey> = comparison
            .pairs
            .iter()
            .filter(|pair| pair.desired.is_none() || pair.live.is_none())
            .filter_map(Pair::key)
            .collect();
        let mut describer = Self {
            dialect,
            from,
            to,
            names: Names::of(dialect, &named, outside),
            one_sided,
            others: Others::of(comparison, is_whole),
            parts: BTreeMap::new(),
        };
        for pair in &comparison.pairs {
            if let Some((record, top)) = describer.part_of(pair) {
                *describer.parts.entry(top).or_default().entry(record.key.kind).or_default() += 1;
            }
        }
        describer
    }

    /// For a record that came or went with the one above it: that one, as high up as it goes.
    fn part_of<'b>(&self, pair: &'b Pair) -> Option<(&'b Record, RecordKey)> {
        let ((Some(record), None) | (None, Some(record))) = (&pair.desired, &pair.live) else { return None };
        let side = if pair.desired.is_some() { self.from } else { self.to };
        let mut top = None;
        let mut below = record.clone();
        while let Some(above) =
            lineage::parent(self.dialect, &below).filter(|key| self.one_sided.contains(key))
        {
            below = side.reader.get(&above).ok().flatten()?;
            top = Some(above);
        }
        top.map(|top| (record, top))
    }

    fn field(&self, diff: &FieldDiff<'_>, record: &Record) -> FieldLine {
        let text = |value: Option<&Value>| {
            value.map_or_else(String::new, |value| self.names.text(diff.field, value, record))
        };
        let reordered = matches!(diff.field.role, Role::Sequence(_));
        let (from, to) = if reordered {
            // Who moved is worth reading; the whole order is not.
            let [there, wanted] = [diff.from, diff.to].map(|ids| ops::ids(ids).collect::<Vec<_>>());
            let moved = ops::moves(&there, &wanted).into_iter().map(|moved| Value::from(moved.id));
            (String::new(), text(Some(&moved.collect())))
        } else {
            let [from, to] = names::sides(diff.from, diff.to);
            match (text(Some(&from)), text(Some(&to))) {
                // Only its form has changed, which the bare words do not show.
                (from, to) if from == to && diff.field.told == Told::Rich => {
                    let as_is =
                        |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
                    (as_is(diff.from), as_is(diff.to))
                }
                texts => texts,
            }
        };
        FieldLine { path: diff.field.path, label: told::label(diff.field), from, to, reordered }
    }

    /// What people wrote anew in a record that also came from another container.
    fn changed_on_the_way(&self, spec: &KindSpec, old: &Record, new: &Record) -> Vec<FieldLine> {
        let differing = ops::field_diff(self.dialect, spec, &old.native, &new.native);
        let is_own = |diff: &&FieldDiff<'_>| {
            let is_place = spec.parent.places().iter().any(|(_, path)| *path == diff.field.path);
            diff.field.role == Role::Writable && diff.field.told != Told::Position && !is_place
        };
        differing.iter().filter(is_own).map(|diff| self.field(diff, new)).collect()
    }

    /// Calls the container of a removed record by its name in the later snapshot, so that all that happened in it
    /// stands together.
    fn say_as_today(&self, record: &Record, path: &mut [String]) -> Result<(), Error> {
        let container =
            RecordKey::new(record.key.container.clone(), Kind::Container, record.key.container.clone());
        if record.key == container {
            return Ok(());
        }
        let Some(today) = self.to.reader.get(&container)? else { return Ok(()) };
        let above = lineage::path(&self.to.reader, self.dialect, &today)?;
        if above.len() < path.len() {
            path.iter_mut().zip(above).for_each(|(part, name)| *part = name);
        }
        Ok(())
    }

    fn line(&self, pair: &Pair) -> Result<Found, Error> {
        if self.part_of(pair).is_some() {
            return Ok(Found::PartOfAnother);
        }
        let (change, record, side) = match (&pair.desired, &pair.live) {
            (Some(_), Some(new)) => (Change::Changed, new, self.to),
            (Some(old), None) => (Change::Removed, old, self.from),
            (None, Some(new)) => (Change::Added, new, self.to),
            (None, None) => return Ok(Found::PartOfAnother),
        };
        let Some(spec) = self.dialect.spec(record.key.kind) else { return Ok(Found::Touched) };
        let other = if change == Change::Removed { self.to } else { self.from };
        let moved = match change {
            Change::Changed => None,
            Change::Added | Change::Removed => self.others.moved(spec, record, other)?,
        };
        let fields = match (&pair.desired, &pair.live) {
            (Some(old), Some(new)) => {
                let differing = ops::field_diff(self.dialect, spec, &old.native, &new.native);
                let writable = differing.iter().filter(|diff| !matches!(diff.field.role, Role::ReadOnly(_)));
                writable.map(|diff| self.field(diff, new)).collect()
            }
            (None, Some(new)) => {
                moved.as_ref().map_or_else(Vec::new, |old| self.changed_on_the_way(spec, old, new))
            }
            _ => Vec::new(),
        };
        if change == Change::Changed && fields.is_empty() {
            return Ok(Found::Touched);
        }
        let mut path = lineage::path(&side.reader, self.dialect, record)?;
        if change == Change::Removed {
            self.say_as_today(record, &mut path)?;
        }
        let path_there = |there: Record| lineage::path(&other.reader, self.dialect, &there);
        let moved = moved.map(path_there).transpose()?;
        let elsewhere = match change {
            Change::Changed => None,
            Change::Added | Change::Removed => elsewhere(spec, record, other)?.map(path_there).transpose()?,
        };
        let with = self.parts.get(&record.key).cloned().unwrap_or_default();
        Ok(Found::Line(Box::new(Line {
            change,
            key: record.key.clone(),
            noun: spec.noun,
            path,
            fields,
            moved,
            elsewhere,
            with,
        })))
    }
}
