//! Listens on this machine for the browser that comes back from an authorisation page (RFC 8252, section 7.3).

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::app::error::Error;
use crate::http::secure;

/// No request of a browser is longer, the code included.
const LONGEST: usize = 32 << 10;
/// So many connections are open at most: browsers open some that they never use.
const MOST: usize = 64;

/// What the browser shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// The access was allowed.
    Allowed,
    /// It was not.
    Refused,
    /// The answer does not fit the question.
    Foreign,
    /// There was an answer before.
    Late,
    /// Not the page that an answer is sent to.
    Unknown,
}

impl Page {
    /// The whole response. Nothing that was asked is in it.
    fn response(self) -> String {
        let (status, title, text) = match self {
            Self::Allowed => (
                "200 OK",
                "Access allowed",
                "Go back to the terminal: it says whether the connection works. This page can be closed.",
            ),
            Self::Refused => {
                ("200 OK", "Access not allowed", "Nothing was stored. The terminal says what to do.")
            }
            Self::Foreign => (
                "400 Bad Request",
                "Not the answer to this request",
                "Open the address that the terminal shows, in this browser.",
            ),
            Self::Late => {
                ("409 Conflict", "Answered before", "There was an answer already; this one was not used.")
            }
            Self::Unknown => (
                "404 Not Found",
                "Nothing here",
                "This address only waits for the answer of an authorisation page.",
            ),
        };
        let body = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1><p>{text}</p></html>\n"
        );
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
             cache-control: no-store\r\nreferrer-policy: no-referrer\r\ncontent-security-policy: default-src 'none'\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        )
    }
}

/// The listener.
pub(super) struct Loopback {
    listener: TcpListener,
    redirect: Url,
}

impl Loopback {
    /// Listens where `redirect` points. The second value is the redirect address to be told to the platform: as it was
    /// given, letter by letter, but for a port 0.
    pub(super) async fn bind(redirect: &str) -> Result<(Self, String), Error> {
        let address =
            Url::parse(redirect).ok().filter(|url| url.scheme() == "http" && secure::is_loopback(url));
        let elsewhere = || {
            Error::usage(format!("a browser that is sent to `{redirect}` does not come here"))
                .hint("Use `--paste`, or an address of this machine such as http://127.0.0.1:8717/.")
        };
        let mut address = address.ok_or_else(elsewhere)?;
        let (host, port) = address.host_str().zip(address.port_or_known_default()).ok_or_else(elsewhere)?;
        let listener = TcpListener::bind((host.trim_matches(['[', ']']), port)).await;
        let listener = listener.map_err(|error| {
            Error::failed(format!("cannot listen on {host}:{port} for the browser: {error}"))
                .hint("Register another redirect address for the app and give it with `--redirect`, or use `--paste`.")
        })?;
        let chosen = listener.local_addr().map_err(|error| Error::failed(error.to_string()))?.port();
        if port != 0 {
            return Ok((Self { listener, redirect: address }, redirect.to_owned()));
        }
        // Every http address with a host has a place for a port.
        let _ = address.set_port(Some(chosen));
        let told = address.to_string();
        Ok((Self { listener, redirect: address }, told))
    }

    /// Serves until `judge` takes something for an answer. It is given each address that the browser was sent to.
    pub(super) async fn first<T>(self, judge: impl Fn(&Url) -> (Page, Option<T>)) -> T {
        let answered = AtomicBool::new(false);
        let mut open = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) if open.len() < MOST => open.push(self.serve(stream, &judge, &answered)),
                    // One connection too many, or one that broke off before it was taken.
                    Ok(_) | Err(_) => {}
                },
                Some(Some(answer)) = open.next(), if !open.is_empty() => return answer,
            }
        }
    }

    /// One connection; gives the answer if it brings the first one.
    async fn serve<T>(
        &self,
        mut stream: TcpStream,
        judge: &impl Fn(&Url) -> (Page, Option<T>),
        answered: &AtomicBool,
    ) -> Option<T> {
        let head = head(&mut stream).await?;
        let (page, answer) = match self.target(&head) {
            None => (Page::Unknown, None),
            Some(_) if answered.load(Relaxed) => (Page::Late, None),
            Some(address) => judge(&address),
        };
        answered.fetch_or(answer.is_some(), Relaxed);
        // A browser that has gone away has brought its answer all the same.
        let _ = stream.write_all(page.response().as_bytes()).await;
        let _ = stream.shutdown().await;
        answer
    }

    /// The address that is asked for, if it is the redirect address.
    fn target(&self, head: &str) -> Option<Url> {
        let mut words = head.lines().next()?.split(' ');
        let target = words.next().filter(|method| *method == "GET").and(words.next())?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut address = self.redirect.clone();
        address.set_query(Some(query));
        (path == self.redirect.path()).then_some(address)
    }
}

/// The head of a request; nothing when the connection ends before it is whole.
async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let got = stream.read(&mut buffer).await.ok().filter(|got| *got > 0)?;
        all.extend_from_slice(buffer.get(..got)?);
        if all.windows(4).any(|end| end == b"\r\n\r\n") {
            return String::from_utf8(all).ok();
        }
        if all.len() > LONGEST {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_answer_is_not_used() {
        let (loopback, redirect) = Loopback::bind("http://127.0.0.1:0/back").await.unwrap();
        let judge = |address: &Url| (Page::Allowed, address.query().map(str::to_owned));
        let answered = AtomicBool::new(false);
        let mut seen = Vec::new();
        for query in ["first", "second"] {
            let port = Url::parse(&redirect).unwrap().port().unwrap();
            let mut browser = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            browser.write_all(format!("GET /back?{query} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
            let (stream, _) = loopback.listener.accept().await.unwrap();
            let answer = loopback.serve(stream, &judge, &answered).await;
            let mut page = String::new();
            browser.read_to_string(&mut page).await.unwrap();
            seen.push((answer, page.contains("Access allowed"), page.contains("Answered before")));
        }
        assert_eq!(seen, [(Some("first".to_owned()), true, false), (None, false, true)]);
    }

    #[tokio::test]
    async fn a_browser_is_only_waited_for_where_it_comes() {
        for elsewhere in ["https://127.0.0.1:1/", "http://app.example/back", "urn:ietf:wg:oauth:2.0:oob", ""]
        {
            let error = Loopback::bind(elsewhere).await.err().unwrap();
            assert!(error.hints[0].contains("--paste"), "{elsewhere}");
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_named_with_the_way_out() {
        let (_first, redirect) = Loopback::bind("http://127.0.0.1:0/").await.unwrap();
        let error = Loopback::bind(&redirect).await.err().unwrap();
        assert!(error.message.contains("cannot listen on 127.0.0.1:"), "{error}");
        assert!(error.hints[0].contains("--redirect"), "{error:?}");
    }
}
