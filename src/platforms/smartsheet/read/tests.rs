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

/// A sheet without rules, proofs, update requests, and ones that were sent.
fn lists() -> [Answer; 4] {
    [nothing(), nothing(), nothing(), nothing()]
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
async fn a_sheet_without_talk_and_summary_costs_seven_requests() {
    let rows = json!([{"id": 2, "cells": []}]);
    let mut answers = vec![sheet(&rows, 1), nothing(), unpublished()];
    answers.extend(lists());
    let (coverage, _, calls) = read_sheet(answers).await;
    assert_eq!(calls.len() - 1, 7, "{calls:?}");
    assert!(calls[1].contains("level=2") && calls[1].contains("accessApiLevel=1"), "{}", calls[1]);
    assert_eq!(expected(&coverage, Kind::Item), (Some(1), 1));
    assert!(coverage.missing.is_empty());
}

#[tokio::test]
async fn comments_of_the_whole_sheet_are_one_request() {
    let rows = json!([{"id": 2, "cells": [], "discussions": [{"id": 3, "commentCount": 2}]}]);
    let talk = json!({"data": [{"id": 3, "parentType": "ROW", "parentId": 2, "comments": [
        {"id": 4, "text": "a", "createdAt": "1"}, {"id": 5, "text": "b", "createdAt": "2"}]}], "totalCount": 1});
    let mut answers = vec![sheet(&rows, 1), answer(&talk), nothing(), unpublished()];
    answers.extend(lists());
    let (coverage, records, _) = read_sheet(answers).await;
    assert_eq!(expected(&coverage, Kind::Discussion), (Some(1), 1));
    assert_eq!(expected(&coverage, Kind::Comment), (Some(1), 1));
    assert!(records.iter().any(|record| record.key.kind == Kind::Comment && record.key.id.as_str() == "5"));
}

#[tokio::test]
async fn fewer_rows_than_promised_are_asked_for_in_pages() {
    let row = |id: u64| json!([{"id": id, "cells": []}]);
    let rest: Vec<Answer> = [nothing(), unpublished()].into_iter().chain(lists()).collect();
    let mut answers = vec![sheet(&row(2), 2), sheet(&row(2), 2), sheet(&row(3), 2)];
    answers.extend(rest.clone());
    let (coverage, ..) = read_sheet(answers).await;
    assert_eq!(expected(&coverage, Kind::Item), (Some(2), 2));
    // A page that comes again and again does not keep us for ever, and the gap is told.
    let mut answers = vec![sheet(&row(2), 2); 3];
    answers.extend(rest);
    let (coverage, ..) = read_sheet(answers).await;
    assert_eq!(expected(&coverage, Kind::Item), (Some(2), 1));
    assert_eq!(coverage.missing[0].why, "only 1 of 2 came");
}

#[tokio::test]
async fn what_the_account_may_not_see_is_missing_and_workflows_are_named() {
    let hidden = Answer::json(403, r#"{"errorCode":1004,"message":"You are not authorized."}"#);
    let workflows = Answer::json(400, r#"{"errorCode":1266,"message":"This rule is not accessible through the API."}"#);
    let (coverage, records, _) = read_sheet(vec![
        sheet(&json!([]), 0), hidden.clone(), hidden, workflows, nothing(), nothing(), nothing(),
    ]).await;
    let missing: Vec<&str> = coverage.missing.iter().map(|missing| missing.what.as_str()).collect();
    assert_eq!(missing, ["the sheet's shares", "the sheet's publish settings"]);
    assert!(records.iter().any(|record| record.key.kind == Kind::Inventory && record.key.id.as_str() == "workflows"));
}

fn page(entries: &Value) -> Answer {
    answer(&json!({"data": entries, "totalCount": entries.as_array().map_or(0, Vec::len)}))
}

/// What comes for a sheet with one proof, before what comes for the proof.
fn with_proof(proof: &Value) -> Vec<Answer> {
    vec![sheet(&json!([]), 0), nothing(), unpublished(), nothing(), page(&json!([proof]))]
}

fn of_type<'r>(records: &'r [crate::model::Record], kind: &str) -> Vec<&'r crate::model::Record> {
    records.iter().filter(|record| record.native["resourceType"] == kind).collect()
}

#[tokio::test]
async fn a_proof_is_kept_under_the_id_of_its_first_version_with_all_that_hangs_on_it() {
    let mut answers = with_proof(&json!({"id": 12, "originalId": 11, "name": "Poster", "version": 2}));
    answers.extend([
        page(&json!([{"id": 21, "name": "poster.png", "attachmentType": "FILE", "url": "https://signed"}])),
        page(&json!([{"id": 31, "title": "Too small", "parentId": 11, "comments": [{"id": 41, "text": "Too small",
            "attachments": [{"id": 22, "name": "note.txt", "attachmentType": "FILE"}]}]}])),
        page(&json!([{"user": {"email": "ben@x.org"}, "actionStatus": "APPROVED"}])),
        page(&json!([{"id": 12, "version": 2}, {"id": 11, "version": 1}])),
        nothing(),
        nothing(),
    ]);
    let (coverage, records, calls) = read_sheet(answers).await;
    assert!(coverage.missing.is_empty(), "{:?}", coverage.missing);
    let proof = of_type(&records, "proof")[0];
    assert_eq!((proof.key.id.as_str(), &proof.native["id"]), ("11", &json!("12")));
    let lengths = ["requestActions", "versions"].map(|part| proof.native[part].as_array().unwrap().len());
    assert_eq!(lengths, [1, 2]);
    let hanging = |kind| of_type(&records, kind).iter().map(|one| one.key.id.to_string()).collect::<Vec<_>>();
    assert_eq!((hanging("proof file"), hanging("proof discussion")), (vec!["21".into(), "22".into()], vec!["31".into()]));
    assert!(records.iter().filter(|one| one.key.id != proof.key.id && one.key.kind == Kind::Inventory)
        .all(|one| one.native["proofId"] == "11" && one.native.get("url").is_none()));
    assert!(calls.iter().filter(|call| call.contains("/proofs/")).all(|call| call.contains("/proofs/11/")));
}

#[tokio::test]
async fn what_of_a_proof_may_not_be_seen_is_missing_and_the_rest_is_kept() {
    let hidden = Answer::json(403, r#"{"errorCode":1004,"message":"You are not authorized."}"#);
    let mut answers = with_proof(&json!({"id": 11, "name": "Poster", "version": 1}));
    answers.extend([hidden.clone(), hidden, nothing(), nothing(), nothing()]);
    let (coverage, records, _) = read_sheet(answers).await;
    let missing: Vec<&str> = coverage.missing.iter().map(|missing| missing.what.as_str()).collect();
    assert_eq!(missing, ["the sheet's files of the proof Poster", "the sheet's discussions of the proof Poster"]);
    assert_eq!(of_type(&records, "proof").len(), 1);
}

#[tokio::test]
async fn an_update_request_is_kept_with_the_rows_it_asks_about_and_a_sent_one_as_it_is_listed() {
    let mut answers = vec![sheet(&json!([]), 0), nothing(), unpublished(), nothing(), nothing()];
    answers.extend([
        page(&json!([{"id": 5, "subject": "Please update"}])),
        answer(&json!({"id": 5, "subject": "Please update", "rowIds": [2]})),
        page(&json!([{"id": 6, "subject": "Please update", "status": "PENDING"}])),
    ]);
    let (_, records, _) = read_sheet(answers).await;
    let [request, sent] = ["update request", "sent update request"].map(|kind| of_type(&records, kind)[0]);
    assert_eq!((&request.native["rowIds"], &request.native["name"]), (&json!(["2"]), &json!("Please update")));
    assert_eq!(sent.native["status"], "PENDING");
}
