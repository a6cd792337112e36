//! From decisions to writes: which fields go into the request that creates a record, which into one after it,
//! and which wait until everything else stands.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::content;
use super::decide::Decisions;
use super::locks;
use super::order::{Band, Place};
use super::roots::Roots;
use super::types::{Action, FieldChange, Mode, Reason};
use super::values::{Creates, Facts, Resolved, is_empty, starts_as};
use crate::model::loss::LossCause;
use crate::model::spec::{Codec, Field, IdPolicy, KindSpec, Role, When};
use crate::model::{Blob, BlobRef, Record, RecordKey, limits, ops};

/// A step before it has an identity and a place.
pub(super) struct Draft<'a> {
    pub(super) action: Action,
    pub(super) band: Band,
    /// The record of the backup; for removals the live one.
    pub(super) record: &'a Record,
    /// The live record that it acts on; nothing for creations and for what completes them.
    pub(super) live: Option<&'a Record>,
    pub(super) reason: Reason,
    pub(super) changes: Vec<FieldChange>,
    pub(super) blob: Option<BlobRef>,
    /// Records that must be created before.
    pub(super) needs: BTreeSet<RecordKey>,
    /// Memberships to be created of persons whom its values name, by the path of the value.
    pub(super) joins: BTreeSet<(&'static str, RecordKey)>,
    /// Records that its values refer to and whose id changes.
    pub(super) refers: BTreeSet<RecordKey>,
}

/// Drafts all steps, in no particular order, and notes further losses.
pub(super) fn all<'a>(
    facts: &Facts<'a, '_>,
    roots: &Roots<'a>,
    decisions: &mut Decisions<'a>,
) -> Vec<Draft<'a>> {
    let created: BTreeSet<&'a RecordKey> = decisions.creates.keys().copied().collect();
    let mut drafter = Drafter { facts, roots, created, losses: Vec::new(), drafts: Vec::new() };
    for (key, reason) in &decisions.creates {
        drafter.creation(key, *reason);
    }
    for (key, paths) in &decisions.updates {
        drafter.update(key, paths);
    }
    for (key, reason) in &decisions.removals {
        drafter.removal(key, *reason);
    }
    for (key, field, cause) in drafter.losses {
        decisions.lose(&key, Some(field), cause);
    }
    drafter.drafts
}

struct Drafter<'a, 's> {
    facts: &'s Facts<'a, 's>,
    roots: &'s Roots<'a>,
    created: BTreeSet<&'a RecordKey>,
    losses: Vec<(RecordKey, &'static str, LossCause)>,
    drafts: Vec<Draft<'a>>,
}

impl Drafter<'_, '_> {
    fn creation(&mut self, key: &RecordKey, reason: Reason) {
        let scene = self.facts.scene;
        let (Some(record), Some(spec)) = (scene.desired.get(key).copied(), scene.spec(key.kind)) else {
            return;
        };
        let mut create = Draft { reason, ..Draft::new(Action::Create, Band::Main, record) };
        let mut after =
            Draft { reason: Reason::Completes, ..Draft::new(Action::Update, Band::After, record) };
        let mut last = Draft { reason: Reason::Completes, ..Draft::new(Action::Update, Band::Last, record) };
        if let Blob::Stored(blob) = &record.blob {
            create.blob = Some(*blob);
        }
        let facts = self.facts;
        for field in ops::writable(spec).filter(|field| !locks::keep_out(facts, record, field)) {
            if field.unique && self.facts.input.header.mode == Mode::Copy {
                if ops::get(&record.native, field.path).is_some() {
                    self.losses.push((record.key.clone(), field.path, LossCause::NativeId));
                }
                continue;
            }
            let mut resolved = self.resolve(field, record, None);
            if let Some(title) = self.title_of_copy(spec, field, record) {
                resolved.to = title;
            }
            if matches!(field.role, Role::Sequence(_)) {
                // What hangs on a new record is created, and so appended, in its order; but what containers share may
                // turn out to be there already, with another one.
                let is_shared = spec.ids == IdPolicy::Shared && ops::ids(Some(&resolved.to)).nth(1).is_some();
                if resolved.differs || is_shared {
                    last.add(field, None, &resolved);
                }
                continue;
            }
            let comes_by_itself = ops::normal(field.role, Some(&resolved.to)).is_null()
                || (field.when != When::Create && starts_as(field, &resolved.to));
            if comes_by_itself && field.joined_with.is_none() && !is_said_to_be_none(field, record) {
                continue;
            }
            let comes_later = |need: &RecordKey| !self.is_made_before(need, record);
            let waits = resolved.needs.iter().chain(&resolved.joins).any(comes_later);
            let relinked = resolved.linked.iter().any(comes_later);
            let draft = match field.when {
                When::Last => &mut last,
                _ if waits => &mut last,
                When::Create => &mut create,
                When::After => &mut after,
            };
            draft.add(field, None, &resolved);
            if relinked && draft.band != Band::Last {
                // Links to things that are not there yet: the text is written again when they are.
                draft
                    .needs
                    .retain(|need| !resolved.linked.contains(need) || self.is_made_before(need, record));
                last.add(field, None, &resolved);
            }
        }
        self.note_read_only(spec, record);
        self.drafts.push(create);
        self.drafts.extend([after, last].into_iter().filter(|draft| !draft.changes.is_empty()));
    }

    fn update(&mut self, key: &RecordKey, paths: &BTreeSet<&'static str>) {
        let scene = self.facts.scene;
        let (Some(record), Some(spec)) = (scene.desired.get(key).copied(), scene.spec(key.kind)) else {
            return;
        };
        let Some(live) = self.facts.bound.live(key).and_then(|live| scene.live.get(live).copied()) else {
            return;
        };
        let follows = self.facts.input.followers.contains(key);
        let draft = |band| Draft {
            live: Some(live),
            reason: if follows { Reason::Follows } else { Reason::Differs },
            ..Draft::new(Action::Update, band, record)
        };
        let mut main = draft(Band::Main);
        let mut last = draft(Band::Last);
        for field in ops::writable(spec).filter(|field| paths.contains(field.path)) {
            let resolved = self.resolve(field, record, Some(live));
            let behind_creations = field.joined_with.is_some();
            if !resolved.differs && !behind_creations {
                continue;
            }
            let comes_later = |need: &RecordKey| !self.is_made_before(need, record);
            let needs = resolved.needs.iter().chain(&resolved.joins).chain(&resolved.linked);
            let waits = needs.into_iter().any(comes_later);
            // What was put away comes back first, so that things can be put into it; putting away comes last.
            let puts_away = field.when == When::Last && !starts_as(field, &resolved.to);
            let orders = matches!(field.role, Role::Sequence(_));
            let is_last = waits || puts_away || field.whole || orders || behind_creations;
            let draft = if is_last { &mut last } else { &mut main };
            draft.add(field, ops::get(&live.native, field.path), &resolved);
        }
        if spec.ids == IdPolicy::Composed && !last.changes.is_empty() && main.only_empties() {
            // A value makes way for what comes in its place when that comes, and not in a step of its own.
            last.take(&mut main);
        }
        content::end(&mut [&mut main, &mut last], spec, live);
        self.fill_documents(&mut last, spec, live);
        self.drafts.extend([main, last].into_iter().filter(|draft| !draft.changes.is_empty()));
    }

    /// Adds what must be said along with the changes so that it stays as it is on the live account, but for links
    /// to what is made anew.
    fn fill_documents(&mut self, draft: &mut Draft<'_>, spec: &'static KindSpec, live: &Record) {
        let is_changed =
            |path: &str, draft: &Draft<'_>| draft.changes.iter().any(|change| change.path == path);
        let whole = || ops::writable(spec).filter(|field| field.whole);
        let documents: BTreeSet<_> =
            whole().filter(|field| is_changed(field.path, draft)).map(Field::document).collect();
        for field in whole().filter(|field| documents.contains(&field.document())) {
            if !is_changed(field.path, draft)
                && let Some(value) = ops::get(&live.native, field.path)
            {
                let text =
                    (field.codec != Codec::Plain).then(|| self.resolve(field, draft.record, Some(live)));
                let same = text.filter(|text| !text.differs);
                draft.add(field, Some(value), &same.unwrap_or_else(|| Resolved::as_is(Some(value))));
            }
        }
    }

    fn removal(&mut self, key: &RecordKey, reason: Reason) {
        let scene = self.facts.scene;
        let (Some(record), Some(action)) =
            (scene.live.get(key).copied(), super::blocking::removal(scene, key.kind))
        else {
            return;
        };
        let literal = self.facts.input.header.mode == Mode::DeleteBeforeLiteral;
        let band = if literal { Band::First } else { Band::Removal };
        let mut draft = Draft { live: Some(record), reason, ..Draft::new(action, band, record) };
        if action == Action::Archive {
            let from = ops::get(&record.native, ARCHIVED).cloned();
            let path = ARCHIVED.to_owned();
            draft.changes.push(FieldChange {
                path,
                from,
                to: Value::Bool(true),
                refers_to: None,
                joins: BTreeMap::new(),
                orders: false,
                links: false,
                names: BTreeMap::new(),
            });
        }
        self.drafts.push(draft);
    }

    fn resolve(&mut self, field: &'static Field, record: &Record, live: Option<&Record>) -> Resolved {
        let resolved = self.facts.resolve(field, record, live, Creates::Exactly(&self.created));
        if let Some(cause) = resolved.lost {
            self.losses.push((record.key.clone(), field.path, cause));
        }
        resolved
    }

    /// The root of a copy says that it is one.
    fn title_of_copy(&self, spec: &KindSpec, field: &Field, record: &Record) -> Option<Value> {
        let is_title = field.path == spec.title && self.facts.input.header.mode == Mode::Copy;
        let title = ops::get_text(&record.native, field.path)?;
        let suffix = format!(" (restored {})", self.facts.input.taken_on);
        let longest = limits::longest(self.facts.input.dialect, spec.kind, field.path);
        (is_title && self.roots.is_new_root(&record.key))
            .then(|| limits::with_suffix(title, &suffix, longest).into())
    }

    /// Whether the plan creates `key` before it comes to `record`. Siblings in one request do not count.
    fn is_made_before(&self, key: &RecordKey, record: &Record) -> bool {
        let scene = self.facts.scene;
        let is_batched = scene.spec(key.kind).is_some_and(|spec| spec.batch.max > 1);
        let Some(other) = scene.desired.get(key) else { return false };
        let is_sibling = || key.kind == record.key.kind && scene.parent(other) == scene.parent(record);
        Place::of(scene, &scene.desired, other) < Place::of(scene, &scene.desired, record)
            && !(is_batched && is_sibling())
    }

    /// Values of a record to be created that nobody can write and that the kind's own list does not name.
    fn note_read_only(&mut self, spec: &KindSpec, record: &Record) {
        for field in spec.fields {
            if let Role::ReadOnly(cause) = field.role
                && !spec.losses.contains(&cause)
                && ops::get(&record.native, field.path).is_some_and(|value| !is_empty(value))
            {
                self.losses.push((record.key.clone(), field.path, cause));
            }
        }
    }
}

/// Whether the backup says that there is nothing in a field in which the platform would put something.
fn is_said_to_be_none(field: &Field, record: &Record) -> bool {
    let name = field.path.split('.').next().unwrap_or_default();
    field.given && record.native.get(name).is_some_and(Value::is_null)
}

/// The field that archiving sets.
const ARCHIVED: &str = "closed";

impl<'a> Draft<'a> {
    fn new(action: Action, band: Band, record: &'a Record) -> Self {
        Self {
            action,
            band,
            record,
            live: None,
            reason: Reason::Missing,
            changes: Vec::new(),
            blob: None,
            needs: BTreeSet::new(),
            joins: BTreeSet::new(),
            refers: BTreeSet::new(),
        }
    }

    fn only_empties(&self) -> bool {
        self.changes.iter().all(|change| change.to.is_null())
    }

    fn take(&mut self, other: &mut Self) {
        self.changes.append(&mut other.changes);
        self.needs.append(&mut other.needs);
        self.joins.append(&mut other.joins);
        self.refers.append(&mut other.refers);
    }

    pub(super) fn add(&mut self, field: &Field, from: Option<&Value>, resolved: &Resolved) {
        self.changes.push(FieldChange {
            path: field.path.to_owned(),
            from: from.cloned(),
            to: resolved.to.clone(),
            // The sibling before which a new one is put is live, unless it is named as one to come.
            refers_to: field.role.refers_to().filter(|_| !field.next_sibling || !resolved.refers.is_empty()),
            joins: BTreeMap::new(),
            orders: matches!(field.role, Role::Sequence(_)),
            links: !resolved.linked.is_empty(),
            names: BTreeMap::new(),
        });
        self.needs.extend(resolved.needs.iter().chain(&resolved.linked).cloned());
        self.joins.extend(resolved.joins.iter().map(|member| (field.path, member.clone())));
        self.refers.extend(resolved.refers.iter().chain(&resolved.linked).cloned());
    }
}
