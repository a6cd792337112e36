//! Containers that the platform itself gives everybody: none can be made, and none is deleted.

use serde_json::json;

use crate::model::{Kind, RecordKey};
use crate::plan::testing::account::remove;
use crate::plan::testing::{World, edit, request, world};
use crate::plan::types::{Action, Mode, Verdict};

fn board() -> RecordKey {
    RecordKey::new("b", Kind::Container, "b")
}

/// One of them with a card in it.
fn given() -> World {
    let mut world = world("board b B\n list l L\n  card c C");
    edit(&mut world, &board(), "given", json!(true));
    edit(&mut world, &RecordKey::new("b", Kind::Item, "c"), "up", json!(null));
    remove(&mut world, &RecordKey::new("b", Kind::Section, "l"));
    world
}

#[test]
fn one_that_is_missing_is_blocked_with_all_that_is_in_it() {
    let plan = request(Mode::Merge).plan(&given(), &World::new());
    assert_eq!((plan.verdict, plan.steps.len(), plan.blocked.len()), (Verdict::Blocked, 0, 2));
    assert!(
        plan.blocked.iter().all(|blocked| blocked.why.contains("nobody can make another")),
        "{:#?}",
        plan.blocked
    );
}

#[test]
fn a_copy_is_one_of_what_is_in_it() {
    let plan = request(Mode::Copy).plan(&given(), &given());
    let steps: Vec<(Kind, Action)> = plan.steps.iter().map(|step| (step.subject.kind, step.action)).collect();
    assert_eq!((plan.verdict, steps), (Verdict::Applyable, vec![(Kind::Item, Action::Create)]));
}

#[test]
fn what_is_in_it_is_replaced_and_it_stays() {
    let plan = request(Mode::DeleteBefore).plan(&given(), &given());
    let steps: Vec<(Kind, Action)> = plan.steps.iter().map(|step| (step.subject.kind, step.action)).collect();
    assert_eq!(steps, [(Kind::Item, Action::Create), (Kind::Item, Action::Delete)]);
}
