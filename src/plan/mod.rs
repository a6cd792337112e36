//! The planner: snapshot, live state, mode and rights in; a plan out. Pure: no I/O, no async, no clock.
//!
//! A plan is made in five moves: `scene` lays both sides out, `matching` says which live record is which,
//! `decide`, `blocking`, `elsewhere` and `following` say what happens to each and where, `draft` says with which
//! fields, and `order` and `waves` say when. What the modes mean is written down in `docs/restore-semantics.md`.

mod bindings;
mod blocking;
pub mod broken;
mod content;
mod decide;
mod draft;
mod elsewhere;
mod following;
mod hidden;
pub mod input;
mod joined;
mod limits;
mod locks;
mod matching;
mod named;
mod names;
pub mod notes;
mod order;
pub mod people;
mod plainer;
pub mod planner;
pub mod policy;
mod roots;
mod scene;
mod select;
pub mod shared;
pub mod summary;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod texts;
pub mod types;
mod values;
mod waves;

pub use input::{PlanError, PlanInput, Selected, Selection, UndoScope};
pub use people::People;
pub use planner::plan;
