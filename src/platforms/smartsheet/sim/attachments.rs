//! Attachments of sheets, rows and comments: files, their versions, and links.

use serde_json::{Value, json};

use super::access::{Level, mini};
use crate::sim::blob::Blob;
use super::call::{Answer, Call, done_at, success};
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::state::{ATTACHMENT, COMMENT, SHEET, State, USER, items};
use crate::sim::request::Upload;
use crate::sim::world::text;

/// Milliseconds for which the address of a file may be used.
const URL_MILLISECONDS: i64 = super::DOWNLOAD_SECONDS * 1_000;
/// What a link may lead to, and the addresses that this needs.
const LINKS: &[(&str, &[&str])] = &[
    ("LINK", &[]),
    ("BOX_COM", &["box.com"]),
    ("DROPBOX", &["dropbox.com"]),
    ("EGNYTE", &["egnyte.com"]),
    ("EVERNOTE", &["evernote.com"]),
    ("GOOGLE_DRIVE", &["google.com"]),
    ("ONEDRIVE", &["onedrive.live.com", "sharepoint.com", "1drv.ms"]),
];

/// What a file is attached to.
pub(super) struct Target<'a> {
    pub(super) sheet: &'a str,
    /// `SHEET`, `ROW`, `COMMENT` or `PROOF`.
    pub(super) kind: &'a str,
    pub(super) id: &'a str,
}

impl State {
    /// Attaches a file.
    pub(super) fn new_file(
        &mut self,
        user: &str,
        to: &Target<'_>,
        name: &str,
        mime: &str,
        blob: Blob,
    ) -> String {
        let about = json!({
            "name": name, "attachmentType": "FILE", "mimeType": mime, "sizeInKb": blob.size().div_ceil(1_024),
        });
        let id = self.new_attachment(user, to, about);
        self.blobs.insert(id.clone(), blob);
        id
    }

    /// Attaches what `about` describes.
    pub(super) fn new_attachment(&mut self, user: &str, to: &Target<'_>, mut about: Value) -> String {
        about["parentType"] = to.kind.into();
        about["parentId"] = to.id.into();
        about["createdAt"] = self.date().into();
        about["_createdBy"] = user.into();
        about["_sheet"] = to.sheet.into();
        let parents: &[&str] = match to.kind {
            "SHEET" => &[to.sheet],
            "PROOF" => &[to.id],
            "COMMENT" if self.is_about_proof(to.id) => &[to.id],
            _ => &[to.sheet, to.id],
        };
        self.add(ATTACHMENT, parents, about)
    }
}

impl Call<'_> {
    fn attachment_view(&self, attachment: &Value) -> Value {
        let mut view = attachment.clone();
        view["createdBy"] = mini(self.state.world.get(USER, text(attachment, "_createdBy")));
        view
    }

    /// What is attached to a row or comment, or to the sheet alone: the newest version of each.
    pub(super) fn attachments_on(&self, parent: &str) -> Vec<Value> {
        let attachments = self.state.listed(parent, ATTACHMENT).into_iter();
        let own =
            attachments.filter(|one| text(one, "parentId") == parent && one.get("_replacedBy").is_none());
        own.map(|attachment| self.attachment_view(attachment)).collect()
    }

    fn attachment(&self, sheet: &str, id: &str, least: Level) -> Result<&Value, Refusal> {
        self.state.sheet(self.caller, sheet, least)?;
        let found = self.state.world.get(ATTACHMENT, id).filter(|found| text(found, "_sheet") == sheet);
        found.ok_or_else(|| Refusal::of(1006))
    }

    pub(super) fn get_attachments(&mut self, sheet: &str, row: Option<&str>) -> Answer {
        self.state.sheet(self.caller, sheet, Level::Viewer)?;
        if let Some(row) = row {
            self.state.row(sheet, row)?;
        }
        let newest = |attachment: &&Value| attachment.get("_replacedBy").is_none();
        // Those of a row include the ones of its comments, which hang on the sheet.
        let found = self.state.listed(sheet, ATTACHMENT).into_iter().filter(newest);
        let found = found.filter(|attachment| row.is_none_or(|row| self.row_of(attachment) == row));
        let views = found.map(|attachment| self.attachment_view(attachment)).collect();
        paging::numbered(self.query, &self.state.rules, views)
    }

    fn row_of<'a>(&'a self, attachment: &'a Value) -> &'a str {
        let parent = text(attachment, "parentId");
        let Some(comment) = self.state.world.get(COMMENT, parent) else { return parent };
        let discussion = self.state.world.get(super::state::DISCUSSION, text(comment, "discussionId"));
        discussion.map(|discussion| text(discussion, "parentId")).unwrap_or_default()
    }

    pub(super) fn get_attachment(&mut self, sheet: &str, id: &str) -> Answer {
        let attachment = self.attachment(sheet, id, Level::Viewer)?;
        let mut view = self.attachment_view(attachment);
        if attachment["attachmentType"] == "FILE" {
            view["_file"] = id.into();
            view["urlExpiresInMillis"] = URL_MILLISECONDS.into();
        }
        Ok(view)
    }

    pub(super) fn get_attachment_versions(&mut self, sheet: &str, id: &str) -> Answer {
        let first = first_of(self.attachment(sheet, id, Level::Viewer)?);
        let mut versions = self.versions(sheet, &first);
        versions.reverse();
        paging::numbered(
            self.query,
            &self.state.rules,
            versions.into_iter().map(|version| self.attachment_view(version)).collect(),
        )
    }

    /// All versions of an attachment, oldest first.
    fn versions(&self, sheet: &str, first: &str) -> Vec<&Value> {
        let all = self.state.listed(sheet, ATTACHMENT).into_iter();
        all.filter(|attachment| first_of(attachment) == first).collect()
    }

    pub(super) fn post_attachment(&mut self, sheet: &str, kind: &str, parent: &str) -> Answer {
        self.check_parent(sheet, kind, parent)?;
        let id = if let Some(file) = self.file {
            self.attach_file(sheet, kind, parent, file)?
        } else if self.body.is_null() {
            return Err(Refusal::about(1011, "Content-Disposition"));
        } else {
            self.attach_link(sheet, kind, parent)?
        };
        let version = self.state.bump(sheet);
        self.state.note(&self.caller.user, "ATTACHMENT", "CREATE", &id);
        Ok(done_at(version, self.attachment_view(self.attachment(sheet, &id, Level::Viewer)?)))
    }

    /// Files on rows and sheets are for editors, those on comments for who wrote the comment.
    fn check_parent(&self, sheet: &str, kind: &str, parent: &str) -> Result<(), Refusal> {
        let least = if kind == "COMMENT" { Level::Commenter } else { Level::Editor };
        self.state.sheet(self.caller, sheet, least)?;
        match kind {
            "ROW" => self.state.row(sheet, parent).map(|_| ()),
            "COMMENT" => {
                let comment =
                    self.state.world.get(COMMENT, parent).filter(|one| text(one, "_sheet") == sheet);
                let comment = comment.ok_or_else(|| Refusal::of(1006))?;
                if text(comment, "_createdBy") == self.caller.user { Ok(()) } else { Err(Refusal::of(1081)) }
            }
            _ => Ok(()),
        }
    }

    /// Takes an upload, unless it is empty or too large or the sheet takes no files.
    pub(super) fn attach_file(
        &mut self,
        sheet: &str,
        kind: &str,
        parent: &str,
        file: &Upload,
    ) -> Result<String, Refusal> {
        self.check_upload(sheet, file)?;
        let to = Target { sheet, kind, id: parent };
        let blob = Blob::Held(file.bytes.clone());
        Ok(self.state.new_file(&self.caller.user, &to, &file.name, &file.mime, blob))
    }

    fn check_upload(&self, sheet: &str, file: &Upload) -> Result<(), Refusal> {
        self.check_allowed(sheet, "FILE")?;
        if file.bytes.len() > self.state.rules.upload {
            return Err(Refusal::of(1073));
        }
        if file.name.is_empty() { Err(Refusal::about(1011, "Content-Disposition")) } else { Ok(()) }
    }

    fn check_allowed(&self, sheet: &str, kind: &str) -> Result<(), Refusal> {
        let sheet = self.state.world.get(SHEET, sheet).ok_or_else(|| Refusal::of(1006))?;
        let allowed = items(sheet, "effectiveAttachmentOptions").iter().any(|option| option == kind);
        if allowed { Ok(()) } else { Err(Refusal::of(1004)) }
    }

    fn attach_link(&mut self, sheet: &str, kind: &str, parent: &str) -> Result<String, Refusal> {
        input::only(self.body, &["name", "url", "attachmentType", "attachmentSubType", "description"])?;
        let url = self.body["url"].as_str().ok_or_else(|| Refusal::about(1012, "url"))?;
        let address = url::Url::parse(url).map_err(|_| Refusal::about(1031, "url"))?;
        let link =
            self.body["attachmentType"].as_str().ok_or_else(|| Refusal::about(1012, "attachmentType"))?;
        if link == "FILE" {
            return Err(Refusal::of(1051));
        }
        let (_, hosts) = LINKS
            .iter()
            .find(|(known, _)| *known == link)
            .ok_or_else(|| Refusal::about(1031, "attachmentType"))?;
        let host = address.host_str().unwrap_or_default();
        if !hosts.is_empty()
            && !hosts.iter().any(|known| host == *known || host.ends_with(&format!(".{known}")))
        {
            return Err(Refusal::about(1031, "url"));
        }
        self.check_allowed(sheet, link)?;
        let name = self.body["name"].as_str().filter(|name| !name.is_empty()).unwrap_or(url);
        let mut about = json!({"name": name, "url": url, "attachmentType": link});
        if let Some(kind) = self.body["attachmentSubType"].as_str() {
            about["attachmentSubType"] = kind.into();
        }
        Ok(self.state.new_attachment(&self.caller.user, &Target { sheet, kind, id: parent }, about))
    }

    pub(super) fn post_attachment_version(&mut self, sheet: &str, id: &str) -> Answer {
        let old = self.attachment(sheet, id, Level::Editor)?.clone();
        let file = self.file.ok_or_else(|| Refusal::about(1011, "Content-Disposition"))?;
        if old["attachmentType"] != "FILE" {
            return Err(Refusal::about(1031, "attachmentType"));
        }
        self.check_upload(sheet, file)?;
        let first = first_of(&old);
        let newest = self.versions(sheet, &first).last().map(|newest| text(newest, "id").to_owned());
        let new = self.attach_file(sheet, text(&old, "parentType"), text(&old, "parentId"), file)?;
        self.state.change(ATTACHMENT, &new, |new| new["_versionOf"] = first.into());
        if let Some(newest) = newest {
            self.state.change(ATTACHMENT, &newest, |newest| newest["_replacedBy"] = new.as_str().into());
        }
        let version = self.state.bump(sheet);
        Ok(done_at(version, self.attachment_view(self.attachment(sheet, &new, Level::Viewer)?)))
    }

    fn may_delete_attachment(&self, sheet: &str, id: &str) -> Result<&Value, Refusal> {
        let attachment = self.attachment(sheet, id, Level::Commenter)?;
        let own = text(attachment, "_createdBy") == self.caller.user;
        let admin = self.state.level(SHEET, sheet, &self.caller.user) >= Some(Level::Admin);
        match text(attachment, "parentType") {
            "COMMENT" if !own => Err(Refusal::of(1081)),
            _ if own || admin => Ok(attachment),
            _ => Err(Refusal::of(1004)),
        }
    }

    /// Deletes one version; the one before becomes the newest again.
    pub(super) fn delete_attachment(&mut self, sheet: &str, id: &str) -> Answer {
        self.may_delete_attachment(sheet, id)?;
        let before = self.state.world.of(sheet, ATTACHMENT).find(|other| text(other, "_replacedBy") == id);
        if let Some(before) = before.map(|before| text(before, "id").to_owned()) {
            self.state.change(ATTACHMENT, &before, |before| {
                before.as_object_mut().map(|before| before.remove("_replacedBy"));
            });
        }
        self.drop_attachment(id);
        self.state.bump(sheet);
        self.state.note(&self.caller.user, "ATTACHMENT", "DELETE", id);
        Ok(success())
    }

    pub(super) fn delete_attachment_versions(&mut self, sheet: &str, id: &str) -> Answer {
        let first = first_of(self.may_delete_attachment(sheet, id)?);
        let all: Vec<String> =
            self.versions(sheet, &first).iter().map(|one| text(one, "id").to_owned()).collect();
        for id in all {
            self.drop_attachment(&id);
        }
        self.state.bump(sheet);
        Ok(success())
    }

    fn drop_attachment(&mut self, id: &str) {
        self.state.blobs.remove(id);
        self.state.world.remove(ATTACHMENT, id);
    }
}

/// The id of the oldest version of an attachment.
fn first_of(attachment: &Value) -> String {
    let first = text(attachment, "_versionOf");
    if first.is_empty() { text(attachment, "id").to_owned() } else { first.to_owned() }
}
