//! Values whose content is a picture of its own, and what else may be written of them.

use serde_json::json;

use super::super::testing::{Account, Request, World, check, edit, request, world};
use crate::model::grants::{Grant, Rule};
use crate::model::origins::OriginMap;
use crate::model::{Kind, RecordKey};
use crate::plan::types::{Action, Mode, Verdict};

/// A card with one value, and files.
fn card(value: &str, files: &str) -> World {
    world(&format!("board b B\n field f F\n list l L\n  card c C\n   value c:f {value} field=f\n{files}"))
}

const PICTURE: &str = "   file p logo.png bytes=logo";
const WITHOUT_BYTES: &str = "   file p logo.png bytes=missing";

fn value() -> RecordKey {
    RecordKey::new("b", Kind::FieldValue, "c:f")
}

/// With a picture in place of a text.
fn pictured(files: &str) -> World {
    let mut world = card("-", files);
    edit(&mut world, &value(), "value", json!(null));
    edit(&mut world, &value(), "picture", json!("p"));
    world
}

/// As older backups have it: the picture's text and a description of it.
fn described() -> World {
    let mut world = card("Logo", "");
    edit(&mut world, &value(), "picture", json!({"id": "p"}));
    world
}

fn merge(desired: &World, live: &World, expected: &str) {
    check(&request(Mode::Merge).plan(desired, live), expected);
}

#[test]
fn what_an_older_backup_only_describes_is_left_alone() {
    merge(&described(), &pictured(PICTURE), "");
    merge(&described(), &card("Green", ""), "lost b/field-value/c:f#picture: bytes-missing");
}

#[test]
fn a_value_whose_picture_has_no_bytes_is_left_as_it_is() {
    let lost = "lost b/field-value/c:f#picture: bytes-missing\nlost b/attachment/p: bytes-missing";
    merge(&pictured(WITHOUT_BYTES), &card("Green", ""), lost);
    let mut other = pictured(&PICTURE.replace(" p ", " q "));
    edit(&mut other, &value(), "picture", json!("q"));
    merge(&pictured(WITHOUT_BYTES), &other, lost);
}

#[test]
fn all_else_of_such_a_value_comes_back() {
    let mut desired = pictured(WITHOUT_BYTES);
    edit(&mut desired, &value(), "style", json!("bold"));
    merge(
        &desired,
        &card("Green", ""),
        r#"
        0 update value (differs) B/L/C/value c:f style="bold"
        lost b/field-value/c:f#picture: bytes-missing
        lost b/attachment/p: bytes-missing
        "#,
    );
}

#[test]
fn no_value_is_made_without_content() {
    let live = world("board b B\n field f F\n list l L\n  card c C");
    let plan = request(Mode::Merge).plan(&pictured(WITHOUT_BYTES), &live);
    check(&plan, "lost b/field-value/c:f: bytes-missing\nlost b/attachment/p: bytes-missing");
    assert_eq!(plan.verdict, Verdict::NothingToDo);
}

#[test]
fn a_value_made_with_a_style_alone_is_not_planned_again() {
    let mut desired = pictured(WITHOUT_BYTES);
    edit(&mut desired, &value(), "style", json!("bold"));
    let mut account = Account::new(world("board b B\n field f F\n list l L\n  card c C"));
    let first = request(Mode::Merge).plan(&desired, &account.live);
    assert_eq!(first.steps.len(), 1, "{:#?}", first.steps);
    account.apply(&first);
    let again =
        Request { origins: account.origins.iter().cloned().collect::<OriginMap>(), ..request(Mode::Merge) };
    assert!(again.plan(&desired, &account.live).steps.is_empty());
}

#[test]
fn a_text_that_ends_a_picture_says_so() {
    let plan = request(Mode::Merge).only(&["b/value/c:f#value"]).plan(&card("Green", ""), &pictured(PICTURE));
    check(&plan, r#"0 update value (differs) B/L/C/Green value="Green" picture=null"#);
    assert_eq!(plan.steps[0].changes[1].from, Some(json!("p")));
}

/// A label with an icon in place of a colour.
const ICON: &str = "board b B\n label r Red icon=i\n  icon i logo bytes=logo";
const COLOUR: &str = "board b B\n label r Red color=red";

/// An account that may do everything but change labels.
fn no_labels(mode: Mode) -> Request {
    let mut request = request(mode);
    let rule = |kind, grant| Rule { kind, verb: None, grant };
    let denied = Grant::Denied("needs an admin".to_owned());
    let rules = vec![rule(Some(Kind::Label), denied), rule(None, Grant::Allowed)];
    request.grants.containers.insert("b".into(), rules);
    request
}

#[test]
fn content_of_something_is_put_there_by_those_who_may_change_that() {
    check(
        &no_labels(Mode::Merge).plan(&world(ICON), &world(COLOUR)),
        "blocked Create B/Red/logo: needs an admin\nlost b/label/r#icon: not-writable",
    );
}

#[test]
fn content_of_something_is_taken_away_by_those_who_may_change_that() {
    let before = world(COLOUR);
    let mut account = Account::new(before.clone());
    account.apply(&request(Mode::Merge).plan(&world(ICON), &before));
    let undo = Request { undo: Some(account.done.clone()), ..no_labels(Mode::Undo) };
    let plan = undo.plan(&before, &account.live);
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    let blocked: Vec<_> = plan.blocked.iter().map(|blocked| (blocked.subject.kind, blocked.action)).collect();
    assert_eq!(blocked, [(Kind::Label, Action::Update), (Kind::Image, Action::Delete)]);
}
