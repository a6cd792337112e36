//! What deletions take with them. Nothing may go that the plan did not show and the safety snapshot does not hold.

use std::collections::BTreeSet;

use serde_json::Value;

use super::snapshots;
use crate::apply::{Progress, StepState};
use crate::model::dialect::Dialect;
use crate::model::spec::{IdPolicy, Role};
use crate::model::{Kind, NativeId, Record, RecordKey, ops};
use crate::plan::types::{Action, FieldChange, RestorePlan, Step, Target};
use crate::snapshot::{Reader, SnapshotError, lineage};

/// The live records that `steps` delete.
pub(super) fn deleted<'a>(steps: impl IntoIterator<Item = &'a Step>) -> BTreeSet<RecordKey> {
    let deletions = steps.into_iter().filter(|step| step.action == Action::Delete);
    let live = deletions.filter_map(|step| match &step.target {
        Some(Target::Live(key)) => Some(key.clone()),
        _ => None,
    });
    live.collect()
}

/// The containers in which `steps` write over an image, which is then gone as if it had been deleted.
pub(super) fn written_over<'a>(steps: impl IntoIterator<Item = &'a Step>) -> BTreeSet<NativeId> {
    let writes_over = |step: &&Step| {
        let is_image = |value: &Value| value.is_string();
        let over = |change: &FieldChange| change.from.as_ref().is_some_and(is_image);
        step.changes.iter().any(|change| change.refers_to == Some(Kind::Image) && over(change))
    };
    let steps = steps.into_iter().filter(writes_over);
    let live = steps.filter_map(|step| match &step.target {
        Some(Target::Live(key)) => Some(key.container.clone()),
        _ => None,
    });
    live.collect()
}

/// The containers in which something of `deleted` lies.
pub(super) fn containers(deleted: &BTreeSet<RecordKey>) -> BTreeSet<NativeId> {
    deleted.iter().map(|key| key.container.clone()).collect()
}

/// The live records that `steps` put somewhere else: they are not taken along from where they were.
fn moved<'a>(dialect: &dyn Dialect, steps: impl IntoIterator<Item = &'a Step>) -> BTreeSet<RecordKey> {
    let is_place = |kind: Kind, path: &str| {
        let places = dialect.spec(kind).map_or(&[][..], |spec| spec.parent.places());
        places.iter().any(|(_, place)| *place == path)
    };
    let moves = steps.into_iter().filter(|step| {
        step.action == Action::Update
            && step.changes.iter().any(|change| is_place(step.subject.kind, &change.path))
    });
    let live = moves.filter_map(|step| match &step.target {
        Some(Target::Live(key)) => Some(key.clone()),
        _ => None,
    });
    live.collect()
}

/// The records of `live` that are gone when `deleted` is: these and what lies in them, but not what lies in
/// something that is `moved` before.
fn taken_along(
    live: &Reader,
    dialect: &dyn Dialect,
    deleted: &BTreeSet<RecordKey>,
    moved: &BTreeSet<RecordKey>,
) -> Result<Vec<Record>, SnapshotError> {
    let mut found = Vec::new();
    for container in containers(deleted) {
        let whole = RecordKey::new(container.clone(), Kind::Container, container.clone());
        for record in live.container(&container) {
            let record = record?;
            let above = lineage::ancestors(live, dialect, &record)?;
            let chain = || std::iter::once(&record).chain(&above);
            let is_moved = |above: &&Record| moved.contains(&above.key);
            let mut below = chain().take_while(|above| !is_moved(above));
            let goes = (deleted.contains(&whole) && !chain().any(|above| is_moved(&above)))
                || below.any(|above| above.key.kind != Kind::Workspace && deleted.contains(&above.key));
            if goes {
                found.push(record);
            }
        }
    }
    Ok(found)
}

/// What the deletions of `plan` would take along although it was not there when the plan was made.
pub(super) fn not_shown(
    plan: &RestorePlan,
    live: &Reader,
    dialect: &dyn Dialect,
) -> Result<Vec<Record>, SnapshotError> {
    let shown: BTreeSet<&RecordKey> = plan.witnesses.iter().map(|witness| &witness.key).collect();
    let mut found = taken_along(live, dialect, &deleted(&plan.steps), &moved(dialect, &plan.steps))?;
    found.retain(|record| !shown.contains(&record.key));
    Ok(found)
}

/// What the deletions that are still to come would destroy for good, in sentences: things that are not in the
/// safety snapshot, or differ from it, and that the run itself has not touched.
pub(super) fn not_kept(
    plan: &RestorePlan,
    progress: &Progress,
    live: &Reader,
    safety: &Reader,
    dialect: &dyn Dialect,
) -> Result<Vec<String>, SnapshotError> {
    let to_come = plan.steps.iter().filter(|step| !matches!(progress.state(&step.id), StepState::Done(_)));
    let receipts = plan.steps.iter().filter_map(|step| progress.receipt(&step.id));
    let touched: BTreeSet<&RecordKey> = receipts.map(|receipt| &receipt.key).collect();
    let is_touched = |key: &RecordKey| {
        let is_shared = dialect.spec(key.kind).is_some_and(|spec| spec.ids == IdPolicy::Shared);
        // What several containers share was touched in each of them.
        let same = |other: &&RecordKey| (other.kind, &other.id) == (key.kind, &key.id);
        touched.contains(key) || (is_shared && touched.iter().any(same))
    };
    let mut found = Vec::new();
    let moved = moved(dialect, to_come.clone());
    for record in taken_along(live, dialect, &deleted(to_come), &moved)? {
        if is_touched(&record.key) {
            continue;
        }
        let what = match safety.get(&record.key)? {
            None => "is new",
            Some(before) if is_edited(dialect, &before, &record) => "was changed",
            Some(_) => continue,
        };
        let noun = dialect.spec(record.key.kind).map_or(record.key.kind.name(), |spec| spec.noun);
        found.push(format!("{noun} \"{}\" {what}", snapshots::title(dialect, &record)));
    }
    Ok(found)
}

/// Whether something of `before` was edited. What it refers to does not count: that changes by itself when other
/// things go (a deleted label leaves its cards), and destroys nothing.
fn is_edited(dialect: &dyn Dialect, before: &Record, live: &Record) -> bool {
    let Some(spec) = dialect.spec(live.key.kind) else { return false };
    let is_content = |role| {
        !matches!(role, Role::ReadOnly(_) | Role::Reference(_) | Role::References(_) | Role::Sequence(_))
    };
    ops::field_diff(dialect, spec, &before.native, &live.native)
        .iter()
        .any(|diff| is_content(diff.field.role))
}
