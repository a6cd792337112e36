//! Two trees into what the planner needs: the records that differ, and what stands around them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::dead_links::dead_links;
use super::{Reader, SnapshotError, codec, lineage};
use crate::model::dialect::Dialect;
use crate::model::pairs::{Comparison, Pair};
use crate::model::{Kind, NativeId, Record, RecordKey, ops};
use crate::prolly::{self, Difference, KeyRange, Tree};
use crate::store::chunks::Chunks;

/// What records refer to by id, and what names the places where they hang.
const FURNITURE: [Kind; 14] = [
    Kind::Workspace,
    Kind::Group,
    Kind::GroupMember,
    Kind::WorkspaceMember,
    Kind::Folder,
    Kind::Container,
    Kind::Member,
    Kind::Label,
    Kind::FieldDef,
    Kind::FieldOption,
    Kind::FieldUse,
    Kind::SummaryField,
    Kind::ContainerLink,
    Kind::Section,
];

/// Compares the containers of `scope` (nothing: everything) in two trees of one store.
///
/// The context holds, from both sides and whether they differ or not: the furniture of every container in
/// which something differs (workspace, members, labels, fields, sections), all records above a differing one,
/// and what a differing one refers to.
pub fn compare(
    chunks: &Arc<dyn Chunks>,
    desired: &Tree,
    live: &Tree,
    scope: Option<&[NativeId]>,
    dialect: &dyn Dialect,
) -> Result<Comparison, SnapshotError> {
    let (pairs, equal) = differences(chunks, desired, live, scope)?;
    in_context(chunks, desired, live, dialect, pairs, equal)
}

/// As [`compare`] for a restore. The pairs hold as well what is the same on both sides and refers to something that only
/// the first tree has: should it be made anew, these records must refer to the new one.
pub fn compare_to_restore(
    chunks: &Arc<dyn Chunks>,
    desired: &Tree,
    live: &Tree,
    scope: &[NativeId],
    dialect: &dyn Dialect,
) -> Result<Comparison, SnapshotError> {
    let (mut pairs, equal) = differences(chunks, desired, live, Some(scope))?;
    let readers = [desired, live].map(|tree| Reader::new(Arc::clone(chunks), *tree));
    let dead = dead_links(&readers, scope, dialect, &pairs)?;
    let equal = equal.saturating_sub(dead.len() as u64);
    pairs.extend(dead);
    pairs.sort_by(|a, b| a.key().cmp(&b.key()));
    in_context(chunks, desired, live, dialect, pairs, equal)
}

/// The records that differ, in key order, and how many others there are in the first tree.
fn differences(
    chunks: &Arc<dyn Chunks>,
    desired: &Tree,
    live: &Tree,
    scope: Option<&[NativeId]>,
) -> Result<(Vec<Pair>, u64), SnapshotError> {
    let mut pairs = Vec::new();
    let mut equal = 0_u64;
    for range in ranges(scope) {
        let mut unequal = 0;
        let in_range = prolly::count(&**chunks, desired, &range)?;
        for difference in prolly::diff(&**chunks, desired, live, range) {
            let Difference { key, left, right } = difference?;
            unequal += u64::from(left.is_some());
            let decode = |value: Option<Vec<u8>>| value.map(|value| codec::decode(&key, &value)).transpose();
            pairs.push(Pair { desired: decode(left)?, live: decode(right)? });
        }
        equal = equal.saturating_add(in_range.saturating_sub(unequal));
    }
    Ok((pairs, equal))
}

/// The comparison of `pairs` with what stands around them.
fn in_context(
    chunks: &Arc<dyn Chunks>,
    desired: &Tree,
    live: &Tree,
    dialect: &dyn Dialect,
    pairs: Vec<Pair>,
    equal: u64,
) -> Result<Comparison, SnapshotError> {
    let reader = |tree: &Tree| Reader::new(Arc::clone(chunks), *tree);
    let mut context = Context {
        desired: reader(desired),
        live: reader(live),
        dialect,
        records: BTreeMap::new(),
        furnished: BTreeSet::new(),
        homes: BTreeMap::new(),
    };
    for pair in &pairs {
        if let Some(key) = pair.key() {
            context.add_furniture(&key.container)?;
        }
        context.add_ancestors(pair)?;
        context.add_referenced(pair)?;
    }
    Ok(Comparison { pairs, equal, context: context.records })
}

fn ranges(scope: Option<&[NativeId]>) -> Vec<KeyRange> {
    match scope {
        None => vec![KeyRange::all()],
        // In key order and each once, so that the pairs are in key order.
        Some(ids) => {
            let prefixes: BTreeSet<Vec<u8>> = ids.iter().map(RecordKey::container_prefix).collect();
            prefixes.into_iter().map(KeyRange::prefix).collect()
        }
    }
}

struct Context<'a> {
    desired: Reader,
    live: Reader,
    dialect: &'a dyn Dialect,
    records: BTreeMap<RecordKey, Pair>,
    /// Containers and workspaces whose furniture is in already.
    furnished: BTreeSet<NativeId>,
    /// In which container the records of a kind lie in the first tree; read when it is first asked.
    homes: BTreeMap<Kind, BTreeMap<NativeId, NativeId>>,
}

impl Context<'_> {
    fn add_furniture(&mut self, id: &NativeId) -> Result<(), SnapshotError> {
        if !self.furnished.insert(id.clone()) {
            return Ok(());
        }
        let mut around = BTreeSet::new();
        for kind in FURNITURE {
            for (side, reader) in [(Side::Desired, &self.desired), (Side::Live, &self.live)] {
                for record in reader.container_kind(id, kind) {
                    let record = record?;
                    if kind.stands_alone() {
                        around.extend(self.places_of(&record));
                    }
                    let pair = self.records.entry(record.key.clone());
                    let pair = pair.or_insert(Pair { desired: None, live: None });
                    match side {
                        Side::Desired => pair.desired = Some(record),
                        Side::Live => pair.live = Some(record),
                    }
                }
            }
        }
        around.iter().try_for_each(|place| self.add_furniture(place))
    }

    /// The workspaces, groups and folders that a container or one of these refers to.
    fn places_of(&self, record: &Record) -> Vec<NativeId> {
        let Some(spec) = self.dialect.spec(record.key.kind) else { return Vec::new() };
        let pointers = ops::references(spec, &record.native).into_iter();
        let is_place = |kind: Kind| kind.stands_alone() && kind != Kind::Container;
        pointers.filter(|pointer| pointer.kind.is_some_and(is_place)).map(|pointer| pointer.id).collect()
    }

    /// The records above both sides of a pair; they may hang on different ones.
    fn add_ancestors(&mut self, pair: &Pair) -> Result<(), SnapshotError> {
        let mut keys = self.parents(pair);
        while let Some(key) = keys.pop() {
            if self.records.contains_key(&key) {
                continue;
            }
            let above = Pair { desired: self.desired.get(&key)?, live: self.live.get(&key)? };
            keys.extend(self.parents(&above));
            if above.key().is_some() {
                self.records.insert(key, above);
            }
        }
        Ok(())
    }

    /// The records that both sides of a pair refer to (a card's cover: one of its attachments).
    fn add_referenced(&mut self, pair: &Pair) -> Result<(), SnapshotError> {
        for record in [&pair.desired, &pair.live].into_iter().flatten() {
            let Some(spec) = self.dialect.spec(record.key.kind) else { continue };
            for pointer in ops::references(spec, &record.native) {
                // The furniture of a pair's own container is there already.
                let is_new = |kind: &Kind| pointer.anywhere || !FURNITURE.contains(kind);
                let Some(kind) = pointer.kind.filter(is_new) else { continue };
                let near = crate::model::lineage::pointed_to(&record.key, kind, pointer.id.as_str());
                let key = if pointer.anywhere { self.wherever(near)? } else { near };
                if !self.records.contains_key(&key) {
                    let found = Pair { desired: self.desired.get(&key)?, live: self.live.get(&key)? };
                    if found.key().is_some() {
                        self.add_ancestors(&found)?;
                        self.records.insert(key, found);
                    }
                }
            }
        }
        Ok(())
    }

    /// `near`, or the key of the record of its kind and id in whatever container it lies.
    fn wherever(&mut self, near: RecordKey) -> Result<RecordKey, SnapshotError> {
        if self.desired.get(&near)?.is_some() {
            return Ok(near);
        }
        if !self.homes.contains_key(&near.kind) {
            let mut homes = BTreeMap::new();
            for container in self.desired.container_ids()? {
                for record in self.desired.container_kind(&container, near.kind) {
                    homes.insert(record?.key.id, container.clone());
                }
            }
            self.homes.insert(near.kind, homes);
        }
        let home = self.homes.get(&near.kind).and_then(|homes| homes.get(&near.id)).cloned();
        Ok(match home {
            Some(container) => RecordKey { container, ..near },
            None => near,
        })
    }

    fn parents(&self, pair: &Pair) -> Vec<RecordKey> {
        let sides = [&pair.desired, &pair.live];
        sides.into_iter().flatten().filter_map(|record| lineage::parent(self.dialect, record)).collect()
    }
}

#[derive(Clone, Copy)]
enum Side {
    Desired,
    Live,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Record;
    use crate::prolly::testing::MemoryChunks;
    use crate::snapshot::testing::{Boards, account, record, write};

    fn compare_with(change: impl FnOnce(&mut Vec<Record>), scope: Option<&[NativeId]>) -> Comparison {
        let chunks = Arc::new(MemoryChunks::default());
        let mut records = account();
        let desired = write(&chunks, None, &records);
        change(&mut records);
        let live = write(&chunks, None, &records);
        let chunks: Arc<dyn Chunks> = chunks;
        compare(&chunks, &desired.tree, &live.tree, scope, &Boards).unwrap()
    }

    fn of<'a>(comparison: &'a Comparison, container: &str, kind: Kind, id: &str) -> Option<&'a Pair> {
        comparison.context.get(&RecordKey::new(container, kind, id))
    }

    fn rename_and_delete(records: &mut Vec<Record>) {
        records.retain(|record| record.key.id.as_str() != "c2");
        let field = |record: &&mut Record| record.key.id.as_str() == "c1-f1";
        records.iter_mut().find(field).unwrap().native["value"] = json!(4);
        records.push(record("b2", Kind::Item, "new", json!({"name": "new", "idList": "l9"})));
    }

    #[test]
    fn differing_records_come_in_pairs_and_the_rest_is_counted() {
        let comparison = compare_with(rename_and_delete, None);
        let pairs: Vec<_> = comparison
            .pairs
            .iter()
            .map(|pair| (pair.key().unwrap().id.as_str(), pair.desired.is_some(), pair.live.is_some()))
            .collect();
        assert_eq!(pairs, [("c2", true, false), ("c1-f1", true, true), ("new", false, true)]);
        assert_eq!(comparison.equal, account().len() as u64 - 2);
    }

    #[test]
    fn the_context_holds_furniture_and_ancestors_of_touched_containers_only() {
        let comparison = compare_with(rename_and_delete, None);
        for (container, kind, id) in [
            ("w1", Kind::Workspace, "w1"),
            ("b1", Kind::Container, "b1"),
            ("b1", Kind::Section, "l2"),
            ("b1", Kind::FieldDef, "f1"),
            ("b1", Kind::Label, "g1"),
            ("b1", Kind::Item, "c1"),
            ("b2", Kind::Container, "b2"),
        ] {
            let pair = of(&comparison, container, kind, id).expect(id);
            assert!(pair.desired.is_some() && pair.desired == pair.live, "{id}");
        }
        assert!(of(&comparison, "b1", Kind::Item, "c3").is_none(), "c3 has nothing to do with it");
        assert!(of(&comparison, "b3", Kind::Container, "b3").is_none(), "b3 is untouched");
    }

    #[test]
    fn a_record_that_moved_has_the_parents_of_both_sides() {
        let move_value = |records: &mut Vec<Record>| {
            let field = |record: &&mut Record| record.key.id.as_str() == "c1-f1";
            records.iter_mut().find(field).unwrap().native["idModel"] = json!("c3");
        };
        let comparison = compare_with(move_value, None);
        assert!(of(&comparison, "b1", Kind::Item, "c1").is_some());
        assert!(of(&comparison, "b1", Kind::Item, "c3").is_some());
    }

    #[test]
    fn what_a_differing_record_refers_to_is_there_although_it_is_equal() {
        let chunks = Arc::new(MemoryChunks::default());
        let mut records = account();
        records.push(record("b1", Kind::Attachment, "a1", json!({"name": "logo.png", "idCard": "c1"})));
        let card = |record: &&mut Record| record.key.id.as_str() == "c1";
        records.iter_mut().find(card).unwrap().native["cover"] = json!("a1");
        let desired = write(&chunks, None, &records);
        records.iter_mut().find(card).unwrap().native["cover"] = json!(null);
        let live = write(&chunks, None, &records);
        let chunks: Arc<dyn Chunks> = chunks;
        let comparison = compare(&chunks, &desired.tree, &live.tree, None, &Boards).unwrap();
        assert!(of(&comparison, "b1", Kind::Attachment, "a1").is_some_and(|pair| pair.live.is_some()));
    }

    #[test]
    fn a_scope_leaves_other_containers_out_of_everything() {
        let scope = [NativeId::from("b2")];
        let comparison = compare_with(rename_and_delete, Some(&scope));
        assert_eq!(comparison.pairs.len(), 1);
        assert_eq!(comparison.equal, 3_001, "the records of b2, its board among them");
        assert!(of(&comparison, "b1", Kind::Container, "b1").is_none());
        assert!(of(&comparison, "w1", Kind::Workspace, "w1").is_some());
    }
}
