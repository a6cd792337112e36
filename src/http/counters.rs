//! What a connection has cost so far.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Counters that all wrappers of one stack share. Repeated calls count each time they are sent.
#[derive(Debug, Default)]
pub struct Counters {
    /// Calls that read data.
    pub requests: AtomicU64,
    /// Calls that read bytes of files; with its redirect a download counts once.
    pub downloads: AtomicU64,
    /// Calls that change something.
    pub writes: AtomicU64,
    /// Calls beyond the first attempt; part of the numbers above.
    pub retries: AtomicU64,
    /// Bytes received.
    pub bytes_in: AtomicU64,
    /// Bytes sent in bodies.
    pub bytes_out: AtomicU64,
    /// Milliseconds spent waiting for rate limits.
    pub waited_ms: AtomicU64,
}

impl Counters {
    /// Adds one to a counter.
    pub fn one(counter: &AtomicU64) {
        counter.fetch_add(1, Relaxed);
    }

    /// Adds a length to a counter.
    pub fn many(counter: &AtomicU64, amount: u64) {
        counter.fetch_add(amount, Relaxed);
    }

    /// Adds a time of waiting.
    pub fn waited(&self, time: Duration) {
        self.waited_ms.fetch_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Relaxed);
    }
}
