//! `show`.

use super::{backup, things};
use crate::app::context::App;
use crate::app::error::Error;
use crate::app::overlooked::{Backups, Overlooked};
use crate::app::showing::{self, NodeDocument, Shown};
use crate::app::snapshots;
use crate::cli::documents::{self, document};
use crate::cli::exit::Done;
use crate::cli::table::table;
use crate::cli::ui::{Ui, bold, brief, local};
use crate::cli::words;
use crate::model::Kind;
use crate::model::coverage::Count;
use crate::snapshot::SnapshotId;
use crate::snapshot::manifest::{ContainerEntry, Manifest, Purpose};

pub(super) fn run(app: &App, ui: &Ui, snapshot: &str) -> Result<Done, Error> {
    match showing::show(app, snapshot)? {
        Shown::Snapshot { id, manifest } => {
            let overlooked = Backups::load(app)?.overlooked(&manifest);
            let text = whole(app, id, &manifest, overlooked.as_ref());
            ui.result(&documents::snapshot(id, &manifest, overlooked.as_ref()), &text);
        }
        Shown::Things(nodes) => {
            let documents: Vec<NodeDocument> = nodes.iter().map(NodeDocument::from).collect();
            let text: Vec<String> = nodes.iter().map(things::thing).collect();
            ui.result(&document(&documents), &text.join("\n\n"));
        }
    }
    Ok(Done::Complete)
}

fn whole(app: &App, id: SnapshotId, manifest: &Manifest, overlooked: Option<&Overlooked>) -> String {
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
    lines.extend(overlooked.into_iter().flat_map(|told| backup::overlooked(told, &manifest.connection)));
    lines.extend(backup::holds(app, manifest));
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
