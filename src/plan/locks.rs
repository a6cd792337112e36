//! What is locked: records that only some of those may change who may change others of their kind.

use std::collections::BTreeSet;

use super::scene::Scene;
use super::values::{Creates, Facts, Fate, to_come};
use crate::model::lineage::{home, pointed_to};
use crate::model::spec::{Field, Role};
use crate::model::{Kind, NativeId, Record, RecordKey, ops};

/// Why the locks in the live container of a record hold for the account; nothing where they do not.
pub(super) fn hold<'a>(facts: &Facts<'a, '_>, record: &Record) -> Option<&'a str> {
    hold_in(facts, live_home(facts, record)?)
}

fn live_home<'a>(facts: &Facts<'a, '_>, record: &Record) -> Option<&'a NativeId> {
    match facts.fate(&home(&record.key), Creates::Possible) {
        Fate::Live(container) => Some(&container.id),
        Fate::Created | Fate::Outside | Fate::Gone => None,
    }
}

fn hold_in<'a>(facts: &Facts<'a, '_>, container: &NativeId) -> Option<&'a str> {
    facts.input.grants.locks.get(container).map(String::as_str)
}

/// Why a record of the backup may not be written where it is or will be: it is locked, or it is content of something
/// that is.
pub(super) fn against(facts: &Facts<'_, '_>, record: &Record) -> Option<String> {
    let why = hold(facts, record)?;
    let itself = Some(record.key.clone());
    let around = places(facts.scene, record);
    let locked = itself.into_iter().chain(around).find_map(|key| {
        let live = match facts.fate(&key, Creates::Possible) {
            Fate::Live(live) => facts.scene.live.get(live).copied()?,
            Fate::Created | Fate::Outside | Fate::Gone => return None,
        };
        is_locked(facts.scene, live).then_some(live)
    });
    locked.map(|locked| words(facts.scene, locked, why))
}

/// Whether a new record comes without a field: this would lock it, or what its value stands in is locked.
pub(super) fn keep_out(facts: &Facts<'_, '_>, record: &Record, field: &Field) -> bool {
    let home = live_home(facts, record).filter(|home| hold_in(facts, home).is_some());
    home.is_some_and(|home| {
        field.locks || field.within.is_some_and(|marked| is_marked_locked(facts.scene, home, marked))
    })
}

fn is_marked_locked(scene: &Scene<'_>, container: &NativeId, (kind, mark): (Kind, &str)) -> bool {
    let first = RecordKey::new(container.clone(), kind, "");
    let of_kind = |other: &&Record| other.key.container == *container && other.key.kind == kind;
    let mut all = scene.live.range::<RecordKey, _>(&first..).map(|(_, other)| *other).take_while(of_kind);
    all.any(|other| ops::get(&other.native, mark) == Some(&true.into()) && is_locked(scene, other))
}

/// A change of one field of a live record to what the backup has there.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) wanted: &'a Record,
    pub(super) live: &'a Record,
    pub(super) field: &'a Field,
}

/// Why a change may not be made when `created` are.
pub(super) fn against_change(
    facts: &Facts<'_, '_>,
    created: Creates<'_, '_>,
    change: Change<'_>,
) -> Option<String> {
    let Change { wanted, field, .. } = change;
    let locking = || hold(facts, wanted).filter(|_| field.locks).map(|why| format!("locking it {why}"));
    match field.role {
        Role::Sequence(_) => against_order(facts, created, change),
        _ => against(facts, wanted).or_else(locking),
    }
}

/// As [`against_change`] for the order of what hangs on a record, which is no change of the record itself: it is one
/// of those that have to move. What is new or comes from elsewhere is put to the end before any of them does.
fn against_order(facts: &Facts<'_, '_>, created: Creates<'_, '_>, change: Change<'_>) -> Option<String> {
    let Change { wanted: record, live, field } = change;
    let why = hold(facts, record)?;
    let mut there: Vec<&str> = ops::ids(ops::get(&live.native, field.path)).collect();
    let known: BTreeSet<&str> = there.iter().copied().collect();
    let now = |id: &str| match facts.fate(&pointed_to(&record.key, field.kind_in_sequence(id)?, id), created)
    {
        Fate::Live(live) => Some(live.id.0.clone()),
        Fate::Created => Some(to_come(id)),
        Fate::Outside | Fate::Gone => known.contains(id).then(|| id.to_owned()),
    };
    let wanted: Vec<String> = ops::ids(ops::get(&record.native, field.path)).filter_map(now).collect();
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    there.extend(wanted.iter().filter(|id| !known.contains(*id)));
    let moved = |id| facts.scene.live.get(&pointed_to(&live.key, field.kind_in_sequence(id)?, id)).copied();
    let mut moved = ops::moves(&there, &wanted).into_iter().filter_map(|step| moved(step.id));
    let locked = moved.find(|moved| is_locked(facts.scene, moved));
    locked.map(|locked| words(facts.scene, locked, why))
}

/// Why a live record may not be removed: it, what it is content of, or something below it is locked.
pub(super) fn against_removal(facts: &Facts<'_, '_>, key: &RecordKey) -> Option<String> {
    let scene = facts.scene;
    let why = hold_in(facts, &key.container)?;
    let record = scene.live.get(key).copied()?;
    let around = places(scene, record);
    let mut around = around.iter().filter_map(|key| scene.live.get(key).copied());
    let is_below = |other: &&Record| {
        other.key.container == key.container
            && is_locked(scene, other)
            && scene.chain(&scene.live, other).iter().any(|above| above.key == *key)
    };
    let locked = around.find(|other| is_locked(scene, other));
    let locked = locked.or_else(|| scene.live.values().copied().find(is_below));
    // A container as a whole goes by the right to delete it.
    locked.filter(|_| home(key) != *key).map(|locked| words(scene, locked, why))
}

/// What `record` is content of: what it hangs on and what it says that it is held by.
fn places(scene: &Scene<'_>, record: &Record) -> Vec<RecordKey> {
    let held_by = |field: &&Field| field.held;
    let spec = scene.spec(record.key.kind);
    let holders = spec.into_iter().flat_map(|spec| spec.fields).filter(held_by).filter_map(|field| {
        let id = ops::get_text(&record.native, field.path)?;
        Some(pointed_to(&record.key, field.role.refers_to()?, id))
    });
    let holders: Vec<RecordKey> = holders.collect();
    let parent = scene.parent(record).filter(|_| !holders.is_empty());
    holders.into_iter().chain(parent).collect()
}

fn is_locked(scene: &Scene<'_>, record: &Record) -> bool {
    let fields = scene.spec(record.key.kind).map_or(&[][..], |spec| spec.fields);
    let is_set = |field: &Field| ops::get(&record.native, field.path).and_then(serde_json::Value::as_bool);
    fields.iter().any(|field| field.locks && is_set(field) == Some(true))
}

fn words(scene: &Scene<'_>, locked: &Record, why: &str) -> String {
    let path = scene.path(&scene.live, locked);
    let name = path.last().map(String::as_str).unwrap_or_default();
    format!("the {} \"{name}\" is locked, and that {why}", scene.noun(locked.key.kind))
}
