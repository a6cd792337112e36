//! What a cell is, and a field of the summary: content that somebody wrote, or the result of something.

use serde_json::{Map, Value, json};

use super::super::json::{is, text, text_of};
use super::super::predecessors;

/// Columns that only project sheets have. They cannot be created; their content fits into a column of texts.
const PROJECT_TYPES: [&str; 3] = ["ABSTRACT_DATETIME", "DURATION", "PREDECESSOR"];

/// Values that a text or a number does not say completely.
const STRUCTURED: [&str; 3] = ["CONTACT", "MULTI_CONTACT", "MULTI_PICKLIST"];

/// What cells need to know of their column.
#[derive(Debug)]
pub(super) struct Column {
    primary: bool,
    /// Nobody writes its cells: the platform or the column's formula does.
    computed: bool,
}

impl Column {
    /// As the sheet's answer has it.
    pub(super) fn of(native: &Value) -> Self {
        let computed = !text(native, "systemColumnType").is_empty() || !text(native, "formula").is_empty();
        Self { primary: is(native, "primary"), computed }
    }

    /// Whether its cells are what people know the rows by.
    pub(super) fn is_primary(&self) -> bool {
        self.primary
    }
}

/// A format that says nothing is none: whether one is told depends on what the thing looked like before.
pub(super) fn drop_plain_format(native: &mut Map<String, Value>) {
    let says_nothing = |format: &Value| format.as_str().is_some_and(|format| format.chars().all(|c| c == ','));
    if native.get("format").is_some_and(says_nothing) {
        native.remove("format");
    }
}

/// A column's record: a type that only project sheets have is kept apart from the one that it can come back as.
pub(super) fn column(native: &mut Map<String, Value>) {
    drop_plain_format(native);
    let own = text_of(native, "type").to_owned();
    if PROJECT_TYPES.contains(&own.as_str()) && text_of(native, "systemColumnType").is_empty() {
        native.insert("projectType".to_owned(), json!(own));
        native.insert("type".to_owned(), json!("TEXT_NUMBER"));
    }
}

/// A cell, taken apart.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The plain content of the primary cell, which the row is created with: Smartsheet gives no children to a row
    /// without content.
    pub(super) primary: Option<Value>,
    /// A record of its own.
    pub(super) own: Option<Map<String, Value>>,
    /// The image that stands in it, which is a record of its own.
    pub(super) image: Option<Map<String, Value>>,
    /// What stays with the row: results, and marks that nobody can write.
    pub(super) rest: Option<Map<String, Value>>,
}

/// Takes a cell apart.
pub(super) fn cell(column: &Column, mut native: Map<String, Value>) -> Parts {
    let mut parts = Parts::default();
    drop_plain_format(&mut native);
    if column.computed {
        parts.own = format_alone(&native);
        parts.rest = Some(native).filter(says_something);
        return parts;
    }
    let structure = native.get("objectValue").map(|value| text(value, "objectType").to_owned()).unwrap_or_default();
    if native.get("linkInFromCell").is_some_and(|link| !matches!(text(link, "status"), "OK" | "")) {
        // It shows what it has shown last, which is all that can come back.
        rename(&mut native, "linkInFromCell", "brokenLink");
    }
    if is_there(&native, "linkInFromCell") || is_there(&native, "formula") {
        rename(&mut native, "value", "result");
        rename(&mut native, "objectValue", "resultObject");
        rename(&mut native, "image", "resultImage");
    } else if is_there(&native, "image") {
        parts.image = take_image(&mut native);
        if column.primary {
            parts.primary = native.get("value").filter(|value| value.is_string()).cloned();
        }
        native.remove("objectValue");
        // The image's own text.
        rename(&mut native, "value", "result");
    } else if is_there(&native, "hyperlink") {
        let shown = native.remove("value").unwrap_or_default();
        if let Some(Value::Object(link)) = native.get_mut("hyperlink") {
            link.insert("text".to_owned(), shown);
        }
        native.remove("objectValue");
    } else if structure == "PREDECESSOR_LIST" {
        let told = native.get("objectValue").map(predecessors::to_text).unwrap_or_default();
        rename(&mut native, "value", "displayValue");
        rename(&mut native, "objectValue", "resultObject");
        native.insert("value".to_owned(), json!(told));
    } else if STRUCTURED.contains(&structure.as_str()) {
        rename(&mut native, "value", "displayValue");
    } else {
        // Says what the value says.
        native.remove("objectValue");
        let plain = native.get("value").is_some_and(|value| !value.is_null() && !value.is_object());
        if column.primary && plain {
            parts.primary = native.get("value").cloned();
        }
    }
    if CONTENT.iter().any(|name| is_there(&native, name)) {
        parts.own = Some(native);
    } else {
        parts.rest = Some(native).filter(says_something);
    }
    parts
}

/// Makes a field of the summary a record: what a formula gives is a result, and an image is a record of its own.
pub(super) fn summary_field(field: &mut Map<String, Value>) -> Option<Map<String, Value>> {
    drop_plain_format(field);
    if is_there(field, "formula") {
        rename(field, "objectValue", "result");
        rename(field, "image", "resultImage");
        return None;
    }
    let image = take_image(field)?;
    // The image's own text.
    rename(field, "objectValue", "result");
    Some(image)
}

/// Takes the image that stands in something out of it; its id stays. Where the image leads stands apart: the vendor
/// describes links of values only, and a link that is written as one may end the image.
fn take_image(native: &mut Map<String, Value>) -> Option<Map<String, Value>> {
    let Some(Value::Object(image)) = native.get("image").cloned() else { return None };
    native.insert("image".to_owned(), json!(text_of(&image, "id")));
    rename(native, "hyperlink", "imageLink");
    Some(image)
}

fn rename(native: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = native.remove(from) {
        native.insert(to.to_owned(), value);
    }
}

/// What makes a cell a record.
const CONTENT: [&str; 7] = ["value", "objectValue", "formula", "hyperlink", "linkInFromCell", "format", "image"];

/// Whether it says more than which cell it is.
fn says_something(native: &Map<String, Value>) -> bool {
    native.iter().any(|(name, value)| name != "columnId" && !value.is_null())
}

fn is_there(native: &Map<String, Value>, name: &str) -> bool {
    native.get(name).is_some_and(|value| !value.is_null())
}

/// The format of a cell whose content nobody writes.
fn format_alone(native: &Map<String, Value>) -> Option<Map<String, Value>> {
    let format = native.get("format").filter(|format| !format.is_null())?;
    let column = native.get("columnId").cloned().unwrap_or_default();
    Some(Map::from_iter([("columnId".to_owned(), column), ("format".to_owned(), format.clone())]))
}

/// What people read in a cell.
pub(super) fn shown(native: &Map<String, Value>) -> String {
    match native.get("displayValue").or_else(|| native.get("value")) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
#[path = "cell_tests.rs"]
mod tests;
