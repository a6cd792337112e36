//! The stored form of a record: what stands in a tree under [`RecordKey::encode`].
//!
//! ```text
//! value  = version u8 (= 1) · blob · canonical JSON, to the end
//! blob   = 0                                      the record has no bytes
//!        | 1 · id (32 bytes) · length u64         they are in the vault
//!        | 2 · length u32 · reason (UTF-8)        they exist and are not in the vault
//! ```
//!
//! Integers are little-endian.

use super::SnapshotError;
use crate::base::canon;
use crate::base::hash::Hash;
use crate::model::{Blob, BlobRef, Kind, Record, RecordKey};

const VERSION: u8 = 1;
const NONE: u8 = 0;
const STORED: u8 = 1;
const MISSING: u8 = 2;

/// The value under which a record is stored.
pub fn encode(record: &Record) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_onto(&mut bytes, record);
    bytes
}

/// Appends the value under which a record is stored.
pub(super) fn encode_onto(bytes: &mut Vec<u8>, record: &Record) {
    encode_head(bytes, &record.blob);
    bytes.extend(canon::to_bytes(&record.native));
}

/// Appends what comes before the canonical JSON.
pub(super) fn encode_head(bytes: &mut Vec<u8>, blob: &Blob) {
    bytes.push(VERSION);
    match blob {
        Blob::None => bytes.push(NONE),
        Blob::Stored(blob) => {
            bytes.push(STORED);
            bytes.extend_from_slice(&blob.id.0);
            bytes.extend_from_slice(&blob.len.to_le_bytes());
        }
        Blob::Missing(reason) => {
            bytes.push(MISSING);
            let len = u32::try_from(reason.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&len.to_le_bytes());
            bytes.extend_from_slice(reason.as_bytes());
        }
    }
}

/// Reads an entry of a tree. Total: any bytes give a record or an error.
pub fn decode(key: &[u8], value: &[u8]) -> Result<Record, SnapshotError> {
    let key = decode_key(key)?;
    let refuse = |why: String| SnapshotError::Record { key: key.to_string(), why };
    let (blob, json) = split(value).ok_or_else(|| refuse("its head is malformed".to_owned()))?;
    let native = canon::parse(json).map_err(|error| refuse(error.to_string()))?;
    Ok(Record { key, native, blob })
}

/// Reads the key of an entry.
pub fn decode_key(key: &[u8]) -> Result<RecordKey, SnapshotError> {
    RecordKey::decode(key).map_err(|error| SnapshotError::Record {
        key: key.escape_ascii().to_string(),
        why: error.to_string(),
    })
}

/// The kind of the record whose key this is; nothing where it is none.
pub(super) fn kind_of(key: &[u8]) -> Option<Kind> {
    let separator = key.iter().position(|byte| *byte == 0)?;
    Kind::from_rank(*key.get(separator.checked_add(1)?)?)
}

/// Reads what an entry says about bytes, without parsing the rest. `None`: the head is malformed.
pub fn blob_of(value: &[u8]) -> Option<Blob> {
    split(value).map(|(blob, _)| blob)
}

/// What an entry says about bytes, and where in it the JSON begins.
pub(super) fn head_of(key: &[u8], value: &[u8]) -> Result<(Blob, usize), SnapshotError> {
    let split = split(value).map(|(blob, json)| (blob, value.len().saturating_sub(json.len())));
    split.ok_or_else(|| SnapshotError::Record {
        key: key.escape_ascii().to_string(),
        why: "its head is malformed".to_owned(),
    })
}

fn split(value: &[u8]) -> Option<(Blob, &[u8])> {
    let [VERSION, state, rest @ ..] = value else { return None };
    match *state {
        NONE => Some((Blob::None, rest)),
        STORED => {
            let (id, rest) = rest.split_first_chunk::<32>()?;
            let (len, json) = rest.split_first_chunk::<8>()?;
            Some((Blob::Stored(BlobRef { id: Hash(*id), len: u64::from_le_bytes(*len) }), json))
        }
        MISSING => {
            let (len, rest) = rest.split_first_chunk::<4>()?;
            let (reason, json) = rest.split_at_checked(u32::from_le_bytes(*len) as usize)?;
            Some((Blob::Missing(String::from_utf8(reason.to_vec()).ok()?), json))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::prolly::testing::config;

    fn record(blob: Blob) -> Record {
        Record { key: RecordKey::new("b", Kind::Attachment, "a"), native: json!({"z": 1, "a": "ü"}), blob }
    }

    fn all() -> [Record; 3] {
        let stored = BlobRef { id: Hash([7; 32]), len: 300 };
        [Blob::None, Blob::Stored(stored), Blob::Missing("too large".to_owned())].map(record)
    }

    #[test]
    fn every_state_of_the_bytes_round_trips() {
        for record in all() {
            let value = encode(&record);
            assert_eq!(decode(&record.key.encode(), &value).unwrap(), record);
            assert_eq!(blob_of(&value), Some(record.blob));
        }
    }

    #[test]
    fn the_format_has_not_moved() {
        assert_eq!(encode(&record(Blob::None)), "\x01\x00{\"a\":\"ü\",\"z\":1}".as_bytes());
        let missing = encode(&record(Blob::Missing("no".to_owned())));
        assert!(missing.starts_with(b"\x01\x02\x02\0\0\0no{"));
    }

    proptest! {
        #![proptest_config(config(256))]
        #[test]
        fn damaged_values_never_panic(which in 0_usize..3, at in 0_usize..64, to: u8, cut in 0_usize..64) {
            let record = &all()[which];
            let mut value = encode(record);
            let len = value.len();
            value[at % len] = to;
            value.truncate(len - cut % len);
            let _ = decode(&record.key.encode(), &value);
            let _ = decode(&value, &value);
        }
    }
}
