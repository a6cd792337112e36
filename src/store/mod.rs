//! Bytes at rest: sealed, content-addressed chunks in pack files, a catalogue log, and an index that can be
//! rebuilt from both. Knows nothing of records. `docs/format.md` describes every byte.

pub mod chunks;
pub mod codec;
mod compression;
mod create;
pub mod database;
pub mod error;
pub mod family;
pub mod faulty;
mod fenced_fs;
pub mod fs;
mod header;
mod header_files;
mod hold;
pub mod holder;
mod index;
mod indexing;
pub mod key_slots;
mod keys;
mod lease;
pub mod live;
pub mod log;
mod log_reader;
mod log_record;
pub mod mem;
pub mod memory_disk;
mod open_packs;
mod pack;
mod pack_writer;
pub mod prune;
mod reading;
mod recovery;
mod retired;
mod rotation;
mod scan;
mod seal;
pub mod session;
mod slot;
mod tail;
pub mod unlock;
pub mod vault;
pub mod verify;
mod wire;
pub mod words;
mod writing;

#[cfg(test)]
mod tests;
