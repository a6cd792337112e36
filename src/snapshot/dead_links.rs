//! Records that are the same in two trees and refer to something that only the first one has.

use std::collections::BTreeSet;

use super::{Reader, SnapshotError};
use crate::model::dialect::Dialect;
use crate::model::leads::leads_nowhere;
use crate::model::pairs::Pair;
use crate::model::spec::{Codec, KindSpec, Role};
use crate::model::{Kind, NativeId, Record, RecordKey, ops};

/// Those in the containers of `scope` that refer by id to a container which is gone, or by name to a record that leads
/// nowhere any more. `pairs` are the records that differ.
pub(super) fn dead_links(
    [desired, live]: &[Reader; 2],
    scope: &[NativeId],
    dialect: &dyn Dialect,
    pairs: &[Pair],
) -> Result<Vec<Pair>, SnapshotError> {
    let gone = Gone::among(pairs, dialect);
    let differing: BTreeSet<&RecordKey> = pairs.iter().filter_map(Pair::key).collect();
    let mut found = Vec::new();
    let kinds = dialect.kinds().iter().filter(|spec| spec.verbs.update && gone.may_be_in(spec));
    for (spec, container) in kinds.flat_map(|spec| scope.iter().map(move |container| (spec, container))) {
        for record in desired.container_kind(container, spec.kind) {
            let record = record?;
            if gone.is_in(dialect, spec, &record) && !differing.contains(&record.key) {
                let live = live.get(&record.key)?;
                found.extend(live.is_some().then_some(Pair { desired: Some(record), live }));
            }
        }
    }
    Ok(found)
}

/// What only the first tree has.
struct Gone<'a> {
    containers: BTreeSet<&'a str>,
    /// By container, kind and name.
    names: BTreeSet<(&'a NativeId, Kind, &'a str)>,
}

impl<'a> Gone<'a> {
    fn among(pairs: &'a [Pair], dialect: &dyn Dialect) -> Self {
        let mut gone = Self { containers: BTreeSet::new(), names: BTreeSet::new() };
        for pair in pairs {
            let Some(record) = &pair.desired else { continue };
            let Some(spec) = dialect.spec(record.key.kind) else { continue };
            match &pair.live {
                None if spec.kind == Kind::Container => drop(gone.containers.insert(record.key.id.as_str())),
                Some(live) if leads_nowhere(spec, live) && !leads_nowhere(spec, record) => {
                    let name = ops::get_text(&record.native, spec.title);
                    gone.names.extend(name.map(|name| (&record.key.container, spec.kind, name)));
                }
                _ => {}
            }
        }
        gone
    }

    fn may_be_in(&self, spec: &KindSpec) -> bool {
        spec.fields.iter().any(|field| match (field.role, field.codec) {
            (Role::Reference(Kind::Container), _) => !self.containers.is_empty(),
            (_, Codec::Names(_)) => !self.names.is_empty(),
            _ => false,
        })
    }

    fn is_in(&self, dialect: &dyn Dialect, spec: &KindSpec, record: &Record) -> bool {
        let text = |path| ops::get_text(&record.native, path);
        spec.fields.iter().any(|field| match (field.role, field.codec) {
            (Role::Reference(Kind::Container), _) => {
                text(field.path).is_some_and(|id| self.containers.contains(id))
            }
            (_, Codec::Names(kind)) => text(field.path).is_some_and(|text| {
                let names = dialect.names(text).into_iter();
                names
                    .into_iter()
                    .any(|name| self.names.contains(&(&record.key.container, kind, name.token.as_str())))
            }),
            _ => false,
        })
    }
}
