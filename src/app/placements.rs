//! Items that a container shows and that belong to another one.

use std::collections::BTreeSet;

use super::error::Error;
use crate::model::dialect::Dialect;
use crate::model::spec::Role;
use crate::model::{Kind, NativeId, ops};
use crate::snapshot::Reader;

/// The items of other containers that `container` shows.
pub(super) fn shown_in(
    reader: &Reader,
    dialect: &dyn Dialect,
    container: &NativeId,
) -> Result<BTreeSet<NativeId>, Error> {
    let fields = dialect.spec(Kind::Placement).map_or(&[][..], |spec| spec.fields);
    let items = fields.iter().filter(|field| field.role == Role::Reference(Kind::Item));
    let paths: Vec<&str> = items.map(|field| field.path).collect();
    let mut shown = BTreeSet::new();
    if !paths.is_empty() {
        for record in reader.container_kind(container, Kind::Placement) {
            let record = record?;
            let ids = paths.iter().flat_map(|path| ops::ids(ops::get(&record.native, path)));
            shown.extend(ids.map(NativeId::from));
        }
    }
    Ok(shown)
}

/// The items of the containers `of` that containers `among` others show, each with one of these.
pub(super) fn shown_elsewhere<'a>(
    reader: &Reader,
    dialect: &dyn Dialect,
    of: impl IntoIterator<Item = &'a NativeId>,
    among: impl IntoIterator<Item = &'a NativeId>,
) -> Result<BTreeSet<(NativeId, NativeId)>, Error> {
    let mut items = BTreeSet::new();
    for container in of {
        for item in reader.container_kind(container, Kind::Item) {
            items.insert(item?.key.id);
        }
    }
    let mut found = BTreeSet::new();
    for container in among.into_iter().filter(|_| !items.is_empty()) {
        let shown = shown_in(reader, dialect, container)?;
        found.extend(shown.intersection(&items).map(|item| (item.clone(), container.clone())));
    }
    Ok(found)
}
