//! Every file of a small vault is damaged in every way. It is found, with the file and the place and the snapshots
//! that it concerns, or all answers stay the same byte for byte.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use boardvault::platforms;
use boardvault::snapshot::Manifest;
use boardvault::snapshot::verify::Verifier;
use boardvault::store::chunks::{ChunkKind, Chunks};
use boardvault::store::memory_disk::{MemoryDisk, State};
use boardvault::store::vault::Vault;
use rayon::prelude::*;

use crate::common::many;

use super::tape::{self, DIR, KEY, Promised, Tape};
use super::workloads;

/// A closed vault of two snapshots in several packs, one under each of two root keys, the second in words; some packs
/// are doomed. And what it held at each moment before.
struct Sample {
    tape: Tape,
    state: State,
    promised: Promised,
    manifests: Vec<Manifest>,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Sample {
    fn new() -> Self {
        Self::on(Tape::new(None), 1)
    }

    fn on(tape: Tape, seed: u64) -> Self {
        // The larger vault has some ten times the bits.
        let (cards, words, noise, pack) = if many() { (60, 200, 6_000, 7_000) } else { (4, 40, 150, 600) };
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let manifests = alone.install(|| {
            let vault = tape.create(seed).unwrap();
            vault.vault.limit_packs(pack);
            let first = workloads::backup_of(&vault, 1, None, (cards, noise)).unwrap();
            vault.rotate().unwrap();
            let taught = vault.in_words().unwrap();
            let second = workloads::backup_of(&taught, 2, Some(&first), (words, noise)).unwrap();
            assert!(!vault.vault.family_vocabularies().unwrap().is_empty(), "no words were learnt");
            // Two packs of the same length.
            let document =
                |n: u32| vault.put(ChunkKind::Document, &workloads::noise(90 + n, noise + 300)).unwrap();
            let needed = tape.put_so_far().into_iter().chain([document(0), document(1)]).collect::<Vec<_>>();
            document(2);
            vault.append(4, b"the end").unwrap();
            let report = vault.prune(&needed).unwrap();
            assert!(report.doomed > 0, "no pack is doomed");
            vec![first, second]
        });
        let state = tape.disk().state();
        let files = vault_files(&state);
        let promised = tape.promised(tape.disk().changes());
        Self { tape, state, promised, manifests, files }
    }

    /// The vault with other bytes, or none, in place of one of its files.
    fn with(&self, path: &Path, bytes: Option<Vec<u8>>) -> State {
        let mut state = self.state.clone();
        state.put(path, bytes);
        state
    }

    /// Where the record begins that holds this byte of a file; for the log and the vault file 0 will do, as nothing
    /// behind a flaw in them is read.
    fn record(&self, path: &Path, at: usize) -> u64 {
        let bytes = &self.files[path];
        let begins = |start: &usize| bytes[*start..].starts_with(b"BVCR");
        (0..=at.min(bytes.len() - 1)).rev().find(begins).unwrap_or(0) as u64
    }
}

fn vault_files(state: &State) -> BTreeMap<PathBuf, Vec<u8>> {
    state.listing().into_iter().filter(|(path, _)| path.starts_with(DIR)).collect()
}

/// One damage.
struct Case {
    how: String,
    path: PathBuf,
    /// The other file that was changed.
    other: Option<PathBuf>,
    changed: Range<usize>,
    state: State,
}

impl Case {
    fn new(how: impl Into<String>, path: &Path, changed: Range<usize>, state: State) -> Self {
        Self { how: how.into(), path: path.to_owned(), other: None, changed, state }
    }

    /// Whether an error points at what was damaged. A chunk that is gone has no place any more.
    fn is_named_in(&self, error: &str) -> bool {
        let named = |path: &Path| error.contains(&*path.file_name().unwrap().to_string_lossy());
        named(&self.path) || self.other.as_deref().is_some_and(named) || error.contains("is not in the vault")
    }
}

/// What came of a damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// The vault does not open, and says which file is to blame.
    Refused,
    /// The opening or the verification says which file is to blame.
    Found,
    /// All answers are the same.
    Harmless,
}

/// Opens a damaged vault and asks it for everything.
fn judge(sample: &Sample, case: &Case) -> Result<Verdict, String> {
    let disk = MemoryDisk::new(case.state.clone());
    let (vault, notes) = match tape::open(&disk, 1_001) {
        Ok(opened) => opened,
        Err(error) if case.is_named_in(&error.to_string()) => return Ok(Verdict::Refused),
        Err(error) => return Err(format!("the refusal does not name the file: {error}")),
    };
    let vault = Arc::new(vault);
    let wrong = wrong_answers(sample, &vault)?;
    if let Some(elsewhere) = wrong.iter().find(|error| !case.is_named_in(error)) {
        return Err(format!("the error does not name the file: {elsewhere}"));
    }
    let report = vault.verify(true, &mut |_, _| ()).map_err(|error| format!("verifying: {error}"))?;
    let range = sample.record(&case.path, case.changed.start)..case.changed.end.max(1) as u64;
    let at_place = report.damages.iter().any(|at| at.file == case.path && range.contains(&at.offset));
    let is_noted = notes.iter().any(|note| case.is_named_in(note));
    concerned(sample, &vault)?;
    match (at_place || is_noted, wrong.is_empty()) {
        (true, _) => Ok(Verdict::Found),
        (false, true) if report.damages.is_empty() => Ok(Verdict::Harmless),
        _ => Err(format!("wrong answers {wrong:?}, damages {:?}, notes {notes:?}", report.damages)),
    }
}

/// The errors of those answers that are errors now. An answer that is another one is a failure.
fn wrong_answers(sample: &Sample, vault: &Vault) -> Result<Vec<String>, String> {
    let mut errors = Vec::new();
    for (kind, id, plain) in &sample.promised.all {
        match vault.get(*kind, id) {
            Ok(read) if read == **plain => {}
            Ok(_) => return Err(format!("chunk {} has other bytes", id.short())),
            Err(error) => errors.push(error.to_string()),
        }
    }
    let mut found = Vec::new();
    for kind in [workloads::MANIFEST, 4] {
        found.extend(vault.entries(kind).map_err(|error| error.to_string())?);
    }
    let wanted = &sample.promised.attempted;
    if !found.iter().map(|entry| &entry.payload).eq(wanted.iter().map(|entry| &entry.payload)) {
        return Err("the log has other records".to_owned());
    }
    Ok(errors)
}

/// The snapshots that cannot be read are those in which a verification finds damage.
fn concerned(sample: &Sample, vault: &Arc<Vault>) -> Result<(), String> {
    let chunks: Arc<dyn Chunks> = Arc::<Vault>::clone(vault);
    let dialect = platforms::find("trello").unwrap().dialect;
    let mut verifier = Verifier::new(Arc::clone(&chunks), dialect, true);
    for manifest in &sample.manifests {
        let read = workloads::read_back(&chunks, manifest);
        let damages = verifier.verify(manifest);
        if read.is_ok() != damages.is_empty() {
            return Err(format!("snapshot {}: {read:?}, but {damages:?}", manifest.number));
        }
    }
    Ok(())
}

/// Judges all cases of one kind of damage and tells how they came out.
fn judge_all(what: &str, sample: &Sample, cases: impl ParallelIterator<Item = Case>) {
    let tally = Mutex::new(BTreeMap::<Verdict, usize>::new());
    let failed = cases.find_map_any(|case| match judge(sample, &case) {
        Ok(verdict) => {
            *tally.lock().unwrap().entry(verdict).or_default() += 1;
            None
        }
        Err(wrong) => Some(format!("{}: {}: {wrong}", case.path.display(), case.how)),
    });
    assert_eq!(failed, None);
    let tally = tally.into_inner().unwrap();
    println!("{what}: {} cases, {tally:?}", tally.values().sum::<usize>());
    assert!(!tally.is_empty());
}

#[test]
fn every_flipped_bit_is_found_or_harmless() {
    let sample = Sample::new();
    let bits: Vec<_> = sample
        .files
        .iter()
        .flat_map(|(path, bytes)| (0..bytes.len() * 8).map(move |bit| (path, bytes, bit)))
        .collect();
    let cases = bits.par_iter().map(|(path, bytes, bit)| {
        let mut bytes = (*bytes).clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let state = sample.with(path, Some(bytes));
        Case::new(format!("bit {bit}"), path, bit / 8..bit / 8 + 1, state)
    });
    judge_all("flipped bits", &sample, cases);
}

#[test]
fn every_length_that_a_file_is_cut_to_is_found_or_harmless() {
    let sample = Sample::new();
    let mut cases = Vec::new();
    for (path, bytes) in &sample.files {
        for len in 0..bytes.len() {
            let state = sample.with(path, Some(bytes[..len].to_vec()));
            cases.push(Case::new(format!("cut to {len}"), path, len..bytes.len() + 1, state));
        }
        cases.push(Case::new("removed", path, 0..bytes.len(), sample.with(path, None)));
    }
    judge_all("cut files", &sample, cases.into_par_iter());
}

#[test]
fn every_zeroed_sector_is_found_or_harmless() {
    let sample = Sample::new();
    let mut cases = Vec::new();
    for (path, bytes) in &sample.files {
        for start in (0..bytes.len()).step_by(512) {
            let end = bytes.len().min(start + 512);
            let mut zeroed = bytes.clone();
            zeroed[start..end].fill(0);
            let state = sample.with(path, Some(zeroed));
            cases.push(Case::new(format!("zeros from {start} to {end}"), path, start..end, state));
        }
    }
    judge_all("zeroed sectors", &sample, cases.into_par_iter());
}

#[test]
fn two_files_of_one_length_that_change_places_are_found_or_harmless() {
    let sample = Sample::new();
    let mut cases = Vec::new();
    for (one, bytes) in &sample.files {
        for (other, others) in sample.files.iter().filter(|(_, others)| others.len() == bytes.len()) {
            if one != other {
                let mut state = sample.with(one, Some(others.clone()));
                state.put(other, Some(bytes.clone()));
                let how = format!("swapped with {}", other.display());
                let case = Case::new(how, one, 0..bytes.len(), state);
                cases.push(Case { other: Some(other.clone()), ..case });
            }
        }
    }
    assert!(cases.iter().any(|case| case.path.extension().is_some_and(|it| it == "pack")));
    judge_all("swapped files", &sample, cases.into_par_iter());
}

#[test]
fn a_file_of_another_vault_is_found() {
    let sample = Sample::new();
    // It has the same key file: somebody keeps one for all vaults.
    let mut state = Tape::new(None).disk().state();
    state.put(Path::new(KEY), Some(sample.state.listing()[Path::new(KEY)].clone()));
    let other = Sample::on(Tape::on(state, None), 77);
    let mut cases = Vec::new();
    for (path, bytes) in &other.files {
        let len = sample.files.get(path).map_or(0, Vec::len);
        cases.push(Case::new("of another vault", path, 0..len, sample.with(path, Some(bytes.clone()))));
    }
    judge_all("files of another vault", &sample, cases.into_par_iter());
}

#[test]
fn every_older_version_of_a_file_is_found_or_harmless() {
    let sample = Sample::new();
    let mut cases = Vec::new();
    let mut state = Tape::new(None).disk().state();
    for (done, op) in sample.tape.disk().trace().iter().enumerate() {
        state.apply(op).unwrap();
        for (path, bytes) in vault_files(&state) {
            let Some(now) = sample.files.get(&path).filter(|now| **now != bytes) else { continue };
            let changed = bytes.len()..now.len() + 1;
            cases.push(Case::new(
                format!("as of change {done}"),
                &path,
                changed,
                sample.with(&path, Some(bytes)),
            ));
        }
    }
    judge_all("older versions", &sample, cases.into_par_iter());
}

#[test]
fn an_index_of_any_earlier_moment_changes_no_answer() {
    let sample = Sample::new();
    let mut past = Tape::new(None).disk().state();
    for (done, op) in sample.tape.disk().trace().iter().enumerate() {
        past.apply(op).unwrap();
        let mut state = sample.state.clone();
        state.take_index(&past);
        let (vault, _) = tape::open(&MemoryDisk::new(state), 1_001).unwrap();
        assert_eq!(wrong_answers(&sample, &vault), Ok(Vec::new()), "as of change {done}");
        assert_eq!(vault.verify(true, &mut |_, _| ()).unwrap().damages, [], "as of change {done}");
    }
}

/// The index is a second witness of the log's length. Without it only the shape of a flaw tells damage from the torn
/// end of a crash: a last record of which the disk has kept zeros.
#[test]
fn without_an_index_every_flipped_bit_of_the_log_is_refused_unless_it_looks_torn() {
    let sample = Sample::new();
    let path = Path::new(DIR).join("catalogue.log");
    let whole = &sample.files[&path];
    (0..whole.len() * 8).into_par_iter().for_each(|bit| {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let looks_torn = bytes.last() == Some(&0);
        let mut state = sample.with(&path, Some(bytes));
        state.take_index(&State::default());
        match tape::open(&MemoryDisk::new(state), 1_001) {
            Err(error) => assert!(error.to_string().contains("catalogue.log"), "bit {bit}: {error}"),
            Ok((_, notes)) => {
                assert!(looks_torn, "bit {bit}: {notes:?}");
                assert!(notes.iter().any(|note| note.contains("kept in")), "bit {bit}: {notes:?}");
            }
        }
    });
}
