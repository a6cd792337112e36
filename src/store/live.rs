//! The set of chunks that something needs, small enough for ten million of them.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use crate::base::hash::Hash;

/// Two chunks whose ids agree in so many bytes do not exist: ids are keyed hashes.
const PREFIX: usize = 16;
/// A table that grows needs its old and its new memory at once; cut into so many, only one of them does.
const SHARDS: usize = 256;

type Shard = HashSet<[u8; PREFIX], BuildHasherDefault<IdHasher>>;

/// A set of chunk ids. It takes 20 to 39 bytes an id.
#[derive(Clone)]
pub struct LiveSet {
    shards: Vec<Shard>,
    len: u64,
}

impl Default for LiveSet {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Shard::default()).collect(), len: 0 }
    }
}

impl LiveSet {
    /// Adds an id; true when it was not there before.
    pub fn insert(&mut self, id: &Hash) -> bool {
        let (shard, prefix) = split(id);
        let is_new = self.shards.get_mut(shard).is_some_and(|shard| shard.insert(prefix));
        self.len += u64::from(is_new);
        is_new
    }

    /// Whether an id is in the set.
    pub fn contains(&self, id: &Hash) -> bool {
        let (shard, prefix) = split(id);
        self.shards.get(shard).is_some_and(|shard| shard.contains(&prefix))
    }

    /// How many ids there are.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<'a> Extend<&'a Hash> for LiveSet {
    fn extend<I: IntoIterator<Item = &'a Hash>>(&mut self, ids: I) {
        for id in ids {
            self.insert(id);
        }
    }
}

fn split(id: &Hash) -> (usize, [u8; PREFIX]) {
    let [shard, ..] = id.0;
    let (prefix, _) = id.0.split_first_chunk::<PREFIX>().unwrap_or((&[0; PREFIX], &[]));
    (usize::from(shard), *prefix)
}

/// Ids are hashes already: their last eight bytes serve as they are.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last_chunk::<8>() {
            self.0 ^= u64::from_le_bytes(*last);
        }
    }

    fn write_usize(&mut self, _length: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_is_a_set(numbers in prop::collection::vec(0_u32..300, 0..400), asked in 0_u32..400) {
            let id = |n: &u32| Hash::of(&n.to_le_bytes());
            let mut live = LiveSet::default();
            let mut model = BTreeSet::new();
            for n in &numbers {
                prop_assert_eq!(live.insert(&id(n)), model.insert(*n));
            }
            prop_assert_eq!(live.len(), model.len() as u64);
            prop_assert_eq!(live.is_empty(), model.is_empty());
            prop_assert_eq!(live.contains(&id(&asked)), model.contains(&asked));
        }
    }

    /// `BOARDVAULT_MANY` asks for the ten million that a large vault has.
    #[test]
    fn ten_million_ids_fit_into_memory() {
        let many = std::env::var_os("BOARDVAULT_MANY").is_some();
        let count: u64 = if many { 10_000_000 } else { 200_000 };
        let mut live = LiveSet::default();
        for n in 0..count {
            live.insert(&Hash::of(&n.to_le_bytes()));
        }
        assert_eq!(live.len(), count);
        let slots: usize = live.shards.iter().map(HashSet::capacity).sum();
        // The table has one byte besides the entry for each slot, and an eighth of the slots is never used.
        let bytes = slots as u64 * 8 / 7 * (PREFIX as u64 + 1);
        assert!(bytes <= count * 39, "{bytes} bytes for {count} ids");
    }
}
