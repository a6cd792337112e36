//! Reading a vault back to find damage. Trusts the packs and the log, and holds the index against them.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::codec::MAX_DEPTH;
use super::error::VaultError;
use super::header_files;
use super::pack::{Found, Item, Position};
use super::reading::Content;
use super::vault::{Vault, Writer};
use crate::base::hash::Hash;

/// So many chunks are read side by side.
const SIDE_BY_SIDE: usize = 256;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub file: PathBuf,
    /// Where in the file, in bytes.
    pub offset: u64,
    /// The chunk that is affected, where that can be told.
    pub chunk: Option<Hash>,
    /// Which check failed.
    pub what: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerifyReport {
    /// Everything that is wrong; empty is good.
    pub damages: Vec<Damage>,
    /// Chunks that were looked at.
    pub chunks: u64,
    /// Packs that were read.
    pub packs: u64,
    /// Records of the catalogue log.
    pub records: u64,
    /// Whether every chunk was decrypted, decompressed and compared with its id, or only found.
    pub read_data: bool,
}

impl VerifyReport {
    fn damage(&mut self, file: &Path, offset: u64, chunk: Option<Hash>, what: impl Into<String>) {
        self.damages.push(Damage { file: file.to_owned(), offset, chunk, what: what.into() });
    }
}

impl Vault {
    /// Reads the vault back; nothing is written meanwhile. With `read_data` every chunk is opened and
    /// compared with its id, without it only the order of the files is checked. `progress` is told the
    /// bytes done and the bytes in all. Damage is reported, not returned as an error.
    pub fn verify(
        &self,
        read_data: bool,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<VerifyReport, VaultError> {
        let writer = self.lock_writer();
        let mut report = VerifyReport { read_data, ..VerifyReport::default() };
        self.verify_vault_file(&mut report)?;
        self.verify_log(&writer, &mut report)?;
        let packs = self.verify_sizes(&writer, &mut report)?;
        let total = writer.log.len() + packs.iter().map(|(_, len)| len).sum::<u64>();
        let mut done = writer.log.len();
        progress(done, total);
        let mut indexed = 0;
        for (pack, len) in packs {
            if len == 0 && (Position { pack, offset: 0 }) >= writer.log.acknowledged() {
                // A crash came between making the file and the first write to it; the next write goes on there.
                continue;
            }
            let told = &mut |offset| progress(done + offset, total);
            match self.verify_pack(pack, len, &mut report, told) {
                Ok(found) => indexed += found,
                // A disk that cannot read one file is no reason to leave the others unread.
                Err(VaultError::Io { what, source }) => {
                    report.damage(&self.files.path(pack), 0, None, format!("{what}: {source}"));
                }
                Err(other) => return Err(other),
            }
            report.packs += 1;
            done += len;
            progress(done, total);
        }
        if self.index.count()? > indexed {
            self.report_lost(&mut report)?;
        }
        Ok(report)
    }

    /// The chunks that the index has and the packs have not: most likely the end of a pack is gone.
    fn report_lost(&self, report: &mut VerifyReport) -> Result<(), VaultError> {
        for (place, id) in self.index.by_place()? {
            let path = self.files.path(place.pack);
            let found =
                self.files.len(place.pack).and_then(|len| self.files.item(place.pack, place.offset, len));
            let is_there =
                matches!(found, Ok(Some(Item::Chunk(found))) if (found.id, found.place) == (id, place));
            if !is_there {
                report.damage(&path, place.offset, Some(id), "a chunk that was stored here is gone");
            }
        }
        Ok(())
    }

    /// Looks at one pack; returns how many of its chunks the index has at their place.
    fn verify_pack(
        &self,
        pack: u32,
        len: u64,
        report: &mut VerifyReport,
        progress: &mut dyn FnMut(u64),
    ) -> Result<u64, VaultError> {
        let path = self.files.path(pack);
        if !self.files.has_file_header(pack)? {
            report.damage(&path, 0, None, "the file header is not that of this pack");
        }
        let mut indexed = 0;
        let mut waiting: Vec<Found> = Vec::new();
        self.files.each(pack, 0, len, &mut |item| {
            match item {
                Item::Gap { from, to } => {
                    report.damage(&path, from, None, format!("{} bytes are no chunk", to - from));
                }
                Item::Chunk(found) => waiting.push(found),
            }
            if waiting.len() >= SIDE_BY_SIDE {
                indexed += self.verify_chunks(&waiting, report, progress)?;
                waiting.clear();
            }
            Ok(true)
        })?;
        Ok(indexed + self.verify_chunks(&waiting, report, progress)?)
    }

    fn verify_vault_file(&self, report: &mut VerifyReport) -> Result<(), VaultError> {
        for name in header_files::COPIES {
            if header_files::read_copy(self.env.fs.as_ref(), &self.dir, name)?.is_err() {
                report.damage(&self.dir.join(name), 0, None, "this copy of the vault file is not whole");
            }
        }
        Ok(())
    }

    fn verify_log(&self, writer: &Writer, report: &mut VerifyReport) -> Result<(), VaultError> {
        match writer.log.verify(&self.keys) {
            Ok(records) => report.records = records,
            Err(VaultError::Damaged { file, offset, what }) => report.damage(&file, offset, None, what),
            Err(other) => return Err(other),
        }
        Ok(())
    }

    /// The packs that are there with their lengths. One that is missing, or shorter than it was when the
    /// log last vouched for it, is damage.
    fn verify_sizes(
        &self,
        writer: &Writer,
        report: &mut VerifyReport,
    ) -> Result<Vec<(u32, u64)>, VaultError> {
        let acknowledged = writer.log.acknowledged();
        let numbers = self.pack_numbers(writer)?;
        let last = numbers.last().copied().unwrap_or(0).max(acknowledged.pack);
        let removed = self.retired().removed.clone();
        let mut packs = Vec::new();
        for pack in (1..=last).filter(|pack| !removed.contains(pack)) {
            let path = self.files.path(pack);
            if numbers.binary_search(&pack).is_err() {
                report.damage(&path, 0, None, "the file is missing");
                continue;
            }
            let len = self.files.len(pack)?;
            if pack == acknowledged.pack && len < acknowledged.offset {
                report.damage(&path, len, None, "the file ends before what was stored in it");
            }
            packs.push((pack, len));
        }
        Ok(packs)
    }

    /// Looks at some chunks side by side; returns how many of them the index has at their place.
    fn verify_chunks(
        &self,
        chunks: &[Found],
        report: &mut VerifyReport,
        progress: &mut dyn FnMut(u64),
    ) -> Result<u64, VaultError> {
        let read_data = report.read_data;
        let look = |found: &Found| {
            let content = if read_data { self.check_content(found)?.map(drop) } else { Ok(()) };
            Ok::<_, VaultError>((self.index.get(&found.id)?, content))
        };
        let seen = chunks.par_iter().map(look).collect::<Result<Vec<_>, _>>()?;
        let mut indexed = 0;
        for (found, (known, content)) in chunks.iter().zip(seen) {
            report.chunks += 1;
            progress(found.place.end());
            if let Err(what) = content {
                report.damage(&self.files.path(found.place.pack), found.place.offset, Some(found.id), what);
            }
            if known.is_none() {
                let what = "the index does not know this chunk; run `boardvault rebuild-index`";
                report.damage(&self.dir.join("index"), 0, Some(found.id), what);
            }
            indexed += u64::from(known == Some(found.place));
        }
        Ok(indexed)
    }

    /// A chunk's frame and content, compared with its id, or what is wrong with it.
    pub(super) fn check_content(
        &self,
        found: &Found,
    ) -> Result<Result<(Vec<u8>, Content), String>, VaultError> {
        let Found { id, kind, place } = *found;
        let seals = self.keys.of_pack(place.pack)?;
        let frame = match self.files.open(&seals.chunks, kind, &id, place)? {
            Ok(frame) => frame,
            Err(what) => return Ok(Err(what.to_owned())),
        };
        // The writer may be locked, so an index that does not know a base is not built anew here.
        let find = &|id: &Hash| Ok(self.index.get(id)?);
        Ok(self.open_frame(kind, &frame, MAX_DEPTH, find).and_then(|content| {
            if self.keys.chunk_id(kind, &content.plain) == id {
                Ok((frame, content))
            } else {
                Err("its content has another id".to_owned())
            }
        }))
    }
}
