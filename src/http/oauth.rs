//! OAuth 2.0 with an authorisation code: where the person is sent, and what the token endpoint answers.
//!
//! Standards: RFC 6749 (the protocol), RFC 7636 (PKCE). What platforms do differently is in [`OAuth`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::fault::{ApiFault, FaultClass};
use super::pkce;
use super::secure;
use super::transport::Transport;
use super::types::{Body, Intent, Method, Request, Response};
use crate::base::secret::Secret;

/// How a platform lends access for a while.
#[derive(Debug)]
pub struct OAuth {
    /// The page on which the person allows the access, for an API at this address. In a sandbox it lies on the
    /// sandbox's own origin.
    pub authorize: fn(&Url) -> Url,
    /// The token endpoint that belongs to an API at this address.
    pub token: fn(&Url) -> Url,
    /// What is asked for.
    pub scopes: &'static [&'static str],
    /// Whether the authorisation page understands PKCE (with S256).
    pub pkce: bool,
    /// How the app shows at the token endpoint that it has the client secret.
    pub proof: Proof,
    /// Where and how to register an app, in a few sentences.
    pub help: &'static str,
}

/// How an app shows that it has the client secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It sends it as `client_secret`.
    Secret,
    /// It sends `hash`: the SHA-256, in hexadecimal digits, of the secret, a `|`, and the code or refresh token.
    Sha256,
}

/// What the platform gave the owner of an app when the app was registered.
#[derive(Debug, Clone)]
pub struct Registration {
    /// `client_id`.
    pub id: Secret,
    /// `client_secret`.
    pub secret: Secret,
}

impl Registration {
    /// The registration among a credential's parts, if it is there.
    pub fn from_parts(parts: &BTreeMap<String, Secret>) -> Option<Self> {
        let (id, secret) = (parts.get(part::CLIENT_ID)?.clone(), parts.get(part::CLIENT_SECRET)?.clone());
        Some(Self { id, secret })
    }

    /// The same as parts of a credential.
    pub fn to_parts(&self) -> BTreeMap<String, Secret> {
        BTreeMap::from([
            (part::CLIENT_ID.to_owned(), self.id.clone()),
            (part::CLIENT_SECRET.to_owned(), self.secret.clone()),
        ])
    }
}

/// The names under which a grant and all that belongs to it stand among a credential's parts.
pub mod part {
    /// The app's id.
    pub const CLIENT_ID: &str = "client_id";
    /// The app's secret.
    pub const CLIENT_SECRET: &str = "client_secret";
    /// The address to which the person was sent back.
    pub const REDIRECT_URI: &str = "redirect_uri";
    /// The token for the `Authorization` header.
    pub const ACCESS_TOKEN: &str = "access_token";
    /// The token that gets the next access token.
    pub const REFRESH_TOKEN: &str = "refresh_token";
    /// When the access token stops working, in RFC 3339; empty where the platform does not tell.
    pub const EXPIRES_AT: &str = "expires_at";
}

/// What is exchanged for tokens.
#[derive(Debug, Clone)]
pub enum Grant {
    /// The code that the authorisation page gave; works once, within minutes.
    Code {
        /// The code.
        code: Secret,
        /// The redirect address exactly as it was given to the authorisation page.
        redirect: String,
        /// The PKCE verifier, where the platform has PKCE.
        verifier: Option<Secret>,
    },
    /// A refresh token.
    Refresh(Secret),
}

/// What the token endpoint gives.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// For the `Authorization` header, after `Bearer `.
    pub access: Secret,
    /// Takes the place of the refresh token in use; without one that one stays.
    pub refresh: Option<Secret>,
    /// How long the access token works.
    pub lifetime: Option<Duration>,
}

/// No answer of a token endpoint is larger.
const MAX_ANSWER: usize = 64 << 10;
/// So much of an explanation is shown, in characters.
const SHOWN: usize = 200;
/// No lifetime is believed beyond this.
const LONGEST: Duration = Duration::from_hours(24 * 366);

/// A token endpoint as one app uses it. Its calls go past the stack: they are neither counted, nor limited, nor
/// repeated, nor logged.
pub struct TokenEndpoint {
    oauth: &'static OAuth,
    url: Url,
    client: Registration,
    transport: Arc<dyn Transport>,
}

impl TokenEndpoint {
    /// The endpoint that belongs to the API at `base`.
    pub fn new(
        oauth: &'static OAuth,
        base: &Url,
        client: Registration,
        transport: Arc<dyn Transport>,
    ) -> Self {
        Self { oauth, url: (oauth.token)(base), client, transport }
    }

    /// Exchanges a code or a refresh token for tokens; one call.
    ///
    /// A fault of class [`FaultClass::Unauthorised`] says that the platform refuses the grant or the app for good;
    /// any other says nothing about the grant, and the same call may be made again.
    pub async fn exchange(&self, grant: &Grant) -> Result<Tokens, ApiFault> {
        let fields = self.fields(grant);
        let request = Request {
            authenticated: false,
            ..Request::new(Method::Post, self.url.clone(), Intent::WriteIdempotent)
        };
        let request = request.with_body(Body::Fields(fields.clone()));
        if !secure::hides_what_is_sent(&self.url) {
            return Err(request.fault(FaultClass::Invalid, "the token endpoint is not https"));
        }
        let answer = match self.transport.send(&request).await {
            Ok(mut response) => {
                let body = response.collect(MAX_ANSWER, &request.call()).await;
                body.and_then(|body| read(&request, &response, &body, &fields))
            }
            Err(fault) => Err(fault),
        };
        // The API call that needs the tokens was not sent: whatever happened here, it was not carried out.
        answer.map_err(|fault| ApiFault { outcome_unknown: false, ..fault })
    }

    fn fields(&self, grant: &Grant) -> Vec<(&'static str, Secret)> {
        let (kind, proof, mut fields) = match grant {
            Grant::Code { code, redirect, verifier } => {
                let mut fields =
                    vec![("code", code.clone()), ("redirect_uri", Secret::new(redirect.as_str()))];
                fields.extend(verifier.clone().map(|verifier| ("code_verifier", verifier)));
                ("authorization_code", code, fields)
            }
            Grant::Refresh(token) => ("refresh_token", token, vec![("refresh_token", token.clone())]),
        };
        fields.push(("grant_type", Secret::new(kind)));
        fields.push(("client_id", self.client.id.clone()));
        fields.push(match self.oauth.proof {
            Proof::Secret => ("client_secret", self.client.secret.clone()),
            Proof::Sha256 => ("hash", pkce::sha256_hex(&[self.client.secret.expose(), "|", proof.expose()])),
        });
        fields
    }
}

fn read(
    request: &Request<'_>,
    response: &Response,
    body: &[u8],
    sent: &[(&'static str, Secret)],
) -> Result<Tokens, ApiFault> {
    let json: Option<Value> = serde_json::from_slice(body).ok().filter(Value::is_object);
    let tokens = json.as_ref().filter(|_| (200..300).contains(&response.status)).and_then(tokens);
    if let Some(tokens) = tokens {
        return Ok(tokens);
    }
    let (class, message) = match (response.status, &json) {
        (400 | 401 | 403, Some(json)) => (FaultClass::Unauthorised, refusal(json, sent)),
        (429, _) => (FaultClass::RateLimited, "too many calls for tokens".to_owned()),
        (408 | 500.., _) => (FaultClass::Server, "no tokens now".to_owned()),
        // A page of a proxy, a redirect to a log-in page: it was not the endpoint that answered.
        _ => (
            FaultClass::Network,
            "not the answer of a token endpoint; check the network and the base URL".to_owned(),
        ),
    };
    let retry_after =
        response.header("retry-after").and_then(|text| text.parse().ok()).map(Duration::from_secs);
    Err(ApiFault { status: Some(response.status), retry_after, ..request.fault(class, message) })
}

fn tokens(json: &Value) -> Option<Tokens> {
    let token =
        |name: &str| json.get(name).and_then(Value::as_str).filter(|text| is_token(text)).map(Secret::new);
    let seconds =
        json.get("expires_in").and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
    Some(Tokens {
        access: token("access_token")?,
        refresh: token("refresh_token"),
        lifetime: seconds.map(|seconds| Duration::from_secs(seconds).min(LONGEST)),
    })
}

/// Whether the text can stand in a header.
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Why the endpoint refuses, without anything that was sent to it.
fn refusal(json: &Value, sent: &[(&'static str, Secret)]) -> String {
    let text = |names: &[&str]| {
        let found = names.iter().find_map(|name| json.get(name)?.as_str()).unwrap_or_default();
        let secret = |name: &str| !matches!(name, "grant_type" | "redirect_uri");
        let hidden = sent.iter().filter(|(name, value)| secret(name) && !value.expose().is_empty());
        let hidden = hidden.map(|(_, value)| value.expose());
        hidden
            .fold(found.to_owned(), |text, value| text.replace(value, "****"))
            .chars()
            .take(SHOWN)
            .collect::<String>()
    };
    let code = text(&["error"]);
    let meaning = match code.as_str() {
        "invalid_grant" => "the grant is expired, revoked or used up",
        "invalid_client" | "unauthorized_client" => "the client id or the client secret is not accepted",
        "invalid_scope" => "the app may not ask for these rights",
        _ => "the platform refuses the exchange",
    };
    let said = [code, text(&["error_description", "message"])];
    let said: Vec<&str> = said.iter().map(String::as_str).filter(|said| !said.is_empty()).collect();
    if said.is_empty() { meaning.to_owned() } else { format!("{meaning} ({})", said.join(": ")) }
}

#[cfg(test)]
#[path = "oauth_tests.rs"]
mod tests;
