//! What a plan says before its steps.

use super::BOARD;
use crate::model::grants::{Grant, Rule, Verb};
use crate::model::{Kind, RecordKey};
use crate::plan::notes::{unreadable, unsaved, unseen};
use crate::plan::testing::{Account, Request, World, request, world};
use crate::plan::types::Mode;

fn said(request: &Request, desired: &World, live: &World) -> Option<String> {
    unseen(&request.plan(desired, live), Kind::name)
}

#[test]
fn what_the_account_does_not_see_is_named_because_it_may_be_hidden() {
    let desired = world(BOARD);
    let note = said(&request(Mode::Merge), &desired, &World::new()).unwrap();
    assert!(
        note.contains(": the workspace \"Acme\" and the container \"Roadmap\". If they are merely hidden"),
        "{note}"
    );
    let note = said(&request(Mode::Merge), &desired, &world("workspace w Acme")).unwrap();
    assert!(note.contains(": the container \"Roadmap\". If it is merely hidden"), "{note}");
    let of_five = world("board a A\nboard b B\nboard c C\nboard d D\nboard e E");
    let note = said(&request(Mode::DeleteBefore), &of_five, &World::new()).unwrap();
    assert!(note.contains("\"A\", the container \"B\", the container \"C\" and 2 more. If they"), "{note}");
}

#[test]
fn what_cannot_be_made_again_is_named_as_well() {
    let mut request = request(Mode::Merge);
    let denied = Grant::Denied("observers may not".into());
    request.grants.account.push(Rule {
        kind: Some(Kind::Container),
        verb: Some(Verb::Create),
        grant: denied,
    });
    assert!(said(&request, &world("board b B"), &World::new()).unwrap().contains("\"B\""));
}

#[test]
fn what_is_known_to_be_hidden_is_not_said_to_be_made_twice() {
    let mut request = request(Mode::Merge);
    request.hidden.insert(RecordKey::new("b", Kind::Container, "b"));
    let plan = request.plan(&world("board b B\n list l L"), &World::new());
    assert_eq!(unseen(&plan, Kind::name), None);
    let note = unreadable(&plan, Kind::name).unwrap();
    assert!(note.contains("the container \"B\". It is not made a second time"), "{note}");
}

#[test]
fn what_is_there_or_what_a_run_removed_is_no_reason_to_say_anything() {
    let (desired, damaged) = (world(BOARD), world(&BOARD.replace("Login", "???")));
    assert_eq!(said(&request(Mode::Merge), &desired, &damaged), None);
    for mode in [Mode::Copy, Mode::DeleteBefore, Mode::DeleteBeforeLiteral] {
        assert_eq!(said(&request(mode), &desired, &damaged), None, "{mode:?}");
    }
    let mut account = Account::new(desired.clone());
    account.apply(&request(Mode::DeleteBefore).plan(&desired, &desired));
    let mut undo = request(Mode::Undo);
    undo.undo = Some(account.done.clone());
    assert_eq!(said(&undo, &desired, &account.live), None);
}

#[test]
fn what_no_backup_can_have_goes_with_a_container_that_is_replaced() {
    let board = world(BOARD);
    let note = |mode, hidden: &[&str]| unsaved(&request(mode).plan(&board, &board), hidden, "boards");
    let told = note(Mode::DeleteBefore, &["forms", "rules", "views"]).unwrap();
    assert!(told.contains("the old boards") && told.contains(": forms, rules and views."), "{told}");
    assert_eq!(note(Mode::DeleteBefore, &[]), None, "a platform that hides nothing");
    assert_eq!(note(Mode::Copy, &["forms"]), None, "the old one stays");
}

#[test]
fn a_loss_says_what_it_is_about() {
    let desired = world("board b B\n extension x Timer\n list l L\n  card c C members=gone,");
    let plan = request(Mode::DeleteBefore).plan(&desired, &world("board b B\n list n New"));
    let told: Vec<String> =
        plan.losses.iter().map(|loss| format!("{} {}", loss.noun, loss.path.join("/"))).collect();
    assert_eq!(told, ["extension B/Timer", "list B/New", "card B/L/C"]);
}
