//! `demo`: the real commands, one after the other, against a sandbox.

use std::collections::BTreeMap;

use serde_json::json;
use tokio::sync::watch;

use super::{apply, backup, connection, diff, plan_page};
use crate::app::applying;
use crate::app::backup::Options;
use crate::app::connections::{self, NewConnection};
use crate::app::context::{App, Seams, Unlock};
use crate::app::demo::{self, Deed};
use crate::app::downloads::Attachments;
use crate::app::error::Error;
use crate::app::planning::{self, PlanRequest};
use crate::app::sandbox::{self, Running, SandboxChoice};
use crate::app::{diffing, upkeep};
use crate::base::secret::Secret;
use crate::cli::exit::Done;
use crate::cli::ui::{Ui, bold, counted, dim, green, plain, red};
use crate::plan::types::{Mode, Verdict};
use crate::platforms;
use crate::platforms::connector::Purpose;

const NAME: &str = "acme";
const ALL: Options = Options { attachments: Attachments::All, full: false };

pub(super) async fn run(
    ui: &Ui,
    platform: &str,
    world: &str,
    seed: u64,
    stop: watch::Receiver<bool>,
) -> Result<Done, Error> {
    let known = platforms::find(platform).ok_or_else(|| connections::unknown_platform(platform))?;
    let folder = tempfile::tempdir()
        .map_err(|error| Error::failed(format!("cannot make a temporary folder: {error}")))?;
    let seams = Seams::real(stop);
    let mut stage = Stage { ui, number: 0 };

    stage.begin(&format!("An account of {} to play with", known.name), "sandbox serve");
    let choice = SandboxChoice { platform: platform.to_owned(), world: world.to_owned(), seed, port: 0 };
    let sandbox = sandbox::start(&choice, seams.clock.clone()).await?;
    stage.say(&format!(
        "An imitation of {} answers at {}: the world \"{world}\", seed {seed}.",
        known.name, sandbox.base_url
    ));
    stage.say("With a real key and token the same commands work against the real thing.");

    stage.begin("An encrypted vault", "init");
    let vault = folder.path().join("vault");
    let unlock = Unlock::Passphrase(Secret::new("correct horse battery staple"));
    let (app, recovery) = App::create(&vault, &unlock, seams)?;
    stage.say(&format!(
        "Made {} with a passphrase; recovery key {}.",
        vault.display(),
        dim(recovery.expose())
    ));

    stage.begin(
        "Connect the account, and ask what it may be used for",
        &format!("connection add acme --platform {platform}; boardvault connection check acme --for restore"),
    );
    let added = connect(&app, platform, &sandbox).await?;
    stage.say(&format!("Account of {} (@{}).", plain(&added.identity.name), plain(&added.identity.username)));
    stage.show(&connection::requirements(&connections::check(&app, NAME, Purpose::Restore).await?));

    stage.begin("The first backup", "backup acme");
    let first = crate::app::backup::backup(&app, NAME, ALL, ui).await?;
    stage.show(&backup::text(&app, &first));

    stage.begin("Nothing has changed, so the next one costs next to nothing", "backup acme");
    stage.show(&backup::text(&app, &crate::app::backup::backup(&app, NAME, ALL, ui).await?));

    stage.begin("People go on working ...", "");
    for sentence in demo::people(&sandbox, Deed::DaysWork, seed).await? {
        stage.say(&format!("{} {}", green("-"), plain(&sentence)));
    }
    stage.begin("... and then it happens", "");
    for sentence in demo::people(&sandbox, Deed::Disaster, seed).await? {
        stage.say(&format!("{} {}", red("-"), plain(&sentence)));
    }

    stage.begin("A backup of the wreck; only what changed is read and stored", "backup acme");
    let second = crate::app::backup::backup(&app, NAME, ALL, ui).await?;
    stage.show(&backup::text(&app, &second));

    let (from, to) = (first.id.to_string(), second.id.to_string());
    stage.begin("What changed?", &format!("diff {} {}", first.id.short(), second.id.short()));
    stage.show(&diff::text(&diffing::diff(&app, &from, &to)?, false));

    stage.begin("Work out the restore; nothing is written", &format!("plan {}", first.id.short()));
    let request = PlanRequest { snapshot: from, mode: Mode::Merge, only: Vec::new() };
    let saved = planning::plan(&app, &request, ui).await?;
    stage.show(&plan_page::page(&saved, false));

    stage.begin("Carry it out", &format!("apply {}", saved.short()));
    let applied = applying::apply(&app, &saved.id, false, ui).await?;
    stage.show(&apply::text(&applied));

    stage.begin(
        "Proof: plan the same restore again from a fresh reading of the account",
        &format!("plan {}", first.id.short()),
    );
    let again = planning::plan(&app, &request, ui).await?;
    stage.show(&plan_page::page(&again, false));

    stage.begin("And the vault is sound", "verify --read-data");
    let verified = upkeep::verify(&app, true, ui)?;
    stage.say(&format!(
        "{} read, decrypted and checked; {}.",
        counted(verified.chunks, "chunk", "chunks"),
        counted(verified.damages.len() as u64, "damage", "damages")
    ));

    let restored =
        again.plan.verdict == Verdict::NothingToDo && applied.is_complete() && verified.damages.is_empty();
    let value = json!({
        "restored": restored, "first": first.id, "second": second.id,
        "plan": saved.id, "run": applied.run, "steps": applied.outcome, "left_to_do": again.plan.steps.len(),
    });
    let end = if restored {
        green(
            "Everything that was wrecked and can be restored is back as it was; what people made since is still there.",
        )
    } else {
        red("Not everything is back; see above.")
    };
    ui.result(&value, &format!("\n{end}"));
    Ok(if restored { Done::Complete } else { Done::Incomplete })
}

async fn connect(app: &App, platform: &str, sandbox: &Running) -> Result<connections::Connection, Error> {
    let first = sandbox.accounts.first().ok_or_else(|| Error::failed("the sandbox has no accounts"))?;
    let credentials: BTreeMap<String, Secret> =
        first.credentials.iter().map(|(name, text)| (name.clone(), Secret::new(text.clone()))).collect();
    let new = NewConnection {
        name: NAME.to_owned(),
        platform: platform.to_owned(),
        base_url: Some(sandbox.base_url.clone()),
        credentials,
        replace: false,
    };
    connections::add(app, new).await
}

/// Numbers the steps and leaves the stage to the JSON document when one was asked for.
struct Stage<'a> {
    ui: &'a Ui,
    number: u32,
}

impl Stage<'_> {
    fn begin(&mut self, title: &str, command: &str) {
        self.number += 1;
        self.line(&format!("\n{}", bold(&format!("{}. {title}", self.number))));
        if !command.is_empty() {
            self.line(&dim(&format!("   $ boardvault {command}")));
        }
    }

    fn say(&self, text: &str) {
        self.line(&format!("   {text}"));
    }

    fn show(&self, text: &str) {
        for line in text.lines() {
            self.line(&format!("   {line}"));
        }
    }

    fn line(&self, text: &str) {
        if self.ui.is_json() { self.ui.note(text) } else { self.ui.out(text) }
    }
}
