//! What a field of the backup would look like on the live account, and what must be made for it to be so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::input::PlanInput;
use super::matching::Bound;
use super::named::Named;
use super::scene::Scene;
use crate::model::lineage::{home, pointed_to};
use crate::model::loss::LossCause;
use crate::model::spec::{Codec, Field, KindSpec, Role, When};
use crate::model::{Kind, Record, RecordKey, ops};

/// Stands before the id of a record that is still to be created, so that it equals no live id.
const TO_COME: char = '\0';

/// What stands for the id that a record of the backup gets when it is created.
pub(super) fn to_come(id: &str) -> String {
    format!("{TO_COME}{id}")
}

/// Where a record of the backup is, or will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate<'a> {
    /// It is there, under this key.
    Live(&'a RecordKey),
    /// The plan creates it.
    Created,
    /// It is outside of what was compared; its id is taken as it stands.
    Outside,
    /// It is nowhere and will be nowhere.
    Gone,
}

/// Everything that is settled before single fields are looked at.
pub(super) struct Facts<'a, 's> {
    pub(super) input: &'s PlanInput<'a>,
    pub(super) scene: &'s Scene<'a>,
    pub(super) bound: &'s Bound<'a>,
    pub(super) tokens: BTreeMap<String, &'a RecordKey>,
    pub(super) named: Named<'a>,
}

/// The records that a plan creates, as far as is known.
#[derive(Clone, Copy)]
pub(super) enum Creates<'s, 'a> {
    /// Whatever the backup holds can be created if it is needed.
    Possible,
    /// Exactly these.
    Exactly(&'s BTreeSet<&'a RecordKey>),
}

/// One field, resolved.
pub(super) struct Resolved {
    /// The value to write, ids as in the backup but for that of a sibling, which is live.
    pub(super) to: Value,
    /// Whether writing it would change the live record.
    pub(super) differs: bool,
    /// Records that it refers to and that are not under the same id on the live account.
    pub(super) refers: Vec<RecordKey>,
    /// Of these, the ones that must be created first.
    pub(super) needs: Vec<RecordKey>,
    /// Memberships to be created of persons whom it names.
    pub(super) joins: Vec<RecordKey>,
    /// Records to be created that the text links to.
    pub(super) linked: Vec<RecordKey>,
    /// Why part of the value had to be left out.
    pub(super) lost: Option<LossCause>,
}

impl<'a, 's> Facts<'a, 's> {
    pub(super) fn new(input: &'s PlanInput<'a>, scene: &'s Scene<'a>, bound: &'s Bound<'a>) -> Self {
        let token = |record: &&'a Record| Some((input.dialect.link_token(record)?, &record.key));
        let tokens = scene.desired.values().filter_map(token).collect();
        Self { input, scene, bound, tokens, named: Named::new(input, scene, bound) }
    }

    pub(super) fn fate(&self, key: &RecordKey, creates: Creates<'_, '_>) -> Fate<'a> {
        if let Some(live) = self.bound.live(key) {
            return Fate::Live(live);
        }
        if let Some(record) = self.scene.desired.get(key) {
            if self.is_shared_as_it_was(record) {
                return Fate::Outside;
            }
            let made = match creates {
                Creates::Possible => self.scene.spec(record.key.kind).is_some_and(|spec| spec.verbs.create),
                Creates::Exactly(keys) => keys.contains(key),
            };
            return if made { Fate::Created } else { Fate::Gone };
        }
        match self.scene.live.get(key) {
            Some(live) => Fate::Live(&live.key),
            None if home(key) == *key => Fate::Outside,
            None => Fate::Gone,
        }
    }

    /// What is there under the id of `key` and lies in no single container.
    pub(super) fn shared(&self, key: &RecordKey) -> Option<&Record> {
        self.input.shared.iter().find(|live| live.key.kind == key.kind && live.key.id == key.id)
    }

    /// Whether containers share `record` and it is on the live account as the backup has it, although the container
    /// that it was backed up with has it no more: whatever refers to it finds it.
    pub(super) fn is_shared_as_it_was(&self, record: &Record) -> bool {
        self.shared(&record.key).zip(self.scene.spec(record.key.kind)).is_some_and(|(live, spec)| {
            ops::field_diff(self.input.dialect, spec, &live.native, &record.native).is_empty()
        })
    }

    /// The fate of what a field of `from` points to. Another container comes back when it is asked for and not
    /// because something points into it, and what the comparison does not hold of one is taken to be there.
    pub(super) fn far_fate(
        &self,
        from: &Record,
        key: &RecordKey,
        anywhere: bool,
        creates: Creates<'_, '_>,
    ) -> Fate<'a> {
        let is_elsewhere = key.container != from.key.container;
        // What lies in a workspace beside its containers is always read.
        let workspace = RecordKey::new(key.container.clone(), Kind::Workspace, key.container.clone());
        let is_read =
            self.input.header.live_scope.contains(&key.container) || self.scene.live.contains_key(&workspace);
        let is_known = self.scene.desired.contains_key(key) && is_read;
        let is_far =
            (anywhere && (is_elsewhere || !is_known)) || (is_elsewhere && key.kind == Kind::Container);
        match self.fate(key, creates) {
            Fate::Gone if is_far && !is_known => Fate::Outside,
            Fate::Created if is_far && matches!(creates, Creates::Possible) => Fate::Outside,
            fate => fate,
        }
    }

    /// Resolves `field` of the backup's `desired` against the live record that it is, if there is one.
    pub(super) fn resolve(
        &self,
        field: &Field,
        desired: &Record,
        live: Option<&Record>,
        creates: Creates<'_, '_>,
    ) -> Resolved {
        if field.next_sibling {
            return self.next_sibling(desired, creates);
        }
        if field.distinct {
            // It goes by what is free, so that no name of what is there is a wrong one.
            return Resolved::as_is(self.named.name(&desired.key).map(Value::from).as_ref());
        }
        let value = ops::get(&desired.native, field.path);
        let there = live.and_then(|live| ops::get(&live.native, field.path));
        let mut resolving =
            Resolving { facts: self, desired, live, there, creates, out: Resolved::as_is(value) };
        let expected = match (field.role, field.codec, value) {
            (Role::Reference(kind) | Role::References(kind), ..) => resolving.records(kind, field.anywhere),
            (Role::Sequence(_), ..) => resolving.sequence(field),
            (Role::Person | Role::Persons, ..) => resolving.persons(),
            (_, Codec::Links, Some(Value::String(text))) => resolving.text(text),
            (_, Codec::Attributed, Some(Value::String(text))) => resolving.comment(field, text),
            (_, Codec::Names(kind), Some(Value::String(text))) => resolving.naming(kind, text),
            _ => resolving.out.to.clone(),
        };
        let mut out = resolving.out;
        if matches!(field.role, Role::Sequence(_)) {
            out.differs = if self.is_fixed(field) {
                ops::differ(self.input.dialect, field, there, Some(&expected))
            } else {
                comes_in_another_order(field, there, &expected)
            };
            return out;
        }
        let dialect = self.input.dialect;
        let there = ops::normal(field.role, there);
        // A text that still reads as in the backup does not differ, even if a link in it has a successor.
        let literally = matches!(field.codec, Codec::Links | Codec::Attributed)
            && there == ops::normal(field.role, value);
        // Nor does what a creation would leave out.
        let by_itself = field.when != When::Create && starts_as(field, &there) && starts_as(field, &expected);
        let is_assigned = field.assigned && self.scene.is_placeless(desired);
        out.differs = !field.repeats
            && !is_assigned
            && ops::differ(dialect, field, Some(&there), Some(&expected))
            && !literally
            && !by_itself;
        out
    }
}

impl Facts<'_, '_> {
    /// The first record behind `desired` in the order that its parent names which is there when `desired` is made: one
    /// that is live, or one of a kind that is made before.
    fn next_sibling(&self, desired: &Record, creates: Creates<'_, '_>) -> Resolved {
        let key = &desired.key;
        let parent = self.scene.parent(desired).and_then(|parent| self.scene.desired.get(&parent).copied());
        let order = parent.into_iter().flat_map(|parent| self.scene.sequences(parent));
        let is_placed = |kind| self.scene.spec(kind).is_some_and(KindSpec::is_placed_once);
        let siblings = order.map(|(sibling, _)| sibling).filter(|sibling| is_placed(sibling.kind));
        for sibling in siblings.skip_while(|sibling| sibling != key).skip(1) {
            if let Some(live) = self.bound.live(&sibling) {
                return Resolved::as_is(Some(&live.id.as_str().into()));
            }
            if sibling.kind.rank() < key.kind.rank() && self.fate(&sibling, creates) == Fate::Created {
                let mut resolved = Resolved::as_is(Some(&sibling.id.as_str().into()));
                resolved.refers.push(sibling.clone());
                resolved.needs.push(sibling);
                return resolved;
            }
        }
        Resolved::as_is(None)
    }

    /// Whether nothing changes the order in `field` but where new records are put.
    pub(super) fn is_fixed(&self, field: &Field) -> bool {
        let Role::Sequence(kind) = field.role else { return false };
        self.scene.spec(kind).is_some_and(KindSpec::is_placed_once)
    }
}

impl Resolved {
    /// A value that needs nothing and refers to nothing that moves.
    pub(super) fn as_is(value: Option<&Value>) -> Self {
        Self {
            to: value.cloned().unwrap_or_default(),
            differs: false,
            refers: Vec::new(),
            needs: Vec::new(),
            joins: Vec::new(),
            linked: Vec::new(),
            lost: None,
        }
    }
}

pub(super) struct Resolving<'a, 's, 'r> {
    pub(super) facts: &'r Facts<'a, 's>,
    pub(super) desired: &'r Record,
    pub(super) live: Option<&'r Record>,
    there: Option<&'r Value>,
    pub(super) creates: Creates<'r, 'r>,
    pub(super) out: Resolved,
}

impl Resolving<'_, '_, '_> {
    /// Returns the value in live ids; `out.to` keeps the ids of the backup.
    fn records(&mut self, kind: Kind, anywhere: bool) -> Value {
        self.each_id(|this, id| {
            let key = this.facts.scene.pointed_to(&this.desired.key, kind, id, anywhere);
            match this.facts.far_fate(this.desired, &key, anywhere, this.creates) {
                Fate::Live(live) => {
                    if live.id.as_str() != id {
                        this.out.refers.push(key);
                    }
                    Some(live.id.0.clone())
                }
                Fate::Created => {
                    this.out.refers.push(key.clone());
                    this.out.needs.push(key);
                    Some(to_come(id))
                }
                Fate::Outside => Some(id.to_owned()),
                Fate::Gone => this.keep_if_there(id, LossCause::NotWritable),
            }
        })
    }

    /// As [`Self::records`], without those that will not be there. What hangs on a record is no reason to create
    /// it, so that it is needed only once it is certain.
    fn sequence(&mut self, field: &Field) -> Value {
        self.each_id(|this, id| {
            let kind = field.kind_in_sequence(id)?;
            let key = pointed_to(&this.desired.key, kind, id);
            match this.facts.fate(&key, this.creates) {
                Fate::Live(live) => {
                    if live.id.as_str() != id {
                        this.out.refers.push(key);
                    }
                    Some(live.id.0.clone())
                }
                Fate::Created => {
                    if matches!(this.creates, Creates::Exactly(_)) {
                        this.out.needs.push(key.clone());
                    }
                    this.out.refers.push(key);
                    Some(to_come(id))
                }
                // What is equal on both sides is not part of the comparison, and stands where it stands.
                Fate::Outside | Fate::Gone => this.is_there(id).then(|| id.to_owned()),
            }
        })
    }

    fn persons(&mut self) -> Value {
        self.each_id(|this, id| {
            let facts = this.facts;
            let membership = RecordKey::new(this.desired.key.container.clone(), Kind::Member, id);
            let people = facts.input.people;
            if facts.input.account.as_str() == id || this.is_there(id) {
                return Some(id.to_owned());
            }
            if people.departed.contains(&membership.id) {
                this.out.lost = Some(LossCause::PersonMissing);
                return None;
            }
            if facts.is_live_member(&membership) {
                return Some(id.to_owned());
            }
            if facts.fate(&membership, this.creates) == Fate::Created {
                this.out.joins.push(membership);
                return Some(id.to_owned());
            }
            if people.there.contains(&membership.id) {
                return Some(id.to_owned());
            }
            this.keep_if_there(id, LossCause::PersonMissing)
        })
    }

    /// Maps every id; those mapped to nothing are left out of `out.to` as well.
    fn each_id(&mut self, mut map: impl FnMut(&mut Self, &str) -> Option<String>) -> Value {
        let before = std::mem::take(&mut self.out.to);
        let mut kept = Vec::new();
        let mut expected = Vec::new();
        for id in ops::ids(Some(&before)) {
            if let Some(mapped) = map(self, id) {
                kept.push(Value::from(id));
                expected.push(Value::from(mapped));
            }
        }
        if before.is_array() {
            self.out.to = Value::Array(kept);
            Value::Array(expected)
        } else {
            self.out.to = kept.pop().unwrap_or_default();
            expected.pop().unwrap_or_default()
        }
    }

    fn is_there(&self, id: &str) -> bool {
        ops::ids(self.there).any(|there| there == id)
    }

    fn keep_if_there(&mut self, id: &str, cause: LossCause) -> Option<String> {
        if self.is_there(id) {
            return Some(id.to_owned());
        }
        self.out.lost = Some(cause);
        None
    }
}

impl Facts<'_, '_> {
    fn is_live_member(&self, membership: &RecordKey) -> bool {
        if self.bound.live(membership).is_some() {
            return true;
        }
        match self.fate(&home(membership), Creates::Possible) {
            Fate::Live(container) => {
                let there = RecordKey::new(container.container.clone(), Kind::Member, membership.id.clone());
                self.scene.live.contains_key(&there)
            }
            _ => false,
        }
    }
}

/// Whether the records in `there`, with the new ones appended one by one, kind after kind, would not come in the
/// `expected` order. Those that come from elsewhere are moved after all creations, and then all bets are off.
fn comes_in_another_order(field: &Field, there: Option<&Value>, expected: &Value) -> bool {
    let wanted: Vec<&str> = ops::ids(Some(expected)).collect();
    let named: BTreeSet<&str> = wanted.iter().copied().collect();
    let staying: Vec<&str> = ops::ids(there).filter(|id| named.contains(id)).collect();
    let old: BTreeSet<&str> = staying.iter().copied().collect();
    let mut appended: Vec<&str> = wanted.iter().copied().filter(|id| !old.contains(id)).collect();
    appended.sort_by_key(|id| field.kind_in_sequence(id).map(Kind::rank));
    let comes_from_elsewhere = appended.iter().any(|id| !id.starts_with(TO_COME));
    (comes_from_elsewhere && wanted.len() > 1) || !staying.iter().chain(&appended).eq(wanted.iter())
}

/// Whether a new record has this value by itself, so that setting it is not worth a request.
pub(super) fn starts_as(field: &Field, value: &Value) -> bool {
    is_empty(value) || field.initial.is_some_and(|initial| value.as_str() == Some(initial))
}

/// Nothing, off, or without content.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(on) => !on,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Number(_) => false,
    }
}
