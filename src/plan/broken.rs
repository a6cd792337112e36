//! What leads from elsewhere to a container that is made anew, and is not led to the new one.

use std::collections::BTreeSet;

use super::types::{Action, Mode, RestorePlan};
use crate::model::loss::{Loss, LossCause};
use crate::model::{Kind, NativeId, RecordKey};

/// A record of the backup that leads to a container other than its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leading {
    /// The record.
    pub key: RecordKey,
    /// The field that names the container.
    pub field: &'static str,
    /// What the platform's users call the record.
    pub noun: String,
    /// Where it is, down to the record itself.
    pub path: Vec<String>,
}

/// The containers that the plan makes in the place of others: nothing that leads to the old ones leads to them.
pub fn made_anew(plan: &RestorePlan) -> BTreeSet<NativeId> {
    let is_made = |action, kind| action == Action::Create && kind == Kind::Container;
    let steps = plan.steps.iter().filter(|step| is_made(step.action, step.subject.kind));
    // The old one of a copy stays where it is.
    let steps = steps.filter(|_| plan.header.mode != Mode::Copy);
    steps.map(|step| step.subject.container.clone()).collect()
}

/// Adds to the plan which of `leading` no step makes or leads to the new containers.
pub fn note(plan: &mut RestorePlan, leading: Vec<Leading>) {
    let mut led: BTreeSet<(&RecordKey, Option<&str>)> = BTreeSet::new();
    for step in &plan.steps {
        led.extend(step.changes.iter().map(|change| (&step.subject, Some(change.path.as_str()))));
        if step.action == Action::Create {
            led.insert((&step.subject, None));
        }
    }
    let is_led =
        |one: &Leading| led.contains(&(&one.key, None)) || led.contains(&(&one.key, Some(one.field)));
    let left: Vec<Leading> = leading.into_iter().filter(|one| !is_led(one)).collect();
    // That nobody can write it is the lesser half of it.
    let says_more =
        |loss: &Loss| left.iter().any(|one| one.key == loss.key && Some(one.field) == loss.field.as_deref());
    plan.losses.retain(|loss| !says_more(loss));
    plan.losses.extend(left.into_iter().map(|Leading { key, field, noun, path }| Loss {
        key,
        field: Some(field.to_owned()),
        cause: LossCause::Broken,
        noun,
        path,
        why: None,
    }));
    plan.losses.sort();
}
