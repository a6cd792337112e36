//! Packs that prune has given up, as the catalogue log tells it.
//!
//! ```text
//! record = version u8 (= 1) · what u8 (1 doomed, 2 removed) · cycle u64 · packs u32 · number u32 *
//! ```
//!
//! Integers are little-endian, numbers ascend. A doomed pack is still read, but nothing new relies on it. A removed
//! one is gone, or is about to be deleted.

use std::collections::{BTreeMap, BTreeSet};

use super::error::VaultError;
use super::log::Entry;
use super::pack::PackFiles;
use super::wire::Fields;
use crate::base::clock::Timestamp;

/// The kind of these records in the catalogue log.
pub(super) const RECORD: u8 = 254;
const VERSION: u8 = 1;
const DOOMED: u8 = 1;
const REMOVED: u8 = 2;

/// One step of a prune.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The prune of this cycle came to its end and gave these packs up; they may be none.
    Doomed { cycle: u64, packs: Vec<u32> },
    /// Nothing needs these packs any more; their files may be deleted.
    Removed { cycle: u64, packs: Vec<u32> },
}

/// When a pack was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doom {
    /// The number of the log's record that says so.
    pub(super) seq: u64,
    /// By the clock of then.
    pub(super) at: Timestamp,
    /// The prune that did it, counted from 1.
    pub(super) cycle: u64,
}

/// All packs that were ever given up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Retired {
    /// Still there, by number.
    pub(super) doomed: BTreeMap<u32, Doom>,
    /// Not to be missed.
    pub(super) removed: BTreeSet<u32>,
    /// The last prune that came to its end; 0 when there was none.
    pub(super) cycle: u64,
}

impl Step {
    pub(super) fn encode(&self) -> Vec<u8> {
        let (what, cycle, packs) = match self {
            Self::Doomed { cycle, packs } => (DOOMED, cycle, packs),
            Self::Removed { cycle, packs } => (REMOVED, cycle, packs),
        };
        let mut bytes = vec![VERSION, what];
        bytes.extend(cycle.to_le_bytes());
        bytes.extend(u32::try_from(packs.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(packs.iter().flat_map(|number| number.to_le_bytes()));
        bytes
    }

    /// Reads a record. Total: any bytes give a step or nothing.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        (fields.u8()? == VERSION).then_some(())?;
        let what = fields.u8()?;
        let cycle = fields.u64()?;
        let count = fields.u32()?;
        let (numbers, rest) = fields.rest().as_chunks::<4>();
        let packs: Vec<u32> = numbers.iter().map(|number| u32::from_le_bytes(*number)).collect();
        let fits = rest.is_empty() && u32::try_from(packs.len()) == Ok(count) && packs.is_sorted();
        fits.then_some(())?;
        match what {
            DOOMED => Some(Self::Doomed { cycle, packs }),
            REMOVED => Some(Self::Removed { cycle, packs }),
            _ => None,
        }
    }
}

impl Retired {
    /// What the log's records of kind [`RECORD`] amount to.
    pub(super) fn from_entries(entries: &[Entry]) -> Result<Self, VaultError> {
        let mut retired = Self::default();
        for entry in entries {
            let step = Step::decode(&entry.payload).ok_or(VaultError::UnknownRecord { seq: entry.seq })?;
            retired.follow(entry.seq, entry.at, &step);
        }
        Ok(retired)
    }

    /// Takes a record into account.
    pub(super) fn follow(&mut self, seq: u64, at: Timestamp, step: &Step) {
        match step {
            Step::Doomed { cycle, packs } => {
                self.cycle = self.cycle.max(*cycle);
                for number in packs.iter().filter(|number| !self.removed.contains(number)) {
                    self.doomed.entry(*number).or_insert(Doom { seq, at, cycle: *cycle });
                }
            }
            Step::Removed { packs, .. } => {
                for number in packs {
                    self.doomed.remove(number);
                    self.removed.insert(*number);
                }
            }
        }
    }

    pub(super) fn is_doomed(&self, pack: u32) -> bool {
        self.doomed.contains_key(&pack)
    }

    /// The greatest number that was given up; 0 when none was. New packs have greater ones.
    pub(super) fn greatest(&self) -> u32 {
        let doomed = self.doomed.last_key_value().map(|(number, _)| *number);
        doomed.max(self.removed.last().copied()).unwrap_or(0)
    }

    /// Deletes files that a prune was about to delete when it was interrupted.
    pub(super) fn finish(&self, files: &PackFiles, notes: &mut Vec<String>) -> Result<(), VaultError> {
        let left: Vec<u32> =
            files.listed()?.into_iter().filter(|number| self.removed.contains(number)).collect();
        if left.is_empty() {
            return Ok(());
        }
        files.remove(&left)?;
        notes.push(format!(
            "{} that prune had given up {} still there and {} deleted now",
            if left.len() == 1 { "a pack".to_owned() } else { format!("{} packs", left.len()) },
            if left.len() == 1 { "was" } else { "were" },
            if left.len() == 1 { "was" } else { "were" },
        ));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(seq: u64, step: &Step) -> Entry {
        let at = Timestamp::from_second(i64::try_from(seq).unwrap()).unwrap();
        Entry { seq, at, kind: RECORD, payload: step.encode() }
    }

    #[test]
    fn steps_round_trip_and_the_format_has_not_moved() {
        let steps = [
            Step::Doomed { cycle: 3, packs: vec![1, 2, 70_000] },
            Step::Doomed { cycle: 4, packs: Vec::new() },
            Step::Removed { cycle: 5, packs: vec![2] },
        ];
        for step in &steps {
            assert_eq!(Step::decode(&step.encode()).as_ref(), Some(step));
        }
        assert_eq!(steps[2].encode(), *b"\x01\x02\x05\0\0\0\0\0\0\0\x01\0\0\0\x02\0\0\0");
    }

    #[test]
    fn the_first_doom_of_a_pack_counts_until_it_is_removed() {
        let steps = [
            Step::Doomed { cycle: 1, packs: vec![1, 2] },
            Step::Doomed { cycle: 2, packs: vec![2, 3] },
            Step::Removed { cycle: 3, packs: vec![1] },
            Step::Doomed { cycle: 3, packs: vec![1] },
        ];
        let entries: Vec<Entry> = (10..).zip(&steps).map(|(seq, step)| entry(seq, step)).collect();
        let retired = Retired::from_entries(&entries).unwrap();
        let dooms: Vec<_> = retired.doomed.iter().map(|(n, doom)| (*n, doom.seq, doom.cycle)).collect();
        assert_eq!(dooms, [(2, 10, 1), (3, 11, 2)]);
        assert_eq!((retired.removed, retired.cycle), (BTreeSet::from([1]), 3));
    }

    #[test]
    fn a_record_of_a_newer_program_stops_the_reading() {
        let mut newer = entry(7, &Step::Doomed { cycle: 1, packs: vec![1] });
        newer.payload[0] = 2;
        let error = Retired::from_entries(&[newer]).unwrap_err();
        assert!(error.to_string().contains('7'), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn any_bytes_are_read_without_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..60), whole: bool) {
            if whole && bytes.len() > 14 {
                bytes[0] = VERSION;
                bytes[1] = DOOMED;
                bytes[10..14].copy_from_slice(&[11, 0, 0, 0]);
            }
            let _ = Step::decode(&bytes);
        }
    }
}
