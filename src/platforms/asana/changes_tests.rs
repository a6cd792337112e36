use serde_json::json;

use super::*;
use crate::base::clock::Timestamp;
use crate::http::testing::Scripted;
use crate::model::NativeId;
use crate::platforms::asana::testing::{asana, batch, refusal};
use crate::platforms::connector::Connector;

fn project() -> Value {
    json!({"gid": "20", "name": "P", "modified_at": "2026-11-01T00:00:00Z"})
}

/// The version of a project that looked so, was read a while ago or just now, and has this token.
fn version_of(project: &Value, token: &str, now: bool) -> String {
    let began = if now { Timestamp::UNIX_EPOCH } else { "1969-12-24T00:00:00Z".parse().unwrap() };
    Mark::new(Hash::of(&canon::to_bytes(project)).short(), began, token.into()).to_string()
}

fn before(token: &str) -> String {
    version_of(&project(), token, false)
}

fn now(token: &str) -> String {
    version_of(&project(), token, true)
}

fn new_token(token: &str) -> (u16, Value) {
    (412, json!({"errors": [{"message": "Sync token invalid or too old"}], "sync": token}))
}

fn events(token: &str, tasks: &[&str], more: bool) -> (u16, Value) {
    let events: Vec<Value> = tasks
        .iter()
        .map(|task| json!({"action": "changed", "resource": {"gid": "story"}, "parent": {"gid": task}}))
        .collect();
    (200, json!({"data": events, "sync": token, "has_more": more}))
}

/// The version of the project after `before`, and the tasks that events named.
async fn version(before: Option<&str>, answers: Vec<(u16, Value)>) -> (Option<String>, Option<Vec<String>>, Scripted) {
    let scripted = Scripted::new(answers.into_iter().map(|answer| batch(&[answer])));
    let asana = asana(&scripted);
    asana.remember(before.map(|before| (NativeId::from("20"), Some(before.to_owned()))).into_iter().collect());
    let versions = versions(&asana, &[&project()]).await.unwrap();
    let changed = lock(&asana.changed).get("20").map(|changed| changed.0.keys().cloned().collect());
    (versions.get("20").cloned(), changed, scripted)
}

#[tokio::test]
async fn the_first_time_there_is_a_token_and_nothing_to_compare() {
    let (version, changed, scripted) = version(None, vec![new_token("T1")]).await;
    assert_eq!((version.unwrap(), changed), (now("T1"), None));
    let asked: Value = serde_json::from_str(&scripted.bodies()[0]).unwrap();
    assert_eq!(asked["data"]["actions"][0]["data"], json!({"resource": "20"}));
}

#[tokio::test]
async fn no_events_mean_the_same_version() {
    let before = before("T1");
    let (version, _, scripted) = version(Some(&before), vec![events("T2", &[], false)]).await;
    assert_eq!(version.unwrap(), before);
    let asked: Value = serde_json::from_str(&scripted.bodies()[0]).unwrap();
    assert_eq!(asked["data"]["actions"][0]["data"], json!({"resource": "20", "sync": "T1"}));
}

#[tokio::test]
async fn events_are_read_to_their_end_and_name_the_tasks() {
    let before = before("T1");
    let answers = vec![events("T2", &["1"], true), events("T3", &["2"], false)];
    let (version, changed, _) = version(Some(&before), answers).await;
    assert_eq!(version.unwrap(), now("T3"));
    assert_eq!(changed.unwrap(), ["1", "2", "story"]);
}

#[tokio::test]
async fn a_change_that_only_discovery_sees_counts_as_well() {
    let before = version_of(&json!({"gid": "20", "name": "old"}), "T1", false);
    let (version, changed, _) = version(Some(&before), vec![events("T2", &[], false)]).await;
    assert_eq!((version.unwrap(), changed.unwrap()), (now("T2"), vec![]));
}

#[tokio::test]
async fn an_expired_token_falls_back_to_reading() {
    let before = before("T1");
    let (version, changed, _) = version(Some(&before), vec![new_token("T9")]).await;
    assert_eq!((version.unwrap(), changed), (now("T9"), None));
}

#[tokio::test]
async fn what_another_reader_read_is_read_anew() {
    let (version, changed, scripted) = version(Some("0123456789ab~seen~T1"), vec![new_token("T9")]).await;
    assert_eq!((version.unwrap(), changed), (now("T9"), None));
    let asked: Value = serde_json::from_str(&scripted.bodies()[0]).unwrap();
    assert_eq!(asked["data"]["actions"][0]["data"], json!({"resource": "20"}), "its token is not asked for");
}

#[tokio::test]
async fn events_without_end_are_as_good_as_none() {
    let before = before("T1");
    let (version, changed, _) = version(Some(&before), vec![events("T2", &["1"], true); MOST_PAGES]).await;
    assert_eq!((version.unwrap(), changed), (now("T2"), None));
}

#[tokio::test]
async fn where_events_are_refused_there_is_no_version() {
    let (version, ..) = version(None, vec![(403, json!({"errors": []}))]).await;
    assert_eq!(version, None);
    let scripted = Scripted::new([refusal(403, "no batches")]);
    assert!(versions(&asana(&scripted), &[&project()]).await.unwrap().is_empty());
}

/// The version of the project with events since the last backup, which had it and the project `known`, now that there
/// is the project `other` as well.
async fn version_beside(known: &str, other: &str) -> Option<String> {
    let scripted = Scripted::new([batch(&[events("T2", &[], false), new_token("T1")])]);
    let asana = asana(&scripted);
    asana.remember([("20".into(), Some(before("T1"))), (known.into(), None)].into());
    let other = json!({"gid": other, "name": "Another"});
    versions(&asana, &[&project(), &other]).await.unwrap().remove("20")
}

#[tokio::test]
async fn an_older_project_that_has_come_in_sight_may_have_taken_tasks_over() {
    assert_ne!(version_beside("9", "8").await.unwrap(), before("T1"));
    assert_eq!(version_beside("8", "8").await.unwrap(), before("T1"), "it was there before");
    assert_eq!(version_beside("8", "21").await.unwrap(), before("T1"), "a younger one takes nothing");
}
