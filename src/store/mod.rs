//! Bytes at rest: sealed, content-addressed chunks in pack files, a catalogue log, and an index that can be
//! rebuilt from both. Knows nothing of records.

pub mod chunks;
