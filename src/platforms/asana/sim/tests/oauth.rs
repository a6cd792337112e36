use super::*;

const REDIRECT: &str = "http://127.0.0.1:4242/back";

fn form(desk: &mut Desk, path: &str, pairs: &[(&str, &str)]) -> (u16, Value) {
    let credentials = desk.accounts[APP].credentials.clone();
    let mut request = Request { method: "POST".to_owned(), path: format!("/-/{path}"), ..Request::default() };
    let own = [
        ("client_id", credentials["client_id"].as_str()),
        ("client_secret", credentials["client_secret"].as_str()),
    ];
    let pairs = own.iter().chain(pairs);
    request.params.extend(pairs.map(|(name, value)| ((*name).to_owned(), Value::from(*value))));
    let reply = desk.asana.answer(&request);
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

/// The parameters of the address to which the consent page leads.
fn consent(desk: &mut Desk, query: &str) -> BTreeMap<String, String> {
    let client = desk.accounts[APP].credentials["client_id"].clone();
    let query = format!("client_id={client}&response_type=code&redirect_uri={REDIRECT}&state=s1&{query}");
    let request = Request {
        method: "GET".to_owned(),
        path: "/-/oauth_authorize".to_owned(),
        params: Params::from_query(&query),
        ..Request::default()
    };
    let reply = desk.asana.answer(&request);
    assert_eq!(reply.status, 302, "{}", String::from_utf8_lossy(&reply.body));
    let location = &reply.headers.iter().find(|(name, _)| name == "location").unwrap().1;
    assert!(location.starts_with(REDIRECT));
    url::Url::parse(location).unwrap().query_pairs().into_owned().collect()
}

fn me(desk: &mut Desk, token: &str) -> (u16, Value) {
    let mut request = desk.request(ADA, "GET", "/users/me?opt_fields=email");
    request.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    let reply = desk.asana.answer(&request);
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

#[test]
fn a_code_is_exchanged_once_and_with_its_verifier() {
    let mut desk = Desk::new("tiny");
    let challenge = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    for verifier in ["wrong", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"] {
        let answer = consent(&mut desk, &format!("{challenge}&login_hint=ben@acme.example"));
        assert_eq!(answer["state"], "s1");
        let exchange = [
            ("grant_type", "authorization_code"),
            ("code", &answer["code"]),
            ("redirect_uri", REDIRECT),
            ("code_verifier", verifier),
        ];
        let (status, body) = form(&mut desk, "oauth_token", &exchange);
        if verifier == "wrong" {
            assert_eq!((status, text(&body, "error")), (400, "invalid_grant"));
            continue;
        }
        assert_eq!(
            (status, &body["expires_in"], &body["token_type"]),
            (200, &json!(3_600), &json!("bearer"))
        );
        assert_eq!(body["data"]["email"], "ben@acme.example");
        assert_eq!(me(&mut desk, text(&body, "access_token")).1["data"]["email"], "ben@acme.example");
        assert_eq!(form(&mut desk, "oauth_token", &exchange).0, 400, "a code is good once");
    }
}

#[test]
fn an_access_token_lives_an_hour_and_a_refresh_gives_no_new_refresh_token() {
    let mut desk = Desk::new("tiny");
    let credentials = desk.accounts[APP].credentials.clone();
    assert_eq!(me(&mut desk, &credentials["token"]).0, 200);
    desk.clock.advance(Duration::from_hours(1));
    let (status, body) = me(&mut desk, &credentials["token"]);
    assert!(status == 401 && text(&body["errors"][0], "message").contains("expired"));
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", credentials["refresh_token"].as_str())];
    for _ in 0..2 {
        let (status, body) = form(&mut desk, "oauth_token", &refresh);
        assert!(status == 200 && body.get("refresh_token").is_none(), "{body}");
        assert_eq!(me(&mut desk, text(&body, "access_token")).0, 200);
    }
}

#[test]
fn only_refresh_tokens_are_revoked_and_take_their_access_tokens_along() {
    let mut desk = Desk::new("tiny");
    let credentials = desk.accounts[APP].credentials.clone();
    assert_eq!(form(&mut desk, "oauth_revoke", &[("token", &credentials["token"])]).0, 400);
    assert_eq!(form(&mut desk, "oauth_revoke", &[("token", "unknown")]).0, 200);
    assert_eq!(form(&mut desk, "oauth_revoke", &[("token", &credentials["refresh_token"])]).0, 200);
    assert_eq!(me(&mut desk, &credentials["token"]).0, 401);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", credentials["refresh_token"].as_str())];
    assert_eq!(text(&form(&mut desk, "oauth_token", &refresh).1, "error"), "invalid_grant");
}

#[test]
fn a_scope_that_does_not_exist_leads_back_with_an_error() {
    let mut desk = Desk::new("tiny");
    let answer = consent(&mut desk, "scope=tasks:everything");
    assert_eq!((answer["error"].as_str(), answer.contains_key("code")), ("invalid_scope", false));
}

#[test]
fn a_wrong_secret_gets_nothing() {
    let mut desk = Desk::new("tiny");
    let (status, body) =
        form(&mut desk, "oauth_token", &[("client_secret", "wrong"), ("grant_type", "refresh_token")]);
    assert_eq!((status, text(&body, "error")), (400, "invalid_client"));
}

#[test]
fn a_narrow_token_reads_what_it_was_granted_and_nothing_without_a_scope_of_its_own() {
    let mut desk = Desk::new("tiny");
    let (project, task) = (desk.project("Roadmap"), desk.task("Fix login"));
    for (method, path, allowed) in [
        ("GET", format!("/projects/{project}"), true),
        ("GET", format!("/projects/{project}/tasks"), true),
        ("GET", format!("/projects/{project}/sections"), false),
        ("GET", format!("/memberships?parent={project}"), false),
        ("GET", format!("/tasks/{task}/stories"), false),
        ("GET", format!("/events?resource={project}"), false),
        ("GET", format!("/status_updates?parent={project}"), false),
        ("PUT", format!("/tasks/{task}"), false),
        ("POST", "/batch".to_owned(), false),
    ] {
        let data = if method == "GET" { Value::Null } else { json!({"name": "x"}) };
        let (status, message) = desk.refused(NARROW, method, &path, data);
        assert_eq!(status, if allowed { 200 } else { 403 }, "{method} {path}: {message}");
    }
}
