//! The arguments of `connection`.

use clap::{Args, Subcommand, ValueEnum};

/// What can be done with connections.
#[derive(Debug, Subcommand)]
pub(super) enum ConnectionCommand {
    /// Add an account.
    ///
    /// The credential comes from the environment, from standard input (one part per line), or is asked for; never from
    /// arguments, which other users of the machine can read. `docs/connections.md` says for each platform where to get
    /// it, and the names of the variables.
    Add {
        /// A name of your choice.
        name: String,
        /// The platform. Can be left out where a connection is replaced.
        #[arg(long)]
        platform: Option<String>,
        /// Address of the API, for a sandbox.
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
        /// Take the place of the connection with this name, which may be that of another account.
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        oauth: OAuthArgs,
    },
    /// Give a connection a new credential of the same account, in place of one that is not accepted any more.
    ///
    /// The connection keeps its name and its snapshots. The old credential stays until the new one has proved itself;
    /// one of another person is refused. A connection with a token is asked for a new one; where the access is lent,
    /// the browser is asked again, with the app's id and secret as they are stored or, with `--oauth`, as they are
    /// given anew.
    Reconnect {
        /// Name of the connection.
        name: String,
        #[command(flatten)]
        oauth: OAuthArgs,
    },
    /// List the connections.
    List,
    /// Check, requirement by requirement, what the account can be used for.
    Check {
        /// Name of the connection.
        name: String,
        /// What it is to be used for.
        #[arg(long = "for", value_name = "PURPOSE", default_value = "backup")]
        purpose: PurposeArg,
    },
    /// Remove a connection. Its snapshots stay.
    Remove {
        /// Name of the connection.
        name: String,
    },
}

/// Access that is lent by the platform instead of a token. `--redirect` and `--paste` imply `--oauth`.
#[derive(Debug, Args)]
pub(super) struct OAuthArgs {
    /// Be lent the access for a while, and again and again (OAuth 2.0): allow it in a browser.
    ///
    /// The id and the secret of an app that you have registered with the platform come from
    /// `BOARDVAULT_<PLATFORM>_CLIENT_ID` and `BOARDVAULT_<PLATFORM>_CLIENT_SECRET`, from standard input (one per line),
    /// or are asked for.
    #[arg(long)]
    pub oauth: bool,
    /// Redirect address, exactly as it is registered for the app; port 0 stands for any free one
    /// [default: `http://127.0.0.1:8717/`].
    #[arg(long, value_name = "URL")]
    pub redirect: Option<String>,
    /// Do not wait for the browser: paste the address that it was sent to, or the code that the page shows.
    #[arg(long)]
    pub paste: bool,
}

impl OAuthArgs {
    /// Whether the access is to be lent.
    pub(super) fn is_wanted(&self) -> bool {
        self.oauth || self.paste || self.redirect.is_some()
    }
}

/// What a connection is to be used for.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum PurposeArg {
    /// Reading only.
    Backup,
    /// Reading and writing.
    Restore,
}
