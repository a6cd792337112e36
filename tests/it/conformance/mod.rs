//! What every platform must do, in every world: the same tests over all of them, from one table.

mod fault_pages;
mod fault_table;
mod faults;
mod interruptions;
mod nasty;
mod paging;
mod permissions;
mod restores;
mod roles;

use crate::common::TRELLO;

/// A platform, and what the tests must know of its sandbox.
pub(crate) struct Subject {
    /// The platform's id.
    pub(crate) platform: &'static str,
    /// Path of the container in the world `tiny` that a disaster damages.
    pub(crate) container: &'static str,
    /// Path of a part of it that the disaster damages too.
    pub(crate) part: &'static str,
    /// What the names begin with of those things in the world `nasty` that its first person may not change.
    pub(crate) closed: &'static [&'static str],
    /// Who in the sandbox has lent access, where the platform lends any.
    pub(crate) lent: Option<&'static str>,
    /// Kinds in the sandbox's state that a second attempt may add to: what happened, not what is.
    pub(crate) history: &'static [&'static str],
}

/// All platforms. A platform that is not in it is not finished.
pub(crate) const SUBJECTS: &[Subject] = &[
    Subject {
        platform: TRELLO,
        container: "Acme/Roadmap",
        part: "Acme/Roadmap/Doing",
        closed: &["Ada may only look"],
        lent: None,
        history: &["action"],
    },
    Subject {
        platform: "asana",
        container: "Acme/Roadmap",
        part: "Acme/Roadmap/Doing",
        closed: &[],
        lent: Some("organization admin, through the app"),
        history: &["story", "event"],
    },
    Subject {
        platform: "smartsheet",
        container: "Acme/Launch plan",
        part: "Acme/Launch plan/Prepare",
        closed: &["Ben's notes"],
        lent: Some("system admin, through an application"),
        history: &[],
    },
];

#[test]
fn every_platform_is_a_subject() {
    let platforms: Vec<&str> = boardvault::platforms::PLATFORMS.iter().map(|platform| platform.id).collect();
    assert_eq!(SUBJECTS.iter().map(|subject| subject.platform).collect::<Vec<_>>(), platforms);
}

/// The form of a path: each id in it as `id`.
fn form(path: &str, id: &str) -> String {
    let is_id = |segment: &str| segment.len() > 8 && segment.contains(|c: char| c.is_ascii_digit());
    let segments = path.split('/').map(|segment| if is_id(segment) { id } else { segment });
    segments.collect::<Vec<_>>().join("/")
}
