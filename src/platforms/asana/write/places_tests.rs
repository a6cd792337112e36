//! Where tasks go when they are moved, and what goes with a project.

use serde_json::{Value, json};

use super::tests::{done, list, mutation, sent};
use crate::http::testing::{Answer, Scripted};
use crate::model::Kind;
use crate::model::grants::Verb;
use crate::model::mutation::Mutation;
use crate::platforms::asana::testing::{data, refusal, undiscovered};

#[tokio::test]
async fn a_task_moves_below_a_task_out_of_its_section() {
    let live = data(&json!({"memberships": [{"project": {"gid": "20"}}], "parent": null}));
    let update = mutation(Verb::Update, Kind::Item, json!({"parent": {"gid": "7"}, "section": null}));
    let (_, calls) = sent(&update, vec![live, done(), done()]).await;
    assert_eq!(calls[1], ("POST /tasks/1/setParent".to_owned(), json!({"parent": "7", "insert_before": null})));
    assert_eq!(calls[2], ("POST /tasks/1/removeProject".to_owned(), json!({"project": "20"})));
}

#[tokio::test]
async fn only_a_task_that_is_not_to_be_in_its_project_is_taken_off_it() {
    let live = || data(&json!({"memberships": [{"project": {"gid": "20"}}], "parent": null}));
    let update = mutation(Verb::Update, Kind::Item, json!({"section": null}));
    let (result, calls) = sent(&update, vec![live()]).await;
    assert!(result.is_ok() && calls.len() == 1, "{calls:?}");
    let update = mutation(Verb::Update, Kind::Item, json!({"section": null, "not_in_project": true}));
    let (_, calls) = sent(&update, vec![live(), done()]).await;
    assert_eq!(calls[1..], [("POST /tasks/1/removeProject".to_owned(), json!({"project": "20"}))]);
}

/// A task in these projects, each with its section there.
fn in_projects(projects: &[(&str, &str)]) -> Answer {
    let membership = |(project, section): &(&str, &str)| json!({"project": {"gid": project}, "section": {"gid": section}});
    data(&json!({"memberships": projects.iter().map(membership).collect::<Vec<_>>(), "parent": null}))
}

#[tokio::test]
async fn a_task_leaves_the_project_that_it_is_brought_from_and_no_other() {
    let update = mutation(Verb::Update, Kind::Item, json!({"section": "s1"}));
    let come = |calls: &[(String, Value)]| calls[1].0 == "POST /tasks/1/addProject";
    let (_, calls) = sent(&update, vec![in_projects(&[("30", "7")]), done(), done()]).await;
    assert!(come(&calls) && calls[2] == ("POST /tasks/1/removeProject".to_owned(), json!({"project": "30"})), "{calls:?}");
    let (_, calls) = sent(&update, vec![in_projects(&[("30", "8")]), done()]).await;
    assert!(come(&calls) && calls.len() == 2, "it stood in nothing when the plan was made: {calls:?}");
    let (_, calls) = sent(&update, vec![in_projects(&[("30", "7"), ("31", "9")]), done()]).await;
    assert!(come(&calls) && calls.len() == 2, "it is at home in both: {calls:?}");
}

#[tokio::test]
async fn a_task_that_came_into_a_new_project_is_taken_off_that_one() {
    let update = mutation(Verb::Update, Kind::Item, json!({"section": null, "not_in_project": true}));
    let (_, calls) = sent(&update, vec![in_projects(&[("30", "7"), ("31", "9")]), done()]).await;
    assert_eq!(calls[1..], [("POST /tasks/1/removeProject".to_owned(), json!({"project": "30"}))]);
}

#[tokio::test]
async fn a_project_goes_with_the_tasks_that_asana_would_keep() {
    let task = |gid: &str, assignee: Value, projects: &[&str]| {
        let memberships: Vec<Value> = projects.iter().map(|gid| json!({"project": {"gid": gid}})).collect();
        json!({"gid": gid, "assignee": assignee, "parent": null, "memberships": memberships})
    };
    let somebody = || json!({"gid": "5"});
    let tasks = [
        task("11", json!(null), &["1"]),
        task("12", somebody(), &["1"]),
        task("13", somebody(), &["1", "30"]),
    ];
    let delete = Mutation { id: Some("1".into()), ..mutation(Verb::Delete, Kind::Container, json!({})) };
    let (_, calls) = sent(&delete, vec![list(&json!(tasks)), done(), done()]).await;
    let calls: Vec<&str> = calls.iter().map(|(call, _)| call.as_str()).collect();
    assert_eq!(calls[1..], ["DELETE /tasks/12", "DELETE /projects/1"]);
}

#[tokio::test]
async fn a_task_that_stood_in_no_section_comes_back_into_its_project_from_below_another_one() {
    let live = data(&json!({"memberships": [], "parent": {"gid": "7"}}));
    let update = mutation(Verb::Update, Kind::Item, json!({"parent": null}));
    let (_, calls) = sent(&update, vec![live, done(), done()]).await;
    assert_eq!(calls[1], ("POST /tasks/1/addProject".to_owned(), json!({"project": "20"})));
    assert_eq!(calls[2], ("POST /tasks/1/setParent".to_owned(), json!({"parent": null})));
}

/// A task of the account's own, in no project.
fn own_task(verb: Verb, fields: Value) -> Mutation {
    Mutation { container: Some("own".into()), parent: None, ..mutation(verb, Kind::Item, fields) }
}

#[tokio::test]
async fn a_task_of_the_accounts_own_is_made_in_its_workspace_and_in_no_project() {
    let (_, calls) = sent(&own_task(Verb::Create, json!({"name": "N"})), vec![data(&json!({"gid": "99"}))]).await;
    let wanted = json!({"name": "N", "workspace": "w1", "assignee": "me"});
    assert_eq!(calls, [("POST /tasks".to_owned(), wanted)]);
}

#[tokio::test]
async fn a_task_of_the_accounts_own_that_was_put_below_another_one_comes_out_and_into_no_project() {
    let live = data(&json!({"memberships": [], "parent": {"gid": "7"}}));
    let (_, calls) = sent(&own_task(Verb::Update, json!({"parent": {"gid": null}})), vec![live, done()]).await;
    assert_eq!(calls[1..], [("POST /tasks/1/setParent".to_owned(), json!({"parent": null}))]);
}

#[tokio::test]
async fn a_run_that_is_resumed_asks_whether_a_container_is_the_list_of_own_tasks() {
    let list = |workspace: &str| data(&json!({"gid": "own", "workspace": {"gid": workspace}}));
    let gone = || refusal(404, "Not found");
    let scripted = Scripted::new([list("w1"), gone(), gone(), gone(), list("w2")]);
    let asana = undiscovered(&scripted, false);
    // The second list is one although a first is known, and although it is denied once.
    for (container, workspace) in [("own", Some("w1")), ("20", None), ("own 2", Some("w2"))] {
        for _ in 0..2 {
            assert_eq!(asana.own_tasks_in(container).await.unwrap().as_deref(), workspace, "{container}");
        }
    }
    assert_eq!(scripted.calls().len(), 5, "each is asked for until it is known");
}
