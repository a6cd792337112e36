//! Reading a snapshot back in full, and saying which records a damaged chunk takes with it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Manifest, Reader, blobs, codec, lineage};
use crate::base::hash::Hash;
use crate::model::dialect::Dialect;
use crate::model::{Blob, BlobRef, RecordKey};
use crate::prolly::{self, Fault, Inspector};
use crate::store::chunks::Chunks;

/// Something in a snapshot that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The tree node, or the list of an attachment's pieces, that is affected.
    pub chunk: Hash,
    /// What is wrong, naming the chunk.
    pub error: String,
    /// How many records cannot be read, or not in full.
    pub records: u64,
    /// Names of the containers in which they lie, as far as that is known.
    pub containers: Vec<String>,
    /// The record, when it is a single one.
    pub key: Option<RecordKey>,
    /// Titles from the workspace down to that record.
    pub path: Vec<String>,
}

/// Verifies any number of snapshots; what they share is read once.
pub struct Verifier<'a> {
    chunks: Arc<dyn Chunks>,
    dialect: &'a dyn Dialect,
    read_data: bool,
    sound: HashSet<Hash>,
    blobs: HashMap<BlobRef, Option<String>>,
}

impl<'a> Verifier<'a> {
    /// With `read_data` the bytes of attachments are read; without, it is only looked whether they are there.
    pub fn new(chunks: Arc<dyn Chunks>, dialect: &'a dyn Dialect, read_data: bool) -> Self {
        Self { chunks, dialect, read_data, sound: HashSet::new(), blobs: HashMap::new() }
    }

    /// Reads every record of a snapshot; returns what is damaged, nothing when all is well.
    pub fn verify(&mut self, manifest: &Manifest) -> Vec<Damage> {
        let chunks = Arc::clone(&self.chunks);
        let reader = Reader::new(Arc::clone(&chunks), manifest.tree);
        let mut walk =
            Walk { verifier: self, manifest, reader, node: manifest.tree.root, damage: Vec::new() };
        prolly::check(&*chunks, &manifest.tree, &mut walk);
        walk.damage
    }

    /// What is wrong with a blob; asked once for each.
    fn blob(&mut self, blob: BlobRef) -> Option<String> {
        let (chunks, read_data) = (&self.chunks, self.read_data);
        let check = || blobs::check(&**chunks, blob, read_data).err().map(|error| error.to_string());
        self.blobs.entry(blob).or_insert_with(check).clone()
    }
}

struct Walk<'v, 'a> {
    verifier: &'v mut Verifier<'a>,
    manifest: &'v Manifest,
    reader: Reader,
    /// The node that was entered last; entries are those of this one.
    node: Hash,
    damage: Vec<Damage>,
}

impl Inspector for Walk<'_, '_> {
    fn enter(&mut self, id: &Hash) -> bool {
        self.node = *id;
        !self.verifier.sound.contains(id)
    }

    fn leave_sound(&mut self, id: &Hash) {
        self.verifier.sound.insert(*id);
    }

    fn entry(&mut self, key: &[u8], value: &[u8]) -> bool {
        let record = match codec::decode(key, value) {
            Ok(record) => record,
            Err(error) => {
                self.report(self.node, error.to_string(), codec::decode_key(key).ok(), Vec::new());
                return false;
            }
        };
        let Blob::Stored(blob) = record.blob else { return true };
        let Some(error) = self.verifier.blob(blob) else { return true };
        // The names above may themselves be unreadable; the damage is reported in any case.
        let path = lineage::path(&self.reader, self.verifier.dialect, &record)
            .unwrap_or_else(|_| vec![lineage::title(self.verifier.dialect, &record)]);
        self.report(blob.id, error, Some(record.key), path);
        false
    }

    fn fault(&mut self, fault: Fault) {
        let from = fault.after.as_deref().unwrap_or_default();
        let touched = self.manifest.containers.iter().filter(|container| {
            let range = prolly::KeyRange::prefix(RecordKey::container_prefix(&container.id));
            let begins_before_end = fault.up_to.as_ref().is_none_or(|up_to| range.from <= *up_to);
            begins_before_end && range.to.is_none_or(|to| to.as_slice() > from)
        });
        self.damage.push(Damage {
            chunk: fault.id,
            error: fault.error.to_string(),
            records: fault.count,
            containers: touched.map(|container| container.name.clone()).collect(),
            key: None,
            path: Vec::new(),
        });
    }
}

impl Walk<'_, '_> {
    fn report(&mut self, chunk: Hash, error: String, key: Option<RecordKey>, path: Vec<String>) {
        let id = key.as_ref().map(|key| &key.container);
        let containers = self.manifest.containers.iter().filter(|container| Some(&container.id) == id);
        let containers = containers.map(|container| container.name.clone()).collect();
        self.damage.push(Damage { chunk, error, records: 1, containers, key, path });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Kind, Record};
    use crate::prolly::testing::MemoryChunks;
    use crate::snapshot::BlobWriter;
    use crate::snapshot::testing::{Boards, account, manifest, record, write};
    use crate::store::chunks::ChunkKind;

    /// An account with a file on the card `Fix login`.
    fn world() -> (Arc<MemoryChunks>, Manifest, BlobRef) {
        let chunks = Arc::new(MemoryChunks::default());
        let mut writer = BlobWriter::new(Arc::<MemoryChunks>::clone(&chunks));
        writer.write(&vec![9; 100_000]).unwrap();
        let blob = writer.finish().unwrap();
        let native = json!({"idCard": "c1", "name": "log.txt"});
        let file = Record { blob: Blob::Stored(blob), ..record("b1", Kind::Attachment, "a1", native) };
        let records: Vec<_> = account().into_iter().chain([file]).collect();
        let written = write(&chunks, None, &records);
        let containers = [("b1", "Roadmap"), ("b2", "roadmap 2"), ("b3", "Private")].map(|(id, name)| {
            let mut entry = manifest("", 0, 0).containers.remove(0);
            (entry.id, entry.name) = (id.into(), name.to_owned());
            entry
        });
        (chunks, Manifest { containers: containers.to_vec(), ..written }, blob)
    }

    fn damage(chunks: &Arc<MemoryChunks>, manifest: &Manifest, read_data: bool) -> Vec<Damage> {
        Verifier::new(Arc::<MemoryChunks>::clone(chunks), &Boards, read_data).verify(manifest)
    }

    #[test]
    fn a_sound_snapshot_has_no_damage_and_is_read_once() {
        let (chunks, manifest, _) = world();
        let mut verifier = Verifier::new(Arc::<MemoryChunks>::clone(&chunks), &Boards, true);
        assert_eq!(verifier.verify(&manifest), []);
        let _ = chunks.reads();
        assert_eq!(verifier.verify(&manifest), []);
        assert_eq!(chunks.reads(), 0, "the same tree again is known to be sound");
    }

    #[test]
    fn a_damaged_attachment_is_reported_by_its_path() {
        let (chunks, manifest, blob) = world();
        let piece = chunks.put(ChunkKind::Piece, &vec![9; 100_000]).unwrap();
        chunks.replace(&piece, vec![9; 99]);
        assert_eq!(damage(&chunks, &manifest, false), []);
        let found = damage(&chunks, &manifest, true);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].chunk, found[0].records), (blob.id, 1));
        assert_eq!(found[0].path, ["Acme", "Roadmap", "Doing", "Fix login", "log.txt"]);
        chunks.lose(&piece);
        assert_eq!(damage(&chunks, &manifest, false).len(), 1);
    }

    #[test]
    fn a_record_that_cannot_be_read_is_named_with_the_node_that_holds_it() {
        let (chunks, manifest, _) = world();
        let key = RecordKey::new("b3", Kind::Label, "g9");
        let edits = [Ok((key.encode(), Some(b"\x01\x00not JSON".to_vec())))];
        let tree = prolly::edit(&*chunks, &manifest.tree, edits).unwrap();
        let found = damage(&chunks, &Manifest { tree, ..manifest }, true);
        assert_eq!((found.len(), found[0].key.as_ref()), (1, Some(&key)));
        assert_eq!(found[0].containers, ["Private"]);
        let holder =
            prolly::node::Node::decode(chunks.get(ChunkKind::Node, &found[0].chunk).unwrap()).unwrap();
        assert!(holder.iter().any(|(own, _)| own == key.encode()));
    }

    #[test]
    fn a_lost_node_names_its_containers_and_counts_its_records() {
        let (chunks, manifest, _) = world();
        let root =
            prolly::node::Node::decode(chunks.get(ChunkKind::Node, &manifest.tree.root).unwrap()).unwrap();
        let middle = root.child(2).unwrap();
        chunks.lose(&middle.id);
        let found = damage(&chunks, &manifest, true);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].records, found[0].containers.as_slice()),
            (middle.count, &["roadmap 2".to_owned()][..])
        );
        chunks.lose(&manifest.tree.root);
        let found = damage(&chunks, &manifest, true);
        assert_eq!((found[0].records, found[0].containers.len()), (manifest.tree.count, 3));
    }
}
