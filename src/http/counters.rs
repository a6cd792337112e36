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
    /// Milliseconds in which at least one call waited for rate limits.
    pub waited_ms: AtomicU64,
    /// Until when waiting is counted, in milliseconds on the monotonic clock.
    waited_until: AtomicU64,
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

    /// Counts a call that begins to wait at `now`. Calls wait side by side: a time that others wait already is
    /// not counted again, so that the sum is never more than has passed.
    pub fn waits(&self, now: Duration, time: Duration) {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let (now, until) = (millis(now), millis(now + time));
        let counted = self.waited_until.fetch_max(until, Relaxed).max(now);
        self.waited_ms.fetch_add(until.saturating_sub(counted), Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_wait_side_by_side_count_once() {
        let counters = Counters::default();
        let seconds = Duration::from_secs;
        for (now, time) in [(0, 10), (1, 9), (2, 5), (8, 6), (20, 1)] {
            counters.waits(seconds(now), seconds(time));
        }
        assert_eq!(counters.waited_ms.load(Relaxed), 15_000);
    }
}
