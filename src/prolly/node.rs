//! Nodes: how a piece of a tree lies in a chunk.
//!
//! All integers are little-endian.
//!
//! ```text
//! node  = version u8 (= 1) · level u8 · entries u32 · entry*
//! entry = key length u16 · value length u32 · key · value
//! ```
//!
//! Level 0 is a leaf. In a node of level n > 0 each entry stands for a node of level n - 1: the key is the
//! last key below it, the value is its chunk id (32 bytes) and the number of leaf entries below it (u64).

use std::ops::Range;

use crate::base::hash::Hash;

/// The version that this program writes, and the only one it reads.
const VERSION: u8 = 1;
/// No key is longer than this, in bytes. It keeps several children in every inner node, so that trees are flat.
pub const MAX_KEY: usize = 1024;
/// No value is longer than this, in bytes.
pub const MAX_VALUE: usize = 16 << 20;
/// No tree is higher than this: it bounds every recursion over stored bytes.
pub const MAX_LEVEL: u8 = 31;
const CHILD_LEN: usize = 40;
/// Version, level and number of entries.
pub(super) const HEADER: usize = 6;
/// The two length fields.
const ENTRY_HEADER: usize = 6;

/// What is wrong with the bytes of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NodeError(pub &'static str);

/// A decoded node: the bytes, and where its entries lie in them.
#[derive(Debug)]
pub struct Node {
    level: u8,
    bytes: Vec<u8>,
    entries: Vec<Span>,
}

#[derive(Debug)]
struct Span {
    key: Range<usize>,
    value: Range<usize>,
}

/// What an entry of an inner node says about the node below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Child {
    /// Chunk id of the node.
    pub id: Hash,
    /// Leaf entries below it.
    pub count: u64,
}

impl Node {
    /// Reads a node. Total: any bytes give a node or an error; a node has ascending keys and, above the
    /// leaves, at least one child.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, NodeError> {
        let mut reader = Reader { bytes: &bytes, at: 0 };
        if reader.array::<1>()? != [VERSION] {
            return Err(NodeError("its version is unknown"));
        }
        let [level] = reader.array()?;
        if level > MAX_LEVEL {
            return Err(NodeError("its level is impossible"));
        }
        let count = u32::from_le_bytes(reader.array()?) as usize;
        // Every entry takes at least its length fields: a count that cannot be true allocates nothing.
        if count > bytes.len() / ENTRY_HEADER {
            return Err(NodeError("it promises more entries than it has bytes"));
        }
        let mut entries: Vec<Span> = Vec::with_capacity(count);
        for _ in 0..count {
            let key_len = usize::from(u16::from_le_bytes(reader.array()?));
            let value_len = u32::from_le_bytes(reader.array()?) as usize;
            if key_len > MAX_KEY || value_len > MAX_VALUE || (level > 0 && value_len != CHILD_LEN) {
                return Err(NodeError("an entry has an impossible length"));
            }
            let span = Span { key: reader.take(key_len)?, value: reader.take(value_len)? };
            if entries.last().is_some_and(|last| bytes.get(last.key.clone()) >= bytes.get(span.key.clone())) {
                return Err(NodeError("its keys are not in ascending order"));
            }
            entries.push(span);
        }
        if reader.at != bytes.len() {
            return Err(NodeError("bytes follow its last entry"));
        }
        if level > 0 && entries.is_empty() {
            return Err(NodeError("an inner node has no children"));
        }
        Ok(Self { level, bytes, entries })
    }

    /// What it was read from.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Levels above the leaves.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries; only the leaf of an empty tree has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Key and value of the entry at `at`.
    pub fn entry(&self, at: usize) -> Option<(&[u8], &[u8])> {
        let span = self.entries.get(at)?;
        Some((self.bytes.get(span.key.clone())?, self.bytes.get(span.value.clone())?))
    }

    /// All entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        (0..self.len()).filter_map(|at| self.entry(at))
    }

    /// The greatest key.
    pub fn last_key(&self) -> Option<&[u8]> {
        self.entry(self.len().checked_sub(1)?).map(|(key, _)| key)
    }

    /// Position of the first entry whose key is not less than `key`; `len()` when there is none.
    pub fn position(&self, key: &[u8]) -> usize {
        self.entries.partition_point(|span| self.bytes.get(span.key.clone()).is_some_and(|own| own < key))
    }

    /// The child that the entry at `at` stands for; nothing in a leaf.
    pub fn child(&self, at: usize) -> Option<Child> {
        if self.level == 0 { None } else { Child::decode(self.entry(at)?.1) }
    }

    /// Leaf entries below this node, its own in a leaf. Saturates, so that invented counts do no harm.
    pub fn count(&self) -> u64 {
        if self.level == 0 {
            return self.len() as u64;
        }
        (0..self.len()).filter_map(|at| self.child(at)).fold(0, |sum, child| sum.saturating_add(child.count))
    }
}

impl Child {
    /// Reads the value of an inner entry.
    pub(super) fn decode(value: &[u8]) -> Option<Self> {
        let (id, count) = value.split_first_chunk::<32>()?;
        Some(Self { id: Hash(*id), count: u64::from_le_bytes(count.try_into().ok()?) })
    }

    /// The value of an inner entry.
    pub(super) fn encode(&self) -> Vec<u8> {
        [&self.id.0[..], &self.count.to_le_bytes()].concat()
    }
}

/// The bytes before the entries.
pub(super) fn encode_header(level: u8, entries: u32) -> Vec<u8> {
    [&[VERSION, level][..], &entries.to_le_bytes()].concat()
}

/// Appends one entry. The caller keeps to [`MAX_KEY`] and [`MAX_VALUE`], which fit the length fields.
pub(super) fn encode_entry(into: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    into.extend_from_slice(&u16::try_from(key.len()).unwrap_or(u16::MAX).to_le_bytes());
    into.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
    into.extend_from_slice(key);
    into.extend_from_slice(value);
}

/// Bytes that an entry takes in its node.
pub(super) fn entry_size(key: &[u8], value: &[u8]) -> u64 {
    (key.len() as u64).saturating_add(value.len() as u64).saturating_add(ENTRY_HEADER as u64)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, len: usize) -> Result<Range<usize>, NodeError> {
        let end = self.at.saturating_add(len);
        if end > self.bytes.len() {
            return Err(NodeError("it ends in the middle of an entry"));
        }
        let range = self.at..end;
        self.at = end;
        Ok(range)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], NodeError> {
        let range = self.take(N)?;
        let part = self.bytes.get(range).and_then(|part| part.first_chunk::<N>());
        part.copied().ok_or(NodeError("it ends in the middle of an entry"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leaf(entries: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut bytes = encode_header(0, u32::try_from(entries.len()).unwrap());
        for (key, value) in entries {
            encode_entry(&mut bytes, key, value);
        }
        bytes
    }

    #[test]
    fn a_leaf_gives_back_its_entries() {
        let node = Node::decode(leaf(&[(b"a", b"1"), (b"b", b"")])).unwrap();
        assert_eq!(node.iter().collect::<Vec<_>>(), [(&b"a"[..], &b"1"[..]), (b"b", b"")]);
        assert_eq!((node.position(b"a"), node.position(b"aa"), node.position(b"c")), (0, 1, 2));
        assert_eq!((node.count(), node.last_key()), (2, Some(&b"b"[..])));
    }

    #[test]
    fn each_kind_of_nonsense_is_refused() {
        let good = leaf(&[(b"a", b"1"), (b"b", b"2")]);
        let changed = |at: usize, to: u8| {
            let mut bytes = good.clone();
            bytes[at] = to;
            bytes
        };
        let cases = [
            ("version", changed(0, 9)),
            ("level", changed(1, 200)),
            ("a leaf's values are not children", changed(1, 1)),
            ("count too high", changed(5, 0xff)),
            ("count too low", changed(2, 1)),
            ("key too long", changed(7, 0xff)),
            ("order", leaf(&[(b"b", b""), (b"a", b"")])),
            ("repetition", leaf(&[(b"a", b""), (b"a", b"")])),
            ("torn", good[..good.len() - 1].to_vec()),
            ("no children", encode_header(1, 0)),
            ("empty", Vec::new()),
        ];
        for (name, bytes) in cases {
            assert!(Node::decode(bytes).is_err(), "{name}");
        }
    }

    proptest! {
        #![proptest_config(crate::prolly::testing::config(256))]
        #[test]
        fn damaged_bytes_never_panic(at in 0_usize..40, to: u8, cut in 0_usize..40) {
            let mut bytes = leaf(&[(b"key one", b"value"), (b"key two", b"value")]);
            let len = bytes.len();
            bytes[at % len] = to;
            bytes.truncate(len - cut % len);
            if let Ok(node) = Node::decode(bytes) {
                prop_assert_eq!(node.iter().count(), node.len());
            }
        }
    }
}
