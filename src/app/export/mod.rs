//! Exports: a snapshot as files that need no boardvault to be read.

mod besides;
mod csv;
mod html;
mod names;
mod templates;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};

use super::context::App;
use super::error::Error;
use super::names::Outside;
use super::outline::{self, Node};
use super::snapshots::{self, Opened};
use crate::model::{Blob, BlobRef, Kind, NativeId, Record};
use crate::snapshot::{BlobReader, SnapshotError};

/// What to write.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "four independent choices")]
pub struct Formats {
    /// The platform's own JSON, one file a container.
    pub json: bool,
    /// One line an item, one file a container.
    pub csv: bool,
    /// One page a container.
    pub html: bool,
    /// The attachments' bytes.
    pub attachments: bool,
}

/// What was written.
#[derive(Debug, Default, Serialize)]
pub struct Exported {
    /// The platform's id.
    pub platform: String,
    /// Full id of the snapshot.
    pub snapshot: String,
    /// Containers (boards).
    pub containers: u64,
    /// Files, relative to the folder.
    pub files: Vec<PathBuf>,
    /// Bytes of all files.
    pub bytes: u64,
    /// What could not be exported because the snapshot does not hold it.
    pub missing: Vec<String>,
}

/// Writes the containers that `snapshot` names into `folder`, which must be new or empty.
pub fn export(app: &App, snapshot: &str, folder: &Path, formats: Formats) -> Result<Exported, Error> {
    let opened = snapshots::open(app, snapshot)?;
    let containers = opened.selected_containers()?;
    let outside = [Outside::of(&opened)];
    let mut output = Output::new(folder)?;
    for container in &containers {
        one(app, &opened, container, formats, &outside, &mut output)?;
    }
    besides::write(&opened, formats, &outside, &mut output)?;
    output.done.containers = containers.len() as u64;
    output.done.platform.clone_from(&opened.manifest.platform);
    output.done.snapshot = opened.id.to_string();
    Ok(output.done)
}

fn one(
    app: &App,
    opened: &Opened,
    container: &NativeId,
    formats: Formats,
    outside: &[Outside<'_>],
    output: &mut Output,
) -> Result<(), Error> {
    let records = opened.reader.container(container).collect::<Result<Vec<Record>, _>>()?;
    let title = records.iter().find(|record| record.key.kind == Kind::Container);
    let title = title.map(|record| snapshots::title(opened.dialect, record)).unwrap_or_default();
    let stem = names::safe(&title, container.as_str());
    let mut files = std::collections::BTreeMap::new();
    for record in &records {
        match &record.blob {
            Blob::Stored(stored) if formats.attachments => {
                let folder = format!("{stem}.attachments");
                let file = bytes(app, opened, (record, *stored), &folder, output)?;
                files.insert(record.key.id.clone(), file);
            }
            Blob::Missing(why) => {
                let noun = opened.dialect.spec(record.key.kind).map_or("file", |spec| spec.noun);
                let name = snapshots::title(opened.dialect, record);
                output.done.missing.push(format!("{title}: {noun} {name}: {why}"));
            }
            Blob::Stored(_) | Blob::None => {}
        }
    }
    if formats.json {
        let document = json!({
            "format": "boardvault export 1",
            "platform": opened.manifest.platform,
            "snapshot": opened.id.to_string(),
            "records": records.iter().map(|record| json!({
                "kind": record.key.kind, "id": record.key.id, "native": record.native,
                "file": files.get(&record.key.id),
            })).collect::<Vec<_>>(),
        });
        output.write(&format!("{stem}.json"), |to| {
            serde_json::to_writer_pretty(to, &document).map_err(Into::into)
        })?;
    }
    let nodes: Vec<Node> = outline::build(opened.dialect, records, outside);
    if formats.csv {
        output.write(&format!("{stem}.csv"), |to| csv::write(&nodes, opened.dialect, to))?;
    }
    if formats.html {
        let page = html::page(&nodes, &html::Context { files: &files }, &opened.describe())
            .map_err(|error| Error::failed(error.to_string()))?;
        output.write(&format!("{stem}.html"), |to| to.write_all(page.as_bytes()))?;
    }
    Ok(())
}

/// Writes the bytes of a record, and tells the file's name.
fn bytes(
    app: &App,
    opened: &Opened,
    (record, stored): (&Record, BlobRef),
    folder: &str,
    output: &mut Output,
) -> Result<String, Error> {
    let failed = |error: SnapshotError| Error::failed(error.to_string());
    let mut pieces = BlobReader::open(app.chunks(), stored).map_err(failed)?;
    let first = pieces.next().transpose().map_err(failed)?.unwrap_or_default();
    let title = snapshots::title(opened.dialect, record);
    let mut name = record.native.get("fileName").and_then(Value::as_str).unwrap_or(&title).to_owned();
    // Images are known by a text of their own, which need not look like the name of a file.
    if let Some(ending) =
        names::image_ending(&first).filter(|_| record.key.kind == Kind::Image && !name.contains('.'))
    {
        name.push_str(ending);
    }
    let file = format!("{folder}/{}", names::safe_file(&name, record.key.id.as_str()));
    output.write(&file, |to| {
        to.write_all(&first)?;
        for piece in pieces {
            to.write_all(&piece.map_err(std::io::Error::other)?)?;
        }
        Ok(())
    })?;
    Ok(file)
}

/// The folder that is written to.
struct Output {
    folder: PathBuf,
    done: Exported,
}

impl Output {
    fn new(folder: &Path) -> Result<Self, Error> {
        let refuse = |what: &str| {
            Error::usage(format!("{} {what}", folder.display()))
                .hint("Choose a folder that does not exist yet.")
        };
        match std::fs::read_dir(folder) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(refuse("is not empty, and an export replaces nothing"));
                }
            }
            Err(_) => std::fs::create_dir_all(folder)
                .map_err(|error| refuse(&format!("cannot be made: {error}")))?,
        }
        Ok(Self { folder: folder.to_owned(), done: Exported::default() })
    }

    fn write(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let path = self.folder.join(name);
        let written = (|| {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            let mut out = BufWriter::new(File::create_new(&path)?);
            fill(&mut out)?;
            out.flush()?;
            out.get_ref().sync_all()?;
            Ok::<u64, std::io::Error>(out.get_ref().metadata()?.len())
        })();
        let bytes =
            written.map_err(|error| Error::failed(format!("cannot write {}: {error}", path.display())))?;
        self.done.bytes += bytes;
        self.done.files.push(PathBuf::from(name));
        Ok(())
    }
}
