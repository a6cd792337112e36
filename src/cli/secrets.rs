//! Where secrets come from: files, the environment, standard input, a prompt. Never from arguments.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal};
use std::path::Path;

use super::args::Global;
use super::ui::Ui;
use crate::app::connections::authorisation::Registration;
use crate::app::context::Unlock;
use crate::app::error::Error;
use crate::base::secret::Secret;
use crate::platforms::platform::{OAuth, Platform};

/// What opens the vault.
pub(super) fn unlock(global: &Global) -> Result<Unlock, Error> {
    if global.recovery_key {
        return Ok(Unlock::Recovery(prompt("Recovery key")?));
    }
    if let Some(file) = &global.key_file {
        return Ok(Unlock::KeyFile(file.clone()));
    }
    match stored_passphrase(global)? {
        Some(passphrase) => Ok(Unlock::Passphrase(passphrase)),
        None => Ok(Unlock::Passphrase(prompt("Passphrase")?)),
    }
}

/// What a new vault is to be opened with; a passphrase from a prompt is asked for twice.
pub(super) fn new_unlock(global: &Global) -> Result<Unlock, Error> {
    if let Some(file) = &global.key_file {
        return Ok(Unlock::KeyFile(file.clone()));
    }
    chosen(stored_passphrase(global)?)
}

/// A passphrase to add or to change to; one from a prompt is asked for twice.
pub(super) fn new_passphrase(file: Option<&Path>) -> Result<Unlock, Error> {
    let stored = match file {
        Some(file) => Some(first_line(file)?),
        None => std::env::var("BOARDVAULT_NEW_PASSPHRASE").ok().map(Secret::new),
    };
    chosen(stored)
}

fn chosen(stored: Option<Secret>) -> Result<Unlock, Error> {
    let passphrase = if let Some(stored) = stored {
        stored
    } else {
        let first = prompt("New passphrase")?;
        if prompt("The same again")?.expose() != first.expose() {
            return Err(Error::usage("the two passphrases differ").hint("Run the command again."));
        }
        first
    };
    if passphrase.expose().is_empty() {
        return Err(Error::usage("an empty passphrase protects nothing")
            .hint("Choose another, or use `--key-file FILE`."));
    }
    Ok(Unlock::Passphrase(passphrase))
}

/// The parts of a platform's credential: from the environment, else from standard input, else asked for.
pub(super) fn credentials(platform: &Platform, ui: &Ui) -> Result<BTreeMap<String, Secret>, Error> {
    let fields = platform.credentials.iter();
    let asked: Vec<Asked> = fields.map(|field| (field.name, field.env.to_owned(), field.prompt)).collect();
    all_of(&asked, platform.credentials_help, ui)
}

/// Id and secret of an app that is registered with a platform: from where credentials come from.
pub(super) fn registration(
    platform: &Platform,
    oauth: &OAuth,
    redirect: &str,
    ui: &Ui,
) -> Result<Registration, Error> {
    let asked = registration_fields(platform);
    let help = format!("{} The redirect address is {redirect} (another one: `--redirect`).", oauth.help);
    let parts = all_of(&asked, &help, ui)?;
    Registration::from_parts(&parts).ok_or_else(|| Error::usage("the app has an id and a secret"))
}

/// Whether the environment has something for [`registration`].
pub(super) fn registration_is_set(platform: &Platform) -> bool {
    registration_fields(platform).iter().any(|(_, env, _)| std::env::var_os(env).is_some())
}

fn registration_fields(platform: &Platform) -> [Asked; 2] {
    let env = |what: &str| format!("BOARDVAULT_{}_{what}", platform.id.to_uppercase());
    [("client_id", env("CLIENT_ID"), "Client id"), ("client_secret", env("CLIENT_SECRET"), "Client secret")]
}

/// What a person brings from the page that allows the access.
pub(super) fn pasted() -> Result<Secret, Error> {
    ask("Address or code")
}

/// Name of a part, environment variable that may hold it, and question.
type Asked = (&'static str, String, &'static str);

fn all_of(asked: &[Asked], help: &str, ui: &Ui) -> Result<BTreeMap<String, Secret>, Error> {
    let mut found = BTreeMap::new();
    let mut helped = false;
    for (name, env, prompt) in asked {
        let secret = if let Ok(text) = std::env::var(env) {
            Secret::new(text.trim())
        } else {
            if !helped && std::io::stdin().is_terminal() {
                ui.note(help);
            }
            helped = true;
            ask(prompt)?
        };
        if secret.expose().is_empty() {
            let all: Vec<&str> = asked.iter().map(|(_, env, _)| env.as_str()).collect();
            return Err(Error::usage(format!("nothing was given for \"{prompt}\""))
                .hint(format!("Set {}, or write them to standard input, one per line.", all.join(" and ")))
                .hint(help));
        }
        found.insert((*name).to_owned(), secret);
    }
    Ok(found)
}

fn stored_passphrase(global: &Global) -> Result<Option<Secret>, Error> {
    if let Some(file) = &global.passphrase_file {
        return first_line(file).map(Some);
    }
    Ok(std::env::var("BOARDVAULT_PASSPHRASE").ok().map(Secret::new))
}

fn first_line(file: &Path) -> Result<Secret, Error> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Error::failed(format!("cannot read the passphrase from {}: {error}", file.display()))
    })?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}

/// Asks for what opens the vault.
fn prompt(question: &str) -> Result<Secret, Error> {
    let answer = ask(question)?;
    if answer.expose().is_empty() {
        return Err(Error::usage(format!("no {} was given", question.to_lowercase()))
            .hint("Set BOARDVAULT_PASSPHRASE, BOARDVAULT_PASSPHRASE_FILE or BOARDVAULT_KEY_FILE, or run at a terminal."));
    }
    Ok(answer)
}

/// Asks at the terminal without showing what is typed; without a terminal, takes the next line of input.
fn ask(question: &str) -> Result<Secret, Error> {
    let answer = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(format!("{question}: "))
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line.trim_end_matches(['\r', '\n']).to_owned())
    };
    answer.map(Secret::new).map_err(|error| Error::failed(format!("cannot ask for \"{question}\": {error}")))
}
