//! Manifests of snapshots that no connector has taken.

use boardvault::model::coverage::Usage;
use boardvault::snapshot::Manifest;
use boardvault::snapshot::manifest::{Bytes, LeftOut, Purpose, Status};
use boardvault::snapshot::writer::Written;

/// The manifest of a complete backup of the connection `work`, upon `parent`; times are zero.
pub(crate) fn complete(written: Written, parent: Option<&Manifest>) -> Manifest {
    Manifest {
        number: parent.map_or(1, |parent| parent.number + 1),
        platform: "trello".to_owned(),
        connection: "work".to_owned(),
        purpose: Purpose::Backup,
        parent: parent.map(|parent| parent.id().unwrap()),
        tree: written.tree,
        started_at: 0,
        finished_at: 0,
        status: Status::Complete,
        counts: written.counts,
        coverage: Vec::new(),
        missing: Vec::new(),
        vanished: Vec::new(),
        containers: Vec::new(),
        bytes: Bytes { records_plain: written.records_plain, blobs_plain: written.blobs_plain, stored: 0 },
        usage: Usage::default(),
        full_pass: true,
        left_out: LeftOut::default(),
    }
}
