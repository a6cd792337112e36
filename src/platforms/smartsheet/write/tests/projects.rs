//! The cells of a project that dependencies decide.

use super::*;

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
