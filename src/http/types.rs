//! Requests and responses. Bodies can be made again for a second attempt, and answers are streams.

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use url::Url;

use super::fault::{ApiFault, FaultClass};
use crate::base::secret::Secret;

/// What a call is for: it decides what may be repeated, what is counted, and what a read-only stack refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Reads data (JSON), which is held in memory.
    Read,
    /// Reads bytes of any length, which are streamed.
    Download,
    /// Changes something, and doing it twice is the same as doing it once.
    WriteIdempotent,
    /// Changes something, and doing it twice does it twice.
    WriteOnce,
}

impl Intent {
    /// Whether the call changes something.
    pub fn is_write(self) -> bool {
        matches!(self, Self::WriteIdempotent | Self::WriteOnce)
    }
}

/// The HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Changes or sets.
    Put,
    /// Changes in part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// As it stands in the request line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Makes the bytes of a file, from the beginning, each time it is called.
pub type Opener<'a> = &'a (dyn Fn() -> BoxStream<'static, std::io::Result<Bytes>> + Send + Sync);

/// A file that is sent along. Its length is known beforehand, so that the server gets a length and a shortened file
/// is noticed by both sides.
#[derive(Clone)]
pub struct FilePart<'a> {
    /// Name of the form field, where it is part of a form.
    pub field: &'static str,
    /// Name of the file.
    pub file_name: String,
    /// Media type; nothing when it is not known.
    pub media_type: Option<String>,
    /// Length in bytes.
    pub len: u64,
    /// Makes the bytes.
    pub open: Opener<'a>,
}

/// What is sent along.
#[derive(Clone)]
pub enum Body<'a> {
    /// Nothing.
    Empty,
    /// A JSON document.
    Json(Bytes),
    /// The fields of a form without files, which may be secret.
    Fields(Vec<(&'static str, Secret)>),
    /// A form with text fields and perhaps one file, in parts.
    Form {
        /// The text fields.
        fields: Vec<(&'static str, String)>,
        /// The file, which comes last.
        file: Option<FilePart<'a>>,
    },
    /// The bytes of a file and nothing else; its name goes into a header.
    File(FilePart<'a>),
}

impl Body<'_> {
    /// Length in bytes of what carries content.
    pub fn len(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Json(bytes) => bytes.len() as u64,
            Self::Fields(fields) => fields.iter().map(|(_, value)| value.expose().len() as u64).sum(),
            Self::File(file) => file.len,
            Self::Form { fields, file } => match file {
                Some(file) => file.len,
                None => fields.iter().map(|(_, value)| value.len() as u64).sum(),
            },
        }
    }

    /// Whether nothing is sent.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One call.
#[derive(Clone)]
pub struct Request<'a> {
    /// The method.
    pub method: Method,
    /// The address, which never holds a credential.
    pub url: Url,
    /// What the call is for.
    pub intent: Intent,
    /// What is sent along.
    pub body: Body<'a>,
    /// Whether the credential may go along; it still only goes to the API's own hosts.
    pub authenticated: bool,
    /// Whether the caller can ask a smaller question instead: a gateway's time-out is then not repeated.
    pub divisible: bool,
    /// How many calls the platform may count it as.
    pub cost: usize,
    /// A header to send besides the usual ones: name and value.
    pub header: Option<(String, String)>,
}

impl<'a> Request<'a> {
    /// A call without a body.
    pub fn new(method: Method, url: Url, intent: Intent) -> Self {
        Self {
            method,
            url,
            intent,
            body: Body::Empty,
            authenticated: true,
            divisible: false,
            cost: 1,
            header: None,
        }
    }

    /// The same call with a body.
    #[must_use]
    pub fn with_body(self, body: Body<'a>) -> Self {
        Self { body, ..self }
    }

    /// How the call is named in logs and faults: method and path, without the query. A path segment after
    /// `tokens` is itself a credential.
    pub fn call(&self) -> String {
        format!("{} {}", self.method.name(), path_without_secrets(&self.url))
    }

    /// A fault of this call.
    pub fn fault(&self, class: FaultClass, message: impl Into<String>) -> ApiFault {
        ApiFault::new(class, self.call(), message)
    }
}

/// The address's path, with path segments hidden that are credentials.
pub fn path_without_secrets(url: &Url) -> String {
    let mut hide = false;
    let segments = url.path().split('/').map(|segment| {
        let shown = if hide && !segment.is_empty() { "*" } else { segment };
        hide = segment == "tokens";
        shown
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The bytes of an answer, as they come.
pub type BodyStream = BoxStream<'static, Result<Bytes, ApiFault>>;

/// One answer.
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers; names in lower case, values that are not text left out.
    pub headers: Vec<(String, String)>,
    /// The bytes.
    pub body: BodyStream,
}

impl Response {
    /// The first value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The media type without its parameters, in lower case; empty when there is none.
    pub fn media_type(&self) -> String {
        let full = self.header("content-type").unwrap_or_default();
        full.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Takes all bytes into memory, but not more than `max`.
    pub async fn collect(&mut self, max: usize, call: &str) -> Result<Bytes, ApiFault> {
        let mut all = Vec::new();
        while let Some(piece) = self.body.next().await {
            let piece = piece?;
            if all.len() + piece.len() > max {
                let message = format!("the answer is larger than {max} bytes");
                return Err(ApiFault::new(FaultClass::TooLarge, call, message));
            }
            all.extend_from_slice(&piece);
        }
        Ok(Bytes::from(all))
    }

    /// A body that is already there.
    pub fn held(bytes: Bytes) -> BodyStream {
        stream::iter([Ok(bytes)]).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_names_neither_query_nor_token() {
        let url = Url::parse("https://api.example/1/tokens/SECRET/member?key=K").unwrap();
        assert_eq!(Request::new(Method::Get, url, Intent::Read).call(), "GET /1/tokens/*/member");
    }

    #[tokio::test]
    async fn an_answer_beyond_the_cap_is_refused() {
        let mut response =
            Response { status: 200, headers: vec![], body: Response::held(Bytes::from_static(b"12345")) };
        assert_eq!(response.collect(4, "GET /x").await.unwrap_err().class, FaultClass::TooLarge);
    }
}
