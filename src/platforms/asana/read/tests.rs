use serde_json::json;

use super::*;
use crate::http::testing::{Answer, Scripted};
use crate::model::{Blob, BlobRef, Record, RecordKey};
use crate::platforms::asana::changes::Changed;
use crate::platforms::asana::connector::lock;
use crate::platforms::asana::mark::Mark;
use crate::platforms::asana::testing::{Held, asana, batch, data, refusal};
use crate::platforms::connector::Connector;

pub(super) fn info() -> ContainerInfo {
    ContainerInfo { id: "20".into(), name: "P".into(), workspace: None, closed: false, version: None }
}

/// A moment after all changes that the tests know of.
pub(super) const LATER: &str = "2026-12-01T00:00:00Z";

pub(super) fn list(entries: &Value) -> Value {
    json!({"data": entries, "next_page": null})
}

pub(super) fn project() -> Answer {
    data(&json!({"gid": "20", "name": "P", "workspace": {"gid": "9"}, "project_brief": null}))
}

/// Sections, memberships, status updates, task templates, types of tasks and files.
pub(super) fn frame() -> Answer {
    batch(&[
        (200, list(&json!([{"gid": "s1", "name": "To do"}]))),
        (200, list(&json!([{"gid": "m1", "member": {"gid": "5", "resource_type": "user"}}]))),
        (200, list(&json!([{"gid": "u1", "title": "Week 1"}]))),
        (402, json!({"errors": [{"message": "Payment Required"}]})),
        (200, list(&json!([{"gid": "ct", "name": "Bug", "status_options": [{"gid": "cs", "name": "New"}]}]))),
        (200, list(&json!([]))),
    ])
}

pub(super) fn task(gid: &str, subtasks: u64) -> Value {
    json!({"gid": gid, "name": gid, "num_subtasks": subtasks, "modified_at": "2026-11-01T00:00:00Z",
        "memberships": [{"project": {"gid": "20"}, "section": {"gid": "s1"}}]})
}

pub(super) fn tasks(tasks: &[Value]) -> Answer {
    Answer::json(200, &list(&json!(tasks)).to_string())
}

pub(super) fn comment(gid: &str) -> Value {
    json!({"gid": gid, "type": "comment", "resource_subtype": "comment_added", "html_text": "<body>x</body>"})
}

/// A connector that knows that it read the project for the last backup, and when.
pub(super) fn knowing(scripted: &Scripted, began: &str) -> Asana {
    let asana = asana(scripted);
    let mark = Mark::new("seen".into(), began.parse().unwrap(), "T1".into());
    asana.remember([("20".into(), Some(mark.to_string()))].into());
    asana
}

async fn reading(answers: Vec<Answer>, before: Vec<Record>) -> (Coverage, Held, Scripted) {
    let scripted = Scripted::new(answers);
    let mut held = Held { before, ..Held::default() };
    let coverage = read(&knowing(&scripted, LATER), &info(), &mut held).await.unwrap();
    (coverage, held, scripted)
}

pub(super) fn ids(held: &Held, kind: Kind) -> Vec<&str> {
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
            refusal(404, "gone"),
            batch(&[(200, list(&json!([file]))), (200, list(&json!([])))]),
        ],
        vec![],
    )
    .await;
    assert_eq!(ids(&held, Kind::Item), ["1", "2", "3"]);
    assert_eq!((ids(&held, Kind::Comment), ids(&held, Kind::Attachment)), (vec!["c1"], vec!["a1"]));
    assert_eq!((ids(&held, Kind::Member), ids(&held, Kind::StatusUpdate)), (vec!["5"], vec!["u1"]));
    assert_eq!(expected(&coverage), (Some(3), 3));
    let missing: Vec<&str> = coverage.missing.iter().map(|missing| missing.what.as_str()).collect();
    assert_eq!(missing, ["the comments of task \"sub\""], "a plan without task templates misses nothing");
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

#[tokio::test]
async fn a_section_that_is_cut_off_is_read_as_far_as_it_is_given_and_what_follows_is_named() {
    let first = json!({"data": [task("1", 0)], "next_page": {"offset": "o1"}});
    let cut = || refusal(400, "The result was truncated; narrow the question");
    let answers = vec![project(), frame(), cut(), Answer::json(200, &first.to_string()), cut(), refusal(402, "no search")];
    let (coverage, held, _) = reading([answers, vec![Answer::json(200, &list(&json!([])).to_string())]].concat(), vec![]).await;
    assert_eq!(ids(&held, Kind::Item), ["1"]);
    let [missing] = coverage.missing.as_slice() else { panic!("{coverage:?}") };
    assert_eq!(missing.what, "tasks beyond the first 1 of section \"To do\"");
    assert!(missing.why.contains("truncated"), "{missing:?}");
}

#[tokio::test]
async fn comments_that_are_cut_off_are_named_and_the_rest_is_read() {
    let answers =
        vec![project(), frame(), tasks(&[task("1", 0)]), refusal(402, "no search"), refusal(504, "too much at once")];
    let (coverage, held, _) = reading(answers, vec![]).await;
    assert_eq!(ids(&held, Kind::Item), ["1"]);
    assert_eq!(coverage.missing.iter().map(|missing| missing.what.as_str()).collect::<Vec<_>>(), ["the comments of task \"1\""]);
}

pub(super) fn before() -> Vec<Record> {
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
        refusal(404, "gone"),
        tasks(std::slice::from_ref(&below)),
        refusal(402, "no search"),
        batch(&[nothing(), (200, list(&json!([comment("c7")]))), nothing()]),
        Answer::json(200, &list(&json!([])).to_string()),
    ]);
    let mut held = Held { sought: ["1", "5", "6", "7", "8"].map(Into::into).into(), ..Held::default() };
    let coverage = read(&asana(&scripted), &info(), &mut held).await.unwrap();
    assert_eq!((ids(&held, Kind::Item), ids(&held, Kind::Comment)), (vec!["1", "7", "8"], vec!["c7"]));
    let nowhere = held.records.iter().filter(|(record, _)| record.native.get(NOT_IN_PROJECT).is_some());
    assert_eq!(nowhere.map(|(record, _)| record.key.id.as_str()).collect::<Vec<_>>(), ["7"], "and is known as such");
    assert_eq!(expected(&coverage), (Some(3), 3));
    assert!(!scripted.bodies()[3].contains("/tasks/1\""), "what is listed is not looked up");
    assert!(scripted.calls()[8].contains("parent=7"), "no search tells of its files");
}

#[tokio::test]
async fn of_a_deleted_project_the_tasks_that_live_on_are_read_with_all_that_is_on_them() {
    let task = |gid: &str, parent: Value, projects: &[&str]| {
        let memberships: Vec<Value> = projects.iter().map(|gid| json!({"project": {"gid": gid}})).collect();
        json!({"gid": gid, "memberships": memberships, "parent": parent, "num_subtasks": u64::from(gid == "1")})
    };
    let gone = || (404, json!({"errors": [{"message": "gone"}]}));
    let below = task("2", json!({"gid": "1", "memberships": [{"project": {"gid": "30"}}]}), &[]);
    let nothing = || (200, list(&json!([])));
    let scripted = Scripted::new([
        batch(&[
            gone(),
            (200, json!({"data": task("1", json!(null), &["30"])})),
            (200, json!({"data": below})),
            (200, json!({"data": task("3", json!({"gid": "99"}), &[])})),
            gone(),
            (200, json!({"data": task("5", json!(null), &["20"])})),
        ]),
        batch(&[gone(), gone()]),
        tasks(std::slice::from_ref(&below)),
        batch(&[(200, list(&json!([comment("c1")]))), nothing(), nothing()]),
        batch(&[nothing(), nothing(), nothing()]),
    ]);
    let mut held = Held { sought: ["1", "2", "3", "4", "5"].map(Into::into).into(), ..Held::default() };
    read_remains(&asana(&scripted), &"20".into(), &mut held).await.unwrap();
    let found: Vec<(&str, bool, bool)> = held
        .records
        .iter()
        .filter(|(record, _)| record.key.kind == Kind::Item && record.key.container.as_str() == "20")
        .map(|(record, _)| {
            let has = |field: &str| record.native.get(field).is_some_and(|value| !value.is_null());
            (record.key.id.as_str(), has(NOT_IN_PROJECT), has("parent"))
        })
        .collect();
    assert_eq!(found, [("1", true, false), ("3", true, false), ("2", false, true)], "id, outside, below a known one");
    assert_eq!(ids(&held, Kind::Comment), ["c1"]);
}

#[tokio::test]
async fn what_is_sought_and_refused_is_there_and_hidden() {
    let no = || (403, json!({"errors": [{"message": "Forbidden"}]}));
    let gone = || (404, json!({"errors": [{"message": "gone"}]}));
    let key = |kind, id| RecordKey::new("20", kind, id);

    let scripted = Scripted::new([project(), frame(), tasks(&[]), batch(&[no(), gone()]), refusal(404, "gone"), refusal(402, "no search")]);
    let mut held = Held { sought: ["5", "6"].map(Into::into).into(), ..Held::default() };
    let coverage = read(&asana(&scripted), &info(), &mut held).await.unwrap();
    assert_eq!(coverage.hidden, [key(Kind::Item, "5")]);
    assert!(coverage.missing[0].why.contains("Forbidden"), "{coverage:?}");

    let scripted = Scripted::new([batch(&[no(), no(), gone()]), refusal(404, "gone")]);
    let mut held = Held { sought: ["5", "6"].map(Into::into).into(), ..Held::default() };
    let coverage = read_remains(&asana(&scripted), &"20".into(), &mut held).await.unwrap();
    assert_eq!(coverage.hidden, [key(Kind::Container, "20"), key(Kind::Item, "5")]);
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
    answers.extend(vec![(200, list(&json!([]))); 5]);
    let scripted = Scripted::new([project(), batch(&answers)]);
    let fault = read(&asana(&scripted), &info(), &mut Held::default()).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Forbidden);
}
