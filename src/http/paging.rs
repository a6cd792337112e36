//! When a page is the last one.

use std::collections::HashSet;

use super::fault::{ApiFault, FaultClass};
use crate::base::defect::{Defect, planted};

/// Pages that go backwards in time: each next page is asked for with `before=<oldest id so far>`.
///
/// A page that is as long as it may be is never the last one, whatever else the answer says. Ids that come
/// twice, because something was added between two pages, are recognised.
#[derive(Debug)]
pub struct Backwards {
    limit: usize,
    seen: HashSet<String>,
}

/// What to do after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// This was all.
    Done,
    /// Ask again for what is older than this id.
    Before(String),
    /// The page is full of what is known already: asking again would give it for ever, and whatever comes after it is
    /// out of reach.
    Circle,
}

impl Next {
    /// The id before which to go on, or nothing at the end of the list; a fault of `call` where it has none.
    pub fn before(self, call: &str) -> Result<Option<String>, ApiFault> {
        match self {
            Self::Done => Ok(None),
            Self::Before(id) => Ok(Some(id)),
            Self::Circle => Err(ApiFault::new(
                FaultClass::Protocol,
                call,
                "a page leads back to one that was read before",
            )),
        }
    }
}

impl Backwards {
    /// Pages of at most `limit` entries.
    pub fn new(limit: usize) -> Self {
        Self { limit, seen: HashSet::new() }
    }

    /// Takes the ids of a page, newest first as the platform gives them, and says what to do next.
    pub fn take<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) -> Next {
        let (mut count, mut fresh, mut oldest) = (0_usize, false, None::<&str>);
        for id in ids {
            count += 1;
            fresh |= self.seen.insert(id.to_owned());
            // Ids begin with their time of creation, so the smallest is the oldest.
            oldest = Some(oldest.map_or(id, |other| other.min(id)));
        }
        match oldest {
            Some(_) if planted(Defect::LastAnswerSkipped) => Next::Done,
            Some(oldest) if count >= self.limit && fresh => Next::Before(oldest.to_owned()),
            Some(_) if count >= self.limit => Next::Circle,
            _ => Next::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `total` entries through pages of `limit`; gives what was read and the number of calls.
    fn read(total: usize, limit: usize) -> (usize, usize) {
        let all: Vec<String> = (0..total).rev().map(|n| format!("{n:08x}")).collect();
        let (mut paging, mut got, mut calls, mut before) = (Backwards::new(limit), 0, 0, None::<String>);
        loop {
            let page: Vec<&str> = all
                .iter()
                .map(String::as_str)
                .filter(|id| before.as_deref().is_none_or(|before| *id < before))
                .take(limit)
                .collect();
            calls += 1;
            got += page.len();
            match paging.take(page) {
                Next::Done => return (got, calls),
                Next::Before(id) => before = Some(id),
                Next::Circle => panic!("the pages go backwards"),
            }
        }
    }

    #[test]
    fn every_entry_is_read_whatever_the_number() {
        for (total, calls) in [(0, 1), (9, 1), (10, 2), (11, 2), (30, 4)] {
            assert_eq!(read(total, 10), (total, calls), "{total}");
        }
    }

    #[test]
    fn a_server_that_repeats_itself_is_noticed() {
        let mut paging = Backwards::new(2);
        assert_eq!(paging.take(["b", "a"]), Next::Before("a".into()));
        assert_eq!(paging.take(["b", "a"]), Next::Circle);
    }
}
