//! Counts what is really sent.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;

use super::counters::Counters;
use super::fault::ApiFault;
use super::transport::Transport;
use super::types::{Intent, Request, Response};

/// Counts each attempt by its intent, and the bytes in both directions.
pub struct Metering<T> {
    inner: T,
    counters: Arc<Counters>,
}

impl<T> Metering<T> {
    /// Counts what goes through `inner`.
    pub fn new(inner: T, counters: Arc<Counters>) -> Self {
        Self { inner, counters }
    }
}

#[async_trait]
impl<T: Transport> Transport for Metering<T> {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        Counters::many(&self.counters.bytes_out, request.body.len());
        let answer = self.inner.send(request).await;
        // A redirect is the first half of one download.
        let halfway = answer.as_ref().is_ok_and(|response| (300..400).contains(&response.status));
        match request.intent {
            Intent::Read => Counters::one(&self.counters.requests),
            Intent::Download if halfway => {}
            Intent::Download => Counters::one(&self.counters.downloads),
            Intent::WriteIdempotent | Intent::WriteOnce => Counters::one(&self.counters.writes),
        }
        let response = answer?;
        let counters = Arc::clone(&self.counters);
        let body = response.body.inspect(move |piece| {
            if let Ok(piece) = piece {
                Counters::many(&counters.bytes_in, piece.len() as u64);
            }
        });
        Ok(Response { body: body.boxed(), ..response })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use super::*;
    use crate::http::testing::{Answer, Scripted, request};

    #[tokio::test]
    async fn each_attempt_counts_by_its_intent_and_a_redirected_download_once() {
        let counters = Arc::<Counters>::default();
        let answers = [200, 429, 302, 200, 200].map(|status| Answer::json(status, "12345"));
        let metering = Metering::new(Scripted::new(answers), Arc::clone(&counters));
        for intent in [Intent::Read, Intent::Read, Intent::Download, Intent::Download, Intent::WriteOnce] {
            metering.send(&request(intent)).await.unwrap().collect(5, "").await.unwrap();
        }
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Relaxed);
        assert_eq!(
            (count(&counters.requests), count(&counters.downloads), count(&counters.writes)),
            (2, 1, 1)
        );
        assert_eq!(count(&counters.bytes_in), 25);
    }
}
