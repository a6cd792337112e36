use super::*;
use crate::http::testing::{Answer, Scripted};
use crate::model::grants::{Grant, Verb};
use crate::platforms::connector::{Connector, Purpose};
use crate::platforms::trello::testing::trello;

fn me() -> Value {
    json!({
        "id": "me", "fullName": "Ada", "username": "ada", "dateLastImpression": "2026-01-01",
        "boards": [{"id": "b1", "name": "Roadmap", "idOrganization": "w1", "closed": true,
            "dateLastActivity": "2026-01-01T00:00:00.000Z", "prefs": {"permissionLevel": "private"},
            "memberships": [{"idMember": "me", "memberType": "admin"}]}],
        "organizations": [{"id": "w1", "displayName": "Acme"}],
    })
}

fn workspace() -> Value {
    json!({
        "id": "w1", "displayName": "Acme", "idBoards": ["b1", "b2", "b3"], "prefs": {},
        "boards": [{"id": "b1", "name": "from the workspace"}, {"id": "b2", "name": "Ideas", "idOrganization": "w1"}],
        "memberships": [{"id": "ms1", "idMember": "me", "memberType": "admin"}],
        "members": [{"id": "me", "fullName": "Ada"}],
    })
}

fn answer(value: &Value) -> Answer {
    Answer::json(200, &value.to_string())
}

async fn discover(answers: Vec<Answer>) -> (Discovery, Vec<String>) {
    let scripted = Scripted::new(answers);
    let discovery = trello(&scripted).discover(Purpose::Backup).await.unwrap();
    (discovery, scripted.calls())
}

#[tokio::test]
async fn an_account_with_one_workspace_costs_two_requests() {
    let (discovery, calls) = discover(vec![answer(&me()), answer(&workspace())]).await;
    assert_eq!(calls.len(), 2);
    let kinds: Vec<Kind> = discovery.records.iter().map(|record| record.key.kind).collect();
    assert_eq!(kinds, [Kind::Account, Kind::Workspace, Kind::WorkspaceMember]);
    assert!(discovery.records[0].native.get("dateLastImpression").is_none());
    assert_eq!(discovery.records[2].native["idOrganization"], "w1");
    assert_eq!(discovery.records[2].key, RecordKey::new("w1", Kind::WorkspaceMember, "me"));
    let boards: Vec<&str> = discovery.containers.iter().map(|board| board.name.as_str()).collect();
    assert_eq!(boards, ["Roadmap", "Ideas"]);
    assert_eq!(discovery.containers[0].workspace, Some(("w1".into(), "Acme".to_owned())));
    assert!(discovery.containers[0].closed);
    assert_eq!(discovery.grants.get(Some(&"b1".into()), Kind::Item, Verb::Update), Grant::Allowed);
}

#[tokio::test]
async fn boards_that_a_workspace_counts_but_hides_are_missing() {
    let (discovery, _) = discover(vec![answer(&me()), answer(&workspace())]).await;
    let missing: Vec<_> = discovery.missing.iter().filter_map(|missing| missing.key.as_ref()).collect();
    assert_eq!(missing, [&RecordKey::new("b3", Kind::Container, "b3")]);
}

#[tokio::test]
async fn a_workspace_that_cannot_be_read_is_kept_and_reported() {
    let (discovery, _) = discover(vec![answer(&me()), Answer::typed(404, "text/plain", "not found")]).await;
    assert_eq!(discovery.records[1].native["displayName"], "Acme");
    assert!(discovery.missing[0].what.contains("Acme"));
}

#[tokio::test]
async fn answers_without_nested_lists_are_asked_for_separately() {
    let answers = vec![
        answer(&json!({"id": "me"})),
        answer(&me()["boards"]),
        answer(&me()["organizations"]),
        answer(&json!({"id": "w1", "displayName": "Acme"})),
        answer(&workspace()["boards"]),
        answer(&json!([{"id": "ms1", "idMember": "me", "memberType": "normal", "member": {"fullName": "Ada"}}])),
    ];
    let (discovery, _) = discover(answers).await;
    assert_eq!((discovery.containers.len(), discovery.records.len()), (2, 3));
    assert_eq!(discovery.records[2].native["member"]["fullName"], "Ada");
}

#[test]
fn a_version_changes_with_activity_and_with_the_board_s_own_fields() {
    let board = me()["boards"][0].clone();
    let mut renamed = board.clone();
    renamed["name"] = json!("Other");
    let mut active = board.clone();
    active["dateLastActivity"] = json!("2026-01-02T00:00:00.000Z");
    assert_eq!(version(&board), version(&board.clone()));
    assert!(version(&board) != version(&renamed) && version(&board) != version(&active));
    assert_eq!(version(&json!({"name": "never active", "dateLastActivity": null})), None);
}
