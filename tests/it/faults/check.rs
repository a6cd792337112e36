//! Whether a disk holds what was promised.

use std::sync::Arc;

use boardvault::snapshot::Manifest;
use boardvault::store::chunks::{ChunkError, ChunkKind, Chunks};
use boardvault::store::error::VaultError;
use boardvault::store::memory_disk::{MemoryDisk, State};
use boardvault::store::vault::Vault;

use super::tape::{self, Promised};
use super::workloads::{self, MANIFEST};

/// A kind of records that no workload writes.
const AFTERWARDS: u8 = 9;

/// Opens the vault without help, holds it against what was promised, opens it once more, writes, and opens it again.
/// So many times this was done before. Returns the disk as it is then.
pub(super) fn survives(state: &State, promised: &Promised, times: usize) -> Result<State, String> {
    let disk = MemoryDisk::new(state.clone());
    let (vault, notes) = match tape::open(&disk, 1_001) {
        Ok(opened) => opened,
        Err(VaultError::NotAVault(_)) if !promised.created => {
            let made = tape::create(&disk, 1_002).map_err(|error| format!("creating again: {error}"))?;
            (made, Vec::new())
        }
        Err(error) => return Err(format!("opening: {error}")),
    };
    if notes.iter().any(|note| note.contains("DAMAGE")) {
        return Err(format!("the first opening says {notes:?}"));
    }
    drop(vault);
    let vault = quiet(&disk, 1_003, &[UNFINISHED])?;
    let vault: Arc<Vault> = Arc::new(vault);
    holds(&vault, promised)?;
    let put = vault.put(ChunkKind::Node, b"afterwards").map_err(|error| format!("putting: {error}"))?;
    vault.append(AFTERWARDS, b"afterwards").map_err(|error| format!("appending: {error}"))?;
    drop(vault);
    let vault = quiet(&disk, 1_004, &[])?;
    let found = vault.entries(AFTERWARDS).map_err(|error| error.to_string())?.len();
    let read = vault.get(ChunkKind::Node, &put).map_err(|error| error.to_string())?;
    drop(vault);
    if (found, read.as_slice()) == (times + 1, b"afterwards") {
        Ok(disk.state())
    } else {
        Err(format!("of what was written afterwards there are {found} records and {read:?}"))
    }
}

/// Said until the next write, however often the vault is opened before.
const UNFINISHED: &str = "a rotation of the key was interrupted; the next write completes it";

/// An opening that finds nothing to repair, and has nothing to say but `allowed`.
fn quiet(disk: &MemoryDisk, seed: u64, allowed: &[&str]) -> Result<Vault, String> {
    match tape::open(disk, seed) {
        Ok((vault, notes)) if notes.iter().all(|note| allowed.contains(&note.as_str())) => Ok(vault),
        Ok((_, notes)) => Err(format!("a further opening says {notes:?}")),
        Err(error) => Err(format!("a further opening: {error}")),
    }
}

/// Whether everything promised is there, and nothing that was never written.
pub(super) fn holds(vault: &Arc<Vault>, promised: &Promised) -> Result<(), String> {
    let mut found = Vec::new();
    for kind in 1..AFTERWARDS {
        found.extend(vault.entries(kind).map_err(|error| format!("reading records: {error}"))?);
    }
    found.sort_by_key(|entry| entry.seq);
    if found.len() < promised.acknowledged || found.len() > promised.attempted.len() {
        return Err(format!("{} records, {} were acknowledged", found.len(), promised.acknowledged));
    }
    let mut sure = promised.chunks;
    for (entry, wanted) in found.iter().zip(&promised.attempted) {
        if (entry.kind, &entry.payload) != (wanted.kind, &wanted.payload) {
            return Err(format!("record {} is not the one that was written", entry.seq));
        }
        sure = sure.max(wanted.chunks);
    }
    for (at, (kind, id, plain)) in promised.all.iter().enumerate() {
        match vault.get(*kind, id) {
            Ok(read) if read == **plain => {}
            Ok(_) => return Err(format!("chunk {} has other bytes", id.short())),
            Err(ChunkError::Absent(_)) if at >= sure || promised.forgotten.contains(id) => {}
            Err(error) => return Err(format!("chunk {at}: {error}")),
        }
    }
    let chunks: Arc<dyn Chunks> = Arc::<Vault>::clone(vault);
    for entry in found.iter().filter(|entry| entry.kind == MANIFEST) {
        let manifest = Manifest::decode(&entry.payload).map_err(|error| error.to_string())?;
        workloads::read_back(&chunks, &manifest).map_err(|error| format!("a snapshot: {error}"))?;
    }
    let report = vault.verify(true, &mut |_, _| ()).map_err(|error| format!("verifying: {error}"))?;
    if report.damages.is_empty() { Ok(()) } else { Err(format!("verify finds {:?}", report.damages)) }
}
