//! Items of a replaced container that another container shows: its removal does not take them along.

use std::collections::BTreeSet;

use super::types::{Action, Mode, RestorePlan, Step};
use crate::model::loss::{Loss, LossCause};
use crate::model::{Kind, NativeId, RecordKey};

/// Adds to the plan what lives on beside the thing that is made anew. `shown` names items of the backup, each with a
/// container other than its own that shows it.
pub fn note(plan: &mut RestorePlan, shown: &BTreeSet<(NativeId, NativeId)>) {
    if !matches!(plan.header.mode, Mode::DeleteBefore | Mode::DeleteBeforeLiteral) {
        return;
    }
    let creates = || plan.steps.iter().filter(|step| step.action == Action::Create);
    let is_made = |key: &RecordKey| creates().any(|step| step.subject == *key);
    let lives_on = |key: &RecordKey| {
        let containers = shown.iter().filter(|(item, _)| key.kind == Kind::Item && *item == key.id);
        // Where all that show it are replaced as well, nothing is left of it.
        containers
            .map(|(_, id)| RecordKey::new(id.clone(), Kind::Container, id.clone()))
            .any(|key| !is_made(&key))
    };
    let loss = |step: &Step| Loss {
        key: step.subject.clone(),
        field: None,
        cause: LossCause::LivesOn,
        path: step.path.clone(),
        noun: step.noun.clone(),
    };
    let losses: Vec<Loss> = creates().filter(|step| lives_on(&step.subject)).map(loss).collect();
    plan.losses.extend(losses);
    plan.losses.sort();
}
