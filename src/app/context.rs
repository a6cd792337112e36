//! What every use case gets: the open vault and the seams.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use super::connections::Grants;
use super::error::{Error, ErrorKind};
use crate::base::clock::Clock;
use crate::base::ids::Random;
use crate::base::secret::Secret;
use crate::store::chunks::Chunks;
use crate::store::family::Family;
use crate::store::fs::{Fs, RealFs};
use crate::store::log::Entry;
use crate::store::vault::{Env, Vault};

pub use crate::store::unlock::Unlock;

/// The fewest digits by which a plan or a run may be called: fewer are typed by accident.
const FEWEST_DIGITS: usize = 4;

/// Refuses the beginning of an id that is too short to be meant.
pub(super) fn long_enough(prefix: &str) -> Result<(), Error> {
    if prefix.len() < FEWEST_DIGITS {
        return Err(Error::usage(format!("`{prefix}` is too short for the beginning of an id"))
            .hint(format!("Give at least {FEWEST_DIGITS} digits.")));
    }
    Ok(())
}

/// The kinds of entries in the catalogue log. Part of the vault's format: never renumber.
pub mod entry {
    /// A snapshot's manifest.
    pub const MANIFEST: u8 = 1;
    /// A connection was added, replaced or removed.
    pub const CONNECTION: u8 = 2;
    /// A plan was made; the document itself is a chunk.
    pub const PLAN: u8 = 3;
    /// Events of a run.
    pub const RUN: u8 = 4;
    /// Attachments that a backup has stored before its manifest is written.
    pub const DOWNLOADS: u8 = 5;
    /// What is kept, and what is forgotten.
    pub const KEEPING: u8 = 7;
}

/// The seams, chosen once at the edge.
#[derive(Clone)]
pub struct Seams {
    /// Files.
    pub fs: Arc<dyn Fs>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Becomes true when the program is asked to stop.
    pub stop: watch::Receiver<bool>,
}

impl Seams {
    /// The machine's own files, clock and randomness.
    pub fn real(stop: watch::Receiver<bool>) -> Self {
        Self {
            fs: Arc::new(RealFs),
            clock: Arc::new(crate::base::clock::SystemClock::new()),
            random: Arc::new(crate::base::ids::SystemRandom),
            stop,
        }
    }

    fn env(&self) -> Env {
        Env { fs: self.fs.clone(), random: self.random.clone(), clock: self.clock.clone() }
    }
}

/// An open vault, and all that use cases need besides it.
pub struct App {
    /// The vault.
    pub vault: Arc<Vault>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Becomes true when the program is asked to stop.
    pub stop: watch::Receiver<bool>,
    /// The grants in use.
    pub grants: Grants,
}

impl App {
    /// Makes a new vault in `dir` and opens it. The second value is the recovery key, which is shown once.
    pub fn create(dir: &Path, unlock: &Unlock, seams: Seams) -> Result<(Self, Secret), Error> {
        let (vault, recovery) = Vault::create(dir, seams.env(), unlock)?;
        Ok((Self::around(vault, seams), recovery))
    }

    /// Opens the vault in `dir`. The second value says what had to be mended, in sentences.
    pub fn open(dir: &Path, unlock: &Unlock, seams: Seams) -> Result<(Self, Vec<String>), Error> {
        let (vault, notes) = Vault::open(dir, seams.env(), unlock)?;
        Ok((Self::around(vault, seams), notes))
    }

    fn around(vault: Vault, seams: Seams) -> Self {
        let Seams { clock, random, stop, .. } = seams;
        Self { vault: Arc::new(vault), clock, random, stop, grants: Grants::default() }
    }

    /// The vault as a store of chunks.
    pub fn chunks(&self) -> Arc<dyn Chunks> {
        self.vault.clone()
    }

    /// The vault as a store of the pages that one platform's records make.
    pub fn pages(&self, platform: &str) -> Result<Arc<dyn Chunks>, Error> {
        Ok(Arc::new(Family::new(Arc::clone(&self.vault), platform)?))
    }

    /// Whether the program was asked to stop.
    pub fn stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Eight random bytes as 16 hexadecimal digits, for run ids.
    pub(super) fn fresh_id(&self) -> Result<String, Error> {
        let mut bytes = [0_u8; 8];
        self.random.fill(&mut bytes).map_err(|error| Error::failed(error.to_string()))?;
        Ok(format!("{:016x}", u64::from_be_bytes(bytes)))
    }

    /// Writes a document into the log; durable when it returns.
    pub(super) fn append_json<T: Serialize>(&self, kind: u8, value: &T) -> Result<(), Error> {
        let bytes = serde_json::to_vec(value).map_err(|error| Error::failed(error.to_string()))?;
        self.vault.append(kind, &bytes)?;
        Ok(())
    }

    /// Reads all documents of a kind, oldest first, with their entries.
    pub(super) fn entries_json<T: DeserializeOwned>(&self, kind: u8) -> Result<Vec<(Entry, T)>, Error> {
        self.vault
            .entries(kind)?
            .into_iter()
            .map(|found| {
                let value = serde_json::from_slice(&found.payload).map_err(|error| Error {
                    kind: ErrorKind::Damage,
                    ..Error::failed(format!("entry {} of the vault's log cannot be read: {error}", found.seq))
                        .hint("It was perhaps written by a newer boardvault.")
                })?;
                Ok((found, value))
            })
            .collect()
    }
}
