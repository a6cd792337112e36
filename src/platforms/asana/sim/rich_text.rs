//! Rich text: XML in a `<body>` with few tags. What is written is checked; links to records are filled in.

use serde_json::Value;

use super::refusal::Refusal;
use super::state::{PROJECT, STORY, TASK, USER};
use crate::sim::world::{Kind, World, text};

/// Tags that are fine everywhere.
const TEXT_TAGS: &[&str] =
    &["a", "blockquote", "code", "em", "img", "li", "ol", "pre", "s", "strong", "u", "ul"];
/// Tags that are fine in descriptions, but not in comments.
const NOTES_TAGS: &[&str] = &["h1", "h2", "hr"];
/// Tags that only project briefs have.
const BRIEF_TAGS: &[&str] = &["object", "table", "td", "tr"];
/// Longest rich text, in bytes.
const LONGEST: usize = 65_535;

/// A piece of rich text.
enum Token<'a> {
    Open { name: &'a str, attributes: Vec<(&'a str, &'a str)>, empty: bool },
    Close(&'a str),
    Text(&'a str),
}

/// Checks rich text that shall be stored in a field of a record of this kind.
pub(super) fn check(kind: Kind, field: &str, html: &str) -> Result<(), Refusal> {
    if html.len() > LONGEST {
        return Err(Refusal::invalid(field, "Text is too long"));
    }
    let tokens = tokens(html).filter(|tokens| balanced(kind, tokens));
    tokens.map(|_| ()).ok_or_else(|| Refusal::invalid(field, "xml is invalid"))
}

/// Rich text as it is given back: links to records have an address and, unless they are given another label, the name
/// of the record. A link to what is not there keeps the address that it is written with, and needs one.
pub(super) fn filled_in(world: &World, field: &str, html: &str) -> Result<String, Refusal> {
    let mut out = String::new();
    let mut in_link = false;
    for token in tokens(html).unwrap_or_default() {
        match token {
            Token::Open { name: "a", attributes, empty } if has_gid(&attributes) => {
                let unknown = || Refusal::invalid(field, "A link needs the gid of an object or an address");
                let (start, label) = link(world, &attributes).ok_or_else(unknown)?;
                out.push_str(&start);
                if empty || !has_own_label(&attributes) {
                    out.extend([label.as_str(), "</a>"]);
                    in_link = !empty;
                }
            }
            Token::Close("a") if in_link => in_link = false,
            _ if in_link => {}
            Token::Open { name, attributes, empty } => {
                out.extend(["<", name]);
                for (name, value) in attributes {
                    out.extend([" ", name, "=\"", value, "\""]);
                }
                out.push_str(if empty { "/>" } else { ">" });
            }
            Token::Close(name) => out.extend(["</", name, ">"]),
            Token::Text(text) => out.push_str(text),
        }
    }
    Ok(out)
}

/// Plain text as rich text.
pub(super) fn from_plain(plain: &str) -> String {
    let clean: String = plain.chars().filter(|c| fits_xml(*c)).collect();
    format!("<body>{}</body>", clean.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

/// Rich text without its tags.
pub(super) fn to_plain(html: &str) -> String {
    let mut out = String::new();
    for token in tokens(html).unwrap_or_default() {
        match token {
            Token::Text(text) => out.push_str(&unescaped(text)),
            Token::Close("li" | "h1" | "h2" | "pre" | "blockquote" | "tr")
            | Token::Open { name: "hr", .. } => {
                out.push('\n');
            }
            _ => {}
        }
    }
    out.trim_end_matches('\n').to_owned()
}

fn has_gid(attributes: &[(&str, &str)]) -> bool {
    attributes.iter().any(|(name, _)| *name == "data-asana-gid")
}

fn has_own_label(attributes: &[(&str, &str)]) -> bool {
    attributes.contains(&("data-asana-dynamic", "false"))
}

/// How a link begins, and what it is called by default; nothing for one that leads nowhere.
fn link(world: &World, attributes: &[(&str, &str)]) -> Option<(String, String)> {
    let said = |name: &str| attributes.iter().find(|(attribute, _)| *attribute == name).map(|(_, value)| *value);
    let gid = said("data-asana-gid").unwrap_or_default();
    let dynamic = !has_own_label(attributes);
    let target = [USER, TASK, PROJECT].into_iter().find_map(|kind| Some((kind, world.get(kind, gid)?)));
    let Some((kind, record)) = target else {
        let start = format!(
            "<a href=\"{}\" data-asana-accessible=\"false\" data-asana-dynamic=\"{dynamic}\" data-asana-gid=\"{gid}\">",
            said("href")?
        );
        return Some((start, "Private Link".to_owned()));
    };
    let at = if kind == USER { "@" } else { "" };
    let name = from_plain(text(record, "name"));
    let name = name.trim_start_matches("<body>").trim_end_matches("</body>");
    let start = format!(
        "<a href=\"https://app.asana.com/0/{gid}\" data-asana-accessible=\"true\" data-asana-dynamic=\"{dynamic}\" \
         data-asana-gid=\"{gid}\" data-asana-type=\"{kind}\">"
    );
    Some((start, format!("{at}{name}")))
}

/// Whether tags are known, have only attributes that they may have, and close in order.
fn balanced(kind: Kind, tokens: &[Token<'_>]) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut closed_body = false;
    for token in tokens {
        match token {
            Token::Open { name, attributes, empty } => {
                let place = open.last().copied().unwrap_or_default();
                if closed_body || !may_stand(kind, name, place) || !may_have(name, attributes) {
                    return false;
                }
                if !empty {
                    open.push(name);
                } else if *name == "body" {
                    closed_body = true;
                }
            }
            Token::Close(name) => {
                if open.pop() != Some(name) {
                    return false;
                }
                closed_body = open.is_empty();
            }
            Token::Text(text) => {
                if open.is_empty() && !text.trim().is_empty() {
                    return false;
                }
            }
        }
    }
    closed_body
}

fn may_stand(kind: Kind, name: &str, inside: &str) -> bool {
    if name == "body" || inside.is_empty() {
        return name == "body" && inside.is_empty();
    }
    let known = TEXT_TAGS.contains(&name)
        || (kind != STORY && NOTES_TAGS.contains(&name))
        || (kind == super::state::PROJECT_BRIEF && BRIEF_TAGS.contains(&name));
    let block = ["blockquote", "h1", "h2", "hr", "ol", "pre", "table", "ul"].contains(&name);
    known
        && match inside {
            "ul" | "ol" => ["li", "ol", "ul"].contains(&name),
            "h1" | "h2" => !block && name != "img",
            _ => name != "li",
        }
}

fn may_have(name: &str, attributes: &[(&str, &str)]) -> bool {
    let fits = |attribute: &str| match name {
        "a" => attribute == "href" || attribute.starts_with("data-asana-"),
        "img" => ["alt", "src", "style"].contains(&attribute) || attribute.starts_with("data-"),
        "td" => ["colspan", "data-cell-widths", "rowspan"].contains(&attribute),
        "object" => ["data", "type"].contains(&attribute),
        _ => false,
    };
    attributes.iter().all(|(attribute, _)| fits(attribute))
}

/// The pieces of a document; nothing when it is no XML.
fn tokens(html: &str) -> Option<Vec<Token<'_>>> {
    let mut found = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        if let Some(tag) = rest.strip_prefix('<') {
            let (inside, after) = tag.split_once('>')?;
            found.push(token(inside)?);
            rest = after;
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            let (text, after) = rest.split_at_checked(end)?;
            if !text.chars().all(fits_xml) || !entities_are_known(text) {
                return None;
            }
            found.push(Token::Text(text));
            rest = after;
        }
    }
    Some(found)
}

fn token(inside: &str) -> Option<Token<'_>> {
    if let Some(name) = inside.strip_prefix('/') {
        return is_name(name.trim_end()).then(|| Token::Close(name.trim_end()));
    }
    let (inside, empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while !rest.trim().is_empty() {
        let (attribute, value) = rest.trim_start().split_once('=')?;
        let quote = value.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
        let (value, after) = value.strip_prefix(quote)?.split_once(quote)?;
        if !is_name(attribute) || !value.chars().all(fits_xml) || !entities_are_known(value) {
            return None;
        }
        attributes.push((attribute, value));
        rest = after;
    }
    is_name(name).then_some(Token::Open { name, attributes, empty })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// Whether XML 1.0 can hold the character.
fn fits_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && c != '\u{fffe}' && c != '\u{ffff}')
}

fn entities_are_known(text: &str) -> bool {
    text.split('&').skip(1).all(|rest| rest.split_once(';').is_some_and(|(name, _)| entity(name).is_some()))
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?).filter(|c| fits_xml(*c))
        }
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut pieces = text.split('&');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (name, after) = piece.split_once(';').unwrap_or((piece, ""));
        out.extend(entity(name));
        out.push_str(after);
    }
    out
}

/// The plain text of a stored rich text field; empty when there is none.
pub(super) fn plain_of(entity: &Value, field: &str) -> String {
    to_plain(text(entity, field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_text_is_xml_with_known_tags() {
        for (html, fits) in [
            ("<body></body>", true),
            ("<body/>", true),
            ("<body>a <strong>b</strong> &amp; <a href=\"https://x.example/?a=1&amp;b\">c</a></body>", true),
            ("<body><ul><li>one</li><ul><li>two</li></ul></ul><hr/><h1>T</h1></body>", true),
            ("plain", false),
            ("<body>a & b</body>", false),
            ("<body>&nbsp;</body>", false),
            ("<body><b>old</b></body>", false),
            ("<body><p>paragraph</p></body>", false),
            ("<body><strong>open</body>", false),
            ("<body><strong>a<em>b</strong></em></body>", false),
            ("<body><li>alone</li></body>", false),
            ("<body><h1><ul><li>x</li></ul></h1></body>", false),
            ("<body onload=\"x\"></body>", false),
            ("<body><a href=x>y</a></body>", false),
            ("<body><!-- comment --></body>", false),
            ("<body><table><tr><td>1</td></tr></table></body>", false),
            ("<body>bell \u{7}</body>", false),
            ("<body></body><body></body>", false),
            ("<body></body>tail", false),
            ("<body>\u{1f600} שלום</body>", true),
        ] {
            assert_eq!(check(TASK, "html_notes", html).is_ok(), fits, "{html}");
        }
        assert!(check(STORY, "html_text", "<body><h1>T</h1></body>").is_err(), "comments have no headings");
        let table = "<body><table><tr><td colspan=\"2\">1</td></tr></table></body>";
        assert!(check(super::super::state::PROJECT_BRIEF, "html_text", table).is_ok());
    }

    #[test]
    fn plain_text_survives_as_rich_text() {
        let plain = "a < b && \"c\"\n שלום";
        assert_eq!(to_plain(&from_plain(plain)), plain);
        assert!(check(TASK, "html_notes", &from_plain("\u{1b}[31m <x>")).is_ok());
    }

    #[test]
    fn a_link_to_a_record_is_filled_in_and_one_to_nothing_says_so() {
        let mut world = World::default();
        world.insert(USER, &[], serde_json::json!({"id": "5", "name": "Ben <3"}));
        let filled_in = |html| filled_in(&world, "html_notes", html);
        let filled = filled_in("<body>Hi <a data-asana-gid=\"5\"/>!<hr/></body>").unwrap();
        assert!(
            filled.contains(">@Ben &lt;3</a>!<hr/></body>") && filled.contains("data-asana-type=\"user\"")
        );
        assert_eq!(filled_in(&filled).unwrap(), filled);
        let gone = filled_in("<body><a href=\"https://app.asana.com/0/6\" data-asana-gid=\"6\">x</a></body>").unwrap();
        assert!(gone.contains("accessible=\"false\"") && gone.contains(">Private Link</a>"));
        assert_eq!(filled_in(&gone).unwrap(), gone);
        assert!(filled_in("<body><a data-asana-gid=\"6\">x</a></body>").is_err(), "it leads nowhere");
    }

    #[test]
    fn a_label_that_is_not_dynamic_stays() {
        let mut world = World::default();
        world.insert(TASK, &[], serde_json::json!({"id": "5", "name": "Fix"}));
        let link = "<body><a data-asana-gid=\"5\" data-asana-dynamic=\"false\">do <em>this</em></a></body>";
        let filled = filled_in(&world, "html_notes", link).unwrap();
        assert!(filled.ends_with(">do <em>this</em></a></body>"), "{filled}");
        assert_eq!(filled_in(&world, "html_notes", &filled).unwrap(), filled);
    }
}
