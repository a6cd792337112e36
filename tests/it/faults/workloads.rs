//! The table of what is interrupted.

use std::collections::BTreeMap;
use std::sync::Arc;

use boardvault::model::{Blob, Kind, Record, RecordKey};
use boardvault::snapshot::{BlobWriter, Manifest, SnapshotWriter};
use boardvault::store::chunks::{ChunkKind, Chunks};
use serde_json::json;

use super::tape::{Spy, Stop, Tape};
use crate::common::manifests;

/// The kind of the log's records that describe snapshots.
pub(super) const MANIFEST: u8 = 1;
/// A kind of records that describe nothing.
const NOTE: u8 = 4;

/// Something that a vault is used for.
pub(super) struct Workload {
    pub(super) name: &'static str,
    /// Makes its preparations, calls [`Tape::begin`], and works.
    pub(super) run: fn(&Tape) -> Result<(), Stop>,
    /// Few enough changes for a second power cut after every change of every recovery.
    pub(super) short: bool,
}

pub(super) static ALL: &[Workload] = &[
    Workload { name: "create", run: create, short: true },
    Workload { name: "chunks", run: chunks, short: true },
    Workload { name: "packs", run: packs, short: false },
    Workload { name: "catalogue", run: catalogue, short: true },
    Workload { name: "first-backup", run: first_backup, short: false },
    Workload { name: "incremental", run: incremental, short: false },
    Workload { name: "rebuild", run: rebuild, short: true },
    Workload { name: "key-change", run: key_change, short: true },
    Workload { name: "prune", run: prune, short: false },
];

/// Runs a workload. Trees are written by one thread, so that every run makes the same changes in the same order.
pub(super) fn run(workload: &Workload, tape: &Tape) -> Result<(), Stop> {
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    alone.install(|| (workload.run)(tape))
}

fn create(tape: &Tape) -> Result<(), Stop> {
    tape.begin();
    drop(tape.create(1)?);
    Ok(tape.open(2)?.append(NOTE, b"after the first opening")?)
}

/// Content that no compression makes shorter, so that sectors can tear.
pub(super) fn noise(seed: u32, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

fn chunks(tape: &Tape) -> Result<(), Stop> {
    drop(tape.create(1)?);
    tape.begin();
    let vault = tape.open(2)?;
    for n in 0..4 {
        vault.put(ChunkKind::Piece, &noise(n, 1500 + 700 * n as usize))?;
    }
    vault.sync()?;
    vault.put(ChunkKind::Node, b"short")?;
    vault.put(ChunkKind::Piece, &noise(1, 2200))?;
    vault.append(NOTE, &noise(9, 900))?;
    vault.put(ChunkKind::Document, &noise(7, 600))?;
    drop(vault);
    let vault = tape.open(3)?;
    vault.put(ChunkKind::Document, &noise(7, 600))?;
    Ok(vault.append(NOTE, b"last")?)
}

/// Several packs, of which one is begun before what lies in the one before it was acknowledged.
fn packs(tape: &Tape) -> Result<(), Stop> {
    drop(tape.create(1)?);
    tape.begin();
    let vault = tape.open(2)?;
    vault.vault.limit_packs(4_000);
    for n in 0..12 {
        vault.put(ChunkKind::Piece, &noise(n, 900 + 100 * n as usize))?;
        if n % 5 == 4 {
            vault.append(NOTE, &noise(n, 40))?;
        }
    }
    drop(vault);
    let vault = tape.open(3)?;
    vault.vault.limit_packs(4_000);
    vault.put(ChunkKind::Piece, &noise(20, 3_000))?;
    vault.put(ChunkKind::Piece, &noise(21, 3_000))?;
    Ok(vault.append(NOTE, b"last")?)
}

fn catalogue(tape: &Tape) -> Result<(), Stop> {
    let vault = tape.create(1)?;
    vault.put(ChunkKind::Node, b"referred to")?;
    tape.begin();
    for n in 0..8 {
        vault.append(NOTE, &noise(n, 150 * n as usize))?;
    }
    Ok(())
}

fn first_backup(tape: &Tape) -> Result<(), Stop> {
    let vault = tape.create(1)?;
    tape.begin();
    vault.vault.limit_packs(20_000);
    backup(&vault, 1, None).map(drop)
}

fn incremental(tape: &Tape) -> Result<(), Stop> {
    let vault = tape.create(1)?;
    let base = backup(&vault, 1, None)?;
    drop(vault);
    tape.begin();
    let vault = tape.open(2)?;
    let second = backup(&vault, 2, Some(&base))?;
    backup(&vault, 3, Some(&second)).map(drop)
}

fn rebuild(tape: &Tape) -> Result<(), Stop> {
    let vault = tape.create(1)?;
    backup(&vault, 1, None)?;
    tape.begin();
    vault.vault.rebuild_index()?;
    vault.append(NOTE, b"rebuilt")?;
    drop(vault);
    Ok(tape.open(2)?.append(NOTE, b"opened")?)
}

fn backup(vault: &Arc<Spy>, number: u32, base: Option<&Manifest>) -> Result<Manifest, Stop> {
    backup_of(vault, number, base, (300, 90_000))
}

/// What was stored under the old key stays readable, and what comes is stored under the new one.
fn key_change(tape: &Tape) -> Result<(), Stop> {
    let vault = tape.create(1)?;
    vault.put(ChunkKind::Piece, &noise(1, 900))?;
    vault.append(NOTE, b"under the first key")?;
    vault.put(ChunkKind::Piece, &noise(2, 900))?;
    tape.begin();
    vault.rotate()?;
    vault.put(ChunkKind::Piece, &noise(3, 900))?;
    vault.append(NOTE, b"under the second key")?;
    drop(vault);
    let vault = tape.open(2)?;
    vault.rotate()?;
    Ok(vault.append(NOTE, b"under the third key")?)
}

/// Packs are doomed and deleted, chunks that are needed are copied, one of them rests on one that nobody needs.
fn prune(tape: &Tape) -> Result<(), Stop> {
    let vault = tape.create(1)?;
    vault.vault.limit_packs(3_000);
    let pieces = (0..9).map(|n| vault.put(ChunkKind::Piece, &noise(n, 800)));
    let pieces: Vec<_> = pieces.collect::<Result<_, _>>()?;
    let page = |last: &str| [&noise(99, 1_500), last.as_bytes()].concat();
    let base = vault.put(ChunkKind::Node, &page("old"))?;
    let newer = vault.put_replacing(ChunkKind::Node, &page("newer"), &base)?;
    vault.append(NOTE, b"all of it")?;
    tape.begin();
    let needed = [pieces[0], pieces[4], pieces[5], newer];
    let doomed = vault.prune(&needed)?.doomed;
    vault.append(NOTE, b"between the prunes")?;
    drop(vault);
    let vault = tape.open(2)?;
    vault.vault.limit_packs(3_000);
    let removed = vault.prune(&needed)?.removed;
    assert!(doomed > 1 && removed > 1, "{doomed} packs doomed and {removed} removed prove little");
    vault.put(ChunkKind::Piece, &noise(1, 800))?;
    Ok(vault.append(NOTE, b"after the prunes")?)
}

/// A snapshot of a small account that is another one each time: some changed cards, a new one, a new file. `size` is
/// the number of cards and the length of the file.
pub(super) fn backup_of(
    vault: &Arc<Spy>,
    number: u32,
    base: Option<&Manifest>,
    size: (u32, usize),
) -> Result<Manifest, Stop> {
    let chunks: Arc<dyn Chunks> = Arc::<Spy>::clone(vault);
    let mut file = BlobWriter::new(Arc::clone(&chunks));
    file.write(&noise(number, size.1))?;
    let blob = file.finish()?;
    let card = |n: u32| {
        let text = format!("card {n} as of {}", if n % 64 == number { number } else { 0 });
        let native = json!({"name": text, "desc": "all work and no play ".repeat(4), "idList": "l1"});
        Record { key: RecordKey::new("b1", Kind::Item, format!("c{n:03}")), native, blob: Blob::None }
    };
    let attachment = Record {
        key: RecordKey::new("b1", Kind::Attachment, format!("a{number}")),
        native: json!({"idCard": "c001", "name": "file"}),
        blob: Blob::Stored(blob),
    };
    let records: Vec<_> = (0..size.0 + number).map(card).chain([attachment]).collect();
    let writer = SnapshotWriter::new(Arc::clone(&chunks), base)?;
    writer.replace_container("b1".into(), &records)?;
    let written = writer.finish()?;
    let manifest =
        Manifest { number: number.into(), finished_at: number.into(), ..manifests::complete(written, base) };
    vault.append(MANIFEST, &manifest.encode()?)?;
    Ok(manifest)
}

/// How many records a snapshot has when all of it can be read, attachments included.
pub(super) fn read_back(chunks: &Arc<dyn Chunks>, manifest: &Manifest) -> Result<u64, Stop> {
    let reader = boardvault::snapshot::Reader::new(Arc::clone(chunks), manifest.tree);
    let mut counts: BTreeMap<Kind, u64> = BTreeMap::new();
    for record in reader.all() {
        let record = record?;
        *counts.entry(record.key.kind).or_default() += 1;
        if let Blob::Stored(blob) = record.blob {
            for piece in boardvault::snapshot::BlobReader::open(Arc::clone(chunks), blob)? {
                piece?;
            }
        }
    }
    if counts != manifest.counts {
        return Err(format!("the snapshot says {:?} and has {counts:?}", manifest.counts).into());
    }
    Ok(counts.values().sum())
}
