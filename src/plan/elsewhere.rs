//! Containers that may not be put where they were. What is to be made anew is made in the account's own workspace,
//! what is there stays where it is, and the plan says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::blocking::Blocking;
use super::decide::Decisions;
use super::roots::Roots;
use super::scene::Scene;
use super::types::{Mode, Reason};
use crate::model::grants::{Grant, Verb};
use crate::model::lineage::workspace;
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

impl<'a> Blocking<'a, '_> {
    /// The workspace that takes the container `record`, which its own does not take.
    pub(super) fn taken_instead(&self, record: &Record) -> Option<&'a NativeId> {
        let refuge = self.refuge().filter(|_| record.key.kind == Kind::Container)?;
        let own = workspace(self.facts.scene.spec(Kind::Container)?, record);
        own.is_none_or(|own| own.id != *refuge).then_some(refuge)
    }

    /// What would be lost if the container `record` were made in the account's own workspace and the old one deleted,
    /// and the way out; nothing where there is no old one, or only one that lies there already and goes when the new
    /// one is there or is sure to come.
    pub(super) fn takes_away(&self, roots: &Roots<'a>, record: &'a Record) -> Option<String> {
        let scene = self.facts.scene;
        let old = scene.live.get(*roots.replaces.get(&record.key)?)?;
        let lies_in = workspace(scene.spec(old.key.kind)?, old);
        let is_own = lies_in.is_some_and(|lies_in| Some(&lies_in.id) == self.refuge());
        let noun = scene.noun(Kind::Workspace);
        if !is_own {
            return Some(format!(
                "made elsewhere it would be lost to all who have it through the {noun}, so it is not replaced: copy it \
                 with `--mode copy`, or get the right to create in the {noun}"
            ));
        }
        let input = self.facts.input;
        let grant = input.grants.get(self.refuge(), Kind::Container, Verb::Create);
        (input.header.mode == Mode::DeleteBeforeLiteral && grant != Grant::Allowed).then(|| {
            format!(
                "whether it can be made in the account's own {noun} is not known, so it is not deleted before that is \
                 tried: replace it with `--mode delete-before`"
            )
        })
    }

    /// The account's own workspace, if it takes containers.
    fn refuge(&self) -> Option<&'a NativeId> {
        let grants = &self.facts.input.grants;
        let refuge = grants.refuge.as_ref()?;
        let refused = self.denied_in(Some(refuge), Kind::Container).is_some();
        (!refused).then_some(refuge)
    }

    /// Whether a place that only its containers need may be missing, as these are made elsewhere.
    pub(super) fn is_dispensable(&self, kind: Kind, reason: Option<&Reason>) -> bool {
        let is_place = matches!(kind, Kind::Workspace | Kind::Folder);
        is_place && reason == Some(&Reason::Needed) && self.refuge().is_some()
    }
}
