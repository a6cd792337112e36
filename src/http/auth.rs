//! Adds the credential, and only where it belongs.

use async_trait::async_trait;
use url::{Origin, Url};

use super::fault::ApiFault;
use super::transport::Transport;
use super::types::{Request, Response};
use crate::base::secret::Secret;

/// Adds an `Authorization` header to calls to the listed origins; no other host ever gets it.
pub struct Auth<T> {
    inner: T,
    value: Secret,
    origins: Vec<Origin>,
}

impl<T> Auth<T> {
    /// `value` is the header's whole value.
    pub fn new(inner: T, value: Secret, origins: Vec<Origin>) -> Self {
        Self { inner, value, origins }
    }

    fn trusts(&self, url: &Url) -> bool {
        self.origins.contains(&url.origin())
    }
}

#[async_trait]
impl<T: Transport> Transport for Auth<T> {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        if !request.authenticated || !self.trusts(&request.url) {
            return self.inner.send(request).await;
        }
        let header = Some(("authorization".to_owned(), self.value.expose().to_owned()));
        self.inner.send(&Request { header, ..request.clone() }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{Answer, Scripted, request};
    use crate::http::types::Intent;

    #[tokio::test]
    async fn only_the_listed_origins_get_the_credential() {
        let scripted = Scripted::new((0..4).map(|_| Answer::json(200, "{}")));
        let home = request(Intent::Read);
        let auth = Auth::new(scripted.clone(), Secret::new("OAuth S"), vec![home.url.origin()]);
        auth.send(&home).await.unwrap();
        for other in ["https://other.example/1/x", "http://api.example/1/x", "https://api.example:444/1/x"] {
            let call = Request { url: Url::parse(other).unwrap(), ..home.clone() };
            auth.send(&call).await.unwrap();
        }
        assert_eq!(scripted.credentials(), [true, false, false, false]);
    }
}
