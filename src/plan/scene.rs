//! Both sides of a comparison as maps, and how records hang together according to the tables.

use std::collections::{BTreeMap, BTreeSet};

use super::input::PlanInput;
use crate::model::spec::{KindSpec, Parent, Role};
use crate::model::{Kind, NativeId, Record, RecordKey, ops};

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
    specs: BTreeMap<Kind, &'static KindSpec>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(input: &PlanInput<'a>) -> Self {
        let compare = input.compare;
        let mut scene = Self {
            desired: Side::new(),
            live: Side::new(),
            differing: compare.pairs.iter().filter_map(|pair| pair.key()).collect(),
            specs: input.dialect.kinds().iter().map(|spec| (spec.kind, spec)).collect(),
        };
        for pair in compare.context.values().chain(&compare.pairs) {
            scene.desired.extend(pair.desired.iter().map(|record| (&record.key, record)));
            scene.live.extend(pair.live.iter().map(|record| (&record.key, record)));
        }
        scene
    }

    pub(super) fn spec(&self, kind: Kind) -> Option<&'static KindSpec> {
        self.specs.get(&kind).copied()
    }

    /// The record that `record` hangs on inside its container, or the container's own record. Nothing for
    /// records that stand by themselves.
    pub(super) fn parent(&self, record: &Record) -> Option<RecordKey> {
        match self.spec(record.key.kind)?.parent {
            Parent::Root => None,
            Parent::Container => Some(home(&record.key)),
            Parent::At(kind, path) => Some(match ops::get_text(&record.native, path) {
                Some(id) => pointed_to(&record.key, kind, id),
                None => home(&record.key),
            }),
        }
    }

    /// As [`parent`](Self::parent), and the workspace above a container.
    fn above(&self, record: &Record) -> Option<RecordKey> {
        self.parent(record).or_else(|| {
            let fields = self.spec(record.key.kind)?.fields;
            let path = fields.iter().find(|field| field.role == Role::Reference(Kind::Workspace))?.path;
            Some(pointed_to(&record.key, Kind::Workspace, ops::get_text(&record.native, path)?))
        })
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

    /// Workspace, container, section, item ... down to `record`, for people.
    pub(super) fn path(&self, side: &Side<'a>, record: &'a Record) -> Vec<String> {
        self.chain(side, record).iter().rev().map(|record| self.title(side, record)).collect()
    }

    fn title(&self, side: &Side<'a>, record: &Record) -> String {
        let spec = self.spec(record.key.kind);
        let title = spec.and_then(|spec| ops::get_text(&record.native, spec.title)).unwrap_or_default();
        // A field's value is known by the name of the field, not by its id.
        if record.key.kind == Kind::FieldValue
            && let Some(field) = side.get(&pointed_to(&record.key, Kind::FieldDef, title))
        {
            return self.title(side, field);
        }
        let line = title.lines().next().unwrap_or_default();
        if line.is_empty() {
            return format!("{} {}", self.noun(record.key.kind), record.key.id);
        }
        let mut shown: String = line.chars().take(LONGEST_TITLE).collect();
        if shown.len() < title.len() {
            shown.push('…');
        }
        shown
    }

    /// What the platform's users call the kind.
    pub(super) fn noun(&self, kind: Kind) -> String {
        self.spec(kind).map_or(kind.name(), |spec| spec.noun).to_owned()
    }
}

/// The record that stands for the container that `key` lies in: a workspace for its members.
pub(super) fn home(key: &RecordKey) -> RecordKey {
    let kind = match key.kind {
        Kind::Workspace | Kind::WorkspaceMember => Kind::Workspace,
        _ => Kind::Container,
    };
    RecordKey::new(key.container.clone(), kind, key.container.clone())
}

/// The key of the record of `kind` with `id` that a record at `from` points to: in the same container, unless
/// it is itself a container or workspace.
pub(super) fn pointed_to(from: &RecordKey, kind: Kind, id: &str) -> RecordKey {
    let id = NativeId::from(id);
    match kind {
        Kind::Workspace | Kind::Container => RecordKey::new(id.clone(), kind, id),
        _ => RecordKey::new(from.container.clone(), kind, id),
    }
}
