//! Images in cells.

use serde_json::{Value, json};

use super::access::Level;
use crate::sim::blob::Blob;
use super::call::{Answer, Call, done_at};
use super::columns;
use super::input;
use super::refusal::Refusal;
use super::rows_reading::Shown;
use super::state::{ROW, SHEET, State};
use crate::sim::world::text;

/// Milliseconds for which the address of an image may be used.
const URL_MILLISECONDS: i64 = super::DOWNLOAD_SECONDS * 1_000;
/// Width and height that the sandbox gives every image: it does not look into them.
const SIZE: (u64, u64) = (640, 480);

impl State {
    /// Puts an image into a cell. Its format and its outgoing links stay, as with every other content.
    pub(super) fn set_image(&mut self, row: &str, column: &str, alt: &str, blob: Blob) {
        let id = self.new_word();
        let image = json!({"id": id, "altText": alt, "width": SIZE.0, "height": SIZE.1});
        self.blobs.insert(id, blob);
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
        input::flag(self.query, "overrideValidation")?;
        let file = self.file.ok_or_else(|| Refusal::about(1011, "Content-Disposition"))?;
        if file.bytes.len() > self.state.rules.upload {
            return Err(Refusal::of(1073));
        }
        let alt = self.query.text("altText").unwrap_or_else(|| file.name.clone());
        self.state.set_image(row, column, &alt, Blob::Held(file.bytes.clone()));
        let version = self.state.bump(sheet);
        let entity = self.state.sheet(self.caller, sheet, Level::Viewer)?;
        Ok(done_at(version, self.row_by_id(sheet, entity, row, &Shown::plain(access))?))
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
        let shows = |row: &&Value| {
            row["cells"].as_object().into_iter().flatten().any(|(_, cell)| text(&cell["image"], "id") == id)
        };
        let row = self.state.world.all(ROW).find(shows);
        row.is_some_and(|row| self.state.sheet(self.caller, text(row, "_sheet"), Level::Viewer).is_ok())
    }
}
