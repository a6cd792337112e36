//! Repeats what is safe to repeat, and turns bad answers into faults.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::de::IgnoredAny;

use super::counters::Counters;
use super::fault::{ApiFault, FaultClass};
use super::limit::jitter;
use super::retry_after;
use super::stopping::Stop;
use super::transport::Transport;
use super::types::{Intent, Request, Response};
use crate::base::defect::{Defect, planted};
use crate::base::ids::Random;
use crate::base::retry::Backoff;

/// About a minute and a half of waiting, besides what the rate limit itself makes us wait.
const BACKOFF: Backoff =
    Backoff { first: Duration::from_secs(1), cap: Duration::from_secs(16), attempts: 10 };

/// Whoever is asked to wait for longer than this gives up and says so: nobody looks at a program that is silent for hours.
const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// No JSON answer may be larger; platforms refuse far earlier.
const MAX_JSON: usize = 1 << 30;
/// So much of an error's text is read.
const MAX_ERROR: usize = 64 << 10;
/// So much of it is shown, in characters.
const SHOWN: usize = 200;

/// What a status and a text mean on this platform.
pub type Classify = fn(&Request<'_>, u16, &str) -> FaultClass;

/// Repeats calls. Above it, an answer has a status from 200 to 399, and a JSON answer is whole.
pub struct Retrying<T> {
    inner: T,
    classify: Classify,
    random: Arc<dyn Random>,
    stop: Stop,
    counters: Arc<Counters>,
}

impl<T: Transport> Retrying<T> {
    /// Repeats calls to `inner`.
    pub fn new(
        inner: T,
        classify: Classify,
        random: Arc<dyn Random>,
        stop: Stop,
        counters: Arc<Counters>,
    ) -> Self {
        Self { inner, classify, random, stop, counters }
    }

    async fn once(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        let mut response = self.inner.send(request).await?;
        let call = request.call();
        if !(200..400).contains(&response.status) {
            return Err(self.fault(request, &mut response).await);
        }
        if request.intent == Intent::Read {
            let bytes = response.collect(MAX_JSON, &call).await?;
            let cut = serde_json::from_slice::<IgnoredAny>(&bytes).is_err_and(|error| error.is_eof());
            if cut && response.media_type().contains("json") {
                return Err(request.fault(FaultClass::Network, "the JSON answer was cut off"));
            }
            response.body = Response::held(bytes);
        }
        Ok(response)
    }

    async fn fault(&self, request: &Request<'_>, response: &mut Response) -> ApiFault {
        let status = response.status;
        let bytes = response.collect(MAX_ERROR, &request.call()).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let message =
            if response.media_type() == "text/html" { "a web page".to_owned() } else { said(&text) };
        // Most platforms answer 429 before they act, as far as is known; some have been seen to act first.
        let class = (self.classify)(request, status, &text);
        let unknown = class != FaultClass::Postponed && (status >= 500 || matches!(status, 408 | 429));
        ApiFault {
            status: Some(status),
            outcome_unknown: request.intent.is_write() && unknown,
            retry_after: retry_after::asked(response, self.stop.now()),
            ..request.fault(class, message)
        }
    }
}

/// The message in an error's JSON or text, shortened.
fn said(text: &str) -> String {
    let json: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let message = json.as_ref().and_then(|json| {
        json.get("message")
            .or_else(|| json.get("error"))
            .or_else(|| json.pointer("/errors/0/message"))?
            .as_str()
    });
    let message = message.unwrap_or(text).trim();
    if message.is_empty() { "no message".to_owned() } else { message.chars().take(SHOWN).collect() }
}

/// Whether a call may be sent again after this fault.
fn repeatable(intent: Intent, fault: &ApiFault) -> bool {
    let transient = matches!(
        fault.class,
        FaultClass::Postponed | FaultClass::RateLimited | FaultClass::Server | FaultClass::Network
    );
    transient && (planted(Defect::WriteRepeated) || !(intent == Intent::WriteOnce && fault.outcome_unknown))
}

#[async_trait]
impl<T: Transport> Transport for Retrying<T> {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        let mut attempt = 1;
        loop {
            let fault = match self.once(request).await {
                Ok(response) => return Ok(response),
                Err(fault) if repeatable(request.intent, &fault) => fault,
                Err(fault) => return Err(fault),
            };
            let asked = fault.retry_after.filter(|_| !planted(Defect::WaitIgnored));
            if let Some(asked) = asked.filter(|asked| *asked > LONGEST_WAIT) {
                let hours = asked.as_secs().div_ceil(3600);
                let advice = format!("The platform wants to be asked again in {hours} hours; try again then");
                return Err(ApiFault { advice: Some(advice), ..fault });
            }
            let Some(delay) = BACKOFF.delay(attempt, asked, jitter(self.random.as_ref())) else {
                return Err(fault);
            };
            if fault.class == FaultClass::RateLimited || fault.status == Some(429) {
                // Nobody needs to do anything about it: the limit is known, and it is obeyed.
                tracing::info!(%fault, attempt, delay_ms = delay.as_millis(), "waits for the platform's limit");
            } else {
                tracing::warn!(%fault, attempt, delay_ms = delay.as_millis(), "repeated after a pause");
            }
            let slept = self.stop.sleep(delay, &request.call()).await;
            // A stop while waiting does not make an earlier attempt's outcome known.
            slept.map_err(|stopped| ApiFault { outcome_unknown: fault.outcome_unknown, ..stopped })?;
            Counters::one(&self.counters.retries);
            attempt += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::{Clock, ManualClock};
    use crate::base::ids::SeededRandom;
    use crate::http::testing::{Answer, Lines, Scripted, request};

    fn classify(_: &Request<'_>, status: u16, text: &str) -> FaultClass {
        match status {
            _ if text.contains("again later") => FaultClass::Postponed,
            429 => FaultClass::RateLimited,
            500.. => FaultClass::Server,
            _ => FaultClass::Invalid,
        }
    }

    /// Sends one call over scripted answers; gives the outcome and the number of attempts.
    async fn outcome(intent: Intent, answers: Vec<Answer>) -> (Result<u16, ApiFault>, usize) {
        let (answer, attempts, _) = timed(intent, answers).await;
        (answer, attempts)
    }

    /// The same, and the time that it took.
    async fn timed(intent: Intent, answers: Vec<Answer>) -> (Result<u16, ApiFault>, usize, Duration) {
        let scripted = Scripted::new(answers);
        let (_asker, wish) = tokio::sync::watch::channel(false);
        let clock = Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
        let stop = Stop::new(wish, Arc::<ManualClock>::clone(&clock));
        let stack = Retrying::new(
            scripted.clone(),
            classify,
            Arc::new(SeededRandom::new(1)),
            stop,
            Arc::<Counters>::default(),
        );
        let answer = stack.send(&request(intent)).await.map(|response| response.status);
        (answer, scripted.calls().len(), clock.monotonic())
    }

    fn ok() -> Answer {
        Answer::json(200, "{}")
    }

    #[tokio::test]
    async fn reads_and_idempotent_writes_are_repeated() {
        for intent in [Intent::Read, Intent::Download, Intent::WriteIdempotent] {
            for bad in [Answer::json(429, "{}"), Answer::json(503, ""), Answer::lost()] {
                let (answer, attempts) = outcome(intent, vec![bad.clone(), bad, ok()]).await;
                assert_eq!((answer.unwrap(), attempts), (200, 3));
            }
        }
    }

    #[tokio::test]
    async fn a_wait_that_the_platform_asks_for_is_kept() {
        let busy = Answer::json(429, "{}").header("retry-after", "120");
        let (answer, _, waited) = timed(Intent::Read, vec![busy, ok()]).await;
        assert_eq!(answer.unwrap(), 200);
        assert!(waited >= Duration::from_mins(2), "{waited:?}");
    }

    #[tokio::test]
    async fn a_wait_of_hours_is_told_and_not_waited_for() {
        let busy = Answer::json(429, "{}").header("retry-after", "1000000000");
        let (answer, attempts, waited) = timed(Intent::Read, vec![busy, ok()]).await;
        let fault = answer.unwrap_err();
        assert!(fault.to_string().contains("in 277778 hours"), "{fault}");
        assert_eq!((attempts, waited), (1, Duration::ZERO));
    }

    #[tokio::test]
    async fn a_limit_that_is_obeyed_is_no_warning() {
        for (status, warnings) in [(429, 0), (503, 1)] {
            let lines = Lines::default();
            let _guard = lines.keep(tracing::Level::WARN);
            outcome(Intent::Read, vec![Answer::json(status, "{}"), ok()]).await.0.unwrap();
            assert_eq!(lines.text().lines().count(), warnings, "{}", lines.text());
        }
    }

    #[tokio::test]
    async fn a_write_that_counts_is_sent_once_and_its_outcome_is_unknown() {
        for bad in [Answer::json(429, "{}"), Answer::json(503, ""), Answer::lost()] {
            let (answer, attempts) = outcome(Intent::WriteOnce, vec![bad, ok()]).await;
            assert_eq!((answer.unwrap_err().outcome_unknown, attempts), (true, 1));
        }
    }

    #[tokio::test]
    async fn a_write_that_the_platform_says_it_put_off_is_sent_again() {
        let later = Answer::json(500, r#"{"message":"again later"}"#);
        let (answer, attempts) = outcome(Intent::WriteOnce, vec![later, ok()]).await;
        assert_eq!((answer.unwrap(), attempts), (200, 2));
    }

    #[tokio::test]
    async fn a_refusal_is_neither_repeated_nor_doubtful() {
        let (answer, attempts) =
            outcome(Intent::WriteOnce, vec![Answer::json(400, r#"{"message":"invalid id"}"#)]).await;
        let fault = answer.unwrap_err();
        assert_eq!((fault.outcome_unknown, attempts), (false, 1));
        assert_eq!(fault.to_string(), "GET /1/boards/b1: 400 invalid id");
    }

    #[tokio::test]
    async fn a_json_answer_that_is_cut_off_is_asked_for_again() {
        let (answer, attempts) = outcome(Intent::Read, vec![Answer::json(200, r#"{"cards":[{"#), ok()]).await;
        assert_eq!((answer.unwrap(), attempts), (200, 2));
    }

    #[tokio::test]
    async fn the_budget_ends() {
        let (answer, attempts) = outcome(Intent::Read, vec![Answer::json(500, "oops"); 10]).await;
        assert_eq!((answer.unwrap_err().class, attempts), (FaultClass::Server, 10));
    }
}
