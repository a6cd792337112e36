//! Things that have an order and no position, hang on one of several kinds, or refer into another container.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::model::{Kind, RecordKey, ops};
use crate::plan::testing::account::remove;
use crate::plan::testing::{ME, World, check, check_order, compare, edit, request, shown, world};
use crate::plan::types::{Action, Mode, RestorePlan, Verdict};

fn key(kind: Kind, id: &str) -> RecordKey {
    RecordKey::new("b", kind, id)
}

fn checklist() -> RecordKey {
    key(Kind::Checklist, "h")
}

/// A checklist whose lines are these, in this order.
fn lines(ids: &[&str]) -> World {
    let mut text = "board b Roadmap\n list l Doing\n  card c Login\n   checklist h Steps\n".to_owned();
    for id in ids {
        writeln!(text, "    line {id} {id}").unwrap();
    }
    let mut world = world(&text);
    edit(&mut world, &checklist(), "lines", json!(ids));
    world
}

#[test]
fn what_is_missing_in_the_middle_is_created_and_put_there() {
    let plan = request(Mode::Merge).plan(&lines(&["x", "y", "z"]), &lines(&["x", "z"]));
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create line (missing) Roadmap/Doing/Login/Steps/y name="y"
        1 update checklist (differs) Roadmap/Doing/Login/Steps lines=["x","y","z"] after 0
        "#,
    );
}

#[test]
fn what_comes_back_from_elsewhere_is_put_in_its_place() {
    let desired = lines(&["x", "y"]);
    let mut live = lines(&["y"]);
    live.extend(world(
        "board b Roadmap\n list l Doing\n  card d Other\n   checklist i Other\n    line x x\n",
    ));
    let plan = request(Mode::Merge).plan(&desired, &live);
    check_order(&plan);
    assert!(plan.steps.iter().any(|step| step.changes.iter().any(|change| change.orders)), "{plan:#?}");
}

#[test]
fn what_is_missing_at_the_end_needs_no_move() {
    let plan = request(Mode::Merge).plan(&lines(&["z", "y", "x"]), &lines(&["z"]));
    check(
        &plan,
        r#"
        0 create line (missing) Roadmap/Doing/Login/Steps/y name="y"
        1 create line (missing) Roadmap/Doing/Login/Steps/x name="x"
        "#,
    );
}

#[test]
fn all_of_a_new_parent_is_created_in_its_order() {
    let mut live = lines(&["z", "y", "x"]);
    remove(&mut live, &checklist());
    let plan = request(Mode::Merge).plan(&lines(&["z", "y", "x"]), &live);
    check(
        &plan,
        r#"
        0 create checklist (missing) Roadmap/Doing/Login/Steps name="Steps"
        1 create line (missing) Roadmap/Doing/Login/Steps/z name="z" after 0
        2 create line (missing) Roadmap/Doing/Login/Steps/y name="y" after 0
        3 create line (missing) Roadmap/Doing/Login/Steps/x name="x" after 0
        "#,
    );
}

#[test]
fn somebody_elses_new_line_is_no_other_order() {
    let plan = request(Mode::Merge).plan(&lines(&["x", "y"]), &lines(&["x", "new", "y"]));
    assert_eq!((plan.verdict, plan.kept), (Verdict::NothingToDo, 1));
}

#[test]
fn a_plan_does_not_go_stale_when_somebody_adds_a_line() {
    let desired = lines(&["x", "y"]);
    let witness = |live: &World| {
        let plan = request(Mode::Merge).plan(&desired, live);
        plan.witnesses.into_iter().find(|witness| witness.key == checklist()).unwrap().fingerprint
    };
    assert_eq!(witness(&lines(&["x"])), witness(&lines(&["x", "new"])));
}

#[test]
fn the_order_is_restored_only_if_it_is_selected() {
    let plan = request(Mode::Merge).only(&["b/line/y"]).plan(&lines(&["x", "y", "z"]), &lines(&["z", "x"]));
    check(&plan, r#"0 create line (missing) Roadmap/Doing/Login/Steps/y name="y""#);
}

#[test]
fn outer_lines_are_made_before_the_lines_that_hang_on_them() {
    let mut desired = lines(&["x", "y"]);
    edit(&mut desired, &checklist(), "lines", json!(["y"]));
    edit(&mut desired, &key(Kind::ChecklistItem, "y"), "lines", json!(["x"]));
    edit(&mut desired, &key(Kind::ChecklistItem, "x"), "above", json!("y"));
    let plan = request(Mode::Merge).plan(&desired, &lines(&[]));
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create line (missing) Roadmap/Doing/Login/Steps/y name="y"
        1 create line (missing) Roadmap/Doing/Login/Steps/y/x name="x" after 0
        "#,
    );
}

#[test]
fn what_hangs_on_several_things_comes_in_their_order() {
    let text = "board b Roadmap\n list l Doing\n  card c Login\n   checklist h Steps\n    line z z\n    line a a\n    \
                line x x above=a\n    line y y above=z";
    let mut desired = world(text);
    edit(&mut desired, &checklist(), "lines", json!(["z", "a"]));
    let plan = request(Mode::Merge).plan(&desired, &World::new());
    check_order(&plan);
    let lines = plan.steps.iter().filter(|step| step.subject.kind == Kind::ChecklistItem);
    assert_eq!(lines.map(|step| step.subject.id.as_str()).collect::<Vec<_>>(), ["z", "a", "y", "x"]);
}

#[test]
fn a_reference_into_another_container_follows_what_is_restored_there() {
    let text = "board b A\n list l L\n  card c One\n   checklist h H\n    line y Y about=far\n\
                board d B\n list m M\n  card far Far\n";
    let desired = world(text);
    let mut live = desired.clone();
    remove(&mut live, &RecordKey::new("d", Kind::Item, "far"));
    edit(&mut live, &key(Kind::ChecklistItem, "y"), "about", Value::Null);
    let plan = request(Mode::Merge).plan(&desired, &live);
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create card (missing) B/M/Far up="m" name="Far"
        1 update line (differs) A/L/One/H/Y about="far" after 0
        "#,
    );
}

/// The plan of board `b` alone, one line of which refers to a card of board `d`, when only these boards were read live.
fn plan_of_one_board(read: &[&str]) -> String {
    let text = "board b A\n list l L\n  card c One\n   checklist h H\n    line y Y about=far\n\
                board d B\n list m M\n  card far Far\n";
    let desired = world(text);
    let mut live = desired.clone();
    live.retain(|key, _| key.container.as_str() == "b");
    edit(&mut live, &key(Kind::ChecklistItem, "y"), "about", Value::Null);
    let (request, comparison, me) =
        (request(Mode::Merge).only(&["b/board/b"]), compare(&desired, &live), ME.into());
    let mut input = request.input(&comparison, &me);
    input.header.live_scope = read.iter().copied().map(Into::into).collect();
    shown(&crate::plan::plan(&input).unwrap())
}

#[test]
fn what_a_container_that_was_not_read_holds_is_taken_to_be_there() {
    let unread = plan_of_one_board(&["b"]);
    assert!(unread.contains(r#"update line (differs) A/L/One/H/Y about="far""#), "{unread}");
    let read = plan_of_one_board(&["b", "d"]);
    assert!(!read.contains("update line"), "it is gone: {read}");
}

/// The live order after the plan: new lines appended, then those moved that the plan names.
fn carried_out<'a>(plan: &'a RestorePlan, live: &[&'a str]) -> Vec<&'a str> {
    let mut order = live.to_vec();
    let creates = plan.steps.iter().filter(|step| step.action == Action::Create);
    order.extend(creates.map(|step| step.subject.id.as_str()));
    let changes = plan.steps.iter().flat_map(|step| &step.changes).filter(|change| change.orders);
    for change in changes {
        let wanted: Vec<&str> = ops::ids(Some(&change.to)).collect();
        for moved in ops::moves(&order.clone(), &wanted) {
            order.retain(|id| *id != moved.id);
            let behind = moved.behind.map(|id| order.iter().position(|other| *other == id).unwrap());
            order.insert(behind.map_or(0, |at| at + 1), moved.id);
        }
    }
    order
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_became_of_the_order_a_merge_restores_it(
        desired in Just(["a", "b", "c", "d", "e", "f"]).prop_shuffle(),
        live in Just(["a", "b", "c", "d", "e", "f", "new", "newer"]).prop_shuffle(),
        gone in proptest::collection::btree_set(0_usize..8, 0..5),
    ) {
        let live: Vec<&str> =
            live.iter().enumerate().filter(|(at, _)| !gone.contains(at)).map(|(_, id)| *id).collect();
        let plan = request(Mode::Merge).plan(&lines(&desired), &lines(&live));
        check_order(&plan);
        let named: BTreeSet<&str> = desired.into_iter().collect();
        let after = carried_out(&plan, &live);
        let restored: Vec<&str> = after.iter().copied().filter(|id| named.contains(id)).collect();
        prop_assert_eq!(restored, desired);
        let others = |order: &[&str]| -> Vec<String> {
            order.iter().filter(|id| !named.contains(*id)).map(|id| (*id).to_owned()).collect()
        };
        prop_assert_eq!(others(&after), others(&live));
    }
}

#[test]
fn comments_come_back_in_the_order_in_which_they_were_written() {
    let desired = world(
        "board b B
           list l L
             card c C
               comment k1 third author=ann written=2026-01-03
               comment k2 first author=ann written=2026-01-01
               comment k3 second author=ann written=2026-01-02",
    );
    let live = world("board b B\n list l L\n  card c C");
    let plan = request(Mode::Merge).plan(&desired, &live);
    let made: Vec<&str> = plan.steps.iter().map(|step| step.subject.id.as_str()).collect();
    assert_eq!(made, ["k2", "k3", "k1"]);
}
