use super::*;

/// Asks without letting time pass.
fn at_once(desk: &mut Desk, account: usize, path: &str) -> Reply {
    let request = desk.request(account, "GET", path);
    desk.trello.answer(&request)
}

fn header(reply: &Reply, name: &str) -> String {
    reply.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap()
}

#[test]
fn a_token_has_a_hundred_requests_in_ten_seconds() {
    let mut desk = Desk::new("tiny");
    for left in (0..100).rev() {
        let reply = at_once(&mut desk, 0, "/members/me/boards");
        assert_eq!(reply.status, 200);
        assert_eq!(header(&reply, "x-rate-limit-api-token-remaining"), left.to_string());
    }
    let reply = at_once(&mut desk, 0, "/members/me/boards");
    assert_eq!(reply.status, 429);
    let body = String::from_utf8(reply.body).unwrap();
    assert_eq!(body, r#"{"error":"API_TOKEN_LIMIT_EXCEEDED","message":"Rate limit exceeded"}"#);
    desk.clock.advance(Duration::from_secs(10));
    assert_eq!(at_once(&mut desk, 0, "/members/me/boards").status, 200);
}

#[test]
fn all_tokens_of_a_key_share_three_hundred() {
    let mut desk = Desk::new("tiny");
    for account in 0..3 {
        for _ in 0..100 {
            assert_eq!(at_once(&mut desk, account, "/members/me/boards").status, 200);
        }
    }
    let reply = at_once(&mut desk, 3, "/members/me/boards");
    assert_eq!(reply.status, 429);
    assert!(String::from_utf8(reply.body).unwrap().contains("API_KEY_LIMIT_EXCEEDED"));
}

#[test]
fn a_member_itself_is_asked_for_a_hundred_times_in_a_quarter_of_an_hour() {
    let mut desk = Desk::new("tiny");
    for _ in 0..100 {
        assert_eq!(desk.ask(0, "GET", "/members/me", Value::Null).status, 200);
    }
    let (status, body) = desk.refused(0, "GET", "/members/me", Value::Null);
    assert_eq!((status, body.contains("RATE_LIMIT_EXCEEDED")), (429, true));
    assert_eq!(desk.ask(0, "GET", "/members/me/boards", Value::Null).status, 200);
}

#[test]
fn a_board_with_too_many_cards_is_refused_whole_but_given_in_pages() {
    let mut desk = Desk::new("nasty");
    let board = desk.board("Many cards");
    let (status, body) = desk.refused(0, "GET", &format!("/boards/{board}?cards=all"), Value::Null);
    assert_eq!((status, body.contains("API_TOO_MANY_CARDS_REQUESTED")), (403, true));
    assert_eq!(len(&desk.get(&format!("/boards/{board}/cards/all?limit=1000"))), 180);
}
