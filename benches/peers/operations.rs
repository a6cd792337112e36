//! What is measured.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use boardvault::model::coverage::Usage;
use boardvault::model::{Blob, BlobRef, Kind, NativeId, RecordKey};
use boardvault::prolly::{self, KeyRange};
use boardvault::snapshot::manifest::{Bytes, ContainerEntry, LeftOut, Purpose, Status};
use boardvault::snapshot::writer::Written;
use boardvault::snapshot::{BlobReader, BlobWriter, Manifest, Reader, SnapshotWriter};
use boardvault::store::chunks::Chunks;
use boardvault::store::family::Family;
use boardvault::store::unlock::Unlock;
use boardvault::store::vault::{Env, Vault};

use crate::corpus;

/// Kind of the log entries that hold manifests.
const MANIFEST: u8 = 1;
/// Threads that read files. Compression has its own. There are more than cores: one waits for the disk, another for its
/// turn to write. With six in place of two a first backup of corpus A takes three quarters of the time.
const READERS: usize = 6;
const POINT_READS: u64 = 20_000;

fn open(dir: &Path) -> Arc<Vault> {
    let unlock = Unlock::KeyFile(dir.with_extension("key"));
    let vault = if dir.exists() {
        Vault::open(dir, Env::system(), &unlock).unwrap().0
    } else {
        Vault::create(dir, Env::system(), &unlock).unwrap().0
    };
    Arc::new(vault)
}

fn manifests(vault: &Vault) -> Vec<Manifest> {
    let entries = vault.entries(MANIFEST).unwrap();
    entries.iter().map(|entry| Manifest::decode(&entry.payload).unwrap()).collect()
}

fn in_parallel<T: Send, R: Send>(work: Vec<T>, each: impl Fn(T) -> R + Sync) -> Vec<R> {
    let queue = Mutex::new(work.into_iter().collect::<std::collections::VecDeque<_>>());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                loop {
                    let Some(next) = queue.lock().unwrap().pop_front() else { break };
                    let result = each(next);
                    done.lock().unwrap().push(result);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// Takes a backup of `source`, upon the newest one in the vault.
pub(crate) fn backup(dir: &Path, source: &Path) {
    let vault = open(dir);
    let parent = manifests(&vault).pop();
    let chunks: Arc<dyn Chunks> = Arc::new(Family::new(Arc::clone(&vault), "corpus").unwrap());
    let writer = SnapshotWriter::new(Arc::clone(&chunks), parent.as_ref()).unwrap();
    let known: HashMap<String, String> = parent
        .iter()
        .flat_map(|parent| &parent.containers)
        .filter_map(|container| Some((container.id.to_string(), container.version.clone()?)))
        .collect();
    let stored: HashMap<String, BlobRef> =
        parent.as_ref().map(|parent| attached(&chunks, parent)).unwrap_or_default();

    let boards = in_parallel(corpus::boards(source), |path| {
        let board = corpus::Board::open(&path);
        if known.get(&board.id) != Some(&board.version) {
            let mut container = writer.begin_container(NativeId::from(board.id.as_str()));
            corpus::put_records(&board, &mut container);
            container.finish().unwrap();
        }
        (board.id, board.version)
    });
    let mut attachments = writer.begin_container(NativeId::from(corpus::ATTACHMENTS));
    for (id, blob) in in_parallel(corpus::attachments(source), |attachment| {
        let blob = stored.get(&attachment.id).copied();
        let blob = blob.unwrap_or_else(|| store(&chunks, &attachment.path));
        (attachment.id, blob)
    }) {
        corpus::put_attachment(&mut attachments, &id, blob);
    }
    attachments.finish().unwrap();
    let written = writer.finish().unwrap();
    let manifest = manifest(parent.as_ref(), boards, written);
    vault.append(MANIFEST, &manifest.encode().unwrap()).unwrap();
}

fn store(chunks: &Arc<dyn Chunks>, path: &Path) -> BlobRef {
    let mut writer = BlobWriter::new(Arc::clone(chunks));
    let mut file = fs::File::open(path).unwrap();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer).unwrap();
        if read == 0 {
            return writer.finish().unwrap();
        }
        writer.write(buffer.get(..read).unwrap()).unwrap();
    }
}

fn attached(chunks: &Arc<dyn Chunks>, manifest: &Manifest) -> HashMap<String, BlobRef> {
    let reader = Reader::new(Arc::clone(chunks), manifest.tree);
    let records = reader.container(&NativeId::from(corpus::ATTACHMENTS)).map(Result::unwrap);
    let stored = records.filter_map(|record| match record.blob {
        Blob::Stored(blob) => Some((record.key.id.to_string(), blob)),
        _ => None,
    });
    stored.collect()
}

fn manifest(parent: Option<&Manifest>, boards: Vec<(String, String)>, written: Written) -> Manifest {
    let container = |(id, version): (String, String)| ContainerEntry {
        id: NativeId::from(id.as_str()),
        name: id,
        workspace: None,
        closed: false,
        version: Some(version),
        records: 0,
        carried_from: None,
    };
    Manifest {
        number: parent.map_or(1, |parent| parent.number + 1),
        platform: "corpus".to_owned(),
        connection: "corpus".to_owned(),
        purpose: Purpose::Backup,
        parent: parent.map(|parent| parent.id().unwrap()),
        tree: written.tree,
        started_at: 0,
        finished_at: 0,
        status: Status::Complete,
        counts: written.counts,
        coverage: Vec::new(),
        missing: Vec::new(),
        vanished: Vec::new(),
        containers: boards.into_iter().collect::<BTreeMap<_, _>>().into_iter().map(container).collect(),
        bytes: Bytes { records_plain: written.records_plain, blobs_plain: written.blobs_plain, stored: 0 },
        usage: Usage::default(),
        full_pass: false,
        left_out: LeftOut::default(),
    }
}

/// Compares the two oldest snapshots record by record.
pub(crate) fn diff(dir: &Path) {
    let vault = open(dir);
    let manifests = manifests(&vault);
    let [first, second, ..] = manifests.as_slice() else { panic!("there are no two snapshots") };
    let found = prolly::diff(&*vault, &first.tree, &second.tree, KeyRange::all()).map(Result::unwrap);
    println!("{} records differ", found.count());
}

/// Writes the second snapshot out as files, as they came: what a restore is to the peers.
pub(crate) fn export(dir: &Path, out: &Path, layout: &str) {
    let vault = open(dir);
    let all = manifests(&vault);
    let manifest = all.get(1).or(all.first()).expect("there is no snapshot");
    let chunks: Arc<dyn Chunks> = Arc::<Vault>::clone(&vault);
    let reader = Reader::new(Arc::clone(&chunks), manifest.tree);
    let records = AtomicUsize::new(0);
    in_parallel(reader.container_ids().unwrap(), |id| {
        let folder = out.join(id.as_str());
        let is_one_file = layout == "boards" && id.as_str() != corpus::ATTACHMENTS;
        fs::create_dir_all(if is_one_file { out } else { &folder }).unwrap();
        let mut board = Vec::new();
        for entry in reader.container_json(&id) {
            let (key, blob, json) = entry.unwrap();
            let path: PathBuf = folder.join(key.id.as_str());
            match blob {
                Blob::Stored(blob) => {
                    let mut file = fs::File::create(path).unwrap();
                    for piece in BlobReader::open(Arc::clone(&chunks), blob).unwrap() {
                        file.write_all(&piece.unwrap()).unwrap();
                    }
                }
                _ if is_one_file => {
                    board.extend_from_slice(if board.is_empty() { b"[\n" } else { b",\n" });
                    board.extend_from_slice(&json);
                }
                _ => fs::write(path, json).unwrap(),
            }
            records.fetch_add(1, Ordering::Relaxed);
        }
        if is_one_file {
            board.extend_from_slice(b"\n]\n");
            fs::write(folder.with_extension("json"), board).unwrap();
        }
    });
    println!("{} records", records.into_inner());
}

/// Verifies the vault, with or without reading all data.
pub(crate) fn verify(dir: &Path, read_data: bool) {
    let vault = open(dir);
    let report = vault.verify(read_data, &mut |_, _| {}).unwrap();
    assert!(report.damages.is_empty(), "{:?}", report.damages);
    println!("{} chunks", report.chunks);
}

/// Opens the vault, and nothing else.
pub(crate) fn open_only(dir: &Path) {
    drop(open(dir));
}

/// Reads single records all over the newest snapshot; prints the middle and the worst of a hundred, in
/// microseconds.
#[expect(clippy::disallowed_methods, reason = "it measures")]
pub(crate) fn point_reads(dir: &Path) {
    let vault = open(dir);
    let manifest = manifests(&vault).pop().expect("there is no snapshot");
    let chunks: Arc<dyn Chunks> = Arc::<Vault>::clone(&vault);
    let reader = Reader::new(chunks, manifest.tree);
    let keys: Vec<RecordKey> = reader.all().step_by(97).map(|record| record.unwrap().key).collect();
    let mut took: Vec<u128> = (0..POINT_READS)
        .map(|n| {
            let at = usize::try_from(n * 7_919 % keys.len() as u64).unwrap();
            let begin = std::time::Instant::now();
            assert!(reader.get(keys.get(at).unwrap()).unwrap().is_some());
            begin.elapsed().as_micros()
        })
        .collect();
    took.sort_unstable();
    let at = |hundredth: usize| took.get(took.len() * hundredth / 100).unwrap();
    println!("{} us in the middle, {} us at the 99th of a hundred", at(50), at(99));
}

/// Every operation once, over a corpus of a few records: shows that the bench works.
pub(crate) fn try_all() {
    let place = tempfile::tempdir().unwrap();
    let (vault, source) = (place.path().join("vault"), place.path().join("source"));
    fs::create_dir_all(source.join("records")).unwrap();
    fs::create_dir_all(source.join(corpus::ATTACHMENTS)).unwrap();
    for (round, name) in ["old", "new"].iter().enumerate() {
        let record = format!(
            "[\n{{\"id\":\"7\",\"name\":\"{name}\"}},\n{{\"id\":\"8\",\"kind\":{}}}\n]\n",
            Kind::Item.rank()
        );
        fs::write(source.join(format!("records/board_{round}.json")), record).unwrap();
        fs::write(source.join("attachments/a.bin"), name).unwrap();
        backup(&vault, &source);
    }
    diff(&vault);
    export(&vault, &place.path().join("out"), "files");
    export(&vault, &place.path().join("boards"), "boards");
    verify(&vault, true);
    point_reads(&vault);
    assert_eq!(fs::read_dir(place.path().join("out/board_1")).unwrap().count(), 2);
    assert!(place.path().join("boards/board_1.json").is_file());
}
