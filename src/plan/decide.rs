//! What happens to each record: created, updated, removed, left alone, or blocked.

use std::collections::{BTreeMap, BTreeSet};

use super::blocking::Blocking;
use super::elsewhere::Elsewhere;
use super::input::UndoScope;
use super::policy::{PairState, Treatment, treatment};
use super::roots::Roots;
use super::select::{Selector, Wanted, wants};
use super::types::{Blocked, Mode, Reason};
use super::values::{Creates, Facts, Fate};
use crate::model::lineage::{home, pointed_to};
use crate::model::loss::{Loss, LossCause};
use crate::model::spec::{Codec, Field, KindSpec, Role};
use crate::model::{Kind, Record, RecordKey, ops};

/// The decisions over all records of a comparison.
#[derive(Default)]
pub(super) struct Decisions<'a> {
    /// Records of the backup that are created.
    pub(super) creates: BTreeMap<&'a RecordKey, Reason>,
    /// Records of the backup whose live version is changed, and in which fields at most.
    pub(super) updates: BTreeMap<&'a RecordKey, BTreeSet<&'static str>>,
    /// Live records that are removed.
    pub(super) removals: BTreeMap<&'a RecordKey, Reason>,
    /// Containers among the created ones that are not made where they were.
    pub(super) elsewhere: Elsewhere<'a>,
    /// Fields that are as in the backup and lead to something missing: should it be made, they follow.
    pub(super) dead_links: Vec<DeadLink<'a>>,
    pub(super) blocked: Vec<Blocked>,
    pub(super) losses: Vec<Loss>,
    pub(super) kept: u64,
    pub(super) equal: u64,
}

/// A field of a record, and the record of the backup to which it leads.
pub(super) type DeadLink<'a> = (&'a RecordKey, &'static str, &'a RecordKey);

impl<'a> Decisions<'a> {
    pub(super) fn make(facts: &Facts<'a, '_>, roots: &Roots<'a>) -> Self {
        let mut decider = Decider {
            facts,
            roots,
            selector: Selector::new(facts.input.selection, facts.bound),
            out: Self::default(),
        };
        decider.desired_side();
        decider.live_side();
        decider.bring_what_is_needed();
        let mut out = decider.out;
        Blocking::apply(facts, roots, &mut out);
        out
    }

    /// Notes that something does not come back.
    pub(super) fn lose(&mut self, key: &RecordKey, field: Option<&str>, cause: LossCause) {
        self.losses.push(Loss::new(key.clone(), field, cause));
    }
}

struct Decider<'a, 's> {
    facts: &'s Facts<'a, 's>,
    roots: &'s Roots<'a>,
    selector: Selector<'s>,
    out: Decisions<'a>,
}

impl<'a> Decider<'a, '_> {
    fn mode(&self) -> Mode {
        self.facts.input.header.mode
    }

    fn desired_side(&mut self) {
        let scene = self.facts.scene;
        for record in scene.desired.values().copied() {
            let key = &record.key;
            if self.roots.fresh.contains_key(key) {
                self.create(record, self.reason_for_fresh(key));
            } else if self.mode() != Mode::Copy
                && scene.differing.contains(key)
                && let Some(wanted) = self.selector.wanted(scene, &scene.desired, record)
            {
                self.in_place(record, &wanted);
            }
        }
    }

    fn reason_for_fresh(&self, key: &RecordKey) -> Reason {
        let is_replacement =
            self.roots.fresh.get(key).is_some_and(|root| self.roots.replaces.contains_key(root));
        match self.mode() {
            Mode::Copy => Reason::Copied,
            _ if is_replacement => Reason::Replaced,
            _ => Reason::Missing,
        }
    }

    /// A record that is not part of something built anew: missing ones are created, differing ones updated.
    fn in_place(&mut self, record: &'a Record, wanted: &Wanted<'_>) {
        let mode = if self.mode() == Mode::Undo { Mode::Undo } else { Mode::Merge };
        let Some(live) = self.facts.bound.live(&record.key) else {
            let treatment = treatment(mode, PairState::OnlyInBackup);
            let was_removed = self.was_removed_by_run(record) || self.was_replaced_by_run(record);
            if treatment == Treatment::Create || was_removed {
                self.create(record, Reason::Missing);
            }
            return;
        };
        let Some(live) = self.facts.scene.live.get(live).copied() else { return };
        let differing = self.differing(record, live, wanted);
        let state = if differing.is_empty() { PairState::Equal } else { PairState::Differs };
        match treatment(mode, state) {
            Treatment::Update => self.update(record, live, &differing),
            Treatment::UpdateIfChanged => {
                let changed = self.facts.input.undo.and_then(|scope| scope.changed.get(&live.key));
                let was_removed = self.was_removed_by_run(record);
                let by_run = |field: &&Field| {
                    changed.is_some_and(|fields| fields.contains(field.path))
                        || (was_removed && self.is_place(field, record))
                        || self.left_by_run(field, record)
                };
                let by_run = differing.into_iter().filter(by_run);
                let (nowhere, back): (Vec<_>, Vec<_>) =
                    by_run.partition(|field| self.led_nowhere(field, record));
                for field in nowhere {
                    self.out.lose(&record.key, Some(field.path), LossCause::TargetGone);
                }
                self.update(record, live, &back);
            }
            _ => self.out.equal = self.out.equal.saturating_add(1),
        }
        if mode == Mode::Merge {
            self.note_dead_links(record, wanted);
        }
        self.note_read_only(record, live, wanted);
    }

    /// Notes the fields of a record that lead to another container which is missing, or name a record that is.
    fn note_dead_links(&mut self, record: &'a Record, wanted: &Wanted<'_>) {
        let scene = self.facts.scene;
        let spec = scene.spec(record.key.kind).filter(|spec| spec.verbs.update);
        let fields = spec.into_iter().flat_map(ops::writable).filter(|field| wants(wanted, field.path));
        for field in fields {
            let Some(text) = ops::get_text(&record.native, field.path) else { continue };
            let targets = match (field.role, field.codec) {
                (Role::Reference(Kind::Container), _) => vec![pointed_to(&record.key, Kind::Container, text)],
                (_, Codec::Names(kind)) => self.facts.named_in(kind, record, text),
                _ => continue,
            };
            let missing =
                targets.iter().filter(|key| self.facts.fate(key, Creates::Possible) == Fate::Created);
            let missing = missing.filter_map(|key| scene.desired.get(key));
            self.out.dead_links.extend(missing.map(|target| (&record.key, field.path, &target.key)));
        }
    }

    /// Whether `field`, or the document that it is written with, led to a container that was gone before the run,
    /// which made it anew: with its undo it is gone again, and nothing can be made to lead there. One that the run
    /// removed itself comes back.
    fn led_nowhere(&self, field: &Field, record: &Record) -> bool {
        let Some(scope) = self.facts.input.undo else { return false };
        let fields = self.facts.scene.spec(record.key.kind).map_or(&[][..], |spec| spec.fields);
        let together = |other: &&Field| {
            other.path == field.path || (field.whole && other.document() == field.document())
        };
        let leads =
            fields.iter().filter(together).filter(|other| other.role == Role::Reference(Kind::Container));
        leads.filter_map(|other| ops::get_text(&record.native, other.path)).any(|id| {
            let key = pointed_to(&record.key, Kind::Container, id);
            !self.facts.scene.live.contains_key(&key)
                && !scope.removed.contains(&key)
                && self.facts.input.origins.aliases(&key).any(|alias| scope.created.contains(alias))
        })
    }

    /// Whether `field` says where `record` stands, or that it stands nowhere: what lives on beside a container that the
    /// run removed has lost that.
    fn is_place(&self, field: &Field, record: &Record) -> bool {
        let places = self.facts.scene.spec(record.key.kind).map_or(&[][..], |spec| spec.parent.places());
        field.nowhere || places.iter().any(|(_, path)| *path == field.path)
    }

    /// Whether the run took something away that `record` has an order for: it comes back to the end of it.
    fn left_by_run(&self, field: &Field, record: &Record) -> bool {
        let Some(scope) = self.facts.input.undo else { return false };
        let left = |key: RecordKey| {
            let places = self.facts.scene.spec(key.kind).map_or(&[][..], |spec| spec.parent.places());
            let live = self.facts.bound.live(&key).and_then(|live| scope.changed.get(live));
            let moved = live.is_some_and(|fields| places.iter().any(|(_, path)| fields.contains(*path)));
            moved || scope.removed.contains(&key)
        };
        let named = ops::ids(ops::get(&record.native, field.path));
        let mut keys = named.filter_map(|id| Some(pointed_to(&record.key, field.kind_in_sequence(id)?, id)));
        keys.any(left)
    }

    /// The writable fields in which `live` is not as `record` wants it.
    fn differing(&self, record: &Record, live: &Record, wanted: &Wanted<'_>) -> Vec<&'static Field> {
        let Some(spec) = self.facts.scene.spec(record.key.kind) else { return Vec::new() };
        ops::writable(spec)
            .filter(|field| wants(wanted, field.path))
            .filter(|field| self.facts.resolve(field, record, Some(live), Creates::Possible).differs)
            .collect()
    }

    /// Decides which of the differing fields can be written.
    fn update(&mut self, record: &'a Record, live: &Record, differing: &[&'static Field]) {
        let Some(spec) = self.facts.scene.spec(record.key.kind) else { return };
        for field in differing {
            let refusal = if is_own_membership(self.facts, &record.key) {
                Some(LossCause::Membership)
            } else if field.role == Role::CreateOnly || !spec.verbs.update || self.facts.is_fixed(field) {
                Some(LossCause::NotChangeable)
            } else if !field.anybodys && is_foreign_comment(self.facts, spec, live) {
                Some(LossCause::ForeignComment)
            } else {
                None
            };
            match refusal {
                Some(cause) => self.out.lose(&record.key, Some(field.path), cause),
                None => {
                    self.out.updates.entry(&record.key).or_default().insert(field.path);
                }
            }
        }
    }

    /// Differences that nobody can write. A record that was created again differs in them by nature, which
    /// was said when it was created.
    fn note_read_only(&mut self, record: &Record, live: &Record, wanted: &Wanted<'_>) {
        let Some(spec) = self.facts.scene.spec(record.key.kind) else { return };
        if record.key != live.key || self.mode() == Mode::Undo {
            return;
        }
        for diff in ops::field_diff(self.facts.input.dialect, spec, &live.native, &record.native) {
            if let Role::ReadOnly(cause) = diff.field.role
                && wants(wanted, diff.field.path)
                && !diff.field.computed
                && !is_mended(cause, diff.field, record)
            {
                self.out.lose(&record.key, Some(diff.field.path), cause);
            }
        }
    }

    fn was_removed_by_run(&self, record: &'a Record) -> bool {
        let scene = self.facts.scene;
        let Some(scope) = self.facts.input.undo else { return false };
        scene.chain(&scene.desired, record).iter().any(|above| scope.removed.contains(&above.key))
    }

    /// Whether the run broke `record`, which cannot be changed, and made another in its place.
    fn was_replaced_by_run(&self, record: &Record) -> bool {
        let spec = self.facts.scene.spec(record.key.kind);
        let made = |scope: &UndoScope| {
            let mut aliases = self.facts.input.origins.aliases(&record.key);
            spec.is_some_and(|spec| !spec.verbs.update) && aliases.any(|alias| scope.created.contains(alias))
        };
        self.facts.input.undo.is_some_and(made)
    }

    /// Decides about a record that is to be made, as far as the tables tell.
    fn create(&mut self, record: &'a Record, reason: Reason) {
        let key = &record.key;
        let spec = self.facts.scene.spec(key.kind);
        if self.facts.is_shared_as_it_was(record) {
            self.out.equal = self.out.equal.saturating_add(1);
        } else if spec.is_some_and(|spec| spec.verbs.create) {
            self.out.creates.entry(key).or_insert(reason);
        } else if key.kind != Kind::Account {
            let cause = spec.and_then(|spec| spec.losses.first()).copied();
            self.out.lose(key, None, cause.unwrap_or(LossCause::NotWritable));
        }
    }

    fn live_side(&mut self) {
        let scene = self.facts.scene;
        for key in self.roots.removed() {
            let reason = if self.mode() == Mode::Undo { Reason::CreatedByRun } else { Reason::Replaced };
            self.out.removals.insert(key, reason);
        }
        for (key, record) in &scene.live {
            if !self.is_only_live(key) {
                continue;
            }
            if self.roots.doomed.contains_key(*key) {
                let is_made = self.facts.input.undo.is_some_and(|scope| scope.created.contains(*key));
                if !is_made && self.facts.shared(key).is_none() {
                    self.out.lose(key, None, LossCause::GoesAlong);
                }
            } else if scene.differing.contains(*key)
                && self.selector.wanted(scene, &scene.live, record).is_some()
            {
                self.out.kept = self.out.kept.saturating_add(1);
            }
        }
    }

    /// Whether the backup knows nothing of a live record.
    fn is_only_live(&self, key: &RecordKey) -> bool {
        let desired = &self.facts.scene.desired;
        !self.facts.bound.is_used(key)
            && !desired.contains_key(key)
            && !self.facts.input.origins.aliases(key).any(|alias| desired.contains_key(alias))
    }

    /// Adds what the decided records need to exist, and what that needs in turn.
    fn bring_what_is_needed(&mut self) {
        let scene = self.facts.scene;
        let updated = self.out.updates.iter();
        let mut needed: Vec<RecordKey> =
            updated.flat_map(|(key, fields)| self.needs(key, |field| fields.contains(field.path))).collect();
        needed.extend(self.out.creates.keys().flat_map(|key| self.needs(key, |_| true)));
        while let Some(key) = needed.pop() {
            let Some(record) = scene.desired.get(&key).copied() else { continue };
            if self.out.creates.contains_key(&key) {
                continue;
            }
            self.out.creates.insert(&record.key, Reason::Needed);
            needed.extend(self.needs(&key, |_| true));
            if key.kind == Kind::FieldDef {
                needed.extend(self.options_of(&key));
            }
        }
    }

    /// The records that must be created for the fields of `key` to be written and for it to have a place.
    fn needs(&self, key: &RecordKey, is_written: impl Fn(&Field) -> bool) -> Vec<RecordKey> {
        let scene = self.facts.scene;
        let (Some(record), Some(spec)) = (scene.desired.get(key), scene.spec(key.kind)) else {
            return Vec::new();
        };
        let live = self.facts.bound.live(key).and_then(|live| scene.live.get(live).copied());
        let resolve = |field: &'static Field| self.facts.resolve(field, record, live, Creates::Possible);
        let mut needs: Vec<RecordKey> = ops::writable(spec)
            .filter(|field| is_written(field))
            .map(resolve)
            .flat_map(|resolved| resolved.needs.into_iter().chain(resolved.joins))
            .collect();
        if live.is_none() {
            needs.extend(scene.parent(record));
        }
        // Also what is there needs it, where it lives on beside a container that is gone.
        needs.push(home(key));
        needs.retain(|need| need != key && self.facts.fate(need, Creates::Possible) == Fate::Created);
        needs
    }

    /// A field without its options could not take a value.
    fn options_of(&self, field: &RecordKey) -> Vec<RecordKey> {
        let options = self.facts.scene.desired.values();
        options
            .filter(|record| record.key.kind == Kind::FieldOption && record.key.container == field.container)
            .filter(|record| self.facts.scene.parent(record).as_ref() == Some(field))
            .map(|record| record.key.clone())
            .collect()
    }
}

/// Whether `key` is the connection's own membership, which the platform gives and takes.
pub(super) fn is_own_membership(facts: &Facts<'_, '_>, key: &RecordKey) -> bool {
    matches!(key.kind, Kind::Member | Kind::WorkspaceMember) && key.id == *facts.input.account
}

/// Whether a field tells on the live account alone that something leads nowhere: what leads there is another field.
fn is_mended(cause: LossCause, field: &Field, record: &Record) -> bool {
    cause == LossCause::TargetGone && ops::get(&record.native, field.path).is_none()
}

/// Whether `live` is a comment by somebody else, as the kind's author field says.
fn is_foreign_comment(facts: &Facts<'_, '_>, spec: &KindSpec, live: &Record) -> bool {
    let author = spec.fields.iter().find(|field| field.role == Role::ReadOnly(LossCause::CommentAuthor));
    author
        .and_then(|field| ops::get_text(&live.native, field.path))
        .is_some_and(|author| author != facts.input.account.as_str())
}
