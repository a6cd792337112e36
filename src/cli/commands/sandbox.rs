//! `sandbox serve`.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::watch;

use crate::app::error::Error;
use crate::app::sandbox::{self, SandboxChoice};
use crate::base::clock::SystemClock;
use crate::cli::args::SandboxCommand;
use crate::cli::exit::Done;
use crate::cli::ui::Ui;

pub(super) async fn run(
    ui: &Ui,
    command: SandboxCommand,
    stop: watch::Receiver<bool>,
) -> Result<Done, Error> {
    let SandboxCommand::Serve { platform, world, seed, port } = command;
    let choice = SandboxChoice { platform, world, seed, port };
    let running = sandbox::start(&choice, Arc::new(SystemClock::new())).await?;
    let value = json!({ "base_url": running.base_url, "accounts": running.accounts });
    let mut lines = vec![running.base_url.clone()];
    for account in &running.accounts {
        lines.push(format!("\n{} ({})", account.username, account.role));
        lines.extend(account.credentials.iter().map(|(name, text)| format!("  {name:<6} {text}")));
    }
    lines.push("\nStop with Ctrl-C.".to_owned());
    ui.result(&value, &lines.join("\n"));
    running.until(stop).await;
    Ok(Done::Complete)
}
