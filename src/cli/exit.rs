//! Exit codes, in one place.

use std::process::ExitCode;

use super::ui::Ui;
use crate::app::error::{Error, ErrorKind};

/// How a command that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// All of it.
    Complete,
    /// It ended, but something is missing: exit code 3.
    Incomplete,
    /// It ended and found damage: exit code 5.
    Damage,
}

impl From<Done> for ExitCode {
    fn from(done: Done) -> Self {
        match done {
            Done::Complete => Self::SUCCESS,
            Done::Incomplete => Self::from(3),
            Done::Damage => Self::from(5),
        }
    }
}

/// Shows a failure and gives its exit code.
pub(super) fn failed(ui: &Ui, error: &Error) -> ExitCode {
    ui.error(error);
    ExitCode::from(match error.kind {
        ErrorKind::Failed => 1,
        ErrorKind::Usage => 2,
        ErrorKind::Stale => 4,
        ErrorKind::Damage => 5,
    })
}

/// Shows what the parser of arguments has to say: help and version are no failures.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    // A closed terminal cannot be told anything.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}
