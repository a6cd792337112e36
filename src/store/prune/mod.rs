//! Giving back the space of chunks that nothing needs, in two phases.
//!
//! First a pack is *doomed*: what is needed of it lies elsewhere, and nothing new relies on it, but it stays and
//! is read. Only a later prune, which has looked anew at everything that is needed, deletes it. Which chunks are
//! needed is the caller's knowledge; here they are a set of ids.
//!
//! Why nothing is lost: a chunk is only ever given up with its whole pack, and before that every needed chunk of
//! the pack is found in a pack that stays, by its header and not by what the index remembers. Whoever relied on a
//! doomed pack without having said so yet has an open [`Session`](super::session::Session) that is older than the
//! dooming, and keeps the pack; once its record is in the log, the next prune copies what is needed first.
//!
//! A chunk can rest on others (see [`codec`](super::codec)). What any chunk of a pack that stays rests on is needed
//! too, so every chunk in such a pack can be read. A chunk that is copied is written anew upon what stays, or upon
//! another copy that rested on the same; that one rests on nothing, so no copies rest on each other.

mod choose;
mod needs;
mod planning;
mod repack;
mod running;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};

use jiff::SignedDuration;
use serde::Serialize;

use super::error::VaultError;
use super::live::LiveSet;
use super::pack::FILE_HEADER;
use super::retired::{Doom, Retired, Step};
use super::session::Beginning;
use super::vault::{Vault, Writer};
use crate::base::clock::Timestamp;
use crate::base::defect::{Defect, planted};

pub use choose::PackUse;
use needs::{Needed, Rests};

/// How long a doomed pack stays. Both must have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    /// Time since the dooming.
    pub age: SignedDuration,
    /// Prunes since the dooming, the one at work included.
    pub cycles: u64,
    /// The time; nothing when the clock cannot be believed, and then no age has passed.
    pub now: Option<Timestamp>,
}

impl Grace {
    /// The age that is usual, in hours.
    pub const HOURS: i64 = 48;
    /// The prunes that are usual.
    pub const CYCLES: u64 = 2;

    fn is_over(&self, doom: &Doom, cycle: u64) -> bool {
        if planted(Defect::PrunedWithoutGrace) {
            return true;
        }
        let aged = self.age.is_zero()
            || self.now.is_some_and(|now| now.duration_since(doom.at) >= self.age && doom.at <= now);
        aged && cycle.saturating_sub(doom.cycle) >= self.cycles
    }
}

/// What a prune will do.
#[derive(Default)]
pub struct PrunePlan {
    /// Doomed packs whose grace is over: they go.
    pub remove: Vec<PackUse>,
    /// Packs that will be doomed.
    pub doom: Vec<PackUse>,
    /// Doomed packs that stay doomed.
    pub waiting: Vec<PackUse>,
    /// All other packs.
    pub stay: Vec<PackUse>,
    rests: Rests,
}

impl PrunePlan {
    /// Bytes that must be copied first.
    pub fn copied(&self) -> u64 {
        self.remove.iter().chain(&self.doom).map(|pack| pack.live).sum()
    }

    /// Bytes that are needed, of the bytes of all packs.
    pub fn live(&self) -> u64 {
        self.all().map(|pack| pack.live).sum()
    }

    /// Bytes of all packs.
    pub fn bytes(&self) -> u64 {
        self.all().map(|pack| pack.bytes).sum()
    }

    /// What carrying it out does, if the disk has the room.
    pub fn foreseen(&self) -> PruneReport {
        let bytes = |packs: &[PackUse]| packs.iter().map(|pack| pack.bytes).sum();
        PruneReport {
            removed: self.remove.len() as u64,
            removed_bytes: bytes(&self.remove),
            doomed: self.doom.len() as u64,
            doomed_bytes: bytes(&self.doom),
            waiting: self.waiting.len() as u64,
            waiting_bytes: bytes(&self.waiting),
            copied_bytes: self.copied(),
            without_room: 0,
        }
    }

    fn all(&self) -> impl Iterator<Item = &PackUse> {
        self.remove.iter().chain(&self.doom).chain(&self.waiting).chain(&self.stay)
    }
}

/// What a prune did, or would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PruneReport {
    /// Packs that were deleted.
    pub removed: u64,
    /// Their bytes.
    pub removed_bytes: u64,
    /// Packs that were doomed.
    pub doomed: u64,
    /// Their bytes.
    pub doomed_bytes: u64,
    /// Packs that have been doomed before and wait for the end of their grace.
    pub waiting: u64,
    /// Their bytes.
    pub waiting_bytes: u64,
    /// Bytes that were copied because they are needed.
    pub copied_bytes: u64,
    /// Packs that could not be doomed or removed because the disk has no room for what is needed of them.
    pub without_room: u64,
}

/// A prune at work. There is one at a time.
pub struct Prune<'v> {
    vault: &'v Vault,
    _turn: MutexGuard<'v, ()>,
    grace: Grace,
    oldest: Option<Beginning>,
    packs: Vec<u32>,
    /// The pack that is written to, while it is empty.
    fresh: Option<u32>,
    retired: Retired,
}

impl Vault {
    /// Begins a prune. Everything that is needed must be looked up after this and not before: whoever committed
    /// earlier is seen, and whoever commits later has a session that keeps what it relies on.
    pub fn begin_prune(&self, grace: Grace) -> Result<Prune<'_>, VaultError> {
        let turn = self.pruning.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = self.writer()?;
        let packs = self.pack_numbers(&writer)?;
        let retired = self.retired().clone();
        let absent = (1..=writer.packs.position().pack)
            .find(|number| packs.binary_search(number).is_err() && !retired.removed.contains(number));
        if let Some(number) = absent {
            // What is not there cannot be told from what a failing disk does not show.
            return Err(VaultError::damaged(&self.files.path(number), 0, "the file is missing"));
        }
        let oldest = self.sessions.oldest();
        let newest = writer.packs.number();
        let is_empty = self.files.is_there(newest)? && self.files.len(newest)? <= FILE_HEADER;
        let fresh = is_empty.then_some(newest);
        Ok(Prune { vault: self, _turn: turn, grace, oldest, packs, fresh, retired })
    }
}

impl Prune<'_> {
    /// The number of the log's last record when the oldest open session began. What was needed then is needed as
    /// long as the session is open.
    pub fn needed_since(&self) -> Option<u64> {
        self.oldest.map(|oldest| oldest.seq)
    }

    /// Bytes of all packs, those that are doomed included.
    pub fn bytes(&self) -> Result<u64, VaultError> {
        self.packs.iter().map(|number| self.vault.files.len(*number)).sum()
    }

    /// Bytes of what is in `live` and of what it rests on.
    pub fn needed_bytes(&self, live: &LiveSet) -> Result<u64, VaultError> {
        let _writer = self.vault.writer()?;
        let rests = self.rests()?;
        let all: BTreeSet<u32> = self.packs.iter().copied().collect();
        let needed = Needed::as_it_stands(live, &rests);
        Ok(self.measure_all(&all, &needed, &rests)?.iter().map(|pack| pack.live).sum())
    }

    fn is_due(&self, doom: &Doom) -> bool {
        let watched = self.oldest.is_some_and(|oldest| oldest.seq < doom.seq);
        !watched && self.grace.is_over(doom, self.retired.cycle.saturating_add(1))
    }

    /// Whether nobody is at work who may have put chunks into the pack and not yet said what needs them.
    fn is_settled(&self, number: u32) -> bool {
        self.oldest.is_none_or(|oldest| number < oldest.pack)
    }
}

impl Vault {
    /// Writes a step into the log, and follows it once it is durable.
    fn log_step(&self, writer: &mut Writer, step: &Step) -> Result<(), VaultError> {
        let entry = self.append_making_room(writer, super::retired::RECORD, &step.encode())?;
        self.retired_mut().follow(entry.seq, entry.at, step);
        Ok(())
    }

    fn not_a_chunk(&self, pack: u32, offset: u64) -> VaultError {
        VaultError::damaged(&self.files.path(pack), offset, "there is no chunk")
    }
}

fn numbers(packs: &[PackUse]) -> BTreeSet<u32> {
    packs.iter().map(|pack| pack.number).collect()
}
