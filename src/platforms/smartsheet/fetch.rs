//! Downloads the bytes of a file, and refuses everything that is not the file.

use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Value, json};
use url::Url;

use super::Smartsheet;
use super::json::{list, text};
use crate::base::canon;
use crate::base::defect::{Defect, planted};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::redirects;
use crate::http::types::{Body, Intent, Method, Request, Response};
use crate::model::{Kind, Record};
use crate::platforms::connector::BlobSink;

/// Bytes in the unit in which Smartsheet tells sizes. It rounds, and does not say how.
const KB: u64 = 1024;

/// Streams the bytes of an attachment record, or of an image, into the sink.
///
/// The address is good for two minutes and is asked for right before it is used; it lies on another host, which
/// never gets the credential.
pub(super) async fn fetch(
    smartsheet: &Smartsheet,
    attachment: &Record,
    sink: &mut dyn BlobSink,
) -> Result<(), ApiFault> {
    let native = &attachment.native;
    let is_image = attachment.key.kind == Kind::Image;
    let call = format!("download of {} {}", attachment.key.kind, attachment.key.id);
    let fault = |class, message: String| ApiFault::new(class, call.clone(), message);
    if !is_image && text(native, "attachmentType") != "FILE" {
        return Err(fault(FaultClass::Invalid, "it is a link and has no bytes".to_owned()));
    }
    let mut response = open(smartsheet, attachment).await?;
    let own = if is_image { "image/*" } else { text(native, "mimeType") };
    check_type(&response, own).map_err(|message| fault(FaultClass::Protocol, message))?;
    let promised = native.get("sizeInKb").and_then(Value::as_u64);
    let most = promised.map(|promised| promised.saturating_add(1).saturating_mul(KB));
    let mut got = 0_u64;
    while let Some(piece) = response.body.next().await {
        let piece = piece?;
        got = got.saturating_add(piece.len() as u64);
        if most.is_some_and(|most| got > most) {
            return Err(fault(FaultClass::Protocol, wrong_size("more than", got, promised)));
        }
        sink.write(piece).await?;
    }
    let least = promised.map(|promised| promised.saturating_sub(1).saturating_mul(KB));
    if least.is_some_and(|least| got < least) {
        return Err(fault(FaultClass::Protocol, wrong_size("only", got, promised)));
    }
    Ok(())
}

fn wrong_size(what: &str, got: u64, promised: Option<u64>) -> String {
    format!("{what} {got} bytes came for a file of {} KB", promised.unwrap_or_default())
}

/// Asks for the address and opens it; once more when the storage does not know it any more.
async fn open(smartsheet: &Smartsheet, attachment: &Record) -> Result<Response, ApiFault> {
    let mut again = true;
    loop {
        let url = match attachment.key.kind {
            Kind::Image => address_of_image(smartsheet, attachment.key.id.as_str()).await?,
            _ => address_of_file(smartsheet, attachment).await?,
        };
        match redirects::open(&smartsheet.client, url, false).await {
            Err(fault) if again && matches!(fault.class, FaultClass::Forbidden | FaultClass::NotFound) => {
                again = false;
            }
            opened => return opened,
        }
    }
}

async fn address_of_file(smartsheet: &Smartsheet, attachment: &Record) -> Result<Url, ApiFault> {
    let path = ["sheets", attachment.key.container.as_str(), "attachments", attachment.key.id.as_str()];
    let answer = smartsheet.get(&path, &[]).await?;
    address(&answer, &path.join("/"))
}

/// An image's address is a question that has a body. It is answered for each image, and also with a refusal.
async fn address_of_image(smartsheet: &Smartsheet, id: &str) -> Result<Url, ApiFault> {
    let request = Request::new(Method::Post, smartsheet.client.url(&["imageurls"], &[]), Intent::Read);
    let body = canon::to_bytes(&json!([{"imageId": id}]));
    let request = request.with_body(Body::Json(Bytes::from(body)));
    let answer = smartsheet.client.json(&request).await?;
    let own = list(&answer, "imageUrls").iter().find(|image| text(image, "imageId") == id).unwrap_or(&Value::Null);
    match own.get("error").filter(|error| !error.is_null()) {
        Some(error) => Err(request.fault(FaultClass::NotFound, text(error, "message"))),
        None => address(own, &request.call()),
    }
}

fn address(answer: &Value, call: &str) -> Result<Url, ApiFault> {
    Url::parse(text(answer, "url"))
        .map_err(|_| ApiFault::new(FaultClass::Protocol, call, "it came without an address for its bytes"))
}

/// Refuses a web page or an error's JSON in place of a file.
fn check_type(response: &Response, own: &str) -> Result<(), String> {
    let got = response.media_type();
    let own = own.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_page = got == "text/html" && own != "text/html";
    let is_answer = got == "application/json" && !own.is_empty() && !own.contains("json");
    if (is_page || is_answer) && !planted(Defect::ErrorTextStored) {
        let own = if own.is_empty() { "a file" } else { &own };
        return Err(format!("{got} came in place of {own}"));
    }
    Ok(())
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
