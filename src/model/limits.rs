//! What a platform takes no more of. It is known before anything is tried, so a plan says what does not come back
//! instead of promising a step that can only fail.

use super::dialect::Dialect;
use super::loss::LossCause;
use super::{Blob, Kind, Record, ops};

/// One limit on records of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The kind.
    pub kind: Kind,
    /// What is limited, and to what.
    pub bound: Bound,
}

/// What is limited, and to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The length of the text in this field (a path of the kind's table).
    Text(&'static str, Longest),
    /// The length of the file in bytes.
    File(u64),
    /// The persons: a membership names one in one of these fields, or nobody can be let in by it.
    Named(&'static [&'static str]),
    /// How many containers may show one item: its own, and those that show it by a record of this kind, with its id in
    /// this field.
    Shown(&'static str, usize),
    /// The containers: one takes on itself only what its own list at the first path names, by the id that the record
    /// has at the second.
    Listed(&'static str, &'static str),
}

/// The longest that a text may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Longest {
    /// In Unicode characters.
    Characters(usize),
    /// In UTF-16 units, in which JavaScript counts.
    Utf16(usize),
    /// In bytes of UTF-8.
    Bytes(usize),
}

impl Longest {
    /// Whether `text` is no longer.
    pub fn takes(self, text: &str) -> bool {
        let (len, most) = match self {
            Self::Characters(most) => (text.chars().count(), most),
            Self::Utf16(most) => (text.encode_utf16().count(), most),
            Self::Bytes(most) => (text.len(), most),
        };
        len <= most
    }
}

/// How long the text in the field at `path` of a `kind` may be; nothing where no limit is known.
pub fn longest(dialect: &dyn Dialect, kind: Kind, path: &str) -> Option<Longest> {
    dialect.limits().iter().filter(|limit| limit.kind == kind).find_map(|limit| match limit.bound {
        Bound::Text(at, longest) => (at == path).then_some(longest),
        Bound::File(_) | Bound::Named(_) | Bound::Shown(..) | Bound::Listed(..) => None,
    })
}

/// The kind of the records that show an item in one more container, the path of its id in them, and how many containers
/// may show one; nothing where no limit is known.
pub fn shown(dialect: &dyn Dialect) -> Option<(Kind, &'static str, usize)> {
    dialect.limits().iter().find_map(|limit| match limit.bound {
        Bound::Shown(path, most) => Some((limit.kind, path, most)),
        Bound::Text(..) | Bound::File(_) | Bound::Named(_) | Bound::Listed(..) => None,
    })
}

/// Why the platform would refuse a new record like `record`; nothing where no limit speaks against it. `lists` tells
/// whether what the record hangs on names an id in its list at a path.
pub fn against(
    dialect: &dyn Dialect,
    record: &Record,
    lists: impl Fn(&str, &str) -> bool,
) -> Option<LossCause> {
    let limits = dialect.limits().iter().filter(|limit| limit.kind == record.key.kind);
    limits.map(|limit| limit.bound).find_map(|bound| match bound {
        Bound::Text(path, longest) => {
            let text = ops::get_text(&record.native, path)?;
            (!longest.takes(text)).then_some(LossCause::Limit)
        }
        Bound::File(most) => {
            let Blob::Stored(blob) = &record.blob else { return None };
            (blob.len > most).then_some(LossCause::Limit)
        }
        Bound::Named(paths) => {
            let is_named = paths.iter().any(|path| ops::get_text(&record.native, path).is_some());
            (!is_named).then_some(LossCause::PersonMissing)
        }
        // It speaks against one record more, and not against any by itself.
        Bound::Shown(..) => None,
        Bound::Listed(list, path) => {
            let id = ops::get_text(&record.native, path)?;
            (!lists(list, id)).then_some(LossCause::GivenElsewhere)
        }
    })
}

/// `text` with `suffix` behind it, of which the end of the text gives way to the suffix where both do not fit.
pub fn with_suffix(text: &str, suffix: &str, longest: Option<Longest>) -> String {
    let whole = format!("{text}{suffix}");
    let Some(longest) = longest.filter(|longest| !longest.takes(&whole)) else { return whole };
    let ends = text.char_indices().rev().map(|(at, _)| text.get(..at).unwrap_or_default().trim_end());
    let shortened = ends.map(|start| format!("{start}…{suffix}")).find(|name| longest.takes(name));
    // A platform whose names have no room for the suffix gets the name as it was.
    shortened.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_measured_as_the_platform_measures_it() {
        let text = "ä€𝄞";
        let limits = [Longest::Characters, Longest::Utf16, Longest::Bytes];
        for (limit, len) in limits.into_iter().zip([3, 4, 9]) {
            assert!(limit(len).takes(text) && !limit(len - 1).takes(text), "{:?}", limit(len));
        }
    }

    #[test]
    fn only_a_name_that_leaves_no_room_for_the_suffix_is_shortened() {
        let name = |name, most| with_suffix(name, " (copy)", Some(Longest::Characters(most)));
        assert_eq!(name("Launch plan", 18), "Launch plan (copy)");
        assert_eq!(name("Launch plan", 17), "Launch pl… (copy)");
        assert_eq!(name("Launch plan", 15), "Launch… (copy)", "no space is left before the dots");
        assert_eq!(name("Äpfel 🍎🍏", 14), "Äpfel… (copy)");
        assert_eq!(name("Launch plan", 11), "Lau… (copy)");
        assert_eq!(name("Plan", 7), "Plan");
        assert_eq!(with_suffix("Launch plan", " (copy)", None), "Launch plan (copy)");
    }
}
