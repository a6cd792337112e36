//! What tables cannot say about Trello: how texts link to cards and boards, and how a restored comment names
//! its author.

use std::ops::Range;

use serde_json::Value;

use super::spec::KINDS;
use crate::base::clock::Timestamp;
use crate::model::dialect::{Dialect, TextLink};
use crate::model::limits::{Bound, Limit, Longest};
use crate::model::spec::KindSpec;
use crate::model::{Kind, Record};

/// The pure half of the platform.
pub(super) struct TrelloDialect;

/// A short link has this many letters and digits.
const TOKEN_LEN: usize = 8;

/// Names, descriptions and comments may have this many characters.
const TEXT: Longest = Longest::Utf16(16_384);

/// The texts to which a restore adds something.
static LIMITS: &[Limit] = &[
    Limit { kind: Kind::Workspace, bound: Bound::Text("displayName", TEXT) },
    Limit { kind: Kind::Container, bound: Bound::Text("name", TEXT) },
    Limit { kind: Kind::Section, bound: Bound::Text("name", TEXT) },
    Limit { kind: Kind::Item, bound: Bound::Text("name", TEXT) },
    Limit { kind: Kind::Comment, bound: Bound::Text("data.text", TEXT) },
];

/// How the line begins that goes before a restored comment:
/// `[boardvault] Originally by Ada Lovelace (@ada) on 2026-11-21 10:00 UTC`.
const ATTRIBUTION_START: &str = "[boardvault] Originally by ";
const ATTRIBUTION_END: &str = " UTC";

impl Dialect for TrelloDialect {
    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn link_token(&self, record: &Record) -> Option<String> {
        match record.key.kind {
            Kind::Item | Kind::Container => record.native.get("shortLink")?.as_str().map(ToOwned::to_owned),
            _ => None,
        }
    }

    fn text_links(&self, text: &str) -> Vec<TextLink> {
        text.match_indices('/')
            .filter_map(|(slash, _)| token_after(text, slash))
            .map(|range| TextLink { token: text.get(range.clone()).unwrap_or_default().to_owned(), range })
            .collect()
    }

    fn attribution(&self, comment: &Record) -> Option<String> {
        let text = comment.native.pointer("/data/text").and_then(Value::as_str).unwrap_or_default();
        if begins_with_attribution(text) {
            return None;
        }
        let said = |path: &str| comment.native.pointer(path).and_then(Value::as_str);
        // Trello leaves the person out of the comments of deleted accounts.
        let author = match (said("/memberCreator/fullName"), said("/memberCreator/username")) {
            (Some(name), Some(user)) => format!("{name} (@{user})"),
            (Some(name), None) => name.to_owned(),
            (None, Some(user)) => format!("@{user}"),
            (None, None) => format!("a person unknown ({})", said("/idMemberCreator").unwrap_or("no id")),
        };
        let time = said("/date").and_then(|date| date.parse::<Timestamp>().ok()).map_or_else(
            || "an unknown date".to_owned(),
            |time| time.strftime("%Y-%m-%d %H:%M").to_string(),
        );
        // A name is foreign text: a line break in it would end the header line.
        let author = author.replace(char::is_control, " ");
        Some(format!("{ATTRIBUTION_START}{author} on {time}{ATTRIBUTION_END}"))
    }

    /// The date of last activity need not move with these.
    fn unversioned(&self) -> &'static [&'static str] {
        &[
            "the order of lists and cards",
            "cards that went to another board",
            "labels",
            "definitions of custom fields",
        ]
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }
}

/// Whether the first line is one that `attribution` made.
fn begins_with_attribution(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().trim_end();
    line.starts_with(ATTRIBUTION_START) && line.ends_with(ATTRIBUTION_END)
}

/// The short link in `host/c/TOKEN` or `host/b/TOKEN`, where `slash` is the position of the first slash.
///
/// Any host counts, so that links made in a sandbox or under an older host name are followed as well; the
/// token decides nothing by itself, it only has an effect where it belongs to a restored thing.
fn token_after(text: &str, slash: usize) -> Option<Range<usize>> {
    let (before, after) = text.split_at_checked(slash)?;
    if !(after.starts_with("/c/") || after.starts_with("/b/")) {
        return None;
    }
    if !before.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let start = slash + "/c/".len();
    let rest = text.get(start..)?;
    let len = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    (len == TOKEN_LEN).then(|| start..start + TOKEN_LEN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::model::{Blob, RecordKey};

    fn comment(native: Value) -> Record {
        Record { key: RecordKey::new("b", Kind::Comment, "a"), native, blob: Blob::None }
    }

    fn tokens(text: &str) -> Vec<String> {
        TrelloDialect.text_links(text).into_iter().map(|link| link.token).collect()
    }

    #[test]
    fn links_to_cards_and_boards_are_found_with_and_without_a_title() {
        let text = "see https://trello.com/c/AbCd1234/7-fix-it, (trello.com/b/Zz345678) http://127.0.0.1:4001/c/12345678";
        assert_eq!(tokens(text), ["AbCd1234", "Zz345678", "12345678"]);
        for link in TrelloDialect.text_links(text) {
            assert_eq!(text[link.range.clone()], link.token);
        }
    }

    #[test]
    fn other_paths_and_other_lengths_are_left_alone() {
        for text in ["https://trello.com/c/short", "https://x.org/c/123456789", "https://x.org/d/12345678", "/c/"] {
            assert_eq!(tokens(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_header_names_author_and_time_and_is_not_repeated() {
        let native = json!({
            "data": {"text": "Done."}, "date": "2026-11-21T10:00:42.123Z",
            "memberCreator": {"fullName": "Ada Lovelace", "username": "ada"},
        });
        let header = TrelloDialect.attribution(&comment(native)).unwrap();
        assert_eq!(header, "[boardvault] Originally by Ada Lovelace (@ada) on 2026-11-21 10:00 UTC");
        let again = json!({"data": {"text": format!("{header}\n\nDone.")}});
        assert_eq!(TrelloDialect.attribution(&comment(again)), None);
    }

    #[test]
    fn a_deleted_author_is_named_by_the_id() {
        let native = json!({"data": {"text": "x"}, "idMemberCreator": "5f", "date": "?"});
        assert_eq!(
            TrelloDialect.attribution(&comment(native)).unwrap(),
            "[boardvault] Originally by a person unknown (5f) on an unknown date UTC"
        );
    }

    #[test]
    fn a_name_cannot_break_the_header_line() {
        let native = json!({"data": {"text": "x"}, "memberCreator": {"fullName": "A\nB", "username": "u"}});
        let header = TrelloDialect.attribution(&comment(native)).unwrap();
        assert!(!header.contains('\n') && begins_with_attribution(&header));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_is_taken_and_ranges_are_exact(text in "[/cb a-z0-9é:.]{0,60}") {
            for link in TrelloDialect.text_links(&text) {
                prop_assert_eq!(&text[link.range.clone()], link.token.as_str());
                prop_assert_eq!(link.token.len(), TOKEN_LEN);
            }
        }
    }
}
