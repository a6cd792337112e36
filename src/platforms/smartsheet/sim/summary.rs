//! The summary of a sheet: fields outside its grid.

use serde_json::{Value, json};

use super::access::{Level, mini};
use super::call::{Answer, Call, done};
use super::input;
use super::outward;
use super::paging;
use super::refusal::Refusal;
use super::state::{SHEET, USER, items};
use crate::sim::world::text;

/// The longest title of a field, in characters.
const LONGEST_TITLE: usize = 50;
const TYPES: &[&str] =
    &["TEXT_NUMBER", "DATE", "CHECKBOX", "CONTACT_LIST", "PICKLIST", "MULTI_CONTACT_LIST", "MULTI_PICKLIST"];
const ATTRIBUTES: &[&str] = &[
    "id",
    "title",
    "type",
    "options",
    "symbol",
    "contactOptions",
    "index",
    "format",
    "formula",
    "hyperlink",
    "locked",
    "validation",
    "objectValue",
];

impl Call<'_> {
    pub(super) fn summary_views(&self, sheet: &str) -> Result<Vec<Value>, Refusal> {
        let include = input::words(self.query, "include", &["format", "writerInfo"])?;
        let exclude = input::words(self.query, "exclude", &["displayValue", "image", "imageAltText"])?;
        let access = self.state.level(SHEET, sheet, &self.caller.user).unwrap_or(Level::Viewer);
        let fields = items(self.state.sheet(self.caller, sheet, Level::Viewer)?, "summaryFields");
        let view = |(index, field): (usize, &Value)| {
            let mut view = field.clone();
            view["index"] = index.into();
            view["lockedForUser"] = (field["locked"] == true && access < Level::Admin).into();
            let mut hide = |name: &str| {
                view.as_object_mut().map(|view| view.remove(name));
            };
            if !include.contains("format") {
                hide("format");
            }
            if exclude.contains("displayValue") {
                hide("displayValue");
            }
            if exclude.contains("image") {
                hide("image");
            }
            if exclude.contains("imageAltText") {
                view["image"].as_object_mut().map(|image| image.remove("altText"));
            }
            if include.contains("writerInfo") {
                view["createdBy"] = mini(self.state.world.get(USER, text(field, "_createdBy")));
                view["modifiedBy"] = mini(self.state.world.get(USER, text(field, "_modifiedBy")));
            }
            view
        };
        Ok(fields.iter().enumerate().map(view).collect())
    }

    pub(super) fn get_summary(&mut self, sheet: &str) -> Answer {
        Ok(json!({"fields": self.summary_views(sheet)?}))
    }

    pub(super) fn get_summary_fields(&mut self, sheet: &str) -> Answer {
        paging::numbered(self.query, &self.state.rules, self.summary_views(sheet)?)
    }

    pub(super) fn post_summary_fields(&mut self, sheet: &str) -> Answer {
        let entity = self.state.sheet(self.caller, sheet, Level::Admin)?;
        let mut fields = items(entity, "summaryFields").to_vec();
        let rename = input::flag(self.query, "renameIfConflict")?;
        let (given, _) = input::one_or_many(self.body)?;
        let mut made = Vec::new();
        for (index, given) in given.iter().enumerate() {
            let field =
                self.new_field(sheet, given, &fields, rename).map_err(|refusal| refusal.at(index, None))?;
            made.push(text(&field, "id").to_owned());
            let at = given["index"].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or(fields.len());
            fields.insert(at.min(fields.len()), field);
        }
        self.store_fields(sheet, fields, &made)
    }

    fn new_field(
        &mut self,
        sheet: &str,
        given: &Value,
        fields: &[Value],
        rename: bool,
    ) -> Result<Value, Refusal> {
        input::only(given, ATTRIBUTES)?;
        let mut title = input::name(given, "title", LONGEST_TITLE)?;
        let taken = |title: &str| fields.iter().any(|field| text(field, "title") == title);
        if taken(&title) {
            let free = (1..=fields.len() + 1).map(|n| format!("{title} ({n})")).find(|title| !taken(title));
            title = free.filter(|_| rename).ok_or_else(|| Refusal::about(1129, "summary field"))?;
        }
        let kind = given["type"].as_str().ok_or_else(|| Refusal::about(1012, "type"))?;
        if !TYPES.contains(&kind) {
            return Err(Refusal::about(1142, kind));
        }
        let now = self.state.date();
        let mut field = json!({
            "id": self.state.new_id(), "title": title, "type": kind, "locked": false, "validation": false,
            "createdAt": now, "modifiedAt": now, "_createdBy": self.caller.user, "_modifiedBy": self.caller.user,
        });
        self.apply_to_field(sheet, &mut field, given)?;
        Ok(field)
    }

    fn apply_to_field(&self, sheet: &str, field: &mut Value, given: &Value) -> Result<(), Refusal> {
        for name in ["options", "symbol", "contactOptions", "format"] {
            match given.get(name) {
                Some(Value::Null) => {
                    field.as_object_mut().map(|field| field.remove(name));
                }
                Some(value) => field[name] = value.clone(),
                None => {}
            }
        }
        for name in ["locked", "validation"] {
            if let Some(value) = input::truth(given, name)? {
                field[name] = value.into();
            }
        }
        if !["objectValue", "formula", "hyperlink"].iter().any(|name| given.get(*name).is_some()) {
            return Ok(());
        }
        // Simple values come without an object around them here.
        let object = &given["objectValue"];
        let mut cell = json!({});
        for name in ["formula", "hyperlink"] {
            if let Some(value) = given.get(name) {
                cell[name] = value.clone();
            }
        }
        if object.is_object() {
            cell["objectValue"] = object.clone();
        } else {
            cell["value"] = object.clone();
        }
        let column = json!({"id": field["id"], "type": field["type"], "options": field["options"], "validation": field["validation"]});
        let stored = self.state.new_cell(sheet, &column, &cell, None, false)?;
        for name in ["displayValue", "objectValue", "formula", "hyperlink", "image"] {
            match stored.get(name) {
                Some(value) => field[name] = value.clone(),
                None => {
                    field.as_object_mut().map(|field| field.remove(name));
                }
            }
        }
        if stored.get("objectValue").is_none() && stored.get("value").is_some() {
            field["objectValue"] = stored["value"].clone();
        }
        Ok(())
    }

    pub(super) fn put_summary_fields(&mut self, sheet: &str) -> Answer {
        let access = self.state.level(SHEET, sheet, &self.caller.user).unwrap_or(Level::Viewer);
        let entity = self.state.sheet(self.caller, sheet, Level::Editor)?;
        let mut fields = items(entity, "summaryFields").to_vec();
        input::flag(self.query, "renameIfConflict")?;
        let (given, _) = input::one_or_many(self.body)?;
        let mut changed = Vec::new();
        for (index, given) in given.iter().enumerate() {
            let here = |refusal: Refusal| refusal.at(index, None);
            input::only(given, ATTRIBUTES).map_err(here)?;
            let id =
                input::optional_id(given, "id")?.ok_or_else(|| Refusal::about(1012, "id").at(index, None))?;
            let at = fields
                .iter()
                .position(|field| text(field, "id") == id)
                .ok_or_else(|| Refusal::of(1006).at(index, None))?;
            let mut field = fields.remove(at);
            // Editors fill fields in; what a field is administrators decide.
            let defines = given.as_object().into_iter().flatten().any(|(name, _)| {
                !["id", "objectValue", "formula", "hyperlink", "format"].contains(&name.as_str())
            });
            if access < Level::Admin && (defines || field["locked"] == true) {
                return Err(Refusal::of(1004).at(index, None));
            }
            if given.get("title").is_some() {
                field["title"] = input::name(given, "title", LONGEST_TITLE).map_err(here)?.into();
                if fields.iter().any(|other| other["title"] == field["title"]) {
                    return Err(Refusal::about(1129, "summary field").at(index, None));
                }
            }
            if let Some(kind) = given["type"].as_str() {
                if !TYPES.contains(&kind) {
                    return Err(Refusal::about(1142, kind).at(index, None));
                }
                field["type"] = kind.into();
            }
            self.apply_to_field(sheet, &mut field, given).map_err(here)?;
            field["modifiedAt"] = self.state.date().into();
            field["_modifiedBy"] = self.caller.user.as_str().into();
            let to = given["index"].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or(at);
            fields.insert(to.min(fields.len()), field);
            changed.push(id);
        }
        self.store_fields(sheet, fields, &changed)
    }

    fn store_fields(&mut self, sheet: &str, fields: Vec<Value>, changed: &[String]) -> Answer {
        self.state.change(SHEET, sheet, |sheet| sheet["summaryFields"] = fields.into());
        self.state.touch(SHEET, sheet);
        let fields =
            items(self.state.sheet(self.caller, sheet, Level::Viewer)?, "summaryFields").iter().enumerate();
        let views = fields.map(|(index, field)| {
            let mut view = field.clone();
            view["index"] = index.into();
            view
        });
        let views = views.filter(|field| changed.iter().any(|id| field["id"] == id.as_str()));
        Ok(done(views.collect()))
    }

    pub(super) fn delete_summary_fields(&mut self, sheet: &str) -> Answer {
        let entity = self.state.sheet(self.caller, sheet, Level::Admin)?;
        let mut fields = items(entity, "summaryFields").to_vec();
        let ids = input::list(self.query, "ids").ok_or_else(|| Refusal::about(1018, "ids"))?;
        let known = |id: &String| fields.iter().any(|field| text(field, "id") == id);
        let (gone, unknown): (Vec<String>, Vec<String>) = ids.into_iter().partition(known);
        let forgiving = input::flag(self.query, "ignoreSummaryFieldsNotFound")?;
        if !unknown.is_empty() && !forgiving {
            return Err(Refusal::of(1006));
        }
        fields.retain(|field| !gone.iter().any(|id| field["id"] == id.as_str()));
        self.state.change(SHEET, sheet, |sheet| sheet["summaryFields"] = fields.into());
        self.state.touch(SHEET, sheet);
        Ok(done(gone.iter().map(|id| outward::id(id)).collect()))
    }
}
