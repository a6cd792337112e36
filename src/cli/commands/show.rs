//! `show`.

use std::collections::BTreeMap;

use super::backup;
use crate::app::context::App;
use crate::app::error::Error;
use crate::app::grid::{self, Grid};
use crate::app::outline::Node;
use crate::app::showing::{self, NodeDocument, Shown};
use crate::app::snapshots;
use crate::cli::documents::{self, document};
use crate::cli::exit::Done;
use crate::cli::table::table;
use crate::cli::ui::{Ui, bold, brief, bytes, counted, dim, local, plain};
use crate::cli::words::{self, humane};
use crate::model::coverage::Count;
use crate::model::{Blob, Kind};
use crate::snapshot::SnapshotId;
use crate::snapshot::manifest::{ContainerEntry, Manifest, Purpose};

pub(super) fn run(app: &App, ui: &Ui, snapshot: &str) -> Result<Done, Error> {
    match showing::show(app, snapshot)? {
        Shown::Snapshot { id, manifest } => {
            ui.result(&documents::snapshot(id, &manifest), &whole(id, &manifest));
        }
        Shown::Things(nodes) => {
            let documents: Vec<NodeDocument> = nodes.iter().map(NodeDocument::from).collect();
            let text: Vec<String> = nodes.iter().map(thing).collect();
            ui.result(&document(&documents), &text.join("\n\n"));
        }
    }
    Ok(Done::Complete)
}

fn whole(id: SnapshotId, manifest: &Manifest) -> String {
    let why = match &manifest.purpose {
        Purpose::Backup => "backup".to_owned(),
        Purpose::Safety { run } => format!("state before run {run}"),
        Purpose::Scan => "scan".to_owned(),
    };
    let mut lines = vec![
        format!(
            "Snapshot {} of {} ({why}), {}",
            bold(&id.short()),
            manifest.connection,
            local(snapshots::time(manifest.finished_at))
        ),
        format!("  {}", backup::status(manifest)),
    ];
    lines.extend(backup::holds(manifest));
    lines.push(format!("  {}", backup::cost(manifest)));
    lines.extend(manifest.parent.map(|parent| format!("  builds on {}", parent.short())));
    lines.extend(backup::troubles(manifest));
    let row = |entry: &ContainerEntry| {
        let workspace = entry.workspace.as_ref().map_or("-", |(_, name)| name);
        let state = match (&entry.carried_from, entry.closed) {
            (Some(from), _) => format!("not read; state of {}", from.short()),
            (None, true) => "closed".to_owned(),
            (None, false) => String::new(),
        };
        vec![brief(workspace, 30), brief(&entry.name, 40), entry.records.to_string(), state]
    };
    lines.push(String::new());
    let [above, own] =
        [Kind::Workspace, Kind::Container].map(|kind| words::heading(&manifest.platform, kind));
    let mut containers: Vec<&ContainerEntry> = manifest.containers.iter().collect();
    containers.sort_by_key(|entry| (entry.workspace.as_ref().map(|(_, name)| name), &entry.name));
    lines.push(table(&[&above, &own, ">RECORDS", ""], containers.into_iter().map(row)));
    let read = |count: &&Count| count.got > 0 || count.expected.is_some();
    if manifest.coverage.iter().any(|count| read(&count)) {
        let row = |count: &Count| {
            vec![
                words::plural(&manifest.platform, count.kind).to_owned(),
                count.expected.map_or_else(|| "not told".to_owned(), |n| n.to_string()),
                count.got.to_string(),
            ]
        };
        lines.push(String::new());
        lines.push(table(
            &["READ THIS TIME", ">BY THE PLATFORM'S COUNT", ">GOT"],
            manifest.coverage.iter().filter(read).map(row),
        ));
    }
    lines.join("\n")
}

/// A board shows its lists and cards, a line each; a sheet is a grid; an item shows everything.
fn thing(node: &Node) -> String {
    if let Some(grid) = Grid::of(node) {
        return sheet(node, &grid);
    }
    let mut lines = Vec::new();
    let full = !matches!(node.record.key.kind, Kind::Container | Kind::Section | Kind::Workspace);
    write(node, 0, full, &mut lines);
    lines.join("\n")
}

/// Rows and columns. The level is told by the first text, and what hangs on a row in a last column.
fn sheet(node: &Node, grid: &Grid<'_>) -> String {
    let row = |row: &grid::Row<'_>| {
        let mut cells: Vec<String> = row.cells.iter().map(|text| brief(&humane(text), 40)).collect();
        if let Some(first) = cells.first_mut() {
            first.insert_str(0, &"  ".repeat(row.depth));
        }
        cells.push(parts(row.item, &[Kind::FieldValue, Kind::Item]).trim().to_owned());
        cells
    };
    // To the table a heading that begins with `>` is one that stands on the right.
    let heading = |text: &&str| format!("{}{}", if text.starts_with('>') { " " } else { "" }, plain(text));
    let headings: Vec<String> = grid.columns.iter().map(heading).chain([String::new()]).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let rows = table(&headings, grid.rows.iter().map(row));
    format!("{} {}\n{rows}", dim(node.noun), bold(&brief(&node.title, 90)))
}

fn write(node: &Node, depth: usize, full: bool, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let title = brief(&node.title, 90);
    let container = matches!(node.record.key.kind, Kind::Container | Kind::Section);
    let title = if container || (full && depth == 0) { bold(&title) } else { title };
    let size = match &node.record.blob {
        Blob::Stored(stored) => format!(", {}", bytes(stored.len)),
        Blob::Missing(why) => format!(", bytes not in the vault: {}", plain(why)),
        Blob::None => String::new(),
    };
    let archived = if node.is_closed() { ", archived" } else { "" };
    let parts = if full || container { String::new() } else { parts(node, &[]) };
    lines.push(format!("{indent}{} {title}{}", dim(node.noun), dim(&format!("{parts}{archived}{size}"))));
    if full {
        lines.extend(node.byline.iter().map(|byline| format!("{indent}    {}", brief(byline, 300))));
        let simple =
            |(name, text): &(&str, String)| format!("{indent}    {name}: {}", brief(&humane(text), 300));
        lines.extend(node.fields.iter().filter(|(name, _)| *name != "pos").map(simple));
    }
    for child in &node.children {
        let shown = match node.record.key.kind {
            Kind::Container | Kind::Workspace => matches!(child.record.key.kind, Kind::Section | Kind::Item),
            Kind::Section => true,
            _ => full || child.record.key.kind == Kind::Item,
        };
        if shown {
            write(child, depth + 1, full, lines);
        }
    }
}

/// What hangs on an item, but for some kinds, in a few words.
fn parts(node: &Node, but: &[Kind]) -> String {
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for child in node.children.iter().filter(|child| !but.contains(&child.record.key.kind)) {
        *counts.entry((child.noun, child.plural)).or_default() += 1;
    }
    let due = node
        .fields
        .iter()
        .find(|(name, _)| *name == "due")
        .map(|(_, text)| format!("due {}", humane(text).chars().take(10).collect::<String>()));
    let counts = counts.into_iter().map(|((one, many), count)| counted(count, one, many));
    let all: Vec<String> = due.into_iter().chain(counts).collect();
    if all.is_empty() { String::new() } else { format!("  ({})", all.join(", ")) }
}
