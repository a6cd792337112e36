use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::json;

use super::*;
use crate::base::hash::Hash;
use crate::http::testing::{Answer, Scripted};
use crate::model::BlobRef;
use crate::platforms::smartsheet::testing::{calls, smartsheet};

mod projects;

struct Blobs;

impl BlobSource for Blobs {
    fn open(&self, _blob: BlobRef) -> BoxStream<'static, std::io::Result<Bytes>> {
        stream::iter([Ok(Bytes::from_static(b"by")), Ok(Bytes::from_static(b"tes"))]).boxed()
    }
}

/// A mutation in sheet 1, on row 2 where it hangs on one; what is there has the id 9.
fn mutation(verb: Verb, kind: Kind, fields: impl Into<Value>) -> Mutation {
    let is_new = verb == Verb::Create;
    let id = match kind {
        Kind::FieldValue => Some("2:3".into()),
        Kind::Member | Kind::GroupMember => Some("9".into()),
        _ => (!is_new).then(|| "9".into()),
    };
    Mutation {
        verb,
        kind,
        container: (!(kind.stands_alone() && is_new)).then(|| "1".into()),
        parent: Some(if kind == Kind::Item { "1" } else { "2" }.into()),
        id,
        fields: fields.into().as_object().cloned().unwrap(),
        blob: None,
        known: Vec::new(),
    }
}

fn ok(result: impl Into<Value>) -> Answer {
    Answer::json(200, &json!({"message": "SUCCESS", "resultCode": 0, "result": result.into()}).to_string())
}

fn columns() -> Answer {
    let columns = json!([
        {"id": 3, "title": "Task", "type": "TEXT_NUMBER", "primary": true},
        {"id": 4, "title": "Status", "type": "PICKLIST", "options": ["Open"], "validation": true},
        {"id": 5, "title": "Before", "type": "PREDECESSOR"}]);
    Answer::json(200, &json!({"data": columns, "totalCount": 3}).to_string())
}

fn refused(code: u64) -> Answer {
    Answer::json(400, &format!("{{\"errorCode\":{code},\"message\":\"no\"}}"))
}

async fn sent(wave: &[Mutation], answers: Vec<Answer>) -> (Vec<Result<Receipt, WriteError>>, Scripted) {
    let scripted = Scripted::new(answers);
    let results = write(&smartsheet(&scripted), wave, &Blobs).await;
    (results, scripted)
}

fn bodies(scripted: &Scripted) -> Vec<Value> {
    scripted.bodies().iter().map(|body| serde_json::from_str(body).unwrap_or_default()).collect()
}

/// The last request that a mutation becomes.
async fn request_of(mutation: Mutation, mut answers: Vec<Answer>) -> (String, Value) {
    answers.push(ok(json!({"id": 77, "title": mutation.fields.get("title"), "comments": [{"id": 78}]})));
    let (results, scripted) = sent(&[mutation], answers).await;
    results[0].as_ref().unwrap();
    (calls(&scripted).pop().unwrap(), bodies(&scripted).pop().unwrap())
}

#[tokio::test]
async fn each_creation_is_the_documented_request() {
    let new = json!([{"title": "(being restored)", "type": "TEXT_NUMBER", "primary": true}]);
    let table = [
        (Kind::Workspace, json!({"name": "A"}), "POST /workspaces", json!({"name": "A"})),
        (Kind::Folder, json!({"name": "F", "workspace": "8"}), "POST /workspaces/8/folders", json!({"name": "F"})),
        (Kind::Folder, json!({"name": "F", "workspace": "home"}), "POST /home/folders", json!({"name": "F"})),
        (
            Kind::Container,
            json!({"name": "S", "workspace": "8", "folder": "7"}),
            "POST /folders/7/sheets",
            json!({"name": "S", "columns": new}),
        ),
        (
            Kind::Container,
            json!({"name": "S", "workspace": "home"}),
            "POST /sheets",
            json!({"name": "S", "columns": new}),
        ),
        (Kind::Group, json!({"name": "G", "workspace": "home"}), "POST /groups", json!({"name": "G"})),
        (
            Kind::Member,
            json!({"accessLevel": "EDITOR", "email": "a@x.org"}),
            "POST /shares?assetType=sheet&assetId=1&sendEmail=false",
            json!([{"email": "a@x.org", "accessLevel": "EDITOR"}]),
        ),
        (
            Kind::ContainerLink,
            json!({"name": "R", "sourceSheetId": "6", "startColumnId": "7", "endColumnId": "7"}),
            "POST /sheets/1/crosssheetreferences",
            json!({"name": "R", "sourceSheetId": 6, "startColumnId": 7, "endColumnId": 7}),
        ),
        (
            Kind::SummaryField,
            json!({"title": "T", "type": "TEXT_NUMBER", "objectValue": "x", "format": null}),
            "POST /sheets/1/summary/fields",
            json!([{"title": "T", "type": "TEXT_NUMBER", "objectValue": "x"}]),
        ),
        (
            Kind::Discussion,
            json!({"text": "hi"}),
            "POST /sheets/1/rows/2/discussions",
            json!({"comment": {"text": "hi"}}),
        ),
        (Kind::Comment, json!({"text": "yes"}), "POST /sheets/1/discussions/2/comments", json!({"text": "yes"})),
        (
            Kind::Attachment,
            json!({"name": "page", "attachmentType": "LINK", "url": "https://x.org"}),
            "POST /sheets/1/rows/2/attachments",
            json!({"name": "page", "attachmentType": "LINK", "url": "https://x.org"}),
        ),
    ];
    for (kind, fields, call, body) in table {
        let found = request_of(mutation(Verb::Create, kind, fields), vec![]).await;
        assert_eq!(found, (call.to_owned(), body), "{kind}");
    }
}

#[tokio::test]
async fn each_change_is_the_documented_request() {
    let table = [
        (Kind::Container, json!({"name": "S"}), "PUT /sheets/9", json!({"name": "S"})),
        (
            Kind::Container,
            json!({"publish": {"icalEnabled": null, "readWriteAccessibleBy": null}}),
            "PUT /sheets/9/publish",
            json!({"icalEnabled": false}),
        ),
        (
            Kind::Container,
            json!({"folder": "7"}),
            "POST /sheets/9/move",
            json!({"destinationType": "folder", "destinationId": 7}),
        ),
        (
            Kind::Extension,
            json!({"projectSettings": {"lengthOfDay": 7, "nonWorkingDays": null}}),
            "PUT /sheets/1",
            json!({"projectSettings": {"lengthOfDay": 7, "nonWorkingDays": []}}),
        ),
        (
            Kind::Item,
            json!({"collapsed": true, "locked": null, "format": null}),
            "PUT /sheets/1/rows",
            json!([{"id": 9, "expanded": false, "locked": false, "format": rows::NO_FORMAT}]),
        ),
        (Kind::Item, json!({"parentId": null}), "PUT /sheets/1/rows", json!([{"id": 9, "toBottom": true}])),
        (Kind::Comment, json!({"text": "no"}), "PUT /sheets/1/comments/9", json!({"text": "no"})),
    ];
    for (kind, fields, call, body) in table {
        let found = request_of(mutation(Verb::Update, kind, fields), vec![]).await;
        assert_eq!(found, (call.to_owned(), body), "{kind}");
    }
}

#[tokio::test]
async fn the_primary_column_is_not_created_but_made_out_of_the_one_that_is_there() {
    let wave = [
        mutation(Verb::Create, Kind::FieldDef, json!({"title": "Step", "type": "TEXT_NUMBER", "primary": true})),
        mutation(Verb::Create, Kind::FieldDef, json!({"title": "Due", "type": "DATE", "hidden": true})),
    ];
    let made = ok(json!([{"id": 12, "title": "Due"}]));
    let (results, scripted) = sent(&wave, vec![columns(), ok(json!({"id": 3})), made]).await;
    let ids: Vec<&str> = results.iter().map(|result| result.as_ref().unwrap().key.id.as_str()).collect();
    assert_eq!(ids, ["3", "12"]);
    assert_eq!(calls(&scripted)[1..], ["PUT /sheets/1/columns/3", "POST /sheets/1/columns"]);
    assert_eq!(bodies(&scripted)[2], json!([{"title": "Due", "type": "DATE", "hidden": true, "index": 3}]));
}

#[tokio::test]
async fn rows_go_together_and_what_is_refused_is_halved() {
    let wave = ["a", "b", "bad"].map(|title| mutation(Verb::Create, Kind::Item, json!({"primary": title})));
    let answers = vec![columns(), refused(1042), ok(json!([{"id": 11}])), refused(1042), ok(json!([{"id": 12}])), refused(1042)];
    let (results, scripted) = sent(&wave, answers).await;
    let ids: Vec<_> = results.iter().map(|result| result.as_ref().ok().map(|receipt| receipt.key.id.as_str())).collect();
    assert_eq!(ids, [Some("11"), Some("12"), None]);
    let sizes: Vec<usize> = bodies(&scripted)[1..].iter().map(|body| body.as_array().unwrap().len()).collect();
    assert_eq!(sizes, [3, 1, 2, 1, 1]);
    assert_eq!(results[0].as_ref().unwrap().link.as_deref(), Some("rowId=11"));
}

#[tokio::test]
async fn a_blank_row_gets_a_placeholder_while_it_gets_its_children() {
    let child = Mutation { parent: Some("2".into()), ..mutation(Verb::Create, Kind::Item, json!({"primary": "child"})) };
    let blank = Answer::json(200, r#"{"id":2,"cells":[{"columnId":3}]}"#);
    let answers = vec![columns(), refused(1185), blank, ok(json!([])), ok(json!([{"id": 11}])), ok(json!([]))];
    let (results, scripted) = sent(std::slice::from_ref(&child), answers).await;
    results[0].as_ref().unwrap();
    let filled: Vec<Value> = bodies(&scripted).iter().filter_map(|body| body.pointer("/0/cells/0/value").cloned()).collect();
    assert_eq!(filled, ["child", "…", "child", ""]);
    let full = Answer::json(200, r#"{"id":2,"cells":[{"columnId":3,"value":"text"}]}"#);
    let (results, _) = sent(&[child], vec![columns(), refused(1123), full]).await;
    assert!(matches!(results[0], Err(WriteError::Refused(_))), "another reason is none to write into a row");
}

/// The columns as somebody sees them for whom some are locked.
fn locked(columns: &[(u64, &str, bool)]) -> Answer {
    let column = |(id, kind, locked): &(u64, &str, bool)| {
        json!({"id": id, "type": kind, "primary": *id == 3, "lockedForUser": locked})
    };
    let columns: Vec<Value> = columns.iter().map(column).collect();
    Answer::json(200, &json!({"totalCount": columns.len(), "data": columns}).to_string())
}

#[tokio::test]
async fn rows_get_along_without_a_primary_column_that_is_locked() {
    let text = (5, "TEXT_NUMBER", false);
    let cells = |column: u64| json!([{"columnId": column, "value": ""}]);
    for (columns, wanted) in [
        (vec![(4, "DATE", false), text, (3, "TEXT_NUMBER", true)], Some(cells(5))),
        (vec![text, (3, "TEXT_NUMBER", false)], Some(cells(3))),
        (vec![(4, "DATE", false), (3, "TEXT_NUMBER", true)], None),
    ] {
        let (results, scripted) =
            sent(&[mutation(Verb::Create, Kind::Item, json!({}))], vec![locked(&columns), ok(json!([{"id": 11}]))]).await;
        results[0].as_ref().unwrap();
        assert_eq!(bodies(&scripted)[1][0].get("cells"), wanted.as_ref());
    }
}

#[tokio::test]
async fn cells_of_several_rows_are_one_request_and_links_another() {
    let link = json!({"linkInFromCell": {"sheetId": "6", "rowId": "7", "columnId": "8"}});
    let at = |id: &str, fields| Mutation { id: Some(id.into()), ..mutation(Verb::Update, Kind::FieldValue, fields) };
    let wave = [
        at("2:3", json!({"value": "007"})),
        at("2:4", json!({"value": "elsewhere"})),
        at("6:5", json!({"value": "rowId=2 FS"})),
        at("6:3", link),
        at("7:3", json!({"hyperlink": {"text": "see", "url": "https://x.org", "sheetId": "55"}})),
        at("8:3", json!({"value": null, "format": null})),
    ];
    let (results, scripted) = sent(&wave, vec![columns(), ok(json!([])), ok(json!([]))]).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(calls(&scripted)[1..], ["PUT /sheets/1/rows?overrideValidation=true", "PUT /sheets/1/rows"]);
    let predecessors = json!({"objectType": "PREDECESSOR_LIST", "predecessors": [{"rowId": 2, "type": "FS"}]});
    assert_eq!(
        bodies(&scripted)[1],
        json!([
            {"id": 2, "cells": [{"columnId": 3, "value": "007"},
                {"columnId": 4, "value": "elsewhere", "strict": false, "overrideValidation": true}]},
            {"id": 6, "cells": [{"columnId": 5, "objectValue": predecessors}]},
            {"id": 7, "cells": [{"columnId": 3, "value": "see", "hyperlink": {"sheetId": 55}}]},
            {"id": 8, "cells": [{"columnId": 3, "value": "", "format": rows::NO_FORMAT}]}])
    );
    let linked = json!({"sheetId": 6, "rowId": 7, "columnId": 8});
    assert_eq!(bodies(&scripted)[2], json!([{"id": 6, "cells": [{"columnId": 3, "value": null, "linkInFromCell": linked}]}]));
}

#[tokio::test]
async fn the_end_of_a_link_does_not_take_what_was_written_since() {
    let nowhere = json!({"linkInFromCell": {"sheetId": null, "rowId": null, "columnId": null}});
    let unlink = Mutation { id: Some("2:3".into()), ..mutation(Verb::Update, Kind::FieldValue, nowhere) };
    for (cell, writes) in [(r#""value":1"#, 0), (r#""value":1,"linkInFromCell":{"sheetId":6}"#, 1)] {
        let row = Answer::json(200, &format!(r#"{{"id":2,"cells":[{{"columnId":3,{cell}}}]}}"#));
        let (results, scripted) = sent(std::slice::from_ref(&unlink), vec![columns(), row, ok(json!([]))]).await;
        assert!(results[0].is_ok());
        assert_eq!(calls(&scripted).iter().filter(|call| call.starts_with("PUT")).count(), writes, "{cell}");
    }
}

#[tokio::test]
async fn the_end_of_an_image_does_not_take_what_was_written_since_and_its_coming_empties_nothing() {
    let at = |fields| Mutation { id: Some("2:3".into()), ..mutation(Verb::Update, Kind::FieldValue, fields) };
    let ends = at(json!({"image": null}));
    for (cell, writes) in [(r#""value":1"#, 0), (r#""value":"a","image":{"id":"e1z"}"#, 1)] {
        let row = Answer::json(200, &format!(r#"{{"id":2,"cells":[{{"columnId":3,{cell}}}]}}"#));
        let (results, scripted) = sent(std::slice::from_ref(&ends), vec![columns(), row, ok(json!([]))]).await;
        assert!(results[0].is_ok());
        assert_eq!(calls(&scripted).iter().filter(|call| call.starts_with("PUT")).count(), writes, "{cell}");
    }
    let row = Answer::json(200, r#"{"id":2,"cells":[{"columnId":3,"value":1}]}"#);
    let formatted = at(json!({"image": null, "format": ",,1"}));
    let (_, scripted) = sent(&[formatted], vec![columns(), row, ok(json!([]))]).await;
    let cells = json!([{"columnId": 3, "format": ",,1"}]);
    assert_eq!(bodies(&scripted).last(), Some(&json!([{"id": 2, "cells": cells}])));
    let (results, scripted) = sent(&[at(json!({"image": "e1z"}))], vec![columns()]).await;
    assert!(results[0].is_ok() && scripted.calls().len() == 1);
}

#[tokio::test]
async fn a_field_of_the_summary_loses_its_image_only_if_it_has_one_and_nothing_else_by_getting_one() {
    let update = |fields| mutation(Verb::Update, Kind::SummaryField, fields);
    let ends = update(json!({"image": null}));
    for (field, body) in [
        (r#""objectValue":1"#, None),
        (r#""image":{"id":"e1z"}"#, Some(json!([{"id": 9, "objectValue": null}]))),
    ] {
        let summary = Answer::json(200, &format!(r#"{{"fields":[{{"id":9,{field}}}]}}"#));
        let (results, scripted) = sent(std::slice::from_ref(&ends), vec![summary, ok(json!([]))]).await;
        assert!(results[0].is_ok());
        assert_eq!(bodies(&scripted).get(1), body.as_ref());
    }
    let (_, scripted) = sent(&[update(json!({"image": null, "objectValue": "Go"}))], vec![ok(json!([]))]).await;
    assert_eq!(bodies(&scripted), [json!([{"id": 9, "objectValue": "Go"}])]);
    let (_, scripted) =
        sent(&[update(json!({"image": "e1z", "objectValue": null, "title": "T"}))], vec![ok(json!([]))]).await;
    assert_eq!(bodies(&scripted), [json!([{"id": 9, "title": "T"}])]);
    let (results, scripted) = sent(&[update(json!({"image": "e1z"}))], vec![]).await;
    assert!(results[0].is_ok() && scripted.calls().is_empty());
}

#[tokio::test]
async fn a_text_that_a_cell_would_cut_off_is_refused() {
    let long = mutation(Verb::Update, Kind::FieldValue, json!({"value": "x".repeat(4001)}));
    let (results, scripted) = sent(&[long], vec![columns()]).await;
    assert!(matches!(&results[0], Err(WriteError::Refused(why)) if why.contains("4000")));
    assert_eq!(scripted.calls().len(), 1);
}

#[tokio::test]
async fn a_file_is_uploaded_in_pieces_and_a_larger_one_than_the_api_takes_is_not() {
    let blob = |len| Some(BlobRef { id: Hash::of(b"x"), len });
    let file = mutation(Verb::Create, Kind::Attachment, json!({"name": "x.png", "attachmentType": "FILE"}));
    let (results, scripted) = sent(&[Mutation { blob: blob(5), ..file.clone() }], vec![ok(json!({"id": 7}))]).await;
    assert_eq!(results[0].as_ref().unwrap().key.id.as_str(), "7");
    assert!(scripted.bodies()[0].ends_with("bytes"), "{:?}", scripted.bodies());
    let (results, scripted) = sent(&[Mutation { blob: blob(31 << 20), ..file }], vec![]).await;
    assert!(matches!(results[0], Err(WriteError::Refused(_))) && scripted.calls().is_empty());
}

#[tokio::test]
async fn orders_are_reached_with_few_moves() {
    let rows = Answer::json(200, r#"{"rows":[{"id":1},{"id":2},{"id":5,"parentId":1},{"id":3}]}"#);
    let order = mutation(Verb::Update, Kind::Container, json!({"rows": ["3", "1", "2"]}));
    let order = Mutation { container: Some("1".into()), ..order };
    let columns_of_9 = columns();
    let (results, scripted) = sent(&[order], vec![columns_of_9, rows, ok(json!([]))]).await;
    results[0].as_ref().unwrap();
    assert_eq!(bodies(&scripted).pop().unwrap(), json!([{"id": 3, "toTop": true}]));
}

#[tokio::test]
async fn what_is_gone_is_deleted_and_a_lost_answer_is_unknown() {
    let gone = Answer::json(404, r#"{"errorCode":1006,"message":"Not Found"}"#);
    for kind in [Kind::Container, Kind::Comment, Kind::Group, Kind::FieldDef] {
        let (results, _) = sent(&[mutation(Verb::Delete, kind, json!({}))], vec![gone.clone()]).await;
        results[0].as_ref().unwrap();
    }
    let comment = mutation(Verb::Create, Kind::Comment, json!({"text": "hi"}));
    let (results, scripted) = sent(&[comment], vec![Answer::lost()]).await;
    assert!(matches!(results[0], Err(WriteError::Unknown(_))));
    assert_eq!(scripted.calls().len(), 1);
}

#[tokio::test]
async fn rows_of_a_lost_request_are_found_in_order_and_the_sheet_is_read_once() {
    let sheet = json!({"id": 9, "totalRowCount": 4, "columns": [{"id": 3, "primary": true}], "rows": [
        {"id": 1, "cells": [{"columnId": 3, "value": "same"}]},
        {"id": 2, "cells": [{"columnId": 3, "value": "same"}]},
        {"id": 4, "cells": [{"columnId": 3, "value": "same"}]},
        {"id": 5, "parentId": 4, "cells": []}]});
    let scripted = Scripted::new([Answer::json(200, &sheet.to_string())]);
    let smartsheet = smartsheet(&scripted);
    let lost = Mutation { known: vec!["1".into()], ..mutation(Verb::Create, Kind::Item, json!({"primary": "same"})) };
    let mut found = Vec::new();
    for _ in 0..3 {
        found.push(locate(&smartsheet, &lost).await.unwrap().map(|receipt| receipt.key.id.0));
    }
    assert_eq!(found, [Some("2".to_owned()), Some("4".to_owned()), None], "no row is found twice");
    let blank = Mutation { parent: Some("4".into()), ..mutation(Verb::Create, Kind::Item, json!({})) };
    assert!(locate(&smartsheet, &blank).await.unwrap().is_some());
    assert_eq!(scripted.calls().len(), 1);
}
