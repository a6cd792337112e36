//! How long it takes to build, edit and compare trees of records, and to cut attachments.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on must stop where it stands")]
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex};

use boardvault::base::hash::Hash;
use boardvault::base::ids::{Random, SeededRandom};
use boardvault::prolly::{self, Edit, Entry, KeyRange, Tree};
use boardvault::snapshot::BlobWriter;
use boardvault::store::chunks::{ChunkError, ChunkKind, Chunks};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const RECORDS: u32 = 20_000;
const BLOB: usize = 32 << 20;

/// A store in memory: the benches measure trees, not disks.
#[derive(Default)]
struct Memory(Mutex<HashMap<Hash, Vec<u8>>>);

impl Chunks for Memory {
    fn get(&self, _kind: ChunkKind, id: &Hash) -> Result<Vec<u8>, ChunkError> {
        self.0.lock().unwrap().get(id).cloned().ok_or(ChunkError::Absent(*id))
    }
    fn id_of(&self, _kind: ChunkKind, plain: &[u8]) -> Hash {
        Hash::of(plain)
    }
    fn put(&self, _kind: ChunkKind, plain: &[u8]) -> Result<Hash, ChunkError> {
        let id = Hash::of(plain);
        self.0.lock().unwrap().entry(id).or_insert_with(|| plain.to_vec());
        Ok(id)
    }
    fn has(&self, id: &Hash) -> Result<bool, ChunkError> {
        Ok(self.0.lock().unwrap().contains_key(id))
    }
    fn sync(&self) -> Result<(), ChunkError> {
        Ok(())
    }
}

/// A store that forgets what it is given: for measuring what happens before.
struct Void;

impl Chunks for Void {
    fn get(&self, _kind: ChunkKind, id: &Hash) -> Result<Vec<u8>, ChunkError> {
        Err(ChunkError::Absent(*id))
    }
    fn id_of(&self, _kind: ChunkKind, plain: &[u8]) -> Hash {
        Hash::of(plain)
    }
    fn put(&self, _kind: ChunkKind, plain: &[u8]) -> Result<Hash, ChunkError> {
        Ok(Hash::of(plain))
    }
    fn has(&self, _id: &Hash) -> Result<bool, ChunkError> {
        Ok(false)
    }
    fn sync(&self) -> Result<(), ChunkError> {
        Ok(())
    }
}

fn record(n: u32, revision: u8) -> Entry {
    let key = format!("5f0000000000000000000001\0d{n:024x}").into_bytes();
    let mut value =
        format!(r#"{{"id":"{n:024x}","name":"Card {n}","revision":{revision},"desc":""#).into_bytes();
    value.resize(1_200 + n as usize % 1_100, b'x');
    (key, value)
}

fn build(chunks: &dyn Chunks) -> Tree {
    prolly::build(chunks, (0..RECORDS).map(|n| Ok(record(n, 0)))).unwrap()
}

/// Edits of one record in `one_in`, spread evenly.
fn edits(one_in: u32) -> Vec<Edit> {
    (0..RECORDS)
        .step_by(one_in as usize)
        .map(|n| record(n, 1))
        .map(|(key, value)| (key, Some(value)))
        .collect()
}

fn edit(chunks: &dyn Chunks, tree: &Tree, edits: &[Edit]) -> Tree {
    prolly::edit(chunks, tree, edits.iter().cloned().map(Ok)).unwrap()
}

fn trees(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tree");
    group.throughput(Throughput::Elements(u64::from(RECORDS)));
    group.bench_function("build 20k records", |bencher| bencher.iter(|| build(&Void)));

    let chunks = Memory::default();
    let tree = build(&chunks);
    for (name, one_in) in [("1 %", 100), ("0.1 %", 1_000)] {
        let edits = edits(one_in);
        group.bench_function(format!("edit {name}"), |bencher| {
            bencher.iter(|| black_box(edit(&chunks, &tree, &edits)));
        });
        let edited = edit(&chunks, &tree, &edits);
        group.bench_function(format!("diff {name}"), |bencher| {
            bencher.iter(|| {
                let found = prolly::diff(&chunks, &tree, &edited, KeyRange::all()).count();
                assert_eq!(found, edits.len());
            });
        });
    }
    group.finish();
}

fn blobs(criterion: &mut Criterion) {
    let mut content = vec![0; BLOB];
    SeededRandom::new(1).fill(&mut content).unwrap();
    let mut group = criterion.benchmark_group("blob");
    group.throughput(Throughput::Bytes(BLOB as u64)).sample_size(20);
    group.bench_function("cut and hash 32 MiB", |bencher| {
        bencher.iter(|| {
            let mut writer = BlobWriter::new(Arc::new(Void));
            for piece in content.chunks(16 << 10) {
                writer.write(piece).unwrap();
            }
            writer.finish().unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, trees, blobs);
criterion_main!(benches);
