use super::*;

#[test]
fn what_each_account_may_do_with_a_sheet_of_the_workspace() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget");
    let row = sheet.rows[0];
    let comment = json!({"comment": {"text": "hi"}});
    let change = json!([{"id": row, "cells": [sheet.cell("Task", json!("new"))]}]);
    for (account, reads, comments, edits, administers) in [
        (ADA, true, true, true, true),
        (BEN, true, true, true, true),
        (CLEO, true, true, true, false),
        (DAN, true, true, false, false),
        (EVE, false, false, false, false),
        (FINN, false, false, false, false),
        (READ_ONLY, true, false, false, false),
    ] {
        for (allowed, method, path, body) in [
            (reads, "GET", String::new(), Value::Null),
            (comments, "POST", format!("/rows/{row}/discussions"), comment.clone()),
            (edits, "PUT", "/rows".to_owned(), change.clone()),
            (administers, "PUT", String::new(), json!({"name": "Budget"})),
            (
                administers,
                "POST",
                "/columns".to_owned(),
                json!([{"title": format!("of {account}"), "type": "DATE", "index": 2}]),
            ),
        ] {
            let path = format!("{}{path}", sheet.path);
            let (status, answer) = desk.ask(account, method, &path, &body);
            assert_eq!(status == 200, allowed, "{account} {method} {path}: {answer}");
            if !allowed {
                assert_eq!(status, if reads { 403 } else { 404 }, "what cannot be seen is not found");
            }
        }
    }
}

#[test]
fn a_sheet_is_deleted_by_its_owner_or_who_administers_the_workspace() {
    let mut desk = Desk::new("nasty");
    let own = desk.sheet("Ada administers").path;
    assert_eq!(
        desk.refused("DELETE", &own, Value::Null),
        (403, 1004),
        "administering the sheet is not enough"
    );
    assert_eq!(desk.ask(BEN, "DELETE", &own, &Value::Null).0, 200);
    let shared = desk.sheet("Deep").path;
    assert_eq!(desk.refused_as(CLEO, "DELETE", &shared, Value::Null), (403, 1004));
    assert_eq!(desk.ask(BEN, "DELETE", &shared, &Value::Null).0, 200, "Ben administers the workspace");
}

#[test]
fn a_commenter_shows_as_a_viewer_to_clients_that_do_not_know_commenters() {
    let mut desk = Desk::new("nasty");
    let sheet = desk.sheet("Ada may comment").path;
    assert_eq!(desk.get(&sheet)["accessLevel"], "VIEWER");
    assert_eq!(desk.get(&format!("{sheet}?accessApiLevel=1"))["accessLevel"], "COMMENTER");
}

#[test]
fn locks_hold_editors_off_and_not_administrators() {
    let mut desk = Desk::new("nasty");
    let sheet = desk.sheet("Locks");
    let rows = format!("{}/rows", sheet.path);
    let column = json!([{"id": sheet.rows[0], "cells": [sheet.cell("Locked", json!("x"))]}]);
    let row = json!([{"id": sheet.rows[1], "cells": [sheet.cell("Task", json!("x"))]}]);
    assert_eq!(desk.refused_as(CLEO, "PUT", &rows, column.clone()), (403, 1039));
    assert_eq!(desk.refused_as(CLEO, "PUT", &rows, row.clone()), (403, 1050));
    assert_eq!(
        desk.refused_as(CLEO, "DELETE", &format!("{rows}?ids={}", sheet.rows[1]), Value::Null),
        (403, 1092)
    );
    desk.send("PUT", &rows, column);
    desk.send("PUT", &rows, row);
}

#[test]
fn roles_of_users_are_for_system_administrators_and_users_for_paid_plans() {
    let mut desk = Desk::new("tiny");
    let mut first = |account| desk.ask(account, "GET", "/users?includeAll=true", &Value::Null);
    let (_, seen) = first(ADA);
    assert_eq!((&seen["data"][0]["admin"], len(&seen["data"])), (&json!(true), 5));
    let (_, seen) = first(BEN);
    let fields: Vec<&String> = seen["data"][0].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["email", "id", "name"]);
    let (status, refused) = first(FINN);
    assert_eq!((status, &refused["errorCode"]), (403, &json!(1013)));
}

#[test]
fn creating_needs_a_license_and_a_plan() {
    let mut desk = Desk::new("tiny");
    let body = json!({"name": "n", "columns": [{"title": "Task", "type": "TEXT_NUMBER", "primary": true}]});
    assert_eq!(desk.refused_as(EVE, "POST", "/sheets", body.clone()), (403, 1140));
    assert_eq!(desk.refused_as(FINN, "POST", "/sheets", body.clone()), (403, 1013));
    let workspace = desk.get("/workspaces")["data"][0]["id"].as_u64().unwrap();
    let path = format!("/workspaces/{workspace}/sheets");
    assert_eq!(
        desk.refused_as(CLEO, "POST", &path, body.clone()),
        (403, 1004),
        "editors do not fill workspaces"
    );
    assert_eq!(desk.refused_as(EVE, "POST", &path, body), (404, 1006));
}

#[test]
fn groups_are_made_by_group_administrators_and_changed_by_their_owner_or_a_system_administrator() {
    let mut desk = Desk::new("tiny");
    assert_eq!(desk.refused_as(BEN, "POST", "/groups", json!({"name": "Mine"})), (403, 1104));
    let ben =
        desk.smartsheet.state.user_by_email("ben@acme.example").unwrap()["id"].as_str().unwrap().to_owned();
    desk.send("PUT", &format!("/users/{ben}"), json!({"groupAdmin": true}));
    let crew = desk.get("/groups")["data"][0]["id"].as_u64().unwrap();
    assert_eq!(desk.refused_as(BEN, "PUT", &format!("/groups/{crew}"), json!({"name": "X"})), (403, 1108));
    let (_, own) = desk.ask(
        BEN,
        "POST",
        "/groups",
        &json!({"name": "Ben's", "members": [{"email": "dan@acme.example"}]}),
    );
    let own = format!("/groups/{}", own["result"]["id"]);
    desk.send("PUT", &own, json!({"description": "Ada may, she is the system administrator"}));
    assert_eq!(len(&desk.get(&own)["members"]), 1);
    assert_eq!(desk.refused("POST", "/groups", json!({"name": "Crew"})), (400, 1129));
}

#[test]
fn levels_are_given_up_to_one_s_own_and_the_owner_s_stays() {
    let mut desk = Desk::new("nasty");
    let sheet = desk.sheet("Ada may edit and share");
    let shares = format!("/shares?assetType=sheet&assetId={}", sheet.id);
    let give = |email: &str, level: &str| json!([{"email": email, "accessLevel": level}]);
    assert_eq!(desk.refused("POST", &shares, give("dan@acme.example", "ADMIN")), (403, 1004));
    assert_eq!(desk.refused("POST", &shares, give("dan@acme.example", "OWNER")), (400, 1031));
    let made = desk.send("POST", &shares, give("dan@acme.example", "EDITOR"));
    assert_eq!(desk.refused("POST", &shares, give("dan@acme.example", "VIEWER")), (400, 1025));
    let id = made["result"][0]["id"].as_str().unwrap().to_owned();
    let one = shares.replace("/shares?", &format!("/shares/{id}?"));
    assert_eq!(desk.send("PATCH", &one, json!({"accessLevel": "VIEWER"}))["accessLevel"], "VIEWER");
    let items = desk.get(&shares)["items"].clone();
    let owner =
        items.as_array().unwrap().iter().find(|share| share["accessLevel"] == "OWNER").unwrap().clone();
    assert!(owner["userId"].is_string(), "ids are texts here");
    let owner = shares.replace("/shares?", &format!("/shares/{}?", owner["id"].as_str().unwrap()));
    assert_eq!(desk.refused("DELETE", &owner, Value::Null), (403, 1028));
    desk.send("DELETE", &one, Value::Null);
    assert_eq!(desk.refused("GET", &one, Value::Null), (404, 1027));
}

#[test]
fn a_group_s_share_is_its_members_share() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget").path;
    let crew = desk.get("/groups")["data"][0]["id"].as_u64().unwrap();
    assert_eq!(desk.refused_as(EVE, "GET", &sheet, Value::Null), (404, 1006));
    desk.send("POST", &format!("/groups/{crew}/members"), json!([{"email": "eve@acme.example"}]));
    assert_eq!(desk.ask(EVE, "GET", &sheet, &Value::Null).0, 200);
}
