//! Keeps within the platform's rate limits, shared by everything in this process that uses one credential.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;

use super::counters::Counters;
use super::fault::ApiFault;
use super::retry_after;
use super::stopping::Stop;
use super::transport::Transport;
use super::types::{Request, Response};
use super::window::Window;
use crate::base::clock::Clock;
use crate::base::hash::Hash;
use crate::base::ids::Random;

/// One published limit.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, unique on the platform.
    pub name: &'static str,
    /// Who has the budget, as a hash: of the token or of the key.
    pub owner: Hash,
    /// So many calls ...
    pub calls: usize,
    /// ... in any stretch of this length.
    pub interval: Duration,
    /// Which calls it counts.
    pub counts: fn(&Request<'_>) -> bool,
    /// Headers `PREFIX-max`, `PREFIX-remaining` and `PREFIX-interval-ms` tell the state, where there are any.
    pub headers: Option<&'static str>,
}

type Shared = Arc<Mutex<Window>>;
/// Limit, owner, and the clock on which its times are measured.
type Key = (&'static str, Hash, usize);

/// The budgets in use in this process.
static BUDGETS: LazyLock<Mutex<HashMap<Key, Weak<Mutex<Window>>>>> = LazyLock::new(Mutex::default);

/// The budget of a rule: the same one for every stack that names the same owner.
fn shared(rule: &Rule, clock: &Arc<dyn Clock>) -> Shared {
    let key = (rule.name, rule.owner, Arc::as_ptr(clock).cast::<()>().addr());
    let mut budgets = BUDGETS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(window) = budgets.get(&key).and_then(Weak::upgrade) {
        return window;
    }
    let window = Arc::new(Mutex::new(Window::new(rule.calls, rule.interval)));
    budgets.retain(|_, window| window.strong_count() > 0);
    budgets.insert(key, Arc::downgrade(&window));
    window
}

/// After a refusal a whole window passes, but never more than this: longer limits are left to the counting.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Holds calls back until all limits that count them allow them.
pub struct Limit<T> {
    inner: T,
    rules: Vec<(Rule, Shared)>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    stop: Stop,
    counters: Arc<Counters>,
}

impl<T> Limit<T> {
    /// Holds back calls to `inner`.
    pub fn new(
        inner: T,
        rules: Vec<Rule>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        stop: Stop,
        counters: Arc<Counters>,
    ) -> Self {
        let rules =
            rules.into_iter().map(|rule| (shared(&rule, &clock), rule)).map(|(w, r)| (r, w)).collect();
        Self { inner, rules, clock, random, stop, counters }
    }

    fn counting<'a>(
        &'a self,
        request: &'a Request<'_>,
    ) -> impl Iterator<Item = (&'a Rule, MutexGuard<'a, Window>)> {
        // Always in the order of the rules, so that two calls cannot wait for each other's locks.
        self.rules
            .iter()
            .filter(|(rule, _)| (rule.counts)(request))
            .map(|(rule, window)| (rule, window.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Takes one call from each budget if all have one left; otherwise says how long to wait.
    fn try_take(&self, request: &Request<'_>) -> Duration {
        let now = self.clock.monotonic();
        let mut windows: Vec<_> = self.counting(request).map(|(_, window)| window).collect();
        let wait = windows.iter_mut().map(|window| window.wait(now)).max().unwrap_or_default();
        if wait.is_zero() {
            for window in &mut windows {
                window.take(now, request.cost);
            }
        }
        wait
    }

    fn learn(&self, request: &Request<'_>, response: &Response) {
        let now = self.clock.monotonic();
        let asked = retry_after::asked(response, self.clock.now());
        for (rule, mut window) in self.counting(request) {
            let number = |what: &str| {
                let name = format!("{}-{what}", rule.headers?);
                response.header(&name)?.parse::<u32>().ok()
            };
            if let (Some(max), Some(interval), Some(remaining)) =
                (number("max"), number("interval-ms"), number("remaining"))
            {
                let interval = Duration::from_millis(u64::from(interval));
                window.observe(now, max as usize, interval, remaining as usize);
            }
            if response.status == 429 {
                let pause = asked.unwrap_or_else(|| window.interval()).min(LONGEST_PAUSE);
                let pause = pause + pause.mul_f64(0.2 * jitter(self.random.as_ref()));
                window.pause(now + pause);
            }
        }
    }
}

/// A random number from 0 to 1; zero when there is no randomness, which is a poorer jitter but no harm.
pub(super) fn jitter(random: &dyn Random) -> f64 {
    let mut bytes = [0; 2];
    random.fill(&mut bytes).map_or(0.0, |()| f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX))
}

#[async_trait]
impl<T: Transport> Transport for Limit<T> {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        loop {
            let wait = self.try_take(request);
            if wait.is_zero() {
                break;
            }
            self.counters.waits(self.clock.monotonic(), wait);
            self.stop.sleep(wait, &request.call()).await?;
        }
        let response = self.inner.send(request).await?;
        self.learn(request, &response);
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::ManualClock;
    use crate::base::ids::SeededRandom;
    use crate::http::testing::{Answer, Scripted, request};
    use crate::http::types::Intent;

    struct Bench {
        clock: Arc<dyn Clock>,
        counters: Arc<Counters>,
        _asker: tokio::sync::watch::Sender<bool>,
        wish: tokio::sync::watch::Receiver<bool>,
    }

    fn bench() -> Bench {
        let (asker, wish) = tokio::sync::watch::channel(false);
        let clock = Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
        Bench { clock, counters: Arc::default(), _asker: asker, wish }
    }

    impl Bench {
        fn limit(&self, answers: Vec<Answer>) -> Limit<Scripted> {
            let rule = Rule {
                name: "test",
                owner: Hash::of(b"token"),
                calls: 10,
                interval: Duration::from_secs(10),
                counts: |_| true,
                headers: Some("x-rate-limit-api-token"),
            };
            Limit::new(
                Scripted::new(answers),
                vec![rule],
                Arc::clone(&self.clock),
                Arc::new(SeededRandom::new(1)),
                Stop::new(self.wish.clone(), Arc::clone(&self.clock)),
                Arc::clone(&self.counters),
            )
        }
    }

    fn ok() -> Answer {
        Answer::json(200, "{}")
    }

    #[tokio::test]
    async fn two_stacks_of_one_owner_share_the_budget() {
        let bench = bench();
        let (one, two) = (bench.limit(vec![ok(); 5]), bench.limit(vec![ok(); 5]));
        for _ in 0..5 {
            one.send(&request(Intent::Read)).await.unwrap();
            two.send(&request(Intent::Read)).await.unwrap();
        }
        assert_eq!(
            bench.clock.monotonic(),
            Duration::from_secs(10),
            "nine fit into a window, the tenth waits"
        );
        assert_eq!(bench.counters.waited_ms.load(std::sync::atomic::Ordering::Relaxed), 10_000);
    }

    #[tokio::test]
    async fn a_refusal_pauses_everybody_for_a_whole_window_and_a_bit() {
        let bench = bench();
        let limit = bench.limit(vec![Answer::json(429, "{}"), ok()]);
        limit.send(&request(Intent::Read)).await.unwrap();
        limit.send(&request(Intent::Read)).await.unwrap();
        let waited = bench.clock.monotonic();
        assert!(waited >= Duration::from_secs(10) && waited <= Duration::from_secs(12), "{waited:?}");
    }

    #[tokio::test]
    async fn headers_that_say_that_others_use_the_budget_slow_us_down() {
        let bench = bench();
        let told = ok()
            .header("x-rate-limit-api-token-max", "10")
            .header("x-rate-limit-api-token-remaining", "0")
            .header("x-rate-limit-api-token-interval-ms", "10000");
        let limit = bench.limit(vec![told, ok()]);
        limit.send(&request(Intent::Read)).await.unwrap();
        limit.send(&request(Intent::Read)).await.unwrap();
        assert_eq!(bench.clock.monotonic(), Duration::from_secs(10));
    }
}
