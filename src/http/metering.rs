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
        Counters::one(match request.intent {
            Intent::Read => &self.counters.requests,
            Intent::Download => &self.counters.downloads,
            Intent::WriteIdempotent | Intent::WriteOnce => &self.counters.writes,
        });
        Counters::many(&self.counters.bytes_out, request.body.len());
        let response = self.inner.send(request).await?;
        let counters = Arc::clone(&self.counters);
        let body = response.body.inspect(move |piece| {
            if let Ok(piece) = piece {
                Counters::many(&counters.bytes_in, piece.len() as u64);
            }
        });
        Ok(Response { body: body.boxed(), ..response })
    }
}
