//! Where nodes end.
//!
//! A node ends after an entry when the hash of its key falls below a threshold that grows with the size the
//! node has reached. Values take part only by their length, never by their content: most edits of a value move
//! no boundary. Everything is decided from the entries since the last boundary, which is what makes trees
//! independent of their history.

use super::TreeError;
use super::node::{HEADER, MAX_KEY, MAX_VALUE, encode_entry, encode_header};

/// The sizes of nodes, in bytes of their entries.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    /// No node but the last of a level is smaller.
    min: u64,
    /// The scale of the distribution; the mean is 0.906 of it.
    scale: u64,
    /// A node ends with the entry that reaches this.
    max: u64,
}

const LEAF: Sizes = Sizes { min: 8 << 10, scale: 36 << 10, max: 128 << 10 };
/// Most nodes are no longer than this.
const TYPICAL: usize = 48 << 10;
const INNER: Sizes = Sizes { min: 4 << 10, scale: 18 << 10, max: 64 << 10 };

/// Whether a node of `level` that reached from `before` to `size` bytes with the entry `key` ends there.
///
/// The chance that a node ends within a stretch of bytes grows with the third power of its size (a Weibull law
/// with shape 4), so that sizes vary little around the mean. In integers, because the last bit of a
/// floating-point power is not the same on all machines and must not decide about a hash.
pub(super) fn ends_after(level: u8, before: u64, size: u64, key: &[u8]) -> bool {
    let sizes = if level == 0 { LEAF } else { INNER };
    if size < sizes.min {
        return false;
    }
    if size >= sizes.max {
        return true;
    }
    let fourth = |x: u64| u128::from(x).pow(4);
    let threshold = ((fourth(size) - fourth(before.min(size))) << 32) / fourth(sizes.scale);
    u128::from(draw(level, key)) < threshold
}

/// A number from 0 to 2^32 - 1 that belongs to the key. The level takes part, or a key that ends a leaf would
/// be more likely to end the node above it as well.
fn draw(level: u8, key: &[u8]) -> u32 {
    let hash = blake3::Hasher::new().update(&[level]).update(key).finalize();
    hash.as_bytes().first_chunk().map_or(0, |first| u32::from_le_bytes(*first))
}

/// A node that is complete.
pub(super) struct Complete {
    pub(super) last_key: Vec<u8>,
    pub(super) bytes: Vec<u8>,
    pub(super) count: u64,
}

/// Cuts the entries of one level into nodes.
pub(super) struct Splitter {
    level: u8,
    /// The open node.
    body: Vec<u8>,
    entries: u32,
    count: u64,
    last_key: Vec<u8>,
}

impl Splitter {
    pub(super) fn new(level: u8) -> Self {
        Self { level, body: Vec::new(), entries: 0, count: 0, last_key: Vec::new() }
    }

    /// Whether the next entry begins a node.
    pub(super) fn is_at_boundary(&self) -> bool {
        self.entries == 0
    }

    /// Takes the next entry, which stands for `count` leaf entries, and gives back the node that it completes.
    pub(super) fn push(
        &mut self,
        key: &[u8],
        value: &[u8],
        count: u64,
    ) -> Result<Option<Complete>, TreeError> {
        if key.len() > MAX_KEY || value.len() > MAX_VALUE {
            return Err(TreeError::TooLarge { key: key.len(), value: value.len() });
        }
        if self.body.is_empty() {
            // Its place: the number of entries is known in the end.
            self.body = Vec::with_capacity(TYPICAL);
            self.body.extend(encode_header(self.level, 0));
        }
        let before = self.body_len();
        encode_entry(&mut self.body, key, value);
        self.entries = self.entries.saturating_add(1);
        self.count = self.count.saturating_add(count);
        self.last_key.clear();
        self.last_key.extend_from_slice(key);
        let ends = ends_after(self.level, before, self.body_len(), key);
        Ok(if ends { self.take() } else { None })
    }

    /// Bytes of the entries.
    fn body_len(&self) -> u64 {
        self.body.len().saturating_sub(HEADER) as u64
    }

    /// Ends the level: gives back the node that is not yet complete, if there is one.
    pub(super) fn take(&mut self) -> Option<Complete> {
        if self.entries == 0 {
            return None;
        }
        let mut bytes = std::mem::take(&mut self.body);
        let header = encode_header(self.level, std::mem::take(&mut self.entries));
        bytes.iter_mut().zip(header).for_each(|(to, from)| *to = from);
        let count = std::mem::take(&mut self.count);
        Some(Complete { last_key: std::mem::take(&mut self.last_key), bytes, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(level: u8, value: usize) -> Vec<usize> {
        let mut splitter = Splitter::new(level);
        (0..60_000_u32)
            .filter_map(|n| splitter.push(format!("key {n}").as_bytes(), &vec![0; value], 1).unwrap())
            .map(|node| node.bytes.len())
            .collect()
    }

    #[test]
    fn node_sizes_stay_close_to_their_target() {
        for (level, value, target, max) in [(0, 200, 32 << 10, 128 << 10), (1, 40, 16 << 10, 64 << 10)] {
            let sizes = sizes(level, value);
            let mean = sizes.iter().sum::<usize>() / sizes.len();
            assert!(mean.abs_diff(target) < target / 8, "level {level}: mean {mean}");
            assert!(*sizes.iter().max().unwrap() < max, "level {level}");
            assert!(*sizes.iter().min().unwrap() >= target / 4, "level {level}");
        }
    }

    #[test]
    fn a_huge_value_ends_its_node() {
        let mut splitter = Splitter::new(0);
        assert!(splitter.push(b"a", b"small", 1).unwrap().is_none());
        assert!(splitter.push(b"b", &vec![0; 128 << 10], 1).unwrap().is_some());
        assert!(splitter.is_at_boundary());
    }

    #[test]
    fn an_entry_beyond_the_limits_is_refused() {
        let mut splitter = Splitter::new(0);
        assert!(matches!(splitter.push(&[0; MAX_KEY + 1], b"", 1), Err(TreeError::TooLarge { .. })));
        assert!(matches!(splitter.push(b"", &vec![0; MAX_VALUE + 1], 1), Err(TreeError::TooLarge { .. })));
    }
}
