//! boardvault: encrypted, deduplicated point-in-time backups of work-management accounts, and restores by a
//! plan that a person reads first.
//!
//! Folders are the architecture; imports go downwards only, which a test holds:
//!
//! | module | what it is |
//! | --- | --- |
//! | [`base`] | time, randomness, hashes, canonical JSON, secrets |
//! | [`model`] | records, and the tables that describe a platform |
//! | [`store`] | sealed, content-addressed chunks in pack files; a catalogue log; an index that can be rebuilt |
//! | [`prolly`] | ordered maps over chunks that compare in time proportional to their difference |
//! | [`snapshot`] | what a backup is: a tree of records, a manifest, blobs |
//! | [`http`] | the one client that all connectors use |
//! | [`platforms`] | one folder per platform: tables, reader, writer, sandbox |
//! | [`plan`] | pure: snapshot, live state and mode in, plan out |
//! | [`apply`] | carries a plan out, journalled, resumable |
//! | [`sim`] | the engine of the sandboxes |
//! | [`app`] | use cases: what a command does |
//! | [`cli`] | arguments in, text out |

pub mod app;
pub mod apply;
pub mod base;
pub mod cli;
pub mod http;
pub mod model;
pub mod plan;
pub mod platforms;
pub mod prolly;
pub mod sim;
pub mod snapshot;
pub mod store;
