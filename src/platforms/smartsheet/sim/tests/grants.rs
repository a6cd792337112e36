use aws_lc_rs::digest;

use super::*;

/// A form sent to the token endpoint.
fn exchange(desk: &mut Desk, fields: &[(&str, &str)]) -> (u16, Value) {
    let mut request =
        Request { method: "POST".to_owned(), path: "/2.0/token".to_owned(), ..Request::default() };
    request.params.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    answered(&desk.smartsheet.answer(&request))
}

/// The redirect of the page on which people allow the access.
fn authorize(desk: &mut Desk, query: &str) -> Option<String> {
    let mut request = desk.request(ADA, "GET", "");
    request.headers.clear();
    request.path = "/b/authorize".to_owned();
    request.params = Params::from_query(query);
    let reply = desk.smartsheet.answer(&request);
    reply.headers.iter().find(|(name, _)| name == "location").map(|(_, value)| value.clone())
}

fn query_of(address: &str, name: &str) -> Option<String> {
    let address = url::Url::parse(address).unwrap();
    address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn sha256(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    crate::base::hash::Hash(digest.as_ref().try_into().unwrap()).to_string()
}

fn me(desk: &mut Desk, token: &str) -> (u16, Value) {
    let mut request = desk.request(ADA, "GET", "/users/me");
    request.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    answered(&desk.smartsheet.answer(&request))
}

#[test]
fn a_code_is_exchanged_once_for_tokens_of_the_person_who_was_hinted_at() {
    let mut desk = Desk::new("tiny");
    let client = desk.smartsheet.gate.client.clone();
    let query = format!(
        "response_type=code&client_id={}&scope=READ_SHEETS%20READ_USERS&state=s%26t&login_hint=ben@acme.example\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fback",
        client.id
    );
    let address = authorize(&mut desk, &query).unwrap();
    assert_eq!(query_of(&address, "state").as_deref(), Some("s&t"));
    let code = query_of(&address, "code").unwrap();
    let hash = sha256(&format!("{}|{code}", client.secret));
    let fields =
        [("grant_type", "authorization_code"), ("client_id", &client.id), ("code", &code), ("hash", &hash)];
    let (status, tokens) = exchange(&mut desk, &fields);
    assert_eq!((status, &tokens["expires_in"]), (200, &json!(604_799)));
    assert_eq!(me(&mut desk, text(&tokens, "access_token")).1["email"], "ben@acme.example");
    assert_eq!(exchange(&mut desk, &fields), (400, exchange(&mut desk, &fields).1));
}

#[test]
fn a_code_dies_after_ten_minutes() {
    let mut desk = Desk::new("tiny");
    let client = desk.smartsheet.gate.client.clone();
    let query = format!(
        "response_type=code&client_id={}&scope=READ_SHEETS&redirect_uri=http%3A%2F%2Flocalhost%3A9%2F",
        client.id
    );
    let code = query_of(&authorize(&mut desk, &query).unwrap(), "code").unwrap();
    desk.clock.advance(Duration::from_millis(599_135));
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", client.id.as_str()),
        ("client_secret", client.secret.as_str()),
        ("code", code.as_str()),
    ];
    assert_eq!(exchange(&mut desk, &fields).1["error"], "invalid_grant");
}

#[test]
fn unknown_scopes_and_foreign_addresses_are_refused() {
    let mut desk = Desk::new("tiny");
    let id = desk.smartsheet.gate.client.id.clone();
    let with = |scope: &str, address: &str| {
        format!("response_type=code&client_id={id}&scope={scope}&redirect_uri={address}")
    };
    let address = authorize(&mut desk, &with("EVERYTHING", "http://127.0.0.1:9/")).unwrap();
    assert_eq!(query_of(&address, "error").as_deref(), Some("invalid_scope"));
    assert!(authorize(&mut desk, &with("READ_SHEETS", "https://evil.example/")).is_none());
}

#[test]
fn an_expired_token_is_refreshed_and_both_old_ones_die() {
    let mut desk = Desk::new("tiny");
    let old = desk.accounts[LENT].credentials.clone();
    assert_eq!(desk.ask(LENT, "GET", "/sheets", &Value::Null).0, 200);
    desk.clock.advance(Duration::from_secs(604_799));
    assert_eq!(desk.refused_as(LENT, "GET", "/sheets", Value::Null), (401, 1003));
    let hash = sha256(&format!("{}|{}", old["client_secret"], old["refresh_token"]));
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", old["client_id"].as_str()),
        ("refresh_token", old["refresh_token"].as_str()),
        ("hash", hash.as_str()),
    ];
    let (_, new) = exchange(&mut desk, &fields);
    assert_eq!(me(&mut desk, text(&new, "access_token")).0, 200);
    assert_eq!(desk.refused_as(LENT, "GET", "/sheets", Value::Null), (401, 1002));
    assert_eq!(
        exchange(&mut desk, &fields).1["error"],
        "invalid_grant",
        "the old refresh token is dead as well"
    );
    assert_ne!(new["refresh_token"], old["refresh_token"].as_str());
}

#[test]
fn the_refusals_of_the_token_endpoint() {
    let mut desk = Desk::new("tiny");
    let old = desk.accounts[LENT].credentials.clone();
    let (id, secret) = (old["client_id"].as_str(), old["client_secret"].as_str());
    for (fields, status, error) in [
        (vec![("client_id", id)], 400, "invalid_request"),
        (vec![("grant_type", "password"), ("client_id", id)], 400, "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token"), ("client_id", "x")], 401, "invalid_client"),
        (
            vec![
                ("grant_type", "refresh_token"),
                ("client_id", id),
                ("refresh_token", "x"),
                ("client_secret", "x"),
            ],
            401,
            "invalid_client",
        ),
        (
            vec![
                ("grant_type", "refresh_token"),
                ("client_id", id),
                ("refresh_token", "x"),
                ("client_secret", secret),
            ],
            400,
            "invalid_grant",
        ),
    ] {
        let (told, answer) = exchange(&mut desk, &fields);
        assert_eq!((told, text(&answer, "error")), (status, error), "{fields:?}");
    }
}

#[test]
fn wrong_and_missing_tokens_are_told_apart() {
    let mut desk = Desk::new("tiny");
    for (header, status, code) in
        [(None, 403, 1004), (Some("Bearer "), 401, 1001), (Some("Bearer nobody"), 401, 1002)]
    {
        let mut request = desk.request(ADA, "GET", "/users/me");
        request.headers.clear();
        if let Some(header) = header {
            request.headers.insert("authorization", header.parse().unwrap());
        }
        let (told, answer) = answered(&desk.smartsheet.answer(&request));
        assert_eq!((told, answer["errorCode"].as_u64()), (status, Some(code)), "{header:?}");
    }
}

#[test]
fn a_token_can_only_do_what_its_scopes_say() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget").path;
    assert_eq!(desk.ask(READ_ONLY, "GET", &sheet, &Value::Null).0, 200);
    assert_eq!(desk.refused_as(READ_ONLY, "PUT", &sheet, json!({"name": "x"})), (403, 1004));
    assert_eq!(desk.refused_as(LENT, "GET", "/events?since=2025-01-01T00:00:00Z", Value::Null), (403, 1004));
}

#[test]
fn a_revoked_token_is_invalid_at_once() {
    let mut desk = Desk::new("tiny");
    desk.ask(LENT, "DELETE", "/token?deleteAllForApiClient=true", &Value::Null);
    assert_eq!(desk.refused_as(LENT, "GET", "/users/me", Value::Null), (401, 1002));
    assert_eq!(desk.ask(ADA, "GET", "/users/me", &Value::Null).0, 200, "personal tokens stay");
}
