//! A request as an imitation sees it: parameters in one map, wherever they came from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use axum::extract::{FromRequest, Multipart};
use axum::http::{HeaderMap, header};
use serde_json::Value;
use url::form_urlencoded;

/// A request whose body was read.
#[derive(Debug, Default)]
pub struct Request {
    /// GET, POST, ..
    pub method: String,
    /// The path, with a leading slash, still percent-encoded.
    pub path: String,
    /// The query, still percent-encoded.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// Parameters from the query, the JSON or form body and the text parts of a multipart body.
    pub params: Params,
    /// The file part of a multipart body.
    pub file: Option<Upload>,
    /// Names of the parts of a multipart body, in the order in which they came.
    pub parts: Vec<String>,
    /// The body as it came; empty when it was multipart.
    pub body: Vec<u8>,
}

/// A file that came with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// File name as the client gave it.
    pub name: String,
    /// Media type as the client gave it.
    pub mime: String,
    /// Content.
    pub bytes: Vec<u8>,
}

impl Request {
    /// Reads an HTTP request. The error is a sentence for a 400.
    pub async fn read(request: axum::extract::Request, max_body: usize) -> Result<Self, String> {
        let mut read = Self {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            headers: request.headers().clone(),
            ..Self::default()
        };
        read.params = Params::from_query(&read.query);
        let kind = read.header(header::CONTENT_TYPE.as_str()).to_owned();
        if kind.starts_with("multipart/form-data") {
            read.read_multipart(request).await?;
            return Ok(read);
        }
        let body = axum::body::to_bytes(request.into_body(), max_body).await.map_err(|e| e.to_string())?;
        read.body = body.to_vec();
        // A file that is sent as it is says so; it holds no parameters, whatever its type.
        if body.is_empty() || read.header(header::CONTENT_DISPOSITION.as_str()).starts_with("attachment") {
            return Ok(read);
        }
        if kind.starts_with("application/x-www-form-urlencoded") {
            read.params.extend(form_urlencoded::parse(&body).into_owned().map(|(k, v)| (k, Value::from(v))));
        } else if kind.starts_with("application/json") {
            match serde_json::from_slice(&body) {
                Ok(Value::Object(fields)) => read.params.extend(fields),
                // A list holds no parameters either; an imitation that wants one reads the body.
                Ok(Value::Null | Value::Array(_)) => {}
                _ => return Err("Error parsing body: not a JSON object".to_owned()),
            }
        }
        Ok(read)
    }

    async fn read_multipart(&mut self, request: axum::extract::Request) -> Result<(), String> {
        let mut parts = Multipart::from_request(request, &()).await.map_err(|e| e.to_string())?;
        while let Some(part) = parts.next_field().await.map_err(|e| e.to_string())? {
            let name = part.name().unwrap_or_default().to_owned();
            self.parts.push(name.clone());
            let mime = part.content_type().unwrap_or("application/octet-stream").to_owned();
            // In a quoted string `\\` stands for one backslash, which the parser leaves as it is.
            if let Some(file_name) = part.file_name().map(|name| name.replace(r"\\", r"\")) {
                let bytes = part.bytes().await.map_err(|e| e.to_string())?.to_vec();
                self.file = Some(Upload { name: file_name, mime, bytes });
            } else {
                let value = part.text().await.map_err(|e| e.to_string())?;
                self.params.extend([(name, Value::from(value))]);
            }
        }
        Ok(())
    }

    /// The text of a header; empty when it is absent or no text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Parameters by name. Remembers which ones were asked for, so that those that nobody understood show.
#[derive(Debug, Default)]
pub struct Params {
    values: BTreeMap<String, Value>,
    used: Mutex<BTreeSet<String>>,
}

impl Params {
    /// The parameters of a query string.
    pub fn from_query(query: &str) -> Self {
        let mut params = Self::default();
        params
            .extend(form_urlencoded::parse(query.as_bytes()).into_owned().map(|(k, v)| (k, Value::from(v))));
        params
    }

    /// The fields of a JSON object; nothing for any other value.
    pub fn from_json(value: Value) -> Self {
        let mut params = Self::default();
        if let Value::Object(fields) = value {
            params.extend(fields);
        }
        params
    }

    /// Adds parameters; later ones win.
    pub fn extend(&mut self, more: impl IntoIterator<Item = (String, Value)>) {
        self.values.extend(more);
    }

    /// The parameter as it came.
    pub fn raw(&self, name: &str) -> Option<&Value> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        self.values.get(name)
    }

    /// The parameter as text; numbers and truth values in their usual spelling.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.raw(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// Names of the parameters that begin with `prefix`.
    pub fn starting_with(&self, prefix: &str) -> Vec<String> {
        self.values.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }

    /// The parameters that nobody asked for.
    pub fn unknown(&self) -> Vec<String> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        self.values.keys().filter(|name| !used.contains(*name)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn read(content_type: &str, body: &str) -> Result<Request, String> {
        let request = axum::http::Request::post("/1/cards?name=from%20query&idList=5")
            .header("content-type", content_type)
            .body(Body::from(body.to_owned()))
            .unwrap();
        Request::read(request, 1_000).await
    }

    #[tokio::test]
    async fn parameters_come_from_query_json_and_form_alike() {
        for (kind, body) in
            [("application/json", r#"{"desc":"a b"}"#), ("application/x-www-form-urlencoded", "desc=a+b")]
        {
            let request = read(kind, body).await.unwrap();
            assert_eq!(request.params.text("name").as_deref(), Some("from query"));
            assert_eq!(request.params.text("desc").as_deref(), Some("a b"));
        }
    }

    #[tokio::test]
    async fn a_multipart_body_has_parameters_and_a_file() {
        let body = "--X\r\ncontent-disposition: form-data; name=\"name\"\r\n\r\nplan\r\n--X\r\n\
                    content-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
                    content-type: text/plain\r\n\r\nhello\r\n--X--\r\n";
        let request = read("multipart/form-data; boundary=X", body).await.unwrap();
        assert_eq!(request.params.text("name").as_deref(), Some("plan"));
        assert_eq!(request.parts, ["name", "file"]);
        let file = request.file.unwrap();
        assert_eq!(
            (file.name.as_str(), file.mime.as_str(), &*file.bytes),
            ("a.txt", "text/plain", &b"hello"[..])
        );
    }

    #[tokio::test]
    async fn a_list_is_left_to_the_imitation() {
        let request = read("application/json", r#"[{"name":"in a list"}]"#).await.unwrap();
        assert_eq!(request.params.text("name").as_deref(), Some("from query"));
        assert_eq!(request.body, br#"[{"name":"in a list"}]"#);
    }

    #[tokio::test]
    async fn a_file_that_is_the_whole_body_is_not_read_as_parameters() {
        let request = axum::http::Request::post("/1/cards")
            .header("content-type", "application/json")
            .header("content-disposition", "attachment; filename=\"a.json\"")
            .body(Body::from("{ broken"))
            .unwrap();
        assert_eq!(Request::read(request, 1_000).await.unwrap().body, b"{ broken");
    }

    #[tokio::test]
    async fn a_broken_body_is_refused() {
        assert!(read("application/json", "{").await.is_err());
        assert!(read("application/json", &"x".repeat(1_001)).await.is_err());
    }

    #[test]
    fn parameters_nobody_asked_for_are_known() {
        let params = Params::from_query("limit=5&colour=red");
        assert_eq!(params.text("limit").as_deref(), Some("5"));
        assert_eq!(params.unknown(), ["colour"]);
    }
}
