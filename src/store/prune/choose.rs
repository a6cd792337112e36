//! Which packs are worth giving up. Pure.

/// How much of a pack is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackUse {
    /// Its number.
    pub number: u32,
    /// Bytes of its file.
    pub bytes: u64,
    /// Bytes that a copy of what is needed in it takes. Chunks that are needed and lie in a later place as well do not
    /// count.
    pub live: u64,
}

impl PackUse {
    /// Bytes that nothing needs.
    pub fn dead(&self) -> u64 {
        self.bytes.saturating_sub(self.live)
    }
}

/// Chooses packs until what nothing needs in the others is at most `waste` percent of what is needed. Packs
/// without a needed chunk are always chosen: they cost nothing. Of the rest those come first that give back the
/// most for what must be copied. `overhead` is the part of a pack that is no chunk.
pub(super) fn choose(packs: &[PackUse], overhead: u64, waste: u8) -> Vec<PackUse> {
    let dead = |pack: &PackUse| pack.dead().saturating_sub(overhead);
    let (free, mut rest): (Vec<PackUse>, Vec<PackUse>) =
        packs.iter().copied().partition(|pack| pack.live == 0);
    let live: u64 = rest.iter().map(|pack| pack.live).sum();
    let allowed = u128::from(live) * u128::from(waste) / 100;
    let mut left: u128 = rest.iter().map(|pack| u128::from(dead(pack))).sum();
    // a.dead / a.live > b.dead / b.live, without fractions.
    let worth = |a: &PackUse, b: &PackUse| u128::from(dead(a)) * u128::from(b.live);
    rest.sort_by(|a, b| worth(b, a).cmp(&worth(a, b)).then(a.number.cmp(&b.number)));
    let mut chosen = free;
    for pack in rest {
        if left <= allowed || dead(&pack) == 0 {
            break;
        }
        left -= u128::from(dead(&pack));
        chosen.push(pack);
    }
    chosen
}

/// Whether giving a pack up gives back more than `waste` percent of it.
pub(super) fn is_worth_it(pack: &PackUse, overhead: u64, waste: u8) -> bool {
    let dead = pack.dead().saturating_sub(overhead);
    pack.live == 0 || u128::from(dead) * 100 > u128::from(pack.bytes) * u128::from(waste)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pack(number: u32, bytes: u64, live: u64) -> PackUse {
        PackUse { number, bytes, live }
    }

    fn numbers(chosen: &[PackUse]) -> Vec<u32> {
        chosen.iter().map(|pack| pack.number).collect()
    }

    #[test]
    fn packs_without_a_needed_chunk_go_whatever_is_allowed() {
        assert_eq!(numbers(&choose(&[pack(1, 100, 0), pack(2, 100, 60)], 0, 100)), [1]);
    }

    #[test]
    fn those_go_first_that_give_back_the_most() {
        let packs = [pack(1, 100, 90), pack(2, 100, 20), pack(3, 100, 50), pack(4, 100, 100)];
        assert_eq!(numbers(&choose(&packs, 0, 20)), [2, 3]);
        assert_eq!(numbers(&choose(&packs, 0, 0)), [2, 3, 1]);
        assert_eq!(numbers(&choose(&packs, 0, 100)), Vec::<u32>::new());
    }

    #[test]
    fn a_pack_that_is_all_needed_is_never_copied_for_its_header() {
        assert_eq!(numbers(&choose(&[pack(1, 124, 100)], 24, 0)), Vec::<u32>::new());
    }

    #[test]
    fn copying_nearly_all_of_a_pack_is_not_worth_it() {
        assert!(is_worth_it(&pack(1, 24, 0), 24, 5));
        assert!(is_worth_it(&pack(1, 1024, 900), 24, 5));
        assert!(!is_worth_it(&pack(1, 1024, 960), 24, 5));
        assert!(!is_worth_it(&pack(1, 1024, 1000), 24, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn what_stays_is_within_the_limit(
            sizes in prop::collection::vec((0_u64..1000, 0_u64..1000), 0..30), waste in 0_u8..100
        ) {
            let packs: Vec<PackUse> =
                (1..).zip(&sizes).map(|(n, (live, dead))| pack(n, live + dead, *live)).collect();
            let chosen = choose(&packs, 0, waste);
            let stays = |pack: &&PackUse| !chosen.contains(pack);
            let dead: u64 = packs.iter().filter(stays).map(PackUse::dead).sum();
            let live: u64 = packs.iter().map(|pack| pack.live).sum();
            prop_assert!(u128::from(dead) * 100 <= u128::from(live) * u128::from(waste));
            for pack in &packs {
                prop_assert!(pack.live > 0 || chosen.contains(pack));
                prop_assert!(pack.dead() > 0 || pack.live == 0 || !chosen.contains(pack));
            }
            // None of the copied ones could have stayed.
            if let Some(last) = chosen.last().filter(|last| last.live > 0) {
                let with = u128::from(dead + last.dead()) * 100;
                prop_assert!(with > u128::from(live) * u128::from(waste));
            }
        }
    }
}
