//! What lies outside of containers: workspaces, people, teams, shares, inventory. One list a kind, in files that are
//! named as the platform's users call it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde_json::{Value, json};

use super::csv::harmless;
use super::{Formats, Output, names};
use crate::app::error::Error;
use crate::app::names::Outside;
use crate::app::outline::{self, Node};
use crate::app::snapshots::Opened;
use crate::model::spec::{Field, KindSpec};
use crate::model::{Kind, NativeId, Record, told};
use crate::plan::input::Selection;
use crate::snapshot::lineage;

/// One record, and what people call the one that it hangs on.
struct Line {
    above: String,
    node: Node,
}

/// Writes what belongs to the selected workspaces, or to the whole account.
pub(super) fn write(
    opened: &Opened,
    formats: Formats,
    outside: &[Outside<'_>],
    output: &mut Output,
) -> Result<(), Error> {
    let mut kinds: BTreeMap<(Kind, &str), Vec<Line>> = BTreeMap::new();
    for place in selected(opened)? {
        let records = opened.reader.container(&place).collect::<Result<Vec<Record>, _>>()?;
        for node in outline::build(opened.dialect, records, outside) {
            let above = lineage::parent(opened.dialect, &node.record);
            let above = above.and_then(|key| outside.iter().find_map(|outside| outside.name(&key)));
            sort(node, &above.unwrap_or_default(), &mut kinds);
        }
    }
    for ((kind, plural), lines) in kinds {
        let Some(spec) = opened.dialect.spec(kind) else { continue };
        let stem = names::safe(plural, "");
        if formats.json {
            let document = json!({
                "format": "boardvault export 1",
                "platform": opened.manifest.platform,
                "snapshot": opened.id.to_string(),
                "records": lines.iter().map(|line| document(&line.node.record)).collect::<Vec<_>>(),
            });
            output.write(&format!("{stem}.json"), |to| {
                serde_json::to_writer_pretty(to, &document).map_err(Into::into)
            })?;
        }
        if formats.csv {
            output.write(&format!("{stem}.csv"), |to| table(spec, &lines, to))?;
        }
    }
    Ok(())
}

/// The ids under which the selected records lie.
fn selected(opened: &Opened) -> Result<BTreeSet<NativeId>, Error> {
    match opened.selection(&[])?.0 {
        Selection::Everything => Ok(opened.places()?.into_iter().collect()),
        Selection::Only(selected) => {
            // Nothing but a workspace has something besides its containers.
            let workspaces = selected.into_iter().filter(|one| one.key.kind == Kind::Workspace).collect();
            opened.places_of(&Selection::Only(workspaces))
        }
    }
}

fn document(record: &Record) -> Value {
    json!({ "kind": record.key.kind, "id": record.key.id, "in": record.key.container, "native": record.native })
}

/// Puts a record and what hangs on it to the others that people call the same.
fn sort(mut node: Node, above: &str, kinds: &mut BTreeMap<(Kind, &'static str), Vec<Line>>) {
    for child in std::mem::take(&mut node.children) {
        sort(child, &node.title, kinds);
    }
    kinds
        .entry((node.record.key.kind, node.plural()))
        .or_default()
        .push(Line { above: above.to_owned(), node });
}

/// One line a record; of the fields those that at least one of them has.
fn table(spec: &KindSpec, lines: &[Line], to: &mut dyn Write) -> std::io::Result<()> {
    let used: BTreeSet<&str> =
        lines.iter().flat_map(|line| &line.node.fields).map(|said| said.field.path).collect();
    let fields: Vec<&Field> = spec.fields.iter().filter(|field| used.contains(field.path)).collect();
    let mut writer = csv::Writer::from_writer(to);
    let heading = ["id", "in", "name"].into_iter().map(str::to_owned);
    writer.write_record(heading.chain(fields.iter().map(|field| told::label(field))))?;
    for Line { above, node } in lines {
        let own = [node.record.key.id.to_string(), above.clone(), node.title.clone()];
        let row = own.into_iter().chain(fields.iter().map(|field| node.entry(field)));
        writer.write_record(row.map(|text| harmless(&text)))?;
    }
    writer.flush()
}
