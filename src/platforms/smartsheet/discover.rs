//! Finds everything the account can see: a handful of lists, and one request for each workspace, folder and group.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::connector::Place;
use super::json::{object, text};
use super::pages::Listed;
use super::{HOME, Smartsheet, pages};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::shape::thing;
use crate::model::coverage::Missing;
use crate::model::{Kind, RecordKey};
use crate::platforms::connector::Purpose;

/// What discovery reads before anything is made of it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The account's own person.
    pub(super) me: Value,
    /// The users of the account, with their profiles if the account is told them.
    pub(super) users: Vec<Value>,
    /// The groups, each with its members.
    pub(super) groups: Vec<Value>,
    /// The workspaces by id, without the Sheets folder.
    pub(super) workspaces: BTreeMap<String, Value>,
    /// The shares of workspaces, by the workspaces' ids.
    pub(super) shares: BTreeMap<String, Vec<Value>>,
    /// The folders, each with `workspace` and, below another one, `folder`.
    pub(super) folders: Vec<Value>,
    /// The sheets by id.
    pub(super) sheets: BTreeMap<String, Value>,
    /// Where they lie.
    pub(super) places: HashMap<String, Place>,
    /// Reports, dashboards and templates, each with `workspace`.
    pub(super) inventory: BTreeMap<String, Value>,
    /// What could not be asked.
    pub(super) missing: Vec<Missing>,
    /// Kinds of which a list came short.
    pub(super) short: BTreeSet<Kind>,
}

/// Asks for everything that lists tell. A list that has fewer entries than it says is enough for a backup that names
/// it, but not for a restore, which would make a second time what does not show.
pub(super) async fn look(smartsheet: &Smartsheet, purpose: Purpose) -> Result<Seen, ApiFault> {
    let mut seen = Seen { me: smartsheet.me().await?.clone(), ..Seen::default() };
    let query = [("include", "sheetVersion,source"), ("accessApiLevel", "1")];
    let sheets = pages::listed(smartsheet, &["sheets"], &query).await?;
    for sheet in seen.as_far_as_it_came(sheets, purpose, Kind::Container, "sheets of the account")? {
        seen.sheets.insert(text(&sheet, "id").to_owned(), sheet);
    }
    let query = [("paginationType", "token")];
    for workspace in pages::by_token(smartsheet, &["workspaces"], &query).await? {
        seen.workspaces.insert(text(&workspace, "id").to_owned(), workspace);
    }
    let workspaces: Vec<(String, String)> =
        seen.workspaces.iter().map(|(id, native)| (id.clone(), text(native, "name").to_owned())).collect();
    for (id, name) in workspaces {
        let query = [("assetType", "workspace"), ("assetId", id.as_str())];
        let shares = pages::by_token(smartsheet, &["shares"], &query).await;
        let shares = seen.unless_hidden(shares, &id, &format!("shares of workspace {name}"))?;
        seen.shares.insert(id.clone(), shares);
        let query = [("include", "source,ownerInfo")];
        let children = pages::by_token(smartsheet, &["workspaces", &id, "children"], &query).await;
        let children = seen.unless_hidden(children, &id, &format!("content of workspace {name}"))?;
        walk(smartsheet, &mut seen, &id, children).await?;
    }
    home(smartsheet, &mut seen, purpose).await?;
    people(smartsheet, &mut seen, purpose).await?;
    Ok(seen)
}

/// Follows the folders below a workspace.
async fn walk(
    smartsheet: &Smartsheet,
    seen: &mut Seen,
    workspace: &str,
    children: Vec<Value>,
) -> Result<(), ApiFault> {
    let mut open = seen.place(workspace, None, children);
    while let Some((folder, name)) = open.pop() {
        let query = [("include", "source,ownerInfo")];
        let children = pages::by_token(smartsheet, &["folders", &folder, "children"], &query).await;
        let children = seen.unless_hidden(children, workspace, &format!("content of folder {name}"))?;
        open.extend(seen.place(workspace, Some(&folder), children));
    }
    Ok(())
}

/// The Sheets folder: its folders, and the reports and dashboards that lie in no workspace. Its sheets are those
/// that were found nowhere else.
async fn home(smartsheet: &Smartsheet, seen: &mut Seen, purpose: Purpose) -> Result<(), ApiFault> {
    let what = "folders of the Sheets folder";
    let folders = pages::listed(smartsheet, &["home", "folders"], &[]).await;
    let folders = seen.as_far_as_seen(folders, purpose, Kind::Folder, what)?;
    let folders = folders.into_iter().map(|folder| with(folder, "resourceType", "folder")).collect();
    walk(smartsheet, seen, HOME, folders).await?;
    if seen.short.contains(&Kind::Folder) {
        seen.leave_unplaced();
    }
    let reports = pages::listed(smartsheet, &["reports"], &[]).await;
    let reports = seen.as_far_as_seen(reports, purpose, Kind::Inventory, "reports")?;
    let sights = pages::by_token(smartsheet, &["sights"], &[]).await;
    let sights = seen.unless_hidden(sights, HOME, "dashboards")?;
    for (kind, assets) in [("report", reports), ("sight", sights)] {
        for asset in assets {
            let asset = with(with(asset, "resourceType", kind), "workspace", HOME);
            seen.inventory.entry(text(&asset, "id").to_owned()).or_insert(asset);
        }
    }
    Ok(())
}

async fn people(smartsheet: &Smartsheet, seen: &mut Seen, purpose: Purpose) -> Result<(), ApiFault> {
    let users = pages::listed(smartsheet, &["users"], &[]).await;
    seen.users = seen.as_far_as_seen(users, purpose, Kind::WorkspaceMember, "users of the account")?;
    let groups = pages::listed(smartsheet, &["groups"], &[]).await;
    for group in seen.as_far_as_seen(groups, purpose, Kind::Group, "groups of the account")? {
        let id = text(&group, "id").to_owned();
        let whole = match smartsheet.get(&["groups", &id], &[]).await {
            Ok(whole) => thing(whole, "id")?,
            Err(fault) if is_refusal(&fault) => {
                let key = Some(RecordKey::new(id.as_str(), Kind::Group, id.as_str()));
                let what = format!("members of group {}", text(&group, "name"));
                seen.missing.push(Missing { key, what, why: fault.to_string() });
                group
            }
            Err(fault) => return Err(fault),
        };
        seen.groups.push(whole);
    }
    Ok(())
}

impl Seen {
    /// Takes note of what lies in a workspace or folder; gives back the ids and names of the folders in it.
    fn place(&mut self, workspace: &str, folder: Option<&str>, children: Vec<Value>) -> Vec<(String, String)> {
        let mut folders = Vec::new();
        for child in children {
            let id = text(&child, "id").to_owned();
            let kind = text(&child, "resourceType").to_owned();
            let mut child = with(child, "workspace", workspace);
            if let Some(folder) = folder {
                child = with(child, "folder", folder);
            }
            match kind.as_str() {
                "sheet" => {
                    let folder = folder.map(ToOwned::to_owned);
                    self.places.insert(id.clone(), Place { workspace: workspace.to_owned(), folder });
                    self.sheets.entry(id).or_insert(child);
                }
                "folder" => {
                    folders.push((id, text(&child, "name").to_owned()));
                    self.folders.push(child);
                }
                _ => {
                    self.inventory.insert(id, child);
                }
            }
        }
        folders
    }

    /// The entries, or a note that they are hidden from the account.
    fn unless_hidden(
        &mut self,
        listed: Result<Vec<Value>, ApiFault>,
        workspace: &str,
        what: &str,
    ) -> Result<Vec<Value>, ApiFault> {
        match listed {
            Err(fault) if is_refusal(&fault) => {
                let key = Some(RecordKey::new(workspace, Kind::Workspace, workspace));
                self.missing.push(Missing { key, what: what.to_owned(), why: fault.to_string() });
                Ok(Vec::new())
            }
            other => other,
        }
    }

    /// The entries of a list of the account, or a note that they are hidden or not all there.
    fn as_far_as_seen(
        &mut self,
        listed: Result<Listed, ApiFault>,
        purpose: Purpose,
        kind: Kind,
        what: &str,
    ) -> Result<Vec<Value>, ApiFault> {
        match listed {
            Ok(listed) => self.as_far_as_it_came(listed, purpose, kind, what),
            Err(fault) => self.unless_hidden(Err(fault), HOME, what),
        }
    }

    fn as_far_as_it_came(
        &mut self,
        listed: Listed,
        purpose: Purpose,
        kind: Kind,
        what: &str,
    ) -> Result<Vec<Value>, ApiFault> {
        if let Some(fault) = listed.short {
            if purpose == Purpose::Restore && kind != Kind::Inventory {
                return Err(fault);
            }
            let key = Some(RecordKey::new(HOME, Kind::Workspace, HOME));
            self.missing.push(Missing { key, what: what.to_owned(), why: fault.to_string() });
            self.short.insert(kind);
        }
        Ok(listed.entries)
    }

    /// Leaves sheets out that were found in no place, when not all places are known: read as lying in none, they would
    /// be taken out of their folders by a restore.
    fn leave_unplaced(&mut self) {
        let places = &self.places;
        for (id, sheet) in self.sheets.extract_if(.., |id, _| !places.contains_key(id)) {
            let key = Some(RecordKey::new(id.as_str(), Kind::Container, id.as_str()));
            let why = "it may lie in a folder that did not come".to_owned();
            self.missing.push(Missing { key, what: format!("\"{}\"", text(&sheet, "name")), why });
            self.short.insert(Kind::Container);
        }
    }

    /// The workspace that a sheet lies in; the Sheets folder for those that were found in none.
    pub(super) fn workspace_of(&self, sheet: &str) -> &str {
        self.places.get(sheet).map_or(HOME, |place| place.workspace.as_str())
    }
}

/// Whether the account may not see it, or it is not there (any more): no reason to give up everything else.
pub(super) fn is_refusal(fault: &ApiFault) -> bool {
    matches!(fault.class, FaultClass::Forbidden | FaultClass::NotFound | FaultClass::Invalid)
}

/// The same object with a text at a key.
pub(super) fn with(value: Value, key: &str, entry: &str) -> Value {
    let mut object: Map<String, Value> = object(value);
    object.insert(key.to_owned(), json!(entry));
    Value::Object(object)
}
