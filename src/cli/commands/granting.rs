//! Access that is lent: a person allows it in a browser.

use std::collections::BTreeMap;

use crate::app::connections::Renewed;
use crate::app::connections::authorisation::{self, Authorisation, Registration, USUAL_REDIRECT, Way};
use crate::app::context::App;
use crate::app::error::Error;
use crate::base::secret::Secret;
use crate::cli::connection_args::OAuthArgs;
use crate::cli::secrets;
use crate::cli::ui::Ui;
use crate::platforms::platform::Platform;

/// The credential of a new connection.
pub(super) async fn new(
    app: &App,
    ui: &Ui,
    platform: &'static Platform,
    base_url: Option<&str>,
    redirect: &str,
    paste: bool,
) -> Result<BTreeMap<String, Secret>, Error> {
    let registration = registration(platform, redirect, ui)?;
    granted(app, ui, platform, base_url, registration, redirect, paste).await
}

/// The new credential of a connection that there is: by the same app, unless another one is given.
pub(super) async fn again(
    app: &App,
    ui: &Ui,
    renewed: Renewed,
    args: &OAuthArgs,
) -> Result<BTreeMap<String, Secret>, Error> {
    let Renewed { platform, base_url, lent } = renewed;
    let (stored, used) = lent.unzip();
    let redirect = args.redirect.clone().or(used).unwrap_or_else(|| USUAL_REDIRECT.to_owned());
    let registration = match stored {
        Some(stored) if !args.oauth && !secrets::registration_is_set(platform) => stored,
        _ => registration(platform, &redirect, ui)?,
    };
    granted(app, ui, platform, Some(&base_url), registration, &redirect, args.paste).await
}

fn registration(platform: &Platform, redirect: &str, ui: &Ui) -> Result<Registration, Error> {
    let oauth = platform.oauth.ok_or_else(|| authorisation::no_oauth(platform))?;
    secrets::registration(platform, oauth, redirect, ui)
}

async fn granted(
    app: &App,
    ui: &Ui,
    platform: &'static Platform,
    base_url: Option<&str>,
    registration: Registration,
    redirect: &str,
    paste: bool,
) -> Result<BTreeMap<String, Secret>, Error> {
    let way = if paste { Way::Paste } else { Way::Browser };
    let asked = Authorisation::begin(app, platform, base_url, registration, redirect, way).await?;
    ui.note(&format!(
        "Open this address in a browser, logged in as the person whose account is to be used, and allow the access:\n\n{}\n",
        asked.address()
    ));
    match way {
        Way::Browser => {
            ui.note(
                "Waiting for the browser, ten minutes at most. If it is on another machine, use `--paste`.",
            );
            asked.wait().await
        }
        Way::Paste => {
            ui.note("Then paste the whole address of the page that follows, or the code that it shows.");
            asked.pasted(&secrets::pasted()?).await
        }
    }
}
