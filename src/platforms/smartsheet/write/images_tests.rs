use bytes::Bytes;
use futures_util::stream::{self, BoxStream};

use super::*;
use crate::base::hash::Hash;
use crate::http::testing::{Answer, Scripted};
use crate::model::Kind;
use crate::platforms::smartsheet::testing::{calls, smartsheet};
use crate::platforms::smartsheet::write::{locate, write};

struct Blobs(&'static [u8]);

impl BlobSource for Blobs {
    fn open(&self, _blob: BlobRef) -> BoxStream<'static, std::io::Result<Bytes>> {
        let (one, other) = self.0.split_at(2);
        stream::iter([Ok(Bytes::from_static(one)), Ok(Bytes::from_static(other))]).boxed()
    }
}

/// An image in column 3 of row 2 of sheet 1.
fn mutation(verb: Verb, len: u64) -> Mutation {
    Mutation {
        verb,
        kind: Kind::Image,
        container: Some("1".into()),
        parent: Some("2".into()),
        id: (verb == Verb::Delete).then(|| "e1z".into()),
        fields: json!({"columnId": "3", "altText": "a sign"}).as_object().cloned().unwrap(),
        blob: Some(BlobRef { id: Hash::of(b"x"), len }),
        known: vec!["old".into()],
    }
}

fn row(cell: &Value) -> Value {
    json!({"id": 2, "cells": [{"columnId": 4, "image": {"id": "other"}}, cell]})
}

fn image(id: &str) -> Value {
    json!({"columnId": 3, "value": "a sign", "image": {"id": id, "altText": "a sign"}})
}

fn answer(document: &Value) -> Answer {
    Answer::json(200, &document.to_string())
}

async fn sent(mutation: Mutation, bytes: &'static [u8], answers: Vec<Answer>) -> (Result<Receipt, WriteError>, Scripted) {
    let scripted = Scripted::new(answers);
    let result = write(&smartsheet(&scripted), &[mutation], &Blobs(bytes)).await.pop().unwrap();
    (result, scripted)
}

#[tokio::test]
async fn an_image_goes_up_whole_with_its_type_and_its_text() {
    let made = answer(&json!({"resultCode": 0, "result": row(&image("e1z"))}));
    let (result, scripted) = sent(mutation(Verb::Create, 7), b"\x89PNG...", vec![made]).await;
    assert_eq!(result.unwrap().key.id.as_str(), "e1z");
    assert_eq!(calls(&scripted), ["POST /sheets/1/rows/2/columns/3/cellimages?altText=a+sign"]);
    let sent = &scripted.bodies()[0];
    assert!(sent.starts_with("image.png Some(\"image/png\")") && sent.ends_with("PNG..."), "{sent}");
}

#[tokio::test]
async fn an_answer_without_the_image_makes_the_row_be_read() {
    let answers = vec![answer(&json!({"result": {"id": 2}})), answer(&row(&image("e1z")))];
    let (result, scripted) = sent(mutation(Verb::Create, 7), b"anything", answers).await;
    assert_eq!(result.unwrap().key.id.as_str(), "e1z");
    assert_eq!(calls(&scripted)[1], "GET /sheets/1/rows/2");
}

#[tokio::test]
async fn a_larger_image_than_the_api_takes_is_not_sent() {
    let (result, scripted) = sent(mutation(Verb::Create, 31 << 20), b"anything", vec![]).await;
    assert!(matches!(result, Err(WriteError::Refused(_))) && scripted.calls().is_empty());
}

#[tokio::test]
async fn a_lost_image_is_the_new_one_in_its_cell() {
    for (id, found) in [("e1z", Some("e1z")), ("old", None)] {
        let scripted = Scripted::new([answer(&row(&image(id)))]);
        let receipt = locate(&smartsheet(&scripted), &mutation(Verb::Create, 7)).await.unwrap();
        assert_eq!(receipt.as_ref().map(|receipt| receipt.key.id.as_str()), found);
    }
}

#[tokio::test]
async fn a_lost_image_is_not_there_when_its_row_is_gone() {
    let scripted = Scripted::new([gone()]);
    assert!(locate(&smartsheet(&scripted), &mutation(Verb::Create, 7)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_lost_image_is_found_whatever_became_of_its_text() {
    for text in [json!(null), json!(" a sign "), json!("")] {
        let scripted = Scripted::new([answer(&row(&image("e1z")))]);
        let mut lost = mutation(Verb::Create, 7);
        lost.fields.insert("altText".to_owned(), text);
        let receipt = locate(&smartsheet(&scripted), &lost).await.unwrap();
        assert_eq!(receipt.unwrap().key.id.as_str(), "e1z");
    }
}

#[tokio::test]
async fn a_cell_is_emptied_only_of_the_image_that_is_meant() {
    let text = json!({"columnId": 3, "value": "written since"});
    for (cell, writes) in [(image("e1z"), 1), (image("newer"), 0), (text, 0)] {
        let answers = vec![answer(&row(&cell)), answer(&json!({"result": []}))];
        let (result, scripted) = sent(mutation(Verb::Delete, 0), b"anything", answers).await;
        result.unwrap();
        assert_eq!(calls(&scripted).len() - 1, writes);
        if writes == 1 {
            assert_eq!(scripted.bodies()[1], r#"[{"cells":[{"columnId":3,"value":""}],"id":2}]"#);
        }
    }
}

/// The same image in field 2 of the summary.
fn in_field(verb: Verb) -> Mutation {
    Mutation { fields: json!({"altText": "a sign"}).as_object().cloned().unwrap(), ..mutation(verb, 7) }
}

fn summary(id: &str) -> Answer {
    answer(&json!({"fields": [{"id": 4, "image": {"id": "other"}}, {"id": 2, "image": {"id": id}}]}))
}

fn gone() -> Answer {
    Answer::json(404, &json!({"errorCode": 1006, "message": "Not Found"}).to_string())
}

#[tokio::test]
async fn an_image_of_the_summary_goes_up_to_its_field_and_is_read_there_when_the_answer_does_not_tell_it() {
    let told = answer(&json!({"result": {"id": 2, "image": {"id": "e1z"}}}));
    let untold = answer(&json!({"result": {"id": 2}}));
    for (answers, called) in [(vec![told], 1), (vec![untold, summary("e1z")], 2)] {
        let (result, scripted) = sent(in_field(Verb::Create), b"GIF8", answers).await;
        assert_eq!(result.unwrap().key.id.as_str(), "e1z");
        let calls = calls(&scripted);
        assert_eq!((calls[0].as_str(), calls.len()), ("POST /sheets/1/summary/fields/2/images?altText=a+sign", called));
    }
}

#[tokio::test]
async fn a_lost_image_of_the_summary_is_the_new_one_in_its_field() {
    for (answer, found) in [(summary("e1z"), Some("e1z")), (summary("old"), None), (gone(), None)] {
        let scripted = Scripted::new([answer]);
        let receipt = locate(&smartsheet(&scripted), &in_field(Verb::Create)).await.unwrap();
        assert_eq!(receipt.as_ref().map(|receipt| receipt.key.id.as_str()), found);
    }
}

#[tokio::test]
async fn a_field_is_emptied_only_of_the_image_that_is_meant() {
    for (there, writes) in [(summary("e1z"), 1), (summary("newer"), 0), (gone(), 0)] {
        let answers = vec![gone(), there, answer(&json!({"result": []}))];
        let (result, scripted) = sent(in_field(Verb::Delete), b"anything", answers).await;
        result.unwrap();
        assert_eq!(calls(&scripted).len() - 2, writes);
        if writes == 1 {
            assert_eq!(scripted.bodies()[2], r#"[{"id":2,"objectValue":null}]"#);
        }
    }
}
