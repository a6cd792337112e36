//! Sheets that are made out of live ones, and the cells that dependencies decide.

use super::*;

#[tokio::test]
async fn a_sheet_is_made_out_of_another_one_without_its_rows() {
    for (place, to) in [
        (json!({"workspace": "8"}), json!({"destinationType": "workspace", "destinationId": 8})),
        (json!({"workspace": "8", "folder": "7"}), json!({"destinationType": "folder", "destinationId": 7})),
        (json!({"workspace": "home"}), json!({"destinationType": "home", "destinationId": null})),
    ] {
        let (mut fields, mut wanted) = (place, to);
        fields["name"] = json!("S");
        fields["source"] = json!({"id": "6"});
        wanted["newName"] = json!("S");
        let found = request_of(mutation(Verb::Create, Kind::Container, fields), vec![]).await;
        assert_eq!(found, ("POST /sheets/6/copy".to_owned(), wanted));
    }
}

#[tokio::test]
async fn columns_that_came_along_with_a_copied_sheet_are_made_those_of_the_backup() {
    let new = |fields| Mutation { in_new: true, ..mutation(Verb::Create, Kind::FieldDef, fields) };
    let wave = [
        new(json!({"title": "Status", "type": "PICKLIST", "options": ["Open", "Done"]})),
        new(json!({"title": "Before", "type": "TEXT_NUMBER"})),
        new(json!({"title": "Due", "type": "DATE"})),
    ];
    let made = ok(json!([{"id": 12, "title": "Due"}]));
    let (results, scripted) = sent(&wave, vec![columns(), ok(json!({"id": 4})), made]).await;
    let ids: Vec<&str> = results.iter().map(|result| result.as_ref().unwrap().key.id.as_str()).collect();
    assert_eq!(ids, ["4", "5", "12"]);
    assert_eq!(calls(&scripted)[1..], ["PUT /sheets/1/columns/4", "POST /sheets/1/columns"]);
    let changed = json!({"type": "PICKLIST", "options": ["Open", "Done"], "validation": false});
    assert_eq!(bodies(&scripted)[1], changed);
}

#[tokio::test]
async fn fields_of_the_summary_that_came_along_are_made_those_of_the_backup() {
    let new = |fields| Mutation { in_new: true, ..mutation(Verb::Create, Kind::SummaryField, fields) };
    let wave = [new(json!({"title": "Cost", "type": "TEXT_NUMBER", "objectValue": 7})), new(json!({"title": "Sum"}))];
    let there = Answer::json(200, r#"{"fields":[{"id":21,"title":"Cost"}]}"#);
    let answers = vec![refused(1129), there, ok(json!([])), ok(json!([{"id": 22, "title": "Sum"}]))];
    let (results, scripted) = sent(&wave, answers).await;
    let ids: Vec<&str> = results.iter().map(|result| result.as_ref().unwrap().key.id.as_str()).collect();
    assert_eq!(ids, ["21", "22"]);
    let path = "/sheets/1/summary/fields";
    let expected = [format!("POST {path}"), "GET /sheets/1/summary".to_owned(), format!("PUT {path}"), format!("POST {path}")];
    assert_eq!(calls(&scripted), expected);
    assert_eq!(bodies(&scripted)[3], json!([{"title": "Sum"}]));
}

/// The names of what people made since the plan was made are taken: it is refused, and nothing of theirs is written over.
#[tokio::test]
async fn in_a_sheet_that_was_there_nothing_is_made_out_of_what_people_made() {
    let column = mutation(Verb::Create, Kind::FieldDef, json!({"title": "Status", "type": "PICKLIST"}));
    let (results, scripted) = sent(&[column], vec![columns(), refused(1102)]).await;
    assert!(matches!(results[..], [Err(WriteError::Refused(_))]), "{results:?}");
    assert_eq!(calls(&scripted)[1..], ["POST /sheets/1/columns"]);

    let field = mutation(Verb::Create, Kind::SummaryField, json!({"title": "Cost"}));
    let there = Answer::json(200, r#"{"fields":[{"id":21,"title":"Cost"}]}"#);
    let (results, scripted) = sent(&[field], vec![refused(1129), there]).await;
    assert!(matches!(results[..], [Err(WriteError::Refused(_))]), "{results:?}");
    assert_eq!(calls(&scripted), ["POST /sheets/1/summary/fields", "GET /sheets/1/summary"]);
}

#[tokio::test]
async fn a_project_that_has_no_days_off_has_none_of_those_that_came_along() {
    let fields = json!({"projectSettings": {"lengthOfDay": 7}});
    let found = request_of(mutation(Verb::Create, Kind::Extension, fields), vec![]).await;
    let wanted = json!({"projectSettings": {"lengthOfDay": 7, "nonWorkingDays": []}});
    assert_eq!(found, ("PUT /sheets/1".to_owned(), wanted));
}

/// The columns of a project.
fn project() -> Answer {
    let columns = json!([
        {"id": 3, "title": "Task", "type": "TEXT_NUMBER", "primary": true},
        {"id": 4, "title": "Start", "type": "ABSTRACT_DATETIME", "tags": ["GANTT_START_DATE"]},
        {"id": 5, "title": "Before", "type": "PREDECESSOR", "tags": ["GANTT_PREDECESSOR"]}]);
    Answer::json(200, &json!({"data": columns, "totalCount": 3}).to_string())
}

fn cell(id: &str, value: &str) -> Mutation {
    Mutation { id: Some(id.into()), ..mutation(Verb::Create, Kind::FieldValue, json!({"value": value})) }
}

/// The columns of which cells are written, where the row of the first one `follows` another already.
async fn written(wave: [Mutation; 2], follows: Option<bool>) -> Vec<u64> {
    let row = |follows| {
        let value = if follows { json!("1FS") } else { Value::Null };
        Answer::json(200, &json!({"id": 2, "cells": [{"columnId": 5, "value": value}]}).to_string())
    };
    let answers = [Some(project()), follows.map(row), Some(ok(json!([])))];
    let (results, scripted) = sent(&wave, answers.into_iter().flatten().collect()).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let body = bodies(&scripted).pop().unwrap();
    let cells = body.as_array().unwrap().iter().flat_map(|row| row["cells"].as_array().unwrap());
    cells.map(|cell| cell["columnId"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn the_start_of_a_row_that_follows_another_is_not_written() {
    let start = || cell("2:4", "2026-12-07T08:00:00");
    assert_eq!(written([start(), cell("2:5", "rowId=1 FS")], None).await, [5]);
    // Its predecessors went with the request before.
    assert_eq!(written([start(), cell("9:3", "Pack")], Some(true)).await, [3]);
    assert_eq!(written([start(), cell("9:3", "Pack")], Some(false)).await, [4, 3]);
}
