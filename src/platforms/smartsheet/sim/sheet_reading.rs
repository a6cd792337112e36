//! `GET /sheets/{id}`: a whole sheet in one answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call};
use super::columns;
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::rows_reading::Shown;
use super::sheets;
use super::state::{FILTER, REFERENCE, ROW, SHEET};
use crate::base::clock::Timestamp;
use crate::sim::world::text;

const INCLUDE: &[&str] = &[
    "attachments",
    "columnType",
    "crossSheetReferences",
    "discussions",
    "filters",
    "filterDefinitions",
    "format",
    "ganttConfig",
    "objectValue",
    "ownerInfo",
    "rowPermalink",
    "source",
    "writerInfo",
];
const EXCLUDE: &[&str] =
    &["filteredOutRows", "linkInFromCellDetails", "linksOutToCellsDetails", "nonexistentCells"];

/// Which rows are wanted.
struct Wanted {
    ids: Option<Vec<String>>,
    numbers: Option<Vec<String>>,
    since: Option<Timestamp>,
}

impl Wanted {
    fn takes(&self, number: usize, row: &Value) -> bool {
        let modified = || text(row, "modifiedAt").parse::<Timestamp>();
        self.ids.as_ref().is_none_or(|ids| ids.iter().any(|id| id == text(row, "id")))
            && self.numbers.as_ref().is_none_or(|numbers| numbers.contains(&number.to_string()))
            && self.since.is_none_or(|since| modified().is_ok_and(|at| at >= since))
    }
}

impl Call<'_> {
    pub(super) fn get_sheet(&mut self, id: &str) -> Answer {
        let access = self.state.level(SHEET, id, &self.caller.user).unwrap_or(Level::Viewer);
        let sheet = self.state.sheet(self.caller, id, Level::Viewer)?;
        let shown = self.shown(sheet, access)?;
        let wanted = Wanted {
            ids: input::list(self.query, "rowIds"),
            numbers: input::list(self.query, "rowNumbers"),
            since: input::time(self.query, "rowsModifiedSince")?,
        };
        let known_version = input::number(self.query, "ifVersionAfter")?;
        let paged = ["page", "pageSize"].into_iter().any(|name| self.query.text(name).is_some());
        if let Some(known) = known_version
            && sheet["version"].as_u64() == u64::try_from(known).ok()
        {
            return Ok(json!({"version": sheet["version"]}));
        }
        let mut view = sheets::head(self.state, sheet, &self.caller.user, access, self.api_level()?);
        self.add_included(&mut view, id, sheet, &shown.include);
        let listed =
            |column: &Value| shown.columns.as_ref().is_none_or(|ids| ids.contains(text(column, "id")));
        let mut shown_columns = columns::views(sheet, shown.level, shown.include.contains("format"), access);
        shown_columns.retain(listed);
        view["columns"] = shown_columns.into();
        let mut rows = self.row_views(id, sheet, &shown, &wanted);
        if paged {
            let page = paging::page(self.query, &self.state.rules, rows.len())?;
            rows = rows.into_iter().skip(page.range.start).take(page.range.len()).collect();
        } else {
            rows.truncate(self.state.rules.longest_page);
        }
        view["rows"] = rows.into();
        Ok(view)
    }

    /// What the caller wants to see of rows.
    pub(super) fn shown(&self, sheet: &Value, access: Level) -> Result<Shown, Refusal> {
        let include = input::words(self.query, "include", INCLUDE)?;
        let exclude = input::words(self.query, "exclude", EXCLUDE)?;
        let columns =
            input::list(self.query, "columnIds").map(|ids| ids.into_iter().collect::<BTreeSet<_>>());
        if let Some(ids) = &columns {
            ids.iter().try_for_each(|id| columns::find(sheet, id).map(|_| ()))?;
        }
        let filter = input::list(self.query, "filterId").and_then(|ids| ids.into_iter().next());
        let filter = match filter {
            Some(id) => Some(self.state.world.get(FILTER, &id).cloned().ok_or_else(|| Refusal::of(1006))?),
            None => None,
        };
        Ok(Shown { include, exclude, columns, level: self.level()?, access, filter })
    }

    fn add_included(&self, view: &mut Value, id: &str, sheet: &Value, include: &BTreeSet<String>) {
        let with = |word: &str| include.contains(word);
        if with("ownerInfo")
            && let Some(owner) = self.state.owner(id)
        {
            view["owner"] = owner["email"].clone();
            view["ownerId"] = owner["id"].clone();
        }
        if with("source") && !sheet["source"].is_null() {
            view["source"] = sheet["source"].clone();
        }
        if with("attachments") {
            view["attachments"] = self.attachments_on(id).into();
        }
        if with("discussions") {
            view["discussions"] = self.discussions_on(id, false, false).into();
        }
        if with("crossSheetReferences") {
            let references = self.state.listed(id, REFERENCE);
            view["crossSheetReferences"] = references.into_iter().cloned().collect();
        }
        if with("filterDefinitions") {
            view["filters"] = self.state.listed(id, FILTER).into_iter().cloned().collect();
        }
        if with("ganttConfig") && sheet["ganttEnabled"] == true {
            view["ganttConfig"] = sheet["_gantt"].clone();
        }
    }

    fn row_views(&self, id: &str, sheet: &Value, shown: &Shown, wanted: &Wanted) -> Vec<Value> {
        let mut last_below: BTreeMap<&str, &str> = BTreeMap::new();
        let mut rows = Vec::new();
        let order = self.state.order.get(id).map(Vec::as_slice).unwrap_or_default();
        for (at, row_id) in order.iter().enumerate() {
            let Some(row) = self.state.world.get(ROW, row_id) else { continue };
            let sibling = last_below.insert(text(row, "parentId"), row_id);
            if !wanted.takes(at + 1, row) {
                continue;
            }
            let mut view = self.row_view(sheet, row, at + 1, sibling, shown);
            let out = view["filteredOut"] == true;
            if out && shown.exclude.contains("filteredOutRows") {
                continue;
            }
            if shown.include.contains("attachments") {
                add_list(&mut view, "attachments", self.attachments_on(row_id));
            }
            if shown.include.contains("discussions") {
                add_list(&mut view, "discussions", self.discussions_on(row_id, false, false));
            }
            rows.push(view);
        }
        rows
    }
}

/// Rows without any have no list.
fn add_list(row: &mut Value, field: &str, list: Vec<Value>) {
    if !list.is_empty() {
        row[field] = list.into();
    }
}
