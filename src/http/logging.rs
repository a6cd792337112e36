//! One log line a call, without anything secret.

use std::sync::Arc;

use async_trait::async_trait;

use super::fault::ApiFault;
use super::transport::Transport;
use super::types::{Request, Response, path_without_secrets};
use crate::base::clock::Clock;
use crate::base::defect::{Defect, planted};
use crate::base::redact;

/// Logs method, redacted address, status and time taken.
pub struct Logging<T> {
    inner: T,
    clock: Arc<dyn Clock>,
}

impl<T> Logging<T> {
    /// Logs what goes through `inner`.
    pub fn new(inner: T, clock: Arc<dyn Clock>) -> Self {
        Self { inner, clock }
    }
}

/// The address as it may be logged.
fn shown(request: &Request<'_>) -> String {
    if planted(Defect::SecretLogged) {
        return request.url.to_string();
    }
    let mut url = request.url.clone();
    url.set_path(&path_without_secrets(&request.url));
    redact::url(&url)
}

#[async_trait]
impl<T: Transport> Transport for Logging<T> {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        let began = self.clock.monotonic();
        let answer = self.inner.send(request).await;
        let ms = self.clock.monotonic().saturating_sub(began).as_millis();
        let (method, url) = (request.method.name(), shown(request));
        match &answer {
            Ok(response) => tracing::debug!(method, url, status = response.status, ms, "call"),
            Err(fault) => {
                tracing::debug!(method, url, status = fault.status, ms, class = ?fault.class, "call failed");
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::types::{Intent, Method};

    #[test]
    fn neither_query_values_nor_token_segments_are_shown() {
        let url = url::Url::parse("https://api.example/1/tokens/SECRET?key=SECRET&limit=5").unwrap();
        let text = shown(&Request::new(Method::Get, url, Intent::Read));
        assert!(!text.contains("SECRET") && text.contains("limit=5"), "{text}");
    }
}
