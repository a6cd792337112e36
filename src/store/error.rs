//! What can go wrong with a vault, told to the person in front of it.

use std::io;
use std::path::{Path, PathBuf};

use super::chunks::ChunkError;
use super::holder::Holder;
pub use super::lease::Fenced;
use crate::base::ids::NoRandomness;

/// Why a vault could not be made, opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The folder holds no vault.
    #[error("{} is not a vault; check the path, or make one there with `boardvault init`", .0.display())]
    NotAVault(PathBuf),
    /// The folder already holds a vault, which is left alone.
    #[error("{} already holds a vault; choose another folder", .0.display())]
    AlreadyAVault(PathBuf),
    /// The folder holds other things, among which a vault's files would get lost.
    #[error("{} is not empty; choose a new or an empty folder for the vault", .0.display())]
    NotEmpty(PathBuf),
    /// No key slot opens with what was given.
    #[error("this {tried} does not open the vault at {}; check it and try again, or use another of the vault's keys", path.display())]
    WrongKey {
        /// The vault.
        path: PathBuf,
        /// What was tried: `passphrase`, `key file` or `recovery key`.
        tried: &'static str,
    },
    /// An empty passphrase protects nothing.
    #[error("the passphrase is empty; give one, or use a key file")]
    EmptyPassphrase,
    /// The recovery key was mistyped: its check digits are wrong.
    #[error("this is not a recovery key: {0}; compare it with your printout and type it again")]
    RecoveryKeyMistyped(&'static str),
    /// The key file cannot be used.
    #[error("key file {}: {problem}", path.display())]
    KeyFile {
        /// The key file.
        path: PathBuf,
        /// What is wrong and what helps.
        problem: String,
    },
    /// Another process has the vault open.
    #[error("the vault at {} is in use by {}; wait for it to end and try again", path.display(), process(holder.as_deref()))]
    Locked {
        /// The vault.
        path: PathBuf,
        /// The other process, if it has written down who it is.
        holder: Option<Box<Holder>>,
    },
    /// This process has lost its hold on the vault.
    #[error(transparent)]
    Fenced(Fenced),
    /// The vault was written by a later version of the program.
    #[error("{} has format {found}, and this program reads up to {known}; install a newer boardvault", path.display())]
    NewerFormat {
        /// The file that says so.
        path: PathBuf,
        /// Its format.
        found: u16,
        /// The newest format that this program reads.
        known: u16,
    },
    /// The disk is full. What was acknowledged is safe; nothing half-written is kept.
    #[error("{what}: the disk is full; free some space and run the command again")]
    DiskFull {
        /// What was being done to which file.
        what: String,
        /// The operating system's answer.
        source: io::Error,
    },
    /// Bytes that had been acknowledged are not what was written.
    #[error("{} is damaged at byte {offset}: {what}; put back a copy of this file, and do not write to the vault before", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where the damaged part begins.
        offset: u64,
        /// Which check failed.
        what: String,
    },
    /// A record of the log that belongs to the store itself cannot be read.
    #[error(
        "record {seq} of the vault's log cannot be read; was it written by a newer version of this program?"
    )]
    UnknownRecord {
        /// Its number.
        seq: u64,
    },
    /// Chunks that snapshots need are not in any pack, so nothing may be taken away.
    #[error(
        "{count} chunks that are needed are not to be found in the packs, so nothing was pruned; run `boardvault verify` to see what is affected"
    )]
    NeededChunksMissing {
        /// How many, at least.
        count: u64,
    },
    /// A chunk that is needed cannot be read.
    #[error(transparent)]
    Chunk(Box<ChunkError>),
    /// An earlier disk error leaves open what is on the disk, so this handle writes no more.
    #[error("the vault takes no more writes after an earlier disk error ({0}); close it and open it again")]
    Poisoned(String),
    /// No key slot has this number.
    #[error("the vault has no key {0}; `boardvault key list` shows those it has")]
    NoSuchKey(u16),
    /// The only key that is left; without it nobody could open the vault.
    #[error("key {0} is the only one that opens the vault; add another before you remove it")]
    LastKey(u16),
    /// A kind of log record that only the store itself writes.
    #[error("log entries of kind {0} are the vault's own")]
    ReservedKind(u8),
    /// More than the format can hold.
    #[error("{what} of {bytes} bytes is too large; the limit is {limit}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The index failed although it had just been rebuilt.
    #[error("the index of the vault cannot be used ({0}); delete the folder `index` in it and try again")]
    Index(String),
    /// The operating system has no randomness to give.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The operating system refused something else.
    #[error("{what}: {source}")]
    Io {
        /// What was being done to which file.
        what: String,
        /// The operating system's answer.
        source: io::Error,
    },
}

fn process(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "another process".to_owned(), Holder::to_string)
}

impl VaultError {
    /// An operating system's refusal while doing `verb` to `path`; a full disk is told apart.
    pub(super) fn io(verb: &str, path: &Path, source: io::Error) -> Self {
        if let Some(fenced) = source.get_ref().and_then(|inner| inner.downcast_ref::<Fenced>()) {
            return Self::Fenced(fenced.clone());
        }
        let what = format!("cannot {verb} {}", path.display());
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::DiskFull { what, source }
            }
            _ => Self::Io { what, source },
        }
    }

    pub(super) fn damaged(file: &Path, offset: u64, what: impl Into<String>) -> Self {
        Self::Damaged { file: file.to_owned(), offset, what: what.into() }
    }
}

impl From<ChunkError> for VaultError {
    fn from(error: ChunkError) -> Self {
        match error {
            ChunkError::Poisoned(cause) => Self::Poisoned(cause),
            ChunkError::Io { what, source } => Self::Io { what, source },
            other => Self::Chunk(Box::new(other)),
        }
    }
}

impl From<VaultError> for ChunkError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Poisoned(cause) => Self::Poisoned(cause),
            VaultError::Io { what, source } | VaultError::DiskFull { what, source } => {
                Self::Io { what, source }
            }
            VaultError::Chunk(error) => *error,
            other => Self::Io { what: "the vault".to_owned(), source: io::Error::other(other.to_string()) },
        }
    }
}
