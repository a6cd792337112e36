use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::*;
use crate::base::clock::{ManualClock, SystemClock};
use crate::base::ids::SeededRandom;
use crate::http::oauth::Proof;
use crate::http::testing::{Answer as Reply, Scripted};

static OAUTH: OAuth = OAuth {
    authorize: |base| base.join("/consent").unwrap(),
    token: |base| base.join("/token").unwrap(),
    scopes: &["read", "write"],
    pkce: true,
    proof: Proof::Secret,
    help: "",
};

const TOKENS: &str = r#"{"access_token":"ACCESS","refresh_token":"REFRESH","expires_in":3600}"#;

fn question(oauth: &OAuth) -> Question {
    let base = Url::parse("https://api.example/1").unwrap();
    let registration = Registration { id: Secret::new("APP&1"), secret: Secret::new("APPSECRET") };
    let redirect = "http://127.0.0.1:8717/back".to_owned();
    Question::new(oauth, &base, &registration, redirect, &SeededRandom::new(1)).unwrap()
}

/// The address of a page after the question was answered with `query`, to which the state is added.
fn back(question: &Question, query: &str) -> String {
    format!("http://127.0.0.1:8717/back?{query}&state={}", question.state.expose())
}

#[test]
fn the_question_has_all_that_the_standard_asks_for_and_no_secret() {
    let asked = question(&OAUTH);
    let pairs: BTreeMap<String, String> = asked.address.query_pairs().into_owned().collect();
    assert!(asked.address.as_str().starts_with("https://api.example/consent?"));
    assert_eq!(pairs["response_type"], "code");
    assert_eq!(pairs["client_id"], "APP&1");
    assert_eq!(pairs["redirect_uri"], "http://127.0.0.1:8717/back");
    assert_eq!(pairs["scope"], "read write");
    assert_eq!(pairs["state"], asked.state.expose());
    let verifier = asked.verifier.unwrap();
    assert_eq!(pairs["code_challenge"], pkce::challenge(&verifier));
    assert_eq!(pairs["code_challenge_method"], "S256");
    for secret in ["APPSECRET", verifier.expose()] {
        assert!(!asked.address.as_str().contains(secret));
    }
    let plain = question(&OAuth { pkce: false, ..OAUTH });
    assert!(plain.verifier.is_none() && !plain.address.as_str().contains("code_challenge"));
}

#[test]
fn only_an_answer_with_our_state_counts() {
    let asked = question(&OAUTH);
    let judge = |text: &str| asked.judge_text(text);
    assert!(matches!(judge(&back(&asked, "code=C")), Answer::Allowed(code) if code.expose() == "C"));
    for foreign in [
        "http://127.0.0.1:8717/back?code=C&state=somebody-else's",
        "http://127.0.0.1:8717/back?code=C",
        "http://127.0.0.1:8717/back",
        &back(&asked, "code="),
        &back(&asked, "code=a%20b"),
        &back(&asked, "expires_in=5"),
        "two words",
        "",
    ] {
        assert!(matches!(judge(foreign), Answer::Foreign), "{foreign}");
    }
    assert!(
        matches!(judge("0/a1b2"), Answer::Allowed(code) if code.expose() == "0/a1b2"),
        "a code from a page"
    );
}

#[test]
fn a_denial_is_told_from_a_wrong_registration_and_repeats_nothing() {
    let asked = question(&OAUTH);
    for (error, says) in [
        ("access_denied", "denied on the platform's page"),
        ("invalid_scope", "(invalid_scope); check the app's registration"),
        ("%1b[2Jcanary", "answered with an error"),
    ] {
        let Answer::Refused(why) = asked.judge_text(&back(&asked, &format!("error={error}&code=C"))) else {
            panic!("{error} is a refusal")
        };
        assert!(why.contains(says) && !why.contains("canary"), "{why}");
    }
}

struct Desk {
    authorisation: Authorisation,
    endpoint: Scripted,
    _ask: watch::Sender<bool>,
}

async fn desk(way: Way, clock: Arc<dyn Clock>, answer: Reply) -> Desk {
    let mut question = question(&OAUTH);
    let listener = match way {
        Way::Browser => {
            let (listener, redirect) = Loopback::bind("http://127.0.0.1:0/back").await.unwrap();
            question.redirect = redirect;
            Some(listener)
        }
        Way::Paste => None,
    };
    let endpoint = Scripted::new([answer]);
    let registration = Registration { id: Secret::new("APP&1"), secret: Secret::new("APPSECRET") };
    let (ask, stop) = watch::channel(false);
    let authorisation = Authorisation {
        question,
        endpoint: TokenEndpoint::new(
            &OAUTH,
            &Url::parse("https://api.example/1").unwrap(),
            registration.clone(),
            Arc::new(endpoint.clone()),
        ),
        registration,
        listener,
        stop: Stop::new(stop, clock.clone()),
        clock,
    };
    Desk { authorisation, endpoint, _ask: ask }
}

/// What a browser gets.
async fn visit(address: &str) -> String {
    let address = Url::parse(address).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", address.port().unwrap())).await.unwrap();
    let target = &address[url::Position::BeforePath..];
    stream.write_all(format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    page
}

#[tokio::test]
async fn the_browser_brings_the_code_past_strangers_and_the_page_holds_no_secret() {
    let desk = desk(Way::Browser, Arc::new(SystemClock::new()), Reply::json(200, TOKENS)).await;
    let redirect = desk.authorisation.question.redirect.clone();
    let state = desk.authorisation.question.state.expose().to_owned();
    let browser = async {
        // A connection that is opened and not used must not hold the others up.
        let idle = TcpStream::connect(redirect.trim_start_matches("http://").trim_end_matches("/back"))
            .await
            .unwrap();
        let icon = visit(&redirect.replace("/back", "/favicon.ico")).await;
        let foreign = visit(&format!("{redirect}?code=CODE&state=other")).await;
        let good = visit(&format!("{redirect}?code=CODE&state={state}")).await;
        drop(idle);
        [icon, foreign, good]
    };
    let (parts, pages) = futures_util::future::join(desk.authorisation.wait(), browser).await;
    for (page, says) in pages.iter().zip(["404 Not Found", "Not the answer", "Access allowed"]) {
        assert!(page.contains(says) && !page.contains("CODE") && !page.contains(&state), "{page}");
    }
    let parts = parts.unwrap();
    let texts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.expose())).collect();
    assert!(texts[3].1.starts_with("20"), "the end of the access: {texts:?}");
    assert_eq!(
        texts[0..3],
        [("access_token", "ACCESS"), ("client_id", "APP&1"), ("client_secret", "APPSECRET")]
    );
    assert_eq!(texts[4..], [("redirect_uri", redirect.as_str()), ("refresh_token", "REFRESH")]);
    assert!(desk.endpoint.bodies()[0].contains("code=CODE&"));
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let clock = Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
    let desk = desk(Way::Browser, clock.clone(), Reply::json(200, TOKENS)).await;
    let error = desk.authorisation.wait().await.unwrap_err();
    assert!(error.message.contains("within ten minutes") && error.hints[1].contains("--paste"), "{error:?}");
    assert_eq!(clock.monotonic(), PATIENCE);
}

#[tokio::test]
async fn a_code_that_is_used_up_is_told_with_the_way_out() {
    let refused = r#"{"error":"invalid_grant","error_description":"CANARYCODE was used before"}"#;
    let desk = desk(Way::Paste, Arc::new(SystemClock::new()), Reply::json(400, refused)).await;
    let error = desk.authorisation.pasted(&Secret::new(" CANARYCODE\n")).await.unwrap_err();
    assert!(error.message.contains("the code was not accepted"), "{error:?}");
    assert!(error.hints[0].contains("run the command again"), "{error:?}");
    assert!(!format!("{error:?}").contains("CANARYCODE"), "{error:?}");
}

#[tokio::test]
async fn a_grant_that_could_not_be_renewed_is_refused() {
    let desk =
        desk(Way::Paste, Arc::new(SystemClock::new()), Reply::json(200, r#"{"access_token":"A"}"#)).await;
    let error = desk.authorisation.pasted(&Secret::new("CODE")).await.unwrap_err();
    assert!(error.message.contains("no refresh token"), "{error:?}");
}
