//! What a sheet shows to the world, and its automation.

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, done};
use super::input;
use super::refusal::Refusal;
use super::state::{RULE, SHEET, permalink};
use crate::sim::world::{Kind, text};

const SWITCHES: &[&str] = &["readOnlyLiteEnabled", "readOnlyFullEnabled", "readWriteEnabled", "icalEnabled"];
const TOOLBARS: &[&str] = &["readOnlyFullShowToolbar", "readWriteShowToolbar"];
const VIEWS: &[&str] = &["readOnlyFullDefaultView", "readWriteDefaultView"];
const CIRCLES: &[&str] = &["readOnlyFullAccessibleBy", "readWriteAccessibleBy"];
/// Which switch brings which addresses.
const ADDRESSES: &[(&str, &[&str])] = &[
    ("readOnlyLiteEnabled", &["readOnlyLiteUrl", "readOnlyLiteSslUrl"]),
    ("readOnlyFullEnabled", &["readOnlyFullUrl"]),
    ("readWriteEnabled", &["readWriteUrl"]),
    ("icalEnabled", &["icalUrl"]),
];
/// What can be changed of an automation rule.
const RULE_ATTRIBUTES: &[&str] = &["name", "enabled", "action", "disabledReason", "disabledReasonText", "id"];

/// The publishing of a thing with these settings.
pub(super) fn publish_view(kind: Kind, item: &Value) -> Value {
    let settings = &item["_publish"];
    let mut view = json!({});
    for switch in SWITCHES {
        view[*switch] = (settings[*switch] == true).into();
    }
    for (switch, addresses) in ADDRESSES {
        for address in addresses.iter().filter(|_| settings[*switch] == true) {
            view[*address] = format!("{}?{address}", permalink(kind, text(item, "id"))).into();
        }
    }
    for field in TOOLBARS.iter().chain(VIEWS).chain(CIRCLES) {
        if !settings[*field].is_null() {
            view[*field] = settings[*field].clone();
        }
    }
    view
}

impl Call<'_> {
    pub(super) fn get_publish(&mut self, sheet: &str) -> Answer {
        Ok(publish_view(SHEET, self.state.sheet(self.caller, sheet, Level::Viewer)?))
    }

    pub(super) fn put_publish(&mut self, sheet: &str) -> Answer {
        let mut settings = self.state.sheet(self.caller, sheet, Level::Admin)?["_publish"].clone();
        let known: Vec<&str> = SWITCHES.iter().chain(TOOLBARS).chain(VIEWS).chain(CIRCLES).copied().collect();
        input::only(self.body, &known)?;
        for field in SWITCHES.iter().chain(TOOLBARS) {
            if let Some(value) = input::truth(self.body, field)? {
                settings[*field] = value.into();
            }
        }
        for (fields, words) in [(VIEWS, ["GRID", "CARD", "CALENDAR"]), (CIRCLES, ["ALL", "ORG", "SHARED"])] {
            for field in fields {
                match self.body.get(*field) {
                    None | Some(Value::Null) => {}
                    Some(Value::String(word)) if words.contains(&word.as_str()) => {
                        settings[*field] = word.as_str().into();
                    }
                    Some(_) => return Err(Refusal::about(1031, field)),
                }
            }
        }
        self.state.change(SHEET, sheet, |sheet| sheet["_publish"] = settings);
        Ok(done(publish_view(SHEET, self.state.sheet(self.caller, sheet, Level::Viewer)?)))
    }

    /// Simple notifications can be changed; workflows of several steps only in the web application.
    pub(super) fn put_rule(&mut self, sheet: &str, id: &str) -> Answer {
        self.state.sheet(self.caller, sheet, Level::Admin)?;
        let rule = self.state.listed(sheet, RULE).into_iter().find(|rule| text(rule, "id") == id);
        let mut rule = rule.cloned().ok_or_else(|| Refusal::of(1006))?;
        if rule["_steps"] == true {
            return Err(Refusal::of(1266));
        }
        input::only(self.body, RULE_ATTRIBUTES)?;
        for field in ["name", "enabled", "action"] {
            if let Some(value) = self.body.get(field).filter(|value| !value.is_null()) {
                rule[field] = value.clone();
            }
        }
        rule["modifiedAt"] = self.state.date().into();
        rule["modifiedBy"] = self.me();
        self.state.change(RULE, id, |stored| *stored = rule.clone());
        Ok(done(rule))
    }
}
