//! A leaf in words.
//!
//! ```text
//! page  = entries u32 · entry*
//! entry = bytes shared with the key before u8 · bytes that follow u16 · those bytes · value
//! value = (literal | code | CAPITAL · code of a word | RAW · length - 1 · bytes)* · END
//! ```
//!
//! Literals are the bytes 20-7F. Between the codes of two words stands a space that is not written. CAPITAL makes
//! the first letter of the word behind it one.

use super::tokens::{self, Run, Token};
use super::vocabulary::{CAPITAL, END, MAX_ENTRY, RAW, Vocabulary, push_code, read_code};
use crate::base::eights;
use crate::store::wire::Fields;

/// How every leaf begins: version and level.
const LEAF: [u8; 2] = [1, 0];
const MAX_RAW: usize = 256;

/// A leaf in words; `None` for bytes that are not a leaf.
pub fn encode(vocabulary: &Vocabulary, leaf: &[u8]) -> Option<Vec<u8>> {
    let mut fields = Fields(leaf);
    (fields.array()? == LEAF).then_some(())?;
    let count = fields.u32()?;
    let mut writer = Writer { vocabulary, out: Vec::with_capacity(leaf.len() / 2), space: Space::No };
    writer.out.extend(count.to_le_bytes());
    let mut last: &[u8] = &[];
    for _ in 0..count {
        let key_len = usize::from(fields.u16()?);
        let value_len = usize::try_from(fields.u32()?).ok()?;
        let (key, value) = (fields.take(key_len)?, fields.take(value_len)?);
        writer.key(last, key);
        writer.value(value);
        last = key;
    }
    fields.is_empty().then_some(writer.out)
}

/// The leaf that `page` says; nothing where it is malformed or the leaf would not have `len` bytes.
pub fn decode(vocabulary: &Vocabulary, page: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut fields = Fields(page);
    let count = fields.u32()?;
    // A literal writes up to eight bytes beyond the end before it takes them back.
    let mut out = Vec::with_capacity(len.checked_add(8)?);
    out.extend(LEAF);
    out.extend(count.to_le_bytes());
    let mut last = 0_usize..0;
    for _ in 0..count {
        let shared = usize::from(fields.u8()?);
        let suffix_len = fields.u16()?;
        let suffix = fields.take(usize::from(suffix_len))?;
        let key_len = shared.checked_add(suffix.len())?;
        (shared <= last.len()).then_some(())?;
        out.extend(u16::try_from(key_len).ok()?.to_le_bytes());
        let length_at = out.len();
        out.extend([0; 4]);
        let key_at = out.len();
        out.extend_from_within(last.start..last.start.checked_add(shared)?);
        out.extend_from_slice(suffix);
        last = key_at..out.len();
        let value_at = out.len();
        let read = read_value(vocabulary, fields.0, &mut out, len)?;
        fields.take(read)?;
        let value_len = u32::try_from(out.len().checked_sub(value_at)?).ok()?;
        out.get_mut(length_at..key_at)?.copy_from_slice(&value_len.to_le_bytes());
    }
    (fields.is_empty() && out.len() == len).then_some(out)
}

/// Reads a value with which `page` begins; returns how many bytes it took.
fn read_value(vocabulary: &Vocabulary, page: &[u8], out: &mut Vec<u8>, len: usize) -> Option<usize> {
    let mut at = 0_usize;
    let mut after_word = false;
    loop {
        // Checked for each step, so that a few bytes cannot blow up into more than was announced.
        (out.len() <= len).then_some(())?;
        let word = eights::load(page, at);
        let literals = eights::plain(word);
        if literals > 0 {
            eights::append(out, word, literals);
            at = at.checked_add(literals)?;
            after_word = false;
            continue;
        }
        let byte = *page.get(at)?;
        at = at.checked_add(1)?;
        match byte {
            END => return Some(at),
            RAW => {
                let length = usize::from(*page.get(at)?).checked_add(1)?;
                let begin = at.checked_add(1)?;
                at = begin.checked_add(length)?;
                out.extend_from_slice(page.get(begin..at)?);
                after_word = false;
            }
            _ => {
                let first = if byte == CAPITAL { *page.get(at)? } else { byte };
                at = at.checked_add(usize::from(byte == CAPITAL))?;
                let (number, long) = read_code(first, page.get(at).copied())?;
                at = at.checked_add(usize::from(long))?;
                let entry = vocabulary.entry(number)?;
                if entry.is_word && after_word {
                    out.push(b' ');
                }
                let begin = out.len();
                append(out, entry.run);
                if byte == CAPITAL {
                    out.get_mut(begin)?.make_ascii_uppercase();
                }
                after_word = entry.is_word;
            }
        }
    }
}

#[inline]
fn append(out: &mut Vec<u8>, run: Run<'_>) {
    if run.bytes.len() <= 8 {
        eights::append(out, run.first, run.bytes.len());
    } else {
        out.extend_from_slice(run.bytes);
    }
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
    out: Vec<u8>,
    space: Space,
}

impl Writer<'_> {
    fn key(&mut self, last: &[u8], key: &[u8]) {
        let shared = last.iter().zip(key).take(MAX_ENTRY).take_while(|(a, b)| a == b).count();
        let suffix = key.get(shared..).unwrap_or_default();
        self.out.push(u8::try_from(shared).unwrap_or(0));
        self.out.extend(u16::try_from(suffix.len()).unwrap_or(0).to_le_bytes());
        self.out.extend_from_slice(suffix);
    }

    fn value(&mut self, text: &[u8]) {
        self.space = Space::No;
        tokens::tokens(text, &mut |token| self.token(token));
        self.pay_space();
        self.out.push(END);
    }

    #[inline]
    fn token(&mut self, token: Token<'_>) {
        match token {
            Token::Structure(run) => match self.vocabulary.number(run) {
                Some(number) if !run.bytes.iter().all(|byte| tokens::is_letter(*byte)) => {
                    self.pay_space();
                    push_code(number, &mut self.out);
                    self.space = Space::No;
                }
                _ => tokens::words(run.bytes, &mut |token| self.piece(token)),
            },
            piece => self.piece(piece),
        }
    }

    #[inline]
    fn piece(&mut self, token: Token<'_>) {
        match token {
            // A word right behind a word would be read with a space between.
            Token::Word(run) if self.space != Space::Word => self.word(run),
            Token::Other(run) if self.space == Space::Word && run.bytes == b" " => self.space = Space::Owed,
            Token::Structure(run) | Token::Word(run) | Token::Other(run) => self.literal(run),
        }
    }

    #[inline]
    fn word(&mut self, run: Run<'_>) {
        if let Some(number) = self.vocabulary.number(run) {
            push_code(number, &mut self.out);
        } else if let Some(number) = self.vocabulary.number_of_small(run) {
            self.out.push(CAPITAL);
            push_code(number, &mut self.out);
        } else {
            return self.literal(run);
        }
        self.space = Space::Word;
    }

    fn pay_space(&mut self) {
        if self.space == Space::Owed {
            self.out.push(b' ');
            self.space = Space::No;
        }
    }

    #[inline]
    fn literal(&mut self, run: Run<'_>) {
        self.pay_space();
        self.space = Space::No;
        if run.bytes.len() <= eights::plain(run.first) {
            eights::append(&mut self.out, run.first, run.bytes.len());
        } else {
            self.long_literal(run.bytes);
        }
    }

    fn long_literal(&mut self, run: &[u8]) {
        let mut rest = run;
        while !rest.is_empty() {
            let (plain, behind) = rest.split_at(eights::plain_run(rest));
            self.out.extend_from_slice(plain);
            let others = behind.iter().take(MAX_RAW).take_while(|byte| !is_plain(**byte)).count();
            let (raw, behind) = behind.split_at(others);
            if !raw.is_empty() {
                self.out.push(RAW);
                self.out.push(u8::try_from(raw.len().saturating_sub(1)).unwrap_or(u8::MAX));
                self.out.extend_from_slice(raw);
            }
            rest = behind;
        }
    }
}

fn is_plain(byte: u8) -> bool {
    (0x20..=0x7F).contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn leaf(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = LEAF.to_vec();
        bytes.extend(u32::try_from(entries.len()).unwrap().to_le_bytes());
        for (key, value) in entries {
            bytes.extend(u16::try_from(key.len()).unwrap().to_le_bytes());
            bytes.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
            bytes.extend(key);
            bytes.extend(value);
        }
        bytes
    }

    fn vocabulary() -> Vocabulary {
        Vocabulary::new(
            ["{\"name\":\"", "\"}", "two", "words", "é", "\u{1}", " "].map(|entry| entry.as_bytes().to_vec()),
        )
    }

    #[test]
    fn known_text_takes_a_byte_a_piece() {
        let page =
            encode(&vocabulary(), &leaf(&[(b"k".to_vec(), br#"{"name":"two words"}"#.to_vec())])).unwrap();
        assert_eq!(page, [1, 0, 0, 0, 0, 1, 0, b'k', 0, 2, 3, 1, END]);
        let page = encode(&vocabulary(), &leaf(&[(b"k".to_vec(), b"\"Two Words\"".to_vec())])).unwrap();
        assert_eq!(page[8..], [b'"', CAPITAL, 2, CAPITAL, 3, b'"', END]);
    }

    #[test]
    fn what_is_not_a_leaf_is_left_alone() {
        let good = leaf(&[(b"k".to_vec(), b"v".to_vec())]);
        assert!(encode(&vocabulary(), &good).is_some());
        for cut in 0..good.len() {
            assert!(encode(&vocabulary(), &good[..cut]).is_none(), "{cut}");
        }
        assert!(encode(&vocabulary(), &[&good[..], b"x"].concat()).is_none());
        assert!(encode(&vocabulary(), &[1, 1, 0, 0, 0, 0]).is_none(), "an inner node");
    }

    #[test]
    fn a_page_that_would_grow_beyond_its_length_is_refused() {
        let page = encode(&vocabulary(), &leaf(&[(b"k".to_vec(), b"two two two".to_vec())])).unwrap();
        let len = leaf(&[(b"k".to_vec(), b"two two two".to_vec())]).len();
        assert!(decode(&vocabulary(), &page, len).is_some());
        assert!(decode(&vocabulary(), &page, len - 1).is_none());
        assert!(decode(&vocabulary(), &page, len + 1).is_none());
        assert!(decode(&Vocabulary::new([]), &page, len).is_none(), "an entry that is not there");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn every_leaf_comes_back(
            entries in prop::collection::vec((
                prop::collection::vec(any::<u8>(), 0..4),
                prop_oneof![
                    "(two|Two|words|é|É| |\"|[{]\"name\":\"|\u{1}|x|7|\\\\){0,12}".prop_map(String::into_bytes),
                    prop::collection::vec(any::<u8>(), 0..600),
                ],
            ), 0..6),
        ) {
            let leaf = leaf(&entries);
            let page = encode(&vocabulary(), &leaf).unwrap();
            prop_assert_eq!(decode(&vocabulary(), &page, leaf.len()), Some(leaf));
        }

        #[test]
        fn any_bytes_decode_without_panic(page in prop::collection::vec(any::<u8>(), 0..60), len in 0_usize..200) {
            let _ = decode(&vocabulary(), &[&[2, 0, 0, 0][..], &page].concat(), len);
        }
    }
}
