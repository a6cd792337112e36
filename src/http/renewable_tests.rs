use std::sync::Mutex as StdMutex;

use async_trait::async_trait;
use futures_util::future::join_all;
use tokio::sync::Notify;
use url::Url;

use super::*;
use crate::base::clock::ManualClock;
use crate::http::auth::{Auth, Credential};
use crate::http::oauth::{OAuth, Proof, Registration};
use crate::http::testing::{Answer, Scripted, request};
use crate::http::transport::Transport;
use crate::http::types::{Body, Intent, Request, Response};

static OAUTH: OAuth = OAuth {
    authorize: |base| base.join("/authorize").unwrap(),
    token: |base| base.join("/token").unwrap(),
    scopes: &["default"],
    pkce: true,
    proof: Proof::Secret,
    help: "",
};

/// Remembers what it stored, and fails while it is told to.
#[derive(Default)]
struct Notebook {
    stored: StdMutex<Vec<BTreeMap<String, Secret>>>,
    full: StdMutex<bool>,
}

impl CredentialKeeper for Notebook {
    fn keep(&self, changed: &BTreeMap<String, Secret>) -> Result<(), String> {
        if *self.full.lock().unwrap() {
            return Err("the disk is full".to_owned());
        }
        self.stored.lock().unwrap().push(changed.clone());
        Ok(())
    }
}

impl Notebook {
    fn texts(&self, name: &str) -> Vec<String> {
        self.stored.lock().unwrap().iter().map(|parts| parts[name].expose().to_owned()).collect()
    }
}

struct World {
    clock: Arc<ManualClock>,
    notebook: Arc<Notebook>,
    grant: Arc<Renewable>,
}

/// A grant of `ACCESS-0` and `REFRESH-0` that ends in `seconds`.
fn world(endpoint: impl Transport + 'static, seconds: i64) -> World {
    let start = Timestamp::UNIX_EPOCH;
    let lent = Lent {
        access: Secret::new("ACCESS-0"),
        refresh: Secret::new("REFRESH-0"),
        expires_at: Some(start + jiff::SignedDuration::from_secs(seconds)),
    };
    let (clock, notebook) = (Arc::new(ManualClock::new(start)), Arc::<Notebook>::default());
    let client = Registration { id: Secret::new("APP"), secret: Secret::new("APPSECRET") };
    let base = Url::parse("https://api.example/1").unwrap();
    let endpoint = TokenEndpoint::new(&OAUTH, &base, client, Arc::new(endpoint));
    let grant = Renewable::new(lent, endpoint, clock.clone(), notebook.clone());
    World { clock, notebook, grant: Arc::new(grant) }
}

/// An answer with `ACCESS-n`, good for an hour, and with `REFRESH-n` where it replaces that too.
fn tokens(n: u32, replaces: bool) -> Answer {
    let refresh = if replaces { format!(r#","refresh_token":"REFRESH-{n}""#) } else { String::new() };
    Answer::json(200, &format!(r#"{{"access_token":"ACCESS-{n}","expires_in":3600{refresh}}}"#))
}

fn refreshes_with(endpoint: &Scripted) -> Vec<String> {
    let field =
        |body: String| body.split('&').find_map(|f| Some(f.strip_prefix("refresh_token=")?.to_owned()));
    endpoint.bodies().into_iter().filter_map(field).collect()
}

#[tokio::test]
async fn many_that_meet_one_end_renew_once_and_a_minute_before() {
    let endpoint = Scripted::new([tokens(1, true)]);
    let world = world(endpoint.clone(), 3600);
    assert_eq!(world.grant.token().await.unwrap().expose(), "ACCESS-0");
    world.clock.advance(Duration::from_secs(3539));
    assert_eq!(world.grant.token().await.unwrap().expose(), "ACCESS-0");
    world.clock.advance(Duration::from_secs(1));
    let all = join_all((0..20).map(|_| world.grant.token())).await;
    assert!(all.into_iter().all(|token| token.unwrap().expose() == "ACCESS-1"));
    assert_eq!(endpoint.calls(), ["POST api.example/token"]);
    assert_eq!(endpoint.credentials(), [false]);
}

#[tokio::test]
async fn replaced_refresh_tokens_are_used_from_then_on_and_others_stay() {
    let endpoint = Scripted::new([tokens(1, true), tokens(2, false), tokens(3, true)]);
    let world = world(endpoint.clone(), 0);
    for _ in 0..3 {
        world.grant.token().await.unwrap();
        world.clock.advance(Duration::from_hours(1));
    }
    assert_eq!(refreshes_with(&endpoint), ["REFRESH-0", "REFRESH-1", "REFRESH-1"]);
    assert_eq!(world.notebook.texts(part::REFRESH_TOKEN), ["REFRESH-1", "REFRESH-1", "REFRESH-3"]);
}

#[tokio::test]
async fn what_was_stored_before_a_crash_is_a_whole_grant() {
    let world = world(Scripted::new([tokens(1, true)]), 0);
    world.grant.token().await.unwrap();
    let stored = world.notebook.stored.lock().unwrap()[0].clone();
    let lent = Lent::from_parts(&stored).unwrap();
    let texts = (lent.access.expose(), lent.refresh.expose(), lent.expires_at.unwrap().as_second());
    assert_eq!(texts, ("ACCESS-1", "REFRESH-1", 3600));
}

#[tokio::test]
async fn tokens_that_cannot_be_stored_wait_and_are_not_used() {
    let endpoint = Scripted::new([tokens(1, true)]);
    let world = world(endpoint.clone(), 0);
    *world.notebook.full.lock().unwrap() = true;
    for _ in 0..2 {
        let fault = world.grant.token().await.unwrap_err();
        assert_eq!(fault.class, FaultClass::Local);
        assert!(fault.message.contains("could not be stored: the disk is full"), "{fault}");
    }
    *world.notebook.full.lock().unwrap() = false;
    assert_eq!(world.grant.token().await.unwrap().expose(), "ACCESS-1");
    assert_eq!(world.notebook.texts(part::ACCESS_TOKEN), ["ACCESS-1"]);
    assert_eq!(endpoint.calls().len(), 1, "the endpoint is not asked again");
}

#[tokio::test]
async fn a_failed_renewal_leaves_the_grant_as_it_was() {
    let answers = [
        (Answer::json(503, "{}"), FaultClass::Server),
        (Answer::json(429, "{}").header("retry-after", "7"), FaultClass::RateLimited),
        (Answer::lost(), FaultClass::Network),
        (Answer::typed(200, "text/html", "<html>Hotel network</html>"), FaultClass::Network),
        (Answer::json(200, r#"{"token_type":"bearer"}"#), FaultClass::Network),
        (Answer::json(200, r#"{"access_token":"a b\r\nc"}"#), FaultClass::Network),
    ];
    for (answer, class) in answers {
        let endpoint = Scripted::new([answer, tokens(1, true)]);
        let world = world(endpoint.clone(), 0);
        let fault = world.grant.token().await.unwrap_err();
        assert_eq!((fault.class, fault.outcome_unknown), (class, false), "{fault}");
        assert_eq!(fault.retry_after.is_some(), class == FaultClass::RateLimited);
        assert_eq!(world.grant.token().await.unwrap().expose(), "ACCESS-1");
        assert_eq!(refreshes_with(&endpoint), ["REFRESH-0", "REFRESH-0"]);
    }
}

#[tokio::test]
async fn all_that_wait_for_a_renewal_share_its_failure_and_the_next_one_tries_again() {
    let endpoint = Scripted::new([Answer::lost(), tokens(1, true)]);
    let world = world(endpoint.clone(), 0);
    let all = join_all((0..20).map(|_| world.grant.token())).await;
    assert!(all.into_iter().all(|token| token.unwrap_err().class == FaultClass::Network));
    assert_eq!(endpoint.calls().len(), 1);
    assert_eq!(world.grant.token().await.unwrap().expose(), "ACCESS-1");
}

#[tokio::test]
async fn a_grant_that_is_refused_is_not_asked_for_again_and_not_forgotten() {
    let endpoint = Scripted::new([Answer::json(400, r#"{"error":"invalid_grant"}"#)]);
    let world = world(endpoint.clone(), 0);
    for _ in 0..3 {
        let fault = world.grant.token().await.unwrap_err();
        assert_eq!(fault.class, FaultClass::Unauthorised);
        assert!(fault.message.contains("expired, revoked or used up (invalid_grant)"), "{fault}");
    }
    assert_eq!(endpoint.calls().len(), 1);
    assert!(world.notebook.texts(part::REFRESH_TOKEN).is_empty(), "what is stored stays");
}

/// An API behind the grant.
fn api(world: &World, answers: impl IntoIterator<Item = Answer>) -> (Scripted, Auth<Scripted>) {
    let api = Scripted::new(answers);
    let origin = request(Intent::Read).url.origin();
    (api.clone(), Auth::new(api, Credential::Renewable(Arc::clone(&world.grant)), vec![origin]))
}

#[tokio::test]
async fn a_write_that_is_answered_401_is_sent_once_more_and_never_twice() {
    for (second, left) in [(200, 200), (401, 401)] {
        let endpoint = Scripted::new([tokens(1, true)]);
        let world = world(endpoint.clone(), 3600);
        let (api, auth) = api(&world, [Answer::json(401, ""), Answer::json(second, "{}")]);
        let body = Body::Json(bytes::Bytes::from_static(b"{\"name\":1}"));
        let answer = auth.send(&request(Intent::WriteOnce).with_body(body)).await.unwrap();
        assert_eq!((answer.status, endpoint.calls().len()), (left, 1));
        assert_eq!(api.bodies(), ["{\"name\":1}", "{\"name\":1}"]);
    }
}

#[tokio::test]
async fn a_refusal_of_an_old_token_only_sends_again() {
    let endpoint = Scripted::new([tokens(1, true)]);
    let world = world(endpoint.clone(), 3600);
    let old = world.grant.token().await.unwrap();
    let after = || world.grant.token_after(&old);
    let all = join_all((0..20).map(|_| after())).await;
    assert!(all.into_iter().all(|token| token.unwrap().unwrap().expose() == "ACCESS-1"));
    assert_eq!(endpoint.calls().len(), 1);
}

#[tokio::test]
async fn a_token_that_has_just_come_is_not_the_reason_of_a_refusal() {
    let endpoint = Scripted::new([tokens(1, true), tokens(2, true)]);
    let world = world(endpoint.clone(), 0);
    let fresh = world.grant.token().await.unwrap();
    assert!(world.grant.token_after(&fresh).await.unwrap().is_none());
    world.clock.advance(FRESH);
    assert_eq!(world.grant.token_after(&fresh).await.unwrap().unwrap().expose(), "ACCESS-2");
}

/// Answers when it is told to.
struct Slow {
    asked: Arc<Notify>,
    go: Arc<Notify>,
    inner: Scripted,
}

#[async_trait]
impl Transport for Slow {
    async fn send(&self, request: &Request<'_>) -> Result<Response, ApiFault> {
        self.asked.notify_one();
        self.go.notified().await;
        self.inner.send(request).await
    }
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_cut_a_renewal_off() {
    let (asked, go) = (Arc::<Notify>::default(), Arc::<Notify>::default());
    let slow = Slow { asked: asked.clone(), go: go.clone(), inner: Scripted::new([tokens(1, true)]) };
    let world = world(slow, 0);
    tokio::select! {
        biased;
        _ = world.grant.token() => panic!("nobody has answered"),
        () = asked.notified() => {}
    }
    go.notify_one();
    world.grant.settled().await;
    assert_eq!(world.notebook.texts(part::REFRESH_TOKEN), ["REFRESH-1"]);
    assert_eq!(world.grant.token().await.unwrap().expose(), "ACCESS-1");
}

#[tokio::test]
async fn the_owner_of_the_budgets_stays_the_same() {
    let world = world(Scripted::new([tokens(1, true)]), 0);
    let before = Credential::Renewable(Arc::clone(&world.grant)).owner();
    world.grant.token().await.unwrap();
    assert_eq!(Credential::Renewable(Arc::clone(&world.grant)).owner(), before);
}
