//! The description of a snapshot: what it covers, what it lacks, and the root of its tree.
//!
//! Stored as `version u8 (= 1) · bincode 1 with variable-length integers`; no bytes may follow.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use bincode::Options;
use serde::{Deserialize, Serialize};

use super::SnapshotError;
use crate::base::hash::{Hash, ParseHashError};
use crate::model::coverage::{Count, Missing, Usage};
use crate::model::{Kind, NativeId};
use crate::prolly::Tree;

const VERSION: u8 = 1;
/// No manifest is larger than this, in bytes. Hostile lengths beyond it are refused before anything is allocated.
const MAX_LEN: u64 = 64 << 20;

/// Identifies a snapshot: the hash of its manifest's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotId(pub Hash);

impl SnapshotId {
    /// The first 12 digits: what people see and type.
    pub fn short(&self) -> String {
        self.0.short()
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SnapshotId {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Why a snapshot was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A backup that somebody asked for.
    Backup,
    /// The live state right before a restore, so that it can be undone.
    Safety {
        /// The run that it belongs to.
        run: String,
    },
    /// The live state as it was read for a plan.
    Scan,
}

/// Whether everything is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Everything that the account can see is in it.
    Complete,
    /// Something is missing; `missing` names it.
    Partial,
}

/// A snapshot, described.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Position among the snapshots of the connection, from 1.
    pub number: u64,
    /// The platform's id.
    pub platform: String,
    /// The connection's name.
    pub connection: String,
    /// Why it was taken.
    pub purpose: Purpose,
    /// The snapshot that it was built upon.
    pub parent: Option<SnapshotId>,
    /// The records.
    pub tree: Tree,
    /// When reading began, in milliseconds since 1970, UTC.
    pub started_at: i64,
    /// When reading ended, in milliseconds since 1970, UTC.
    pub finished_at: i64,
    /// Whether everything is in it.
    pub status: Status,
    /// Records in the tree.
    pub counts: BTreeMap<Kind, u64>,
    /// What the platform said there is, against what was read; for what was read this time.
    pub coverage: Vec<Count>,
    /// Everything that is known to be missing.
    pub missing: Vec<Missing>,
    /// Names of containers that the parent has and discovery no longer shows.
    pub vanished: Vec<String>,
    /// The containers in the tree.
    pub containers: Vec<ContainerEntry>,
    /// Sizes.
    pub bytes: Bytes,
    /// What taking it has cost.
    pub usage: Usage,
    /// Every container was read, also those that seemed unchanged.
    pub full_pass: bool,
    /// Attachment bytes that were left out on purpose.
    pub left_out: LeftOut,
}

/// A container in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerEntry {
    /// Its id.
    pub id: NativeId,
    /// Its name.
    pub name: String,
    /// Id and name of the workspace it lies in, if any.
    pub workspace: Option<(NativeId, String)>,
    /// Archived or closed.
    pub closed: bool,
    /// The version under which it was read: while it stays the same, the container need not be read again.
    pub version: Option<String>,
    /// Records in it.
    pub records: u64,
    /// It could not be read this time; what it holds is this earlier snapshot's state.
    pub carried_from: Option<SnapshotId>,
}

/// Sizes of a snapshot, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bytes {
    /// The records, uncompressed.
    pub records_plain: u64,
    /// The attachments, uncompressed, each counted as often as it is attached.
    pub blobs_plain: u64,
    /// What the vault has grown by.
    pub stored: u64,
}

/// Attachment bytes that were left out on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// No attachment was to be fetched.
    pub no_attachments: bool,
    /// No attachment larger than this was to be fetched, in bytes.
    pub max_attachment: Option<u64>,
    /// How many were left out for one of these reasons.
    pub attachments: u64,
    /// Their length in bytes, as far as the platform tells.
    pub bytes: u64,
}

fn format() -> impl Options {
    bincode::DefaultOptions::new().with_limit(MAX_LEN).with_varint_encoding().reject_trailing_bytes()
}

impl Manifest {
    /// The stored form.
    pub fn encode(&self) -> Result<Vec<u8>, SnapshotError> {
        let mut bytes = vec![VERSION];
        format()
            .serialize_into(&mut bytes, self)
            .map_err(|error| SnapshotError::Manifest(error.to_string()))?;
        Ok(bytes)
    }

    /// Reads the stored form. Total: any bytes give a manifest or an error.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        match bytes.split_first() {
            Some((&VERSION, rest)) => {
                format().deserialize(rest).map_err(|error| SnapshotError::Manifest(error.to_string()))
            }
            Some((version, _)) => Err(SnapshotError::Manifest(format!("version {version} is unknown"))),
            None => Err(SnapshotError::Manifest("it is empty".to_owned())),
        }
    }

    /// The id under which the snapshot is known.
    pub fn id(&self) -> Result<SnapshotId, SnapshotError> {
        Ok(SnapshotId(Hash::of(&self.encode()?)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::prolly::testing::config;
    use crate::snapshot::testing::manifest;

    #[test]
    fn a_manifest_round_trips_in_both_forms() {
        let manifest = manifest("work", 3, 1_000);
        assert_eq!(Manifest::decode(&manifest.encode().unwrap()).unwrap(), manifest);
        let json = serde_json::to_string(&manifest).unwrap();
        assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), manifest);
    }

    #[test]
    fn the_format_has_not_moved() {
        assert_eq!(manifest("work", 3, 1_000).id().unwrap().short(), "775589514947");
    }

    #[test]
    fn other_versions_and_trailing_bytes_are_refused() {
        let good = manifest("work", 1, 0).encode().unwrap();
        let newer = [&[2], &good[1..]].concat();
        assert!(Manifest::decode(&newer).unwrap_err().to_string().contains("version 2"));
        assert!(Manifest::decode(&[&good[..], &[0]].concat()).is_err());
        assert!(Manifest::decode(&[]).is_err());
    }

    proptest! {
        #![proptest_config(config(512))]
        #[test]
        fn damaged_bytes_never_panic(at in 0_usize..400, to: u8, cut in 0_usize..400) {
            let mut bytes = manifest("work", 1, 0).encode().unwrap();
            let len = bytes.len();
            bytes[at % len] = to;
            bytes.truncate(len - cut % len);
            let _ = Manifest::decode(&bytes);
        }
    }
}
