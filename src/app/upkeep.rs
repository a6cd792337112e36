//! Checking the vault and mending its index.

use serde::Serialize;

use super::context::App;
use super::error::Error;
use super::progress::{News, Progress};
use super::snapshots;
use crate::platforms;
use crate::snapshot::verify::{Damage, Verifier};
use crate::store::vault::RebuildReport;

/// What a check of the vault showed.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// Chunks in the packs.
    pub chunks: u64,
    /// Pack files.
    pub packs: u64,
    /// Snapshots that were walked through.
    pub snapshots: u64,
    /// Whether every byte was read and checked.
    pub read_data: bool,
    /// What is damaged, in sentences that name file, offset, snapshot and record.
    pub damages: Vec<String>,
}

/// Checks that everything is there; with `read_data` reads, decrypts and checks every byte.
pub fn verify(app: &App, read_data: bool, progress: &dyn Progress) -> Result<Verified, Error> {
    progress.tell(News::Phase { what: "Checking packs and log".to_owned(), total: None });
    let report = app.vault.verify(read_data, &mut |_, _| {})?;
    let mut damages: Vec<String> = report.damages.iter().map(place).collect();
    let catalog = snapshots::catalog(app)?;
    let mut walked = 0;
    for found in catalog.newest_first() {
        progress.tell(News::Now(found.id.short()));
        let Some(platform) = platforms::find(&found.manifest.platform) else { continue };
        for damage in Verifier::new(app.chunks(), platform.dialect, read_data).verify(&found.manifest) {
            damages.push(format!("snapshot {}: {}", found.id.short(), sentence(&damage)));
        }
        walked += 1;
    }
    Ok(Verified { chunks: report.chunks, packs: report.packs, snapshots: walked, read_data, damages })
}

/// Builds the index anew from the packs and the log.
pub fn rebuild_index(app: &App) -> Result<RebuildReport, Error> {
    Ok(app.vault.rebuild_index()?)
}

fn place(damage: &crate::store::verify::Damage) -> String {
    format!("{} at byte {}: {}", damage.file.display(), damage.offset, damage.what)
}

fn sentence(damage: &Damage) -> String {
    let what = match (&damage.key, damage.records) {
        (Some(_), _) => damage.path.join(" / "),
        (None, records) => format!("{records} records of {}", damage.containers.join(", ")),
    };
    format!("{what} cannot be read: {}", damage.error)
}
