//! What is read again when an earlier reading is known.

use serde_json::json;

use super::tests::{LATER, before, comment, frame, ids, info, knowing, list, project, task, tasks};
use super::*;
use crate::http::testing::{Answer, Scripted};
use crate::model::{Blob, Record, RecordKey};
use crate::platforms::asana::changes::Changed;
use crate::platforms::asana::connector::lock;
use crate::platforms::asana::testing::{Held, asana, batch, data, refusal};
use crate::platforms::connector::Connector;

/// A project of 350 tasks of which the first has a subtask: more than the few pages whose order is always read.
fn large() -> Vec<Record> {
    of_size(350)
}

fn of_size(tasks: u32) -> Vec<Record> {
    let record = |kind, id: &str, native: Value| Record { key: RecordKey::new("20", kind, id), native, blob: Blob::None };
    let ids: Vec<String> = (1..=tasks).map(|id| id.to_string()).collect();
    let item = |id: &String| {
        let native = json!({"gid": id, "section": "s1", "modified_at": "2026-11-01T00:00:00Z"});
        record(Kind::Item, id, native)
    };
    let mut records: Vec<Record> = ids.iter().map(item).collect();
    records[0].native["subtasks"] = json!(["900"]);
    let below = json!({"gid": "900", "parent": {"gid": "1"}, "modified_at": "2026-11-01T00:00:00Z"});
    records.push(record(Kind::Item, "900", below));
    records.push(record(Kind::Comment, "c900", json!({"task": "900"})));
    records.push(record(Kind::Section, "s1", json!({"gid": "s1", "name": "To do", "items": ids})));
    records
}

async fn renewing(named: &[(&str, &str)], answers: Vec<Answer>) -> (Held, Scripted) {
    renewing_since(LATER, named, answers).await
}

async fn renewing_since(began: &str, named: &[(&str, &str)], answers: Vec<Answer>) -> (Held, Scripted) {
    renewing_what(large(), began, named, answers).await
}

async fn renewing_what(
    before: Vec<Record>,
    began: &str,
    named: &[(&str, &str)],
    answers: Vec<Answer>,
) -> (Held, Scripted) {
    let scripted = Scripted::new([project(), frame()].into_iter().chain(answers));
    let asana = knowing(&scripted, began);
    let named = named.iter().map(|(gid, kind)| ((*gid).to_owned(), (*kind).to_owned()));
    lock(&asana.changed).insert("20".to_owned(), Changed(named.collect()));
    let mut held = Held { before, ..Held::default() };
    read(&asana, &info(), &mut held).await.unwrap();
    (held, scripted)
}

fn order(held: &Held) -> &Value {
    let mut records = held.records.iter().map(|(record, _)| record);
    &records.find(|record| record.key.kind == Kind::Section).unwrap().native["items"]
}

#[tokio::test]
async fn a_change_of_which_no_event_tells_is_found_by_its_time() {
    let mut changed = task("7", 0);
    changed["modified_at"] = json!("2026-11-20T00:00:00Z");
    let answers = vec![tasks(&[changed, task("8", 0)]), Answer::json(200, &list(&json!([comment("c7")])).to_string())];
    let (held, scripted) = renewing(&[("20", "project")], answers).await;
    let calls = scripted.calls();
    assert_eq!(calls.len(), 4, "{calls:?}");
    assert!(calls[2].contains("modified_since=2026-11-01") && calls[3].contains("/tasks/7/stories"), "{calls:?}");
    assert_eq!((ids(&held, Kind::Item).len(), order(&held)), (351, &large()[352].native["items"]));
}

#[tokio::test]
async fn changes_are_asked_for_since_before_the_last_reading_began() {
    let (_, scripted) = renewing_since("2026-10-31T12:00:00Z", &[("20", "project")], vec![tasks(&[])]).await;
    let calls = scripted.calls();
    assert!(calls[2].contains("modified_since=2026-10-31T11%3A55%3A00.000Z"), "{calls:?}");
}

#[tokio::test]
async fn nothing_is_taken_over_from_what_another_reader_read() {
    let answers = [
        project(),
        frame(),
        tasks(&[task("1", 0)]),
        refusal(402, "no search"),
        Answer::json(200, &list(&json!([comment("c9")])).to_string()),
    ];
    let scripted = Scripted::new(answers);
    let asana = asana(&scripted);
    asana.remember([("20".into(), Some("0123456789ab~seen~2026-12-01T00:00:00Z~T1".to_owned()))].into());
    let mut held = Held { before: before(), ..Held::default() };
    read(&asana, &info(), &mut held).await.unwrap();
    assert_eq!(ids(&held, Kind::Comment), ["c9"]);
}

#[tokio::test]
async fn a_subtask_that_is_gone_is_taken_off_its_parent() {
    let answers = vec![tasks(&[]), refusal(404, "gone"), refusal(404, "gone"), data(&task("1", 0))];
    let (held, scripted) = renewing(&[("900", "task")], answers).await;
    assert!(scripted.calls()[5].contains("/tasks/1?"), "{:?}", scripted.calls());
    assert_eq!((ids(&held, Kind::Item).len(), ids(&held, Kind::Comment).len()), (350, 0));
    let parent = held.records.iter().map(|(record, _)| record).find(|record| record.key.id.as_str() == "1").unwrap();
    assert_eq!(parent.native.get("subtasks"), None);
}

#[tokio::test]
async fn a_comment_that_is_gone_leads_to_its_task() {
    let sub = json!({"gid": "900", "parent": {"gid": "1", "memberships": [{"project": {"gid": "20"}}]},
        "num_subtasks": 0, "modified_at": "2026-11-01T00:00:00Z"});
    let answers = vec![tasks(&[]), data(&sub), Answer::json(200, &list(&json!([])).to_string())];
    let (held, scripted) = renewing(&[("c900", "story")], answers).await;
    assert!(scripted.calls()[4].contains("/tasks/900/stories"), "{:?}", scripted.calls());
    assert_eq!((ids(&held, Kind::Item).len(), ids(&held, Kind::Comment).len()), (351, 0));
}

#[tokio::test]
async fn where_something_came_to_the_order_is_read_and_strangers_are_looked_at() {
    let mut ids_now: Vec<Value> = (1..=350).map(|id: u32| json!({"gid": id.to_string()})).collect();
    ids_now.insert(0, json!({"gid": "500"}));
    ids_now.insert(1, json!({"gid": "501"}));
    let empty = || (200, list(&json!([])));
    let answers = vec![
        tasks(&[]),
        data(&task("500", 0)),
        Answer::json(200, &list(&json!(ids_now)).to_string()),
        data(&task("501", 0)),
        batch(&[empty(), empty()]),
    ];
    let (held, _) = renewing(&[("500", "task")], answers).await;
    assert_eq!(order(&held).as_array().unwrap()[..3], [json!("500"), json!("501"), json!("1")]);
}

#[tokio::test]
async fn a_section_whose_order_is_cut_off_keeps_the_order_of_the_last_backup_and_is_named() {
    let cut = refusal(400, "The result was truncated; narrow the question");
    let comments = Answer::json(200, &list(&json!([])).to_string());
    let answers = [project(), frame(), tasks(&[]), data(&task("500", 0)), cut, comments];
    let asana = knowing(&Scripted::new(answers), LATER);
    lock(&asana.changed).insert("20".to_owned(), Changed([("500".to_owned(), "task".to_owned())].into()));
    let mut held = Held { before: large(), ..Held::default() };
    let coverage = read(&asana, &info(), &mut held).await.unwrap();
    let (first, last) = (order(&held)[0].clone(), order(&held).as_array().unwrap().last().cloned());
    assert_eq!((first, last), (json!("1"), Some(json!("500"))), "who has come stands behind the others");
    assert_eq!(ids(&held, Kind::Item).len(), 352);
    let [missing] = coverage.missing.as_slice() else { panic!("{:?}", coverage.missing) };
    assert_eq!(missing.what, "the order of the tasks in section \"To do\"");
}

/// A project whose order fits on two pages, and with so many subtasks that to read all would be dearer.
fn small() -> Vec<Record> {
    let mut before = of_size(150);
    for parent in &mut before[1..10] {
        parent.native["subtasks"] = json!(["900"]);
    }
    before
}

fn places(order: &[u32]) -> Answer {
    let place = |id: &u32| {
        let membership = json!({"project": {"gid": "20"}, "section": {"gid": "s1"}});
        json!({"gid": id.to_string(), "memberships": [membership]})
    };
    tasks(&order.iter().map(place).collect::<Vec<_>>())
}

#[tokio::test]
async fn the_order_of_a_small_project_is_read_along() {
    let mut order: Vec<u32> = (1..=150).collect();
    order.swap(0, 149);
    let answers = vec![tasks(&[]), places(&order)];
    let (held, scripted) = renewing_what(small(), LATER, &[("20", "project")], answers).await;
    assert!(scripted.calls()[3].contains("/projects/20/tasks"), "{:?}", scripted.calls());
    assert_eq!(self::order(&held), &json!(order.iter().map(ToString::to_string).collect::<Vec<_>>()));
}

#[tokio::test]
async fn a_task_that_stands_on_two_pages_of_the_order_stands_in_its_section_once() {
    let order: Vec<u32> = (1..=100).chain(100..=150).collect();
    let (held, _) = renewing_what(small(), LATER, &[("20", "project")], vec![tasks(&[]), places(&order)]).await;
    assert_eq!(self::order(&held).as_array().unwrap().len(), 150);
}

#[tokio::test]
async fn where_the_order_is_too_long_for_one_list_all_is_read() {
    let too_long = refusal(400, "The result was truncated; narrow the question");
    let answers = vec![tasks(&[]), too_long, tasks(&[task("1", 0)])];
    let (held, _) = renewing_what(small(), LATER, &[("20", "project")], answers).await;
    assert_eq!((ids(&held, Kind::Item), order(&held)), (vec!["1"], &json!(["1"])));
}
