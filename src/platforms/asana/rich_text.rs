//! What people wrote of a rich text. A link, a mention and an inline image are known by a gid; the rest of them Asana
//! writes itself, anew for every reader: the name of what they lead to, or "Private Link" where it is gone.

use std::borrow::Cow;

/// The attributes of such a tag that are its writer's.
const WRITTEN: [&str; 5] = ["data-asana-gid", "data-asana-project", "data-asana-tag", "alt", "style"];

/// Says that the label of a link is its writer's.
const OWN_LABEL: (&str, &str) = ("data-asana-dynamic", "false");

/// The text with nothing but the gids of its links, and the labels that people gave them.
pub(super) fn written(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    let mut within_label = false;
    while let Some((before, tag, after)) = next_tag(rest) {
        if !within_label {
            out.push_str(before);
        }
        rest = after;
        if within_label {
            within_label = tag.trim_end() != "/a";
            continue;
        }
        let Some(link) = Link::of(tag) else {
            out.extend(["<", tag, ">"]);
            continue;
        };
        out.push_str(&link.written());
        within_label = link.has_label && !link.has_own_label();
    }
    out.push_str(rest);
    out
}

/// The text with the labels of those links that Asana shows without an address: it takes none of these.
pub(super) fn accepted(html: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut rest, mut is_refused) = (html, false);
    while let Some((before, tag, after)) = next_tag(rest) {
        out.push_str(before);
        rest = after;
        if let Some(link) = Link::of(tag).filter(|link| link.name == "a")
            && link.attributes.iter().all(|(name, _)| *name != "href")
        {
            is_refused = link.has_label;
        } else if is_refused && tag.trim_end() == "/a" {
            is_refused = false;
        } else {
            out.extend(["<", tag, ">"]);
        }
    }
    out.push_str(rest);
    if out == html { Cow::Borrowed(html) } else { Cow::Owned(out) }
}

/// What stands before the next tag, what is between its angle brackets, and what follows it.
fn next_tag(html: &str) -> Option<(&str, &str, &str)> {
    let (before, tag) = html.split_once('<')?;
    let (tag, after) = tag.split_once('>')?;
    Some((before, tag, after))
}

/// A tag that is known by a gid.
struct Link<'t> {
    name: &'t str,
    attributes: Vec<(&'t str, &'t str)>,
    /// Whether something stands between its two ends.
    has_label: bool,
}

impl<'t> Link<'t> {
    fn of(tag: &'t str) -> Option<Self> {
        let (inside, is_empty) = tag.strip_suffix('/').map_or((tag, false), |inside| (inside, true));
        let (name, attributes) = inside.split_once(char::is_whitespace)?;
        let attributes = attributes_of(attributes);
        let is_known = ["a", "img"].contains(&name) && attributes.iter().any(|(name, _)| *name == "data-asana-gid");
        is_known.then_some(Self { name, attributes, has_label: name == "a" && !is_empty })
    }

    fn has_own_label(&self) -> bool {
        self.attributes.contains(&OWN_LABEL)
    }

    fn written(&self) -> String {
        let mut kept: Vec<(&str, &str)> =
            self.attributes.iter().filter(|(name, _)| WRITTEN.contains(name)).copied().collect();
        // No order of attributes means more than another.
        kept.sort_unstable();
        let mut tag = format!("<{}", self.name);
        for (name, value) in kept {
            tag.extend([" ", name, "=\"", value, "\""]);
        }
        tag.push_str(if self.has_label && self.has_own_label() { ">" } else { "/>" });
        tag
    }
}

fn attributes_of(mut rest: &str) -> Vec<(&str, &str)> {
    let mut attributes = Vec::new();
    while let Some((name, value)) = rest.split_once('=') {
        let Some(quote) = value.chars().next().filter(|quote| ['"', '\''].contains(quote)) else { break };
        let Some((value, after)) = value.split_at_checked(1).and_then(|(_, value)| value.split_once(quote)) else {
            break;
        };
        attributes.push((name.trim(), value));
        rest = after;
    }
    attributes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_is_the_same_whatever_asana_calls_it() {
        let alive = r#"<body>See <a href="https://app.asana.com/0/0/5/f" data-asana-accessible="true"
            data-asana-dynamic="true" data-asana-type="task" data-asana-gid="5">Fix <em>it</em></a>!</body>"#;
        let gone = r#"<body>See <a data-asana-gid="5" href="https://app.asana.com/0/0/5" data-asana-accessible="false">Private Link</a>!</body>"#;
        assert_eq!(written(alive), r#"<body>See <a data-asana-gid="5"/>!</body>"#);
        assert_eq!(written(gone), written(alive));
        assert_eq!(written(&written(alive)), written(alive));
    }

    #[test]
    fn of_a_link_without_an_address_the_label_is_left() {
        let text = r#"<body>See <a data-asana-gid="5" href="x">this</a>, <a data-asana-gid="9">Private <em>Link</em></a> and <a data-asana-gid="7"/>.</body>"#;
        let taken = r#"<body>See <a data-asana-gid="5" href="x">this</a>, Private <em>Link</em> and .</body>"#;
        assert_eq!(accepted(text), taken);
        assert_eq!(accepted(taken), taken);
    }

    #[test]
    fn what_a_link_leads_to_and_what_people_called_it_count() {
        for (one, other) in [
            (r#"<a data-asana-gid="5">x</a>"#, r#"<a data-asana-gid="6">x</a>"#),
            (r#"<a data-asana-gid="5">x</a>"#, r#"<a data-asana-gid="5" data-asana-project="6">x</a>"#),
            (
                r#"<a data-asana-gid="5" data-asana-dynamic="false">one</a>"#,
                r#"<a data-asana-gid="5" data-asana-dynamic="false">two</a>"#,
            ),
            (r#"<a href="https://x.org">one</a>"#, r#"<a href="https://x.org">two</a>"#),
            (r#"<img data-asana-gid="5" style="width:9px"/>"#, r#"<img data-asana-gid="5"/>"#),
        ] {
            assert_ne!(written(one), written(other));
        }
    }

    #[test]
    fn the_address_of_an_image_is_made_for_each_reader() {
        let image = |address: &str| format!(r#"a <img data-asana-gid="5" src="https://x.org/{address}" alt="b"/> c"#);
        assert_eq!(written(&image("1")), written(&image("2")));
        assert_eq!(written(&image("1")), r#"a <img alt="b" data-asana-gid="5"/> c"#);
    }

    proptest! {
        #[test]
        fn texts_without_links_are_left_alone(html in "[a-z<>/= \"&é\n]{0,60}") {
            prop_assert_eq!(written(&html), html);
        }
    }
}
