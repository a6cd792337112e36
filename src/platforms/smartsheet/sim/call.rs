//! One call: who asks for what, and which function answers it.

use serde_json::{Value, json};

use super::access::Caller;
use super::input;
use super::refusal::Refusal;
use super::scopes;
use super::state::{FOLDER, REPORT, SHEET, SIGHT, State, WORKSPACE};
use crate::sim::request::{Params, Upload};

/// An answer, or why there is none.
pub(super) type Answer = Result<Value, Refusal>;

/// A call that may be answered: the credential is good.
pub(super) struct Call<'a> {
    pub(super) state: &'a mut State,
    pub(super) caller: &'a Caller,
    pub(super) query: &'a Params,
    pub(super) body: &'a Value,
    pub(super) file: Option<&'a Upload>,
}

impl Call<'_> {
    /// Answers. `path` comes without the version: `/sheets/45..`.
    pub(super) fn answer(&mut self, method: &str, path: &str) -> Answer {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if is_gone(method, &parts) {
            return Err(Refusal::gone());
        }
        scopes::check(self.caller, method, &parts)?;
        match method {
            "GET" => self.get(&parts),
            "POST" => self.post(&parts),
            "PUT" => self.put(&parts),
            "PATCH" => self.patch(&parts),
            "DELETE" => self.delete(&parts),
            _ => Err(Refusal::of(1010)),
        }
    }

    fn get(&mut self, parts: &[&str]) -> Answer {
        match *parts {
            ["users", "me"] => self.get_me(),
            ["users"] => self.get_users(),
            ["users", id] => self.get_user(id),
            ["users", id, "plans"] => self.get_plans(id),
            ["contacts"] => self.get_contacts(),
            ["groups"] => self.get_groups(),
            ["groups", id] => self.get_group(id),
            ["workspaces"] => self.get_workspaces(),
            ["workspaces", id, "metadata"] => self.get_metadata(WORKSPACE, id),
            ["workspaces", id, "children"] => self.get_children(WORKSPACE, id),
            ["folders", "personal"] | ["home"] => self.get_home(),
            ["folders", id, "metadata"] => self.get_metadata(FOLDER, id),
            ["folders", id, "children"] => self.get_children(FOLDER, id),
            ["folders", id, "path"] => self.get_path(FOLDER, id),
            ["home", "folders"] => self.get_home_folders(),
            ["sheets"] => self.get_sheets(),
            ["sheets", id, ref rest @ ..] => self.get_of_sheet(id, rest),
            ["shares"] => self.get_shares(),
            ["shares", id] => self.get_share(id),
            ["reports"] => self.get_reports(),
            ["reports", id] => self.get_report(id),
            ["reports", id, "path"] => self.get_path(REPORT, id),
            ["reports", id, part @ ("definition" | "scope" | "columns" | "publish")] => {
                self.get_report_part(id, part)
            }
            ["sights"] => self.get_sights(),
            ["sights", id] => self.get_sight(id),
            ["sights", id, "path"] => self.get_path(SIGHT, id),
            ["sights", id, "publish"] => self.get_sight_publish(id),
            ["events"] => self.get_events(),
            _ => Err(Refusal::of(1006)),
        }
    }

    fn get_of_sheet(&mut self, sheet: &str, rest: &[&str]) -> Answer {
        match *rest {
            [] => self.get_sheet(sheet),
            ["version"] => self.get_version(sheet),
            ["path"] => self.get_path(SHEET, sheet),
            ["columns"] => self.get_columns(sheet),
            ["columns", id] => self.get_column(sheet, id),
            ["rows", row] => self.get_row(sheet, row),
            ["rows", row, "columns", column, "history"] => self.get_history(sheet, row, column),
            ["rows", row, "discussions"] => self.get_discussions(sheet, Some(row)),
            ["rows", row, "attachments"] => self.get_attachments(sheet, Some(row)),
            ["discussions"] => self.get_discussions(sheet, None),
            ["discussions", id] => self.get_discussion(sheet, id),
            ["discussions", id, "attachments"] => self.get_discussion_attachments(sheet, id),
            ["comments", id] => self.get_comment(sheet, id),
            ["attachments"] => self.get_attachments(sheet, None),
            ["attachments", id] => self.get_attachment(sheet, id),
            ["attachments", id, "versions"] => self.get_attachment_versions(sheet, id),
            ["crosssheetreferences"] => self.get_references(sheet),
            ["crosssheetreferences", id] => self.get_reference(sheet, id),
            ["summary"] => self.get_summary(sheet),
            ["summary", "fields"] => self.get_summary_fields(sheet),
            ["publish"] => self.get_publish(sheet),
            ["proofs"] => self.get_proofs(sheet),
            ["proofs", id] => self.get_proof(sheet, id),
            ["proofs", id, "attachments"] => self.get_proof_attachments(sheet, id),
            ["proofs", id, "discussions"] => self.get_proof_discussions(sheet, id),
            ["proofs", id, "versions"] => self.get_proof_versions(sheet, id),
            ["proofs", id, "requestactions"] => self.get_proof_actions(sheet, id),
            [part @ ("automationrules" | "updaterequests" | "sentupdaterequests" | "filters")] => {
                self.get_inventory(sheet, part)
            }
            [part @ ("automationrules" | "updaterequests" | "sentupdaterequests" | "filters"), id] => {
                self.get_inventory_item(sheet, part, id)
            }
            _ => Err(Refusal::of(1006)),
        }
    }

    fn post(&mut self, parts: &[&str]) -> Answer {
        match *parts {
            ["users"] => self.post_user(),
            ["groups"] => self.post_group(),
            ["groups", id, "members"] => self.post_group_members(id),
            ["workspaces"] => self.post_workspace(),
            ["workspaces", id, "sheets"] => self.post_sheet(Some((WORKSPACE, id))),
            ["workspaces", id, "copy"] => self.copy_workspace(id),
            ["workspaces" | "folders", id, "folders"] => self.post_folder(id),
            ["folders", id, "sheets"] => self.post_sheet(Some((FOLDER, id))),
            ["folders", id, "copy"] => self.copy_item(FOLDER, id),
            ["folders", id, "move"] => self.move_item(FOLDER, id),
            ["home", "folders"] => self.post_home_folder(),
            ["sheets"] => self.post_sheet(None),
            ["sheets", id, "copy"] => self.copy_item(SHEET, id),
            ["sheets", id, "move"] => self.move_item(SHEET, id),
            ["sheets", sheet, "columns"] => self.post_columns(sheet),
            ["sheets", sheet, "rows"] => self.post_rows(sheet),
            ["sheets", sheet, "rows", row, "discussions"] => self.post_discussion(sheet, Some(row)),
            ["sheets", sheet, "rows", row, "attachments"] => self.post_attachment(sheet, "ROW", row),
            ["sheets", sheet, "rows", row, "columns", column, "cellimages"] => {
                self.post_image(sheet, row, column)
            }
            ["sheets", sheet, "discussions"] => self.post_discussion(sheet, None),
            ["sheets", sheet, "discussions", id, "comments"] => self.post_comment(sheet, id),
            ["sheets", sheet, "attachments"] => self.post_attachment(sheet, "SHEET", sheet),
            ["sheets", sheet, "attachments", id, "versions"] => self.post_attachment_version(sheet, id),
            ["sheets", sheet, "comments", id, "attachments"] => self.post_attachment(sheet, "COMMENT", id),
            ["sheets", sheet, "crosssheetreferences"] => self.post_reference(sheet),
            ["sheets", sheet, "summary", "fields"] => self.post_summary_fields(sheet),
            ["sheets", sheet, "summary", "fields", field, "images"] => self.post_summary_image(sheet, field),
            ["shares"] => self.post_shares(),
            ["imageurls"] => self.post_image_urls(),
            _ => Err(Refusal::of(1006)),
        }
    }

    fn put(&mut self, parts: &[&str]) -> Answer {
        match *parts {
            ["users", id] => self.put_user(id),
            ["groups", id] => self.put_group(id),
            ["workspaces", id] => self.put_container(WORKSPACE, id),
            ["folders", id] => self.put_container(FOLDER, id),
            ["sheets", id] => self.put_sheet(id),
            ["sheets", sheet, "columns", id] => self.put_column(sheet, id),
            ["sheets", sheet, "rows"] => self.put_rows(sheet),
            ["sheets", sheet, "comments", id] => self.put_comment(sheet, id),
            ["sheets", sheet, "summary", "fields"] => self.put_summary_fields(sheet),
            ["sheets", sheet, "publish"] => self.put_publish(sheet),
            ["sheets", sheet, "automationrules", id] => self.put_rule(sheet, id),
            _ => Err(Refusal::of(1006)),
        }
    }

    fn patch(&mut self, parts: &[&str]) -> Answer {
        match *parts {
            ["shares", id] => self.patch_share(id),
            _ => Err(Refusal::of(1006)),
        }
    }

    fn delete(&mut self, parts: &[&str]) -> Answer {
        match *parts {
            ["users", id] => self.delete_user(id),
            ["groups", id] => self.delete_group(id),
            ["groups", id, "members", user] => self.delete_group_member(id, user),
            ["workspaces", id] => self.delete_workspace(id),
            ["folders", id] => self.delete_folder(id),
            ["sheets", id] => self.delete_sheet(id),
            ["sheets", sheet, "columns", id] => self.delete_column(sheet, id),
            ["sheets", sheet, "rows"] => self.delete_rows(sheet),
            ["sheets", sheet, "discussions", id] => self.delete_discussion(sheet, id),
            ["sheets", sheet, "comments", id] => self.delete_comment(sheet, id),
            ["sheets", sheet, "attachments", id] => self.delete_attachment(sheet, id),
            ["sheets", sheet, "attachments", id, "versions"] => self.delete_attachment_versions(sheet, id),
            ["sheets", sheet, "summary", "fields"] => self.delete_summary_fields(sheet),
            [
                "sheets",
                sheet,
                part @ ("automationrules" | "filters" | "updaterequests" | "sentupdaterequests"),
                id,
            ] => {
                self.delete_inventory_item(sheet, part, id)
            }
            ["shares", id] => self.delete_share(id),
            _ => Err(Refusal::of(1006)),
        }
    }

    /// Which commenters are shown as such: clients say with `accessApiLevel=1` that they know them.
    pub(super) fn api_level(&self) -> Result<usize, Refusal> {
        match input::number(self.query, "accessApiLevel")?.unwrap_or(0) {
            level @ (0 | 1) => Ok(level),
            _ => Err(Refusal::about(1018, "accessApiLevel")),
        }
    }
}

/// Routes that were taken out of the API in June 2026.
fn is_gone(method: &str, parts: &[&str]) -> bool {
    match parts {
        ["sheets" | "reports" | "sights" | "workspaces", _, "shares", ..] => true,
        ["folders", "personal"] => false,
        ["workspaces" | "folders", _] | ["workspaces" | "folders", _, "folders"] | ["templates", ..] => {
            method == "GET"
        }
        _ => false,
    }
}

/// The answer to a write that has nothing to tell.
pub(super) fn success() -> Value {
    json!({"message": "SUCCESS", "resultCode": 0})
}

/// The answer to a write.
pub(super) fn done(result: Value) -> Value {
    let mut answer = success();
    answer["result"] = result;
    answer
}

/// The answer to a write that changed the content of a sheet.
pub(super) fn done_at(version: u64, result: Value) -> Value {
    let mut answer = done(result);
    answer["version"] = version.into();
    answer
}
