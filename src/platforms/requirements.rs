//! How the answers of a preflight are put together and worded, the same for every platform.

use super::connector::Requirement;
use crate::model::grants::Grant;

/// So many names are shown in one line.
const NAMES: usize = 5;

/// Names of things, by what the account may do to them.
#[derive(Debug, Default)]
pub struct Tally {
    /// It may.
    pub allowed: Vec<String>,
    /// It may not; each with the reason.
    pub denied: Vec<String>,
    /// The platform does not tell.
    pub unknown: Vec<String>,
}

impl Tally {
    /// Sorts the names by their grants.
    pub fn of(grants: impl IntoIterator<Item = (impl Into<String>, Grant)>) -> Self {
        let mut tally = Self::default();
        for (name, grant) in grants {
            let name = name.into();
            match grant {
                Grant::Allowed => tally.allowed.push(name),
                Grant::Denied(why) => tally.denied.push(format!("{name} ({why})")),
                Grant::Unknown => tally.unknown.push(name),
            }
        }
        tally
    }

    /// A line that says what there is; that there is nothing is no defect.
    pub fn inform(&self, requirement: &str) -> Requirement {
        let detail = format!("{}: {}", self.allowed.len(), shortened(&self.allowed));
        line(requirement, Grant::Allowed, detail, "")
    }

    /// Met when nothing is denied or unknown and at least one thing is allowed; `advice` is for when it is not.
    pub fn summary(&self, requirement: &str, advice: &str) -> Requirement {
        let met = if !self.denied.is_empty() {
            Grant::Denied(format!("not for {}", shortened(&self.denied)))
        } else if !self.unknown.is_empty() || self.allowed.is_empty() {
            Grant::Unknown
        } else {
            Grant::Allowed
        };
        let mut detail = format!("possible for {}: {}", self.allowed.len(), shortened(&self.allowed));
        if !self.unknown.is_empty() {
            detail.push_str("; not known for ");
            detail.push_str(&shortened(&self.unknown));
        }
        line(requirement, met, detail, advice)
    }
}

/// One requirement; `advice` is given only when it is not met or not known.
pub fn line(requirement: &str, met: Grant, detail: String, advice: &str) -> Requirement {
    let advice = (met != Grant::Allowed).then(|| advice.to_owned());
    Requirement { requirement: requirement.to_owned(), met, recommended: false, detail, advice }
}

/// `2 boards: Roadmap, Garden`, or `no boards`.
pub fn listed(what: &str, names: &[String]) -> String {
    match names.len() {
        0 => format!("no {what}s"),
        count => format!("{}: {}", counted(count, what), shortened(names)),
    }
}

/// `1 board`, `2 boards`.
pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The first names, and how many more there are.
pub fn shortened(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMES).map(String::as_str).collect();
    match names.len().checked_sub(NAMES) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ if names.is_empty() => "none".to_owned(),
        _ => shown.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (1..=count).map(|n| format!("n{n}")).collect()
    }

    #[test]
    fn long_lists_are_cut_and_say_so() {
        assert_eq!(shortened(&names(5)), "n1, n2, n3, n4, n5");
        assert_eq!(shortened(&names(7)), "n1, n2, n3, n4, n5 and 2 more");
        assert_eq!(
            (listed("board", &names(1)), listed("board", &[])),
            ("1 board: n1".into(), "no boards".into())
        );
    }

    #[test]
    fn one_denial_is_enough_and_nothing_allowed_is_not_known() {
        let summary = |grants: Vec<Grant>| {
            Tally::of(grants.into_iter().map(|grant| ("x".to_owned(), grant))).summary("r", "a")
        };
        let denied = summary(vec![Grant::Allowed, Grant::Denied("why".into())]);
        assert_eq!(
            (denied.met, denied.advice.as_deref()),
            (Grant::Denied("not for x (why)".into()), Some("a"))
        );
        assert_eq!(summary(Vec::new()).met, Grant::Unknown);
        assert_eq!(
            summary(vec![Grant::Allowed, Grant::Unknown]).detail,
            "possible for 1: x; not known for x"
        );
        assert_eq!(summary(vec![Grant::Allowed]).advice, None);
    }
}
