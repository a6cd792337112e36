use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::{Value, json};

use super::*;
use crate::base::hash::Hash;
use crate::http::testing::{Answer, Scripted};
use crate::model::BlobRef;
use crate::platforms::asana::testing::{asana, connected, data, refusal};

pub(super) struct Blobs;

impl BlobSource for Blobs {
    fn open(&self, _blob: BlobRef) -> BoxStream<'static, std::io::Result<Bytes>> {
        stream::iter([Ok(Bytes::from_static(b"bytes"))]).boxed()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the tests write their fields in place")]
pub(super) fn mutation(verb: Verb, kind: Kind, fields: Value) -> Mutation {
    let is_new = verb == Verb::Create && !matches!(kind, Kind::Member | Kind::GroupMember);
    Mutation {
        verb,
        kind,
        container: (!(kind.stands_alone() && is_new)).then(|| "20".into()),
        parent: Some("7".into()),
        id: (!is_new).then(|| "1".into()),
        fields: fields.as_object().cloned().unwrap(),
        blob: None,
        known: Vec::new(),
    }
}

pub(super) fn new() -> Answer {
    data(&json!({"gid": "99"}))
}

pub(super) fn list(entries: &Value) -> Answer {
    Answer::json(200, &json!({"data": entries, "next_page": null}).to_string())
}

pub(super) fn done() -> Answer {
    data(&json!({}))
}

/// What came of one mutation, and the calls with their bodies' data.
pub(super) async fn sent(
    mutation: &Mutation,
    answers: Vec<Answer>,
) -> (Result<Receipt, WriteError>, Vec<(String, Value)>) {
    let scripted = Scripted::new(answers);
    let result = write(&asana(&scripted), std::slice::from_ref(mutation), &Blobs).await.remove(0);
    (result, calls(&scripted))
}

pub(super) fn calls(scripted: &Scripted) -> Vec<(String, Value)> {
    let shortened = scripted.calls().into_iter().map(|call| call.replace("api.example/api/1.0", ""));
    let body = |body: &String| serde_json::from_str::<Value>(body).map_or(Value::Null, |body| body["data"].clone());
    shortened.zip(scripted.bodies().iter().map(body)).collect()
}

#[tokio::test]
async fn simple_creations_and_changes_are_the_documented_requests() {
    let table = [
        (
            mutation(Verb::Create, Kind::Group, json!({"organization": {"gid": "9"}, "name": "T", "visibility": null})),
            ("POST /teams", json!({"organization": "9", "name": "T"})),
        ),
        (mutation(Verb::Update, Kind::Group, json!({"name": "T"})), ("PUT /teams/1", json!({"name": "T"}))),
        (
            mutation(Verb::Update, Kind::Container, json!({"owner": {"gid": null}, "archived": true})),
            ("PUT /projects/1", json!({"owner": null, "archived": true})),
        ),
        (
            mutation(Verb::Update, Kind::Item, json!({"assignee": {"gid": "5"}, "name": "N"})),
            ("PUT /tasks/1", json!({"assignee": "5", "name": "N"})),
        ),
        (
            mutation(Verb::Create, Kind::Comment, json!({"html_text": "<body>x</body>", "sticker_name": null})),
            ("POST /tasks/7/stories", json!({"html_text": "<body>x</body>"})),
        ),
        (mutation(Verb::Update, Kind::Comment, json!({"is_pinned": true})), ("PUT /stories/1", json!({"is_pinned": true}))),
        (
            mutation(Verb::Create, Kind::StatusUpdate, json!({"title": "W", "status_type": "on_track"})),
            ("POST /status_updates", json!({"title": "W", "status_type": "on_track", "parent": "20"})),
        ),
        (
            mutation(Verb::Create, Kind::Brief, json!({"title": "Why"})),
            ("POST /projects/20/project_briefs", json!({"title": "Why"})),
        ),
        (mutation(Verb::Update, Kind::Label, json!({"color": "red"})), ("PUT /tags/1", json!({"color": "red"}))),
        (
            mutation(Verb::Update, Kind::FieldOption, json!({"enabled": false})),
            ("PUT /enum_options/1", json!({"enabled": false})),
        ),
        (mutation(Verb::Create, Kind::GroupMember, json!({})), ("POST /teams/20/addUser", json!({"user": "1"}))),
        (mutation(Verb::Delete, Kind::GroupMember, json!({})), ("POST /teams/20/removeUser", json!({"user": "1"}))),
        (mutation(Verb::Delete, Kind::Item, json!({})), ("DELETE /tasks/1", Value::Null)),
    ];
    for (mutation, (call, body)) in table {
        let (result, calls) = sent(&mutation, vec![new()]).await;
        result.unwrap();
        assert_eq!(calls, [(call.to_owned(), body)]);
    }
}

#[tokio::test]
async fn a_new_project_s_own_section_waits_for_the_first_of_the_backup() {
    let fields = json!({"name": "P", "workspace": {"gid": "9"}, "owner": {"gid": null}, "color": null});
    let project = mutation(Verb::Create, Kind::Container, fields);
    let untitled = list(&json!([{"gid": "s0", "name": "Untitled section"}]));
    let (result, calls) = sent(&project, vec![new(), untitled, done()]).await;
    assert_eq!(result.unwrap().key.to_string(), "99/container/99");
    assert_eq!(calls[0].1, json!({"name": "P", "workspace": "9", "owner": null}));
    assert_eq!(calls[2], ("PUT /sections/s0".to_owned(), json!({"name": projects::SPARE_SECTION})));

    let scripted = Scripted::new([
        list(&json!([{"gid": "s0", "name": projects::SPARE_SECTION}])),
        done(),
        data(&json!({"gid": "s1"})),
    ]);
    let asana = asana(&scripted);
    let section = |name: &str| mutation(Verb::Create, Kind::Section, json!({ "name": name }));
    let results = write(&asana, &[section("To do"), section("Done")], &Blobs).await;
    let ids: Vec<String> = results.into_iter().map(|result| result.unwrap().key.id.0).collect();
    assert_eq!(ids, ["s0", "s1"]);
    assert_eq!(calls_of(&scripted, 2), ("POST /projects/20/sections".into(), json!({"name": "Done", "insert_after": "s0"})));
}

fn calls_of(scripted: &Scripted, at: usize) -> (String, Value) {
    calls(scripted).swap_remove(at)
}

#[tokio::test]
async fn a_task_is_created_in_its_section_and_moved_if_it_is_not_the_last() {
    let fields = json!({"section": "s1", "parent": {"gid": null}, "name": "N", "completed": true, "due_on": "2026-12-01",
        "due_at": "2026-12-01T10:00:00Z", "resource_subtype": "approval", "approval_status": "approved"});
    let task = mutation(Verb::Create, Kind::Item, fields);
    let siblings = list(&json!([{"gid": "99"}, {"gid": "1"}]));
    let (result, calls) = sent(&task, vec![new(), siblings, done()]).await;
    assert_eq!(result.unwrap().link.as_deref(), Some("99"));
    assert_eq!(
        calls[0],
        (
            "POST /tasks".to_owned(),
            json!({"name": "N", "due_at": "2026-12-01T10:00:00Z", "resource_subtype": "approval",
                "approval_status": "approved", "memberships": [{"project": "20", "section": "s1"}]})
        )
    );
    let bottom = json!({"project": "20", "section": "s1", "insert_before": null});
    assert_eq!(calls[2], ("POST /tasks/99/addProject".to_owned(), bottom));
}

#[tokio::test]
async fn where_new_tasks_go_is_asked_once() {
    let scripted = Scripted::new([new(), list(&json!([{"gid": "1"}, {"gid": "99"}])), data(&json!({"gid": "100"}))]);
    let task = |name: &str| mutation(Verb::Create, Kind::Item, json!({"section": "s1", "name": name}));
    let results = write(&asana(&scripted), &[task("a"), task("b")], &Blobs).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(scripted.calls().len(), 3);
}

#[tokio::test]
async fn a_step_that_fails_after_the_creation_leaves_it_to_be_looked_up() {
    let task = mutation(Verb::Create, Kind::Item, json!({"parent": {"gid": "7"}, "name": "sub"}));
    // Also where the credential is what was refused: the run ends then, and would create it again when it is resumed.
    for status in [400, 401, 403] {
        let siblings = list(&json!([{"gid": "99"}, {"gid": "1"}]));
        let (result, calls) = sent(&task, vec![new(), siblings, refusal(status, "no")]).await;
        assert!(matches!(result, Err(WriteError::Unknown(_))), "{status}: {result:?}");
        assert_eq!(calls[0].0, "POST /tasks/7/subtasks");
    }
}

#[tokio::test]
async fn an_app_marks_its_tasks_and_numbers_twins() {
    let scripted = Scripted::new([new(), data(&json!({"gid": "100"}))]);
    let app = connected(&scripted, true);
    let task = || mutation(Verb::Create, Kind::Item, json!({"name": "twin"}));
    write(&app, &[task(), task()], &Blobs).await;
    let marks: Vec<Value> = calls(&scripted).into_iter().map(|(_, body)| body["external"]["gid"].clone()).collect();
    let mark = marker::of(&task());
    assert_eq!(marks, [json!(format!("{mark}-0")), json!(format!("{mark}-1"))]);

    let scripted = Scripted::new([data(&json!({"gid": "99"})), data(&json!({"gid": "100"}))]);
    let app = connected(&scripted, true);
    let lost = Mutation { known: vec!["99".into()], ..task() };
    assert_eq!(app.marked(&lost).await.unwrap().as_deref(), Some("100"));
    assert!(scripted.calls()[1].contains(&format!("external:{mark}-1")));
}

#[tokio::test]
async fn sets_are_written_as_differences_and_dates_together() {
    let live = data(&json!({"followers": [{"gid": "5"}, {"gid": "6"}], "dependencies": [], "tags": [{"gid": "t1"}]}));
    let fields = json!({"followers": ["6", "8"], "dependencies": ["3"], "tags": []});
    let (result, calls) =
        sent(&mutation(Verb::Update, Kind::Item, fields), vec![live, done(), done(), done(), done()]).await;
    result.unwrap();
    assert_eq!(
        calls[1..],
        [
            ("POST /tasks/1/removeFollowers".to_owned(), json!({"followers": ["5"]})),
            ("POST /tasks/1/addFollowers".to_owned(), json!({"followers": ["8"]})),
            ("POST /tasks/1/addDependencies".to_owned(), json!({"dependencies": ["3"]})),
            ("POST /tasks/1/removeTag".to_owned(), json!({"tag": "t1"})),
        ]
    );
    let live = data(&json!({"due_on": "2026-12-01", "due_at": "2026-12-01T10:00:00Z", "start_on": null, "start_at": null}));
    let update = mutation(Verb::Update, Kind::Item, json!({"due_at": null}));
    let (_, calls) = sent(&update, vec![live, done()]).await;
    assert_eq!(calls[1].1, json!({"due_on": "2026-12-01", "start_on": null}));
}

#[tokio::test]
async fn an_order_is_reached_with_few_moves() {
    let there = list(&json!([{"gid": "b"}, {"gid": "x"}, {"gid": "c"}, {"gid": "a"}]));
    let update = mutation(Verb::Update, Kind::Section, json!({"items": ["a", "b", "c"]}));
    let (_, calls) = sent(&update, vec![there, done()]).await;
    assert_eq!(calls[1..], [("POST /sections/1/addTask".to_owned(), json!({"task": "a"}))]);
}

#[tokio::test]
async fn a_tag_of_the_workspace_is_used_once_for_each_of_the_project_s() {
    let scripted = Scripted::new([
        data(&json!({"gid": "20", "workspace": {"gid": "9"}})),
        list(&json!([{"gid": "t1", "name": "Bug", "color": "red"}, {"gid": "t2", "name": "Bug", "color": null}])),
        data(&json!({"gid": "t3", "name": "Bug", "color": "red"})),
    ]);
    let tag = || mutation(Verb::Create, Kind::Label, json!({"name": "Bug", "color": "red"}));
    let results = write(&asana(&scripted), &[tag(), tag()], &Blobs).await;
    let ids: Vec<String> = results.into_iter().map(|result| result.unwrap().key.id.0).collect();
    assert_eq!(ids, ["t1", "t3"]);
}

#[tokio::test]
async fn memberships_are_set_whether_they_are_there_or_not() {
    let member = mutation(Verb::Create, Kind::Member, json!({"access_level": "editor"}));
    let (_, calls) = sent(&member, vec![list(&json!([])), new()]).await;
    assert_eq!(calls[1], ("POST /memberships".to_owned(), json!({"parent": "20", "member": "1", "access_level": "editor"})));
    let (_, calls) = sent(&member, vec![list(&json!([{"gid": "m", "access_level": "viewer"}])), done()]).await;
    assert_eq!(calls[1], ("PUT /memberships/m".to_owned(), json!({"access_level": "editor"})));
    let team = mutation(Verb::Create, Kind::Member, json!({"access_level": "editor", "team": "77"}));
    let (result, _) = sent(&team, vec![list(&json!([])), new()]).await;
    assert_eq!(result.unwrap().key.id.as_str(), "77");
}

#[tokio::test]
async fn files_are_uploaded_and_links_attached_as_forms() {
    let upload = Mutation {
        blob: Some(BlobRef { id: Hash::default(), len: 5 }),
        ..mutation(Verb::Create, Kind::Attachment, json!({"name": "ä.png"}))
    };
    let scripted = Scripted::new([new(), new()]);
    let link = mutation(Verb::Create, Kind::Attachment, json!({"name": "L", "url": "https://x.org"}));
    write(&asana(&scripted), &[upload.clone(), link], &Blobs).await;
    assert_eq!(
        scripted.bodies(),
        [
            r#"[("parent", "7")] %C3%A4.png None bytes"#,
            r#"[("parent", "7"), ("resource_subtype", "external"), ("url", "https://x.org"), ("name", "L")]"#,
        ]
    );
    let huge = Mutation { blob: Some(BlobRef { id: Hash::default(), len: 101 << 20 }), ..upload };
    let (result, _) = sent(&huge, vec![]).await;
    assert!(matches!(result, Err(WriteError::Refused(why)) if why.contains("100 MB")));
}

#[tokio::test]
async fn a_lost_creation_is_found_among_its_siblings_but_never_an_old_one() {
    let lost = Mutation {
        known: vec!["9".into()],
        ..mutation(Verb::Create, Kind::Section, json!({"name": "S"}))
    };
    let siblings = json!([{"gid": "9", "name": "S"}, {"gid": "10", "name": "S"}, {"gid": "11", "name": "T"}]);
    let scripted = Scripted::new([list(&siblings), list(&json!([{"gid": "9", "name": "S"}]))]);
    let asana = asana(&scripted);
    let found = locate(&asana, &lost).await.unwrap().unwrap();
    assert_eq!(found.key.id.as_str(), "10", "the newest by number");
    assert_eq!(locate(&asana, &lost).await.unwrap(), None);
}

#[tokio::test]
async fn a_lost_comment_is_known_by_what_people_read() {
    let lost = mutation(Verb::Create, Kind::Comment, json!({"html_text": "<body>hi <a data-asana-gid=\"5\">@A</a></body>"}));
    let stories = json!([
        {"gid": "1", "type": "system", "html_text": "<body>hi @A</body>"},
        {"gid": "2", "type": "comment", "html_text": "<body>hi <a href=\"https://app.asana.com/0/5\">@A</a></body>"},
    ]);
    let scripted = Scripted::new([list(&stories)]);
    assert_eq!(locate(&asana(&scripted), &lost).await.unwrap().unwrap().key.id.as_str(), "2");
}

#[tokio::test]
async fn outcomes_are_told_apart() {
    type Expected = fn(&WriteError) -> bool;
    let create = mutation(Verb::Create, Kind::Comment, json!({"html_text": "<body>x</body>"}));
    let cases: [(Answer, Expected); 4] = [
        (refusal(400, "xml is invalid"), |e| matches!(e, WriteError::Refused(why) if why.contains("xml is invalid"))),
        (Answer::lost(), |e| matches!(e, WriteError::Unknown(_))),
        (data(&json!({})), |e| matches!(e, WriteError::Unknown(_))),
        (refusal(401, "Not Authorized"), |e| matches!(e, WriteError::Unauthorised(_))),
    ];
    for (answer, expected) in cases {
        let (result, _) = sent(&create, vec![answer]).await;
        let error = result.unwrap_err();
        assert!(expected(&error), "{error:?}");
        assert!(!error.to_string().contains("SECRET"));
    }
    let (result, _) = sent(&mutation(Verb::Delete, Kind::Item, json!({})), vec![refusal(404, "gone")]).await;
    assert!(result.is_ok(), "what is gone is removed");
}

#[tokio::test]
async fn a_type_comes_with_its_subtype_its_status_completes_the_task_and_without_it_a_task_is_ordinary() {
    let sent_body = async |fields: Value| {
        let task = mutation(Verb::Update, Kind::Item, fields);
        let (result, calls) = sent(&task, vec![done()]).await;
        result.unwrap();
        calls[0].1.clone()
    };
    let typed = json!({"custom_type": {"gid": "7"}, "custom_type_status_option": {"gid": "8"}, "completed": true});
    assert_eq!(
        sent_body(typed).await,
        json!({"resource_subtype": "custom", "custom_type": "7", "custom_type_status_option": "8"})
    );
    let ordinary = json!({"custom_type": {"gid": null}, "custom_type_status_option": {"gid": null}, "completed": true});
    assert_eq!(sent_body(ordinary).await, json!({"resource_subtype": "default_task", "completed": true}));
    let milestone = json!({"custom_type": {"gid": null}, "resource_subtype": "milestone"});
    assert_eq!(sent_body(milestone).await, json!({"resource_subtype": "milestone"}));
}
