//! The records of a container before they are in a tree.

use std::ops::Range;

use crate::prolly::EntryRef;

/// Keys and values in any order, all in one piece of memory.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    entries: Vec<Span>,
}

#[derive(Clone)]
struct Span {
    key: Range<usize>,
    value: Range<usize>,
}

impl Buffer {
    /// How many bytes it holds.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Takes a key, and the value that `write` appends. After an error it holds what it held before.
    pub(super) fn put<E>(
        &mut self,
        key: &[u8],
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let begin = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let middle = self.bytes.len();
        if let Err(error) = write(&mut self.bytes) {
            self.bytes.truncate(begin);
            return Err(error);
        }
        self.entries.push(Span { key: begin..middle, value: middle..self.bytes.len() });
        Ok(())
    }

    /// The entries in ascending order of their keys; of equal keys the one that came last. Says also how many.
    pub(super) fn sorted(&mut self) -> (usize, impl Iterator<Item = EntryRef<'_>>) {
        let Self { bytes, entries } = self;
        let at = |range: &Range<usize>| bytes.get(range.clone()).unwrap_or_default();
        // It keeps the order of equal keys.
        entries.sort_by(|a, b| at(&a.key).cmp(at(&b.key)));
        entries.dedup_by(|later, earlier| {
            let same = at(&later.key) == at(&earlier.key);
            if same {
                *earlier = later.clone();
            }
            same
        });
        (entries.len(), entries.iter().map(move |span| (at(&span.key), at(&span.value))))
    }
}
