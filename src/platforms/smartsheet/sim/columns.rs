//! Columns: how they are shown, made, changed and deleted.

use serde_json::Value;

use super::access::Level;
use super::call::{Answer, Call, done, success};
use super::column_rules::{CHANGEABLE, apply, check_unique, make};
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::state::{ROW, SHEET, items};
use crate::sim::world::text;

/// The columns of a sheet as they are shown. Below level 2 the multiple types pass for text, below level 1 the
/// multiple contacts too.
pub(super) fn views(sheet: &Value, level: usize, format: bool, access: Level) -> Vec<Value> {
    let view = |(index, column): (usize, &Value)| {
        let version = version(text(column, "type"));
        let mut view = column.clone();
        view["index"] = index.into();
        view["version"] = version.into();
        if version > level {
            view["type"] = "TEXT_NUMBER".into();
            view.as_object_mut().map(|view| view.remove("options"));
            view.as_object_mut().map(|view| view.remove("contactOptions"));
        }
        if !format {
            view.as_object_mut().map(|view| view.remove("format"));
        }
        for field in ["hidden", "locked"] {
            if view[field] != true {
                view.as_object_mut().map(|view| view.remove(field));
            }
        }
        if view["locked"] == true {
            view["lockedForUser"] = (access < Level::Admin).into();
        }
        view
    };
    items(sheet, "columns").iter().enumerate().map(view).collect()
}

/// The level that clients must know to see a type.
pub(super) fn version(kind: &str) -> usize {
    match kind {
        "MULTI_CONTACT_LIST" => 1,
        "MULTI_PICKLIST" => 2,
        _ => 0,
    }
}

/// The column of a sheet with this id.
pub(super) fn find<'a>(sheet: &'a Value, id: &str) -> Result<&'a Value, Refusal> {
    items(sheet, "columns")
        .iter()
        .find(|column| text(column, "id") == id)
        .ok_or_else(|| Refusal::about(1036, id))
}

impl Call<'_> {
    /// The `level` of the answer: which types the client knows.
    pub(super) fn level(&self) -> Result<usize, Refusal> {
        match input::number(self.query, "level")?.unwrap_or(0) {
            level @ 0..=2 => Ok(level),
            _ => Err(Refusal::about(1018, "level")),
        }
    }

    fn column_views(&self, sheet: &str) -> Result<Vec<Value>, Refusal> {
        let access = self.state.level(SHEET, sheet, &self.caller.user).unwrap_or(Level::Viewer);
        Ok(views(self.state.sheet(self.caller, sheet, Level::Viewer)?, self.level()?, true, access))
    }

    pub(super) fn get_columns(&mut self, sheet: &str) -> Answer {
        input::words(self.query, "include", &["filters"])?;
        paging::numbered(self.query, &self.state.rules, self.column_views(sheet)?)
    }

    pub(super) fn get_column(&mut self, sheet: &str, id: &str) -> Answer {
        input::words(self.query, "include", &["filters"])?;
        let found = self.column_views(sheet)?.into_iter().find(|column| text(column, "id") == id);
        found.ok_or_else(|| Refusal::of(1006))
    }

    pub(super) fn post_columns(&mut self, sheet: &str) -> Answer {
        let entity = self.state.sheet(self.caller, sheet, Level::Admin)?;
        let mut columns = items(entity, "columns").to_vec();
        let (given, many) = input::one_or_many(self.body)?;
        let index = given.first().and_then(|column| column["index"].as_u64());
        let index = index.ok_or_else(|| Refusal::about(1012, "index"))?;
        if given.iter().any(|column| column["index"].as_u64() != Some(index)) {
            return Err(Refusal::about(1031, "index"));
        }
        let rows = self.state.world.count_of(sheet, ROW);
        let count = columns.len() + given.len();
        if count > self.state.rules.columns || count * rows > self.state.rules.cells {
            return Err(Refusal::about(1061, "columns"));
        }
        let mut made = Vec::new();
        for column in &given {
            input::only(column, CHANGEABLE)?;
            made.push(make(self.state, column)?);
        }
        let ids: Vec<String> = made.iter().map(|column| text(column, "id").to_owned()).collect();
        let at = usize::try_from(index).unwrap_or(usize::MAX).min(columns.len());
        columns.splice(at..at, made);
        check_unique(&columns)?;
        self.state.change(SHEET, sheet, |entity| entity["columns"] = columns.into());
        self.state.number_rows_of(sheet);
        self.state.touch(SHEET, sheet);
        let entity = self.state.sheet(self.caller, sheet, Level::Viewer)?;
        let all = views(entity, 2, true, Level::Owner);
        let mut made: Vec<Value> =
            all.into_iter().filter(|column| ids.iter().any(|id| column["id"] == id.as_str())).collect();
        Ok(done(if many { made.into() } else { made.pop().unwrap_or_default() }))
    }

    pub(super) fn put_column(&mut self, sheet: &str, id: &str) -> Answer {
        let entity = self.state.sheet(self.caller, sheet, Level::Admin)?;
        let mut columns = items(entity, "columns").to_vec();
        let at =
            columns.iter().position(|column| text(column, "id") == id).ok_or_else(|| Refusal::of(1006))?;
        let known: Vec<&str> = CHANGEABLE.iter().copied().chain(["id"]).collect();
        input::only(self.body, &known)?;
        let mut column = columns.remove(at);
        let tagged = !items(&column, "tags").is_empty() && entity["dependenciesEnabled"] == true;
        let was = text(&column, "type").to_owned();
        apply(&mut column, self.body)?;
        if tagged && column["type"] != was.as_str() {
            return Err(Refusal::about(1142, was));
        }
        if self.body["type"].is_null()
            && let Some(validation) = input::truth(self.body, "validation")?
        {
            column["validation"] = validation.into();
        }
        let to = match self.body.get("index") {
            None | Some(Value::Null) => at,
            Some(index) => {
                let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
                index.ok_or_else(|| Refusal::about(1031, "index"))?.min(columns.len())
            }
        };
        columns.insert(to, column);
        check_unique(&columns)?;
        self.state.change(SHEET, sheet, |entity| entity["columns"] = columns.into());
        self.state.touch(SHEET, sheet);
        let entity = self.state.sheet(self.caller, sheet, Level::Viewer)?;
        Ok(done(views(entity, 2, true, Level::Owner).swap_remove(to)))
    }

    pub(super) fn delete_column(&mut self, sheet: &str, id: &str) -> Answer {
        let entity = self.state.sheet(self.caller, sheet, Level::Admin)?;
        let column = items(entity, "columns").iter().find(|column| text(column, "id") == id);
        let column = column.ok_or_else(|| Refusal::of(1006))?;
        let tagged = !items(column, "tags").is_empty() && entity["dependenciesEnabled"] == true;
        if column["primary"] == true || tagged {
            return Err(Refusal::of(1065));
        }
        let columns: Vec<Value> =
            items(entity, "columns").iter().filter(|column| text(column, "id") != id).cloned().collect();
        self.state.change(SHEET, sheet, |entity| entity["columns"] = columns.into());
        let mut filled = false;
        for row in self.state.world.ids_of(sheet, ROW) {
            self.state.unlink(sheet, &row, id);
            self.state.change(ROW, &row, |row| {
                let cell = row["cells"].as_object_mut().and_then(|cells| cells.remove(id));
                filled |= cell.is_some();
            });
        }
        self.state.break_references(id);
        // Without any value in it the column is no content.
        if filled {
            self.state.bump(sheet);
        } else {
            self.state.touch(SHEET, sheet);
        }
        Ok(success())
    }
}
