//! Texts in HTML as people read them: without tags, with its line breaks and bullets.

/// Tags that begin a line of their own.
const BLOCKS: [&str; 16] = [
    "address",
    "blockquote",
    "br",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "ol",
    "p",
    "pre",
    "table",
    "tr",
    "ul",
    "li",
];

/// What stands between the tags. What only looks like a tag or an entity stays as it is.
pub(super) fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, mark) = rest.split_at(at);
        out.push_str(before);
        let taken = if mark.starts_with('<') { tag(mark, &mut out) } else { entity(mark, &mut out) };
        rest = mark.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}

/// Tells the tag at the beginning of `text`, and how long it is.
fn tag(text: &str, out: &mut String) -> usize {
    let inside = text.get(1..).unwrap_or_default();
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let Some(end) = inside.find('>').filter(|_| name.starts_with(|c: char| c.is_ascii_alphabetic())) else {
        out.push('<');
        return 1;
    };
    let len = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let name = name.get(..len).unwrap_or_default().to_ascii_lowercase();
    if BLOCKS.contains(&name.as_str()) && !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    if name == "li" && !inside.starts_with('/') {
        out.push_str("- ");
    }
    if name == "td" && inside.starts_with('/') {
        out.push(' ');
    }
    if name == "img"
        && let Some(alt) = inside.get(..end).and_then(|attributes| attributes.split(" alt=\"").nth(1))
    {
        out.push_str(alt.split('"').next().unwrap_or_default());
    }
    end.saturating_add(2)
}

/// Tells the entity at the beginning of `text`, and how long it is.
fn entity(text: &str, out: &mut String) -> usize {
    /// No entity that is known here is longer.
    const LONGEST: usize = 10;
    let name = text.get(1..).and_then(|rest| rest.split_once(';')).map(|(name, _)| name);
    let character = name.filter(|name| name.len() < LONGEST).and_then(|name| match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => number(name.strip_prefix('#')?),
    });
    if let (Some(character), Some(name)) = (character, name) {
        out.push(character);
        return name.len().saturating_add(2);
    }
    out.push('&');
    1
}

fn number(text: &str) -> Option<char> {
    let code = match text.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    code.ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_go_and_lines_and_bullets_stay() {
        for (html, text) in [
            ("<body></body>", ""),
            ("<body>We are <strong>late</strong>.</body>", "We are late."),
            ("<body><h1>Why</h1>Because.</body>", "Why\nBecause."),
            ("<body>See<ul><li>log</li><li>Ben</li></ul>and go</body>", "See\n- log\n- Ben\nand go"),
            ("one<br/>two\n\nthree", "one\ntwo\n\nthree"),
            (
                "<a href=\"https://x.org\" data-asana-gid=\"5\">Fix &lt;it&gt;</a> &amp; &#233;&#x21;",
                "Fix <it> & é!",
            ),
            ("<body><img data-asana-gid=\"5\" alt=\"A plan\"/></body>", "A plan"),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }

    #[test]
    fn what_is_no_tag_and_no_entity_stays() {
        for text in ["1 < 2", "a <3", "A & B", "&unknown;", "<", "&", "x <y", "&#xFFFFFFFF;"] {
            assert_eq!(plain(text), text);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(html in "[a-z</>&;#x0-9 \"é\n]{0,60}") {
            prop_assert!(plain(&html).len() <= html.len().saturating_mul(3));
        }
    }
}
