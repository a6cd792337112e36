//! `snapshots`.

use serde_json::{Value, json};

use crate::app::context::App;
use crate::app::error::Error;
use crate::app::keeping::{self, Kept};
use crate::app::overlooked::Backups;
use crate::app::snapshots;
use crate::cli::documents;
use crate::cli::exit::Done;
use crate::cli::table::table;
use crate::cli::ui::{Ui, bytes, local};
use crate::snapshot::Snapshot;
use crate::snapshot::manifest::{Manifest, Purpose, Status};

pub(super) fn run(app: &App, ui: &Ui, connection: Option<&str>) -> Result<Done, Error> {
    let catalog = snapshots::catalog(app)?;
    let wanted = |snapshot: &&Snapshot| connection.is_none_or(|name| snapshot.manifest.connection == name);
    let found: Vec<&Snapshot> = catalog.newest_first().filter(wanted).collect();
    let kept = keeping::kept(app)?;
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
            status(manifest),
            records.to_string(),
            bytes(manifest.bytes.stored),
            remark(&kept(&snapshot.id)),
        ]
    };
    let text = if found.is_empty() {
        "No snapshots yet. Take one: boardvault backup NAME".to_owned()
    } else {
        table(
            &["SNAPSHOT", "CONNECTION", "TAKEN", "WHY", "STATUS", ">RECORDS", ">NEW BYTES", "KEPT"],
            found.iter().map(row),
        )
    };
    let backups = Backups::load(app)?;
    let document = |found: &&Snapshot| {
        let overlooked = backups.overlooked(&found.manifest);
        let mut value = documents::snapshot(found.id, &found.manifest, overlooked.as_ref());
        if let (Some(fields), Value::Object(kept)) =
            (value.as_object_mut(), documents::document(&kept(&found.id)))
        {
            fields.extend(kept);
        }
        value
    };
    let value: Vec<Value> = found.iter().map(document).collect();
    ui.result(&json!(value), &text);
    Ok(Done::Complete)
}

/// What keeps a snapshot, in few words.
fn remark(kept: &Kept) -> String {
    let pinned = kept.pinned.as_ref().map(|pin| match &pin.note {
        Some(note) => format!("pinned: {note}"),
        None => "pinned".to_owned(),
    });
    let held = kept.held.as_ref().map(|hold| match hold.until {
        Some(until) => format!("held up to {until}: {}", hold.reason),
        None => format!("held: {}", hold.reason),
    });
    [pinned, held].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// The status in few words, for a column.
fn status(manifest: &Manifest) -> String {
    let word = match manifest.status {
        Status::Complete => "COMPLETE",
        Status::Partial => "PARTIAL",
    };
    let counts = [(manifest.missing.len() as u64, "missing"), (manifest.left_out.attachments, "left out")];
    let gaps: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if gaps.is_empty() { word.to_owned() } else { format!("{word} ({})", gaps.join(", ")) }
}
