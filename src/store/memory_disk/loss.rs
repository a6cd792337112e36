//! What a power cut leaves of a disk.

use std::path::Path;

use super::state::{Node, Pending, State};
use crate::base::ids::{Random, SeededRandom};

/// How a power cut treats what was not durable. The seeds choose among the ways in which it may come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// All of it is lost.
    Lost,
    /// All of it is kept, as when a process dies and the machine does not.
    Kept,
    /// A first part of it is kept, and of the write in which it ends, whole sectors.
    Torn {
        /// Bytes of a sector.
        sector: usize,
        /// Where it ends.
        seed: u64,
    },
    /// Any of it is kept, in sectors of 512 bytes; a lost sector before a kept one reads as zeros.
    Reordered {
        /// What is kept.
        seed: u64,
    },
}

const SECTOR: usize = 512;

impl State {
    /// Whether a power cut now would lose anything.
    pub fn is_settled(&self) -> bool {
        self.pending.is_empty()
    }

    /// The disk after a power cut. Nothing is pending on it.
    #[must_use]
    pub fn after(&self, loss: Loss) -> Self {
        let mut left = Self { pending: Vec::new(), ..self.clone() };
        match loss {
            Loss::Lost => {}
            Loss::Kept => {
                left.durable_files.clone_from(&left.files);
                left.durable_names.clone_from(&left.names);
                left.durable_index.clone_from(&left.index);
            }
            Loss::Torn { sector, seed } => self.torn(&mut left, sector, &SeededRandom::new(seed)),
            Loss::Reordered { seed } => self.reordered(&mut left, &SeededRandom::new(seed)),
        }
        left.files.clone_from(&left.durable_files);
        left.index.clone_from(&left.durable_index);
        let folders = left.durable_names.clone();
        let has_parents = |path: &Path| {
            path.ancestors()
                .skip(1)
                .all(|above| above.parent().is_none() || folders.get(above) == Some(&Node::Dir))
        };
        left.durable_names.retain(|path, _| has_parents(path));
        left.names.clone_from(&left.durable_names);
        left
    }

    fn torn(&self, left: &mut Self, sector: usize, random: &SeededRandom) {
        let end = below(random, self.pending.len() + 1);
        let (kept, rest) = self.pending.split_at_checked(end).unwrap_or((&self.pending, &[]));
        for change in kept {
            left.make_durable(change.clone());
        }
        if let Some(Pending::Data { file, offset, bytes }) = rest.first() {
            let sectors = (offset + bytes.len()) / sector - offset / sector;
            let boundary = (offset / sector + below(random, sectors + 1)) * sector;
            let whole = bytes.get(..boundary.saturating_sub(*offset)).unwrap_or_default();
            left.make_durable(Pending::Data { file: *file, offset: *offset, bytes: whole.to_vec() });
        }
        // sled refuses to open after some power cuts; the index is then an empty one.
        if below(random, 8) == 0 {
            left.durable_index.clear();
        }
    }

    fn reordered(&self, left: &mut Self, random: &SeededRandom) {
        let mut index_goes_on = true;
        for change in &self.pending {
            match change {
                Pending::Data { file, offset, bytes } => {
                    for (from, part) in sectors(*offset, bytes) {
                        if flip(random) {
                            let part = part.to_vec();
                            left.make_durable(Pending::Data { file: *file, offset: from, bytes: part });
                        }
                    }
                    // The length may be durable although the bytes are not.
                    if let Some(content) = left.durable_files.get_mut(*file)
                        && flip(random)
                        && content.len() < offset + bytes.len()
                    {
                        content.resize(offset + bytes.len(), 0);
                    }
                }
                // A database brings its own order: what it keeps is a beginning of what was written.
                Pending::Index(_) | Pending::IndexRemoved => {
                    index_goes_on = index_goes_on && flip(random);
                    if index_goes_on {
                        left.make_durable(change.clone());
                    }
                }
                Pending::Made(..) | Pending::Renamed { .. } | Pending::Removed(_) => {
                    if flip(random) {
                        left.make_durable(change.clone());
                    }
                }
            }
        }
    }
}

/// The parts of a write by the sectors in which they lie.
fn sectors(offset: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let first = (SECTOR - offset % SECTOR).min(bytes.len());
    let (head, tail) = bytes.split_at_checked(first).unwrap_or((bytes, &[]));
    let starts = (offset + first..).step_by(SECTOR);
    std::iter::once((offset, head)).chain(starts.zip(tail.chunks(SECTOR)))
}

fn below(random: &SeededRandom, bound: usize) -> usize {
    let mut bytes = [0; 8];
    // The seeded stream never ends.
    let _ = random.fill(&mut bytes);
    usize::try_from(u64::from_le_bytes(bytes) % (bound.max(1) as u64)).unwrap_or(0)
}

fn flip(random: &SeededRandom) -> bool {
    below(random, 2) == 1
}

#[cfg(test)]
mod tests {
    use super::super::state::Op;
    use super::*;

    /// A durable file `a` of 600 bytes with 1000 more that are not, and a new file `b`.
    fn disk() -> State {
        let mut state = State::default();
        for op in [
            Op::Make("/a".into()),
            Op::Write { file: 0, offset: 0, bytes: vec![1; 600] },
            Op::Sync(0),
            Op::SyncDir("/".into()),
            Op::Write { file: 0, offset: 600, bytes: vec![2; 1000] },
            Op::Make("/b".into()),
        ] {
            state.apply(&op).unwrap();
        }
        state
    }

    fn a(state: &State) -> Vec<u8> {
        state.bytes(Path::new("/a")).unwrap().to_vec()
    }

    #[test]
    fn lost_leaves_what_was_durable_and_kept_all() {
        let (lost, kept) = (disk().after(Loss::Lost), disk().after(Loss::Kept));
        assert_eq!((a(&lost), lost.listing().len()), (vec![1; 600], 1));
        assert_eq!((a(&kept).len(), kept.listing().len()), (1600, 2));
    }

    #[test]
    fn a_torn_write_ends_at_a_sector() {
        let mut lengths: Vec<_> =
            (0..100).map(|seed| a(&disk().after(Loss::Torn { sector: 512, seed })).len()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        assert_eq!(lengths, [600, 1024, 1536, 1600]);
    }

    #[test]
    fn reordering_keeps_any_sectors_and_any_names() {
        let states: Vec<_> = (0..100).map(|seed| disk().after(Loss::Reordered { seed })).collect();
        let hole = |state: &State| a(state).get(600..1100).is_some_and(|part| part[0] == 0 && part[499] == 2);
        assert!(states.iter().any(hole), "a kept sector behind a lost one");
        assert!(states.iter().any(|state| state.listing().len() == 1));
        assert!(states.iter().any(|state| state.listing().len() == 2 && a(state).len() == 600));
        assert!(states.iter().all(|state| a(state)[..600] == [1; 600]));
    }

    #[test]
    fn a_name_without_its_folder_is_gone() {
        let mut state = State::default();
        for op in [
            Op::MakeDir("/v/p".into()),
            Op::Make("/v/p/x".into()),
            Op::SyncDir("/v/p".into()),
            Op::SyncDir("/v".into()),
        ] {
            state.apply(&op).unwrap();
        }
        assert_eq!(state.after(Loss::Lost).listing().len(), 0);
        state.apply(&Op::SyncDir("/".into())).unwrap();
        assert_eq!(state.after(Loss::Lost).listing().len(), 1);
    }
}
