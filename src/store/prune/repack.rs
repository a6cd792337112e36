//! Copying what is needed out of packs that are given up, and proving that it is elsewhere.

use std::collections::BTreeSet;

use super::{PackUse, Prune, PruneReport, numbers};
use crate::store::error::VaultError;
use crate::store::live::LiveSet;
use crate::store::pack::{Found, Item};
use crate::store::vault::Vault;

impl Prune<'_> {
    /// Copies what is needed out of `packs`; returns those of which everything is elsewhere now. Where the disk
    /// runs full, the others are left as they are.
    pub(super) fn copy_all(
        &self,
        packs: &[PackUse],
        live: &LiveSet,
        report: &mut PruneReport,
    ) -> Result<Vec<PackUse>, VaultError> {
        let leaving = self.leaving(packs);
        let mut done = Vec::new();
        for pack in packs {
            match self.vault.copy_needed(pack.number, live, &leaving) {
                Ok(copied) => {
                    report.copied_bytes += copied;
                    done.push(*pack);
                }
                Err(VaultError::DiskFull { .. }) => report.without_room += 1,
                Err(other) => return Err(other),
            }
        }
        Ok(done)
    }

    /// The numbers of `packs`, ascending, after it was made sure that every needed chunk in them lies in a pack
    /// that stays. This looks at record headers and not at anything that was decided before.
    pub(super) fn proven(&self, packs: &[PackUse], live: &LiveSet) -> Result<Vec<u32>, VaultError> {
        let leaving = self.leaving(packs);
        let numbers = numbers(packs);
        for number in &numbers {
            let len = self.vault.files.len(*number)?;
            self.vault.files.each(*number, 0, len, &mut |item| match item {
                Item::Gap { from, .. } => Err(self.vault.not_a_chunk(*number, from)),
                Item::Chunk(found) if live.contains(&found.id) && !self.vault.stays(&found, &leaving)? => {
                    Err(VaultError::NeededChunksMissing { count: 1 })
                }
                Item::Chunk(_) => Ok(true),
            })?;
        }
        Ok(numbers.into_iter().collect())
    }

    /// Packs on which nothing may rely: those that are doomed already and `packs`.
    fn leaving(&self, packs: &[PackUse]) -> BTreeSet<u32> {
        self.vault.retired().doomed.keys().copied().chain(numbers(packs)).collect()
    }
}

impl Vault {
    /// Whether the index has the chunk in a pack that is not `leaving`, and it is there.
    fn stays(&self, found: &Found, leaving: &BTreeSet<u32>) -> Result<bool, VaultError> {
        match self.index.get(&found.id)? {
            Some(place) if !leaving.contains(&place.pack) => self.files.holds(&Found { place, ..*found }),
            _ => Ok(false),
        }
    }

    /// Copies the needed chunks of a pack that lie in no other than those that are `leaving`; returns the bytes.
    fn copy_needed(&self, pack: u32, live: &LiveSet, leaving: &BTreeSet<u32>) -> Result<u64, VaultError> {
        let mut bytes = 0;
        let len = self.files.len(pack)?;
        self.files.each(pack, 0, len, &mut |item| {
            match item {
                Item::Gap { from, .. } => return Err(self.not_a_chunk(pack, from)),
                Item::Chunk(found) if live.contains(&found.id) && !self.stays(&found, leaving)? => {
                    bytes += self.copy(&found)?;
                }
                Item::Chunk(_) => {}
            }
            Ok(true)
        })?;
        Ok(bytes)
    }

    /// Appends a chunk to the newest pack once more. What is copied was read in full and compared with its id.
    fn copy(&self, found: &Found) -> Result<u64, VaultError> {
        let frame = match self.open_frame(found)? {
            Ok(frame) => frame,
            // The same chunk follows at the place that the index has, or is missed by the proof.
            Err(_) if self.index.get(&found.id)? != Some(found.place) => return Ok(0),
            Err(what) => {
                let file = self.files.path(found.place.pack);
                return Err(VaultError::damaged(&file, found.place.offset, what));
            }
        };
        let mut writer = self.writer()?;
        let place = writer.packs.append(
            &self.keys.chunks,
            self.env.random.as_ref(),
            found.kind,
            &found.id,
            &frame,
        )?;
        if self.index.add(found.id, place) {
            writer.packs.sync()?;
            self.checkpoint(writer.packs.position());
        }
        Ok(place.end() - place.offset)
    }
}
