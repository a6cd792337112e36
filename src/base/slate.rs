//! Memory of a fixed size that is written from its beginning, a machine word at a time.
//!
//! Pages consist of pieces of a few bytes. Writing all of a word, of which only some bytes count, is one instruction;
//! and memory that never grows needs no look at whether it must.

#![expect(
    clippy::inline_always,
    reason = "called for each word of a backup; a call costs as much as what it does"
)]

use std::ops::Range;

/// Room behind the end for what a word holds too much.
const SLACK: usize = 16;

/// Bytes that are being written. What does not fit is left out, and [`finish`](Self::finish) says so.
pub struct Slate {
    bytes: Vec<u8>,
    end: usize,
    limit: usize,
}

impl Slate {
    /// Room for `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { bytes: vec![0; limit.saturating_add(SLACK)], end: 0, limit }
    }

    /// Where the next byte goes: behind all that was written, also behind what was left out.
    #[inline(always)]
    pub fn end(&self) -> usize {
        self.end
    }

    /// Whether all of them fit.
    #[inline(always)]
    pub fn fits(&self) -> bool {
        self.end <= self.limit
    }

    /// Writes one byte.
    #[inline(always)]
    pub fn byte(&mut self, byte: u8) {
        self.chunk(&[byte], 1);
    }

    /// Writes the first `len` (at most 8) bytes of `word`, the first one lowest.
    #[inline(always)]
    pub fn word(&mut self, word: u64, len: usize) {
        self.chunk(&word.to_le_bytes(), len);
    }

    /// Writes the first `len` (at most N, which is at most 16) bytes of `bytes`.
    #[inline(always)]
    pub fn chunk<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        if let Some(to) = self.bytes.get_mut(self.end..).and_then(<[u8]>::first_chunk_mut) {
            *to = *bytes;
        }
        self.end = self.end.saturating_add(len);
    }

    /// Writes any number of bytes.
    pub fn slice(&mut self, bytes: &[u8]) {
        let end = self.end.saturating_add(bytes.len());
        if let Some(to) = self.bytes.get_mut(self.end..end) {
            to.copy_from_slice(bytes);
        }
        self.end = end;
    }

    /// Writes once more what was written before. `None`: it was not.
    pub fn again(&mut self, range: Range<usize>) -> Option<()> {
        (range.end <= self.end).then_some(())?;
        let end = self.end.checked_add(range.len())?;
        (end <= self.bytes.len()).then_some(())?;
        self.bytes.copy_within(range, self.end);
        self.end = end;
        Some(())
    }

    /// What was written before, to be changed.
    pub fn written(&mut self, range: Range<usize>) -> Option<&mut [u8]> {
        (range.end <= self.end).then_some(())?;
        self.bytes.get_mut(range)
    }

    /// What was written, if all of it fit.
    pub fn finish(mut self) -> Option<Vec<u8>> {
        self.fits().then_some(())?;
        self.bytes.truncate(self.end);
        Some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_word_only_what_counts_is_kept() {
        let mut slate = Slate::new(6);
        slate.word(u64::from_le_bytes(*b"abcdefgh"), 2);
        slate.byte(b'-');
        slate.chunk(b"xyz", 1);
        slate.slice(b"12");
        slate.written(0..1).unwrap().make_ascii_uppercase();
        assert_eq!((slate.end(), slate.fits()), (6, true));
        assert_eq!(slate.finish().unwrap(), b"Ab-x12");
    }

    #[test]
    fn what_does_not_fit_gives_nothing() {
        for bytes in [7, 40] {
            let mut slate = Slate::new(6);
            slate.slice(&vec![0; bytes]);
            slate.word(0, 8);
            slate.byte(0);
            assert!(!slate.fits() && slate.finish().is_none(), "{bytes}");
        }
    }

    #[test]
    fn only_what_was_written_is_written_again() {
        let mut slate = Slate::new(6);
        slate.slice(b"abc");
        assert_eq!((slate.again(1..4), slate.written(2..4)), (None, None));
        slate.again(1..3).unwrap();
        assert_eq!(slate.again(0..5), Some(()), "into the room behind the end");
        assert_eq!(slate.again(0..10), Some(()));
        assert_eq!((slate.again(0..20), slate.finish()), (None, None));
    }
}
