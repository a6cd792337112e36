//! Scripted faults: which call goes wrong, and how.

use serde::{Deserialize, Serialize};

/// One scripted fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// GET, POST, ..; all when absent.
    #[serde(default)]
    pub method: Option<String>,
    /// A path in which `*` stands for any text and `{}` for one segment: `/1/boards/{}`; all when absent.
    #[serde(default)]
    pub path: Option<String>,
    /// Strikes from the n-th matching call on; counts from 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// Strikes so many calls in a row.
    #[serde(default = "one")]
    pub times: u64,
    /// Strikes every matching call from `nth` on, whatever `times` says.
    #[serde(default)]
    pub every: bool,
    /// What happens.
    pub kind: FaultKind,
    /// Answered by `status` and `status_after`.
    #[serde(default)]
    pub status: Option<u16>,
    /// Answered by `status` and `status_after`: as JSON when it begins like an object, good or bad, else as plain text.
    #[serde(default)]
    pub body: Option<String>,
    /// How long `delay` waits, in milliseconds.
    #[serde(default)]
    pub ms: u64,
    /// After how many bytes of the body `cut` closes the connection.
    #[serde(default)]
    pub at_byte: usize,
    /// The answer's `Retry-After` in place of the platform's own; an empty one only takes that away.
    #[serde(default)]
    pub retry_after: Option<String>,
    /// For how long reads do not show what the struck POST has made, in milliseconds.
    #[serde(default)]
    pub hidden_ms: u64,
}

fn one() -> u64 {
    1
}

/// What a fault does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Answers a status and a text; nothing is done.
    Status,
    /// Does the work, then answers a status and a text all the same.
    StatusAfter,
    /// Waits, then goes on as usual.
    Delay,
    /// Does the work, then closes the connection in the middle of the body.
    Cut,
    /// Answers 200 with a web page; nothing is done.
    Html,
    /// Answers 200 with a broken JSON document; nothing is done.
    Garbage,
    /// Does the work, then closes the connection without an answer.
    DropAfter,
    /// Closes the connection without an answer; nothing is done.
    DropBefore,
    /// Does the work; the body has one byte too few, and the headers agree with that.
    WrongSize,
    /// Answers as the platform does when there were too many requests; nothing is done.
    RateLimit,
    /// Does the work; the list in the answer has its first entry once more at its end.
    Doubled,
    /// Does the work; the list in the answer lacks its last entry.
    OneMissing,
    /// Answers what this path was answered first, whatever page is asked for: the list goes in a circle.
    FirstPage,
}

/// The faults that are still to strike.
#[derive(Debug, Default)]
pub struct FaultScript {
    faults: Vec<(Fault, u64)>,
}

impl FaultScript {
    /// Adds faults behind those that are there.
    pub fn add(&mut self, faults: Vec<Fault>) {
        self.faults.extend(faults.into_iter().map(|fault| (fault, 0)));
    }

    /// Whether there is a fault of this kind.
    pub fn has(&self, kind: FaultKind) -> bool {
        self.faults.iter().any(|(fault, _)| fault.kind == kind)
    }

    /// Forgets all faults.
    pub fn clear(&mut self) {
        self.faults.clear();
    }

    /// Counts a call and says which fault strikes it: the first one that does.
    pub fn strike(&mut self, method: &str, path: &str) -> Option<Fault> {
        let mut struck = None;
        for (fault, seen) in &mut self.faults {
            let method_fits =
                fault.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
            if !method_fits || !fault.path.as_deref().is_none_or(|glob| matches(glob, path)) {
                continue;
            }
            *seen += 1;
            let strikes =
                *seen >= fault.nth && (fault.every || *seen < fault.nth.saturating_add(fault.times));
            if strikes && struck.is_none() {
                struck = Some(fault.clone());
            }
        }
        struck
    }
}

/// Whether `path` fits `glob`, in which `*` stands for any text, slashes included, and `{}` for one segment.
fn matches(glob: &str, path: &str) -> bool {
    let Some(at) = glob.find(['*', '{']) else { return glob == path };
    let (start, wild) = glob.split_at(at);
    let Some(tail) = path.strip_prefix(start) else { return false };
    if let Some(rest) = wild.strip_prefix("{}") {
        return matches(rest, tail.find('/').map_or("", |at| tail.split_at(at).1));
    }
    let rest = wild.get(1..).unwrap_or_default();
    (0..=tail.len()).filter_map(|at| tail.get(at..)).any(|tail| matches(rest, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(json: &str) -> FaultScript {
        let mut script = FaultScript::default();
        script.add(vec![serde_json::from_str(json).unwrap()]);
        script
    }

    fn strikes(script: &mut FaultScript, calls: usize) -> Vec<bool> {
        (0..calls).map(|_| script.strike("GET", "/1/boards/x").is_some()).collect()
    }

    #[test]
    fn a_fault_strikes_the_nth_call_so_many_times() {
        let mut script = script(r#"{"kind":"drop_after","path":"/1/boards/*","nth":2,"times":2}"#);
        assert_eq!(strikes(&mut script, 5), [false, true, true, false, false]);
    }

    #[test]
    fn other_calls_are_neither_struck_nor_counted() {
        let mut script = script(r#"{"kind":"status","method":"POST","path":"/1/cards"}"#);
        assert!(script.strike("GET", "/1/cards").is_none());
        assert!(script.strike("POST", "/1/cards/x").is_none());
        assert!(script.strike("POST", "/1/cards").is_some());
    }

    #[test]
    fn every_has_no_end() {
        let mut script = script(r#"{"kind":"html","every":true}"#);
        assert_eq!(strikes(&mut script, 3), [true, true, true]);
    }

    #[test]
    fn a_star_stands_for_any_text_and_braces_for_a_segment() {
        for (glob, path, fits) in [
            ("*", "/1/x", true),
            ("/1/cards/*/attachments", "/1/cards/5/attachments", true),
            ("/1/cards/*/attachments", "/1/cards/5/stickers", false),
            ("/1/boards", "/1/boards/5", false),
            ("/1/cards/{}", "/1/cards/5", true),
            ("/1/cards/{}", "/1/cards/5/attachments", false),
            ("/1/cards/{}/*", "/1/cards/5/attachments/6", true),
        ] {
            assert_eq!(matches(glob, path), fits, "{glob} {path}");
        }
    }
}
