//! The arguments of `key`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What can be done with the keys that open the vault.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KeyCommand {
    /// List the keys that open the vault.
    List,
    /// Let another key open the vault too.
    #[command(subcommand)]
    Add(NewKey),
    /// Take a key away; the last one stays.
    ///
    /// Somebody who has an old copy of `vault.a` or `vault.b` can still use the key on that copy. `key rotate` keeps
    /// what is stored from then on from them.
    Remove {
        /// Number or label of the key.
        key: String,
    },
    /// Put a new passphrase in the place of an old one.
    ///
    /// The new passphrase comes from `--new-passphrase-file`, from `BOARDVAULT_NEW_PASSPHRASE`, or is asked for. It
    /// need not be the old one that opens the vault: with `--recovery-key` a forgotten passphrase is replaced.
    ChangePassphrase {
        #[command(flatten)]
        new: NewPassphrase,
        /// Number or label of the key, where the vault has several passphrases.
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
    },
    /// Make a new root key, for everything that is stored from now on.
    ///
    /// Only the key that opens the vault now is at hand to protect the new root key. So it stays, a new recovery key
    /// is printed, and all other keys are removed; add them again afterwards. Do this when a key or a copy of the
    /// vault may be in the wrong hands: who has an old key and an old copy of `vault.a` can go on reading what was
    /// stored before, and nothing of what is stored after.
    Rotate {
        /// Do it, and remove the other keys.
        #[arg(long)]
        yes: bool,
    },
    /// Make another recovery key and print it as a sheet to file.
    RecoverySheet {
        #[command(flatten)]
        label: Label,
        /// Write the sheet to this new file, which only you may read, instead of to standard output.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// A key to add.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum NewKey {
    /// A passphrase: from `--new-passphrase-file`, from `BOARDVAULT_NEW_PASSPHRASE`, or asked for.
    Passphrase {
        #[command(flatten)]
        new: NewPassphrase,
        #[command(flatten)]
        label: Label,
    },
    /// A key file, which is made where it is absent.
    KeyFile {
        /// The key file.
        file: PathBuf,
        #[command(flatten)]
        label: Label,
    },
    /// A recovery key, which is printed.
    Recovery {
        #[command(flatten)]
        label: Label,
    },
}

/// Where a new passphrase comes from.
#[derive(Debug, Args)]
pub(in crate::cli) struct NewPassphrase {
    /// File whose first line is the new passphrase.
    #[arg(long, value_name = "FILE")]
    pub new_passphrase_file: Option<PathBuf>,
}

/// What a key is called.
#[derive(Debug, Args)]
pub(in crate::cli) struct Label {
    /// What you call the key, to tell it from others; at most 64 bytes.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub label: String,
}
