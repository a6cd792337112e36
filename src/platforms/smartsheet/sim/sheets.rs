//! Sheets as items: listing, creating, renaming, deleting.

use serde_json::{Value, json};

use super::access::{Level, home};
use super::call::{Answer, Call, done, success};
use super::column_rules;
use super::columns;
use super::copying::Taken;
use super::input;
use super::items::{brief, is_since};
use super::paging;
use super::refusal::Refusal;
use super::state::{ROW, SHEET, State, TEMPLATE, permalink};
use crate::sim::world::{Kind, text};

/// The longest name of a sheet, in characters.
const LONGEST_NAME: usize = 50;
/// What can be attached where nobody restricts it.
const ATTACHMENT_TYPES: &[&str] =
    &["FILE", "LINK", "BOX_COM", "DROPBOX", "EGNYTE", "EVERNOTE", "GOOGLE_DRIVE", "ONEDRIVE"];

impl State {
    /// Makes a sheet (or a template) with these columns.
    pub(super) fn new_sheet(
        &mut self,
        kind: Kind,
        user: &str,
        container: &str,
        name: &str,
        columns: Vec<Value>,
    ) -> String {
        let mut sheet = json!({
            "name": name, "version": 1, "createdAt": self.date(), "modifiedAt": self.date(), "_parent": container,
            "source": null, "summaryFields": [], "ganttEnabled": false,
            "dependenciesEnabled": false, "resourceManagementEnabled": false, "resourceManagementType": "NONE",
            "effectiveAttachmentOptions": ATTACHMENT_TYPES, "projectSettings": null, "_autoNumber": 0,
            "userSettings": {"criticalPathEnabled": false, "displaySummaryTasks": true}, "_publish": {},
        });
        sheet["columns"] = columns.into();
        let id = self.add(kind, &[container], sheet);
        self.own(kind, &id, user);
        self.order.insert(id.clone(), Vec::new());
        self.note(user, "SHEET", "CREATE", &id);
        id
    }

    /// The sheet, if the caller may do that much with it.
    pub(super) fn sheet(
        &self,
        caller: &super::access::Caller,
        id: &str,
        least: Level,
    ) -> Result<&Value, Refusal> {
        self.find(caller, SHEET, id, least)
    }
}

impl Call<'_> {
    pub(super) fn get_sheets(&mut self) -> Answer {
        let include = input::words(self.query, "include", &["sheetVersion", "source"])?;
        let since = input::time(self.query, "modifiedSince")?;
        let api_level = self.api_level()?;
        let all = input::flag(self.query, "includeAll")?;
        let paged = !all && (self.query.text("page").is_some() || self.query.text("pageSize").is_some());
        let mut sheets = self.state.sheets_of(&self.caller.user);
        sheets.retain(|(sheet, _)| is_since(sheet, since));
        sheets.sort_by_key(|(sheet, _)| (text(sheet, "name").to_lowercase(), text(sheet, "id").to_owned()));
        let view = |(sheet, level): (&Value, Level)| {
            let mut view = brief(SHEET, sheet);
            view["accessLevel"] = level.shown(api_level).into();
            view["createdAt"] = sheet["createdAt"].clone();
            view["modifiedAt"] = sheet["modifiedAt"].clone();
            // Versions do not come in pages that are asked for one by one.
            if include.contains("sheetVersion") && !paged {
                view["version"] = sheet["version"].clone();
            }
            if include.contains("source") && !sheet["source"].is_null() {
                view["source"] = sheet["source"].clone();
            }
            view
        };
        let views = sheets.into_iter().map(view).collect();
        paging::numbered(self.query, &self.state.rules, views)
    }

    pub(super) fn get_version(&mut self, id: &str) -> Answer {
        Ok(json!({"version": self.state.sheet(self.caller, id, Level::Viewer)?["version"]}))
    }

    /// Creates a sheet in a container, or in the caller's home when none is named.
    pub(super) fn post_sheet(&mut self, container: Option<(Kind, &str)>) -> Answer {
        let container = match container {
            Some((kind, id)) => {
                self.state.find(self.caller, kind, id, Level::Viewer)?;
                self.state.may_fill(id, &self.caller.user)?;
                id.to_owned()
            }
            None => home(&self.caller.user),
        };
        self.state.licensed(&self.caller.user)?;
        let api_level = self.api_level()?;
        let taken = Taken::read(self.query)?;
        input::only(self.body, &["name", "columns", "fromId"])?;
        let name = input::name(self.body, "name", LONGEST_NAME)?;
        let id = match (input::optional_id(self.body, "fromId")?, &self.body["columns"]) {
            (Some(from), Value::Null) => {
                let kind = if self.state.world.get(TEMPLATE, &from).is_some() { TEMPLATE } else { SHEET };
                self.state.find(self.caller, kind, &from, Level::Viewer)?;
                self.state.copy_sheet(kind, &from, &self.caller.user, &container, &name, &taken)
            }
            (None, Value::Array(given)) => {
                let columns = column_rules::of_new_sheet(self.state, given)?;
                self.state.new_sheet(SHEET, &self.caller.user, &container, &name, columns)
            }
            _ => return Err(Refusal::of(1054)),
        };
        let sheet = self.state.sheet(self.caller, &id, Level::Viewer)?;
        let mut view = self.state.brief_for(SHEET, sheet, &self.caller.user, api_level);
        if self.body.get("columns").is_some() {
            view["columns"] = columns::views(sheet, 2, true, Level::Owner).into();
        }
        Ok(done(view))
    }

    pub(super) fn put_sheet(&mut self, id: &str) -> Answer {
        let sheet = self.state.sheet(self.caller, id, Level::Viewer)?;
        let depends = sheet["dependenciesEnabled"] == true;
        input::only(self.body, &["name", "userSettings", "projectSettings"])?;
        // What concerns only how the caller looks at the sheet is theirs to change.
        if self.body.get("name").is_some() || self.body.get("projectSettings").is_some() {
            self.state.sheet(self.caller, id, Level::Admin)?;
        }
        let mut changed = sheet.clone();
        if self.body.get("name").is_some() {
            changed["name"] = input::name(self.body, "name", LONGEST_NAME)?.into();
        }
        if let Some(settings) = self.body.get("userSettings") {
            input::only(settings, &["criticalPathEnabled", "displaySummaryTasks"])?;
            for field in ["criticalPathEnabled", "displaySummaryTasks"] {
                if let Some(value) = input::truth(settings, field)? {
                    changed["userSettings"][field] = value.into();
                }
            }
        }
        if let Some(settings) = self.body.get("projectSettings") {
            input::only(settings, &["workingDays", "nonWorkingDays", "lengthOfDay"])?;
            if !depends {
                return Err(Refusal::about(1032, "projectSettings"));
            }
            changed["projectSettings"] = settings.clone();
        }
        self.state.change(SHEET, id, |sheet| *sheet = changed);
        self.state.touch(SHEET, id);
        self.state.note(&self.caller.user, "SHEET", "UPDATE", id);
        let api_level = self.api_level()?;
        let sheet = self.state.sheet(self.caller, id, Level::Viewer)?;
        let mut view = self.state.brief_for(SHEET, sheet, &self.caller.user, api_level);
        view["userSettings"] = sheet["userSettings"].clone();
        if depends {
            view["projectSettings"] = sheet["projectSettings"].clone();
        }
        Ok(done(view))
    }

    pub(super) fn delete_sheet(&mut self, id: &str) -> Answer {
        let sheet = self.state.sheet(self.caller, id, Level::Viewer)?;
        if !self.state.may_delete(SHEET, sheet, &self.caller.user) {
            return Err(Refusal::of(1004));
        }
        self.state.erase(SHEET, id);
        self.state.note(&self.caller.user, "SHEET", "DELETE", id);
        Ok(success())
    }
}

/// What every answer about a whole sheet says about it.
pub(super) fn head(state: &State, sheet: &Value, user: &str, level: Level, api_level: usize) -> Value {
    let id = text(sheet, "id");
    let mut view = json!({
        "id": sheet["id"], "name": sheet["name"], "version": sheet["version"],
        "totalRowCount": state.world.count_of(id, ROW), "accessLevel": level.shown(api_level),
        "effectiveAttachmentOptions": sheet["effectiveAttachmentOptions"], "ganttEnabled": sheet["ganttEnabled"],
        "dependenciesEnabled": sheet["dependenciesEnabled"],
        "resourceManagementEnabled": sheet["resourceManagementEnabled"],
        "resourceManagementType": sheet["resourceManagementType"], "cellImageUploadEnabled": true,
        "userSettings": sheet["userSettings"],
        "userPermissions": {"summaryPermissions": summary_permissions(level)},
        "hasSummaryFields": !super::state::items(sheet, "summaryFields").is_empty(),
        "permalink": permalink(SHEET, id), "createdAt": sheet["createdAt"], "modifiedAt": sheet["modifiedAt"],
        "isMultiPicklistEnabled": true,
    });
    if level < Level::Editor {
        view["readOnly"] = true.into();
    }
    if sheet["dependenciesEnabled"] == true {
        view["projectSettings"] = sheet["projectSettings"].clone();
    }
    // Who sees the sheet through a share of its own is not told the workspace.
    if let Some(workspace) = state.workspace_of(sheet)
        && state.shared(text(workspace, "id"), user).is_some()
    {
        view["workspace"] = state.brief_for(super::state::WORKSPACE, workspace, user, api_level);
    }
    view
}

fn summary_permissions(level: Level) -> &'static str {
    match level {
        Level::Viewer | Level::Commenter => "READ_ONLY",
        Level::Editor | Level::EditorShare => "READ_WRITE",
        Level::Admin | Level::Owner => "ADMIN",
    }
}
