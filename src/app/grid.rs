//! A container whose items are rows: what platforms show as a grid is told as one.

use std::collections::BTreeMap;

use super::outline::Node;
use crate::model::Kind;

/// Columns, and rows with a text for each of them.
pub struct Grid<'a> {
    /// The columns' names, in their order.
    pub columns: Vec<&'a str>,
    /// The rows, each right behind the one that it hangs on.
    pub rows: Vec<Row<'a>>,
}

/// One row.
pub struct Row<'a> {
    /// The item.
    pub item: &'a Node,
    /// How many rows it hangs below.
    pub depth: usize,
    /// A text for each column; empty where there is no value.
    pub cells: Vec<String>,
}

impl<'a> Grid<'a> {
    /// The grid of a container: nothing where the platform puts items into sections, or has no columns.
    pub fn of(container: &'a Node) -> Option<Self> {
        let is = |kind| move |child: &&Node| child.record.key.kind == kind;
        if container.record.key.kind != Kind::Container
            || container.children.iter().any(|c| is(Kind::Section)(&c))
        {
            return None;
        }
        let columns: Vec<&str> = container
            .children
            .iter()
            .filter(is(Kind::FieldDef))
            .map(|column| column.title.as_str())
            .collect();
        let mut grid = Self { columns, rows: Vec::new() };
        grid.add(container, 0);
        (!grid.columns.is_empty() && !grid.rows.is_empty()).then_some(grid)
    }

    fn add(&mut self, above: &'a Node, depth: usize) {
        for item in above.children.iter().filter(|child| child.record.key.kind == Kind::Item) {
            let values: BTreeMap<&str, String> = item
                .children
                .iter()
                .filter(|child| child.record.key.kind == Kind::FieldValue)
                .map(|value| (value.title.as_str(), value.value()))
                .collect();
            let cells =
                self.columns.iter().map(|name| values.get(name).cloned().unwrap_or_default()).collect();
            self.rows.push(Row { item, depth, cells });
            self.add(item, depth.saturating_add(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Blob, Record, RecordKey};

    fn node(kind: Kind, title: &str, children: Vec<Node>) -> Node {
        let record = Record {
            key: RecordKey::new("s", kind, title),
            native: serde_json::Value::Null,
            blob: Blob::None,
        };
        let title = title.to_owned();
        Node { record, title, noun: "", plural: "", shown: None, byline: None, fields: Vec::new(), children }
    }

    fn cell(column: &str, text: &str) -> Node {
        Node { fields: vec![("value", text.to_owned())], ..node(Kind::FieldValue, column, Vec::new()) }
    }

    #[test]
    fn rows_stand_behind_what_they_hang_on_and_have_a_text_for_each_column() {
        let inner = node(Kind::Item, "inner", vec![cell("Due", "Friday")]);
        let outer = node(Kind::Item, "outer", vec![cell("Task", "Plan"), inner]);
        let columns = ["Task", "Due"].map(|title| node(Kind::FieldDef, title, Vec::new()));
        let last = node(Kind::Item, "last", Vec::new());
        let sheet = node(Kind::Container, "s", columns.into_iter().chain([outer, last]).collect());
        let grid = Grid::of(&sheet).unwrap();
        let rows: Vec<_> = grid.rows.iter().map(|row| (row.depth, row.cells.join("|"))).collect();
        assert_eq!(grid.columns, ["Task", "Due"]);
        assert_eq!(rows, [(0, "Plan|".to_owned()), (1, "|Friday".to_owned()), (0, "|".to_owned())]);
    }

    #[test]
    fn a_container_with_sections_is_no_grid() {
        let column = node(Kind::FieldDef, "Size", Vec::new());
        let section = node(Kind::Section, "Doing", vec![node(Kind::Item, "card", Vec::new())]);
        assert!(Grid::of(&node(Kind::Container, "b", vec![column, section])).is_none());
    }
}
