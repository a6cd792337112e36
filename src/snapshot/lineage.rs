//! The records above a record, and its path in words.

use super::{Reader, SnapshotError};
use crate::model::dialect::Dialect;
use crate::model::{Record, RecordKey, lineage};

/// No chain of parents is longer than this; it ends chains that stored bytes make circular.
const MAX_DEPTH: usize = 16;

/// The key of the record above `record` (for a container: its workspace), whether or not it is there.
pub fn parent(dialect: &dyn Dialect, record: &Record) -> Option<RecordKey> {
    lineage::above(dialect.spec(record.key.kind)?, record)
}

/// The workspace that a container's record refers to.
pub fn workspace(dialect: &dyn Dialect, container: &Record) -> Option<RecordKey> {
    lineage::workspace(dialect.spec(container.key.kind)?, container)
}

/// The text that people know a record by, from the record alone; its id when it has none.
pub fn title(dialect: &dyn Dialect, record: &Record) -> String {
    let own = dialect.spec(record.key.kind).and_then(|spec| lineage::title(spec, record));
    own.unwrap_or(record.key.id.as_str()).to_owned()
}

/// The records above `record`, nearest first, as far as they are there.
pub fn ancestors(
    reader: &Reader,
    dialect: &dyn Dialect,
    record: &Record,
) -> Result<Vec<Record>, SnapshotError> {
    let mut found: Vec<Record> = Vec::new();
    while found.len() < MAX_DEPTH
        && let Some(key) = parent(dialect, found.last().unwrap_or(record))
        && let Some(above) = reader.get(&key)?
    {
        found.push(above);
    }
    Ok(found)
}

/// Names from the workspace down to the record.
pub fn path(reader: &Reader, dialect: &dyn Dialect, record: &Record) -> Result<Vec<String>, SnapshotError> {
    let above = ancestors(reader, dialect, record)?;
    // A namesake that cannot be read is no reason to say nothing of the record.
    let lent = |key: &RecordKey| Some(title(dialect, &reader.get(key).ok()??));
    let named = |record: &Record| lineage::name(dialect, record, lent);
    Ok(above.iter().rev().chain([record]).map(named).collect())
}
