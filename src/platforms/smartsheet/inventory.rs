//! Turns what discovery has seen into records and containers.

use serde_json::{Value, json};

use super::connector::{Place, name_of};
use super::discover::{Seen, with};
use super::json::{object, take_list, text, text_of};
use super::{HOME, grants, read};
use crate::base::canon;
use crate::base::hash::Hash;
use crate::model::{Blob, Kind, Record, RecordKey};
use crate::platforms::connector::{ContainerInfo, Discovery};

/// What changes by merely looking at Smartsheet.
const CHANGES_BY_LOOKING: &[&str] = &["lastLogin", "customWelcomeScreenViewed"];

/// Turns what was seen into the inventory.
pub(super) fn inventory(seen: &Seen) -> Discovery {
    let mut discovery = Discovery {
        grants: grants::grants(seen),
        missing: seen.missing.clone(),
        short: seen.short.clone(),
        ..Discovery::default()
    };
    let records = &mut discovery.records;
    let me = text(&seen.me, "id");
    records.push(record(me, Kind::Account, me, without_looks(&seen.me)));
    records.push(record(HOME, Kind::Workspace, HOME, json!({"id": HOME, "name": "Sheets"})));
    for user in &seen.users {
        records.push(record(HOME, Kind::WorkspaceMember, text(user, "id"), listed_user(user)));
    }
    for (id, workspace) in &seen.workspaces {
        records.push(record(id, Kind::Workspace, id, workspace.clone()));
        let shares = seen.shares.get(id).into_iter().flatten();
        records.extend(shares.filter_map(|entry| share(id, Kind::WorkspaceMember, entry, me)));
    }
    for group in &seen.groups {
        let id = text(group, "id");
        let mut native = object(group.clone());
        for member in take_list(&mut native, "members") {
            let member = with(member.clone(), "name", &name_of(&member));
            let person = text(&member, "id").to_owned();
            records.push(record(id, Kind::GroupMember, &person, member));
        }
        native.insert("workspace".to_owned(), json!(HOME));
        records.push(record(id, Kind::Group, id, Value::Object(native)));
    }
    for folder in &seen.folders {
        let id = text(folder, "id");
        records.push(record(id, Kind::Folder, id, folder.clone()));
    }
    for (id, asset) in &seen.inventory {
        records.push(record(text(asset, "workspace"), Kind::Inventory, id, asset.clone()));
    }
    discovery.containers = seen.sheets.iter().map(|(id, sheet)| container(seen, id, sheet)).collect();
    discovery
}

/// The record of a share, known by the person or group. Nothing for a right that comes from the workspace, for an
/// entry that names nobody, and for what the connection's own person owns: that right comes with creating the thing.
///
/// Who owns the thing is said apart: ownership cannot be given by a share, an owner can only come back as admin.
pub(super) fn share(container: &str, kind: Kind, share: &Value, me: &str) -> Option<Record> {
    let owned = text(share, "accessLevel") == "OWNER" && text(share, "userId") == me;
    if owned || text(share, "scope") == "WORKSPACE" && kind == Kind::Member {
        return None;
    }
    let whose = ["groupId", "userId", "email"].map(|key| text(share, key));
    let id = whose.into_iter().find(|id| !id.is_empty())?.to_owned();
    let mut native = object(with(share.clone(), "name", &name_of(share)));
    if text_of(&native, "accessLevel") == "OWNER" {
        native.insert("accessLevel".to_owned(), json!("ADMIN"));
        native.insert("owner".to_owned(), json!(true));
    }
    Some(record(container, kind, &id, Value::Object(native)))
}

fn container(seen: &Seen, id: &str, sheet: &Value) -> ContainerInfo {
    let workspace = seen.workspace_of(id);
    let name = seen.workspaces.get(workspace).map_or("Sheets", |native| text(native, "name"));
    ContainerInfo {
        id: id.into(),
        name: text(sheet, "name").to_owned(),
        workspace: Some((workspace.into(), name.to_owned())),
        closed: false,
        version: version(sheet, seen.places.get(id), &read::reader()),
    }
}

/// Changes with the sheet. Its own counter grows with cells, rows, comments and attachments; name, place and right
/// of access do not move it and count as well. So does the reader: what another one kept may lack records or have
/// another shape.
fn version(sheet: &Value, place: Option<&Place>, reader: &str) -> Option<String> {
    let counter = sheet.get("version").filter(|counter| counter.is_number())?;
    let mark = |key: &str| sheet.get(key).cloned().unwrap_or_default();
    let marks = json!([
        counter,
        mark("modifiedAt"),
        mark("name"),
        mark("accessLevel"),
        place.map(|place| [Some(place.workspace.as_str()), place.folder.as_deref()]),
        reader,
    ]);
    Some(Hash::of(&canon::to_bytes(&marks)).short())
}

/// A user without what looking changes, and with a name to be known by.
pub(super) fn listed_user(user: &Value) -> Value {
    with(without_looks(user), "name", &name_of(user))
}

fn without_looks(person: &Value) -> Value {
    let mut person = object(person.clone());
    person.retain(|key, _| !CHANGES_BY_LOOKING.contains(&key.as_str()));
    Value::Object(person)
}

fn record(container: &str, kind: Kind, id: &str, native: Value) -> Record {
    Record { key: RecordKey::new(container, kind, id), native, blob: Blob::None }
}

#[cfg(test)]
#[path = "inventory_tests.rs"]
mod tests;
