//! What a plan says about the world around its steps: where ids lead, and what must not have changed.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use super::roots::Roots;
use super::types::{Action, Binding, Mode, Step, StepId, Target, Witness};
use super::values::{Creates, Facts, Fate};
use crate::base::hash::Hash;
use crate::model::lineage::pointed_to;
use crate::model::spec::IdPolicy;
use crate::model::{RecordKey, ops};

/// The records of the backup that steps refer to under an id that will not do on the live account, and those
/// created ones that texts may link to.
pub(super) fn referred<'a>(facts: &Facts<'a, '_>, drafts: &[Draft<'a>]) -> BTreeSet<RecordKey> {
    let scene = facts.scene;
    let mut keys = BTreeSet::new();
    for draft in drafts {
        keys.extend(draft.refers.iter().cloned());
        if draft.action != Action::Create {
            continue;
        }
        let key = &draft.record.key;
        if facts.input.dialect.link_token(draft.record).is_some() {
            keys.insert(key.clone());
        }
        if let Some(spec) = scene.spec(key.kind).filter(|spec| spec.ids == IdPolicy::Composed) {
            // The parts of a composed id change with what they name.
            keys.extend(scene.parent(draft.record));
            for pointer in ops::references(spec, &draft.record.native) {
                let part = |kind| scene.pointed_to(key, kind, pointer.id.as_str(), pointer.anywhere);
                keys.extend(pointer.kind.map(part));
            }
        }
    }
    keys
}

/// Where the `referred` records are, or which step makes them.
pub(super) fn bindings(facts: &Facts<'_, '_>, referred: BTreeSet<RecordKey>, steps: &[Step]) -> Vec<Binding> {
    let creating = steps.iter().filter(|step| step.action == Action::Create);
    let made: BTreeMap<&RecordKey, &StepId> = creating.map(|step| (&step.subject, &step.id)).collect();
    let bind = |source: RecordKey| {
        if let Some(step) = made.get(&source) {
            let record = facts.scene.desired.get(&source);
            let link = record.and_then(|record| facts.input.dialect.link_token(record));
            return Some(Binding { source, target: Target::Created((*step).clone()), link });
        }
        match facts.fate(&source, Creates::Possible) {
            Fate::Live(live) if live.id != source.id => {
                Some(Binding { target: Target::Live(live.clone()), source, link: None })
            }
            _ => None,
        }
    };
    referred.into_iter().filter_map(bind).collect()
}

/// The live records that the steps act on, hang something on or refer to, as they are now, and the records that
/// must not be there because a step creates them.
pub(super) fn witnesses(facts: &Facts<'_, '_>, roots: &Roots<'_>, steps: &[Step]) -> Vec<Witness> {
    let scene = facts.scene;
    let print = |key: &RecordKey| {
        let record = scene.live.get(key)?;
        Some(ops::fingerprint(scene.spec(key.kind)?, &record.native))
    };
    let mut seen: BTreeMap<RecordKey, Option<Hash>> = BTreeMap::new();
    let mut removed: BTreeSet<&RecordKey> = BTreeSet::new();
    for step in steps {
        for target in [&step.target, &step.container, &step.parent].into_iter().flatten() {
            if let Target::Live(key) = target
                && let Some(fingerprint) = print(key)
            {
                seen.insert(key.clone(), Some(fingerprint));
            }
        }
        let refers = step.changes.iter().filter(|change| !change.orders);
        for (kind, id) in refers.filter_map(|change| Some((change.refers_to?, &change.to))) {
            for id in ops::ids(Some(id)) {
                if let Fate::Live(live) = facts.fate(&pointed_to(&step.subject, kind, id), Creates::Possible)
                {
                    seen.insert(live.clone(), print(live));
                }
            }
        }
        match step.action {
            Action::Create if facts.input.header.mode != Mode::Copy => {
                let there = live_key(facts, step);
                if !scene.live.contains_key(&there) {
                    seen.entry(there).or_insert(None);
                }
            }
            Action::Delete => {
                removed.insert(&step.subject);
            }
            _ => {}
        }
    }
    // Whatever goes with a removed thing must be as it was when the plan was read by a person.
    for (key, root) in &roots.doomed {
        if removed.contains(root) {
            seen.insert((*key).clone(), print(key));
        }
    }
    seen.into_iter().map(|(key, fingerprint)| Witness { key, fingerprint }).collect()
}

/// The key under which a created record would already be there: in the live container, for ids that are the
/// same everywhere.
fn live_key(facts: &Facts<'_, '_>, step: &Step) -> RecordKey {
    let is_person = facts.scene.spec(step.subject.kind).is_some_and(|spec| spec.ids == IdPolicy::Person);
    match &step.container {
        Some(Target::Live(container)) if is_person => {
            RecordKey::new(container.id.clone(), step.subject.kind, step.subject.id.clone())
        }
        _ => step.subject.clone(),
    }
}
