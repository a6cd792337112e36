//! What the demonstration needs besides the ordinary use cases: a sandbox's people who do things.

use bytes::Bytes;
use serde_json::json;
use url::Url;

use super::error::Error;
use super::sandbox::Running;
use crate::http::transport::{Network, Transport};
use crate::http::types::{Body, Intent, Method, Request};

/// The longest story that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// What the people of a sandbox are to do.
#[derive(Debug, Clone, Copy)]
pub enum Deed {
    /// Ordinary work: a new card, a comment, a moved card.
    DaysWork,
    /// What backups are for: mass edits, deletions, a list archived.
    Disaster,
}

/// Lets the people of a sandbox do something; tells what they did, a sentence each.
pub async fn people(sandbox: &Running, deed: Deed, seed: u64) -> Result<Vec<String>, Error> {
    let deed = match deed {
        Deed::DaysWork => "days-work",
        Deed::Disaster => "disaster",
    };
    let address = format!("{}/_sandbox/people", sandbox.origin);
    let address = Url::parse(&address).map_err(|error| Error::failed(format!("{address}: {error}")))?;
    let body = Body::Json(Bytes::from(json!({ "do": deed, "seed": seed }).to_string()));
    let mut request = Request::new(Method::Post, address, Intent::WriteOnce).with_body(body);
    request.authenticated = false;
    let mut answer = Network::new()?.send(&request).await?;
    let story = answer.collect(LONGEST, &request.call()).await?;
    serde_json::from_slice(&story)
        .map_err(|_| Error::failed(format!("the sandbox said: {}", String::from_utf8_lossy(&story))))
}
