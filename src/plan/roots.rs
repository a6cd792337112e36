//! The things that a copy or a delete-before builds anew as a whole, and those that are removed as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::input::{PlanError, PlanInput, Selected, Selection};
use super::scene::{Scene, Side};
use super::types::Mode;
use crate::model::{Kind, NativeId, Record, RecordKey};

/// Which records share the fate of a whole.
#[derive(Default)]
pub(super) struct Roots<'a> {
    /// Records of the backup that are created anew whatever is there, each with its root.
    pub(super) fresh: BTreeMap<&'a RecordKey, &'a RecordKey>,
    /// Live records that are removed, each with its root: the one that the removing step names.
    pub(super) doomed: BTreeMap<&'a RecordKey, &'a RecordKey>,
    /// For each root that is built anew: the old one that it replaces.
    pub(super) replaces: BTreeMap<&'a RecordKey, &'a RecordKey>,
}

impl<'a> Roots<'a> {
    pub(super) fn find(input: &PlanInput<'a>, scene: &Scene<'a>) -> Result<Self, PlanError> {
        check_selection(input, scene)?;
        let mut roots = Self::default();
        match input.header.mode {
            Mode::Merge => {}
            Mode::Copy => {
                let anew = copied(input, scene)?;
                roots.fresh = below(scene, &scene.desired, &anew);
            }
            Mode::DeleteBefore | Mode::DeleteBeforeLiteral => {
                let anew = replaced(input, scene)?;
                roots.fresh = below(scene, &scene.desired, &anew);
                let old = |root: &'a RecordKey| Some((root, counterpart(input, scene, root)?));
                roots.replaces = anew.into_iter().filter_map(old).collect();
                roots.doomed = below(scene, &scene.live, &roots.replaces.values().copied().collect());
            }
            Mode::Undo => {
                let scope = input.undo.ok_or(PlanError::NothingToUndo)?;
                let created = scene.live.keys().copied().filter(|key| scope.created.contains(*key)).collect();
                roots.doomed = outermost(scene, &created);
            }
        }
        Ok(roots)
    }

    /// Whether `key` is one of the roots that are built anew.
    pub(super) fn is_new_root(&self, key: &RecordKey) -> bool {
        self.fresh.get(key).is_some_and(|root| *root == key)
    }

    /// The live records that get a removing step, in key order.
    pub(super) fn removed(&self) -> impl Iterator<Item = &'a RecordKey> {
        self.doomed.iter().filter(|(key, root)| key == root).map(|(key, _)| *key)
    }
}

fn check_selection(input: &PlanInput<'_>, scene: &Scene<'_>) -> Result<(), PlanError> {
    let Selection::Only(selected) = input.selection else { return Ok(()) };
    let unknown = selected
        .iter()
        .map(|node| &node.key)
        .find(|key| !scene.desired.contains_key(key) && !scene.live.contains_key(key));
    unknown.map_or(Ok(()), |key| Err(PlanError::Unknown(key.clone())))
}

/// The roots of a copy: what is selected, or all containers.
fn copied<'a>(input: &PlanInput<'a>, scene: &Scene<'a>) -> Result<BTreeSet<&'a RecordKey>, PlanError> {
    let Selection::Only(selected) = input.selection else {
        return Ok(opened(input, scene, containers(scene, |_| true)));
    };
    let whole = |kind| matches!(kind, Kind::Workspace | Kind::Container | Kind::Section | Kind::Item);
    if let Some(part) = selected.iter().find(|node| node.field.is_some() || !whole(node.key.kind)) {
        return Err(PlanError::NotCopyable(described(scene, part)));
    }
    Ok(opened(input, scene, known(scene, selected)))
}

/// The same roots, where in place of a container that nobody can make stand the items in it.
fn opened<'a>(
    input: &PlanInput<'a>,
    scene: &Scene<'a>,
    roots: BTreeSet<&'a RecordKey>,
) -> BTreeSet<&'a RecordKey> {
    let is_given = |key: &RecordKey| {
        key.kind == Kind::Container
            && scene.desired.get(key).is_some_and(|record| input.dialect.comes_by_itself(record))
    };
    let (given, mut opened): (BTreeSet<_>, BTreeSet<_>) = roots.into_iter().partition(|key| is_given(key));
    let given: BTreeSet<&NativeId> = given.into_iter().map(|key| &key.id).collect();
    let lies_there = |record: &&&'a Record| {
        record.key.kind == Kind::Item
            && given.contains(&record.key.container)
            && scene.parent(record).is_none_or(|parent| parent.kind == Kind::Container)
    };
    opened.extend(scene.desired.values().filter(lies_there).map(|record| &record.key));
    opened
}

/// The roots of a delete-before: the selected containers and items, and all containers of a selected workspace.
fn replaced<'a>(input: &PlanInput<'a>, scene: &Scene<'a>) -> Result<BTreeSet<&'a RecordKey>, PlanError> {
    let Selection::Only(selected) = input.selection else {
        return Ok(opened(input, scene, containers(scene, |_| true)));
    };
    let whole = |kind| matches!(kind, Kind::Workspace | Kind::Container | Kind::Item);
    if let Some(part) = selected.iter().find(|node| node.field.is_some() || !whole(node.key.kind)) {
        return Err(PlanError::NotReplaceable(described(scene, part)));
    }
    let (workspaces, others): (BTreeSet<_>, BTreeSet<_>) =
        known(scene, selected).into_iter().partition(|key| key.kind == Kind::Workspace);
    let within = |record: &'a Record| {
        scene.chain(&scene.desired, record).iter().any(|above| workspaces.contains(&above.key))
    };
    Ok(opened(input, scene, containers(scene, within).into_iter().chain(others).collect()))
}

fn described(scene: &Scene<'_>, node: &Selected) -> String {
    let noun = scene.noun(node.key.kind);
    node.field.as_ref().map_or(noun.clone(), |field| format!("single field ({field}) of a {noun}"))
}

fn known<'a>(scene: &Scene<'a>, selected: &[Selected]) -> BTreeSet<&'a RecordKey> {
    selected.iter().filter_map(|node| scene.desired.get(&node.key)).map(|record| &record.key).collect()
}

fn containers<'a>(scene: &Scene<'a>, wanted: impl Fn(&'a Record) -> bool) -> BTreeSet<&'a RecordKey> {
    let all = scene.desired.values().copied().filter(|record| record.key.kind == Kind::Container);
    all.filter(|record| wanted(record)).map(|record| &record.key).collect()
}

/// All records of a side at or below one of `roots`, with the outermost root above them.
fn below<'a>(
    scene: &Scene<'a>,
    side: &Side<'a>,
    roots: &BTreeSet<&'a RecordKey>,
) -> BTreeMap<&'a RecordKey, &'a RecordKey> {
    if roots.is_empty() {
        return BTreeMap::new();
    }
    let root = |record: &'a Record| {
        scene.chain(side, record).into_iter().rev().map(|above| &above.key).find(|key| roots.contains(key))
    };
    side.values().filter_map(|record| Some((&record.key, root(record)?))).collect()
}

/// As [`below`] on the live side, where only what can be deleted takes along what lies in it: things inside
/// something that can merely be archived are removed one by one.
fn outermost<'a>(
    scene: &Scene<'a>,
    created: &BTreeSet<&'a RecordKey>,
) -> BTreeMap<&'a RecordKey, &'a RecordKey> {
    let deletable = |key: &&'a RecordKey| scene.spec(key.kind).is_some_and(|spec| spec.verbs.delete);
    let whole: BTreeSet<_> = created.iter().copied().filter(deletable).collect();
    // What the run only moved there goes back before, with all that hangs on it.
    let goes_back = |key: &RecordKey| scene.is_desired(key) && !created.contains(key);
    let root = |record: &'a Record| {
        let chain = scene.chain(&scene.live, record);
        let own = chain.into_iter().map(|above| &above.key).take_while(|key| !goes_back(key));
        own.filter(|key| whole.contains(key)).last()
    };
    let mut doomed: BTreeMap<_, _> =
        scene.live.values().filter_map(|record| Some((&record.key, root(record)?))).collect();
    for key in created {
        doomed.entry(key).or_insert(key);
    }
    doomed
}

/// The live record that `root` replaces: itself, or what an earlier restore made of it.
fn counterpart<'a>(input: &PlanInput<'a>, scene: &Scene<'a>, root: &RecordKey) -> Option<&'a RecordKey> {
    std::iter::once(root)
        .chain(input.origins.aliases(root))
        .find_map(|key| scene.live.get(key).map(|live| &live.key))
}
