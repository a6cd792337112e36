//! Vocabularies and the pages that are written in them: what is read is what would be written, and a page never
//! becomes longer than it says.
//!
//! The input is the length of the vocabulary `u16`, the vocabulary, and a page.

#![no_main]

use boardvault::store::words::{self, Vocabulary};
use libfuzzer_sys::fuzz_target;

const LONGEST: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    let Some((len, rest)) = bytes.split_first_chunk::<2>() else { return };
    let Some((vocabulary, page)) = rest.split_at_checked(u16::from_le_bytes(*len).into()) else { return };
    let Some(vocabulary) = Vocabulary::from_bytes(vocabulary) else { return };
    assert_eq!(Vocabulary::from_bytes(&vocabulary.to_bytes()).map(|again| again.len()), Some(vocabulary.len()));
    for len in [page.len(), LONGEST] {
        if let Some(plain) = words::decode(&vocabulary, page, len) {
            assert_eq!(plain.len(), len);
        }
    }
    if let Some(encoded) = words::encode(&vocabulary, page) {
        assert_eq!(words::decode(&vocabulary, &encoded, page.len()).as_deref(), Some(page));
    }
});
