//! Asana's API as the HTTP stack needs to know it: credential, limits, and what its errors mean.

use std::time::Duration;

use crate::base::hash::Hash;
use crate::http::client::{Client, Profile, Surroundings};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::limit::Rule;
use crate::http::transport::Transport;
use crate::http::types::Request;
use crate::platforms::platform::Settings;

/// The stretch of the published limits.
const MINUTE: Duration = Duration::from_mins(1);

/// The client for an account.
pub(super) fn client(settings: &Settings, transport: impl Transport + 'static) -> Result<Client, ApiFault> {
    let credential = settings.bearer("token")?;
    let profile = Profile {
        limits: limits(credential.owner()),
        credential,
        origins: vec![settings.base_url.origin()],
        classify,
    };
    let around = Surroundings {
        clock: settings.clock.clone(),
        random: settings.random.clone(),
        stop: settings.stop.clone(),
        read_only: settings.read_only,
    };
    Ok(Client::new(transport, settings.base_url.clone(), profile, around))
}

/// The limits of a paid plan. A free one has a tenth of it, which no header tells: there a refusal with its
/// `Retry-After` pauses everything, and a minute passes with a few refused calls.
fn limits(token: Hash) -> Vec<Rule> {
    let rule = |name, calls, counts| Rule { name, owner: token, calls, interval: MINUTE, counts, headers: None };
    vec![rule("asana token", 1500, is_api), rule("asana search", 60, is_search)]
}

/// Storage hosts, where the bytes of attachments lie, have no part in Asana's limits.
fn is_api(request: &Request<'_>) -> bool {
    request.authenticated
}

fn is_search(request: &Request<'_>) -> bool {
    request.authenticated && request.url.path().ends_with("/tasks/search")
}

/// What a status and a text mean.
fn classify(request: &Request<'_>, status: u16, text: &str) -> FaultClass {
    match status {
        401 => FaultClass::Unauthorised,
        // 402 is the plan's refusal, 451 the law's.
        402 | 403 | 451 => FaultClass::Forbidden,
        404 | 410 => FaultClass::NotFound,
        413 => FaultClass::TooLarge,
        // The last page of a list that is too long to be told as a whole.
        400 if text.to_ascii_lowercase().contains("truncat") => FaultClass::TooLarge,
        429 => FaultClass::RateLimited,
        504 if request.divisible => FaultClass::TooLarge,
        500.. | 408 => FaultClass::Server,
        _ => FaultClass::Invalid,
    }
}

/// Whether a refusal says that the plan does not include what was asked for.
pub(super) fn is_plan(fault: &ApiFault) -> bool {
    fault.status == Some(402)
}

/// The message of an error's body.
pub(super) fn message(body: &serde_json::Value) -> String {
    let first = body.pointer("/errors/0/message").and_then(serde_json::Value::as_str);
    first.unwrap_or("no message").chars().take(200).collect()
}

/// The fault of one answer within a batch.
pub(super) fn fault_within(call: &Request<'_>, action: &str, status: u16, body: &serde_json::Value) -> ApiFault {
    let class = classify(call, status, &body.to_string());
    ApiFault { status: Some(status), ..ApiFault::new(class, action, message(body)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Secret;
    use crate::http::testing::{Scripted, request};
    use crate::http::types::Intent;
    use crate::platforms::asana::testing::settings;

    #[test]
    fn statuses_mean_what_the_vendor_says() {
        let call = request(Intent::Read);
        for (status, text, class) in [
            (400, "project: Missing input", FaultClass::Invalid),
            (400, "Result set truncated, use a more specific query", FaultClass::TooLarge),
            (401, "", FaultClass::Unauthorised),
            (402, "", FaultClass::Forbidden),
            (403, "", FaultClass::Forbidden),
            (404, "", FaultClass::NotFound),
            (429, "", FaultClass::RateLimited),
            (451, "", FaultClass::Forbidden),
            (500, "", FaultClass::Server),
            (504, "", FaultClass::Server),
        ] {
            assert_eq!(classify(&call, status, text), class, "{status} {text}");
        }
        let divisible = Request { divisible: true, ..call };
        assert_eq!(classify(&divisible, 504, ""), FaultClass::TooLarge);
    }

    #[test]
    fn a_token_that_could_break_out_of_the_header_is_refused() {
        for bad in ["", "a b", "a\r\nx-evil: 1"] {
            let mut settings = settings();
            settings.credentials.insert("token".to_owned(), Secret::new(bad));
            let fault = client(&settings, Scripted::new([])).err().unwrap();
            assert_eq!(fault.class, FaultClass::Unauthorised, "{bad:?}");
        }
    }
}
