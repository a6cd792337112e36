//! JSON documents that differ from what is stored: times in RFC 3339 instead of milliseconds.
//! `docs/json.md` describes every shape.

use serde::Serialize;
use serde_json::{Value, json, to_value};

use crate::app::overlooked::Overlooked;
use crate::app::snapshots;
use crate::snapshot::SnapshotId;
use crate::snapshot::manifest::Manifest;

/// A snapshot: its full id, its description, and what was not looked at again for it.
pub(super) fn snapshot(id: SnapshotId, manifest: &Manifest, overlooked: Option<&Overlooked>) -> Value {
    json!({ "id": id, "manifest": described(manifest), "overlooked": overlooked })
}

/// A manifest whose times are RFC 3339 in UTC.
pub(super) fn described(manifest: &Manifest) -> Value {
    let mut value = document(manifest);
    if let Some(fields) = value.as_object_mut() {
        for (name, at) in [("started_at", manifest.started_at), ("finished_at", manifest.finished_at)] {
            fields.insert(name.to_owned(), snapshots::time(at).to_string().into());
        }
    }
    value
}

/// Any other document. Everything that is shown has names for its keys, so this cannot fail.
pub(super) fn document<T: Serialize>(value: &T) -> Value {
    to_value(value).unwrap_or_default()
}
