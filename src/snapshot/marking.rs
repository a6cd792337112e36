//! Everything that a snapshot needs, as the store knows it: ids of chunks.
//!
//! What cannot be read ends the marking with an error. Whoever takes away what is not marked must not guess.

use super::{SnapshotError, blobs, codec};
use crate::base::hash::Hash;
use crate::model::{Blob, BlobRef};
use crate::prolly::{self, Fault, Inspector, Tree};
use crate::store::chunks::Chunks;
use crate::store::live::LiveSet;

/// Marks every node of a tree, and what its records refer to. What is marked already is not read again.
pub fn mark_tree(chunks: &dyn Chunks, tree: &Tree, live: &mut LiveSet) -> Result<(), SnapshotError> {
    let mut walk = Walk { chunks, live, failure: None };
    prolly::check(chunks, tree, &mut walk);
    walk.failure.map_or(Ok(()), Err)
}

/// Marks the bytes of an attachment: the list of pieces and the pieces. Only the list is read.
pub fn mark_blob(chunks: &dyn Chunks, blob: BlobRef, live: &mut LiveSet) -> Result<(), SnapshotError> {
    if live.insert(&blob.id) {
        for piece in blobs::pieces(chunks, blob)? {
            live.insert(&piece);
        }
    }
    Ok(())
}

struct Walk<'a> {
    chunks: &'a dyn Chunks,
    live: &'a mut LiveSet,
    failure: Option<SnapshotError>,
}

impl Walk<'_> {
    fn referred(&mut self, key: &[u8], value: &[u8]) -> Result<(), SnapshotError> {
        match codec::blob_of(value) {
            Some(Blob::Stored(blob)) => mark_blob(self.chunks, blob, self.live),
            Some(Blob::None | Blob::Missing(_)) => Ok(()),
            None => Err(SnapshotError::Record {
                key: key.escape_ascii().to_string(),
                why: "its head is malformed".to_owned(),
            }),
        }
    }
}

impl Inspector for Walk<'_> {
    fn enter(&mut self, id: &Hash) -> bool {
        self.failure.is_none() && self.live.insert(id)
    }

    fn entry(&mut self, key: &[u8], value: &[u8]) -> bool {
        if self.failure.is_none() {
            self.failure = self.referred(key, value).err();
        }
        self.failure.is_none()
    }

    fn fault(&mut self, fault: Fault) {
        self.failure.get_or_insert(fault.error.into());
    }

    fn leave_sound(&mut self, _id: &Hash) {}
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::model::{Kind, Record};
    use crate::prolly::testing::MemoryChunks;
    use crate::snapshot::BlobWriter;
    use crate::snapshot::testing::{account, record, write};
    use crate::store::chunks::ChunkKind;

    fn store(chunks: &Arc<MemoryChunks>, bytes: &[u8]) -> BlobRef {
        let mut writer = BlobWriter::new(Arc::<MemoryChunks>::clone(chunks));
        writer.write(bytes).unwrap();
        writer.finish().unwrap()
    }

    /// An account with a file, alone in a store.
    fn world() -> (Arc<MemoryChunks>, Tree, BlobRef) {
        let chunks = Arc::new(MemoryChunks::default());
        let blob = store(&chunks, &vec![9; 100_000]);
        let native = json!({"idCard": "c1", "name": "log.txt"});
        let file = Record { blob: Blob::Stored(blob), ..record("b1", Kind::Attachment, "a1", native) };
        let records: Vec<_> = account().into_iter().chain([file]).collect();
        let tree = write(&chunks, None, &records).tree;
        (chunks, tree, blob)
    }

    #[test]
    fn what_is_not_marked_can_be_taken_away() {
        let (chunks, tree, blob) = world();
        store(&chunks, b"of something else");
        let mut live = LiveSet::default();
        mark_tree(&*chunks, &tree, &mut live).unwrap();
        assert!(live.contains(&tree.root) && live.contains(&blob.id));
        for id in chunks.ids().into_iter().filter(|id| !live.contains(id)) {
            chunks.lose(&id);
        }
        let mut again = LiveSet::default();
        mark_tree(&*chunks, &tree, &mut again).unwrap();
        assert_eq!(again.len(), live.len());
        assert_eq!(chunks.ids().len() as u64, live.len(), "every marked chunk is there");
    }

    #[test]
    fn what_is_marked_already_is_not_read_again() {
        let (chunks, tree, blob) = world();
        let mut live = LiveSet::default();
        mark_tree(&*chunks, &tree, &mut live).unwrap();
        let _ = chunks.reads();
        mark_tree(&*chunks, &tree, &mut live).unwrap();
        mark_blob(&*chunks, blob, &mut live).unwrap();
        assert_eq!(chunks.reads(), 0);
    }

    #[test]
    fn anything_that_cannot_be_read_is_an_error() {
        let (chunks, tree, blob) = world();
        let mark = || mark_tree(&*chunks, &tree, &mut LiveSet::default());
        let key = crate::model::RecordKey::new("b3", Kind::Label, "g9").encode();
        let broken = prolly::edit(&*chunks, &tree, [Ok((key, Some(b"\x01\x07".to_vec())))]).unwrap();
        assert!(mark_tree(&*chunks, &broken, &mut LiveSet::default()).is_err());
        let list = chunks.get(ChunkKind::Blob, &blob.id).unwrap();
        chunks.replace(&blob.id, b"\x01".to_vec());
        assert!(mark().is_err());
        chunks.replace(&blob.id, list);
        assert!(mark().is_ok());
        let root = prolly::node::Node::decode(chunks.get(ChunkKind::Node, &tree.root).unwrap()).unwrap();
        chunks.lose(&root.child(1).unwrap().id);
        assert!(mark().is_err());
    }
}
