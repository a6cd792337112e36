//! `demo`.

use tokio::sync::watch;

use crate::app::error::Error;
use crate::cli::exit::Done;
use crate::cli::ui::Ui;

pub(super) async fn run(ui: &Ui, _platform: &str, _world: &str, _seed: u64, _stop: watch::Receiver<bool>) -> Result<Done, Error> {
    ui.note("");
    Ok(Done::Complete)
}
