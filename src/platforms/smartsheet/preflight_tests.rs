use serde_json::json;

use super::*;
use crate::http::testing::{Answer, Scripted};
use crate::platforms::smartsheet::testing::smartsheet;

fn page(entries: &Value) -> Answer {
    let count = entries.as_array().map_or(0, Vec::len);
    Answer::json(200, &json!({"data": entries, "totalCount": count}).to_string())
}

async fn lines(purpose: Purpose, level: &str, admin: bool, users: Answer) -> Vec<Requirement> {
    let me = json!({"id": 1, "email": "ada@x.org", "licensedSheetCreator": true, "admin": admin, "groupAdmin": admin});
    let mut answers = vec![
        Answer::json(200, &me.to_string()),
        page(&json!([{"id": 10, "name": "Plan", "accessLevel": level}])),
        page(&json!([{"id": 20, "name": "Acme", "accessLevel": level}])),
        page(&json!([])),
        page(&json!([{"id": 10, "name": "Plan", "resourceType": "sheet"}])),
        page(&json!([])),
        page(&json!([])),
        page(&json!([])),
        users,
        page(&json!([])),
        page(&json!([{"planId": 5, "seatType": "MEMBER"}])),
    ];
    if purpose == Purpose::Restore {
        answers.push(Answer::json(200, r#"{"id":10,"effectiveAttachmentOptions":["FILE"]}"#));
    }
    preflight(&smartsheet(&Scripted::new(answers)), purpose).await.unwrap()
}

fn unmet(lines: &[Requirement]) -> Vec<&str> {
    let unmet = lines.iter().filter(|line| matches!(line.met, Grant::Denied(_)));
    unmet.inspect(|line| assert!(line.advice.is_some())).map(|line| line.requirement.as_str()).collect()
}

#[tokio::test]
async fn a_system_admin_who_owns_everything_meets_everything() {
    for (purpose, count) in [(Purpose::Backup, 7), (Purpose::Restore, 15)] {
        let lines = lines(purpose, "OWNER", true, page(&json!([]))).await;
        assert_eq!((lines.len(), unmet(&lines)), (count, vec![]));
    }
}

#[tokio::test]
async fn an_editor_is_told_what_a_restore_cannot_do() {
    let lines = lines(Purpose::Restore, "EDITOR", false, page(&json!([]))).await;
    let first_words: Vec<&str> = unmet(&lines).iter().map(|line| line.split([':', ',']).next().unwrap()).collect();
    assert_eq!(
        first_words,
        [
            "System Admin",
            "Group restore",
            "Restore into a workspace",
            "Merge into a sheet",
            "Restore of shares",
            "Delete before restore"
        ]
    );
}

#[tokio::test]
async fn an_unpaid_account_is_told_that_users_are_not_backed_up() {
    let forbidden = Answer::json(403, r#"{"errorCode":1013,"message":"The plan does not include this."}"#);
    let lines = lines(Purpose::Backup, "OWNER", true, forbidden).await;
    assert_eq!(unmet(&lines), ["Paid account, to back up users"]);
}

#[tokio::test]
async fn nobody_is_told_that_a_token_has_all_scopes() {
    for purpose in [Purpose::Backup, Purpose::Restore] {
        let lines = lines(purpose, "OWNER", true, page(&json!([]))).await;
        let scopes = lines.iter().find(|line| line.requirement.starts_with("Scopes granted")).unwrap();
        assert!(scopes.met == Grant::Unknown && scopes.advice.is_some(), "{scopes:?}");
    }
}
