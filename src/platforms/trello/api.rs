//! Trello's API as the HTTP stack needs to know it: credential, limits, and what its errors mean.

use std::time::Duration;

use url::Url;

use crate::base::hash::Hash;
use crate::base::secret::Secret;
use crate::http::auth::Credential;
use crate::http::client::{Client, Profile, Surroundings};
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::limit::Rule;
use crate::http::transport::Transport;
use crate::http::types::Request;
use crate::platforms::platform::Settings;

/// Trello's own hosts. Attachments are listed under the first, the API itself answers under the second; both
/// serve the same paths.
const HOSTS: [&str; 2] = ["https://trello.com", "https://api.trello.com"];

/// The stretch of the general limits.
const WINDOW: Duration = Duration::from_secs(10);
/// The stretch of the strict limit on `/members/`.
const MEMBERS_WINDOW: Duration = Duration::from_mins(15);

/// The client for an account.
pub(super) fn client(settings: &Settings, transport: impl Transport + 'static) -> Result<Client, ApiFault> {
    let key = settings.part("key")?;
    let token = settings.part("token")?;
    let authorization =
        format!("OAuth oauth_consumer_key=\"{}\", oauth_token=\"{}\"", key.expose(), token.expose());
    let profile = Profile {
        credential: Credential::Fixed(Secret::new(authorization)),
        origins: vec![settings.base_url.origin()],
        limits: limits(Hash::of(key.expose().as_bytes()), Hash::of(token.expose().as_bytes())),
        classify,
    };
    let around = Surroundings {
        clock: settings.clock.clone(),
        random: settings.random.clone(),
        stop: settings.stop.clone(),
        read_only: settings.read_only,
    };
    Ok(Client::new(transport, settings.base_url.clone(), profile, around))
}

fn limits(key: Hash, token: Hash) -> Vec<Rule> {
    vec![
        Rule {
            name: "trello key",
            owner: key,
            calls: 300,
            interval: WINDOW,
            counts: is_api,
            headers: Some("x-rate-limit-api-key"),
        },
        Rule {
            name: "trello token",
            owner: token,
            calls: 100,
            interval: WINDOW,
            counts: is_api,
            headers: Some("x-rate-limit-api-token"),
        },
        Rule {
            name: "trello members",
            owner: token,
            calls: 100,
            interval: MEMBERS_WINDOW,
            counts: is_member_route,
            headers: None,
        },
    ]
}

/// Storage hosts, to which downloads are redirected, have no part in Trello's limits.
fn is_api(request: &Request<'_>) -> bool {
    request.authenticated
}

/// The strict limit is on `/members/{id}`; routes nested below it do not count.
fn is_member_route(request: &Request<'_>) -> bool {
    let mut segments = request.url.path().rsplit('/');
    segments.next().is_some_and(|last| !last.is_empty()) && segments.next() == Some("members")
        && segments.next().is_some_and(|version| version == "1")
}

/// What a status and a text mean. Trello often says more in its text than by the status: 401 stands for a bad
/// token as well as for a board that the account may not see.
fn classify(request: &Request<'_>, status: u16, text: &str) -> FaultClass {
    let text = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match status {
        401 if says(&["invalid token", "invalid key", "expired token", "invalid app token"]) => {
            FaultClass::Unauthorised
        }
        403 if says(&["too_many", "too many"]) => FaultClass::TooLarge,
        401 | 403 => FaultClass::Forbidden,
        404 | 410 => FaultClass::NotFound,
        413 | 449 => FaultClass::TooLarge,
        429 => FaultClass::RateLimited,
        504 if request.divisible => FaultClass::TooLarge,
        500.. | 408 => FaultClass::Server,
        _ => FaultClass::Invalid,
    }
}

/// Where the bytes of an upload are fetched, and whether the credential goes along.
///
/// Trello lists uploads under `trello.com/1/cards/...`; the same path below the API's address serves them, so
/// the connection's own base URL is used and no host named in data ever gets the credential. Old uploads lie
/// under storage addresses that refuse a credential.
pub(super) fn download_address(client: &Client, listed: &Url) -> (Url, bool) {
    let own = listed.origin() == client.base().origin()
        || HOSTS.iter().any(|host| listed.origin().ascii_serialization() == *host);
    let path = own.then(|| listed.path().strip_prefix("/1/")).flatten();
    let Some(path) = path else { return (listed.clone(), false) };
    let mut url = client.base().clone();
    url.set_path(&format!("{}/{path}", client.base().path().trim_end_matches('/')));
    (url, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{Answer, Lines, Scripted, client, request};
    use crate::http::types::{Intent, Method};
    use crate::platforms::trello::testing::settings;

    fn to(path: &str) -> Request<'static> {
        let url = Url::parse(&format!("https://api.trello.com/1{path}")).unwrap();
        Request::new(Method::Get, url, Intent::Read)
    }

    #[test]
    fn a_bad_token_is_told_from_a_hidden_board() {
        let call = request(Intent::Read);
        assert_eq!(classify(&call, 401, "invalid token"), FaultClass::Unauthorised);
        assert_eq!(classify(&call, 401, "unauthorized permission requested"), FaultClass::Forbidden);
        assert_eq!(classify(&call, 404, "board not found"), FaultClass::NotFound);
    }

    #[test]
    fn too_much_at_once_is_recognised_in_all_its_forms() {
        let divisible = Request { divisible: true, ..request(Intent::Read) };
        for (status, text) in
            [(403, "API_TOO_MANY_CARDS_REQUESTED"), (403, "Too many checklists"), (413, ""), (449, ""), (504, "")]
        {
            assert_eq!(classify(&divisible, status, text), FaultClass::TooLarge, "{status}");
        }
        assert_eq!(classify(&request(Intent::Read), 504, ""), FaultClass::Server);
    }

    #[test]
    fn only_the_member_route_itself_counts_on_the_strict_limit() {
        assert!(is_member_route(&to("/members/me")));
        for path in ["/members/me/boards", "/boards/b/members/m", "/organizations/o/members", "/boards/b"] {
            assert!(!is_member_route(&to(path)), "{path}");
        }
    }

    #[test]
    fn uploads_are_fetched_from_the_connection_s_own_host() {
        let client = client(&Scripted::new([]));
        for listed in ["https://trello.com/1/cards/c/x.png", "https://api.example/1/cards/c/x.png"] {
            let (url, own) = download_address(&client, &Url::parse(listed).unwrap());
            assert_eq!((url.as_str(), own), ("https://api.example/1/cards/c/x.png", true));
        }
        for foreign in ["https://storage.example/1/cards/c/x.png", "http://trello.com/1/cards/c/x.png"] {
            let (url, own) = download_address(&client, &Url::parse(foreign).unwrap());
            assert_eq!((url.as_str(), own), (foreign, false));
        }
    }

    #[tokio::test]
    async fn nothing_secret_is_logged_or_told() {
        let lines = Lines::default();
        let _guard = lines.keep(tracing::Level::TRACE);
        let scripted = Scripted::new([Answer::json(503, ""), Answer::typed(400, "text/plain", "invalid id")]);
        let client = super::client(&settings(), scripted.clone()).unwrap();
        let fault = client.get(&["tokens", "TOKENSECRET"], &[("token", "TOKENSECRET")]).await.unwrap_err();
        let logged = lines.text();
        assert!(logged.contains("/1/tokens/*"), "{logged}");
        for text in [logged, format!("{fault} {fault:?} {:?}", settings().credentials)] {
            assert!(!text.contains("SECRET"), "{text}");
        }
        assert_eq!(scripted.credentials(), [true, true]);
    }

    #[test]
    fn a_credential_that_could_break_out_of_the_header_is_refused() {
        for bad in ["", "a\"b", "a b", "a\r\nx-evil: 1"] {
            let mut settings = settings();
            settings.credentials.insert("token".to_owned(), Secret::new(bad));
            let fault = super::client(&settings, Scripted::new([])).err().unwrap();
            assert_eq!(fault.class, FaultClass::Unauthorised, "{bad:?}");
        }
    }
}
