//! The version under which a backup read a project: `READER~SEEN~MOMENT~TOKEN`.

use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use crate::base::clock::Timestamp;
use crate::base::hash::Hash;

/// Between the parts of a mark.
const SEPARATOR: char = '~';
/// How far this computer's clock may be ahead of Asana's without a change being missed.
const CLOCK_ERROR: Duration = Duration::from_mins(5);

/// What a backup notes of a project before it reads any of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// A hash over what discovery saw of it.
    pub(super) seen: String,
    /// Whatever changed before this moment was there to be read.
    pub(super) moment: Timestamp,
    /// From here on events tell of changes.
    pub(super) token: String,
}

impl Mark {
    /// The mark of a reading that begins `now`.
    pub(super) fn new(seen: String, now: Timestamp, token: String) -> Self {
        Self { seen, moment: now.checked_sub(CLOCK_ERROR).unwrap_or(now), token }
    }

    /// A mark that this reader made. What another one kept of a project may lack fields or have another shape, so its
    /// marks say nothing here.
    pub(super) fn parse(version: &str) -> Option<Self> {
        let mut parts = version.splitn(4, SEPARATOR);
        let mut next = || parts.next();
        if next()? != READER.as_str() {
            return None;
        }
        let (seen, moment) = (next()?.to_owned(), next()?.parse().ok()?);
        Some(Self { seen, moment, token: next()?.to_owned() })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seen, moment, token } = self;
        write!(f, "{}{SEPARATOR}{seen}{SEPARATOR}{moment}{SEPARATOR}{token}", *READER)
    }
}

/// The text of the reader: what is asked for, what is taken over, and how answers become records.
const SOURCES: [&str; 10] = [
    include_str!("read/details.rs"),
    include_str!("read/fields.rs"),
    include_str!("read/last.rs"),
    include_str!("read/mod.rs"),
    include_str!("read/own.rs"),
    include_str!("read/remains.rs"),
    include_str!("read/renewal.rs"),
    include_str!("read/split.rs"),
    include_str!("read/strays.rs"),
    include_str!("read/tree.rs"),
];

/// Which reader this is: a hash over its very text, so that nobody has to remember to count up a number.
static READER: LazyLock<String> = LazyLock::new(|| Hash::of(SOURCES.concat().as_bytes()).short());

#[cfg(test)]
mod tests {
    use super::*;

    fn mark() -> Mark {
        Mark::new("seen".into(), "2026-11-21T12:00:00Z".parse().unwrap(), "to~ken".into())
    }

    #[test]
    fn a_mark_is_read_as_it_was_written_and_allows_for_a_clock_that_is_ahead() {
        assert_eq!(Mark::parse(&mark().to_string()), Some(mark()));
        assert_eq!(mark().moment.to_string(), "2026-11-21T11:55:00Z");
    }

    #[test]
    fn the_mark_of_another_reader_says_nothing() {
        let other = mark().to_string().replacen(READER.as_str(), "0123456789ab", 1);
        for version in [other.as_str(), "seen~token", "", &format!("{}~seen~yesterday~token", *READER)] {
            assert_eq!(Mark::parse(version), None, "{version}");
        }
    }

    #[test]
    fn every_file_of_the_reader_tells_it_from_another() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/platforms/asana/read");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_test = path.file_stem().unwrap().to_str().unwrap().ends_with("tests");
            let is_told = SOURCES.contains(&std::fs::read_to_string(&path).unwrap().as_str());
            assert_eq!(is_told, !is_test, "{}", path.display());
        }
    }
}
