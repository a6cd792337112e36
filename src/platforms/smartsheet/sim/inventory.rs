//! What can be listed and hardly be changed: automation rules, update requests, filters, events.

use std::time::Duration;

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, success};
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::state::{FILTER, RULE, SENT_REQUEST, UPDATE_REQUEST};
use crate::base::clock::Timestamp;
use crate::sim::world::{Kind, text};

/// Events in one answer: unless asked, and at most.
const EVENTS: (usize, usize) = (1_000, 10_000);

/// The kind behind a part of a path.
fn kind_of(part: &str) -> Kind {
    match part {
        "automationrules" => RULE,
        "updaterequests" => UPDATE_REQUEST,
        "sentupdaterequests" => SENT_REQUEST,
        _ => FILTER,
    }
}

/// What a list tells of each; all of it where this is empty. Lists of update requests are summaries.
fn summary_of(part: &str) -> &'static [&'static str] {
    match part {
        "updaterequests" => {
            &["id", "ccMe", "createdAt", "message", "modifiedAt", "schedule", "sendTo", "sentBy", "subject"]
        }
        "sentupdaterequests" => {
            &["id", "message", "sentTo", "sentAt", "sentBy", "status", "subject", "updateRequestId"]
        }
        _ => &[],
    }
}

/// What anybody may know about the service.
pub(super) fn server_info() -> Value {
    json!({
        "supportedLocales": ["en_US"],
        "formats": {
            "defaults": vec!["0"; 17].join(","), "bold": ["none", "on"], "italic": ["none", "on"],
            "color": ["none", "#000000", "#FFFFFF", "transparent"],
        },
    })
}

impl Call<'_> {
    pub(super) fn get_inventory(&mut self, sheet: &str, part: &str) -> Answer {
        self.state.sheet(self.caller, sheet, Level::Viewer)?;
        let told = summary_of(part);
        let told = |mut item: Value| {
            if let Some(fields) = item.as_object_mut().filter(|_| !told.is_empty()) {
                fields.retain(|field, _| told.contains(&field.as_str()));
            }
            item
        };
        let found = self.state.listed(sheet, kind_of(part)).into_iter().cloned().map(told).collect();
        paging::numbered(self.query, &self.state.rules, found)
    }

    pub(super) fn get_inventory_item(&mut self, sheet: &str, part: &str, id: &str) -> Answer {
        self.state.sheet(self.caller, sheet, Level::Viewer)?;
        let found = self.state.listed(sheet, kind_of(part)).into_iter().find(|item| text(item, "id") == id);
        let found = found.ok_or_else(|| Refusal::of(1006))?;
        if found["_steps"] == true { Err(Refusal::of(1266)) } else { Ok(found.clone()) }
    }

    pub(super) fn delete_inventory_item(&mut self, sheet: &str, part: &str, id: &str) -> Answer {
        self.state.sheet(self.caller, sheet, Level::Admin)?;
        let kind = kind_of(part);
        let found = self.state.listed(sheet, kind).into_iter().any(|item| text(item, "id") == id);
        if !found {
            return Err(Refusal::of(1006));
        }
        self.state.world.remove(kind, id);
        Ok(success())
    }

    /// Events are for system administrators whose plan has the add-on, as every paid plan here does.
    pub(super) fn get_events(&mut self) -> Answer {
        self.state.system_admin(self.caller)?;
        let since = input::time(self.query, "since")?;
        let position = self.query.text("streamPosition").filter(|position| !position.is_empty());
        let most = input::number(self.query, "maxCount")?.unwrap_or(EVENTS.0);
        if !(1..=EVENTS.1).contains(&most) {
            return Err(Refusal::about(1018, "maxCount"));
        }
        let start = match (since, position) {
            (Some(since), None) => {
                let hour = rounded_to_hour(since);
                let before = |event: &&Value| {
                    text(event, "eventTimestamp").parse::<Timestamp>().is_ok_and(|at| at < hour)
                };
                self.state.events.iter().take_while(before).count()
            }
            (None, Some(position)) => {
                let at = usize::from_str_radix(position.trim_start_matches("pos"), 16)
                    .ok()
                    .filter(|at| *at <= self.state.events.len());
                at.ok_or_else(|| Refusal::about(1018, "streamPosition"))?
            }
            _ => return Err(Refusal::about(1009, "since")),
        };
        let page: Vec<Value> = self.state.events.iter().skip(start).take(most).cloned().collect();
        let end = start + page.len();
        Ok(json!({
            "data": page, "nextStreamPosition": format!("pos{end:x}"), "moreAvailable": end < self.state.events.len(),
        }))
    }
}

fn rounded_to_hour(time: Timestamp) -> Timestamp {
    let over = time.as_second().rem_euclid(3_600).unsigned_abs();
    time.checked_sub(Duration::from_secs(over)).unwrap_or(time)
}
