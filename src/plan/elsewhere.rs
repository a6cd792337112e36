//! Containers that may not be put where they were. What is to be made anew is made in the account's own workspace,
//! what is there stays where it is, and the plan says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::decide::Decisions;
use super::scene::Scene;
use crate::model::loss::LossCause;
use crate::model::spec::{Field, KindSpec, Role};
use crate::model::{Kind, NativeId, Record, RecordKey, ops};

/// Containers of the backup that are made in another workspace than their own, each with that workspace.
pub(super) type Elsewhere<'a> = BTreeMap<&'a RecordKey, &'a NativeId>;

/// The fields that say where a container lies.
fn place(spec: &'static KindSpec) -> impl Iterator<Item = &'static Field> {
    let is_place = |role| matches!(role, Role::Reference(Kind::Workspace | Kind::Folder));
    spec.fields.iter().filter(move |field| is_place(field.role))
}

/// Notes that `record` does not come to its place, as far as the backup tells one and, where given, in these fields.
pub(super) fn note(
    scene: &Scene<'_>,
    record: &Record,
    paths: Option<&BTreeSet<&'static str>>,
    out: &mut Decisions<'_>,
) {
    for field in scene.spec(record.key.kind).into_iter().flat_map(place) {
        let is_told = ops::get(&record.native, field.path).is_some();
        if paths.map_or(is_told, |paths| paths.contains(field.path)) {
            out.lose(&record.key, Some(field.path), LossCause::OtherPlace);
        }
    }
}

/// Leaves a container that is there where it is.
pub(super) fn stay(scene: &Scene<'_>, record: &Record, out: &mut Decisions<'_>) {
    let Some(fields) = out.updates.get_mut(&record.key) else { return };
    let places: BTreeSet<&'static str> =
        scene.spec(record.key.kind).into_iter().flat_map(place).map(|field| field.path).collect();
    let moves: BTreeSet<&'static str> = fields.intersection(&places).copied().collect();
    fields.retain(|path| !places.contains(path));
    if fields.is_empty() {
        out.updates.remove(&record.key);
    }
    note(scene, record, Some(&moves), out);
}

/// The containers as they will be made: in the other workspace, in no folder.
pub(super) fn records(scene: &Scene<'_>, elsewhere: &Elsewhere<'_>) -> Vec<Record> {
    let moved = |(key, workspace): (&&RecordKey, &&NativeId)| {
        let mut record = (*scene.desired.get(*key)?).clone();
        for field in scene.spec(key.kind).into_iter().flat_map(place) {
            let is_workspace = field.role == Role::Reference(Kind::Workspace);
            let value = if is_workspace { Value::from(workspace.as_str()) } else { Value::Null };
            ops::set(record.native.as_object_mut()?, field.path, value);
        }
        Some(record)
    };
    elsewhere.iter().filter_map(moved).collect()
}
