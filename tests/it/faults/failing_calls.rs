//! Every call to the disk fails, one after the other: once and for good, because the disk is full or broken.

use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use boardvault::store::memory_disk::{Fault, Loss, MemoryDisk, Plan, State};

use super::tape::{self, Stop, Tape};
use super::workloads::{ALL, Workload};
use super::{check, workloads};

const THREADS: usize = 2;

struct Run {
    tape: Tape,
    outcome: Result<(), Stop>,
    context: String,
}

fn run(workload: &'static Workload, plan: Option<Plan>) -> Run {
    let tape = Tape::new(plan);
    let outcome = workloads::run(workload, &tape);
    Run { outcome, tape, context: format!("{}: {plan:?}", workload.name) }
}

/// Runs everything with each call failing; `inspect` sees what that came to.
fn each_call(fault: Fault, inspect: impl Fn(&Run) + Sync) {
    for workload in ALL {
        let calls = run(workload, None).tape.disk().calls();
        assert!(calls > 10, "{} makes {calls} calls", workload.name);
        let plans: Vec<_> =
            (1..=calls).flat_map(|at| [false, true].map(|lasting| Plan { at, fault, lasting })).collect();
        let (next, struck) = (AtomicUsize::new(0), AtomicUsize::new(0));
        // No pool of rayon's: a thread of it that waits for another pool begins the next run upon the same stack.
        let work = || {
            while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                let run = run(workload, Some(*plan));
                if run.tape.disk().was_struck() {
                    struck.fetch_add(1, Ordering::Relaxed);
                    inspect(&run);
                }
            }
        };
        std::thread::scope(|scope| (0..THREADS).for_each(|_| drop(scope.spawn(work))));
        println!("{}: {} of {calls} calls failed", workload.name, struck.into_inner() / 2);
    }
}

/// The machine is started again, or only the process, and then the power is cut: what was promised is there, and
/// the vault goes on. The difference matters: after a failed fsync the system shows bytes that are not on the disk.
fn goes_on(run: &Run) {
    let disk = run.tape.disk();
    let promised = run.tape.promised(disk.changes());
    let survive = |state: &State, written: usize, how: &str| {
        check::survives(state, &promised, written).unwrap_or_else(|what| {
            panic!("{}, {how}: {what}; it had ended with {:?}", run.context, run.outcome)
        })
    };
    survive(&disk.state().after(Loss::Lost), 0, "after a power cut");
    let restarted = survive(&disk.state(), 0, "in the next process");
    survive(&restarted.after(Loss::Lost), 1, "after a power cut in the next process");
}

fn is_full(stop: &Stop) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(stop.as_ref());
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::StorageFull) {
            return true;
        }
        cause = error.source();
    }
    false
}

#[test]
fn a_call_that_fails_loses_nothing_that_was_acknowledged() {
    each_call(Fault::Io, goes_on);
}

#[test]
fn a_full_disk_loses_nothing_and_is_told_apart() {
    each_call(Fault::NoSpace, |run| {
        if let Err(stop) = &run.outcome {
            assert!(is_full(stop), "{}: {stop}", run.context);
        }
        goes_on(run);
    });
}

#[test]
fn on_a_disk_that_stays_full_everything_can_be_read_and_verified() {
    each_call(Fault::NoSpace, |run| {
        let disk = MemoryDisk::new(run.tape.disk().state().after(Loss::Kept));
        let promised = run.tape.promised(run.tape.disk().changes());
        if !promised.created {
            return;
        }
        disk.fail(Some(Plan { at: 1, fault: Fault::NoSpace, lasting: true }));
        let held = tape::open(&disk, 1_001)
            .map_err(|error| error.to_string())
            .and_then(|(vault, _)| check::holds(&vault.into(), &promised));
        assert_eq!(held, Ok(()), "{}", run.context);
    });
}
