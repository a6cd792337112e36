//! Containers that are made out of a live one, as no request makes all that they have.
//!
//! Of the live one comes what describes the container, without its content. What of that is created then is there
//! already, and a creation only makes it what it shall be.

use std::collections::{BTreeMap, BTreeSet};

use super::input::PlanInput;
use super::matching::Bound;
use super::scene::{Scene, Side};
use super::types::{FieldChange, Mode};
use crate::model::{Kind, NativeId, Record, RecordKey, lineage};

/// The field in which a new container names the one that it was made out of.
pub const MADE_OUT_OF: &str = "source.id";

/// The live containers out of which new ones are made.
#[derive(Default)]
pub(super) struct Twins<'a> {
    twins: BTreeMap<&'a NativeId, Twin<'a>>,
}

struct Twin<'a> {
    /// The live container.
    live: &'a Record,
    /// What comes along of it, itself included.
    described: Vec<&'a Record>,
    /// The kinds of which all comes along.
    kinds: &'static [Kind],
}

impl<'a> Twins<'a> {
    /// Finds them for the containers of the backup that are not on the live account, or are made anew in any case.
    pub(super) fn find(input: &PlanInput<'a>, scene: &Scene<'a>, bound: &Bound<'a>) -> Self {
        let mut found = Self::default();
        if input.header.mode == Mode::DeleteBeforeLiteral {
            // The live one goes first.
            return found;
        }
        let is_new =
            |record: &&&'a Record| record.key.kind == Kind::Container && bound.live(&record.key).is_none();
        let pairs: Vec<(&'a Record, &'a Record)> = scene
            .desired
            .values()
            .filter(is_new)
            .filter_map(|record| Some((*record, of_today(input, scene, &record.key)?)))
            .collect();
        let wanted = described(&scene.desired, &pairs.iter().map(|(record, _)| &record.key.id).collect());
        let there = described(&scene.live, &pairs.iter().map(|(_, live)| &live.key.id).collect());
        for (record, live) in pairs {
            let of = |side: &BTreeMap<&'a NativeId, Vec<&'a Record>>, id| {
                side.get(id).cloned().unwrap_or_default()
            };
            let mut described = of(&there, &live.key.id);
            let kinds = input.dialect.comes_along(&of(&wanted, &record.key.id), &described);
            described.retain(|record| kinds.contains(&record.key.kind));
            if !kinds.is_empty() {
                found.twins.insert(&record.key.id, Twin { live, described, kinds });
            }
        }
        found
    }

    /// Whether what a container of the backup has of a kind comes along with it.
    pub(super) fn bring(&self, container: &NativeId, kind: Kind) -> bool {
        self.twins.get(container).is_some_and(|twin| twin.kinds.contains(&kind))
    }

    /// How the creation of the container under `key` names its twin, if it has one.
    pub(super) fn named(&self, scene: &Scene<'_>, key: &RecordKey) -> Option<FieldChange> {
        let twin = self.twins.get(&key.id).filter(|_| key.kind == Kind::Container)?;
        let id = &twin.live.key.id;
        let title = scene.spec(key.kind).and_then(|spec| lineage::title(spec, twin.live));
        Some(FieldChange {
            path: MADE_OUT_OF.to_owned(),
            from: None,
            to: id.as_str().into(),
            refers_to: None,
            joins: BTreeMap::new(),
            orders: false,
            links: false,
            names: title.map(|title| (id.to_string(), title.to_owned())).into_iter().collect(),
        })
    }

    /// The live records that must be as they are for the container under `key` to be made out of its twin.
    pub(super) fn relied_on(&self, key: &RecordKey) -> impl Iterator<Item = &'a RecordKey> {
        let twin = self.twins.get(&key.id).filter(|_| key.kind == Kind::Container);
        twin.into_iter().flat_map(|twin| twin.described.iter().map(|record| &record.key))
    }
}

/// The live container that a container of the backup is today.
fn of_today<'a>(input: &PlanInput<'a>, scene: &Scene<'a>, key: &RecordKey) -> Option<&'a Record> {
    let mut keys = std::iter::once(key).chain(input.origins.aliases(key));
    keys.find_map(|key| scene.live.get(key).copied())
}

/// Whether records of a kind describe their container, and are no content of it.
pub fn describes(kind: Kind) -> bool {
    (Kind::Container.rank()..Kind::Section.rank()).contains(&kind.rank())
}

/// What describes these containers, and is no content: each with itself.
fn described<'a>(side: &Side<'a>, ids: &BTreeSet<&'a NativeId>) -> BTreeMap<&'a NativeId, Vec<&'a Record>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (key, record) in side.iter().filter(|(key, _)| ids.contains(&key.container) && describes(key.kind)) {
        found.entry(&key.container).or_default().push(*record);
    }
    found
}
