use super::*;
use crate::http::testing::{Answer, Scripted};
use crate::model::{Blob, Record};
use crate::platforms::connector::Connector;
use crate::platforms::smartsheet::testing::{calls, smartsheet};

fn answer(value: &Value) -> Answer {
    Answer::json(200, &value.to_string())
}

fn listed() -> Seen {
    let mut seen = Seen { me: json!({"id": "1", "admin": true}), ..Seen::default() };
    let asset = |kind: &str, name: &str| json!({"resourceType": kind, "id": name, "name": name, "workspace": "w", "modifiedAt": "1"});
    seen.inventory.insert("report".to_owned(), asset("report", "report"));
    seen.inventory.insert("sight".to_owned(), asset("sight", "sight"));
    seen.inventory.insert("template".to_owned(), asset("template", "template"));
    seen.users.push(json!({"id": "5", "email": "ben@x.org", "name": "Ben", "lastLogin": "2026"}));
    seen
}

fn answers() -> Vec<Answer> {
    vec![
        answer(&json!({"filters": {"operator": "AND"}})),
        // An entry that comes twice is one.
        answer(&json!({"data": [{"assetType": "sheet", "assetId": 7}, {"assetType": "sheet", "assetId": 7}]})),
        answer(&json!({"data": [{"id": 8, "title": "Task"}]})),
        answer(&json!({"id": 9, "widgets": [{"id": 1}], "columnCount": 6, "workspace": {"id": 3}})),
        answer(&json!({"id": 5, "email": "ben@x.org", "company": "Acme", "lastLogin": "2027", "alternateEmails": [{"id": 4}]})),
    ]
}

/// What discovery has seen, as the records of a backup that remember it.
fn records(seen: &Seen) -> Vec<Record> {
    let record = |kind, id: &str, native: &Value| Record { key: RecordKey::new("w", kind, id), native: native.clone(), blob: Blob::None };
    let inventory = seen.inventory.iter().map(|(id, asset)| record(Kind::Inventory, id, asset));
    let users = seen.users.iter().map(|user| record(Kind::WorkspaceMember, "5", user));
    inventory.chain(users).collect()
}

async fn first() -> Seen {
    let mut seen = listed();
    add(&smartsheet(&Scripted::new(answers())), &mut seen).await.unwrap();
    seen
}

#[tokio::test]
async fn what_lists_leave_out_is_asked_for_and_put_beside_what_they_tell() {
    let seen = first().await;
    let report = &seen.inventory["report"];
    assert_eq!((&report["definition"]["filters"]["operator"], &report["scope"][0]["assetId"]), (&json!("AND"), &json!("7")));
    assert_eq!((report["scope"].as_array().unwrap().len(), &report["columns"][0]["title"]), (1, &json!("Task")));
    let dashboard = &seen.inventory["sight"];
    assert_eq!((dashboard["widgets"].as_array().unwrap().len(), &dashboard["columnCount"]), (1, &json!(6)));
    assert_eq!((&dashboard["id"], &dashboard["workspace"]), (&json!("sight"), &json!("w")), "the list has the word");
    assert_eq!(seen.users[0]["profile"], json!({"company": "Acme", "alternateEmails": [{"id": "4"}]}));
    assert!(seen.missing.is_empty());
}

#[tokio::test]
async fn what_is_listed_as_it_was_for_the_last_backup_costs_nothing() {
    let before = first().await;
    let scripted = Scripted::new([]);
    let connector = smartsheet(&scripted);
    connector.recall(records(&before));
    let mut seen = listed();
    seen.users[0]["lastLogin"] = json!("2028");
    add(&connector, &mut seen).await.unwrap();
    assert_eq!(calls(&scripted), [""; 0]);
    assert_eq!((&seen.inventory, &seen.users), (&before.inventory, &before.users));
}

#[tokio::test]
async fn what_is_listed_otherwise_or_was_hidden_is_asked_for_again() {
    let mut before = first().await;
    before.users[0].as_object_mut().unwrap().remove("profile");
    let scripted = Scripted::new(answers());
    let connector = smartsheet(&scripted);
    connector.recall(records(&before));
    let mut seen = listed();
    for asset in seen.inventory.values_mut() {
        asset["modifiedAt"] = json!("2");
    }
    add(&connector, &mut seen).await.unwrap();
    assert_eq!(calls(&scripted).len(), 5);
    assert_eq!(seen.users[0]["profile"]["company"], "Acme");
}

#[tokio::test]
async fn what_is_hidden_is_named_and_only_system_admins_ask_for_profiles() {
    let mut answers = answers();
    answers[0] = Answer::json(403, r#"{"errorCode":1004,"message":"You are not authorized."}"#);
    answers[3] = Answer::json(402, r#"{"errorCode":1013,"message":"Your plan does not support this."}"#);
    answers.pop();
    let mut seen = listed();
    seen.me = json!({"id": "1", "admin": false});
    add(&smartsheet(&Scripted::new(answers)), &mut seen).await.unwrap();
    let missing: Vec<&str> = seen.missing.iter().map(|missing| missing.what.as_str()).collect();
    assert_eq!(missing, ["definition of report", "widgets of sight"]);
    assert!(seen.users[0].get("profile").is_none());
}

#[tokio::test]
async fn a_definition_without_content_is_believed_when_it_is_given_twice_and_nothing_else_is() {
    let (nothing, wrong) = (|| answer(&json!({})), || answer(&json!({"data": 7})));
    let set = || answer(&json!({"sortingCriteria": []}));
    let asked = async |answers: Vec<Answer>| {
        let mut missing = Vec::new();
        let smartsheet = smartsheet(&Scripted::new(answers));
        let detailed = Detailed { smartsheet: &smartsheet, asset: json!({}), kind: Kind::Inventory, missing: &mut missing };
        detailed.definition("1").await
    };
    assert_eq!(asked(vec![set()]).await.unwrap(), json!({"sortingCriteria": []}));
    assert_eq!(asked(vec![nothing(), set()]).await.unwrap(), json!({"sortingCriteria": []}));
    assert_eq!(asked(vec![wrong(), set()]).await.unwrap(), json!({"sortingCriteria": []}));
    assert_eq!(asked(vec![nothing(), nothing()]).await.unwrap(), json!({}));
    assert!(asked(vec![nothing(), wrong()]).await.unwrap_err().message.contains("filters"));
}
