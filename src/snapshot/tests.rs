//! Writing and reading together.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::testing::{account, reader, record, write};
use super::*;
use crate::model::{Blob, BlobRef, Kind, NativeId, Record, RecordKey};
use crate::prolly::testing::{MemoryChunks, config};
use crate::store::chunks::{ChunkKind, Chunks};

fn arc(chunks: &Arc<MemoryChunks>) -> Arc<dyn Chunks> {
    Arc::<MemoryChunks>::clone(chunks)
}

fn card(n: u32, text: &str) -> Record {
    record("b1", Kind::Item, &format!("card{n:06}"), json!({"name": text, "idList": "l1"}))
}

fn all(reader: &Reader) -> Vec<Record> {
    reader.all().map(Result::unwrap).collect()
}

#[test]
fn what_is_written_is_read_by_key_by_container_and_by_kind() {
    let chunks = Arc::new(MemoryChunks::default());
    let mut records = account();
    let manifest = write(&chunks, None, &records);
    let reader = reader(&chunks, &manifest);
    records.sort_by_key(|record| record.key.encode());
    assert_eq!(all(&reader), records);
    let b1 = NativeId::from("b1");
    let of_b1: Vec<_> = records.iter().filter(|record| record.key.container == b1).cloned().collect();
    assert_eq!(reader.container(&b1).collect::<Result<Vec<_>, _>>().unwrap(), of_b1);
    assert_eq!(reader.count(&b1).unwrap(), of_b1.len() as u64);
    assert_eq!(reader.container_kind(&b1, Kind::Section).count(), 2);
    assert_eq!(reader.get(&of_b1[0].key).unwrap().as_ref(), Some(&of_b1[0]));
    assert_eq!(reader.get(&RecordKey::new("b1", Kind::Item, "nope")).unwrap(), None);
    let ids = reader.container_ids().unwrap();
    assert_eq!(ids.iter().map(NativeId::as_str).collect::<Vec<_>>(), ["b1", "b2", "b3", "w1"]);
}

#[test]
fn a_container_replaces_its_own_records_and_no_others() {
    let chunks = Arc::new(MemoryChunks::default());
    let first = write(&chunks, None, &account());
    let writer = SnapshotWriter::new(arc(&chunks), Some(&first)).unwrap();
    writer.replace_container("b1".into(), &[card(1, "only one")]).unwrap();
    writer.remove_container("b3".into()).unwrap();
    let written = writer.finish().unwrap();
    let reader = Reader::new(arc(&chunks), written.tree);
    assert_eq!(reader.count(&"b1".into()).unwrap(), 1);
    assert_eq!(reader.count(&"b2".into()).unwrap(), 3_001);
    assert_eq!(reader.count(&"b3".into()).unwrap(), 0);
    assert_eq!((written.changes.added, written.changes.removed), (1, 10));
}

#[test]
fn totals_after_edits_are_those_of_a_fresh_start() {
    let chunks = Arc::new(MemoryChunks::default());
    let stored = Blob::Stored(BlobRef { id: Hash([3; 32]), len: 1_000 });
    let file = |name: &str, blob| Record {
        blob,
        ..record("b1", Kind::Attachment, "a1", json!({"idCard": "c1", "name": name}))
    };
    let mut records = account();
    records.push(file("old.txt", stored.clone()));
    let first = write(&chunks, None, &records);
    assert_eq!(first.bytes.blobs_plain, 1_000);
    records.pop();
    records.retain(|record| record.key.kind != Kind::Label);
    records.push(file("a longer name.txt", Blob::Missing("too large".to_owned())));
    let edited = write(&chunks, Some(&first), &records);
    let fresh = write(&chunks, None, &records);
    assert_eq!((edited.tree, &edited.counts, edited.bytes), (fresh.tree, &fresh.counts, fresh.bytes));
    assert!(!edited.counts.contains_key(&Kind::Label));
    assert_eq!(edited.counts.values().sum::<u64>(), edited.tree.count);
}

#[test]
fn an_unchanged_container_stores_nothing() {
    let chunks = Arc::new(MemoryChunks::default());
    let first = write(&chunks, None, &account());
    let _ = chunks.new_chunks();
    let again = write(&chunks, Some(&first), &account());
    assert_eq!((again.tree, chunks.new_chunks()), (first.tree, 0));
}

#[test]
fn an_aborted_or_dropped_container_stays_as_it_was() {
    let chunks = Arc::new(MemoryChunks::default());
    let first = write(&chunks, None, &account());
    let writer = SnapshotWriter::new(arc(&chunks), Some(&first)).unwrap();
    let mut container = writer.begin_container("b1".into());
    container.put(&card(1, "half")).unwrap();
    container.abort();
    assert_eq!(writer.finish().unwrap().tree, first.tree);
}

#[test]
fn containers_may_be_written_at_the_same_time() {
    let chunks = Arc::new(MemoryChunks::default());
    let writer = SnapshotWriter::new(arc(&chunks), None).unwrap();
    std::thread::scope(|scope| {
        for n in 0..4 {
            let mut container = writer.begin_container(NativeId(format!("b{n}")));
            scope.spawn(move || {
                for m in 0..200 {
                    let id = format!("c{m}");
                    container.put(&record(&format!("b{n}"), Kind::Item, &id, json!({"name": id}))).unwrap();
                }
                assert_eq!(container.finish().unwrap(), 200);
            });
        }
    });
    assert_eq!(writer.finish().unwrap().tree.count, 800);
}

#[test]
fn a_record_of_another_container_is_refused() {
    let chunks = Arc::new(MemoryChunks::default());
    let writer = SnapshotWriter::new(arc(&chunks), None).unwrap();
    let error = writer.begin_container("b9".into()).put(&card(1, "x")).unwrap_err();
    assert!(error.to_string().contains("b1/item/card000001"), "{error}");
}

#[test]
fn spilling_stores_little_that_is_not_needed_later() {
    let stored = [1 << 20, usize::MAX].map(|limit| {
        let chunks = Arc::new(MemoryChunks::default());
        let writer = SnapshotWriter::new(arc(&chunks), None).unwrap();
        let mut container = writer.begin_container("b1".into());
        container.spill_beyond(limit);
        for n in 0..5_000 {
            container.put(&card(n, &"x".repeat(1_000))).unwrap();
        }
        container.finish().unwrap();
        chunks.total_bytes()
    });
    assert!(stored[0] < stored[1] * 11 / 10, "{stored:?}");
}

#[test]
fn storing_in_between_takes_nothing_from_containers_that_are_open() {
    let chunks = Arc::new(MemoryChunks::default());
    let writer = SnapshotWriter::new(arc(&chunks), None).unwrap();
    let mut spilled = writer.begin_container("b1".into());
    spilled.spill_beyond(200_000);
    for n in 0..2_000 {
        spilled.put(&card(n, &"x".repeat(1_000))).unwrap();
    }
    writer.replace_container("b2".into(), &[record("b2", Kind::Item, "c1", json!({}))]).unwrap();
    writer.store_in_between();
    assert_eq!(spilled.finish().unwrap(), 2_000);
    let tree = writer.finish().unwrap().tree;
    assert_eq!(Reader::new(arc(&chunks), tree).all().map(Result::unwrap).count(), 2_001);
}

#[test]
fn of_inner_nodes_only_those_are_stored_that_the_tree_has_in_the_end() {
    let chunks = Arc::new(MemoryChunks::default());
    let writer = SnapshotWriter::new(arc(&chunks), None).unwrap();
    for n in 0..40 {
        let board = format!("b{n:02}");
        let cards: Vec<_> = (0..60)
            .map(|m| record(&board, Kind::Item, &format!("c{m}"), json!({"text": "x".repeat(1_000)})))
            .collect();
        writer.replace_container(board.as_str().into(), &cards).unwrap();
    }
    let tree = writer.finish().unwrap().tree;
    let inner = |bytes: Vec<u8>| bytes.get(1).is_some_and(|level| *level > 0);
    let stored = chunks.ids().iter().filter(|id| inner(chunks.get(ChunkKind::Node, id).unwrap())).count();
    assert_eq!((tree.height, stored), (1, 1));
}

proptest! {
    #![proptest_config(config(16))]

    #[test]
    fn spilling_changes_nothing_in_the_result(
        numbers in prop::collection::vec((0_u32..600, "[a-z]{0,20}"), 1..400),
        limit in 200_usize..20_000,
    ) {
        let chunks = Arc::new(MemoryChunks::default());
        let base = write(&chunks, None, &account());
        let results = [limit, usize::MAX].map(|limit| {
            let writer = SnapshotWriter::new(arc(&chunks), Some(&base)).unwrap();
            let mut container = writer.begin_container("b1".into());
            container.spill_beyond(limit);
            for (n, text) in &numbers {
                container.put(&card(*n, text)).unwrap();
            }
            container.finish().unwrap();
            writer.finish().unwrap()
        });
        prop_assert_eq!(&results[0], &results[1]);
    }
}
