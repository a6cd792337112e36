//! The one table helper.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};

use super::ui::plain;

/// A table without borders; columns whose heading begins with `>` are aligned to the right.
pub(super) fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    let right: Vec<bool> = headings.iter().map(|heading| heading.starts_with('>')).collect();
    let cell = |text: &str, right: bool| {
        Cell::new(text).set_alignment(if right { CellAlignment::Right } else { CellAlignment::Left })
    };
    table.set_header(
        headings.iter().zip(&right).map(|(heading, right)| cell(heading.trim_start_matches('>'), *right)),
    );
    for row in rows {
        table.add_row(row.iter().zip(&right).map(|(text, right)| cell(&plain(text), *right)));
    }
    table.to_string().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
