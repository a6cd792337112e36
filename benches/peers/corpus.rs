//! The corpus as an account: containers with a version each, records, attachments.
//!
//! The engine is told no more than an API tells: which containers changed since when (here: the newest change
//! of any file in them), and for attachments, which never change on a platform, an id (here: name, size and
//! time of the file).

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use boardvault::model::{Blob, BlobRef, Kind, NativeId, RecordKey};
use boardvault::snapshot::ContainerWriter;

/// Of the container that holds the attachments.
pub(crate) const ATTACHMENTS: &str = "attachments";

/// A board: one file with all records, or a file a record.
pub(crate) struct Board {
    pub(crate) id: String,
    pub(crate) version: String,
    is_one_file: bool,
    files: Vec<Found>,
}

/// A file as its folder lists it.
struct Found {
    path: PathBuf,
    len: u64,
    /// When it was last changed, in nanoseconds.
    changed: i128,
}

/// A file to attach.
pub(crate) struct Attachment {
    pub(crate) id: String,
    pub(crate) path: PathBuf,
}

impl Found {
    fn new(path: PathBuf, data: &fs::Metadata) -> Self {
        let changed = i128::from(data.mtime()) * 1_000_000_000 + i128::from(data.mtime_nsec());
        Self { path, len: data.len(), changed }
    }

    /// Its content, in place of what is in `buffer`.
    fn read(&self, buffer: &mut Vec<u8>) {
        buffer.resize(usize::try_from(self.len).unwrap(), 0);
        fs::File::open(&self.path).unwrap().read_exact(buffer).unwrap();
    }
}

fn entries(folder: &Path) -> Vec<Found> {
    let Ok(listed) = fs::read_dir(folder) else { return Vec::new() };
    let listed = listed.map(Result::unwrap);
    let mut found: Vec<Found> =
        listed.map(|entry| Found::new(entry.path(), &entry.metadata().unwrap())).collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// The boards in `source`.
pub(crate) fn boards(source: &Path) -> Vec<PathBuf> {
    entries(&source.join("records")).into_iter().map(|found| found.path).collect()
}

impl Board {
    /// Looks at the files of a board.
    pub(crate) fn open(path: &Path) -> Self {
        let data = fs::metadata(path).unwrap();
        let files = if data.is_dir() { entries(path) } else { vec![Found::new(path.to_owned(), &data)] };
        let newest = files.iter().map(|file| file.changed).max().unwrap_or(0);
        Self { id: stem(path), is_one_file: data.is_file(), files, version: newest.to_string() }
    }
}

/// The attachments in `source`.
pub(crate) fn attachments(source: &Path) -> Vec<Attachment> {
    let attachment = |Found { path, len, changed }: Found| Attachment {
        id: format!("{}-{len}-{changed}", stem(&path)),
        path,
    };
    entries(&source.join(ATTACHMENTS)).into_iter().map(attachment).collect()
}

/// The key of an attachment's record.
pub(crate) fn attachment_key(id: &str) -> RecordKey {
    RecordKey { container: NativeId::from(ATTACHMENTS), kind: Kind::Attachment, id: NativeId::from(id) }
}

/// Puts an attachment's record.
pub(crate) fn put_attachment(writer: &mut ContainerWriter, id: &str, blob: BlobRef) {
    let json = serde_json::json!({ "id": id }).to_string();
    writer.put_json(&attachment_key(id), &Blob::Stored(blob), json.as_bytes()).unwrap();
}

/// Puts all records of a board.
pub(crate) fn put_records(board: &Board, writer: &mut ContainerWriter) {
    let mut put = |json: &[u8]| {
        let key = RecordKey {
            container: NativeId::from(board.id.as_str()),
            kind: Kind::Item,
            id: NativeId::from(record_id(json)),
        };
        writer.put_json(&key, &Blob::None, json).unwrap();
    };
    let mut text = Vec::new();
    for file in &board.files {
        file.read(&mut text);
        if !board.is_one_file {
            put(&text);
            continue;
        }
        // One record a line, within an array.
        let mut rest = text.as_slice();
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, behind) = rest.split_at(end);
            if line.starts_with(b"{") {
                put(line.strip_suffix(b",").unwrap_or(line));
            }
            rest = behind.get(1..).unwrap();
        }
    }
}

/// The id, with which every record of the corpus begins.
fn record_id(json: &[u8]) -> &str {
    let text = json.strip_prefix(b"{\"id\":\"").expect("a record begins with its id");
    let end = text.iter().position(|byte| *byte == b'"').expect("the id ends");
    std::str::from_utf8(text.get(..end).unwrap()).unwrap()
}
