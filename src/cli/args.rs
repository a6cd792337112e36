//! What can be typed. The doc comments are the help texts and the reference in `docs/cli.md`.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::connection_args::ConnectionCommand;
use super::keeping_args::{Prune, RetentionCommand, SnapshotCommand};
use super::key_args::KeyCommand;
use crate::platforms::PLATFORMS;

/// Backups of your boards, projects and sheets that you hold the key to: take them, compare them, restore from
/// them.
///
/// A SNAPSHOT is the beginning of a snapshot's id, `NAME@latest`, `NAME@2026-11-21T10:00` (the newest not later
/// than that), or one of these with a path inside it: `NAME@latest:Workspace/Board/List/Card`, `...:Workspace/Project/Section/Task/Subtask`,
/// `...:Workspace/Sheet/Row`.
#[derive(Debug, Parser)]
#[command(name = "boardvault", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Global {
    /// Folder of the vault.
    #[arg(
        long,
        global = true,
        env = "BOARDVAULT_VAULT",
        hide_env_values = true,
        value_name = "DIR",
        default_value = "boardvault-data"
    )]
    pub vault: PathBuf,
    /// File whose first line is the passphrase. The passphrase itself may stand in `BOARDVAULT_PASSPHRASE`.
    #[arg(
        long,
        global = true,
        env = "BOARDVAULT_PASSPHRASE_FILE",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub passphrase_file: Option<PathBuf>,
    /// Key file that opens the vault instead of a passphrase.
    #[arg(long, global = true, env = "BOARDVAULT_KEY_FILE", hide_env_values = true, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Open the vault with the recovery key that `init` printed; it is asked for.
    #[arg(long, global = true, conflicts_with = "key_file")]
    pub recovery_key: bool,
    /// Print one JSON document instead of text.
    #[arg(long, global = true)]
    pub json: bool,
    /// Log what is done, to standard error; twice for more. Secrets are left out.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Log as JSON lines.
    #[arg(long, global = true)]
    pub log_json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a new, empty, encrypted vault.
    Init,
    /// List, add, change and remove the keys that open the vault.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Add, list, check, reconnect and remove the accounts that are backed up.
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// Take a snapshot of everything that a connection's account can see.
    Backup(Backup),
    /// List the snapshots.
    Snapshots {
        /// Only those of this connection.
        connection: Option<String>,
    },
    /// Keep single snapshots for ever or for a while, or give them up.
    #[command(subcommand)]
    Snapshot(SnapshotCommand),
    /// Rules by which older snapshots are thinned out.
    #[command(subcommand)]
    Retention(RetentionCommand),
    /// Show what a snapshot holds, or one thing in it.
    Show {
        /// SNAPSHOT, with a path for a workspace, a board, project or sheet, or a thing in one.
        snapshot: String,
    },
    /// Show what changed between two snapshots.
    Diff {
        /// The earlier SNAPSHOT; a path narrows the comparison.
        from: String,
        /// The later SNAPSHOT.
        to: String,
        /// Show each thing that changed, also where many changed alike.
        #[arg(long)]
        details: bool,
    },
    /// Work out a restore, show it, and keep it for `apply`. Writes nothing to the account.
    Plan(Plan),
    /// Carry out a plan, exactly as it was shown.
    Apply(Apply),
    /// List the runs, or show one.
    Runs {
        /// Id of a run, or its beginning.
        run: Option<String>,
    },
    /// Finish a run that was interrupted.
    Resume {
        /// Id of the run, or its beginning.
        run: String,
    },
    /// Work out the way back of a run, show it, and keep it for `apply`.
    Undo {
        /// Id of the run, or its beginning.
        run: String,
    },
    /// Write a snapshot, or a board of it, to files that need no boardvault to be read.
    Export(Export),
    /// Check that everything in the vault is there and undamaged.
    Verify {
        /// Also read, decrypt and check every byte.
        #[arg(long)]
        read_data: bool,
    },
    /// Give back the space of what no snapshot needs any more.
    ///
    /// A prune gives packs up, and only a later one deletes them: by default no sooner than two days and two prunes
    /// later. Run it regularly, after `retention apply`.
    Prune(Prune),
    /// Build the index anew from the packs and the log.
    RebuildIndex,
    /// Imitations of the platforms, to try things out.
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// See the whole round with a sandbox: backup, disaster, comparison, plan, restore, proof.
    Demo {
        /// The platform to imitate.
        #[arg(long, default_value = first_platform())]
        platform: String,
        /// The world to play in: tiny, typical or nasty.
        #[arg(long, default_value = "tiny")]
        world: String,
        /// Everything that happens follows from this number.
        #[arg(long, default_value_t = 7)]
        seed: u64,
    },
    /// Print the completion script of a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// Name of the connection.
    pub connection: String,
    /// Leave the bytes of attachments out; the snapshot says so.
    #[arg(long, conflicts_with = "max_attachment")]
    pub no_attachments: bool,
    /// Leave out attachments larger than this (`500K`, `10M`, `1G`); the snapshot names them.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_attachment: Option<u64>,
    /// Read everything again, also what the platform calls unchanged.
    #[arg(long)]
    pub full: bool,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub(super) struct Plan {
    /// The SNAPSHOT to restore from.
    pub snapshot: String,
    /// How to treat what is there.
    #[arg(long, default_value = "merge")]
    pub mode: ModeArg,
    /// With `--mode delete-before`: delete first, instead of building and checking the new board first.
    #[arg(long)]
    pub literal: bool,
    /// Restore only this: `Workspace`, `Workspace/Board`, `../List`, `../Card`, or one field: `../Card#due`.
    /// `\/` stands for a slash in a name, `-` for "no workspace". May be given several times.
    #[arg(long, value_name = "PATH")]
    pub only: Vec<String>,
    /// Show every field of every step instead of a summary.
    #[arg(long)]
    pub details: bool,
}

/// How to treat what is there.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ModeArg {
    /// Create what is missing, change back what differs, remove nothing.
    Merge,
    /// Make a new board (or workspace) next to the old one.
    Copy,
    /// Build the board anew as it was, check it, then delete the old one.
    DeleteBefore,
}

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub(super) struct Apply {
    /// Id of the plan, or its beginning.
    pub plan: String,
    /// Carry out a plan that removes things.
    #[arg(long)]
    pub allow_delete: bool,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// SNAPSHOT, with a path for a single board.
    pub snapshot: String,
    /// Folder to write into; must be new or empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Formats to write.
    #[arg(long, value_delimiter = ',', default_value = "json,csv,html")]
    pub format: Vec<FormatArg>,
    /// Leave the attachments' bytes out.
    #[arg(long)]
    pub no_attachments: bool,
}

/// A format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    /// The platform's own JSON, one file a board.
    Json,
    /// One line a card, one file a board.
    Csv,
    /// One page a board, which opens in any browser.
    Html,
}

/// The platform that is shown when none is named.
fn first_platform() -> &'static str {
    PLATFORMS.first().map_or("", |platform| platform.id)
}

/// What can be done with sandboxes.
#[derive(Debug, Subcommand)]
pub(super) enum SandboxCommand {
    /// Serve an imitation of a platform on 127.0.0.1 until stopped. Prints its base URL first, then the accounts.
    Serve {
        /// The platform to imitate.
        #[arg(long, default_value = first_platform())]
        platform: String,
        /// tiny, typical, nasty or large:N (N cards).
        #[arg(long, default_value = "tiny")]
        world: String,
        /// Everything in it follows from this number.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Port; 0 for any free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
}

/// The whole reference as Markdown: what `docs/cli.md` must say.
pub fn reference() -> String {
    let mut text = String::from(
        "# Command line\n\nWritten by the program itself (`BOARDVAULT_BLESS=1 cargo test docs`); a test fails when it is out of date.\n",
    );
    let mut root = Cli::command();
    root.build();
    section(&root, &mut Vec::new(), &mut text);
    text
}

fn section(command: &clap::Command, above: &mut Vec<String>, text: &mut String) {
    use std::fmt::Write;
    above.push(command.get_name().to_owned());
    let name = above.join(" ");
    let mut command = command.clone().bin_name(&name).disable_help_subcommand(true).term_width(100);
    if above.len() > 1 {
        // The options of every command are described once, at the top.
        let described =
            |arg: &clap::Arg| arg.is_global_set() || ["help", "version"].contains(&arg.get_id().as_str());
        command = command.mut_args(|arg| if described(&arg) { arg.hide(true) } else { arg });
    }
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    // Writing to a string cannot fail.
    let _ = write!(text, "\n## `{name}`\n\n```text\n{}\n```\n", help.join("\n"));
    for child in command.get_subcommands().filter(|child| child.get_name() != "help") {
        section(child, above, text);
    }
    above.pop();
}

/// Reads `500K`, `10M`, `1G` or a number of bytes.
fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default().to_ascii_uppercase();
    let factor: u64 = match unit.trim_end_matches('B').trim_end_matches('I') {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return Err(format!("`{unit}` is not a unit; use K, M or G")),
    };
    let number: u64 = digits.parse().map_err(|_| format!("`{text}` is not a size; write for example 10M"))?;
    number.checked_mul(factor).ok_or_else(|| format!("`{text}` is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_fit_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_have_binary_units() {
        assert_eq!(size("500K"), Ok(512_000));
        assert_eq!(size("10MiB"), Ok(10 << 20));
        assert_eq!(size("7"), Ok(7));
        for bad in ["", "M", "10X", "-1M", "99999999999G"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
