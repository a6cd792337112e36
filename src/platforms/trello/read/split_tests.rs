use super::*;
use crate::platforms::trello::spec::KINDS;

fn answer() -> Value {
    json!({
        "id": "b1", "name": "Roadmap", "dateLastView": "2026-11-21T10:00:00Z", "unknown": {"kept": [1]},
        "prefs": {"voting": "members"},
        "memberships": [{"id": "ms1", "idMember": "m1", "memberType": "admin"}],
        "members": [{"id": "m1", "fullName": "Ada", "username": "ada"}],
        "labels": [{"id": "la1", "idBoard": "b1", "name": "Bug", "color": "red", "uses": 3}],
        "lists": [{"id": "l1", "name": "Doing", "pos": 1.5}],
        "customFields": [{"id": "f1", "name": "Size", "type": "list", "display": {"cardFront": true},
            "options": [{"id": "o1", "value": {"text": "S"}, "color": "none", "pos": 1}]}],
        "checklists": [{"id": "k1", "idCard": "c1", "name": "To do", "checkItems": [
            {"id": "i1", "name": "one", "state": "incomplete", "due": null}]}],
        "pluginData": [{"id": "p1", "idPlugin": "x", "value": "{}"}],
        "boardPlugins": [{"id": "bp1", "idPlugin": "x"}],
        "cards": [{
            "id": "c1", "name": "Fix", "idList": "l1", "shortLink": "AbCd1234", "idLabels": ["la1"],
            "labels": [{"id": "la1", "name": "Bug"}], "badges": {"comments": 1},
            "attachments": [
                {"id": "a1", "isUpload": true, "bytes": 7, "url": "https://trello.com/1/cards/c1/a1", "name": "x.png"},
                {"id": "a2", "isUpload": false, "bytes": null, "url": "https://example.org", "name": "link"}],
            "customFieldItems": [{"id": "v1", "idCustomField": "f1", "idValue": "o1", "value": null}],
            "stickers": [{"id": "s1", "image": "taco-cool", "top": 1.0}],
            "pluginData": [{"id": "p2", "idPlugin": "x"}],
        }],
        "actions": [{"id": "ac1", "type": "commentCard", "date": "2026-01-01T00:00:00.000Z",
            "memberCreator": {"id": "m9", "fullName": "Left"}, "data": {"text": "hi", "card": {"id": "c1"}}}],
    })
}

fn split(answer: Value) -> Splitter {
    let mut splitter = Splitter::new("b1".into());
    let parts = splitter.board(answer);
    parts.cards.into_iter().for_each(|card| splitter.card(card));
    splitter.comments(parts.comments);
    splitter.power_ups(parts.power_ups.unwrap_or_default());
    splitter
}

fn native(splitter: &Splitter, kind: Kind, id: &str) -> Value {
    let key = RecordKey::new("b1", kind, id);
    splitter.found.iter().find(|(record, _)| record.key == key).unwrap().0.native.clone()
}

/// All scalars of a document, as `last key = value`.
fn scalars(name: &str, value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| scalars(key, value, into)),
        Value::Array(list) => list.iter().for_each(|value| scalars(name, value, into)),
        scalar => into.push(format!("{name} = {scalar}")),
    }
}

#[test]
fn every_kind_gets_its_own_record() {
    let splitter = split(answer());
    for kind in KINDS.iter().map(|spec| spec.kind).filter(|kind| kind.rank() >= Kind::Container.rank()) {
        let count = if matches!(kind, Kind::Attachment | Kind::ExtensionData) { 2 } else { 1 };
        assert_eq!(splitter.count(kind), count, "{kind}");
    }
}

#[test]
fn together_the_records_hold_every_field_of_the_answer() {
    let splitter = split(answer());
    let mut kept = Vec::new();
    splitter.found.iter().for_each(|(record, _)| scalars("", &record.native, &mut kept));
    let mut all = Vec::new();
    scalars("", &answer(), &mut all);
    let lost: Vec<_> = all.into_iter().filter(|one| !kept.contains(one)).collect();
    // The address of an upload is kept under another name.
    assert_eq!(
        lost,
        ["url = \"https://trello.com/1/cards/c1/a1\"", "dateLastView = \"2026-11-21T10:00:00Z\""]
    );
}

#[test]
fn nothing_is_said_twice() {
    let splitter = split(answer());
    let board = native(&splitter, Kind::Container, "b1");
    for key in ["cards", "lists", "labels", "members", "memberships", "actions", "checklists", "dateLastView"] {
        assert!(board.get(key).is_none(), "{key}");
    }
    let card = native(&splitter, Kind::Item, "c1");
    assert!(card.get("labels").is_none() && card.get("attachments").is_none());
    assert_eq!(card["idLabels"], json!(["la1"]));
}

#[test]
fn children_name_what_they_hang_on() {
    let splitter = split(answer());
    assert_eq!(native(&splitter, Kind::FieldOption, "o1")["idCustomField"], "f1");
    assert_eq!(native(&splitter, Kind::ChecklistItem, "i1")["idChecklist"], "k1");
    assert_eq!(native(&splitter, Kind::ChecklistItem, "i1")["idCard"], "c1");
    assert_eq!(native(&splitter, Kind::Sticker, "s1")["idCard"], "c1");
    assert_eq!(native(&splitter, Kind::FieldValue, "c1:f1")["id"], "v1");
    assert_eq!(native(&splitter, Kind::Member, "m1")["member"]["fullName"], "Ada");
}

#[test]
fn only_uploads_have_bytes() {
    let splitter = split(answer());
    let bytes = |id: &str| splitter.found.iter().find(|(record, _)| record.key.id.as_str() == id).unwrap().1.clone();
    assert_eq!(bytes("a1"), Some(ExpectedBytes { len: Some(7) }));
    assert_eq!(bytes("a2"), None);
    assert_eq!(native(&splitter, Kind::Attachment, "a2")["url"], "https://example.org");
    assert_eq!(native(&splitter, Kind::Attachment, "a1")["downloadUrl"], "https://trello.com/1/cards/c1/a1");
}

#[test]
fn what_comes_twice_is_kept_once_and_what_has_no_id_is_reported() {
    let mut splitter = split(answer());
    let before = splitter.found.len();
    splitter.card(json!({"id": "c1", "name": "again"}));
    splitter.card(json!({"name": "nameless"}));
    assert_eq!(splitter.found.len(), before);
    assert!(splitter.missing[0].what.contains("nameless"));
}
