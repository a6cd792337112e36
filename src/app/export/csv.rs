//! One line an item. Columns are the fields that at least one item of the container has, so that the same
//! code serves every platform; custom fields come by their names.

use std::collections::BTreeSet;
use std::io::Write;

use super::labels::Labels;
use crate::app::grid::Grid;
use crate::app::outline::Node;
use crate::model::Kind;

/// What is counted instead of shown.
const COUNTED: [(&str, Kind); 3] =
    [("comments", Kind::Comment), ("attachments", Kind::Attachment), ("checklists", Kind::Checklist)];

pub(super) fn write(nodes: &[Node], labels: Labels, to: &mut dyn Write) -> std::io::Result<()> {
    if let [container] = nodes
        && let Some(grid) = Grid::of(container)
    {
        return write_grid(&grid, to);
    }
    let mut items = Vec::new();
    collect(nodes, "", &mut items);
    let used: BTreeSet<&str> =
        items.iter().flat_map(|(_, item)| item.fields.iter().map(|(path, _)| *path)).collect();
    let fields: Vec<&str> = labels.fields(Kind::Item).filter(|path| used.contains(path)).collect();
    let custom: BTreeSet<&str> =
        items.iter().flat_map(|(_, item)| values(item)).map(|value| value.title.as_str()).collect();
    let mut writer = csv::Writer::from_writer(to);
    let heading = ["id", "section", "title"].into_iter().map(str::to_owned);
    let heading = heading
        .chain(fields.iter().map(|path| labels.of_field(Kind::Item, path)))
        .chain(custom.iter().map(|name| (*name).to_owned()))
        .chain(COUNTED.map(|(name, _)| name.to_owned()));
    writer.write_record(heading.map(|text| harmless(&text)))?;
    for (section, item) in &items {
        let field = |path: &&str| {
            item.fields.iter().find(|(own, _)| own == path).map_or("", |(_, text)| text.as_str())
        };
        let value = |name: &&str| {
            values(item).find(|value| value.title == *name).map(Node::value).unwrap_or_default()
        };
        let number = |kind: Kind| item.children.iter().filter(|child| child.record.key.kind == kind).count();
        let row = [item.record.key.id.to_string(), (*section).to_owned(), item.title.clone()]
            .into_iter()
            .chain(fields.iter().map(|path| field(path).to_owned()))
            .chain(custom.iter().map(value))
            .chain(COUNTED.iter().map(|(_, kind)| number(*kind).to_string()));
        writer.write_record(row.map(|text| harmless(&text)))?;
    }
    writer.flush()
}

/// A grid keeps the columns and the order that people know; the level tells what hangs below what.
fn write_grid(grid: &Grid<'_>, to: &mut dyn Write) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(to);
    let heading = ["id", "level"].into_iter().chain(grid.columns.iter().copied());
    writer.write_record(heading.map(harmless))?;
    for row in &grid.rows {
        let own = [row.item.record.key.id.to_string(), row.depth.to_string()];
        writer.write_record(own.iter().chain(&row.cells).map(|text| harmless(text)))?;
    }
    writer.flush()
}

fn collect<'a>(nodes: &'a [Node], section: &'a str, found: &mut Vec<(&'a str, &'a Node)>) {
    for node in nodes {
        match node.record.key.kind {
            Kind::Item => {
                found.push((section, node));
                collect(&node.children, section, found);
            }
            Kind::Section => collect(&node.children, &node.title, found),
            _ => collect(&node.children, section, found),
        }
    }
}

/// The values of custom fields on an item; each has the field's name as its title.
fn values(item: &Node) -> impl Iterator<Item = &Node> {
    item.children.iter().filter(|child| child.record.key.kind == Kind::FieldValue)
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
