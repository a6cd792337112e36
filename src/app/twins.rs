//! Live containers out of which a plan makes new ones: whatever has been added to one would come along.

use std::collections::BTreeSet;

use crate::model::dialect::Dialect;
use crate::model::{NativeId, Record};
use crate::plan::twins::{MADE_OUT_OF, describes};
use crate::plan::types::RestorePlan;
use crate::snapshot::{Reader, SnapshotError};

/// What would come along with new containers although it was not there when the plan was made.
pub(super) fn not_shown(
    plan: &RestorePlan,
    live: &Reader,
    dialect: &dyn Dialect,
) -> Result<Vec<Record>, SnapshotError> {
    let shown: BTreeSet<_> = plan.witnesses.iter().map(|witness| &witness.key).collect();
    let changes = plan.steps.iter().flat_map(|step| &step.changes);
    let sources = changes.filter(|change| change.path == MADE_OUT_OF).filter_map(|change| change.to.as_str());
    let mut found = Vec::new();
    for source in sources {
        let mut described: Vec<Record> = Vec::new();
        for spec in dialect.kinds().iter().filter(|spec| describes(spec.kind)) {
            for record in live.container_kind(&NativeId::from(source), spec.kind) {
                described.push(record?);
            }
        }
        let all: Vec<&Record> = described.iter().collect();
        let kinds = dialect.comes_along(&all, &all);
        found.extend(
            described
                .into_iter()
                .filter(|record| kinds.contains(&record.key.kind) && !shown.contains(&record.key)),
        );
    }
    Ok(found)
}
