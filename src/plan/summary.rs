//! A plan in numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::types::{Action, Reason, RestorePlan};
use crate::model::Kind;
use crate::model::loss::LossCause;

/// How much a plan does, for the table that people read before they say yes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// One line per kind that has steps, in creation order.
    pub lines: Vec<Line>,
    /// Records that are removed by steps of their own.
    pub removals: u64,
    /// Live records that exist nowhere in the backup and go with what is removed.
    pub going_along: u64,
    /// Records that come along because something selected needs them.
    pub needed: u64,
    /// What will not come back: how often for each cause, not counting what holds for whole kinds.
    pub losses: BTreeMap<LossCause, u64>,
}

/// What happens to the records of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which kind.
    pub kind: Kind,
    /// What the platform's users call it.
    pub noun: String,
    /// Records created.
    pub create: u64,
    /// Live records changed.
    pub update: u64,
    /// Further writes that complete created records.
    pub complete: u64,
    /// Live records archived.
    pub archive: u64,
    /// Live records deleted.
    pub delete: u64,
}

/// Counts what `plan` does.
pub fn summary(plan: &RestorePlan) -> Summary {
    let mut lines: BTreeMap<Kind, Line> = BTreeMap::new();
    let mut out = Summary::default();
    for step in &plan.steps {
        let line = lines.entry(step.subject.kind).or_insert_with(|| Line {
            kind: step.subject.kind,
            noun: step.noun.clone(),
            create: 0,
            update: 0,
            complete: 0,
            archive: 0,
            delete: 0,
        });
        let count = match (step.action, step.reason) {
            (Action::Update, Reason::Completes) => &mut line.complete,
            (Action::Create, _) => &mut line.create,
            (Action::Update, _) => &mut line.update,
            (Action::Archive, _) => &mut line.archive,
            (Action::Delete, _) => &mut line.delete,
        };
        *count = count.saturating_add(1);
        if step.reason == Reason::Needed {
            out.needed = out.needed.saturating_add(1);
        }
    }
    for loss in &plan.losses {
        let count = out.losses.entry(loss.cause).or_default();
        *count = count.saturating_add(1);
    }
    out.removals = lines.values().map(|line| line.archive.saturating_add(line.delete)).sum();
    out.going_along = out.losses.get(&LossCause::GoesAlong).copied().unwrap_or_default();
    out.lines = lines.into_values().collect();
    out
}
