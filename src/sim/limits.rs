//! Request budgets in fixed windows of time.

use std::collections::BTreeMap;
use std::time::Duration;

/// So many requests in so much time.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Requests in one window.
    pub max: u32,
    /// Length of a window.
    pub per: Duration,
}

/// What is left after a request was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Whether the request was within the budget.
    pub allowed: bool,
    /// Requests left in this window.
    pub remaining: u32,
}

/// Counts requests per subject (a key, a token). Refused requests count as well, as servers do it to make
/// clients back off. A subject's window starts with its first request.
#[derive(Debug)]
pub struct Limiter {
    budget: Budget,
    windows: BTreeMap<String, (Duration, u32)>,
}

impl Limiter {
    /// A limiter without any request counted.
    pub fn new(budget: Budget) -> Self {
        Self { budget, windows: BTreeMap::new() }
    }

    /// The budget.
    pub fn budget(&self) -> Budget {
        self.budget
    }

    /// Counts one request at the monotonic time `now`.
    pub fn count(&mut self, subject: &str, now: Duration) -> Counted {
        let (start, used) = self.windows.entry(subject.to_owned()).or_insert((now, 0));
        if now.saturating_sub(*start) >= self.budget.per {
            (*start, *used) = (now, 0);
        }
        *used = used.saturating_add(1);
        Counted { allowed: *used <= self.budget.max, remaining: self.budget.max.saturating_sub(*used) }
    }

    /// How long it is from `now` until the subject's next window begins.
    pub fn next_window(&self, subject: &str, now: Duration) -> Duration {
        let start = self.windows.get(subject).map_or(now, |(start, _)| *start);
        (start + self.budget.per).saturating_sub(now)
    }

    /// Spends what is left of the subject's window.
    pub fn exhaust(&mut self, subject: &str, now: Duration) {
        let (_, used) = self.windows.entry(subject.to_owned()).or_insert((now, 0));
        *used = u32::MAX;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_exact_and_returns_with_the_next_window() {
        let mut limiter = Limiter::new(Budget { max: 3, per: Duration::from_secs(10) });
        let at = Duration::from_millis;
        let left: Vec<_> = (0..3).map(|_| limiter.count("t", at(5)).remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        assert!(!limiter.count("t", at(10_004)).allowed);
        assert_eq!(limiter.next_window("t", at(10_004)), at(1));
        assert!(limiter.count("t", at(10_005)).allowed);
    }

    #[test]
    fn subjects_do_not_share_a_budget() {
        let mut limiter = Limiter::new(Budget { max: 1, per: Duration::from_secs(10) });
        assert!(limiter.count("a", Duration::ZERO).allowed);
        assert!(limiter.count("b", Duration::ZERO).allowed);
    }
}
