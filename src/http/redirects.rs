//! Downloads: follows redirects itself, so that the credential stays at home.

use url::Url;

use super::client::Client;
use super::fault::{ApiFault, FaultClass};
use super::types::{Intent, Method, Request, Response};

/// More redirects than this are a loop.
const MOST: usize = 5;

/// Opens a download. The credential goes to the first address only if `authenticated`, and never beyond a
/// change of scheme, host or port, not even back again.
pub async fn open(client: &Client, url: Url, authenticated: bool) -> Result<Response, ApiFault> {
    let mut request = Request::new(Method::Get, url, Intent::Download);
    request.authenticated = authenticated;
    for _ in 0..=MOST {
        let response = client.send(&request).await?;
        if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
            return Ok(response);
        }
        let target = response.header("location").and_then(|target| request.url.join(target).ok());
        let target = target.filter(|target| matches!(target.scheme(), "http" | "https"));
        let Some(target) = target else {
            return Err(request.fault(FaultClass::Protocol, "a redirect without a usable address"));
        };
        request.authenticated &= target.origin() == request.url.origin();
        request.url = target;
    }
    Err(request.fault(FaultClass::Protocol, format!("more than {MOST} redirects")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{Answer, Scripted, client};

    fn to(address: &str) -> Answer {
        Answer::typed(302, "text/plain", "").header("location", address)
    }

    fn start() -> Url {
        Url::parse("https://api.example/1/file").unwrap()
    }

    #[tokio::test]
    async fn the_credential_is_dropped_at_the_first_other_host_and_does_not_come_back() {
        let scripted = Scripted::new([
            to("/1/moved"),
            to("https://api.example:8443/x"),
            to("https://api.example/1/back"),
            Answer::typed(200, "image/png", "x"),
        ]);
        open(&client(&scripted), start(), true).await.unwrap();
        assert_eq!(scripted.credentials(), [true, true, false, false]);
    }

    #[tokio::test]
    async fn a_circle_ends_and_odd_schemes_are_refused() {
        let circle = Scripted::new(vec![to("/1/file"); 6]);
        let fault = open(&client(&circle), start(), true).await.err().unwrap();
        assert_eq!((fault.class, circle.calls().len()), (FaultClass::Protocol, 6));
        let odd = Scripted::new([to("file:///etc/passwd")]);
        assert_eq!(open(&client(&odd), start(), true).await.err().unwrap().class, FaultClass::Protocol);
    }
}
