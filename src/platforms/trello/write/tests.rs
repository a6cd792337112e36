use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::json;

use super::*;
use crate::base::hash::Hash;
use crate::http::testing::{Answer, Scripted};
use crate::model::{BlobRef, NativeId};
use crate::platforms::trello::testing::trello;

struct Blobs;

impl BlobSource for Blobs {
    fn open(&self, _blob: BlobRef) -> BoxStream<'static, std::io::Result<Bytes>> {
        stream::iter([Ok(Bytes::from_static(b"by")), Ok(Bytes::from_static(b"tes"))]).boxed()
    }
}

fn mutation(verb: Verb, kind: Kind, fields: impl Into<Value>) -> Mutation {
    let is_new = verb == Verb::Create && !matches!(kind, Kind::Member | Kind::WorkspaceMember);
    Mutation {
        verb,
        kind,
        container: (!matches!((kind, is_new), (Kind::Container | Kind::Workspace, true))).then(|| "B".into()),
        parent: Some("P".into()),
        id: (!is_new).then(|| "I".into()),
        fields: fields.into().as_object().cloned().unwrap(),
        blob: None,
        known: Vec::new(),
    }
}

async fn sent(wave: &[Mutation], answers: Vec<Answer>) -> (Vec<Result<Receipt, WriteError>>, Scripted) {
    let scripted = Scripted::new(answers);
    let results = write(&trello(&scripted), wave, &Blobs).await;
    (results, scripted)
}

fn ok() -> Answer {
    Answer::json(200, r#"{"id":"NEW","shortLink":"AbCd1234"}"#)
}

/// Method, path and body of the one request that a mutation becomes.
async fn request_of(verb: Verb, kind: Kind, fields: Value) -> (String, Value) {
    let mut answers = vec![ok()];
    if (verb, kind) == (Verb::Update, Kind::ChecklistItem) {
        answers.insert(0, Answer::json(200, r#"{"idCard":"C"}"#));
    }
    let (results, scripted) = sent(&[mutation(verb, kind, fields)], answers).await;
    results[0].as_ref().unwrap();
    let call = scripted.calls().pop().unwrap().replace("api.example/1", "");
    let body = scripted.bodies().pop().unwrap();
    (call, serde_json::from_str(&body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn each_creation_is_the_documented_request() {
    let table = [
        (
            Kind::Workspace,
            json!({"displayName": "A", "desc": null}),
            "POST /organizations",
            json!({"displayName": "A"}),
        ),
        (
            Kind::Container,
            json!({"name": "R", "idOrganization": "O", "prefs": {"voting": "members"}}),
            "POST /boards",
            json!({"name": "R", "idOrganization": "O", "prefs_voting": "members", "defaultLists": false,
                "defaultLabels": false}),
        ),
        (Kind::Label, json!({"name": "L"}), "POST /labels", json!({"name": "L", "color": null, "idBoard": "B"})),
        (
            Kind::FieldDef,
            json!({"name": "F", "type": "text", "pos": 1, "display": {"cardFront": true}}),
            "POST /customFields",
            json!({"name": "F", "type": "text", "pos": 1, "display_cardFront": true, "modelType": "board",
                "idModel": "B"}),
        ),
        (
            Kind::FieldOption,
            json!({"value": {"text": "S"}, "color": "none", "pos": 2.5}),
            "POST /customFields/P/options",
            json!({"value": {"text": "S"}, "color": "none", "pos": 2.5}),
        ),
        (
            Kind::Section,
            json!({"name": "D", "pos": 1.25}),
            "POST /lists",
            json!({"name": "D", "pos": 1.25, "idBoard": "B"}),
        ),
        (
            Kind::Item,
            json!({"idList": "L", "name": "C", "due": null, "idMembers": ["m1", "m2"], "idLabels": [],
                "coordinates": {"latitude": 1.5, "longitude": -2}}),
            "POST /cards",
            json!({"idList": "L", "name": "C", "idMembers": "m1,m2", "idLabels": "", "coordinates": "1.5,-2"}),
        ),
        (Kind::Checklist, json!({"name": "K"}), "POST /checklists", json!({"name": "K", "idCard": "P"})),
        (
            Kind::ChecklistItem,
            json!({"name": "i", "state": "complete", "due": null}),
            "POST /checklists/P/checkItems",
            json!({"name": "i", "checked": true}),
        ),
        (
            Kind::Attachment,
            json!({"name": "link", "url": "https://example.org", "fileName": null, "mimeType": ""}),
            "POST /cards/P/attachments",
            json!({"name": "link", "url": "https://example.org"}),
        ),
        (
            Kind::Sticker,
            json!({"image": "taco", "top": 1, "left": 2, "zIndex": 3}),
            "POST /cards/P/stickers",
            json!({"image": "taco", "top": 1, "left": 2, "zIndex": 3}),
        ),
        (Kind::Comment, json!({"data": {"text": "hi"}}), "POST /cards/P/actions/comments", json!({"text": "hi"})),
        (Kind::Member, json!({"memberType": "normal"}), "PUT /boards/B/members/I", json!({"type": "normal"})),
        (
            Kind::WorkspaceMember,
            json!({"memberType": "admin"}),
            "PUT /organizations/B/members/I",
            json!({"type": "admin"}),
        ),
    ];
    for (kind, fields, call, body) in table {
        assert_eq!(request_of(Verb::Create, kind, fields).await, (call.to_owned(), body), "{kind}");
    }
}

#[tokio::test]
async fn each_change_is_the_documented_request() {
    let table = [
        (
            Kind::Workspace,
            json!({"prefs": {"boardVisibilityRestrict": {"org": "admin"}}}),
            "PUT /organizations/I",
            json!({"prefs/boardVisibilityRestrict/org": "admin"}),
        ),
        (
            Kind::Container,
            json!({"closed": true, "prefs": {"voting": "org"}, "labelNames": {"red": "Bug"}}),
            "PUT /boards/I",
            json!({"closed": true, "prefs/voting": "org", "labelNames/red": "Bug"}),
        ),
        (Kind::Member, json!({"memberType": "admin"}), "PUT /boards/B/members/I", json!({"type": "admin"})),
        (Kind::Label, json!({"color": null}), "PUT /labels/I", json!({"color": null})),
        (
            Kind::FieldDef,
            json!({"display": {"cardFront": false}}),
            "PUT /customFields/I",
            json!({"display/cardFront": false}),
        ),
        (Kind::Section, json!({"closed": true}), "PUT /lists/I", json!({"closed": true})),
        (
            Kind::Item,
            json!({"due": null, "cover": {"color": "red", "idAttachment": null, "size": "full"}}),
            "PUT /cards/I",
            json!({"due": null, "cover": {"color": "red", "size": "full"}}),
        ),
        (Kind::Checklist, json!({"pos": 3}), "PUT /checklists/I", json!({"pos": 3})),
        (Kind::ChecklistItem, json!({"state": "complete"}), "PUT /cards/C/checkItem/I", json!({"state": "complete"})),
        (Kind::Sticker, json!({"top": 4}), "PUT /cards/P/stickers/I", json!({"top": 4})),
        (Kind::Comment, json!({"data": {"text": "new"}}), "PUT /actions/I", json!({"text": "new"})),
    ];
    for (kind, fields, call, body) in table {
        assert_eq!(request_of(Verb::Update, kind, fields).await, (call.to_owned(), body), "{kind}");
    }
}

#[tokio::test]
async fn a_refused_background_takes_nothing_else_with_it() {
    let fields = json!({"name": "R", "prefs": {"background": "5f0000000000000000000001"}, "labelNames": {"red": "Bug"}});
    let refused = Answer::typed(400, "text/plain", "invalid value for prefs/background");
    let (results, scripted) = sent(&[mutation(Verb::Update, Kind::Container, fields)], vec![ok(), refused]).await;
    assert_eq!(
        scripted.bodies(),
        [r#"{"labelNames/red":"Bug","name":"R"}"#, r#"{"prefs/background":"5f0000000000000000000001"}"#]
    );
    assert!(matches!(&results[0], Err(WriteError::Refused(why)) if why.contains("prefs/background")));
    // A plain colour is never refused and costs no request of its own.
    let fields = json!({"name": "R", "prefs": {"background": "blue"}});
    let (_, scripted) = sent(&[mutation(Verb::Update, Kind::Container, fields)], vec![ok()]).await;
    assert_eq!(scripted.bodies(), [r#"{"name":"R","prefs/background":"blue"}"#]);
}

#[tokio::test]
async fn each_deletion_is_the_documented_request() {
    let table = [
        (Kind::Workspace, "DELETE /organizations/I"),
        (Kind::WorkspaceMember, "DELETE /organizations/B/members/I"),
        (Kind::Container, "DELETE /boards/I"),
        (Kind::Member, "DELETE /boards/B/members/I"),
        (Kind::Label, "DELETE /labels/I"),
        (Kind::FieldDef, "DELETE /customFields/I"),
        (Kind::FieldOption, "DELETE /customFields/P/options/I"),
        (Kind::Item, "DELETE /cards/I"),
        (Kind::Checklist, "DELETE /checklists/I"),
        (Kind::ChecklistItem, "DELETE /checklists/P/checkItems/I"),
        (Kind::Attachment, "DELETE /cards/P/attachments/I"),
        (Kind::Sticker, "DELETE /cards/P/stickers/I"),
        (Kind::Comment, "DELETE /actions/I"),
    ];
    for (kind, call) in table {
        assert_eq!(request_of(Verb::Delete, kind, json!({})).await, (call.to_owned(), Value::Null), "{kind}");
    }
}

#[tokio::test]
async fn every_verb_of_the_tables_has_a_request() {
    for spec in crate::platforms::trello::spec::KINDS.iter().filter(|spec| spec.kind != Kind::FieldValue) {
        let verbs = [(spec.verbs.create, Verb::Create), (spec.verbs.update, Verb::Update), (spec.verbs.delete, Verb::Delete)];
        for (offered, verb) in verbs {
            let mutation = mutation(verb, spec.kind, json!({"url": "https://example.org"}));
            assert_eq!(request::call(&mutation, Some("C")).is_ok(), offered, "{verb:?} {}", spec.noun);
        }
    }
}

#[tokio::test]
async fn an_upload_is_a_form_with_the_bytes() {
    let fields = json!({"name": "x.png", "fileName": "x 1.png", "mimeType": "image/png", "url": null});
    let upload = Mutation {
        blob: Some(BlobRef { id: Hash::default(), len: 5 }),
        ..mutation(Verb::Create, Kind::Attachment, fields)
    };
    let (results, scripted) = sent(&[upload], vec![ok()]).await;
    assert_eq!(results[0].as_ref().unwrap().key.id.as_str(), "NEW");
    assert_eq!(
        scripted.bodies(),
        [r#"[("name", "x.png"), ("setCover", "false"), ("mimeType", "image/png")] x 1.png Some("image/png") bytes"#]
    );
}

fn value(card: &str, field: &str, verb: Verb, fields: Value) -> Mutation {
    let id = Some(NativeId(format!("{card}:{field}")));
    Mutation { id, parent: Some(card.into()), ..mutation(verb, Kind::FieldValue, fields) }
}

#[tokio::test]
async fn values_of_one_card_travel_together_and_an_empty_one_is_cleared() {
    let wave = [
        value("c1", "f1", Verb::Create, json!({"idCustomField": "f1", "value": {"text": "x"}, "idValue": null})),
        value("c1", "f2", Verb::Update, json!({"idValue": "o1"})),
        value("c1", "f3", Verb::Delete, json!({})),
        value("c2", "f1", Verb::Update, json!({"value": {"number": "42"}})),
    ];
    let (results, scripted) = sent(&wave, vec![ok(), ok()]).await;
    assert_eq!(
        scripted.calls(),
        ["PUT api.example/1/cards/c1/customFields", "PUT api.example/1/cards/c2/customFields"]
    );
    let first: Value = serde_json::from_str(&scripted.bodies()[0]).unwrap();
    assert_eq!(
        first["customFieldItems"],
        json!([
            {"idCustomField": "f1", "value": {"text": "x"}},
            {"idCustomField": "f2", "idValue": "o1"},
            {"idCustomField": "f3", "value": "", "idValue": ""},
        ])
    );
    let ids: Vec<String> = results.into_iter().map(|result| result.unwrap().key.id.0).collect();
    assert_eq!(ids, ["c1:f1", "c1:f2", "c1:f3", "c2:f1"]);
}

#[tokio::test]
async fn receipts_name_the_new_key_and_link() {
    let (results, _) = sent(&[mutation(Verb::Create, Kind::Container, json!({"name": "R"}))], vec![ok()]).await;
    let receipt = results[0].as_ref().unwrap();
    assert_eq!((receipt.key.to_string(), receipt.link.as_deref()), ("NEW/container/NEW".into(), Some("AbCd1234")));
    let (results, _) = sent(&[mutation(Verb::Create, Kind::Member, json!({}))], vec![ok()]).await;
    assert_eq!(results[0].as_ref().unwrap().key.to_string(), "B/member/I");
}

#[tokio::test]
async fn the_id_of_an_option_has_a_name_of_its_own() {
    let option = mutation(Verb::Create, Kind::FieldOption, json!({"value": {"text": "S"}}));
    let (results, _) = sent(std::slice::from_ref(&option), vec![Answer::json(200, r#"{"_id":"NEW"}"#)]).await;
    assert_eq!(results[0].as_ref().unwrap().key.id.as_str(), "NEW");
    let (receipt, _) = located(&option, json!([{"_id": "o2", "value": {"text": "S"}}])).await;
    assert_eq!(receipt.unwrap().key.id.as_str(), "o2");
}

#[tokio::test]
async fn outcomes_are_told_apart() {
    type Expected = fn(&WriteError) -> bool;
    let create = || mutation(Verb::Create, Kind::Label, json!({"name": "L"}));
    let cases: [(Answer, Expected); 4] = [
        (Answer::typed(400, "text/plain", "invalid id"), |e| matches!(e, WriteError::Refused(_))),
        (Answer::lost(), |e| matches!(e, WriteError::Unknown(_))),
        (Answer::json(200, "{}"), |e| matches!(e, WriteError::Unknown(_))),
        (Answer::typed(401, "text/plain", "invalid token"), |e| matches!(e, WriteError::Unauthorised(_))),
    ];
    for (answer, expected) in cases {
        let (results, _) = sent(&[create()], vec![answer]).await;
        let error = results[0].as_ref().unwrap_err();
        assert!(expected(error), "{error:?}");
        assert!(!error.to_string().contains("SECRET"));
    }
}

#[tokio::test]
async fn deleting_what_is_gone_is_done() {
    let gone = Answer::typed(404, "text/plain", "not found");
    let (results, _) = sent(&[mutation(Verb::Delete, Kind::Item, json!({}))], vec![gone]).await;
    assert!(results[0].is_ok());
}

async fn located(lost: &Mutation, answer: Value) -> (Option<Receipt>, String) {
    let scripted = Scripted::new([Answer::json(200, &answer.to_string())]);
    let receipt = locate(&trello(&scripted), lost).await.unwrap();
    (receipt, scripted.calls().pop().unwrap())
}

#[tokio::test]
async fn a_lost_creation_is_found_among_its_siblings_but_never_an_old_one() {
    let card = json!({"name": "C", "pos": 2.0, "idList": "L", "desc": "not looked at"});
    let lost = Mutation { known: vec!["old".into()], ..mutation(Verb::Create, Kind::Item, card) };
    let siblings = json!([
        {"id": "old", "name": "C", "pos": 2}, {"id": "x1", "name": "C", "pos": 3}, {"id": "x2", "name": "C", "pos": 2},
    ]);
    let (receipt, call) = located(&lost, siblings).await;
    assert_eq!(receipt.unwrap().key.id.as_str(), "x2");
    assert!(call.starts_with("GET api.example/1/lists/L/cards?filter=all"), "{call}");
    let (receipt, _) = located(&lost, json!([{"id": "old", "name": "C", "pos": 2}])).await;
    assert_eq!(receipt, None);
}

#[tokio::test]
async fn what_this_run_created_is_not_mistaken_for_its_twin() {
    let scripted = Scripted::new([
        Answer::json(200, r#"{"id":"first"}"#),
        Answer::json(200, r#"[{"id":"first","data":{"text":"+1"}}]"#),
    ]);
    let trello = trello(&scripted);
    let comment = mutation(Verb::Create, Kind::Comment, json!({"data": {"text": "+1"}}));
    write(&trello, std::slice::from_ref(&comment), &Blobs).await.remove(0).unwrap();
    assert_eq!(locate(&trello, &comment).await.unwrap(), None);
}

#[tokio::test]
async fn a_lost_upload_is_told_by_name_and_length() {
    let lost = Mutation {
        blob: Some(BlobRef { id: Hash::default(), len: 5 }),
        ..mutation(Verb::Create, Kind::Attachment, json!({"name": "x.png"}))
    };
    let siblings = json!([{"id": "a1", "name": "x.png", "bytes": 9}, {"id": "a2", "name": "x.png", "bytes": 5}]);
    assert_eq!(located(&lost, siblings).await.0.unwrap().key.id.as_str(), "a2");
}

#[tokio::test]
async fn a_lost_change_happened_when_everything_written_is_there() {
    let lost = mutation(Verb::Update, Kind::Item, json!({"name": "N", "idLabels": ["b", "a"]}));
    assert!(located(&lost, json!({"id": "I", "name": "N", "idLabels": ["a", "b"]})).await.0.is_some());
    assert!(located(&lost, json!({"id": "I", "name": "O", "idLabels": ["a", "b"]})).await.0.is_none());
    let member = mutation(Verb::Create, Kind::Member, json!({"memberType": "admin"}));
    assert!(located(&member, json!([{"idMember": "I", "memberType": "admin"}])).await.0.is_some());
    assert!(located(&member, json!([{"idMember": "I", "memberType": "normal"}])).await.0.is_none());
    let set = value("c1", "f1", Verb::Update, json!({"value": {"text": "x"}}));
    let live = json!({"customFieldItems": [{"idCustomField": "f1", "value": {"text": "x"}}]});
    assert_eq!(located(&set, live).await.0.unwrap().key.id.as_str(), "c1:f1");
}

#[tokio::test]
async fn a_lost_deletion_happened_when_the_thing_is_gone() {
    let lost = mutation(Verb::Delete, Kind::Item, json!({}));
    assert!(located(&lost, json!({"id": "I"})).await.0.is_none());
    let scripted = Scripted::new([Answer::typed(404, "text/plain", "not found")]);
    assert!(locate(&trello(&scripted), &lost).await.unwrap().is_some());
    let sticker = mutation(Verb::Delete, Kind::Sticker, json!({}));
    assert!(located(&sticker, json!([{"id": "I"}])).await.0.is_none());
    assert!(located(&sticker, json!([{"id": "J"}])).await.0.is_some());
}
