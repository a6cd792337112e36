//! From a leaf to a page in words.

#![expect(
    clippy::inline_always,
    reason = "called for each word of a backup; a call costs as much as what it does"
)]

use super::page::{LEAF, MAX_RAW, longest};
use super::tokens::{Piece, Run, Scanner};
use super::training::SHORTEST;
use super::vocabulary::{CAPITAL, END, MAX_ENTRY, RAW, Vocabulary, code};
use crate::base::eights;
use crate::base::slate::Slate;
use crate::store::wire::Fields;

/// A leaf in words; `None` for bytes that are not a leaf, or hardly text.
pub fn encode(vocabulary: &Vocabulary, leaf: &[u8]) -> Option<Vec<u8>> {
    let mut fields = Fields(leaf);
    (fields.array()? == LEAF).then_some(())?;
    let count = fields.u32()?;
    let mut writer = Writer::new(vocabulary, longest(leaf.len()));
    writer.out.slice(&count.to_le_bytes());
    let mut last: &[u8] = &[];
    for _ in 0..count {
        let key_len = usize::from(fields.u16()?);
        let value_len = usize::try_from(fields.u32()?).ok()?;
        let (key, value) = (fields.take(key_len)?, fields.take(value_len)?);
        writer.key(last, key);
        writer.value(value);
        last = key;
    }
    fields.is_empty().then_some(())?;
    writer.out.finish()
}

/// What stands between the last code and the next.
#[derive(PartialEq)]
enum Space {
    /// The last thing written was not a word's code.
    No,
    /// A word's code was written.
    Word,
    /// A word's code was written, and the text goes on with a single space that is not.
    Owed,
}

struct Writer<'a> {
    vocabulary: &'a Vocabulary,
    out: Slate,
    space: Space,
    /// For each entry that is structure, and last for the beginning of a value, the entry that was the next structure
    /// the last time: records look alike, so it mostly is again, and need not be searched for.
    following: Vec<u16>,
}

impl<'a> Writer<'a> {
    fn new(vocabulary: &'a Vocabulary, limit: usize) -> Self {
        let following = vec![u16::MAX; vocabulary.len().saturating_add(1)];
        Self { vocabulary, out: Slate::new(limit), space: Space::No, following }
    }

    fn key(&mut self, last: &[u8], key: &[u8]) {
        let shared = last.iter().zip(key).take(MAX_ENTRY).take_while(|(a, b)| a == b).count();
        let suffix = key.get(shared..).unwrap_or_default();
        self.out.byte(u8::try_from(shared).unwrap_or(0));
        self.out.slice(&u16::try_from(suffix.len()).unwrap_or(0).to_le_bytes());
        self.out.slice(suffix);
    }

    fn value(&mut self, text: &[u8]) {
        self.space = Space::No;
        let mut scanner = Scanner::new(text);
        let mut before = self.vocabulary.len();
        while !scanner.is_done() {
            if let Some(number) = self.structure(&mut scanner, before) {
                before = usize::from(number);
            }
            self.pieces(&mut scanner);
        }
        self.pay_space();
        self.out.byte(END);
    }

    /// Writes the structure before the next value, which comes behind the structure with the number `before`. Returns
    /// its number if it has one.
    #[inline(always)]
    fn structure(&mut self, scanner: &mut Scanner<'_>, before: usize) -> Option<u16> {
        let expected = *self.following.get(before)?;
        let entry = self.vocabulary.entry(usize::from(expected));
        let number = if entry.is_some_and(|entry| scanner.takes(entry.run)) {
            expected
        } else {
            let run = scanner.structure();
            let Some(number) = self.vocabulary.number_of_structure(run) else {
                self.pieces(&mut Scanner::of_value(run.bytes));
                return None;
            };
            *self.following.get_mut(before)? = number;
            number
        };
        self.pay_space();
        self.code(number);
        self.space = Space::No;
        Some(number)
    }

    #[inline(always)]
    fn pieces(&mut self, scanner: &mut Scanner<'_>) {
        while let Some(piece) = scanner.piece() {
            match piece {
                Piece::Word(run) => {
                    self.word(run);
                    if scanner.takes_space() {
                        self.space();
                    }
                }
                Piece::Other(run) => self.literal(run),
            }
        }
    }

    #[inline(always)]
    fn word(&mut self, run: Run<'_>) {
        // A word right behind a word would be read with a space between.
        if self.space == Space::Word || run.bytes.len() < SHORTEST {
            return self.literal(run);
        }
        if let Some(number) = self.vocabulary.number(run) {
            self.code(number);
        } else if let Some(number) = self.vocabulary.number_of_small(run) {
            self.out.byte(CAPITAL);
            self.code(number);
        } else {
            return self.literal(run);
        }
        self.space = Space::Word;
    }

    #[inline(always)]
    fn code(&mut self, number: u16) {
        let (bytes, len) = code(number);
        self.out.word(bytes, len);
    }

    #[inline(always)]
    fn space(&mut self) {
        if self.space == Space::Word {
            self.space = Space::Owed;
        } else {
            self.out.byte(b' ');
        }
    }

    #[inline(always)]
    fn pay_space(&mut self) {
        if self.space == Space::Owed {
            self.out.byte(b' ');
            self.space = Space::No;
        }
    }

    #[inline(always)]
    fn literal(&mut self, run: Run<'_>) {
        self.pay_space();
        self.space = Space::No;
        if run.bytes.len() <= eights::plain(run.first) {
            self.out.word(run.first, run.bytes.len());
        } else {
            self.long_literal(run.bytes);
        }
    }

    fn long_literal(&mut self, run: &[u8]) {
        let mut rest = run;
        while !rest.is_empty() {
            let (plain, behind) = rest.split_at(eights::plain_run(rest));
            self.out.slice(plain);
            let others = behind.iter().take(MAX_RAW).take_while(|byte| !is_plain(**byte)).count();
            let (raw, behind) = behind.split_at(others);
            if !raw.is_empty() {
                self.out.byte(RAW);
                self.out.byte(u8::try_from(raw.len().saturating_sub(1)).unwrap_or(u8::MAX));
                self.out.slice(raw);
            }
            rest = behind;
        }
    }
}

fn is_plain(byte: u8) -> bool {
    (0x20..=0x7F).contains(&byte)
}
