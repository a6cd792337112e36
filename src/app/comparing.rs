//! What a plan is computed from beside the differences of two trees.

use std::collections::{BTreeMap, BTreeSet};

use super::context::App;
use super::error::Error;
use super::scan::Scan;
use super::snapshots;
use crate::model::dialect::Dialect;
use crate::model::pairs::{Comparison, Pair};
use crate::model::{Kind, NativeId, RecordKey, limits, ops};
use crate::plan::input::Selected;
use crate::plan::types::{Mode, PlanHeader};
use crate::snapshot::Reader;

/// What is selected may be equal on both sides, and then the comparison does not know that it exists.
pub(super) fn add_selected(
    comparison: &mut Comparison,
    desired: &Reader,
    selected: &[Selected],
) -> Result<(), Error> {
    let differing: BTreeSet<RecordKey> = comparison.pairs.iter().filter_map(Pair::key).cloned().collect();
    for key in selected.iter().map(|selected| &selected.key).filter(|key| !differing.contains(key)) {
        if let Some(record) = desired.get(key)? {
            let pair = Pair { desired: Some(record.clone()), live: Some(record) };
            comparison.context.entry(key.clone()).or_insert(pair);
        }
    }
    Ok(())
}

/// Copies and rebuilds make every record again, also those that are equal on both sides.
pub(super) fn add_equal_records<'a>(
    comparison: &mut Comparison,
    desired: &Reader,
    containers: impl Iterator<Item = &'a NativeId>,
) -> Result<(), Error> {
    let differing: BTreeSet<RecordKey> = comparison
        .pairs
        .iter()
        .filter_map(|pair| pair.desired.as_ref())
        .map(|record| record.key.clone())
        .collect();
    for container in containers {
        for record in desired.container(container) {
            let record = record?;
            if !differing.contains(&record.key) {
                let pair = Pair { desired: Some(record.clone()), live: Some(record.clone()) };
                comparison.context.entry(record.key).or_insert(pair);
            }
        }
    }
    Ok(())
}

/// The workspace that takes containers which may not be made in theirs need not have been part of the comparison.
pub(super) fn add_refuge(
    app: &App,
    comparison: &mut Comparison,
    header: &PlanHeader,
    scan: &Scan,
) -> Result<(), Error> {
    let Some(id) = &scan.discovery.grants.refuge else { return Ok(()) };
    let key = RecordKey::new(id.clone(), Kind::Workspace, id.clone());
    let desired = snapshots::by_id(app, &header.snapshot)?.manifest.tree;
    let [desired, live] = [desired, scan.tree].map(|tree| Reader::new(app.chunks(), tree).get(&key));
    let pair = Pair { desired: desired?, live: live? };
    comparison.context.entry(key).or_insert(pair);
    Ok(())
}

/// The items that are shown in as many containers as the platform allows, as the backup knows it. What puts them into
/// one more is worth the look at all containers only where something may be made a second time.
pub(super) fn crowded(
    app: &App,
    dialect: &dyn Dialect,
    comparison: &Comparison,
    header: &PlanHeader,
) -> Result<BTreeSet<NativeId>, Error> {
    let Some((kind, path, most)) = limits::shown(dialect) else { return Ok(BTreeSet::new()) };
    let pairs = comparison.pairs.iter().chain(comparison.context.values());
    let shows = |pair: &Pair| pair.desired.as_ref().is_some_and(|record| record.key.kind == kind);
    if !matches!(header.mode, Mode::Copy | Mode::DeleteBefore) || !pairs.into_iter().any(shows) {
        return Ok(BTreeSet::new());
    }
    let reader = Reader::new(app.chunks(), snapshots::by_id(app, &header.snapshot)?.manifest.tree);
    let mut places: BTreeMap<NativeId, usize> = BTreeMap::new();
    for container in reader.container_ids()? {
        for record in reader.container_kind(&container, kind) {
            let record = record?;
            if let Some(item) = ops::get_text(&record.native, path) {
                *places.entry(item.into()).or_insert(1) += 1;
            }
        }
    }
    Ok(places.into_iter().filter(|(_, count)| *count >= most).map(|(item, _)| item).collect())
}
