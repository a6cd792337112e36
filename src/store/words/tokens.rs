//! How text that is mostly JSON falls into pieces that recur.

use crate::base::eights;

/// A piece of text. All tokens of a text, one after the other, are the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// What stands between two values: punctuation, keys and literals.
    Structure(Run<'a>),
    /// A run of letters inside of a value.
    Word(Run<'a>),
    /// A run of anything else inside of a value.
    Other(Run<'a>),
}

/// Some bytes of a text, never none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run<'a> {
    /// All of them.
    pub(super) bytes: &'a [u8],
    /// The first eight, the first one lowest, with zeros behind the end: enough to tell most runs apart.
    pub(super) first: u64,
}

impl<'a> Run<'a> {
    #[inline]
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

/// Letters of the alphabet, and every byte of other scripts.
pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Calls `each` for the tokens of `text`. Text that is not JSON is cut somewhere else; nothing is lost.
#[inline]
pub(super) fn tokens<'a>(text: &'a [u8], each: &mut impl FnMut(Token<'a>)) {
    let mut scanner = Scanner { text, from: 0, at: 0 };
    while let Some((structure, value)) = scanner.next() {
        if structure < value.begin {
            each(Token::Structure(Run::new(text, structure, value.begin.saturating_sub(structure))));
        }
        words_between(text, value, each);
    }
}

/// Calls `each` for the runs of letters and of other bytes in `text`.
pub(super) fn words<'a>(text: &'a [u8], each: &mut impl FnMut(Token<'a>)) {
    words_between(text, Value { begin: 0, end: text.len() }, each);
}

#[inline]
fn words_between<'a>(text: &'a [u8], value: Value, each: &mut impl FnMut(Token<'a>)) {
    let mut at = value.begin;
    while let Some(first) = text.get(at).filter(|_| at < value.end) {
        let letters = is_letter(*first);
        let len = eights::run(text, at, letters).min(value.end.saturating_sub(at));
        let run = Run::new(text, at, len);
        each(if letters { Token::Word(run) } else { Token::Other(run) });
        at = at.saturating_add(len);
    }
}

/// Where a value stands: the content of a string, or a number.
#[derive(Clone, Copy)]
struct Value {
    begin: usize,
    end: usize,
}

struct Scanner<'a> {
    text: &'a [u8],
    /// Where the structure begins that is being read.
    from: usize,
    at: usize,
}

impl Scanner<'_> {
    /// Where the next structure begins, and the value behind it.
    #[inline]
    fn next(&mut self) -> Option<(usize, Value)> {
        if self.from >= self.text.len() {
            return None;
        }
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'"' => {
                    let begin = self.at.saturating_add(1);
                    let Some(end) = self.closing_quote(begin) else { break };
                    self.at = end.saturating_add(1);
                    if self.text.get(self.at) != Some(&b':') {
                        return Some(self.pair(begin, end));
                    }
                }
                b'0'..=b'9' | b'-' => {
                    let begin = self.at;
                    while self.text.get(self.at).is_some_and(|byte| is_numeric(*byte)) {
                        self.at = self.at.saturating_add(1);
                    }
                    return Some(self.pair(begin, self.at));
                }
                _ => self.at = self.at.saturating_add(1),
            }
        }
        self.at = self.text.len();
        Some(self.pair(self.at, self.at))
    }

    fn pair(&mut self, begin: usize, end: usize) -> (usize, Value) {
        (std::mem::replace(&mut self.from, end), Value { begin, end })
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
}

fn is_numeric(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &[u8]) -> Vec<Token<'_>> {
        let mut found = Vec::new();
        tokens(text, &mut |token| found.push(token));
        found
    }

    #[test]
    fn json_falls_into_structure_words_and_the_rest() {
        let structure = |text: &'static [u8]| Token::Structure(text.into());
        let word = |text: &'static [u8]| Token::Word(text.into());
        let other = |text: &'static [u8]| Token::Other(text.into());
        assert_eq!(
            all(br#"{"a":"two w\"x","n":-1.5,"t":true}"#),
            [
                structure(br#"{"a":""#),
                word(b"two"),
                other(b" "),
                word(b"w"),
                other(b"\\\""),
                word(b"x"),
                structure(br#"","n":"#),
                other(b"-1.5"),
                structure(br#","t":true}"#),
            ]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn the_tokens_are_the_text(text in r#"[a-c{}":,0-9\\ é-]{0,60}"#) {
            let joined: Vec<u8> = all(text.as_bytes())
                .into_iter()
                .flat_map(|token| match token {
                    Token::Structure(run) | Token::Word(run) | Token::Other(run) => run.bytes.to_vec(),
                })
                .collect();
            prop_assert_eq!(joined, text.into_bytes());
        }
    }
}
