use super::*;

/// Columns of a new sheet that are refused, and why.
#[test]
fn columns_of_a_new_sheet() {
    let mut desk = Desk::new("tiny");
    let primary = json!({"title": "Task", "type": "TEXT_NUMBER", "primary": true});
    let other = |more: Value| json!([primary.clone(), more]);
    for (columns, code) in [
        (json!([{"title": "Task", "type": "TEXT_NUMBER"}]), 1055),
        (other(primary.clone()), 1055),
        (json!([{"title": "Task", "type": "DATE", "primary": true}]), 1057),
        (other(json!({"title": "Task", "type": "DATE"})), 1056),
        (other(json!({"type": "DATE"})), 1012),
        (other(json!({"title": "X"})), 1012),
        (other(json!({"title": "X", "type": "SPREADSHEET"})), 1031),
        (other(json!({"title": "x".repeat(51), "type": "DATE"})), 1041),
        (other(json!({"title": "X", "type": "DURATION"})), 1142),
        (other(json!({"title": "X", "type": "PREDECESSOR"})), 1142),
        (other(json!({"title": "X", "type": "ABSTRACT_DATETIME"})), 1142),
        (other(json!({"title": "X", "type": "DATETIME"})), 1142),
        (other(json!({"title": "X", "type": "DATE", "systemColumnType": "CREATED_DATE"})), 1079),
        (other(json!({"title": "X", "type": "DATE", "options": ["a"]})), 1060),
        (other(json!({"title": "X", "type": "DATE", "symbol": "STAR"})), 1058),
        (other(json!({"title": "X", "type": "PICKLIST", "symbol": "RYG", "options": ["a"]})), 1059),
        (other(json!({"title": "X", "type": "DATE", "hidden": true})), 1032),
        (other(json!({"title": "X", "type": "DATE", "colour": "red"})), 1008),
    ] {
        let refused = desk.refused("POST", "/sheets", json!({"name": "n", "columns": columns}));
        assert_eq!(refused, (400, code), "{columns}");
    }
    assert_eq!(desk.refused("POST", "/sheets", json!({"name": "n"})), (400, 1054));
    assert_eq!(
        desk.refused("POST", "/sheets", json!({"name": "n".repeat(51), "columns": [primary]})),
        (400, 1041)
    );
}

#[test]
fn columns_that_are_added_or_changed() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.new_sheet(&json!([{"title": "List", "type": "PICKLIST", "options": ["a"]}]));
    let columns = format!("{}/columns", sheet.path);
    for (body, code) in [
        (json!([{"title": "X", "type": "DATE"}]), 1012),
        (
            json!([{"title": "X", "type": "DATE", "index": 0}, {"title": "Y", "type": "DATE", "index": 1}]),
            1031,
        ),
        (json!([{"title": "Task", "type": "DATE", "index": 0}]), 1056),
        (json!([{"title": "X", "type": "PICKLIST", "index": 0, "options": ["a"], "validation": true}]), 1032),
    ] {
        assert_eq!(desk.refused("POST", &columns, body.clone()), (400, code), "{body}");
    }
    let at = |title: &str| format!("{columns}/{}", sheet.columns[title]);
    assert_eq!(desk.refused("PUT", &at("List"), json!({"options": ["b"]})), (400, 1090));
    assert_eq!(
        desk.refused("PUT", &at("List"), json!({"type": "MULTI_PICKLIST", "validation": true})),
        (400, 1032)
    );
    desk.send("PUT", &at("List"), json!({"type": "PICKLIST", "options": ["b"], "validation": true}));
    assert_eq!(desk.refused("PUT", &at("Task"), json!({"type": "DATE"})), (400, 1057));
    assert_eq!(desk.refused("DELETE", &at("Task"), Value::Null), (400, 1065));
    assert_eq!(desk.refused("PUT", &at("List"), json!({"title": "Task"})), (400, 1056));
}

#[test]
fn validated_lists_take_their_options_only_unless_an_administrator_overrides() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.new_sheet(&json!([{"title": "List", "type": "PICKLIST", "options": ["a"]}]));
    desk.send(
        "PUT",
        &format!("{}/columns/{}", sheet.path, sheet.columns["List"]),
        json!({"validation": true}),
    );
    let rows = format!("{}/rows", sheet.path);
    let body = json!([sheet.row("List", json!("z"))]);
    assert_eq!(desk.refused("POST", &rows, body.clone()), (400, 1042));
    desk.send("POST", &format!("{rows}?overrideValidation=true"), body);
}

#[test]
fn cells_that_are_refused() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Launch plan");
    let rows = format!("{}/rows", sheet.path);
    for (cell, code) in [
        (sheet.cell("Due", json!("tomorrow")), 1042),
        (sheet.cell("Star", json!("yes")), 1042),
        (sheet.cell("Owner", json!("Ben")), 1042),
        (sheet.cell("Status", json!("Lost")), 1042),
        (sheet.cell("Labels", json!("red")), 1235),
        (sheet.cell("Number", json!("L-100")), 1046),
        (sheet.cell("Made", json!("2026-01-01T00:00:00Z")), 1046),
        (sheet.cell("Link", json!("x")), 1046),
        (sheet.cell("Task", json!({"formula": "1+1"})), 1031),
        (sheet.cell("Task", json!({"value": "x", "hyperlink": {"sheetId": 1}})), 1006),
        (sheet.cell("Labels", json!({"objectValue": {"objectType": "MULTI_CONTACT", "values": []}})), 1042),
        (json!({"columnId": 1, "value": "x"}), 1036),
        (json!({"value": "x"}), 1012),
    ] {
        let refused = desk.refused("POST", &rows, json!([{"toBottom": true, "cells": [cell]}]));
        assert_eq!(refused.1, code, "{cell}");
    }
    let twice = json!([{"toBottom": true, "cells": [sheet.cell("Task", json!("x")), sheet.cell("Task", json!("y"))]}]);
    assert_eq!(desk.refused("POST", &rows, twice), (400, 1037));
    desk.send("POST", &rows, json!([sheet.row("Due", json!({"value": "tomorrow", "strict": false}))]));
}

#[test]
fn locations_that_are_refused() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.new_sheet(&json!([]));
    let rows = format!("{}/rows", sheet.path);
    let made = desk.send("POST", &rows, json!([sheet.row("Task", json!("a")), {"toBottom": true}]));
    let [full, blank] = [0, 1].map(|at| made["result"][at]["id"].clone());
    let child = |parent: &Value| json!({"parentId": parent, "toBottom": true});
    for (body, code) in [
        (json!([{"toTop": true}, {"toBottom": true}]), 1123),
        (json!([child(&full), {"toBottom": true}]), 1123),
        (json!([{"siblingId": full}, {"siblingId": full, "above": true}]), 1123),
        (json!([{"toTop": true, "toBottom": true}]), 1062),
        (json!([{"parentId": full, "siblingId": full}]), 1062),
        (json!([{"indent": true}]), 1062),
        (json!([child(&json!(1))]), 1063),
        (json!([{"siblingId": 1}]), 1064),
        (json!([child(&blank)]), 1185),
        (json!([{"toBottom": true, "colour": 1}]), 1008),
    ] {
        assert_eq!(desk.refused("POST", &rows, body.clone()), (400, code), "{body}");
    }
    desk.send("POST", &rows, json!([child(&full), child(&full)]));
}

#[test]
fn five_hundred_rows_are_taken_and_one_more_is_not() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.new_sheet(&json!([]));
    let rows = format!("{}/rows", sheet.path);
    let body = |count: usize| (0..count).map(|number| sheet.row("Task", json!(number))).collect::<Value>();
    assert_eq!(desk.refused("POST", &rows, body(501)), (400, 1061));
    assert_eq!(len(&desk.send("POST", &rows, body(500))["result"]), 500);
}

#[test]
fn cell_links_come_alone_and_only_to_rows_that_are_there() {
    let mut desk = Desk::new("tiny");
    let (from, to) =
        (desk.sheet("Budget"), desk.new_sheet(&json!([{"title": "More", "type": "TEXT_NUMBER"}])));
    let rows = format!("{}/rows", to.path);
    let row = ids(&desk.send("POST", &rows, json!([to.row("Task", json!("a"))]))["result"])[0];
    let link = to.cell(
        "Task",
        json!({"value": null, "linkInFromCell": {
            "sheetId": from.id, "rowId": from.rows[0], "columnId": from.columns["Task"],
        }}),
    );
    let plain = to.cell("More", json!("x"));
    assert_eq!(desk.refused("POST", &rows, json!([{"toBottom": true, "cells": [link]}])), (400, 1115));
    assert_eq!(desk.refused("PUT", &rows, json!([{"id": row, "cells": [link, plain]}])), (400, 1115));
    assert_eq!(
        desk.refused("PUT", &rows, json!([{"id": row, "expanded": false, "cells": [link]}])),
        (400, 1115)
    );
    desk.send("PUT", &rows, json!([{"id": row, "cells": [link]}]));
}

#[test]
fn rows_that_are_not_there() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget");
    let path = |ids: &str| format!("{}/rows?ids={ids}", sheet.path);
    let both = format!("{},1", sheet.rows[0]);
    assert_eq!(desk.refused("DELETE", &path(&both), Value::Null), (404, 1006));
    assert_eq!(desk.refused("DELETE", &path(""), Value::Null), (400, 1018));
    let gone = desk.send("DELETE", &format!("{}&ignoreRowsNotFound=true", path(&both)), Value::Null);
    assert_eq!(gone["result"], json!([sheet.rows[0]]));
    assert_eq!(
        desk.refused("PUT", &format!("{}/rows", sheet.path), json!([{"id": 1, "cells": []}])),
        (404, 1006)
    );
    assert_eq!(desk.refused("PUT", &format!("{}/rows", sheet.path), json!([{"cells": []}])), (400, 1012));
}

#[test]
fn bodies_and_parameters_that_cannot_be_read() {
    let mut desk = Desk::new("tiny");
    for (path, code) in [
        ("/sheets?page=x", 1018),
        ("/sheets?includeAll=maybe", 1018),
        ("/sheets?modifiedSince=soon", 1018),
        ("/workspaces?maxItems=50", 1018),
        ("/workspaces?lastKey=x", 1018),
        ("/shares?assetId=1", 1009),
        ("/shares?assetType=cloud&assetId=1", 1018),
        ("/events", 1009),
    ] {
        assert_eq!(desk.refused("GET", path, Value::Null), (400, code), "{path}");
    }
    assert_eq!(desk.refused("POST", "/workspaces", json!("text")), (400, 1008));
    assert_eq!(desk.refused("POST", "/workspaces", json!({"name": ""})), (400, 1012));
    assert_eq!(desk.refused("TRACE", "/workspaces", Value::Null), (405, 1010));
    let mut request = desk.request(ADA, "POST", "/workspaces");
    request.headers.insert("content-type", "application/json".parse().unwrap());
    request.body = b"{".to_vec();
    assert_eq!(answered(&desk.smartsheet.answer(&request)).1["errorCode"], 1008);
}

#[test]
fn folders_do_not_move_into_themselves() {
    let mut desk = Desk::new("tiny");
    let workspace = desk.get("/workspaces")["data"][0]["id"].clone();
    let folder = desk.get(&format!("/workspaces/{workspace}/children?childrenResourceTypes=folders"))["data"]
        [0]["id"]
        .clone();
    let inner =
        desk.get(&format!("/folders/{folder}/children?childrenResourceTypes=folders"))["data"][0]["id"]
            .clone();
    let to = |id: &Value| json!({"destinationType": "folder", "destinationId": id});
    let path = format!("/folders/{folder}/move");
    assert_eq!(desk.refused("POST", &path, to(&folder)), (400, 1031));
    assert_eq!(desk.refused("POST", &path, to(&inner)), (400, 1031));
    desk.send(
        "POST",
        &format!("/folders/{inner}/move"),
        json!({"destinationType": "workspace", "destinationId": workspace}),
    );
}
