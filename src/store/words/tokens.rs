//! How text that is mostly JSON falls into pieces that recur.

#![expect(
    clippy::inline_always,
    reason = "called for each word of a backup; a call costs as much as what it does"
)]

use crate::base::eights;

/// Some bytes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run<'a> {
    /// All of them.
    pub(super) bytes: &'a [u8],
    /// The first eight, the first one lowest, with zeros behind the end: enough to tell most runs apart.
    pub(super) first: u64,
}

impl<'a> Run<'a> {
    #[inline(always)]
    fn new(text: &'a [u8], from: usize, len: usize) -> Self {
        let bytes = text.get(from..from.saturating_add(len)).unwrap_or_default();
        Self { bytes, first: eights::keep(eights::load(text, from), len) }
    }
}

impl<'a> From<&'a [u8]> for Run<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::new(bytes, 0, bytes.len())
    }
}

/// A piece of a value, never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A run of letters.
    Word(Run<'a>),
    /// A run of anything else.
    Other(Run<'a>),
}

/// Letters of the alphabet, and every byte of other scripts.
pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Goes through text that is structure and values in turns: structure is the punctuation, keys and literals between
/// two values, and values are the contents of strings, and numbers. Text that is not JSON is cut somewhere else;
/// nothing is lost.
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    inside: Inside,
}

/// What the pieces that come next are of.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    String,
    Number,
    Text,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, inside: Inside::Number }
    }

    /// All of `text` is one value.
    pub(super) fn of_value(text: &'a [u8]) -> Self {
        Self { text, at: 0, inside: Inside::Text }
    }

    /// Whether all of the text was taken.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Takes the structure up to the next value.
    pub(super) fn structure(&mut self) -> Run<'a> {
        let from = self.at;
        if self.inside == Inside::String {
            // The quote that closes it.
            self.at = from.saturating_add(1);
        }
        self.inside = Inside::Number;
        loop {
            match self.text.get(self.at) {
                Some(b'"') => {
                    let begin = self.at.saturating_add(1);
                    let Some(end) = self.closing_quote(begin) else {
                        self.at = self.text.len();
                        break;
                    };
                    if self.text.get(end.saturating_add(1)) != Some(&b':') {
                        self.at = begin;
                        self.inside = Inside::String;
                        break;
                    }
                    self.at = end.saturating_add(2);
                }
                Some(b'0'..=b'9' | b'-') | None => break,
                Some(_) => self.at = self.at.saturating_add(1),
            }
        }
        self.at = self.at.min(self.text.len());
        Run::new(self.text, from, self.at.saturating_sub(from))
    }

    /// Takes `structure` if that is what comes next, without looking at each byte. A string behind a comma may be a
    /// key, which only [`structure`](Self::structure) finds out.
    #[inline(always)]
    pub(super) fn takes(&mut self, structure: Run<'_>) -> bool {
        let len = structure.bytes.len();
        let end = self.at.saturating_add(len);
        let is_next = eights::keep(eights::load(self.text, self.at), len) == structure.first
            && end <= self.text.len()
            && (len <= 8 || self.text.get(self.at.saturating_add(8)..end) == structure.bytes.get(8..));
        let inside = match (structure.bytes, self.text.get(end)) {
            ([.., b':' | b'[', b'"'], _) => Inside::String,
            ([.., b'"'], _) => return false,
            (_, Some(b'0'..=b'9' | b'-') | None) => Inside::Number,
            _ => return false,
        };
        if is_next {
            (self.at, self.inside) = (end, inside);
        }
        is_next
    }

    /// Takes a single space with a letter behind it.
    #[inline(always)]
    pub(super) fn takes_space(&mut self) -> bool {
        let behind = self.at.saturating_add(1);
        let takes = self.text.get(self.at) == Some(&b' ')
            && self.text.get(behind).is_some_and(|byte| is_letter(*byte));
        if takes {
            self.at = behind;
        }
        takes
    }

    fn closing_quote(&self, mut at: usize) -> Option<usize> {
        loop {
            at = eights::quote_or_backslash(self.text, at)?;
            if self.text.get(at) == Some(&b'"') {
                return Some(at);
            }
            at = at.saturating_add(2);
        }
    }

    /// Takes the next piece of the value; nothing at its end.
    #[inline(always)]
    pub(super) fn piece(&mut self) -> Option<Piece<'a>> {
        let from = self.at;
        let first = eights::load(self.text, from);
        let letters = if self.inside == Inside::Number { 0 } else { eights::letters_before(first) };
        self.at = match self.inside {
            _ if letters == 8 => eights::letters_end(self.text, from),
            _ if letters > 0 => from.saturating_add(letters),
            Inside::String => self.others_end(),
            Inside::Text => eights::others_end(self.text, from),
            Inside::Number => self.number_end(),
        };
        let bytes = self.text.get(from..self.at).filter(|bytes| !bytes.is_empty())?;
        let run = Run { bytes, first: eights::keep(first, bytes.len()) };
        Some(if letters > 0 { Piece::Word(run) } else { Piece::Other(run) })
    }

    /// Where a run of others ends in a string: at a letter or at the closing quote, which no backslash escapes.
    #[inline(always)]
    fn others_end(&self) -> usize {
        let mut at = self.at;
        loop {
            at = eights::others_in_string_end(self.text, at);
            if self.text.get(at) != Some(&b'\\') {
                return at;
            }
            at = at.saturating_add(2).min(self.text.len());
        }
    }

    fn number_end(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.iter().take_while(|byte| is_numeric(**byte)).count();
        self.at.saturating_add(len)
    }
}

fn is_numeric(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, PartialEq)]
    enum Token<'a> {
        Structure(&'a [u8]),
        Word(&'a [u8]),
        Other(&'a [u8]),
    }

    fn all(text: &str) -> Vec<Token<'_>> {
        let mut scanner = Scanner::new(text.as_bytes());
        let mut found = Vec::new();
        while !scanner.is_done() {
            let structure = scanner.structure();
            if !structure.bytes.is_empty() {
                found.push(Token::Structure(structure.bytes));
            }
            while let Some(piece) = scanner.piece() {
                found.push(match piece {
                    Piece::Word(run) => Token::Word(run.bytes),
                    Piece::Other(run) => Token::Other(run.bytes),
                });
            }
        }
        found
    }

    #[test]
    fn json_falls_into_structure_words_and_the_rest() {
        use Token::{Other, Structure, Word};
        assert_eq!(
            all(r#"{"a":"two w\"x","n":-1.5,"m":["","longerword"],"t":true}"#),
            [
                Structure(br#"{"a":""#),
                Word(b"two"),
                Other(b" "),
                Word(b"w"),
                Other(b"\\\""),
                Word(b"x"),
                Structure(br#"","n":"#),
                Other(b"-1.5"),
                Structure(br#","m":[""#),
                Structure(br#"",""#),
                Word(b"longerword"),
                Structure(br#""],"t":true}"#),
            ]
        );
    }

    #[test]
    fn structure_that_is_expected_is_taken_only_where_it_ends() {
        let takes =
            |text: &str, structure: &str| Scanner::new(text.as_bytes()).takes(structure.as_bytes().into());
        assert!(takes(r#"{"name":"a"}"#, r#"{"name":""#));
        assert!(takes(r#"{"n":1}"#, r#"{"n":"#));
        assert!(takes(r#"{"t":true}"#, r#"{"t":true}"#), "to the end");
        assert!(!takes(r#"{"n":"1"}"#, r#"{"n":"#), "no number behind it");
        assert!(!takes(r#"{"name":"#, r#"{"name":""#), "longer than the text");
        assert!(!takes(r#"{"long name":"a"}"#, r#"{"long name":[""#));
        assert!(!takes(r#","key":"a"}"#, r#",""#), "a key");
    }

    #[test]
    fn a_space_is_taken_before_a_word_alone() {
        let takes = |text: &str| Scanner::of_value(text.as_bytes()).takes_space();
        assert_eq!(
            [" a", " é", "  a", " 1", " ", "a", ""].map(takes),
            [true, true, false, false, false, false, false]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn the_tokens_are_the_text(text in r#"([a-c]{1,9}|[{}":,0-9\\ é-]{0,9}){0,8}"#) {
            let pieces: Vec<&[u8]> = all(&text)
                .into_iter()
                .map(|token| match token {
                    Token::Structure(piece) | Token::Word(piece) | Token::Other(piece) => piece,
                })
                .collect();
            prop_assert_eq!(pieces.concat(), text.as_bytes());
        }
    }
}
