use super::*;
use crate::platforms::asana::connector::lock;
use crate::http::testing::{Answer, Scripted};
use crate::platforms::asana::testing::{asana, batch, data, refusal};

fn list(entries: &Value) -> (u16, Value) {
    (200, json!({"data": entries, "next_page": null}))
}

fn me() -> Answer {
    data(&json!({"gid": "5", "name": "Ada", "workspaces": [{"gid": "9", "name": "Acme", "is_organization": false}]}))
}

fn answer(entries: &Value) -> Answer {
    Answer::json(200, &list(entries).1.to_string())
}

fn own_tasks() -> Answer {
    data(&json!({"gid": "mine", "name": "My tasks", "workspace": {"gid": "9"}}))
}

/// The version of the list of own tasks, when the account has these and the last backup saw this version.
async fn version(last: Option<&str>, tasks: &Value) -> String {
    let scripted = Scripted::new([me(), batch(&vec![list(&json!([])); 6]), own_tasks(), answer(tasks)]);
    let asana = asana(&scripted);
    let versions = last.map(|last| ("mine".into(), Some(last.to_owned())));
    *lock(&asana.versions) = versions.into_iter().collect();
    let discovery = discover(&asana, Purpose::Backup).await.unwrap();
    discovery.containers[0].version.clone().unwrap()
}

#[tokio::test]
async fn own_tasks_have_the_same_version_until_one_changes_or_may_have_changed_below() {
    let tasks = |name: &str, subtasks: u64| json!([{"gid": "t", "name": name, "num_subtasks": subtasks}]);
    let first = version(None, &tasks("One", 0)).await;
    assert_eq!(version(Some(&first), &tasks("One", 0)).await, first);
    assert_ne!(version(Some(&first), &tasks("Two", 0)).await, first);
    let with_subtask = version(Some(&first), &tasks("One", 1)).await;
    assert_ne!(version(Some(&with_subtask), &tasks("One", 1)).await, with_subtask);
}

#[tokio::test]
async fn workspaces_teams_people_and_inventory_become_records() {
    let scripted = Scripted::new([
        data(&json!({"gid": "5", "name": "Ada", "workspaces": [{"gid": "9", "name": "Acme", "is_organization": true}]})),
        batch(&[
            list(&json!([{"gid": "wm", "user": {"gid": "5", "name": "Ada"}}])),
            list(&json!([])),
            list(&json!([{"gid": "80", "name": "Template"}])),
            list(&json!([{"gid": "90", "name": "Portfolio"}])),
            (402, json!({"errors": [{"message": "Payment Required"}]})),
            list(&json!([
                {"gid": "91", "name": "Sum", "representation_type": "formula"},
                {"gid": "92", "name": "Cost", "representation_type": "number"},
            ])),
            list(&json!([{"gid": "70", "name": "Makers"}])),
        ]),
        answer(&json!([{"gid": "tm", "user": {"gid": "6"}}, {"gid": "gone", "user": null}])),
        answer(&json!([{"gid": "20"}])),
        own_tasks(),
        answer(&json!([])),
    ]);
    let discovery = discover(&asana(&scripted), Purpose::Backup).await.unwrap();
    let keys: Vec<String> = discovery.records.iter().map(|record| record.key.to_string()).collect();
    assert_eq!(
        keys,
        [
            "5/account/5",
            "9/workspace/9",
            "9/workspace-member/5",
            "70/group/70",
            "70/group-member/6",
            "9/inventory/90",
            "9/inventory/80",
            "9/inventory/91",
        ]
    );
    assert_eq!(discovery.records[3].native["organization"]["gid"], "9", "named even where Asana does not");
    assert_eq!(discovery.records[5].native["items"], json!(["20"]));
    assert_eq!(discovery.missing.len(), 1, "a member without a person is told of: {:?}", discovery.missing);
}

#[tokio::test]
async fn what_cannot_be_listed_is_missing_and_what_the_plan_lacks_is_not() {
    let scripted = Scripted::new([
        me(),
        batch(&[
            (403, json!({"errors": [{"message": "Forbidden"}]})),
            list(&json!([{"gid": "20", "name": "P", "archived": true}])),
            list(&json!([])),
            (402, json!({"errors": []})),
            (402, json!({"errors": []})),
            (402, json!({"errors": []})),
        ]),
        refusal(403, "Forbidden"),
        batch(&[(412, json!({"errors": [{"message": "new token"}], "sync": "T1"}))]),
    ]);
    let discovery = discover(&asana(&scripted), Purpose::Backup).await.unwrap();
    let missing: Vec<&str> = discovery.missing.iter().map(|missing| missing.what.as_str()).collect();
    assert_eq!(missing, ["members of workspace Acme", "the account's own tasks in no project of workspace Acme"]);
    let container = &discovery.containers[0];
    assert_eq!((container.name.as_str(), container.closed), ("P", true));
    assert!(container.version.as_ref().unwrap().ends_with("~T1"));
}
