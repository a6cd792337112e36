//! Leaf utilities without domain knowledge: time, randomness, hashes, canonical JSON, secrets.

pub mod canon;
pub mod clock;
pub mod defect;
pub mod eights;
pub mod hash;
pub mod ids;
pub mod redact;
pub mod retry;
pub mod secret;
pub mod slate;
pub mod ticks;
