//! Entries of record trees. The input is `length of the key u8 · key · value`. JSON can be written in many ways,
//! so the value need not come back as the same bytes, but as the same record, and from then on as the same bytes.

#![no_main]

use boardvault::snapshot::codec;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((len, rest)) = bytes.split_first() else { return };
    let Some((key, value)) = rest.split_at_checked(usize::from(*len)) else { return };
    let Ok(record) = codec::decode(key, value) else { return };
    assert_eq!(codec::blob_of(value).as_ref(), Some(&record.blob));
    let canonical = codec::encode(&record);
    assert_eq!(value.get(..2), canonical.get(..2), "version and state have one form each");
    let again = codec::decode(&record.key.encode(), &canonical).unwrap();
    assert_eq!(again, record);
    assert_eq!(codec::encode(&again), canonical);
});
