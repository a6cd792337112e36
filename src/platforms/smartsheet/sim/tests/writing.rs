use super::*;

/// Every write that may or may not count as a change of the sheet's content.
#[test]
fn versions_grow_with_content_only() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget");
    let (path, row) = (sheet.path.clone(), sheet.rows[0]);
    let share = format!("/shares?assetType=sheet&assetId={}", sheet.id);
    let amount = sheet.columns["Amount"];
    let rows = format!("{path}/rows");
    for (grows, method, at, body) in [
        (true, "PUT", rows.clone(), json!([{"id": row, "cells": [sheet.cell("Task", json!("x"))]}])),
        (
            true,
            "PUT",
            rows.clone(),
            json!([{"id": row, "cells": [sheet.cell("Task", json!({"format": ",,1"}))]}]),
        ),
        (true, "PUT", rows.clone(), json!([{"id": row, "toBottom": true}])),
        (true, "POST", rows.clone(), json!([sheet.row("Task", json!("new"))])),
        (true, "POST", format!("{rows}/{row}/discussions"), json!({"comment": {"text": "x"}})),
        (
            true,
            "POST",
            format!("{path}/attachments"),
            json!({"name": "x", "attachmentType": "LINK", "url": "https://e.org"}),
        ),
        (true, "DELETE", format!("{rows}?ids={}", sheet.rows[1]), Value::Null),
        (false, "PUT", path.clone(), json!({"name": "Renamed"})),
        (false, "PUT", format!("{path}/columns/{amount}"), json!({"title": "Sum"})),
        (false, "POST", format!("{path}/columns"), json!([{"title": "More", "type": "DATE", "index": 1}])),
        (false, "POST", share, json!([{"email": "eve@acme.example", "accessLevel": "VIEWER"}])),
        (false, "POST", format!("{path}/summary/fields"), json!([{"title": "F", "type": "TEXT_NUMBER"}])),
        (false, "PUT", format!("{path}/publish"), json!({"icalEnabled": true})),
    ] {
        let before = desk.version(&sheet);
        desk.send(method, &at, body.clone());
        assert_eq!(desk.version(&sheet) > before, grows, "{method} {at} {body}");
    }
}

#[test]
fn rows_go_where_the_request_says() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.new_sheet(&json!([]));
    let rows = format!("{}/rows", sheet.path);
    let mut add = |names: &[&str], location: Value| {
        let row = |name: &&str| {
            let mut row = location.clone();
            row["cells"] = json!([sheet.cell("Task", json!(name))]);
            row
        };
        ids(&desk.send("POST", &rows, names.iter().map(row).collect())["result"])
    };
    let a = add(&["a", "b"], json!({"toBottom": true}));
    add(&["a2"], json!({"parentId": a[0], "toBottom": true}));
    let first = add(&["a0", "a1"], json!({"parentId": a[0]}));
    add(&["after a"], json!({"siblingId": a[0]}));
    add(&["before a1"], json!({"siblingId": first[1], "above": true}));
    add(&["top"], json!({"toTop": true}));
    let order = |desk: &mut Desk| -> Vec<String> {
        let sheet = desk.get(&sheet.path);
        sheet["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| text(&row["cells"][0], "value").to_owned())
            .collect()
    };
    assert_eq!(order(&mut desk), ["top", "a", "a0", "before a1", "a1", "a2", "after a", "b"]);
    desk.send("PUT", &rows, json!([{"id": a[0], "toBottom": true}]));
    assert_eq!(order(&mut desk), ["top", "after a", "b", "a", "a0", "before a1", "a1", "a2"]);
    desk.send("PUT", &rows, json!([{"id": a[1], "outdent": false, "indent": true}]));
    let seen = desk.get(&sheet.path);
    assert_eq!(seen["rows"][2]["parentId"], seen["rows"][1]["id"], "b is below the row before it");
    assert_eq!(desk.refused("PUT", &rows, json!([{"id": a[0], "parentId": first[0]}])), (400, 1063));
}

#[test]
fn a_deleted_row_takes_the_rows_below_it_and_what_hangs_on_them() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Launch plan");
    let prepare = sheet.rows[0];
    let gone = desk.send("DELETE", &format!("{}/rows?ids={prepare}", sheet.path), Value::Null);
    assert_eq!(len(&gone["result"]), 4);
    assert_eq!(desk.get(&sheet.path)["totalRowCount"], 1);
    assert_eq!(
        len(&desk.get(&format!("{}/discussions", sheet.path))["data"]),
        1,
        "the one about the sheet stays"
    );
    let left = desk.get(&format!("{}/attachments", sheet.path))["data"].clone();
    assert!(left.as_array().unwrap().iter().all(|one| one["parentType"] == "SHEET"));
}

#[test]
fn long_values_are_cut_and_empty_ones_are_nothing() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.new_sheet(&json!([]));
    let rows = json!([sheet.row("Task", json!("é".repeat(4_001))), sheet.row("Task", json!(""))]);
    let made = desk.send("POST", &format!("{}/rows", sheet.path), rows);
    let cell = &made["result"][0]["cells"][0];
    assert_eq!(text(cell, "value").chars().count(), 4_000);
    assert_eq!(made["result"][1]["cells"], json!([]));
}

#[test]
fn a_partial_success_tells_what_failed_and_a_failure_changes_nothing() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.new_sheet(&json!([{"title": "Due", "type": "DATE"}]));
    let rows = format!("{}/rows", sheet.path);
    let body = json!([sheet.row("Task", json!("good")), sheet.row("Due", json!("bad"))]);
    let (_, answer) = desk.ask(ADA, "POST", &rows, &body);
    assert_eq!((&answer["errorCode"], &answer["detail"]), (&json!(1042), &json!({"index": 1})));
    assert_eq!(desk.get(&sheet.path)["totalRowCount"], 0);
    let answer = desk.send("POST", &format!("{rows}?allowPartialSuccess=true"), body);
    assert_eq!(
        (text(&answer, "message"), &answer["resultCode"], len(&answer["result"])),
        ("PARTIAL_SUCCESS", &json!(3), 1)
    );
    assert_eq!(
        (&answer["failedItems"][0]["index"], &answer["failedItems"][0]["error"]["errorCode"]),
        (&json!(1), &json!(1042))
    );
    let made = ids(&answer["result"]);
    let change = json!([
        {"id": made[0], "cells": [sheet.cell("Task", json!("changed"))]},
        {"id": made[0], "cells": [sheet.cell("Due", json!("bad"))]},
    ]);
    assert_eq!(desk.refused("PUT", &rows, change), (400, 1042));
    assert_eq!(desk.get(&sheet.path)["rows"][0]["cells"][0]["value"], "good");
}

#[test]
fn multiple_values_come_as_objects_and_show_as_text() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.new_sheet(&json!([
        {"title": "Team", "type": "MULTI_CONTACT_LIST"}, {"title": "Labels", "type": "MULTI_PICKLIST", "options": ["a", "b"]},
    ]));
    let rows = format!("{}/rows", sheet.path);
    assert_eq!(desk.refused("POST", &rows, json!([sheet.row("Labels", json!("a"))])), (400, 1235));
    let team = json!({"objectValue": {"objectType": "MULTI_CONTACT", "values": [
        {"objectType": "CONTACT", "email": "ben@acme.example"}, {"objectType": "CONTACT", "email": "x@y.example", "name": "X"},
    ]}});
    let made = desk.send("POST", &rows, json!([sheet.row("Team", team)]));
    let cell = &made["result"][0]["cells"][0];
    assert_eq!(
        (text(cell, "value"), text(cell, "displayValue")),
        ("ben@acme.example, x@y.example", "Ben Okafor, X")
    );
}

#[test]
fn formulas_are_kept_and_stand_for_themselves() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.new_sheet(&json!([]));
    let formula = |formula: &str| sheet.row("Task", json!({"formula": formula}));
    let rows = json!([formula("=1+1"), formula("=SUM({Nowhere})")]);
    let made = desk.send("POST", &format!("{}/rows", sheet.path), rows);
    let cells: Vec<&Value> = (0..2).map(|at| &made["result"][at]["cells"][0]).collect();
    assert_eq!((&cells[0]["formula"], &cells[0]["value"]), (&json!("=1+1"), &json!(4)));
    assert_eq!(cells[1]["value"], "#INVALID REF");
}

#[test]
fn unused_references_vanish_after_two_hours_and_used_ones_stay() {
    let mut desk = Desk::new("tiny");
    let (from, to) = (desk.sheet("Budget"), desk.new_sheet(&json!([])));
    let path = format!("{}/crosssheetreferences", to.path);
    for name in ["Used", "Unused"] {
        let column = from.columns["Amount"];
        desk.send(
            "POST",
            &path,
            json!({
                "name": name, "sourceSheetId": from.id, "startColumnId": column, "endColumnId": column,
            }),
        );
    }
    desk.send(
        "POST",
        &format!("{}/rows", to.path),
        json!([to.row("Task", json!({"formula": "=SUM({Used})"}))]),
    );
    desk.clock.advance(Duration::from_mins(119));
    assert_eq!(len(&desk.get(&path)["data"]), 2);
    desk.clock.advance(Duration::from_mins(2));
    let left = desk.get(&path)["data"].clone();
    assert_eq!((len(&left), text(&left[0], "name")), (1, "Used"));
}

#[test]
fn linked_cells_follow_their_source_until_it_is_gone() {
    let mut desk = Desk::new("tiny");
    let (from, to) = (desk.sheet("Budget"), desk.new_sheet(&json!([])));
    let row = ids(
        &desk.send("POST", &format!("{}/rows", to.path), json!([to.row("Task", json!("old"))]))["result"],
    )[0];
    let link = json!({"value": null, "linkInFromCell": {
        "sheetId": from.id, "rowId": from.rows[0], "columnId": from.columns["Amount"],
    }});
    let body = json!([{"id": row, "cells": [to.cell("Task", link)]}]);
    desk.send("PUT", &format!("{}/rows", to.path), body);
    let shown = |desk: &mut Desk| desk.get(&to.path)["rows"][0]["cells"][0].clone();
    assert_eq!(
        (&shown(&mut desk)["value"], text(&shown(&mut desk)["linkInFromCell"], "status")),
        (&json!(1200), "OK")
    );
    let before = desk.version(&to);
    let change = json!([{"id": from.rows[0], "cells": [from.cell("Amount", json!(7))]}]);
    desk.send("PUT", &format!("{}/rows", from.path), change);
    assert_eq!(shown(&mut desk)["value"], 7);
    assert!(desk.version(&to) > before);
    desk.send("DELETE", &format!("{}/rows?ids={}", from.path, from.rows[0]), Value::Null);
    assert_eq!(text(&shown(&mut desk)["linkInFromCell"], "status"), "BROKEN");
}

#[test]
fn a_project_sheet_comes_from_a_template_only_and_decides_its_dates() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Moving house");
    let seen = desk.get(&format!("{}?level=2&include=objectValue", sheet.path));
    assert_eq!(
        (&seen["dependenciesEnabled"], seen["projectSettings"]["lengthOfDay"].as_u64()),
        (&json!(true), Some(8))
    );
    let value = |row: usize, column: usize| text(&seen["rows"][row]["cells"][column], "value").to_owned();
    assert_eq!((value(0, 3).get(..10), value(1, 2).get(..10)), (Some("2026-12-09"), Some("2026-12-10")));
    let rows = format!("{}/rows", sheet.path);
    let set = |row: usize, title: &str| json!([{"id": sheet.rows[row], "cells": [sheet.cell(title, json!("2026-12-11T08:00:00"))]}]);
    assert_eq!(desk.refused("PUT", &rows, set(0, "Finish")), (400, 1080));
    assert_eq!(desk.refused("PUT", &rows, set(1, "Start")), (400, 1080));
    desk.send("PUT", &rows, set(0, "Start"));
    let seen = desk.get(&sheet.path);
    assert_eq!(
        text(&seen["rows"][1]["cells"][2], "value").get(..10),
        Some("2026-12-14"),
        "the next row moved along"
    );
}

#[test]
fn a_copy_takes_along_what_is_asked_for() {
    let mut desk = Desk::new("tiny");
    let path = desk.sheet("Launch plan").path;
    let mut copy = |include: &str| {
        let body = json!({"newName": format!("Copy {include}"), "destinationType": "home"});
        let made = desk.send("POST", &format!("{path}/copy?include={include}"), body);
        let path = format!("/sheets/{}", made["result"]["id"]);
        let sheet = desk.get(&path);
        let talks = len(&desk.get(&format!("{path}/discussions"))["data"]);
        let files = len(&desk.get(&format!("{path}/attachments"))["data"]);
        (len(&sheet["columns"]), len(&sheet["rows"]), talks, files)
    };
    assert_eq!(copy(""), (15, 0, 0, 0));
    assert_eq!(copy("data"), (15, 5, 0, 0));
    assert_eq!(copy("data,discussions,attachments"), (15, 5, 2, 3));
}

#[test]
fn automatic_numbers_go_on() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Launch plan");
    let made = desk.send("POST", &format!("{}/rows", sheet.path), json!([sheet.row("Task", json!("sixth"))]));
    let numbers = made["result"][0]["cells"].as_array().unwrap().iter();
    let number = numbers.clone().find(|cell| cell["columnId"] == sheet.columns["Number"]).unwrap();
    assert_eq!(number["value"], "L-006");
}

#[test]
fn the_summary_is_filled_in_by_editors_and_made_by_administrators() {
    let mut desk = Desk::new("tiny");
    let path = format!("{}/summary/fields", desk.sheet("Launch plan").path);
    let fields = ids(&desk.get(&path)["data"]);
    let fill = |field: u64| json!([{"id": field, "objectValue": {"objectType": "CONTACT", "email": "ben@acme.example"}}]);
    let (_, answer) = desk.ask(CLEO, "PUT", &path, &fill(fields[0]));
    assert_eq!(answer["result"][0]["displayValue"], "Ben Okafor");
    assert_eq!(
        desk.refused_as(CLEO, "PUT", &path, json!([{"id": fields[2], "objectValue": "Stop"}])),
        (403, 1004)
    );
    assert_eq!(desk.refused_as(CLEO, "POST", &path, json!([{"title": "X", "type": "DATE"}])), (403, 1004));
    assert_eq!(desk.refused("POST", &path, json!([{"title": "Motto", "type": "DATE"}])), (400, 1129));
    let renamed = desk.send(
        "POST",
        &format!("{path}?renameIfConflict=true"),
        json!([{"title": "Motto", "type": "DATE"}]),
    );
    assert_eq!(renamed["result"][0]["title"], "Motto (1)");
    assert_eq!(
        desk.send("DELETE", &format!("{path}?ids={}", fields[2]), Value::Null)["result"],
        json!([fields[2]])
    );
}
