//! Adds the credential, and only where it belongs.

use std::sync::Arc;

use async_trait::async_trait;
use url::{Origin, Url};

use super::fault::ApiFault;
use super::renewable::Renewable;
use super::transport::Transport;
use super::types::{Request, Response};
use crate::base::hash::Hash;
use crate::base::secret::Secret;

/// What proves who is calling.
#[derive(Clone)]
pub enum Credential {
    /// The header's whole value.
    Fixed(Secret),
    /// A bearer token that is renewed from time to time.
    Renewable(Arc<Renewable>),
}

impl Credential {
    /// A bearer token that stays the same.
    pub fn bearer(token: &Secret) -> Self {
        Self::Fixed(header(token))
    }

    /// Stands for the account in budgets ([`Rule::owner`](super::limit::Rule::owner)); a renewal does not change it.
    pub fn owner(&self) -> Hash {
        match self {
            Self::Fixed(value) => Hash::of(value.expose().as_bytes()),
            Self::Renewable(grant) => grant.owner(),
        }
    }
}

fn header(token: &Secret) -> Secret {
    Secret::new(format!("Bearer {}", token.expose()))
}

/// Adds an `Authorization` header to calls to the listed origins; no other host ever gets it.
///
/// A call that is answered 401 was not carried out. With a credential that can be renewed it is sent once more with
/// another token, writes too.
pub struct Auth<T> {
    inner: T,
    credential: Credential,
    origins: Vec<Origin>,
}

impl<T: Transport> Auth<T> {
    /// Adds `credential` to what goes through `inner`.
    pub fn new(inner: T, credential: Credential, origins: Vec<Origin>) -> Self {
        Self { inner, credential, origins }
    }

    fn trusts(&self, url: &Url) -> bool {
        self.origins.contains(&url.origin())
    }

    async fn send_with(&self, request: &Request<'_>, value: &Secret) -> Result<Response, ApiFault> {
        let header = Some(("authorization".to_owned(), value.expose().to_owned()));
        self.inner.send(&Request { header, ..request.clone() }).await
    }
}

#[async_trait]
impl<T: Transport> Transport for Auth<T> {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        if !request.authenticated || !self.trusts(&request.url) {
            return self.inner.send(request).await;
        }
        let grant = match &self.credential {
            Credential::Fixed(value) => return self.send_with(request, value).await,
            Credential::Renewable(grant) => grant,
        };
        let token = grant.token().await?;
        let response = self.send_with(request, &header(&token)).await?;
        if response.status != 401 {
            return Ok(response);
        }
        match grant.token_after(&token).await? {
            Some(token) => self.send_with(request, &header(&token)).await,
            None => Ok(response),
        }
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
        let auth =
            Auth::new(scripted.clone(), Credential::Fixed(Secret::new("OAuth S")), vec![home.url.origin()]);
        auth.send(&home).await.unwrap();
        for other in ["https://other.example/1/x", "http://api.example/1/x", "https://api.example:444/1/x"] {
            let call = Request { url: Url::parse(other).unwrap(), ..home.clone() };
            auth.send(&call).await.unwrap();
        }
        assert_eq!(scripted.credentials(), [true, false, false, false]);
    }
}
