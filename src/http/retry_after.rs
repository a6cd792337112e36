//! How long a server asks to wait (RFC 9110, section 10.2.3): so many seconds, or until a date.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;

use super::types::Response;
use crate::base::clock::Timestamp;

/// The wait that an answer asks for at `now`. A date that has passed asks for none; what is neither a date nor a number
/// of seconds asks for nothing.
pub fn asked(response: &Response, now: Timestamp) -> Option<Duration> {
    let text = response.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_understood_and_nothing_else_is() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        for (text, wait) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("1000000000", Some(1_000_000_000)),
            ("Sat, 21 Nov 2026 12:02:00 GMT", Some(120)),
            ("Sat, 21 Nov 2026 11:00:00 GMT", Some(0)),
            ("-5", None),
            ("1.5", None),
            ("99999999999999999999999", None),
            ("soon", None),
            ("", None),
        ] {
            let headers = vec![("retry-after".to_owned(), text.to_owned())];
            let response = Response { status: 429, headers, body: Response::held(bytes::Bytes::new()) };
            assert_eq!(asked(&response, now), wait.map(Duration::from_secs), "{text:?}");
        }
    }
}
