//! Working out what to do: which packs go, and which are given up.

use std::collections::BTreeSet;

use super::needs::{Needed, Rests};
use super::{PackUse, Prune, PrunePlan, choose, numbers};
use crate::store::error::VaultError;
use crate::store::live::LiveSet;
use crate::store::pack::{FILE_HEADER, Found, Item};

impl Prune<'_> {
    /// What is to be done when the chunks in `live` are needed and no others. Packs are given up until at most
    /// `waste` percent of what is needed is wasted in the others. A needed chunk that is not to be found and a
    /// pack that cannot be read are errors.
    pub fn plan(&self, live: &LiveSet, waste: u8) -> Result<PrunePlan, VaultError> {
        // Nobody may move chunks while they are counted.
        let _writer = self.vault.writer()?;
        let mut rests = self.rests()?;
        let mut plan = PrunePlan::default();
        let due: BTreeSet<u32> = self
            .retired
            .doomed
            .iter()
            .filter(|(_, doom)| self.is_due(doom))
            .map(|(number, _)| *number)
            .collect();
        let needed = Needed::while_gone(live, &rests, &due);
        let mut found = 0;
        for number in &self.packs {
            let (used, chunks) = self.measure(*number, &needed, &rests)?;
            found += chunks;
            if due.contains(number) {
                plan.remove.push(used);
            } else if self.retired.is_doomed(*number) {
                plan.waiting.push(used);
            }
        }
        if found < live.len() {
            return Err(VaultError::NeededChunksMissing { count: live.len() - found });
        }
        self.choose(live, &mut rests, waste, &mut plan)?;
        plan.rests = rests;
        Ok(plan)
    }

    /// Chooses packs to doom. At first as if nothing rested on anything: where the upper and the lower end of a
    /// difference are in packs that go, neither must be kept for the other. Then those are dropped of which, as it
    /// turns out, nearly everything must be copied for the sake of packs that stay.
    fn choose(
        &self,
        live: &LiveSet,
        rests: &mut Rests,
        waste: u8,
        plan: &mut PrunePlan,
    ) -> Result<(), VaultError> {
        let doomed: BTreeSet<u32> = self.retired.doomed.keys().copied().collect();
        let others: BTreeSet<u32> =
            self.packs.iter().copied().filter(|number| !doomed.contains(number)).collect();
        let is_open = |number: &&u32| self.is_settled(**number) && self.fresh != Some(**number);
        let (open, mut stay): (BTreeSet<u32>, BTreeSet<u32>) = others.iter().partition(is_open);
        let needed = Needed::while_gone(live, rests, &self.packs.iter().copied().collect());
        self.calibrate(rests, &needed)?;
        let mut chosen =
            numbers(&choose::choose(&self.measure_all(&open, &needed, rests)?, FILE_HEADER, waste));
        stay.extend(open.difference(&chosen));
        loop {
            let needed = Needed::while_gone(live, rests, &(&doomed | &chosen));
            plan.doom = self.measure_all(&chosen, &needed, rests)?;
            let dropped: Vec<u32> = plan
                .doom
                .iter()
                .filter(|pack| !choose::is_worth_it(pack, FILE_HEADER, waste))
                .map(|pack| pack.number)
                .collect();
            if dropped.is_empty() {
                plan.stay = self.measure_all(&stay, &needed, rests)?;
                return Ok(());
            }
            chosen.retain(|number| !dropped.contains(number));
            stay.extend(dropped);
        }
    }

    pub(super) fn measure_all(
        &self,
        packs: &BTreeSet<u32>,
        needed: &Needed<'_>,
        rests: &Rests,
    ) -> Result<Vec<PackUse>, VaultError> {
        packs.iter().map(|number| Ok(self.measure(*number, needed, rests)?.0)).collect()
    }

    /// How much of a pack is needed, as much as a copy of it would take, and how many chunks that somebody needs
    /// for themselves have their place in it.
    pub(super) fn measure(
        &self,
        number: u32,
        needed: &Needed<'_>,
        rests: &Rests,
    ) -> Result<(PackUse, u64), VaultError> {
        let bytes = self.vault.files.len(number)?;
        let mut used = PackUse { number, bytes, live: 0 };
        let mut chunks = 0;
        self.vault.files.each(number, 0, bytes, &mut |item| {
            match item {
                Item::Gap { from, .. } => return Err(self.vault.not_a_chunk(number, from)),
                Item::Chunk(Found { id, place, .. }) => {
                    if needed.contains(&id) && self.vault.index.get(&id)? == Some(place) {
                        used.live += place.end() - place.offset + rests.growth(&id, needed);
                        chunks += u64::from(needed.live.contains(&id));
                    }
                }
            }
            Ok(true)
        })?;
        Ok((used, chunks))
    }
}
