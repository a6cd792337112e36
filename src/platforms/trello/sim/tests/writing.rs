use super::*;

#[test]
fn a_new_board_has_lists_and_labels_unless_they_are_declined() {
    let mut desk = Desk::new("tiny");
    let mut parts = |body: Value| {
        let board = desk.send("POST", "/boards/", body);
        let id = text(&board, "id").to_owned();
        (len(&desk.get(&format!("/boards/{id}/lists"))), len(&desk.get(&format!("/boards/{id}/labels"))))
    };
    assert_eq!(parts(json!({"name": "with"})), (3, 6));
    assert_eq!(parts(json!({"name": "without", "defaultLists": "false", "defaultLabels": false})), (0, 0));
}

#[test]
fn ids_begin_with_the_second_of_creation() {
    let mut desk = Desk::new("tiny");
    let board = desk.board("Roadmap");
    let label = desk.send("POST", "/labels", json!({"idBoard": board, "name": "n", "color": "red"}));
    let second = i64::from_str_radix(&text(&label, "id")[..8], 16).unwrap();
    assert_eq!(second, desk.clock.now().as_second());
}

#[test]
fn some_edits_do_not_count_as_activity_and_others_do() {
    let mut desk = Desk::new("tiny");
    let (board, card) = (desk.board("Roadmap"), desk.card("Fix login"));
    let whole = desk.get(&format!("/boards/{board}?lists=all&labels=all&customFields=true"));
    let first = |part: &str| text(&whole[part][0], "id").to_owned();
    let (list, label, field) = (first("lists"), first("labels"), first("customFields"));
    let cleo = desk.trello.state.member("cleo").unwrap()["id"].clone();
    for (counts, path, body) in [
        (false, format!("/cards/{card}"), json!({"pos": "top"})),
        (false, format!("/lists/{list}"), json!({"pos": 7})),
        (false, format!("/labels/{label}"), json!({"name": "renamed"})),
        (false, format!("/boards/{board}"), json!({"prefs/selfJoin": "false"})),
        (false, format!("/customFields/{field}"), json!({"name": "renamed"})),
        (false, format!("/boards/{board}/members/{}", cleo.as_str().unwrap()), json!({"type": "observer"})),
        (true, format!("/cards/{card}"), json!({"desc": "changed"})),
        (true, format!("/lists/{list}"), json!({"name": "renamed"})),
        (true, format!("/boards/{board}"), json!({"name": "renamed"})),
    ] {
        let probe = format!("/boards/{board}?fields=dateLastActivity");
        let before = desk.get(&probe);
        desk.send("PUT", &path, body);
        assert_eq!(desk.get(&probe) != before, counts, "{path}");
    }
}

#[test]
fn a_deleted_card_takes_everything_on_it_along() {
    let mut desk = Desk::new("tiny");
    let card = desk.card("Fix login");
    desk.send("DELETE", &format!("/cards/{card}"), Value::Null);
    assert_eq!(desk.refused(0, "GET", &format!("/cards/{card}"), Value::Null).0, 404);
    let world = &desk.trello.state.world;
    assert_eq!(world.count_of(&card, state::CHECKLIST) + world.count_of(&card, state::ATTACHMENT), 0);
    assert!(!desk.trello.state.blobs.is_empty(), "other uploads stay");
}

#[test]
fn comments_belong_to_the_token_s_member_and_to_now() {
    let mut desk = Desk::new("tiny");
    let card = desk.card("Fix login");
    let reply = desk.ask(1, "POST", &format!("/cards/{card}/actions/comments"), json!({"text": "from ben"}));
    let comment: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(comment["memberCreator"]["username"], "ben");
    assert_eq!(comment["date"], state::date(desk.clock.now()));
    let path = format!("/actions/{}", text(&comment, "id"));
    assert_eq!(desk.refused(0, "PUT", &path, json!({"text": "forged"})).0, 401, "only the author edits");
    desk.send("DELETE", &path, Value::Null);
}

#[test]
fn custom_field_values_are_strings_that_fit_their_field() {
    let mut desk = Desk::new("tiny");
    let (board, card) = (desk.board("Roadmap"), desk.card("Ship the beta"));
    let fields = desk.get(&format!("/boards/{board}/customFields"));
    let effort = fields.as_array().unwrap().iter().find(|field| field["name"] == "Effort").unwrap();
    let path = format!("/cards/{card}/customField/{}/item", text(effort, "id"));
    assert_eq!(desk.refused(0, "PUT", &path, json!({"value": {"number": 42}})).0, 400);
    assert_eq!(desk.refused(0, "PUT", &path, json!({"value": {"text": "42"}})).0, 400);
    let item = desk.send("PUT", &path, json!({"value": {"number": "42"}}));
    assert_eq!(item["value"], json!({"number": "42"}));
    desk.send("PUT", &path, json!({"value": "", "idValue": ""}));
    assert_eq!(desk.get(&format!("/cards/{card}/customFieldItems")), json!([]));
}

#[test]
fn labels_and_members_of_other_boards_are_refused() {
    let mut desk = Desk::new("tiny");
    let (other, card) = (desk.board("Office garden"), desk.card("Fix login"));
    let label = desk.get(&format!("/boards/{other}/labels"))[0]["id"].clone();
    let refused = desk.refused(0, "PUT", &format!("/cards/{card}"), json!({"idLabels": [label]}));
    assert_eq!(refused, (400, "invalid value for idLabels".to_owned()));
    let eve = desk.trello.state.member("eve").unwrap()["id"].clone();
    assert_eq!(desk.refused(0, "PUT", &format!("/cards/{card}"), json!({"idMembers": [eve]})).0, 400);
}

#[test]
fn an_upload_can_become_the_cover_and_an_empty_one_is_refused() {
    let mut desk = Desk::new("tiny");
    let card = desk.card("Old idea");
    let mut upload = |bytes: &[u8]| {
        let mut request = desk.request(0, "POST", &format!("/cards/{card}/attachments?setCover=true&name=N"));
        let file = crate::sim::request::Upload { name: "n.png".to_owned(), mime: "image/png".to_owned(), bytes: bytes.to_vec() };
        request.file = Some(file);
        desk.trello.answer(&request)
    };
    assert_eq!(upload(b"").status, 400);
    assert_eq!(upload(&vec![0; (10 << 20) + 1]).status, 413);
    let attachment: Value = serde_json::from_slice(&upload(b"png").body).unwrap();
    assert_eq!((&attachment["bytes"], &attachment["fileName"]), (&json!(3), &json!("n.png")));
    assert_eq!(desk.get(&format!("/cards/{card}"))["idAttachmentCover"], attachment["id"]);
}

#[test]
fn a_card_is_born_open_and_archived_by_a_second_call() {
    let mut desk = Desk::new("tiny");
    let board = desk.board("Roadmap");
    let list = desk.get(&format!("/boards/{board}/lists"))[0]["id"].clone();
    let card = desk.send("POST", "/cards", json!({"idList": list, "name": "n", "closed": "true"}));
    assert_eq!((&card["closed"], &card["idShort"]), (&json!(false), &json!(8)));
    let card = desk.send("PUT", &format!("/cards/{}", text(&card, "id")), json!({"closed": "true"}));
    assert_eq!(card["closed"], true);
}

#[test]
fn removing_a_member_takes_them_off_the_cards_of_the_board() {
    let mut desk = Desk::new("tiny");
    let (board, card) = (desk.board("Roadmap"), desk.card("Fix login"));
    let cleo = desk.trello.state.member("cleo").unwrap()["id"].as_str().unwrap().to_owned();
    desk.send("DELETE", &format!("/boards/{board}/members/{cleo}"), Value::Null);
    let members = desk.get(&format!("/cards/{card}?fields=idMembers"));
    assert!(!state::lists(&members, "idMembers", &cleo));
}

#[test]
fn votes_are_one_s_own_and_only_where_the_board_votes() {
    let mut desk = Desk::new("tiny");
    let member = |desk: &Desk, name| desk.trello.state.member(name).unwrap()["id"].clone();
    let (ada, ben) = (member(&desk, "ada"), member(&desk, "ben"));
    let path = format!("/cards/{}/membersVoted", desk.card("Fix login"));
    assert_eq!(desk.refused(0, "POST", &path, json!({"value": ben})).0, 401);
    desk.send("POST", &path, json!({"value": ada}));
    let path = format!("/cards/{}/membersVoted", desk.card("Ficus"));
    assert_eq!(desk.refused(0, "POST", &path, json!({"value": ada})).0, 401);
}
