//! Values of custom fields whose field comes back as a plainer one than it was: they come back as what they show.

use super::decide::Decisions;
use super::matching::Bound;
use super::scene::Scene;
use crate::model::dialect::{Dialect, Plainer};
use crate::model::spec::{Field, KindSpec, Role};
use crate::model::{Kind, Record, ops};

/// A value in its plainer form, and the field and cause of what is lost by it.
pub(super) struct Shown {
    /// The value's record with the form that comes back.
    pub(super) record: Record,
    plainer: Plainer,
}

/// The values of the backup that come back plainer. What is not known of a field leaves its values as they are.
pub(super) fn values(scene: &Scene<'_>, bound: &Bound<'_>, dialect: &dyn Dialect) -> Vec<Shown> {
    let Some(spec) = scene.spec(Kind::FieldValue) else { return Vec::new() };
    let values = scene.desired.values().filter(|record| record.key.kind == Kind::FieldValue);
    values.filter_map(|value| shown(scene, bound, dialect, spec, value)).collect()
}

fn shown(
    scene: &Scene<'_>,
    bound: &Bound<'_>,
    dialect: &dyn Dialect,
    spec: &KindSpec,
    value: &Record,
) -> Option<Shown> {
    let is_field = |field: &&Field| field.role == Role::Reference(Kind::FieldDef);
    let id = ops::get_text(&value.native, spec.fields.iter().find(is_field)?.path)?;
    let key = scene.pointed_to(&value.key, Kind::FieldDef, id, false);
    let live = match bound.live(&key) {
        Some(live) => Some(*scene.live.get(live)?),
        None if scene.desired.contains_key(&key) => None,
        None => Some(*scene.live.get(&key)?),
    };
    let plainer = dialect.plainer(value, live)?;
    let mut record = value.clone();
    ops::set(record.native.as_object_mut()?, plainer.path, plainer.value.clone());
    Some(Shown { record, plainer })
}

/// Notes what is lost of the values that are written.
pub(super) fn note(shown: &[Shown], out: &mut Decisions<'_>) {
    for Shown { record, plainer } in shown {
        let key = &record.key;
        let is_changed = out.updates.get(key).is_some_and(|paths| paths.contains(plainer.path));
        if out.creates.contains_key(key) || is_changed {
            out.lose(key, Some(plainer.path), plainer.cause);
        }
    }
}
