//! Back-off arithmetic: which delay belongs to which attempt. It neither sleeps nor draws random numbers.

use std::time::Duration;

/// An exponential curve with a cap and positive jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Delay before the second attempt, without jitter.
    pub first: Duration,
    /// No delay is longer than this, jitter excluded.
    pub cap: Duration,
    /// Attempts altogether, the first included.
    pub attempts: u32,
}

impl Backoff {
    /// The delay before attempt `attempt + 1` (attempts count from 1), or `None` when the budget is used up.
    ///
    /// `at_least` is what the server asked for; `jitter` is a number from 0 to 1 and adds up to half of
    /// the delay, so that clients that failed together do not return together.
    pub fn delay(&self, attempt: u32, at_least: Option<Duration>, jitter: f64) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
        let base = doubled.min(self.cap).max(at_least.unwrap_or_default());
        Some(base.saturating_add(base.mul_f64(0.5 * jitter.clamp(0.0, 1.0))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVE: Backoff =
        Backoff { first: Duration::from_secs(1), cap: Duration::from_secs(8), attempts: 6 };

    #[test]
    fn delays_double_up_to_the_cap_and_end_with_the_budget() {
        let delays: Vec<_> =
            (1..=6).map(|attempt| CURVE.delay(attempt, None, 0.0).map(|d| d.as_secs())).collect();
        assert_eq!(delays, [Some(1), Some(2), Some(4), Some(8), Some(8), None]);
    }

    #[test]
    fn the_server_s_wish_is_a_floor_and_jitter_only_adds() {
        assert_eq!(CURVE.delay(1, Some(Duration::from_secs(10)), 0.0), Some(Duration::from_secs(10)));
        assert_eq!(CURVE.delay(1, None, 1.0), Some(Duration::from_millis(1500)));
    }
}
