use serde_json::json;

use super::*;
use crate::http::testing::{Answer, Scripted};
use crate::model::Record;
use crate::platforms::trello::testing::{Held, trello};

/// Ids that sort by number, as Trello's sort by time.
fn id(n: usize) -> String {
    format!("{n:024x}")
}

fn cards(range: std::ops::Range<usize>, comments: usize) -> Vec<Value> {
    range
        .rev()
        .map(|n| json!({"id": id(n), "name": "card", "idList": "l1", "badges": {"comments": comments}}))
        .collect()
}

fn comments(range: std::ops::Range<usize>) -> Vec<Value> {
    range.rev().map(|n| json!({"id": id(n), "type": "commentCard", "data": {"text": "x"}})).collect()
}

fn board(cards: &[Value], comments: &[Value]) -> Answer {
    let lists = json!([{"id": "l1"}, {"id": "l2"}]);
    answer(&json!({"id": "b1", "name": "B", "lists": lists, "cards": cards, "actions": comments}))
}

fn answer(value: &Value) -> Answer {
    Answer::json(200, &value.to_string())
}

fn none() -> Answer {
    Answer::json(200, "[]")
}

async fn read_over(answers: Vec<Answer>) -> (Result<Coverage, ApiFault>, Vec<Record>, Vec<String>) {
    let scripted = Scripted::new(answers);
    let container =
        ContainerInfo { id: "b1".into(), name: "B".into(), workspace: None, closed: false, version: None };
    let mut sink = Held::default();
    let result = read(&trello(&scripted), &container, &mut sink).await;
    (result, sink.0, scripted.calls())
}

fn got(coverage: &Coverage, kind: Kind) -> (Option<u64>, u64) {
    let count = coverage.counts.iter().find(|count| count.kind == kind).unwrap();
    (count.expected, count.got)
}

#[tokio::test]
async fn a_usual_board_takes_two_requests() {
    let answers = vec![board(&cards(0..3, 2), &comments(0..6)), answer(&json!([{"id": "p", "idPlugin": "x"}]))];
    let (coverage, records, calls) = read_over(answers).await;
    let coverage = coverage.unwrap();
    assert_eq!(got(&coverage, Kind::Item), (None, 3));
    assert_eq!(got(&coverage, Kind::Comment), (Some(6), 6));
    assert_eq!(got(&coverage, Kind::Extension), (None, 1));
    assert_eq!((records.len(), calls.len()), (1 + 2 + 3 + 6 + 1, 2));
}

#[tokio::test]
async fn a_full_board_asks_all_open_questions_in_one_batch() {
    let batch = json!([{"200": []}, {"200": cards(0..1000, 2)}, {"200": []}, {"200": comments(0..1000)}]);
    let answers = vec![board(&cards(0..1000, 2), &comments(1000..2000)), answer(&batch)];
    let (coverage, records, calls) = read_over(answers).await;
    let coverage = coverage.unwrap();
    assert_eq!(got(&coverage, Kind::Comment), (Some(2000), 2000));
    assert_eq!(got(&coverage, Kind::Item), (None, 1000));
    assert_eq!((records.len(), calls.len()), (3 + 1000 + 2000, 2));
    assert!(calls[1].contains("/1/batch?urls="), "{}", calls[1]);
}

#[tokio::test]
async fn without_batches_the_same_questions_go_one_by_one() {
    let answers = vec![
        board(&cards(0..1000, 2), &comments(1000..2000)),
        Answer::typed(404, "text/plain", "Cannot GET /1/batch"),
        none(),
        answer(&json!(cards(0..1000, 2))),
        none(),
        answer(&json!(comments(0..1000))),
    ];
    let (coverage, records, calls) = read_over(answers).await;
    assert_eq!(got(&coverage.unwrap(), Kind::Comment), (Some(2000), 2000));
    assert_eq!((records.len(), calls.len()), (3 + 1000 + 2000, 6));
}

#[tokio::test]
async fn a_full_page_of_comments_is_not_the_last_unless_the_cards_say_so() {
    // The cards promise one comment more than there is, so the reader asks until a page is short.
    let batch = json!([{"200": []}, {"200": comments(0..1000)}]);
    let answers = vec![board(&cards(0..1, 2001), &comments(1000..2000)), answer(&batch), none()];
    let (coverage, _, calls) = read_over(answers).await;
    assert_eq!(got(&coverage.unwrap(), Kind::Comment), (Some(2001), 2000), "and the coverage says what is missing");
    assert!(calls[2].contains(&format!("before={}", id(0))), "{}", calls[2]);
}

#[tokio::test]
async fn cards_beyond_the_limit_are_read_in_pages() {
    let batch = json!([{"200": []}, {"200": cards(1..1001, 0)}, {"200": [{"id": id(0)}]}]);
    let answers = vec![
        board(&cards(1..1001, 0), &[]),
        answer(&batch),
        answer(&json!(cards(501..1001, 0))),
        answer(&json!(cards(1..501, 0))),
        answer(&json!(cards(0..1, 0))),
    ];
    let (coverage, ..) = read_over(answers).await;
    assert_eq!(got(&coverage.unwrap(), Kind::Item), (None, 1001));
}

#[tokio::test]
async fn a_full_answer_that_does_not_hold_the_newest_cards_is_not_believed() {
    // The answer holds the oldest thousand: before the oldest of them there is nothing.
    let batch = json!([{"200": []}, {"200": cards(1..1001, 0)}, {"200": []}]);
    let answers = vec![
        board(&cards(0..1000, 0), &[]),
        answer(&batch),
        answer(&json!(cards(501..1001, 0))),
        answer(&json!(cards(1..501, 0))),
        answer(&json!(cards(0..1, 0))),
    ];
    let (coverage, ..) = read_over(answers).await;
    assert_eq!(got(&coverage.unwrap(), Kind::Item), (None, 1001));
}

#[tokio::test]
async fn a_board_too_large_for_one_answer_is_read_in_parts() {
    for refusal in
        [Answer::json(403, r#"{"error":"API_TOO_MANY_CARDS_REQUESTED"}"#), Answer::typed(504, "text/plain", "")]
    {
        let first = cards(10..510, 1);
        // The second page overlaps with the first.
        let second = cards(0..11, 1);
        let frame = json!({"id": "b1", "lists": [{"id": "l1"}]});
        let batch = json!([{"200": []}, {"200": comments(0..510)}]);
        let answers =
            vec![refusal, answer(&frame), answer(&json!(first)), answer(&json!(second)), answer(&batch)];
        let (coverage, _, calls) = read_over(answers).await;
        let coverage = coverage.unwrap();
        assert_eq!(got(&coverage, Kind::Item), (None, 510));
        assert_eq!(got(&coverage, Kind::Comment), (Some(510), 510), "a card that came twice promises once");
        assert!(calls[2].contains("/boards/b1/cards/all") && calls[2].contains("limit=500"), "{}", calls[2]);
    }
}

#[tokio::test]
async fn pages_that_are_too_large_are_read_list_by_list() {
    let too_many = || Answer::typed(403, "text/plain", "Too many checklists");
    let frame = json!({"id": "b1", "lists": [{"id": "l1"}, {"id": "l2"}], "boardPlugins": []});
    let answers = vec![
        too_many(),
        answer(&frame),
        too_many(),
        answer(&json!(cards(0..2, 0))),
        answer(&json!(cards(2..5, 0))),
        none(),
    ];
    let (coverage, _, calls) = read_over(answers).await;
    assert_eq!(got(&coverage.unwrap(), Kind::Item), (None, 5));
    assert!(calls[3].contains("/lists/l1/cards") && calls[4].contains("/lists/l2/cards"), "{calls:?}");
}

#[tokio::test]
async fn a_board_that_is_gone_is_not_found() {
    let (result, records, _) = read_over(vec![Answer::typed(404, "text/plain", "board not found")]).await;
    assert_eq!((result.unwrap_err().class, records.len()), (FaultClass::NotFound, 0));
}

#[tokio::test]
async fn a_revoked_token_ends_the_reading_even_within_a_batch() {
    let answers =
        vec![board(&cards(0..1000, 0), &[]), Answer::typed(401, "text/plain", "invalid token")];
    let (result, records, _) = read_over(answers).await;
    assert_eq!((result.unwrap_err().class, records.len()), (FaultClass::Unauthorised, 0));
}

#[tokio::test]
async fn power_ups_that_may_not_be_listed_do_not_cost_the_board() {
    let answers = vec![board(&cards(0..1, 0), &[]), Answer::typed(401, "text/plain", "unauthorized permission requested")];
    let (coverage, records, _) = read_over(answers).await;
    assert_eq!((coverage.unwrap().missing[0].what.as_str(), records.len()), ("the board's power-ups", 4));
}

#[tokio::test]
async fn exactly_as_many_labels_as_may_be_given_is_not_called_complete() {
    let labels: Vec<Value> = (0..1000).map(|n| json!({"id": id(n), "name": "L"})).collect();
    let answers = vec![answer(&json!({"id": "b1", "labels": labels, "cards": [], "actions": [], "boardPlugins": []}))];
    let (coverage, ..) = read_over(answers).await;
    assert!(coverage.unwrap().missing[0].what.contains("labels"));
}
