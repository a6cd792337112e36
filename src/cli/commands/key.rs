//! `key`.

use std::path::Path;

use serde_json::json;
use tokio::sync::watch;

use crate::app::context::{App, Unlock};
use crate::app::error::Error;
use crate::app::keys::{self, Key, Rotated};
use crate::base::secret::Secret;
use crate::cli::args::Global;
use crate::cli::documents::document;
use crate::cli::exit::Done;
use crate::cli::key_args::{KeyCommand, NewKey};
use crate::cli::secrets;
use crate::cli::table::table;
use crate::cli::ui::{Ui, bold, local, plain};

pub(super) fn run(
    global: &Global,
    ui: &Ui,
    command: KeyCommand,
    stop: watch::Receiver<bool>,
) -> Result<Done, Error> {
    let unlock = secrets::unlock(global)?;
    let app = super::open_with(global, ui, &unlock, stop)?;
    match command {
        KeyCommand::List => list(&app, ui),
        KeyCommand::Add(new) => add(&app, ui, &new)?,
        KeyCommand::Remove { key } => {
            let removed = keys::remove(&app, &key)?;
            let text = format!("Removed {}. It opens this vault no more.", name(&removed));
            ui.result(&json!({ "removed": removed }), &text);
        }
        KeyCommand::ChangePassphrase { new, key } => {
            let key = keys::passphrase_to_change(&app, key.as_deref())?;
            let passphrase = secrets::new_passphrase(new.new_passphrase_file.as_deref())?;
            let changed = keys::change_passphrase(&app, &key, &passphrase)?;
            let text = format!("Changed {}. The old passphrase opens the vault no more.", name(&changed));
            ui.result(&document(&changed), &text);
        }
        KeyCommand::Rotate { yes } => rotate(&app, ui, &unlock, yes)?,
        KeyCommand::RecoverySheet { label, output } => sheet(&app, ui, &label.label, output.as_deref())?,
    }
    Ok(Done::Complete)
}

fn list(app: &App, ui: &Ui) {
    let all = keys::list(app);
    let row = |key: &Key| {
        let in_use = if key.in_use { "opened the vault now" } else { "" };
        let made = local(key.made_at);
        vec![key.number.to_string(), key.kind.to_owned(), key.label.clone(), made, in_use.to_owned()]
    };
    ui.result(&document(&all), &table(&[">KEY", "KIND", "LABEL", "SINCE", ""], all.iter().map(row)));
}

fn add(app: &App, ui: &Ui, new: &NewKey) -> Result<(), Error> {
    let (added, recovery) = match new {
        NewKey::Passphrase { new, label } => {
            let passphrase = secrets::new_passphrase(new.new_passphrase_file.as_deref())?;
            (keys::add(app, &passphrase, &label.label)?, None)
        }
        NewKey::KeyFile { file, label } => {
            (keys::add(app, &Unlock::KeyFile(file.clone()), &label.label)?, None)
        }
        NewKey::Recovery { label } => {
            let (added, recovery) = keys::add_recovery(app, &label.label)?;
            (added, Some(recovery))
        }
    };
    let mut text = format!("Added {}. It opens the vault too.", name(&added));
    let mut value = document(&added);
    if let Some(recovery) = &recovery {
        text.push_str(&shown_once(recovery));
        if let Some(fields) = value.as_object_mut() {
            fields.insert("recovery_key".to_owned(), recovery.expose().into());
        }
    }
    ui.result(&value, &text);
    Ok(())
}

fn rotate(app: &App, ui: &Ui, unlock: &Unlock, yes: bool) -> Result<(), Error> {
    if !yes {
        let lost = keys::lost_by_rotation(app).into_iter();
        let refused = Error::usage("a rotation removes every key but the one that opens the vault now");
        return Err(lost
            .fold(refused, |error, key| error.detail(format!("{} would be removed", name(&key))))
            .hint("To do it: boardvault key rotate --yes")
            .hint("It prints a new recovery key. Add the other keys again afterwards: boardvault key add"));
    }
    let Rotated { epoch, kept, removed, recovery, pending } = keys::rotate(app, unlock)?;
    if let Some(why) = &pending {
        ui.warn(&format!(
            "the new key is in the vault file and not in use yet ({why}); the next write sees to it"
        ));
    }
    let value =
        json!({ "epoch": epoch, "kept": kept, "removed": removed, "recovery_key": recovery.expose() });
    let mut lines = vec![format!("The vault has root key number {epoch}. {} still opens it.", name(&kept))];
    lines.extend(removed.iter().map(|key| format!("  Removed {}.", name(key))));
    ui.result(&value, &format!("{}{}", lines.join("\n"), shown_once(&recovery)));
    Ok(())
}

fn sheet(app: &App, ui: &Ui, label: &str, output: Option<&Path>) -> Result<(), Error> {
    if let Some(file) = output.filter(|file| file.exists()) {
        return Err(Error::usage(format!("{} is there already", file.display()))
            .hint("Choose a file that does not exist yet."));
    }
    let (key, recovery) = keys::add_recovery(app, label)?;
    let text = sheet_text(app, &key, &recovery);
    let Some(file) = output else {
        let value = json!({ "key": key, "recovery_key": recovery.expose(), "file": null });
        ui.result(&value, &text);
        return Ok(());
    };
    keys::file_sheet(app, &key, file, &text)?;
    let told = format!(
        "Wrote the recovery sheet of {} to {}. Print it, then delete the file.",
        name(&key),
        file.display()
    );
    ui.result(&json!({ "key": key, "recovery_key": null, "file": file }), &told);
    Ok(())
}

/// What a person files in a drawer and somebody else finds there years later.
fn sheet_text(app: &App, key: &Key, recovery: &Secret) -> String {
    let label = if key.label.is_empty() { String::new() } else { format!(" ({})", plain(&key.label)) };
    format!(
        "BOARDVAULT RECOVERY SHEET\n\n\
         Vault     {}\n\
         Folder    {}\n\
         Key       {}{label}\n\
         Made      {}\n\n\
         Recovery key\n\n    {}\n\n\
         Whoever has this key and the vault's folder can read everything in it.\n\
         Keep this sheet away from the computer, where you would keep a passport.\n\n\
         To open the vault with it:\n    boardvault --vault FOLDER --recovery-key snapshots\n\
         and type the key when it is asked for; dashes, spaces and case do not matter.\n\
         To set a new passphrase after that:\n    boardvault --vault FOLDER --recovery-key key change-passphrase\n\
         If this sheet is lost or was seen by others:\n    boardvault --vault FOLDER key remove {}\n",
        app.vault.id(),
        app.vault.dir().canonicalize().unwrap_or_else(|_| app.vault.dir().to_owned()).display(),
        key.number,
        local(key.made_at),
        recovery.expose(),
        key.number,
    )
}

fn shown_once(recovery: &Secret) -> String {
    format!(
        "\nThis recovery key is shown only now:\n\n    {}\n\nPrint it and lock it away.",
        bold(recovery.expose())
    )
}

/// `key 3 (passphrase "laptop")`.
fn name(key: &Key) -> String {
    if key.label.is_empty() {
        format!("key {} ({})", key.number, key.kind)
    } else {
        format!("key {} ({} \"{}\")", key.number, key.kind, plain(&key.label))
    }
}
