//! The words of the platforms' users for what is stored, and times inside texts.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::ui::{TIME, counted, local};
use crate::model::Kind;
use crate::model::spec::Field;
use crate::platforms;

/// `1 card`, `2 cards`: what users of `platform` call a kind, with a number.
pub(super) fn things(platform: &str, kind: Kind, count: u64) -> String {
    let (one, many) = nouns(platform, kind);
    counted(count, one, many)
}

/// What users of `platform` call several things of a kind.
pub(super) fn plural(platform: &str, kind: Kind) -> &'static str {
    nouns(platform, kind).1
}

/// What users of `platform` call one thing of a kind.
pub(super) fn noun(platform: &str, kind: Kind) -> &'static str {
    nouns(platform, kind).0
}

/// The singular as a table's heading: `BOARD`.
pub(super) fn heading(platform: &str, kind: Kind) -> String {
    noun(platform, kind).to_uppercase()
}

/// Singular and plural; a platform that this program does not know leaves the general name.
fn nouns(platform: &str, kind: Kind) -> (&'static str, &'static str) {
    let spec = platforms::find(platform).and_then(|platform| platform.dialect.spec(kind));
    spec.map_or((kind.name(), kind.name()), |spec| (spec.noun, spec.plural))
}

/// A field of a kind, if the platform has it.
pub(super) fn field(platform: &str, kind: Kind, path: &str) -> Option<&'static Field> {
    let spec = platforms::find(platform)?.dialect.spec(kind)?;
    spec.fields.iter().find(|field| field.path == path)
}

/// A value as people read it: where the platform wrote a moment in UTC, the local time; a time of day without a zone
/// in the same form; else as it is.
pub(super) fn humane(text: &str) -> String {
    let has_time = text.as_bytes().get(10) == Some(&b'T');
    if let Ok(at) = text.parse::<Timestamp>()
        && has_time
        && text.len() >= 20
    {
        return local(at);
    }
    match text.parse::<DateTime>() {
        Ok(at) if has_time && text.len() == "2026-12-01T08:00:00".len() => at.strftime(TIME).to_string(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_words_of_their_platform() {
        assert_eq!(things("trello", Kind::Container, 1), "1 board");
        assert_eq!(things("trello", Kind::Item, 2), "2 cards");
        assert_eq!(things("never heard of", Kind::Item, 2), "2 item");
    }

    #[test]
    fn only_whole_moments_are_taken_for_times() {
        let at: Timestamp = "2026-12-01T08:00:00.000Z".parse().unwrap();
        assert_eq!(humane("2026-12-01T08:00:00.000Z"), local(at));
        assert_eq!(humane("2026-12-07T08:00:00"), "2026-12-07 08:00:00", "without a zone");
        for text in [
            "2026-12-01",
            "2026-12-07T08:61:00",
            "Meet at 2026-12-01T08:00:00Z",
            "",
            "T",
            "ten letterT and more of it",
        ] {
            assert_eq!(humane(text), text);
        }
    }
}
