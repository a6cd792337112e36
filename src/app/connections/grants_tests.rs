use tempfile::TempDir;
use tokio::sync::watch;

use super::*;
use crate::app::connections::stored;
use crate::app::context::{Seams, Unlock};
use crate::base::clock::ManualClock;
use crate::base::ids::SeededRandom;
use crate::http::oauth::part;
use crate::platforms::PLATFORMS;
use crate::platforms::connector::Identity;
use crate::platforms::platform::{OAuth, Proof};
use crate::store::fs::RealFs;

static OAUTH: OAuth = OAuth {
    authorize: |base| base.clone(),
    token: |base| base.clone(),
    scopes: &[],
    pkce: false,
    proof: Proof::Secret,
    help: "",
};

fn seams() -> Seams {
    let (_, stop) = watch::channel(false);
    let clock = Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
    Seams { fs: Arc::new(RealFs), clock, random: Arc::new(SeededRandom::new(5)), stop }
}

fn key(folder: &TempDir) -> Unlock {
    Unlock::KeyFile(folder.path().join("key"))
}

fn vault(folder: &TempDir) -> App {
    App::create(&folder.path().join("vault"), &key(folder), seams()).unwrap().0
}

fn lent(access: &str, refresh: &str) -> BTreeMap<String, Secret> {
    let lent = Lent { access: Secret::new(access), refresh: Secret::new(refresh), expires_at: None };
    let registration = Registration { id: Secret::new("APP"), secret: Secret::new("APPSECRET") };
    lent.to_parts().into_iter().chain(registration.to_parts()).collect()
}

/// Stores the connection `work`.
fn add(app: &App, credentials: &BTreeMap<String, Secret>) {
    let identity = Identity { id: "1".into(), username: "ada".to_owned(), name: "Ada".to_owned() };
    let stored = Stored::Added {
        name: "work".to_owned(),
        platform: PLATFORMS[0].id.to_owned(),
        base_url: "https://api.example/1".to_owned(),
        identity,
        credentials: exposed(credentials),
    };
    app.append_json(entry::CONNECTION, &stored).unwrap();
}

fn keeper(app: &App) -> InVault {
    let of = stored::one(app, "work").unwrap().number;
    InVault { vault: Arc::clone(&app.vault), name: "work".to_owned(), of }
}

fn renewed(n: u32) -> BTreeMap<String, Secret> {
    let text = |what: &str| Secret::new(format!("{what}-{n}"));
    BTreeMap::from([
        (part::ACCESS_TOKEN.to_owned(), text("ACCESS")),
        (part::REFRESH_TOKEN.to_owned(), text("REFRESH")),
    ])
}

#[track_caller]
fn holds(app: &App, name: &str, text: &str) {
    assert_eq!(stored::one(app, "work").unwrap().credentials[name].expose(), text);
}

#[test]
fn what_was_renewed_is_there_when_the_vault_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let app = vault(&folder);
    add(&app, &lent("ACCESS-0", "REFRESH-0"));
    for n in 1..=2 {
        keeper(&app).keep(&renewed(n)).unwrap();
    }
    drop(app);
    let (app, _) = App::open(&folder.path().join("vault"), &key(&folder), seams()).unwrap();
    holds(&app, part::ACCESS_TOKEN, "ACCESS-2");
    holds(&app, part::REFRESH_TOKEN, "REFRESH-2");
    holds(&app, part::CLIENT_SECRET, "APPSECRET");
}

#[test]
fn a_late_renewal_does_not_reach_what_has_taken_the_connection_s_place() {
    let folder = tempfile::tempdir().unwrap();
    let app = vault(&folder);
    add(&app, &lent("ACCESS-0", "REFRESH-0"));
    let late = keeper(&app);
    add(&app, &lent("ACCESS-NEW", "REFRESH-NEW"));
    late.keep(&renewed(1)).unwrap();
    holds(&app, part::REFRESH_TOKEN, "REFRESH-NEW");
}

#[test]
fn all_that_use_a_connection_share_its_grant_until_it_gets_another() {
    let folder = tempfile::tempdir().unwrap();
    let app = vault(&folder);
    let platform = Platform { oauth: Some(&OAUTH), ..*PLATFORMS[0] };
    let base = Url::parse("https://api.example/1").unwrap();
    let grant = || shared(&app, &platform, &base, &stored::one(&app, "work").unwrap()).unwrap().unwrap();
    add(&app, &lent("ACCESS-0", "REFRESH-0"));
    let first = grant();
    assert!(Arc::ptr_eq(&first, &grant()));
    keeper(&app).keep(&renewed(1)).unwrap();
    assert!(Arc::ptr_eq(&first, &grant()), "it has renewed itself");
    add(&app, &lent("ACCESS-NEW", "REFRESH-NEW"));
    assert!(!Arc::ptr_eq(&first, &grant()));
}

#[test]
fn a_connection_with_a_token_has_no_grant() {
    let folder = tempfile::tempdir().unwrap();
    let app = vault(&folder);
    let platform = Platform { oauth: Some(&OAUTH), ..*PLATFORMS[0] };
    add(&app, &BTreeMap::from([("token".to_owned(), Secret::new("TOKEN"))]));
    let base = Url::parse("https://api.example/1").unwrap();
    assert!(shared(&app, &platform, &base, &stored::one(&app, "work").unwrap()).unwrap().is_none());
}
