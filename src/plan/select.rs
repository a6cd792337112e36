//! What of the comparison is wanted.

use std::collections::{BTreeMap, BTreeSet};

use super::input::Selection;
use super::matching::Bound;
use super::scene::{Scene, Side};
use crate::model::{Record, RecordKey};

/// The fields of a record that are wanted; nothing for all of them.
pub(super) type Wanted<'s> = Option<BTreeSet<&'s str>>;

/// A selection that can be asked about records of either side.
pub(super) struct Selector<'s> {
    /// The selected keys, as either side knows them, with the wanted fields.
    nodes: Option<BTreeMap<&'s RecordKey, Wanted<'s>>>,
}

impl<'s> Selector<'s> {
    pub(super) fn new<'a: 's>(selection: &'s Selection, bound: &Bound<'a>) -> Self {
        let Selection::Only(selected) = selection else { return Self { nodes: None } };
        let mut nodes: BTreeMap<&'s RecordKey, Wanted<'s>> = BTreeMap::new();
        for node in selected {
            for key in [Some(&node.key), bound.live(&node.key)].into_iter().flatten() {
                let wanted = nodes.entry(key).or_insert_with(|| Some(BTreeSet::new()));
                match (&node.field, wanted.as_mut()) {
                    (Some(field), Some(fields)) => {
                        fields.insert(field);
                    }
                    _ => *wanted = None,
                }
            }
        }
        Self { nodes: Some(nodes) }
    }

    /// Whether `record` of `side` is selected, and with which fields: by itself, or by something above it.
    pub(super) fn wanted<'a>(
        &self,
        scene: &Scene<'a>,
        side: &Side<'a>,
        record: &'a Record,
    ) -> Option<Wanted<'s>> {
        let Some(nodes) = &self.nodes else { return Some(None) };
        let mut fields = None;
        for (distance, above) in scene.chain(side, record).into_iter().enumerate() {
            match nodes.get(&above.key) {
                Some(None) => return Some(None),
                // A single field of something says nothing about what lies in it.
                Some(Some(own)) if distance == 0 => fields = Some(Some(own.clone())),
                _ => {}
            }
        }
        fields
    }
}

/// Whether the field at `path` is one of the wanted ones, or lies in one of them.
pub(super) fn wants(wanted: &Wanted<'_>, path: &str) -> bool {
    let covers =
        |field: &&str| path.strip_prefix(*field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    wanted.as_ref().is_none_or(|fields| fields.iter().any(covers))
}
