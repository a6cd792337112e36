//! What was asked of a sandbox.

use axum::http::header;
use serde::Serialize;
use serde_json::{Map, Value};

use super::request::Request;

/// Longer bodies are not kept: a log must not hold a large restore twice.
const MAX_BODY: usize = 64 << 10;
/// Parameters that carry a credential, in a query or in a body.
const SECRET: [&str; 7] = ["key", "token", "code", "hash", "client_secret", "refresh_token", "access_token"];

/// One request, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Counts from 1 since the sandbox started.
    pub n: u64,
    /// GET, POST, ..
    pub method: String,
    /// The path without the query; a token in it shows as `*`.
    pub path: String,
    /// The query without key and token.
    pub query: String,
    /// Media type of the body, without parameters; empty when there is no body.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub content_type: String,
    /// The body as it came, when it is JSON of at most 64 KiB, no file, and holds no credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Names of the parts of a multipart body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
    /// The status that was answered; 0 when the connection was closed without an answer.
    pub status: u16,
    /// User name of who asked, when the credential was good.
    pub member: Option<String>,
}

impl LogLine {
    /// The line of a request, without a number. `path`: as it may be logged.
    pub fn of(request: &Request, path: String, status: u16, member: Option<String>) -> Self {
        let has_body = !request.body.is_empty() || !request.parts.is_empty();
        Self {
            n: 0,
            method: request.method.clone(),
            path,
            query: harmless_query(&request.query),
            content_type: if has_body { media_type(request).to_owned() } else { String::new() },
            body: harmless_body(request),
            parts: request.parts.clone(),
            status,
            member,
        }
    }
}

fn media_type(request: &Request) -> &str {
    request.header(header::CONTENT_TYPE.as_str()).split(';').next().unwrap_or_default().trim()
}

fn harmless_query(query: &str) -> String {
    let harmless = |pair: &&str| !SECRET.contains(&pair.split('=').next().unwrap_or_default());
    query.split('&').filter(harmless).collect::<Vec<_>>().join("&")
}

fn harmless_body(request: &Request) -> Option<String> {
    let is_file = request.header(header::CONTENT_DISPOSITION.as_str()).starts_with("attachment");
    if is_file || media_type(request) != "application/json" || request.body.len() > MAX_BODY {
        return None;
    }
    // What is no object is a list of records; credentials come in objects only.
    let fields: Map<String, Value> = serde_json::from_slice(&request.body).unwrap_or_default();
    if fields.keys().any(|name| SECRET.contains(&name.as_str())) {
        return None;
    }
    String::from_utf8(request.body.clone()).ok().filter(|body| !body.is_empty())
}

/// The lines since the start or since the last clearing.
#[derive(Debug, Default)]
pub struct RequestLog {
    lines: Vec<LogLine>,
    numbered: u64,
}

impl RequestLog {
    /// Adds a line and numbers it.
    pub fn add(&mut self, mut line: LogLine) {
        self.numbered += 1;
        line.n = self.numbered;
        self.lines.push(line);
    }

    /// The lines, oldest first.
    pub fn lines(&self) -> &[LogLine] {
        &self.lines
    }

    /// Forgets the lines; numbering goes on.
    pub fn clear(&mut self) {
        self.lines.clear();
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    fn kept(headers: &[(&'static str, &'static str)], body: &str) -> Option<String> {
        let mut request = Request { body: body.into(), headers: HeaderMap::new(), ..Request::default() };
        for (name, value) in headers {
            request.headers.insert(*name, value.parse().unwrap());
        }
        LogLine::of(&request, "/x".to_owned(), 200, None).body
    }

    const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");

    #[test]
    fn json_is_kept_as_it_came() {
        for body in [r#"{"name": "a"}"#, r#"[{"name": "a"}]"#] {
            assert_eq!(kept(&[JSON], body).as_deref(), Some(body));
        }
    }

    #[test]
    fn a_body_with_a_credential_is_not_kept() {
        for body in [r#"{"grant_type":"refresh_token","refresh_token":"R"}"#, r#"{"name":"a","token":"T"}"#] {
            assert_eq!(kept(&[JSON], body), None, "{body}");
        }
        assert_eq!(kept(&[("content-type", "application/x-www-form-urlencoded")], "code=C"), None);
    }

    #[test]
    fn files_and_what_is_long_are_not_kept() {
        assert_eq!(kept(&[JSON, ("content-disposition", "attachment; filename=\"a.json\"")], "{}"), None);
        assert_eq!(kept(&[JSON], &format!("[\"{}\"]", "x".repeat(MAX_BODY))), None);
    }
}
