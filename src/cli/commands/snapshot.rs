//! `snapshot`.

use serde_json::json;

use crate::app::context::App;
use crate::app::error::Error;
use crate::app::keeping;
use crate::cli::exit::Done;
use crate::cli::keeping_args::SnapshotCommand;
use crate::cli::ui::{Ui, plain};

pub(super) fn run(app: &App, ui: &Ui, command: SnapshotCommand) -> Result<Done, Error> {
    let (id, what) = match command {
        SnapshotCommand::Pin { snapshot, note } => {
            (keeping::pin(app, &snapshot, note)?, "is pinned: it is kept for ever.".to_owned())
        }
        SnapshotCommand::Unpin { snapshot } => {
            (keeping::unpin(app, &snapshot)?, "is no longer pinned.".to_owned())
        }
        SnapshotCommand::Hold { snapshot, reason, until } => {
            let why = plain(&reason);
            let end = until.map_or_else(|| "until it is released".to_owned(), |day| format!("up to {day}"));
            (keeping::hold(app, &snapshot, reason, until)?, format!("is held {end}: {why}"))
        }
        SnapshotCommand::Release { snapshot } => {
            (keeping::release(app, &snapshot)?, "is no longer held.".to_owned())
        }
        SnapshotCommand::Forget { snapshot } => {
            let what = "is forgotten. What only it needs comes back with the next prunes: boardvault prune";
            (keeping::forget(app, &snapshot)?, what.to_owned())
        }
    };
    ui.result(&json!({ "snapshot": id }), &format!("Snapshot {} {what}", id.short()));
    Ok(Done::Complete)
}
