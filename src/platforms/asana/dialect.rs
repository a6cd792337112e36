//! What tables cannot say about Asana: how texts link to tasks and projects, and how a restored comment names its
//! author. Texts are fragments of XML in `<body>`.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::json::{gid, list, text};
use super::{effort, own_tasks, rich_text, words};
use super::spec::KINDS;
use crate::base::clock::Timestamp;
use crate::model::dialect::{Computed, Dialect, TextLink};
use crate::model::limits::{Bound, Limit, Longest};
use crate::model::spec::KindSpec;
use crate::model::writing::Writing;
use crate::model::{Kind, Record};

/// The pure half of the platform.
pub(super) struct AsanaDialect;

/// How a text begins.
const BODY: &str = "<body>";

/// How the line begins that goes before a restored comment:
/// `[boardvault] Originally by Ada Lovelace on 2026-11-21 10:00 UTC`.
const ATTRIBUTION_START: &str = "[boardvault] Originally by ";
const ATTRIBUTION_END: &str = " UTC";

/// The longest name of anything.
const NAME: Longest = Longest::Characters(1_024);

/// The longest rich text, with its tags.
const RICH_TEXT: Longest = Longest::Bytes(65_535);

/// The largest file, in bytes.
pub(super) const LARGEST_FILE: u64 = 100 << 20;

/// What Asana takes no more of.
static LIMITS: &[Limit] = &[
    Limit { kind: Kind::Container, bound: Bound::Text("name", NAME) },
    Limit { kind: Kind::Section, bound: Bound::Text("name", NAME) },
    Limit { kind: Kind::Item, bound: Bound::Text("name", NAME) },
    Limit { kind: Kind::Placement, bound: Bound::Shown("item", 20) },
    // No call gives a field to a project itself: it has those of the portfolios that it is in.
    Limit { kind: Kind::FieldValue, bound: Bound::Listed("own_custom_fields", "custom_field") },
    Limit { kind: Kind::Attachment, bound: Bound::File(LARGEST_FILE) },
    Limit { kind: Kind::Comment, bound: Bound::Text("html_text", RICH_TEXT) },
    Limit { kind: Kind::StatusUpdate, bound: Bound::Text("html_text", RICH_TEXT) },
];

/// The attributes that hold the gid of what a link or an inline image shows.
const GID_ATTRIBUTES: [&str; 3] = ["data-asana-gid=\"", "data-asana-project=\"", "data-asana-tag=\""];

impl Dialect for AsanaDialect {
    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn comes_by_itself(&self, container: &Record) -> bool {
        text(&container.native, "resource_type") == own_tasks::RESOURCE_TYPE
    }

    fn requests(&self, wave: &[Writing<'_>]) -> u64 {
        effort::requests(wave)
    }

    fn link_token(&self, record: &Record) -> Option<String> {
        let key = &record.key;
        has_link(key.kind).then(|| key.id.0.clone())
    }

    fn text_links(&self, text: &str) -> Vec<TextLink> {
        let in_attributes = GID_ATTRIBUTES.into_iter().flat_map(|attribute| {
            text.match_indices(attribute).map(move |(at, _)| at + attribute.len())
        });
        let in_addresses = text.match_indices("://").flat_map(|(at, _)| address_segments(text, at + "://".len()));
        let digits = in_attributes.chain(in_addresses).filter_map(|start| number_at(text, start));
        let mut links: Vec<TextLink> = digits
            .map(|range| TextLink { token: text.get(range.clone()).unwrap_or_default().to_owned(), range })
            .collect();
        links.sort_by_key(|link| link.range.start);
        links
    }

    fn written<'t>(&self, text: &'t str) -> Cow<'t, str> {
        Cow::Owned(rich_text::written(text))
    }

    fn accepted<'t>(&self, text: &'t str) -> Cow<'t, str> {
        rich_text::accepted(text)
    }

    /// What Asana itself shows; a day with an hour has both of its forms.
    fn shown(&self, value: &Record) -> Option<String> {
        Some(text(&value.native, "display_value")).filter(|shown| !shown.is_empty()).map(ToOwned::to_owned)
    }

    /// Formulas, and numbers that Asana gives out.
    fn computed(&self, item: &Record) -> Vec<Computed> {
        let value = |value: &Value| Computed {
            field: gid(value).to_owned(),
            name: Some(text(value, "name").to_owned()).filter(|name| !name.is_empty()),
            text: text(value, "display_value").to_owned(),
        };
        list(&item.native, "custom_fields").iter().map(value).filter(|value| !value.text.is_empty()).collect()
    }

    fn attribution(&self, comment: &Record) -> Option<String> {
        let native = &comment.native;
        if begins_with_attribution(text(native, "html_text")) {
            return None;
        }
        // A status update names its author so, and its creator as well.
        let author = ["author", "created_by"].iter().find_map(|key| native.get(key).filter(|who| !who.is_null()));
        // People who left an organization are null, or a gid without a name.
        let name = author.map(|who| text(who, "name")).filter(|name| !name.is_empty());
        let author = match (name, author.map(|who| text(who, "gid")).filter(|gid| !gid.is_empty())) {
            (Some(name), _) => name.to_owned(),
            (None, Some(gid)) => format!("a person unknown ({gid})"),
            (None, None) => "a person unknown".to_owned(),
        };
        let time = native.get("created_at").and_then(Value::as_str);
        let time = time.and_then(|time| time.parse::<Timestamp>().ok()).map_or_else(
            || "an unknown date".to_owned(),
            |time| time.strftime("%Y-%m-%d %H:%M").to_string(),
        );
        // A name is foreign text: a line break in it would end the header line.
        let author = author.replace(char::is_control, " ");
        Some(format!("{ATTRIBUTION_START}{author} on {time}{ATTRIBUTION_END}"))
    }

    fn called(&self, record: &Record) -> Option<String> {
        let kind = text(&record.native, "resource_type");
        (record.key.kind == Kind::Inventory && !kind.is_empty()).then(|| kind.replace('_', " "))
    }

    fn word(&self, word: &str) -> String {
        words::word(word)
    }

    fn hidden(&self) -> &'static [&'static str] {
        &["rules", "forms", "dashboards", "saved views", "messages"]
    }

    /// No event tells of these, and they move no time of change.
    fn unversioned(&self) -> &'static [&'static str] {
        &["the order of tasks within a section", "names of tags", "edited comments in My tasks"]
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }

    fn attributed(&self, line: &str, text: &str) -> String {
        let (line, rest) = (escaped(line), text.strip_prefix(BODY).unwrap_or(text));
        // A comment may be nothing but a sticker.
        let gap = if rest == "</body>" { "" } else { "\n\n" };
        format!("{BODY}{line}{gap}{rest}")
    }
}

/// Whether texts can link to records of a kind.
pub(super) fn has_link(kind: Kind) -> bool {
    matches!(kind, Kind::Item | Kind::Container | Kind::Group | Kind::Attachment)
}

/// A text as it stands between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Whether the first line is one that `attribution` made.
fn begins_with_attribution(text: &str) -> bool {
    let text = text.strip_prefix(BODY).unwrap_or(text).trim_end_matches("</body>");
    let line = text.lines().next().unwrap_or_default().trim_end();
    line.starts_with(ATTRIBUTION_START) && line.ends_with(ATTRIBUTION_END)
}

/// Where the path segments of an address begin that may hold gids: those after `host/0/` and `host/1/`.
///
/// Any host counts, so that links made in a sandbox are followed as well; a gid decides nothing by itself, it only
/// has an effect where it belongs to a restored thing.
fn address_segments(text: &str, start: usize) -> Vec<usize> {
    let address = text.get(start..).unwrap_or_default();
    let len = address.find(|c: char| c.is_whitespace() || "\"'<>?#".contains(c)).unwrap_or(address.len());
    let address = address.get(..len).unwrap_or_default();
    let mut slashes = address.match_indices('/').map(|(at, _)| at);
    let Some(first) = slashes.next() else { return Vec::new() };
    let path = address.get(first..).unwrap_or_default();
    if !(path.starts_with("/0/") || path.starts_with("/1/")) {
        return Vec::new();
    }
    slashes.map(|slash| start + slash + 1).collect()
}

/// The digits at `start`, if nothing but the end of a segment or an attribute follows them.
fn number_at(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let len = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let next = rest.get(len..)?.chars().next();
    let ends = next.is_none_or(|c| c.is_whitespace() || "/\"'<>?#,.;:)".contains(c));
    (len > 0 && ends).then(|| start..start + len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::model::{Blob, RecordKey, ops};

    fn comment(native: Value) -> Record {
        Record { key: RecordKey::new("p", Kind::Comment, "s"), native, blob: Blob::None }
    }

    fn tokens(text: &str) -> Vec<String> {
        AsanaDialect.text_links(text).into_iter().map(|link| link.token).collect()
    }

    #[test]
    fn mentions_images_and_addresses_are_links() {
        let text = r#"<body>see <a href="https://app.asana.com/0/12001/12002/f" data-asana-gid="12002"
            data-asana-project="12001">T</a> and <img data-asana-gid="12009"/> or
            https://app.asana.com/1/77/project/12003/task/12004?focus=true, http://127.0.0.1:4001/0/0/12005</body>"#;
        assert_eq!(
            tokens(text),
            ["12001", "12002", "12002", "12001", "12009", "77", "12003", "12004", "0", "12005"]
        );
        for link in AsanaDialect.text_links(text) {
            assert_eq!(text[link.range.clone()], link.token);
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in ["call 12002", "https://x.org/12002/3", "https://app.asana.com/0/12a02", "data-asana-gid=\"\""] {
            assert_eq!(tokens(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn all_links_to_a_task_follow_it() {
        let text = r#"<a href="https://app.asana.com/0/1/5/f" data-asana-gid="5">T</a>"#;
        let new = |token: &str| (token == "5").then(|| "66".to_owned());
        assert_eq!(
            ops::rewrite_links(&AsanaDialect, text, new),
            r#"<a href="https://app.asana.com/0/1/66/f" data-asana-gid="66">T</a>"#
        );
    }

    #[test]
    fn the_header_stands_inside_the_body_and_is_not_repeated() {
        let native = json!({
            "html_text": "<body>Done &amp; dusted.</body>", "created_at": "2026-11-21T10:00:42.123Z",
            "created_by": {"gid": "5", "name": "Ada <L> & Co"},
        });
        let line = AsanaDialect.attribution(&comment(native)).unwrap();
        assert_eq!(line, "[boardvault] Originally by Ada <L> & Co on 2026-11-21 10:00 UTC");
        let text = AsanaDialect.attributed(&line, "<body>Done &amp; dusted.</body>");
        assert_eq!(
            text,
            "<body>[boardvault] Originally by Ada &lt;L&gt; &amp; Co on 2026-11-21 10:00 UTC\n\nDone &amp; dusted.</body>"
        );
        assert_eq!(AsanaDialect.attribution(&comment(json!({ "html_text": text }))), None);
        let alone = AsanaDialect.attributed(&line, "<body></body>");
        assert!(alone.ends_with(" UTC</body>"), "{alone}");
        assert_eq!(AsanaDialect.attribution(&comment(json!({ "html_text": alone }))), None);
    }

    #[test]
    fn values_that_asana_computes_are_told_with_the_task() {
        let native = json!({"custom_fields": [
            {"gid": "7", "name": "Number", "display_value": "ACME-1"}, {"gid": "8", "name": "Sum", "display_value": null}]});
        let task = Record { key: RecordKey::new("p", Kind::Item, "t"), native, blob: Blob::None };
        let number =
            Computed { field: "7".to_owned(), name: Some("Number".to_owned()), text: "ACME-1".to_owned() };
        assert_eq!(AsanaDialect.computed(&task), [number]);
    }

    #[test]
    fn an_author_who_left_is_told_as_far_as_known() {
        for (author, told) in [
            (json!(null), "a person unknown"),
            (json!({"gid": "7"}), "a person unknown (7)"),
            (json!({"gid": "7", "name": "A\nB"}), "A B"),
        ] {
            let native = json!({"html_text": "<body>x</body>", "created_by": author, "created_at": "?"});
            let line = AsanaDialect.attribution(&comment(native)).unwrap();
            assert_eq!(line, format!("[boardvault] Originally by {told} on an unknown date UTC"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_is_taken_and_ranges_are_exact(text in "(://|/0/|/1/|data-asana-gid=\"|[0-9é\"<. ]){0,30}") {
            for link in AsanaDialect.text_links(&text) {
                prop_assert_eq!(&text[link.range.clone()], link.token.as_str());
                prop_assert!(link.token.bytes().all(|byte| byte.is_ascii_digit()));
            }
        }
    }
}
