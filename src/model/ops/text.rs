//! Texts that change on their way back: comments get a header line, links follow what they point to.

use crate::model::dialect::{Dialect, TextLink};

/// The tokens of all things that `text` links to, in the order of the text.
pub fn linked_tokens(dialect: &dyn Dialect, text: &str) -> Vec<String> {
    dialect.text_links(text).into_iter().map(|link| link.token).collect()
}

/// `text` with every link token replaced for which `new` knows a successor; everything else stays as it is.
pub fn rewrite_links(dialect: &dyn Dialect, text: &str, new: impl Fn(&str) -> Option<String>) -> String {
    replace(text, dialect.text_links(text), new)
}

/// `text` with every name replaced for which `new` knows another.
pub fn rename(dialect: &dyn Dialect, text: &str, new: impl Fn(&str) -> Option<String>) -> String {
    replace(text, dialect.names(text), new)
}

fn replace(text: &str, mut links: Vec<TextLink>, new: impl Fn(&str) -> Option<String>) -> String {
    links.sort_by_key(|link| link.range.start);
    let mut rewritten = String::with_capacity(text.len());
    let mut done = 0;
    for link in links {
        let Some(token) = new(&link.token) else { continue };
        // A dialect that names overlapping or impossible ranges loses the rewriting, never the text.
        let (Some(before), Some(_)) = (text.get(done..link.range.start), text.get(link.range.clone())) else {
            continue;
        };
        rewritten.push_str(before);
        rewritten.push_str(&token);
        done = link.range.end;
    }
    rewritten.push_str(text.get(done..).unwrap_or_default());
    rewritten
}
