//! One line an item. Columns are the fields that at least one item of the container has, so that the same
//! code serves every platform; custom fields come by their names.

use std::collections::BTreeSet;
use std::io::Write;

use crate::app::outline::Node;
use crate::model::Kind;

pub(super) fn write(nodes: &[Node], to: &mut dyn Write) -> std::io::Result<()> {
    let mut items = Vec::new();
    collect(nodes, "", &mut items);
    let fields: BTreeSet<&str> =
        items.iter().flat_map(|(_, item)| item.fields.iter().map(|(name, _)| *name)).collect();
    let custom: BTreeSet<&str> =
        items.iter().flat_map(|(_, item)| custom(item).map(|(name, _)| name)).collect();
    let mut writer = csv::Writer::from_writer(to);
    let fixed = ["id", "section", "title"];
    let counts =
        [("comments", Kind::Comment), ("attachments", Kind::Attachment), ("checklists", Kind::Checklist)];
    writer.write_record(
        fixed
            .into_iter()
            .chain(fields.iter().copied())
            .chain(custom.iter().copied())
            .chain(counts.map(|(name, _)| name))
            .map(harmless),
    )?;
    for (section, item) in &items {
        let field = |name: &&str| {
            item.fields.iter().find(|(own, _)| own == name).map_or("", |(_, text)| text.as_str())
        };
        let value = |name: &&str| custom_value(item, name);
        let number = |kind: Kind| {
            item.children.iter().filter(|child| child.record.key.kind == kind).count().to_string()
        };
        let row = [item.record.key.id.to_string(), (*section).to_owned(), item.title.clone()]
            .into_iter()
            .chain(fields.iter().map(|name| field(name).to_owned()))
            .chain(custom.iter().map(value))
            .chain(counts.iter().map(|(_, kind)| number(*kind)));
        writer.write_record(row.map(|text| harmless(&text)))?;
    }
    writer.flush()
}

fn collect<'a>(nodes: &'a [Node], section: &'a str, found: &mut Vec<(&'a str, &'a Node)>) {
    for node in nodes {
        match node.record.key.kind {
            Kind::Item => found.push((section, node)),
            Kind::Section => collect(&node.children, &node.title, found),
            _ => collect(&node.children, section, found),
        }
    }
}

fn custom(item: &Node) -> impl Iterator<Item = (&str, &[(&'static str, String)])> {
    item.children
        .iter()
        .filter(|child| child.record.key.kind == Kind::FieldValue)
        .map(|child| (child.title.as_str(), child.fields.as_slice()))
}

/// A value's fields are its field, its item, and what the value is: the last one that says something.
fn custom_value(item: &Node, name: &str) -> String {
    let found = custom(item).find(|(own, _)| *own == name);
    found
        .and_then(|(_, fields)| fields.iter().rev().find(|(path, _)| path.contains("alue")))
        .map_or_else(String::new, |(_, text)| text.clone())
}

/// A cell that spreadsheets do not take for a formula: a text from a stranger's card must not run.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        assert_eq!(harmless("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(harmless("-12.5"), "-12.5");
        assert_eq!(harmless("plain"), "plain");
    }
}
