//! Who asks: tokens, OAuth 2 with rotating refresh tokens, and how often.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_lc_rs::digest;
use serde_json::{Value, json};

use super::access::Caller;
use super::refusal::Refusal;
use crate::base::clock::Timestamp;
use crate::base::hash::Hash;
use crate::sim::limits::{Budget, Limiter};
use crate::sim::reply::Reply;
use crate::sim::request::{Params, Request};

/// Seconds for which an access token from OAuth is good: a week but a second.
const TOKEN_SECONDS: u64 = 604_799;
/// Milliseconds for which an authorization code is good.
const CODE_MILLISECONDS: u64 = 599_135;
/// Everything that a client may ask a user for.
pub(super) const SCOPES: &[&str] = &[
    "READ_SHEETS",
    "WRITE_SHEETS",
    "ADMIN_SHEETS",
    "CREATE_SHEETS",
    "DELETE_SHEETS",
    "SHARE_SHEETS",
    "READ_SIGHTS",
    "CREATE_SIGHTS",
    "ADMIN_SIGHTS",
    "DELETE_SIGHTS",
    "SHARE_SIGHTS",
    "READ_USERS",
    "ADMIN_USERS",
    "ADMIN_WORKSPACES",
    "ADMIN_WEBHOOKS",
    "READ_CONTACTS",
    "READ_EVENTS",
];

/// What a token allows.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) caller: Caller,
    /// Never for a personal token.
    pub(super) expires: Option<Timestamp>,
    /// The token that brings a new pair; none for a personal token.
    pub(super) refresh: Option<String>,
}

/// The application that is registered in every sandbox.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: String,
}

/// All tokens, and the request budget of each.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) client: Client,
    pub(super) tokens: BTreeMap<String, Grant>,
    codes: BTreeMap<String, (Caller, Timestamp)>,
    budget: Limiter,
    seed: u64,
    given: u64,
}

impl Gate {
    pub(super) fn new(seed: u64) -> Self {
        let word = |purpose: &str, digits| super::derived(purpose, seed, "", digits);
        Self {
            client: Client { id: word("client id", 20), secret: word("client secret", 24) },
            tokens: BTreeMap::new(),
            codes: BTreeMap::new(),
            budget: Limiter::new(Budget { max: 300, per: Duration::from_mins(1) }),
            seed,
            given: 0,
        }
    }

    /// Gives an access token and a refresh token out.
    pub(super) fn grant(&mut self, caller: Caller, now: Timestamp) -> (String, String) {
        let (access, refresh) = (self.word("access token"), self.word("refresh token"));
        let lent = Grant { caller, expires: Some(expiry(now)), refresh: Some(refresh.clone()) };
        self.tokens.insert(access.clone(), lent);
        (access, refresh)
    }

    fn word(&mut self, purpose: &str) -> String {
        self.given += 1;
        super::derived(purpose, self.seed, &self.given.to_string(), 37)
    }

    /// The caller behind a request.
    pub(super) fn admit(&self, request: &Request, now: Timestamp) -> Result<Caller, Refusal> {
        if !request.headers.contains_key("authorization") {
            return Err(Refusal::of(1004));
        }
        let token = bearer(request).ok_or_else(|| Refusal::of(1001))?;
        let grant = self.tokens.get(token).ok_or_else(|| Refusal::of(1002))?;
        if grant.expires.is_some_and(|expires| now >= expires) {
            return Err(Refusal::of(1003));
        }
        Ok(grant.caller.clone())
    }

    /// Counts so many units at the monotonic time `now`; false when they are beyond the budget.
    pub(super) fn count(&mut self, request: &Request, units: u32, now: Duration) -> bool {
        let subject = bearer(request).unwrap_or_default();
        (0..units).map(|_| self.budget.count(subject, now).allowed).last().unwrap_or(true)
    }

    /// `GET /b/authorize`: the person at the browser agrees at once.
    pub(super) fn authorize(&mut self, query: &Params, user: Option<&str>, now: Timestamp) -> Reply {
        let said = |name: &str| query.text(name).unwrap_or_default();
        let loopback = |address: &url::Url| {
            matches!(address.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
                && address.scheme() == "http"
        };
        let address = url::Url::parse(&said("redirect_uri")).ok().filter(loopback);
        let (Some(mut address), Some(user)) = (address, user) else {
            return Reply::text(400, "The redirect_uri or the login_hint is not known here.");
        };
        if said("client_id") != self.client.id {
            return Reply::text(400, "This client_id is not known here.");
        }
        let scopes: BTreeSet<String> = said("scope").split_whitespace().map(str::to_owned).collect();
        let wrong = if said("response_type") != "code" {
            Some("unsupported_response_type")
        } else if scopes.is_empty() || scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
            Some("invalid_scope")
        } else {
            None
        };
        if let Some(error) = wrong {
            address.query_pairs_mut().append_pair("error", error);
        } else {
            let code = self.word("code");
            let expires = now.checked_add(Duration::from_millis(CODE_MILLISECONDS)).unwrap_or(now);
            self.codes
                .insert(code.clone(), (Caller { user: user.to_owned(), scopes: Some(scopes) }, expires));
            let expires = CODE_MILLISECONDS.to_string();
            address.query_pairs_mut().append_pair("code", &code).append_pair("expires_in", &expires);
        }
        if let Some(state) = query.text("state") {
            address.query_pairs_mut().append_pair("state", &state);
        }
        Reply::text(302, "").with("location", address.to_string())
    }

    /// `POST /token`.
    pub(super) fn token(&mut self, form: &Params, now: Timestamp) -> Reply {
        match self.exchange(form, now) {
            Ok(answer) => Reply::json(200, &answer),
            Err((status, error)) => {
                let sentence = format!("The token endpoint refused: {error}.");
                Reply::json(status, &json!({"error": error, "error_description": sentence}))
            }
        }
    }

    fn exchange(&mut self, form: &Params, now: Timestamp) -> Result<Value, (u16, &'static str)> {
        let said = |name: &str| form.text(name).filter(|text| !text.is_empty());
        let part = |name: &str| said(name).ok_or((400, "invalid_request"));
        let kind = part("grant_type")?;
        if part("client_id")? != self.client.id {
            return Err((401, "invalid_client"));
        }
        let one_time = match kind.as_str() {
            "authorization_code" => part("code")?,
            "refresh_token" => part("refresh_token")?,
            _ => return Err((400, "unsupported_grant_type")),
        };
        let proven = match (said("client_secret"), said("hash")) {
            (Some(secret), _) => secret == self.client.secret,
            (None, Some(hash)) => {
                hash.eq_ignore_ascii_case(&sha256(&format!("{}|{one_time}", self.client.secret)))
            }
            (None, None) => return Err((400, "invalid_request")),
        };
        if !proven {
            return Err((401, "invalid_client"));
        }
        let caller = if kind == "authorization_code" {
            let (caller, expires) = self.codes.remove(&one_time).ok_or((400, "invalid_grant"))?;
            if now >= expires {
                return Err((400, "invalid_grant"));
            }
            caller
        } else {
            let holds = |grant: &Grant| grant.refresh.as_deref() == Some(one_time.as_str());
            let old = self.tokens.iter().find(|(_, grant)| holds(grant)).map(|(token, _)| token.clone());
            // Both old tokens die with the refresh, also when the answer gets lost.
            let grant = old.and_then(|token| self.tokens.remove(&token)).ok_or((400, "invalid_grant"))?;
            grant.caller
        };
        let (access, refresh) = self.grant(caller, now);
        Ok(json!({
            "access_token": access, "token_type": "bearer", "refresh_token": refresh, "expires_in": TOKEN_SECONDS,
        }))
    }

    /// `DELETE /token`: revokes the token that asks, or all of the application's for this user.
    pub(super) fn revoke(&mut self, request: &Request, all: bool) -> Value {
        let Some(token) = bearer(request) else { return Value::Null };
        if let Some(revoked) = self.tokens.remove(token)
            && all
        {
            self.tokens
                .retain(|_, grant| grant.refresh.is_none() || grant.caller.user != revoked.caller.user);
        }
        super::call::success()
    }
}

/// When an access token that is given out now stops working.
pub(super) fn expiry(now: Timestamp) -> Timestamp {
    now.checked_add(Duration::from_secs(TOKEN_SECONDS)).unwrap_or(Timestamp::MAX)
}

fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization").split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then_some(token.trim())
}

fn sha256(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().try_into().map(|bytes| Hash(bytes).to_string()).unwrap_or_default()
}
