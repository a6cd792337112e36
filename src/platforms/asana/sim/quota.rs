//! How often a token may ask.

use std::time::Duration;

use super::refusal::Refusal;
use crate::sim::limits::{Budget, Limiter};

const MINUTE: Duration = Duration::from_mins(1);

/// The budgets of all tokens.
#[derive(Debug)]
pub(super) struct Quota {
    free: Limiter,
    paid: Limiter,
    searches: Limiter,
}

impl Default for Quota {
    fn default() -> Self {
        let limiter = |max| Limiter::new(Budget { max, per: MINUTE });
        Self { free: limiter(150), paid: limiter(1_500), searches: limiter(60) }
    }
}

impl Quota {
    /// Counts `calls` requests of a token, `searches` of which search. Refused ones count as well. A batch of
    /// which one is over the limit is refused whole.
    pub(super) fn count(
        &mut self,
        token: &str,
        paid: bool,
        calls: usize,
        searches: usize,
        now: Duration,
    ) -> Result<(), Refusal> {
        let limiter = if paid { &mut self.paid } else { &mut self.free };
        let mut wait = None;
        for (limiter, times) in [(limiter, calls), (&mut self.searches, searches)] {
            let allowed = (0..times).fold(true, |fine, _| limiter.count(token, now).allowed && fine);
            if !allowed {
                wait = wait.max(Some(limiter.next_window(token, now)));
            }
        }
        match wait {
            // A whole second more than none is left over, so that nobody comes too early.
            Some(wait) => Err(Refusal::too_many(wait.as_millis().div_ceil(1_000).try_into().unwrap_or(60))),
            None => Ok(()),
        }
    }
}
