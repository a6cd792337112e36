//! What the pages look like. Everything is text to the templates, which escape it; what is marked `safe` is
//! the output of another template.

use askama::Template;

/// The page of a board.
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
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;overflow-wrap:anywhere}
h1{margin:0}h2{border-bottom:1px solid var(--line);padding-bottom:.2rem;margin-top:2rem}
h3{font-size:.95em;margin:.7rem 0 .1rem}h3::first-letter{text-transform:uppercase}
.from,.kind,.by,.note{opacity:.65;font-weight:400;font-size:.87em}
.off{border:1px solid var(--line);border-radius:4px;font-size:.75em;font-weight:400;padding:0 .35em;vertical-align:middle}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:.4rem .7rem}
details details{background:var(--soft)}summary{cursor:pointer;font-weight:600}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.1rem 1rem;margin:.4rem 0}
dt{opacity:.65}dd{margin:0;white-space:pre-wrap}
.grid{overflow-x:auto}table{border-collapse:collapse;margin-top:1rem}
th,td{border:1px solid var(--line);padding:.2rem .4rem;text-align:left;vertical-align:top;white-space:pre-wrap}th{background:var(--soft)}
ul{margin:.2rem 0;padding-left:1.2rem}li{margin:.15rem 0}.text{white-space:pre-wrap}.by{display:block}
</style></head><body>
<h1>{{ title }}{% if off %} <span class="off">archived</span>{% endif %}</h1>
<p class="from">{{ from }}</p>
<details><summary>About it</summary>
<dl>{% for row in rows %}<dt>{{ row.label }}</dt><dd>{% if row.link %}<a href="{{ row.text }}" rel="noopener noreferrer nofollow">{{ row.text }}</a>{% else %}{{ row.text }}{% endif %}</dd>{% endfor %}</dl>
{% for group in groups %}{{ group|safe }}{% endfor %}</details>
{% for section in sections %}{{ section|safe }}{% endfor %}
</body></html>
"#
)]
pub(super) struct Page<'a> {
    pub title: &'a str,
    pub from: &'a str,
    pub off: bool,
    pub rows: Vec<Row>,
    pub groups: Vec<String>,
    pub sections: Vec<String>,
}

/// A list of cards.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<h2>{{ title }} <span class="kind">{{ noun }}</span>{% if off %} <span class="off">archived</span>{% endif %}</h2>
{% for item in items %}{{ item|safe }}{% endfor %}"#
)]
pub(super) struct Section<'a> {
    pub title: &'a str,
    pub noun: &'a str,
    pub off: bool,
    pub items: Vec<String>,
}

/// A sheet.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="grid"><table><thead><tr>{% for column in columns %}<th>{{ column }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in rows %}<tr{% if row.off %} class="note"{% endif %}>{% for cell in row.cells %}<td{% if loop.first %} style="padding-left:{{ row.depth * 18 + 6 }}px"{% endif %}>{{ cell }}</td>{% endfor %}</tr>
{% if !row.groups.is_empty() %}<tr><td colspan="{{ columns.len() }}"><details><summary class="note">more</summary>{% for group in row.groups %}{{ group|safe }}{% endfor %}</details></td></tr>
{% endif %}{% endfor %}</tbody></table></div>
"#
)]
pub(super) struct Table<'a> {
    pub columns: &'a [&'a str],
    pub rows: Vec<GridRow>,
}

/// A row of it.
pub(super) struct GridRow {
    pub cells: Vec<String>,
    pub depth: usize,
    pub off: bool,
    pub groups: Vec<String>,
}

/// A card, which can be opened.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<details><summary>{{ title }} <span class="kind">{{ noun }}</span>{% if off %} <span class="off">archived</span>{% endif %}</summary>
<dl>{% for row in rows %}<dt>{{ row.label }}</dt><dd>{% if row.link %}<a href="{{ row.text }}" rel="noopener noreferrer nofollow">{{ row.text }}</a>{% else %}{{ row.text }}{% endif %}</dd>{% endfor %}</dl>
{% for group in groups %}{{ group|safe }}{% endfor %}</details>
"#
)]
pub(super) struct Item<'a> {
    pub title: &'a str,
    pub noun: &'a str,
    pub off: bool,
    pub rows: Vec<Row>,
    pub groups: Vec<String>,
}

/// Records of one kind that hang on the same thing.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<h3>{{ heading }}</h3><ul>{% for entry in entries %}{{ entry|safe }}{% endfor %}</ul>
"#
)]
pub(super) struct Group<'a> {
    pub heading: &'a str,
    pub entries: Vec<String>,
}

/// One of them; `href` is set only to addresses that are safe to follow.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<li>{% if let Some(byline) = byline %}<span class="by">{{ byline }}</span>{% endif %}<span class="text">{% if let Some(href) = href %}<a href="{{ href }}" rel="noopener noreferrer nofollow">{{ title }}</a>{% else %}{{ title }}{% endif %}</span>{% if !notes.is_empty() %} <span class="note">{{ notes }}</span>{% endif %}{% if !entries.is_empty() %}<ul>{% for entry in entries %}{{ entry|safe }}{% endfor %}</ul>{% endif %}</li>
"#
)]
pub(super) struct Entry<'a> {
    pub title: &'a str,
    pub href: Option<&'a str>,
    pub byline: Option<&'a String>,
    pub notes: String,
    pub entries: Vec<String>,
}

/// A field and its value.
pub(super) struct Row {
    pub label: String,
    pub text: String,
    pub link: bool,
}
