//! Doing what was worked out, in an order in which nothing is lost wherever it breaks off.

use std::collections::BTreeSet;

use super::needs::{Needed, Rests};
use super::repack::Siblings;
use super::{PackUse, Prune, PrunePlan, PruneReport, numbers};
use crate::store::error::VaultError;
use crate::store::live::LiveSet;
use crate::store::pack::Item;
use crate::store::retired::Step;

/// What a decision about packs is made from.
struct Ground<'a> {
    live: &'a LiveSet,
    rests: &'a Rests,
    /// Packs on which nothing may rely besides those in question.
    leaving: BTreeSet<u32>,
}

impl Ground<'_> {
    /// What is needed, and the packs in which it does not help to have it, when these packs leave as well.
    fn without(&self, packs: &[PackUse]) -> (Needed<'_>, BTreeSet<u32>) {
        let leaving = &self.leaving | &numbers(packs);
        (Needed::while_gone(self.live, self.rests, &leaving), leaving)
    }
}

impl Prune<'_> {
    /// Carries out what [`plan`](Self::plan) has found for the same `live`. A prune that is interrupted anywhere
    /// leaves copies at worst, which the next one counts as dead.
    pub fn run(self, live: &LiveSet, plan: &PrunePlan) -> Result<PruneReport, VaultError> {
        let mut report = PruneReport {
            waiting: plan.waiting.len() as u64,
            waiting_bytes: plan.waiting.iter().map(|pack| pack.bytes).sum(),
            ..PruneReport::default()
        };
        let cycle = self.retired.cycle.saturating_add(1);
        // No copy shall end up in a pack that is given up itself.
        self.vault.writer()?.packs.leave(&numbers(&plan.doom))?;

        // A pack that is doomed and waits is there when others are gone, so it may be relied upon here.
        let ground = Ground { live, rests: &plan.rests, leaving: BTreeSet::new() };
        // What needs no copy goes first: it makes room for the copies of the others.
        let free = self.provable(&plan.remove, &ground)?;
        self.remove(&free, cycle, &mut report)?;
        let rest: Vec<PackUse> = plan.remove.iter().filter(|pack| !free.contains(pack)).copied().collect();
        let ground = Ground { leaving: numbers(&free), ..ground };
        let rescued = self.empty(&rest, &ground, &mut report)?;
        self.remove(&rescued, cycle, &mut report)?;

        let ground = Ground { leaving: self.retired.doomed.keys().copied().collect(), ..ground };
        let doomed = self.empty(&plan.doom, &ground, &mut report)?;
        if !doomed.is_empty() || !self.vault.retired().doomed.is_empty() {
            let packs = numbers(&doomed).into_iter().collect();
            self.vault.log_step(&mut *self.vault.writer()?, &Step::Doomed { cycle, packs })?;
        }
        report.doomed = doomed.len() as u64;
        report.doomed_bytes = doomed.iter().map(|pack| pack.bytes).sum();
        Ok(report)
    }

    /// Copies what is needed out of packs; returns those that nothing relies on any more. Where the disk runs full
    /// that may not be all.
    fn empty(
        &self,
        packs: &[PackUse],
        ground: &Ground<'_>,
        report: &mut PruneReport,
    ) -> Result<Vec<PackUse>, VaultError> {
        let (needed, leaving) = ground.without(packs);
        let mut siblings = Siblings::default();
        let mut is_full = false;
        for pack in packs {
            match self.vault.copy_needed(pack.number, &needed, &leaving, &mut siblings) {
                Ok(copied) => report.copied_bytes += copied,
                Err(VaultError::DiskFull { .. }) => is_full = true,
                Err(other) => return Err(other),
            }
        }
        let emptied = self.provable(packs, ground)?;
        let left = (packs.len() - emptied.len()) as u64;
        if left > 0 && !is_full {
            return Err(VaultError::NeededChunksMissing { count: left });
        }
        report.without_room += left;
        Ok(emptied)
    }

    /// Those of `packs` that can go together: every chunk in them that is needed when they are gone lies in a pack
    /// that stays. This looks at record headers and not at anything that was decided before.
    fn provable(&self, packs: &[PackUse], ground: &Ground<'_>) -> Result<Vec<PackUse>, VaultError> {
        let mut packs = packs.to_vec();
        loop {
            let (needed, leaving) = ground.without(&packs);
            let mut proven = Vec::new();
            for pack in &packs {
                if self.is_elsewhere(pack.number, &needed, &leaving)? {
                    proven.push(*pack);
                }
            }
            if proven.len() == packs.len() {
                return Ok(proven);
            }
            // One that stays after all needs what its chunks rest on.
            packs = proven;
        }
    }

    fn is_elsewhere(
        &self,
        pack: u32,
        needed: &Needed<'_>,
        leaving: &BTreeSet<u32>,
    ) -> Result<bool, VaultError> {
        let mut all = true;
        let len = self.vault.files.len(pack)?;
        self.vault.files.each(pack, 0, len, &mut |item| {
            match item {
                Item::Gap { from, .. } => return Err(self.vault.not_a_chunk(pack, from)),
                Item::Chunk(found) => {
                    all = !needed.contains(&found.id) || self.vault.stays(&found, leaving)?;
                }
            }
            Ok(all)
        })?;
        Ok(all)
    }

    /// Deletes packs after the log says durably that they are not to be missed.
    fn remove(&self, packs: &[PackUse], cycle: u64, report: &mut PruneReport) -> Result<(), VaultError> {
        if packs.is_empty() {
            return Ok(());
        }
        let mut writer = self.vault.writer()?;
        let going: Vec<u32> = numbers(packs).into_iter().collect();
        self.vault.log_step(&mut writer, &Step::Removed { cycle, packs: going.clone() })?;
        self.vault.files.remove(&going)?;
        // The index still knows the dead chunks of these packs, and sled never gives room back.
        self.vault.rebuild(&mut writer)?;
        report.removed += packs.len() as u64;
        report.removed_bytes += packs.iter().map(|pack| pack.bytes).sum::<u64>();
        Ok(())
    }
}
