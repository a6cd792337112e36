//! The part of a manifest that says what was read, what was not, and what holds its place.

use super::reading::ReadContainer;
use crate::http::fault::FaultClass;
use crate::model::coverage::{Count, Missing};
use crate::model::{Kind, RecordKey};
use crate::platforms::connector::ContainerInfo;
use crate::snapshot::Snapshot;
use crate::snapshot::manifest::ContainerEntry;

pub(super) struct Draft<'a> {
    parent: Option<&'a Snapshot>,
    /// What the manifest says of each container.
    pub containers: Vec<ContainerEntry>,
    /// Everything that is missing.
    pub missing: Vec<Missing>,
    counts: Vec<Count>,
}

impl<'a> Draft<'a> {
    /// `unseen` is what discovery knows to exist and cannot see.
    pub(super) fn new(parent: Option<&'a Snapshot>, unseen: &[Missing]) -> Self {
        Self { parent, containers: Vec::new(), missing: unseen.to_vec(), counts: Vec::new() }
    }

    /// A container that was to be read.
    pub(super) fn add_read(&mut self, container: &ReadContainer) {
        let info = &container.info;
        let fault = match &container.result {
            Ok((coverage, records)) => {
                self.containers.push(entry(info, *records));
                // What is missing names its container: else the next backup would take this one for whole.
                let whole = || Some(RecordKey::new(info.id.clone(), Kind::Container, info.id.clone()));
                let missing = coverage.missing.iter().cloned();
                self.missing
                    .extend(missing.map(|missing| Missing { key: missing.key.or_else(whole), ..missing }));
                self.counts.extend(coverage.counts.iter().cloned());
                return;
            }
            Err(fault) => fault,
        };
        let why = match fault.class {
            FaultClass::Stopped => "the backup was stopped before it was read".to_owned(),
            _ => fault.to_string(),
        };
        let carried = self.parent.and_then(|parent| {
            parent
                .manifest
                .containers
                .iter()
                .find(|entry| entry.id == info.id)
                .map(|entry| (entry.clone(), parent.id))
        });
        let why = match carried {
            Some((before, from)) => {
                let from = before.carried_from.unwrap_or(from);
                self.containers.push(ContainerEntry { carried_from: Some(from), ..before });
                format!("{why}; the snapshot holds its state of {}", from.short())
            }
            None => why,
        };
        self.missing.push(Missing {
            key: Some(RecordKey::new(info.id.clone(), Kind::Container, info.id.clone())),
            what: format!("\"{}\"", info.name),
            why,
        });
    }

    /// A container that had not changed. Names and places come from discovery, the rest from the parent.
    pub(super) fn add_unchanged(&mut self, info: &ContainerInfo) {
        let before = self
            .parent
            .and_then(|parent| parent.manifest.containers.iter().find(|entry| entry.id == info.id));
        self.containers.push(entry(info, before.map_or(0, |entry| entry.records)));
    }

    /// Containers of the parent that are in no list, where lists are not whole: nothing says that they are gone.
    pub(super) fn add_unlisted(&mut self, is_carried: impl Fn(&ContainerEntry) -> bool) {
        let Some(parent) = self.parent else { return };
        for before in parent.manifest.containers.iter().filter(|entry| is_carried(entry)) {
            let carried_from = Some(before.carried_from.unwrap_or(parent.id));
            self.containers.push(ContainerEntry { carried_from, ..before.clone() });
        }
    }

    /// One line per kind: the sums over all containers that were read. What one container's platform does not
    /// count, the sum does not know either.
    pub(super) fn coverage(&self) -> Vec<Count> {
        let mut sums: Vec<Count> = Vec::new();
        for count in &self.counts {
            match sums.iter_mut().find(|sum| sum.kind == count.kind) {
                Some(sum) => {
                    sum.expected = sum.expected.zip(count.expected).map(|(a, b)| a + b);
                    sum.got += count.got;
                }
                None => sums.push(count.clone()),
            }
        }
        sums
    }
}

/// A container whose records are up to date.
pub(super) fn entry(info: &ContainerInfo, records: u64) -> ContainerEntry {
    ContainerEntry {
        id: info.id.clone(),
        name: info.name.clone(),
        workspace: info.workspace.clone(),
        closed: info.closed,
        version: info.version.clone(),
        records,
        carried_from: None,
    }
}
