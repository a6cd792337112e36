//! Any order of storing, forgetting, pruning, working at the same time, losing the index and opening anew.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::store::session::Session;

#[derive(Debug, Clone)]
enum Act {
    /// Work begins: it stores chunks, and relies on chunks that are needed by something else.
    Begin(Vec<u32>),
    /// The oldest work at hand ends and says what it needs.
    Commit,
    /// The oldest work at hand is given up.
    Abandon,
    /// Something is needed no longer.
    Forget(usize),
    Prune(u64),
    LoseIndex,
    /// New keys, and with them a new pack.
    Rotate,
    Reopen,
}

/// Something that needs chunks, or did until the log had so many records.
struct Need {
    chunks: Vec<(u32, Hash)>,
    forgotten: Option<u64>,
}

#[derive(Default)]
struct Work(Vec<(Session, Vec<(u32, Hash)>)>);

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => prop::collection::vec(prop_oneof![0_u32..16, NODES..NODES + 16], 1..6).prop_map(Act::Begin),
        4 => Just(Act::Commit),
        1 => Just(Act::Abandon),
        3 => (0_usize..8).prop_map(Act::Forget),
        6 => (0_u64..3).prop_map(Act::Prune),
        1 => Just(Act::LoseIndex),
        1 => Just(Act::Rotate),
        1 => Just(Act::Reopen),
    ]
}

fn check(shelf: &Shelf, needs: &[Need]) -> Result<(), TestCaseError> {
    for need in needs.iter().filter(|need| need.forgotten.is_none()) {
        for (n, id) in &need.chunks {
            let found = shelf.vault().get(kind(*n), id);
            prop_assert!(found.as_ref().is_ok_and(|found| *found == content(*n)), "{n}: {:?}", found.err());
        }
    }
    Ok(())
}

fn prune(shelf: &Shelf, needs: &[Need], cycles: u64) -> Result<PruneReport, VaultError> {
    let prune = shelf.vault().begin_prune(Grace { cycles, ..AT_ONCE })?;
    let mut live = LiveSet::default();
    for need in needs {
        if need.forgotten.is_none_or(|at| prune.needed_since().is_some_and(|since| at > since)) {
            live.extend(need.chunks.iter().map(|(_, id)| id));
        }
    }
    let plan = prune.plan(&live, 5)?;
    prune.run(&live, &plan)
}

fn cases() -> ProptestConfig {
    let many = std::env::var_os("BOARDVAULT_MANY").is_some();
    ProptestConfig {
        cases: if many { 5_000 } else { 200 },
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        max_shrink_iters: 500,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]
    #[test]
    fn what_is_needed_is_there_after_every_step(acts in prop::collection::vec(act(), 1..40)) {
        let mut shelf = Shelf::new();
        let mut needs: Vec<Need> = Vec::new();
        let mut work = Work::default();
        for act in acts {
            match act {
                Act::Begin(numbers) => {
                    let session = shelf.vault().session();
                    // Like a backup that shares what its parent holds without storing it again.
                    let parent = needs.iter().rev().find(|need| need.forgotten.is_none());
                    let mut chunks = parent.map(|parent| parent.chunks.clone()).unwrap_or_default();
                    chunks.extend(numbers.into_iter().map(|n| (n, shelf.put(n))));
                    work.0.push((session, chunks));
                }
                Act::Commit if !work.0.is_empty() => {
                    let (session, chunks) = work.0.remove(0);
                    shelf.vault().append(1, b"needs them").unwrap();
                    needs.push(Need { chunks, forgotten: None });
                    drop(session);
                }
                Act::Abandon if !work.0.is_empty() => drop(work.0.remove(0)),
                Act::Forget(which) if which < needs.len() => {
                    let seq = shelf.vault().append(7, b"forgotten").unwrap().seq;
                    needs[which].forgotten.get_or_insert(seq);
                }
                Act::Prune(cycles) => {
                    prune(&shelf, &needs, cycles).map_err(|error| TestCaseError::fail(error.to_string()))?;
                }
                Act::LoseIndex => {
                    shelf.vault().rebuild_index().unwrap();
                }
                Act::Rotate => drop(shelf.vault().rotate_root(&shelf.unlock()).unwrap()),
                Act::Reopen => {
                    // A process takes its work with it.
                    work = Work::default();
                    prop_assert_eq!(shelf.reopen(), Vec::<String>::new());
                }
                Act::Commit | Act::Abandon | Act::Forget(_) => {}
            }
            check(&shelf, &needs)?;
        }
        drop(work);
        // In the end nothing is left that is not needed, but for what is doomed or within the limit.
        for _ in 0..3 {
            prune(&shelf, &needs, 0).map_err(|error| TestCaseError::fail(error.to_string()))?;
        }
        check(&shelf, &needs)?;
        let kept: BTreeSet<Hash> = needs.iter().filter(|need| need.forgotten.is_none())
            .flat_map(|need| need.chunks.iter().map(|(_, id)| *id)).collect();
        // A node may rest on another one that nothing else needs.
        let live = kept.len() as u64 * 2 * 3120;
        let stats = shelf.vault().stats().unwrap();
        let packs = stats.bytes - shelf.vault().lock_writer().log.len();
        prop_assert!(packs <= live * 105 / 100 + 24 * stats.packs, "{packs} bytes for {live}");
        prop_assert_eq!(shelf.vault().verify(true, &mut |_, _| ()).unwrap().damages, []);
    }
}
