//! Attachments: uploads and links.

use serde_json::{Value, json};

use super::access::Access;
use crate::sim::blob::Blob;
use super::call::{Answer, Call};
use super::input;
use super::refusal::Refusal;
use super::state::{ATTACHMENT, CARD, State};
use super::views::project;
use crate::sim::world::text;

impl State {
    /// Attaches a link.
    pub(super) fn new_link(&mut self, by: &str, card: &str, name: &str, url: &str) -> String {
        self.new_attachment(by, card, &json!({"name": name, "url": url, "isUpload": false}))
    }

    /// Attaches a file.
    pub(super) fn new_upload(&mut self, by: &str, card: &str, names: (&str, &str), mime: &str, blob: Blob) -> String {
        let (name, file_name) = names;
        let about = json!({
            "name": name, "fileName": file_name, "bytes": blob.size(), "mimeType": mime, "isUpload": true,
        });
        let id = self.new_attachment(by, card, &about);
        self.blobs.insert(id.clone(), blob);
        id
    }

    fn new_attachment(&mut self, by: &str, card: &str, about: &Value) -> String {
        let id = self.new_id();
        let board = self.world.get(CARD, card).map(|card| text(card, "idBoard").to_owned()).unwrap_or_default();
        let pos = input::bottom(self.positions(card, ATTACHMENT));
        let mut attachment = json!({
            "id": id, "bytes": null, "date": self.date(), "edgeColor": null, "idMember": by, "mimeType": "",
            "previews": [], "pos": pos, "fileName": null, "isMalicious": false, "_card": card,
        });
        for (field, value) in about.as_object().into_iter().flatten() {
            attachment[field.as_str()] = value.clone();
        }
        self.world.insert(ATTACHMENT, &[&board, card], attachment);
        id
    }
}

impl Call<'_> {
    pub(super) fn get_card_attachments(&mut self, card: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::View)?;
        let fields = self.params.text("fields").unwrap_or_else(|| "all".to_owned());
        self.params.text("filter");
        let attachments = self.state.world.of(&card, ATTACHMENT);
        Ok(attachments.map(|a| project(self.state.attachment_view(a), &fields)).collect())
    }

    pub(super) fn get_card_attachment(&mut self, card: &str, attachment: &str) -> Answer {
        let fields = self.params.text("fields").unwrap_or_else(|| "all".to_owned());
        let found = self.state.attachment_of(self.caller, card, attachment, Access::View)?;
        Ok(project(self.state.attachment_view(found), &fields))
    }

    pub(super) fn post_attachment(&mut self, card: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::Edit)?;
        let name = input::text(self.params, "name")?.filter(|name| !name.is_empty());
        let mime = input::text(self.params, "mimeType")?.filter(|mime| !mime.is_empty());
        let too_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().count() > 256);
        if too_long(&name) || too_long(&mime) {
            return Err(Refusal::invalid(if too_long(&name) { "name" } else { "mimeType" }));
        }
        let cover = input::flag(self.params, "setCover")?.unwrap_or(false);
        let id = match (self.file, self.params.text("url")) {
            (Some(file), _) => {
                let file = file.clone();
                let id = self.attach(&card, &file.name, mime.as_deref().unwrap_or(&file.mime), file.bytes)?;
                if let (Some(name), Some(attachment)) = (name, self.state.world.edit(ATTACHMENT, &id)) {
                    attachment["name"] = name.into();
                }
                id
            }
            (None, Some(url)) if url.contains("://") => {
                self.state.new_link(&self.caller.member, &card, name.as_deref().unwrap_or(&url), &url)
            }
            (None, Some(_)) => return Err(Refusal::invalid("url")),
            (None, None) => return Err(Refusal::wrong("Must provide either url or file")),
        };
        let is_upload = self.state.world.get(ATTACHMENT, &id).is_some_and(|a| a["isUpload"] == true);
        if let (true, true, Some(card)) = (cover, is_upload, self.state.world.edit(CARD, &card)) {
            card["idAttachmentCover"] = id.as_str().into();
            card["cover"]["idAttachment"] = id.as_str().into();
            card["cover"]["color"] = Value::Null;
            card["manualCoverAttachment"] = true.into();
        }
        self.changed(&card, "addAttachmentToCard");
        let attachment = self.state.world.get(ATTACHMENT, &id).ok_or_else(Refusal::not_found)?;
        Ok(self.state.attachment_view(attachment))
    }

    /// Takes an upload, unless it is empty or too large.
    pub(super) fn attach(&mut self, card: &str, name: &str, mime: &str, bytes: Vec<u8>) -> Result<String, Refusal> {
        if bytes.is_empty() {
            return Err(Refusal::invalid("file"));
        }
        if bytes.len() > self.state.rules.upload {
            return Err(Refusal::upload_too_large());
        }
        Ok(self.state.new_upload(&self.caller.member, card, (name, name), mime, Blob::Held(bytes)))
    }

    pub(super) fn delete_attachment(&mut self, card: &str, attachment: &str) -> Answer {
        self.state.attachment_of(self.caller, card, attachment, Access::Edit)?;
        let card = self.state.card(self.caller, card, Access::Edit)?;
        self.state.world.remove(ATTACHMENT, attachment);
        self.state.blobs.remove(attachment);
        if let Some(entity) = self.state.world.edit(CARD, &card)
            && entity["idAttachmentCover"] == attachment
        {
            entity["idAttachmentCover"] = Value::Null;
            entity["cover"]["idAttachment"] = Value::Null;
            entity["manualCoverAttachment"] = false.into();
        }
        self.changed(&card, "deleteAttachmentFromCard");
        Ok(json!({"limits": {}}))
    }
}

impl State {
    /// An attachment of a card that the caller may see or change.
    pub(super) fn attachment_of(
        &self,
        caller: &super::access::Caller,
        card: &str,
        attachment: &str,
        least: Access,
    ) -> Result<&Value, Refusal> {
        let card = self.card(caller, card, least)?;
        self.world.of(&card, ATTACHMENT).find(|known| text(known, "id") == attachment).ok_or_else(Refusal::not_found)
    }
}
