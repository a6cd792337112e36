//! Refuses writes: a command that only looks cannot write, even if a connector is wrong.

use async_trait::async_trait;

use super::fault::{ApiFault, FaultClass};
use super::transport::Transport;
use super::types::{Request, Response};
use crate::base::defect::{Defect, planted};

/// Lets reads through and refuses everything else.
pub struct ReadOnly<T> {
    inner: T,
    on: bool,
}

impl<T> ReadOnly<T> {
    /// Guards `inner` when `on`.
    pub fn new(inner: T, on: bool) -> Self {
        Self { inner, on }
    }
}

#[async_trait]
impl<T: Transport> Transport for ReadOnly<T> {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        if self.on && !planted(Defect::WriteWhileReading) && request.intent.is_write() {
            return Err(request.fault(FaultClass::Forbidden, "refused here: this command only reads"));
        }
        self.inner.send(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{Scripted, request};
    use crate::http::types::Intent;

    #[tokio::test]
    async fn writes_are_refused_before_they_are_sent() {
        let scripted = Scripted::new([]);
        let guarded = ReadOnly::new(scripted.clone(), true);
        for intent in [Intent::WriteOnce, Intent::WriteIdempotent] {
            let fault = guarded.send(&request(intent)).await.err().unwrap();
            assert_eq!(fault.class, FaultClass::Forbidden);
        }
        assert_eq!(scripted.calls(), [""; 0]);
    }
}
