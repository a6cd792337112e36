//! The order of steps: what others need comes first, what removes comes last.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::roots::Roots;
use super::scene::{Scene, Side};
use super::types::{Action, FieldChange, Mode, Reason, Step, StepId, Target};
use super::values::{Creates, Facts, Fate};
use crate::model::lineage::home;
use crate::model::spec::Parent;
use crate::model::{Kind, NativeId, Record, RecordKey};

/// The large sections of a plan, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Band {
    /// Removals that the mode wants first.
    First,
    /// Creations and updates.
    Main,
    /// Updates right after the creations of the same kind.
    After,
    /// Archiving, covers, links: when everything else stands.
    Last,
    /// Removals.
    Removal,
}

/// The place of a record in creation order: by kind, then outer before inner ones of the same kind, then by
/// container, as people see it where their parents order things, the time where the platform's ids do not tell it,
/// and id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place<'a> {
    kind: Kind,
    depth: usize,
    container: &'a NativeId,
    /// Where what it hangs on stands, from the outside in.
    around: Vec<usize>,
    /// For kinds of which several travel in one request, and for those whose parent orders them: these must stand
    /// together.
    parent: Option<RecordKey>,
    position: Option<usize>,
    written: Option<&'a str>,
    id: &'a NativeId,
}

impl<'a> Place<'a> {
    pub(super) fn of(scene: &Scene<'a>, side: &Side<'a>, record: &'a Record) -> Self {
        let is_batched = scene.spec(record.key.kind).is_some_and(|spec| spec.batch.max > 1);
        let held_by = || scene.position(&scene.holder(record)?);
        let position = scene.position(&record.key).or_else(held_by);
        Self {
            kind: record.key.kind,
            depth: scene.depth(side, record),
            container: &record.key.container,
            around: scene.standing(side, record),
            parent: (is_batched || position.is_some()).then(|| scene.parent(record)).flatten(),
            position,
            written: scene.written_at(record),
            id: &record.key.id,
        }
    }
}

/// Puts the drafts in order and gives them identities, targets and dependencies.
pub(super) fn steps<'a>(facts: &Facts<'a, '_>, roots: &Roots<'a>, mut drafts: Vec<Draft<'a>>) -> Vec<Step> {
    let scene = facts.scene;
    drafts.sort_by_cached_key(|draft| {
        let place = Place::of(scene, side(scene, draft), draft.record);
        let Place { kind, depth, container, around, parent, position, written, id } = place;
        let rank = i16::from(kind.rank());
        // Late updates and removals go from the inside out: a closed container accepts nothing any more.
        let rank = if matches!(draft.band, Band::Main | Band::After) { rank } else { -rank };
        let band = if draft.band == Band::After { Band::Main } else { draft.band };
        (band, rank, depth, draft.band, (container, around, parent), draft.action, position, written, id)
    });
    let ids: BTreeMap<&RecordKey, StepId> = drafts
        .iter()
        .filter(|draft| draft.action == Action::Create)
        .map(|draft| (&draft.record.key, identity(facts, draft)))
        .collect();
    let placer = Placer { facts, ids };
    let mut steps: Vec<Step> = drafts.iter().map(|draft| placer.step(draft)).collect();
    depend_on_removals(facts.input.header.mode, roots, &mut steps);
    steps
}

fn side<'s, 'a>(scene: &'s Scene<'a>, draft: &Draft<'_>) -> &'s Side<'a> {
    if is_removal(draft.action) { &scene.live } else { &scene.desired }
}

fn is_removal(action: Action) -> bool {
    matches!(action, Action::Delete | Action::Archive)
}

/// A hash over everything that makes a step this step: the same input gives the same identity.
fn identity(facts: &Facts<'_, '_>, draft: &Draft<'_>) -> StepId {
    let header = &facts.input.header;
    let parts = format!(
        "{}\n{:?}\n{}\n{:?}\n{:?}",
        header.snapshot, header.mode, draft.record.key, draft.action, draft.band
    );
    StepId(blake3::hash(parts.as_bytes()).to_hex().chars().take(16).collect())
}

struct Placer<'a, 's> {
    facts: &'s Facts<'a, 's>,
    ids: BTreeMap<&'s RecordKey, StepId>,
}

impl<'a> Placer<'a, '_> {
    fn step(&self, draft: &Draft<'a>) -> Step {
        let scene = self.facts.scene;
        let key = &draft.record.key;
        let target = match draft.live {
            Some(live) => Some(Target::Live(live.key.clone())),
            None if draft.action == Action::Create => None,
            None => self.ids.get(key).cloned().map(Target::Created),
        };
        let container = match key.kind {
            kind if kind.stands_alone() && draft.action == Action::Create => None,
            _ if is_removal(draft.action) => Some(Target::Live(home(key))),
            _ => self.target(&home(key)),
        };
        let parent = self.parent(draft);
        let mut after: Vec<StepId> =
            draft.needs.iter().filter_map(|need| self.ids.get(need)).cloned().collect();
        after.extend([&target, &container, &parent].into_iter().flatten().filter_map(made_by));
        after.sort();
        after.dedup();
        Step {
            id: identity(self.facts, draft),
            action: draft.action,
            subject: key.clone(),
            path: self.path(draft),
            noun: scene.noun(key.kind),
            reason: draft.reason,
            target,
            container,
            parent,
            changes: self.changes(draft),
            blob: draft.blob,
            after,
            wave: 0,
        }
    }

    /// Where the record is, or will be; one that gets another name goes by that.
    fn path(&self, draft: &Draft<'a>) -> Vec<String> {
        let scene = self.facts.scene;
        let mut path = scene.path(side(scene, draft), draft.record);
        let name = self.facts.named.name(&draft.record.key).filter(|_| draft.action == Action::Create);
        if let (Some(name), Some(last)) = (name, path.last_mut()) {
            name.clone_into(last);
        }
        path
    }

    /// The changes, with the steps that let in whom they name.
    fn changes(&self, draft: &Draft<'a>) -> Vec<FieldChange> {
        let mut changes = draft.changes.clone();
        for change in &mut changes {
            let named = draft.joins.iter().filter(|(path, _)| *path == change.path);
            let step = |key: &RecordKey| Some((key.id.0.clone(), self.ids.get(key)?.clone()));
            change.joins = named.filter_map(|(_, membership)| step(membership)).collect();
        }
        changes
    }

    /// What the record hangs on: where it is now if it is live, else where it belongs.
    fn parent(&self, draft: &Draft<'a>) -> Option<Target> {
        let scene = self.facts.scene;
        let Parent::At(..) = scene.spec(draft.record.key.kind)?.parent else { return None };
        match draft.live {
            Some(live) => scene.parent(live).map(Target::Live),
            None => self.target(&scene.parent(draft.record)?),
        }
    }

    /// Where a record of the backup is.
    fn target(&self, key: &RecordKey) -> Option<Target> {
        if let Some(id) = self.ids.get(key) {
            return Some(Target::Created(id.clone()));
        }
        match self.facts.fate(key, Creates::Possible) {
            Fate::Live(live) => Some(Target::Live(live.clone())),
            Fate::Outside => Some(Target::Live(key.clone())),
            Fate::Created | Fate::Gone => None,
        }
    }
}

fn made_by(target: &Target) -> Option<StepId> {
    match target {
        Target::Created(step) => Some(step.clone()),
        Target::Live(_) => None,
    }
}

/// Ties what is built anew to the removal of the old: the old one goes after all of it and after what leads to it is
/// led away, or before, literally.
fn depend_on_removals(mode: Mode, roots: &Roots<'_>, steps: &mut [Step]) {
    let replaced_by: BTreeMap<&RecordKey, &RecordKey> =
        roots.replaces.iter().map(|(new, old)| (*old, *new)).collect();
    let mut builds: BTreeMap<RecordKey, Vec<StepId>> = BTreeMap::new();
    let mut removals: BTreeMap<RecordKey, StepId> = BTreeMap::new();
    let follows = |step: &&Step| step.reason == Reason::Follows;
    let following: Vec<StepId> = steps.iter().filter(follows).map(|step| step.id.clone()).collect();
    for step in steps.iter() {
        if is_removal(step.action) && step.reason == Reason::Replaced {
            if let Some(new) = replaced_by.get(&step.subject) {
                removals.insert((*new).clone(), step.id.clone());
            }
        } else if let Some(root) = roots.fresh.get(&step.subject) {
            builds.entry((*root).clone()).or_default().push(step.id.clone());
        }
    }
    for step in steps {
        if is_removal(step.action) {
            if mode == Mode::DeleteBefore
                && let Some(built) = replaced_by.get(&step.subject).and_then(|new| builds.get(*new))
            {
                step.after.extend(built.iter().chain(&following).cloned());
            }
        } else if mode == Mode::DeleteBeforeLiteral
            && let Some(removal) = removals.get(&step.subject)
        {
            step.after.push(removal.clone());
        }
    }
}
