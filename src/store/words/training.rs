//! Learning a vocabulary from leaves.

use rustc_hash::FxHashMap;

use super::tokens::{Piece, Run, Scanner};
use super::vocabulary::{MAX_ENTRIES, MAX_ENTRY, Vocabulary};
use crate::store::wire::Fields;

/// What is seen less often is not worth its place.
const OFTEN: u32 = 3;
/// A shorter one would be no shorter as a code.
pub(super) const SHORTEST: usize = 2;
/// Bytes of a zstd dictionary; a larger one makes pages hardly smaller.
const DICTIONARY: usize = 112 << 10;
/// A dictionary is learnt from at most so many pages: from more, it takes several times as long.
const PAGES: usize = 128;

/// The vocabulary of `leaves`: what saves the most bytes, the most frequent first. Bytes that are not a leaf
/// teach nothing.
pub fn train(leaves: &[Vec<u8>]) -> Vocabulary {
    let entries = learn(leaves);
    let words = Vocabulary::new(entries.clone());
    let some = leaves.iter().step_by(leaves.len().div_ceil(PAGES).max(1));
    let pages: Vec<Vec<u8>> = some.filter_map(|leaf| super::encode(&words, leaf)).collect();
    // Where there is too little to learn from, a vocabulary without a dictionary serves as well.
    let dictionary = zstd::dict::from_samples(&pages, DICTIONARY).unwrap_or_default();
    words.with_dictionary(dictionary).unwrap_or_else(|| Vocabulary::new(entries))
}

/// The entries alone.
fn learn<'a>(leaves: &'a [Vec<u8>]) -> Vec<Vec<u8>> {
    let mut seen: FxHashMap<&'a [u8], u32> = FxHashMap::default();
    let mut hear = |run: Run<'a>| {
        if (SHORTEST..=MAX_ENTRY).contains(&run.bytes.len()) {
            let count = seen.entry(run.bytes).or_default();
            *count = count.saturating_add(1);
        }
    };
    for leaf in leaves {
        for value in values(leaf) {
            let mut scanner = Scanner::new(value);
            while !scanner.is_done() {
                hear(scanner.structure());
                while let Some(piece) = scanner.piece() {
                    if let Piece::Word(run) = piece {
                        hear(run);
                    }
                }
            }
        }
    }
    let saved = |run: &[u8], count: u32| u64::from(count).saturating_mul(run.len().saturating_sub(1) as u64);
    let mut found: Vec<(&[u8], u32)> = seen.into_iter().filter(|(_, count)| *count >= OFTEN).collect();
    // Ties are broken by the bytes, so that the same leaves always teach the same.
    found.sort_unstable_by(|a, b| saved(b.0, b.1).cmp(&saved(a.0, a.1)).then(a.0.cmp(b.0)));
    found.truncate(MAX_ENTRIES);
    found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    found.into_iter().map(|(run, _)| run.to_vec()).collect()
}

/// The values of a leaf, as far as it can be read.
fn values(leaf: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut fields = Fields(leaf.get(6..).unwrap_or_default());
    std::iter::from_fn(move || {
        let key = fields.u16()?;
        let value = fields.u32()?;
        fields.take(usize::from(key))?;
        fields.take(usize::try_from(value).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_recurs_is_learnt_and_the_most_frequent_comes_first() {
        let value = br#"{"name":"often often often rare"}"#;
        let mut leaf = vec![1, 0, 3, 0, 0, 0];
        for _ in 0..3 {
            leaf.extend([0, 0]);
            leaf.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
            leaf.extend(value);
        }
        let vocabulary = train(&[leaf.clone(), b"not a leaf".to_vec()]);
        assert_eq!(vocabulary.number(b"often"[..].into()), Some(0));
        assert!(
            vocabulary.number(br#"{"name":""#[..].into()).is_some()
                && vocabulary.number(b"rare"[..].into()).is_some()
        );
        let once = [&leaf[..2], &[1, 0, 0, 0, 0, 0, 4, 0, 0, 0], b"once"].concat();
        assert!(train(&[once]).is_empty(), "once is not often");
    }
}
