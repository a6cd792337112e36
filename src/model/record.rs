//! Records and their keys.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Kind;
use crate::base::hash::Hash;

/// An id as the platform gives it. Opaque.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NativeId(pub String);

impl NativeId {
    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for NativeId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for NativeId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for NativeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Identifies a record inside one account: which container it lies in, what it is, and its id.
///
/// A workspace and its members have the workspace's own id as container; the account has its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordKey {
    /// Id of the container (board, project, sheet) or of the workspace.
    pub container: NativeId,
    /// What the record is.
    pub kind: Kind,
    /// The record's own id.
    pub id: NativeId,
}

/// Bytes that are not an encoded [`RecordKey`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these {0} bytes are not a record key")]
pub struct KeyError(usize);

/// Separates the container from the rest; ids never contain it, which `encode` makes sure of.
const SEPARATOR: u8 = 0;

impl RecordKey {
    /// A key from its parts.
    pub fn new(container: impl Into<NativeId>, kind: Kind, id: impl Into<NativeId>) -> Self {
        Self { container: container.into(), kind, id: id.into() }
    }

    /// The stored form: `container 00 rank id`. Byte order is container, then creation order, then id, so
    /// that a container is one contiguous range and parents come before children.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Self::container_prefix(&self.container);
        bytes.push(self.kind.rank());
        bytes.extend_from_slice(self.id.0.as_bytes());
        bytes
    }

    /// The bytes that the keys of all records of `container` begin with, and no others.
    pub fn container_prefix(container: &NativeId) -> Vec<u8> {
        let mut bytes: Vec<u8> = container.0.bytes().filter(|byte| *byte != SEPARATOR).collect();
        bytes.push(SEPARATOR);
        bytes
    }

    /// Reads the stored form.
    pub fn decode(bytes: &[u8]) -> Result<Self, KeyError> {
        let refuse = || KeyError(bytes.len());
        let at = bytes.iter().position(|byte| *byte == SEPARATOR).ok_or_else(refuse)?;
        let (container, rest) = bytes.split_at_checked(at).ok_or_else(refuse)?;
        let [_, rank, id @ ..] = rest else { return Err(refuse()) };
        let text = |part: &[u8]| String::from_utf8(part.to_vec()).map_err(|_| refuse());
        Ok(Self {
            container: NativeId(text(container)?),
            kind: Kind::from_rank(*rank).ok_or_else(refuse)?,
            id: NativeId(text(id)?),
        })
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.container, self.kind, self.id)
    }
}

/// Where the bytes of a large value lie in the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BlobRef {
    /// Id of the chunk that lists the value's pieces.
    pub id: Hash,
    /// Length in bytes.
    pub len: u64,
}

/// The bytes that belong to a record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blob {
    /// The record is not of a kind that has bytes.
    #[default]
    None,
    /// The bytes are in the vault.
    Stored(BlobRef),
    /// The bytes exist but are not in the vault, for this reason.
    Missing(String),
}

/// One thing of the account, as the platform described it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which thing.
    pub key: RecordKey,
    /// The platform's own JSON, whole: fields that we do not know are kept.
    pub native: Value,
    /// Its bytes, for attachments.
    pub blob: Blob,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_round_trip_and_sort_by_container_then_rank() {
        let board = RecordKey::new("b1", Kind::Container, "b1");
        let card = RecordKey::new("b1", Kind::Item, "c1");
        let other = RecordKey::new("b10", Kind::Container, "b10");
        for key in [&board, &card, &other] {
            assert_eq!(&RecordKey::decode(&key.encode()).unwrap(), key);
        }
        assert!(board.encode() < card.encode());
        assert!(card.encode() < other.encode(), "b1 is one contiguous range, b10 is not part of it");
        assert!(!other.encode().starts_with(&RecordKey::container_prefix(&"b1".into())));
    }

    #[test]
    fn foreign_bytes_are_refused() {
        for bytes in [&b""[..], b"no separator", b"b\0", b"b\0\xffid", b"\xff\0\x1eid"] {
            assert!(RecordKey::decode(bytes).is_err(), "{bytes:?}");
        }
    }
}
