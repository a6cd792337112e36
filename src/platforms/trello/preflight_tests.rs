use serde_json::json;

use super::*;
use crate::http::testing::{Answer, Scripted};
use crate::platforms::trello::testing::trello;

fn token(write: bool) -> Value {
    json!({"permissions": [{"idModel": "*", "modelType": "board", "read": true, "write": write}], "dateExpires": null})
}

fn me(part: &str) -> Value {
    json!({
        "id": "me", "fullName": "Ada", "username": "ada", "email": "ada@example.org",
        "boards": [{"id": "b1", "name": "Roadmap", "idOrganization": "w1", "closed": false,
            "prefs": {"permissionLevel": "private", "invitations": "members"},
            "memberships": [{"idMember": "me", "memberType": part}]}],
        "organizations": [{"id": "w1"}],
    })
}

fn workspace(part: &str) -> Value {
    json!({
        "id": "w1", "displayName": "Acme", "idBoards": ["b1"], "prefs": {}, "boards": [],
        "memberships": [{"idMember": "me", "memberType": part}], "members": [],
    })
}

async fn lines(purpose: Purpose, token: Value, part: &str) -> Vec<Requirement> {
    let answers = [token, me(part), workspace(part)].map(|answer| Answer::json(200, &answer.to_string()));
    preflight(&trello(&Scripted::new(answers)), purpose).await.unwrap()
}

#[tokio::test]
async fn an_admin_meets_everything() {
    for (purpose, count) in [(Purpose::Backup, 10), (Purpose::Restore, 15)] {
        let lines = lines(purpose, token(true), "admin").await;
        assert_eq!(lines.len(), count);
        for line in lines {
            assert_eq!((&line.met, &line.advice), (&Grant::Allowed, &None), "{}", line.requirement);
        }
    }
}

#[tokio::test]
async fn a_member_is_told_what_a_restore_cannot_do() {
    let lines = lines(Purpose::Restore, token(true), "normal").await;
    let unmet: Vec<&str> = lines
        .iter()
        .filter(|line| line.met != Grant::Allowed)
        .map(|line| {
            assert!(line.advice.is_some());
            line.requirement.split(':').next().unwrap()
        })
        .collect();
    assert_eq!(
        unmet,
        ["Workspace restore", "Merge into a board, its name, settings and roles", "Delete before restore"]
    );
}

#[tokio::test]
async fn a_token_for_reading_serves_a_backup_and_no_restore() {
    assert_eq!(lines(Purpose::Backup, token(false), "admin").await[1].met, Grant::Allowed);
    let lines = lines(Purpose::Restore, token(false), "admin").await;
    assert!(lines.iter().filter(|line| matches!(line.met, Grant::Denied(_))).count() >= 5);
}

#[tokio::test]
async fn a_wrong_token_fails_as_such_and_is_not_shown() {
    let scripted = Scripted::new([Answer::typed(401, "text/plain", "invalid token")]);
    let fault = preflight(&trello(&scripted), Purpose::Backup).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Unauthorised);
    assert!(!format!("{fault} {fault:?}").contains("SECRET"), "{fault:?}");
}
