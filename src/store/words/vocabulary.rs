//! The entries of a vocabulary and their codes.
//!
//! ```text
//! vocabulary = version u8 (= 1) · entries u16 · (length u8 · bytes)* · zstd dictionary, to the end
//! code       = one byte:  00-1C for entries 0-28, 80-DF for entries 29-124
//!            | two bytes: E0-FF, then any byte: 125 + 256 x (first - E0) + second
//! ```

#![expect(
    clippy::inline_always,
    reason = "called for each word of a backup; a call costs as much as what it does"
)]

use std::cell::RefCell;

use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe;

use super::tokens::{Run, is_letter};

const VERSION: u8 = 1;
/// Of zstd. A higher one costs more than it saves on pages in words.
const LEVEL: i32 = 2;
const LOW: usize = 29;
const SHORT: usize = LOW + 96;
/// No vocabulary has more entries.
pub(super) const MAX_ENTRIES: usize = SHORT + 32 * 256;
/// At most about half of them are taken, so that a search is short.
const SLOTS: usize = 1 << 14;
/// A slot in which nothing is; others hold the number of an entry.
const FREE: u16 = u16::MAX;
/// No entry is longer, in bytes.
pub(super) const MAX_ENTRY: usize = 255;
/// Announces the code of a word that begins with a capital letter here, and with a small one in the vocabulary.
pub(super) const CAPITAL: u8 = 0x1D;
/// Ends a value.
pub(super) const END: u8 = 0x1E;
/// Announces bytes that are written out whatever they are: a length less one, then the bytes.
pub(super) const RAW: u8 = 0x1F;

thread_local! {
    /// Making a context costs more than compressing a page with it.
    static COMPRESSOR: RefCell<zstd_safe::CCtx<'static>> = RefCell::new(zstd_safe::CCtx::create());
    static DECOMPRESSOR: RefCell<zstd_safe::DCtx<'static>> = RefCell::new(zstd_safe::DCtx::create());
}

/// Byte strings that recur, the most frequent first, and what pages written in them have in common.
pub struct Vocabulary {
    /// The bytes of all entries, one after the other: entries are looked up for every word of every page, and
    /// together they stay in the processor's cache.
    bytes: Vec<u8>,
    entries: Vec<Span>,
    slots: Vec<u16>,
    dictionary: Vec<u8>,
    encoder: EncoderDictionary<'static>,
    decoder: DecoderDictionary<'static>,
}

/// An entry: the bytes `begin..begin + len`, of which the first eight stand here as well, because they decide most
/// comparisons.
struct Span {
    first: u64,
    begin: u32,
    len: u8,
    is_word: bool,
}

pub(super) struct Entry<'a> {
    pub(super) run: Run<'a>,
    /// Its bytes and whatever lies behind them, unless it is longer: they are copied in one step.
    pub(super) sixteen: Option<&'a [u8; 16]>,
    /// Between two words stands a space that is not written.
    pub(super) is_word: bool,
}

/// Where to look for a run, in the table's slots. The constant is that of Fibonacci hashing.
#[inline(always)]
fn slot(run: Run<'_>) -> usize {
    const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(MULTIPLIER);
    let mut hash = mix(run.bytes.len() as u64, run.first);
    if let Some(last) = run.bytes.last_chunk().filter(|_| run.bytes.len() > 8) {
        let middle = run.bytes.get(8..run.bytes.len().saturating_sub(8)).unwrap_or_default();
        for word in middle.as_chunks().0 {
            hash = mix(hash, u64::from_le_bytes(*word));
        }
        hash = mix(hash, u64::from_le_bytes(*last));
    }
    usize::try_from(hash >> (u64::BITS - SLOTS.ilog2())).unwrap_or(0)
}

impl Vocabulary {
    /// A vocabulary of these entries; empty, repeated and overlong ones and those beyond the limit are left out.
    pub(super) fn new(entries: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut vocabulary = Self {
            bytes: Vec::new(),
            entries: Vec::new(),
            slots: vec![FREE; SLOTS],
            dictionary: Vec::new(),
            encoder: EncoderDictionary::copy(&[], LEVEL),
            decoder: DecoderDictionary::copy(&[]),
        };
        for entry in entries {
            let fits = (1..=MAX_ENTRY).contains(&entry.len()) && vocabulary.entries.len() < MAX_ENTRIES;
            if fits && vocabulary.number(entry.as_slice().into()).is_none() {
                vocabulary.add(&entry);
            }
        }
        vocabulary
    }

    fn add(&mut self, entry: &[u8]) {
        let run = Run::from(entry);
        let number = u16::try_from(self.entries.len()).unwrap_or(FREE);
        let (begin, len) = (u32::try_from(self.bytes.len()), u8::try_from(entry.len()));
        let (Ok(begin), Ok(len)) = (begin, len) else { return };
        self.bytes.extend_from_slice(entry);
        let is_word = entry.iter().all(|byte| is_letter(*byte));
        self.entries.push(Span { first: run.first, begin, len, is_word });
        let mut at = slot(run);
        while self.slots.get(at).is_some_and(|taken| *taken != FREE) {
            at = (at + 1) % SLOTS;
        }
        if let Some(free) = self.slots.get_mut(at) {
            *free = number;
        }
    }

    /// The same entries, with a zstd dictionary for the pages that are written in them; nothing where zstd
    /// refuses it. Bytes without a dictionary's mark serve too: zstd takes them for text that went before.
    pub(super) fn with_dictionary(self, dictionary: Vec<u8>) -> Option<Self> {
        let encoder = EncoderDictionary::try_copy(&dictionary, LEVEL).ok()?;
        let decoder = DecoderDictionary::try_copy(&dictionary).ok()?;
        Some(Self { dictionary, encoder, decoder, ..self })
    }

    /// A page in words, compressed.
    pub fn compress(&self, page: &[u8]) -> Option<Vec<u8>> {
        let mut body = Vec::with_capacity(zstd_safe::compress_bound(page.len()));
        COMPRESSOR
            .with_borrow_mut(|context| context.compress_using_cdict(&mut body, page, self.encoder.as_cdict()))
            .ok()?;
        Some(body)
    }

    /// A page in words of at most `len` bytes.
    pub fn decompress(&self, body: &[u8], len: usize) -> Option<Vec<u8>> {
        let mut page = Vec::with_capacity(len);
        DECOMPRESSOR
            .with_borrow_mut(|context| {
                context.decompress_using_ddict(&mut page, body, self.decoder.as_ddict())
            })
            .ok()?;
        Some(page)
    }

    /// The bytes that are stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(u16::try_from(self.entries.len()).unwrap_or(u16::MAX).to_le_bytes());
        for number in 0..self.entries.len() {
            let entry = self.entry(number).map_or(&[][..], |entry| entry.run.bytes);
            bytes.push(u8::try_from(entry.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(entry);
        }
        bytes.extend_from_slice(&self.dictionary);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. Total: `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [VERSION, rest @ ..] = bytes else { return None };
        let (count, mut rest) = rest.split_first_chunk::<2>()?;
        let count = usize::from(u16::from_le_bytes(*count));
        let mut entries = Vec::new();
        for _ in 0..count {
            let (len, behind) = rest.split_first()?;
            let (entry, behind) = behind.split_at_checked(usize::from(*len))?;
            entries.push(entry.to_vec());
            rest = behind;
        }
        let vocabulary = Self::new(entries);
        (vocabulary.entries.len() == count).then_some(())?;
        vocabulary.with_dictionary(rest.to_vec())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number of an entry.
    #[inline(always)]
    pub(super) fn number(&self, run: Run<'_>) -> Option<u16> {
        let mut at = slot(run);
        loop {
            let number = *self.slots.get(at)?;
            // Nothing is there of a free slot's number.
            let span = self.entries.get(usize::from(number))?;
            if span.first == run.first && usize::from(span.len) == run.bytes.len() && self.ends_as(span, run)
            {
                return Some(number);
            }
            at = (at + 1) % SLOTS;
        }
    }

    /// The number of an entry that is not a word.
    pub(super) fn number_of_structure(&self, run: Run<'_>) -> Option<u16> {
        self.number(run).filter(|number| self.entry(usize::from(*number)).is_some_and(|entry| !entry.is_word))
    }

    /// Whether an entry is `run` behind the first eight bytes.
    #[inline(always)]
    fn ends_as(&self, span: &Span, run: Run<'_>) -> bool {
        run.bytes.len() <= 8 || self.text(span).get(8..) == run.bytes.get(8..)
    }

    /// The number of the entry that is a capitalised word with a small letter instead.
    #[inline(always)]
    pub(super) fn number_of_small(&self, word: Run<'_>) -> Option<u16> {
        let is_capital = word.bytes.first().is_some_and(u8::is_ascii_uppercase);
        let small = Run { first: word.first | 0x20, ..word };
        if is_capital { self.number(small) } else { None }
    }

    #[inline(always)]
    pub(super) fn entry(&self, number: usize) -> Option<Entry<'_>> {
        let span = self.entries.get(number)?;
        let bytes = self.bytes.get(span.begin as usize..)?;
        let (run, sixteen) = (Run { bytes: self.text(span), first: span.first }, bytes.first_chunk());
        Some(Entry { run, sixteen: sixteen.filter(|_| span.len <= 16), is_word: span.is_word })
    }

    #[inline(always)]
    fn text(&self, span: &Span) -> &[u8] {
        let begin = span.begin as usize;
        self.bytes.get(begin..begin + usize::from(span.len)).unwrap_or_default()
    }
}

/// The code of an entry: its bytes, the first one lowest, and how many they are.
#[inline(always)]
pub(super) fn code(number: u16) -> (u64, usize) {
    let number = u64::from(number);
    let (low, short) = (LOW as u64, SHORT as u64);
    if number < low {
        (number, 1)
    } else if number < short {
        (number - low + 0x80, 1)
    } else {
        let long = number - short;
        (0xE0 + (long >> 8) + ((long & 0xFF) << 8), 2)
    }
}

/// The number that a code beginning with `first` stands for; nothing where `first` begins no code, or where the
/// `second` byte that it needs is missing. Says whether the second byte belongs to it.
pub(super) fn read_code(first: u8, second: Option<u8>) -> Option<(usize, bool)> {
    match first {
        0x00..=0x1C => Some((usize::from(first), false)),
        0x80..=0xDF => Some((usize::from(first - 0x80) + LOW, false)),
        0xE0..=0xFF => Some((SHORT + (usize::from(first - 0xE0) << 8) + usize::from(second?), true)),
        CAPITAL | END | RAW | 0x20..=0x7F => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_code_of_its_own() {
        for number in 0..u16::try_from(MAX_ENTRIES).unwrap() {
            let (code, len) = code(number);
            let [first, second, ..] = code.to_le_bytes();
            assert_eq!(read_code(first, Some(second)), Some((usize::from(number), len == 2)));
        }
        assert_eq!((read_code(END, None), read_code(RAW, None), read_code(b'a', None)), (None, None, None));
        assert_eq!(read_code(0xE0, None), None);
    }

    #[test]
    fn a_vocabulary_comes_back_and_anything_else_is_refused() {
        let bytes =
            Vocabulary::new([b"one".to_vec(), b"\":".to_vec(), b"one".to_vec(), Vec::new()]).to_bytes();
        let read = Vocabulary::from_bytes(&bytes).unwrap();
        assert_eq!(
            (read.len(), read.number(b"\":"[..].into()), read.to_bytes()),
            (2, Some(1), bytes.clone())
        );
        assert!(read.entry(0).unwrap().is_word && !read.entry(1).unwrap().is_word);
        for cut in 0..bytes.len() {
            assert!(Vocabulary::from_bytes(&bytes[..cut]).is_none(), "{cut}");
        }
        assert!(Vocabulary::from_bytes(&[1, 2, 0, 1, b'a', 1, b'a']).is_none(), "an entry twice");
    }
}
