//! Keys of records: whatever is read as a key is written as the same bytes.

#![no_main]

use boardvault::model::RecordKey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(key) = RecordKey::decode(bytes) {
        assert_eq!(key.encode(), bytes);
        assert!(bytes.starts_with(&RecordKey::container_prefix(&key.container)));
    }
});
