//! Compares what two snapshots hold, up to ids and to the closed list of what cannot be restored.

use std::collections::{BTreeMap, BTreeSet};

use boardvault::app::context::App;
use boardvault::app::{runs, snapshots};
use boardvault::apply::{Event, Relation};
use boardvault::model::dialect::Dialect;
use boardvault::model::leads::leads_nowhere;
use boardvault::model::origins::{Origin, OriginMap};
use boardvault::model::spec::{Codec, Field, IdPolicy, KindSpec, Role};
use boardvault::model::{Blob, Kind, NativeId, Record, RecordKey, lineage, ops};
use boardvault::plan::types::RestorePlan;
use boardvault::snapshot::SnapshotId;
use serde_json::Value;

/// The records of a snapshot.
pub(crate) type Side = BTreeMap<RecordKey, Record>;

/// All records of a snapshot.
pub(crate) fn side(app: &App, id: SnapshotId) -> Side {
    let opened = snapshots::open(app, &id.to_string()).unwrap();
    opened.reader.all().map(|record| record.unwrap()).map(|record| (record.key.clone(), record)).collect()
}

/// Which records runs have made out of which.
pub(crate) fn made(app: &App, relation: Relation) -> OriginMap {
    let events = runs::list(app).unwrap().into_iter().flat_map(|run| run.events);
    let origins = events.filter_map(|event| match event {
        Event::Done { made: Some(made), .. } if made.relation == relation => Some(made.origin),
        _ => None,
    });
    origins.collect::<Vec<Origin>>().into_iter().collect()
}

/// What a plan says that it does not bring back, or may not.
#[derive(Default, Clone)]
pub(crate) struct Losses {
    records: BTreeSet<RecordKey>,
    fields: BTreeSet<(RecordKey, String)>,
    blocked: BTreeSet<RecordKey>,
}

impl Losses {
    pub(crate) fn of(plan: &RestorePlan) -> Self {
        let blocked = plan.blocked.iter().map(|blocked| blocked.subject.clone()).collect();
        let mut losses = Self { blocked, ..Self::default() };
        for loss in &plan.losses {
            match &loss.field {
                Some(field) => drop(losses.fields.insert((loss.key.clone(), field.clone()))),
                None => drop(losses.records.insert(loss.key.clone())),
            }
        }
        losses
    }
}

/// A comparison of what was wanted with what is there.
pub(crate) struct Comparison<'a> {
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) wanted: &'a Side,
    pub(crate) found: &'a Side,
    /// Which found record was made out of which wanted one.
    pub(crate) origins: &'a OriginMap,
    pub(crate) losses: &'a Losses,
    /// Whether a record may be found under its old id. It may not where everything has been built anew.
    pub(crate) same_ids: bool,
}

/// What a comparison shows.
pub(crate) struct Compared {
    /// What is not as it should be: which wanted record, and a sentence.
    pub(crate) differences: Vec<(RecordKey, String)>,
    /// Wanted records and where they are.
    pub(crate) places: BTreeMap<RecordKey, RecordKey>,
}

impl Compared {
    /// Keys of found records that are not one of the wanted ones.
    pub(crate) fn extra<'f>(&self, found: &'f Side) -> Vec<&'f RecordKey> {
        let places: BTreeSet<&RecordKey> = self.places.values().collect();
        found.keys().filter(|key| !places.contains(key)).collect()
    }

    /// Fails unless everything that was wanted is there; `scene` says of what there is talk.
    #[track_caller]
    pub(crate) fn assert_same(&self, scene: &str) {
        self.assert_same_where(scene, |_| true);
    }

    /// Fails unless those of the wanted records are there that `selected` picks.
    #[track_caller]
    pub(crate) fn assert_same_where(&self, scene: &str, selected: impl Fn(&RecordKey) -> bool) {
        let picked = self.differences.iter().filter(|(key, _)| selected(key));
        let sentences: Vec<&str> = picked.map(|(_, sentence)| sentence.as_str()).collect();
        assert!(sentences.is_empty(), "{scene}:\n{}", sentences.join("\n"));
    }
}

impl Comparison<'_> {
    pub(crate) fn run(&self) -> Compared {
        let places = self.places();
        let mut differences = Vec::new();
        for (key, record) in self.wanted {
            let spec = self.dialect.spec(key.kind).unwrap();
            match places.get(key) {
                Some(place) => {
                    let sentences = self.differs(spec, record, &self.found[place], &places);
                    differences.extend(sentences.into_iter().map(|sentence| (key.clone(), sentence)));
                }
                None if self.may_be_gone(spec, record) || self.has_become_an_item(key) => {}
                None => {
                    differences.push((
                        key.clone(),
                        format!("{} {} is not there", spec.noun, name(self.dialect, record)),
                    ));
                }
            }
        }
        Compared { differences, places }
    }

    fn may_be_gone(&self, spec: &KindSpec, record: &Record) -> bool {
        !spec.verbs.create
            || self.losses.records.contains(&record.key)
            || self.losses.blocked.contains(&record.key)
    }

    /// An item that was shown in a container as well belongs to it once the container is gone that it belonged to.
    fn has_become_an_item(&self, key: &RecordKey) -> bool {
        let item = key.id.as_str().split_once(':').filter(|_| key.kind == Kind::Placement);
        item.is_some_and(|(_, item)| {
            self.found.contains_key(&RecordKey::new(key.container.clone(), Kind::Item, item))
        })
    }

    /// Where each wanted record is found, parents before children.
    fn places(&self) -> BTreeMap<RecordKey, RecordKey> {
        let mut by_id: BTreeMap<(Kind, &NativeId), &RecordKey> = BTreeMap::new();
        for key in
            self.found.keys().filter(|key| key.kind != Kind::Member && key.kind != Kind::WorkspaceMember)
        {
            by_id.insert((key.kind, &key.id), key);
        }
        let mut wanted: Vec<&Record> = self.wanted.values().collect();
        wanted.sort_by_key(|record| record.key.kind);
        let mut places: BTreeMap<RecordKey, RecordKey> = BTreeMap::new();
        let mut taken: BTreeSet<RecordKey> = BTreeSet::new();
        for record in wanted {
            let key = &record.key;
            let spec = self.dialect.spec(key.kind).unwrap();
            let by_same_id = || {
                by_id
                    .get(&(key.kind, &key.id))
                    .filter(|_| self.same_ids || fixed(key.kind))
                    .map(|key| (*key).clone())
            };
            let by_origin =
                || self.origins.aliases(key).find(|alias| self.found.contains_key(alias)).cloned();
            let place = match spec.ids {
                IdPolicy::Server => {
                    // One that has broken and that nobody can mend has a successor.
                    let is_whole = |key: &RecordKey| {
                        spec.verbs.update
                            || leads_nowhere(spec, record)
                            || !leads_nowhere(spec, &self.found[key])
                    };
                    let unmoved = by_same_id().filter(|place| place == key && is_whole(place));
                    let place = unmoved.or_else(by_origin).or_else(by_same_id);
                    place.or_else(|| self.by_nature(spec, record, &places, &taken))
                }
                IdPolicy::Shared => Some(key.clone())
                    .filter(|key| self.same_ids && self.found.contains_key(key))
                    .or_else(by_origin)
                    .or_else(|| self.in_place_of_container(key, key.id.clone(), &places))
                    .or_else(|| self.by_nature(spec, record, &places, &taken)),
                IdPolicy::Person if fixed(key.kind) => by_same_id(),
                IdPolicy::Person => self.in_place_of_container(key, key.id.clone(), &places),
                IdPolicy::Composed => self.in_place_of_container(key, composed(&key.id, &places), &places),
            };
            if let Some(place) = place {
                taken.insert(place.clone());
                places.insert(key.clone(), place);
            }
        }
        places
    }

    fn in_place_of_container(
        &self,
        key: &RecordKey,
        id: NativeId,
        places: &BTreeMap<RecordKey, RecordKey>,
    ) -> Option<RecordKey> {
        let home = |kind| RecordKey::new(key.container.clone(), kind, key.container.clone());
        let home = [Kind::Container, Kind::Workspace, Kind::Group]
            .into_iter()
            .find_map(|kind| places.get(&home(kind)))?;
        let key = RecordKey::new(home.container.clone(), key.kind, id);
        self.found.contains_key(&key).then_some(key)
    }

    fn by_nature(
        &self,
        spec: &KindSpec,
        record: &Record,
        places: &BTreeMap<RecordKey, RecordKey>,
        taken: &BTreeSet<RecordKey>,
    ) -> Option<RecordKey> {
        if spec.natural_key.is_empty() {
            return None;
        }
        let parent = places.get(&above(self.dialect, record)?)?;
        let nature = |record: &Record| -> Vec<Value> {
            spec.natural_key
                .iter()
                .map(|path| ops::get(&record.native, path).cloned().unwrap_or_default())
                .collect()
        };
        let fits = |other: &&Record| {
            other.key.kind == spec.kind
                && !taken.contains(&other.key)
                && above(self.dialect, other).as_ref() == Some(parent)
                && nature(other) == nature(record)
        };
        self.found.values().find(fits).map(|other| other.key.clone())
    }

    fn differs(
        &self,
        spec: &KindSpec,
        wanted: &Record,
        found: &Record,
        places: &BTreeMap<RecordKey, RecordKey>,
    ) -> Vec<String> {
        let mut differences = Vec::new();
        if self.losses.blocked.contains(&wanted.key) || self.losses.records.contains(&wanted.key) {
            return differences;
        }
        for field in ops::writable(spec).filter(|field| !field.repeats && !field.distinct) {
            if self.losses.fields.contains(&(wanted.key.clone(), field.path.to_owned())) {
                continue;
            }
            if matches!(field.role, Role::Sequence(_)) {
                let is = order(field, found, |key| Some(key.clone()));
                let named: BTreeSet<RecordKey> = is.iter().cloned().collect();
                let mut should = order(field, wanted, |key| places.get(key).cloned());
                should.retain(|key| named.contains(key));
                let known: BTreeSet<&RecordKey> = should.iter().collect();
                let is: Vec<&RecordKey> = is.iter().filter(|key| known.contains(key)).collect();
                if is != should.iter().collect::<Vec<_>>() {
                    differences.push(format!(
                        "{} {}: {} should be in the order {should:?} and is {is:?}",
                        spec.noun,
                        name(self.dialect, wanted),
                        field.path
                    ));
                }
                continue;
            }
            let there = ops::meaning(self.dialect, field, ops::get(&found.native, field.path));
            let allowed = self.allowed(field, wanted, places);
            let silent =
                says_nothing(field, &there) && allowed.iter().any(|value| says_nothing(field, value));
            if !silent && !allowed.contains(&there) {
                differences.push(format!(
                    "{} {}: {} should be {:?} and is {there}",
                    spec.noun,
                    name(self.dialect, wanted),
                    field.path,
                    allowed
                ));
            }
        }
        match (&wanted.blob, &found.blob) {
            (Blob::Stored(a), Blob::Stored(b)) if a != b => {
                differences.push(format!("{} {}: other bytes", spec.noun, name(self.dialect, wanted)));
            }
            (Blob::Stored(_), Blob::Missing(why)) => {
                differences.push(format!("{} {}: no bytes: {why}", spec.noun, name(self.dialect, wanted)));
            }
            _ => {}
        }
        differences
    }

    /// The values that a field may have now.
    fn allowed(&self, field: &Field, wanted: &Record, places: &BTreeMap<RecordKey, RecordKey>) -> Vec<Value> {
        let value = ops::get(&wanted.native, field.path).cloned().unwrap_or_default();
        let moved = |kind: Kind, id: &str| {
            let there = |key: &&RecordKey| key.kind == kind && key.id.as_str() == id;
            let container = RecordKey::new(wanted.key.container.clone(), kind, id);
            let place = places
                .get(&container)
                .or_else(|| places.iter().find(|(key, _)| there(key)).map(|(_, place)| place));
            place.map_or_else(|| id.to_owned(), |place| place.id.0.clone())
        };
        let values = match (field.role, field.codec, &value) {
            // What lies beyond all containers can still be referred to.
            (Role::Reference(kind) | Role::References(kind), _, Value::Array(ids)) if field.anywhere => {
                vec![
                    ids.iter().filter_map(Value::as_str).map(|id| Value::from(moved(kind, id))).collect(),
                    value.clone(),
                ]
            }
            (Role::Reference(kind) | Role::References(kind), _, Value::Array(ids)) => {
                vec![ids.iter().filter_map(Value::as_str).map(|id| Value::from(moved(kind, id))).collect()]
            }
            (Role::Reference(kind), _, Value::String(id)) => vec![moved(kind, id).into()],
            (_, Codec::Links, Value::String(text)) => vec![value.clone(), self.linked(text, places).into()],
            (_, Codec::Names(kind), Value::String(text)) => {
                let called = |name: &str| {
                    let is_named = |record: &&Record| {
                        record.key.kind == kind
                            && record.key.container == wanted.key.container
                            && ops::get_text(&record.native, "name") == Some(name)
                    };
                    let place = places.get(&self.wanted.values().find(is_named)?.key)?;
                    ops::get_text(&self.found[place].native, "name").map(str::to_owned)
                };
                vec![ops::rename(self.dialect, text, called).into()]
            }
            (_, Codec::Attributed, Value::String(text)) => {
                let line = self.dialect.attribution(wanted);
                let attributed =
                    line.map_or_else(|| text.to_owned(), |line| self.dialect.attributed(&line, text));
                let mut texts = vec![value.clone(), self.linked(text, places).into()];
                texts.extend([self.linked(&attributed, places).into(), attributed.into()]);
                texts
            }
            _ => vec![value.clone()],
        };
        values.into_iter().map(|value| ops::meaning(self.dialect, field, Some(&value))).collect()
    }

    fn linked(&self, text: &str, places: &BTreeMap<RecordKey, RecordKey>) -> String {
        let token = |token: &str| {
            let linked = self
                .wanted
                .values()
                .find(|record| self.dialect.link_token(record).as_deref() == Some(token))?;
            self.dialect.link_token(&self.found[places.get(&linked.key)?])
        };
        ops::rewrite_links(self.dialect, text, token)
    }
}

/// Whether a record came into its container with something that several containers share.
pub(crate) fn was_shared(dialect: &dyn Dialect, before: &Side, key: &RecordKey) -> bool {
    let is_shared = dialect.spec(key.kind).is_some_and(|spec| spec.ids == IdPolicy::Shared);
    is_shared && before.keys().any(|other| (other.kind, &other.id) == (key.kind, &key.id))
}

/// Kinds that no restore of containers makes again.
fn fixed(kind: Kind) -> bool {
    matches!(kind, Kind::Account | Kind::Workspace | Kind::Group | Kind::Folder)
}

/// The id of a record that is put together from others, in the ids of where these are now.
fn composed(id: &NativeId, places: &BTreeMap<RecordKey, RecordKey>) -> NativeId {
    let place = |part: &str| {
        let place = places.iter().find(|(wanted, _)| wanted.id.as_str() == part);
        place.map_or_else(|| part.to_owned(), |(_, place)| place.id.0.clone())
    };
    id.as_str().split(':').map(place).collect::<Vec<_>>().join(":").into()
}

/// What a record hangs on.
pub(crate) fn above(dialect: &dyn Dialect, record: &Record) -> Option<RecordKey> {
    lineage::parent(dialect.spec(record.key.kind)?, record)
}

fn name(dialect: &dyn Dialect, record: &Record) -> String {
    let title = dialect.spec(record.key.kind).and_then(|spec| ops::get_text(&record.native, spec.title));
    let title: String = title.unwrap_or_default().chars().take(40).collect();
    format!("{title:?} ({})", record.key)
}

/// What hangs on a record, in the order that it names, as `place` knows it.
fn order(field: &Field, record: &Record, place: impl Fn(&RecordKey) -> Option<RecordKey>) -> Vec<RecordKey> {
    let key = |id| lineage::pointed_to(&record.key, field.kind_in_sequence(id).unwrap(), id);
    ops::ids(ops::get(&record.native, field.path)).filter_map(|id| place(&key(id))).collect()
}

/// Off, empty, or what a new record says by itself.
fn says_nothing(field: &Field, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(on) => !on,
        Value::String(text) => text.is_empty() || field.initial == Some(text.as_str()),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Number(_) => false,
    }
}
