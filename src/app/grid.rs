//! A container whose items are rows: what platforms show as a grid is told as one.

use std::collections::BTreeMap;

use super::outline::Node;
use crate::model::Kind;
use crate::model::spec::{Field, Role};

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
    /// The grid of a container: nothing where the platform puts items into sections.
    pub fn of(container: &'a Node) -> Option<Self> {
        let has_rows = |field: &Field| field.role == Role::Sequence(Kind::Item);
        if container.record.key.kind != Kind::Container || !container.spec.fields.iter().any(has_rows) {
            return None;
        }
        let columns = container.of_kind(Kind::FieldDef).map(|column| column.title.as_str()).collect();
        let mut grid = Self { columns, rows: Vec::new() };
        grid.add(container, 0);
        Some(grid)
    }

    fn add(&mut self, above: &'a Node, depth: usize) {
        for item in above.of_kind(Kind::Item) {
            let values: BTreeMap<&str, String> = item.values().collect();
            let cells =
                self.columns.iter().map(|name| values.get(name).cloned().unwrap_or_default()).collect();
            self.rows.push(Row { item, depth, cells });
            self.add(item, depth.saturating_add(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Blob, Record, RecordKey};
    use crate::platforms;

    fn node(kind: Kind, title: &str, children: Vec<Node>) -> Node {
        Node { children, ..Node::named("smartsheet", RecordKey::new("s", kind, title), title) }
    }

    fn cell(column: &str, text: &str) -> Node {
        Node { shown: Some(text.to_owned()), ..node(Kind::FieldValue, column, Vec::new()) }
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
    fn what_nobody_writes_stands_in_its_column_also_where_the_cell_has_a_format() {
        let formatted = node(Kind::FieldValue, "Sum", Vec::new());
        let mut row = node(Kind::Item, "row", vec![formatted]);
        row.computed = vec![("Number".to_owned(), "L-001".to_owned()), ("Sum".to_owned(), "7".to_owned())];
        let columns = ["Number", "Sum"].map(|title| node(Kind::FieldDef, title, Vec::new()));
        let sheet = node(Kind::Container, "s", columns.into_iter().chain([row]).collect());
        assert_eq!(Grid::of(&sheet).unwrap().rows[0].cells, ["L-001", "7"]);
    }

    #[test]
    fn what_is_in_a_row_is_told_in_the_order_of_the_columns() {
        let record =
            |kind, id: &str, native| Record { key: RecordKey::new("s", kind, id), native, blob: Blob::None };
        let cell = |column: &str, text: &str| {
            let native = json!({"columnId": column, "rowId": "r", "value": text});
            record(Kind::FieldValue, &format!("r:{column}"), native)
        };
        let row = json!({"title": "Pack", "cells": [{"columnId": "5", "value": "L-1"}]});
        let columns = [("9", "Task"), ("5", "Number"), ("1", "Due")];
        let defined = columns.map(|(id, title)| record(Kind::FieldDef, id, json!({"title": title})));
        let sheet = record(Kind::Container, "s", json!({"columns": ["9", "5", "1"], "rows": ["r"]}));
        let records = [sheet, record(Kind::Item, "r", row), cell("1", "Friday"), cell("9", "Pack")];
        let dialect = platforms::find("smartsheet").unwrap().dialect;
        let nodes = crate::app::outline::build(dialect, records.into_iter().chain(defined).collect(), &[]);
        let values: Vec<_> = nodes[0].of_kind(Kind::Item).flat_map(Node::values).collect();
        let told = values.iter().map(|(name, text)| format!("{name}: {text}")).collect::<Vec<_>>();
        assert_eq!(told, ["Task: Pack", "Number: L-1", "Due: Friday"]);
    }

    #[test]
    fn a_sheet_without_rows_keeps_its_columns() {
        let sheet = node(Kind::Container, "s", vec![node(Kind::FieldDef, "Size", Vec::new())]);
        assert_eq!(Grid::of(&sheet).unwrap().columns, ["Size"]);
    }

    #[test]
    fn a_container_with_sections_is_no_grid() {
        let board = node(Kind::Container, "b", vec![node(Kind::FieldDef, "Size", Vec::new())]);
        let spec = platforms::find("trello").unwrap().dialect.spec(Kind::Container).unwrap();
        assert!(Grid::of(&Node { spec, ..board }).is_none());
    }
}
