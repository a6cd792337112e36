//! What a cell takes: strict and lenient values, objects, formulas, hyperlinks.
//!
//! Formulas are not calculated. The number of characters of the formula stands for its result, so that the
//! same formula always has the same result and another one mostly another. A formula that names a cross-sheet
//! reference which the sheet does not have shows `#INVALID REF`.

use serde_json::{Value, json};

use super::access::name;
use super::input::is_email;
use super::lag;
use super::refusal::Refusal;
use super::state::{REFERENCE, REPORT, SHEET, SIGHT, State, items};
use super::values::{check_strict, days, is_date, lenient, plain_text};
use crate::sim::world::text;

/// Cells hold so many characters; what is beyond is cut off without a word.
pub(super) const LONGEST_VALUE: usize = 4_000;
/// Attributes of a cell in a request.
const ATTRIBUTES: &[&str] = &[
    "columnId",
    "value",
    "objectValue",
    "formula",
    "hyperlink",
    "linkInFromCell",
    "format",
    "strict",
    "overrideValidation",
    "displayValue",
    "columnType",
];

impl State {
    /// The cell that comes of a request. `old` is what was there; its format and its outgoing links stay.
    pub(super) fn new_cell(
        &self,
        sheet: &str,
        column: &Value,
        given: &Value,
        old: Option<&Value>,
        override_validation: bool,
    ) -> Result<Value, Refusal> {
        super::input::only(given, ATTRIBUTES)?;
        if column.get("systemColumnType").is_some() || column.get("formula").is_some() {
            return Err(Refusal::of(1046));
        }
        let mut cell = json!({});
        for kept in ["format", "linksOutToCells"] {
            if let Some(value) = old.and_then(|old| old.get(kept)) {
                cell[kept] = value.clone();
            }
        }
        match given.get("format") {
            Some(Value::String(format)) if !format.is_empty() => cell["format"] = format.as_str().into(),
            Some(_) => {
                cell.as_object_mut().map(|cell| cell.remove("format"));
            }
            None => {}
        }
        let says = |field: &str| given.get(field).is_some_and(|value| !value.is_null());
        // Only the format was sent: the content stays as it is.
        if !["value", "objectValue", "formula", "hyperlink"].iter().any(|field| given.get(*field).is_some()) {
            for (field, value) in old.and_then(Value::as_object).into_iter().flatten() {
                if cell.get(field).is_none() && field != "format" {
                    cell[field.as_str()] = value.clone();
                }
            }
            return Ok(cell);
        }
        if says("formula") {
            self.set_formula(&mut cell, sheet, given)?;
        } else if says("objectValue") {
            self.set_object(&mut cell, column, &given["objectValue"])?;
        } else if says("value") || says("hyperlink") {
            self.set_value(&mut cell, column, given, override_validation)?;
        }
        Ok(cell)
    }

    fn set_formula(&self, cell: &mut Value, sheet: &str, given: &Value) -> Result<(), Refusal> {
        let formula = given["formula"].as_str().filter(|formula| formula.starts_with('='));
        let formula = formula.ok_or_else(|| Refusal::about(1031, "formula"))?;
        let known =
            |name: &str| self.world.of(sheet, REFERENCE).any(|reference| text(reference, "name") == name);
        cell["formula"] = formula.into();
        if references(formula).all(known) {
            let result = formula.chars().count();
            cell["value"] = result.into();
            cell["displayValue"] = result.to_string().into();
        } else {
            cell["value"] = "#INVALID REF".into();
            cell["displayValue"] = "#INVALID REF".into();
        }
        Ok(())
    }

    fn set_value(
        &self,
        cell: &mut Value,
        column: &Value,
        given: &Value,
        override_validation: bool,
    ) -> Result<(), Refusal> {
        let kind = text(column, "type");
        let strict = given["strict"] != false;
        let link = given.get("hyperlink").filter(|link| !link.is_null());
        if let Some(link) = link {
            self.set_hyperlink(cell, link)?;
        }
        let value = match &given["value"] {
            // A link without a text shows its address.
            Value::Null => link.map_or(Value::Null, |link| link["url"].clone()),
            value => value.clone(),
        };
        let value = match value {
            Value::String(text) if text.is_empty() => Value::Null,
            Value::String(text) => Value::String(text.chars().take(LONGEST_VALUE).collect()),
            Value::Array(_) | Value::Object(_) => return Err(Refusal::about(1031, "value")),
            other => other,
        };
        if value.is_null() {
            return Ok(());
        }
        if kind.starts_with("MULTI_") {
            return Err(Refusal::of(1235));
        }
        let value = if strict { check_strict(kind, value)? } else { lenient(kind, value) };
        check_validation(
            column,
            &plain_text(&value),
            override_validation || given["overrideValidation"] == true,
        )?;
        self.set_plain(cell, kind, value);
        Ok(())
    }

    /// Sets a value that fits the column, with all that is shown along with it.
    pub(super) fn set_plain(&self, cell: &mut Value, kind: &str, value: Value) {
        let shown = plain_text(&value);
        match kind {
            "CONTACT_LIST" if is_email(&shown) => {
                let contact = self.contact(&shown, None);
                cell["displayValue"] = contact["name"].clone();
                cell["objectValue"] = contact;
            }
            "DATE" | "DATETIME" | "ABSTRACT_DATETIME" if is_date(&shown) => {
                cell["objectValue"] = json!({"objectType": kind, "value": shown});
            }
            "DURATION" => {
                if let Some(days) = days(&shown) {
                    cell["objectValue"] = json!({"objectType": "DURATION", "days": days});
                }
                cell["displayValue"] = shown.into();
            }
            "CHECKBOX" => {}
            _ => cell["displayValue"] = shown.into(),
        }
        cell["value"] = value;
    }

    fn set_hyperlink(&self, cell: &mut Value, link: &Value) -> Result<(), Refusal> {
        super::input::only(link, &["url", "sheetId", "reportId", "sightId"])?;
        let mut stored = json!({});
        if let Some(url) = link["url"].as_str().filter(|url| !url.is_empty()) {
            stored["url"] = url.into();
        }
        for (field, kind) in [("sheetId", SHEET), ("reportId", REPORT), ("sightId", SIGHT)] {
            if let Some(id) = super::input::optional_id(link, field)? {
                if self.world.get(kind, &id).is_none() {
                    return Err(Refusal::of(1006));
                }
                stored["url"] = super::state::permalink(kind, &id).into();
                stored[field] = id.into();
            }
        }
        if stored.get("url").is_none() {
            return Err(Refusal::about(1031, "hyperlink"));
        }
        cell["hyperlink"] = stored;
        Ok(())
    }

    fn set_object(&self, cell: &mut Value, column: &Value, object: &Value) -> Result<(), Refusal> {
        let kind = text(column, "type");
        let strict = || Refusal::about(1042, format!("type {kind}"));
        let fits = match text(object, "objectType") {
            "CONTACT" => kind == "CONTACT_LIST",
            "MULTI_CONTACT" => kind == "MULTI_CONTACT_LIST",
            "MULTI_PICKLIST" => kind == "MULTI_PICKLIST",
            "PREDECESSOR_LIST" => kind == "PREDECESSOR",
            other => other == kind,
        };
        if !fits {
            return Err(strict());
        }
        match kind {
            "CONTACT_LIST" => {
                let contact = self.contact_object(object)?;
                cell["value"] = if contact["email"].is_null() {
                    contact["name"].clone()
                } else {
                    contact["email"].clone()
                };
                cell["displayValue"] = contact["name"].clone();
                cell["objectValue"] = contact;
            }
            "MULTI_CONTACT_LIST" => {
                let contacts = items(object, "values").iter().map(|contact| self.contact_object(contact));
                let contacts: Vec<Value> = contacts.collect::<Result<_, _>>()?;
                if contacts.is_empty() {
                    return Ok(());
                }
                let list = |field: &str| {
                    contacts.iter().map(|contact| text(contact, field)).collect::<Vec<_>>().join(", ")
                };
                cell["value"] = list("email").into();
                cell["displayValue"] = list("name").into();
                cell["objectValue"] = json!({"objectType": "MULTI_CONTACT", "values": contacts});
            }
            "MULTI_PICKLIST" => {
                let values = items(object, "values");
                if !values.iter().all(Value::is_string) {
                    return Err(strict());
                }
                for value in values {
                    check_validation(column, &plain_text(value), false)?;
                }
                if !values.is_empty() {
                    let shown = values.iter().map(plain_text).collect::<Vec<_>>().join(", ");
                    cell["value"] = shown.as_str().into();
                    cell["displayValue"] = shown.into();
                    cell["objectValue"] = json!({"objectType": "MULTI_PICKLIST", "values": values});
                }
            }
            "PREDECESSOR" => return self.set_predecessors(cell, object),
            "DURATION" => {
                let days = object["days"].as_f64().ok_or_else(strict)?;
                self.set_plain(cell, kind, format!("{days}d").into());
            }
            _ => self.set_plain(cell, kind, check_strict(kind, object["value"].clone())?),
        }
        Ok(())
    }

    fn set_predecessors(&self, cell: &mut Value, object: &Value) -> Result<(), Refusal> {
        let mut predecessors = Vec::new();
        let mut shown = Vec::new();
        for given in items(object, "predecessors") {
            let row =
                super::input::optional_id(given, "rowId")?.ok_or_else(|| Refusal::about(1012, "rowId"))?;
            let number = self.row_number(&row).ok_or_else(|| Refusal::of(1006))?;
            let kind = given["type"].as_str().unwrap_or("FS");
            if !["FS", "SS", "FF", "SF"].contains(&kind) {
                return Err(Refusal::about(1031, "type"));
            }
            let mut predecessor = json!({"rowId": row, "rowNumber": number, "type": kind});
            if !given["lag"].is_null() {
                lag::check(&given["lag"])?;
                predecessor["lag"] = given["lag"].clone();
            }
            let tail = lag::shown(&given["lag"]);
            shown.push(if kind == "FS" && tail.is_empty() {
                number.to_string()
            } else {
                format!("{number}{kind}{tail}")
            });
            predecessors.push(predecessor);
        }
        if !predecessors.is_empty() {
            let shown = shown.join(", ");
            cell["value"] = shown.as_str().into();
            cell["displayValue"] = shown.into();
            cell["objectValue"] = json!({"objectType": "PREDECESSOR_LIST", "predecessors": predecessors});
        }
        Ok(())
    }

    fn contact_object(&self, object: &Value) -> Result<Value, Refusal> {
        let named = object["name"].as_str().filter(|name| !name.is_empty());
        match (object["email"].as_str().filter(|email| is_email(email)), named) {
            (Some(email), named) => Ok(self.contact(email, named)),
            (None, Some(named)) => Ok(json!({"objectType": "CONTACT", "name": named})),
            (None, None) => Err(Refusal::about(1031, "objectValue")),
        }
    }

    /// A contact; who has an account is shown with the name from there.
    fn contact(&self, email: &str, named: Option<&str>) -> Value {
        let known = self.user_by_email(email).map(name).filter(|name| !name.is_empty());
        let shown = named.map(str::to_owned).or(known).unwrap_or_else(|| email.to_owned());
        json!({"objectType": "CONTACT", "email": email, "name": shown})
    }
}

/// Refuses what is not among the options of a column that insists on them.
fn check_validation(column: &Value, shown: &str, overridden: bool) -> Result<(), Refusal> {
    let kind = text(column, "type");
    let options = items(column, "options");
    let restricted = column["validation"] == true && kind.ends_with("PICKLIST") && !options.is_empty();
    if restricted && !overridden && !options.iter().any(|option| option == shown) {
        return Err(Refusal::about(1042, format!("type {kind} with validation")));
    }
    Ok(())
}

/// The names of cross-sheet references in a formula: `{Range 1}`.
pub(super) fn references(formula: &str) -> impl Iterator<Item = &str> {
    formula.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_by_their_braces() {
        let found: Vec<&str> = references("=SUM({Budget}) + VLOOKUP(1, {Team list}, 2)").collect();
        assert_eq!(found, ["Budget", "Team list"]);
    }
}
