//! Content that is a record of its own, in place of what a record could hold itself: an image in a cell or field.
//!
//! What it stands in place of is written together with it or not at all: a value would end an image that was not to
//! be touched, and the end of a value would empty a record into which nothing comes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::decide::Decisions;
use super::draft::Draft;
use super::scene::Scene;
use super::values::{Creates, Facts, Fate, Resolved, is_empty};
use crate::model::lineage::pointed_to;
use crate::model::loss::LossCause;
use crate::model::spec::{Field, KindSpec};
use crate::model::{Blob, Kind, Record, RecordKey, ops};

/// The fields that name such content.
fn fields(spec: &'static KindSpec) -> impl Iterator<Item = &'static Field> {
    ops::writable(spec).filter(|field| !field.in_place_of.is_empty())
}

/// Leaves the content of live records alone, and makes no records without content, where it is something that does
/// not come back.
pub(super) fn leave_alone<'a>(
    facts: &Facts<'a, '_>,
    created: &mut BTreeSet<&'a RecordKey>,
    out: &mut Decisions<'a>,
) {
    let scene = facts.scene;
    let keys: Vec<&'a RecordKey> = out.creates.keys().chain(out.updates.keys()).copied().collect();
    for key in keys {
        let (Some(record), Some(spec)) = (scene.desired.get(key).copied(), scene.spec(key.kind)) else {
            continue;
        };
        for field in fields(spec) {
            let value = ops::get(&record.native, field.path);
            let Some(cause) = unavailable(facts, created, record, field) else { continue };
            if out.creates.contains_key(key) {
                if !says_more(spec, field, record) {
                    out.creates.remove(key);
                    created.remove(key);
                    out.lose(key, None, cause);
                } else if value.is_some_and(Value::is_object) {
                    out.lose(key, Some(field.path), cause);
                }
            } else if let Some(paths) = out.updates.get_mut(key) {
                let before = paths.len();
                paths.retain(|path| *path != field.path && !field.in_place_of.contains(path));
                let is_left = paths.len() < before;
                if paths.is_empty() {
                    out.updates.remove(key);
                }
                if is_left && !is_there(facts, record, field) {
                    out.lose(key, Some(field.path), cause);
                }
            }
        }
    }
}

/// Why the content that the backup's `record` names in `field` does not come back; nothing where it does or where
/// there is none. Older backups have a description of it and not its bytes.
fn unavailable(
    facts: &Facts<'_, '_>,
    created: &BTreeSet<&RecordKey>,
    record: &Record,
    field: &Field,
) -> Option<LossCause> {
    let value = ops::get(&record.native, field.path)?;
    if value.is_object() {
        return Some(LossCause::BytesMissing);
    }
    let key = pointed_to(&record.key, field.role.refers_to()?, value.as_str()?);
    if facts.fate(&key, Creates::Exactly(created)) != Fate::Gone {
        return None;
    }
    let is_stored = |content: &&Record| !matches!(content.blob, Blob::Missing(_));
    let is_stored = facts.scene.desired.get(&key).copied().is_some_and(|content| is_stored(&content));
    Some(if is_stored { LossCause::NotWritable } else { LossCause::BytesMissing })
}

/// Whether there is something to write of a new record beside this content and what it is a part of.
fn says_more(spec: &'static KindSpec, content: &Field, record: &Record) -> bool {
    let is_other = |field: &&Field| field.path != content.path && !field.held;
    let says = |field: &Field| ops::get(&record.native, field.path).is_some_and(|value| !is_empty(value));
    ops::writable(spec).filter(is_other).any(says)
}

/// Whether the live record has the content that the backup's `record` has.
fn is_there(facts: &Facts<'_, '_>, record: &Record, field: &Field) -> bool {
    let id = |native: &Value| {
        let value = ops::get(native, field.path)?;
        let described = || ops::get_text(value, "id");
        value.as_str().or_else(described).map(str::to_owned)
    };
    let live = facts.bound.live(&record.key).and_then(|live| facts.scene.live.get(live).copied());
    let there = live.and_then(|live| id(&live.native));
    let wanted = id(&record.native).zip(field.role.refers_to()).map(|(id, kind)| {
        let key = pointed_to(&record.key, kind, &id);
        facts.bound.live(&key).map_or(id, |live| live.id.0.clone())
    });
    there == wanted
}

/// The kind of what a record hangs on, if the record is content of that: putting it there or taking it away is a change
/// of the other.
pub(super) fn carrier(scene: &Scene<'_>, record: &Record) -> Option<Kind> {
    let kind = scene.parent(record)?.kind;
    let is_named = |field: &Field| field.role.refers_to() == Some(record.key.kind);
    fields(scene.spec(kind)?).any(is_named).then_some(kind)
}

/// Adds to a step that writes what such content stands in place of that the content goes.
pub(super) fn end(steps: &mut [&mut Draft<'_>], spec: &'static KindSpec, live: &Record) {
    for field in fields(spec) {
        let Some(there) = ops::get(&live.native, field.path) else { continue };
        let is_said = |step: &&mut Draft<'_>| step.changes.iter().any(|change| change.path == field.path);
        if steps.iter().any(is_said) {
            continue;
        }
        let writes_over = |step: &&mut Draft<'_>| {
            step.changes.iter().any(|change| field.in_place_of.contains(&change.path.as_str()))
        };
        let step = steps.iter_mut().find(|step| writes_over(step));
        if let Some(step) = step {
            step.add(field, Some(there), &Resolved::as_is(None));
        }
    }
}
