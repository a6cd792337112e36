use serde_json::json;

use super::*;
use crate::model::Record;
use crate::model::dialect::{Dialect, TextLink};
use crate::model::loss::LossCause;
use crate::model::spec::{BatchRules, IdPolicy, Parent, Verbs};

const CARD: KindSpec = KindSpec {
    kind: Kind::Item,
    noun: "card",
    plural: "cards",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("prefs.size", Role::Writable),
        Field::new("idList", Role::Reference(Kind::Section)),
        Field::new("idLabels", Role::References(Kind::Label)),
        Field::new("idMembers", Role::Persons),
        Field::new("idShort", Role::ReadOnly(LossCause::SequenceNumber)),
    ],
    losses: &[],
};

#[test]
fn what_means_the_same_has_the_same_fingerprint() {
    let a = json!({"name": "n", "prefs": {"size": 2}, "idLabels": ["b", "a"], "idMembers": [], "idShort": 1});
    let b =
        json!({"name": "n", "prefs": {"size": 2.0}, "idLabels": ["a", "b"], "idList": null, "viewed": true});
    assert_eq!(fingerprint(&CARD, &a), fingerprint(&CARD, &b));
    let c = json!({"name": "n", "prefs": {"size": 2.5}, "idLabels": ["a", "b"]});
    assert_ne!(fingerprint(&CARD, &a), fingerprint(&CARD, &c));
}

#[test]
fn the_difference_names_fields_of_the_table_only() {
    let a = json!({"name": "n", "idShort": 1, "viewed": 1});
    let b = json!({"name": "m", "idShort": 2, "viewed": 2});
    let paths: Vec<_> = field_diff(&Hashes, &CARD, &a, &b).iter().map(|diff| diff.field.path).collect();
    assert_eq!(paths, ["name", "idShort"]);
}

#[test]
fn references_name_records_and_persons() {
    let native = json!({"idList": "l1", "idLabels": ["x", 7, "y"], "idMembers": ["p"]});
    let found: Vec<_> =
        references(&CARD, &native).into_iter().map(|pointer| (pointer.kind, pointer.id.0)).collect();
    assert_eq!(
        found,
        [
            (Some(Kind::Section), "l1".to_owned()),
            (Some(Kind::Label), "x".to_owned()),
            (Some(Kind::Label), "y".to_owned()),
            (None, "p".to_owned()),
        ]
    );
}

#[test]
fn dotted_paths_become_objects() {
    let changes = [("prefs.a.b", json!(1)), ("prefs.c", json!(null)), ("name", json!("n"))];
    let fields = Value::Object(changes_to_fields(changes));
    assert_eq!(fields, json!({"prefs": {"a": {"b": 1}, "c": null}, "name": "n"}));
    assert_eq!(get(&fields, "prefs.a.b"), Some(&json!(1)));
    assert_eq!(get(&fields, "prefs.c"), None);
    assert_eq!(get(&fields, "name.x"), None);
}

#[test]
fn a_text_in_the_place_of_an_object_gives_way() {
    let fields = changes_to_fields([("a", json!("text")), ("a.b", json!(1))]);
    assert_eq!(Value::Object(fields), json!({"a": {"b": 1}}));
}

struct Hashes;

impl Dialect for Hashes {
    fn kinds(&self) -> &'static [KindSpec] {
        &[]
    }
    fn link_token(&self, _: &Record) -> Option<String> {
        None
    }
    fn text_links(&self, text: &str) -> Vec<TextLink> {
        let at = text.match_indices('#').map(|(at, _)| at + 1);
        at.map(|at| TextLink {
            range: at..at + 2,
            token: text.get(at..at + 2).unwrap_or_default().to_owned(),
        })
        .collect()
    }
    fn attribution(&self, _: &Record) -> Option<String> {
        None
    }
}

#[test]
fn links_follow_and_the_rest_of_the_text_stays() {
    let new = |token: &str| (token == "c1").then(|| "longer".to_owned());
    assert_eq!(rewrite_links(&Hashes, "see #c1, #c2 and #c1", new), "see #longer, #c2 and #longer");
    assert_eq!(rewrite_links(&Hashes, "impossible #c", |_| Some("x".into())), "impossible #c");
    assert_eq!(linked_tokens(&Hashes, "#c1 #c2"), ["c1", "c2"]);
}

#[test]
fn an_attribution_is_a_paragraph_of_its_own() {
    assert_eq!(Hashes.attributed("By Ann", "text"), "By Ann\n\ntext");
}
