//! How text that is mostly JSON falls into pieces that recur.

/// A piece of text. All tokens of a text, one after the other, are the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// What stands between two values: punctuation, keys and literals.
    Structure(&'a [u8]),
    /// A run of letters inside of a value.
    Word(&'a [u8]),
    /// A run of anything else inside of a value.
    Other(&'a [u8]),
}

/// Letters of the alphabet, and every byte of other scripts.
pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Calls `each` for the tokens of `text`. Text that is not JSON is cut somewhere else; nothing is lost.
pub(super) fn tokens<'a>(text: &'a [u8], each: &mut impl FnMut(Token<'a>)) {
    let mut scanner = Scanner { text, from: 0, at: 0 };
    while let Some((structure, value)) = scanner.next() {
        if !structure.is_empty() {
            each(Token::Structure(structure));
        }
        words(value, each);
    }
}

/// Calls `each` for the runs of letters and of other bytes in `text`.
pub(super) fn words<'a>(text: &'a [u8], each: &mut impl FnMut(Token<'a>)) {
    let mut rest = text;
    while let Some(first) = rest.first() {
        let letters = is_letter(*first);
        let end = rest.iter().position(|byte| is_letter(*byte) != letters).unwrap_or(rest.len());
        let (run, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        each(if letters { Token::Word(run) } else { Token::Other(run) });
        rest = behind;
    }
}

struct Scanner<'a> {
    text: &'a [u8],
    /// Where the structure begins that is being read.
    from: usize,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// The next structure and the value behind it: the content of a string, or a number.
    fn next(&mut self) -> Option<(&'a [u8], &'a [u8])> {
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

    fn pair(&mut self, begin: usize, end: usize) -> (&'a [u8], &'a [u8]) {
        let structure = self.text.get(self.from..begin).unwrap_or_default();
        self.from = end;
        (structure, self.text.get(begin..end).unwrap_or_default())
    }

    fn closing_quote(&self, mut at: usize) -> Option<usize> {
        loop {
            at = at.saturating_add(memchr::memchr2(b'"', b'\\', self.text.get(at..)?)?);
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
        use Token::{Other, Structure, Word};
        assert_eq!(
            all(br#"{"a":"two w\"x","n":-1.5,"t":true}"#),
            [
                Structure(br#"{"a":""#),
                Word(b"two"),
                Other(b" "),
                Word(b"w"),
                Other(b"\\\""),
                Word(b"x"),
                Structure(br#"","n":"#),
                Other(b"-1.5"),
                Structure(br#","t":true}"#),
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
                    Token::Structure(run) | Token::Word(run) | Token::Other(run) => run.to_vec(),
                })
                .collect();
            prop_assert_eq!(joined, text.into_bytes());
        }
    }
}
