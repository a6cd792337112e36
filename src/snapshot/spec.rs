//! How people name a snapshot.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The fewest digits of an id that name a snapshot.
const MIN_PREFIX: usize = 4;

/// A snapshot as it is typed, optionally with a path inside it: `1f3a`, `work@latest`,
/// `work@2026-11-21T10:00:Acme/Roadmap`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotSpec {
    /// Which snapshot.
    pub which: Which,
    /// The path inside it, as typed (see [`super::path`]).
    pub path: Option<String>,
}

/// Which snapshot is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The one whose id begins with these lower-case hexadecimal digits.
    Prefix(String),
    /// The newest backup of a connection.
    Latest {
        /// The connection's name.
        connection: String,
    },
    /// The newest backup of a connection that was finished at this time or before.
    At {
        /// The connection's name.
        connection: String,
        /// The time.
        time: SpecTime,
    },
}

/// A time as it is typed. What is left away is meant as a whole: a day up to its end, a minute up to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecTime {
    /// A time with an offset: the same everywhere.
    Exact(Timestamp),
    /// A day in the local time zone.
    Day(Date),
    /// A time of day in the local time zone, exact to the minute or to the second.
    Local {
        /// The time.
        time: DateTime,
        /// Whether seconds were given.
        seconds: bool,
    },
}

/// The text names no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` does not name a snapshot; write the first digits of its id (at least 4), `NAME@latest`, \
     `NAME@2026-11-21` or `NAME@2026-11-21T10:00`, each with `:PATH` for a part of it"
)]
pub struct ParseSpecError(String);

impl FromStr for SnapshotSpec {
    type Err = ParseSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ParseSpecError(text.to_owned());
        // An `@` behind the first colon belongs to the path.
        let by_connection = text.split_once('@').filter(|(before, _)| !before.contains(':'));
        let (which, path) = if let Some((connection, rest)) = by_connection {
            if connection.is_empty() {
                return Err(refuse());
            }
            by_time(connection, rest).ok_or_else(refuse)?
        } else {
            let (prefix, path) = split_path(text, text.find(':').unwrap_or(text.len()));
            let long_enough = (MIN_PREFIX..=64).contains(&prefix.len());
            if !long_enough || !prefix.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(refuse());
            }
            (Which::Prefix(prefix.to_ascii_lowercase()), path)
        };
        let path = path.filter(|path| !path.is_empty()).map(str::to_owned);
        Ok(Self { which, path })
    }
}

/// Times contain colons themselves: the longest beginning that is a time is the time.
fn by_time<'a>(connection: &str, rest: &'a str) -> Option<(Which, Option<&'a str>)> {
    let connection = connection.to_owned();
    let ends = rest.match_indices(':').map(|(at, _)| at).chain([rest.len()]);
    ends.collect::<Vec<_>>().into_iter().rev().find_map(|end| {
        let (time, path) = split_path(rest, end);
        let connection = connection.clone();
        let which = if time == "latest" {
            Which::Latest { connection }
        } else {
            Which::At { connection, time: SpecTime::parse(time)? }
        };
        Some((which, path))
    })
}

fn split_path(text: &str, at: usize) -> (&str, Option<&str>) {
    let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
    (before, behind.strip_prefix(':'))
}

impl SpecTime {
    fn parse(text: &str) -> Option<Self> {
        if let Ok(time) = text.parse::<Timestamp>() {
            return Some(Self::Exact(time));
        }
        match text.len() {
            10 => text.parse().ok().map(Self::Day),
            16 => Some(Self::Local { time: text.parse().ok()?, seconds: false }),
            19 => Some(Self::Local { time: text.parse().ok()?, seconds: true }),
            _ => None,
        }
    }

    /// The last millisecond since 1970 (UTC) that is meant; nothing for times outside of the calendar.
    pub fn end_ms(&self, zone: &TimeZone) -> Option<i64> {
        let behind = |time: DateTime, unit: SignedDuration| {
            let end = time.checked_add(unit).ok()?.to_zoned(zone.clone()).ok()?;
            end.timestamp().as_millisecond().checked_sub(1)
        };
        match *self {
            Self::Exact(time) => Some(time.as_millisecond()),
            Self::Day(day) => {
                behind(day.to_datetime(jiff::civil::Time::midnight()), SignedDuration::from_hours(24))
            }
            Self::Local { time, seconds: false } => behind(time, SignedDuration::from_mins(1)),
            Self::Local { time, seconds: true } => behind(time, SignedDuration::from_secs(1)),
        }
    }
}

impl fmt::Display for SpecTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(time) => time.fmt(f),
            Self::Day(day) => day.fmt(f),
            Self::Local { time, .. } => time.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Which, Option<String>) {
        let spec: SnapshotSpec = text.parse().unwrap();
        (spec.which, spec.path)
    }

    fn end(text: &str, zone: &TimeZone) -> String {
        match parse(&format!("work@{text}")).0 {
            Which::At { time, .. } => {
                Timestamp::from_millisecond(time.end_ms(zone).unwrap()).unwrap().to_string()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_form_is_read_with_and_without_a_path() {
        let latest = || Which::Latest { connection: "work".to_owned() };
        assert_eq!(parse("1F3a"), (Which::Prefix("1f3a".to_owned()), None));
        assert_eq!(parse("1f3a:Acme/R@D: x"), (Which::Prefix("1f3a".into()), Some("Acme/R@D: x".into())));
        assert_eq!(parse("work@latest"), (latest(), None));
        assert_eq!(parse("work@latest:Acme"), (latest(), Some("Acme".into())));
        assert_eq!(parse("work@latest:"), (latest(), None));
        for time in ["2026-11-21", "2026-11-21T10:00", "2026-11-21T10:00:59", "2026-11-21T10:00:00+01:00"] {
            let (plain, with_path) = (parse(&format!("work@{time}")), parse(&format!("work@{time}:A/b:c")));
            assert_eq!((plain.0, with_path.1), (with_path.0, Some("A/b:c".to_owned())), "{time}");
            assert_eq!(plain.1, None);
        }
    }

    #[test]
    fn what_is_left_away_is_meant_as_a_whole() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        assert_eq!(end("2026-11-21", &zone), "2026-11-21T22:59:59.999Z");
        assert_eq!(end("2026-11-21T10:00", &zone), "2026-11-21T09:00:59.999Z");
        assert_eq!(end("2026-11-21T10:00:07", &zone), "2026-11-21T09:00:07.999Z");
        assert_eq!(end("2026-11-21T10:00:07Z", &zone), "2026-11-21T10:00:07Z");
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "1f3", "xyz1", "@latest", "work@", "work@newest", "work@2026-13-01", "work"] {
            assert!(text.parse::<SnapshotSpec>().is_err(), "{text}");
        }
    }
}
