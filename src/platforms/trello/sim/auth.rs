//! Who asks: keys, tokens, and how often.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::access::Caller;
use super::refusal::Refusal;
use crate::base::clock::Timestamp;
use crate::sim::limits::{Budget, Limiter};
use crate::sim::request::Request;

/// A token of a member.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) id: String,
    pub(super) member: String,
    pub(super) write: bool,
    pub(super) created: Timestamp,
}

/// How a request carries its credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credential {
    pub(super) key: String,
    pub(super) token: String,
    pub(super) in_header: bool,
}

/// The credential of a request. A signed OAuth 1 header is taken as well; its signature is not checked.
pub(super) fn credential(request: &Request) -> Credential {
    let header = request.header("authorization");
    let query = Credential {
        key: request.params.text("key").unwrap_or_default(),
        token: request.params.text("token").unwrap_or_default(),
        in_header: false,
    };
    let Some(fields) = header.strip_prefix("OAuth ") else { return query };
    let field = |name: &str| {
        let mut pairs = fields.split(',').filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value.trim_matches('"').to_owned())
    };
    Credential {
        key: field("oauth_consumer_key").unwrap_or_default(),
        token: field("oauth_token").unwrap_or_default(),
        in_header: true,
    }
}

/// The one application key, the tokens made for it, and the request budgets.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) key: String,
    pub(super) tokens: BTreeMap<String, Token>,
    per_key: Limiter,
    per_token: Limiter,
    members: Limiter,
    refused: Limiter,
}

/// Headers that tell what is left of a budget.
pub(super) type LimitHeaders = Vec<(String, String)>;

const WINDOW: Duration = Duration::from_secs(10);

impl Gate {
    pub(super) fn new(key: String) -> Self {
        let limiter = |max, per| Limiter::new(Budget { max, per });
        Self {
            key,
            tokens: BTreeMap::new(),
            per_key: limiter(300, WINDOW),
            per_token: limiter(100, WINDOW),
            members: limiter(100, Duration::from_mins(15)),
            refused: limiter(200, WINDOW),
        }
    }

    /// The member behind a credential.
    pub(super) fn admit(&self, credential: &Credential) -> Result<Caller, Refusal> {
        if credential.key != self.key {
            return Err(Refusal::invalid_key());
        }
        let token = self.tokens.get(&credential.token).ok_or_else(Refusal::invalid_token)?;
        Ok(Caller { member: token.member.clone(), write: token.write })
    }

    /// Counts `calls` requests for `path` at the monotonic time `now`; a batch counts for what is in it.
    pub(super) fn count(
        &mut self,
        credential: &Credential,
        path: &str,
        calls: usize,
        now: Duration,
    ) -> (LimitHeaders, Result<(), Refusal>) {
        let mut headers = LimitHeaders::new();
        let (mut key, mut token) = (self.per_key.count(&credential.key, now), self.per_token.count(&credential.token, now));
        for _ in 1..calls {
            key = self.per_key.count(&credential.key, now);
            token = self.per_token.count(&credential.token, now);
        }
        for (bucket, counted, limiter) in [("key", key, &self.per_key), ("token", token, &self.per_token)] {
            let Budget { max, per } = limiter.budget();
            let numbers =
                [("interval-ms", per.as_millis()), ("max", max.into()), ("remaining", counted.remaining.into())];
            headers.extend(numbers.map(|(what, n)| (format!("x-rate-limit-api-{bucket}-{what}"), n.to_string())));
        }
        let mut refusal = None;
        if !key.allowed {
            refusal = Some(("API_KEY_LIMIT_EXCEEDED", "Rate limit exceeded"));
        } else if !token.allowed {
            refusal = Some(("API_TOKEN_LIMIT_EXCEEDED", "Rate limit exceeded"));
        }
        // Only the member itself is on the strict budget, not what is nested below it.
        if path.strip_prefix("/members/").is_some_and(|rest| !rest.trim_end_matches('/').contains('/')) {
            let counted = self.members.count(&credential.token, now);
            headers.push(("x-rate-limit-member-remaining".to_owned(), counted.remaining.to_string()));
            if !counted.allowed {
                refusal = refusal.or(Some(("RATE_LIMIT_EXCEEDED", "Exceeded rate limit to /1/member")));
            }
        }
        let Some((code, message)) = refusal else { return (headers, Ok(())) };
        // A key that goes on asking after 200 refusals has spent the rest of its window.
        if !self.refused.count(&credential.key, now).allowed {
            self.per_key.exhaust(&credential.key, now);
        }
        (headers, Err(Refusal::too_many(code, message)))
    }

    /// What `GET /tokens/{token}` shows.
    pub(super) fn describe(token: &Token) -> Value {
        let permission = |kind: &str, id: &str| {
            json!({"idModel": id, "modelType": kind, "read": true, "write": token.write})
        };
        json!({
            "id": token.id, "identifier": "boardvault sandbox", "idMember": token.member,
            "dateCreated": super::state::date(token.created), "dateExpires": null,
            "permissions": [
                permission("Member", &token.member), permission("Board", "*"), permission("Organization", "*"),
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::request::Params;

    fn with_header(header: &str) -> Credential {
        let mut request = Request { params: Params::from_query("key=QK&token=QT"), ..Request::default() };
        if !header.is_empty() {
            request.headers.insert("authorization", header.parse().unwrap());
        }
        credential(&request)
    }

    #[test]
    fn credentials_come_in_the_query_or_in_either_kind_of_header() {
        assert_eq!(with_header("").key, "QK");
        let plain = with_header(r#"OAuth oauth_consumer_key="K", oauth_token="T""#);
        assert_eq!((plain.key.as_str(), plain.token.as_str(), plain.in_header), ("K", "T", true));
        let signed = with_header(
            r#"OAuth oauth_nonce="1", oauth_timestamp="2", oauth_consumer_key="K", oauth_token="T", oauth_signature="s%3D""#,
        );
        assert_eq!((signed.key.as_str(), signed.token.as_str()), ("K", "T"));
    }

    #[test]
    fn nested_member_paths_are_not_on_the_strict_budget() {
        let mut gate = Gate::new("K".to_owned());
        let mut allowed = |token: &str, path: &str| {
            let credential = Credential { key: token.to_owned(), token: token.to_owned(), in_header: true };
            let spread = (0..150).map(|n| Duration::from_millis(200) * n);
            spread.filter(|now| gate.count(&credential, path, 1, *now).1.is_ok()).count()
        };
        assert_eq!(allowed("a", "/members/me/boards"), 150);
        assert_eq!(allowed("b", "/members/me"), 100);
    }

    #[test]
    fn a_batch_counts_for_everything_in_it() {
        let mut gate = Gate::new("K".to_owned());
        let credential = Credential { key: "K".to_owned(), token: "T".to_owned(), in_header: true };
        let (headers, _) = gate.count(&credential, "/batch", 10, Duration::ZERO);
        let remaining = headers.iter().find(|(name, _)| name == "x-rate-limit-api-token-remaining");
        assert_eq!(remaining.unwrap().1, "90");
    }
}
