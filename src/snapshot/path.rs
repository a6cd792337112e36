//! Paths as people type them: `Acme/Roadmap/Doing/Fix login#due`.
//!
//! The levels are workspace, container, section (where the platform has any), item, and items below it; a part after
//! `#` is a field of the last one. The workspace may be left out where the container's name is enough. `\/`, `\#` and
//! `\\` stand for the characters themselves, `id:ID` for the thing with that id whatever its name, and `-` in the first
//! place for "in no workspace".

use std::fmt;
use std::str::FromStr;

/// A path, taken apart but not yet looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectionPath {
    /// At least one: workspace, container, section, item, and items below it.
    pub segments: Vec<Segment>,
    /// The field of the last one, if one is named.
    pub field: Option<String>,
}

/// One level of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// By its name.
    Name(String),
    /// By its id.
    Id(String),
    /// In no workspace.
    Nowhere,
}

/// The text is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a path ({1}); write WORKSPACE/BOARD/LIST/CARD#FIELD (or PROJECT/SECTION/TASK/SUBTASK, SHEET/ROW) or a beginning of it, with `\\/` and `\\#` for \
     these characters in a name"
)]
pub struct ParsePathError(String, &'static str);

/// Nothing is nested deeper.
const LEVELS: usize = 64;

impl FromStr for SelectionPath {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |why| ParsePathError(text.to_owned(), why);
        let mut raw = vec![Raw::default()];
        let mut field: Option<String> = None;
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let (character, plain) = match character {
                '\\' => (characters.next().ok_or_else(|| refuse("it ends with a backslash"))?, false),
                other => (other, true),
            };
            match (&mut field, character, plain) {
                (None, '/', true) => raw.push(Raw::default()),
                (None, '#', true) => field = Some(String::new()),
                (Some(field), character, _) => field.push(character),
                (None, character, plain) => {
                    if let Some(last) = raw.last_mut() {
                        last.text.push(character);
                        last.escaped |= !plain;
                    }
                }
            }
        }
        // A trailing slash, as shells complete it, adds no level.
        if raw.len() > 1 && field.is_none() && raw.last().is_some_and(|last| last.text.is_empty()) {
            raw.pop();
        }
        if raw.len() > LEVELS {
            return Err(refuse("it has more levels than anything"));
        }
        if raw.iter().any(|segment| segment.text.is_empty()) {
            return Err(refuse("a level is empty"));
        }
        if field.as_ref().is_some_and(String::is_empty) {
            return Err(refuse("no field follows `#`"));
        }
        let segments: Vec<Segment> =
            raw.into_iter().enumerate().map(|(level, segment)| segment.read(level == 0)).collect();
        if field.is_some() && segments == [Segment::Nowhere] {
            return Err(refuse("only a single thing has fields"));
        }
        Ok(Self { segments, field })
    }
}

#[derive(Default)]
struct Raw {
    text: String,
    /// Something in it was escaped, so that it is a name whatever it looks like.
    escaped: bool,
}

impl Raw {
    fn read(self, first: bool) -> Segment {
        match self.text.strip_prefix("id:") {
            Some(id) if !self.escaped => Segment::Id(id.to_owned()),
            _ if first && !self.escaped && self.text == "-" => Segment::Nowhere,
            _ => Segment::Name(self.text),
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(&escape(name)),
            Self::Id(id) => write!(f, "id:{id}"),
            Self::Nowhere => f.write_str("-"),
        }
    }
}

/// A name as it must be typed in a path.
pub fn escape(name: &str) -> String {
    let looks_special = name.starts_with("id:") || name == "-";
    let mut escaped = String::from(if looks_special { "\\" } else { "" });
    for character in name.chars() {
        if matches!(character, '/' | '#' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> SelectionPath {
        text.parse().unwrap()
    }

    fn name(text: &str) -> Segment {
        Segment::Name(text.to_owned())
    }

    #[test]
    fn levels_and_field_are_taken_apart() {
        let path = parse("Acme/Roadmap/Doing/Fix login#due");
        assert_eq!(path.segments, [name("Acme"), name("Roadmap"), name("Doing"), name("Fix login")]);
        assert_eq!(path.field.as_deref(), Some("due"));
        assert_eq!(parse("Acme/").segments, [name("Acme")]);
        assert_eq!(parse("-/id:b3").segments, [Segment::Nowhere, Segment::Id("b3".to_owned())]);
        assert_eq!(parse("A/-").segments, [name("A"), name("-")]);
        assert_eq!(parse("A/B/C/D#a/b#c").field.as_deref(), Some("a/b#c"));
    }

    #[test]
    fn escaped_names_come_back_as_they_were() {
        for text in ["a/b", "#1", "\\", "-", "id:7", "plain", "a#b/c\\d"] {
            assert_eq!(parse(&escape(text)).segments, [name(text)], "{text}");
        }
    }

    #[test]
    fn what_is_not_a_path_is_refused() {
        let deep = "a/".repeat(LEVELS) + "a";
        for text in ["", "/", "-#due", "a//b", &deep, "a#", "a\\", "/a"] {
            assert!(text.parse::<SelectionPath>().is_err(), "{text}");
        }
    }
}
