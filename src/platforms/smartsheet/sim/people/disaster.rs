//! A disaster: one administrator wrecks the busiest sheet.

use serde_json::{Value, json};

use super::People;
use crate::platforms::smartsheet::sim::access::Level;
use crate::platforms::smartsheet::sim::state::{
    ATTACHMENT, COMMENT, DISCUSSION, FOLDER, GROUP, ROW, SHARE, SHEET, WORKSPACE, items,
};
use crate::sim::world::text;

/// Rows of a bulk edit.
const OVERWRITTEN: usize = 200;

impl People<'_> {
    pub(super) fn disaster(&mut self) {
        let Some(sheet) = self.busiest_sheet() else { return };
        let Some(culprit) = self.somebody(&sheet, Level::Admin) else { return };
        self.overwrite(&sheet, &culprit);
        self.delete_rows(&sheet, &culprit);
        self.delete_column(&sheet, &culprit);
        self.delete_option(&sheet, &culprit);
        self.delete_discussion(&sheet, &culprit);
        self.delete_attachment(&sheet, &culprit);
        self.move_rows(&sheet, &culprit);
        self.delete_summary(&sheet, &culprit);
        self.remove_from_workspace(&sheet, &culprit);
        self.shrink_group();
        self.rename(&sheet, &culprit);
        self.delete_another_sheet(&sheet, &culprit);
    }

    /// Every second row gets the same value, in the first column that takes one.
    fn overwrite(&mut self, sheet: &str, culprit: &str) {
        let fit = |column: &&Value| {
            let kind = text(column, "type");
            column.get("formula").is_none()
                && column["locked"] != true
                && (kind == "DATE" || (kind == "PICKLIST" && !items(column, "options").is_empty()))
        };
        let columns = self.columns(sheet);
        let Some(column) = columns.iter().filter(fit).max_by_key(|column| text(column, "type") == "DATE")
        else {
            return;
        };
        let value = match text(column, "type") {
            "DATE" => json!("2030-04-01"),
            _ => items(column, "options").last().cloned().unwrap_or_default(),
        };
        let rows: Vec<Value> = self
            .rows(sheet)
            .iter()
            .step_by(2)
            .take(OVERWRITTEN)
            .map(|row| json!({"id": row, "cells": [{"columnId": column["id"], "value": value}]}))
            .collect();
        let count = rows.len();
        if self.did(culprit, "PUT", &format!("/sheets/{sheet}/rows"), rows.into()) {
            let (who, title, sheet) =
                (self.first_name(culprit), text(column, "title"), self.name(SHEET, sheet));
            let value = value.as_str().unwrap_or_default();
            self.tell(format!("{who} set {title} of {count} rows in {sheet} to {value}."));
        }
    }

    /// Rows with the most to lose go first, with everything below them.
    fn delete_rows(&mut self, sheet: &str, culprit: &str) {
        let mut rows = self.rows(sheet);
        rows.sort_by_key(|row| (std::cmp::Reverse(self.hangs_on(row)), row.clone()));
        rows.truncate((rows.len() / 20).max(2));
        for row in rows {
            let below = self.state.with_descendants(sheet, &row).len().saturating_sub(1);
            let (title, lost) = (self.title(sheet, &row), self.hangs_on(&row));
            if self.state.row(sheet, &row).is_ok()
                && self.did(culprit, "DELETE", &format!("/sheets/{sheet}/rows?ids={row}"), Value::Null)
            {
                let who = self.first_name(culprit);
                self.tell(format!(
                    "{who} deleted the row \"{title}\" ({below} rows below it, {lost} comments and files on it)."
                ));
            }
        }
    }

    /// How many comments and files a row has.
    fn hangs_on(&self, row: &str) -> usize {
        let talks = self.state.world.ids_of(row, DISCUSSION);
        let comments: usize = talks.iter().map(|talk| self.state.world.count_of(talk, COMMENT)).sum();
        comments + self.state.world.count_of(row, ATTACHMENT)
    }

    fn delete_column(&mut self, sheet: &str, culprit: &str) {
        let columns = self.columns(sheet);
        let plain = |column: &&Value| {
            column["primary"] != true
                && column.get("systemColumnType").is_none()
                && column.get("tags").is_none()
        };
        let filled = |column: &&Value| {
            let id = text(column, "id");
            self.state.world.of(sheet, ROW).filter(|row| row["cells"].get(id).is_some()).count()
        };
        let Some(column) = columns
            .iter()
            .filter(plain)
            .filter(|column| text(column, "type") == "CONTACT_LIST")
            .chain(columns.iter().filter(plain))
            .max_by_key(filled)
        else {
            return;
        };
        let path = format!("/sheets/{sheet}/columns/{}", text(column, "id"));
        let count = filled(&column);
        if self.did(culprit, "DELETE", &path, Value::Null) {
            let (who, sheet) = (self.first_name(culprit), self.name(SHEET, sheet));
            self.tell(format!(
                "{who} deleted the column {} of {sheet} ({count} cells).",
                text(column, "title")
            ));
        }
    }

    fn delete_option(&mut self, sheet: &str, culprit: &str) {
        let columns = self.columns(sheet);
        let Some(column) = columns.iter().find(|column| items(column, "options").len() > 1) else { return };
        let mut options = items(column, "options").to_vec();
        let gone = options.remove(0);
        let path = format!("/sheets/{sheet}/columns/{}", text(column, "id"));
        if self.did(culprit, "PUT", &path, json!({"type": column["type"], "options": options})) {
            let who = self.first_name(culprit);
            let gone = gone.as_str().unwrap_or_default();
            self.tell(format!("{who} deleted the option \"{gone}\" of {}.", text(column, "title")));
        }
    }

    fn delete_discussion(&mut self, sheet: &str, culprit: &str) {
        let talks = self.state.world.ids_of(sheet, DISCUSSION);
        let Some(talk) = self.pick(&talks) else { return };
        let comments = self.state.world.count_of(&talk, COMMENT);
        if self.did(culprit, "DELETE", &format!("/sheets/{sheet}/discussions/{talk}"), Value::Null) {
            let who = self.first_name(culprit);
            self.tell(format!("{who} deleted a discussion ({comments} comments)."));
        }
    }

    fn delete_attachment(&mut self, sheet: &str, culprit: &str) {
        let on_rows = |id: &String| {
            self.state.world.get(ATTACHMENT, id).is_some_and(|one| one["parentType"] != "COMMENT")
        };
        let attachments: Vec<String> =
            self.state.world.ids_of(sheet, ATTACHMENT).into_iter().filter(on_rows).collect();
        let Some(attachment) = self.pick(&attachments) else { return };
        let name = self.name(ATTACHMENT, &attachment);
        if self.did(culprit, "DELETE", &format!("/sheets/{sheet}/attachments/{attachment}"), Value::Null) {
            let who = self.first_name(culprit);
            self.tell(format!("{who} deleted the attachment {name}."));
        }
    }

    /// The last rows come to the top and lose what they were below of.
    fn move_rows(&mut self, sheet: &str, culprit: &str) {
        let rows: Vec<String> = self.rows(sheet).into_iter().rev().take(3).collect();
        let body: Vec<Value> = rows.iter().map(|row| json!({"id": row, "toTop": true})).collect();
        if self.did(culprit, "PUT", &format!("/sheets/{sheet}/rows"), body.into()) {
            let (who, sheet) = (self.first_name(culprit), self.name(SHEET, sheet));
            self.tell(format!("{who} moved {} rows to the top of {sheet}.", rows.len()));
        }
    }

    fn delete_summary(&mut self, sheet: &str, culprit: &str) {
        let Some(entity) = self.state.world.get(SHEET, sheet) else { return };
        let Some(field) = items(entity, "summaryFields").first().cloned() else { return };
        let path = format!("/sheets/{sheet}/summary/fields?ids={}", text(&field, "id"));
        if self.did(culprit, "DELETE", &path, Value::Null) {
            let who = self.first_name(culprit);
            self.tell(format!("{who} deleted the field {} of the summary.", text(&field, "title")));
        }
    }

    fn remove_from_workspace(&mut self, sheet: &str, culprit: &str) {
        let Some(workspace) =
            self.state.world.get(SHEET, sheet).and_then(|sheet| self.state.workspace_of(sheet))
        else {
            return;
        };
        let workspace = text(workspace, "id").to_owned();
        let other =
            |share: &&&Value| text(share, "accessLevel") == "EDITOR" && text(share, "userId") != culprit;
        let Some(share) =
            self.state.listed(&workspace, SHARE).iter().find(other).map(|share| (*share).clone())
        else {
            return;
        };
        let path = format!("/shares/{}?assetType=workspace&assetId={workspace}", text(&share, "id"));
        if self.did(culprit, "DELETE", &path, Value::Null) {
            let (who, whom) = (self.first_name(culprit), self.first_name(text(&share, "userId")));
            let workspace = self.name(WORKSPACE, &workspace);
            self.tell(format!("{who} removed {whom} from the workspace {workspace}."));
        }
    }

    fn shrink_group(&mut self) {
        let Some(group) =
            self.state.world.all(GROUP).find(|group| !items(group, "_members").is_empty()).cloned()
        else {
            return;
        };
        let (owner, id) = (text(&group, "ownerId"), text(&group, "id"));
        let Some(member) = items(&group, "_members").first().and_then(Value::as_str) else { return };
        if self.did(owner, "DELETE", &format!("/groups/{id}/members/{member}"), Value::Null) {
            let (who, whom) = (self.first_name(owner), self.first_name(member));
            self.tell(format!("{who} took {whom} out of the group {}.", text(&group, "name")));
        }
    }

    fn rename(&mut self, sheet: &str, culprit: &str) {
        let who = self.first_name(culprit);
        let columns = self.columns(sheet);
        if let Some(column) = columns.iter().find(|column| column["primary"] == true) {
            let path = format!("/sheets/{sheet}/columns/{}", text(column, "id"));
            if self.did(culprit, "PUT", &path, json!({"title": "???"})) {
                self.tell(format!("{who} renamed the column {} to \"???\".", text(column, "title")));
            }
        }
        let old = self.name(SHEET, sheet);
        if self.did(culprit, "PUT", &format!("/sheets/{sheet}"), json!({"name": "asdf"})) {
            self.tell(format!("{who} renamed the sheet {old} to asdf."));
        }
    }

    /// A whole sheet of the same workspace goes, and the folder that it was in gets another name.
    fn delete_another_sheet(&mut self, busiest: &str, culprit: &str) {
        let workspace = self.state.world.get(SHEET, busiest).and_then(|sheet| self.state.workspace_of(sheet));
        let workspace = workspace.map(|workspace| workspace["id"].clone());
        let may = |sheet: &String| {
            let entity = self.state.world.get(SHEET, sheet);
            let here = |entity: &Value| {
                self.state.workspace_of(entity).map(|one| &one["id"]) == workspace.as_ref()
                    && self.state.may_delete(SHEET, entity, culprit)
            };
            sheet != busiest && entity.is_some_and(here)
        };
        let others: Vec<String> = self.sheets().into_iter().filter(may).collect();
        let Some(sheet) = self.pick(&others) else { return };
        let folder = self.state.world.get(SHEET, &sheet).map(|sheet| text(sheet, "_parent").to_owned());
        let (name, rows) = (self.name(SHEET, &sheet), self.rows(&sheet).len());
        if self.did(culprit, "DELETE", &format!("/sheets/{sheet}"), Value::Null) {
            let who = self.first_name(culprit);
            self.tell(format!("{who} deleted the sheet {name} with {rows} rows."));
        }
        let folder =
            folder.filter(|folder| self.state.world.get(FOLDER, folder).is_some()).unwrap_or_default();
        let old = self.name(FOLDER, &folder);
        if self.did(culprit, "PUT", &format!("/folders/{folder}"), json!({"name": "old"})) {
            let who = self.first_name(culprit);
            self.tell(format!("{who} renamed the folder {old} to old."));
        }
    }
}
