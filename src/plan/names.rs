//! What the ids in a plan are called, so that a person can read it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;

use super::scene::Scene;
use super::types::Step;
use crate::model::loss::Loss;
use crate::model::spec::Role;
use crate::model::told::Told;
use crate::model::{Kind, lineage, ops};

/// Adds the names to every change whose value is an id or a list of ids.
pub(super) fn add(scene: &Scene<'_>, steps: &mut [Step]) {
    let mut names: BTreeMap<(Kind, &str), &str> = BTreeMap::new();
    for record in scene.live.values().chain(scene.desired.values()) {
        if let Some(title) = scene.spec(record.key.kind).and_then(|spec| lineage::title(spec, record)) {
            names.insert((record.key.kind, record.key.id.as_str()), title);
        }
    }
    for step in steps {
        let Some(spec) = scene.spec(step.subject.kind) else { continue };
        for change in &mut step.changes {
            let Some(field) = spec.fields.iter().find(|field| field.path == change.path) else { continue };
            if let Told::Naming(kind) = field.told {
                let texts = change.from.iter().chain([&change.to]).filter_map(Value::as_str);
                change.names = texts
                    .flat_map(|text| {
                        named_in(scene, text, &|id| names.get(&(kind, id)).map(ToString::to_string))
                    })
                    .collect();
                continue;
            }
            let kinds = match field.role {
                Role::Reference(kind) | Role::References(kind) => vec![kind],
                Role::Sequence(kind) => [Some(kind), field.mixed_with].into_iter().flatten().collect(),
                Role::Person | Role::Persons => vec![Kind::Member, Kind::WorkspaceMember],
                _ => continue,
            };
            let found: BTreeMap<String, String> = [change.from.as_ref(), Some(&change.to)]
                .into_iter()
                .flat_map(|value: Option<&Value>| ops::ids(value))
                .filter_map(|id| {
                    let name = kinds.iter().find_map(|kind| names.get(&(*kind, id)))?;
                    Some((id.to_owned(), (*name).to_owned()))
                })
                .collect();
            change.names = found;
        }
    }
}

/// What `name` calls the records that a text names by their ids.
fn named_in(
    scene: &Scene<'_>,
    text: &str,
    name: &dyn Fn(&str) -> Option<String>,
) -> BTreeMap<String, String> {
    let found = RefCell::new(BTreeMap::new());
    let _words = scene.dialect.retold(text, &|id| {
        let name = name(id)?;
        found.borrow_mut().insert(id.to_owned(), name.clone());
        Some(name)
    });
    found.into_inner()
}

/// Says of every loss which record it is about. What goes along with a removal is on the live account alone.
pub(super) fn name(scene: &Scene<'_>, losses: &mut [Loss]) {
    for loss in losses {
        let side = [&scene.desired, &scene.live].into_iter().find(|side| side.contains_key(&loss.key));
        let Some((side, record)) = side.and_then(|side| Some((side, *side.get(&loss.key)?))) else {
            continue;
        };
        loss.noun = scene.called(record);
        loss.path = scene.path(side, record);
    }
}
