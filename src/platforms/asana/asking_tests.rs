use super::*;
use crate::http::testing::Scripted;
use crate::platforms::asana::testing::{asana, batch, refusal};
use crate::http::testing::Answer;

fn page(gids: &[&str], next: Option<&str>) -> Value {
    let entries: Vec<Value> = gids.iter().map(|gid| json!({ "gid": gid })).collect();
    json!({"data": entries, "next_page": next.map(|offset| json!({ "offset": offset }))})
}

fn answer(page: &Value) -> Answer {
    Answer::json(200, &page.to_string())
}

fn tasks() -> Question {
    Question::new(&["projects", "p1", "tasks"], "name")
}

fn gids(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| text(entry, "gid")).collect()
}

#[tokio::test]
async fn a_list_ends_with_the_page_that_names_no_next_one() {
    let scripted = Scripted::new([
        answer(&page(&["1", "2"], Some("x"))),
        answer(&page(&[], Some("y"))),
        answer(&page(&["3"], None)),
    ]);
    let list = asana(&scripted).list(&tasks()).await.unwrap();
    assert_eq!(gids(&list), ["1", "2", "3"], "neither a short nor an empty page is the last one");
    assert_eq!(
        scripted.calls(),
        [
            "GET api.example/api/1.0/projects/p1/tasks?limit=100&opt_fields=name",
            "GET api.example/api/1.0/projects/p1/tasks?limit=100&opt_fields=name&offset=x",
            "GET api.example/api/1.0/projects/p1/tasks?limit=100&opt_fields=name&offset=y",
        ]
    );
}

#[tokio::test]
async fn a_forgotten_place_in_a_list_starts_it_again() {
    let scripted = Scripted::new([
        answer(&page(&["1"], Some("x"))),
        refusal(400, "offset: Your pagination token has expired."),
        answer(&page(&["1"], Some("z"))),
        answer(&page(&["2"], None)),
    ]);
    let list = asana(&scripted).list(&tasks()).await.unwrap();
    assert_eq!(gids(&list), ["1", "2"]);
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_are_a_fault() {
    for circle in [&["x"][..], &["x", "y"]] {
        let pages = circle.iter().cycle().map(|next| answer(&page(&["1"], Some(next))));
        let scripted = Scripted::new(pages.take(circle.len() + 1));
        assert_eq!(asana(&scripted).list(&tasks()).await.unwrap_err().class, FaultClass::Protocol, "{circle:?}");
    }
}

#[tokio::test]
async fn what_comes_twice_is_taken_once() {
    let scripted =
        Scripted::new([answer(&page(&["1", "2", "2"], Some("x"))), answer(&page(&["2", "1", "3"], None))]);
    assert_eq!(gids(&asana(&scripted).list(&tasks()).await.unwrap()), ["1", "2", "3"]);
    let scripted = Scripted::new([batch(&[(200, page(&["1", "1"], None)), (200, page(&["2"], None))])]);
    let answers = asana(&scripted).lists(&[tasks(), tasks()]).await.unwrap();
    assert_eq!(gids(answers[0].as_ref().unwrap()), ["1"]);
}

#[tokio::test]
async fn lists_travel_in_tens_and_each_has_its_own_outcome() {
    let questions: Vec<Question> =
        (0..12).map(|n| Question::new(&["tasks", &n.to_string(), "stories"], "text").with("x", "y")).collect();
    let mut first = vec![(200, page(&["s"], None)); 10];
    first[3] = (404, json!({"errors": [{"message": "task: Not a recognized ID: 3"}]}));
    first[4] = (200, page(&["s1"], Some("more")));
    let scripted = Scripted::new([
        batch(&first),
        refusal(404, "task: Not a recognized ID: 3"),
        answer(&page(&["s2"], None)),
        batch(&[(200, page(&[], None)), (200, page(&["t"], None))]),
    ]);
    let answers = asana(&scripted).lists(&questions).await.unwrap();
    assert_eq!(answers.len(), 12);
    assert_eq!(answers[3].as_ref().unwrap_err().class, FaultClass::NotFound);
    assert_eq!(gids(answers[4].as_ref().unwrap()), ["s1", "s2"]);
    assert_eq!(gids(answers[11].as_ref().unwrap()), ["t"]);
    let asked: Value = serde_json::from_str(&scripted.bodies()[0]).unwrap();
    assert_eq!(
        asked["data"]["actions"][0],
        json!({"method": "get", "relative_path": "/tasks/0/stories", "data": {"x": "y"},
            "options": {"limit": 100, "fields": ["text"]}})
    );
}

#[tokio::test]
async fn one_that_fails_in_passing_is_asked_again_alone() {
    let scripted = Scripted::new([
        batch(&[(500, json!({"errors": []})), (200, page(&["b"], None))]),
        answer(&page(&["a"], None)),
    ]);
    let answers = asana(&scripted).lists(&[tasks(), tasks()]).await.unwrap();
    assert_eq!(gids(answers[0].as_ref().unwrap()), ["a"]);
}

#[tokio::test]
async fn what_is_said_to_be_gone_is_believed_the_second_time() {
    let gone = || (404, json!({"errors": [{"message": "gone"}]}));
    let scripted = Scripted::new([batch(&[gone(), (200, page(&["b"], None))]), answer(&page(&["a"], None))]);
    let answers = asana(&scripted).lists(&[tasks(), tasks()]).await.unwrap();
    assert_eq!(gids(answers[0].as_ref().unwrap()), ["a"]);

    let thing = |gid: &str| json!({"data": {"gid": gid}});
    let question = || Question::new(&["tasks", "1"], "name");
    let scripted = Scripted::new([
        batch(&[gone(), (200, thing("2")), gone()]),
        batch(&[(200, thing("1")), gone()]),
    ]);
    let answers = asana(&scripted).ones(&[question(), question(), question()]).await.unwrap();
    let told: Vec<_> = answers.iter().map(|answer| answer.as_ref().ok().map(gid)).collect();
    assert_eq!(told, [Some("1"), Some("2"), None]);
}

#[tokio::test]
async fn without_batches_the_same_is_asked_one_by_one() {
    let scripted = Scripted::new([
        refusal(403, "insufficient scope"),
        answer(&page(&["a"], None)),
        answer(&page(&["b"], None)),
        answer(&page(&["c"], None)),
        answer(&page(&["d"], None)),
    ]);
    let asana = asana(&scripted);
    for (one, other) in [("a", "b"), ("c", "d")] {
        let answers = asana.lists(&[tasks(), tasks()]).await.unwrap();
        assert_eq!([gids(answers[0].as_ref().unwrap()), gids(answers[1].as_ref().unwrap())], [[one], [other]]);
    }
}

#[tokio::test]
async fn a_revoked_token_ends_all_questions() {
    let scripted = Scripted::new([refusal(401, "Not Authorized")]);
    let fault = asana(&scripted).lists(&[tasks(), tasks()]).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Unauthorised);
}
