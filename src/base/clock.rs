//! The only place that reads the time or waits.

use std::fs::File;
use std::io::Read;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
pub use jiff::Timestamp;

/// A source of time. Everything that reads a clock or waits takes one of these, so that tests decide the time.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time of day, in UTC. It may jump.
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary start; never goes backwards. For measuring and for rate limits.
    fn monotonic(&self) -> Duration;

    /// Like [`monotonic`](Self::monotonic), with its own start, and goes on while the machine is suspended. For
    /// promises to others, who were perhaps not suspended.
    fn boottime(&self) -> Duration;

    /// Returns after `duration` has passed on this clock.
    async fn sleep(&self, duration: Duration);
}

/// Where Linux says for how many seconds the machine is up, suspensions included.
const UPTIME: &str = "/proc/uptime";

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    started: std::time::Instant,
    started_at: Timestamp,
    has_uptime: bool,
}

/// The number before the blank in a text like `12345.67 890.12`.
fn uptime() -> Option<Duration> {
    let mut text = String::new();
    File::open(UPTIME).ok()?.take(64).read_to_string(&mut text).ok()?;
    Duration::try_from_secs_f64(text.split_whitespace().next()?.parse().ok()?).ok()
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    #[expect(clippy::disallowed_methods, reason = "this is the seam the rule points to")]
    pub fn new() -> Self {
        Self {
            started: std::time::Instant::now(),
            started_at: Timestamp::now(),
            has_uptime: uptime().is_some(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the seam the rule points to")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    /// Where no uptime can be read, the time of day is asked too: it jumps ahead when a suspended machine wakes.
    fn boottime(&self) -> Duration {
        if self.has_uptime
            && let Some(uptime) = uptime()
        {
            return uptime;
        }
        let by_day = self.now().duration_since(self.started_at);
        self.monotonic().max(Duration::try_from(by_day).unwrap_or_default())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the seam the rule points to")]
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A clock that only moves when told to, or when somebody sleeps on it: a sleep moves it at once.
#[derive(Debug)]
pub struct ManualClock {
    start: Timestamp,
    elapsed: Mutex<Elapsed>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Elapsed {
    awake: Duration,
    suspended: Duration,
}

impl ManualClock {
    /// A clock that stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { start, elapsed: Mutex::default() }
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        let mut elapsed = self.elapsed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        elapsed.awake = elapsed.awake.saturating_add(duration);
    }

    /// Moves the clock as a suspension of the machine does: the time of day jumps, the monotonic time stands.
    pub fn suspend(&self, duration: Duration) {
        let mut elapsed = self.elapsed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        elapsed.suspended = elapsed.suspended.saturating_add(duration);
    }

    fn elapsed(&self) -> Elapsed {
        *self.elapsed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.start.checked_add(self.boottime()).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.elapsed().awake
    }

    fn boottime(&self) -> Duration {
        let Elapsed { awake, suspended } = self.elapsed();
        awake.saturating_add(suspended)
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suspension_moves_the_time_of_day_and_not_the_monotonic_time() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        clock.advance(Duration::from_secs(2));
        clock.suspend(Duration::from_secs(3));
        let seconds = [clock.monotonic(), clock.boottime()].map(|time| time.as_secs());
        assert_eq!((seconds, clock.now().as_second()), ([2, 5], 5));
    }

    #[test]
    fn the_machine_s_times_do_not_go_backwards() {
        let clock = SystemClock::new();
        let (monotonic, boottime) = (clock.monotonic(), clock.boottime());
        assert!(clock.monotonic() >= monotonic && clock.boottime() >= boottime);
    }
}
