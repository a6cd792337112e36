//! The only place that reads the time or waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
pub use jiff::Timestamp;

use super::ticks::Ticks;

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

    /// Calls `act` each time that `period` has passed on this clock, for as long as the process runs and the result
    /// lives.
    fn every(&self, period: Duration, act: Box<dyn Fn() + Send + Sync>) -> Ticks;

    /// Returns after `duration` has passed on this clock.
    async fn sleep(&self, duration: Duration);
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    started: std::time::Instant,
    started_at: Timestamp,
}

/// For how long the machine is up, suspensions included, where it can tell.
#[cfg(target_os = "linux")]
fn uptime() -> Option<Duration> {
    Duration::try_from(rustix::time::clock_gettime(rustix::time::ClockId::Boottime)).ok()
}

#[cfg(not(target_os = "linux"))]
fn uptime() -> Option<Duration> {
    None
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    #[expect(clippy::disallowed_methods, reason = "this is the seam the rule points to")]
    pub fn new() -> Self {
        Self { started: std::time::Instant::now(), started_at: Timestamp::now() }
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
        if let Some(uptime) = uptime() {
            return uptime;
        }
        let by_day = self.now().duration_since(self.started_at);
        self.monotonic().max(Duration::try_from(by_day).unwrap_or_default())
    }

    fn every(&self, period: Duration, act: Box<dyn Fn() + Send + Sync>) -> Ticks {
        Ticks::thread(period, act)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the seam the rule points to")]
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A clock that only moves when told to, or when somebody sleeps on it: a sleep moves it at once.
pub struct ManualClock {
    start: Timestamp,
    state: Arc<Mutex<Manual>>,
}

/// A longer move is a leap but for its end: nobody waits a year in steps of seconds.
const LEAP: Duration = Duration::from_hours(1);

#[derive(Default)]
struct Manual {
    awake: Duration,
    suspended: Duration,
    /// Moved without anything being done on the way; [`Clock::boottime`] knows nothing of it.
    leapt: Duration,
    ticks: Vec<Tick>,
    next_id: u64,
}

struct Tick {
    id: u64,
    due: Duration,
    period: Duration,
    act: Arc<dyn Fn() + Send + Sync>,
}

impl Manual {
    /// What is due first until `awake`, and moves the clock there, or to `awake`.
    fn advance_to(&mut self, awake: Duration) -> Option<Arc<dyn Fn() + Send + Sync>> {
        let Some(tick) = self.ticks.iter_mut().filter(|tick| tick.due <= awake).min_by_key(|tick| tick.due)
        else {
            self.awake = self.awake.max(awake);
            return None;
        };
        self.awake = self.awake.max(tick.due);
        tick.due = tick.due.saturating_add(tick.period);
        Some(Arc::clone(&tick.act))
    }
}

impl ManualClock {
    /// A clock that stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { start, state: Arc::default() }
    }

    /// Moves the clock forward, and does on the way, in the last hour at least, what is to be done every so often.
    pub fn advance(&self, duration: Duration) {
        let until = {
            let mut state = self.state();
            state.leapt = state.leapt.saturating_add(duration.saturating_sub(LEAP));
            state.awake.saturating_add(duration.min(LEAP))
        };
        loop {
            let due = self.state().advance_to(until);
            // Without the lock: what is done may look at the clock.
            let Some(act) = due else { return };
            act();
        }
    }

    /// Moves the clock as a suspension of the machine does, or one of the process alone for others to see: the time
    /// of day goes on, the monotonic time stands, and nothing is done.
    pub fn suspend(&self, duration: Duration) {
        let mut state = self.state();
        state.suspended = state.suspended.saturating_add(duration);
    }

    fn state(&self) -> MutexGuard<'_, Manual> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let state = self.state();
        let passed = state.awake.saturating_add(state.suspended).saturating_add(state.leapt);
        self.start.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        let state = self.state();
        state.awake.saturating_add(state.leapt)
    }

    fn boottime(&self) -> Duration {
        let state = self.state();
        state.awake.saturating_add(state.suspended)
    }

    fn every(&self, period: Duration, act: Box<dyn Fn() + Send + Sync>) -> Ticks {
        let mut state = self.state();
        state.next_id += 1;
        let id = state.next_id;
        // A period of nothing would never let the clock move.
        let period = period.max(Duration::from_millis(1));
        let due = state.awake.saturating_add(period);
        state.ticks.push(Tick { id, due, period, act: Arc::from(act) });
        let clock = Arc::clone(&self.state);
        Ticks::until(move || {
            clock.lock().unwrap_or_else(PoisonError::into_inner).ticks.retain(|tick| tick.id != id);
        })
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

    #[test]
    fn what_is_due_is_done_on_the_way_and_not_in_a_suspension() {
        let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (looked_at, noted) = (Arc::clone(&clock), Arc::clone(&seen));
        let note = move || noted.lock().unwrap().push(looked_at.monotonic().as_secs());
        let ticks = clock.every(Duration::from_secs(15), Box::new(note));
        clock.advance(Duration::from_secs(40));
        clock.suspend(Duration::from_mins(1));
        clock.advance(Duration::from_secs(5));
        drop(ticks);
        clock.advance(Duration::from_mins(1));
        assert_eq!(*seen.lock().unwrap(), [15, 30, 45]);
        assert_eq!(clock.boottime().as_secs(), 165);
    }

    #[test]
    fn a_century_passes_at_once_and_its_last_hour_in_steps() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let count = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&count);
        let _ticks = clock.every(Duration::from_mins(1), Box::new(move || *counted.lock().unwrap() += 1));
        let century = Duration::from_hours(24 * 36_524);
        clock.advance(century);
        assert_eq!((clock.monotonic(), *count.lock().unwrap()), (century, 60));
        assert_eq!(clock.now().as_second(), i64::try_from(century.as_secs()).unwrap());
    }

    #[test]
    fn the_machine_s_clock_ticks_until_it_is_told_to_stop() {
        let (told, heard) = std::sync::mpsc::channel();
        let tell = move || told.send(()).unwrap_or_default();
        let ticks = SystemClock::new().every(Duration::from_millis(1), Box::new(tell));
        for _ in 0..3 {
            heard.recv().unwrap();
        }
        drop(ticks);
        // The sender is gone with the thread.
        assert!(heard.iter().count() < 1_000_000);
    }
}
