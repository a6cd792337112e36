//! JSON calls and downloads over the whole stack.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;
use url::{Origin, Url};

use super::auth::{Auth, Credential};
use super::counters::Counters;
use super::fault::{ApiFault, FaultClass};
use super::limit::{Limit, Rule};
use super::logging::Logging;
use super::metering::Metering;
use super::read_only::ReadOnly;
use super::retrying::{Classify, Retrying};
use super::stopping::{Stop, Stopping};
use super::transport::Transport;
use super::types::{Body, Intent, Method, Request, Response};
use crate::base::clock::Clock;
use crate::base::ids::Random;

/// What a platform tells the stack.
pub struct Profile {
    /// What goes into the `Authorization` header.
    pub credential: Credential,
    /// The origins that may get it.
    pub origins: Vec<Origin>,
    /// Its limits.
    pub limits: Vec<Rule>,
    /// What its errors mean.
    pub classify: Classify,
}

/// What the stack needs from its surroundings.
pub struct Surroundings {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for jitter.
    pub random: Arc<dyn Random>,
    /// Becomes true when the program is asked to stop.
    pub stop: watch::Receiver<bool>,
    /// Refuse writes.
    pub read_only: bool,
}

/// A client of one API with one credential.
#[derive(Clone)]
pub struct Client {
    stack: Arc<dyn Transport>,
    base: Url,
    counters: Arc<Counters>,
}

/// A part of an address's query: name and value.
pub type Query<'a> = [(&'a str, &'a str)];

impl Client {
    /// Puts the stack together over `transport`. Makes no call.
    pub fn new(
        transport: impl Transport + 'static,
        base: Url,
        profile: Profile,
        around: Surroundings,
    ) -> Self {
        let counters = Arc::<Counters>::default();
        let stop = Stop::new(around.stop, Arc::clone(&around.clock));
        let metering = Metering::new(transport, Arc::clone(&counters));
        let stopping = Stopping::new(metering, stop.clone());
        let limit = Limit::new(
            stopping,
            profile.limits,
            Arc::clone(&around.clock),
            Arc::clone(&around.random),
            stop.clone(),
            Arc::clone(&counters),
        );
        let auth = Auth::new(limit, profile.credential, profile.origins);
        let retrying = Retrying::new(auth, profile.classify, around.random, stop, Arc::clone(&counters));
        let read_only = ReadOnly::new(retrying, around.read_only);
        let stack = Arc::new(Logging::new(read_only, around.clock));
        Self { stack, base, counters }
    }

    /// What has been used so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The API's own address.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The address of a path below the base. Segments are escaped: an id can never become a path.
    pub fn url(&self, path: &[&str], query: &Query<'_>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Reads a JSON document.
    pub async fn get(&self, path: &[&str], query: &Query<'_>) -> Result<Value, ApiFault> {
        self.json(&Request::new(Method::Get, self.url(path, query), Intent::Read)).await
    }

    /// Reads a JSON document where a smaller question is possible, should this one be too large.
    pub async fn get_divisible(&self, path: &[&str], query: &Query<'_>) -> Result<Value, ApiFault> {
        let request = Request::new(Method::Get, self.url(path, query), Intent::Read);
        self.json(&Request { divisible: true, ..request }).await
    }

    /// Writes, and reads the JSON answer. `POST` creates and is sent at most once; the others may be repeated.
    pub async fn write(&self, method: Method, path: &[&str], body: Body<'_>) -> Result<Value, ApiFault> {
        let intent = if method == Method::Post { Intent::WriteOnce } else { Intent::WriteIdempotent };
        self.json(&Request::new(method, self.url(path, &[]), intent).with_body(body)).await
    }

    /// Sends any call over the stack.
    pub async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        self.stack.send(request).await
    }

    /// Sends a call and parses its JSON answer.
    pub async fn json(&self, request: &Request<'_>) -> Result<Value, ApiFault> {
        let mut response = self.stack.send(request).await?;
        // From here on a write has been carried out: whatever fails now only loses its answer.
        let lost = |fault: ApiFault| ApiFault { outcome_unknown: request.intent.is_write(), ..fault };
        let bytes = response.collect(usize::MAX, &request.call()).await.map_err(lost)?;
        parse(request, &response, &bytes).map_err(lost)
    }
}

fn parse(request: &Request<'_>, response: &Response, bytes: &Bytes) -> Result<Value, ApiFault> {
    let media_type = response.media_type();
    let refuse = |message: String| {
        let fault = request.fault(FaultClass::Protocol, message);
        Err(ApiFault { status: Some(response.status), ..fault })
    };
    if (300..400).contains(&response.status) {
        return refuse("a redirect instead of JSON; check the base URL of the connection".to_owned());
    }
    if bytes.is_empty() && request.intent.is_write() {
        return Ok(Value::Null);
    }
    if !media_type.contains("json") {
        let what = match media_type.as_str() {
            "" => "an answer without a type".to_owned(),
            "text/html" => "a web page (text/html)".to_owned(),
            other => other.to_owned(),
        };
        return refuse(format!("{what} instead of JSON; check the base URL, and any proxy in between"));
    }
    serde_json::from_slice(bytes).or_else(|error| refuse(format!("the answer is not JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_trait::async_trait;

    use super::*;
    use crate::base::clock::ManualClock;
    use crate::base::hash::Hash;
    use crate::base::ids::SeededRandom;
    use crate::base::secret::Secret;
    use crate::http::testing::{Answer, Scripted, client};

    #[tokio::test]
    async fn a_web_page_in_place_of_json_is_named() {
        let client = client(&Scripted::new([Answer::typed(200, "text/html", "<html>Log in</html>")]));
        let fault = client.get(&["boards", "b"], &[]).await.unwrap_err();
        assert_eq!(fault.class, FaultClass::Protocol);
        assert!(fault.message.contains("web page"), "{fault}");
    }

    #[tokio::test]
    async fn an_unreadable_answer_to_a_write_leaves_its_outcome_unknown() {
        for answer in [Answer::typed(200, "text/html", "<html>"), Answer::json(200, "{\"id\":")] {
            let client = client(&Scripted::new([answer]));
            let fault = client.write(Method::Post, &["cards"], Body::Empty).await.unwrap_err();
            assert!(fault.outcome_unknown, "{fault}");
        }
    }

    /// Refuses every call for its rate until a time.
    struct Busy {
        clock: Arc<ManualClock>,
        until: Duration,
    }

    #[async_trait]
    impl Transport for Busy {
        async fn send(&self, _request: &Request<'_>) -> Result<Response, ApiFault> {
            let status = if self.clock.monotonic() < self.until { 429 } else { 200 };
            let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
            Ok(Response { status, headers, body: Response::held(Bytes::from_static(b"{}")) })
        }
    }

    #[tokio::test]
    async fn a_minute_of_refusals_is_waited_out_with_few_calls() {
        let clock = Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
        let base = Url::parse("https://api.example/1").unwrap();
        let rule = Rule {
            name: "busy",
            owner: Hash::of(b"busy"),
            calls: 100,
            interval: Duration::from_secs(10),
            counts: |_| true,
            headers: None,
        };
        let profile = Profile {
            credential: Credential::Fixed(Secret::new("S")),
            origins: vec![],
            limits: vec![rule],
            classify: |_, _, _| FaultClass::RateLimited,
        };
        let (_asker, stop) = watch::channel(false);
        let around = Surroundings {
            clock: clock.clone(),
            random: Arc::new(SeededRandom::new(1)),
            stop,
            read_only: false,
        };
        let busy = Busy { clock: clock.clone(), until: Duration::from_mins(1) };
        let client = Client::new(busy, base, profile, around);
        client.get(&["boards"], &[]).await.unwrap();
        let calls = client.counters().requests.load(std::sync::atomic::Ordering::Relaxed);
        assert!(calls <= 7 && clock.monotonic() < Duration::from_secs(90), "{calls} {:?}", clock.monotonic());
    }

    #[tokio::test]
    async fn an_id_cannot_leave_its_path_segment() {
        let client = client(&Scripted::new([]));
        assert_eq!(
            client.url(&["boards", "../x?y"], &[]).as_str(),
            "https://api.example/1/boards/..%2Fx%3Fy"
        );
    }
}
