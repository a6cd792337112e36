//! From JSON bytes to canonical bytes without a tree of values in between.
//!
//! Building and serialising a `Value` takes several times as long as everything else that is done to a record
//! before it is stored. This gives the same bytes: what it cannot copy (escapes, fractions) goes through
//! `serde_json`, and a property test holds the two against each other.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Number, Value};

use crate::base::eights;

/// Deeper documents are refused, as `serde_json` refuses them.
const DEEPEST: u32 = 127;
/// Integers of up to so many digits are their own shortest form.
const PLAIN_DIGITS: usize = 18;

/// The bytes are not one JSON document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON document: unexpected byte at {0}")]
pub struct NotJson(
    /// Where reading stopped, in bytes.
    pub usize,
);

/// The canonical bytes of the document in `json`: the same as of its parsed value.
pub fn rewrite(json: &[u8]) -> Result<Vec<u8>, NotJson> {
    let mut out = Vec::new();
    rewrite_onto(&mut out, json)?;
    Ok(out)
}

/// Appends the canonical bytes of the document in `json`. After an error nothing is appended.
pub fn rewrite_onto(out: &mut Vec<u8>, json: &[u8]) -> Result<(), NotJson> {
    std::str::from_utf8(json).map_err(|error| NotJson(error.valid_up_to()))?;
    let start = out.len();
    out.reserve(json.len());
    let mut rewriter = Rewriter { json, at: 0, out, spare: Vec::new(), members: Vec::new() };
    let outcome = rewriter.document();
    if outcome.is_err() {
        out.truncate(start);
    }
    outcome
}

struct Rewriter<'a, 'out> {
    json: &'a [u8],
    at: usize,
    out: &'out mut Vec<u8>,
    /// For putting members in order.
    spare: Vec<u8>,
    /// The members of all objects that are open, the innermost last.
    members: Vec<Member<'a>>,
}

/// A string with its quotes, as it stands in the input.
#[derive(Clone, Copy)]
struct Raw<'a> {
    bytes: &'a [u8],
    escaped: bool,
}

/// A member of an object, as it was written out.
struct Member<'a> {
    key: Cow<'a, [u8]>,
    range: Range<usize>,
}

impl<'a> Rewriter<'a, '_> {
    fn document(&mut self) -> Result<(), NotJson> {
        self.value(0)?;
        self.space();
        if self.at == self.json.len() { Ok(()) } else { self.unexpected() }
    }

    fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    fn unexpected<T>(&self) -> Result<T, NotJson> {
        Err(NotJson(self.at))
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at = self.at.saturating_add(1);
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotJson> {
        self.space();
        if self.peek() == Some(byte) {
            self.at = self.at.saturating_add(1);
            Ok(())
        } else {
            self.unexpected()
        }
    }

    /// Whether `byte` comes next; takes it if so.
    fn takes(&mut self, byte: u8) -> bool {
        self.expect(byte).is_ok()
    }

    fn value(&mut self, depth: u32) -> Result<(), NotJson> {
        self.space();
        match self.peek() {
            Some(b'{') if depth < DEEPEST => self.object(depth.saturating_add(1)),
            Some(b'[') if depth < DEEPEST => self.array(depth.saturating_add(1)),
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            _ => self.unexpected(),
        }
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), NotJson> {
        if self.json.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.out.extend_from_slice(word);
            self.at = self.at.saturating_add(word.len());
            Ok(())
        } else {
            self.unexpected()
        }
    }

    fn array(&mut self, depth: u32) -> Result<(), NotJson> {
        self.expect(b'[')?;
        self.out.push(b'[');
        if !self.takes(b']') {
            loop {
                self.value(depth)?;
                if !self.takes(b',') {
                    break;
                }
                self.out.push(b',');
            }
            self.expect(b']')?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn object(&mut self, depth: u32) -> Result<(), NotJson> {
        self.expect(b'{')?;
        self.out.push(b'{');
        let (start, first) = (self.out.len(), self.members.len());
        let mut sorted = true;
        if !self.takes(b'}') {
            loop {
                self.space();
                let begin = self.out.len();
                let key = self.string()?.text().ok_or(NotJson(self.at))?;
                self.expect(b':')?;
                self.out.push(b':');
                self.value(depth)?;
                let before = self.members.get(first..).and_then(<[_]>::last);
                sorted = sorted && before.is_none_or(|before| before.key < key);
                self.members.push(Member { key, range: begin..self.out.len() });
                if !self.takes(b',') {
                    break;
                }
                if sorted {
                    self.out.push(b',');
                }
            }
            self.expect(b'}')?;
        }
        if !sorted {
            self.sort(start, first);
        }
        self.members.truncate(first);
        self.out.push(b'}');
        Ok(())
    }

    /// Puts members in the order of their keys. Of two with the same key the later one stays, as in a map.
    fn sort(&mut self, start: usize, first: usize) {
        let members = self.members.get_mut(first..).unwrap_or_default();
        members.sort_by(|a, b| a.key.cmp(&b.key));
        self.spare.clear();
        for (at, member) in members.iter().enumerate() {
            if members.get(at.saturating_add(1)).is_some_and(|next| next.key == member.key) {
                continue;
            }
            if !self.spare.is_empty() {
                self.spare.push(b',');
            }
            self.spare.extend_from_slice(self.out.get(member.range.clone()).unwrap_or_default());
        }
        self.out.truncate(start);
        self.out.extend_from_slice(&self.spare);
    }

    /// Copies a string; only one with escapes can have a shorter form.
    fn string(&mut self) -> Result<Raw<'a>, NotJson> {
        let (begin, written) = (self.at, self.out.len());
        self.expect(b'"')?;
        self.out.push(b'"');
        let mut escaped = false;
        loop {
            let word = eights::load(self.json, self.at);
            let inside = eights::in_string(word);
            eights::append(self.out, word, inside);
            self.at = self.at.saturating_add(inside);
            if inside == 8 {
                continue;
            }
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at = self.at.saturating_add(2);
                }
                _ => return self.unexpected(),
            }
        }
        self.at = self.at.saturating_add(1);
        let bytes = self.json.get(begin..self.at).ok_or(NotJson(begin))?;
        if escaped {
            let text: Value = serde_json::from_slice(bytes).map_err(|_| NotJson(self.at))?;
            self.out.truncate(written);
            self.out.extend(super::to_bytes(&text));
        } else {
            self.out.push(b'"');
        }
        Ok(Raw { bytes, escaped })
    }

    fn number(&mut self) -> Result<(), NotJson> {
        let begin = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at = self.at.saturating_add(1);
        }
        let raw = self.json.get(begin..self.at).unwrap_or_default();
        let digits = raw.strip_prefix(b"-").unwrap_or(raw);
        let plain = digits.len() <= PLAIN_DIGITS
            && digits.iter().all(u8::is_ascii_digit)
            && (digits.first().is_some_and(|first| *first != b'0') || raw == b"0");
        if plain {
            self.out.extend_from_slice(raw);
        } else {
            let number: Number = serde_json::from_slice(raw).map_err(|_| NotJson(begin))?;
            self.out.extend(super::to_bytes(&Value::Number(number)));
        }
        Ok(())
    }
}

impl<'a> Raw<'a> {
    /// The text, for comparing.
    fn text(self) -> Option<Cow<'a, [u8]>> {
        if self.escaped {
            return Some(Cow::Owned(serde_json::from_slice::<String>(self.bytes).ok()?.into_bytes()));
        }
        Some(Cow::Borrowed(self.bytes.strip_prefix(b"\"")?.strip_suffix(b"\"")?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{parse, to_bytes};
    use super::*;

    /// What rewriting must give: the bytes of the parsed value, or an error where there is none.
    fn expected(json: &[u8]) -> Option<Vec<u8>> {
        parse(json).ok().map(|value| to_bytes(&value))
    }

    #[test]
    fn rewriting_is_parsing_and_writing() {
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        let cases = [
            r#"{"b":1,"a":{"d":[{"z":1,"y":2}],"c":null}}"#,
            " { \"b\" : [ ] , \"a\" : { } } ",
            r#"{"a":1,"a":2,"b":3,"a":4}"#,
            r#"{"\u0061":1,"b":2}"#,
            r#"{"b":"\/\u00e9\n\u0001\ud83d\ude00","é":"\"","z":"é"}"#,
            "[0,-0,-0.0,1.0,1e3,0.1,1E-7,18446744073709551615,-9223372036854775808,123456789012345678901234567890]",
            "00",
            "01",
            "-",
            "1.",
            "+1",
            "1e999",
            "\"a",
            "\"\\",
            "\"\\ud800\"",
            "\"\u{1}\"",
            "{\"a\"}",
            "{\"a\":1,}",
            "[1,]",
            "[1 2]",
            "tru",
            "nulll",
            "{} {}",
            "",
            &deep(127),
            &deep(128),
        ];
        for json in cases {
            assert_eq!(rewrite(json.as_bytes()).ok(), expected(json.as_bytes()), "{json}");
        }
        assert_eq!(rewrite(b"\"\xff\""), Err(NotJson(1)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn whatever_comes_rewriting_is_parsing_and_writing(
            json in r#"([{}\[\]:, "]|"[ab]"|"[ab]":|"\\\\u006[12]":|\\\\|-?[0-9.e]{1,3}|true|null){0,14}"#,
        ) {
            prop_assert_eq!(rewrite(json.as_bytes()).ok(), expected(json.as_bytes()), "{}", json);
        }

        #[test]
        fn documents_are_rewritten_as_they_are_parsed(
            keys in prop::collection::vec(r#"[a-cé"\\]{0,2}"#, 0..6),
            number in any::<f64>(),
            text in ".{0,8}",
        ) {
            let members: Vec<String> = keys
                .iter()
                .map(|key| format!("{}:[{},{}]", serde_json::json!(key), serde_json::json!(number), serde_json::json!(text)))
                .collect();
            let json = format!("{{{}}}", members.join(" , "));
            prop_assert_eq!(rewrite(json.as_bytes()).ok(), expected(json.as_bytes()));
        }
    }
}
