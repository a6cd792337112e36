//! `snapshots`.

use serde_json::json;

use super::backup;
use crate::app::context::App;
use crate::app::error::Error;
use crate::app::snapshots;
use crate::cli::documents;
use crate::cli::exit::Done;
use crate::cli::table::table;
use crate::cli::ui::{Ui, bytes, local};
use crate::snapshot::Snapshot;
use crate::snapshot::manifest::Purpose;

pub(super) fn run(app: &App, ui: &Ui, connection: Option<&str>) -> Result<Done, Error> {
    let catalog = snapshots::catalog(app)?;
    let wanted = |snapshot: &&Snapshot| connection.is_none_or(|name| snapshot.manifest.connection == name);
    let found: Vec<&Snapshot> = catalog.newest_first().filter(wanted).collect();
    let row = |snapshot: &&Snapshot| {
        let manifest = &snapshot.manifest;
        let records: u64 = manifest.counts.values().sum();
        vec![
            snapshot.id.short(),
            manifest.connection.clone(),
            local(snapshots::time(manifest.finished_at)),
            match &manifest.purpose {
                Purpose::Backup => "backup".to_owned(),
                Purpose::Safety { run } => format!("safety of run {}", run.get(..8).unwrap_or(run)),
                Purpose::Scan => "scan".to_owned(),
            },
            anstream::adapter::strip_str(&backup::status(manifest)).to_string(),
            records.to_string(),
            bytes(manifest.bytes.stored),
        ]
    };
    let text = if found.is_empty() {
        "No snapshots yet. Take one: boardvault backup NAME".to_owned()
    } else {
        table(
            &["SNAPSHOT", "CONNECTION", "TAKEN", "WHY", "STATUS", ">RECORDS", ">NEW BYTES"],
            found.iter().map(row),
        )
    };
    let value: Vec<_> = found.iter().map(|found| documents::snapshot(found.id, &found.manifest)).collect();
    ui.result(&json!(value), &text);
    Ok(Done::Complete)
}
