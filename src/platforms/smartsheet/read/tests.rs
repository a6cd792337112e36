use serde_json::json;

use super::super::testing::{Held, calls, smartsheet};
use super::*;
use crate::http::testing::{Answer, Scripted};

fn answer(value: &Value) -> Answer {
    Answer::json(200, &value.to_string())
}

fn nothing() -> Answer {
    answer(&json!({"data": [], "totalCount": 0}))
}

fn unpublished() -> Answer {
    answer(&json!({"icalEnabled": false, "readWriteEnabled": false}))
}

fn sheet(rows: &Value, total: u64) -> Answer {
    answer(&json!({"id": 1, "totalRowCount": total, "hasSummaryFields": false, "columns": [], "rows": rows}))
}

async fn read_sheet(answers: Vec<Answer>) -> (Coverage, Vec<crate::model::Record>, Vec<String>) {
    let me = answer(&json!({"id": 7, "email": "ada@x.org"}));
    let scripted = Scripted::new([me].into_iter().chain(answers));
    let mut sink = Held::default();
    let info = ContainerInfo { id: "1".into(), name: "Plan".into(), workspace: None, closed: false, version: None };
    let coverage = read(&smartsheet(&scripted), &info, &mut sink).await.unwrap();
    (coverage, sink.0, calls(&scripted))
}

fn expected(coverage: &Coverage, kind: Kind) -> (Option<u64>, u64) {
    let count = coverage.counts.iter().find(|count| count.kind == kind).unwrap();
    (count.expected, count.got)
}

#[tokio::test]
async fn a_sheet_without_talk_and_summary_costs_five_requests() {
    let rows = json!([{"id": 2, "cells": []}]);
    let answers = vec![sheet(&rows, 1), nothing(), unpublished(), nothing(), nothing()];
    let (coverage, _, calls) = read_sheet(answers).await;
    assert_eq!(calls.len() - 1, 5, "{calls:?}");
    assert!(calls[1].contains("level=2") && calls[1].contains("accessApiLevel=1"), "{}", calls[1]);
    assert_eq!(expected(&coverage, Kind::Item), (Some(1), 1));
    assert!(coverage.missing.is_empty());
}

#[tokio::test]
async fn comments_of_the_whole_sheet_are_one_request() {
    let rows = json!([{"id": 2, "cells": [], "discussions": [{"id": 3, "commentCount": 2}]}]);
    let talk = json!({"data": [{"id": 3, "parentType": "ROW", "parentId": 2, "comments": [
        {"id": 4, "text": "a", "createdAt": "1"}, {"id": 5, "text": "b", "createdAt": "2"}]}], "totalCount": 1});
    let answers = vec![sheet(&rows, 1), answer(&talk), nothing(), unpublished(), nothing(), nothing()];
    let (coverage, records, _) = read_sheet(answers).await;
    assert_eq!(expected(&coverage, Kind::Discussion), (Some(1), 1));
    assert_eq!(expected(&coverage, Kind::Comment), (Some(1), 1));
    assert!(records.iter().any(|record| record.key.kind == Kind::Comment && record.key.id.as_str() == "5"));
}

#[tokio::test]
async fn fewer_rows_than_promised_are_asked_for_in_pages() {
    let row = |id: u64| json!([{"id": id, "cells": []}]);
    let rest = vec![nothing(), unpublished(), nothing(), nothing()];
    let mut answers = vec![sheet(&row(2), 2), sheet(&row(2), 2), sheet(&row(3), 2)];
    answers.extend(rest.clone());
    let (coverage, ..) = read_sheet(answers).await;
    assert_eq!(expected(&coverage, Kind::Item), (Some(2), 2));
    // A page that comes again and again does not keep us for ever, and the gap is told.
    let mut answers = vec![sheet(&row(2), 2); 3];
    answers.extend(rest);
    let (coverage, ..) = read_sheet(answers).await;
    assert_eq!(expected(&coverage, Kind::Item), (Some(2), 1));
}

#[tokio::test]
async fn what_the_account_may_not_see_is_missing_and_workflows_are_named() {
    let hidden = Answer::json(403, r#"{"errorCode":1004,"message":"You are not authorized."}"#);
    let workflows = Answer::json(400, r#"{"errorCode":1266,"message":"This rule is not accessible through the API."}"#);
    let (coverage, records, _) = read_sheet(vec![sheet(&json!([]), 0), hidden.clone(), hidden, workflows, nothing()]).await;
    let missing: Vec<&str> = coverage.missing.iter().map(|missing| missing.what.as_str()).collect();
    assert_eq!(missing, ["the sheet's shares", "the sheet's publish settings"]);
    assert!(records.iter().any(|record| record.key.kind == Kind::Inventory && record.key.id.as_str() == "workflows"));
}
