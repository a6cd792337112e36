use super::*;

#[test]
fn a_discussion_begins_with_its_first_comment_by_who_asks_and_now() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget");
    let path = format!("{}/rows/{}/discussions", sheet.path, sheet.rows[0]);
    let (_, made) = desk.ask(DAN, "POST", &path, &json!({"comment": {"text": "from Dan"}}));
    let talk = &made["result"];
    assert_eq!(
        talk["comments"][0]["createdBy"],
        json!({"name": "Dan Whitfield", "email": "dan@acme.example"})
    );
    assert_eq!(talk["comments"][0]["createdAt"], state::date(desk.clock.now()));
    assert_eq!((&talk["commentCount"], &talk["parentType"]), (&json!(1), &json!("ROW")));
    assert_eq!(desk.refused("POST", &path, json!({"comment": {"text": " "}})), (400, 1012));
    assert_eq!(desk.refused("POST", &path, json!({})), (400, 1012));
}

#[test]
fn comments_of_others_cannot_be_touched() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Launch plan").path;
    let talks = desk.get(&format!("{sheet}/discussions?include=comments"))["data"].clone();
    let by_dan = talks[0]["comments"][1]["id"].as_u64().unwrap();
    let path = format!("{sheet}/comments/{by_dan}");
    assert_eq!(desk.refused("PUT", &path, json!({"text": "forged"})), (403, 1081));
    assert_eq!(desk.refused("DELETE", &path, Value::Null), (403, 1081));
    assert_eq!(desk.upload(ADA, &format!("{path}/attachments"), "a.txt", b"x").1["errorCode"], 1081);
    let (_, changed) = desk.ask(DAN, "PUT", &path, &json!({"text": "mine"}));
    assert_eq!(changed["result"]["text"], "mine");
}

#[test]
fn a_discussion_goes_with_its_last_comment() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Launch plan").path;
    let talks = desk.get(&format!("{sheet}/discussions?include=comments"))["data"].clone();
    let about_sheet = talks.as_array().unwrap().iter().find(|talk| talk["parentType"] == "SHEET").unwrap();
    let comment = &about_sheet["comments"][0]["id"];
    assert_eq!(desk.ask(BEN, "DELETE", &format!("{sheet}/comments/{comment}"), &Value::Null).0, 200);
    assert_eq!(len(&desk.get(&format!("{sheet}/discussions"))["data"]), 1);
}

#[test]
fn a_file_is_attached_with_a_name_of_any_letters_and_fetched_without_a_credential() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget");
    let path = format!("{}/rows/{}/attachments", sheet.path, sheet.rows[0]);
    let (status, made) = desk.upload(CLEO, &path, "plan%20%C3%A4+b.txt", b"bytes");
    assert_eq!((status, text(&made["result"], "name")), (200, "plan ä+b.txt"));
    let about = desk.get(&format!("{}/attachments/{}", sheet.path, made["result"]["id"]));
    assert_eq!(about["urlExpiresInMillis"], 120_000);
    let address = url::Url::parse(text(&about, "url")).unwrap();
    assert_eq!(address.host_str(), Some("localhost"));
    let mut storage = Request {
        method: "GET".to_owned(),
        path: address.path().to_owned(),
        params: Params::from_query(address.query().unwrap()),
        ..Request::default()
    };
    assert_eq!(desk.smartsheet.answer(&storage).body, b"bytes");
    storage.headers.insert("authorization", "Bearer x".parse().unwrap());
    assert_eq!(desk.smartsheet.answer(&storage).status, 400);
    storage.headers.clear();
    desk.clock.advance(Duration::from_secs(121));
    assert_eq!(desk.smartsheet.answer(&storage).status, 403, "addresses expire");
}

#[test]
fn a_file_and_a_comment_come_in_one_request() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget");
    let mut request = desk.request(ADA, "POST", &format!("{}/discussions", sheet.path));
    let discussion = r#"{"comment":{"text":"see the file"}}"#;
    request.params.extend([("discussion".to_owned(), json!(discussion))]);
    request.file =
        Some(Upload { name: "f.txt".to_owned(), mime: "text/plain".to_owned(), bytes: b"x".to_vec() });
    let (_, made) = answered(&desk.smartsheet.answer(&request));
    assert_eq!(made["result"]["comments"][0]["attachments"][0]["name"], "f.txt");
}

#[test]
fn only_the_newest_version_is_listed_and_the_one_before_comes_back() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget").path;
    let list = format!("{sheet}/attachments");
    let first = desk.upload(ADA, &list, "a.txt", b"1").1["result"]["id"].clone();
    let second =
        desk.upload(ADA, &format!("{list}/{first}/versions"), "a.txt", b"22").1["result"]["id"].clone();
    assert_eq!(ids(&desk.get(&list)["data"]), [second.as_u64().unwrap()]);
    assert_eq!(len(&desk.get(&format!("{list}/{second}/versions"))["data"]), 2);
    desk.send("DELETE", &format!("{list}/{second}"), Value::Null);
    assert_eq!(ids(&desk.get(&list)["data"]), [first.as_u64().unwrap()]);
}

#[test]
fn attachments_that_are_refused() {
    let mut desk = Desk::new("tiny");
    desk.smartsheet.state.rules.upload = 3;
    let list = format!("{}/attachments", desk.sheet("Budget").path);
    assert_eq!(desk.upload(ADA, &list, "a.txt", b"four").1["errorCode"], 1073);
    assert_eq!(desk.upload(ADA, &list, "a.txt", b"thr").0, 200);
    assert_eq!(
        desk.upload(DAN, &list, "a.txt", b"x").1["errorCode"],
        1004,
        "commenters attach to comments only"
    );
    let link = |kind: &str, url: &str| json!({"name": "n", "attachmentType": kind, "url": url});
    assert_eq!(desk.refused("POST", &list, link("FILE", "https://e.org")), (400, 1051));
    assert_eq!(desk.refused("POST", &list, link("DROPBOX", "https://e.org")), (400, 1031));
    assert_eq!(desk.refused("POST", &list, link("LINK", "not an address")), (400, 1031));
    desk.send("POST", &list, link("DROPBOX", "https://www.dropbox.com/x"));
    let mut request = desk.request(ADA, "POST", &list);
    request.headers.insert("content-type", "text/plain".parse().unwrap());
    request.body = b"x".to_vec();
    assert_eq!(answered(&desk.smartsheet.answer(&request)).1["errorCode"], 1011);
}

#[test]
fn a_sheet_may_take_no_files() {
    let mut desk = Desk::new("nasty");
    let list = format!("{}/attachments", desk.sheet("Locks").path);
    assert_eq!(desk.upload(ADA, &list, "a.txt", b"x").1["errorCode"], 1004);
}

#[test]
fn addresses_of_images_come_in_bulk() {
    let mut desk = Desk::new("tiny");
    let sheet = desk.sheet("Budget");
    let path = format!(
        "{}/rows/{}/columns/{}/cellimages?altText=A%20picture",
        sheet.path, sheet.rows[0], sheet.columns["Amount"]
    );
    let (_, made) = desk.upload(ADA, &path, "p.png", b"png");
    let image =
        made["result"]["cells"].as_array().unwrap().iter().find(|cell| cell.get("image").is_some()).unwrap()
            ["image"]
            .clone();
    assert_eq!(image["altText"], "A picture");
    let urls = desk.send("POST", "/imageurls", json!([{"imageId": image["id"]}, {"imageId": "nothing"}]));
    assert!(urls["imageUrls"][0]["url"].is_string());
    assert_eq!(urls["imageUrls"][1]["error"]["errorCode"], 1006);
    let (_, unseen) = desk.ask(EVE, "POST", "/imageurls", &json!([{"imageId": image["id"]}]));
    assert!(unseen["imageUrls"][0].get("url").is_none());
}

#[test]
fn an_image_takes_the_place_of_a_summary_field_s_content_until_something_else_is_written() {
    let mut desk = Desk::new("tiny");
    let path = format!("{}/summary/fields", desk.sheet("Launch plan").path);
    let fields = ids(&desk.get(&path)["data"]);
    let field = |desk: &mut Desk| desk.get(&path)["data"][1].clone();
    let route = |field: u64| format!("{path}/{field}/images?altText=Logo");
    assert_eq!(desk.upload(CLEO, &route(fields[2]), "p.png", b"png").1["errorCode"], 1004);
    assert_eq!(desk.upload(ADA, &route(7), "p.png", b"png").1["errorCode"], 1006);
    let (_, made) = desk.upload(CLEO, &route(fields[1]), "p.png", b"png");
    let image = made["result"]["image"].clone();
    let shown = field(&mut desk);
    assert_eq!((&shown["image"], &shown["objectValue"], shown.get("formula")), (&image, &json!("Logo"), None));
    let bare = desk.get(&format!("{path}?exclude=imageAltText"))["data"][1].clone();
    assert_eq!((&bare["image"]["id"], bare["image"].get("altText")), (&image["id"], None));
    for (user, sees) in [(ADA, true), (EVE, false)] {
        let (_, urls) = desk.ask(user, "POST", "/imageurls", &json!([{"imageId": image["id"]}]));
        assert_eq!(urls["imageUrls"][0]["url"].is_string(), sees);
    }
    desk.send("PUT", &path, json!([{"id": fields[1], "title": "Sum"}]));
    assert_eq!(field(&mut desk)["image"], image);
    desk.send("PUT", &path, json!([{"id": fields[1], "objectValue": null}]));
    assert_eq!(field(&mut desk).get("image"), None);
}

#[test]
fn locks_hold_editors_off_images_as_well_and_a_format_outlives_one() {
    let mut desk = Desk::new("nasty");
    let sheet = desk.sheet("Locks");
    let path = |row: usize, column: &str| {
        format!("{}/rows/{}/columns/{}/cellimages", sheet.path, sheet.rows[row], sheet.columns[column])
    };
    for (row, column, code) in [(0, "Locked", 1039), (1, "Hidden", 1050), (0, "Calculated", 1046)] {
        assert_eq!(desk.upload(CLEO, &path(row, column), "p.png", b"png").1["errorCode"], code, "{column}");
    }
    let format = ",,1,,,,,,,,,,,,,,";
    let cell = json!({"columnId": sheet.columns["Hidden"], "value": "x", "format": format});
    desk.send("PUT", &format!("{}/rows", sheet.path), json!([{"id": sheet.rows[0], "cells": [cell]}]));
    assert_eq!(desk.upload(CLEO, &path(0, "Hidden"), "p.png", b"png").0, 200);
    let row = desk.send("GET", &format!("{}/rows/{}?include=format", sheet.path, sheet.rows[0]), Value::Null);
    let cell = row["cells"].as_array().unwrap().iter().find(|cell| cell.get("image").is_some()).unwrap();
    assert_eq!((&cell["image"]["altText"], &cell["format"]), (&json!("p.png"), &json!(format)));
}
