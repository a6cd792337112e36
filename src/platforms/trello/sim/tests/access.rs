use super::*;

const ADA: usize = 0;
const BEN: usize = 1;
const CLEO: usize = 2;
const DAN: usize = 3;
const EVE: usize = 4;
const READ_ONLY: usize = 5;
const UNAUTHORIZED: &str = "unauthorized permission requested";

#[test]
fn what_each_account_may_do_on_a_board_of_the_workspace() {
    let mut desk = Desk::new("tiny");
    let (board, card) = (desk.board("Roadmap"), desk.card("Fix login"));
    let read = format!("/boards/{board}");
    for (account, reads, edits, administers) in [
        (ADA, true, true, true),
        (BEN, true, true, true),
        (CLEO, true, true, false),
        (DAN, true, false, false),
        (EVE, false, false, false),
        (READ_ONLY, true, false, false),
    ] {
        for (allowed, method, path, body) in [
            (reads, "GET", read.clone(), Value::Null),
            (edits, "PUT", format!("/cards/{card}"), json!({"desc": "new"})),
            (edits, "POST", format!("/cards/{card}/actions/comments"), json!({"text": "hi"})),
            (administers, "PUT", read.clone(), json!({"name": "Roadmap"})),
        ] {
            let (status, text) = desk.refused(account, method, &path, body);
            assert_eq!(status, if allowed { 200 } else { 401 }, "{account} {method} {path}: {text}");
            assert!(allowed || text == UNAUTHORIZED);
        }
    }
}

#[test]
fn boards_are_hidden_by_their_level() {
    let mut desk = Desk::new("nasty");
    let mut sees = |account, name| {
        let board = desk.board(name);
        desk.ask(account, "GET", &format!("/boards/{board}?fields=id"), Value::Null).status == 200
    };
    assert!(sees(EVE, "Odd cards"), "public boards are for everybody");
    assert!(!sees(EVE, "Duplicates"), "boards of a workspace are for its members");
    assert!(!sees(ADA, "Ben's secret"), "private boards are not even for administrators of the workspace");
    assert!(sees(ADA, "Closed") && !sees(EVE, "Closed"));
}

#[test]
fn an_administrator_of_the_workspace_is_an_observer_where_a_private_board_says_so() {
    let mut desk = Desk::new("nasty");
    let card = desk.card("Do not touch");
    assert_eq!(desk.ask(ADA, "GET", &format!("/cards/{card}"), Value::Null).status, 200);
    assert_eq!(desk.refused(ADA, "PUT", &format!("/cards/{card}"), json!({"name": "x"})).0, 401);
}

#[test]
fn wrong_keys_and_tokens_are_told_apart() {
    let mut desk = Desk::new("tiny");
    for (header, expected) in [
        ("", "invalid key"),
        ("OAuth oauth_consumer_key=\"x\", oauth_token=\"y\"", "invalid key"),
        (&format!("OAuth oauth_consumer_key=\"{}\", oauth_token=\"y\"", desk.trello.gate.key.clone()), "invalid token"),
    ] {
        let mut request = desk.request(ADA, "GET", "/members/me");
        request.headers.insert("authorization", header.parse().unwrap());
        let reply = desk.trello.answer(&request);
        assert_eq!((reply.status, String::from_utf8(reply.body).unwrap().as_str()), (401, expected));
    }
}

#[test]
fn a_revoked_token_is_invalid_at_once() {
    let mut desk = Desk::new("tiny");
    let token = desk.accounts[ADA].credentials["token"].clone();
    let about = desk.get(&format!("/tokens/{token}?fields=all"));
    assert!(about["permissions"].as_array().unwrap().iter().all(|p| p["read"] == true && p["write"] == true));
    desk.send("DELETE", &format!("/tokens/{token}/"), Value::Null);
    assert_eq!(desk.refused(ADA, "GET", "/members/me", Value::Null), (401, "invalid token".to_owned()));
}

#[test]
fn a_token_that_only_reads_says_so() {
    let mut desk = Desk::new("tiny");
    let token = desk.accounts[READ_ONLY].credentials["token"].clone();
    let about = desk.ask(READ_ONLY, "GET", &format!("/tokens/{token}"), Value::Null);
    let about: Value = serde_json::from_slice(&about.body).unwrap();
    assert!(about["permissions"].as_array().unwrap().iter().all(|p| p["read"] == true && p["write"] == false));
}

#[test]
fn bytes_need_the_header_and_storage_refuses_it() {
    let mut desk = Desk::new("tiny");
    let card = desk.card("Fix login");
    let attachments = desk.get(&format!("/cards/{card}/attachments"));
    let trace = attachments.as_array().unwrap().iter().find(|a| a["name"] == "trace.log").unwrap().clone();
    let path = text(&trace, "url").strip_prefix("http://127.0.0.1:1/1").unwrap().to_owned();

    let mut by_query = desk.request(ADA, "GET", &path);
    by_query.headers.clear();
    let credentials = desk.accounts[ADA].credentials.clone();
    by_query.params = Params::from_query(&format!("key={}&token={}", credentials["key"], credentials["token"]));
    let refused = desk.trello.answer(&by_query);
    assert_eq!((refused.status, refused.body), (401, UNAUTHORIZED.as_bytes().to_vec()));

    let redirect = desk.ask(ADA, "GET", &path, Value::Null);
    assert_eq!(redirect.status, 302);
    let location = redirect.headers.iter().find(|(name, _)| name == "location").unwrap().1.clone();
    let address = url::Url::parse(&location).unwrap();
    assert_eq!(address.host_str(), Some("localhost"));
    let mut storage = Request {
        method: "GET".to_owned(),
        path: address.path().to_owned(),
        params: Params::from_query(address.query().unwrap()),
        ..Request::default()
    };
    let bytes = desk.trello.answer(&storage);
    assert_eq!((bytes.status, bytes.body.len()), (200, 2_048));
    storage.headers.insert("authorization", "OAuth x".parse().unwrap());
    assert_eq!(desk.trello.answer(&storage).status, 400);
    storage.headers.clear();
    desk.clock.advance(Duration::from_secs(301));
    assert_eq!(desk.trello.answer(&storage).status, 403, "addresses expire");
}

#[test]
fn members_may_invite_only_where_the_board_lets_them() {
    let mut desk = Desk::new("tiny");
    let (board, eve) = (desk.board("Roadmap"), desk.trello.state.member("eve").unwrap()["id"].clone());
    let path = format!("/boards/{board}/members/{}", eve.as_str().unwrap());
    assert_eq!(desk.ask(CLEO, "PUT", &path, json!({"type": "admin"})).status, 401);
    assert_eq!(desk.ask(CLEO, "PUT", &path, json!({"type": "normal"})).status, 200);
    desk.send("DELETE", &path, Value::Null);
    desk.send("PUT", &format!("/boards/{board}"), json!({"prefs/invitations": "admins"}));
    assert_eq!(desk.ask(CLEO, "PUT", &path, json!({"type": "normal"})).status, 401);
}

#[test]
fn a_workspace_may_keep_deleting_and_creating_boards_to_its_administrators() {
    let mut desk = Desk::new("tiny");
    let board = desk.board("Roadmap");
    let organization = desk.get("/members/me/organizations")[0]["id"].as_str().unwrap().to_owned();
    let restrict = json!({"prefs/boardDeleteRestrict/org": "admin", "prefs/boardVisibilityRestrict/public": "none"});
    desk.send("PUT", &format!("/organizations/{organization}"), restrict);
    assert_eq!(desk.refused(BEN, "DELETE", &format!("/boards/{board}"), Value::Null).0, 401);
    let public = json!({"name": "n", "idOrganization": organization, "prefs_permissionLevel": "public"});
    assert_eq!(desk.refused(ADA, "POST", "/boards", public).0, 401);
    desk.send("DELETE", &format!("/boards/{board}"), Value::Null);
}
