//! Smartsheet's API as the HTTP stack needs to know it: credential, limits, and what its errors mean.

use std::time::Duration;

use serde_json::Value;

use crate::http::client::{Client, Profile, Surroundings};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::limit::Rule;
use crate::http::transport::Transport;
use crate::http::types::Request;
use crate::platforms::platform::Settings;

/// Calls that are allowed in [`WINDOW`].
pub(super) const CALLS: u32 = 300;
/// The stretch of the limit.
pub(super) const WINDOW: Duration = Duration::from_mins(1);
/// Attaching a file counts as so many calls.
pub(super) const UPLOAD_COST: usize = 10;

/// The client for an account.
pub(super) fn client(settings: &Settings, transport: impl Transport + 'static) -> Result<Client, ApiFault> {
    let credential = settings.bearer("token")?;
    let limit = Rule {
        name: "smartsheet token",
        owner: credential.owner(),
        calls: CALLS as usize,
        interval: WINDOW,
        counts: is_api,
        headers: None,
    };
    let profile = Profile {
        credential,
        origins: vec![settings.base_url.origin()],
        limits: vec![limit],
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

/// Storage hosts, from which files are fetched, have no part in the limit.
fn is_api(request: &Request<'_>) -> bool {
    request.authenticated
}

/// The number by which Smartsheet says what went wrong, if the text is one of its errors.
pub(super) fn error_code(text: &str) -> Option<u64> {
    serde_json::from_str::<Value>(text).ok()?.get("errorCode")?.as_u64()
}

/// What a status and a text mean. The number in the text says more than the status.
fn classify(_: &Request<'_>, status: u16, text: &str) -> FaultClass {
    match error_code(text) {
        Some(1001..=1003) => FaultClass::Unauthorised,
        // Maintenance, a time-out on their side, too many calls, and two who saved at once: in each of these cases
        // the vendor's own clients send the same request again, be it what it may.
        Some(4001..=4004) => FaultClass::Postponed,
        Some(1004 | 1013 | 1014 | 1114) => FaultClass::Forbidden,
        Some(1006 | 1020 | 1027 | 1106) => FaultClass::NotFound,
        _ => match status {
            401 => FaultClass::Unauthorised,
            403 => FaultClass::Forbidden,
            404 | 410 => FaultClass::NotFound,
            429 => FaultClass::RateLimited,
            408 | 500.. => FaultClass::Server,
            _ => FaultClass::Invalid,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{Answer, Scripted, request};
    use crate::http::types::{Body, Intent, Method};
    use crate::platforms::smartsheet::testing::settings;

    fn class(status: u16, code: u64) -> FaultClass {
        classify(&request(Intent::Read), status, &format!("{{\"errorCode\":{code},\"message\":\"m\"}}"))
    }

    #[test]
    fn the_number_decides_before_the_status() {
        assert_eq!(class(401, 1003), FaultClass::Unauthorised);
        assert_eq!(class(403, 1001), FaultClass::Unauthorised);
        assert_eq!(class(403, 1004), FaultClass::Forbidden);
        assert_eq!(class(404, 1006), FaultClass::NotFound);
        assert_eq!(class(400, 1123), FaultClass::Invalid);
        assert_eq!(class(500, 4000), FaultClass::Server);
        for (status, code) in [(503, 4001), (500, 4002), (429, 4003), (500, 4004)] {
            assert_eq!(class(status, code), FaultClass::Postponed);
        }
        assert_eq!(classify(&request(Intent::Read), 502, "<html>"), FaultClass::Server);
    }

    #[tokio::test]
    async fn only_what_smartsheet_says_it_put_off_is_written_again() {
        let busy = Answer::json(429, r#"{"errorCode":4003,"message":"Rate limit exceeded."}"#);
        let scripted = Scripted::new([busy, Answer::json(200, "{}")]);
        let client = client(&settings(), scripted.clone()).unwrap();
        client.write(Method::Post, &["sheets"], Body::Empty).await.unwrap();
        assert_eq!(scripted.calls().len(), 2);
        let broken = Scripted::new([Answer::json(500, r#"{"errorCode":4000,"message":"An unexpected error."}"#)]);
        let fault = super::client(&settings(), broken.clone()).unwrap();
        let fault = fault.write(Method::Post, &["sheets"], Body::Empty).await.unwrap_err();
        assert!(fault.outcome_unknown);
        assert_eq!(broken.calls().len(), 1);
    }
}
