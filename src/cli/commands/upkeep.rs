//! `verify` and `rebuild-index`.

use serde_json::json;

use crate::app::context::App;
use crate::app::error::Error;
use crate::app::upkeep;
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::ui::{Ui, counted, green, plain, red};

pub(super) fn verify(app: &App, ui: &Ui, read_data: bool) -> Result<Done, Error> {
    let found = upkeep::verify(app, read_data, ui)?;
    let depth = if read_data {
        "every byte was read, decrypted and checked"
    } else {
        "structure only; `--read-data` reads every byte"
    };
    let mut lines = vec![format!(
        "{}, {}, {}: {depth}.",
        counted(found.snapshots, "snapshot", "snapshots"),
        counted(found.chunks, "chunk", "chunks"),
        counted(found.packs, "pack", "packs"),
    )];
    if found.damages.is_empty() {
        lines.push(green("No damage."));
    } else {
        lines.push(red(&counted(found.damages.len() as u64, "damage found:", "damages found:")));
        lines.extend(found.damages.iter().map(|damage| format!("  {}", plain(damage))));
    }
    ui.result(&document(&found), &lines.join("\n"));
    Ok(if found.damages.is_empty() { Done::Complete } else { Done::Damage })
}

pub(super) fn rebuild_index(app: &App, ui: &Ui) -> Result<Done, Error> {
    let report = upkeep::rebuild_index(app)?;
    let text = format!(
        "Built the index anew from {} in {}.",
        counted(report.chunks, "chunk", "chunks"),
        counted(report.packs, "pack", "packs")
    );
    ui.result(&json!({ "chunks": report.chunks, "packs": report.packs }), &text);
    Ok(Done::Complete)
}
