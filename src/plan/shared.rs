//! Items of a replaced container that another container shows: its removal does not take them along.

use std::collections::BTreeSet;

use super::types::{Action, RestorePlan, Step};
use crate::model::loss::{Loss, LossCause};
use crate::model::{Kind, NativeId, RecordKey};

/// Adds to a plan that replaces containers what lives on beside the thing that is made anew. `shown` names items of the backup, each with a
/// container other than its own that shows it.
pub fn note(plan: &mut RestorePlan, shown: &BTreeSet<(NativeId, NativeId)>) {
    let creates = || plan.steps.iter().filter(|step| step.action == Action::Create);
    let made: BTreeSet<&RecordKey> = creates().map(|step| &step.subject).collect();
    let lives_on = |key: &RecordKey| {
        let containers = shown.iter().filter(|(item, _)| key.kind == Kind::Item && *item == key.id);
        // Where all that show it are replaced as well, nothing is left of it.
        containers
            .map(|(_, id)| RecordKey::new(id.clone(), Kind::Container, id.clone()))
            .any(|key| !made.contains(&key))
    };
    let loss = |step: &Step| Loss {
        key: step.subject.clone(),
        field: None,
        cause: LossCause::LivesOn,
        path: step.path.clone(),
        noun: step.noun.clone(),
        why: None,
    };
    let losses: Vec<Loss> = creates().filter(|step| lives_on(&step.subject)).map(loss).collect();
    plan.losses.extend(losses);
    plan.losses.sort();
}
