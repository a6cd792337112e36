//! Looking at text eight bytes at a time: most words and most JSON between two values are not much longer, so that
//! one step does for them what a loop over bytes does in many.

#![expect(
    clippy::inline_always,
    reason = "called for each word of a backup; a call costs as much as what it does"
)]

const HIGH: u64 = 0x8080_8080_8080_8080;
const LOW: u64 = 0x0101_0101_0101_0101;

/// Every byte of the number is `byte`.
const fn each(byte: u8) -> u64 {
    LOW * byte as u64
}

/// The eight bytes from `at` on, the first one lowest; zeros stand for what is behind the end.
#[inline(always)]
pub fn load(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    rest.first_chunk().map_or_else(|| load_end(rest), |bytes| u64::from_le_bytes(*bytes))
}

#[cold]
fn load_end(rest: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    u64::from_le_bytes(bytes)
}

/// Appends the first `len` (at most 8) bytes of `word`: all eight are stored, because that is one instruction.
#[inline(always)]
pub fn append(out: &mut Vec<u8>, word: u64, len: usize) {
    let end = out.len().saturating_add(len);
    out.extend_from_slice(&word.to_le_bytes());
    out.truncate(end);
}

/// `word` without what is behind its first `len` bytes.
#[inline(always)]
pub fn keep(word: u64, len: usize) -> u64 {
    if len >= 8 { word } else { word & !(u64::MAX << (8 * len)) }
}

/// How many bytes come before the first that is marked with its highest bit; 8 where none is.
#[inline(always)]
fn before(marks: u64) -> usize {
    marks.trailing_zeros() as usize / 8
}

/// The highest bit of the first byte that is zero. Bits above it can be wrong.
#[inline(always)]
fn zero(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

/// The highest bit of each byte that is a letter: of the alphabet, or of another script.
#[inline(always)]
fn letters(word: u64) -> u64 {
    let small = (word | each(0x20)) & !HIGH;
    let from_a = small + each(0x80 - b'a');
    let behind_z = small + each(0x7F - b'z');
    ((from_a & !behind_z) | word) & HIGH
}

/// How many of the eight bytes come before the first that is no letter.
#[inline(always)]
pub fn letters_before(word: u64) -> usize {
    before(letters(word) ^ HIGH)
}

/// Where the run of letters ends that goes on at `at`.
#[inline(always)]
pub fn letters_end(text: &[u8], at: usize) -> usize {
    until(text, at, |word| letters(word) ^ HIGH)
}

/// Where the run of bytes ends that are no letters.
#[inline(always)]
pub fn others_end(text: &[u8], at: usize) -> usize {
    until(text, at, letters)
}

/// Where the run of bytes ends that are neither letters nor `"` nor `\`.
#[inline(always)]
pub fn others_in_string_end(text: &[u8], at: usize) -> usize {
    until(text, at, |word| letters(word) | zero(word ^ each(b'"')) | zero(word ^ each(b'\\')))
}

/// The place from `at` on of the first byte that `marks` marks with its highest bit, or the end.
#[inline(always)]
fn until(text: &[u8], mut at: usize, marks: impl Fn(u64) -> u64) -> usize {
    while at < text.len() {
        let step = before(marks(load(text, at)));
        at = at.saturating_add(step);
        if step < 8 {
            break;
        }
    }
    at.min(text.len())
}

/// Where the next `"` or `\` is, from `at` on.
#[inline(always)]
pub fn quote_or_backslash(text: &[u8], at: usize) -> Option<usize> {
    let at = until(text, at, |word| zero(word ^ each(b'"')) | zero(word ^ each(b'\\')));
    (at < text.len()).then_some(at)
}

/// How many of the eight bytes come before the first that is not from 20 to 7F.
#[inline(always)]
pub fn plain(word: u64) -> usize {
    before((word | !((word << 1) | (word << 2))) & HIGH)
}

/// How many bytes of `text` come before the first that is not from 20 to 7F.
#[inline(always)]
pub fn plain_run(text: &[u8]) -> usize {
    until(text, 0, |word| (word | !((word << 1) | (word << 2))) & HIGH)
}

/// How many of the eight bytes come before the first that cannot stand in a JSON string as it is, or ends it: `"`,
/// `\` and what is below 20.
#[inline(always)]
pub fn in_string(word: u64) -> usize {
    let control = word.wrapping_sub(each(0x20)) & !word & HIGH;
    before(control | zero(word ^ each(b'"')) | zero(word ^ each(b'\\')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn eight_bytes_at_once_are_as_eight_bytes_one_by_one(
            text in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'"'), Just(b'\\'), Just(b'a'), Just(b'Z')], 0..40),
            at in 0_usize..40,
        ) {
            let rest = text.get(at..).unwrap_or_default();
            let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
            let run = |wanted: &dyn Fn(&u8) -> bool| rest.iter().take_while(|byte| wanted(byte)).count();
            let behind = |wanted: &dyn Fn(&u8) -> bool| (at + run(wanted)).min(text.len());
            prop_assert_eq!(letters_end(&text, at), behind(&is_letter));
            prop_assert_eq!(letters_before(load(&text, at)), run(&is_letter).min(8));
            prop_assert_eq!(others_end(&text, at), behind(&|byte| !is_letter(byte)));
            let goes_on = |byte: &u8| !is_letter(byte) && !matches!(byte, b'"' | b'\\');
            prop_assert_eq!(others_in_string_end(&text, at), behind(&goes_on));
            let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).map(|found| at + found);
            prop_assert_eq!(quote_or_backslash(&text, at), found);
            let plains = rest.iter().take_while(|byte| (0x20..=0x7F).contains(*byte)).count();
            prop_assert_eq!((plain(load(&text, at)), plain_run(rest)), (plains.min(8), plains));
            let ends = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
            let inside = rest.iter().take(8).take_while(|byte| !ends(byte)).count();
            prop_assert_eq!(in_string(load(&text, at)), inside);
            let mut out = b"x".to_vec();
            let len = rest.len().min(8);
            append(&mut out, keep(load(&text, at), len), len);
            prop_assert_eq!(&out[1..], &rest[..len]);
        }
    }
}
