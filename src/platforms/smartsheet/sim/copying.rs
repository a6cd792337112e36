//! Copying sheets, folders and workspaces.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::access::Level;
use super::attachments::Target;
use super::call::{Answer, Call, done};
use super::input;
use super::refusal::Refusal;
use super::state::{
    ATTACHMENT, COMMENT, DISCUSSION, FILTER, FOLDER, REFERENCE, ROW, RULE, SHARE, SHEET, State, WORKSPACE,
    items,
};
use crate::sim::world::{Kind, text};

/// What a copy can take along. Forms and their like exist in no answer and are accepted without effect.
const PARTS: &[&str] = &[
    "all",
    "attachments",
    "brand",
    "cellLinks",
    "data",
    "discussions",
    "filters",
    "forms",
    "ruleRecipients",
    "rules",
    "shares",
];
/// Sheets in one copy.
const MOST_SHEETS: usize = 100;

/// What a copy takes along besides the columns.
#[derive(Debug, Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    pub(super) fn read(query: &crate::sim::request::Params) -> Result<Self, Refusal> {
        input::words(query, "include", PARTS).map(Self)
    }

    fn has(&self, part: &str) -> bool {
        self.0.contains("all") || self.0.contains(part)
    }
}

/// New ids for old ones.
type Ids = BTreeMap<String, String>;

impl State {
    /// Copies a sheet or template and gives the id of the new sheet. Project settings come along: this is the
    /// only way to a project sheet.
    pub(super) fn copy_sheet(
        &mut self,
        kind: Kind,
        from: &str,
        user: &str,
        container: &str,
        name: &str,
        taken: &Taken,
    ) -> String {
        let Some(original) = self.world.get(kind, from).cloned() else { return String::new() };
        let mut new_ids = Ids::new();
        let mut columns = items(&original, "columns").to_vec();
        for column in &mut columns {
            let id = self.new_id();
            new_ids.insert(text(column, "id").to_owned(), id.clone());
            column["id"] = id.into();
        }
        let id = self.new_sheet(SHEET, user, container, name, columns);
        let mut fields = items(&original, "summaryFields").to_vec();
        for field in &mut fields {
            field["id"] = self.new_id().into();
        }
        self.change(SHEET, &id, |sheet| {
            for field in [
                "ganttEnabled",
                "dependenciesEnabled",
                "resourceManagementEnabled",
                "resourceManagementType",
                "projectSettings",
                "effectiveAttachmentOptions",
                "userSettings",
                "_gantt",
            ] {
                sheet[field] = original[field].clone();
            }
            sheet["summaryFields"] = fields.into();
            sheet["source"] = json!({"id": from, "type": kind});
        });
        if taken.has("data") {
            self.copy_rows(from, &id, user, &mut new_ids, taken);
        }
        if taken.has("attachments") {
            self.copy_attachments(from, &id, from, &id, "SHEET");
        }
        if taken.has("discussions") {
            self.copy_discussions(from, &id, from, None);
        }
        let parts = [("filters", FILTER), ("rules", RULE), ("cellLinks", REFERENCE)];
        for (_, part) in parts.into_iter().filter(|(word, _)| taken.has(word)) {
            let copies: Vec<Value> = self.listed(from, part).into_iter().cloned().collect();
            for mut copy in copies {
                copy["id"] = self.new_id().into();
                self.add(part, &[&id], copy);
            }
        }
        if taken.has("shares") {
            self.copy_shares(SHEET, from, &id, user);
        }
        id
    }

    fn copy_rows(&mut self, from: &str, to: &str, user: &str, new_ids: &mut Ids, taken: &Taken) {
        let order = self.order.get(from).cloned().unwrap_or_default();
        let mut copied = Vec::new();
        for old in order {
            let Some(row) = self.world.get(ROW, &old).cloned() else { continue };
            let mut cells = json!({});
            for (column, cell) in row["cells"].as_object().into_iter().flatten() {
                let Some(column) = new_ids.get(column) else { continue };
                let mut cell = cell.clone();
                for link in ["linkInFromCell", "linksOutToCells"] {
                    cell.as_object_mut().map(|cell| cell.remove(link));
                }
                cells[column.as_str()] = renamed(cell, new_ids);
            }
            let parent = new_ids.get(text(&row, "parentId")).cloned().unwrap_or_default();
            let new = self.new_row(user, to, &parent, cells);
            self.change(ROW, &new, |copy| {
                for field in ["format", "expanded", "locked", "conditionalFormat"] {
                    if row.get(field).is_some() {
                        copy[field] = row[field].clone();
                    }
                }
            });
            if taken.has("attachments") {
                self.copy_attachments(from, to, &old, &new, "ROW");
            }
            if taken.has("discussions") {
                self.copy_discussions(from, to, &old, Some(&new));
            }
            new_ids.insert(old, new.clone());
            copied.push(new);
        }
        self.order.insert(to.to_owned(), copied);
    }

    fn copy_attachments(&mut self, from: &str, to: &str, old: &str, new: &str, kind: &str) {
        let own = |one: &&Value| text(one, "parentId") == old && text(one, "_sheet") == from;
        let found: Vec<Value> = self.listed(old, ATTACHMENT).into_iter().filter(own).cloned().collect();
        for mut attachment in found {
            let (id, user) = (text(&attachment, "id").to_owned(), text(&attachment, "_createdBy").to_owned());
            attachment["id"] = Value::Null;
            let copy = self.new_attachment(&user, &Target { sheet: to, kind, id: new }, attachment);
            if let Some(blob) = self.blobs.get(&id).cloned() {
                self.blobs.insert(copy, blob);
            }
        }
    }

    fn copy_discussions(&mut self, from: &str, to: &str, old: &str, new_row: Option<&str>) {
        let own = |one: &&Value| text(one, "parentId") == old && text(one, "_sheet") == from;
        let found: Vec<String> = self
            .listed(old, DISCUSSION)
            .into_iter()
            .filter(own)
            .map(|one| text(one, "id").to_owned())
            .collect();
        for discussion in found {
            let said: Vec<(String, String)> = self
                .listed(&discussion, COMMENT)
                .into_iter()
                .map(|comment| (text(comment, "_createdBy").to_owned(), text(comment, "text").to_owned()))
                .collect();
            let mut said = said.into_iter();
            let Some((author, words)) = said.next() else { continue };
            let (copy, _) = self.new_discussion(&author, to, new_row, &words);
            for (author, words) in said {
                self.new_comment(&author, to, &copy, &words);
            }
        }
    }

    fn copy_shares(&mut self, kind: Kind, from: &str, to: &str, user: &str) {
        let others = |share: &&Value| share["accessLevel"] != "OWNER" && text(share, "userId") != user;
        let found: Vec<Value> = self.listed(from, SHARE).into_iter().filter(others).cloned().collect();
        for share in found {
            let whom =
                if share["type"] == "GROUP" { text(&share, "groupId") } else { text(&share, "userId") };
            let level = Level::parse(text(&share, "accessLevel")).unwrap_or(Level::Viewer);
            self.share(kind, to, text(&share, "type"), whom, level);
        }
    }

    /// Copies what a container holds into another one.
    fn copy_contents(&mut self, from: &str, to: &str, user: &str, taken: &Taken) {
        for kind in [SHEET, FOLDER] {
            for id in self
                .visible(from, kind, user)
                .into_iter()
                .map(|item| text(item, "id").to_owned())
                .collect::<Vec<_>>()
            {
                let name =
                    self.world.get(kind, &id).map(|item| text(item, "name").to_owned()).unwrap_or_default();
                if kind == SHEET {
                    self.copy_sheet(SHEET, &id, user, to, &name, taken);
                } else {
                    let folder = self.new_folder(to, &name);
                    self.change(FOLDER, &folder, |folder| {
                        folder["source"] = json!({"id": id, "type": FOLDER});
                    });
                    self.copy_contents(&id, &folder, user, taken);
                }
            }
        }
    }
}

/// Predecessors name rows; in a copy they name the copies.
fn renamed(mut cell: Value, new_ids: &Ids) -> Value {
    let predecessors = cell.get_mut("objectValue").and_then(|object| object.get_mut("predecessors"));
    for predecessor in predecessors.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(new) = new_ids.get(text(predecessor, "rowId")) {
            predecessor["rowId"] = new.as_str().into();
        }
    }
    cell
}

impl Call<'_> {
    fn copy_request(&self) -> Result<(String, Taken), Refusal> {
        input::only(self.body, &["newName", "destinationType", "destinationId"])?;
        for parameter in ["skipRemap", "exclude"] {
            self.query.text(parameter);
        }
        self.state.licensed(&self.caller.user)?;
        Ok((input::name(self.body, "newName", 50)?, Taken::read(self.query)?))
    }

    pub(super) fn copy_item(&mut self, kind: Kind, id: &str) -> Answer {
        let (name, taken) = self.copy_request()?;
        self.state.find(self.caller, kind, id, Level::Viewer)?;
        let to = self.destination()?;
        let copy = if kind == FOLDER {
            self.check_size(id)?;
            let folder = self.state.new_folder(&to, &name);
            self.state.copy_contents(id, &folder, &self.caller.user, &taken);
            folder
        } else {
            self.state.copy_sheet(kind, id, &self.caller.user, &to, &name, &taken)
        };
        let item = self.state.find(self.caller, kind, &copy, Level::Viewer)?;
        Ok(done(self.state.brief_for(kind, item, &self.caller.user, self.api_level()?)))
    }

    pub(super) fn copy_workspace(&mut self, id: &str) -> Answer {
        input::only(self.body, &["newName"])?;
        let (name, taken) = self.copy_request()?;
        self.state.find(self.caller, WORKSPACE, id, Level::Viewer)?;
        self.check_size(id)?;
        let copy = self.state.new_workspace(&self.caller.user, &name);
        self.state.change(WORKSPACE, &copy, |copy| copy["source"] = json!({"id": id, "type": WORKSPACE}));
        self.state.copy_contents(id, &copy, &self.caller.user, &taken);
        if taken.has("shares") {
            self.state.copy_shares(WORKSPACE, id, &copy, &self.caller.user);
        }
        let workspace = self.state.find(self.caller, WORKSPACE, &copy, Level::Viewer)?;
        Ok(done(self.state.brief_for(WORKSPACE, workspace, &self.caller.user, self.api_level()?)))
    }

    fn check_size(&self, container: &str) -> Result<(), Refusal> {
        let sheets = self.state.deep(container).into_iter().filter(|(kind, _)| *kind == SHEET).count();
        if sheets > MOST_SHEETS { Err(Refusal::of(1120)) } else { Ok(()) }
    }
}
