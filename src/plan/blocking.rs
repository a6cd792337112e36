//! What of the decisions cannot be tried: rights that are missing, bytes that are missing, and whatever needs
//! such a thing. It is said in the plan, never discovered while it is carried out.

use std::collections::{BTreeMap, BTreeSet};

use super::content;
use super::decide::{Decisions, is_own_membership};
use super::elsewhere;
use super::hidden;
use super::joined;
use super::limits::{beyond_limits, leave_out_what_is_too_long};
use super::locks;
use super::roots::Roots;
use super::scene::Scene;
use super::types::{Action, Blocked};
use super::values::{Creates, Facts, Fate};
use crate::model::grants::{Grant, Verb};
use crate::model::lineage::{home, workspace};
use crate::model::loss::LossCause;
use crate::model::ops::Pointer;
use crate::model::spec::{Field, IdPolicy, KindSpec, Role};
use crate::model::{Blob, Kind, NativeId, Record, RecordKey, ops};

/// Takes out of the decisions what cannot be done.
pub(super) struct Blocking<'a, 's> {
    pub(super) facts: &'s Facts<'a, 's>,
    pub(super) created: BTreeSet<&'a RecordKey>,
    /// Records that will not be created, with the reason for people.
    refused: BTreeMap<&'a RecordKey, String>,
}

impl<'a, 's> Blocking<'a, 's> {
    pub(super) fn apply(facts: &'s Facts<'a, 's>, roots: &Roots<'a>, out: &mut Decisions<'a>) {
        let mut blocking = Self { facts, created: BTreeSet::new(), refused: BTreeMap::new() };
        blocking.creates(roots, out);
        content::leave_alone(facts, &mut blocking.created, out);
        joined::keep_out_of_the_way(facts, out);
        blocking.updates(out);
        blocking.removals(roots, out);
        blocking.follow(roots, out);
    }

    fn creates(&mut self, roots: &Roots<'a>, out: &mut Decisions<'a>) {
        let scene = self.facts.scene;
        let records = out.creates.keys().filter_map(|key| scene.desired.get(*key).copied());
        let mut records: Vec<&'a Record> = records.collect();
        records.sort_by_key(|record| (record.key.kind, scene.depth(&scene.desired, record), &record.key));
        for record in records {
            let key = &record.key;
            if is_own_membership(self.facts, key) {
                out.lose(key, None, LossCause::Membership);
                self.refused.insert(key, String::new());
            } else if self.is_departed(key) {
                out.lose(key, None, LossCause::PersonMissing);
                self.refused.insert(key, LossCause::PersonMissing.text().to_owned());
            } else if let Some(why) = hidden::why(self.facts, key) {
                out.blocked.push(blocked(scene, record, Action::Create, why.clone()));
                self.refused.insert(key, why);
            } else if matches!(record.blob, Blob::Missing(_)) {
                out.lose(key, None, LossCause::BytesMissing);
                self.refused.insert(key, LossCause::BytesMissing.text().to_owned());
            } else if let Some(cause) = beyond_limits(self.facts, roots, record, &self.created) {
                out.lose(key, None, cause);
                self.refused.insert(key, cause.text().to_owned());
            } else if self.points_into_nothing(record) {
                out.lose(key, None, LossCause::TargetGone);
                self.refused.insert(key, LossCause::TargetGone.text().to_owned());
            } else if let Some(why) = self.refusal(record) {
                let instead = self.taken_instead(record);
                let takes_away = self.takes_away(roots, record).filter(|_| instead.is_some());
                if let Some(workspace) = instead.filter(|_| takes_away.is_none()) {
                    elsewhere::note(scene, record, None, out);
                    out.elsewhere.insert(key, workspace);
                    self.created.insert(key);
                    continue;
                }
                let why = takes_away.map_or(why.clone(), |consequence| format!("{why}; {consequence}"));
                if !self.is_dispensable(key.kind, out.creates.get(key)) {
                    out.blocked.push(blocked(scene, record, Action::Create, why.clone()));
                }
                self.refused.insert(key, why);
            } else {
                self.created.insert(key);
                self.note_lock(record, out);
            }
        }
        out.creates.retain(|key, _| self.created.contains(key));
        for (key, path, target) in std::mem::take(&mut out.dead_links) {
            if self.created.contains(target) {
                out.updates.entry(key).or_default().insert(path);
            }
        }
    }

    /// Whether `key` is the membership of somebody whom nobody can let in any more.
    fn is_departed(&self, key: &RecordKey) -> bool {
        let is_membership = matches!(key.kind, Kind::Member | Kind::GroupMember | Kind::WorkspaceMember);
        is_membership && self.facts.input.people.departed.contains(&key.id)
    }

    /// Notes that a new record stays unlocked where the account may not lock it.
    fn note_lock(&self, record: &'a Record, out: &mut Decisions<'a>) {
        let spec = self.facts.scene.spec(record.key.kind);
        let is_set = |field: &&Field| {
            field.locks && ops::get(&record.native, field.path) == Some(&serde_json::Value::Bool(true))
        };
        let is_locked = spec.is_some_and(|spec| spec.fields.iter().any(|field| is_set(&field)));
        if let Some(why) = locks::hold(self.facts, record).filter(|_| is_locked) {
            let why = format!("locking it {why}");
            out.blocked.push(blocked(self.facts.scene, record, Action::Update, why));
        }
    }

    /// Whether `record` is nothing without something in another container that is known to be gone, now or already
    /// when it was backed up.
    fn points_into_nothing(&self, record: &Record) -> bool {
        let names_the_gone = |field: &Field| {
            field.role == Role::ReadOnly(LossCause::TargetGone)
                && ops::get(&record.native, field.path).is_some()
        };
        let spec = self.facts.scene.spec(record.key.kind);
        if spec.is_some_and(|spec| !spec.verbs.update && spec.fields.iter().any(names_the_gone)) {
            return true;
        }
        let creates = Creates::Exactly(&self.created);
        self.prerequisites(record).iter().any(|(key, anywhere)| {
            let is_far = key.container != record.key.container && (*anywhere || key.kind == Kind::Container);
            is_far
                && hidden::why(self.facts, key).is_none()
                && self.facts.far_fate(record, key, *anywhere, creates) == Fate::Gone
        })
    }

    /// Why `record` cannot be created, if so.
    fn refusal(&self, record: &'a Record) -> Option<String> {
        let refused = match record.key.kind {
            kind if kind.stands_alone() && kind != Kind::Workspace => self.unwelcome(record),
            Kind::Workspace => self.denied_in(None, record.key.kind),
            kind => {
                let home = self.live_id(&home(&record.key));
                self.denied_in(home.as_ref(), kind).or_else(|| self.denied_to_fill(home.as_ref(), record))
            }
        };
        let refused = refused.or_else(|| locks::against(self.facts, record));
        if refused.is_some() {
            return refused;
        }
        let creates = Creates::Exactly(&self.created);
        let fate = |(key, anywhere): &(RecordKey, bool)| self.facts.far_fate(record, key, *anywhere, creates);
        self.prerequisites(record)
            .into_iter()
            .find(|key| fate(key) == Fate::Gone)
            .map(|(key, _)| self.without(&key))
    }

    /// What `record` cannot exist without: its place; for a record whose id is put together the parts, and what it
    /// shows of another container; for one that cannot be changed later all that it refers to. With each, whether it
    /// may lie in another container.
    fn prerequisites(&self, record: &Record) -> Vec<(RecordKey, bool)> {
        let scene = self.facts.scene;
        let mut keys = Vec::new();
        if !record.key.kind.stands_alone() {
            keys.push((home(&record.key), false));
            keys.extend(scene.parent(record).map(|parent| (parent, false)));
        }
        let is_whole = |spec: &&KindSpec| spec.ids == IdPolicy::Composed || !spec.verbs.update;
        if let Some(spec) = scene.spec(record.key.kind).filter(is_whole) {
            let is_part = |id: &NativeId| record.key.id.as_str().split(':').any(|part| part == id.as_str());
            let is_needed =
                |pointer: &Pointer| !spec.verbs.update || pointer.anywhere || is_part(&pointer.id);
            for pointer in ops::references(spec, &record.native).into_iter().filter(is_needed) {
                let key = |kind| scene.pointed_to(&record.key, kind, pointer.id.as_str(), pointer.anywhere);
                keys.extend(pointer.kind.map(key).map(|key| (key, pointer.anywhere)));
            }
        }
        keys
    }

    pub(super) fn without(&self, key: &RecordKey) -> String {
        let scene = self.facts.scene;
        match scene.desired.get(key) {
            Some(record) => {
                let path = scene.path(&scene.desired, record).join(" / ");
                let why = self.refused.get(key).filter(|why| !why.is_empty());
                let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                format!("it needs the {} \"{path}\", which cannot be created{why}", scene.noun(key.kind))
            }
            None => format!("it needs the {} {}, which is not in the backup", scene.noun(key.kind), key.id),
        }
    }

    fn live_id(&self, key: &RecordKey) -> Option<NativeId> {
        match self.facts.fate(key, Creates::Exactly(&self.created)) {
            Fate::Live(live) => Some(live.id.clone()),
            Fate::Outside => Some(key.id.clone()),
            Fate::Created | Fate::Gone => None,
        }
    }

    /// Why `record`, which stands alone, may not come into the workspace that it belongs to, if so.
    fn unwelcome(&self, record: &Record) -> Option<String> {
        if self.facts.input.dialect.comes_by_itself(record) && record.key.kind == Kind::Container {
            return Some("everybody has exactly one, and nobody can make another".to_owned());
        }
        let workspace = self.facts.scene.spec(record.key.kind).and_then(|spec| workspace(spec, record));
        let fate = workspace.as_ref().map(|key| self.facts.fate(key, Creates::Exactly(&self.created)));
        if let (Some(key), Some(Fate::Gone), Some(_)) = (&workspace, fate, &self.facts.input.grants.refuge) {
            return Some(self.without(key));
        }
        let live = workspace.and_then(|key| self.live_id(&key));
        self.denied_in(live.as_ref(), record.key.kind)
    }

    pub(super) fn denied_in(&self, container: Option<&NativeId>, kind: Kind) -> Option<String> {
        match self.facts.input.grants.get(container, kind, Verb::Create) {
            Grant::Denied(why) => Some(why),
            Grant::Allowed | Grant::Unknown => None,
        }
    }

    /// Why what `record` is content of may not be changed.
    fn denied_to_fill(&self, container: Option<&NativeId>, record: &Record) -> Option<String> {
        let kind = content::carrier(self.facts.scene, record)?;
        match self.facts.input.grants.get(container, kind, Verb::Update) {
            Grant::Denied(why) => Some(why),
            Grant::Allowed | Grant::Unknown => None,
        }
    }

    fn updates(&mut self, out: &mut Decisions<'a>) {
        let scene = self.facts.scene;
        let containers = out.updates.keys().filter(|key| key.kind == Kind::Container);
        let records = containers.filter_map(|key| scene.desired.get(*key).copied());
        let staying: Vec<&Record> = records.filter(|record| self.unwelcome(record).is_some()).collect();
        for record in staying {
            elsewhere::stay(scene, record, out);
        }
        for (key, mut paths) in std::mem::take(&mut out.updates) {
            leave_out_what_is_too_long(self.facts, key, &mut paths, out);
            let home = home(key);
            // What lives on beside a container that is gone would be put into the new one.
            let (allowed, denied) = if self.refused.contains_key(&home) {
                (BTreeSet::new(), BTreeSet::from([self.without(&home)]))
            } else {
                self.divided(key, paths)
            };
            if !allowed.is_empty() {
                out.updates.insert(key, allowed);
            }
            if let Some(record) = scene.desired.get(key) {
                out.blocked.extend(denied.into_iter().map(|why| blocked(scene, record, Action::Update, why)));
            }
        }
    }

    /// Those of the fields that the account may write, and why it may not write the others. An order is the right of
    /// whoever may change what is in order: moving a row is no change of the sheet's settings.
    fn divided(
        &self,
        key: &RecordKey,
        paths: BTreeSet<&'static str>,
    ) -> (BTreeSet<&'static str>, BTreeSet<String>) {
        let (mut allowed, mut denied) = (BTreeSet::new(), BTreeSet::new());
        let live = self.facts.bound.live(key);
        let fields = self.facts.scene.spec(key.kind).map_or(&[][..], |spec| spec.fields);
        let record = self.facts.scene.desired.get(key).copied();
        let there = live.and_then(|live| self.facts.scene.live.get(live).copied());
        let created = Creates::Exactly(&self.created);
        for path in paths {
            let field = fields.iter().find(|field| field.path == path);
            let change = record.zip(there).zip(field);
            let change = change.map(|((wanted, live), field)| locks::Change { wanted, live, field });
            let by_lock = change.and_then(|change| locks::against_change(self.facts, created, change));
            if let Some(why) = by_lock {
                denied.insert(why);
                continue;
            }
            let kind = match field.map(|field| field.role) {
                Some(Role::Sequence(kind)) => kind,
                _ => key.kind,
            };
            let container = live.map(|live| &live.container);
            let grant = container.map(|id| self.facts.input.grants.get(Some(id), kind, Verb::Update));
            match grant {
                Some(Grant::Denied(why)) => drop(denied.insert(why)),
                Some(Grant::Allowed | Grant::Unknown) | None => drop(allowed.insert(path)),
            }
        }
        (allowed, denied)
    }

    fn removals(&self, roots: &Roots<'a>, out: &mut Decisions<'a>) {
        let scene = self.facts.scene;
        let vanishes = |key: &&'a RecordKey| scene.spec(key.kind).is_some_and(KindSpec::vanishes);
        let left: Vec<&'a RecordKey> = out.removals.keys().copied().filter(vanishes).collect();
        for key in left {
            out.removals.remove(key);
            out.lose(key, None, LossCause::Unused);
        }
        let refused: Vec<(&'a RecordKey, Action, String)> = out
            .removals
            .keys()
            .filter_map(|key| {
                let action = removal(scene, key.kind);
                let why = match action {
                    None => Some("the platform offers neither deletion nor archiving of it".to_owned()),
                    Some(action) => self.denied(key, action).or_else(|| Self::incomplete(roots, key, out)),
                };
                Some((*key, action.unwrap_or(Action::Delete), why?))
            })
            .collect();
        for (key, action, why) in refused {
            out.removals.remove(key);
            if let Some(record) = scene.live.get(key) {
                let path = scene.path(&scene.live, record);
                out.blocked.push(Blocked { subject: key.clone(), path, action, why });
            }
        }
    }

    fn denied(&self, key: &RecordKey, action: Action) -> Option<String> {
        let verb = if action == Action::Delete { Verb::Delete } else { Verb::Update };
        match self.facts.input.grants.get(Some(&key.container), key.kind, verb) {
            Grant::Denied(why) => Some(why),
            Grant::Allowed | Grant::Unknown => {
                let record = self.facts.scene.live.get(key);
                let denied = record.and_then(|record| self.denied_to_fill(Some(&key.container), record));
                denied.or_else(|| locks::against_removal(self.facts, key))
            }
        }
    }

    /// The old one stays when the new one cannot be built whole.
    fn incomplete(roots: &Roots<'a>, old: &RecordKey, out: &Decisions<'_>) -> Option<String> {
        let (new, _) = roots.replaces.iter().find(|(_, replaced)| **replaced == old)?;
        let within = |blocked: &&Blocked| roots.fresh.get(&blocked.subject) == Some(new);
        let missing = out.blocked.iter().filter(within).count();
        (missing > 0)
            .then(|| format!("it stays because {missing} of the things in its replacement cannot be created"))
    }
}

/// How a live record of `kind` is removed, if it can be.
pub(super) fn removal(scene: &Scene<'_>, kind: Kind) -> Option<Action> {
    let verbs = scene.spec(kind)?.verbs;
    if verbs.delete { Some(Action::Delete) } else { verbs.archive.then_some(Action::Archive) }
}

fn blocked<'a>(scene: &Scene<'a>, record: &'a Record, action: Action, why: String) -> Blocked {
    Blocked { subject: record.key.clone(), path: scene.path(&scene.desired, record), action, why }
}
