//! A real process is killed while it writes, again and again on the same vault, and what it had been told is there.
//!
//! `BOARDVAULT_KILLS=20000` kills more often.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use boardvault::base::hash::Hash;
use boardvault::base::ids::{Random, SeededRandom};
use boardvault::store::chunks::{ChunkKind, Chunks};
use boardvault::store::unlock::Unlock;
use boardvault::store::vault::{Env, Vault};

use super::number;
use super::workloads::noise;

const ROUNDS: u64 = 500;
/// Vaults are begun anew so that looking at all of one does not take longer and longer.
const ROUNDS_EACH: u64 = 25;
/// Where the child finds its vault; absent in the process that kills.
const FOLDER: &str = "BOARDVAULT_TEST_CHILD";
/// What the child is to do, if it is not to write.
const ROLE: &str = "BOARDVAULT_TEST_ROLE";
/// No child writes more records.
const MOST: u32 = 2_000;
const OPENING: &str = "opening";
const ACKNOWLEDGED: &str = "acknowledged ";
const KIND: u8 = 4;

fn key(folder: &Path) -> Unlock {
    Unlock::KeyFile(folder.join("key"))
}

/// The process that is killed; also the writer and the reader of `tests/power_cut.sh`. Run as a test among the
/// others, it does nothing.
#[test]
fn the_child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    match std::env::var(ROLE).as_deref() {
        Ok("create") => drop(Vault::create(&folder.join("vault"), Env::system(), &key(&folder)).unwrap()),
        Ok("look") => {
            let told = u32::try_from(number("BOARDVAULT_TEST_TOLD", 0)).unwrap();
            println!("\nfound {}", look(&folder, told, 0));
        }
        _ => write(&folder),
    }
}

fn write(folder: &Path) {
    let tell = |what: &str| {
        let mut out = std::io::stdout().lock();
        // Nobody reads any more once the parent has what it wants.
        let _ = writeln!(out, "\n{what}").and_then(|()| out.flush());
    };
    tell(OPENING);
    let (vault, _) = Vault::open(&folder.join("vault"), Env::system(), &key(folder)).unwrap();
    vault.limit_packs(60_000);
    let written = u32::try_from(vault.entries(KIND).unwrap().len()).unwrap();
    for n in written..written + MOST {
        let id = vault.put(ChunkKind::Piece, &content(n)).unwrap();
        if n % 3 == 0 {
            vault.put(ChunkKind::Document, &noise(n, 100)).unwrap();
        }
        vault.append(KIND, &[n.to_le_bytes().as_slice(), &id.0].concat()).unwrap();
        tell(&format!("{ACKNOWLEDGED}{}", n + 1));
    }
}

/// What record `n` refers to. The sizes differ so that the kills hit different moments.
fn content(n: u32) -> Vec<u8> {
    noise(n, 50 + (n as usize * 2_654_435) % 40_000)
}

/// Starts a child, kills it after the line `patience` (counted from 0, the first before it opens the vault), and
/// returns how many records it had been told of.
fn killed_child(folder: &Path, patience: u64) -> u32 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["faults::kill::the_child", "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = 0;
    let mut seen = 0;
    let mut take = |line: &str| {
        if let Some(count) = line.trim().strip_prefix(ACKNOWLEDGED) {
            // The last line may have been cut off by the kill.
            acknowledged = if line.ends_with('\n') { count.parse().unwrap() } else { acknowledged };
        }
        line.trim() == OPENING || line.starts_with(ACKNOWLEDGED)
    };
    let mut line = String::new();
    while lines.read_line(&mut line).unwrap() > 0 {
        seen += u64::from(take(&line));
        if seen > patience {
            break;
        }
        line.clear();
    }
    child.kill().unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    for line in rest.split_inclusive('\n') {
        take(line);
    }
    child.wait().unwrap();
    acknowledged
}

/// Opens the vault and looks at everything; returns how many records it has.
fn look(folder: &Path, acknowledged: u32, round: u64) -> u32 {
    let (vault, notes) = Vault::open(&folder.join("vault"), Env::system(), &key(folder))
        .unwrap_or_else(|error| panic!("round {round}: {error}"));
    assert!(!notes.iter().any(|note| note.contains("DAMAGE")), "round {round}: {notes:?}");
    let entries = vault.entries(KIND).unwrap();
    for (n, entry) in (0_u32..).zip(&entries) {
        let (number, id) = entry.payload.split_first_chunk::<4>().unwrap();
        assert_eq!(u32::from_le_bytes(*number), n, "round {round}: a record is missing or there twice");
        let id = Hash(id.try_into().unwrap());
        assert_eq!(vault.get(ChunkKind::Piece, &id).unwrap(), content(n), "round {round}: record {n}");
    }
    let found = u32::try_from(entries.len()).unwrap();
    assert!(found >= acknowledged, "round {round}: {acknowledged} were acknowledged, {found} are there");
    assert_eq!(vault.verify(true, &mut |_, _| ()).unwrap().damages, [], "round {round}");
    found
}

#[test]
fn a_process_that_is_killed_loses_nothing_that_it_was_told() {
    let random = SeededRandom::new(number("BOARDVAULT_SEED", 0));
    let rounds = number("BOARDVAULT_KILLS", ROUNDS);
    let (mut acknowledged, mut unheard) = (0_u64, 0_u64);
    let mut place: Option<(tempfile::TempDir, u32)> = None;
    for round in 0..rounds {
        let (folder, known) = place.take().filter(|_| round % ROUNDS_EACH != 0).unwrap_or_else(|| {
            let folder =
                tempfile::tempdir_in(if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "." }).unwrap();
            drop(Vault::create(&folder.path().join("vault"), Env::system(), &key(folder.path())).unwrap());
            (folder, 0)
        });
        let mut patience = [0];
        random.fill(&mut patience).unwrap();
        let told = killed_child(folder.path(), u64::from(patience[0] % 8)).max(known);
        let found = look(folder.path(), told, round);
        acknowledged += u64::from(told - known);
        unheard += u64::from(found - told);
        place = Some((folder, found));
    }
    println!("{rounds} kills, {acknowledged} acknowledged records, {unheard} that were there unheard");
    assert!(acknowledged > rounds);
}
