use serde_json::json;

use super::*;
use crate::http::testing::{Answer, Scripted};
use crate::model::{Blob, BlobRef, Record, RecordKey};
use crate::platforms::asana::changes::Changed;
use crate::platforms::asana::connector::lock;
use crate::platforms::asana::mark::Mark;
use crate::platforms::asana::testing::{Held, asana, batch, data, refusal};
use crate::platforms::connector::Connector;

fn info() -> ContainerInfo {
    ContainerInfo { id: "20".into(), name: "P".into(), workspace: None, closed: false, version: None }
}

/// A moment after all changes that the tests know of.
const LATER: &str = "2026-12-01T00:00:00Z";

fn list(entries: &Value) -> Value {
    json!({"data": entries, "next_page": null})
}

fn project() -> Answer {
    data(&json!({"gid": "20", "name": "P", "workspace": {"gid": "9"}, "project_brief": null}))
}

/// Sections, memberships, status updates, task templates and files.
fn frame() -> Answer {
    batch(&[
        (200, list(&json!([{"gid": "s1", "name": "To do"}]))),
        (200, list(&json!([{"gid": "m1", "member": {"gid": "5", "resource_type": "user"}}]))),
        (200, list(&json!([{"gid": "u1", "title": "Week 1"}]))),
        (402, json!({"errors": [{"message": "Payment Required"}]})),
        (200, list(&json!([]))),
    ])
}

fn task(gid: &str, subtasks: u64) -> Value {
    json!({"gid": gid, "name": gid, "num_subtasks": subtasks, "modified_at": "2026-11-01T00:00:00Z",
        "memberships": [{"project": {"gid": "20"}, "section": {"gid": "s1"}}]})
}

fn tasks(tasks: &[Value]) -> Answer {
    Answer::json(200, &list(&json!(tasks)).to_string())
}

fn comment(gid: &str) -> Value {
    json!({"gid": gid, "type": "comment", "resource_subtype": "comment_added", "html_text": "<body>x</body>"})
}

/// A connector that knows that it read the project for the last backup, and when.
fn knowing(scripted: &Scripted, began: &str) -> Asana {
    let asana = asana(scripted);
    let mark = Mark::new("seen".into(), began.parse().unwrap(), "T1".into());
    asana.remember([("20".into(), mark.to_string())].into());
    asana
}

async fn reading(answers: Vec<Answer>, before: Vec<Record>) -> (Coverage, Held, Scripted) {
    let scripted = Scripted::new(answers);
    let mut held = Held { before, ..Held::default() };
    let coverage = read(&knowing(&scripted, LATER), &info(), &mut held).await.unwrap();
    (coverage, held, scripted)
}

fn ids(held: &Held, kind: Kind) -> Vec<&str> {
    let records = held.records.iter().map(|(record, _)| record);
    records.filter(|record| record.key.kind == kind).map(|record| record.key.id.as_str()).collect()
}

fn expected(coverage: &Coverage) -> (Option<u64>, u64) {
    let count = coverage.counts.iter().find(|count| count.kind == Kind::Item).unwrap();
    (count.expected, count.got)
}

#[tokio::test]
async fn a_project_is_read_with_subtasks_comments_and_files() {
    let file = json!({"gid": "a1", "resource_subtype": "asana", "size": 3,
        "parent": {"gid": "1", "resource_type": "task"}});
    let (coverage, held, scripted) = reading(
        vec![
            project(),
            frame(),
            tasks(&[task("1", 1), task("2", 0)]),
            tasks(&[json!({"gid": "3", "name": "sub", "parent": {"gid": "1"}, "num_subtasks": 0})]),
            data(&json!([{"gid": "2", "created_at": "2026-01-01T00:00:00Z"}])),
            batch(&[
                (200, list(&json!([comment("c1"), {"gid": "x", "resource_subtype": "attachment_added"}]))),
                (200, list(&json!([]))),
                (404, json!({"errors": [{"message": "gone"}]})),
            ]),
            batch(&[(200, list(&json!([file]))), (200, list(&json!([])))]),
        ],
        vec![],
    )
    .await;
    assert_eq!(ids(&held, Kind::Item), ["1", "2", "3"]);
    assert_eq!((ids(&held, Kind::Comment), ids(&held, Kind::Attachment)), (vec!["c1"], vec!["a1"]));
    assert_eq!((ids(&held, Kind::Member), ids(&held, Kind::StatusUpdate)), (vec!["5"], vec!["u1"]));
    assert_eq!(expected(&coverage), (Some(3), 3));
    assert!(coverage.missing.is_empty(), "a plan without task templates misses nothing");
    assert!(scripted.calls()[4].contains("has_attachment=true"), "duplicated tasks have files without a story");
}

#[tokio::test]
async fn more_tasks_of_one_moment_than_the_search_shows_are_all_asked_for_files() {
    let found: Vec<Value> =
        (0..100).map(|n| json!({"gid": format!("t{n}"), "created_at": "2026-01-01T00:00:00.000Z"})).collect();
    let file = json!({"gid": "a1", "resource_subtype": "asana", "size": 3,
        "parent": {"gid": "1", "resource_type": "task"}});
    let nothing = || batch(&[(200, list(&json!([]))), (200, list(&json!([])))]);
    let (_, held, scripted) = reading(
        vec![
            project(),
            frame(),
            tasks(&[task("1", 0), task("2", 0)]),
            data(&json!(found)),
            data(&json!(found)),
            nothing(),
            batch(&[(200, list(&json!([file]))), (200, list(&json!([])))]),
        ],
        vec![],
    )
    .await;
    assert!(scripted.calls()[4].contains("created_at.before=2026-01-01T00%3A00%3A00.001Z"), "{:?}", scripted.calls());
    assert_eq!(ids(&held, Kind::Attachment), ["a1"]);
}

#[tokio::test]
async fn what_cannot_be_seen_is_told_and_subtasks_are_counted() {
    let no_members = batch(&[
        (200, list(&json!([{"gid": "s1"}]))),
        (403, json!({"errors": [{"message": "needs the scope default"}]})),
        (200, list(&json!([]))),
        (200, list(&json!([]))),
        (200, list(&json!([]))),
    ]);
    let (coverage, ..) = reading(
        vec![
            project(),
            no_members,
            tasks(&[task("1", 3)]),
            tasks(&[json!({"gid": "3", "parent": {"gid": "1"}})]),
            refusal(402, "no search"),
            batch(&[(200, list(&json!([]))), (200, list(&json!([])))]),
        ],
        vec![],
    )
    .await;
    assert_eq!(expected(&coverage), (Some(4), 2));
    assert_eq!(coverage.missing.len(), 1);
    assert!(coverage.missing[0].what.contains("members") && coverage.missing[0].why.contains("default"));
}

#[tokio::test]
async fn a_list_that_is_too_long_is_read_section_by_section() {
    let (_, held, scripted) = reading(
        vec![
            project(),
            frame(),
            refusal(400, "The result was truncated; narrow the question"),
            tasks(&[task("1", 0)]),
            refusal(402, "no search"),
            Answer::json(200, &list(&json!([])).to_string()),
        ],
        vec![],
    )
    .await;
    assert_eq!(ids(&held, Kind::Item), ["1"]);
    assert!(scripted.calls()[3].contains("/sections/s1/tasks"));
}

fn before() -> Vec<Record> {
    let record = |kind, id: &str, native: Value, blob| Record { key: RecordKey::new("20", kind, id), native, blob };
    let stored = Blob::Stored(BlobRef { id: crate::base::hash::Hash::default(), len: 3 });
    let mut records = Vec::new();
    for id in ["1", "2", "3"] {
        records.push(record(Kind::Item, id, json!({"modified_at": "2026-11-01T00:00:00Z"}), Blob::None));
        records.push(record(Kind::Comment, &format!("c{id}"), json!({ "task": id }), Blob::None));
    }
    records.push(record(Kind::Attachment, "a1", json!({"task": "1", "size": 3}), stored));
    records
}

#[tokio::test]
async fn what_has_not_changed_since_the_last_backup_is_taken_from_it() {
    let mut moved = task("2", 0);
    moved["modified_at"] = json!("2026-11-20T00:00:00Z");
    let (_, held, scripted) = reading(
        vec![
            project(),
            frame(),
            tasks(&[task("1", 0), moved]),
            Answer::json(200, &list(&json!([comment("c9")])).to_string()),
        ],
        before(),
    )
    .await;
    assert_eq!(ids(&held, Kind::Comment), ["c1", "c9"], "and what hung on a task that is gone is gone");
    assert!(scripted.calls()[3].contains("/tasks/2/stories"));
    let file = held.records.iter().find(|(record, _)| record.key.kind == Kind::Attachment).unwrap();
    assert_eq!(file.1.as_ref().unwrap().len, Some(3));
}

#[tokio::test]
async fn a_sought_task_that_is_nowhere_is_read_with_all_that_is_on_it() {
    let stray = json!({"gid": "7", "name": "lost", "memberships": [], "parent": null, "num_subtasks": 1});
    let below = json!({"gid": "8", "name": "sub", "memberships": [], "parent": {"gid": "7"}, "num_subtasks": 0});
    let elsewhere = json!({"gid": "6", "memberships": [{"project": {"gid": "30"}}], "parent": null});
    let nothing = || (200, list(&json!([])));
    let scripted = Scripted::new([
        project(),
        frame(),
        tasks(&[task("1", 0)]),
        batch(&[
            (404, json!({"errors": [{"message": "gone"}]})),
            (200, json!({"data": elsewhere})),
            (200, json!({"data": stray})),
            (200, json!({"data": below})),
        ]),
        tasks(std::slice::from_ref(&below)),
        refusal(402, "no search"),
        batch(&[nothing(), (200, list(&json!([comment("c7")]))), nothing()]),
        Answer::json(200, &list(&json!([])).to_string()),
    ]);
    let mut held = Held { sought: ["1", "5", "6", "7", "8"].map(Into::into).into(), ..Held::default() };
    let coverage = read(&asana(&scripted), &info(), &mut held).await.unwrap();
    assert_eq!((ids(&held, Kind::Item), ids(&held, Kind::Comment)), (vec!["1", "7", "8"], vec!["c7"]));
    let nowhere = held.records.iter().filter(|(record, _)| record.native.get(IN_NO_PROJECT).is_some());
    assert_eq!(nowhere.map(|(record, _)| record.key.id.as_str()).collect::<Vec<_>>(), ["7"], "and is known as such");
    assert_eq!(expected(&coverage), (Some(3), 3));
    assert!(!scripted.bodies()[3].contains("/tasks/1\""), "what is listed is not looked up");
    assert!(scripted.calls()[7].contains("parent=7"), "no search tells of its files");
}

#[tokio::test]
async fn events_count_although_the_time_of_change_stands_still() {
    let scripted = Scripted::new([
        project(),
        frame(),
        tasks(&[task("1", 0), task("2", 0)]),
        Answer::json(200, &list(&json!([comment("c9")])).to_string()),
    ]);
    let asana = knowing(&scripted, LATER);
    lock(&asana.changed).insert("20".to_owned(), Changed([("2".to_owned(), "task".to_owned())].into()));
    let mut held = Held { before: before(), ..Held::default() };
    read(&asana, &info(), &mut held).await.unwrap();
    assert_eq!(ids(&held, Kind::Comment), ["c1", "c9"]);
}

#[tokio::test]
async fn a_project_without_its_sections_is_not_read() {
    let mut answers = vec![(403, json!({"errors": []}))];
    answers.extend(vec![(200, list(&json!([]))); 4]);
    let scripted = Scripted::new([project(), batch(&answers)]);
    let fault = read(&asana(&scripted), &info(), &mut Held::default()).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Forbidden);
}

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
    asana.remember([("20".into(), "0123456789ab~seen~2026-12-01T00:00:00Z~T1".to_owned())].into());
    let mut held = Held { before: before(), ..Held::default() };
    read(&asana, &info(), &mut held).await.unwrap();
    assert_eq!(ids(&held, Kind::Comment), ["c9"]);
}

#[tokio::test]
async fn a_subtask_that_is_gone_is_taken_off_its_parent() {
    let answers = vec![tasks(&[]), refusal(404, "gone"), data(&task("1", 0))];
    let (held, scripted) = renewing(&[("900", "task")], answers).await;
    assert!(scripted.calls()[4].contains("/tasks/1?"), "{:?}", scripted.calls());
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
