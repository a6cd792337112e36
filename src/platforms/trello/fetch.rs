//! Fetches the bytes of one upload, and believes in them only after checking.

use futures_util::StreamExt;
use serde_json::Value;
use url::Url;

use super::Trello;
use super::api::download_address;
use super::json::{is, text};
use crate::base::defect::{Defect, planted};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::redirects;
use crate::http::types::Response;
use crate::model::Record;
use crate::platforms::connector::BlobSink;

/// Streams an upload into the sink.
pub(super) async fn fetch(trello: &Trello, attachment: &Record, sink: &mut dyn BlobSink) -> Result<(), ApiFault> {
    let native = &attachment.native;
    let call = format!("download of attachment {}", attachment.key.id);
    let fault = |class, message: String| ApiFault::new(class, call.clone(), message);
    if !is(native, "isUpload") {
        return Err(fault(FaultClass::Invalid, "it is a link and has no bytes".to_owned()));
    }
    let listed = Url::parse(text(native, "downloadUrl"))
        .map_err(|_| fault(FaultClass::Protocol, "its address is not a URL".to_owned()))?;
    let (url, own) = download_address(&trello.client, &listed);
    let mut response = redirects::open(&trello.client, url, own).await?;
    let promised = native.get("bytes").and_then(Value::as_u64);
    check_type(&response, text(native, "mimeType"), promised)
        .map_err(|message| fault(FaultClass::Protocol, message))?;
    let mut got = 0_u64;
    while let Some(piece) = response.body.next().await {
        let piece = piece?;
        got += piece.len() as u64;
        if let Some(promised) = promised.filter(|promised| got > *promised) {
            let message = format!("more than the {promised} bytes that the attachment should have");
            return Err(fault(FaultClass::Protocol, message));
        }
        sink.write(piece).await?;
    }
    match promised {
        Some(promised) if got != promised => {
            let message = format!("{got} bytes came instead of the {promised} that the attachment should have");
            Err(fault(FaultClass::Protocol, message))
        }
        _ => Ok(()),
    }
}

/// Refuses a page of text in place of a file: Trello and proxies answer so with status 200.
fn check_type(response: &Response, own: &str, promised: Option<u64>) -> Result<(), String> {
    let got = response.media_type();
    let own = own.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // Of a file without a known type only the length tells whether this is it.
    let unknown = own.is_empty() && promised.is_some();
    let page = got == "text/html" && own != "text/html" && !unknown;
    // Without a promised length a short error text could pass for a file.
    let words = got == "text/plain" && promised.is_none() && !own.is_empty() && !own.starts_with("text/");
    if (page || words) && !planted(Defect::ErrorTextStored) {
        let own = if own.is_empty() { "a file" } else { &own };
        return Err(format!("{got} came in place of {own}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use bytes::Bytes;
    use serde_json::json;

    use super::super::testing::trello;
    use super::*;
    use crate::http::testing::{Answer, Scripted};
    use crate::model::{Blob, Kind, RecordKey};

    #[derive(Default)]
    struct Held(Vec<u8>);

    #[async_trait]
    impl BlobSink for Held {
        async fn write(&mut self, piece: Bytes) -> Result<(), ApiFault> {
            self.0.extend_from_slice(&piece);
            Ok(())
        }
    }

    fn upload(bytes: &Value) -> Record {
        let native = json!({
            "id": "a1", "isUpload": true, "bytes": bytes, "mimeType": "image/png",
            "downloadUrl": "https://trello.com/1/cards/c1/attachments/a1/download/x.png",
        });
        Record { key: RecordKey::new("b1", Kind::Attachment, "a1"), native, blob: Blob::None }
    }

    async fn fetched(record: Record, answers: Vec<Answer>) -> (Result<(), ApiFault>, Vec<u8>, Scripted) {
        let scripted = Scripted::new(answers);
        let trello = trello(&scripted);
        let mut sink = Held::default();
        let result = fetch(&trello, &record, &mut sink).await;
        (result, sink.0, scripted)
    }

    #[tokio::test]
    async fn bytes_come_through_a_redirect_that_loses_the_credential() {
        let moved = Answer::typed(302, "text/plain", "").header("location", "https://storage.example/x?signed=1");
        let (result, bytes, scripted) =
            fetched(upload(&json!(5)), vec![moved, Answer::typed(200, "application/octet-stream", "12345")]).await;
        result.unwrap();
        assert_eq!(bytes, b"12345");
        assert_eq!(scripted.credentials(), [true, false]);
    }

    #[tokio::test]
    async fn a_text_page_or_another_size_is_never_taken_for_the_file() {
        let short = "unauthorized permission requested";
        for (bytes, answer) in [
            (json!(5), Answer::typed(200, "text/html", "12345")),
            (json!(9000), Answer::typed(200, "text/plain", short)),
            (json!(null), Answer::typed(200, "text/plain", short)),
            (json!(4), Answer::typed(200, "image/png", "12345")),
            (json!(6), Answer::typed(200, "image/png", "12345")),
        ] {
            let (result, ..) = fetched(upload(&bytes), vec![answer]).await;
            assert_eq!(result.unwrap_err().class, FaultClass::Protocol, "{bytes}");
        }
    }

    #[tokio::test]
    async fn an_uploaded_page_is_a_file_like_any_other() {
        for own in ["text/html", "text/html; charset=utf-8", "Text/HTML", ""] {
            let mut record = upload(&json!(5));
            record.native["mimeType"] = json!(own);
            let (result, bytes, _) = fetched(record, vec![Answer::typed(200, "text/html", "12345")]).await;
            result.unwrap();
            assert_eq!(bytes, b"12345", "{own:?}");
        }
        let mut unknown = upload(&json!(null));
        unknown.native["mimeType"] = json!("");
        let (result, ..) = fetched(unknown, vec![Answer::typed(200, "text/html", "12345")]).await;
        assert!(result.is_err(), "nothing tells that this is the file");
    }

    #[tokio::test]
    async fn a_link_is_not_fetched() {
        let mut record = upload(&json!(null));
        record.native["isUpload"] = json!(false);
        let (result, _, scripted) = fetched(record, vec![]).await;
        assert_eq!(result.unwrap_err().class, FaultClass::Invalid);
        assert_eq!(scripted.calls(), [""; 0]);
    }
}
