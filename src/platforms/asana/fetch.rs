//! Fetches the bytes of one upload, and believes in them only after checking.

use futures_util::StreamExt;
use serde_json::Value;
use url::Url;

use super::Asana;
use super::asking::Question;
use super::json::text;
use crate::base::defect::{Defect, planted};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::redirects;
use crate::model::Record;
use crate::platforms::connector::BlobSink;

/// Streams an upload into the sink. Its address is asked for right before, since it is good for two minutes, and
/// it gets no credential, since it is signed.
pub(super) async fn fetch(asana: &Asana, attachment: &Record, sink: &mut dyn BlobSink) -> Result<(), ApiFault> {
    let id = attachment.key.id.as_str();
    let call = format!("download of attachment {id}");
    let fault = |class, message: String| ApiFault::new(class, call.clone(), message);
    if text(&attachment.native, "resource_subtype") != "asana" {
        return Err(fault(FaultClass::Invalid, "it is a link and has no bytes".to_owned()));
    }
    let fresh = asana.one(&Question::new(&["attachments", id], "download_url,size")).await?;
    let url = Url::parse(text(&fresh, "download_url"))
        .map_err(|_| fault(FaultClass::Protocol, "Asana gives no address for its bytes".to_owned()))?;
    let size = |native: &Value| native.get("size").and_then(Value::as_u64);
    let promised = size(&fresh).or_else(|| size(&attachment.native));
    let mut response = redirects::open(&asana.client, url, false).await?;
    let is_page = response.media_type() == "text/html" && promised.is_none();
    if is_page && !planted(Defect::ErrorTextStored) {
        return Err(fault(FaultClass::Protocol, "a web page came in place of the file".to_owned()));
    }
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

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use bytes::Bytes;
    use serde_json::json;

    use super::*;
    use crate::http::testing::{Answer, Scripted};
    use crate::model::{Blob, Kind, RecordKey};
    use crate::platforms::asana::testing::{asana, data};

    #[derive(Default)]
    struct Held(Vec<u8>);

    #[async_trait]
    impl BlobSink for Held {
        async fn write(&mut self, piece: Bytes) -> Result<(), ApiFault> {
            self.0.extend_from_slice(&piece);
            Ok(())
        }
    }

    fn upload(kind: &str, size: &Value) -> Record {
        let native = json!({"gid": "a1", "resource_subtype": kind, "size": size});
        Record { key: RecordKey::new("p1", Kind::Attachment, "a1"), native, blob: Blob::None }
    }

    async fn fetched(record: Record, bytes: Answer) -> (Result<(), ApiFault>, Vec<u8>, Scripted) {
        let address = json!({"gid": "a1", "download_url": "https://storage.example/x?signed=1",
            "size": record.native["size"]});
        let scripted = Scripted::new([data(&address), bytes]);
        let mut sink = Held::default();
        let result = fetch(&asana(&scripted), &record, &mut sink).await;
        (result, sink.0, scripted)
    }

    #[tokio::test]
    async fn a_fresh_address_is_fetched_without_the_credential() {
        let bytes = Answer::typed(200, "text/html", "12345");
        let (result, bytes, scripted) = fetched(upload("asana", &json!(5)), bytes).await;
        result.unwrap();
        assert_eq!(bytes, b"12345", "a page of the right length is a file like any other");
        assert_eq!(
            scripted.calls(),
            [
                "GET api.example/api/1.0/attachments/a1?opt_fields=download_url%2Csize",
                "GET storage.example/x?signed=1",
            ]
        );
        assert_eq!(scripted.credentials(), [true, false]);
    }

    #[tokio::test]
    async fn another_size_or_a_page_of_unknown_size_is_never_taken_for_the_file() {
        for (size, media_type) in [(json!(4), "image/png"), (json!(6), "image/png"), (json!(null), "text/html")] {
            let (result, ..) = fetched(upload("asana", &size), Answer::typed(200, media_type, "12345")).await;
            assert_eq!(result.unwrap_err().class, FaultClass::Protocol, "{size}");
        }
    }

    #[tokio::test]
    async fn a_link_is_not_fetched() {
        let (result, _, scripted) = fetched(upload("gdrive", &json!(null)), Answer::json(200, "{}")).await;
        assert_eq!(result.unwrap_err().class, FaultClass::Invalid);
        assert_eq!(scripted.calls(), [""; 0]);
    }
}
