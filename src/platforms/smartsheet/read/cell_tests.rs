use serde_json::json;

use super::super::super::json::object;
use super::*;

const PLAIN: Column = Column { primary: false, computed: false };
const PRIMARY: Column = Column { primary: true, computed: false };
const COMPUTED: Column = Column { primary: false, computed: true };

fn parts(column: &Column, native: Value) -> (Value, Value, Value) {
    let Parts { primary, own, rest, .. } = cell(column, object(native));
    let value = |map: Option<Map<String, Value>>| map.map_or(Value::Null, Value::Object);
    (primary.unwrap_or_default(), value(own), value(rest))
}

#[test]
fn what_somebody_wrote_is_a_record() {
    let table = [
        (json!({"columnId": "c", "value": "x", "objectValue": "x"}), json!({"columnId": "c", "value": "x"})),
        (json!({"columnId": "c", "value": false}), json!({"columnId": "c", "value": false})),
        (json!({"columnId": "c", "format": ",,1"}), json!({"columnId": "c", "format": ",,1"})),
        (
            json!({"columnId": "c", "value": 3, "formula": "=1+2", "displayValue": "3"}),
            json!({"columnId": "c", "result": 3, "formula": "=1+2", "displayValue": "3"}),
        ),
        (
            json!({"columnId": "c", "value": "x", "linkInFromCell": {"sheetId": "s"}}),
            json!({"columnId": "c", "result": "x", "linkInFromCell": {"sheetId": "s"}}),
        ),
        (
            json!({"columnId": "c", "value": "see", "hyperlink": {"url": "https://x.org"}}),
            json!({"columnId": "c", "hyperlink": {"url": "https://x.org", "text": "see"}}),
        ),
        (
            json!({"columnId": "c", "value": "a, b", "objectValue": {"objectType": "MULTI_PICKLIST", "values": ["a", "b"]}}),
            json!({"columnId": "c", "displayValue": "a, b", "objectValue": {"objectType": "MULTI_PICKLIST", "values": ["a", "b"]}}),
        ),
        (
            json!({"columnId": "c", "value": "1FS", "objectValue": {"objectType": "PREDECESSOR_LIST",
                "predecessors": [{"rowId": "7", "rowNumber": 1, "type": "FS"}]}}),
            json!({"columnId": "c", "value": "rowId=7 FS", "displayValue": "1FS", "resultObject": {
                "objectType": "PREDECESSOR_LIST", "predecessors": [{"rowId": "7", "rowNumber": 1, "type": "FS"}]}}),
        ),
        (
            json!({"columnId": "c", "value": "3d", "objectValue": {"objectType": "DURATION", "days": 3}}),
            json!({"columnId": "c", "value": "3d"}),
        ),
    ];
    for (native, own) in table {
        assert_eq!(parts(&PLAIN, native), (Value::Null, own, Value::Null));
    }
}

#[test]
fn plain_content_of_the_primary_column_goes_with_its_row() {
    for value in [json!("x"), json!(5), json!(true)] {
        let native = json!({"columnId": "c", "value": value, "displayValue": "x"});
        assert_eq!(parts(&PRIMARY, native.clone()), (value, native, Value::Null));
    }
    let formula = json!({"columnId": "c", "value": 2, "formula": "=1+1"});
    assert_eq!(parts(&PRIMARY, formula).0, Value::Null);
}

#[test]
fn an_image_stands_apart_from_its_cell_unless_a_formula_brings_it() {
    let image = json!({"id": "e1z", "altText": "Sign", "width": 16, "height": 9});
    let native = json!({"columnId": "c", "value": "Sign", "displayValue": "Sign", "format": ",,1", "image": image});
    let Parts { primary, own, image: apart, rest } = cell(&PRIMARY, object(native.clone()));
    assert_eq!(primary, Some(json!("Sign")), "a row needs content to get children");
    let wanted = json!({"columnId": "c", "result": "Sign", "displayValue": "Sign", "format": ",,1", "image": "e1z"});
    assert_eq!((own.map(Value::Object), apart.map(Value::Object), rest), (Some(wanted), Some(image.clone()), None));
    let mut shown = object(native);
    shown.insert("formula".to_owned(), json!("=Logo1"));
    let Parts { own, image: apart, .. } = cell(&PLAIN, shown);
    let own = own.unwrap();
    assert_eq!((apart, own.get("image"), own.get("resultImage")), (None, None, Some(&image)));
}

#[test]
fn where_an_image_leads_is_no_link_that_could_be_written() {
    let native = json!({"columnId": "c", "value": "Sign", "image": {"id": "e1z"}, "hyperlink": {"url": "https://x.org"}});
    let own = cell(&PLAIN, object(native)).own.unwrap();
    assert_eq!((own.get("hyperlink"), &own["imageLink"]), (None, &json!({"url": "https://x.org"})));
}

#[test]
fn a_field_of_the_summary_holds_an_image_unless_a_formula_brings_it() {
    let image = json!({"id": "e1z", "altText": "Sign"});
    let mut shown = object(json!({"formula": "=Logo1", "objectValue": "Sign", "image": image}));
    assert_eq!(summary_field(&mut shown), None);
    assert_eq!(Value::Object(shown), json!({"formula": "=Logo1", "result": "Sign", "resultImage": image}));
    let mut plain = object(json!({"objectValue": "Go", "format": ",,,"}));
    assert_eq!((summary_field(&mut plain), Value::Object(plain)), (None, json!({"objectValue": "Go"})));
}

#[test]
fn what_nobody_writes_stays_with_the_row() {
    let native = json!({"columnId": "c", "value": 7, "format": ",,1"});
    let (_, own, rest) = parts(&COMPUTED, native.clone());
    assert_eq!((own, rest), (json!({"columnId": "c", "format": ",,1"}), native));
    let marked = json!({"columnId": "c", "conditionalFormat": ",,1"});
    assert_eq!(parts(&PLAIN, marked.clone()), (Value::Null, Value::Null, marked));
    assert_eq!(parts(&PLAIN, json!({"columnId": "c"})), (Value::Null, Value::Null, Value::Null));
}

#[test]
fn a_type_of_project_sheets_can_come_back_as_text() {
    let table = [
        (json!({"type": "DURATION"}), json!({"type": "TEXT_NUMBER", "projectType": "DURATION"})),
        (json!({"type": "DATE"}), json!({"type": "DATE"})),
        (
            json!({"type": "DATETIME", "systemColumnType": "CREATED_DATE"}),
            json!({"type": "DATETIME", "systemColumnType": "CREATED_DATE"}),
        ),
    ];
    for (native, wanted) in table {
        let mut native = object(native);
        column(&mut native);
        assert_eq!(Value::Object(native), wanted);
    }
}
