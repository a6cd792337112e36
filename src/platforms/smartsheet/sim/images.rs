//! Images in cells and in fields of the summary.

use serde_json::{Value, json};

use super::access::Level;
use crate::sim::blob::Blob;
use super::call::{Answer, Call, done, done_at};
use super::columns;
use super::input;
use super::refusal::Refusal;
use super::rows_reading::Shown;
use super::state::{ROW, SHEET, State, items};
use crate::sim::world::text;

/// Milliseconds for which the address of an image may be used.
const URL_MILLISECONDS: i64 = super::DOWNLOAD_SECONDS * 1_000;
/// Width and height that the sandbox gives every image: it does not look into them.
const SIZE: (u64, u64) = (640, 480);

/// What of a field the answer to an upload tells.
const TOLD: [&str; 9] =
    ["id", "title", "type", "index", "locked", "lockedForUser", "objectValue", "image", "createdAt"];

impl State {
    fn new_image(&mut self, alt: &str, blob: Blob) -> Value {
        let id = self.new_word();
        let image = json!({"id": id, "altText": alt, "width": SIZE.0, "height": SIZE.1});
        self.blobs.insert(id, blob);
        image
    }

    /// Puts an image into a cell. Its format and its outgoing links stay, as with every other content.
    pub(super) fn set_image(&mut self, row: &str, column: &str, alt: &str, blob: Blob) {
        let image = self.new_image(alt, blob);
        self.change(ROW, row, |row| {
            let mut cell = json!({"value": alt, "displayValue": alt, "image": image});
            for kept in ["format", "linksOutToCells"] {
                if let Some(value) = row["cells"][column].get(kept) {
                    cell[kept] = value.clone();
                }
            }
            row["cells"][column] = cell;
        });
        self.touch(ROW, row);
    }

    /// Puts an image into a field of the summary in place of what it holds; what the field is stays.
    pub(super) fn set_summary_image(&mut self, sheet: &str, field: &str, alt: &str, blob: Blob) {
        let image = self.new_image(alt, blob);
        self.change(SHEET, sheet, |sheet| {
            let fields = sheet["summaryFields"].as_array_mut().into_iter().flatten();
            for field in fields.filter(|known| known["id"] == field) {
                for gone in ["formula", "hyperlink"] {
                    field.as_object_mut().map(|field| field.remove(gone));
                }
                field["objectValue"] = alt.into();
                field["displayValue"] = alt.into();
                field["image"] = image.clone();
            }
        });
        self.touch(SHEET, sheet);
    }
}

impl Call<'_> {
    pub(super) fn post_image(&mut self, sheet: &str, row: &str, column: &str) -> Answer {
        let entity = self.state.sheet(self.caller, sheet, Level::Editor)?;
        let access = self.state.level(SHEET, sheet, &self.caller.user).unwrap_or(Level::Viewer);
        let found = columns::find(entity, column)?;
        if found.get("systemColumnType").is_some() || found.get("formula").is_some() {
            return Err(Refusal::of(1046));
        }
        if found["locked"] == true && access < Level::Admin {
            return Err(Refusal::about(1039, text(found, "title")));
        }
        if self.state.row(sheet, row)?["locked"] == true && access < Level::Admin {
            return Err(Refusal::of(1050));
        }
        let (alt, blob) = self.image_of_request()?;
        self.state.set_image(row, column, &alt, blob);
        let version = self.state.bump(sheet);
        let entity = self.state.sheet(self.caller, sheet, Level::Viewer)?;
        Ok(done_at(version, self.row_by_id(sheet, entity, row, &Shown::plain(access))?))
    }

    /// Editors fill in with images as they do with values.
    pub(super) fn post_summary_image(&mut self, sheet: &str, field: &str) -> Answer {
        let entity = self.state.sheet(self.caller, sheet, Level::Editor)?;
        let access = self.state.level(SHEET, sheet, &self.caller.user).unwrap_or(Level::Viewer);
        let is_meant = |known: &&Value| text(known, "id") == field;
        let known = items(entity, "summaryFields").iter().find(is_meant).ok_or_else(|| Refusal::of(1006))?;
        if known["locked"] == true && access < Level::Admin {
            return Err(Refusal::of(1004));
        }
        let (alt, blob) = self.image_of_request()?;
        self.state.set_summary_image(sheet, field, &alt, blob);
        let mut answer = self.summary_views(sheet)?.into_iter().find(|view| is_meant(&view)).unwrap_or_default();
        if let Some(view) = answer.as_object_mut() {
            view.retain(|name, _| TOLD.contains(&name.as_str()));
        }
        answer["version"] = self.state.sheet(self.caller, sheet, Level::Viewer)?["version"].clone();
        Ok(done(answer))
    }

    /// The text and the bytes of the image that is sent.
    fn image_of_request(&self) -> Result<(String, Blob), Refusal> {
        input::flag(self.query, "overrideValidation")?;
        let file = self.file.ok_or_else(|| Refusal::about(1011, "Content-Disposition"))?;
        if file.bytes.len() > self.state.rules.upload {
            return Err(Refusal::of(1073));
        }
        let alt = self.query.text("altText").unwrap_or_else(|| file.name.clone());
        Ok((alt, Blob::Held(file.bytes.clone())))
    }

    /// Addresses of many images at once; each image answers for itself.
    pub(super) fn post_image_urls(&mut self) -> Answer {
        let (wanted, _) = input::one_or_many(self.body)?;
        let address = |wanted: &Value| {
            let id = text(wanted, "imageId");
            if self.sees_image(id) {
                json!({"imageId": id, "_file": id})
            } else {
                json!({"imageId": id, "error": Refusal::of(1006).body("image")})
            }
        };
        let urls: Vec<Value> = wanted.iter().map(address).collect();
        Ok(json!({"urlExpiresInMillis": URL_MILLISECONDS, "imageUrls": urls}))
    }

    fn sees_image(&self, id: &str) -> bool {
        let is_meant = |holder: &Value| text(&holder["image"], "id") == id;
        let in_row = |row: &&Value| row["cells"].as_object().into_iter().flatten().any(|(_, cell)| is_meant(cell));
        let in_summary = |sheet: &&Value| items(sheet, "summaryFields").iter().any(is_meant);
        let rows = self.state.world.all(ROW).filter(in_row).map(|row| text(row, "_sheet"));
        let sheets = self.state.world.all(SHEET).filter(in_summary).map(|sheet| text(sheet, "id"));
        rows.chain(sheets).any(|sheet| self.state.sheet(self.caller, sheet, Level::Viewer).is_ok())
    }
}
