//! `init`.

use serde_json::json;
use tokio::sync::watch;

use crate::app::context::{App, Seams, Unlock};
use crate::app::error::Error;
use crate::cli::args::Global;
use crate::cli::exit::Done;
use crate::cli::secrets;
use crate::cli::ui::{Ui, bold};

pub(super) fn run(global: &Global, ui: &Ui, stop: watch::Receiver<bool>) -> Result<Done, Error> {
    let unlock = secrets::new_unlock(global)?;
    let (app, recovery) = App::create(&global.vault, &unlock, Seams::real(stop))?;
    let opened_by = match &unlock {
        Unlock::KeyFile(file) => format!("the key file {}", file.display()),
        Unlock::Passphrase(_) | Unlock::Recovery(_) => "your passphrase".to_owned(),
    };
    let value = json!({ "vault": global.vault, "id": app.vault.id(), "recovery_key": recovery.expose() });
    let text = format!(
        "Made the vault {} in {}.\nIt opens with {opened_by}, or with this recovery key, which is shown only now:\n\n    {}\n\n\
         Print it and lock it away. Without passphrase, key file or recovery key nobody can read the vault, you included.\n\
         Next: boardvault connection add NAME --platform PLATFORM",
        app.vault.id(),
        global.vault.display(),
        bold(recovery.expose()),
    );
    ui.result(&value, &text);
    Ok(Done::Complete)
}
