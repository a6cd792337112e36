//! One page a container: complete in itself, no script, nothing loaded from elsewhere.

use std::collections::BTreeMap;

use askama::Template;

use crate::app::outline::Node;
use crate::model::{Kind, NativeId};

/// Everything is text to the template, which escapes it; `href` is set only for addresses that are safe to follow.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
h1{margin:0}h2{border-bottom:1px solid var(--line);padding-bottom:.2rem;margin-top:2rem}
.from{opacity:.7;margin:.2rem 0 1rem}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:.4rem .7rem}
details details{background:var(--soft)}summary{cursor:pointer;font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.4rem 0}
dt{opacity:.7}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
.off>summary{opacity:.6;text-decoration:line-through}.kind{font-weight:400;opacity:.6;font-size:.85em}
ul{margin:.3rem 0;padding-left:1.2rem}
</style></head><body>
<h1>{{ title }}</h1><p class="from">{{ from }}</p>
{% for part in parts %}{{ part|safe }}{% endfor %}
</body></html>
"#
)]
struct Page<'a> {
    title: &'a str,
    from: &'a str,
    parts: Vec<String>,
}

/// One record and what hangs on it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<details{% if open %} open{% endif %}{% if off %} class="off"{% endif %}><summary>{{ title }} <span class="kind">{{ noun }}</span></summary>
{% if let Some(file) = file %}<p><a href="{{ file }}">{{ file }}</a></p>{% endif %}
{% if !fields.is_empty() %}<dl>{% for field in fields %}<dt>{{ field.name }}</dt><dd>{% if field.link %}<a href="{{ field.text }}" rel="noopener noreferrer nofollow">{{ field.text }}</a>{% else %}{{ field.text }}{% endif %}</dd>{% endfor %}</dl>{% endif %}
{% for child in children %}{{ child|safe }}{% endfor %}</details>
"#
)]
struct Part<'a> {
    title: &'a str,
    noun: &'a str,
    open: bool,
    off: bool,
    file: Option<&'a String>,
    fields: Vec<Shown<'a>>,
    children: Vec<String>,
}

struct Shown<'a> {
    name: &'a str,
    text: &'a str,
    link: bool,
}

/// The page of a container; `files` are the exported attachments by their record's id.
pub(super) fn page(nodes: &[Node], files: &BTreeMap<NativeId, String>, from: &str) -> askama::Result<String> {
    let title = nodes.first().map_or("", |node| node.title.as_str());
    let parts = nodes.iter().map(|node| part(node, files)).collect::<Result<_, _>>()?;
    Page { title, from, parts }.render()
}

fn part(node: &Node, files: &BTreeMap<NativeId, String>) -> askama::Result<String> {
    let shown = |(name, text): &'_ (&'static str, String)| (*name, text.clone());
    let fields: Vec<(&str, String)> = node.fields.iter().map(shown).collect();
    Part {
        title: &node.title,
        noun: node.noun,
        open: matches!(node.record.key.kind, Kind::Container | Kind::Section),
        off: node.fields.iter().any(|(name, text)| *name == "closed" && text == "yes"),
        file: files.get(&node.record.key.id),
        fields: fields.iter().map(|(name, text)| Shown { name, text, link: is_address(text) }).collect(),
        children: node.children.iter().map(|child| part(child, files)).collect::<Result<_, _>>()?,
    }
    .render()
}

/// Whether a text is nothing but a web address; `javascript:` and its kind never become links.
fn is_address(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Blob, Record, RecordKey};

    #[test]
    fn text_from_the_account_stays_text() {
        let evil = "<script>alert(1)</script>";
        let record = Record {
            key: RecordKey::new("b", Kind::Item, "c"),
            native: serde_json::Value::Null,
            blob: Blob::None,
        };
        let fields = vec![("desc", evil.to_owned()), ("url", "javascript:alert(1)".to_owned())];
        let node = Node {
            record,
            title: evil.to_owned(),
            noun: "card",
            plural: "cards",
            fields,
            children: Vec::new(),
        };
        let page = page(&[node], &BTreeMap::new(), evil).unwrap();
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("href=\"javascript"), "{page}");
        assert!(page.contains("&#60;script&#62;"), "escaped, not dropped");
    }
}
