//! Which live record is which record of the backup: by id, by an earlier restore, by its natural key.
//!
//! Kinds are gone through in creation order, so that what a record hangs on and refers to is paired before it.
//! Each live record is used at most once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::scene::Scene;
use crate::base::canon;
use crate::base::hash::Hash;
use crate::model::lineage::home;
use crate::model::origins::OriginMap;
use crate::model::spec::{IdPolicy, KindSpec, Role};
use crate::model::{Kind, Record, RecordKey, ops};

/// Records of the backup with the live records that they are.
#[derive(Default)]
pub(super) struct Bound<'a> {
    to_live: BTreeMap<&'a RecordKey, &'a RecordKey>,
    used: BTreeSet<&'a RecordKey>,
}

impl<'a> Bound<'a> {
    /// The live record that `desired` is.
    pub(super) fn live(&self, desired: &RecordKey) -> Option<&'a RecordKey> {
        self.to_live.get(desired).copied()
    }

    /// Whether `live` is some record of the backup.
    pub(super) fn is_used(&self, live: &RecordKey) -> bool {
        self.used.contains(live)
    }

    fn bind(&mut self, desired: &'a RecordKey, live: &'a RecordKey) {
        if self.used.insert(live) {
            self.to_live.insert(desired, live);
        }
    }
}

/// Pairs the two sides. Records for which `fresh` says yes are created whatever is there; live records for
/// which `doomed` says yes are about to go: neither is paired.
pub(super) fn pair<'a>(
    scene: &Scene<'a>,
    origins: &OriginMap,
    fresh: impl Fn(&RecordKey) -> bool,
    doomed: impl Fn(&RecordKey) -> bool,
) -> Bound<'a> {
    let mut matcher = Matcher { scene, bound: Bound::default() };
    let moved = by_bare_id(scene, &doomed);
    for kind in Kind::ALL {
        let wanted: Vec<&'a Record> =
            of_kind(scene.desired.values(), *kind).filter(|record| !fresh(&record.key)).collect();
        let free: Vec<&'a Record> =
            of_kind(scene.live.values(), *kind).filter(|record| !doomed(&record.key)).collect();
        if !wanted.is_empty() && !free.is_empty() {
            matcher.by_key(&wanted, &doomed);
            // What an earlier restore made in its place is it, also where the old one lives on in another container.
            matcher.by_origin(&wanted, origins, &doomed);
            matcher.by_bare_id(&wanted, &moved);
            matcher.by_natural_key(*kind, &wanted, &free);
        }
    }
    matcher.bound
}

fn of_kind<'a: 'b, 'b>(
    records: impl Iterator<Item = &'b &'a Record> + 'b,
    kind: Kind,
) -> impl Iterator<Item = &'a Record> + 'b {
    records.copied().filter(move |record| record.key.kind == kind)
}

/// Live records by kind and id alone, for things that moved to another container. Only where the platform
/// chooses ids, which are then unique.
fn by_bare_id<'a>(
    scene: &Scene<'a>,
    doomed: &impl Fn(&RecordKey) -> bool,
) -> BTreeMap<(Kind, &'a str), &'a RecordKey> {
    scene
        .live
        .keys()
        .copied()
        .filter(|key| scene.spec(key.kind).is_some_and(|spec| spec.ids == IdPolicy::Server) && !doomed(key))
        .map(|key| ((key.kind, key.id.as_str()), key))
        .collect()
}

struct Matcher<'a, 's> {
    scene: &'s Scene<'a>,
    bound: Bound<'a>,
}

impl<'a> Matcher<'a, '_> {
    fn by_key(&mut self, wanted: &[&'a Record], doomed: &impl Fn(&RecordKey) -> bool) {
        for record in wanted {
            let same = self.scene.live.get(&record.key).map(|live| &live.key);
            if let Some(live) = same.filter(|live| !doomed(live)) {
                self.bound.bind(&record.key, live);
            }
        }
    }

    fn by_bare_id(&mut self, wanted: &[&'a Record], moved: &BTreeMap<(Kind, &'a str), &'a RecordKey>) {
        for record in wanted {
            let key = &record.key;
            let elsewhere = moved.get(&(key.kind, key.id.as_str()));
            if let Some(live) = elsewhere.filter(|_| self.bound.live(key).is_none()) {
                self.bound.bind(key, live);
            }
        }
    }

    fn by_origin(
        &mut self,
        wanted: &[&'a Record],
        origins: &OriginMap,
        doomed: &impl Fn(&RecordKey) -> bool,
    ) {
        for record in wanted {
            if self.bound.live(&record.key).is_some() {
                continue;
            }
            let alive = origins
                .aliases(&record.key)
                .filter_map(|alias| self.scene.live.get(alias))
                .map(|live| &live.key)
                .find(|live| !doomed(live) && !self.bound.is_used(live));
            if let Some(live) = alive {
                self.bound.bind(&record.key, live);
            }
        }
    }

    /// Pairs what is left over below the same parent with the same natural key: identical records first, then
    /// in the order of ids.
    fn by_natural_key(&mut self, kind: Kind, wanted: &[&'a Record], free: &[&'a Record]) {
        let Some(spec) = self.scene.spec(kind) else { return };
        let mut candidates: BTreeMap<Hash, Vec<&'a Record>> = BTreeMap::new();
        for live in free.iter().filter(|live| !self.bound.is_used(&live.key)) {
            if let Some(name) = self.natural_key(spec, live, Ids::Live) {
                candidates.entry(name).or_default().push(live);
            }
        }
        if candidates.is_empty() {
            return;
        }
        for identical in [true, false] {
            for record in wanted {
                if self.bound.live(&record.key).is_some() {
                    continue;
                }
                let Some(name) = self.natural_key(spec, record, Ids::Backup) else { continue };
                let same = candidates.get(&name).into_iter().flatten().find(|live| {
                    !self.bound.is_used(&live.key)
                        && (!identical
                            || self.content(spec, record, Ids::Backup) == self.content(spec, live, Ids::Live))
                });
                if let Some(live) = same {
                    self.bound.bind(&record.key, &live.key);
                }
            }
        }
    }

    /// The hash of what a record is known by when ids say nothing; nothing if it can only be known by its id.
    fn natural_key(&self, spec: &KindSpec, record: &Record, ids: Ids) -> Option<Hash> {
        let parent = match self.scene.parent(record) {
            Some(parent) => Some(self.on_live(&parent, ids)?),
            None => None,
        };
        let mut parts: Vec<Value> =
            spec.natural_key.iter().map(|path| self.rebound(spec, path, record, ids)).collect();
        match spec.ids {
            IdPolicy::Person => parts.push(record.key.id.as_str().into()),
            IdPolicy::Composed if parts.is_empty() => {
                // The first reference besides the parent is the other half of a composed id.
                let is_parent = |path| spec.parent.places().iter().any(|(_, at)| *at == path);
                let half = spec
                    .fields
                    .iter()
                    .find(|field| matches!(field.role, Role::Reference(_)) && !is_parent(field.path));
                parts.extend(half.map(|field| self.rebound(spec, field.path, record, ids)));
            }
            IdPolicy::Server | IdPolicy::Shared | IdPolicy::Composed => {}
        }
        if parts.iter().all(Value::is_null) {
            return None;
        }
        let parent = parent.map(|key| Value::from(key.to_string())).unwrap_or_default();
        parts.push(parent);
        Some(Hash::of(&canon::to_bytes(&Value::Array(parts))))
    }

    /// The hash over all writable fields, references in live ids.
    fn content(&self, spec: &KindSpec, record: &Record, ids: Ids) -> Hash {
        let fields: Vec<Value> =
            ops::writable(spec).map(|field| self.rebound(spec, field.path, record, ids)).collect();
        Hash::of(&canon::to_bytes(&Value::Array(fields)))
    }

    /// A field's normal value with references in live ids; ids that lead nowhere stay as they are.
    fn rebound(&self, spec: &KindSpec, path: &str, record: &Record, ids: Ids) -> Value {
        let field = spec.fields.iter().find(|field| field.path == path);
        let role = field.map_or(Role::Writable, |field| field.role);
        let mut value = ops::normal(role, ops::get(&record.native, path));
        let (Role::Reference(kind) | Role::References(kind), Ids::Backup) = (role, ids) else { return value };
        let anywhere = field.is_some_and(|field| field.anywhere);
        let live = |id: &mut Value| {
            let target = |id| self.scene.pointed_to(&record.key, kind, id, anywhere);
            if let Some(found) = id.as_str().and_then(|id| self.bound.live(&target(id))) {
                *id = found.id.as_str().into();
            }
        };
        match &mut value {
            Value::Array(ids) => ids.iter_mut().for_each(live),
            one => live(one),
        }
        ops::normal(role, Some(&value))
    }

    /// `key` as the live account knows it.
    fn on_live(&self, key: &RecordKey, ids: Ids) -> Option<RecordKey> {
        match ids {
            Ids::Live => Some(key.clone()),
            Ids::Backup => self.bound.live(key).cloned().or_else(|| {
                // A container that the comparison does not hold is the same on both sides.
                (home(key) == *key && !self.scene.desired.contains_key(key)).then(|| key.clone())
            }),
        }
    }
}

/// Whose ids a record speaks in.
#[derive(Clone, Copy)]
enum Ids {
    Backup,
    Live,
}
