//! What no list tells: what a report shows, the widgets of a dashboard, what people have written about themselves.
//!
//! It takes one to three requests for each. What is listed just as it was for the last backup is not asked for again:
//! reports and dashboards are listed with the time of their last change. Nothing tells that a person has changed their
//! profile, so that comes to light with the next backup that reads everything anew.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::discover::{Seen, is_refusal};
use super::inventory::listed_user;
use super::json::{is, object, text};
use super::{HOME, Smartsheet, pages};
use crate::base::canon;
use crate::http::fault::ApiFault;
use crate::http::shape::{having, thing};
use crate::model::coverage::Missing;
use crate::model::{Kind, RecordKey};

/// Where the parts of a report and of a dashboard stand.
const REPORT: &[&str] = &["definition", "scope", "columns"];
const DASHBOARD: &[&str] = &["widgets"];
/// What a definition is made of.
const DEFINITION: [&str; 4] = ["filters", "groupingCriteria", "summarizingCriteria", "sortingCriteria"];
/// Where a person's profile stands. Only System Admins are told.
const PROFILE: &[&str] = &["profile"];

/// What of the last backup is worth remembering for this.
pub(super) const RECALLED: &[Kind] = &[Kind::WorkspaceMember, Kind::Inventory];

/// Asks for what lists do not tell.
pub(super) async fn add(smartsheet: &Smartsheet, seen: &mut Seen) -> Result<(), ApiFault> {
    for (id, asset) in std::mem::take(&mut seen.inventory) {
        let mut detailed = Detailed { smartsheet, asset, kind: Kind::Inventory, missing: &mut seen.missing };
        match text(&detailed.asset, "resourceType") {
            "report" => detailed.report(&id).await?,
            "sight" => detailed.dashboard(&id).await?,
            _ => {}
        }
        let asset = detailed.asset;
        seen.inventory.insert(id, asset);
    }
    if is(&seen.me, "admin") {
        for user in std::mem::take(&mut seen.users) {
            let asset = listed_user(&user);
            let mut detailed =
                Detailed { smartsheet, asset, kind: Kind::WorkspaceMember, missing: &mut seen.missing };
            detailed.profile().await?;
            let asset = detailed.asset;
            seen.users.push(asset);
        }
    }
    Ok(())
}

/// Something that is listed, and gets its details.
struct Detailed<'a> {
    smartsheet: &'a Smartsheet,
    asset: Value,
    kind: Kind,
    missing: &'a mut Vec<Missing>,
}

impl Detailed<'_> {
    async fn report(&mut self, id: &str) -> Result<(), ApiFault> {
        if self.is_recalled(id, REPORT) {
            return Ok(());
        }
        let definition = self.definition(id).await;
        self.keep("definition", definition)?;
        for (part, query) in [("scope", &[][..]), ("columns", &[("level", "2")][..])] {
            let listed = pages::by_token(self.smartsheet, &["reports", id, part], query).await;
            self.keep(part, listed.map(each_once))?;
        }
        Ok(())
    }

    /// Asks what a report shows. Nothing of it has to be there, so an answer without any of it is believed when it is
    /// given twice, and then only one that is empty.
    async fn definition(&self, id: &str) -> Result<Value, ApiFault> {
        let path = ["reports", id, "definition"];
        let says_something = |answer: &Value| DEFINITION.iter().any(|part| answer.get(part).is_some());
        let mut answer = self.smartsheet.get(&path, &[]).await?;
        if !says_something(&answer) {
            answer = self.smartsheet.get(&path, &[]).await?;
        }
        if says_something(&answer) || answer == json!({}) { Ok(answer) } else { having(answer, "filters") }
    }

    async fn dashboard(&mut self, id: &str) -> Result<(), ApiFault> {
        if self.is_recalled(id, DASHBOARD) {
            return Ok(());
        }
        let query = [("level", "2"), ("include", "objectValue"), ("accessApiLevel", "1")];
        let whole = self.smartsheet.get(&["sights", id], &query).await;
        let whole = whole.and_then(|whole| thing(whole, "id"));
        let widgets = whole.map(|mut whole| match whole.get_mut("widgets") {
            Some(widgets) => {
                let widgets = widgets.take();
                self.complete(&whole);
                widgets
            }
            None => json!([]),
        });
        self.keep("widgets", widgets)
    }

    async fn profile(&mut self) -> Result<(), ApiFault> {
        let id = text(&self.asset, "id").to_owned();
        if self.is_recalled(&id, PROFILE) {
            return Ok(());
        }
        let whole = self.smartsheet.get(&["users", &id], &[]).await;
        let profile = whole.and_then(|whole| thing(whole, "id")).map(|whole| {
            let mut profile = object(listed_user(&whole));
            // What the list tells is told once.
            profile.retain(|key, _| key != "name" && self.asset.get(key).is_none());
            Value::Object(profile)
        });
        self.keep("profile", profile)
    }

    /// Takes the parts from the last backup if it has them, and the list told then what it tells now.
    fn is_recalled(&mut self, id: &str, parts: &[&str]) -> bool {
        let Some(before) = self.smartsheet.recalled(self.kind, id) else { return false };
        let is_same = |(key, value): (&String, &Value)| before.get(key) == Some(value);
        let is_listed_alike = self.asset.as_object().is_some_and(|asset| asset.iter().all(is_same));
        // What has been moved to where no folder is lacks the field, and need not count as changed.
        let is_in_place = ["workspace", "folder"].iter().all(|place| self.asset.get(place) == before.get(place));
        let is_recalled =
            is_listed_alike && is_in_place && parts.iter().all(|part| before.get(part).is_some());
        if is_recalled {
            self.complete(&before);
        }
        is_recalled
    }

    /// Takes over what the list did not tell.
    fn complete(&mut self, whole: &Value) {
        let (Some(asset), Some(whole)) = (self.asset.as_object_mut(), whole.as_object()) else { return };
        for (key, value) in whole.iter().filter(|(_, value)| !value.is_null()) {
            asset.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }

    /// Keeps a part, or notes that it is hidden from the account.
    fn keep(&mut self, part: &str, asked: Result<Value, ApiFault>) -> Result<(), ApiFault> {
        match asked {
            Ok(value) => {
                if let Some(asset) = self.asset.as_object_mut() {
                    asset.insert(part.to_owned(), value);
                }
            }
            Err(fault) if is_refusal(&fault) => {
                let place = Some(text(&self.asset, "workspace")).filter(|place| !place.is_empty()).unwrap_or(HOME);
                let key = Some(RecordKey::new(place, self.kind, text(&self.asset, "id")));
                let what = format!("{part} of {}", text(&self.asset, "name"));
                self.missing.push(Missing { key, what, why: fault.to_string() });
            }
            Err(fault) => return Err(fault),
        }
        Ok(())
    }
}

/// The entries of a list that are part of a record, so that nothing else takes out what comes twice.
fn each_once(listed: Vec<Value>) -> Value {
    let mut seen = HashSet::new();
    listed.into_iter().filter(|entry| seen.insert(canon::to_bytes(entry))).collect()
}

#[cfg(test)]
#[path = "details_tests.rs"]
mod tests;
