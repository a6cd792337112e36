//! The only place that prints: data to standard output, everything else to standard error.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::app::error::{Error, ErrorKind};
use crate::app::progress::{News, Progress};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default();

/// How the program speaks.
pub(super) struct Ui {
    json: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Ui {
    pub(super) fn new(json: bool) -> Self {
        Self { json, bar: Mutex::new(None) }
    }

    /// Whether JSON was asked for.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// The result of a command: `value` as one JSON document, or `text`.
    pub(super) fn result(&self, value: &Value, text: &str) {
        self.clear_bar();
        let shown = if self.json { format!("{value:#}") } else { text.trim_end().to_owned() };
        if !shown.is_empty() {
            self.out(&shown);
        }
    }

    /// A line of data.
    pub(super) fn out(&self, line: &str) {
        self.clear_bar();
        // A reader that closed the pipe (`| head`) wants no more; that is not a failure.
        let _ = writeln!(anstream::stdout(), "{line}");
    }

    /// A line for the person at the terminal.
    pub(super) fn note(&self, line: &str) {
        self.suspended(|| {
            let _ = writeln!(anstream::stderr(), "{line}");
        });
    }

    /// Something the person should not miss.
    pub(super) fn warn(&self, line: &str) {
        self.note(&format!("{YELLOW}warning:{YELLOW:#} {line}"));
    }

    /// A failure, with its next steps.
    pub(super) fn error(&self, error: &Error) {
        self.clear_bar();
        if self.json {
            let kind = match error.kind {
                ErrorKind::Failed => "failed",
                ErrorKind::Usage => "usage",
                ErrorKind::Stale => "stale",
                ErrorKind::Damage => "damage",
            };
            let error = json!({
                "kind": kind, "message": error.message, "details": error.details, "hints": error.hints,
            });
            self.note(&json!({ "error": error }).to_string());
            return;
        }
        self.note(&format!("{RED}error:{RED:#} {}", plain(&error.message)));
        for detail in &error.details {
            self.note(&format!("  {}", plain(detail)));
        }
        for hint in &error.hints {
            self.note(&format!("{DIM}  next:{DIM:#} {}", plain(hint)));
        }
    }

    fn suspended(&self, print: impl FnOnce()) {
        match self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner).as_ref() {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn clear_bar(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Ui {
    fn tell(&self, news: News) {
        if let News::Note(line) = &news {
            return self.note(line);
        }
        match &news {
            News::Phase { what, total } => tracing::info!(total, "{what}"),
            News::Now(what) => tracing::debug!("{what}"),
            News::Advance(_) | News::Note(_) => {}
        }
        if self.json || !std::io::stderr().is_terminal() {
            return;
        }
        let mut slot = self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match news {
            News::Phase { what, total } => {
                if let Some(old) = slot.take() {
                    old.finish_and_clear();
                }
                let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
                let shape = if total.is_some() {
                    "{prefix} {bar:30} {pos}/{len} {wide_msg}"
                } else {
                    "{spinner} {prefix} {pos} {wide_msg}"
                };
                if let Ok(style) = ProgressStyle::with_template(shape) {
                    bar.set_style(style);
                }
                bar.set_prefix(what);
                bar.enable_steady_tick(Duration::from_millis(120));
                *slot = Some(bar);
            }
            News::Advance(units) => {
                if let Some(bar) = slot.as_ref() {
                    bar.inc(units);
                }
            }
            News::Now(what) => {
                if let Some(bar) = slot.as_ref() {
                    bar.set_message(plain(&what));
                }
            }
            News::Note(_) => {}
        }
    }
}

/// Text from an account as it may be shown on a terminal: without control characters, which could rewrite
/// the screen, and without the marks that reverse the reading direction of what follows.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// `plain`, shortened to at most `width` characters.
pub(super) fn brief(text: &str, width: usize) -> String {
    let text = plain(text);
    if text.chars().count() <= width {
        return text;
    }
    text.chars().take(width.saturating_sub(1)).chain(['\u{2026}']).collect()
}

/// How times read: to the second.
pub(super) const TIME: &str = "%Y-%m-%d %H:%M:%S";

/// A time as people read it: local, to the second.
pub(super) fn local(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime(TIME).to_string()
}

/// A number of bytes as people read it.
pub(super) fn bytes(count: u64) -> String {
    let mut unit = "B";
    let mut whole = count;
    let mut tenths = 0;
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if whole < 1024 {
            break;
        }
        tenths = (whole % 1024) * 10 / 1024;
        whole /= 1024;
        unit = next;
    }
    if unit == "B" { format!("{whole} B") } else { format!("{whole}.{tenths} {unit}") }
}

/// Words on lines of at most `width` characters; a longer word has a line of its own.
pub(super) fn flowing(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Parts of a sentence with commas between them, on lines of at most `width` characters.
pub(super) fn wrapped(parts: impl IntoIterator<Item = String>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 2 + part.chars().count() < width => {
                line.push_str(", ");
                line.push_str(&part);
            }
            Some(line) => {
                line.push(',');
                lines.push(part);
            }
            None => lines.push(part),
        }
    }
    lines
}

/// `1 card`, `2 cards`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// A heading.
pub(super) fn bold(text: &str) -> String {
    format!("{BOLD}{text}{BOLD:#}")
}

/// Something good.
pub(super) fn green(text: &str) -> String {
    format!("{GREEN}{text}{GREEN:#}")
}

/// Something that wants attention.
pub(super) fn yellow(text: &str) -> String {
    format!("{YELLOW}{text}{YELLOW:#}")
}

/// Something dangerous.
pub(super) fn red(text: &str) -> String {
    format!("{RED}{text}{RED:#}")
}

/// Something beside the point.
pub(super) fn dim(text: &str) -> String {
    format!("{DIM}{text}{DIM:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_direction_marks_do_not_reach_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\nc\u{202e}d"), "a\u{fffd}[2Jb c\u{fffd}d");
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(
            [bytes(0), bytes(1023), bytes(1536), bytes(5 << 30)],
            ["0 B", "1023 B", "1.5 KiB", "5.0 GiB"]
        );
    }

    #[test]
    fn words_flow_into_lines() {
        assert_eq!(flowing("one two  three\nfour", 9), ["one two", "three", "four"]);
        assert_eq!(flowing("a notverylongword b", 9), ["a", "notverylongword", "b"]);
        assert!(flowing(" ", 9).is_empty());
    }

    #[test]
    fn lists_are_wrapped_between_their_parts() {
        let parts = || ["1 board", "12 cards", "3 labels"].map(str::to_owned);
        assert_eq!(wrapped(parts(), 80), ["1 board, 12 cards, 3 labels"]);
        assert_eq!(wrapped(parts(), 19), ["1 board, 12 cards,", "3 labels"]);
        assert!(wrapped([], 10).is_empty());
    }

    #[test]
    fn long_text_is_cut_by_characters() {
        assert_eq!(brief("äöüäöü", 4), "äöü…");
        assert_eq!(brief("abc", 3), "abc");
    }
}
