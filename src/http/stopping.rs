//! Ends calls and waits when the program is asked to stop.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{Either, select};
use futures_util::{StreamExt, stream};
use tokio::sync::watch;

use super::fault::{ApiFault, FaultClass};
use super::transport::Transport;
use super::types::{Request, Response};
use crate::base::clock::{Clock, Timestamp};

/// How long a write under way may still take: a known outcome is worth more than an early exit.
const GRACE: Duration = Duration::from_secs(3);

/// The wish to stop, shared by everything that waits.
#[derive(Clone)]
pub struct Stop {
    wish: watch::Receiver<bool>,
    clock: Arc<dyn Clock>,
}

impl Stop {
    /// Listens to `wish`; waits pass on `clock`.
    pub fn new(wish: watch::Receiver<bool>, clock: Arc<dyn Clock>) -> Self {
        Self { wish, clock }
    }

    /// Returns when we are asked to stop, which may be never.
    async fn asked(&self) {
        let mut wish = self.wish.clone();
        if wish.wait_for(|stop| *stop).await.is_err() {
            // Nobody is left who could ask.
            std::future::pending::<()>().await;
        }
    }

    /// The time of day on the clock on which waits pass.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether we have been asked to stop.
    pub fn is_asked(&self) -> bool {
        *self.wish.borrow()
    }

    /// The work's result, or nothing when we are asked to stop first.
    pub async fn race<F: Future>(&self, work: F) -> Option<F::Output> {
        match select(pin!(self.asked()), pin!(work)).await {
            Either::Left(_) => None,
            Either::Right((done, _)) => Some(done),
        }
    }

    /// Waits; a fault when we are asked to stop meanwhile.
    pub async fn sleep(&self, duration: Duration, call: &str) -> Result<(), ApiFault> {
        self.race(self.clock.sleep(duration)).await.ok_or_else(|| stopped(call))
    }
}

fn stopped(call: &str) -> ApiFault {
    ApiFault::new(FaultClass::Stopped, call, "the program was asked to stop")
}

/// Cuts calls off when the program is asked to stop.
pub struct Stopping<T> {
    inner: T,
    stop: Stop,
}

impl<T> Stopping<T> {
    /// Guards `inner`.
    pub fn new(inner: T, stop: Stop) -> Self {
        Self { inner, stop }
    }
}

#[async_trait]
impl<T: Transport> Transport for Stopping<T> {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        let call = request.call();
        if self.stop.is_asked() {
            return Err(stopped(&call));
        }
        let mut work = pin!(self.inner.send(request));
        let response = match self.stop.race(work.as_mut()).await {
            Some(answer) => answer?,
            None if request.intent.is_write() => {
                match select(work, pin!(self.stop.clock.sleep(GRACE))).await {
                    // The answer of a write is short; its body is not cut off any more.
                    Either::Left((answer, _)) => return answer,
                    Either::Right(_) => return Err(ApiFault { outcome_unknown: true, ..stopped(&call) }),
                }
            }
            None => return Err(stopped(&call)),
        };
        if request.intent.is_write() {
            return Ok(response);
        }
        let state = Some((response.body, self.stop.clone(), call));
        let body = stream::unfold(state, |state| async move {
            let (mut body, stop, call) = state?;
            match stop.race(body.next()).await {
                Some(Some(piece)) => Some((piece, Some((body, stop, call)))),
                Some(None) => None,
                None => Some((Err(stopped(&call)), None)),
            }
        });
        Ok(Response { body: body.boxed(), status: response.status, headers: response.headers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::ManualClock;
    use crate::http::types::{Intent, Method};

    struct Silent;

    #[async_trait]
    impl Transport for Silent {
        async fn send(&self, _request: &Request<'_>) -> Result<Response, ApiFault> {
            std::future::pending().await
        }
    }

    async fn fault_of(intent: Intent) -> ApiFault {
        let (ask, wish) = watch::channel(false);
        let clock = Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
        let guarded = Stopping::new(Silent, Stop::new(wish, clock));
        let url = url::Url::parse("http://x.example/1/cards").unwrap();
        let request = Request::new(Method::Post, url, intent);
        let (answer, ()) = futures_util::future::join(guarded.send(&request), async {
            tokio::task::yield_now().await;
            ask.send(true).unwrap();
        })
        .await;
        answer.err().unwrap()
    }

    #[tokio::test]
    async fn a_silent_read_ends_at_once_when_asked() {
        let fault = fault_of(Intent::Read).await;
        assert_eq!((fault.class, fault.outcome_unknown), (FaultClass::Stopped, false));
    }

    #[tokio::test]
    async fn a_silent_write_ends_after_the_grace_with_an_unknown_outcome() {
        let fault = fault_of(Intent::WriteOnce).await;
        assert_eq!((fault.class, fault.outcome_unknown), (FaultClass::Stopped, true));
    }
}
