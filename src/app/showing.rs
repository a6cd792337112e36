//! Looking into a snapshot.

use serde::Serialize;

use super::context::App;
use super::error::Error;
use super::names::Outside;
use super::outline::{self, Node};
use super::snapshots::{self, Opened};
use crate::model::spec::Role;
use crate::model::{Blob, Kind, NativeId, Record, RecordKey, ops};
use crate::plan::input::{Selected, Selection};
use crate::snapshot::manifest::Manifest;
use crate::snapshot::path::{Segment, SelectionPath};
use crate::snapshot::{SnapshotId, lineage};

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
    let outside = [Outside::of(&opened)];
    let outline_of = |container: &NativeId| outline_of(&opened, container, &outside);
    let mut shown = Vec::new();
    let keys = match opened.selected_keys() {
        Ok(keys) => keys,
        Err(error) => vec![place(&opened)?.ok_or(error)?],
    };
    for key in keys {
        if key.kind.stands_alone() && key.kind != Kind::Container {
            let mut nodes = outline_of(&key.id)?;
            for inside in inside(&opened, &key)? {
                nodes.extend(outline_of(&inside)?);
            }
            shown.extend(nested(&opened, nodes));
            continue;
        }
        let mut nodes = outline_of(&key.container)?;
        shown.extend(take(&mut nodes, &key));
    }
    Ok(Shown::Things(shown))
}

/// The group or folder that the path leads to, where nothing that can be restored by a path has this name.
fn place(opened: &Opened) -> Result<Option<RecordKey>, Error> {
    let Some(Ok(path)) = opened.path.as_deref().map(str::parse::<SelectionPath>) else { return Ok(None) };
    let is_named = |segment: &Segment, key: &RecordKey, title: &str| match segment {
        Segment::Id(id) => key.id.as_str() == id,
        Segment::Name(name) => name.to_lowercase() == title.to_lowercase(),
        Segment::Nowhere => false,
    };
    let places = opened.reader.places()?;
    let title = |record: &Record| snapshots::title(opened.dialect, record);
    let is_in = |record: &Record, segment: &Segment| {
        let workspace = lineage::workspace(opened.dialect, record);
        let around = places.iter().find(|place| Some(&place.key) == workspace.as_ref());
        around.is_some_and(|around| is_named(segment, &around.key, &title(around)))
    };
    let fits = |record: &&Record| match (record.key.kind, path.segments.as_slice()) {
        (Kind::Workspace, _) => false,
        (_, [own]) => is_named(own, &record.key, &title(record)),
        (_, [workspace, own]) => is_in(record, workspace) && is_named(own, &record.key, &title(record)),
        _ => false,
    };
    let mut found = places.iter().filter(fits).map(|record| record.key.clone());
    // Of several with one name none is meant more than the others.
    Ok(found.next().filter(|_| found.next().is_none()))
}

/// Folders below the folders that they lie in, as far as these are there; all else stays where it is.
fn nested(opened: &Opened, nodes: Vec<Node>) -> Vec<Node> {
    let above = |node: &Node| {
        let own = node.record.key.kind;
        lineage::parent(opened.dialect, &node.record).filter(|key| key.kind == own && own.stands_alone())
    };
    let (mut below, mut top): (Vec<Node>, Vec<Node>) =
        nodes.into_iter().partition(|node| above(node).is_some());
    for node in &mut top {
        hang(node, &mut below, &above);
    }
    // What hangs on nothing that is shown here stands by itself.
    while let Some(at) = below
        .iter()
        .position(|node| !below.iter().any(|other| above(node).as_ref() == Some(&other.record.key)))
    {
        let mut node = below.remove(at);
        hang(&mut node, &mut below, &above);
        top.push(node);
    }
    top.append(&mut below);
    top
}

/// Moves what hangs on `node` from `waiting` to it, with all that hangs on that.
fn hang(node: &mut Node, waiting: &mut Vec<Node>, above: &dyn Fn(&Node) -> Option<RecordKey>) {
    let mut own: Vec<Node> =
        waiting.extract_if(.., |other| above(other).as_ref() == Some(&node.record.key)).collect();
    own.sort_by(|a, b| a.title.cmp(&b.title));
    for child in &mut own {
        hang(child, waiting, above);
    }
    node.children.append(&mut own);
}

/// The ids of what lies in a place: in a workspace its groups and folders, then its containers; in a folder all folders
/// below it, then the containers that are right in it.
fn inside(opened: &Opened, place: &RecordKey) -> Result<Vec<NativeId>, Error> {
    if place.kind == Kind::Workspace {
        let selected = vec![Selected { key: place.clone(), field: None }];
        let places = opened.places_of(&Selection::Only(selected))?;
        let below = places.into_iter().filter(|id| *id != place.id);
        return Ok(below.chain(opened.containers_in(&place.id)).collect());
    }
    let fields = opened.dialect.spec(Kind::Container).map_or(&[][..], |spec| spec.fields);
    let Some(leads) = fields.iter().find(|field| field.role == Role::Reference(place.kind)) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for other in opened.reader.places()? {
        let above = lineage::ancestors(&opened.reader, opened.dialect, &other)?;
        if above.iter().any(|above| above.key == *place) {
            found.push(other.key.id);
        }
    }
    for entry in &opened.manifest.containers {
        let key = RecordKey::new(entry.id.clone(), Kind::Container, entry.id.clone());
        let record = opened.reader.get(&key)?;
        let above = record.as_ref().and_then(|record| ops::get_text(&record.native, leads.path));
        if above == Some(place.id.as_str()) {
            found.push(entry.id.clone());
        }
    }
    Ok(found)
}

fn outline_of(opened: &Opened, container: &NativeId, outside: &[Outside<'_>]) -> Result<Vec<Node>, Error> {
    let records = opened.reader.container(container).collect::<Result<Vec<Record>, _>>()?;
    Ok(outline::build(opened.dialect, records, outside))
}

fn take(nodes: &mut Vec<Node>, key: &RecordKey) -> Option<Node> {
    if let Some(at) = nodes.iter().position(|node| node.record.key == *key) {
        return Some(nodes.swap_remove(at));
    }
    nodes.iter_mut().find_map(|node| take(&mut node.children, key))
}
