//! The arithmetic of one rate limit: at most so many calls in any stretch of time. Pure; time is an argument.

use std::collections::VecDeque;
use std::time::Duration;

/// The share of a published limit that is used; the rest is for clocks that differ and for other programs.
const SHARE_PERCENT: usize = 90;

/// The times of the latest calls, measured on one monotonic clock.
///
/// A sliding window, not a bucket that refills: a bucket would allow nearly twice the limit in the first
/// window, and platforms count exactly.
#[derive(Debug)]
pub struct Window {
    max: usize,
    interval: Duration,
    sent: VecDeque<Duration>,
    paused_until: Duration,
}

impl Window {
    /// A limit of `published` calls in `interval`.
    pub fn new(published: usize, interval: Duration) -> Self {
        Self { max: share(published), interval, sent: VecDeque::new(), paused_until: Duration::ZERO }
    }

    /// How long to wait at `now` before the next call may go; zero when it may go at once.
    pub fn wait(&mut self, now: Duration) -> Duration {
        let horizon = now.saturating_sub(self.interval);
        while self.sent.front().is_some_and(|sent| *sent <= horizon && now >= self.interval) {
            self.sent.pop_front();
        }
        let excess = (self.sent.len() + 1).saturating_sub(self.max);
        let full = match excess.checked_sub(1).and_then(|at| self.sent.get(at)) {
            Some(leaves) => (*leaves + self.interval).saturating_sub(now),
            None => Duration::ZERO,
        };
        full.max(self.paused_until.saturating_sub(now))
    }

    /// Notes a call that is sent at `now` and may be counted `cost` times. The debt of a call that counts
    /// several times is waited for by the next one.
    pub fn take(&mut self, now: Duration, cost: usize) {
        self.sent.extend(std::iter::repeat_n(now, cost));
    }

    /// Lets nothing through until `until`.
    pub fn pause(&mut self, until: Duration) {
        self.paused_until = self.paused_until.max(until);
    }

    /// Learns from the headers of an answer: the limit itself, and that others use the same budget.
    pub fn observe(&mut self, now: Duration, max: usize, interval: Duration, remaining: usize) {
        self.max = share(max);
        self.interval = interval;
        let used_there = max.saturating_sub(remaining);
        for _ in self.sent.len()..used_there {
            self.sent.push_back(now);
        }
    }

    /// The length of the stretch of time.
    pub fn interval(&self) -> Duration {
        self.interval
    }
}

fn share(published: usize) -> usize {
    (published * SHARE_PERCENT / 100).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: Duration = Duration::from_secs(10);

    /// Sends as fast as the window allows; gives the times of the calls.
    fn send(window: &mut Window, calls: usize) -> Vec<Duration> {
        let mut now = Duration::from_secs(100);
        let mut times = Vec::new();
        for _ in 0..calls {
            now += window.wait(now);
            assert_eq!(window.wait(now), Duration::ZERO);
            window.take(now, 1);
            times.push(now);
        }
        times
    }

    #[test]
    fn no_stretch_of_the_interval_holds_more_than_the_share() {
        let times = send(&mut Window::new(100, TEN), 400);
        for start in &times {
            let inside = times.iter().filter(|time| **time >= *start && **time < *start + TEN).count();
            assert!(inside <= 90, "{inside}");
        }
        assert_eq!(times[399], times[0] + TEN * 4, "and no time is wasted");
    }

    #[test]
    fn a_pause_holds_everything() {
        let mut window = Window::new(100, TEN);
        window.pause(Duration::from_secs(130));
        assert_eq!(window.wait(Duration::from_secs(100)), Duration::from_secs(30));
        assert_eq!(window.wait(Duration::from_secs(130)), Duration::ZERO);
    }

    #[test]
    fn headers_lower_the_limit_and_count_what_others_use() {
        let mut window = Window::new(100, TEN);
        window.observe(Duration::from_secs(100), 10, TEN, 1);
        assert_eq!(window.wait(Duration::from_secs(101)), Duration::from_secs(9));
        assert_eq!(window.wait(Duration::from_secs(110)), Duration::ZERO);
    }

    #[test]
    fn our_own_calls_are_not_counted_twice() {
        let mut window = Window::new(100, TEN);
        let now = Duration::from_secs(100);
        window.take(now, 5);
        window.observe(now, 100, TEN, 95);
        assert_eq!(window.sent.len(), 5);
    }
}
