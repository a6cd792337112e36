//! `connection`.

use serde_json::json;

use super::granting;
use crate::app::connections::authorisation::USUAL_REDIRECT;
use crate::app::connections::{self, Connection, NewConnection};
use crate::app::context::App;
use crate::app::error::Error;
use crate::cli::connection_args::{ConnectionCommand, PurposeArg};
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::secrets;
use crate::cli::table::table;
use crate::cli::ui::{Ui, dim, green, plain, red, yellow};
use crate::model::grants::Grant;
use crate::platforms::connector::{Purpose, Requirement};
use crate::platforms::platform::Platform;

pub(super) async fn run(app: &App, ui: &Ui, command: ConnectionCommand) -> Result<Done, Error> {
    match command {
        ConnectionCommand::Add { name, platform, base_url, replace, oauth } => {
            connections::check_name(app, &name, replace)?;
            let known = connections::platform_for(app, &name, platform.as_deref())?;
            let credentials = if oauth.is_wanted() {
                let redirect = oauth.redirect.as_deref().unwrap_or(USUAL_REDIRECT);
                granting::new(app, ui, known, base_url.as_deref(), redirect, oauth.paste).await?
            } else {
                secrets::credentials(known, ui)?
            };
            let new = NewConnection { name, platform: known.id.to_owned(), base_url, credentials, replace };
            let added = connections::add(app, new).await?;
            let text = format!(
                "Added {}.\nNext: boardvault connection check {1} --for backup, then boardvault backup {1}",
                described(&added, known),
                added.name,
            );
            if let Some(before) = &added.formerly {
                ui.warn(&format!(
                    "this was the account of {}; what only that account could see will be missing from the next backup",
                    plain(&before.name)
                ));
            }
            ui.result(&document(&added), &text);
        }
        ConnectionCommand::Reconnect { name, oauth } => {
            let renewed = connections::to_renew(app, &name)?;
            let known = renewed.platform;
            let credentials = if oauth.is_wanted() || renewed.lent.is_some() {
                granting::again(app, ui, renewed, &oauth).await?
            } else {
                secrets::credentials(known, ui)?
            };
            let reconnected = connections::reconnect(app, &name, credentials).await?;
            let text = format!("Reconnected {}.", described(&reconnected, known));
            ui.result(&document(&reconnected), &text);
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

/// `acme: PLATFORM account of Ada (@ada) at https://...`.
fn described(connection: &Connection, platform: &Platform) -> String {
    let Connection { name, identity, base_url, .. } = connection;
    let (person, username) = (plain(&identity.name), plain(&identity.username));
    format!("{name}: {} account of {person} (@{username}) at {base_url}", platform.name)
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
        "No connections yet. Add one: boardvault connection add NAME --platform PLATFORM".to_owned()
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
    let unknown = requirements.iter().filter(|line| line.met == Grant::Unknown).count();
    let are = |count: usize| if count == 1 { "is" } else { "are" };
    let all = requirements.len();
    lines.push(match (unmet, unknown) {
        (0, 0) => "Nothing stands in the way.".to_owned(),
        (0, _) => format!(
            "Nothing is known to stand in the way; {unknown} of {all} requirements {} unknown.",
            are(unknown)
        ),
        (_, 0) => format!("{unmet} of {all} requirements {} not met.", are(unmet)),
        _ => format!(
            "{unmet} of {all} requirements {} not met, {unknown} {} unknown.",
            are(unmet),
            are(unknown)
        ),
    });
    lines.join("\n")
}
