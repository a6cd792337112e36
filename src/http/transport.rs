//! What sends a request, and the real thing. The only file that knows the HTTP library.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::fault::{ApiFault, FaultClass};
use super::types::{Body, Intent, Method, Request, Response};

/// Sends a request and gives the answer, whatever its status; or wraps something that does.
#[async_trait]
pub trait Transport: Send + Sync {
    /// One call. A redirect is an answer like any other; nothing follows it here.
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault>;
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        self.as_ref().send(request).await
    }
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest silence within an answer. There is no limit on the whole: files may be large.
const READ_TIMEOUT: Duration = Duration::from_mins(1);

/// The network.
pub struct Network {
    client: reqwest::Client,
}

impl Network {
    /// A client without redirects, cookies or retries of its own.
    pub fn new() -> Result<Self, ApiFault> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .user_agent(concat!("boardvault/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| ApiFault::new(FaultClass::Local, "HTTP client", reason(&error)))?;
        Ok(Self { client })
    }

    fn build(&self, request: &Request<'_>) -> Result<reqwest::RequestBuilder, ApiFault> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut builder = self.client.request(method, request.url.clone());
        if request.intent == Intent::Download {
            // A compressed transfer would hide the length that the file must have.
            builder = builder.header("accept-encoding", "identity");
        }
        if let Some((name, value)) = &request.header {
            builder = builder.header(name, value);
        }
        Ok(match &request.body {
            Body::Empty if request.method == Method::Get => builder,
            Body::Empty => builder.header("content-length", "0"),
            Body::Json(bytes) => builder.header("content-type", "application/json").body(bytes.clone()),
            Body::Fields(fields) => {
                builder.form(&fields.iter().map(|(name, value)| (*name, value.expose())).collect::<Vec<_>>())
            }
            Body::Form { fields, file } => {
                let mut form = fields.iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| {
                    form.text(*name, value.clone())
                });
                if let Some(file) = file {
                    let bytes = reqwest::Body::wrap_stream((file.open)());
                    let mut part = reqwest::multipart::Part::stream_with_length(bytes, file.len)
                        .file_name(file.file_name.clone());
                    if let Some(media_type) = &file.media_type {
                        part = part
                            .mime_str(media_type)
                            .map_err(|error| request.fault(FaultClass::Invalid, reason(&error)))?;
                    }
                    form = form.part(file.field, part);
                }
                builder.multipart(form)
            }
            Body::File(file) => {
                let name: String = url::form_urlencoded::byte_serialize(file.file_name.as_bytes()).collect();
                let media_type = file.media_type.as_deref().unwrap_or("application/octet-stream");
                builder
                    .header("content-disposition", format!("attachment; filename=\"{name}\""))
                    .header("content-type", media_type)
                    .header("content-length", file.len)
                    .body(reqwest::Body::wrap_stream((file.open)()))
            }
        })
    }
}

#[async_trait]
impl Transport for Network {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        let answer = self.build(request)?.send().await.map_err(|error| {
            let mut fault = request.fault(FaultClass::Network, reason(&error));
            // Without a connection nothing can have been carried out.
            fault.outcome_unknown = request.intent.is_write() && !error.is_connect() && !error.is_builder();
            fault
        })?;
        let headers = answer
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        let (status, promised, call) = (answer.status().as_u16(), answer.content_length(), request.call());
        let pieces = answer
            .bytes_stream()
            .map({
                let call = call.clone();
                move |piece| {
                    piece.map_err(|error| ApiFault::new(FaultClass::Network, call.clone(), reason(&error)))
                }
            })
            .boxed();
        Ok(Response { status, headers, body: checked(pieces, promised, call) })
    }
}

/// The same stream, ending in a fault when it is shorter or longer than promised.
fn checked(
    pieces: super::types::BodyStream,
    promised: Option<u64>,
    call: String,
) -> super::types::BodyStream {
    let Some(promised) = promised else { return pieces };
    let state = (pieces, 0_u64, Some(call));
    stream::unfold(state, move |(mut pieces, got, call)| async move {
        let call = call?;
        match pieces.next().await {
            Some(Ok(piece)) => {
                let got = got + piece.len() as u64;
                Some((Ok::<Bytes, ApiFault>(piece), (pieces, got, Some(call))))
            }
            Some(Err(fault)) => Some((Err(fault), (pieces, got, None))),
            None if got == promised => None,
            None => {
                let message = format!("the answer has {got} bytes instead of the promised {promised}");
                Some((Err(ApiFault::new(FaultClass::Network, call, message)), (pieces, got, None)))
            }
        }
    })
    .boxed()
}

/// The whole chain of causes, without the address, which may say too much.
fn reason(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "could not connect".to_owned()
    } else if error.is_body() || error.is_decode() {
        "the transfer broke off".to_owned()
    } else {
        "the call failed".to_owned()
    };
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::http::types::FilePart;

    #[tokio::test]
    async fn an_answer_of_another_length_than_promised_ends_in_a_fault() {
        for (promised, good) in [(Some(3), true), (Some(4), false), (Some(2), false), (None, true)] {
            let body = checked(Response::held(Bytes::from_static(b"abc")), promised, "GET /x".into());
            let mut response = Response { status: 200, headers: vec![], body };
            assert_eq!(response.collect(100, "GET /x").await.is_ok(), good, "{promised:?}");
        }
    }

    #[tokio::test]
    async fn a_refused_connection_is_known_not_to_have_written() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let url = url::Url::parse(&format!("http://{address}/1/cards?token=SECRET")).unwrap();
        let request = Request::new(Method::Post, url, Intent::WriteOnce);
        let fault = Network::new().unwrap().send(&request).await.err().unwrap();
        assert_eq!((fault.class, fault.outcome_unknown), (FaultClass::Network, false));
        assert!(!fault.to_string().contains("SECRET"), "{fault}");
    }

    /// Serves one call on the loopback interface: gives the address, and a task that ends with what was asked.
    async fn serve(answer: &'static str) -> (url::Url, tokio::task::JoinHandle<String>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = url::Url::parse(&format!("http://{}/1/x", listener.local_addr().unwrap())).unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut asked, mut buffer) = (Vec::new(), [0; 4096]);
            while !complete(&asked) {
                let got = stream.read(&mut buffer).await.unwrap();
                assert!(got > 0, "the request ended early");
                asked.extend_from_slice(&buffer[..got]);
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(asked).unwrap()
        });
        (url, server)
    }

    fn complete(asked: &[u8]) -> bool {
        let text = String::from_utf8_lossy(asked);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
        let len =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        body.len() >= len.unwrap_or(0)
    }

    #[tokio::test]
    async fn a_redirect_is_handed_back_and_not_followed() {
        let answer = "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
        let (url, server) = serve(answer).await;
        let request = Request::new(Method::Get, url, Intent::Download);
        let response = Network::new().unwrap().send(&request).await.unwrap();
        assert_eq!((response.status, response.header("location")), (302, Some("/elsewhere")));
        let asked = server.await.unwrap();
        assert!(asked.contains("accept-encoding: identity"), "{asked}");
    }

    #[tokio::test]
    async fn a_form_is_streamed_with_a_length() {
        let (url, server) = serve("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
        let open = || stream::iter([Ok(Bytes::from_static(b"by")), Ok(Bytes::from_static(b"tes"))]).boxed();
        let file = FilePart {
            field: "file",
            file_name: "a b.png".into(),
            media_type: Some("image/png".into()),
            len: 5,
            open: &open,
        };
        let body = Body::Form { fields: vec![("name", "A".into())], file: Some(file) };
        let request = Request::new(Method::Post, url, Intent::WriteOnce).with_body(body);
        let mut response = Network::new().unwrap().send(&request).await.unwrap();
        assert_eq!(response.collect(10, "").await.unwrap(), "{}");
        let asked = server.await.unwrap();
        for part in
            ["content-length: ", "name=\"name\"\r\n\r\nA", "filename=\"a b.png\"", "image/png\r\n\r\nbytes"]
        {
            assert!(asked.to_lowercase().contains(&part.to_lowercase()), "{part} in {asked}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_the_whole_body_has_its_name_in_a_header_and_a_length() {
        let (url, server) = serve("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
        let open = || stream::iter([Ok(Bytes::from_static(b"by")), Ok(Bytes::from_static(b"tes"))]).boxed();
        let file =
            FilePart { field: "", file_name: "a\"ü.png".into(), media_type: None, len: 5, open: &open };
        let request = Request::new(Method::Post, url, Intent::WriteOnce).with_body(Body::File(file));
        Network::new().unwrap().send(&request).await.unwrap();
        let asked = server.await.unwrap();
        for part in ["content-length: 5\r\n", "attachment; filename=\"a%22%C3%BC.png\"", "\r\n\r\nbytes"] {
            assert!(asked.contains(part), "{part} in {asked}");
        }
        assert!(!asked.contains("chunked"), "{asked}");
    }

    #[tokio::test]
    async fn a_connection_that_breaks_in_mid_answer_is_a_fault() {
        let (url, _server) = serve("HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"id\":").await;
        let request = Request::new(Method::Get, url, Intent::Read);
        let mut response = Network::new().unwrap().send(&request).await.unwrap();
        assert_eq!(response.collect(100, "").await.unwrap_err().class, FaultClass::Network);
    }
}
