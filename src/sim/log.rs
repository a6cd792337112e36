//! What was asked of a sandbox.

use serde::Serialize;

/// One request, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Counts from 1 since the sandbox started.
    pub n: u64,
    /// GET, POST, ..
    pub method: String,
    /// The path without the query; a token in it shows as `*`.
    pub path: String,
    /// The query without key and token.
    pub query: String,
    /// The status that was answered; 0 when the connection was closed without an answer.
    pub status: u16,
    /// User name of who asked, when the credential was good.
    pub member: Option<String>,
}

/// The lines since the start or since the last clearing.
#[derive(Debug, Default)]
pub struct RequestLog {
    lines: Vec<LogLine>,
    numbered: u64,
}

impl RequestLog {
    /// Adds a line and numbers it.
    pub fn add(&mut self, mut line: LogLine) {
        self.numbered += 1;
        line.n = self.numbered;
        self.lines.push(line);
    }

    /// The lines, oldest first.
    pub fn lines(&self) -> &[LogLine] {
        &self.lines
    }

    /// Forgets the lines; numbering goes on.
    pub fn clear(&mut self) {
        self.lines.clear();
    }
}
