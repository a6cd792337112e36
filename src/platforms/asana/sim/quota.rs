//! How often a token may ask.

use std::time::Duration;

use super::refusal::Refusal;
use super::state::items;
use crate::sim::limits::{Budget, Limiter};
use crate::sim::request::Request;
use crate::sim::rooms::Room;
use crate::sim::world::text;

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

/// Where a request takes room: a token has 50 reads and 15 writes at the same time, and a batch is as many of
/// each as there are in it.
pub(super) fn rooms(token: &str, request: &Request) -> Vec<Room> {
    if !request.path.starts_with("/api/") {
        return Vec::new();
    }
    let is_read = |method: &str| method.eq_ignore_ascii_case("GET");
    let (reads, writes) = match request.params.raw("data").filter(|_| request.path.ends_with("/batch")) {
        Some(data) => {
            let actions = items(data, "actions");
            let reads = actions.iter().filter(|action| is_read(text(action, "method"))).count();
            (reads, actions.len() - reads)
        }
        None if is_read(&request.method) => (1, 0),
        None => (0, 1),
    };
    let room = |what: &str, places, takes| Room { name: format!("{what} of {token}"), places, takes };
    vec![room("reads", 50, reads), room("writes", 15, writes)]
}
