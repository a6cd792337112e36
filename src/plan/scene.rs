//! Both sides of a comparison as maps, and how records hang together according to the tables.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::input::PlanInput;
use crate::model::dialect::Dialect;
use crate::model::spec::{Field, IdPolicy, KindSpec};
use crate::model::{Kind, Record, RecordKey, lineage, ops};

/// Longer chains of parents than this can only be circles.
const DEEPEST: usize = 64;
/// Titles longer than this are cut, in characters: a comment's title is its text.
const LONGEST_TITLE: usize = 60;

/// One side: all its records by key.
pub(super) type Side<'a> = BTreeMap<&'a RecordKey, &'a Record>;

/// The comparison, ready to be asked.
pub(super) struct Scene<'a> {
    pub(super) desired: Side<'a>,
    pub(super) live: Side<'a>,
    /// The records that the comparison names as different; all others are context.
    pub(super) differing: BTreeSet<&'a RecordKey>,
    pub(super) dialect: &'a dyn Dialect,
    specs: BTreeMap<Kind, &'static KindSpec>,
    /// Where records of the backup stand among their siblings, where the parent says so.
    positions: BTreeMap<RecordKey, usize>,
    /// Records of the backup by kind and id alone, where the platform chooses ids.
    bare: BTreeMap<(Kind, &'a str), &'a RecordKey>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(input: &PlanInput<'a>) -> Self {
        let compare = input.compare;
        let mut scene = Self {
            desired: Side::new(),
            live: Side::new(),
            differing: compare.pairs.iter().filter_map(|pair| pair.key()).collect(),
            dialect: input.dialect,
            specs: input.dialect.kinds().iter().map(|spec| (spec.kind, spec)).collect(),
            positions: BTreeMap::new(),
            bare: BTreeMap::new(),
        };
        for pair in compare.context.values().chain(&compare.pairs) {
            scene.desired.extend(pair.desired.iter().map(|record| (&record.key, record)));
            scene.live.extend(pair.live.iter().map(|record| (&record.key, record)));
        }
        scene.positions = scene.desired.values().flat_map(|record| scene.sequences(record)).collect();
        let is_bare = |key: &&RecordKey| {
            let spec = scene.spec(key.kind);
            spec.is_some_and(|spec| matches!(spec.ids, IdPolicy::Server | IdPolicy::Shared))
        };
        let bare = scene.desired.keys().copied().filter(is_bare);
        scene.bare = bare.map(|key| ((key.kind, key.id.as_str()), key)).collect();
        scene
    }

    /// The same comparison, in which the backup holds `records` in this form.
    #[must_use]
    pub(super) fn with(mut self, records: impl IntoIterator<Item = &'a Record>) -> Self {
        self.desired.extend(records.into_iter().map(|record| (&record.key, record)));
        self
    }

    /// What hangs on `record` in an order that it names, with the positions.
    pub(super) fn sequences(&self, record: &'a Record) -> Vec<(RecordKey, usize)> {
        let fields = self.spec(record.key.kind).map_or(&[][..], |spec| spec.fields);
        let key = |field: &Field, id| Some(lineage::pointed_to(&record.key, field.kind_in_sequence(id)?, id));
        let sequence = |field: &'static Field| {
            ops::ids(ops::get(&record.native, field.path)).filter_map(move |id| key(field, id)).zip(0..)
        };
        fields.iter().flat_map(sequence).collect()
    }

    /// Where a record of the backup stands among its siblings, if its parent says so.
    pub(super) fn position(&self, key: &RecordKey) -> Option<usize> {
        self.positions.get(key).copied()
    }

    /// See [`Dialect::written_at`].
    pub(super) fn written_at(&self, record: &'a Record) -> Option<&'a str> {
        self.dialect.written_at(record)
    }

    /// The record of `kind` with `id` that a field of a record at `from` points to.
    pub(super) fn pointed_to(&self, from: &RecordKey, kind: Kind, id: &str, anywhere: bool) -> RecordKey {
        let near = lineage::pointed_to(from, kind, id);
        let elsewhere = || self.bare.get(&(kind, id)).copied().cloned();
        if !anywhere || self.desired.contains_key(&near) { near } else { elsewhere().unwrap_or(near) }
    }

    pub(super) fn spec(&self, kind: Kind) -> Option<&'static KindSpec> {
        self.specs.get(&kind).copied()
    }

    /// See [`lineage::parent`].
    pub(super) fn parent(&self, record: &Record) -> Option<RecordKey> {
        lineage::parent(self.spec(record.key.kind)?, record)
    }

    /// Whether nothing is known of what `record` hangs on, although its fields could say it.
    pub(super) fn is_placeless(&self, record: &Record) -> bool {
        let Some(spec) = self.spec(record.key.kind) else { return false };
        let (places, native) = (spec.parent.places(), &record.native);
        let is_true = |field: &Field| ops::get(native, field.path) == Some(&Value::Bool(true));
        !places.is_empty()
            && places.iter().all(|(_, path)| ops::get_text(native, path).is_none())
            && !spec.fields.iter().any(|field| field.nowhere && is_true(field))
    }

    /// Whether the backup holds the live record under `key`, perhaps in another container.
    pub(super) fn is_desired(&self, key: &RecordKey) -> bool {
        let is_own = |spec: &KindSpec| spec.ids == IdPolicy::Server;
        let anywhere = || {
            self.spec(key.kind).is_some_and(is_own) && self.bare.contains_key(&(key.kind, key.id.as_str()))
        };
        self.desired.contains_key(key) || anywhere()
    }

    fn above(&self, record: &Record) -> Option<RecordKey> {
        lineage::above(self.spec(record.key.kind)?, record)
    }

    /// `record` and everything above it on its side, from the inside out.
    pub(super) fn chain(&self, side: &Side<'a>, record: &'a Record) -> Vec<&'a Record> {
        std::iter::successors(Some(record), |record| side.get(&self.above(record)?).copied())
            .take(DEEPEST)
            .collect()
    }

    /// How many records of its own kind `record` hangs below.
    pub(super) fn depth(&self, side: &Side<'a>, record: &'a Record) -> usize {
        self.chain(side, record).iter().skip(1).filter(|above| above.key.kind == record.key.kind).count()
    }

    /// Where what `record` hangs on stands among its siblings, from the outside in, as far as the backup says so.
    pub(super) fn standing(&self, side: &Side<'a>, record: &'a Record) -> Vec<usize> {
        let chain = self.chain(side, record);
        chain.iter().skip(1).rev().filter_map(|above| self.position(&above.key)).collect()
    }

    /// What holds `record` beside what it hangs on: the column of a cell.
    pub(super) fn holder(&self, record: &Record) -> Option<RecordKey> {
        let field = self.spec(record.key.kind)?.fields.iter().find(|field| field.held)?;
        let id = ops::get_text(&record.native, field.path)?;
        Some(lineage::pointed_to(&record.key, field.role.refers_to()?, id))
    }

    /// Workspace, container, section, item ... down to `record`, for people.
    pub(super) fn path(&self, side: &Side<'a>, record: &'a Record) -> Vec<String> {
        self.chain(side, record).iter().rev().map(|record| self.title(side, record)).collect()
    }

    fn title(&self, side: &Side<'a>, record: &Record) -> String {
        let lent = |key: &RecordKey| side.get(key).map(|namesake| self.title(side, namesake));
        let title = lineage::name(self.dialect, record, lent);
        let line = title.lines().next().unwrap_or_default();
        let mut shown: String = line.chars().take(LONGEST_TITLE).collect();
        if shown.len() < title.len() {
            shown.push('…');
        }
        shown
    }

    /// What the platform's users call a record: more than its kind, where the kind holds many things.
    pub(super) fn called(&self, record: &Record) -> String {
        self.dialect.called(record).unwrap_or_else(|| self.noun(record.key.kind))
    }

    /// What the platform's users call the kind.
    pub(super) fn noun(&self, kind: Kind) -> String {
        self.spec(kind).map_or(kind.name(), |spec| spec.noun).to_owned()
    }
}
