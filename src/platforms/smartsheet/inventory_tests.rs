use super::*;
use crate::http::testing::{Answer, Scripted};
use crate::model::grants::{Grant, Verb};
use crate::platforms::connector::{Connector, Purpose};
use crate::platforms::smartsheet::testing::{calls, smartsheet};

fn answer(value: &Value) -> Answer {
    Answer::json(200, &value.to_string())
}

fn page(entries: &Value) -> Answer {
    let count = entries.as_array().map_or(0, Vec::len);
    answer(&json!({"data": entries, "totalCount": count}))
}

/// An account with one workspace, a folder in it, a sheet in the folder, and a sheet of its own.
fn answers() -> Vec<Answer> {
    let share = json!([{"id": "SH", "type": "USER", "userId": "5", "email": "ben@x.org", "accessLevel": "OWNER", "scope": "WORKSPACE"}]);
    vec![
        answer(&json!({"id": 1, "email": "ada@x.org", "licensedSheetCreator": true, "groupAdmin": true, "lastLogin": "2026"})),
        page(&json!([{"id": 10, "name": "Plan", "accessLevel": "ADMIN", "version": 3}, {"id": 11, "name": "Own", "accessLevel": "OWNER"}])),
        answer(&json!({"data": [{"id": 20, "name": "Acme", "accessLevel": "VIEWER"}]})),
        answer(&json!({"items": share})),
        answer(&json!({"data": [{"id": 30, "name": "Drawer", "resourceType": "folder"}, {"id": 40, "name": "Board", "resourceType": "sight"}]})),
        answer(&json!({"data": [{"id": 10, "name": "Plan", "resourceType": "sheet"}]})),
        page(&json!([])),
        page(&json!([])),
        answer(&json!({"data": []})),
        page(&json!([{"id": 5, "firstName": "Ben", "lastName": "O", "email": "ben@x.org"}])),
        page(&json!([{"id": 50, "name": "Crew"}])),
        // Its members, and the widgets of the board.
        answer(&json!({"id": 50, "name": "Crew", "ownerId": 1, "members": [{"id": 5, "email": "ben@x.org", "name": "Ben O"}]})),
        answer(&json!({"id": 40, "name": "Board", "widgets": []})),
    ]
}

#[tokio::test]
async fn everything_is_found_where_it_lies() {
    let scripted = Scripted::new(answers());
    let discovery = smartsheet(&scripted).discover(Purpose::Backup).await.unwrap();
    assert_eq!(calls(&scripted).len(), 13);
    let native = |kind: Kind, id: &str| {
        let found = discovery.records.iter().find(|record| record.key.kind == kind && record.key.id.as_str() == id);
        found.unwrap_or_else(|| panic!("{kind} {id}")).native.clone()
    };
    assert_eq!(native(Kind::Folder, "30")["workspace"], "20");
    assert_eq!(native(Kind::Inventory, "40")["workspace"], "20");
    assert_eq!(native(Kind::Group, "50")["workspace"], HOME);
    assert_eq!(native(Kind::GroupMember, "5")["email"], "ben@x.org");
    assert!(native(Kind::Account, "1").get("lastLogin").is_none());
    let shares = discovery.records.iter().filter(|record| record.key.kind == Kind::WorkspaceMember);
    let shares: Vec<_> = shares.map(|share| (share.key.container.as_str(), share.native["name"].as_str().unwrap())).collect();
    assert_eq!(shares, [(HOME, "Ben O"), ("20", "ben@x.org")]);
    let places: Vec<_> = discovery.containers.iter().map(|sheet| sheet.workspace.clone().unwrap().0.0).collect();
    assert_eq!(places, ["20", HOME]);
    assert_eq!(discovery.grants.get(Some(&"10".into()), Kind::FieldDef, Verb::Update), Grant::Allowed);
    assert!(discovery.missing.is_empty());
}

#[tokio::test]
async fn what_is_hidden_is_missing_and_does_not_stop_the_rest() {
    let mut answers = answers();
    let hidden = Answer::json(403, r#"{"errorCode":1004,"message":"You are not authorized to perform this action."}"#);
    // Shares of the workspace, and the users.
    answers[3] = hidden.clone();
    answers[9] = hidden;
    let discovery = smartsheet(&Scripted::new(answers)).discover(Purpose::Backup).await.unwrap();
    let missing: Vec<&str> = discovery.missing.iter().map(|missing| missing.what.as_str()).collect();
    assert_eq!(missing, ["shares of workspace Acme", "users of the account"]);
    assert_eq!(discovery.containers.len(), 2);
}

#[test]
fn a_version_changes_with_the_counter_the_name_the_place_and_the_reader() {
    let sheet = json!({"version": 3, "name": "Plan", "modifiedAt": "2026-01-01T00:00:00Z", "accessLevel": "OWNER"});
    let place = Place { workspace: "w".to_owned(), folder: None };
    let version = |sheet: &Value, place: &Place| super::version(sheet, Some(place), "reader");
    let first = version(&sheet, &place);
    for (key, value) in [("version", json!(4)), ("name", json!("Other")), ("modifiedAt", json!("2026-01-02T00:00:00Z"))] {
        let mut changed = sheet.clone();
        changed[key] = value;
        assert_ne!(version(&changed, &place), first, "{key}");
    }
    assert_ne!(version(&sheet, &Place { folder: Some("f".to_owned()), ..place.clone() }), first);
    assert_ne!(super::version(&sheet, Some(&place), "another"), first);
    assert_eq!(version(&json!({"name": "no counter"}), &place), None);
}
