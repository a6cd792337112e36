//! Which containers a backup has to read.

use std::collections::HashSet;

use super::context::App;
use super::downloads::Attachments;
use super::error::Error;
use super::placements;
use crate::model::NativeId;
use crate::model::coverage::Missing;
use crate::model::dialect::Dialect;
use crate::platforms::connector::{ContainerInfo, Discovery};
use crate::snapshot::manifest::{ContainerEntry, Manifest};
use crate::snapshot::{Reader, Snapshot};

/// What the snapshot before says about that.
pub(super) struct Due<'a> {
    before: Option<&'a Manifest>,
    /// Containers that show items of containers that are no longer there. The items may live on in them, and nothing
    /// that happened in them would tell.
    heirs: HashSet<NativeId>,
}

impl<'a> Due<'a> {
    /// Looks at the snapshot `before`, from which only the containers that have not changed are taken over.
    pub(super) fn new(
        app: &App,
        dialect: &dyn Dialect,
        before: Option<&'a Snapshot>,
        discovery: &Discovery,
    ) -> Result<Self, Error> {
        let Some(before) = before.map(|before| &before.manifest) else {
            return Ok(Self { before: None, heirs: HashSet::new() });
        };
        let reader = Reader::new(app.chunks(), before.tree);
        let ids = before.containers.iter().map(|entry| &entry.id);
        let is_there = |id: &&NativeId| discovery.containers.iter().any(|info| info.id == **id);
        let (there, gone): (Vec<_>, Vec<_>) = ids.partition(is_there);
        let inherited = placements::shown_elsewhere(&reader, dialect, gone, there)?;
        let heirs = inherited.into_iter().map(|(_, heir)| heir).collect();
        Ok(Self { before: Some(before), heirs })
    }

    /// Whether a container must be read: it is new, its version has moved, it was not read whole last time, it may have
    /// inherited something, or attachments that were left out then are wanted now.
    pub(super) fn is_due(&self, info: &ContainerInfo, attachments: Attachments) -> bool {
        let Some(before) = self.before else { return true };
        let Some(entry) = before.containers.iter().find(|entry| entry.id == info.id) else { return true };
        let wants_more =
            before.left_out.attachments > 0 && attachments.wants_more_than(before.left_out.max_attachment);
        info.version.is_none()
            || info.version != entry.version
            || !was_whole(before, entry)
            || self.heirs.contains(&info.id)
            || wants_more
    }
}

/// Whether a backup read a container itself, and nothing of it was missing.
pub(super) fn was_whole(manifest: &Manifest, entry: &ContainerEntry) -> bool {
    let is_in_it = |missing: &Missing| missing.key.as_ref().is_some_and(|key| key.container == entry.id);
    entry.carried_from.is_none() && !manifest.missing.iter().any(is_in_it)
}
