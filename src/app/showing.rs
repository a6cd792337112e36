//! Looking into a snapshot.

use serde::Serialize;

use super::context::App;
use super::error::Error;
use super::outline::{self, Node};
use super::snapshots;
use crate::model::{Blob, Kind, Record};
use crate::snapshot::SnapshotId;
use crate::snapshot::manifest::Manifest;

/// What was asked for.
#[derive(Debug)]
pub enum Shown {
    /// A snapshot as a whole.
    Snapshot {
        /// Its id.
        id: SnapshotId,
        /// Its description.
        manifest: Box<Manifest>,
    },
    /// Things in a snapshot.
    Things(Vec<Node>),
}

/// A node as a document.
#[derive(Debug, Serialize)]
pub struct NodeDocument<'a> {
    /// What the record is.
    pub kind: Kind,
    /// Its id.
    pub id: &'a str,
    /// What people know it by.
    pub title: &'a str,
    /// The platform's own JSON.
    pub native: &'a serde_json::Value,
    /// Its bytes.
    pub blob: &'a Blob,
    /// What hangs on it.
    pub children: Vec<NodeDocument<'a>>,
}

impl<'a> From<&'a Node> for NodeDocument<'a> {
    fn from(node: &'a Node) -> Self {
        Self {
            kind: node.record.key.kind,
            id: node.record.key.id.as_str(),
            title: &node.title,
            native: &node.record.native,
            blob: &node.record.blob,
            children: node.children.iter().map(Self::from).collect(),
        }
    }
}

/// Opens what `snapshot` names: a snapshot, or with a path one or more things in it.
pub fn show(app: &App, snapshot: &str) -> Result<Shown, Error> {
    let opened = snapshots::open(app, snapshot)?;
    if opened.path.is_none() {
        return Ok(Shown::Snapshot { id: opened.id, manifest: Box::new(opened.manifest) });
    }
    let mut shown = Vec::new();
    for key in opened.selected_keys()? {
        if key.kind == Kind::Workspace {
            shown.extend(outline_of(&opened, &key.id)?);
            for container in opened.containers_in(&key.id) {
                shown.extend(outline_of(&opened, &container)?);
            }
            continue;
        }
        let mut nodes = outline_of(&opened, &key.container)?;
        shown.extend(take(&mut nodes, &key));
    }
    Ok(Shown::Things(shown))
}

fn outline_of(opened: &snapshots::Opened, container: &crate::model::NativeId) -> Result<Vec<Node>, Error> {
    let records = opened.reader.container(container).collect::<Result<Vec<Record>, _>>()?;
    Ok(outline::build(opened.dialect, records, opened.workspaces()))
}

fn take(nodes: &mut Vec<Node>, key: &crate::model::RecordKey) -> Option<Node> {
    if let Some(at) = nodes.iter().position(|node| node.record.key == *key) {
        return Some(nodes.swap_remove(at));
    }
    nodes.iter_mut().find_map(|node| take(&mut node.children, key))
}
