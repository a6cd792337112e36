use async_trait::async_trait;
use bytes::Bytes;
use serde_json::json;

use super::*;
use crate::http::testing::{Answer, Scripted};
use crate::model::{Blob, Kind, RecordKey};
use crate::platforms::smartsheet::testing::smartsheet;

#[derive(Default)]
struct Held(Vec<u8>);

#[async_trait]
impl BlobSink for Held {
    async fn write(&mut self, piece: Bytes) -> Result<(), ApiFault> {
        self.0.extend_from_slice(&piece);
        Ok(())
    }
}

fn address() -> Answer {
    Answer::json(200, r#"{"id":7,"url":"https://storage.example/x?signed=1"}"#)
}

async fn fetched(native: Value, answers: Vec<Answer>) -> (Result<(), ApiFault>, Vec<u8>, Scripted) {
    fetched_as(Kind::Attachment, native, answers).await
}

async fn fetched_as(
    kind: Kind,
    native: Value,
    answers: Vec<Answer>,
) -> (Result<(), ApiFault>, Vec<u8>, Scripted) {
    let scripted = Scripted::new(answers);
    let mut sink = Held::default();
    let record = Record { key: RecordKey::new("s", kind, "7"), native, blob: Blob::None };
    let result = fetch(&smartsheet(&scripted), &record, &mut sink).await;
    (result, sink.0, scripted)
}

#[tokio::test]
async fn bytes_come_from_a_fresh_address_without_the_credential() {
    let native = json!({"attachmentType": "FILE", "sizeInKb": 1});
    let (result, bytes, scripted) = fetched(native, vec![address(), Answer::typed(200, "image/png", "12345")]).await;
    result.unwrap();
    assert_eq!(bytes, b"12345");
    assert_eq!(scripted.credentials(), [true, false]);
}

#[tokio::test]
async fn an_address_that_has_died_is_asked_for_once_more() {
    let native = json!({"attachmentType": "FILE"});
    let dead = || Answer::typed(403, "application/xml", "<Error>expired</Error>");
    let good = vec![address(), dead(), address(), Answer::typed(200, "image/png", "1")];
    fetched(native.clone(), good).await.0.unwrap();
    let (result, ..) = fetched(native, vec![address(), dead(), address(), dead()]).await;
    assert_eq!(result.unwrap_err().class, FaultClass::Forbidden);
}

#[tokio::test]
async fn another_size_a_web_page_or_an_answer_is_never_taken_for_the_file() {
    for (size, answer) in [
        (9, Answer::typed(200, "image/png", "12345")),
        (0, Answer::typed(200, "image/png", &"x".repeat(3000))),
        (1, Answer::typed(200, "text/html", "12345")),
        (1, Answer::json(200, r#"{"error":5}"#)),
    ] {
        let native = json!({"attachmentType": "FILE", "sizeInKb": size, "mimeType": "image/png"});
        let (result, ..) = fetched(native, vec![address(), answer]).await;
        assert_eq!(result.unwrap_err().class, FaultClass::Protocol, "{size}");
    }
}

#[tokio::test]
async fn a_link_is_not_fetched() {
    let (result, _, scripted) = fetched(json!({"attachmentType": "LINK"}), vec![]).await;
    assert_eq!(result.unwrap_err().class, FaultClass::Invalid);
    assert_eq!(scripted.calls(), [""; 0]);
}

#[tokio::test]
async fn the_address_of_an_image_in_a_cell_is_a_question_with_a_body() {
    let told = Answer::json(200, r#"{"imageUrls":[{"imageId":"7","url":"https://storage.example/x?signed=1"}]}"#);
    let image = Answer::typed(200, "application/octet-stream", "12345");
    let (result, bytes, scripted) = fetched_as(Kind::Image, json!({}), vec![told, image]).await;
    result.unwrap();
    assert_eq!(bytes, b"12345");
    assert_eq!(scripted.calls(), ["POST api.example/2.0/imageurls", "GET storage.example/x?signed=1"]);
    assert_eq!((scripted.bodies()[0].as_str(), scripted.credentials()), (r#"[{"imageId":"7"}]"#, vec![true, false]));
}

#[tokio::test]
async fn an_image_that_is_refused_within_a_good_answer_is_a_fault() {
    let refused = r#"{"imageUrls":[{"imageId":"7","error":{"errorCode":1006,"message":"Not Found"}}]}"#;
    let (result, ..) = fetched_as(Kind::Image, json!({}), vec![Answer::json(200, refused)]).await;
    let fault = result.unwrap_err();
    assert_eq!((fault.class, fault.message.as_str()), (FaultClass::NotFound, "Not Found"));
}
