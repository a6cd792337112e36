//! One file per command: arguments in, one use case, its result shown.

mod alike;
mod apply;
mod backup;
mod changes;
mod connection;
mod demo;
mod diff;
mod export;
mod granting;
mod init;
mod key;
mod plan;
mod plan_page;
mod prune;
mod retention;
mod runs;
mod sandbox;
mod show;
mod snapshot;
mod snapshots;
mod steps;
mod things;
mod upkeep;

use clap::CommandFactory;
use tokio::sync::watch;

use super::args::{Cli, Command, Global};
use super::exit::Done;
use super::secrets;
use super::ui::Ui;
use crate::app::context::{App, Seams, Unlock};
use crate::app::error::Error;

/// Runs one command.
pub(super) async fn run(cli: Cli, ui: &Ui, stop: watch::Receiver<bool>) -> Result<Done, Error> {
    let Cli { global, command } = cli;
    let open = || open(&global, ui, stop.clone());
    match command {
        Command::Init => init::run(&global, ui, stop.clone()),
        Command::Key(command) => key::run(&global, ui, command, stop.clone()),
        Command::Connection(command) => {
            online(open()?, async |app| connection::run(app, ui, command).await).await
        }
        Command::Backup(args) => online(open()?, async |app| backup::run(app, ui, &args).await).await,
        Command::Snapshots { connection } => snapshots::run(&open()?, ui, connection.as_deref()),
        Command::Snapshot(command) => snapshot::run(&open()?, ui, command),
        Command::Retention(command) => retention::run(&open()?, ui, command),
        Command::Prune(args) => prune::run(&open()?, ui, &args),
        Command::Show { snapshot } => show::run(&open()?, ui, &snapshot),
        Command::Diff { from, to, details } => diff::run(&open()?, ui, &from, &to, details),
        Command::Plan(args) => online(open()?, async |app| plan::run(app, ui, &args).await).await,
        Command::Apply(args) => online(open()?, async |app| apply::run(app, ui, &args).await).await,
        Command::Runs { run } => runs::list(&open()?, ui, run.as_deref()),
        Command::Resume { run } => online(open()?, async |app| apply::resume(app, ui, &run).await).await,
        Command::Undo { run } => online(open()?, async |app| plan::undo(app, ui, &run).await).await,
        Command::Export(args) => export::run(&open()?, ui, &args),
        Command::Verify { read_data } => upkeep::verify(&open()?, ui, read_data),
        Command::RebuildIndex => upkeep::rebuild_index(&open()?, ui),
        Command::Sandbox(command) => sandbox::run(ui, command, stop.clone()).await,
        Command::Demo { platform, world, seed } => demo::run(ui, &platform, &world, seed, stop.clone()).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "boardvault", &mut script);
            ui.out(String::from_utf8_lossy(&script).trim_end());
            Ok(Done::Complete)
        }
    }
}

/// Runs a command that calls a platform. A renewal of its access that is under way when the command ends is waited for:
/// cut off, it could cost the connection its grant.
async fn online(app: App, command: impl AsyncFnOnce(&App) -> Result<Done, Error>) -> Result<Done, Error> {
    let done = command(&app).await;
    app.grants.settled().await;
    done
}

fn open(global: &Global, ui: &Ui, stop: watch::Receiver<bool>) -> Result<App, Error> {
    open_with(global, ui, &secrets::unlock(global)?, stop)
}

fn open_with(global: &Global, ui: &Ui, unlock: &Unlock, stop: watch::Receiver<bool>) -> Result<App, Error> {
    let (app, notes) = App::open(&global.vault, unlock, Seams::real(stop))?;
    for note in notes {
        ui.warn(&note);
    }
    Ok(app)
}
