//! Who asks: personal tokens, and the OAuth 2 of the one app that a sandbox knows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use url::Url;

use super::access::Caller;
use super::refusal::Refusal;
use super::scopes::SCOPES;
use super::state::derived;
use crate::base::clock::Timestamp;
use crate::sim::reply::Reply;
use crate::sim::request::{Params, Request};

/// Seconds for which an access token is good.
const ACCESS_SECONDS: i64 = 3_600;
/// Seconds for which a code can be exchanged.
const CODE_SECONDS: i64 = 600;
/// Where a code goes that no server waits for: onto the page itself.
const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// What was granted to an app by a person.
#[derive(Debug, Clone)]
struct Grant {
    user: String,
    scopes: Option<BTreeSet<String>>,
}

#[derive(Debug)]
struct Code {
    grant: Grant,
    redirect: String,
    challenge: Option<String>,
    issued: Timestamp,
}

/// A person who can be asked for consent.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
}

/// The tokens that are good.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    personal: BTreeMap<String, String>,
    /// Access tokens, by the refresh token that they came with, and when they end.
    access: BTreeMap<String, (String, Timestamp)>,
    refresh: BTreeMap<String, Grant>,
    codes: BTreeMap<String, Code>,
    seed: u64,
    given: u64,
}

impl Gate {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            client_id: (1_100_000_000_000_000 + seed % 1_000_000).to_string(),
            client_secret: derived("client secret", seed, "", 32),
            personal: BTreeMap::new(),
            access: BTreeMap::new(),
            refresh: BTreeMap::new(),
            codes: BTreeMap::new(),
            seed,
            given: 0,
        }
    }

    fn new_secret(&mut self, purpose: &str) -> String {
        self.given += 1;
        derived(purpose, self.seed, &self.given.to_string(), 40)
    }

    /// A personal token of somebody.
    pub(super) fn new_personal(&mut self, user: &str) -> String {
        let token = format!("2/{user}/{}", self.new_secret("personal"));
        self.personal.insert(token.clone(), user.to_owned());
        token
    }

    /// An access token and a refresh token that somebody granted to the app at `now`.
    pub(super) fn new_grant(
        &mut self,
        user: &str,
        scopes: Option<BTreeSet<String>>,
        now: Timestamp,
    ) -> (String, String) {
        let refresh = format!("2/{user}/refresh:{}", self.new_secret("refresh"));
        self.refresh.insert(refresh.clone(), Grant { user: user.to_owned(), scopes });
        (self.new_access(&refresh, now), refresh)
    }

    fn new_access(&mut self, refresh: &str, now: Timestamp) -> String {
        let access = format!("2/access:{}", self.new_secret("access"));
        let end = now.checked_add(std::time::Duration::from_hours(1)).unwrap_or(now);
        self.access.insert(access.clone(), (refresh.to_owned(), end));
        access
    }

    /// The token of a request; empty when it has none.
    pub(super) fn token(request: &Request) -> String {
        request.header("authorization").strip_prefix("Bearer ").unwrap_or_default().trim().to_owned()
    }

    /// Who is behind a token.
    pub(super) fn admit(&self, token: &str, now: Timestamp) -> Result<Caller, Refusal> {
        if let Some(user) = self.personal.get(token) {
            return Ok(Caller { user: user.clone(), app: None, scopes: None });
        }
        let (refresh, end) = self.access.get(token).ok_or_else(Refusal::unauthorized)?;
        let grant = self.refresh.get(refresh).ok_or_else(Refusal::unauthorized)?;
        if now >= *end {
            return Err(Refusal::expired());
        }
        let app = Some(self.client_id.clone());
        Ok(Caller { user: grant.user.clone(), app, scopes: grant.scopes.clone() })
    }

    /// Answers what is under `/-/`: consent, tokens and their end. `people` can be asked for consent, the
    /// first one unless a hint names another.
    pub(super) fn oauth(
        &mut self,
        request: &Request,
        path: &str,
        people: &[Person],
        now: Timestamp,
    ) -> Reply {
        match (request.method.as_str(), path) {
            ("GET", "oauth_authorize") => self.authorize(&request.params, people, now),
            ("POST", "oauth_token") => self.exchange(&request.params, people, now),
            ("POST", "oauth_revoke") => self.revoke(&request.params),
            _ => Refusal::no_route().reply(),
        }
    }

    /// The person says yes at once.
    fn authorize(&mut self, params: &Params, people: &[Person], now: Timestamp) -> Reply {
        let param = |name: &str| params.text(name).unwrap_or_default();
        if param("client_id") != self.client_id {
            return failed("invalid_client", "The client_id is unknown.");
        }
        let redirect = param("redirect_uri");
        if !may_redirect(&redirect) {
            return failed(
                "invalid_request",
                "The redirect_uri must be https, a loopback address or out of band.",
            );
        }
        let state = params.text("state");
        let back = |pairs: &[(&str, &str)]| redirected(&redirect, pairs, state.as_deref());
        if param("response_type") != "code" {
            return back(&[("error", "unsupported_response_type")]);
        }
        let scopes = match scopes(&param("scope")) {
            Asked::Everything => None,
            Asked::Only(scopes) => Some(scopes),
            Asked::Unknown => return back(&[("error", "invalid_scope")]),
        };
        let challenge = params.text("code_challenge");
        if challenge.is_some() && param("code_challenge_method") != "S256" {
            return back(&[("error", "invalid_request")]);
        }
        let hint = param("login_hint");
        let person = people.iter().find(|person| person.email == hint || person.id == hint);
        let Some(person) = person.or(people.first()) else { return back(&[("error", "access_denied")]) };
        let grant = Grant { user: person.id.clone(), scopes };
        let code = format!("2/{}/{}", person.id, self.new_secret("code"));
        self.codes.insert(code.clone(), Code { grant, redirect: redirect.clone(), challenge, issued: now });
        back(&[("code", &code)])
    }

    fn exchange(&mut self, params: &Params, people: &[Person], now: Timestamp) -> Reply {
        let param = |name: &str| params.text(name).unwrap_or_default();
        if param("client_id") != self.client_id || param("client_secret") != self.client_secret {
            return failed("invalid_client", "The client_id or client_secret is wrong.");
        }
        match param("grant_type").as_str() {
            "authorization_code" => {
                // A code is good for one exchange, whatever comes of it.
                let code = self.codes.remove(&param("code")).filter(|code| {
                    now.as_second() - code.issued.as_second() <= CODE_SECONDS
                        && code.redirect == param("redirect_uri")
                        && code
                            .challenge
                            .as_ref()
                            .is_none_or(|known| *known == challenge(&param("code_verifier")))
                });
                let Some(Code { grant, .. }) = code else {
                    return failed("invalid_grant", "The code is invalid or has expired.");
                };
                let (access, refresh) = self.new_grant(&grant.user, grant.scopes.clone(), now);
                let mut body = token_body(&access, person_of(people, &grant.user));
                body["refresh_token"] = refresh.into();
                Reply::json(200, &body)
            }
            "refresh_token" => {
                let refresh = param("refresh_token");
                let Some(grant) = self.refresh.get(&refresh).cloned() else {
                    return failed("invalid_grant", "The refresh token is invalid or was revoked.");
                };
                let access = self.new_access(&refresh, now);
                // The refresh token stays as it is, and is not sent again.
                Reply::json(200, &token_body(&access, person_of(people, &grant.user)))
            }
            _ => failed("unsupported_grant_type", "The grant_type is not supported."),
        }
    }

    /// Only refresh tokens can be revoked; the access tokens that came with one end with it.
    fn revoke(&mut self, params: &Params) -> Reply {
        let param = |name: &str| params.text(name).unwrap_or_default();
        if param("client_id") != self.client_id || param("client_secret") != self.client_secret {
            return failed("invalid_client", "The client_id or client_secret is wrong.");
        }
        let token = param("token");
        if self.access.contains_key(&token) || self.personal.contains_key(&token) {
            return failed("invalid_request", "Only a refresh token can be revoked.");
        }
        self.refresh.remove(&token);
        Reply::json(200, &json!({}))
    }
}

fn person_of<'a>(people: &'a [Person], id: &str) -> Option<&'a Person> {
    people.iter().find(|person| person.id == id)
}

fn token_body(access: &str, person: Option<&Person>) -> Value {
    let about = person.map(|p| json!({"id": p.id, "gid": p.id, "name": p.name, "email": p.email}));
    json!({"access_token": access, "token_type": "bearer", "expires_in": ACCESS_SECONDS, "data": about})
}

fn failed(error: &str, description: &str) -> Reply {
    Reply::json(400, &json!({"error": error, "error_description": description}))
}

/// What an app asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Everything,
    Only(BTreeSet<String>),
    Unknown,
}

fn scopes(asked: &str) -> Asked {
    let asked: BTreeSet<String> = asked.split_whitespace().map(str::to_owned).collect();
    if !asked.iter().all(|scope| SCOPES.contains(&scope.as_str())) {
        return Asked::Unknown;
    }
    let everything = asked.is_empty() || asked.contains("default");
    if everything { Asked::Everything } else { Asked::Only(asked) }
}

fn may_redirect(redirect: &str) -> bool {
    let parsed = Url::parse(redirect);
    redirect == OUT_OF_BAND
        || parsed.is_ok_and(|url| match url.scheme() {
            "https" => true,
            "http" => matches!(url.host_str(), Some("localhost" | "127.0.0.1")),
            _ => false,
        })
}

fn redirected(redirect: &str, pairs: &[(&str, &str)], state: Option<&str>) -> Reply {
    let pairs = pairs.iter().copied().chain(state.map(|state| ("state", state)));
    match Url::parse(redirect) {
        Ok(mut url) if redirect != OUT_OF_BAND => {
            url.query_pairs_mut().extend_pairs(pairs);
            Reply::text(302, "").with("location", url)
        }
        _ => {
            let shown: Vec<String> =
                pairs.map(|(name, value)| format!("<p>{name}: <code>{value}</code></p>")).collect();
            Reply::bytes(200, "text/html; charset=utf-8", shown.concat().into_bytes())
        }
    }
}

/// The challenge of a PKCE verifier: SHA-256 in base64 for URLs.
fn challenge(verifier: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    let mut text = String::new();
    for bytes in hash.as_ref().chunks(3) {
        let number =
            bytes.iter().chain([0, 0].iter()).take(3).fold(0u32, |n, byte| n << 8 | u32::from(*byte));
        for at in 0..=bytes.len() {
            let digit = usize::try_from(number >> (18 - 6 * at) & 63).unwrap_or(0);
            text.extend(DIGITS.get(digit).copied().map(char::from));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_the_standard() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn codes_go_to_https_to_this_machine_or_onto_the_page() {
        for (redirect, fits) in [
            ("https://app.example/back", true),
            ("http://127.0.0.1:4242/back", true),
            ("http://localhost:1/", true),
            (OUT_OF_BAND, true),
            ("http://app.example/back", false),
            ("ftp://localhost/", false),
            ("", false),
        ] {
            assert_eq!(may_redirect(redirect), fits, "{redirect}");
        }
    }

    #[test]
    fn scopes_are_known_and_default_is_everything() {
        assert_eq!(scopes(""), Asked::Everything);
        assert_eq!(scopes("tasks:read default"), Asked::Everything);
        assert_eq!(scopes("tasks:read"), Asked::Only(["tasks:read".to_owned()].into()));
        assert_eq!(scopes("tasks:everything"), Asked::Unknown);
    }
}
