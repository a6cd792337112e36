//! Use cases: the only thing that the command line (and later the console) calls.

pub mod applying;
pub mod backup;
mod blobs;
pub mod checking;
pub mod connections;
pub mod context;
mod deletions;
pub mod demo;
pub mod diffing;
pub mod downloads;
mod draft;
pub mod error;
pub mod export;
pub mod fidelity;
pub mod keys;
pub mod outline;
pub mod planning;
pub mod progress;
mod reading;
pub mod runs;
pub mod sandbox;
mod scan;
pub mod showing;
pub mod snapshots;
mod turns;
pub mod upkeep;
