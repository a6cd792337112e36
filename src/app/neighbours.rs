//! The containers that a restore has to look at beside those that it restores.

use std::collections::BTreeSet;

use super::error::Error;
use super::snapshots::Opened;
use crate::model::spec::{Field, KindSpec, Role};
use crate::model::{Kind, NativeId, ops};

impl Opened {
    /// The containers into which records of `containers` point: a plan must know what of it is still there.
    pub(super) fn pointed_into(&self, containers: &BTreeSet<NativeId>) -> Result<BTreeSet<NativeId>, Error> {
        let mut found = BTreeSet::new();
        for spec in self.dialect.kinds() {
            let leads_out = |field: &&Field| field.role == Role::Reference(Kind::Container);
            found.extend(self.pointed_to(containers, spec, leads_out)?);
        }
        if let Some(spec) = self.dialect.spec(Kind::Placement) {
            let shown =
                self.pointed_to(containers, spec, |field| field.role == Role::Reference(Kind::Item))?;
            found.extend(self.homes_of(&shown)?);
        }
        found.retain(|id| self.manifest.containers.iter().any(|entry| entry.id == *id));
        Ok(found)
    }

    /// The ids in some fields of all records of one kind in `containers`.
    fn pointed_to(
        &self,
        containers: &BTreeSet<NativeId>,
        spec: &KindSpec,
        leads_out: impl Fn(&&Field) -> bool,
    ) -> Result<BTreeSet<NativeId>, Error> {
        let paths: Vec<&str> = spec.fields.iter().filter(leads_out).map(|field| field.path).collect();
        let mut found = BTreeSet::new();
        for container in containers.iter().filter(|_| !paths.is_empty()) {
            for record in self.reader.container_kind(container, spec.kind) {
                let record = record?;
                let ids = paths.iter().flat_map(|path| ops::ids(ops::get(&record.native, path)));
                found.extend(ids.map(NativeId::from));
            }
        }
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

    /// The items of `containers` that other containers show, each with one of these.
    pub(super) fn shown_elsewhere(
        &self,
        containers: &BTreeSet<NativeId>,
    ) -> Result<BTreeSet<(NativeId, NativeId)>, Error> {
        let Some(spec) = self.dialect.spec(Kind::Placement) else { return Ok(BTreeSet::new()) };
        let is_item = |field: &&Field| field.role == Role::Reference(Kind::Item);
        let mut shown = BTreeSet::new();
        for entry in &self.manifest.containers {
            let items = self.pointed_to(&[entry.id.clone()].into(), spec, is_item)?;
            shown.extend(items.into_iter().map(|item| (item, entry.id.clone())));
        }
        let mut items = BTreeSet::new();
        for container in containers.iter().filter(|_| !shown.is_empty()) {
            for item in self.reader.container_kind(container, Kind::Item) {
                items.insert(item?.key.id);
            }
        }
        shown.retain(|(item, _)| items.contains(item));
        Ok(shown)
    }
}
