use super::*;

#[test]
fn lists_come_in_pages_of_a_hundred_and_the_last_page_repeats() {
    let mut desk = Desk::new("nasty");
    for (name, count) in [("Exactly a page", 100), ("A page and one", 101)] {
        let path = format!("{}/discussions", desk.sheet(name).path);
        assert_eq!(len(&desk.get(&path)["data"]), 100);
        let second = desk.get(&format!("{path}?page=2"));
        assert_eq!(second["totalCount"], count);
        assert_eq!(len(&second["data"]), if count == 100 { 100 } else { 1 });
        assert_eq!(desk.get(&format!("{path}?page=99"))["data"], second["data"]);
        assert_eq!(len(&desk.get(&format!("{path}?includeAll=true"))["data"]), count);
    }
}

#[test]
fn children_come_one_level_at_a_time_and_in_short_pages() {
    let mut desk = Desk::new("nasty");
    let workspaces = desk.get("/workspaces?paginationType=token&maxItems=1000")["data"].clone();
    let found = workspaces.as_array().unwrap().iter().find(|one| text(one, "name").starts_with("Nästy"));
    let path = format!("/workspaces/{}/children", found.unwrap()["id"]);
    let all = desk.get(&format!("{path}?include=source,ownerInfo"))["data"].clone();
    let folders = desk.get(&format!("{path}?childrenResourceTypes=folders"))["data"].clone();
    assert_eq!(len(&folders), 1, "the folders in the folder are not listed");
    assert!(folders[0].get("accessLevel").is_none() && folders[0]["resourceType"] == "folder");
    let sheets = desk.get(&format!("{path}?childrenResourceTypes=sheets,templates"))["data"].clone();
    assert_eq!(len(&sheets) + 1, len(&all));
    assert_eq!(
        desk.refused("GET", &format!("{path}?childrenResourceTypes=templates"), Value::Null),
        (400, 1018)
    );
}

#[test]
fn what_was_removed_in_june_2026_is_gone() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget").path;
    for path in [
        "/workspaces/1",
        "/workspaces/1/folders",
        "/folders/1",
        "/templates/public",
        &format!("{sheet}/shares"),
    ] {
        assert_eq!(desk.refused("GET", path, Value::Null), (410, 1006), "{path}");
    }
    assert_eq!(desk.refused("GET", "/nothing", Value::Null), (404, 1006));
}

#[test]
fn all_rows_come_unless_a_page_is_asked_for() {
    let mut desk = Desk::new("cost-1000");
    let path = desk.sheet("Sheet 1").path;
    let mut rows = |query: &str| {
        let sheet = desk.get(&format!("{path}?{query}"));
        assert_eq!(sheet["totalRowCount"], 1_000, "{query}");
        ids(&sheet["rows"])
    };
    let all = rows("");
    assert_eq!(all.len(), 1_000);
    assert_eq!(rows("page=1"), all[..100]);
    assert_eq!(rows("page=2&pageSize=300"), all[300..600]);
    assert_eq!(rows("page=9&pageSize=999"), all[999..]);
    assert_eq!(rows("pageSize=20000"), all);
    assert_eq!(rows("rowNumbers=3,5000"), [all[2]]);
    assert_eq!(rows(&format!("rowIds={},{}", all[4], all[8])), [all[4], all[8]]);
}

#[test]
fn the_same_version_comes_alone() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget");
    let version = desk.version(&sheet);
    assert_eq!(desk.get(&format!("{}?ifVersionAfter={version}", sheet.path)), json!({"version": version}));
    assert!(desk.get(&format!("{}?ifVersionAfter={}", sheet.path, version - 1)).get("rows").is_some());
}

#[test]
fn only_changed_rows_come_when_asked_for_and_all_are_counted() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget");
    let now = state::date(desk.clock.now());
    let change = json!([{"id": sheet.rows[1], "cells": [sheet.cell("Amount", json!(1))]}]);
    desk.send("PUT", &format!("{}/rows", sheet.path), change);
    let seen = desk.get(&format!("{}?rowsModifiedSince={now}", sheet.path));
    assert_eq!((ids(&seen["rows"]), &seen["totalRowCount"]), (vec![sheet.rows[1]], &json!(2)));
}

#[test]
fn types_degrade_below_the_level_that_knows_them() {
    let mut desk = Desk::new("tiny");
    let path = desk.sheet("Launch plan").path;
    let mut types = |level: u8| {
        let sheet = desk.get(&format!("{path}?level={level}&include=objectValue"));
        let columns = sheet["columns"].as_array().unwrap();
        let kind =
            |title: &str| columns.iter().find(|column| column["title"] == title).unwrap()["type"].clone();
        let objects =
            sheet["rows"].as_array().unwrap().iter().flat_map(|row| row["cells"].as_array().unwrap());
        let objects =
            objects.filter(|cell| text(&cell["objectValue"], "objectType").starts_with("MULTI_")).count();
        (kind("Team"), kind("Labels"), objects)
    };
    assert_eq!(types(0), (json!("TEXT_NUMBER"), json!("TEXT_NUMBER"), 0));
    assert_eq!(types(1), (json!("MULTI_CONTACT_LIST"), json!("TEXT_NUMBER"), 1));
    assert_eq!(types(2), (json!("MULTI_CONTACT_LIST"), json!("MULTI_PICKLIST"), 3));
}

#[test]
fn what_is_not_asked_for_is_not_there() {
    let mut desk = Desk::new("tiny");
    let path = desk.sheet("Launch plan").path;
    let plain = desk.get(&path);
    for field in ["attachments", "discussions", "crossSheetReferences", "filters", "owner", "source"] {
        assert!(plain.get(field).is_none(), "{field}");
    }
    for field in ["format", "createdBy", "permalink", "attachments", "discussions"] {
        assert!(plain["rows"].as_array().unwrap().iter().all(|row| row.get(field).is_none()), "{field}");
    }
    let full = desk.get(&format!(
        "{path}?include=attachments,discussions,crossSheetReferences,filterDefinitions,ownerInfo,writerInfo,rowPermalink"
    ));
    assert_eq!((len(&full["attachments"]), len(&full["discussions"]), len(&full["filters"])), (1, 1, 1));
    assert_eq!((text(&full, "owner"), len(&full["crossSheetReferences"])), ("ada@acme.example", 1));
    let talk = &full["rows"].as_array().unwrap().iter().find(|row| row.get("discussions").is_some()).unwrap()
        ["discussions"][0];
    assert!(talk.get("comments").is_none() && talk["commentCount"] == 2, "the words come from /discussions");
    assert_eq!(desk.refused("GET", &format!("{path}?include=everything"), Value::Null), (400, 1018));
}

#[test]
fn empty_cells_are_left_out_on_request_and_emptied_ones_stay() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget");
    desk.send("POST", &format!("{}/rows", sheet.path), json!([{"toBottom": true}]));
    let change = json!([{"id": sheet.rows[0], "cells": [sheet.cell("Amount", json!(""))]}]);
    desk.send("PUT", &format!("{}/rows", sheet.path), change);
    let seen = desk.get(&format!("{}?exclude=nonexistentCells", sheet.path));
    let cells: Vec<usize> = seen["rows"].as_array().unwrap().iter().map(|row| len(&row["cells"])).collect();
    assert_eq!(cells, [2, 2, 0]);
    assert!(seen["rows"][0]["cells"][1].get("value").is_none());
    assert_eq!(len(&desk.get(&sheet.path)["rows"][2]["cells"]), 2);
}

#[test]
fn versions_come_with_the_list_of_sheets_but_not_with_its_pages() {
    let mut desk = Desk::new("tiny");
    let all = desk.get("/sheets?include=sheetVersion&includeAll=true");
    assert!(all["data"].as_array().unwrap().iter().all(|sheet| sheet["version"].is_u64()));
    let paged = desk.get("/sheets?include=sheetVersion&page=1&pageSize=2");
    assert_eq!((len(&paged["data"]), &paged["data"][0].get("version")), (2, &None));
}

#[test]
fn the_path_of_a_sheet_leads_through_its_folders() {
    let mut desk = Desk::new("tiny");
    let path = desk.get(&format!("{}/path", desk.sheet("Budget").path));
    assert_eq!((text(&path, "name"), text(&path["folders"][0], "name")), ("Acme", "Planning"));
    assert_eq!(text(&path["folders"][0]["sheets"][0], "name"), "Budget");
    let alone = desk.get(&format!("{}/path", desk.sheet("Ben's notes").path));
    assert_eq!(text(&alone, "name"), "Ben's notes", "a sheet that is shared alone has no workspace to show");
}

#[test]
fn times_are_numbers_on_request() {
    let mut desk = Desk::new("tiny");
    assert!(desk.get("/sheets")["data"][0]["modifiedAt"].is_string());
    assert!(desk.get("/sheets?numericDates=true")["data"][0]["modifiedAt"].is_u64());
}

#[test]
fn parameters_that_nobody_understands_are_counted() {
    let mut desk = Desk::new("tiny");
    desk.get("/sheets?includeAll=true&colour=red");
    assert_eq!(desk.smartsheet.state()["unknown_parameters"], json!({"colour": 1}));
}

#[test]
fn events_go_on_where_the_stream_stopped() {
    let mut desk = Desk::new("tiny");
    let first = desk.get("/events?since=2025-01-01T00:30:00Z&maxCount=3");
    assert_eq!((len(&first["data"]), &first["moreAvailable"]), (3, &json!(true)));
    let position = text(&first, "nextStreamPosition").to_owned();
    let rest = desk.get(&format!("/events?streamPosition={position}"));
    assert_ne!(rest["data"][0]["eventId"], first["data"][2]["eventId"]);
    let end = text(&rest, "nextStreamPosition").to_owned();
    let sheet = desk.sheet("Budget").path;
    desk.send("PUT", &sheet, json!({"name": "Renamed"}));
    assert_eq!(len(&desk.get(&format!("/events?streamPosition={end}"))["data"]), 1);
}

#[test]
fn multi_step_workflows_are_listed_and_not_shown_alone() {
    let mut desk = Desk::new("tiny");
    let path = format!("{}/automationrules", desk.sheet("Launch plan").path);
    let rules = ids(&desk.get(&path)["data"]);
    assert_eq!(desk.ask(ADA, "GET", &format!("{path}/{}", rules[0]), &Value::Null).0, 200);
    assert_eq!(desk.refused("GET", &format!("{path}/{}", rules[1]), Value::Null), (400, 1266));
}
