//! Persons that the platform adds by itself: whoever creates something becomes a part of it, and of what it hangs on.

use super::decide::Decisions;
use super::values::{Creates, Facts};
use crate::model::grants::{Grant, Verb};
use crate::model::ops;
use crate::model::spec::Field;

/// Writes fields again that are as they should be, where the platform adds the account to them because of what will be
/// created. Where the account may not write them they are left alone: nobody asked for it.
pub(super) fn keep_out_of_the_way<'a>(facts: &Facts<'a, '_>, out: &mut Decisions<'a>) {
    let scene = facts.scene;
    for key in out.creates.keys() {
        let parent = scene.desired.get(*key).and_then(|record| scene.parent(record));
        let Some(parent) = parent.and_then(|parent| scene.desired.get(&parent).copied()) else { continue };
        let live = facts.bound.live(&parent.key).and_then(|live| scene.live.get(live).copied());
        let (Some(live), Some(spec)) = (live, scene.spec(parent.key.kind)) else { continue };
        let may = facts.input.grants.get(Some(&live.key.container), parent.key.kind, Verb::Update);
        if matches!(may, Grant::Denied(_)) {
            continue;
        }
        let is_joined = |field: &&Field| {
            let there = ops::get(&live.native, field.path);
            field.joined_with.is_some_and(|kinds| kinds.contains(&key.kind))
                && !ops::ids(there).any(|person| person == facts.input.account.as_str())
                && !facts.resolve(field, parent, Some(live), Creates::Possible).differs
        };
        let joined = ops::writable(spec).filter(is_joined).map(|field| field.path);
        let joined: Vec<&'static str> = joined.collect();
        if !joined.is_empty() {
            out.updates.entry(&parent.key).or_default().extend(joined);
        }
    }
}
