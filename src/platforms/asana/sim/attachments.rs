//! Attachments: uploads, whose bytes lie in the file storage, and links.

use serde_json::{Value, json};

use super::access::Level;
use crate::sim::blob::Blob;
use super::call::{Answer, Call, Outcome};
use super::events::Happening;
use super::refusal::Refusal;
use super::state::{ATTACHMENT, PROJECT, PROJECT_BRIEF, State, TASK};
use crate::sim::world::{Kind, text};

/// Seconds for which the address of a download may be used.
pub(super) const DOWNLOAD_SECONDS: i64 = 120;

impl State {
    /// Attaches a file.
    pub(super) fn new_upload(&mut self, by: &str, parent: (Kind, &str), name: &str, blob: Blob) -> String {
        let id = self.new_attachment(by, parent, name, "asana");
        self.set(ATTACHMENT, &id, "size", blob.size());
        self.blobs.insert(id.clone(), blob);
        id
    }

    /// Attaches something that lies elsewhere. `host` says where: `external`, `gdrive`, ..
    pub(super) fn new_link(
        &mut self,
        by: &str,
        parent: (Kind, &str),
        name: &str,
        host: &str,
        url: &str,
    ) -> String {
        let id = self.new_attachment(by, parent, name, host);
        self.set(ATTACHMENT, &id, "view_url", url);
        self.set(ATTACHMENT, &id, "_url", url);
        id
    }

    fn new_attachment(&mut self, by: &str, parent: (Kind, &str), name: &str, host: &str) -> String {
        let id = self.new_gid();
        let permanent = format!("https://app.asana.com/app/asana/-/get_asset?asset_id={id}");
        let attachment = json!({
            "id": id, "name": name, "resource_subtype": host, "host": host, "created_at": self.date(),
            "view_url": permanent, "permanent_url": permanent, "connected_to_app": false,
            "_parent_kind": parent.0, "_parent": parent.1,
        });
        self.world.insert(ATTACHMENT, &[parent.1], attachment);
        if parent.0 == TASK {
            // Attachments show in the history even where nothing else is written there.
            self.history_line(by, parent.1, "attachment_added", &format!("attached {name}"), &json!({}));
        }
        id
    }

    /// Where the bytes can be fetched for the next two minutes, without any credential.
    pub(super) fn download_url(&self, attachment: &Value) -> Value {
        let id = text(attachment, "id");
        if self.blobs.contains_key(id) {
            let expires = self.now.as_second() + DOWNLOAD_SECONDS;
            let signature = self.storage_signature(id, expires);
            let storage = &self.storage_origin;
            return format!("{storage}/storage/{id}?expires={expires}&signature={signature}").into();
        }
        match text(attachment, "host") {
            // These hosts give no address for downloads.
            "vimeo" | "box" => Value::Null,
            _ => attachment["_url"].clone(),
        }
    }

    pub(super) fn storage_signature(&self, id: &str, expires: i64) -> String {
        self.derived("download", &format!("{id} {expires}"), 40)
    }
}

impl Call<'_> {
    /// What an attachment hangs on, if the caller may do that much there.
    fn attachable(&self, parent: &str, least: Level) -> Result<(Kind, String), Refusal> {
        if let Some(project) = self.state.world.get(PROJECT, parent) {
            self.state.project(self.caller, text(project, "id"), least)?;
            return Ok((PROJECT, parent.to_owned()));
        }
        if let Some(brief) = self.state.world.get(PROJECT_BRIEF, parent) {
            self.state.project(self.caller, text(brief, "project"), least)?;
            return Ok((PROJECT_BRIEF, parent.to_owned()));
        }
        let task = self.state.task(self.caller, parent, least)?;
        Ok((TASK, text(task, "id").to_owned()))
    }

    fn attachment(&self, id: &str, least: Level) -> Result<(Kind, String), Refusal> {
        let parent = text(self.state.known(ATTACHMENT, id)?, "_parent").to_owned();
        self.attachable(&parent, least)
    }

    fn hears_of(&self, parent: &(Kind, String)) -> Vec<String> {
        match parent.0 {
            TASK => self.state.streams_of(&parent.1),
            _ => vec![parent.1.clone()],
        }
    }

    pub(super) fn get_attachments(&mut self) -> Outcome {
        let parent = self.query.text("parent").ok_or_else(|| Refusal::missing("parent"))?;
        let (_, parent) = self.attachable(&parent, Level::Viewer)?;
        self.list(ATTACHMENT, &self.state.world.ids_of(&parent, ATTACHMENT))
    }

    pub(super) fn get_attachment(&mut self, id: &str) -> Outcome {
        self.attachment(id, Level::Viewer)?;
        self.one(ATTACHMENT, id)
    }

    pub(super) fn post_attachment(&mut self) -> Outcome {
        super::input::only(
            self.data,
            &["parent", "resource_subtype", "url", "name", "connect_to_app", "file", "opt_fields"],
        )?;
        let data = |field: &str| self.data.text(field).filter(|text| !text.is_empty());
        let parent = data("parent").ok_or_else(|| Refusal::missing("parent"))?;
        let parent = self.attachable(&parent, Level::Editor)?;
        let by = self.caller.user.clone();
        let on = (parent.0, parent.1.as_str());
        let id = match (data("resource_subtype").as_deref(), self.file) {
            (None | Some("asana"), Some(file)) => {
                if file.bytes.len() > self.state.rules.upload {
                    return Err(Refusal::too_large());
                }
                let name = data("name").unwrap_or_else(|| file_name(&file.name));
                self.state.new_upload(&by, on, &name, Blob::Held(file.bytes.clone()))
            }
            (None | Some("asana"), None) => return Err(Refusal::missing("file")),
            (Some("external"), _) => {
                let url = data("url").ok_or_else(|| Refusal::missing("url"))?;
                let name = data("name").ok_or_else(|| Refusal::missing("name"))?;
                if !url.starts_with("http://") && !url.starts_with("https://") {
                    return Err(Refusal::invalid("url", "Not a valid URL"));
                }
                self.state.new_link(&by, on, &name, "external", &url)
            }
            (Some(other), _) => {
                let why = format!("Cannot attach files from this service: {other}");
                return Err(Refusal::invalid("resource_subtype", &why));
            }
        };
        let streams = self.hears_of(&parent);
        self.tell(Happening::added(ATTACHMENT, &id, (parent.0, &parent.1)).heard_by(streams));
        self.one(ATTACHMENT, &id)
    }

    pub(super) fn delete_attachment(&mut self, id: &str) -> Outcome {
        let parent = self.attachment(id, Level::Editor)?;
        let streams = self.hears_of(&parent);
        self.tell(Happening::deleted(ATTACHMENT, id).heard_by(streams));
        self.state.world.remove(ATTACHMENT, id);
        self.state.blobs.remove(id);
        if parent.0 == TASK {
            self.state.touch(TASK, &parent.1);
        }
        Ok(Answer::empty())
    }
}

/// A file name as it comes in a request: percent-encoded. What is not ASCII and not encoded is lost.
fn file_name(raw: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = raw.chars();
    while let Some(c) = rest.next() {
        let ahead = rest.as_str();
        let code = ahead.get(..2).filter(|_| c == '%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest.nth(1);
            }
            None if c.is_ascii() => bytes.extend(u8::try_from(c)),
            None => bytes.push(b'?'),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn file_names_come_percent_encoded() {
        for (raw, name) in [
            ("r%C3%A9sum%C3%A9.pdf", "résumé.pdf"),
            ("résumé.pdf", "r?sum?.pdf"),
            ("100%.txt", "100%.txt"),
            ("a%2Fb%", "a/b%"),
        ] {
            assert_eq!(file_name(raw), name);
        }
    }
}
