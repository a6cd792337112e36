//! The planner: snapshot, live state, mode and rights in; a plan out. Pure: no I/O, no async, no clock.

pub mod types;
