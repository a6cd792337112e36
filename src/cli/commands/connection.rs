//! `connection`.

use serde_json::json;

use crate::app::connections::{self, Connection, NewConnection};
use crate::app::context::App;
use crate::app::error::Error;
use crate::cli::args::{ConnectionCommand, PurposeArg};
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::secrets;
use crate::cli::table::table;
use crate::cli::ui::{Ui, dim, green, plain, red, yellow};
use crate::model::grants::Grant;
use crate::platforms;
use crate::platforms::connector::{Purpose, Requirement};

pub(super) async fn run(app: &App, ui: &Ui, command: ConnectionCommand) -> Result<Done, Error> {
    match command {
        ConnectionCommand::Add { name, platform, base_url, replace } => {
            let known = platforms::find(&platform).ok_or_else(|| connections::unknown_platform(&platform))?;
            let credentials = secrets::credentials(known, ui)?;
            let new = NewConnection { name, platform, base_url, credentials, replace };
            let added = connections::add(app, new).await?;
            let text = format!(
                "Added {}: {} account of {} (@{}) at {}.\nNext: boardvault connection check {0} --for backup, then boardvault backup {0}",
                added.name,
                known.name,
                plain(&added.identity.name),
                plain(&added.identity.username),
                added.base_url,
            );
            if let Some(before) = &added.formerly {
                ui.warn(&format!(
                    "this was the account of {}; what only that account could see will be missing from the next backup",
                    plain(&before.name)
                ));
            }
            ui.result(&document(&added), &text);
        }
        ConnectionCommand::List => list(app, ui)?,
        ConnectionCommand::Check { name, purpose } => {
            let purpose = match purpose {
                PurposeArg::Backup => Purpose::Backup,
                PurposeArg::Restore => Purpose::Restore,
            };
            return Ok(checked(ui, &connections::check(app, &name, purpose).await?));
        }
        ConnectionCommand::Remove { name } => {
            connections::remove(app, &name)?;
            ui.result(
                &json!({ "removed": name }),
                &format!("Removed the connection {name}. Its snapshots stay."),
            );
        }
    }
    Ok(Done::Complete)
}

fn list(app: &App, ui: &Ui) -> Result<(), Error> {
    let all = connections::list(app)?;
    let row = |c: &Connection| {
        vec![
            c.name.clone(),
            c.platform.clone(),
            format!("{} (@{})", c.identity.name, c.identity.username),
            c.base_url.clone(),
        ]
    };
    let text = if all.is_empty() {
        "No connections yet. Add one: boardvault connection add NAME --platform trello".to_owned()
    } else {
        table(&["NAME", "PLATFORM", "ACCOUNT", "ADDRESS"], all.iter().map(row))
    };
    ui.result(&document(&all), &text);
    Ok(())
}

fn checked(ui: &Ui, lines: &[Requirement]) -> Done {
    ui.result(&document(&lines), &requirements(lines));
    let unmet = lines.iter().any(|line| matches!(line.met, Grant::Denied(_)));
    if unmet { Done::Incomplete } else { Done::Complete }
}

/// The requirements, one by one, and what they amount to.
pub(super) fn requirements(requirements: &[Requirement]) -> String {
    let mut lines = Vec::new();
    for line in requirements {
        let (mark, why) = match &line.met {
            Grant::Allowed => (green("met      "), None),
            Grant::Denied(why) => (red("not met  "), Some(why)),
            Grant::Unknown => (yellow("unknown  "), None),
        };
        lines.push(format!("{mark} {}", plain(&line.requirement)));
        for detail in [Some(&line.detail), why].into_iter().flatten().filter(|detail| !detail.is_empty()) {
            lines.push(format!("          {}", dim(&plain(detail))));
        }
        if let Some(advice) = &line.advice {
            lines.push(format!("          what to do: {}", plain(advice)));
        }
    }
    let unmet = requirements.iter().filter(|line| matches!(line.met, Grant::Denied(_))).count();
    lines.push(if unmet == 0 {
        "Nothing stands in the way.".to_owned()
    } else {
        format!(
            "{unmet} of {} {} not met.",
            requirements.len(),
            if unmet == 1 { "requirements is" } else { "requirements are" }
        )
    });
    lines.join("\n")
}
