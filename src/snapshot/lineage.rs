//! Where a record hangs and what people call it, by the platform's tables.

use serde_json::Value;

use super::{Reader, SnapshotError};
use crate::model::dialect::Dialect;
use crate::model::spec::{Parent, Role};
use crate::model::{Kind, NativeId, Record, RecordKey};

/// No chain of parents is longer than this; it ends chains that stored bytes make circular.
const MAX_DEPTH: usize = 16;

/// The value at a dotted path.
pub(super) fn at<'a>(native: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(native, |value, step| value.get(step)).filter(|value| !value.is_null())
}

/// The key of the record that `record` hangs on, whether or not it is there.
pub fn parent(dialect: &dyn Dialect, record: &Record) -> Option<RecordKey> {
    let container = record.key.container.clone();
    match dialect.spec(record.key.kind)?.parent {
        Parent::Root if record.key.kind == Kind::Container => workspace(dialect, record),
        Parent::Root => None,
        Parent::Container => Some(RecordKey { id: container.clone(), container, kind: Kind::Container }),
        Parent::At(kind, path) => {
            let id = NativeId::from(at(&record.native, path)?.as_str()?);
            // A workspace is its own container.
            let container = if kind == Kind::Workspace { id.clone() } else { container };
            Some(RecordKey { container, kind, id })
        }
    }
}

/// The workspace that a container's record refers to.
pub fn workspace(dialect: &dyn Dialect, container: &Record) -> Option<RecordKey> {
    let fields = dialect.spec(container.key.kind)?.fields;
    let field = fields.iter().find(|field| field.role == Role::Reference(Kind::Workspace))?;
    let id = NativeId::from(at(&container.native, field.path)?.as_str()?);
    Some(RecordKey { container: id.clone(), kind: Kind::Workspace, id })
}

/// The text that people know a record by; its id when it has none.
pub fn title(dialect: &dyn Dialect, record: &Record) -> String {
    let text = dialect.spec(record.key.kind).and_then(|spec| at(&record.native, spec.title)?.as_str());
    text.filter(|text| !text.is_empty()).unwrap_or(record.key.id.as_str()).to_owned()
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

/// Titles from the workspace down to the record.
pub fn path(reader: &Reader, dialect: &dyn Dialect, record: &Record) -> Result<Vec<String>, SnapshotError> {
    let above = ancestors(reader, dialect, record)?;
    Ok(above.iter().rev().chain([record]).map(|record| title(dialect, record)).collect())
}
