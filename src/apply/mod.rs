//! Carries a plan out: journalled, resumable, verified.
//!
//! The order of things for each wave of a plan: the intents are durable, then the writes are sent, then what
//! came of them is durable. So after a crash at any point every step is either untouched, finished, or
//! *unsure*; unsure steps are looked up or are safe to repeat, and nothing is ever created twice.

mod body;
pub mod causes;
pub mod executor;
pub mod job;
pub mod journal;
pub mod outcome;
pub mod progress;
pub mod promise;
mod settle;
pub mod stale;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

pub use causes::{Cause, causes};
pub use executor::run;
pub use job::{ApplyError, Clearance, Gate, KnownIds, Run};
pub use journal::{Event, Journal, JournalError, Made, Relation};
pub use outcome::{Outcome, Verdict};
pub use progress::{Progress, StepState};
