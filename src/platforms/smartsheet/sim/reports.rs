//! Reports and dashboards: they are read here, and not written.

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call};
use super::columns;
use super::input;
use super::items::{brief, is_since};
use super::paging;
use super::refusal::Refusal;
use super::rows_reading::Shown;
use super::settings::publish_view;
use super::state::{REPORT, ROW, SHEET, SIGHT, items, permalink};
use crate::sim::world::{Kind, text};

impl Call<'_> {
    /// The things of a kind that the caller sees, by name.
    fn listed_items(&self, kind: Kind) -> Vec<(&Value, Level)> {
        let level = |item: &Value| self.state.level(kind, text(item, "id"), &self.caller.user);
        let mut found: Vec<_> =
            self.state.world.all(kind).filter_map(|item| Some((item, level(item)?))).collect();
        found.sort_by_key(|(item, _)| (text(item, "name").to_lowercase(), text(item, "id").to_owned()));
        found
    }

    pub(super) fn get_reports(&mut self) -> Answer {
        let since = input::time(self.query, "modifiedSince")?;
        let api_level = self.api_level()?;
        let reports = self.listed_items(REPORT).into_iter().filter(|(report, _)| is_since(report, since));
        let views = reports.map(|(report, level)| {
            let mut view = brief(REPORT, report);
            view["accessLevel"] = level.shown(api_level).into();
            view["isSummaryReport"] = false.into();
            view["createdAt"] = report["createdAt"].clone();
            view["modifiedAt"] = report["modifiedAt"].clone();
            view
        });
        paging::numbered(self.query, &self.state.rules, views.collect())
    }

    pub(super) fn get_report(&mut self, id: &str) -> Answer {
        let known = [
            "attachments",
            "discussions",
            "proofs",
            "format",
            "objectValue",
            "scope",
            "source",
            "sourceSheets",
        ];
        let include = input::words(self.query, "include", &known)?;
        let exclude =
            input::words(self.query, "exclude", &["linkInFromCellDetails", "linksOutToCellsDetails"])?;
        let level = self.level()?;
        let api_level = self.api_level()?;
        let report = self.state.find(self.caller, REPORT, id, Level::Viewer)?;
        let access = self.state.level(REPORT, id, &self.caller.user).unwrap_or(Level::Viewer);
        let shown = Shown { include, exclude, columns: None, level, access, filter: None };
        let mut rows = Vec::new();
        let mut shown_columns = Vec::new();
        for sheet_id in self.source_sheets(report) {
            // Rows of sheets that the caller cannot see do not show in a report either.
            let Ok(sheet) = self.state.sheet(self.caller, &sheet_id, Level::Viewer) else { continue };
            if shown_columns.is_empty() {
                shown_columns = columns::views(sheet, level, shown.include.contains("format"), access);
            }
            for (at, row_id) in self.state.order.get(&sheet_id).into_iter().flatten().enumerate() {
                if let Some(row) = self.state.world.get(ROW, row_id) {
                    let mut view = self.row_view(sheet, row, at + 1, None, &shown);
                    view["sheetId"] = sheet_id.as_str().into();
                    rows.push(view);
                }
            }
        }
        let total = rows.len();
        let page = paging::page(self.query, &self.state.rules, total)?;
        let rows: Vec<Value> = rows.into_iter().skip(page.range.start).take(page.range.len()).collect();
        Ok(json!({
            "id": report["id"], "name": report["name"], "accessLevel": access.shown(api_level), "version": 1,
            "permalink": permalink(REPORT, id), "createdAt": report["createdAt"], "modifiedAt": report["modifiedAt"],
            "totalRowCount": total, "columns": shown_columns, "rows": rows, "isSummaryReport": false,
            "effectiveAttachmentOptions": ["FILE", "LINK"], "ganttEnabled": false,
        }))
    }

    fn source_sheets(&self, report: &Value) -> Vec<String> {
        let mut found = Vec::new();
        for scope in items(report, "_scope") {
            let id = text(scope, "assetId");
            if scope["assetType"] == "workspace" {
                let deep = self.state.deep(id).into_iter();
                found.extend(deep.filter(|(kind, _)| *kind == SHEET).map(|(_, id)| id));
            } else {
                found.push(id.to_owned());
            }
        }
        found
    }

    pub(super) fn get_report_part(&mut self, id: &str, part: &str) -> Answer {
        let report = self.state.find(self.caller, REPORT, id, Level::Viewer)?;
        match part {
            "definition" => Ok(report["_definition"].clone()),
            "scope" => paging::by_key(self.query, &self.state.rules, items(report, "_scope").to_vec(), "data"),
            "columns" => {
                self.level()?;
                paging::by_key(self.query, &self.state.rules, items(report, "_columns").to_vec(), "data")
            }
            "publish" => Ok(publish_view(REPORT, report)),
            _ => Err(Refusal::of(1006)),
        }
    }

    pub(super) fn get_sights(&mut self) -> Answer {
        let api_level = self.api_level()?;
        let views = self.listed_items(SIGHT).into_iter().map(|(sight, level)| {
            let mut view = brief(SIGHT, sight);
            view["accessLevel"] = level.shown(api_level).into();
            view["createdAt"] = sight["createdAt"].clone();
            view["modifiedAt"] = sight["modifiedAt"].clone();
            view
        });
        paging::by_key(self.query, &self.state.rules, views.collect(), "data")
    }

    pub(super) fn get_sight(&mut self, id: &str) -> Answer {
        let include = input::words(self.query, "include", &["objectValue", "source"])?;
        self.level()?;
        let sight = self.state.find(self.caller, SIGHT, id, Level::Viewer)?;
        let mut view = self.state.brief_for(SIGHT, sight, &self.caller.user, self.api_level()?);
        for field in ["createdAt", "modifiedAt", "widgets"] {
            view[field] = sight[field].clone();
        }
        view["columnCount"] = 6.into();
        view["backgroundColor"] = "#F5F5F5".into();
        if include.contains("source") && !sight["source"].is_null() {
            view["source"] = sight["source"].clone();
        }
        Ok(view)
    }

    pub(super) fn get_sight_publish(&mut self, id: &str) -> Answer {
        let sight = self.state.find(self.caller, SIGHT, id, Level::Viewer)?;
        Ok(publish_view(SIGHT, sight))
    }
}
