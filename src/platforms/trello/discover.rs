//! Finds everything the account can see: one request for the account, and one for each workspace.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Trello;
use super::grants;
use super::json::{list, object, take_list, text};
use crate::http::shape::{entries, thing};
use super::read::join_members;
use crate::base::canon;
use crate::base::hash::Hash;
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::coverage::Missing;
use crate::model::{Blob, Kind, Record, RecordKey};
use crate::platforms::connector::{ContainerInfo, Discovery};

/// What is asked about each board: enough to notice a change, and to know the account's rights.
const BOARD_FIELDS: &str =
    "id,name,desc,closed,idOrganization,dateLastActivity,prefs,labelNames,memberships,shortLink";

/// What changes by merely looking at Trello.
const CHANGES_BY_LOOKING: &[&str] = &["dateLastImpression", "dateLastActive"];

/// A workspace as discovery reads it.
#[derive(Debug)]
pub(super) struct Workspace {
    /// Its own fields.
    pub(super) native: Map<String, Value>,
    /// Its memberships, each with the person.
    pub(super) members: Vec<Map<String, Value>>,
    /// The boards in it that the account can see.
    pub(super) boards: Vec<Value>,
    /// Why its members could not be read.
    pub(super) fault: Option<ApiFault>,
}

/// What discovery reads before anything is made of it.
#[derive(Debug)]
pub(super) struct Seen {
    /// The account's own fields.
    pub(super) me: Map<String, Value>,
    /// The workspaces by id.
    pub(super) workspaces: BTreeMap<String, Workspace>,
    /// The boards by id.
    pub(super) boards: BTreeMap<String, Value>,
}

/// Asks for the account, its boards and its workspaces.
pub(super) async fn look(trello: &Trello) -> Result<Seen, ApiFault> {
    let client = &trello.client;
    let query = [
        ("fields", "all"),
        ("boards", "all"),
        ("board_fields", BOARD_FIELDS),
        ("organizations", "all"),
        ("organization_fields", "all"),
    ];
    let mut me = object(thing(client.get(&["members", "me"], &query).await?, "id")?);
    let boards = match take_list(&mut me, "boards") {
        Some(boards) => boards,
        None => {
            entries(client.get(&["members", "me", "boards"], &[("filter", "all"), ("fields", BOARD_FIELDS)]).await?)?
        }
    };
    let organizations = match take_list(&mut me, "organizations") {
        Some(organizations) => organizations,
        None => {
            entries(client.get(&["members", "me", "organizations"], &[("filter", "all"), ("fields", "all")]).await?)?
        }
    };
    me.retain(|key, _| !CHANGES_BY_LOOKING.contains(&key.as_str()));
    let by_id = |board: Value| (text(&board, "id").to_owned(), board);
    let mut boards: BTreeMap<String, Value> = boards.into_iter().map(by_id).collect();
    let mut workspaces = BTreeMap::new();
    for listed in organizations {
        let id = text(&listed, "id").to_owned();
        let mut workspace = workspace(trello, &id, listed).await?;
        for board in std::mem::take(&mut workspace.boards) {
            // The account's own list says more about its rights, so it goes first.
            boards.entry(text(&board, "id").to_owned()).or_insert(board);
        }
        workspaces.insert(id, workspace);
    }
    Ok(Seen { me, workspaces, boards })
}

/// Asks for one workspace with its members and boards.
async fn workspace(trello: &Trello, id: &str, listed: Value) -> Result<Workspace, ApiFault> {
    let client = &trello.client;
    let query = [
        ("fields", "all"),
        ("boards", "all"),
        ("board_fields", BOARD_FIELDS),
        ("memberships", "all"),
        ("members", "all"),
        ("member_fields", "fullName,username,initials"),
    ];
    let mut native = match client.get(&["organizations", id], &query).await {
        Ok(answer) => object(thing(answer, "id")?),
        // Left or deleted since it was listed, or a guest's view: what the list says is kept.
        Err(fault) if matches!(fault.class, FaultClass::Forbidden | FaultClass::NotFound) => {
            let fault = Some(fault);
            return Ok(Workspace { native: object(listed), members: Vec::new(), boards: Vec::new(), fault });
        }
        Err(fault) => return Err(fault),
    };
    let boards = if let Some(boards) = take_list(&mut native, "boards") {
        boards
    } else {
            let query = [("filter", "all"), ("fields", BOARD_FIELDS)];
            entries(client.get(&["organizations", id, "boards"], &query).await?)?
    };
    let nested = (take_list(&mut native, "memberships"), take_list(&mut native, "members"));
    let (memberships, people) = if let (Some(memberships), Some(people)) = nested {
        (memberships, people)
    } else {
            let query = [("filter", "all"), ("member", "true")];
            (entries(client.get(&["organizations", id, "memberships"], &query).await?)?, Vec::new())
    };
    Ok(Workspace { native, members: join_members(memberships, people), boards, fault: None })
}

/// Turns what was seen into the inventory.
pub(super) fn inventory(seen: &Seen, read_only_token: bool) -> Discovery {
    let mut discovery = Discovery { grants: grants::grants(seen, read_only_token), ..Discovery::default() };
    let me = seen.me.get("id").and_then(Value::as_str).unwrap_or_default();
    discovery.records.push(record(me, Kind::Account, me, seen.me.clone()));
    for (id, workspace) in &seen.workspaces {
        discovery.records.push(record(id, Kind::Workspace, id, workspace.native.clone()));
        for member in &workspace.members {
            let mut member = member.clone();
            member.insert("idOrganization".to_owned(), json!(id));
            let person = member.get("idMember").and_then(Value::as_str).unwrap_or_default().to_owned();
            discovery.records.push(record(id, Kind::WorkspaceMember, &person, member));
        }
        discovery.missing.extend(unseen(seen, id, workspace));
    }
    discovery.containers = seen.boards.iter().map(|(id, board)| container(seen, id, board)).collect();
    discovery
}

/// What a workspace says it has and does not show.
fn unseen(seen: &Seen, id: &str, workspace: &Workspace) -> Vec<Missing> {
    let native = Value::Object(workspace.native.clone());
    let name = text(&native, "displayName");
    let mut missing = Vec::new();
    if let Some(fault) = &workspace.fault {
        let key = Some(RecordKey::new(id, Kind::Workspace, id));
        missing.push(Missing { key, what: format!("members of workspace {name}"), why: fault.to_string() });
    }
    let boards = list(&native, "idBoards").iter().filter_map(Value::as_str);
    missing.extend(boards.filter(|board| !seen.boards.contains_key(*board)).map(|board| Missing {
        key: Some(RecordKey::new(board, Kind::Container, board)),
        what: format!("a board of workspace {name}"),
        why: "the account is not allowed to see it; make it a member of the board".to_owned(),
    }));
    missing
}

fn container(seen: &Seen, id: &str, board: &Value) -> ContainerInfo {
    let workspace = board.get("idOrganization").and_then(Value::as_str).map(|workspace| {
        let name = seen.workspaces.get(workspace).and_then(|known| known.native.get("displayName")?.as_str());
        (workspace.into(), name.unwrap_or(workspace).to_owned())
    });
    ContainerInfo {
        id: id.into(),
        name: text(board, "name").to_owned(),
        workspace,
        closed: super::json::is(board, "closed"),
        version: version(board),
    }
}

/// Changes with the board. Trello does not touch the date of last activity for every change of the board
/// itself, so all that discovery sees of it counts as well.
fn version(board: &Value) -> Option<String> {
    board.get("dateLastActivity")?.as_str()?;
    Some(Hash::of(&canon::to_bytes(board)).short())
}

fn record(container: &str, kind: Kind, id: &str, native: Map<String, Value>) -> Record {
    Record { key: RecordKey::new(container, kind, id), native: Value::Object(native), blob: Blob::None }
}

#[cfg(test)]
#[path = "discover_tests.rs"]
mod tests;
