//! The only source of randomness.

use std::sync::Mutex;

/// A source of random bytes for keys, nonces and identifiers.
pub trait Random: Send + Sync {
    /// Fills `buffer`, or says that the operating system has no randomness to give.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The operating system's random source failed.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes: {0}")]
pub struct NoRandomness(String);

/// The operating system's cryptographic random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoRandomness> {
        getrandom::fill(buffer).map_err(|error| NoRandomness(error.to_string()))
    }
}

/// A repeatable stream of bytes for tests and simulated worlds: blake3 in extendable output mode.
pub struct SeededRandom(Mutex<blake3::OutputReader>);

impl SeededRandom {
    /// The stream that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(
            blake3::Hasher::new_derive_key("boardvault seeded random v1")
                .update(&seed.to_le_bytes())
                .finalize_xof(),
        ))
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoRandomness> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill(buffer);
        Ok(())
    }
}
