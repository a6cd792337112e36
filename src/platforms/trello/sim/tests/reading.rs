use super::*;

#[test]
fn actions_come_fifty_at_a_time_unless_asked_and_never_more_than_a_thousand() {
    let mut desk = Desk::new("nasty");
    for (name, comments) in [("Exactly a page", 1_000), ("A page and one", 1_001)] {
        let path = format!("/boards/{}/actions?filter=commentCard", desk.board(name));
        assert_eq!(len(&desk.get(&path)), 50);
        let first = ids(&desk.get(&format!("{path}&limit=1000")));
        assert_eq!(first.len(), 1_000);
        let second = ids(&desk.get(&format!("{path}&limit=1000&before={}", first.last().unwrap())));
        assert_eq!(second.len(), comments - 1_000);
        assert!(first.is_sorted_by(|a, b| a > b), "newest first");
        let (status, text) = desk.refused(0, "GET", &format!("{path}&limit=1001"), Value::Null);
        assert_eq!((status, text.as_str()), (400, "invalid value for limit"));
    }
}

#[test]
fn since_is_a_lower_bound_that_is_not_included() {
    let mut desk = Desk::new("nasty");
    let path = format!("/boards/{}/actions?filter=commentCard&limit=1000", desk.board("Exactly a page"));
    let all = ids(&desk.get(&path));
    assert_eq!(ids(&desk.get(&format!("{path}&since={}", all[7]))), all[..7]);
}

#[test]
fn cards_come_newest_first_and_before_means_creation() {
    let mut desk = Desk::new("nasty");
    let path = format!("/boards/{}/cards/all?fields=id", desk.board("Many cards"));
    let all = ids(&desk.get(&path));
    assert!(all.is_sorted_by(|a, b| a > b));
    let page = ids(&desk.get(&format!("{path}&limit=100")));
    assert_eq!(page, all[..100]);
    assert_eq!(ids(&desk.get(&format!("{path}&limit=100&before={}", page[99]))), all[100..]);
}

#[test]
fn labels_come_fifty_at_a_time_unless_asked() {
    let mut desk = Desk::new("nasty");
    let board = desk.board("Many cards");
    assert_eq!(len(&desk.get(&format!("/boards/{board}/labels"))), 50);
    assert_eq!(len(&desk.get(&format!("/boards/{board}/labels?limit=1000"))), 60);
    assert_eq!(len(&desk.get(&format!("/boards/{board}?labels=all"))["labels"]), 50);
    assert_eq!(len(&desk.get(&format!("/boards/{board}?labels=all&labels_limit=1000"))["labels"]), 60);
}

#[test]
fn a_card_in_an_archived_list_is_open_but_not_visible() {
    let mut desk = Desk::new("nasty");
    let (board, card) = (desk.board("Odd cards"), desk.card("Open card in an archived list"));
    let mut has = |filter| ids(&desk.get(&format!("/boards/{board}/cards/{filter}"))).contains(&card);
    assert!(has("open") && !has("visible") && has("all") && !has("closed"));
}

#[test]
fn a_board_shows_few_fields_unless_asked_and_nothing_nested() {
    let mut desk = Desk::new("tiny");
    let board = desk.board("Roadmap");
    let shown = desk.get(&format!("/boards/{board}"));
    assert!(shown.get("dateLastActivity").is_none() && shown.get("cards").is_none() && shown.get("prefs").is_some());
    let shown = desk.get(&format!("/boards/{board}?fields=id,dateLastActivity"));
    assert_eq!(shown.as_object().unwrap().len(), 2);
}

#[test]
fn one_request_gives_everything_of_a_board() {
    let mut desk = Desk::new("tiny");
    let board = desk.board("Roadmap");
    let whole = desk.get(&format!(
        "/boards/{board}?fields=all&lists=all&cards=all&card_attachments=true&card_customFieldItems=true&\
         card_stickers=true&card_pluginData=true&checklists=all&customFields=true&labels=all&labels_limit=1000&\
         members=all&memberships=all&pluginData=true&myPrefs=true&actions=commentCard,copyCommentCard&\
         actions_limit=1000&boardPlugins=true&organization=true"
    ));
    for (part, count) in [
        ("lists", 3), ("cards", 7), ("checklists", 2), ("customFields", 5), ("labels", 3), ("members", 4),
        ("memberships", 4), ("actions", 4), ("boardPlugins", 1),
    ] {
        assert_eq!(len(&whole[part]), count, "{part}");
    }
    let login = whole["cards"].as_array().unwrap().iter().find(|card| card["name"] == "Fix login").unwrap();
    for (part, count) in [("attachments", 2), ("customFieldItems", 5), ("stickers", 0), ("pluginData", 1)] {
        assert_eq!(len(&login[part]), count, "{part}");
    }
    assert_eq!(login["badges"]["comments"], 2);
    assert_eq!(whole["organization"]["displayName"], "Acme");
    assert_eq!(desk.trello.state()["unknownParameters"], json!({}));
}

#[test]
fn parameters_that_nothing_understands_are_counted() {
    let mut desk = Desk::new("tiny");
    let board = desk.board("Roadmap");
    desk.get(&format!("/boards/{board}?colour=red"));
    assert_eq!(desk.trello.state()["unknownParameters"], json!({"colour": 1}));
}

#[test]
fn a_batch_answers_in_order_and_keeps_refusals_apart() {
    let mut desk = Desk::new("tiny");
    let (board, card) = (desk.board("Roadmap"), desk.card("Fix login"));
    let urls = format!("/boards/{board}?fields=name%2Cdesc,/cards/{card}?fields=name,/cards/zz");
    let mut request = desk.request(0, "GET", "/batch");
    request.params.extend([("urls".to_owned(), urls.into())]);
    let answers: Value = serde_json::from_slice(&desk.trello.answer(&request).body).unwrap();
    assert_eq!(answers[0]["200"], json!({"id": board, "name": "Roadmap", "desc": "What we do **next**."}));
    assert_eq!(answers[1]["200"]["name"], "Fix login");
    assert_eq!(answers[2], json!({"name": "Error", "message": "invalid id", "statusCode": 400}));
    let eleven = ["/members/me"; 11].join(",");
    assert_eq!(desk.refused(0, "GET", "/batch", json!({"urls": eleven})).0, 400);
}

#[test]
fn refusals_are_plain_text() {
    let mut desk = Desk::new("tiny");
    let absent = "5f5f5f5f5f5f5f5f5f5f5f5f";
    for (path, status, text) in [
        ("/boards/zz".to_owned(), 400, "invalid id"),
        (format!("/boards/{absent}"), 404, "board not found"),
        (format!("/cards/{absent}"), 404, "The requested resource was not found."),
        ("/nothing".to_owned(), 404, "Cannot GET /nothing"),
    ] {
        assert_eq!(desk.refused(0, "GET", &path, Value::Null), (status, text.to_owned()));
    }
}

#[test]
fn boards_and_cards_are_found_by_their_short_links() {
    let mut desk = Desk::new("tiny");
    let id = desk.card("Fix login");
    let link = desk.get(&format!("/cards/{id}?fields=shortLink"))["shortLink"].clone();
    assert_eq!(desk.get(&format!("/cards/{}?fields=id", link.as_str().unwrap()))["id"], id.as_str());
}

#[test]
fn a_private_board_counts_as_the_member_s_only_with_a_membership() {
    let mut desk = Desk::new("nasty");
    let own = desk.get("/members/me/boards?filter=all&fields=name");
    let names: Vec<&str> = own.as_array().unwrap().iter().map(|board| text(board, "name")).collect();
    assert!(names.contains(&"Ada may only look") && names.contains(&"Closed") && !names.contains(&"Ben's secret"));
}
