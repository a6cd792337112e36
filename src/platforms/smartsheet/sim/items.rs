//! What containers hold: children, paths, the home, and moving about.

use serde_json::{Value, json};

use super::access::{Level, home};
use super::call::{Answer, Call, done};
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::state::{FOLDER, ITEMS, REPORT, SHEET, SIGHT, State, TEMPLATE, WORKSPACE, permalink};
use crate::base::clock::Timestamp;
use crate::sim::world::{Kind, text};

/// The words by which children are chosen.
const TYPES: &[(&str, Kind)] = &[
    ("sheets", SHEET),
    ("folders", FOLDER),
    ("reports", REPORT),
    ("sights", SIGHT),
    ("templates", TEMPLATE),
];

/// Whether a thing was changed at that time or later.
pub(super) fn is_since(entity: &Value, since: Option<Timestamp>) -> bool {
    since.is_none_or(|since| text(entity, "modifiedAt").parse().is_ok_and(|at: Timestamp| at >= since))
}

/// `{id, name, permalink}`: how a thing is named in the answers of others.
pub(super) fn brief(kind: Kind, item: &Value) -> Value {
    json!({"id": item["id"], "name": item["name"], "permalink": permalink(kind, text(item, "id"))})
}

impl State {
    /// The brief of a thing with the user's level; folders have none.
    pub(super) fn brief_for(&self, kind: Kind, item: &Value, user: &str, api_level: usize) -> Value {
        let mut brief = brief(kind, item);
        if kind != FOLDER
            && let Some(level) = self.level(kind, text(item, "id"), user)
        {
            brief["accessLevel"] = level.shown(api_level).into();
        }
        brief
    }

    /// What lies in a container and can be seen, folders first and then by name.
    pub(super) fn visible(&self, container: &str, kind: Kind, user: &str) -> Vec<&Value> {
        let mut found = self.listed(container, kind);
        found.retain(|item| self.level(kind, text(item, "id"), user).is_some());
        found
    }

    /// Whether a folder or workspace is a container that the user may put things into.
    pub(super) fn may_fill(&self, container: &str, user: &str) -> Result<(), Refusal> {
        let kind = if self.world.get(WORKSPACE, container).is_some() { WORKSPACE } else { FOLDER };
        if container == home(user) {
            return Ok(());
        }
        match self.level(kind, container, user) {
            None => Err(Refusal::of(1006)),
            Some(level) if level < Level::Admin => Err(Refusal::of(1004)),
            Some(_) => Ok(()),
        }
    }
}

impl Call<'_> {
    pub(super) fn get_children(&mut self, kind: Kind, id: &str) -> Answer {
        self.state.find(self.caller, kind, id, Level::Viewer)?;
        let include = input::words(self.query, "include", &["source", "ownerInfo"])?;
        let words: Vec<&str> = TYPES.iter().map(|(word, _)| *word).collect();
        let wanted = input::words(self.query, "childrenResourceTypes", &words)?;
        if wanted.contains("templates") && !wanted.contains("sheets") {
            return Err(Refusal::about(1018, "childrenResourceTypes"));
        }
        let api_level = self.api_level()?;
        let mut children = Vec::new();
        for (word, kind) in TYPES {
            if !wanted.is_empty() && !wanted.contains(*word) {
                continue;
            }
            for item in self.state.visible(id, kind, &self.caller.user) {
                let mut child = self.state.brief_for(kind, item, &self.caller.user, api_level);
                child["resourceType"] = (*kind).into();
                child["createdAt"] = item["createdAt"].clone();
                child["modifiedAt"] = item["modifiedAt"].clone();
                if include.contains("source") && !item["source"].is_null() {
                    child["source"] = item["source"].clone();
                }
                if let (true, Some(owner)) =
                    (include.contains("ownerInfo"), self.state.owner(text(item, "id")))
                {
                    child["ownerId"] = owner["id"].clone();
                    child["owner"] = owner["email"].clone();
                }
                children.push(child);
            }
        }
        paging::by_key(self.query, &self.state.rules, children, "data")
    }

    pub(super) fn get_metadata(&mut self, kind: Kind, id: &str) -> Answer {
        let include = input::words(self.query, "include", &["source"])?;
        let item = self.state.find(self.caller, kind, id, Level::Viewer)?;
        let mut view = self.state.brief_for(kind, item, &self.caller.user, self.api_level()?);
        view["createdAt"] = item["createdAt"].clone();
        view["modifiedAt"] = item["modifiedAt"].clone();
        if include.contains("source") && !item["source"].is_null() {
            view["source"] = item["source"].clone();
        }
        Ok(view)
    }

    /// The way from the workspace to an item: each container holds the next one.
    pub(super) fn get_path(&mut self, kind: Kind, id: &str) -> Answer {
        let item = self.state.find(self.caller, kind, id, Level::Viewer)?;
        let api_level = self.api_level()?;
        let mut view = self.state.brief_for(kind, item, &self.caller.user, api_level);
        let (mut field, mut parent) = (format!("{kind}s"), text(item, "_parent").to_owned());
        while let Some(folder) = self.state.world.get(FOLDER, &parent) {
            let mut around = brief(FOLDER, folder);
            around[field.as_str()] = json!([view]);
            (view, field, parent) = (around, "folders".to_owned(), text(folder, "_parent").to_owned());
        }
        // Who sees the item through a share of its own is not told the workspace.
        if let Some(workspace) = self.state.world.get(WORKSPACE, &parent)
            && self.state.shared(&parent, &self.caller.user).is_some()
        {
            let mut around = self.state.brief_for(WORKSPACE, workspace, &self.caller.user, api_level);
            around[field.as_str()] = json!([view]);
            view = around;
        }
        Ok(view)
    }

    /// The deprecated "Sheets" folder: what the caller has in no workspace, and what others shared with them.
    pub(super) fn get_home(&mut self) -> Answer {
        input::words(self.query, "include", &["source", "distributionLink", "ownerInfo", "sheetVersion"])?;
        let api_level = self.api_level()?;
        let mut view = self.contents(&home(&self.caller.user), api_level);
        let listed = |item: &&Value| {
            let root = self.state.root(text(item, "_parent"));
            root != home(&self.caller.user) && self.state.shared(&root, &self.caller.user).is_none()
        };
        let shared =
            self.state.sheets_of(&self.caller.user).into_iter().map(|(sheet, _)| sheet).filter(listed);
        let shared: Vec<Value> =
            shared.map(|sheet| self.state.brief_for(SHEET, sheet, &self.caller.user, api_level)).collect();
        if let Some(sheets) = view["sheets"].as_array_mut() {
            sheets.extend(shared);
        }
        Ok(view)
    }

    fn contents(&self, container: &str, api_level: usize) -> Value {
        let mut view = json!({});
        for kind in [SHEET, REPORT, SIGHT, TEMPLATE] {
            let items = self.state.visible(container, kind, &self.caller.user);
            let briefs =
                items.into_iter().map(|item| self.state.brief_for(kind, item, &self.caller.user, api_level));
            view[format!("{kind}s")] = briefs.collect();
        }
        let folders = self.state.visible(container, FOLDER, &self.caller.user).into_iter().map(|folder| {
            let mut inner = self.contents(text(folder, "id"), api_level);
            for (field, value) in brief(FOLDER, folder).as_object().into_iter().flatten() {
                inner[field.as_str()] = value.clone();
            }
            inner
        });
        view["folders"] = folders.collect();
        view
    }

    pub(super) fn get_home_folders(&mut self) -> Answer {
        let folders = self.state.listed(&home(&self.caller.user), FOLDER);
        let briefs = folders.into_iter().map(|folder| brief(FOLDER, folder)).collect();
        paging::numbered(self.query, &self.state.rules, briefs)
    }

    /// The container that `destinationType` and `destinationId` name.
    pub(super) fn destination(&self) -> Result<String, Refusal> {
        let id = input::optional_id(self.body, "destinationId")?;
        let container = match (self.body["destinationType"].as_str(), id) {
            (Some("home"), None) => return Ok(home(&self.caller.user)),
            (Some("workspace"), Some(id)) if self.state.world.get(WORKSPACE, &id).is_some() => id,
            (Some("folder"), Some(id)) if self.state.world.get(FOLDER, &id).is_some() => id,
            (Some("workspace" | "folder"), Some(_)) => return Err(Refusal::of(1006)),
            (Some("workspace" | "folder"), None) => return Err(Refusal::about(1012, "destinationId")),
            _ => return Err(Refusal::about(1031, "destinationType")),
        };
        self.state.may_fill(&container, &self.caller.user)?;
        Ok(container)
    }

    pub(super) fn move_item(&mut self, kind: Kind, id: &str) -> Answer {
        input::only(self.body, &["destinationType", "destinationId"])?;
        let item = self.state.find(self.caller, kind, id, Level::Admin)?;
        if !self.state.may_delete(kind, item, &self.caller.user) {
            return Err(Refusal::of(1004));
        }
        let to = self.destination()?;
        if kind == FOLDER && (to == id || self.state.is_inside(&to, id)) {
            return Err(Refusal::about(1031, "destinationId"));
        }
        self.state.change(kind, id, |item| item["_parent"] = to.as_str().into());
        self.state.world.move_to(kind, id, &[&to]);
        self.state.note(&self.caller.user, &kind.to_uppercase(), "MOVE", id);
        let item = self.state.find(self.caller, kind, id, Level::Viewer)?;
        Ok(done(self.state.brief_for(kind, item, &self.caller.user, self.api_level()?)))
    }
}

impl State {
    /// Whether a container lies in a folder, at any depth.
    fn is_inside(&self, container: &str, folder: &str) -> bool {
        let mut here = container;
        while let Some(entity) = self.world.get(FOLDER, here) {
            here = text(entity, "_parent");
            if here == folder {
                return true;
            }
        }
        false
    }

    /// Everything of these kinds in a container, at any depth; containers come after what is in them.
    pub(super) fn deep(&self, container: &str) -> Vec<(Kind, String)> {
        let mut found = Vec::new();
        for kind in ITEMS {
            for item in self.listed(container, kind) {
                let id = text(item, "id").to_owned();
                if *kind == FOLDER {
                    found.extend(self.deep(&id));
                }
                found.push((*kind, id));
            }
        }
        found
    }
}
