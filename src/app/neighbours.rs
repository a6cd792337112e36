//! The containers that a restore has to look at beside those that it restores.

use std::collections::BTreeSet;

use serde_json::Value;

use super::error::Error;
use super::names::{Names, Outside};
use super::placements;
use super::scan::Scan;
use super::snapshots::{self, Opened};
use crate::model::dialect::Dialect;
use crate::model::leads::{Lead, leads};
use crate::model::origins::OriginMap;
use crate::model::spec::{Field, KindSpec, Role};
use crate::model::told::Told;
use crate::model::{Kind, NativeId, Record, RecordKey, lineage, ops};
use crate::plan::broken::{self, Leading};
use crate::plan::shared;
use crate::plan::types::RestorePlan;

/// Longer chains of parents than this can only be circles.
const DEEPEST: usize = 64;

impl Opened {
    /// The containers into which records of `containers` point: a plan must know what of it is still there.
    pub(super) fn pointed_into(&self, containers: &BTreeSet<NativeId>) -> Result<BTreeSet<NativeId>, Error> {
        let mut found = BTreeSet::new();
        for spec in self.dialect.kinds() {
            let leads_out = |field: &&Field| field.role == Role::Reference(Kind::Container);
            let paths: Vec<&str> = spec.fields.iter().filter(leads_out).map(|field| field.path).collect();
            for container in containers.iter().filter(|_| !paths.is_empty()) {
                for record in self.reader.container_kind(container, spec.kind) {
                    let record = record?;
                    let ids = paths.iter().flat_map(|path| ops::ids(ops::get(&record.native, path)));
                    found.extend(ids.map(NativeId::from));
                }
            }
        }
        let mut shown = BTreeSet::new();
        for container in containers {
            shown.extend(placements::shown_in(&self.reader, self.dialect, container)?);
        }
        found.extend(self.homes_of(&shown)?);
        found.retain(|id| self.manifest.containers.iter().any(|entry| entry.id == *id));
        Ok(found)
    }

    /// The containers that hold some of `items`.
    fn homes_of(&self, items: &BTreeSet<NativeId>) -> Result<BTreeSet<NativeId>, Error> {
        let mut homes = BTreeSet::new();
        for entry in self.manifest.containers.iter().filter(|_| !items.is_empty()) {
            for item in self.reader.container_kind(&entry.id, Kind::Item) {
                if items.contains(&item?.key.id) {
                    homes.insert(entry.id.clone());
                    break;
                }
            }
        }
        Ok(homes)
    }

    /// Adds to a plan which items of the containers that it replaces live on, because others show them.
    pub(super) fn note_shared(
        &self,
        plan: &mut RestorePlan,
        replaced: &BTreeSet<NativeId>,
    ) -> Result<(), Error> {
        let others = self.manifest.containers.iter().map(|entry| &entry.id);
        shared::note(plan, &placements::shown_elsewhere(&self.reader, self.dialect, replaced, others)?);
        Ok(())
    }

    /// Adds to the plan of an undo which records of containers that are there lead to those that it makes anew, and stay
    /// as they are.
    pub(super) fn note_broken(
        &self,
        plan: &mut RestorePlan,
        scan: &Scan,
        origins: &OriginMap,
    ) -> Result<(), Error> {
        let seen = |id: &NativeId| scan.discovery.containers.iter().any(|live| live.id == *id);
        let is_there = |id: &NativeId| {
            let key = RecordKey::new(id.clone(), Kind::Container, id.clone());
            seen(id) || origins.aliases(&key).any(|alias| seen(&alias.id))
        };
        let made = broken::made_anew(plan);
        let mut leading = Vec::new();
        self.leading(
            |target| made.contains(&target.id),
            |record, spec, lead| {
                if is_there(&record.key.container) && !made.contains(&record.key.container) {
                    let (noun, path) = (spec.noun.to_owned(), self.path_of(record)?);
                    leading.push(Leading { key: record.key.clone(), field: lead.path, noun, path });
                }
                Ok(())
            },
        )?;
        broken::note(plan, leading);
        Ok(())
    }

    /// Adds to a plan which things outside of containers list one that it makes anew (a portfolio its projects, a report
    /// the sheets that it shows): they list the old one only, and nobody can write them.
    pub(super) fn note_lists(&self, plan: &mut RestorePlan) -> Result<(), Error> {
        let made = broken::made_anew(plan);
        let mut leading = Vec::new();
        for place in self.places()?.iter().filter(|_| !made.is_empty()) {
            for spec in self.dialect.kinds() {
                let fields: Vec<&Field> =
                    spec.fields.iter().filter(|field| field.told == Told::Places).collect();
                for record in self.reader.container_kind(place, spec.kind).filter(|_| !fields.is_empty()) {
                    let record = record?;
                    let lists = |field: &&&Field| {
                        ops::get(&record.native, field.path).is_some_and(|value| names_one(value, &made))
                    };
                    for field in fields.iter().filter(lists) {
                        let noun = self.dialect.called(&record).unwrap_or_else(|| spec.noun.to_owned());
                        let path = self.path_of(&record)?;
                        leading.push(Leading { key: record.key.clone(), field: field.path, noun, path });
                    }
                }
            }
        }
        broken::note(plan, leading);
        Ok(())
    }

    /// The containers with records that lead to one of those that `is_target` picks.
    pub(super) fn leading_to(
        &self,
        is_target: impl Fn(&RecordKey) -> bool,
    ) -> Result<BTreeSet<NativeId>, Error> {
        let mut containers = BTreeSet::new();
        self.leading(is_target, |record, _, _| {
            containers.insert(record.key.container.clone());
            Ok(())
        })?;
        Ok(containers)
    }

    /// Shows `take` every record that leads to one of those that `is_target` picks, and where it does.
    fn leading(
        &self,
        is_target: impl Fn(&RecordKey) -> bool,
        mut take: impl FnMut(&Record, &'static KindSpec, &Lead) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for spec in leading_kinds(self.dialect) {
            for entry in &self.manifest.containers {
                for record in self.reader.container_kind(&entry.id, spec.kind) {
                    let record = record?;
                    for lead in leads(spec, &record) {
                        if lead.targets.iter().any(|(_, target)| is_target(target)) {
                            take(&record, spec, &lead)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// The names of `record` and of all that it lies in, outermost first.
    fn path_of(&self, record: &Record) -> Result<Vec<String>, Error> {
        let mut path = Vec::new();
        let mut next = Some(record.clone());
        while let Some(record) = next.take().filter(|_| path.len() < DEEPEST) {
            let spec = self.dialect.spec(record.key.kind);
            let namesake = spec.and_then(|spec| lineage::namesake(spec, &record));
            let namesake = namesake.map(|key| self.reader.get(&key)).transpose()?.flatten();
            let lent = |_: &RecordKey| Some(snapshots::title(self.dialect, &namesake?));
            path.push(lineage::name(self.dialect, &record, lent));
            let above = spec.and_then(|spec| lineage::above(spec, &record));
            next = above.map(|key| self.reader.get(&key)).transpose()?.flatten();
        }
        path.reverse();
        Ok(path)
    }

    /// Names what the changes of a plan refer to outside of what was compared.
    pub(super) fn name_far(&self, plan: &mut RestorePlan) -> Result<(), Error> {
        let outside = [Outside::of(self)];
        let names = Names::of(self.dialect, &[], &outside);
        for step in &mut plan.steps {
            let fields = self.dialect.spec(step.subject.kind).map_or(&[][..], |spec| spec.fields);
            for change in &mut step.changes {
                let field =
                    fields.iter().find(|field| field.path == change.path && field.role.refers_to().is_some());
                let ids = ops::ids(Some(&change.to)).chain(ops::ids(change.from.as_ref()));
                let unnamed: Vec<&str> = ids.filter(|id| !change.names.contains_key(*id)).collect();
                let (Some(field), false) = (field, unnamed.is_empty()) else { continue };
                let Some(record) = self.reader.get(&step.subject)? else { continue };
                let called = |id: &str| Some((id.to_owned(), names.name(field, id, &record)?));
                change.names.extend(unnamed.into_iter().filter_map(called));
            }
        }
        Ok(())
    }
}

/// The kinds of records that lead to something in other containers.
pub(super) fn leading_kinds(dialect: &dyn Dialect) -> impl Iterator<Item = &'static KindSpec> {
    let leads_out = |field: &Field| field.role == Role::Reference(Kind::Container);
    dialect.kinds().iter().filter(move |spec| spec.fields.iter().any(leads_out))
}

/// Whether one of `ids` stands somewhere in a value.
fn names_one(value: &Value, ids: &BTreeSet<NativeId>) -> bool {
    match value {
        Value::String(text) => ids.contains(&NativeId::from(text.as_str())),
        Value::Array(values) => values.iter().any(|value| names_one(value, ids)),
        Value::Object(fields) => fields.values().any(|value| names_one(value, ids)),
        _ => false,
    }
}
