//! The record model: what a platform's data is to us. Pure; no I/O, no async, no clock.

pub mod coverage;
pub mod dialect;
pub mod grants;
pub mod kind;
pub mod leads;
pub mod limits;
pub mod lineage;
pub mod loss;
pub mod mutation;
pub mod ops;
pub mod origins;
pub mod pairs;
pub mod record;
pub mod spec;
pub mod told;
pub mod writing;

pub use kind::Kind;
pub use record::{Blob, BlobRef, NativeId, Record, RecordKey};
