//! What columns may be, and what may be changed of them.

use serde_json::{Value, json};

use super::input;
use super::refusal::Refusal;
use super::state::State;
use crate::sim::world::text;

/// The longest title of a column, in characters.
const LONGEST_TITLE: usize = 50;
/// Width of a column that nobody set, in pixels.
const WIDTH: u64 = 150;
/// Types that come with a project sheet or with a system column and cannot be made.
const RESERVED: &[&str] = &["DURATION", "PREDECESSOR", "ABSTRACT_DATETIME", "DATETIME"];
const TYPES: &[&str] =
    &["TEXT_NUMBER", "DATE", "CHECKBOX", "CONTACT_LIST", "MULTI_CONTACT_LIST", "PICKLIST", "MULTI_PICKLIST"];
/// System columns and the type of each.
const SYSTEM: &[(&str, &str)] = &[
    ("AUTO_NUMBER", "TEXT_NUMBER"),
    ("CREATED_BY", "CONTACT_LIST"),
    ("CREATED_DATE", "DATETIME"),
    ("MODIFIED_BY", "CONTACT_LIST"),
    ("MODIFIED_DATE", "DATETIME"),
];
/// Symbols by type.
const SYMBOLS: &[(&str, &[&str])] = &[
    ("CHECKBOX", &["FLAG", "STAR"]),
    (
        "PICKLIST",
        &[
            "ARROWS_3_WAY",
            "ARROWS_4_WAY",
            "ARROWS_5_WAY",
            "DECISION_SHAPES",
            "DECISION_SYMBOLS",
            "DIRECTIONS_3_WAY",
            "DIRECTIONS_4_WAY",
            "EFFORT",
            "HARVEY_BALLS",
            "HEARTS",
            "MONEY",
            "PAIN",
            "PRIORITY",
            "PRIORITY_HML",
            "PROGRESS",
            "RYG",
            "RYGB",
            "RYGG",
            "SIGNAL",
            "SKI",
            "STAR_RATING",
            "VCR",
            "WEATHER",
        ],
    ),
];
/// Attributes of a column in a new sheet.
const IN_NEW_SHEET: &[&str] = &[
    "title",
    "type",
    "primary",
    "options",
    "symbol",
    "contactOptions",
    "width",
    "systemColumnType",
    "autoNumberFormat",
];
/// Attributes of a column that is added or changed.
pub(super) const CHANGEABLE: &[&str] = &[
    "title",
    "type",
    "index",
    "options",
    "symbol",
    "contactOptions",
    "width",
    "systemColumnType",
    "autoNumberFormat",
    "hidden",
    "locked",
    "validation",
    "formula",
    "format",
    "description",
    "version",
];

/// Checks and completes the columns of a new sheet.
pub(super) fn of_new_sheet(state: &mut State, given: &[Value]) -> Result<Vec<Value>, Refusal> {
    if given.len() > state.rules.columns {
        return Err(Refusal::about(1061, "columns"));
    }
    let mut columns = Vec::new();
    for column in given {
        for field in column.as_object().into_iter().flatten().map(|(field, _)| field.as_str()) {
            if CHANGEABLE.contains(&field) && !IN_NEW_SHEET.contains(&field) {
                return Err(Refusal::about(1032, field));
            }
        }
        input::only(column, IN_NEW_SHEET)?;
        let mut made = make(state, column)?;
        if input::truth(column, "primary")? == Some(true) {
            made["primary"] = true.into();
        }
        columns.push(made);
    }
    match columns.iter().filter(|column| column["primary"] == true).collect::<Vec<_>>().as_slice() {
        [primary] if primary["type"] == "TEXT_NUMBER" && primary.get("systemColumnType").is_none() => {}
        [_] => return Err(Refusal::of(1057)),
        _ => return Err(Refusal::of(1055)),
    }
    check_unique(&columns)?;
    Ok(columns)
}

/// Refuses columns with the same title, and system columns of the same sort.
pub(super) fn check_unique(columns: &[Value]) -> Result<(), Refusal> {
    for (at, column) in columns.iter().enumerate() {
        let before = columns.iter().take(at);
        for other in before {
            if other["title"] == column["title"] {
                return Err(Refusal::of(1056));
            }
            if other.get("systemColumnType").is_some()
                && other["systemColumnType"] == column["systemColumnType"]
            {
                return Err(Refusal::about(1077, text(column, "systemColumnType")));
            }
        }
    }
    Ok(())
}

/// A new column from its attributes.
pub(super) fn make(state: &mut State, given: &Value) -> Result<Value, Refusal> {
    let mut column = json!({"id": state.new_id(), "type": "", "width": WIDTH, "validation": false});
    given["type"].as_str().ok_or_else(|| Refusal::about(1012, "type"))?;
    column["title"] = input::name(given, "title", LONGEST_TITLE)?.into();
    apply(&mut column, given)?;
    Ok(column)
}

/// Applies attributes to a column.
pub(super) fn apply(column: &mut Value, given: &Value) -> Result<(), Refusal> {
    if given.get("title").is_some() {
        column["title"] = input::name(given, "title", LONGEST_TITLE)?.into();
    }
    let sent_type = given["type"].as_str().map(str::to_owned);
    if let Some(kind) = &sent_type {
        set_type(column, kind, given)?;
    }
    let kind = text(column, "type").to_owned();
    for field in ["symbol", "systemColumnType", "options"] {
        if given.get(field).is_some_and(|value| !value.is_null()) && sent_type.is_none() {
            return Err(Refusal::about(1090, field));
        }
    }
    if let Some(symbol) = given["symbol"].as_str() {
        let fits = SYMBOLS.iter().any(|(of, symbols)| *of == kind && symbols.contains(&symbol));
        if !fits {
            return Err(Refusal::about(1058, kind));
        }
        column["symbol"] = symbol.into();
    }
    if let Some(options) = given.get("options").filter(|options| !options.is_null()) {
        set_options(column, &kind, options)?;
    }
    if let Some(contacts) = given.get("contactOptions").filter(|contacts| !contacts.is_null()) {
        if !kind.ends_with("CONTACT_LIST") || !contacts.is_array() {
            return Err(Refusal::about(1060, kind));
        }
        column["contactOptions"] = contacts.clone();
    }
    for field in ["hidden", "locked"] {
        if let Some(value) = input::truth(given, field)? {
            column[field] = value.into();
        }
    }
    for field in ["formula", "format", "description"] {
        match given.get(field) {
            Some(Value::String(value)) if !value.is_empty() => column[field] = value.as_str().into(),
            Some(Value::Null | Value::String(_)) => {
                column.as_object_mut().map(|column| column.remove(field));
            }
            Some(_) => return Err(Refusal::about(1031, field)),
            None => {}
        }
    }
    if let Some(width) = given.get("width").filter(|width| !width.is_null()) {
        column["width"] = width.as_u64().map(Value::from).ok_or_else(|| Refusal::about(1031, "width"))?;
    }
    if let Some(format) = given.get("autoNumberFormat").filter(|format| !format.is_null()) {
        if column["systemColumnType"] != "AUTO_NUMBER" {
            return Err(Refusal::about(1032, "autoNumberFormat"));
        }
        input::only(format, &["prefix", "suffix", "fill", "startingNumber"])?;
        column["autoNumberFormat"] = format.clone();
    }
    Ok(())
}

fn set_type(column: &mut Value, kind: &str, given: &Value) -> Result<(), Refusal> {
    let system = given["systemColumnType"].as_str();
    let changes = column["type"] != kind;
    match system.map(|system| SYSTEM.iter().find(|(known, _)| *known == system)) {
        Some(Some((_, of))) if *of == kind => column["systemColumnType"] = system.into(),
        Some(_) => return Err(Refusal::about(1079, system.unwrap_or_default())),
        None if !changes => {}
        None if RESERVED.contains(&kind) => return Err(Refusal::about(1142, kind)),
        None if !TYPES.contains(&kind) => return Err(Refusal::about(1031, "type")),
        None => {}
    }
    if changes && column["primary"] == true {
        return Err(Refusal::of(1057));
    }
    if changes {
        column["type"] = kind.into();
        column["validation"] = false.into();
        for field in ["options", "symbol", "contactOptions"] {
            column.as_object_mut().map(|column| column.remove(field));
        }
    }
    match input::truth(given, "validation")? {
        // Whoever makes a list sets its validation in a second call.
        Some(true) if changes && kind.ends_with("PICKLIST") => {
            return Err(Refusal::about(1032, "validation"));
        }
        Some(validation) => column["validation"] = validation.into(),
        None => {}
    }
    Ok(())
}

fn set_options(column: &mut Value, kind: &str, options: &Value) -> Result<(), Refusal> {
    let texts = options.as_array().is_some_and(|options| options.iter().all(Value::is_string));
    if !texts {
        return Err(Refusal::about(1031, "options"));
    }
    if !kind.ends_with("PICKLIST") {
        return Err(Refusal::about(1060, kind));
    }
    if column.get("symbol").is_some() {
        return Err(Refusal::of(1059));
    }
    column["options"] = options.clone();
    Ok(())
}
