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

/// How every leaf begins: version and level.
pub(super) const LEAF: [u8; 2] = [1, 0];
/// So many bytes can be written out behind one RAW.
pub(super) const MAX_RAW: usize = 256;

/// A page may be longer than its leaf, where hardly a byte is text. None is longer than this, in bytes: others are not
/// made, and not read.
pub(in crate::store) fn longest(leaf: usize) -> usize {
    leaf.saturating_mul(2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::vocabulary::{CAPITAL, END, Vocabulary};
    use super::super::{decode, encode};
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
    fn structure_that_was_expected_is_written_as_structure_that_was_searched_for() {
        let text = br#"{"name":"two words","of":["two","two words"],"n":[1,-2],"none":null}"#;
        let structures: Vec<Vec<u8>> =
            [r#"{"name":""#, r#"","of":[""#, r#"",""#, r#""],"n":["#, ",", r#"],"none":null}"#, "words"]
                .map(|entry| entry.as_bytes().to_vec())
                .into();
        let vocabulary = Vocabulary::new(structures);
        let record = |key: u8| (vec![key], text.to_vec());
        let page =
            |count: u8| encode(&vocabulary, &leaf(&(0..count).map(record).collect::<Vec<_>>())).unwrap();
        let entry = page(1)[4..].to_vec();
        assert_eq!(entry.iter().filter(|byte| byte.is_ascii_digit()).count(), 2, "numbers are written out");
        for count in 2..5_u8 {
            let again = (1..count).flat_map(|key| [&[0, 1, 0, key], &entry[4..]].concat());
            let expected: Vec<u8> =
                [u32::from(count).to_le_bytes().to_vec(), entry.clone(), again.collect()].concat();
            assert_eq!(page(count), expected);
        }
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
            if let Some(page) = encode(&vocabulary(), &leaf) {
                prop_assert_eq!(decode(&vocabulary(), &page, leaf.len()), Some(leaf));
            } else {
                let values = entries.iter().flat_map(|(_, value)| value);
                let (text, noise): (Vec<u8>, Vec<u8>) = values.partition(|byte| (0x20..0x80).contains(*byte));
                prop_assert!(noise.len() > text.len(), "text is never twice as long");
            }
        }

        #[test]
        fn any_bytes_decode_without_panic(page in prop::collection::vec(any::<u8>(), 0..60), len in 0_usize..200) {
            let _ = decode(&vocabulary(), &[&[2, 0, 0, 0][..], &page].concat(), len);
        }
    }
}
