//! The power is cut after every change to the disk, and what was not durable comes out in every way.
//!
//! `BOARDVAULT_POINTS=2000000` tries more ways, `BOARDVAULT_SEED=n` other ones; a failure says which variable
//! replays exactly that point.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use boardvault::base::hash::Hash;
use boardvault::store::memory_disk::{Loss, MemoryDisk, State};
use rayon::prelude::*;

use super::point::Point;
use super::tape::{self, Tape};
use super::workloads::{ALL, Workload};
use super::{check, number, workloads};

/// How many points are tried when nobody asks for more.
const POINTS: u64 = 50_000;

/// A workload that was run once, with the disk as it was after each of its changes.
struct Recording {
    workload: &'static Workload,
    tape: Tape,
    /// The state after the preparations and after each change since.
    states: Vec<State>,
}

impl Recording {
    fn of(workload: &'static Workload) -> Self {
        let tape = Tape::new(None);
        workloads::run(workload, &tape).unwrap_or_else(|error| panic!("{}: {error}", workload.name));
        let mut state = Tape::new(None).disk().state();
        let mut states = Vec::new();
        for (done, op) in tape.disk().trace().iter().enumerate() {
            if done >= tape.start() {
                states.push(state.clone());
            }
            state.apply(op).unwrap();
        }
        states.push(state);
        Self { workload, tape, states }
    }

    /// The disk as the point leaves it; none where the recovery makes fewer changes.
    fn state(&self, point: &Point) -> Option<State> {
        let state = self.states.get(point.change)?.after(point.loss);
        match point.again {
            None => Some(state),
            Some((change, loss)) => Some(recovery(&state).get(change)?.after(loss)),
        }
    }

    fn check(&self, point: &Point, state: &State) {
        let promised = self.tape.promised(self.tape.start() + point.change);
        if let Err(what) = check::survives(state, &promised, 0) {
            let name = self.workload.name;
            panic!("{what}\nreplay with BOARDVAULT_POINT={name}/{point} cargo test power_loss::one_point");
        }
    }
}

/// What has been tried.
#[derive(Default)]
struct Tally {
    points: AtomicU64,
    /// Disks and promises that came out and were checked; the same ones need no second look.
    seen: Mutex<HashSet<(Hash, usize, usize)>>,
}

impl Tally {
    fn try_point(&self, recording: &Recording, point: &Point) {
        let Some(state) = recording.state(point) else { return };
        self.points.fetch_add(1, Ordering::Relaxed);
        let promised = recording.tape.promised(recording.tape.start() + point.change);
        let outcome = (state.fingerprint(), promised.chunks, promised.acknowledged);
        if self.seen.lock().unwrap().insert(outcome) {
            recording.check(point, &state);
        }
    }

    fn report(&self, what: &str) -> u64 {
        let points = self.points.load(Ordering::Relaxed);
        println!("{what}: {points} points, {} different outcomes", self.seen.lock().unwrap().len());
        points
    }
}

/// The disk after each change that an opening makes.
fn recovery(before: &State) -> Vec<State> {
    let disk = MemoryDisk::new(before.clone());
    // An opening that fails has changes, too.
    drop(tape::open(&disk, 1_000));
    let mut state = before.clone();
    let apply = |op: &_| {
        state.apply(op).unwrap();
        state.clone()
    };
    disk.trace().iter().map(apply).collect()
}

fn recordings() -> Vec<Recording> {
    ALL.iter().map(Recording::of).collect()
}

#[test]
fn a_power_cut_after_any_change_loses_nothing_that_was_acknowledged() {
    let recordings = recordings();
    let cuts =
        recordings.iter().flat_map(|recording| (0..recording.states.len()).map(move |cut| (recording, cut)));
    let (settled, open): (Vec<_>, Vec<_>) =
        cuts.partition(|(recording, cut)| recording.states[*cut].is_settled());
    let tally = Tally::default();
    println!("after {} changes nothing is open, after {} something is", settled.len(), open.len());
    for (recording, change) in settled {
        tally.try_point(recording, &Point { change, loss: Loss::Lost, again: None });
    }
    let first = number("BOARDVAULT_SEED", 0);
    let points = number("BOARDVAULT_POINTS", POINTS);
    let each = points.div_ceil(3 * open.len() as u64);
    open.par_iter().for_each(|(recording, change)| {
        for loss in [Loss::Lost, Loss::Kept] {
            tally.try_point(recording, &Point { change: *change, loss, again: None });
        }
        for loss in (first..first + each).flat_map(seeded) {
            tally.try_point(recording, &Point { change: *change, loss, again: None });
        }
    });
    assert!(tally.report("one power cut") >= points);
}

fn seeded(seed: u64) -> [Loss; 3] {
    [Loss::Torn { sector: 512, seed }, Loss::Torn { sector: 4096, seed }, Loss::Reordered { seed }]
}

#[test]
fn a_second_power_cut_during_the_recovery_loses_nothing_either() {
    let recordings = recordings();
    let short = recordings.iter().filter(|recording| recording.workload.short);
    let cuts: Vec<_> =
        short.flat_map(|recording| (0..recording.states.len()).map(move |cut| (recording, cut))).collect();
    let tally = Tally::default();
    let seed = number("BOARDVAULT_SEED", 0);
    let losses = || [Loss::Lost, Loss::Torn { sector: 512, seed }, Loss::Reordered { seed }];
    cuts.par_iter().for_each(|(recording, change)| {
        let settled = recording.states[*change].is_settled();
        for loss in losses().into_iter().take(if settled { 1 } else { 3 }) {
            let cut = Point { change: *change, loss, again: None };
            let changes = recovery(&recording.state(&cut).unwrap()).len();
            for again in (0..changes).flat_map(|change| losses().map(|loss| (change, loss))) {
                tally.try_point(recording, &Point { again: Some(again), ..cut });
            }
        }
    });
    assert!(tally.report("two power cuts") > 0);
}

#[test]
fn one_point() {
    let Ok(text) = std::env::var("BOARDVAULT_POINT") else { return };
    let (name, point) = text.split_once('/').expect("a workload, a slash and a point");
    let workload = ALL.iter().find(|workload| workload.name == name).expect("the name of a workload");
    let recording = Recording::of(workload);
    let point: Point = point.parse().unwrap();
    let state = recording.state(&point).expect("there are fewer changes");
    for (path, bytes) in state.listing() {
        println!("{} has {} bytes", path.display(), bytes.len());
    }
    recording.check(&point, &state);
}
